/* text.h - putting text for people together in a buffer of fixed size, foreign bytes made
 * safe for a terminal. */
#ifndef HS_PKI_TEXT_H
#define HS_PKI_TEXT_H

#include "handshake/types.h"

/* Always NUL-terminated; what does not fit is cut, and then ends in "...". */
typedef struct {
    char *p;
    size_t room, n;
    bool is_cut;
} hs__text;

void hs__text_init(hs__text *t, char *out, size_t room); /* room >= 4 */
void hs__text_add(hs__text *t, const char *text);
void hs__text_f(hs__text *t, const char *format, ...) HS_PRINTF(2, 3);

/* The length of the UTF-8 character at the front if it may be shown as it is; 0 for control, bidi
 * and invisible characters, line ends, broken UTF-8, and where there are no bytes. The one place
 * that decides this, for every output. */
size_t hs__text_printable(hs_span bytes);

/* Bytes from a certificate or a peer, as UTF-8: printable characters as they are, a backslash
 * doubled, all else as \xNN. */
void hs__text_foreign(hs__text *t, hs_span bytes);

/* Lower-case hex. */
void hs__text_hex(hs__text *t, hs_span bytes);

#endif
