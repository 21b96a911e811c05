#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include <mbedtls/cipher.h>
#include <mbedtls/ctr_drbg.h>

#include "crypto/mbedtls/internal.h"

/* In the order of hs__mb.curve. */
static const struct {
    mbedtls_ecp_group_id id;
    uint16_t group;
    int key_type; /* -1: not for signing */
} curves[CURVES] = {
    {MBEDTLS_ECP_DP_SECP256R1, HS__GROUP_SECP256R1, HS__KEY_P256},
    {MBEDTLS_ECP_DP_CURVE25519, HS__GROUP_X25519, -1},
    {MBEDTLS_ECP_DP_SECP384R1, HS__GROUP_SECP384R1, HS__KEY_P384},
    {MBEDTLS_ECP_DP_SECP521R1, HS__GROUP_SECP521R1, HS__KEY_P521},
};

/* With its kept comb table P-256 costs less than X25519 here. */
static const uint16_t groups[] = {HS__GROUP_SECP256R1, HS__GROUP_X25519, HS__GROUP_SECP384R1,
                                  HS__GROUP_SECP521R1, 0};

static const hs__key_type key_types[] = {HS__KEY_P256, HS__KEY_P384, HS__KEY_P521, HS__KEY_RSA,
                                         HS__KEY_RSA_PSS};

mbedtls_ecp_group *hs__mb_curve_of_group(const hs_provider *p, uint16_t group) {
    for (int i = 0; i < CURVES; i++) {
        if (curves[i].group == group)
            return &((const hs__mb *)p)->curve[i];
    }
    return NULL;
}

mbedtls_ecp_group *hs__mb_curve_of_key(const hs_provider *p, hs__key_type type) {
    for (int i = 0; i < CURVES; i++) {
        if (curves[i].key_type == (int)type)
            return &((const hs__mb *)p)->curve[i];
    }
    return NULL;
}

uint16_t hs__mb_group_of_key(hs__key_type type) {
    for (int i = 0; i < CURVES; i++) {
        if (curves[i].key_type == (int)type)
            return curves[i].group;
    }
    return 0;
}

/* The kernel's generator: no state of ours, so none to share, to seed or to lose by fork. */
static hs_status random_bytes(const hs_provider *p, void *out, size_t n) {
    (void)p;
    uint8_t *at = out;
    while (n > 0) {
        ssize_t got = getrandom(at, n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return HS_E_RANDOM;
        at += got;
        n -= (size_t)got;
    }
    return HS_OK;
}

int hs__mb_rng(void *unused, unsigned char *out, size_t n) {
    (void)unused;
    return random_bytes(NULL, out, n) ? MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED : 0;
}

hs_status hs__mb_status(int ret, hs_status otherwise) {
    /* A code is the sum of a module's own and of what went wrong below it, in 7 bits. */
    int below = -(-ret & 0x7f);
    if (ret == 0)
        return HS_OK;
    if (below == MBEDTLS_ERR_MPI_ALLOC_FAILED || ret == MBEDTLS_ERR_ECP_ALLOC_FAILED ||
        ret == MBEDTLS_ERR_CIPHER_ALLOC_FAILED || ret == MBEDTLS_ERR_MD_ALLOC_FAILED)
        return HS_E_NOMEM;
    if (below == MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED || ret == MBEDTLS_ERR_ECP_RANDOM_FAILED)
        return HS_E_RANDOM;
    return otherwise;
}

/* Montgomery curves have no table. */
static hs_status prime(mbedtls_ecp_group *g) {
    mbedtls_mpi d;
    mbedtls_ecp_point q;
    mbedtls_mpi_init(&d);
    mbedtls_ecp_point_init(&q);
    int ret = mbedtls_ecp_gen_keypair(g, &d, &q, hs__mb_rng, NULL);
    mbedtls_ecp_point_free(&q);
    mbedtls_mpi_free(&d);
    return hs__mb_status(ret, HS_E_CRYPTO);
}

static hs_status load_curves(hs__mb *mb) {
    hs_status st = HS_OK;
    for (int i = 0; i < CURVES; i++)
        mbedtls_ecp_group_init(&mb->curve[i]);
    for (int i = 0; i < CURVES && !st; i++) {
        st = hs__mb_status(mbedtls_ecp_group_load(&mb->curve[i], curves[i].id), HS_E_UNSUPPORTED);
        if (!st && curves[i].key_type != -1)
            st = prime(&mb->curve[i]);
    }
    return st;
}

/* Unblinding took a time that depends on the result ("Marvin"). */
static const char *rsa_leak(unsigned version) {
    bool is_repaired = version >= 0x03050200 || (version >= 0x021c0700 && version < 0x03000000);
    return is_repaired ? NULL : "CVE-2024-23170, fixed in mbedTLS 2.28.7 and 3.5.2";
}

static void destroy(hs_provider *p) {
    hs__mb *mb = (hs__mb *)p;
    for (int i = 0; i < CURVES; i++)
        mbedtls_ecp_group_free(&mb->curve[i]);
    free(mb->curve);
    free(mb);
}

static const hs_provider slots = {
    .name = "mbedtls",
    .groups = groups,
    .key_types = key_types,
    .n_key_types = sizeof key_types / sizeof key_types[0],
    .chacha20_first = true, /* measured: faster than its AES-GCM even with AES instructions */
    .random = random_bytes,
    .hash_start = hs__mb_hash_start,
    .hash_update = hs__mb_hash_update,
    .hash_snapshot = hs__mb_hash_snapshot,
    .hash_clone = hs__mb_hash_clone,
    .hash_end = hs__mb_hash_end,
    .digest = hs__mb_digest,
    .aead_new = hs__mb_aead_new,
    .aead_seal = hs__mb_aead_seal,
    .aead_open = hs__mb_aead_open,
    .aead_free = hs__mb_aead_free,
    .kex_generate = hs__mb_kex_generate,
    .kex_agree = hs__mb_kex_agree,
    .kex_respond = hs__mb_kex_respond,
    .kex_export = hs__mb_kex_export,
    .kex_import = hs__mb_kex_import,
    .kex_free = hs__mb_kex_free,
    .key_load = hs__mb_key_load,
    .key_generate = hs__mb_key_generate,
    .key_public = hs__mb_key_public,
    .key_sign = hs__mb_key_sign,
    .key_write = hs__mb_key_write,
    .key_free = hs__mb_key_free,
    .public_new = hs__mb_public_new,
    .public_verify = hs__mb_public_verify,
    .public_free = hs__mb_public_free,
    .rsa_encrypt_premaster = hs__mb_rsa_encrypt_premaster,
    .rsa_premaster = hs__mb_rsa_premaster,
    .key_agree = hs__mb_key_agree,
    .rsa_public = hs__mb_rsa_public,
    .rsa_private = hs__mb_rsa_private,
    .aes_new = hs__mb_aes_new,
    .aes_update = hs__mb_aes_update,
    .aes_end = hs__mb_aes_end,
    .aes_free = hs__mb_aes_free,
    .destroy = destroy,
};

hs_status hs__mbedtls_new(hs_provider **out) {
    hs__mb *mb = calloc(1, sizeof *mb);
    if (!mb)
        return HS_E_NOMEM;
    mb->base = slots;
    atomic_init(&mb->base.refs, 1);
    mbedtls_version_get_string(mb->version);
    mb->base.version = mb->version;
    mb->base.rsa_leak = rsa_leak(mbedtls_version_get_number());
    mb->curve = calloc(CURVES, sizeof *mb->curve);
    if (!mb->curve) {
        free(mb);
        return HS_E_NOMEM;
    }
    hs_status st = load_curves(mb);
    if (st)
        destroy(&mb->base);
    else
        *out = &mb->base;
    return st;
}
