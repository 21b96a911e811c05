#include "tests/unit/trace/fixed_provider.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lib/forward_provider.h"
#include "tests/unit/trace/fixed_identity.h"

typedef struct {
    hs__forward_provider forward;
    uint8_t *calls; /* behind a pointer: slots get the provider const */
} fixed_provider;

/* Each call counts in other steps, so that none has a run of another's bytes; only the secret that
 * fixed_ciphertext holds is always the same. */
static hs_status fixed_random(const hs_provider *p, void *out, size_t n) {
    uint8_t *calls = ((const fixed_provider *)p)->calls;
    uint8_t *bytes = out;
    const bool is_premaster = n == HS__PREMASTER;
    *calls = (uint8_t)(*calls + (is_premaster ? 0 : 1));
    const size_t start = is_premaster ? 0xa0 : *calls * 0x10u;
    const size_t step = is_premaster ? 1 : 2u * *calls + 1;
    for (size_t i = 0; i < n; i++) {
        bytes[i] = (uint8_t)(start + i * step);
    }
    return HS_OK;
}

static hs_status fixed_generate(const hs_provider *p, uint16_t group, hs__kex **out, uint8_t *share,
                                size_t *share_n) {
    const hs_provider *inner = hs__forward_inner(p);
    uint8_t private[32];
    hs_status st = fixed_random(p, private, sizeof private);
    return st == HS_OK ? inner->kex_import(inner, group, (hs_span){private, sizeof private}, out,
                                           share, share_n)
                       : st;
}

static hs_status fixed_encrypt(const hs_provider *p, const hs__public_key *k,
                               const uint8_t premaster[HS__PREMASTER], uint8_t *ct, size_t *ct_n) {
    (void)p;
    (void)k;
    (void)premaster;
    memcpy(ct, fixed_ciphertext, sizeof fixed_ciphertext);
    *ct_n = sizeof fixed_ciphertext;
    return HS_OK;
}

static void destroy(hs_provider *p) {
    free(((fixed_provider *)p)->calls);
    hs__forward_destroy(p);
}

hs_status hs__fixed_provider_new(hs_provider *inner, hs_provider **out) {
    fixed_provider *f = calloc(1, sizeof *f);
    uint8_t *calls = calloc(1, 1);
    if (f == NULL || calls == NULL) {
        free(f);
        free(calls);
        return HS_E_NOMEM;
    }
    hs__forward_init(&f->forward, inner);
    f->calls = calls;
    f->forward.base.random = fixed_random;
    f->forward.base.kex_generate = fixed_generate;
    f->forward.base.rsa_encrypt_premaster = fixed_encrypt;
    f->forward.base.destroy = destroy;
    *out = &f->forward.base;
    return HS_OK;
}

hs_status hs__fixed_identity(hs_provider *p, hs_credential **credential, hs_trust **trust) {
    const hs_span leaf = {fixed_leaf, sizeof fixed_leaf}, root = {fixed_root, sizeof fixed_root};
    const hs_span key = {(const uint8_t *)fixed_key, strlen(fixed_key)};
    size_t added;
    hs_status st = hs_credential_new(p, leaf, key, (hs_span){NULL, 0}, credential);
    st = st == HS_OK ? hs_trust_new(p, trust) : st;
    return st == HS_OK ? hs_trust_add(*trust, root, "the test's root", 0, &added, NULL) : st;
}
