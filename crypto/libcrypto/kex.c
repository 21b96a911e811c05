#include <stdlib.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>

#include "crypto/ids.h"
#include "crypto/libcrypto/internal.h"

struct hs__kex {
    const hs__group_form *form;
    EVP_PKEY *pkey;
};

static bool is_kem(const hs__group_form *form) {
    return form->id == HS__GROUP_X25519MLKEM768;
}

/* The name of the key type for the two kinds that are not NIST curves. */
static const char *type_name(const hs__group_form *form) {
    return is_kem(form) ? "X25519MLKEM768" : "X25519";
}

static EVP_PKEY_CTX *keygen_ctx(const hs__lc *lc, const hs__group_form *form) {
    int curve = hs__lc_curve_of_group(form->id);
    EVP_PKEY_CTX *ctx = curve == HS__LC_NO_CURVE
                            ? EVP_PKEY_CTX_new_from_name(NULL, type_name(form), NULL)
                            : EVP_PKEY_CTX_new_from_pkey(NULL, lc->curve[curve], NULL);
    if (ctx && EVP_PKEY_keygen_init(ctx) == 1)
        return ctx;
    EVP_PKEY_CTX_free(ctx);
    return NULL;
}

static size_t group_index(const hs_provider *p, uint16_t group) {
    size_t i = 0;
    while (p->groups[i] != group)
        i++;
    return i;
}

static hs_status new_kex(const hs_provider *p, uint16_t group, hs__kex **out) {
    *out = NULL;
    if (!hs__provider_has_group(p, group))
        return HS_E_UNSUPPORTED;
    *out = calloc(1, sizeof **out);
    if (!*out)
        return HS_E_NOMEM;
    (*out)->form = hs__group_form_of(group);
    return HS_OK;
}

static hs_status make_pair(const hs_provider *p, hs__kex *k) {
    const hs__lc *lc = hs__lc_of(p);
    hs__pool *pool = &lc->pools->keygen[group_index(p, k->form->id)];
    EVP_PKEY_CTX *ctx = hs__pool_take(pool);
    if (!ctx)
        ctx = keygen_ctx(lc, k->form);
    if (!ctx)
        return HS_E_CRYPTO;
    int ok = EVP_PKEY_generate(ctx, &k->pkey);
    if (!hs__pool_put(pool, ctx))
        EVP_PKEY_CTX_free(ctx);
    return ok == 1 ? HS_OK : HS_E_CRYPTO;
}

static hs_status write_share(const hs__kex *k, uint8_t *share, size_t *share_n) {
    size_t n = 0;
    int ok = EVP_PKEY_get_octet_string_param(k->pkey, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, share,
                                             HS__SHARE_MAX, &n);
    if (ok != 1 || n != k->form->client_share)
        return HS_E_CRYPTO;
    *share_n = n;
    return HS_OK;
}

/* What every slot that makes a key pair ends with: all or nothing. */
static hs_status finish_pair(const hs_provider *p, hs_status st, hs__kex **k, uint8_t *share,
                             size_t *share_n) {
    if (!st)
        st = write_share(*k, share, share_n);
    if (st) {
        hs__lc_kex_free(p, *k);
        *k = NULL;
    }
    return st;
}

hs_status hs__lc_kex_generate(const hs_provider *p, uint16_t group, hs__kex **out, uint8_t *share,
                              size_t *share_n) {
    hs_status st = new_kex(p, group, out);
    if (st)
        return st;
    bool was_quiet = hs__lc_begin();
    st = finish_pair(p, make_pair(p, *out), out, share, share_n);
    return hs__lc_end(was_quiet, st);
}

static hs_status read_peer(const hs__lc *lc, const hs__group_form *form, hs_span peer,
                           EVP_PKEY **out) {
    int curve = hs__lc_curve_of_group(form->id);
    if (curve != HS__LC_NO_CURVE)
        return hs__lc_ec_public(lc, curve, peer, out);
    *out = EVP_PKEY_new_raw_public_key_ex(NULL, type_name(form), NULL, peer.p, peer.n);
    return *out ? HS_OK : HS_E_BAD_POINT;
}

/* The secret has its full length always: into a short buffer libcrypto truncates the X of an
 * EC secret silently. Derivation fails for low-order X25519 points. */
static hs_status derive(EVP_PKEY *own, EVP_PKEY *peer, size_t want, uint8_t *secret) {
    size_t n = HS__KEX_SECRET_MAX;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
    hs_status st = HS_E_CRYPTO;
    if (ctx && EVP_PKEY_derive_init(ctx) == 1) {
        bool ok =
            EVP_PKEY_derive_set_peer_ex(ctx, peer, 0) == 1 && EVP_PKEY_derive(ctx, secret, &n) == 1;
        st = ok && n == want ? HS_OK : HS_E_BAD_POINT;
    }
    EVP_PKEY_CTX_free(ctx);
    return st;
}

static hs_status decapsulate(EVP_PKEY *own, hs_span ciphertext, size_t want, uint8_t *secret) {
    size_t n = HS__KEX_SECRET_MAX;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
    hs_status st = HS_E_CRYPTO;
    if (ctx && EVP_PKEY_decapsulate_init(ctx, NULL) == 1) {
        int ok = EVP_PKEY_decapsulate(ctx, secret, &n, ciphertext.p, ciphertext.n);
        st = ok == 1 && n == want ? HS_OK : HS_E_BAD_POINT;
    }
    EVP_PKEY_CTX_free(ctx);
    return st;
}

static hs_status agree(const hs__lc *lc, hs__kex *k, hs_span peer, uint8_t *secret) {
    EVP_PKEY *theirs = NULL;
    if (is_kem(k->form))
        return decapsulate(k->pkey, peer, k->form->secret, secret);
    hs_status st = read_peer(lc, k->form, peer, &theirs);
    if (!st)
        st = derive(k->pkey, theirs, k->form->secret, secret);
    EVP_PKEY_free(theirs);
    return st;
}

hs_status hs__lc_kex_agree(const hs_provider *p, hs__kex *k, hs_span peer, uint8_t *secret,
                           size_t *secret_n) {
    hs_status st = hs__share_check(k->form->id, false, peer);
    if (st)
        return st;
    bool was_quiet = hs__lc_begin();
    st = agree(hs__lc_of(p), k, peer, secret);
    st = hs__lc_end(was_quiet, st);
    if (st)
        hs__wipe(secret, HS__KEX_SECRET_MAX);
    else
        *secret_n = k->form->secret;
    return st;
}

/* How a curve's points and secrets look is the same for a long-term key. */
hs_status hs__lc_key_agree(const hs_provider *p, const hs__private_key *k, hs_span peer,
                           uint8_t *secret, size_t *secret_n) {
    int curve = hs__lc_curve_of_key(k->numbers.type);
    EVP_PKEY *theirs = NULL;
    if (curve == HS__LC_NO_CURVE)
        return HS_E_KEY_TYPE;
    uint16_t group = hs__lc_curve_group(curve);
    size_t n = hs__group_form_of(group)->secret;
    hs_status st = hs__share_check(group, true, peer);
    if (st)
        return st;
    bool was_quiet = hs__lc_begin();
    st = hs__lc_ec_public(hs__lc_of(p), curve, peer, &theirs);
    if (!st)
        st = derive(k->pkey, theirs, n, secret);
    EVP_PKEY_free(theirs);
    st = hs__lc_end(was_quiet, st);
    if (st)
        hs__wipe(secret, HS__KEX_SECRET_MAX);
    else
        *secret_n = n;
    return st;
}

/* The server's side of a KEM: it has no key pair, its share is the ciphertext. */
static hs_status encapsulate(const hs__lc *lc, const hs__group_form *form, hs_span peer,
                             uint8_t *share, uint8_t *secret) {
    size_t share_n = HS__SHARE_MAX;
    size_t secret_n = HS__KEX_SECRET_MAX;
    EVP_PKEY *theirs = NULL;
    EVP_PKEY_CTX *ctx = NULL;
    hs_status st = read_peer(lc, form, peer, &theirs);
    if (st)
        return st;
    ctx = EVP_PKEY_CTX_new_from_pkey(NULL, theirs, NULL);
    st = HS_E_CRYPTO;
    if (ctx && EVP_PKEY_encapsulate_init(ctx, NULL) == 1) {
        int ok = EVP_PKEY_encapsulate(ctx, share, &share_n, secret, &secret_n);
        bool fits = share_n == form->server_share && secret_n == form->secret;
        st = ok == 1 && fits ? HS_OK : HS_E_BAD_POINT;
    }
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(theirs);
    return st;
}

static hs_status respond(const hs_provider *p, hs__kex *k, hs_span peer, uint8_t *share,
                         uint8_t *secret) {
    size_t share_n;
    if (is_kem(k->form))
        return encapsulate(hs__lc_of(p), k->form, peer, share, secret);
    hs_status st = make_pair(p, k);
    if (!st)
        st = write_share(k, share, &share_n);
    return st ? st : agree(hs__lc_of(p), k, peer, secret);
}

hs_status hs__lc_kex_respond(const hs_provider *p, uint16_t group, hs_span peer, uint8_t *share,
                             size_t *share_n, uint8_t *secret, size_t *secret_n, hs__kex **keep) {
    hs__kex *k = NULL;
    if (keep)
        *keep = NULL;
    hs_status st = hs__share_check(group, true, peer);
    if (!st)
        st = new_kex(p, group, &k);
    if (st)
        return st;
    bool was_quiet = hs__lc_begin();
    st = respond(p, k, peer, share, secret);
    st = hs__lc_end(was_quiet, st);
    if (st) {
        hs__wipe(secret, HS__KEX_SECRET_MAX);
    } else {
        *share_n = k->form->server_share;
        *secret_n = k->form->secret;
    }
    if (keep && !st)
        *keep = k;
    else
        hs__lc_kex_free(p, k);
    return st;
}

hs_status hs__lc_kex_export(const hs_provider *p, const hs__kex *k, uint8_t *priv, size_t *priv_n) {
    (void)p;
    size_t n = k->form->private_len;
    bool ok = false;
    if (n == 0)
        return HS_E_UNSUPPORTED;
    if (k->form->is_nist) {
        BIGNUM *d = NULL;
        ok = EVP_PKEY_get_bn_param(k->pkey, OSSL_PKEY_PARAM_PRIV_KEY, &d) == 1 &&
             BN_bn2binpad(d, priv, (int)n) == (int)n;
        BN_clear_free(d);
    } else {
        ok = EVP_PKEY_get_raw_private_key(k->pkey, priv, &n) == 1;
    }
    if (!ok)
        return HS_E_CRYPTO;
    *priv_n = n;
    return HS_OK;
}

static hs_status import(hs__kex *k, hs_span priv) {
    int curve = hs__lc_curve_of_group(k->form->id);
    if (k->form->private_len == 0)
        return HS_E_UNSUPPORTED;
    if (priv.n != k->form->private_len)
        return HS_E_MISUSE;
    if (curve != HS__LC_NO_CURVE)
        return hs__lc_ec_private(curve, priv, &k->pkey);
    k->pkey = EVP_PKEY_new_raw_private_key_ex(NULL, type_name(k->form), NULL, priv.p, priv.n);
    return k->pkey ? HS_OK : HS_E_CRYPTO;
}

hs_status hs__lc_kex_import(const hs_provider *p, uint16_t group, hs_span priv, hs__kex **out,
                            uint8_t *share, size_t *share_n) {
    hs_status st = new_kex(p, group, out);
    if (st)
        return st;
    bool was_quiet = hs__lc_begin();
    st = finish_pair(p, import(*out, priv), out, share, share_n);
    return hs__lc_end(was_quiet, st);
}

void hs__lc_kex_free(const hs_provider *p, hs__kex *k) {
    (void)p;
    if (!k)
        return;
    EVP_PKEY_free(k->pkey);
    free(k);
}
