#include <assert.h>
#include <string.h>

#include "crypto/mbedtls/internal.h"

typedef struct {
    union {
        mbedtls_sha1_context sha1;
        mbedtls_sha256_context sha256;
        mbedtls_sha512_context sha512;
    } u;
    hs__hash_id id;
    bool is_started;
} running;

static_assert(sizeof(running) <= sizeof(hs__hash), "a running hash fits its room");

static int start(running *r) {
    switch (r->id) {
    case HS__SHA1:
        mbedtls_sha1_init(&r->u.sha1);
        return MB_HASH(mbedtls_sha1_starts)(&r->u.sha1);
    case HS__SHA256:
        mbedtls_sha256_init(&r->u.sha256);
        return MB_HASH(mbedtls_sha256_starts)(&r->u.sha256, 0);
    case HS__SHA384:
    case HS__SHA512:
        mbedtls_sha512_init(&r->u.sha512);
        return MB_HASH(mbedtls_sha512_starts)(&r->u.sha512, r->id == HS__SHA384);
    }
    return -1;
}

static int update(running *r, const void *data, size_t n) {
    switch (r->id) {
    case HS__SHA1:
        return MB_HASH(mbedtls_sha1_update)(&r->u.sha1, data, n);
    case HS__SHA256:
        return MB_HASH(mbedtls_sha256_update)(&r->u.sha256, data, n);
    case HS__SHA384:
    case HS__SHA512:
        return MB_HASH(mbedtls_sha512_update)(&r->u.sha512, data, n);
    }
    return -1;
}

static int finish(running *r, uint8_t out[HS__HASH_MAX]) {
    switch (r->id) {
    case HS__SHA1:
        return MB_HASH(mbedtls_sha1_finish)(&r->u.sha1, out);
    case HS__SHA256:
        return MB_HASH(mbedtls_sha256_finish)(&r->u.sha256, out);
    case HS__SHA384:
    case HS__SHA512:
        return MB_HASH(mbedtls_sha512_finish)(&r->u.sha512, out);
    }
    return -1;
}

static void copy_state(running *to, const running *from) {
    to->id = from->id;
    to->is_started = true;
    switch (from->id) {
    case HS__SHA1:
        mbedtls_sha1_init(&to->u.sha1);
        mbedtls_sha1_clone(&to->u.sha1, &from->u.sha1);
        break;
    case HS__SHA256:
        mbedtls_sha256_init(&to->u.sha256);
        mbedtls_sha256_clone(&to->u.sha256, &from->u.sha256);
        break;
    case HS__SHA384:
    case HS__SHA512:
        mbedtls_sha512_init(&to->u.sha512);
        mbedtls_sha512_clone(&to->u.sha512, &from->u.sha512);
        break;
    }
}

/* The library's own free wipes what was hashed. */
static void end(running *r) {
    if (!r->is_started)
        return;
    switch (r->id) {
    case HS__SHA1:
        mbedtls_sha1_free(&r->u.sha1);
        break;
    case HS__SHA256:
        mbedtls_sha256_free(&r->u.sha256);
        break;
    case HS__SHA384:
    case HS__SHA512:
        mbedtls_sha512_free(&r->u.sha512);
        break;
    }
    r->is_started = false;
}

hs_status hs__mb_hash_start(const hs_provider *p, hs__hash *h, hs__hash_id id) {
    (void)p;
    running *r = (running *)h;
    end(r);
    r->id = id;
    r->is_started = true;
    return hs__mb_status(start(r), HS_E_CRYPTO);
}

hs_status hs__mb_hash_update(const hs_provider *p, hs__hash *h, const void *data, size_t n) {
    (void)p;
    return hs__mb_status(n ? update((running *)h, data, n) : 0, HS_E_CRYPTO);
}

/* Ends r. */
static hs_status finish_into(running *r, uint8_t *out) {
    uint8_t digest[HS__HASH_MAX]; /* 2.28's prototype wants 64 bytes for SHA-384 */
    hs_status st = hs__mb_status(finish(r, digest), HS_E_CRYPTO);
    end(r);
    if (!st)
        memcpy(out, digest, hs__hash_len(r->id));
    hs__wipe(digest, sizeof digest);
    return st;
}

hs_status hs__mb_hash_snapshot(const hs_provider *p, const hs__hash *h, uint8_t *out) {
    (void)p;
    running copy = {0};
    copy_state(&copy, (const running *)h);
    return finish_into(&copy, out);
}

hs_status hs__mb_hash_clone(const hs_provider *p, hs__hash *dst, const hs__hash *src) {
    (void)p;
    end((running *)dst);
    copy_state((running *)dst, (const running *)src);
    return HS_OK;
}

void hs__mb_hash_end(const hs_provider *p, hs__hash *h) {
    (void)p;
    end((running *)h);
}

hs_status hs__mb_digest(const hs_provider *p, hs__hash_id id, hs_span head, const hs_span *parts,
                        size_t n_parts, uint8_t *out) {
    (void)p;
    running r = {.id = id, .is_started = true};
    int ret = start(&r);
    if (!ret && head.n)
        ret = update(&r, head.p, head.n);
    for (size_t i = 0; i < n_parts && !ret; i++)
        ret = parts[i].n ? update(&r, parts[i].p, parts[i].n) : 0;
    if (!ret)
        return finish_into(&r, out);
    end(&r);
    return hs__mb_status(ret, HS_E_CRYPTO);
}

mbedtls_md_type_t hs__mb_md(hs__hash_id id) {
    static const mbedtls_md_type_t md[] = {[HS__SHA1] = MBEDTLS_MD_SHA1,
                                           [HS__SHA256] = MBEDTLS_MD_SHA256,
                                           [HS__SHA384] = MBEDTLS_MD_SHA384,
                                           [HS__SHA512] = MBEDTLS_MD_SHA512};
    return md[id];
}
