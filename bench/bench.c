/* One command, one table: handshakes per second of CPU, bulk, memory, allocations; ours beside
 * others in the same run, as ratios (ARCHITECTURE: budgets).
 *
 *   bench [ROUNDS]        7 rounds by default; each takes some seconds */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"

enum { PEERS = 4, TEXT = 16 * 1024 * 1024, BULK_BYTES = 4 * TEXT, WARM_UP = 1024 * 1024 };
static const bench_peer *const peers[PEERS] = {&bench_hs_libcrypto, &bench_libssl,
                                               &bench_hs_mbedtls, &bench_mbedtls};
static const char *const floors[PEERS] = {"libcrypto", NULL, "mbedtls", NULL};
/* Handshakes in one sample: about a tenth of a second each. */
static const unsigned batch[PEERS] = {200, 200, 25, 25};

static unsigned rounds = 7;
static uint8_t text[TEXT];

typedef struct {
    double values[BENCH_ROUNDS_MAX];
    size_t n;
} samples;

static void add(samples *s, double v) {
    s->values[s->n++] = v;
}

static void must(bool ok, const char *who, const char *what) {
    if (!ok) {
        (void)fprintf(stderr, "bench: %s: %s failed\n", who, what);
        exit(1);
    }
}

/* ---- handshakes
 * ------------------------------------------------------------------------------------ */

static double handshakes(const bench_peer *peer, unsigned n) {
    double start = bench_cpu_seconds();
    for (unsigned i = 0; i < n; i++) {
        bench_pair *p = peer->pair_new();
        must(peer->connect(p), peer->name, "handshake");
        peer->pair_free(p);
    }
    return bench_cpu_seconds() - start;
}

/* A round counts only when the machine was as fast as in most rounds. */
static bool is_calm(double probe, double usual) {
    return probe < usual * 1.1;
}

typedef double (*measured)(const bench_peer *peer, size_t i, const bench_setup *setup);

/* Resumed ones are so short that more go into a sample. */
static unsigned sample(size_t i, const bench_setup *setup) {
    return setup->resumes ? batch[i] * 10 : batch[i];
}

static double one_handshake_us(const bench_peer *peer, size_t i, const bench_setup *setup) {
    must(peer->open(setup), peer->name, "setup");
    (void)handshakes(peer, 2); /* first use computes tables */
    double us = handshakes(peer, sample(i, setup)) / sample(i, setup) * 1e6;
    peer->close();
    return us;
}

static size_t record_size;

/* mbedTLS is some ten times slower: less does. */
static size_t bulk_bytes(size_t i) {
    return i < 2 ? BULK_BYTES : BULK_BYTES / 32;
}

static double bulk_mb_s(const bench_peer *peer, size_t i, const bench_setup *setup) {
    size_t bytes = bulk_bytes(i);
    must(peer->open(setup), peer->name, "setup");
    bench_pair *p = peer->pair_new();
    must(peer->connect(p), peer->name, "handshake");
    must(peer->send(p, text, WARM_UP, record_size) == WARM_UP, peer->name, "data");
    double start = bench_cpu_seconds();
    for (size_t sent = 0; sent < bytes; sent += TEXT) {
        size_t n = bytes < TEXT ? bytes : TEXT;
        must(peer->send(p, text, n, record_size) == n, peer->name, "data");
    }
    double took = bench_cpu_seconds() - start;
    peer->pair_free(p);
    peer->close();
    return (double)bytes / took / 1e6;
}

static double floor_us(size_t i, const bench_setup *setup) {
    return floors[i] != NULL && !setup->resumes
               ? bench_floor(floors[i], setup, batch[i]) / batch[i] * 1e6
               : 0;
}

static double floor_mb_s(size_t i, const bench_setup *setup) {
    if (floors[i] == NULL) {
        return 0;
    }
    size_t bytes = bulk_bytes(i);
    return (double)bytes /
           bench_floor_bulk(floors[i], setup->suite, record_size, (hs_span){text, TEXT}, bytes) /
           1e6;
}

typedef struct {
    double value, floor; /* medians; floor 0: none */
} result;

/* Interleaves all peers round by round and takes medians over the calm rounds. */
static void measure(const bench_setup *setup, measured fn,
                    double (*floor_fn)(size_t, const bench_setup *), result out[PEERS]) {
    samples values[PEERS] = {{.n = 0}};
    samples bare[PEERS] = {{.n = 0}};
    double usual = bench_probe();
    for (unsigned r = 0; r < rounds; r++) {
        double probe = bench_probe();
        usual = probe < usual ? probe : usual;
        for (size_t i = 0; i < PEERS; i++) {
            double b = floor_fn(i, setup);
            double v = fn(peers[i], i, setup);
            if (is_calm(bench_probe(), usual) || r + 1 == rounds) {
                add(&bare[i], b);
                add(&values[i], v);
            }
        }
    }
    for (size_t i = 0; i < PEERS; i++) {
        out[i] = (result){bench_median(values[i].values, values[i].n),
                          bench_median(bare[i].values, bare[i].n)};
    }
}

static void print_handshakes(const char *title, const bench_setup *setup) {
    result r[PEERS];
    measure(setup, one_handshake_us, floor_us, r);
    (void)printf("\n%s (client + server%s)\n", title,
                 setup->resumes ? "" : ", chain and name verified");
    (void)printf("  %-24s %12s %12s %14s %16s\n", "", "per CPU-s", "us", "to the peer",
                 "over primitives");
    for (size_t i = 0; i < PEERS; i++) {
        double peer_us = r[i | 1].value; /* each of ours stands before its library's own TLS */
        (void)printf("  %-24s %12.0f %12.0f", peers[i]->name, 1e6 / r[i].value, r[i].value);
        if (floors[i] != NULL) {
            (void)printf(" %13.2fx", peer_us / r[i].value);
        }
        if (r[i].floor > 0) {
            (void)printf(" %+15.1f%%", (r[i].value / r[i].floor - 1) * 100);
        }
        (void)printf("\n");
    }
}

static void print_bulk(const bench_setup *setup, size_t record) {
    result r[PEERS];
    record_size = record;
    measure(setup, bulk_mb_s, floor_mb_s, r);
    (void)printf("\nbulk, %s, records of %zu bytes (sealed, carried, opened, compared)\n",
                 setup->suite_name, record);
    (void)printf("  %-24s %12s %14s %16s\n", "", "MB/s", "to the peer", "over bare AEAD");
    for (size_t i = 0; i < PEERS; i++) {
        (void)printf("  %-24s %12.0f", peers[i]->name, r[i].value);
        if (floors[i] != NULL) {
            (void)printf(" %13.2fx %+15.1f%%\n", r[i].value / r[i | 1].value,
                         (r[i].floor / r[i].value - 1) * 100);
        } else {
            (void)printf("\n");
        }
    }
}

/* ---- memory
 * -------------------------------------------------------------------------------------------- */

enum { IDLE = 32 }; /* connections held at once */

static void print_memory(const bench_setup *setup) {
    (void)printf("\nmemory, %s (heap bytes; both ends of a connection together)\n",
                 setup->suite_name);
    (void)printf("  %-24s %12s %16s %20s %20s\n", "", "idle", "peak, handshake",
                 "allocs, handshake", "allocs, 64 records");
    for (size_t i = 0; i < PEERS; i++) {
        must(peers[i]->open(setup), peers[i]->name, "setup");
        (void)handshakes(peers[i], 2);
        bench_pair *p[IDLE];
        size_t before = bench_heap_bytes();
        size_t allocs = bench_heap_allocs();
        bench_heap_reset_peak();
        for (size_t k = 0; k < IDLE; k++) {
            p[k] = peers[i]->pair_new();
            must(peers[i]->connect(p[k]), peers[i]->name, "handshake");
        }
        size_t per = (bench_heap_bytes() - before) / IDLE;
        size_t peak = bench_heap_peak() - before - per * (IDLE - 1);
        allocs = (bench_heap_allocs() - allocs) / IDLE;
        (void)peers[i]->send(p[0], text, 65536, 1024); /* pools are filled */
        size_t data = bench_heap_allocs();
        must(peers[i]->send(p[0], text, 65536, 1024) == 65536, peers[i]->name, "data");
        data = bench_heap_allocs() - data;
        (void)printf("  %-24s %12zu %16zu %20zu %20zu\n", peers[i]->name, per, peak, allocs, data);
        for (size_t k = 0; k < IDLE; k++) {
            peers[i]->pair_free(p[k]);
        }
        peers[i]->close();
    }
}

/* ---- TLS 1.2 ----------------------------------------------------------------------------- */

static void print_12(const hs__test_identity *p256, const hs__test_identity *rsa) {
    const struct {
        const char *title;
        bench_setup setup;
    } rows[] = {
        {"TLS 1.2, full, ECDHE-ECDSA (x25519, P-256)", {"", 0xc02b, p256, false, NULL}},
        {"TLS 1.2, full, ECDHE-RSA (x25519, RSA-2048)", {"", 0xc02f, rsa, false, NULL}},
        {"TLS 1.2, full, classic (RSA-2048 key transport)", {"", 0x009c, rsa, false, NULL}},
        {"TLS 1.2, resumed by ticket (of ECDHE-ECDSA)", {"", 0xc02b, p256, true, NULL}},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        print_handshakes(rows[i].title, &rows[i].setup);
    }
    const bench_setup bulk = {"AES-128-GCM in TLS 1.2", 0xc02b, p256, false, NULL};
    print_bulk(&bulk, 16384);
    print_bulk(&bulk, 1024);
    print_memory(&bulk);
}

int main(int argc, char **argv) {
    if (argc > 1) {
        long n = strtol(argv[1], NULL, 10);
        rounds = n >= 1 && n <= BENCH_ROUNDS_MAX ? (unsigned)n : rounds;
    }
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    (void)sched_setaffinity(0, sizeof(one), &one);
    for (size_t i = 0; i < TEXT; i++) {
        text[i] = (uint8_t)(i * 131 >> 3);
    }
    hs_provider *p;
    must(hs_provider_new("libcrypto", &p) == HS_OK, "libcrypto", "provider");
    hs__test_identity p256 = hs__test_identity_new(p, HS__KEY_P256, "bench.test");
    hs__test_identity rsa = hs__test_identity_new(p, HS__KEY_RSA, "bench.test");
    bench_setup s = {"AES-128-GCM", 0x1301, &p256, false, NULL};
    (void)printf("medians of up to %u rounds, one CPU, process CPU time\n", rounds);
    print_handshakes("full handshake, x25519, ECDSA P-256", &s);
    s.identity = &rsa;
    print_handshakes("full handshake, x25519, RSA-2048", &s);
    s.identity = &p256;
    static const struct {
        const char *name;
        uint16_t id;
    } suites[] = {{"AES-128-GCM", 0x1301}, {"AES-256-GCM", 0x1302}, {"ChaCha20-Poly1305", 0x1303}};
    for (size_t i = 0; i < 3; i++) {
        s.suite_name = suites[i].name;
        s.suite = suites[i].id;
        print_bulk(&s, 16384);
        print_bulk(&s, 1024);
    }
    s.suite_name = suites[0].name;
    s.suite = suites[0].id;
    print_memory(&s);
    print_12(&p256, &rsa);
    hs__test_identity_free(&p256);
    hs__test_identity_free(&rsa);
    hs_provider_unref(p);
    return 0;
}
