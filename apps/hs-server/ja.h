/* ja.h - JA3 and JA4: what a ClientHello says about the software that sent it, in one short word.
 *
 * Both leave out what differs between two connections of one client (random, key shares, GREASE of
 * RFC 8701) and keep what its library and settings decide. JA3 is the MD5 of five lists in the
 * order they were sent; JA4 sorts them, since browsers have begun to shuffle their extensions, and
 * begins with a part that people can read. They tell programs apart, not persons, and a client can
 * imitate another's: they prove nothing. */
#ifndef HS_SERVER_JA_H
#define HS_SERVER_JA_H

#include "crypto/provider.h"
#include "proto/client_hello.h"
#include "trace/strbuf.h"

enum { JA3_HEX = 33, JA4_TEXT = 48 };

typedef struct {
    char ja3[JA3_HEX];   /* "ada70206e40642a3e4461f35503241d5" */
    hs__strbuf ja3_full; /* what that is the MD5 of: "769,47-53-5,0-10-11,23-24-25,0" */
    char ja4[JA4_TEXT];  /* "t13d1516h2_8daaf6152771_e5627efa2ab1" */
    hs__strbuf ja4_raw;  /* the same with its lists in place of their hashes */
} fingerprints;

/* Of a hello that was read. HS_E_NOMEM, or what the provider's SHA-256 fails with; then there are
 * none and nothing is to be freed. */
HS_MUST_CHECK hs_status fingerprints_make(const hs_provider *provider,
                                          const hs__client_hello *hello, fingerprints *out);
void fingerprints_free(fingerprints *f);

/* RFC 1321, for JA3 only: MD5 has been broken since 2004 and protects nothing. */
enum { MD5_BYTES = 16 };
void md5_of(hs_span data, uint8_t out[MD5_BYTES]);

#endif
