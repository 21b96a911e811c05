/* Full and resumed handshakes of TLS 1.2 in memory: each pair of providers, suite, group and kind
 * of certificate; the classic profile; what is refused. */
#include <string.h>

#include "engine/suites.h"
#include "pki/certificate.h"
#include "proto/codepoints.h"
#include "tests/lib/identity.h"
#include "tests/unit/engine/handshake_test.h"

typedef struct {
    hs_provider *client, *server;
    hs__test_identity ecdsa, rsa;
} fixture;

static hs_options client_of(const fixture *f) {
    return (hs_options){
        .provider = f->client, .trust = f->ecdsa.trust, .max_version = HS__VERSION_TLS12};
}

/* The server speaks both versions, unless said otherwise. */
static hs_options server_of(const fixture *f, hs_credential *const *identity) {
    return (hs_options){.provider = f->server, .identity = identity};
}

static void open_pair(hs__test_pair *pair, hs_options client, hs_options server) {
    hs_config *c = hs__test_config(client);
    hs_config *s = hs__test_config(server);
    hs__test_pair_open(pair, c, s, "localhost");
    hs_config_unref(c);
    hs_config_unref(s);
}

static void assert_connected(const hs__test_pair *pair) {
    hs__test_assert_connected(pair);
    assert_int_equal(hs__test_info(&pair->client).version, HS__VERSION_TLS12);
    assert_int_equal(hs__test_info(&pair->server).version, HS__VERSION_TLS12);
}

static void assert_connects(hs_options client, hs_options server) {
    hs__test_pair pair;
    open_pair(&pair, client, server);
    hs__test_pair_run(&pair);
    assert_connected(&pair);
    hs__test_pair_free(&pair);
}

static void assert_client_refuses(hs_options client, hs_options server, hs_status status) {
    hs__test_pair pair;
    open_pair(&pair, client, server);
    hs__test_pair_run(&pair);
    assert_true(pair.client.failed);
    assert_int_equal(pair.client.error.status, status);
    hs__test_pair_free(&pair);
}

static void assert_server_refuses(hs_options client, hs_options server, hs_status status) {
    hs__test_pair pair;
    open_pair(&pair, client, server);
    hs__test_pair_run(&pair);
    assert_true(pair.server.failed);
    assert_int_equal(pair.server.error.status, status);
    hs__test_pair_free(&pair);
}

/* ---- full handshakes --------------------------------------------------------------------- */

static void every_suite_and_group(void **state) {
    const fixture *f = *state;
    hs_credential *both[] = {f->ecdsa.credential, f->rsa.credential, NULL};
    for (const uint16_t *suite = hs__suite_ids(false); *suite != 0; suite++) {
        const hs__suite *facts = hs__suite_for(*suite, HS__VERSION_TLS12);
        for (const uint16_t *group = f->client->groups; *group != 0; group++) {
            if (facts == NULL || facts->kx != HS__KX_ECDHE || *group > HS__GROUP_X25519 ||
                !hs__provider_has_group(f->server, *group)) {
                continue;
            }
            const uint16_t suites[] = {*suite, 0};
            /* P-256 is the curve of the certificate: without it the server may not show it */
            const uint16_t groups[] = {*group,
                                       *group == HS__GROUP_SECP256R1 ? 0 : HS__GROUP_SECP256R1, 0};
            hs_options client = client_of(f);
            client.suites = suites;
            client.groups = groups;
            client.trust = facts->auth == HS__AUTH_RSA ? f->rsa.trust : f->ecdsa.trust;
            hs_options server = server_of(f, both);
            server.prefer = HS_PREFER_CLIENT;
            hs__test_pair pair;
            open_pair(&pair, client, server);
            hs__test_pair_run(&pair);
            assert_connected(&pair);
            assert_int_equal(hs__test_info(&pair.server).suite, *suite);
            assert_int_equal(hs__test_info(&pair.server).group, *group);
            assert_true(hs__test_info(&pair.client).extended_main_secret);
            assert_true(hs__test_info(&pair.client).peer_authenticated);
            hs__test_exchange(&pair, 1000);
            hs__test_pair_free(&pair);
        }
    }
}

/* RFC 8422 5.1: supported_groups binds the certificate's curve as well. */
static void a_certificate_on_a_curve_that_was_not_offered(void **state) {
    const fixture *f = *state;
    static const uint16_t groups[] = {HS__GROUP_X25519, 0};
    hs_credential *identity[] = {f->ecdsa.credential, NULL};
    hs_options client = client_of(f);
    client.groups = groups;
    hs__test_pair pair;
    open_pair(&pair, client, server_of(f, identity));
    hs__test_pair_run(&pair);
    assert_int_equal(pair.server.error.status, HS_E_NO_COMMON_GROUP);
    assert_non_null(strstr(pair.server.error.text, "P-256"));
    hs__test_pair_free(&pair);
}

static void in_pieces(void **state) {
    const fixture *f = *state;
    hs_credential *identity[] = {f->ecdsa.credential, NULL};
    static const size_t steps[] = {1, 3, 20011};
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        hs__test_pair pair;
        open_pair(&pair, client_of(f), server_of(f, identity));
        pair.step = steps[i];
        hs__test_pair_run(&pair);
        assert_connected(&pair);
        hs__test_exchange(&pair, steps[i] == 1 ? 2000 : 100000);
        hs__test_pair_free(&pair);
    }
}

static void the_newer_version_is_taken_where_both_have_it(void **state) {
    const fixture *f = *state;
    hs_credential *identity[] = {f->ecdsa.credential, NULL};
    hs_options client = client_of(f);
    client.max_version = 0;
    hs__test_pair pair;
    open_pair(&pair, client, server_of(f, identity));
    hs__test_pair_run(&pair);
    assert_true(pair.client.connected);
    assert_int_equal(hs__test_info(&pair.client).version, HS__VERSION_TLS13);
    hs__test_pair_free(&pair);

    hs_options server = server_of(f, identity);
    server.max_version = HS__VERSION_TLS12;
    open_pair(&pair, client, server);
    hs__test_pair_run(&pair);
    assert_connected(&pair);
    hs__test_exchange(&pair, 100);
    hs__test_pair_free(&pair);
}

static void a_client_proves_its_key(void **state) {
    const fixture *f = *state;
    hs_credential *const ids[] = {f->ecdsa.credential, f->rsa.credential};
    hs_trust *const trusts[] = {f->ecdsa.trust, f->rsa.trust};
    for (size_t i = 0; i < 2; i++) {
        hs_credential *own[] = {ids[i], NULL};
        hs_credential *identity[] = {f->ecdsa.credential, NULL};
        hs_options client = client_of(f);
        client.identity = own;
        hs_options server = server_of(f, identity);
        server.client_auth = HS_CLIENT_AUTH_NEED;
        server.trust = trusts[i];
        hs__test_pair pair;
        open_pair(&pair, client, server);
        hs__test_pair_run(&pair);
        assert_connected(&pair);
        assert_true(hs__test_info(&pair.server).peer_authenticated);
        assert_true(hs__test_info(&pair.client).own_scheme != 0);
        hs__test_exchange(&pair, 100);
        hs__test_pair_free(&pair);
    }
}

static void a_client_without_a_certificate(void **state) {
    const fixture *f = *state;
    hs_credential *identity[] = {f->ecdsa.credential, NULL};
    hs_options server = server_of(f, identity);
    server.trust = f->ecdsa.trust;
    server.client_auth = HS_CLIENT_AUTH_WANT;
    hs__test_pair pair;
    open_pair(&pair, client_of(f), server);
    hs__test_pair_run(&pair);
    assert_connected(&pair);
    assert_false(hs__test_info(&pair.server).peer_authenticated);
    hs__test_pair_free(&pair);

    server.client_auth = HS_CLIENT_AUTH_NEED;
    assert_server_refuses(client_of(f), server, HS_E_CERTIFICATE_REQUIRED_12);
}

static void an_unknown_root_is_refused_before_anything_is_sent(void **state) {
    const fixture *f = *state;
    hs_credential *identity[] = {f->ecdsa.credential, NULL};
    hs_options client = client_of(f);
    client.trust = f->rsa.trust;
    hs__test_pair pair;
    open_pair(&pair, client, server_of(f, identity));
    hs__test_pair_run(&pair);
    assert_true(pair.client.failed);
    assert_int_equal(pair.client.error.status, HS_E_UNKNOWN_ISSUER);
    assert_int_equal(pair.server.error.alert, HS__ALERT_unknown_ca);
    hs__test_pair_free(&pair);
}

/* ---- the classic profile ----------------------------------------------------------------- */

static void the_client_makes_the_secret(void **state) {
    const fixture *f = *state;
    static const uint16_t suites[] = {0x009c, 0x009d, 0};
    for (size_t i = 0; i < 2; i++) {
        const uint16_t one[] = {suites[i], 0};
        hs_credential *identity[] = {f->rsa.credential, NULL};
        hs_options client = client_of(f);
        client.trust = f->rsa.trust;
        client.classic = true;
        client.suites = one;
        hs_options server = server_of(f, identity);
        server.classic = true;
        hs__test_pair pair;
        open_pair(&pair, client, server);
        hs__test_pair_run(&pair);
        assert_connected(&pair);
        assert_int_equal(hs__test_info(&pair.client).suite, suites[i]);
        assert_int_equal(hs__test_info(&pair.client).group, 0);
        hs__test_exchange(&pair, 1000);
        hs__test_pair_free(&pair);
    }
}

static void the_classic_key_does_nothing_else(void **state) {
    const fixture *f = *state;
    hs_credential *identity[] = {f->rsa.credential, NULL};
    hs_options client = client_of(f);
    client.trust = f->rsa.trust;
    client.max_version = 0;
    hs_options server = server_of(f, identity);
    server.classic = true;
    assert_server_refuses(client, server, HS_E_NO_COMMON_SCHEME);
}

/* A certificate that may only decrypt is trusted for that; one that may only sign, of another key,
 * serves the other suites; the same key in both is refused. */
static void each_key_has_one_use(void **state) {
    const fixture *f = *state;
    hs_credential *decrypts =
        hs__test_identity_again(f->server, &f->rsa, "a.test", HS__KU_KEY_ENCIPHERMENT);
    hs_credential *signs =
        hs__test_identity_again(f->server, &f->rsa, "a.test", HS__KU_DIGITAL_SIGNATURE);
    hs_credential *identity[] = {decrypts, f->ecdsa.credential, NULL};
    static const uint16_t classic[] = {0x009c, 0};
    hs_options client = client_of(f);
    client.trust = f->rsa.trust;
    client.classic = true;
    client.suites = classic;
    hs_options server = server_of(f, identity);
    server.classic = true;
    assert_connects(client, server);

    assert_connects(client_of(f), server); /* ECDHE, with the other key */

    hs_credential *same_key[] = {decrypts, signs, NULL};
    hs_options o = server_of(f, same_key);
    o.size = sizeof(o);
    o.classic = true;
    hs_config *c = NULL;
    const char *why = NULL;
    assert_int_equal(hs_config_new(&o, &c, &why), HS_E_CONFIG);
    assert_non_null(strstr(why, "key of its own"));

    identity[0] = signs; /* what may not decrypt is no use to the classic suites */
    identity[1] = NULL;
    assert_server_refuses(client, server, HS_E_NO_COMMON_SCHEME);
    hs_credential_unref(decrypts);
    hs_credential_unref(signs);
}

static void classic_is_off_unless_asked_for(void **state) {
    const fixture *f = *state;
    static const uint16_t suites[] = {0x009c, 0};
    hs_options o = client_of(f);
    o.size = sizeof(o);
    o.suites = suites;
    o.now_ms = hs__test_now_ms;
    hs_config *c = NULL;
    const char *why = NULL;
    assert_int_equal(hs_config_new(&o, &c, &why), HS_E_CONFIG);
    assert_non_null(strstr(why, "classic"));
}

/* ---- the extended main secret ------------------------------------------------------------ */

static void binding_is_required_unless_told_otherwise(void **state) {
    const fixture *f = *state;
    hs_credential *identity[] = {f->ecdsa.credential, NULL};
    hs_options client = client_of(f);
    hs_options server = server_of(f, identity);
    hs__test_pair pair;
    client.extended_main_secret = HS_EMS_OFF;
    assert_server_refuses(client, server, HS_E_NO_EMS);

    client.extended_main_secret = HS_EMS_REQUIRED;
    server.extended_main_secret = HS_EMS_OFF;
    assert_client_refuses(client, server, HS_E_NO_EMS);

    client.extended_main_secret = HS_EMS_OPTIONAL;
    open_pair(&pair, client, server);
    hs__test_pair_run(&pair);
    assert_connected(&pair);
    assert_false(hs__test_info(&pair.client).extended_main_secret);
    hs__test_exchange(&pair, 100);
    uint8_t value[16];
    assert_int_equal(hs_export(pair.client.conn, "EXPERIMENTAL x", (hs_span){NULL, 0}, value, 16),
                     HS_E_UNSUPPORTED);
    hs__test_pair_free(&pair);
}

static void exporters_agree_and_know_an_empty_context(void **state) {
    const fixture *f = *state;
    hs_credential *identity[] = {f->ecdsa.credential, NULL};
    hs__test_pair pair;
    open_pair(&pair, client_of(f), server_of(f, identity));
    hs__test_pair_run(&pair);
    assert_connected(&pair);
    const hs_span contexts[] = {{NULL, 0}, {(const uint8_t *)"", 0}, {(const uint8_t *)"more", 4}};
    uint8_t ours[3][40];
    for (size_t i = 0; i < 3; i++) {
        uint8_t theirs[40];
        assert_int_equal(hs_export(pair.client.conn, "EXPORTER-x", contexts[i], ours[i], 40),
                         HS_OK);
        assert_int_equal(hs_export(pair.server.conn, "EXPORTER-x", contexts[i], theirs, 40), HS_OK);
        assert_memory_equal(ours[i], theirs, 40);
    }
    assert_memory_not_equal(ours[0], ours[1], 40);
    assert_memory_not_equal(ours[1], ours[2], 40);
    assert_int_equal(hs_key_update(pair.client.conn, false), HS_E_UNSUPPORTED);
    hs__test_pair_free(&pair);
}

/* ---- resumption -------------------------------------------------------------------------- */

static hs_session_store *new_store(const fixture *f) {
    const hs_session_store_options o = {.size = sizeof(o), .provider = f->server};
    hs_session_store *store = NULL;
    assert_int_equal(hs_session_store_new(&o, &store), HS_OK);
    return store;
}

static void open_with(hs__test_pair *pair, hs_options client, hs_options server,
                      hs_session *session) {
    *pair = (hs__test_pair){.step = 0};
    hs_config *c = hs__test_config(client);
    hs_config *s = hs__test_config(server);
    const hs_client_options co = {
        .size = sizeof(co), .server_name = "localhost", .session = session};
    const hs_server_options so = {.size = sizeof(so)};
    assert_int_equal(hs_client_new(c, &co, &pair->client.conn), HS_OK);
    assert_int_equal(hs_server_new(s, &so, &pair->server.conn), HS_OK);
    hs_config_unref(c);
    hs_config_unref(s);
    hs__test_pair_run(pair);
}

/* A full handshake, and the session it left. */
static hs_session *first(hs_options client, hs_options server, hs_session *session) {
    hs__test_pair pair;
    open_with(&pair, client, server, session);
    assert_connected(&pair);
    assert_false(hs__test_info(&pair.client).resumed);
    assert_non_null(pair.client.session);
    hs_session *kept = hs_session_ref(pair.client.session);
    hs__test_pair_free(&pair);
    return kept;
}

static void a_ticket_is_resumed(void **state) {
    const fixture *f = *state;
    hs_credential *identity[] = {f->ecdsa.credential, NULL};
    hs_options client = client_of(f);
    client.sessions_wanted = true;
    for (unsigned with_13 = 0; with_13 < 2; with_13++) {
        hs_options server = server_of(f, identity);
        server.sessions = new_store(f);
        server.max_version = HS__VERSION_TLS12;
        client.max_version = with_13 ? HS__VERSION_TLS13 : HS__VERSION_TLS12;
        hs_session *session = first(client, server, NULL);
        hs__test_pair pair;
        open_with(&pair, client, server, session);
        assert_connected(&pair);
        assert_true(hs__test_info(&pair.client).resumed);
        assert_true(hs__test_info(&pair.server).resumed);
        assert_true(hs__test_info(&pair.client).peer_authenticated);
        hs__test_exchange(&pair, 1000);
        hs__test_pair_free(&pair);
        hs_session_unref(session);
        hs_session_store_unref(server.sessions);
    }
}

static void without_tickets_a_session_stays_with_the_server(void **state) {
    const fixture *f = *state;
    hs_credential *identity[] = {f->ecdsa.credential, NULL};
    hs_options client = client_of(f);
    client.sessions_wanted = true;
    hs_options server = server_of(f, identity);
    server.sessions = new_store(f);
    hs_session *ticket = first(client, server, NULL);
    server.no_tickets = true;
    hs_session *session = first(client, server, ticket);
    hs_session_info info;
    hs_session_get_info(ticket, &info);
    assert_true(info.has_ticket);
    hs_session_get_info(session, &info);
    assert_false(info.has_ticket);
    hs__test_pair pair;
    open_with(&pair, client, server, session);
    assert_connected(&pair);
    assert_true(hs__test_info(&pair.client).resumed);
    hs__test_pair_free(&pair);
    hs_session_unref(ticket);
    hs_session_unref(session);
    hs_session_store_unref(server.sessions);
}

static void a_ticket_of_other_circumstances_is_not(void **state) {
    const fixture *f = *state;
    hs_credential *identity[] = {f->ecdsa.credential, NULL};
    hs_credential *both[] = {f->ecdsa.credential, f->rsa.credential, NULL};
    hs_options client = client_of(f);
    client.sessions_wanted = true;
    hs_options server = server_of(f, identity);
    server.sessions = new_store(f);
    hs_session *session = first(client, server, NULL);

    hs_options other = server;
    other.identity = both;
    hs_session_unref(first(client, other, session)); /* other identities */
    other = server;
    other.sessions = new_store(f);
    hs_session_unref(first(client, other, session)); /* a key that is not known */
    hs_session_store_unref(other.sessions);
    other = client;
    other.verify = HS_VERIFY_REPORT_ONLY;
    hs_session_unref(first(other, server, session)); /* the client checks otherwise */

    hs_session_unref(session);
    hs_session_store_unref(server.sessions);
}

static void a_client_certificate_is_remembered(void **state) {
    const fixture *f = *state;
    hs_credential *identity[] = {f->ecdsa.credential, NULL};
    hs_options client = client_of(f);
    client.sessions_wanted = true;
    client.identity = identity;
    hs_options server = server_of(f, identity);
    server.sessions = new_store(f);
    server.trust = f->ecdsa.trust;
    server.client_auth = HS_CLIENT_AUTH_NEED;
    hs_session *session = first(client, server, NULL);
    hs__test_pair pair;
    open_with(&pair, client, server, session);
    assert_connected(&pair);
    assert_true(hs__test_info(&pair.server).resumed);
    assert_true(hs__test_info(&pair.server).peer_authenticated);
    hs__test_pair_free(&pair);
    hs_session_unref(session);
    hs_session_store_unref(server.sessions);
}

static int setup(void **state) {
    static fixture f;
    f.client = hs__test_client_provider();
    f.server = hs__test_server_provider();
    f.ecdsa = hs__test_identity_new(f.server, HS__KEY_P256, "a.test");
    f.rsa = hs__test_identity_new(f.server, HS__KEY_RSA, "a.test");
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    hs__test_identity_free(&f->ecdsa);
    hs__test_identity_free(&f->rsa);
    return 0;
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_suite_and_group),
        cmocka_unit_test(a_certificate_on_a_curve_that_was_not_offered),
        cmocka_unit_test(in_pieces),
        cmocka_unit_test(the_newer_version_is_taken_where_both_have_it),
        cmocka_unit_test(a_client_proves_its_key),
        cmocka_unit_test(a_client_without_a_certificate),
        cmocka_unit_test(an_unknown_root_is_refused_before_anything_is_sent),
        cmocka_unit_test(the_client_makes_the_secret),
        cmocka_unit_test(the_classic_key_does_nothing_else),
        cmocka_unit_test(each_key_has_one_use),
        cmocka_unit_test(classic_is_off_unless_asked_for),
        cmocka_unit_test(binding_is_required_unless_told_otherwise),
        cmocka_unit_test(exporters_agree_and_know_an_empty_context),
        cmocka_unit_test(a_ticket_is_resumed),
        cmocka_unit_test(without_tickets_a_session_stays_with_the_server),
        cmocka_unit_test(a_ticket_of_other_circumstances_is_not),
        cmocka_unit_test(a_client_certificate_is_remembered),
    };
    return hs__test_each_pair("handshake of TLS 1.2", tests, sizeof(tests) / sizeof(tests[0]),
                              setup, teardown);
}
