/* Parsing and verifying chains, beside others in the same run.
 *
 *   bench_pki [ROUNDS]        9 rounds by default */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/bench.h"
#include "bench/pki_bench.h"

enum { PEERS = 4, CASES = 4, SAMPLE_US = 40000 };

static const pki_peer *const peers[PEERS] = {&pki_hs_libcrypto, &pki_openssl, &pki_hs_mbedtls,
                                             &pki_mbedtls};
static pki_case cases[CASES];

static void must(bool ok, const char *who, const char *what) {
    if (!ok) {
        (void)fprintf(stderr, "bench: %s: %s\n", who, what);
        exit(1);
    }
}

/* Microseconds of CPU for one verdict: as many as fill a sample. */
static double measure(const pki_peer *peer, const pki_case *c) {
    peer->open(c);
    must(peer->verify(c) == c->is_good, peer->name, "wrong verdict"); /* and a warm-up */
    const double start = bench_cpu_seconds();
    double spent = 0;
    unsigned n = 0;
    do {
        must(peer->verify(c) == c->is_good, peer->name, "wrong verdict");
        spent = (bench_cpu_seconds() - start) * 1e6;
        n++;
    } while (spent < (double)SAMPLE_US);
    peer->close();
    return spent / n;
}

static void print_case(const pki_case *c, unsigned rounds) {
    static double values[PEERS][BENCH_ROUNDS_MAX];
    printf("| %s ", c->name);
    for (unsigned round = 0; round < rounds; round++) {
        for (size_t i = 0; i < PEERS; i++) {
            values[i][round] = measure(peers[i], c);
        }
    }
    for (size_t i = 0; i < PEERS; i++) {
        printf("| %.0f ", bench_median(values[i], rounds));
    }
    printf("|\n");
}

int main(int argc, char **argv) {
    unsigned rounds = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 9;
    rounds = rounds < 1 ? 1 : rounds > BENCH_ROUNDS_MAX ? BENCH_ROUNDS_MAX : rounds;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    (void)sched_setaffinity(0, sizeof(one), &one);
    pki_make_chain(&cases[0], false);
    pki_make_chain(&cases[1], true);
    pki_make_cross_signed(&cases[2]);
    pki_make_namesakes(&cases[3]);
    printf("microseconds of CPU for one verdict, median of %u rounds\n\n| case ", rounds);
    for (size_t i = 0; i < PEERS; i++) {
        printf("| %s ", peers[i]->name);
    }
    printf("|\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < CASES; i++) {
        print_case(&cases[i], rounds);
    }
    return 0;
}
