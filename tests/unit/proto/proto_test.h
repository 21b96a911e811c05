/* proto_test.h - what the tests of proto/ share: bytes typed as hex, a sink that checks that
 * every byte is told once, every message of RFC 8448, and the rules that hold for every
 * extension and every message. */
#ifndef HS_TEST_PROTO_TEST_H
#define HS_TEST_PROTO_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h> /* needs those above */

#include "messages.h"
#include "proto/extensions.h"
#include "proto/message.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SPAN(array)  ((hs_span){(array), sizeof(array)})

/* Bytes of "01 ff ..."; blanks do not matter. They live until the process ends. */
hs_span pt_hex(const char *hex);
hs_span pt_join(hs_span a, hs_span b);

/* A copy on the heap that is exactly as long, so that ASan sees a read beyond it. */
uint8_t *pt_dup(hs_span bytes);

void pt_assert_bytes(hs_span got, hs_span want);

/* The alert a peer gets for a status, out of errors.def. */
int pt_alert(hs_status status);

/* ---- the field sink -------------------------------------------------------------------
 * Fields must follow each other without gap or overlap, and each path must be unique. */
typedef struct {
    hs__field_sink sink;
    hs_span message;
    size_t next; /* offset at which the next field must begin */
    char (*paths)[160];
    size_t n_paths, room;
} pt_cover;

void pt_cover_begin(pt_cover *c, hs_span message);
bool pt_cover_has(const pt_cover *c, const char *path);
void pt_cover_end(pt_cover *c); /* all was told; frees */

/* ---- messages ---------------------------------------------------------------------------- */

/* What holds for every good message: all bytes told once, rewritten it is the same, cut at
 * any byte it fails, with any bit flipped it does no harm. */
void pt_check_message(hs_span message);
void pt_check_as(const char *kind, hs_span message); /* as this kind, where its type has two */
void pt_check_kind(const pt_kind *kind, hs_span message);

/* Reads a message that is broken: the status and the path of the error. */
void pt_refuse(hs_span message, hs_status status, const char *where);
void pt_refuse_as(const char *kind, hs_span message, hs_status status, const char *where);

/* ---- extensions -------------------------------------------------------------------------- */

/* Reads a block with this one extension, for the message `in`. */
hs_status pt_ext_read(hs__ext_in in, uint16_t type, hs_span body, const hs__field_sink *sink,
                      hs__rd_root *root, hs__extensions *out);
/* A block, prefix included, with this one extension. */
hs_span pt_ext_block(uint16_t type, hs_span body);

typedef struct {
    const char *rule; /* the behaviour that the row protects */
    hs__ext_in in;
    const char *body; /* hex */
    hs_status want;
    const char *where; /* of the error, below "extensions[name]" */
} pt_ext_case;

/* Runs rows of one extension. For a good body also: each byte told once, written again it is
 * the same, cut or with a byte more it fails (but where any length is good), twice in a block
 * it fails, and in a message it is not defined for it fails. */
void pt_ext_cases(uint16_t type, bool any_length, const pt_ext_case *cases, size_t n);

#endif
