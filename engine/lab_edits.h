/* lab_edits.h - each changes one message as a row of lab_breaks.def says; false: there is nothing
 * to change. Which is for which message: lab_edit.c. */
#ifndef HS_ENGINE_LAB_EDITS_H
#define HS_ENGINE_LAB_EDITS_H

#include "engine/lab.h"

bool hs__lab_do_one_bit(hs__lab_message *m);
bool hs__lab_do_strip(hs__lab_message *m);
bool hs__lab_do_without_13(hs__lab_message *m);
bool hs__lab_do_version_offered(hs__lab_message *m);
bool hs__lab_do_version_chosen(hs__lab_message *m);
bool hs__lab_do_null_suite(hs__lab_message *m);
bool hs__lab_do_group_chosen(hs__lab_message *m);
bool hs__lab_do_group_signed(hs__lab_message *m);
bool hs__lab_do_other_session_id(hs__lab_message *m);
bool hs__lab_do_compression_offered(hs__lab_message *m);
bool hs__lab_do_compression_chosen(hs__lab_message *m);
bool hs__lab_do_unasked(hs__lab_message *m);
bool hs__lab_do_twice(hs__lab_message *m);
bool hs__lab_do_other_share(hs__lab_message *m);
bool hs__lab_do_bad_point(hs__lab_message *m);
bool hs__lab_do_other_random_again(hs__lab_message *m);
bool hs__lab_do_fallback(hs__lab_message *m);
bool hs__lab_do_marked_random(hs__lab_message *m);
bool hs__lab_do_without_ems(hs__lab_message *m);
bool hs__lab_do_other_protocol(hs__lab_message *m);
bool hs__lab_do_old_hello(hs__lab_message *m);
bool hs__lab_do_last_byte(hs__lab_message *m);
bool hs__lab_do_other_signature(hs__lab_message *m);
bool hs__lab_do_other_scheme(hs__lab_message *m);
bool hs__lab_do_other_certificate(hs__lab_message *m);
bool hs__lab_do_forged(hs__lab_message *m);
bool hs__lab_do_no_certificate(hs__lab_message *m);
bool hs__lab_do_only_leaf(hs__lab_message *m);
bool hs__lab_do_damaged_premaster(hs__lab_message *m);
bool hs__lab_do_other_ticket(hs__lab_message *m);

#endif
