/* The handshakes of RFC 8448, sections 3 (full), 5 (HelloRetryRequest) and 6 (client
 * authentication), from both sides and with each provider (E13): what is another library's policy
 * is given, all that is derived must come out: secrets, transcript hashes, Finished, and every
 * byte of every record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/config.h"
#include "engine/record.h"
#include "proto/codepoints.h"
#include "tests/lib/pair.h"
#include "tests/lib/test_provider.h"
#include "tests/vectors/rfc8448_client_auth.h"
#include "tests/vectors/rfc8448_retry.h"
#include "tests/vectors/rfc8448_simple.h"

#define V(array)                                                                                   \
    { array, sizeof(array) }
#define V_NONE                                                                                     \
    { NULL, 0 }
#define S(name) V(rfc8448_simple_##name)
#define R(name) V(rfc8448_retry_##name)
#define C(name) V(rfc8448_client_auth_##name)

/* ---- the scripts ------------------------------------------------------------------------- */
typedef enum { AUTO, DATA, TICKET, CLOSE } action;

/* One record, and what its sender does to send it. */
typedef struct {
    bool by_server;
    action what;
    hs_span record, payload;
} step;

/* A value that the trace must tell. */
typedef struct {
    const char *name;
    hs_span value;
} secret;

typedef struct {
    uint16_t group;
    hs_span client, server;
} key_pair;

typedef struct {
    const char *name;
    /* policy: given */
    hs_span client_hello[2], retry, encrypted_extensions, certificate_request;
    hs_span server_certificate, server_verify, client_certificate, client_verify, server_random;
    uint16_t client_groups[3], server_groups[2];
    key_pair keys[2];
    hs_client_auth client_auth;
    /* derived: compared */
    const step *steps;
    size_t n_steps;
    secret secrets[12];
} scenario;

static const step simple_steps[] = {
    {false, AUTO, S(client_record_1), V_NONE},
    {true, AUTO, S(server_record_1), V_NONE},
    {true, AUTO, S(server_record_2), V_NONE},
    {false, AUTO, S(client_record_2), V_NONE},
    {true, TICKET, S(server_record_3), S(server_record_3_payload)},
    {false, DATA, S(client_record_3), S(client_record_3_payload)},
    {true, DATA, S(server_record_4), S(server_record_4_payload)},
    {false, CLOSE, S(client_record_4), V_NONE},
    {true, CLOSE, S(server_record_5), V_NONE},
};

static const step retry_steps[] = {
    {false, AUTO, R(client_record_1), V_NONE},  {true, AUTO, R(server_record_1), V_NONE},
    {false, AUTO, R(client_record_2), V_NONE},  {true, AUTO, R(server_record_2), V_NONE},
    {true, AUTO, R(server_record_3), V_NONE},   {false, AUTO, R(client_record_3), V_NONE},
    {false, CLOSE, R(client_record_4), V_NONE}, {true, CLOSE, R(server_record_4), V_NONE},
};

static const step client_auth_steps[] = {
    {false, AUTO, C(client_record_1), V_NONE},  {true, AUTO, C(server_record_1), V_NONE},
    {true, AUTO, C(server_record_2), V_NONE},   {false, AUTO, C(client_record_2), V_NONE},
    {false, CLOSE, C(client_record_3), V_NONE}, {true, CLOSE, C(server_record_3), V_NONE},
};

/* RFC 9846's names, RFC 8448's values. */
#define SECRETS(X)                                                                                 \
    {                                                                                              \
        {"early_secret", X(early_secret)}, {"handshake_secret", X(handshake_secret)},              \
            {"client_handshake_traffic_secret", X(c_hs_traffic)},                                  \
            {"server_handshake_traffic_secret", X(s_hs_traffic)},                                  \
            {"main_secret", X(master_secret)},                                                     \
            {"client_application_traffic_secret_0", X(c_ap_traffic)},                              \
            {"server_application_traffic_secret_0", X(s_ap_traffic)},                              \
            {"exporter_secret", X(exp_master)}, {"server_handshake_key", X(server_hs_key)},        \
            {"client_handshake_iv", X(client_hs_iv)},                                              \
            {"server_finished_key", X(server_finished_key)},                                       \
            {"client_finished_key", X(client_finished_key)},                                       \
    }

enum { RANDOM_AT = 6, CERT_AT = 11, SIGNATURE_AT = 8 };

static const scenario scenarios[] = {
    {.name = "section 3, full handshake",
     .client_hello = {S(client_hello)},
     .encrypted_extensions = S(encrypted_extensions),
     .server_certificate = S(server_certificate),
     .server_verify = S(server_certificate_verify),
     .server_random = {rfc8448_simple_server_hello + RANDOM_AT, 32},
     .client_groups = {HS__GROUP_X25519},
     .server_groups = {HS__GROUP_X25519},
     .keys = {{HS__GROUP_X25519, S(client_x25519_private_key), S(server_x25519_private_key)}},
     .steps = simple_steps,
     .n_steps = sizeof(simple_steps) / sizeof(simple_steps[0]),
     .secrets = SECRETS(S)},
    {.name = "section 5, HelloRetryRequest",
     .client_hello = {R(client_hello), R(client_hello_2)},
     .retry = R(hello_retry_request),
     .encrypted_extensions = R(encrypted_extensions),
     .server_certificate = R(server_certificate),
     .server_verify = R(server_certificate_verify),
     .server_random = {rfc8448_retry_server_hello + RANDOM_AT, 32},
     .client_groups = {HS__GROUP_X25519, HS__GROUP_SECP256R1},
     .server_groups = {HS__GROUP_SECP256R1},
     .keys = {{HS__GROUP_X25519, R(client_x25519_private_key), V_NONE},
              {HS__GROUP_SECP256R1, R(client_p_256_private_key), R(server_p_256_private_key)}},
     .steps = retry_steps,
     .n_steps = sizeof(retry_steps) / sizeof(retry_steps[0]),
     .secrets = SECRETS(R)},
    {.name = "section 6, client authentication",
     .client_hello = {C(client_hello)},
     .encrypted_extensions = C(encrypted_extensions),
     .certificate_request = C(certificate_request),
     .server_certificate = C(server_certificate),
     .server_verify = C(server_certificate_verify),
     .client_certificate = C(client_certificate),
     .client_verify = C(client_certificate_verify),
     .server_random = {rfc8448_client_auth_server_hello + RANDOM_AT, 32},
     .client_groups = {HS__GROUP_X25519},
     .server_groups = {HS__GROUP_X25519},
     .keys = {{HS__GROUP_X25519, C(client_x25519_private_key), C(server_x25519_private_key)}},
     .client_auth = HS_CLIENT_AUTH_NEED,
     .steps = client_auth_steps,
     .n_steps = sizeof(client_auth_steps) / sizeof(client_auth_steps[0]),
     .secrets = SECRETS(C)},
};

/* ---- one run ----------------------------------------------------------------------------- */
typedef struct {
    const scenario *s;
    bool is_server;
    hs_provider *provider;
    hs_credential *credential;
    unsigned hellos; /* server_hello messages written so far */
    unsigned client_hellos;
    unsigned told; /* secrets seen in the trace */
    hs__test_end end;
    size_t compared;
} run;

/* The given messages, in the order the engine writes them. */
static hs_span vector(void *ctx, uint8_t type) {
    static const hs_span none = {NULL, 0};
    run *r = ctx;
    const scenario *s = r->s;
    switch (type) {
    case HS__HT_client_hello:
        return s->client_hello[r->client_hellos++];
    case HS__HT_server_hello: /* only the HelloRetryRequest is given */
        return r->hellos++ == 0 ? s->retry : none;
    case HS__HT_encrypted_extensions:
        return s->encrypted_extensions;
    case HS__HT_certificate_request:
        return s->certificate_request;
    default:
        return none;
    }
}

static void on_trace(void *ctx, const hs_trace *ev) {
    run *r = ctx;
    if (ev->kind != HS_TR_DERIVE) {
        return;
    }
    for (size_t i = 0; i < sizeof(r->s->secrets) / sizeof(r->s->secrets[0]); i++) {
        const secret *s = &r->s->secrets[i];
        if (strcmp(s->name, ev->u.derive.name) == 0) {
            assert_int_equal(ev->u.derive.value.n, s->value.n);
            assert_memory_equal(ev->u.derive.value.p, s->value.p, s->value.n);
            r->told++;
        }
    }
}

static void push_keys(run *r) {
    for (size_t i = 0; i < 2; i++) {
        const key_pair *k = &r->s->keys[i];
        const hs_span priv = r->is_server ? k->server : k->client;
        if (priv.n > 0) {
            assert_int_equal(hs__test_provider_push_private(r->provider, k->group, priv.p, priv.n),
                             HS_OK);
        }
    }
}

/* The certificate alone, from a Certificate message with one. */
static void load_credential(run *r) {
    const hs_span message = r->is_server ? r->s->server_certificate : r->s->client_certificate;
    const hs_span none = {NULL, 0};
    if (message.n > 0) {
        size_t n = (size_t)message.p[CERT_AT - 2] << 8 | message.p[CERT_AT - 1];
        const hs_span der = {message.p + CERT_AT, n};
        assert_int_equal(hs_credential_new(r->provider, der, none, none, &r->credential), HS_OK);
    }
}

static hs_config *make_config(run *r) {
    static const uint16_t suites[] = {HS__SUITE_TLS_AES_128_GCM_SHA256, 0};
    const scenario *s = r->s;
    const uint16_t shares[] = {s->client_groups[0], 0};
    hs_credential *identity[] = {r->credential, NULL};
    const hs_options o = {.size = sizeof(o),
                          .provider = r->provider,
                          .suites = suites,
                          .groups = r->is_server ? s->server_groups : s->client_groups,
                          .shares = r->is_server ? NULL : shares,
                          .identity = identity,
                          .client_auth = r->is_server ? s->client_auth : HS_CLIENT_AUTH_NONE,
                          .verify = HS_VERIFY_REPORT_ONLY,
                          .no_compat = true,
                          .record_size_limit = 16385,
                          .ask = HS_ASK_SIGN,
                          .now_ms = hs__test_now_ms,
                          .trace = on_trace,
                          .trace_mask = HS_TRACE_ALL | HS_TRACE_SECRETS};
    hs_config *config;
    assert_int_equal(hs_config_new(&o, &config, NULL), HS_OK);
    hs__config_set_vector(config, vector, r);
    return config;
}

static void open_end(run *r) {
    load_credential(r);
    hs_config *config = make_config(r);
    const hs_client_options co = {.size = sizeof(co), .server_name = "server", .trace_ctx = r};
    const hs_server_options so = {.size = sizeof(so), .trace_ctx = r};
    hs_status st;
    if (r->is_server) {
        /* after the credential, whose loading may ask for random bytes */
        st = hs__test_provider_push_random(r->provider, r->s->server_random.p, 32);
        assert_int_equal(st, HS_OK);
        st = hs_server_new(config, &so, &r->end.conn);
    } else {
        st = hs_client_new(config, &co, &r->end.conn);
    }
    assert_int_equal(st, HS_OK);
    hs_config_unref(config);
}

static void answer_sign(run *r) {
    if (r->end.question.kind != HS_EV_ASK_SIGN) {
        return;
    }
    const hs_span cv = r->is_server ? r->s->server_verify : r->s->client_verify;
    r->end.question.kind = HS_EV_NONE;
    assert_int_equal(hs_answer_sign(r->end.conn, cv.p + SIGNATURE_AT, cv.n - SIGNATURE_AT), HS_OK);
    hs__test_end_poll(&r->end);
}

static void act(run *r, const step *s) {
    size_t taken = 0;
    hs_conn *c = r->end.conn;
    hs_status st = HS_OK;
    switch (s->what) {
    case AUTO:
        break;
    case DATA:
        st = hs_write(c, s->payload.p, s->payload.n, &taken);
        break;
    case TICKET: /* given: the engine makes none */
        st = hs__record_send(c, HS__CONTENT_handshake, s->payload);
        break;
    case CLOSE:
        st = hs_close(c);
        break;
    }
    assert_int_equal(st, HS_OK);
    hs__test_end_drain(&r->end);
    assert_true(r->end.sent.n >= r->compared + s->record.n);
    assert_memory_equal(r->end.sent.p + r->compared, s->record.p, s->record.n);
    r->compared += s->record.n;
}

static void play(run *r) {
    for (size_t i = 0; i < r->s->n_steps; i++) {
        const step *s = &r->s->steps[i];
        if (s->by_server == r->is_server) {
            act(r, s);
            continue;
        }
        r->end.data.n = 0;
        hs__test_end_feed(&r->end, s->record.p, s->record.n);
        answer_sign(r);
        if (r->end.failed) {
            fail_msg("%s: %s", r->end.where, r->end.error.text);
        }
        if (s->what == DATA) {
            assert_int_equal(r->end.data.n, s->payload.n);
            assert_memory_equal(r->end.data.p, s->payload.p, s->payload.n);
        }
    }
    assert_int_equal(r->compared, r->end.sent.n); /* and not a byte more */
    assert_true(r->end.connected && r->end.closed);
#ifdef HS_TRACE
    assert_true(r->told >= sizeof(r->s->secrets) / sizeof(r->s->secrets[0]));
#endif
    assert_int_equal(hs__test_provider_left(r->provider), 0);
}

static void one_side(const scenario *s, const char *provider, bool is_server) {
    hs_provider *inner;
    run r = {.s = s, .is_server = is_server};
    assert_int_equal(hs_provider_new(provider, &inner), HS_OK);
    assert_int_equal(hs__test_provider_new(inner, &r.provider), HS_OK);
    push_keys(&r);
    open_end(&r);
    play(&r);
    hs_conn_free(r.end.conn);
    hs__test_bytes_free(&r.end.sent);
    hs__test_bytes_free(&r.end.data);
    hs_credential_unref(r.credential);
    hs_provider_unref(r.provider);
    hs_provider_unref(inner);
}

static void each_scenario(bool is_server) {
    for (const char *const *p = hs_provider_names(); *p != NULL; p++) {
        for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
            print_message("# %s, %s, %s\n", scenarios[i].name, is_server ? "server" : "client", *p);
            one_side(&scenarios[i], *p, is_server);
        }
    }
}

static void the_client_makes_the_bytes_of_rfc8448(void **state) {
    (void)state;
    each_scenario(false);
}

static void the_server_makes_the_bytes_of_rfc8448(void **state) {
    (void)state;
    each_scenario(true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_client_makes_the_bytes_of_rfc8448),
        cmocka_unit_test(the_server_makes_the_bytes_of_rfc8448),
    };
    return cmocka_run_group_tests_name("rfc8448", tests, NULL, NULL);
}
