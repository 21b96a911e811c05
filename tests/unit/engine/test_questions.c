/* The questions (E5): decided by the program, later, in the wrong order, or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/suites.h"
#include "pki/credential.h"
#include "proto/codepoints.h"
#include "tests/lib/stage.h"

enum { ASK_ALL = HS_ASK_CONFIG | HS_ASK_VERIFY | HS_ASK_SIGN };

static void open_pair(const hs__stage *s, unsigned how, unsigned ask_client, unsigned ask_server,
                      hs__test_pair *pair) {
    hs_credential *identity[2][2];
    hs_options client = hs__stage_client(s, how, identity[0]);
    hs_options server = hs__stage_server(s, how, identity[1]);
    client.ask = ask_client;
    server.ask = ask_server;
    hs__stage_open_with(&client, &server, pair);
}

static hs_event_kind asked(const hs__test_end *end) {
    return end->question.kind;
}

/* The pair moves on after an answer: the end's events, then bytes. */
static void go_on(hs__test_pair *pair, hs__test_end *end) {
    end->question.kind = HS_EV_NONE;
    hs__test_end_poll(end);
    hs__test_pair_run(pair);
}

static void sign(const hs__stage *s, hs__test_end *end) {
    uint8_t sig[HS__SIGNATURE_MAX];
    size_t n = 0;
    const hs_event *q = &end->question;
    const hs__private_key *key = hs__credential_key(q->credential);
    assert_int_equal(s->p->key_sign(s->p, key, hs__scheme_of(q->scheme)->alg, q->bytes, sig, &n),
                     HS_OK);
    assert_int_equal(hs_answer_sign(end->conn, sig, n), HS_OK);
}

/* Answers the open question of an end as the default would; false when none is open. */
static bool answer(const hs__stage *s, hs__test_pair *pair, hs__test_end *end) {
    switch (asked(end)) {
    case HS_EV_ASK_CONFIG:
        assert_int_equal(hs_answer_config(end->conn, NULL), HS_OK);
        break;
    case HS_EV_ASK_VERIFY:
        assert_int_equal(hs_answer_verify(end->conn, HS_OK, NULL), HS_OK);
        break;
    case HS_EV_ASK_SIGN:
        sign(s, end);
        break;
    default:
        return false;
    }
    go_on(pair, end);
    return true;
}

static unsigned answer_all(const hs__stage *s, hs__test_pair *pair) {
    unsigned n = 0;
    while (answer(s, pair, &pair->client) || answer(s, pair, &pair->server)) {
        n++;
    }
    return n;
}

static void write_text(hs__test_end *end, const char *text) {
    size_t taken;
    assert_int_equal(hs_write(end->conn, text, strlen(text), &taken), HS_OK);
}

static void assert_works(hs__test_pair *pair) {
    assert_true(pair->client.connected && pair->server.connected);
    write_text(&pair->client, "from the client");
    write_text(&pair->server, "from the server");
    hs__test_pair_run(pair);
    assert_int_equal(pair->client.data.n, 15);
    assert_int_equal(pair->server.data.n, 15);
}

/* ---- in order ------------------------------------------------------------------------------ */

/* Every question, on both sides, with bytes that come whole or one by one. */
static void all_questions_are_answered_later(void **state) {
    static const size_t steps[] = {0, 1, 7};
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        hs__test_pair pair;
        open_pair(*state, HS__STAGE_RETRY | HS__STAGE_AUTH, ASK_ALL, ASK_ALL, &pair);
        pair.step = steps[i];
        hs__test_pair_run(&pair);
        assert_int_equal(asked(&pair.server), HS_EV_ASK_CONFIG);
        /* Server: CONFIG (once, not again after the retry), SIGN, VERIFY. Client: VERIFY, SIGN. */
        assert_int_equal(answer_all(*state, &pair), 5);
        assert_works(&pair);
        hs__test_pair_free(&pair);
    }
}

static void what_is_asked_is_told(void **state) {
    const hs__stage *s = *state;
    hs__test_pair pair;
    static const char *const alpn[] = {"h2", NULL};
    hs_credential *identity[2][2];
    hs_options client = hs__stage_client(s, HS__STAGE_AUTH, identity[0]);
    hs_options server = hs__stage_server(s, HS__STAGE_AUTH, identity[1]);
    client.ask = server.ask = ASK_ALL;
    client.alpn = alpn;
    hs__stage_open_with(&client, &server, &pair);
    hs__test_pair_run(&pair);
    const hs_event *q = &pair.server.question;
    assert_string_equal(q->server_name, "localhost");
    assert_int_equal(q->alpn.n, 3);
    assert_memory_equal(q->alpn.p, "\x02h2", 3);
    assert_int_equal(q->bytes.n, pair.client.sent.n - 5);
    assert_memory_equal(q->bytes.p, pair.client.sent.p + 5, q->bytes.n);
    assert_true(answer(s, &pair, &pair.server));
    assert_int_equal(q->kind, HS_EV_ASK_SIGN);
    assert_int_equal(q->scheme, HS__SCHEME_ecdsa_secp256r1_sha256);
    assert_ptr_equal(q->credential, s->id.credential);
    assert_int_equal(q->bytes.n, 64 + 34 + hs__hash_len(pair.server.conn->suite->hash));
    assert_true(answer(s, &pair, &pair.server));
    q = &pair.client.question;
    assert_int_equal(q->kind, HS_EV_ASK_VERIFY);
    assert_int_equal(q->purpose, HS_PURPOSE_SERVER);
    assert_string_equal(q->server_name, "localhost");
    assert_true(q->n_chain >= 1);
    size_t n;
    const hs_span *chain = hs_credential_chain(s->id.credential, &n);
    assert_int_equal(q->n_chain, n);
    assert_int_equal(q->chain[0].n, chain[0].n);
    assert_memory_equal(q->chain[0].p, chain[0].p, chain[0].n);
    assert_ptr_equal(hs_peer_chain(pair.client.conn, &n), q->chain);
    hs__test_pair_free(&pair);
}

/* ---- refusals ------------------------------------------------------------------------------ */

static void a_refused_chain_has_the_alert_of_its_reason(void **state) {
    static const struct {
        hs_status verdict;
        int alert;
    } refusals[] = {{HS_E_CERT_EXPIRED, HS__ALERT_certificate_expired},
                    {HS_E_UNKNOWN_ISSUER, HS__ALERT_unknown_ca},
                    {HS_E_NAME_MISMATCH, HS__ALERT_certificate_unknown},
                    {HS_E_UNSUPPORTED_KEY, HS__ALERT_unsupported_certificate}};
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        hs__test_pair pair;
        open_pair(*state, 0, HS_ASK_VERIFY, 0, &pair);
        hs__test_pair_run(&pair);
        assert_int_equal(hs_answer_verify(pair.client.conn, refusals[i].verdict, NULL), HS_OK);
        go_on(&pair, &pair.client);
        assert_false(pair.client.connected);
        assert_int_equal(pair.client.error.status, refusals[i].verdict);
        assert_int_equal(pair.client.error.alert, refusals[i].alert);
        assert_int_equal(pair.server.error.alert, refusals[i].alert);
        hs__test_pair_free(&pair);
    }
}

static void a_refused_signature_ends_the_handshake(void **state) {
    for (unsigned i = 0; i < 2; i++) {
        hs__test_pair pair;
        open_pair(*state, 0, 0, HS_ASK_SIGN, &pair);
        hs__test_pair_run(&pair);
        assert_int_equal(asked(&pair.server), HS_EV_ASK_SIGN);
        const uint8_t noise[70] = {0x30, 68};
        assert_int_equal(hs_answer_sign(pair.server.conn, noise, i == 0 ? 0 : sizeof(noise)),
                         HS_OK);
        go_on(&pair, &pair.server);
        assert_false(pair.client.connected || pair.server.connected);
        if (i == 0) {
            assert_int_equal(pair.server.error.status, HS_E_SIGN_REFUSED);
            assert_int_equal(pair.client.error.alert, HS__ALERT_internal_error);
        } else { /* a wrong one is the client's to find */
            assert_int_equal(pair.client.error.status, HS_E_BAD_SIGNATURE);
            assert_int_equal(pair.server.error.alert, HS__ALERT_decrypt_error);
        }
        hs__test_pair_free(&pair);
    }
}

/* ---- out of order -------------------------------------------------------------------------- */

/* Answers to questions that are not open: refused, and nothing is changed by them. */
static void misuse(hs__test_end *end, hs_event_kind but) {
    hs_info before;
    hs_info after;
    hs_conn_info(end->conn, &before);
    if (but != HS_EV_ASK_CONFIG) {
        assert_int_equal(hs_answer_config(end->conn, NULL), HS_E_MISUSE);
    }
    if (but != HS_EV_ASK_VERIFY) {
        assert_int_equal(hs_answer_verify(end->conn, HS_OK, NULL), HS_E_MISUSE);
    }
    if (but != HS_EV_ASK_SIGN) {
        assert_int_equal(hs_answer_sign(end->conn, "x", 1), HS_E_MISUSE);
    }
    hs_conn_info(end->conn, &after);
    assert_ptr_equal(before.state, after.state);
    assert_int_equal(before.records_tx, after.records_tx);
    assert_false(end->failed);
}

static void wrong_answers_change_nothing(void **state) {
    hs__test_pair pair;
    open_pair(*state, HS__STAGE_AUTH, ASK_ALL, ASK_ALL, &pair);
    misuse(&pair.client, HS_EV_NONE);
    misuse(&pair.server, HS_EV_NONE);
    hs__test_pair_run(&pair);
    do {
        misuse(&pair.client, asked(&pair.client));
        misuse(&pair.server, asked(&pair.server));
    } while (answer(*state, &pair, &pair.client) || answer(*state, &pair, &pair.server));
    assert_works(&pair);
    misuse(&pair.client, HS_EV_NONE);
    hs__test_pair_free(&pair);
}

/* The question is in the queue but was not taken: an answer to what was not asked yet. */
static void an_answer_before_the_question_is_misuse(void **state) {
    hs__test_pair pair;
    open_pair(*state, 0, 0, HS_ASK_CONFIG | HS_ASK_SIGN, &pair);
    hs__test_pair_run(&pair);
    assert_int_equal(asked(&pair.server), HS_EV_ASK_CONFIG);
    assert_int_equal(hs_answer_config(pair.server.conn, NULL), HS_OK);
    assert_int_equal(hs_answer_sign(pair.server.conn, "x", 1), HS_E_MISUSE);
    go_on(&pair, &pair.server);
    assert_int_equal(asked(&pair.server), HS_EV_ASK_SIGN);
    assert_true(answer(*state, &pair, &pair.server));
    assert_works(&pair);
    hs__test_pair_free(&pair);
}

/* While a question is open the loan goes on, nothing is read, and no second loan is taken. */
static void a_question_holds_the_loan(void **state) {
    hs__test_pair pair;
    open_pair(*state, 0, HS_ASK_VERIFY, 0, &pair);
    hs__stage_carry(&pair.client, &pair.server);
    hs__stage_carry(&pair.server, &pair.client);
    assert_int_equal(asked(&pair.client), HS_EV_ASK_VERIFY);
    assert_non_null(pair.client.loan);
    uint8_t more[1] = {0};
    hs_event ev;
    assert_int_equal(hs_rx_done(pair.client.conn), HS_E_NOT_YET);
    assert_int_equal(hs_rx(pair.client.conn, more, 1), HS_E_MISUSE);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(hs_next(pair.client.conn, &ev), HS_EV_NONE);
    }
    size_t taken;
    assert_int_equal(hs_write(pair.client.conn, "x", 1, &taken), HS_E_NOT_YET);
    assert_int_equal(hs_key_update(pair.client.conn, false), HS_E_NOT_YET);
    assert_true(answer(*state, &pair, &pair.client));
    assert_works(&pair);
    hs__test_pair_free(&pair);
}

/* The transport may end while a question is open: its answer still comes first. */
static void an_end_during_a_question_waits(void **state) {
    hs__test_pair pair;
    open_pair(*state, 0, HS_ASK_VERIFY, 0, &pair);
    hs__test_pair_run(&pair);
    hs_rx_eof(pair.client.conn);
    hs__test_end_poll(&pair.client);
    assert_false(pair.client.failed);
    assert_int_equal(hs_answer_verify(pair.client.conn, HS_OK, NULL), HS_OK);
    go_on(&pair, &pair.client);
    assert_true(pair.client.connected); /* the server's Finished was there already */
    assert_int_equal(pair.client.error.status, HS_E_TRUNCATED);
    hs__test_pair_free(&pair);
}

/* hs_close gives the handshake up: an answer that comes after it starts nothing again. */
static void an_answer_after_close_is_refused(void **state) {
    static const hs_event_kind kinds[] = {HS_EV_ASK_CONFIG, HS_EV_ASK_SIGN, HS_EV_ASK_VERIFY};
    for (size_t i = 0; i < 3; i++) {
        hs__test_pair pair;
        open_pair(*state, HS__STAGE_AUTH, 0, ASK_ALL, &pair);
        hs__test_pair_run(&pair);
        while (asked(&pair.server) != kinds[i]) {
            assert_true(answer(*state, &pair, &pair.server));
        }
        assert_int_equal(hs_close(pair.server.conn), HS_OK);
        hs__test_end_drain(&pair.server);
        const size_t sent = pair.server.sent.n;
        const hs_status st = kinds[i] == HS_EV_ASK_CONFIG ? hs_answer_config(pair.server.conn, NULL)
                             : kinds[i] == HS_EV_ASK_SIGN
                                 ? hs_answer_sign(pair.server.conn, "x", 1)
                                 : hs_answer_verify(pair.server.conn, HS_OK, NULL);
        assert_int_equal(st, HS_E_CLOSED);
        go_on(&pair, &pair.server);
        assert_int_equal(pair.server.sent.n, sent);
        assert_false(pair.server.connected);
        hs__test_pair_free(&pair);
    }
}

static void a_connection_may_end_with_an_open_question(void **state) {
    for (unsigned n = 0; n < 5; n++) {
        hs__test_pair pair;
        open_pair(*state, HS__STAGE_AUTH, ASK_ALL, ASK_ALL, &pair);
        hs__test_pair_run(&pair);
        for (unsigned i = 0; i < n; i++) {
            assert_true(answer(*state, &pair, &pair.client) || answer(*state, &pair, &pair.server));
        }
        hs__test_pair_free(&pair); /* LeakSanitizer judges */
    }
}

/* ---- another configuration ----------------------------------------------------------------- */

/* E5: chosen by the name that was asked for; provider, clock and limits stay the first one's. */
static void the_name_chooses_the_configuration(void **state) {
    const hs__stage *s = *state;
    hs__test_identity other = hs__test_identity_new(s->p, HS__KEY_P256, "b.test");
    hs_credential *identity[2][2];
    hs_options client = hs__stage_client(s, 0, identity[0]);
    hs_options server = hs__stage_server(s, 0, identity[1]);
    client.trust = other.trust;
    server.ask = HS_ASK_CONFIG;
    hs__test_pair pair;
    hs__stage_open_with(&client, &server, &pair);
    hs_credential *second[] = {other.credential, NULL};
    static const uint16_t suites[] = {0x1303, 0};
    hs_config *config = hs__stage_config(
        (hs_options){.provider = s->p, .identity = second, .suites = suites, .ask = HS_ASK_CONFIG});
    hs__test_pair_run(&pair);
    assert_string_equal(pair.server.question.server_name, "localhost");
    assert_int_equal(hs_answer_config(pair.server.conn, config), HS_OK);
    assert_ptr_equal(hs_conn_config(pair.server.conn), config);
    hs_config_unref(config);
    go_on(&pair, &pair.server);
    assert_works(&pair);
    hs_info info;
    hs_conn_info(pair.server.conn, &info);
    assert_int_equal(info.suite, 0x1303);
    hs__test_pair_free(&pair);
    hs__test_identity_free(&other);
}

/* A configuration that cannot serve fails this connection, with a reason. */
static void a_configuration_without_identity_fails(void **state) {
    const hs__stage *s = *state;
    hs__test_pair pair;
    open_pair(s, 0, 0, HS_ASK_CONFIG, &pair);
    hs_config *config = hs__stage_config((hs_options){.provider = s->p});
    hs__test_pair_run(&pair);
    assert_int_equal(hs_answer_config(pair.server.conn, config), HS_OK);
    hs_config_unref(config);
    go_on(&pair, &pair.server);
    assert_int_equal(pair.server.error.status, HS_E_NO_IDENTITY);
    assert_int_equal(pair.client.error.alert, HS__ALERT_internal_error);
    hs__test_pair_free(&pair);
}

static int setup(void **state) {
    static hs__stage s;
    hs__stage_new(&s);
    *state = &s;
    return 0;
}

static int teardown(void **state) {
    hs__stage_free(*state);
    return 0;
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_questions_are_answered_later),
        cmocka_unit_test(what_is_asked_is_told),
        cmocka_unit_test(a_refused_chain_has_the_alert_of_its_reason),
        cmocka_unit_test(a_refused_signature_ends_the_handshake),
        cmocka_unit_test(wrong_answers_change_nothing),
        cmocka_unit_test(an_answer_before_the_question_is_misuse),
        cmocka_unit_test(a_question_holds_the_loan),
        cmocka_unit_test(an_end_during_a_question_waits),
        cmocka_unit_test(an_answer_after_close_is_refused),
        cmocka_unit_test(a_connection_may_end_with_an_open_question),
        cmocka_unit_test(the_name_chooses_the_configuration),
        cmocka_unit_test(a_configuration_without_identity_fails),
    };
    return cmocka_run_group_tests_name("questions", tests, setup, teardown);
}
