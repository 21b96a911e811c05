/* suffix.h - the public suffix list (https://publicsuffix.org/list/): which names are a registry's.
 *
 * Its ICANN part only, as the Baseline Requirements want it (3.2.2.6). Rules beyond ASCII become
 * A-labels, as certificates have them. */
#ifndef HS_PKI_SUFFIX_H
#define HS_PKI_SUFFIX_H

#include "handshake/status.h"

typedef struct hs__suffixes hs__suffixes;

/* Copies what it needs. HS_E_ILLEGAL_VALUE: there is no rule in the text. */
HS_MUST_CHECK hs_status hs__suffixes_new(hs_span text, hs__suffixes **out);
void hs__suffixes_free(hs__suffixes *s); /* NULL is allowed */

/* `name` (ASCII, any case, no dot at its ends) is itself a public suffix by a rule of the list. */
bool hs__suffixes_has(const hs__suffixes *s, hs_span name);

#endif
