/* Does the time that a server takes tell a good ClientKeyExchange from a bad one? It is all that a
 * client can see: from the bytes of ClientKeyExchange, ChangeCipherSpec and a Finished that cannot
 * be right, as an attacker has no keys, to the alert. (RFC 5246 7.4.7.1)
 *
 *     timing_server PROVIDER [SECONDS]
 *
 * campaign.h says how it is found out and what the exit code means. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/codepoints.h"
#include "tests/lib/premaster_kinds.h"
#include "tests/lib/stage12.h"
#include "tests/timing/campaign.h"

enum { VERSION = HS__VERSION_TLS12, FINISHED = 8 + 16 + HS__AEAD_TAG };

typedef struct {
    hs__stage stage;
    hs__public_numbers numbers;
    hs__private_key *key;
    hs__stage12 *rows[HS__CAMPAIGN_ROWS];
    hs__test_bytes wire[HS__CAMPAIGN_ROWS];
    size_t row; /* the one that runs */
} bench;

/* All of them end in the same way: nothing else may be measured. */
static hs_status finish(bench *b, size_t row) {
    hs__stage12 *t = b->rows[row];
    hs_status st = HS_OK;
    if (!t)
        return HS_OK;
    if (t->end.connected || !t->end.failed || t->end.error.alert != HS__ALERT_bad_record_mac) {
        fprintf(stderr, "%s: %s\n", row < hs__premaster_kinds() ? hs__premaster_kind_name(row) : "",
                hs_status_text(t->end.error.status));
        st = HS_E_MISUSE;
    }
    hs__test_bytes_free(&b->wire[row]);
    hs__stage12_free(t);
    free(t);
    b->rows[row] = NULL;
    return st;
}

/* Three records in clear, though the last one should not be. */
static void write_wire(hs__peer12 *peer, const uint8_t *ct, size_t n, hs__test_bytes *out) {
    const size_t body = n + 2;
    const uint8_t head[] = {HS__HT_client_key_exchange, (uint8_t)(body >> 16),
                            (uint8_t)(body >> 8),       (uint8_t)body,
                            (uint8_t)(n >> 8),          (uint8_t)n};
    uint8_t finished[FINISHED];
    hs__test_bytes m = {NULL, 0, 0};
    if (peer->p->random(peer->p, finished, sizeof finished))
        abort();
    hs__test_bytes_add(&m, head, sizeof head);
    hs__test_bytes_add(&m, ct, n);
    hs__peer12_seal(peer, HS__CONTENT_handshake, (hs_span){m.p, m.n}, out);
    hs__peer12_seal(peer, HS__CONTENT_change_cipher_spec, (hs_span){(const uint8_t *)"\x01", 1},
                    out);
    hs__peer12_seal(peer, HS__CONTENT_handshake, (hs_span){finished, sizeof finished}, out);
    hs__test_bytes_free(&m);
}

static hs_status make(void *ctx, size_t row, size_t kind) {
    bench *b = ctx;
    uint8_t ct[HS__PREMASTER_CT_ROOM];
    uint8_t secret[HS__PREMASTER];
    size_t n = 0;
    hs_status st = finish(b, row);
    if (!st)
        st = hs__premaster_kind_make(b->stage.p, &b->numbers, VERSION, kind, ct, &n, secret);
    if (st)
        return st;
    b->rows[row] = malloc(sizeof *b->rows[row]);
    if (!b->rows[row])
        return HS_E_NOMEM;
    hs__stage12_open(&b->stage, true, HS__PEER12_RSA, b->rows[row]);
    hs__peer12_run(&b->rows[row]->peer, 1); /* ClientHello, and what the server says to it */
    write_wire(&b->rows[row]->peer, ct, n, &b->wire[row]);
    return HS_OK;
}

static hs_status load(void *ctx, size_t row) {
    ((bench *)ctx)->row = row;
    return HS_OK;
}

static hs_status run(void *ctx) {
    bench *b = ctx;
    hs__test_end_feed(&b->rows[b->row]->end, b->wire[b->row].p, b->wire[b->row].n);
    return HS_OK;
}

static hs_status open_bench(bench *b, hs_provider *p) {
    b->stage.p = p;
    b->stage.id = hs__test_identity_new(p, HS__KEY_RSA, "a.test");
    const hs_span pem = {(const uint8_t *)b->stage.id.key_pem, b->stage.id.key_pem_n};
    hs_status st = p->key_load(p, pem, (hs_span){NULL, 0}, &b->key);
    return st ? st : p->key_public(p, b->key, &b->numbers);
}

int main(int argc, char **argv) {
    static bench b;
    const hs__campaign c = {&b, hs__premaster_kinds(), hs__premaster_kind_name, make, load, run};
    hs_provider *p = NULL;
    int code = 2;
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: timing_server PROVIDER [SECONDS]\n");
        return 2;
    }
    hs_status st = hs_provider_new(argv[1], &p);
    if (!st)
        st = open_bench(&b, p);
    if (st) {
        fprintf(stderr, "timing_server: %s: %s\n", argv[1], hs_status_text(st));
    } else {
        printf("%s %s, a server, RSA-%u, ", hs_provider_name(p), hs_provider_version(p),
               hs__public_bits(&b.numbers));
        code = hs__campaign_run(&c, argc > 2 ? strtod(argv[2], NULL) : 60);
    }
    for (size_t row = 0; row < HS__CAMPAIGN_ROWS; row++) {
        if (finish(&b, row))
            code = 2;
    }
    if (p) {
        p->key_free(p, b.key);
        hs__stage_free(&b.stage);
    }
    return code;
}
