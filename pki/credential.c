#include "pki/credential.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/public_numbers.h"
#include "pki/pem.h"
#include "proto/span.h"

enum { CHAIN_MAX = 32 };

struct hs_credential {
    atomic_uint refs;
    hs_provider *provider;
    hs__private_key *key; /* NULL: somebody else signs */
    hs__cert leaf;
    uint8_t *staple; /* NULL: none */
    size_t staple_n;
    size_t n_chain;
    hs_span chain[CHAIN_MAX];
    uint8_t der[]; /* what chain[] points into */
};

/* ---- the chain --------------------------------------------------------------------------- */

/* Appends each certificate of PEM text to c->der and c->chain. */
static hs_status add_pem(hs_credential *c, hs_span text) {
    uint8_t *at = c->der;
    hs__pem_block block;
    hs_status st = hs__pem_next(&text, &block);
    for (; st == HS_OK; st = hs__pem_next(&text, &block)) {
        size_t n;
        if (!hs__pem_is(&block, "CERTIFICATE")) {
            continue; /* a key in the same file, or parameters */
        }
        if (c->n_chain == CHAIN_MAX) {
            return HS_E_CONFIG;
        }
        st = hs__pem_decode(&block, at, &n);
        if (st) {
            return st;
        }
        c->chain[c->n_chain++] = (hs_span){at, n};
        at += n;
    }
    if (st != HS_E_NO_CERTIFICATE) {
        return st;
    }
    return c->n_chain > 0 ? HS_OK : HS_E_NO_CERTIFICATE;
}

static hs_status add_chain(hs_credential *c, hs_span chain) {
    if (hs__pem_looks_like(chain)) {
        return add_pem(c, chain);
    }
    if (chain.n == 0) {
        return HS_E_NO_CERTIFICATE;
    }
    memcpy(c->der, chain.p, chain.n);
    c->chain[c->n_chain++] = (hs_span){c->der, chain.n};
    return HS_OK;
}

/* Puts each issuer behind what it issued, as RFC 9846 4.5.1 wants it. What is on no such line
 * stays behind in its order: it may help another path. */
static hs_status order_chain(hs_credential *c) {
    hs__rd_root root;
    hs__cert last;
    hs__cert next;
    hs_status st = hs__certificate_read(c->chain[0], NULL, &c->leaf, &root);
    last = c->leaf;
    for (size_t done = 1; st == HS_OK && done < c->n_chain; done++) {
        size_t i = done;
        for (; i < c->n_chain; i++) {
            st = hs__certificate_read(c->chain[i], NULL, &next, &root);
            if (st || hs__name_equal(next.subject, last.issuer)) {
                break;
            }
        }
        if (st || i == c->n_chain || hs__cert_is_self_issued(&last)) {
            break;
        }
        const hs_span found = c->chain[i];
        memmove(&c->chain[done + 1], &c->chain[done], (i - done) * sizeof(found));
        c->chain[done] = found;
        last = next;
    }
    return st;
}

/* ---- the key ----------------------------------------------------------------------------- */

static bool is_rsa(hs__key_type type) {
    return type == HS__KEY_RSA || type == HS__KEY_RSA_PSS;
}

/* The same public key; an RSA key is the same one whichever of its two OIDs names it. */
static bool is_same_key(const hs__public_numbers *a, const hs__public_numbers *b) {
    const bool same_type = a->type == b->type || (is_rsa(a->type) && is_rsa(b->type));
    return same_type && hs__span_equal(a->point, b->point) && hs__span_equal(a->n, b->n) &&
           hs__span_equal(a->e, b->e);
}

static hs_status load_key(hs_credential *c, hs_span key, hs_span password) {
    hs__public_numbers numbers;
    if (!c->leaf.key.is_known) {
        return HS_E_UNSUPPORTED_KEY;
    }
    if (key.p == NULL) {
        return HS_OK;
    }
    hs_status st = c->provider->key_load(c->provider, key, password, &c->key);
    if (st == HS_OK) {
        st = c->provider->key_public(c->provider, c->key, &numbers);
    }
    if (st == HS_OK && !is_same_key(&numbers, &c->leaf.key.numbers)) {
        st = HS_E_KEY_MISMATCH;
    }
    return st;
}

/* ---- the object -------------------------------------------------------------------------- */

hs_status hs_credential_new(hs_provider *provider, hs_span chain, hs_span key, hs_span password,
                            hs_credential **out) {
    *out = NULL;
    if (provider == NULL || chain.p == NULL) {
        return HS_E_MISUSE;
    }
    /* Decoded PEM is never longer than its text. */
    hs_credential *c = calloc(1, sizeof(*c) + chain.n);
    if (c == NULL) {
        return HS_E_NOMEM;
    }
    atomic_init(&c->refs, 1);
    c->provider = hs_provider_ref(provider);
    hs_status st = add_chain(c, chain);
    if (st == HS_OK) {
        st = order_chain(c);
    }
    if (st == HS_OK) {
        st = load_key(c, key, password);
    }
    if (st) {
        hs_credential_unref(c);
        return st;
    }
    *out = c;
    return HS_OK;
}

hs_credential *hs_credential_ref(hs_credential *c) {
    atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
    return c;
}

void hs_credential_unref(hs_credential *c) {
    if (c == NULL || atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) != 1) {
        return;
    }
    if (c->key != NULL) {
        c->provider->key_free(c->provider, c->key);
    }
    hs_provider_unref(c->provider);
    free(c->staple);
    free(c);
}

hs_status hs_credential_staple(hs_credential *c, hs_span response) {
    uint8_t *copy = response.n > 0 ? malloc(response.n) : NULL;
    if (response.n > 0 && copy == NULL) {
        return HS_E_NOMEM;
    }
    if (response.n > 0) {
        memcpy(copy, response.p, response.n);
    }
    free(c->staple);
    c->staple = copy;
    c->staple_n = response.n;
    return HS_OK;
}

hs_span hs__credential_staple(const hs_credential *c) {
    return (hs_span){c->staple, c->staple_n};
}

const hs_span *hs_credential_chain(const hs_credential *c, size_t *n) {
    *n = c->n_chain;
    return c->chain;
}

const hs__private_key *hs__credential_key(const hs_credential *c) {
    return c->key;
}

const hs_provider *hs__credential_provider(const hs_credential *c) {
    return c->provider;
}

hs__key_type hs__credential_key_type(const hs_credential *c) {
    return c->leaf.key.numbers.type;
}

bool hs__credential_fits_name(const hs_credential *c, const char *server_name) {
    hs__host host;
    return hs__host_read(server_name, &host) == HS_OK && hs__host_matches(&host, &c->leaf);
}

bool hs__cert_can_sign(const hs__cert *leaf, hs__key_type type, hs__sig_alg alg) {
    const hs__spki *key = &leaf->key;
    if (!key->is_known || key->numbers.type != type) {
        return false;
    }
    /* RFC 9846 4.5.1.2: digitalSignature, if keyUsage is there at all. */
    if ((leaf->has & HS__EXT_KEY_USAGE) != 0 && (leaf->key_usage & HS__KU_DIGITAL_SIGNATURE) == 0) {
        return false;
    }
    /* RFC 4055 3.3: the hash of the key's parameters, and at least as long a salt. */
    const int salt = alg.pss_salt == HS__PSS_SALT_HASH ? (int)hs__hash_len(alg.hash) : alg.pss_salt;
    if (key->has_pss_rule &&
        (alg.hash != key->pss_rule.hash || (salt >= 0 && salt < key->pss_rule.pss_salt))) {
        return false;
    }
    return hs__signature_check(&key->numbers, alg) == HS_OK;
}

bool hs__credential_can_sign(const hs_credential *c, hs__key_type type, hs__sig_alg alg) {
    return hs__cert_can_sign(&c->leaf, type, alg);
}

bool hs__cert_can_decrypt(const hs__cert *leaf) {
    return leaf->key.is_known && leaf->key.numbers.type == HS__KEY_RSA &&
           ((leaf->has & HS__EXT_KEY_USAGE) == 0 ||
            (leaf->key_usage & HS__KU_KEY_ENCIPHERMENT) != 0);
}

bool hs__credential_can_decrypt(const hs_credential *c) {
    return hs__cert_can_decrypt(&c->leaf);
}

bool hs__credential_same_key(const hs_credential *a, const hs_credential *b) {
    return is_same_key(&a->leaf.key.numbers, &b->leaf.key.numbers);
}
