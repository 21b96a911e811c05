/* Sessions of TLS 1.2 that are offered or taken up wrongly (RFC 5246 7.4.1.2, 7.4.1.3, RFC 5077 3,
 * RFC 7627 5.3): what does not fit ends the connection or leads to a full handshake, and a stolen
 * ticket is of no use without its secret. */
#include "tests/badinput/rules12.h"

static const unsigned kinds[] = {HS__PEER12_RESUME, HS__PEER12_RESUME | HS__PEER12_TICKET};
enum { N_KINDS = 2 };

static bool is_resumed(const hs__stage12 *t) {
    hs_info info;
    hs_conn_info(t->end.conn, &info);
    return info.resumed;
}

/* From now on the peer takes part in a full handshake. */
static void expect_full(hs__peer12 *peer) {
    peer->resumes = false;
    peer->has_secret = false;
}

/* ---- a server takes up a client's session ------------------------------------------------ */

static void no_ems(hs__peer12 *peer, hs__test_bytes *m) {
    assert_true(hs__edit_cut_ext(m, HS__EXT_extended_main_secret));
    peer->ems = false;
}

static void another_suite(hs__peer12 *peer, hs__test_bytes *m) {
    const size_t at = hs__edit_suites(m);
    memcpy(m->p + at, "\xc0\x2c", 2);
    peer->suite = 0xc02c;
}

static void an_older_version(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    m->p[HS__EDIT_VERSION + 1] = 2;
}

static void another_ems(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_set_ext(m, HS__EXT_extended_main_secret, rules12_span("", 0));
}

/* 9846-4.2.2-13: the peer aborts unless the session is offered. */
static void a_session_is_taken_up_as_it_was(void **state) {
    static const rules12_change changes[] = {
        {"extended_main_secret dropped (7627 5.3)", no_ems, HS__ALERT_handshake_failure},
        {"another suite (5246 7.4.1.3)", another_suite, HS__ALERT_illegal_parameter},
        {"TLS 1.1", an_older_version, HS__ALERT_protocol_version},
        {"nothing changed", another_ems, HS_NO_ALERT},
    };
    for (size_t i = 0; i < N_KINDS; i++) {
        rules12_each(*state, false, kinds[i], HS__HT_server_hello, changes,
                     sizeof(changes) / sizeof(changes[0]));
        /* A client that would do without it in a new session does not in this one. */
        const rules12_world *w = *state;
        hs__stage12 t;
        hs_credential *identity[2];
        hs_options o = hs__stage12_options(&w->ecdsa, false, kinds[i], identity);
        o.extended_main_secret = HS_EMS_OPTIONAL;
        hs__stage12_open_with(&w->ecdsa, &o, false, kinds[i], &t);
        rules12_run(&t, HS__HT_server_hello, &changes[0]);
    }
}

/* Any server may go on in full (5246 7.4.1.3, 5077 3.1 figure 3). */
static void a_server_need_not_resume(void **state) {
    const rules12_world *w = *state;
    for (size_t i = 0; i < N_KINDS; i++) {
        hs__stage12 t;
        hs__stage12_open(&w->ecdsa, false, kinds[i], &t);
        expect_full(&t.peer);
        hs__peer12_connect(&t.peer);
        assert_false(is_resumed(&t));
        hs__stage12_free(&t);
    }
}

/* A full handshake without its first half: with another id nothing is resumed. */
static void a_session_of_another_id_is_not_resumed(void **state) {
    const rules12_world *w = *state;
    for (size_t i = 0; i < N_KINDS; i++) {
        hs__stage12 t;
        hs__stage12_open(&w->ecdsa, false, kinds[i], &t);
        hs__peer12_hear(&t.peer);
        t.peer.session_id[0] ^= 1;
        rules12_go_on(&t, 0);
        rules12_failed(&t, "another id", HS__ALERT_unexpected_message);
        hs__stage12_free(&t);
    }
}

/* Who has the ticket, but not the secret. */
static void a_session_without_its_secret_is_worth_nothing(void **state) {
    const rules12_world *w = *state;
    for (size_t i = 0; i < 2 * N_KINDS; i++) {
        hs__stage12 t;
        hs__stage12_open(&w->ecdsa, i % 2 != 0, kinds[i / 2], &t);
        hs__peer12_hear(&t.peer);
        if (t.peer.is_server) {
            t.peer.session.main_secret[5] ^= 1;
            rules12_go_on(&t, 0);
        } else {
            hs__peer12_step(&t.peer, HS__HT_client_hello);
            assert_true(is_resumed(&t));
            t.peer.session.main_secret[5] ^= 1;
            rules12_go_on(&t, 1);
        }
        /* The peer cannot read the alert, as it has no key: it is not checked here. */
        assert_true(t.end.failed && !t.end.connected && !t.end.error.from_peer);
        assert_int_equal(t.end.error.alert, HS__ALERT_bad_record_mac);
        hs__stage12_free(&t);
    }
}

/* 7627 5.3: a session without extended_main_secret is not offered, even where it was allowed. */
static void a_weak_session_is_not_offered(void **state) {
    const rules12_world *w = *state;
    hs__stage12 t;
    hs__test_bytes m = {NULL, 0, 0};
    hs__stage12_open(&w->ecdsa, false, kinds[1] | HS__PEER12_NO_EMS, &t);
    hs__test_end_drain(&t.end);
    hs__test_bytes_add(&m, t.end.sent.p + 5, t.end.sent.n - 5);
    assert_non_null(hs__edit_ext(&m, HS__EXT_extended_main_secret).p);
    assert_int_equal(hs__edit_ext(&m, HS__EXT_session_ticket).n, 0);
    hs__test_bytes_free(&m);
    hs__stage12_free(&t);
}

/* ---- a client offers a session to a server ----------------------------------------------- */

/* The session is there, but the client must not be talked into the older secret. */
static void extended_main_secret_cannot_be_dropped(void **state) {
    static const rules12_change change = {"extended_main_secret dropped (7627 5.3)", no_ems,
                                          HS__ALERT_handshake_failure};
    const rules12_world *w = *state;
    for (size_t i = 0; i < 2 * N_KINDS; i++) {
        hs__stage12 t;
        hs_credential *identity[2];
        const hs_session_store_options so = {.size = sizeof(so), .provider = w->ecdsa.p};
        hs_options o = hs__stage12_options(&w->ecdsa, true, kinds[i / 2], identity);
        assert_int_equal(hs_session_store_new(&so, &o.sessions), HS_OK);
        o.extended_main_secret = i % 2 != 0 ? HS_EMS_OPTIONAL : HS_EMS_REQUIRED;
        hs__stage12_open_with(&w->ecdsa, &o, true, kinds[i / 2], &t);
        hs_session_store_unref(o.sessions);
        rules12_run(&t, HS__HT_client_hello, &change);
    }
}

/* Says that hello and goes on in full: the server must not resume. */
static void run_full(hs__stage12 *t, hs__test_bytes *hello, const char *what) {
    hs__peer12_say(&t->peer, rules12_span(hello->p, hello->n));
    if (t->end.failed || is_resumed(t)) {
        fail_msg("%s: %s", what, t->end.failed ? t->end.error.text : "resumed");
    }
    hs__peer12_hear(&t->peer);
    rules12_go_on(t, 1);
    if (!t->end.connected || !t->peer.heard_finished) {
        fail_msg("%s: %s", what, t->end.error.text);
    }
    assert_true(hs__hand_find(&t->peer.heard, HS__HT_certificate, 0).n > 0);
    hs__test_bytes_free(hello);
    hs__stage12_free(t);
}

static hs__test_bytes open_hello(const rules12_world *w, unsigned how, hs__stage12 *t) {
    hs__test_bytes m = {NULL, 0, 0};
    hs__stage12_open(&w->ecdsa, true, how, t);
    hs__peer12_make(&t->peer, HS__HT_client_hello, &m);
    expect_full(&t->peer);
    return m;
}

static void a_changed_id_is_not_resumed(void **state) {
    for (size_t at = 0; at < 32; at++) {
        hs__stage12 t;
        hs__test_bytes m = open_hello(*state, kinds[0], &t);
        assert_int_equal(m.p[HS__EDIT_SESSION_ID], 32);
        m.p[HS__EDIT_SESSION_ID + 1 + at] ^= (uint8_t)(1U << at % 8);
        run_full(&t, &m, "a changed id");
    }
    hs__stage12 t;
    hs__test_bytes m = open_hello(*state, kinds[0], &t);
    hs__edit_vector(&m, HS__EDIT_SESSION_ID, 1, rules12_span(m.p + HS__EDIT_SESSION_ID + 1, 31));
    run_full(&t, &m, "a shorter id");
}

/* 5077 3.1: what is no ticket of ours leads to a full handshake, and to a new one. */
static void a_changed_ticket_is_not_resumed(void **state) {
    size_t n = 1;
    for (size_t at = 0; at < n; at++) {
        hs__stage12 t;
        hs__test_bytes ticket = {NULL, 0, 0};
        hs__test_bytes m = open_hello(*state, kinds[1], &t);
        const hs_span own = hs__edit_ext(&m, HS__EXT_session_ticket);
        n = own.n;
        assert_true(n > 48);
        hs__test_bytes_add(&ticket, own.p, n);
        ticket.p[at] ^= (uint8_t)(1U << at % 8);
        hs__edit_set_ext(&m, HS__EXT_session_ticket, rules12_span(ticket.p, ticket.n));
        run_full(&t, &m, "a changed ticket");
        hs__test_bytes_free(&ticket);
    }
}

static void a_ticket_of_another_length_is_not_resumed(void **state) {
    static const size_t lengths[] = {1, 15, 16, 47, 48, 49, 63, 64, 1000, 60000};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        hs__stage12 t;
        static uint8_t ticket[60000];
        hs__test_bytes m = open_hello(*state, kinds[1], &t);
        const hs_span own = hs__edit_ext(&m, HS__EXT_session_ticket);
        memcpy(ticket, own.p, own.n < lengths[i] ? own.n : lengths[i]);
        if (lengths[i] > 16000) { /* more than a record holds: in two */
            hs__edit_set_ext(&m, HS__EXT_session_ticket, rules12_span(ticket, 16000));
        } else if (lengths[i] != own.n) {
            hs__edit_set_ext(&m, HS__EXT_session_ticket, rules12_span(ticket, lengths[i]));
        }
        run_full(&t, &m, "a ticket of another length");
    }
}

/* 5246 7.4.1.2: the session's suite must be among those offered; here it is not. */
static void a_session_of_a_suite_not_offered_is_not_resumed(void **state) {
    for (size_t i = 0; i < N_KINDS; i++) {
        hs__stage12 t;
        hs__test_bytes m = open_hello(*state, kinds[i], &t);
        hs__edit_vector(&m, hs__edit_suites(&m), 2, rules12_span("\xc0\x2c", 2));
        t.peer.suite = 0xc02c;
        run_full(&t, &m, "a suite not offered");
    }
}

/* RFC 6066 3: a session is not resumed under another name than it was made for. */
static void a_session_of_another_name_is_not_resumed(void **state) {
    static const uint8_t name[] = {0, 9, 0, 0, 6, 'a', '.', 't', 'e', 's', 't'};
    for (size_t i = 0; i < N_KINDS; i++) {
        hs__stage12 t;
        hs__test_bytes m = open_hello(*state, kinds[i], &t);
        hs__edit_add_ext(&m, HS__EXT_server_name, rules12_span(name, sizeof(name)));
        run_full(&t, &m, "another name");
    }
}

/* 7627 5.3: a session without extended_main_secret and a hello with it: in full. */
static void a_weak_session_is_not_taken_up(void **state) {
    for (size_t i = 0; i < N_KINDS; i++) {
        hs__stage12 t;
        hs__test_bytes m = open_hello(*state, kinds[i] | HS__PEER12_NO_EMS, &t);
        hs__edit_set_ext(&m, HS__EXT_extended_main_secret, rules12_span("", 0));
        t.peer.ems = true;
        run_full(&t, &m, "a weak session");
    }
}

/* Another connection of the same server and client; the peer offers that session, or none. */
static void open_next(const rules12_world *w, const hs_options *o,
                      const hs__peer12_session *offered, hs__stage12 *t) {
    hs__stage12_open_with(&w->ecdsa, o, true, 0, t);
    if (offered != NULL) {
        hs__peer12_free(&t->peer);
        hs__peer12_open(&t->peer, &w->ecdsa, 0, &t->end, false, offered);
    }
}

/* 5246 7.2.2: a connection that ended with a fatal alert is not resumed, sent or received, and be
 * it long after its handshake. */
static void a_failed_session_is_forgotten(void **state) {
    static const uint8_t alert[] = {HS__ALERT_LEVEL_fatal, HS__ALERT_internal_error};
    const rules12_world *w = *state;
    const hs_session_store_options so = {.size = sizeof(so), .provider = w->ecdsa.p};
    hs_credential *identity[2];
    hs_options o = hs__stage12_options(&w->ecdsa, true, 0, identity);
    assert_int_equal(hs_session_store_new(&so, &o.sessions), HS_OK);
    for (unsigned i = 0; i < 3; i++) {
        hs__stage12 first;
        hs__stage12 t;
        open_next(w, &o, NULL, &first);
        hs__peer12_connect(&first.peer);
        if (i == 1) {
            hs__peer12_send(&first.peer, HS__CONTENT_alert, rules12_span(alert, 2));
        } else if (i == 2) {
            hs__peer12_send(&first.peer, 99, rules12_span("x", 1));
        }
        assert_int_equal(first.end.failed, i != 0);
        open_next(w, &o, &first.peer.session, &t);
        hs__test_bytes m = {NULL, 0, 0};
        hs__peer12_make(&t.peer, HS__HT_client_hello, &m);
        if (i == 0) {
            hs__peer12_connect(&t.peer);
            assert_true(is_resumed(&t));
            hs__test_bytes_free(&m);
            hs__stage12_free(&t);
        } else {
            expect_full(&t.peer);
            run_full(&t, &m, "a failed session");
        }
        hs__stage12_free(&first);
    }
    hs_session_store_unref(o.sessions);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_is_taken_up_as_it_was),
        cmocka_unit_test(a_server_need_not_resume),
        cmocka_unit_test(a_session_of_another_id_is_not_resumed),
        cmocka_unit_test(a_session_without_its_secret_is_worth_nothing),
        cmocka_unit_test(a_weak_session_is_not_offered),
        cmocka_unit_test(extended_main_secret_cannot_be_dropped),
        cmocka_unit_test(a_changed_id_is_not_resumed),
        cmocka_unit_test(a_changed_ticket_is_not_resumed),
        cmocka_unit_test(a_ticket_of_another_length_is_not_resumed),
        cmocka_unit_test(a_session_of_a_suite_not_offered_is_not_resumed),
        cmocka_unit_test(a_session_of_another_name_is_not_resumed),
        cmocka_unit_test(a_weak_session_is_not_taken_up),
        cmocka_unit_test(a_failed_session_is_forgotten),
    };
    return cmocka_run_group_tests_name("sessions of TLS 1.2 broken", tests, rules12_setup,
                                       rules12_teardown);
}
