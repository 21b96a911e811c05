/* redact.h - a trace that is safe to post: who took part is taken out, what happened stays.
 *   redact.c        lines of hs-trace/1, key by key
 *   redact_der.c    certificates and other DER, byte for byte of the same length
 *   redact_names.c  which name became which, so that it is the same everywhere
 *
 * Names, addresses, certificates' subjects, serial numbers, keys and signatures are replaced;
 * hashes over messages go, because whoever guesses a name could try it against them. Lengths,
 * dates, algorithms, times, reasons and protocol names (ALPN) stay. */
#ifndef HS_TRACE_REDACT_H
#define HS_TRACE_REDACT_H

#include <jansson.h>
#include <stdbool.h>

#include "handshake/types.h"
#include "trace/strbuf.h"

/* ---- names ------------------------------------------------------------------------------- */
typedef struct {
    char *from, *to;
    size_t from_n;
} hs__redact_pair;

typedef struct {
    hs__redact_pair *pairs; /* the longest first: a name may be a part of another */
    size_t n, room;
    unsigned last; /* number of the name that came last, and of the address */
    unsigned last_address;
    bool failed; /* no memory: nothing more may be told */
} hs__redact_names;

void hs__redact_names_free(hs__redact_names *names);

/* What stands for a name: as long as it is. The same name, in whatever case, gets the same. */
void hs__redact_name(hs__redact_names *names, const void *name, size_t n, char *out);

/* An address of 4 or 16 bytes, replaced where it stands by one for documentation (RFC 5737, 3849).
 */
void hs__redact_address(hs__redact_names *names, uint8_t *address, size_t n);

/* "127.0.0.1:4433", "[::1]:4433", "unix:/path": learnt, so that hs__redact_text replaces it. */
void hs__redact_learn_peer(hs__redact_names *names, const char *peer);

/* A text and what it shall become. */
void hs__redact_learn(hs__redact_names *names, const char *from, const char *to);

/* `text` with all that was learnt replaced, where it is not a part of a longer word. Into `out`,
 * which is cleared. */
void hs__redact_text(hs__redact_names *names, const char *text, hs__strbuf *out);

/* ---- DER --------------------------------------------------------------------------------- */

/* Replaces what tells who it is in any DER: texts, addresses, long numbers, keys, signatures.
 * Tags, lengths, object identifiers, dates, flags and small numbers stay, so that it still reads
 * as what it was. What is no DER becomes zeros. */
void hs__redact_der(hs__redact_names *names, uint8_t *der, size_t n);

/* ---- lines ------------------------------------------------------------------------------- */
typedef struct {
    hs__redact_names names;
} hs__redactor; /* of one connection; all-zero to begin with */

/* One line of a trace, in place. False where memory ran out: then it must not be told. */
bool hs__redact_line(hs__redactor *r, json_t *line);
void hs__redactor_free(hs__redactor *r);

#endif
