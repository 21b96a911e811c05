#include <mbedtls/x509_crt.h>

#include "bench/pki_bench.h"

static mbedtls_x509_crt anchors;

static void open_anchors(const pki_case *c) {
    mbedtls_x509_crt_init(&anchors);
    (void)mbedtls_x509_crt_parse_der(&anchors, c->anchor.p, c->anchor.n);
}

static bool verify(const pki_case *c) {
    mbedtls_x509_crt chain;
    uint32_t flags = 0;
    mbedtls_x509_crt_init(&chain);
    for (size_t i = 0; i < c->n; i++) {
        (void)mbedtls_x509_crt_parse_der(&chain, c->chain[i].p, c->chain[i].n);
    }
    const int failed =
        mbedtls_x509_crt_verify(&chain, &anchors, NULL, "a.test", &flags, NULL, NULL);
    mbedtls_x509_crt_free(&chain);
    return failed == 0;
}

static void close_anchors(void) {
    mbedtls_x509_crt_free(&anchors);
}

const pki_peer pki_mbedtls = {"mbedtls_x509_crt_verify", open_anchors, verify, close_anchors};
