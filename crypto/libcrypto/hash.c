#include <assert.h>

#include "crypto/libcrypto/internal.h"

typedef struct {
    EVP_MD_CTX *ctx; /* NULL: not started */
    hs__hash_id id;
} running;

static_assert(sizeof(running) <= sizeof(hs__hash), "a running hash fits its room");

static EVP_MD_CTX *take(const hs__lc *lc, hs__hash_id id) {
    EVP_MD_CTX *ctx = hs__pool_take(&lc->pools->md[id]);
    if (ctx)
        return ctx;
    ctx = EVP_MD_CTX_new();
    if (ctx && EVP_DigestInit_ex2(ctx, lc->md[id], NULL) == 1)
        return ctx;
    EVP_MD_CTX_free(ctx);
    return NULL;
}

/* What was hashed may be a key. Initialising zeroes the old state and keeps its memory;
 * freeing wipes it. */
static void put(const hs__lc *lc, hs__hash_id id, EVP_MD_CTX *ctx) {
    if (EVP_DigestInit_ex2(ctx, NULL, NULL) != 1 || !hs__pool_put(&lc->pools->md[id], ctx))
        EVP_MD_CTX_free(ctx);
}

hs_status hs__lc_hash_start(const hs_provider *p, hs__hash *h, hs__hash_id id) {
    running *r = (running *)h;
    if (r->ctx && r->id == id)
        return EVP_DigestInit_ex2(r->ctx, NULL, NULL) == 1 ? HS_OK : HS_E_CRYPTO;
    hs__lc_hash_end(p, h);
    r->ctx = take(hs__lc_of(p), id);
    r->id = id;
    return r->ctx ? HS_OK : HS_E_NOMEM;
}

hs_status hs__lc_hash_update(const hs_provider *p, hs__hash *h, const void *data, size_t n) {
    (void)p;
    running *r = (running *)h;
    return EVP_DigestUpdate(r->ctx, data, n) == 1 ? HS_OK : HS_E_CRYPTO;
}

hs_status hs__lc_hash_snapshot(const hs_provider *p, const hs__hash *h, uint8_t *out) {
    const running *r = (const running *)h;
    EVP_MD_CTX *copy = take(hs__lc_of(p), r->id);
    if (!copy)
        return HS_E_NOMEM;
    bool ok = EVP_MD_CTX_copy_ex(copy, r->ctx) == 1 && EVP_DigestFinal_ex(copy, out, NULL) == 1;
    put(hs__lc_of(p), r->id, copy);
    return ok ? HS_OK : HS_E_CRYPTO;
}

hs_status hs__lc_hash_clone(const hs_provider *p, hs__hash *dst, const hs__hash *src) {
    const running *from = (const running *)src;
    running *to = (running *)dst;
    if (!to->ctx || to->id != from->id) {
        hs__lc_hash_end(p, dst);
        to->ctx = take(hs__lc_of(p), from->id);
        to->id = from->id;
    }
    if (!to->ctx)
        return HS_E_NOMEM;
    return EVP_MD_CTX_copy_ex(to->ctx, from->ctx) == 1 ? HS_OK : HS_E_CRYPTO;
}

void hs__lc_hash_end(const hs_provider *p, hs__hash *h) {
    running *r = (running *)h;
    if (r->ctx)
        put(hs__lc_of(p), r->id, r->ctx);
    r->ctx = NULL;
}

hs_status hs__lc_digest(const hs_provider *p, hs__hash_id id, hs_span head, const hs_span *parts,
                        size_t n_parts, uint8_t *out) {
    const hs__lc *lc = hs__lc_of(p);
    EVP_MD_CTX *ctx = take(lc, id);
    if (!ctx)
        return HS_E_NOMEM;
    bool ok = EVP_DigestUpdate(ctx, head.p, head.n) == 1;
    for (size_t i = 0; i < n_parts && ok; i++)
        ok = EVP_DigestUpdate(ctx, parts[i].p, parts[i].n) == 1;
    ok = ok && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
    put(lc, id, ctx);
    return ok ? HS_OK : HS_E_CRYPTO;
}
