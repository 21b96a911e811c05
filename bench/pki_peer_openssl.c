#include <openssl/x509v3.h>

#include "bench/pki_bench.h"

static X509_STORE *store;

static X509 *parse(hs_span der) {
    const unsigned char *p = der.p;
    return d2i_X509(NULL, &p, (long)der.n);
}

static void open_store(const pki_case *c) {
    X509 *anchor = parse(c->anchor);
    store = X509_STORE_new();
    (void)X509_STORE_add_cert(store, anchor);
    X509_free(anchor);
}

static bool verify(const pki_case *c) {
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    STACK_OF(X509) *rest = sk_X509_new_null();
    X509 *leaf = parse(c->chain[0]);
    for (size_t i = 1; i < c->n; i++) {
        (void)sk_X509_push(rest, parse(c->chain[i]));
    }
    (void)X509_STORE_CTX_init(ctx, store, leaf, rest);
    (void)X509_STORE_CTX_set_default(ctx, "ssl_server");
    (void)X509_VERIFY_PARAM_set1_host(X509_STORE_CTX_get0_param(ctx), "a.test", 0);
    const bool is_good = X509_verify_cert(ctx) == 1;
    X509_STORE_CTX_free(ctx);
    sk_X509_pop_free(rest, X509_free);
    X509_free(leaf);
    return is_good;
}

static void close_store(void) {
    X509_STORE_free(store);
}

const pki_peer pki_openssl = {"X509_verify_cert", open_store, verify, close_store};
