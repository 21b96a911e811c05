/* Somebody in the middle rewrites the hellos so that both ends get less than both can do: TLS 1.2
 * instead of 1.3, a weaker suite, no extended_main_secret, an older session. None of it is left
 * unseen (RFC 9846 4.2.3, 4.3.1; RFC 7507; RFC 5246 7.4.9; RFC 7627 5.3). */
#include "tests/badinput/rules12.h"

/* ---- a pair with somebody between -------------------------------------------------------- */

typedef void rewrite(hs__test_bytes *hello);

/* Carries what an end has said, its first message changed. */
static void carry_changed(hs__test_end *from, hs__test_end *to, rewrite *change) {
    hs__test_bytes m = {NULL, 0, 0};
    hs__test_bytes out = {NULL, 0, 0};
    hs__test_end_drain(from);
    const uint8_t *record = from->sent.p;
    const size_t n = (size_t)record[6] << 16 | (size_t)record[7] << 8 | record[8];
    const size_t whole = 5 + ((size_t)record[3] << 8 | record[4]);
    assert_int_equal(record[0], HS__CONTENT_handshake);
    assert_true(n + 9 <= whole);
    hs__test_bytes_add(&m, record + 5, n + 4);
    change(&m);
    hs__test_bytes_add(&m, record + 9 + n, whole - 9 - n); /* what shares its record */
    const uint8_t header[] = {HS__CONTENT_handshake, 3, 3, (uint8_t)(m.n >> 8), (uint8_t)m.n};
    hs__test_bytes_add(&out, header, sizeof(header));
    hs__test_bytes_add(&out, m.p, m.n);
    hs__test_bytes_add(&out, record + whole, from->sent.n - whole);
    from->delivered = from->sent.n;
    hs__test_end_feed(to, out.p, out.n);
    hs__test_bytes_free(&m);
    hs__test_bytes_free(&out);
}

static void leave(hs__test_bytes *hello) {
    (void)hello;
}

static void run(hs__test_pair *pair, rewrite *client_hello, rewrite *server_hello) {
    carry_changed(&pair->client, &pair->server, client_hello);
    hs__test_end_drain(&pair->server);
    if (!pair->server.failed) {
        carry_changed(&pair->server, &pair->client, server_hello);
    }
    hs__test_pair_run(pair);
}

/* Who noticed, and how. */
static void noticed(const hs__test_pair *pair, bool by_server, int alert, const char *what) {
    const hs__test_end *seer = by_server ? &pair->server : &pair->client;
    const hs__test_end *other = by_server ? &pair->client : &pair->server;
    if (!seer->failed || seer->error.from_peer || seer->error.alert != alert || seer->connected) {
        fail_msg("%s: alert %d, %s", what, seer->error.alert,
                 seer->failed ? seer->error.text : "not noticed");
    }
    if (!other->failed || !other->error.from_peer || other->error.alert != alert) {
        fail_msg("%s: the other end: %s", what, other->failed ? other->error.text : "not told");
    }
}

static void open_pair(const rules12_world *w, uint16_t lowest, uint16_t highest,
                      hs__test_pair *pair) {
    hs_credential *identity[2][2];
    hs_options client = hs__stage12_options(&w->ecdsa, false, 0, identity[0]);
    hs_options server = hs__stage12_options(&w->ecdsa, true, 0, identity[1]);
    client.min_version = server.min_version = lowest;
    client.max_version = server.max_version = highest;
    hs__stage_open_with(&client, &server, pair);
}

/* ---- the changes ------------------------------------------------------------------------- */

static void without_versions(hs__test_bytes *m) {
    assert_true(hs__edit_cut_ext(m, HS__EXT_supported_versions));
}

static void with_tls12_only(hs__test_bytes *m) {
    hs__edit_set_ext(m, HS__EXT_supported_versions, rules12_span("\x02\x03\x03", 3));
}

static void other_random_end(hs__test_bytes *m) {
    memcpy(m->p + HS__EDIT_RANDOM + 24, "ordinary", 8);
}

static void with_one_suite(hs__test_bytes *m) {
    hs__edit_vector(m, hs__edit_suites(m), 2, rules12_span("\xcc\xa9\x00\xff", 4));
}

static void with_one_group(hs__test_bytes *m) {
    hs__edit_set_ext(m, HS__EXT_supported_groups, rules12_span("\x00\x02\x00\x17", 4));
}

static void with_less_schemes(hs__test_bytes *m) {
    hs__edit_set_ext(m, HS__EXT_signature_algorithms, rules12_span("\x00\x02\x04\x03", 4));
}

static void without_ems(hs__test_bytes *m) {
    assert_true(hs__edit_cut_ext(m, HS__EXT_extended_main_secret));
}

static void with_fallback(hs__test_bytes *m) {
    static const uint8_t suites[] = {0xc0, 0x2b, 0x00, 0xff, 0x56, 0x00};
    without_versions(m);
    hs__edit_vector(m, hs__edit_suites(m), 2, rules12_span(suites, sizeof(suites)));
}

/* ---- both ends can do TLS 1.3 ------------------------------------------------------------ */

/* 9846-4.2.3-17: the server's random tells the client that it could have had more. */
static void a_rollback_to_tls12_is_seen_in_the_random(void **state) {
    static rewrite *const ways[] = {without_versions, with_tls12_only};
    for (size_t i = 0; i < 2; i++) {
        hs__test_pair pair;
        open_pair(*state, HS__VERSION_TLS12, HS__VERSION_TLS13, &pair);
        run(&pair, ways[i], leave);
        noticed(&pair, false, HS__ALERT_illegal_parameter, "a rollback");
        hs__test_pair_free(&pair);
    }
}

/* The sentinel taken away: ServerKeyExchange is signed over the random as it was. */
static void a_sentinel_cannot_be_taken_away(void **state) {
    hs__test_pair pair;
    open_pair(*state, HS__VERSION_TLS12, HS__VERSION_TLS13, &pair);
    run(&pair, without_versions, other_random_end);
    noticed(&pair, false, HS__ALERT_decrypt_error, "a rollback without the sentinel");
    hs__test_pair_free(&pair);
}

static void with_classic_only(hs__test_bytes *m) {
    without_versions(m);
    hs__edit_vector(m, hs__edit_suites(m), 2, rules12_span("\x00\x9c", 2));
}

/* Nothing is signed over the randoms in the classic exchange (9846 4.2.3), so that a sentinel can
 * be taken away; the keys and Finished, which depend on all that was said, see it. */
static void a_rollback_to_the_classic_exchange_is_seen_by_finished(void **state) {
    const rules12_world *w = *state;
    hs__test_pair pair;
    hs_credential *identity[2];
    hs_credential *both[] = {w->rsa.id.credential, w->ecdsa.id.credential, NULL};
    hs_options client = hs__stage12_options(&w->rsa, false, HS__PEER12_RSA, identity);
    hs_options server = hs__stage12_options(&w->rsa, true, HS__PEER12_RSA, identity);
    client.suites = server.suites = NULL;
    client.max_version = server.max_version = HS__VERSION_TLS13;
    server.identity = both;
    hs__stage_open_with(&client, &server, &pair);
    run(&pair, with_classic_only, leave);
    noticed(&pair, false, HS__ALERT_illegal_parameter, "a rollback to the classic exchange");
    hs__test_pair_free(&pair);
    hs__stage_open_with(&client, &server, &pair);
    run(&pair, with_classic_only, other_random_end);
    noticed(&pair, true, HS__ALERT_bad_record_mac, "the same without the sentinel");
    hs__test_pair_free(&pair);
}

/* 9846-6.2-16, 7507 3: the client says that it fell back; the server knows that there was no need.
 */
static void a_fallback_without_need_is_refused(void **state) {
    hs__test_pair pair;
    open_pair(*state, HS__VERSION_TLS12, HS__VERSION_TLS13, &pair);
    run(&pair, with_fallback, leave);
    noticed(&pair, true, HS__ALERT_inappropriate_fallback, "a fallback");
    hs__test_pair_free(&pair);
}

/* The same signal where there is nothing better says nothing: Finished sees the change alone. */
static void a_fallback_to_the_best_there_is_is_fine(void **state) {
    const rules12_world *w = *state;
    static const uint8_t suites[] = {0xc0, 0x2b, 0x56, 0x00};
    hs__stage12 t;
    hs__test_bytes m = {NULL, 0, 0};
    hs__stage12_open(&w->ecdsa, true, 0, &t);
    hs__peer12_make(&t.peer, HS__HT_client_hello, &m);
    hs__edit_vector(&m, hs__edit_suites(&m), 2, rules12_span(suites, sizeof(suites)));
    hs__peer12_say(&t.peer, rules12_span(m.p, m.n));
    hs__peer12_hear(&t.peer);
    rules12_go_on(&t, 1);
    assert_true(t.end.connected && t.peer.heard_finished);
    hs__test_bytes_free(&m);
    hs__stage12_free(&t);
}

/* 9846-4.2.3-03, -14, -15: a client of TLS 1.2 at a server of both: the sentinel is there for those
 * who can read it. */
static void a_server_of_both_marks_its_random(void **state) {
    static const uint16_t highest[] = {HS__VERSION_TLS12, HS__VERSION_TLS13};
    const rules12_world *w = *state;
    for (size_t i = 0; i < 2; i++) {
        hs__stage12 t;
        hs_credential *identity[2];
        hs_options o = hs__stage12_options(&w->ecdsa, true, 0, identity);
        o.max_version = highest[i];
        hs__stage12_open_with(&w->ecdsa, &o, true, 0, &t);
        hs__peer12_connect(&t.peer);
        const bool is_marked = memcmp(t.peer.server_random + 24, "DOWNGRD\x01", 8) == 0;
        assert_int_equal(is_marked, highest[i] == HS__VERSION_TLS13);
        hs__stage12_free(&t);
    }
}

/* 9846-4.3.1-11, -12: the answer to supported_versions is for TLS 1.3 only. */
static void an_older_version_is_chosen_by_the_old_field(void **state) {
    const rules12_world *w = *state;
    hs__stage12 t;
    hs__test_bytes m = {NULL, 0, 0};
    hs__test_bytes answer = {NULL, 0, 0};
    hs_credential *identity[2];
    hs_options o = hs__stage12_options(&w->ecdsa, true, 0, identity);
    o.max_version = HS__VERSION_TLS13;
    hs__stage12_open_with(&w->ecdsa, &o, true, 0, &t);
    hs__peer12_make(&t.peer, HS__HT_client_hello, &m);
    with_tls12_only(&m);
    hs__peer12_say(&t.peer, rules12_span(m.p, m.n));
    hs__peer12_hear(&t.peer);
    hs__test_bytes_add(&answer, t.peer.heard.m[0].p, t.peer.heard.m[0].n);
    assert_memory_equal(answer.p + HS__EDIT_VERSION, "\x03\x03", 2);
    assert_null(hs__edit_ext(&answer, HS__EXT_supported_versions).p);
    rules12_go_on(&t, 1);
    assert_true(t.end.connected && t.peer.heard_finished);
    hs__test_bytes_free(&m);
    hs__test_bytes_free(&answer);
    hs__stage12_free(&t);
}

/* 9846-4.2.2-09, -10: a renegotiation is refused, also one that offers more; all stays as it was.
 */
static void a_renegotiation_does_not_change_the_version(void **state) {
    const rules12_world *w = *state;
    hs__stage12 t;
    hs_info info;
    hs__test_bytes m = {NULL, 0, 0};
    hs_credential *identity[2];
    hs_options o = hs__stage12_options(&w->ecdsa, true, 0, identity);
    o.max_version = HS__VERSION_TLS13;
    hs__stage12_open_with(&w->ecdsa, &o, true, 0, &t);
    hs__peer12_connect(&t.peer);
    hs__peer12_make(&t.peer, HS__HT_client_hello, &m);
    hs__edit_set_ext(&m, HS__EXT_supported_versions, rules12_span("\x04\x03\x04\x03\x03", 5));
    hs__peer12_send(&t.peer, HS__CONTENT_handshake, rules12_span(m.p, m.n));
    hs__peer12_hear(&t.peer);
    assert_int_equal(t.peer.warnings, 1);
    assert_int_equal(t.peer.alert[1], HS__ALERT_no_renegotiation);
    hs_conn_info(t.end.conn, &info);
    assert_int_equal(info.version, HS__VERSION_TLS12);
    hs__peer12_send(&t.peer, HS__CONTENT_application_data, rules12_span("on", 2));
    assert_int_equal(t.end.data.n, 2);
    hs__test_bytes_free(&m);
    hs__stage12_free(&t);
}

/* ---- TLS 1.2 only ------------------------------------------------------------------------ */

/* 5246 7.4.9: the server's check of Finished comes first in a full handshake. The random in
 * ServerKeyExchange's signature does not cover what is changed here. */
static void what_finished_covers_cannot_be_changed(void **state) {
    static const struct {
        const char *what;
        rewrite *client_hello;
    } changes[] = {{"another suite", with_one_suite},
                   {"another group", with_one_group},
                   {"less schemes", with_less_schemes}};
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        hs__test_pair pair;
        open_pair(*state, HS__VERSION_TLS12, HS__VERSION_TLS12, &pair);
        run(&pair, changes[i].client_hello, leave);
        /* With extended_main_secret the keys depend on the whole transcript: no record opens. */
        noticed(&pair, true, HS__ALERT_bad_record_mac, changes[i].what);
        hs__test_pair_free(&pair);
    }
}

/* 7627 5.2 */
static void extended_main_secret_cannot_be_taken_away(void **state) {
    hs__test_pair pair;
    open_pair(*state, HS__VERSION_TLS12, HS__VERSION_TLS12, &pair);
    run(&pair, without_ems, leave);
    noticed(&pair, true, HS__ALERT_handshake_failure, "from ClientHello");
    hs__test_pair_free(&pair);
    open_pair(*state, HS__VERSION_TLS12, HS__VERSION_TLS12, &pair);
    run(&pair, leave, without_ems);
    noticed(&pair, false, HS__ALERT_handshake_failure, "from ServerHello");
    hs__test_pair_free(&pair);
}

/* Nothing changed: the pair, and the carrying, are sound. 9846-E-06: TLS 1.3 counts as extended. */
static void without_a_change_all_is_well(void **state) {
    static const uint16_t highest[] = {HS__VERSION_TLS12, HS__VERSION_TLS13};
    for (size_t i = 0; i < 2; i++) {
        hs__test_pair pair;
        hs_info info;
        open_pair(*state, HS__VERSION_TLS12, highest[i], &pair);
        run(&pair, leave, leave);
        hs_conn_info(pair.client.conn, &info);
        assert_true(pair.client.connected && pair.server.connected);
        assert_int_equal(info.version, highest[i]);
        assert_true(info.extended_main_secret);
        hs__test_pair_free(&pair);
    }
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_change_all_is_well),
        cmocka_unit_test(a_rollback_to_tls12_is_seen_in_the_random),
        cmocka_unit_test(a_sentinel_cannot_be_taken_away),
        cmocka_unit_test(a_rollback_to_the_classic_exchange_is_seen_by_finished),
        cmocka_unit_test(a_fallback_without_need_is_refused),
        cmocka_unit_test(a_fallback_to_the_best_there_is_is_fine),
        cmocka_unit_test(a_server_of_both_marks_its_random),
        cmocka_unit_test(an_older_version_is_chosen_by_the_old_field),
        cmocka_unit_test(a_renegotiation_does_not_change_the_version),
        cmocka_unit_test(what_finished_covers_cannot_be_changed),
        cmocka_unit_test(extended_main_secret_cannot_be_taken_away),
    };
    return cmocka_run_group_tests_name("a downgrade to or within TLS 1.2", tests, rules12_setup,
                                       rules12_teardown);
}
