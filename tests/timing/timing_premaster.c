/* Does the time of rsa_premaster tell a good ciphertext from a bad one? (RFC 5246 7.4.7.1)
 *
 *     timing_premaster PROVIDER [SECONDS [BITS]]
 *
 * campaign.h says how it is found out and what the exit code means. BITS: 1024, because a small key
 * allows many more rounds, and what takes the padding off does not depend on it. */
#include <stdio.h>
#include <stdlib.h>

#include "crypto/provider.h"
#include "tests/lib/premaster_kinds.h"
#include "tests/timing/campaign.h"

enum { VERSION = 0x0303 };

typedef struct {
    uint8_t ct[HS__PREMASTER_CT_ROOM];
    size_t n;
} ciphertext;

typedef struct {
    const hs_provider *p;
    hs__private_key *key;
    hs__public_numbers numbers;
    ciphertext made[HS__CAMPAIGN_ROWS];
    ciphertext loaded;
    uint8_t fallback[HS__PREMASTER], out[HS__PREMASTER];
} bench;

static hs_status make(void *ctx, size_t row, size_t kind) {
    bench *b = ctx;
    uint8_t secret[HS__PREMASTER];
    return hs__premaster_kind_make(b->p, &b->numbers, VERSION, kind, b->made[row].ct,
                                   &b->made[row].n, secret);
}

static hs_status load(void *ctx, size_t row) {
    bench *b = ctx;
    b->loaded = b->made[row];
    return HS_OK;
}

static hs_status run(void *ctx) {
    bench *b = ctx;
    return b->p->rsa_premaster(b->p, b->key, (hs_span){b->loaded.ct, b->loaded.n}, VERSION,
                               b->fallback, b->out);
}

static int measure(const hs_provider *p, double seconds, unsigned bits) {
    static bench b;
    const hs__campaign c = {&b, hs__premaster_kinds(), hs__premaster_kind_name, make, load, run};
    int code = 2;
    b.p = p;
    hs_status st = p->key_generate(p, HS__KEY_RSA, bits, &b.key);
    if (!st)
        st = p->key_public(p, b.key, &b.numbers);
    if (st) {
        fprintf(stderr, "timing_premaster: %s\n", hs_status_text(st));
    } else {
        const char *leak = hs_provider_rsa_leak(p);
        printf("%s %s, RSA-%u%s%s, ", hs_provider_name(p), hs_provider_version(p), bits,
               leak ? ", known to leak: " : "", leak ? leak : "");
        code = hs__campaign_run(&c, seconds);
    }
    p->key_free(p, b.key);
    return code;
}

int main(int argc, char **argv) {
    hs_provider *p = NULL;
    double seconds = argc > 2 ? strtod(argv[2], NULL) : 60;
    unsigned bits = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 1024;
    if (argc < 2 || argc > 4) {
        fprintf(stderr, "usage: timing_premaster PROVIDER [SECONDS [BITS]]\n");
        return 2;
    }
    hs_status st = hs_provider_new(argv[1], &p);
    if (st) {
        fprintf(stderr, "timing_premaster: %s: %s\n", argv[1], hs_status_text(st));
        return 2;
    }
    int code = measure(p, seconds, bits);
    hs_provider_unref(p);
    return code;
}
