#include "crypto/premaster.h"

#include "crypto/mbedtls/internal.h"
#include "crypto/public_numbers.h"

hs_status hs__mb_rsa_encrypt_premaster(const hs_provider *p, const hs__public_key *k,
                                       const uint8_t premaster[HS__PREMASTER], uint8_t *ct,
                                       size_t *ct_n) {
    (void)p;
    if (k->numbers.type != HS__KEY_RSA)
        return HS_E_KEY_TYPE;
    hs_status st = hs__mb_rsa_encrypt(k, (hs_span){premaster, HS__PREMASTER}, ct);
    if (!st)
        *ct_n = k->numbers.n.n;
    return st;
}

hs_status hs__mb_rsa_premaster(const hs_provider *p, const hs__private_key *k, hs_span ct,
                               uint16_t version, const uint8_t fallback[HS__PREMASTER],
                               uint8_t out[HS__PREMASTER]) {
    uint8_t block[HS__RSA_BITS_MAX / 8];
    (void)p;
    if (k->numbers.type != HS__KEY_RSA)
        return HS_E_KEY_TYPE;
    bool is_usable = hs__premaster_input(k->numbers.n, ct, block);
    hs_status st = hs__mb_rsa_bare(k, block);
    if (!st)
        hs__premaster_unpad(block, k->numbers.n.n, version, is_usable, fallback, out);
    hs__wipe(block, sizeof block);
    return st;
}
