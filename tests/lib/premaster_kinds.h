/* premaster_kinds.h - RSA ciphertexts of TLS 1.2 as an attacker would send them: a good one and
 * each way to be wrong that a server must not tell apart (RFC 5246 7.4.7.1).
 *
 * Made with a big number library and nothing of crypto/, so that they test it. */
#ifndef HS_TESTS_PREMASTER_KINDS_H
#define HS_TESTS_PREMASTER_KINDS_H

#include "crypto/provider.h"

enum { HS__PREMASTER_GOOD = 0 }; /* the only kind that holds a secret */

size_t hs__premaster_kinds(void);
const char *hs__premaster_kind_name(size_t kind); /* "block type 1" */

/* Room for what hs__premaster_kind_make() writes. */
enum { HS__PREMASTER_CT_ROOM = HS__RSA_CIPHERTEXT_MAX + 64 };

/* A fresh ciphertext of that kind for the RSA key `k`, of at least 1024 bits and not of 1 more than
 * a multiple of 8; p for random bytes. secret: what a good one holds. */
HS_MUST_CHECK hs_status hs__premaster_kind_make(const hs_provider *p, const hs__public_numbers *k,
                                                uint16_t version, size_t kind, uint8_t *ct,
                                                size_t *ct_n, uint8_t secret[HS__PREMASTER]);

#endif
