/* decode.h - bytes that somebody found somewhere, as what they are in TLS. */
#ifndef HS_TRACE_DECODE_H
#define HS_TRACE_DECODE_H

#include "apps/common/files.h"
#include "handshake/render.h"

/* ---- text into bytes (decode_input.c) ---------------------------------------------------- */

typedef enum {
    DECODE_HEX,    /* also as dumps of xxd, hexdump -C, tcpdump and Wireshark, and as C source */
    DECODE_BASE64, /* also in PEM */
    DECODE_RAW,    /* no text */
    DECODE_NOTHING /* text, but none of these */
} decode_form;

/* Gives the bytes that `text` stands for; *label: of PEM, "" for others. HS_E_NOMEM. */
enum { DECODE_LABEL = 64 };
HS_MUST_CHECK hs_status decode_text(hs_span text, decode_form *form, char label[DECODE_LABEL],
                                    hs__bytes *out);

/* ---- bytes into words (decode_bytes.c) --------------------------------------------------- */

typedef enum {
    DECODE_OK,
    DECODE_BROKEN, /* TLS, but something in it is not well formed */
    DECODE_CUT,    /* TLS, and it goes on behind what is here */
    DECODE_NOT_TLS
} decode_verdict;

typedef struct {
    decode_verdict verdict;
    const char *what; /* for DECODE_NOT_TLS: what it is, as far as can be seen; static */
    const char *hint; /* and what reads it; "" for none */
    size_t records, messages;
} decode_result;

/* Tells the renderer what the bytes are: records, or handshake messages without records. version:
 * 0x0303, 0x0304, or 0: as the bytes say, else the one whose format fits, TLS 1.3 if both do. */
decode_result decode_bytes(hs_span bytes, uint16_t version, hs_render *r);

#endif
