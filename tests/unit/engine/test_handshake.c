/* Full handshakes in memory: each pair of providers, suite and group; data, half-close, and
 * bytes that come in pieces. */
#include <string.h>

#include "engine/suites.h"
#include "proto/codepoints.h"
#include "tests/lib/identity.h"
#include "tests/unit/engine/handshake_test.h"

typedef struct {
    hs_provider *client, *server;
    hs__test_identity id;
} fixture;

static hs_config *client_config(const fixture *f, const uint16_t *suites, const uint16_t *groups) {
    return hs__test_config((hs_options){
        .provider = f->client, .trust = f->id.trust, .suites = suites, .groups = groups});
}

static hs_config *server_config(const fixture *f) {
    hs_credential *identity[] = {f->id.credential, NULL};
    return hs__test_config((hs_options){.provider = f->server, .identity = identity});
}

static void open_pair(hs__test_pair *pair, hs_config *client, hs_config *server) {
    hs__test_pair_open(pair, client, server, "localhost");
    hs_config_unref(client);
    hs_config_unref(server);
}

/* Counts the groups that an EncryptedExtensions lists; the server's own trace tells them. */
static unsigned told_groups;

static void note_groups(void *ctx, const hs_trace *ev) {
    (void)ctx;
    if (ev->kind != HS_TR_FIELD) {
        return;
    }
    const char *path = ev->u.field.path;
    bool is_group = strstr(path, "named_group_list[") != NULL;
    /* those of the ClientHello stand further back in their message */
    told_groups += is_group && ev->u.field.off < 40 ? 1 : 0;
}

static void every_suite_and_group(void **state) {
    const fixture *f = *state;
    for (const uint16_t *suite = hs__suite_ids(false);
         hs__suite_for(*suite, HS__VERSION_TLS13) != NULL; suite++) {
        for (const uint16_t *group = f->client->groups; *group != 0; group++) {
            if (!hs__provider_has_group(f->server, *group)) {
                continue;
            }
            const uint16_t suites[] = {*suite, 0};
            const uint16_t groups[] = {*group, 0};
            hs__test_pair pair;
            open_pair(&pair, client_config(f, suites, groups), server_config(f));
            hs__test_pair_run(&pair);
            hs__test_assert_connected(&pair);
            hs_info info;
            hs_conn_info(pair.server.conn, &info);
            assert_int_equal(info.suite, *suite);
            assert_int_equal(info.group, *group);
            assert_int_equal(info.version, HS__VERSION_TLS13);
            hs__test_exchange(&pair, 1000);
            hs__test_pair_free(&pair);
        }
    }
}

static void bytes_one_at_a_time(void **state) {
    const fixture *f = *state;
    hs__test_pair pair;
    open_pair(&pair, client_config(f, NULL, NULL), server_config(f));
    pair.step = 1;
    hs__test_pair_run(&pair);
    hs__test_assert_connected(&pair);
    hs__test_exchange(&pair, 3000);
    hs__test_pair_free(&pair);
}

static void much_data_in_many_records(void **state) {
    const fixture *f = *state;
    hs__test_pair pair;
    open_pair(&pair, client_config(f, NULL, NULL), server_config(f));
    pair.step = 20011; /* cuts records at ever new places */
    hs__test_pair_run(&pair);
    hs__test_assert_connected(&pair);
    hs__test_exchange(&pair, 200000);
    hs__test_pair_free(&pair);
}

static void half_close_keeps_the_other_direction(void **state) {
    const fixture *f = *state;
    hs__test_pair pair;
    open_pair(&pair, client_config(f, NULL, NULL), server_config(f));
    hs__test_pair_run(&pair);
    hs__test_assert_connected(&pair);
    assert_int_equal(hs_close(pair.client.conn), HS_OK);
    hs__test_pair_run(&pair);
    assert_true(pair.server.closed);
    size_t taken;
    assert_int_equal(hs_write(pair.client.conn, "x", 1, &taken), HS_E_CLOSED);
    hs__test_write_all(&pair.server, (const uint8_t *)"late", 4);
    hs__test_pair_run(&pair);
    assert_int_equal(pair.client.data.n, 4);
    assert_int_equal(hs_close(pair.server.conn), HS_OK);
    hs__test_pair_run(&pair);
    assert_true(pair.client.closed);
    hs__test_pair_free(&pair);
}

static void a_cut_connection_is_told_from_a_closed_one(void **state) {
    const fixture *f = *state;
    hs__test_pair pair;
    open_pair(&pair, client_config(f, NULL, NULL), server_config(f));
    hs__test_pair_run(&pair);
    hs_rx_eof(pair.client.conn);
    hs__test_end_poll(&pair.client);
    assert_true(pair.client.failed);
    assert_int_equal(pair.client.error.status, HS_E_TRUNCATED);
    hs__test_pair_free(&pair);
}

static void an_unknown_root_is_refused(void **state) {
    const fixture *f = *state;
    hs__test_identity other = hs__test_identity_new(f->client, HS__KEY_P256, "a.test");
    hs__test_pair pair;
    open_pair(&pair, hs__test_config((hs_options){.provider = f->client, .trust = other.trust}),
              server_config(f));
    hs__test_pair_run(&pair);
    assert_true(pair.client.failed);
    assert_false(pair.client.connected);
    assert_int_equal(pair.client.error.alert, HS__ALERT_unknown_ca);
    assert_true(pair.server.failed);
    assert_true(pair.server.error.from_peer);
    assert_int_equal(pair.server.error.alert, HS__ALERT_unknown_ca);
    hs__test_pair_free(&pair);
    hs__test_identity_free(&other);
}

static void a_retry_is_asked_for_and_answered(void **state) {
    const fixture *f = *state;
    static const uint16_t none[] = {0};
    hs__test_pair pair;
    open_pair(
        &pair,
        hs__test_config((hs_options){.provider = f->client, .trust = f->id.trust, .shares = none}),
        server_config(f));
    hs__test_pair_run(&pair);
    hs__test_assert_connected(&pair);
    hs_info info;
    hs_conn_info(pair.client.conn, &info);
    assert_true(info.hrr);
    hs__test_exchange(&pair, 100);
    hs__test_pair_free(&pair);
}

static hs_config *asking_server(const fixture *f, hs_client_auth auth) {
    hs_credential *identity[] = {f->id.credential, NULL};
    return hs__test_config((hs_options){
        .provider = f->server, .identity = identity, .trust = f->id.trust, .client_auth = auth});
}

static void a_client_certificate_is_verified(void **state) {
    const fixture *f = *state;
    hs_credential *identity[] = {f->id.credential, NULL};
    hs__test_pair pair;
    open_pair(&pair,
              hs__test_config(
                  (hs_options){.provider = f->client, .trust = f->id.trust, .identity = identity}),
              asking_server(f, HS_CLIENT_AUTH_NEED));
    hs__test_pair_run(&pair);
    hs__test_assert_connected(&pair);
    hs_info info;
    hs_conn_info(pair.server.conn, &info);
    assert_true(info.peer_authenticated);
    hs__test_exchange(&pair, 100);
    hs__test_pair_free(&pair);
}

static void a_needed_client_certificate_is_insisted_on(void **state) {
    const fixture *f = *state;
    hs__test_pair pair;
    open_pair(&pair, client_config(f, NULL, NULL), asking_server(f, HS_CLIENT_AUTH_NEED));
    hs__test_pair_run(&pair);
    assert_true(pair.server.failed);
    assert_int_equal(pair.server.error.alert, HS__ALERT_certificate_required);
    hs__test_pair_free(&pair);
    open_pair(&pair, client_config(f, NULL, NULL), asking_server(f, HS_CLIENT_AUTH_WANT));
    hs__test_pair_run(&pair);
    hs__test_assert_connected(&pair);
    hs__test_pair_free(&pair);
}

/* RFC 9846 4.3.7: who takes a share at hand and would rather have another group says so. */
static void a_server_tells_its_groups_when_it_prefers_another(void **state) {
    const fixture *f = *state;
    static const uint16_t second[] = {HS__GROUP_SECP384R1, 0};
    static const uint16_t groups[] = {HS__GROUP_SECP256R1, HS__GROUP_SECP384R1, 0};
    hs_credential *identity[] = {f->id.credential, NULL};
    hs__test_pair pair;
    open_pair(&pair,
              hs__test_config((hs_options){
                  .provider = f->client, .trust = f->id.trust, .groups = groups, .shares = second}),
              hs__test_config((hs_options){.provider = f->server,
                                           .identity = identity,
                                           .groups = groups,
                                           .trace = note_groups,
                                           .trace_mask = HS_TRACE_ALL}));
    told_groups = 0;
    hs__test_pair_run(&pair);
    hs__test_assert_connected(&pair);
#ifdef HS_TRACE
    assert_int_equal(told_groups, 2); /* all of ours */
#endif
    hs__test_pair_free(&pair);
}

static void more_shares_than_fit_are_refused(void **state) {
    const fixture *f = *state;
    static const uint16_t five[] = {23, 24, 25, 29, 23, 0};
    const hs_options o = {.size = sizeof(o), .provider = f->client, .shares = five};
    hs_config *c;
    const char *why;
    assert_int_equal(hs_config_new(&o, &c, &why), HS_E_CONFIG);
}

static void keys_are_updated_both_ways(void **state) {
    const fixture *f = *state;
    hs__test_pair pair;
    open_pair(&pair, client_config(f, NULL, NULL), server_config(f));
    hs__test_pair_run(&pair);
    hs__test_assert_connected(&pair);
    assert_int_equal(hs_key_update(pair.client.conn, true), HS_OK);
    assert_int_equal(hs_key_update(pair.client.conn, true), HS_E_NOT_YET);
    hs__test_pair_run(&pair);
    hs__test_exchange(&pair, 5000);
    hs_info info;
    hs_conn_info(pair.client.conn, &info);
    assert_int_equal(info.key_updates_tx, 1);
    assert_int_equal(info.key_updates_rx, 1);
    assert_int_equal(hs_key_update(pair.client.conn, true), HS_OK);
    hs__test_pair_free(&pair);
}

static void exporters_agree(void **state) {
    const fixture *f = *state;
    hs__test_pair pair;
    open_pair(&pair, client_config(f, NULL, NULL), server_config(f));
    uint8_t a[40];
    uint8_t b[40];
    const hs_span context = {(const uint8_t *)"context", 7};
    assert_int_equal(hs_export(pair.client.conn, "EXPERIMENTAL t", context, a, sizeof(a)),
                     HS_E_NOT_YET);
    hs__test_pair_run(&pair);
    assert_int_equal(hs_export(pair.client.conn, "EXPERIMENTAL t", context, a, sizeof(a)), HS_OK);
    assert_int_equal(hs_export(pair.server.conn, "EXPERIMENTAL t", context, b, sizeof(b)), HS_OK);
    assert_memory_equal(a, b, sizeof(a));
    assert_int_equal(
        hs_export(pair.server.conn, "EXPERIMENTAL t", (hs_span){NULL, 0}, b, sizeof(b)), HS_OK);
    assert_memory_not_equal(a, b, sizeof(a));
    hs__test_pair_free(&pair);
}

static void protocols_are_negotiated(void **state) {
    const fixture *f = *state;
    static const char *const offer[] = {"h2", "http/1.1", NULL};
    static const char *const one[] = {"http/1.1", NULL};
    static const char *const other[] = {"imap", NULL};
    hs_credential *identity[] = {f->id.credential, NULL};
    hs_options so = {.provider = f->server, .identity = identity, .alpn = one};
    const hs_options co = {.provider = f->client, .trust = f->id.trust, .alpn = offer};
    hs__test_pair pair;
    open_pair(&pair, hs__test_config(co), hs__test_config(so));
    hs__test_pair_run(&pair);
    hs__test_assert_connected(&pair);
    hs_info info;
    hs_conn_info(pair.client.conn, &info);
    assert_int_equal(info.alpn.n, 8);
    assert_memory_equal(info.alpn.p, "http/1.1", 8);
    hs__test_pair_free(&pair);
    so.alpn = other;
    open_pair(&pair, hs__test_config(co), hs__test_config(so));
    hs__test_pair_run(&pair);
    assert_int_equal(pair.server.error.alert, HS__ALERT_no_application_protocol);
    hs__test_pair_free(&pair);
}

/* The server's own order and choice hold for its signature; none that both have is an alert. */
static void a_signature_is_made_as_configured(void **state) {
    const fixture *f = *state;
    static const uint16_t mine[] = {HS__SCHEME_rsa_pss_rsae_sha512, HS__SCHEME_rsa_pss_rsae_sha256,
                                    0};
    static const uint16_t pkcs1[] = {HS__SCHEME_rsa_pkcs1_sha256, 0};
    hs__test_identity rsa = hs__test_identity_new(f->server, HS__KEY_RSA, "localhost");
    hs_credential *identity[] = {rsa.credential, NULL};
    hs_options so = {.provider = f->server, .identity = identity, .schemes = mine};
    const hs_options co = {.provider = f->client, .trust = rsa.trust};
    hs__test_pair pair;
    open_pair(&pair, hs__test_config(co), hs__test_config(so));
    hs__test_pair_run(&pair);
    hs__test_assert_connected(&pair);
    hs_info info;
    hs_conn_info(pair.server.conn, &info);
    assert_int_equal(info.own_scheme, HS__SCHEME_rsa_pss_rsae_sha512);
    hs__test_pair_free(&pair);
    so.schemes = pkcs1;
    open_pair(&pair, hs__test_config(co), hs__test_config(so));
    hs__test_pair_run(&pair);
    assert_int_equal(pair.server.error.alert, HS__ALERT_handshake_failure);
    hs__test_pair_free(&pair);
    hs__test_identity_free(&rsa);
}

static void small_records_are_kept_to(void **state) {
    const fixture *f = *state;
    hs_credential *identity[] = {f->id.credential, NULL};
    hs__test_pair pair;
    open_pair(&pair,
              hs__test_config((hs_options){
                  .provider = f->client, .trust = f->id.trust, .record_size_limit = 100}),
              hs__test_config((hs_options){
                  .provider = f->server, .identity = identity, .record_size_limit = 16385}));
    hs__test_pair_run(&pair);
    hs__test_assert_connected(&pair);
    hs__test_exchange(&pair, 5000);
    size_t at = 0;
    while (at < pair.server.sent.n) {
        const uint8_t *h = pair.server.sent.p + at;
        size_t n = (size_t)h[3] << 8 | h[4];
        assert_true(h[0] != HS__CONTENT_application_data || n <= 100 + 16);
        at += 5 + n;
    }
    hs__test_pair_free(&pair);
}

static int setup(void **state) {
    static fixture f;
    f.client = hs__test_client_provider();
    f.server = hs__test_server_provider();
    f.id = hs__test_identity_new(f.server, HS__KEY_P256, "a.test");
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    hs__test_identity_free(&f->id);
    return 0;
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_suite_and_group),
        cmocka_unit_test(bytes_one_at_a_time),
        cmocka_unit_test(much_data_in_many_records),
        cmocka_unit_test(half_close_keeps_the_other_direction),
        cmocka_unit_test(a_cut_connection_is_told_from_a_closed_one),
        cmocka_unit_test(an_unknown_root_is_refused),
        cmocka_unit_test(a_retry_is_asked_for_and_answered),
        cmocka_unit_test(a_client_certificate_is_verified),
        cmocka_unit_test(a_needed_client_certificate_is_insisted_on),
        cmocka_unit_test(a_server_tells_its_groups_when_it_prefers_another),
        cmocka_unit_test(more_shares_than_fit_are_refused),
        cmocka_unit_test(keys_are_updated_both_ways),
        cmocka_unit_test(exporters_agree),
        cmocka_unit_test(protocols_are_negotiated),
        cmocka_unit_test(a_signature_is_made_as_configured),
        cmocka_unit_test(small_records_are_kept_to),
    };
    return hs__test_each_pair("handshake", tests, sizeof(tests) / sizeof(tests[0]), setup,
                              teardown);
}
