/* bench.h - what is measured, and how a TLS library takes part in it.
 *
 * Client and server run in one process and one thread; bytes go through memory. Everybody
 * does the same: x25519, one leaf under one root, the chain and the name verified by the
 * client, no tickets but where a session is to be resumed. */
#ifndef HS_BENCH_H
#define HS_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "handshake/trace.h"
#include "tests/lib/identity.h"

/* Who watches both ends of each connection: begin makes what `event` gets as its first argument. */
typedef struct {
    unsigned mask; /* hs_options.trace_mask */
    void *(*begin)(bool is_server);
    void (*event)(void *one, const hs_trace *event);
    void (*end)(void *one);
} bench_tracer;

typedef struct {
    const char *suite_name; /* "AES-128-GCM" */
    uint16_t suite;         /* 0x1301 ... TLS 1.3, else of TLS 1.2 */
    const hs__test_identity *identity;
    bool resumes; /* TLS 1.2: the first handshake is full, all others resume it by its ticket */
    const bench_tracer *tracer; /* ours only; NULL: nobody */
} bench_setup;

static inline bool bench_is_12(const bench_setup *setup) {
    return setup->suite >> 8 != 0x13;
}

/* RSA key transport. */
static inline bool bench_is_classic(const bench_setup *setup) {
    return setup->suite >> 8 == 0;
}

typedef struct bench_pair bench_pair; /* each library has its own */

typedef struct {
    const char *name;
    /* Contexts that a program makes once. False: this library cannot do it. */
    bool (*open)(const bench_setup *setup);
    void (*close)(void);
    /* A client and a server; connect carries the handshake out. False: it failed, the chain was
     * not verified, or a session was to be resumed and was not. */
    bench_pair *(*pair_new)(void);
    bool (*connect)(bench_pair *pair);
    /* n bytes from client to server, in records of at most `record` bytes; the number that came
     * out at the other end, compared with what went in. */
    size_t (*send)(bench_pair *pair, const uint8_t *p, size_t n, size_t record);
    void (*pair_free)(bench_pair *pair);
} bench_peer;

extern const bench_peer bench_hs_libcrypto, bench_hs_mbedtls; /* peer_handshake.c */
extern const bench_peer bench_libssl;                         /* peer_libssl.c    */
extern const bench_peer bench_mbedtls;                        /* peer_mbedtls.c   */

/* The primitives of one handshake through the seam and nothing else (floor.c): x25519 four times,
 * a signature made, two verified; with key transport one encryption, one decryption and one
 * signature verified. The time of n of them, in seconds of CPU. */
double bench_floor(const char *provider, const bench_setup *setup, unsigned n);

/* The AEAD of a suite alone, key kept: `bytes` sealed in records, carried 64 KiB at a time,
 * opened, compared; `text` is read through again and again. `record` divides 64 KiB. */
double bench_floor_bulk(const char *provider, uint16_t suite, size_t record, hs_span text,
                        size_t bytes);

/* ---- measuring (measure.c) --------------------------------------------------------------- */
enum { BENCH_ROUNDS_MAX = 31 };

double bench_cpu_seconds(void);

/* A fixed piece of work: how fast is the machine just now? */
double bench_probe(void);

double bench_median(double *values, size_t n);

/* ---- heap (heap.c): what malloc has given, by interposition ------------------------------ */
size_t bench_heap_bytes(void);  /* in use now, as malloc_usable_size counts */
size_t bench_heap_peak(void);   /* since the last reset */
size_t bench_heap_allocs(void); /* calls so far */
void bench_heap_reset_peak(void);

#endif
