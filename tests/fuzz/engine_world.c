#include "engine_world.h"

#include "fuzz.h"
#include "tests/lib/fuzz_provider.h"
#include "tests/lib/identity.h"

static uint64_t now_ms(void *ctx) {
    (void)ctx;
    return (uint64_t)HS__TEST_NOW * 1000;
}

hs_provider *world_provider(void) {
    static hs_provider *fuzz;
    if (fuzz == NULL) {
        hs_provider *inner;
        MUST(hs_provider_new(NULL, &inner) == HS_OK);
        MUST(hs__fuzz_provider_new(inner, &fuzz) == HS_OK);
        hs_provider_unref(inner);
    }
    return fuzz;
}

static const hs__test_identity *identity(void) {
    static hs__test_identity id;
    if (id.credential == NULL) {
        id = hs__test_identity_new(world_provider(), HS__KEY_P256, "a.test");
    }
    return &id;
}

/* Reads every byte that an event lends: a sanitizer judges them. */
static void look(void *ctx, const hs_trace *ev) {
    volatile unsigned *sum = ctx;
    hs_span bytes = {NULL, 0};
    if (ev->kind == HS_TR_WIRE) {
        bytes = ev->u.wire.raw;
    } else if (ev->kind == HS_TR_OPENED) {
        bytes = ev->u.opened.plaintext;
    } else if (ev->kind == HS_TR_FIELD) {
        bytes = ev->u.field.bytes;
    } else if (ev->kind == HS_TR_APPDATA) {
        bytes = ev->u.appdata.bytes;
    }
    for (size_t i = 0; i < bytes.n; i++) {
        *sum += bytes.p[i];
    }
}

hs_config *world_config(unsigned flags, bool is_server) {
    static const uint16_t none[] = {0};
    static const char *const alpn[] = {"h2", "http/1.1", NULL};
    const hs__test_identity *id = identity();
    hs_credential *own[] = {id->credential, NULL};
    const bool has_identity = is_server || (flags & WORLD_AUTH) != 0;
    const hs_client_auth auth = (flags & WORLD_AUTH) == 0   ? HS_CLIENT_AUTH_NONE
                                : (flags & WORLD_NEED) != 0 ? HS_CLIENT_AUTH_NEED
                                                            : HS_CLIENT_AUTH_WANT;
    const hs_options o = {
        .size = sizeof(o),
        .provider = world_provider(),
        .shares = !is_server && (flags & WORLD_RETRY) != 0 ? none : NULL,
        .alpn = (flags & WORLD_ALPN) != 0 ? alpn : NULL,
        .trust = id->trust,
        .verify = (flags & WORLD_LENIENT) != 0 ? HS_VERIFY_REPORT_ONLY : HS_VERIFY_ENFORCE,
        .identity = has_identity ? own : NULL,
        .client_auth = is_server ? auth : HS_CLIENT_AUTH_NONE,
        .strict_sni = (flags & WORLD_LENIENT) != 0,
        .record_size_limit = (flags & WORLD_SMALL) != 0 ? 64 : 0,
        .ask = (flags & WORLD_ASK) != 0 ? HS_ASK_CONFIG | HS_ASK_VERIFY | HS_ASK_SIGN : 0,
        .now_ms = now_ms,
        .trace = (flags & WORLD_TRACE) != 0 ? look : NULL,
        .trace_mask = HS_TRACE_ALL | HS_TRACE_SECRETS};
    hs_config *config;
    const char *why;
    MUST(hs_config_new(&o, &config, &why) == HS_OK);
    return config;
}

hs_conn *world_conn(unsigned flags, bool is_server) {
    static volatile unsigned sum;
    const hs_client_options co = {
        .size = sizeof(co), .server_name = "localhost", .trace_ctx = (void *)&sum};
    const hs_server_options so = {.size = sizeof(so), .trace_ctx = (void *)&sum};
    hs_config *config = world_config(flags, is_server);
    hs_conn *c;
    MUST((is_server ? hs_server_new(config, &so, &c) : hs_client_new(config, &co, &c)) == HS_OK);
    hs_config_unref(config);
    return c;
}
