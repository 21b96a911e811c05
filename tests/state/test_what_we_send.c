/* What our own ends put on the wire, RFC 9846 4.2, 4.3, 5 and E: every record and every message of
 * genuine handshakes is looked at, in each variant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/dispatch.h"
#include "engine/messages.h"
#include "proto/codepoints.h"
#include "tests/lib/edit.h"
#include "tests/lib/stage.h"

/* A handshake, some data and a close, and what each side said. */
typedef struct {
    hs__test_pair pair;
    hs__hand_flight client, server;
    hs__test_bytes client_hello; /* the first one */
} talk;

static void listen_to(const hs_options *client, const hs_options *server, unsigned how, talk *t) {
    hs__stage_open_with(client, server, &t->pair);
    t->client_hello = (hs__test_bytes){NULL, 0, 0};
    hs__test_bytes_add(&t->client_hello, t->pair.client.sent.p + 5, t->pair.client.sent.n - 5);
    hs__stage_server_flight(&t->pair, how, &t->server);
    hs__stage_carry(&t->pair.server, &t->pair.client);
    hs__stage_client_flight(&t->pair, &t->client);
    hs__test_pair_run(&t->pair);
    assert_true(t->pair.client.connected && t->pair.server.connected);
    hs__test_end *const ends[] = {&t->pair.client, &t->pair.server};
    static const uint8_t text[40000];
    for (unsigned i = 0; i < 2; i++) {
        size_t taken;
        assert_int_equal(hs_write(ends[i]->conn, text, sizeof(text), &taken), HS_OK);
        assert_int_equal(hs_close(ends[i]->conn), HS_OK);
    }
    hs__test_pair_run(&t->pair);
    assert_int_equal(t->pair.client.data.n, sizeof(text));
}

static void forget(talk *t) {
    hs__hand_flight_free(&t->client);
    hs__hand_flight_free(&t->server);
    hs__test_bytes_free(&t->client_hello);
    hs__test_pair_free(&t->pair);
}

static void each_variant(const hs__stage *s, void (*check)(const talk *t, unsigned how)) {
    static const char *const alpn[] = {"h2", NULL};
    for (unsigned how = 0; how < 4; how++) {
        hs_credential *identity[2][2];
        hs_options client = hs__stage_client(s, how, identity[0]);
        hs_options server = hs__stage_server(s, how, identity[1]);
        client.alpn = server.alpn = alpn;
        talk t;
        listen_to(&client, &server, how, &t);
        check(&t, how);
        forget(&t);
    }
}

/* ---- records -----------------------------------------------------------------------------------
 */

static void check_records(const hs__test_bytes *sent, bool by_client) {
    bool is_protected = false;
    unsigned ccs = 0;
    size_t n;
    for (size_t at = 0; at < sent->n; at += n) {
        const uint8_t *h = sent->p + at;
        const size_t body = (size_t)h[3] << 8 | h[4];
        n = 5 + body;
        assert_in_range(h[0], HS__CONTENT_change_cipher_spec, HS__CONTENT_application_data);
        assert_int_equal(h[1], 3);
        assert_int_equal(h[2], at == 0 && by_client ? 1 : 3);
        if (h[0] == HS__CONTENT_application_data) {
            is_protected = true;
            assert_in_range(body, 1 + 1 + 16, HS__RECORD_PLAIN_MAX + 1 + 16);
        } else {
            assert_false(is_protected);
            assert_in_range(body, 1, HS__RECORD_PLAIN_MAX);
        }
        if (h[0] == HS__CONTENT_change_cipher_spec) {
            ccs++;
            assert_int_equal(body, 1);
            assert_int_equal(h[5], 1);
        }
    }
    assert_true(is_protected);
    assert_int_equal(ccs, 1);
}

static void check_all_records(const talk *t, unsigned how) {
    (void)how;
    check_records(&t->pair.client.sent, true);
    check_records(&t->pair.server.sent, false);
}

/* 9846-5-04, 5.1-15, -16, -18, -20, -21, -22, 5.2-01, -02, 5.4-03, E.4-02, E.5-05, -10 */
static void every_record_has_the_right_header(void **state) {
    each_variant(*state, check_all_records);
}

/* Types of the records of a side, up to the first data: E.4-03 puts the ChangeCipherSpec right
 * behind the first message of a server. */
static void check_ccs_place(const talk *t, unsigned how) {
    const uint8_t *p = t->pair.server.sent.p;
    const size_t first = 5 + ((size_t)p[3] << 8 | p[4]);
    assert_int_equal(p[0], HS__CONTENT_handshake);
    assert_int_equal(p[first], HS__CONTENT_change_cipher_spec);
    p = t->pair.client.sent.p;
    const size_t hello = 5 + ((size_t)p[3] << 8 | p[4]);
    assert_int_equal(p[hello], HS__CONTENT_change_cipher_spec);
    assert_int_equal(p[hello + 6], (how & HS__STAGE_RETRY) != 0 ? HS__CONTENT_handshake
                                                                : HS__CONTENT_application_data);
}

/* 9846-E.4-02, -03 */
static void a_change_cipher_spec_stands_before_the_second_flight(void **state) {
    each_variant(*state, check_ccs_place);
}

/* ---- messages: order and alignment --------------------------------------------------------------
 */

static void check_order(const talk *t, unsigned how) {
    static const uint8_t server[] = {HS__HT_server_hello,
                                     HS__HT_server_hello,
                                     HS__HT_encrypted_extensions,
                                     HS__HT_certificate_request,
                                     HS__HT_certificate,
                                     HS__HT_certificate_verify,
                                     HS__HT_finished};
    static const uint8_t client[] = {HS__HT_client_hello, HS__HT_client_hello, HS__HT_certificate,
                                     HS__HT_certificate_verify, HS__HT_finished};
    size_t at = 0;
    for (size_t i = (how & HS__STAGE_RETRY) != 0 ? 0 : 1; i < sizeof(server); i++) {
        if (server[i] != HS__HT_certificate_request || (how & HS__STAGE_AUTH) != 0) {
            assert_int_equal(t->server.m[at++].p[0], server[i]);
        }
    }
    assert_int_equal(t->server.n, at);
    at = 0;
    for (size_t i = (how & HS__STAGE_RETRY) != 0 ? 0 : 1; i < sizeof(client); i++) {
        const bool is_auth =
            client[i] == HS__HT_certificate || client[i] == HS__HT_certificate_verify;
        if (!is_auth || (how & HS__STAGE_AUTH) != 0) {
            assert_int_equal(t->client.m[at++].p[0], client[i]);
        }
    }
    assert_int_equal(t->client.n, at);
}

/* 9846-4-01, 4.2.2-01, 4.4.1-01, 4.4.2-02, 4.5.1-01, -02, 4.5.2-01, -02, -03, 4.6-03 */
static void messages_come_in_the_order_of_the_protocol(void **state) {
    each_variant(*state, check_order);
}

/* The hellos each fill a record of their own; the application keys follow a record that ends with
 * Finished: hs__hand_open, which knows the handshake keys only, has read up to there. */
static void check_alignment(const talk *t, unsigned how) {
    (void)how;
    const uint8_t *p = t->pair.client.sent.p;
    assert_int_equal((size_t)p[3] << 8 | p[4], t->client.m[0].n);
    p = t->pair.server.sent.p;
    assert_int_equal((size_t)p[3] << 8 | p[4], t->server.m[0].n);
    assert_int_equal(t->server.m[t->server.n - 1].p[0], HS__HT_finished);
    assert_int_equal(t->client.m[t->client.n - 1].p[0], HS__HT_finished);
}

/* 9846-5.1-05, -08 */
static void a_key_change_follows_a_whole_record(void **state) {
    each_variant(*state, check_alignment);
}

/* ---- ClientHello --------------------------------------------------------------------------- */

static size_t u16(const uint8_t *p) {
    return (size_t)p[0] << 8 | p[1];
}

static bool list_has(hs_span list, size_t value) {
    for (size_t i = 2; i + 1 < list.n; i += 2) {
        if (u16(list.p + i) == value) {
            return true;
        }
    }
    return false;
}

static void check_client_hello(const talk *t, unsigned how) {
    const hs__test_bytes *m = &t->client_hello;
    static const uint8_t null_only[] = {1, 0};
    assert_memory_equal(m->p + HS__EDIT_VERSION, "\x03\x03", 2);
    assert_int_equal(m->p[HS__EDIT_SESSION_ID], 32);
    assert_memory_equal(m->p + hs__edit_compression(m), null_only, 2);
    const hs_span versions = hs__edit_ext(m, HS__EXT_supported_versions);
    assert_int_equal(versions.n, 3);
    assert_memory_equal(versions.p, "\x02\x03\x04", 3);
    assert_non_null(hs__edit_ext(m, HS__EXT_signature_algorithms).p);
    assert_non_null(hs__edit_ext(m, HS__EXT_supported_groups).p);
    assert_non_null(hs__edit_ext(m, HS__EXT_server_name).p);
    const hs_span shares = hs__edit_ext(m, HS__EXT_key_share);
    assert_non_null(shares.p);
    assert_int_equal(shares.n == 2, (how & HS__STAGE_RETRY) != 0);
    static const uint16_t never[] = {HS__EXT_cookie,
                                     HS__EXT_pre_shared_key,
                                     HS__EXT_early_data,
                                     HS__EXT_post_handshake_auth,
                                     HS__EXT_oid_filters,
                                     HS__EXT_truncated_hmac,
                                     HS__EXT_psk_key_exchange_modes};
    for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
        assert_null(hs__edit_ext(m, never[i]).p);
    }
}

/* 9846-4.2.2-11, -14, -20, 4.3.1-01, 4.3.2-03, 4.3.3-02, 4.5.1.2-08, 9.2-02, -03, -04, -05, -09,
 * -10, -11, -13, E.4-01, E.5-08, -12, F.5-03 */
static void a_client_hello_has_what_it_must(void **state) {
    each_variant(*state, check_client_hello);
}

/* 9846-4.3.7-01, 4.3.3-17, -23, -24, B.3.1.4-01, B.4-01, E.5-02, -03: what we offer is sound. */
static void check_offers(const talk *t, unsigned how) {
    (void)how;
    const hs__test_bytes *m = &t->client_hello;
    const hs_span groups = hs__edit_ext(m, HS__EXT_supported_groups);
    for (size_t i = 2; i < groups.n; i += 2) {
        const size_t g = u16(groups.p + i);
        const bool is_known = g == 29 || (g >= 23 && g <= 25) || g == 4588;
        assert_true(is_known);
        for (size_t j = 2; j < i; j += 2) {
            assert_int_not_equal(u16(groups.p + j), g);
        }
    }
    const uint8_t *suites = m->p + hs__edit_suites(m);
    for (size_t i = 0; i < u16(suites); i += 2) {
        assert_in_range(u16(suites + 2 + i), 0x1301, 0x1303);
    }
    const hs_span schemes = hs__edit_ext(m, HS__EXT_signature_algorithms);
    for (size_t i = 2; i < schemes.n; i += 2) {
        const unsigned hash = schemes.p[i];
        assert_true(hash >= 4 && hash <= 8); /* no MD5, SHA-1, SHA-224 */
    }
}

static void what_we_offer_is_sound(void **state) {
    each_variant(*state, check_offers);
}

/* 9846-4.3.8-03, -04, -05, -08, -09, -10, 4.3.8.2-02, -03: several shares, in the list's order. */
static void shares_follow_the_list_of_groups(void **state) {
    static const uint16_t groups[] = {HS__NAMED_GROUP_secp384r1, HS__NAMED_GROUP_x25519,
                                      HS__NAMED_GROUP_secp521r1, HS__NAMED_GROUP_secp256r1, 0};
    static const uint16_t shares[] = {HS__NAMED_GROUP_secp256r1, HS__NAMED_GROUP_secp384r1,
                                      HS__NAMED_GROUP_x25519, 0};
    hs_credential *identity[2][2];
    hs_options client = hs__stage_client(*state, 0, identity[0]);
    const hs_options server = hs__stage_server(*state, 0, identity[1]);
    client.groups = groups;
    client.shares = shares;
    talk t;
    listen_to(&client, &server, 0, &t);
    const hs_span list = hs__edit_ext(&t.client_hello, HS__EXT_key_share);
    static const size_t wanted[][2] = {{24, 97}, {29, 32}, {23, 65}};
    size_t at = 2;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(u16(list.p + at), wanted[i][0]);
        assert_int_equal(u16(list.p + at + 2), wanted[i][1]);
        at += 4 + wanted[i][1];
    }
    assert_int_equal(at, list.n);
    forget(&t);
}

/* 9846-4.2.2-15, -16, -17, 4.3.8-12: what is random is new each time, or not there at all. */
static void nothing_random_comes_twice(void **state) {
    hs__test_pair a;
    hs__test_pair b;
    hs__stage_open(*state, 0, &a);
    hs__stage_open(*state, 0, &b);
    const uint8_t *pa = a.client.sent.p + 5;
    const uint8_t *pb = b.client.sent.p + 5;
    assert_memory_not_equal(pa + HS__EDIT_RANDOM, pb + HS__EDIT_RANDOM, 32);
    assert_memory_not_equal(pa + HS__EDIT_SESSION_ID + 1, pb + HS__EDIT_SESSION_ID + 1, 32);
    hs__test_bytes ma = {NULL, 0, 0};
    hs__test_bytes mb = {NULL, 0, 0};
    hs__test_bytes_add(&ma, pa, a.client.sent.n - 5);
    hs__test_bytes_add(&mb, pb, b.client.sent.n - 5);
    const hs_span share = hs__edit_ext(&ma, HS__EXT_key_share);
    assert_memory_not_equal(share.p + 6, hs__edit_ext(&mb, HS__EXT_key_share).p + 6, share.n - 6);
    hs__test_bytes_free(&ma);
    hs__test_bytes_free(&mb);
    hs__test_pair_free(&a);
    hs__test_pair_free(&b);
    hs_credential *identity[2][2];
    hs_options client = hs__stage_client(*state, 0, identity[0]);
    const hs_options server = hs__stage_server(*state, 0, identity[1]);
    client.no_compat = true;
    hs__stage_open_with(&client, &server, &a);
    assert_int_equal(a.client.sent.p[5 + HS__EDIT_SESSION_ID], 0);
    hs__test_pair_run(&a);
    assert_true(a.client.connected && a.server.connected);
    for (size_t at = 0; at < a.server.sent.n; at += 5 + u16(a.server.sent.p + at + 3)) {
        assert_int_not_equal(a.server.sent.p[at], HS__CONTENT_change_cipher_spec);
    }
    hs__test_pair_free(&a);
}

/* ---- the server's messages ----------------------------------------------------------------- */

/* An answer holds nothing that was not asked for, and its extensions are those of its message. */
static void check_answer(const hs__test_bytes *m, const hs__test_bytes *asked,
                         const uint16_t *allowed, size_t n) {
    for (unsigned type = 0; type < 0x10000; type++) {
        bool is_allowed = false;
        for (size_t i = 0; i < n; i++) {
            is_allowed = is_allowed || allowed[i] == type;
        }
        if (hs__edit_ext(m, (uint16_t)type).p != NULL) {
            assert_true(is_allowed);
            assert_non_null(hs__edit_ext(asked, (uint16_t)type).p);
        }
    }
}

static void check_hello(const hs__test_bytes *m, const hs__test_bytes *asked) {
    static const uint16_t allowed[] = {HS__EXT_supported_versions, HS__EXT_key_share};
    assert_memory_equal(m->p + HS__EDIT_VERSION, "\x03\x03", 2);
    assert_memory_equal(m->p + HS__EDIT_SESSION_ID, asked->p + HS__EDIT_SESSION_ID, 33);
    assert_int_equal(m->p[hs__edit_compression(m)], 0);
    const hs_span version = hs__edit_ext(m, HS__EXT_supported_versions);
    assert_int_equal(version.n, 2);
    assert_memory_equal(version.p, "\x03\x04", 2);
    check_answer(m, asked, allowed, 2);
    assert_true(list_has(hs__edit_ext(asked, HS__EXT_supported_groups),
                         u16(hs__edit_ext(m, HS__EXT_key_share).p)));
}

static void check_server(const talk *t, unsigned how) {
    const hs__test_bytes *first = &t->server.m[0];
    const bool is_retry = (how & HS__STAGE_RETRY) != 0;
    check_hello(first, &t->client_hello);
    assert_int_equal(hs__message_input(HS__HT_server_hello, (hs_span){first->p, first->n}),
                     is_retry ? HS__ON_HELLO_RETRY_REQUEST : HS__ON_SERVER_HELLO);
    const hs__test_bytes *hello = &t->server.m[is_retry ? 1 : 0];
    check_hello(hello, &t->client_hello);
    assert_memory_equal(first->p + hs__edit_suites(first), hello->p + hs__edit_suites(hello), 2);
    assert_int_equal(u16(hs__edit_ext(first, HS__EXT_key_share).p),
                     u16(hs__edit_ext(hello, HS__EXT_key_share).p));
    static const uint16_t allowed[] = {HS__EXT_server_name,
                                       HS__EXT_application_layer_protocol_negotiation};
    check_answer(&t->server.m[is_retry ? 2 : 1], &t->client_hello, allowed, 2);
}

/* 9846-2-01, 4.2.1-03, 4.2.3-01, -08, -10, -11, -12, 4.2.4-01, -02, -03, -09, -12, 4.3-01, -05,
 * 4.3.1-07, -13, -14, -16, -17, 4.3.8-16, -17, -18, 9.2-03, -06, E.2-01 */
static void a_server_answers_what_was_asked(void **state) {
    each_variant(*state, check_server);
}

static void check_certificates(const talk *t, unsigned how) {
    const hs_span certificate = hs__hand_find(&t->server, HS__HT_certificate, 0);
    assert_int_equal(certificate.p[4], 0);
    assert_true(certificate.p[5] + certificate.p[6] + certificate.p[7] > 0);
    if ((how & HS__STAGE_AUTH) == 0) {
        return;
    }
    const hs_span request = hs__hand_find(&t->server, HS__HT_certificate_request, 0);
    const hs_span proof = hs__hand_find(&t->client, HS__HT_certificate_verify, 0);
    hs__test_bytes m = {NULL, 0, 0};
    hs__test_bytes_add(&m, request.p, request.n);
    assert_int_equal(m.p[4], 0);
    const hs_span schemes = hs__edit_ext(&m, HS__EXT_signature_algorithms);
    assert_non_null(schemes.p);
    assert_true(list_has(schemes, u16(proof.p + 4)));
    hs__test_bytes_free(&m);
    const hs_span own = hs__hand_find(&t->server, HS__HT_certificate_verify, 0);
    assert_true(
        list_has(hs__edit_ext(&t->client_hello, HS__EXT_signature_algorithms), u16(own.p + 4)));
}

/* 9846-4.4.2-01, -04, -06, 4.5.1-06, -10, -17, 4.5.2-05, -06, 9.2-04 */
static void certificates_are_asked_for_and_proved(void **state) {
    each_variant(*state, check_certificates);
}

/* 9846-4.3.8-07: by the client's preference the group comes first, and the retry follows. */
static void a_client_preference_may_cost_a_retry(void **state) {
    static const uint16_t groups[] = {HS__NAMED_GROUP_secp384r1, HS__NAMED_GROUP_x25519, 0};
    static const uint16_t shares[] = {HS__NAMED_GROUP_x25519, 0};
    for (unsigned i = 0; i < 2; i++) {
        hs_credential *identity[2][2];
        hs_options client = hs__stage_client(*state, 0, identity[0]);
        hs_options server = hs__stage_server(*state, 0, identity[1]);
        client.groups = groups;
        client.shares = shares;
        server.prefer = i == 0 ? HS_PREFER_SERVER : HS_PREFER_CLIENT;
        hs__test_pair pair;
        hs__stage_open_with(&client, &server, &pair);
        hs__test_pair_run(&pair);
        hs_info info;
        hs_conn_info(pair.client.conn, &info);
        assert_true(info.is_connected);
        assert_int_equal(info.hrr, i != 0);
        assert_int_equal(info.group, i == 0 ? HS__NAMED_GROUP_x25519 : HS__NAMED_GROUP_secp384r1);
        hs__test_pair_free(&pair);
    }
}

/* 9846-7.5-04, 7.5-02 */
static void no_context_is_an_empty_context(void **state) {
    hs__test_pair pair;
    hs__stage_open(*state, 0, &pair);
    hs__test_pair_run(&pair);
    uint8_t none[32];
    uint8_t empty[32];
    assert_int_equal(hs_export(pair.client.conn, "EXPORTER-x", (hs_span){NULL, 0}, none, 32),
                     HS_OK);
    assert_int_equal(hs_export(pair.server.conn, "EXPORTER-x", (hs_span){empty, 0}, empty, 32),
                     HS_OK);
    assert_memory_equal(none, empty, 32);
    hs__test_pair_free(&pair);
}

static int setup(void **state) {
    static hs__stage s;
    hs__stage_new(&s);
    s.only_tls13 = true; /* test_what_we_send12.c looks at the other one, and at both */
    *state = &s;
    return 0;
}

static int teardown(void **state) {
    hs__stage_free(*state);
    return 0;
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_record_has_the_right_header),
        cmocka_unit_test(a_change_cipher_spec_stands_before_the_second_flight),
        cmocka_unit_test(messages_come_in_the_order_of_the_protocol),
        cmocka_unit_test(a_key_change_follows_a_whole_record),
        cmocka_unit_test(a_client_hello_has_what_it_must),
        cmocka_unit_test(what_we_offer_is_sound),
        cmocka_unit_test(shares_follow_the_list_of_groups),
        cmocka_unit_test(nothing_random_comes_twice),
        cmocka_unit_test(a_server_answers_what_was_asked),
        cmocka_unit_test(certificates_are_asked_for_and_proved),
        cmocka_unit_test(a_client_preference_may_cost_a_retry),
        cmocka_unit_test(no_context_is_an_empty_context),
    };
    return cmocka_run_group_tests_name("what we send", tests, setup, teardown);
}
