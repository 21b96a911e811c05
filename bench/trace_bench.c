/* What it costs to be watched: handshakes with nobody looking, and with each renderer at both ends;
 * as ratios to the first. Built with -Dtrace=false it measures the first alone.
 *
 *   bench_trace [ROUNDS] */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/bench.h"
#include "handshake/render.h"

typedef hs_status (*maker)(const hs_render_options *o, hs_render **out);

typedef struct {
    const char *name;
    maker make; /* NULL: a sink that looks at nothing */
    int level;
    hs_secrets secrets;
    bool is_watched, spares_server;
} way;

static const way ways[] = {
    {"nobody watches", NULL, 0, HS_SECRETS_DEFAULT, false},
    {"events that nobody reads", NULL, 0, HS_SECRETS_SHOW, true},
    {"text, -v", hs_text_new, 1, HS_SECRETS_DEFAULT, true},
    {"text, -vv", hs_text_new, 2, HS_SECRETS_DEFAULT, true},
    {"text, -vvv", hs_text_new, 3, HS_SECRETS_SHOW, true},
    {"JSON Lines", hs_jsonl_new, 3, HS_SECRETS_DEFAULT, true},
    {"JSON Lines, secrets shown", hs_jsonl_new, 3, HS_SECRETS_SHOW, true},
    {"the same, client alone", hs_jsonl_new, 3, HS_SECRETS_SHOW, true, true},
    {"page", hs_html_new, 3, HS_SECRETS_DEFAULT, true},
    {"capture", hs_pcapng_new, 3, HS_SECRETS_SHOW, true},
};
enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

static const way *now;
static size_t written;
static bool is_told; /* the engine was built with its trace */

static void count(void *ctx, const char *p, size_t n) {
    (void)ctx;
    (void)p;
    written += n;
}

static void ignore(void *one, const hs_trace *event) {
    (void)one;
    (void)event;
    is_told = true;
}

static void *begin(bool is_server) {
    const hs_render_options o = {.size = sizeof(o),
                                 .write = count,
                                 .level = now->level,
                                 .secrets = now->secrets,
                                 .peer = "127.0.0.1:4433",
                                 .local = "127.0.0.1:50000",
                                 .tool = is_server ? "server" : "client"};
    hs_render *r = NULL;
    if (is_server && now->spares_server) {
        return NULL;
    }
    if (now->make != NULL && now->make(&o, &r) != HS_OK) {
        abort();
    }
    return r;
}

static void end(void *one) {
    hs_render_free(one);
}

static unsigned mask_of(const way *w) {
    now = w;
    hs_render *r = w->make != NULL ? begin(false) : NULL;
    const unsigned mask = r != NULL ? hs_render_mask(r) : HS_TRACE_ALL | HS_TRACE_SECRETS;
    hs_render_free(r);
    return mask;
}

static double handshake_us(const bench_peer *peer, unsigned batch, bench_setup *setup,
                           const way *w) {
    const bench_tracer tracer = {mask_of(w), begin, w->make != NULL ? hs_render_event : ignore,
                                 end};
    setup->tracer = w->is_watched ? &tracer : NULL;
    if (!peer->open(setup)) {
        abort();
    }
    double start = 0;
    for (unsigned i = 0; i < batch + 2; i++) { /* first use computes tables */
        start = i == 2 ? bench_cpu_seconds() : start;
        bench_pair *p = peer->pair_new();
        if (!peer->connect(p)) {
            abort();
        }
        peer->pair_free(p);
    }
    const double us = (bench_cpu_seconds() - start) / batch * 1e6;
    peer->close();
    return us;
}

typedef struct {
    const bench_peer *peer;
    unsigned batch; /* handshakes in one sample: about a tenth of a second */
} library;

static void measure(const char *title, const library *l, bench_setup *setup, unsigned rounds,
                    size_t n) {
    double values[WAYS][BENCH_ROUNDS_MAX];
    size_t bytes[WAYS] = {0};
    for (unsigned r = 0; r < rounds; r++) {
        for (size_t i = 0; i < n; i++) {
            written = 0;
            values[i][r] = handshake_us(l->peer, l->batch, setup, &ways[i]);
            bytes[i] = written / (l->batch + 2);
        }
    }
    const double alone = bench_median(values[0], rounds);
    (void)printf("\n%s, %s, both ends watched\n  %-28s %10s %10s %14s\n", l->peer->name, title, "",
                 "us", "ratio", "bytes written");
    for (size_t i = 0; i < n; i++) {
        const double us = bench_median(values[i], rounds);
        (void)printf("  %-28s %10.1f %9.2fx %14zu\n", ways[i].name, us, us / alone, bytes[i]);
    }
}

static const library libraries[] = {{&bench_hs_libcrypto, 200}, {&bench_hs_mbedtls, 25}};

int main(int argc, char **argv) {
    const long asked = argc > 1 ? strtol(argv[1], NULL, 10) : 7;
    const unsigned rounds = asked >= 1 && asked <= BENCH_ROUNDS_MAX ? (unsigned)asked : 7;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    (void)sched_setaffinity(0, sizeof(one), &one);
    hs_provider *p;
    if (hs_provider_new("libcrypto", &p) != HS_OK) {
        return 1;
    }
    hs__test_identity p256 = hs__test_identity_new(p, HS__KEY_P256, "bench.test");
    bench_setup tls13 = {"AES-128-GCM", 0x1301, &p256, false, NULL};
    bench_setup tls12 = {"AES-128-GCM", 0xc02b, &p256, false, NULL};
    (void)handshake_us(libraries[0].peer, 1, &tls13, &ways[1]);
    const size_t n = is_told ? WAYS : 1;
    for (size_t i = 0; i < 2; i++) {
        measure("TLS 1.3", &libraries[i], &tls13, rounds, n);
        measure("TLS 1.2", &libraries[i], &tls12, rounds, n);
    }
    hs__test_identity_free(&p256);
    hs_provider_unref(p);
    return 0;
}
