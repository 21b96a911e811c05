/* pem.h - PEM text (RFC 7468): blocks in order, whatever stands between them, LF or CRLF. */
#ifndef HS_PKI_PEM_H
#define HS_PKI_PEM_H

#include "handshake/status.h"

typedef struct {
    hs_span label;  /* "CERTIFICATE" */
    hs_span base64; /* all between the two lines */
} hs__pem_block;

/* Finds the next block and moves *text behind it. HS_E_NO_CERTIFICATE: no further one.
 * HS_E_PEM: a block begins but does not end as it should; *text is behind its first line. */
HS_MUST_CHECK hs_status hs__pem_next(hs_span *text, hs__pem_block *block);

bool hs__pem_is(const hs__pem_block *block, const char *label);

/* True where text holds a line that begins a block: else it may be DER. */
bool hs__pem_looks_like(hs_span text);

/* Decodes into out, which has room for base64.n / 4 * 3 + 3 bytes. White space is skipped
 * wherever it stands; everything else must be base64, padded, with zero bits at its end. */
HS_MUST_CHECK hs_status hs__pem_decode(const hs__pem_block *block, uint8_t *out, size_t *n);

/* Writes a block with lines of 64 characters and a NUL behind it. *n: in the room, out the
 * length without the NUL. HS_E_NO_SPACE. */
HS_MUST_CHECK hs_status hs__pem_write(const char *label, hs_span der, char *out, size_t *n);

/* Room that hs__pem_write needs, its NUL included. */
size_t hs__pem_room(const char *label, size_t der_n);

#endif
