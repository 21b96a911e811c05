/* premaster.h - what an RSA ciphertext of TLS 1.2 may hold (RFC 5246 7.4.7.1, RFC 8017 7.2.2), and
 * how to find out without telling anybody. Every provider does RSA's private operation only; the
 * rest is here, once.
 *
 * Bleichenbacher's attack needs one bit from the server: whether a ciphertext of the attacker's
 * had the right padding. So nothing here branches on what came out of the private operation, and
 * nothing reports it. */
#ifndef HS_CRYPTO_PREMASTER_H
#define HS_CRYPTO_PREMASTER_H

#include "crypto/provider.h"

/* What goes into the private operation, in `input` (as many bytes as the modulus n has): the
 * ciphertext, if it is as long and 1 < ct < n - 1 (SP 800-56B 7.1.2.1; libraries refuse or do
 * less work for other values), else a number that will do. False in the second case. */
bool hs__premaster_input(hs_span modulus, hs_span ct, uint8_t *input);

/* block: what came out, `n` bytes, at least 128. out = its 48 bytes if it is 00 02 | PS, nonzero
 * bytes | 00 | version | 46 bytes and `is_usable`, else `fallback`. Constant time. `out` may be
 * `fallback`. */
void hs__premaster_unpad(const uint8_t *block, size_t n, uint16_t version, bool is_usable,
                         const uint8_t fallback[HS__PREMASTER], uint8_t out[HS__PREMASTER]);

#endif
