/* pki_bench.h - chains to verify, and who verifies them: each peer gets the same DER. */
#ifndef HS_BENCH_PKI_BENCH_H
#define HS_BENCH_PKI_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "handshake/types.h"

enum { PKI_CHAIN_MAX = 128, PKI_CERT_MAX = 2048 };

/* A question: is chain[0], with the others in no order, good for a.test below the anchor? */
typedef struct {
    const char *name;
    bool is_good;
    hs_span anchor;
    hs_span chain[PKI_CHAIN_MAX];
    size_t n;
    uint8_t bytes[PKI_CHAIN_MAX + 1][PKI_CERT_MAX];
    size_t made; /* rows of `bytes` in use */
} pki_case;

/* Leaf, intermediate, root; RSA-2048 or P-256. */
void pki_make_chain(pki_case *c, bool is_rsa);

/* 11 CAs that have all signed each other, none of them the anchor: 100 certificates. */
void pki_make_cross_signed(pki_case *c);

/* 100 CAs with one name and a key each, in a row that ends nowhere. */
void pki_make_namesakes(pki_case *c);

typedef struct pki_peer pki_peer;
struct pki_peer {
    const char *name;
    /* What a program does once: the anchor in a store. */
    void (*open)(const pki_case *c);
    /* What it does for each chain: parse all that came, verify for a.test, free. */
    bool (*verify)(const pki_case *c);
    void (*close)(void);
};

extern const pki_peer pki_hs_libcrypto, pki_hs_mbedtls; /* pki_peer_hs.c */
extern const pki_peer pki_openssl;                      /* pki_peer_openssl.c */
extern const pki_peer pki_mbedtls;                      /* pki_peer_mbedtls.c */

#endif
