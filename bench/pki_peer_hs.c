#include <time.h>

#include "bench/pki_bench.h"
#include "handshake/pki.h"

static hs_provider *provider;
static hs_trust *trust;

static void open_with(const char *name, const pki_case *c) {
    if (hs_provider_new(name, &provider) == HS_OK && hs_trust_new(provider, &trust) == HS_OK) {
        const hs_status st = hs_trust_add(trust, c->anchor, "bench", 0, NULL, NULL);
        trust = st == HS_OK ? trust : NULL;
    }
}

static void open_libcrypto(const pki_case *c) {
    open_with("libcrypto", c);
}

static void open_mbedtls(const pki_case *c) {
    open_with("mbedtls", c);
}

static bool verify(const pki_case *c) {
    hs_report *r;
    const hs_verify_options o = {.size = sizeof(o),
                                 .chain = c->chain,
                                 .n_chain = c->n,
                                 .name = "a.test",
                                 .now = (int64_t)time(NULL)};
    const hs_status st = hs_verify(provider, trust, &o, &r);
    hs_report_free(r);
    return st == HS_OK;
}

static void close_it(void) {
    hs_trust_unref(trust);
    hs_provider_unref(provider);
    trust = NULL;
    provider = NULL;
}

const pki_peer pki_hs_libcrypto = {"handshake, libcrypto", open_libcrypto, verify, close_it};
const pki_peer pki_hs_mbedtls = {"handshake, mbedtls", open_mbedtls, verify, close_it};
