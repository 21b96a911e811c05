#include "tests/lib/test_provider.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lib/forward_provider.h"

enum { QUEUE_MAX = 32, VALUE_MAX = 512, ANY_RANDOM = 0, CIPHERTEXT = 0xffff };

/* kind: a group, ANY_RANDOM for bytes of `random`, or CIPHERTEXT. */
typedef struct {
    uint16_t kind;
    size_t n;
    uint8_t bytes[VALUE_MAX];
} value;

typedef struct {
    size_t n;
    value values[QUEUE_MAX];
} queue;

typedef struct {
    hs__forward_provider forward;
    queue *queue; /* behind a pointer: slots get the provider const */
} test_provider;

static queue *queue_of(const hs_provider *p) {
    return ((const test_provider *)p)->queue;
}

static hs_status push(hs_provider *p, uint16_t kind, const void *bytes, size_t n) {
    queue *q = queue_of(p);
    if (q->n == QUEUE_MAX || n > VALUE_MAX)
        return HS_E_NO_SPACE;
    value *v = &q->values[q->n++];
    v->kind = kind;
    v->n = n;
    memcpy(v->bytes, bytes, n);
    return HS_OK;
}

/* Takes the oldest value of that kind; false if there is none. */
static bool pop(const hs_provider *p, uint16_t kind, value *out) {
    queue *q = queue_of(p);
    for (size_t i = 0; i < q->n; i++) {
        if (q->values[i].kind != kind)
            continue;
        *out = q->values[i];
        memmove(&q->values[i], &q->values[i + 1], (q->n - i - 1) * sizeof q->values[0]);
        q->n--;
        return true;
    }
    return false;
}

static hs_status queued_random(const hs_provider *p, void *out, size_t n) {
    const hs_provider *inner = hs__forward_inner(p);
    value v;
    if (!pop(p, ANY_RANDOM, &v))
        return inner->random(inner, out, n);
    if (v.n != n)
        return HS_E_RANDOM;
    memcpy(out, v.bytes, n);
    return HS_OK;
}

static hs_status queued_generate(const hs_provider *p, uint16_t group, hs__kex **out,
                                 uint8_t *share, size_t *share_n) {
    const hs_provider *inner = hs__forward_inner(p);
    value v;
    if (!pop(p, group, &v))
        return inner->kex_generate(inner, group, out, share, share_n);
    return inner->kex_import(inner, group, (hs_span){v.bytes, v.n}, out, share, share_n);
}

static hs_status queued_respond(const hs_provider *p, uint16_t group, hs_span peer, uint8_t *share,
                                size_t *share_n, uint8_t *secret, size_t *secret_n,
                                hs__kex **keep) {
    const hs_provider *inner = hs__forward_inner(p);
    hs__kex *k = NULL;
    value v;
    if (!pop(p, group, &v))
        return inner->kex_respond(inner, group, peer, share, share_n, secret, secret_n, keep);
    hs_status st = inner->kex_import(inner, group, (hs_span){v.bytes, v.n}, &k, share, share_n);
    if (!st)
        st = inner->kex_agree(inner, k, peer, secret, secret_n);
    if (!st && keep)
        *keep = k;
    else
        inner->kex_free(inner, k);
    return st;
}

static hs_status queued_encrypt(const hs_provider *p, const hs__public_key *k,
                                const uint8_t premaster[HS__PREMASTER], uint8_t *ct, size_t *ct_n) {
    const hs_provider *inner = hs__forward_inner(p);
    value v;
    if (!pop(p, CIPHERTEXT, &v))
        return inner->rsa_encrypt_premaster(inner, k, premaster, ct, ct_n);
    memcpy(ct, v.bytes, v.n);
    *ct_n = v.n;
    return HS_OK;
}

static void destroy(hs_provider *p) {
    free(queue_of(p));
    hs__forward_destroy(p);
}

hs_status hs__test_provider_new(hs_provider *inner, hs_provider **out) {
    test_provider *t = calloc(1, sizeof *t);
    queue *q = calloc(1, sizeof *q);
    if (!t || !q) {
        free(t);
        free(q);
        return HS_E_NOMEM;
    }
    hs__forward_init(&t->forward, inner);
    t->queue = q;
    t->forward.base.random = queued_random;
    t->forward.base.kex_generate = queued_generate;
    t->forward.base.kex_respond = queued_respond;
    t->forward.base.rsa_encrypt_premaster = queued_encrypt;
    t->forward.base.destroy = destroy;
    *out = &t->forward.base;
    return HS_OK;
}

hs_status hs__test_provider_push_random(hs_provider *p, const void *bytes, size_t n) {
    return push(p, ANY_RANDOM, bytes, n);
}

hs_status hs__test_provider_push_private(hs_provider *p, uint16_t group, const void *bytes,
                                         size_t n) {
    return push(p, group, bytes, n);
}

hs_status hs__test_provider_push_ciphertext(hs_provider *p, const void *bytes, size_t n) {
    return push(p, CIPHERTEXT, bytes, n);
}

size_t hs__test_provider_left(const hs_provider *p) {
    return queue_of(p)->n;
}
