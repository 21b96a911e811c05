#include "tests/lib/premaster_kinds.h"

#include <string.h>

#include <mbedtls/bignum.h>

enum { NO_END = -1 }; /* no zero byte behind the padding, nor anywhere after it */

/* Changes a finished ciphertext. */
typedef void change(hs_span modulus, uint8_t *ct, size_t *n);

static void to_zero(hs_span modulus, uint8_t *ct, size_t *n) {
    (void)modulus;
    memset(ct, 0, *n);
}

static void to_one(hs_span modulus, uint8_t *ct, size_t *n) {
    to_zero(modulus, ct, n);
    ct[*n - 1] = 1;
}

static void to_modulus(hs_span modulus, uint8_t *ct, size_t *n) {
    memcpy(ct, modulus.p, *n);
}

static void to_modulus_less_1(hs_span modulus, uint8_t *ct, size_t *n) {
    to_modulus(modulus, ct, n);
    ct[*n - 1]--; /* a modulus is odd */
}

static void to_modulus_and_1(hs_span modulus, uint8_t *ct, size_t *n) {
    size_t at = *n;
    to_modulus(modulus, ct, n);
    do
        ct[--at]++;
    while (ct[at] == 0 && at > 0);
}

static void to_ones(hs_span modulus, uint8_t *ct, size_t *n) {
    (void)modulus;
    memset(ct, 0xff, *n);
}

static void to_other_number(hs_span modulus, uint8_t *ct, size_t *n) {
    (void)modulus;
    ct[*n / 2] ^= 0x10;
}

static void without_last(hs_span modulus, uint8_t *ct, size_t *n) {
    (void)modulus;
    (void)ct;
    *n -= 1;
}

static void without_first(hs_span modulus, uint8_t *ct, size_t *n) {
    (void)modulus;
    *n -= 1;
    memmove(ct, ct + 1, *n);
}

static void zero_in_front(hs_span modulus, uint8_t *ct, size_t *n) {
    (void)modulus;
    memmove(ct + 1, ct, *n);
    ct[0] = 0;
    *n += 1;
}

static void zero_behind(hs_span modulus, uint8_t *ct, size_t *n) {
    (void)modulus;
    ct[*n] = 0;
    *n += 1;
}

static void to_nothing(hs_span modulus, uint8_t *ct, size_t *n) {
    (void)modulus;
    (void)ct;
    *n = 0;
}

/* secret_n: bytes behind the padding. xor: changes the version. at: this byte of the block becomes
 * `value`; 0 with value 0 changes nothing. */
static const struct {
    const char *name;
    int secret_n;
    uint16_t version_xor;
    uint16_t at;
    uint8_t value;
    change *change;
} kinds[] = {
    [HS__PREMASTER_GOOD] = {"good", HS__PREMASTER, 0, 0, 0, NULL},
    {"first byte 1", HS__PREMASTER, 0, 0, 1, NULL},
    {"block type 0", HS__PREMASTER, 0, 1, 0, NULL},
    {"block type 1", HS__PREMASTER, 0, 1, 1, NULL},
    {"block type 3", HS__PREMASTER, 0, 1, 3, NULL},
    {"no padding at all", HS__PREMASTER, 0, 2, 0, NULL},
    {"1 byte of padding", HS__PREMASTER, 0, 3, 0, NULL},
    {"7 bytes of padding", HS__PREMASTER, 0, 9, 0, NULL},
    {"8 bytes of padding", HS__PREMASTER, 0, 10, 0, NULL},
    {"a zero in the padding", HS__PREMASTER, 0, 60, 0, NULL},
    {"no end of the padding", NO_END, 0, 0, 0, NULL},
    {"empty secret", 0, 0, 0, 0, NULL},
    {"1 byte of secret", 1, 0, 0, 0, NULL},
    {"47 bytes of secret", 47, 0, 0, 0, NULL},
    {"49 bytes of secret", 49, 0, 0, 0, NULL},
    {"version: 1 less", HS__PREMASTER, 0x0001, 0, 0, NULL},
    {"version: other first byte", HS__PREMASTER, 0x0100, 0, 0, NULL},
    {"ciphertext 0", HS__PREMASTER, 0, 0, 0, to_zero},
    {"ciphertext 1", HS__PREMASTER, 0, 0, 0, to_one},
    {"ciphertext n-1", HS__PREMASTER, 0, 0, 0, to_modulus_less_1},
    {"ciphertext n", HS__PREMASTER, 0, 0, 0, to_modulus},
    {"ciphertext n+1", HS__PREMASTER, 0, 0, 0, to_modulus_and_1},
    {"ciphertext all ones", HS__PREMASTER, 0, 0, 0, to_ones},
    {"ciphertext damaged", HS__PREMASTER, 0, 0, 0, to_other_number},
    {"last byte missing", HS__PREMASTER, 0, 0, 0, without_last},
    {"first byte missing", HS__PREMASTER, 0, 0, 0, without_first},
    {"a zero in front", HS__PREMASTER, 0, 0, 0, zero_in_front},
    {"a zero behind", HS__PREMASTER, 0, 0, 0, zero_behind},
    {"empty ciphertext", HS__PREMASTER, 0, 0, 0, to_nothing},
};

size_t hs__premaster_kinds(void) {
    return sizeof kinds / sizeof kinds[0];
}

const char *hs__premaster_kind_name(size_t kind) {
    return kinds[kind].name;
}

static void avoid_zeros(uint8_t *at, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (at[i] == 0)
            at[i] = 0xa5;
    }
}

/* 00 02 | padding | 00 | secret, n bytes; see kinds[]. */
static hs_status make_block(const hs_provider *p, size_t kind, uint16_t version, uint8_t *block,
                            size_t n) {
    int secret_n = kinds[kind].secret_n;
    hs_status st = p->random(p, block, n);
    if (st)
        return st;
    block[0] = 0;
    block[1] = 2;
    size_t from = n - (secret_n == NO_END ? HS__PREMASTER : (size_t)secret_n);
    avoid_zeros(block + 2, secret_n == NO_END ? n - 2 : from - 3);
    if (secret_n != NO_END)
        block[from - 1] = 0;
    if (n - from >= 2) {
        block[from] = (uint8_t)((version ^ kinds[kind].version_xor) >> 8);
        block[from + 1] = (uint8_t)(version ^ kinds[kind].version_xor);
    }
    if (kinds[kind].at || kinds[kind].value)
        block[kinds[kind].at] = kinds[kind].value;
    return HS_OK;
}

/* block = block ^ e mod n */
static bool raise(const hs__public_numbers *k, uint8_t *block) {
    mbedtls_mpi x;
    mbedtls_mpi n;
    mbedtls_mpi e;
    mbedtls_mpi_init(&x);
    mbedtls_mpi_init(&n);
    mbedtls_mpi_init(&e);
    bool ok = !mbedtls_mpi_read_binary(&x, block, k->n.n) &&
              !mbedtls_mpi_read_binary(&n, k->n.p, k->n.n) &&
              !mbedtls_mpi_read_binary(&e, k->e.p, k->e.n) && mbedtls_mpi_cmp_mpi(&x, &n) < 0 &&
              !mbedtls_mpi_exp_mod(&x, &x, &e, &n, NULL) &&
              !mbedtls_mpi_write_binary(&x, block, k->n.n);
    mbedtls_mpi_free(&x);
    mbedtls_mpi_free(&n);
    mbedtls_mpi_free(&e);
    return ok;
}

hs_status hs__premaster_kind_make(const hs_provider *p, const hs__public_numbers *k,
                                  uint16_t version, size_t kind, uint8_t *ct, size_t *ct_n,
                                  uint8_t secret[HS__PREMASTER]) {
    hs_status st = make_block(p, kind, version, ct, k->n.n);
    if (st)
        return st;
    *ct_n = k->n.n;
    memcpy(secret, ct + k->n.n - HS__PREMASTER, HS__PREMASTER);
    if (!raise(k, ct))
        return HS_E_CRYPTO;
    if (kinds[kind].change)
        kinds[kind].change(k->n, ct, ct_n);
    return HS_OK;
}
