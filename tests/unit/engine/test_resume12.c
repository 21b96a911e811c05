/* Which sessions of TLS 1.2 are taken up, which are not, and which are forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/session.h"
#include "proto/codepoints.h"
#include "tests/lib/edit.h"
#include "tests/lib/stage.h"

typedef struct {
    hs__stage stage;
    hs_options client, server; /* fresh for each test; the server has a store */
    hs_credential *identity[2];
} fixture;

static void open_with(const fixture *f, hs_session *session, hs__test_pair *pair) {
    hs_config *c = hs__stage_config(f->client);
    hs_config *s = hs__stage_config(f->server);
    const hs_client_options co = {
        .size = sizeof(co), .server_name = "localhost", .session = session};
    const hs_server_options so = {.size = sizeof(so)};
    *pair = (hs__test_pair){.step = 0};
    assert_int_equal(hs_client_new(c, &co, &pair->client.conn), HS_OK);
    assert_int_equal(hs_server_new(s, &so, &pair->server.conn), HS_OK);
    hs_config_unref(c);
    hs_config_unref(s);
}

static bool is_resumed(const hs__test_end *end) {
    hs_info info;
    hs_conn_info(end->conn, &info);
    return info.resumed;
}

static void run(const fixture *f, hs_session *session, hs__test_pair *pair) {
    open_with(f, session, pair);
    hs__test_pair_run(pair);
    if (!pair->client.connected || !pair->server.connected) {
        fail_msg("client: %s; server: %s", pair->client.error.text, pair->server.error.text);
    }
    assert_true(is_resumed(&pair->client) == is_resumed(&pair->server));
}

/* A session of a full handshake. */
static hs_session *make(const fixture *f) {
    hs__test_pair pair;
    run(f, NULL, &pair);
    assert_non_null(pair.client.session);
    hs_session *session = hs_session_ref(pair.client.session);
    hs__test_pair_free(&pair);
    return session;
}

static bool resumes(const fixture *f, hs_session *session) {
    hs__test_pair pair;
    run(f, session, &pair);
    const bool does = is_resumed(&pair.client);
    hs__test_pair_free(&pair);
    return does;
}

/* The same session as if it came from a file: what the program has of it does not know what became
 * of its connections. */
static hs_session *copy_of(const hs_session *session) {
    uint8_t bytes[2048];
    size_t n = sizeof(bytes);
    hs_session *copy = NULL;
    assert_int_equal(hs_session_write(session, bytes, &n), HS_OK);
    assert_int_equal(hs_session_read((hs_span){bytes, n}, &copy), HS_OK);
    return copy;
}

/* ---- forgotten --------------------------------------------------------------------------- */

/* A record that no key opens. */
static void break_connection(hs__test_end *end) {
    static const uint8_t record[5 + 40] = {23, 3, 3, 0, 40};
    hs__test_end_feed(end, record, sizeof(record));
    assert_true(end->failed);
    assert_int_equal(end->error.alert, HS__ALERT_bad_record_mac);
}

/* RFC 5246 7.2.2: a connection that ended with a fatal alert is not resumed. */
static void a_server_forgets_the_session_of_a_connection_that_fails(void **state) {
    fixture *f = *state;
    f->server.no_tickets = true;
    for (unsigned resumed = 0; resumed < 2; resumed++) {
        hs__test_pair pair;
        hs_session *session = resumed ? make(f) : NULL;
        run(f, session, &pair);
        assert_true(is_resumed(&pair.server) == resumed);
        hs_session *copy = copy_of(resumed ? session : pair.client.session);
        assert_true(resumes(f, copy));
        break_connection(&pair.server);
        assert_false(resumes(f, copy));
        hs_session_unref(copy);
        hs_session_unref(session);
        hs__test_pair_free(&pair);
    }
}

static void a_server_forgets_the_session_of_a_handshake_that_fails(void **state) {
    fixture *f = *state;
    f->server.no_tickets = true;
    hs_session *session = make(f);
    hs_session *copy = copy_of(session);
    hs__test_pair pair;
    open_with(f, session, &pair);
    hs__stage_carry(&pair.client, &pair.server);
    assert_true(is_resumed(&pair.server));
    static const uint8_t data[] = {23, 3, 3, 0, 1, 0};
    hs__test_end_feed(&pair.server, data, sizeof(data));
    assert_true(pair.server.failed);
    assert_false(resumes(f, copy));
    hs_session_unref(copy);
    hs_session_unref(session);
    hs__test_pair_free(&pair);
}

/* It is no alert, and RFC 5246 7.2.1 leaves the session alone. */
static void a_connection_that_is_cut_keeps_its_session(void **state) {
    fixture *f = *state;
    f->server.no_tickets = true;
    hs__test_pair pair;
    run(f, NULL, &pair);
    hs_session *session = hs_session_ref(pair.client.session);
    hs_rx_eof(pair.server.conn);
    hs_rx_eof(pair.client.conn);
    hs__test_end_poll(&pair.server);
    hs__test_end_poll(&pair.client);
    assert_int_equal(pair.server.error.status, HS_E_TRUNCATED);
    assert_int_equal(pair.client.error.status, HS_E_TRUNCATED);
    assert_true(resumes(f, session));
    hs_session_unref(session);
    hs__test_pair_free(&pair);
}

static void assert_retired(const fixture *f, hs_session *session) {
    hs_session_info info;
    hs_session_get_info(session, &info);
    assert_int_equal(info.expires_at_ms, 0);
    assert_false(resumes(f, session));
}

static void a_client_offers_no_session_of_a_connection_that_failed(void **state) {
    fixture *f = *state;
    for (unsigned resumed = 0; resumed < 2; resumed++) {
        hs__test_pair pair;
        hs_session *session = resumed ? make(f) : NULL;
        run(f, session, &pair);
        session = session != NULL ? session : hs_session_ref(pair.client.session);
        assert_true(resumes(f, session));
        break_connection(&pair.client);
        assert_retired(f, session);
        hs_session_unref(session);
        hs__test_pair_free(&pair);
    }
}

/* Else a server that resumes and does it wrongly could never be reached again. RFC 5077 3.2. */
static void a_client_offers_no_session_again_whose_handshake_failed(void **state) {
    fixture *f = *state;
    hs_session *session = make(f);
    hs__test_pair pair;
    open_with(f, session, &pair);
    hs__stage_carry(&pair.client, &pair.server);
    hs__test_end_drain(&pair.server);
    pair.server.sent.p[pair.server.sent.n - 1] ^= 1; /* its Finished */
    hs__test_end_feed(&pair.client, pair.server.sent.p, pair.server.sent.n);
    assert_true(pair.client.failed);
    assert_true(is_resumed(&pair.client));
    assert_retired(f, session);
    hs_session_unref(session);
    hs__test_pair_free(&pair);
}

/* RFC 6066 3 and RFC 8422 4: name and point formats belong to the full handshake. */
static void a_resumed_hello_says_what_belongs_to_the_connection(void **state) {
    fixture *f = *state;
    hs_session *session = NULL;
    for (unsigned resumed = 0; resumed < 2; resumed++) {
        hs__test_pair pair;
        hs__test_bytes sh = {NULL, 0, 0};
        run(f, session, &pair);
        const uint8_t *m = pair.server.sent.p + 5;
        assert_int_equal(m[0], HS__HT_server_hello);
        hs__test_bytes_add(&sh, m, 4U + (size_t)(m[2] << 8 | m[3]));
        assert_true(is_resumed(&pair.server) == resumed);
        assert_true((hs__edit_ext(&sh, HS__EXT_server_name).p == NULL) == resumed);
        assert_true((hs__edit_ext(&sh, HS__EXT_ec_point_formats).p == NULL) == resumed);
        assert_non_null(hs__edit_ext(&sh, HS__EXT_extended_main_secret).p);
        assert_non_null(hs__edit_ext(&sh, HS__EXT_renegotiation_info).p);
        session = session != NULL ? session : hs_session_ref(pair.client.session);
        hs__test_bytes_free(&sh);
        hs__test_pair_free(&pair);
    }
    hs_session_unref(session);
}

/* ---- circumstances ----------------------------------------------------------------------- */

/* A program that judges certificates by itself is not handed the verdict of another
 * configuration. */
static void a_session_does_not_get_around_a_programs_own_check(void **state) {
    fixture *f = *state;
    f->client.identity = f->identity;
    f->server.client_auth = HS_CLIENT_AUTH_NEED;
    f->server.trust = f->stage.id.trust;
    hs_session *session = make(f);
    assert_true(resumes(f, session));
    f->server.ask = HS_ASK_VERIFY;
    hs__test_pair pair;
    open_with(f, session, &pair);
    hs__test_pair_run(&pair);
    assert_int_equal(pair.server.question.kind, HS_EV_ASK_VERIFY);
    hs_session_unref(session);
    hs__test_pair_free(&pair);
}

/* The client has done nothing wrong: it offers the extension as before. */
static void a_bound_session_where_binding_is_off_now(void **state) {
    fixture *f = *state;
    f->client.extended_main_secret = HS_EMS_OPTIONAL;
    hs_session *session = make(f);
    f->server.extended_main_secret = HS_EMS_OFF;
    assert_false(resumes(f, session));
    hs_session_unref(session);
}

static uint64_t clock_ms(void *ctx) {
    return *(const uint64_t *)ctx;
}

static hs_conn *at_clock(hs_options o, bool server, uint64_t *now_ms, hs_session *session) {
    hs_config *config = NULL;
    hs_conn *c = NULL;
    const hs_client_options co = {
        .size = sizeof(co), .server_name = "localhost", .session = session};
    const hs_server_options so = {.size = sizeof(so)};
    o.size = sizeof(o);
    o.now_ms = clock_ms;
    o.clock_ctx = now_ms;
    assert_int_equal(hs_config_new(&o, &config, NULL), HS_OK);
    assert_int_equal(server ? hs_server_new(config, &so, &c) : hs_client_new(config, &co, &c),
                     HS_OK);
    hs_config_unref(config);
    return c;
}

/* A step back of the client's clock that is small enough to resume in spite of it does not make a
 * session that cannot be read again. */
static void a_renewed_session_is_not_older_than_its_handshake(void **state) {
    fixture *f = *state;
    enum { MINUTES = 60 * 1000, LIFE = 120 * MINUTES };
    const hs_session_store_options so = {.size = sizeof(so),
                                         .provider = f->stage.p,
                                         .key_life_s = LIFE / 1000,
                                         .session_life_s = LIFE / 1000};
    hs_session_store_unref(f->server.sessions);
    assert_int_equal(hs_session_store_new(&so, &f->server.sessions), HS_OK);
    /* A ticket of an old key, and a time when the next key has come. */
    static const uint64_t server_minutes[] = {0, 119, 121};
    hs_session *session = NULL;
    for (size_t i = 0; i < 3; i++) {
        uint64_t server_ms = hs__test_now_ms(NULL) + server_minutes[i] * MINUTES;
        uint64_t client_ms = hs__test_now_ms(NULL) - (i == 2 ? 30 * 1000 : 0);
        hs__test_pair pair = {.step = 0};
        pair.client.conn = at_clock(f->client, false, &client_ms, i == 2 ? session : NULL);
        pair.server.conn = at_clock(f->server, true, &server_ms, NULL);
        hs__test_pair_run(&pair);
        assert_true(pair.client.connected && is_resumed(&pair.client) == (i == 2));
        assert_non_null(pair.client.session);
        hs_session_unref(session);
        session = hs_session_ref(pair.client.session);
        hs__test_pair_free(&pair);
    }
    hs_session_unref(copy_of(session));
    hs_session_unref(session);
}

/* A ClientHello has room for 65,535 bytes of extensions. */
static void a_ticket_that_does_not_fit_is_not_offered(void **state) {
    fixture *f = *state;
    hs_session *session = make(f);
    static uint8_t ticket[UINT16_MAX];
    hs__session_state s = *hs__session_state_of(session);
    s.ticket = (hs_span){ticket, sizeof(ticket)};
    hs_session *long_one = NULL;
    assert_int_equal(hs__session_new(&s, &long_one), HS_OK);
    assert_false(resumes(f, long_one));
    hs_session_unref(long_one);
    hs_session_unref(session);
}

static int begin(void **state) {
    fixture *f = *state;
    const hs_session_store_options so = {.size = sizeof(so), .provider = f->stage.p};
    hs_credential *unused[2];
    f->client = hs__stage_client(&f->stage, HS__STAGE_TLS12, unused);
    f->client.sessions_wanted = true;
    f->server = hs__stage_server(&f->stage, HS__STAGE_TLS12, f->identity);
    return hs_session_store_new(&so, &f->server.sessions) == HS_OK ? 0 : -1;
}

static int end(void **state) {
    fixture *f = *state;
    hs_session_store_unref(f->server.sessions);
    return 0;
}

static int setup(void **state) {
    static fixture f;
    hs__stage_new(&f.stage);
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    hs__stage_free(&f->stage);
    return 0;
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    static const struct CMUnitTest tests[] = {
        TEST(a_server_forgets_the_session_of_a_connection_that_fails),
        TEST(a_server_forgets_the_session_of_a_handshake_that_fails),
        TEST(a_connection_that_is_cut_keeps_its_session),
        TEST(a_client_offers_no_session_of_a_connection_that_failed),
        TEST(a_client_offers_no_session_again_whose_handshake_failed),
        TEST(a_resumed_hello_says_what_belongs_to_the_connection),
        TEST(a_session_does_not_get_around_a_programs_own_check),
        TEST(a_bound_session_where_binding_is_off_now),
        TEST(a_renewed_session_is_not_older_than_its_handshake),
        TEST(a_ticket_that_does_not_fit_is_not_offered),
    };
    return cmocka_run_group_tests_name("resumption of TLS 1.2", tests, setup, teardown);
}
