/* stage12.h - one end of the engine, speaking TLS 1.2 with a peer made by hand. */
#ifndef HS_TESTS_STAGE12_H
#define HS_TESTS_STAGE12_H

#include "tests/lib/peer12.h"

typedef struct {
    hs__test_end end; /* of the engine */
    hs__peer12 peer;
} hs__stage12;

/* Options of an ordinary end for that variant (HS__PEER12_*), TLS 1.2 only; to be changed at will.
 * `identity` has room for two and must live as long as the options. */
hs_options hs__stage12_options(const hs__stage *s, bool server, unsigned how,
                               hs_credential *identity[2]);

/* `server`: the engine's end is the server. Nothing has moved yet, but with HS__PEER12_RESUME there
 * was a connection before it whose session both ends have. */
void hs__stage12_open(const hs__stage *s, bool server, unsigned how, hs__stage12 *out);
void hs__stage12_open_with(const hs__stage *s, const hs_options *o, bool server, unsigned how,
                           hs__stage12 *out);
void hs__stage12_free(hs__stage12 *t);

#endif
