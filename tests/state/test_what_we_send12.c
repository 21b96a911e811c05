/* What our two ends put on the wire in TLS 1.2, read with a peer's eyes that
 * know the RFCs only: the rules for senders of RFC 5246, 5288, 5746, 7627, 8422
 * and 9846. The peer itself checks signatures, keys, Finished and the
 * extensions of ServerHello in every handshake. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/codepoints.h"
#include "tests/lib/edit.h"
#include "tests/lib/stage12.h"

typedef struct {
    hs__stage ecdsa, rsa;
} world;

static const unsigned variants[] = {
    0,
    HS__PEER12_AUTH | HS__PEER12_TICKET,
    HS__PEER12_AUTH | HS__PEER12_NO_CERT,
    HS__PEER12_RSA,
    HS__PEER12_CHACHA,
    HS__PEER12_P256,
    HS__PEER12_RESUME,
    HS__PEER12_RESUME | HS__PEER12_TICKET,
};
enum { N_VARIANTS = sizeof(variants) / sizeof(variants[0]) };

static const hs__stage *stage_of(const world *w, unsigned how) {
    return (how & HS__PEER12_RSA) != 0 ? &w->rsa : &w->ecdsa;
}

static size_t u16(const uint8_t *p) {
    return (size_t)p[0] << 8 | p[1];
}

/* A handshake to its end, with some data behind it. */
static void talk(const world *w, bool server, unsigned how, hs__stage12 *t) {
    size_t taken;
    hs__stage12_open(stage_of(w, how), server, how, t);
    hs__peer12_connect(&t->peer);
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(hs_write(t->end.conn, "data", 4, &taken), HS_OK);
        hs__peer12_hear(&t->peer);
    }
    assert_int_equal(t->peer.data.n, 20);
}

static void each(const world *w, void (*check)(const hs__stage12 *t)) {
    for (size_t i = 0; i < 2 * N_VARIANTS; i++) {
        hs__stage12 t;
        talk(w, i % 2 != 0, variants[i / 2], &t);
        check(&t);
        hs__stage12_free(&t);
    }
}

/* ---- records ----------------------------------------------------------------------------- */

/* 9846-E-04, 5246 6.2.1, E.1: 0x0303, but for the first ClientHello's record, which may
 * say 0x0301. */
static void check_versions(const hs__stage12 *t) {
    const hs__test_bytes *sent = &t->end.sent;
    for (size_t at = 0; at < sent->n; at += 5 + u16(sent->p + at + 3)) {
        const size_t version = u16(sent->p + at + 1);
        const bool is_first_hello = at == 0 && t->peer.is_server;
        assert_true(version == 0x0303 || (is_first_hello && version == 0x0301));
        assert_in_range(sent->p[at], 20, 23);
        assert_in_range(u16(sent->p + at + 3), 1, 16384 + 2048);
    }
}

static void every_record_has_the_right_header(void **state) {
    each(*state, check_versions);
}

/* 5288 3: the explicit nonce is never the same under one key. */
static void check_nonces(const hs__stage12 *t) {
    const hs__test_bytes *sent = &t->end.sent;
    uint8_t seen[64][8];
    size_t n = 0;
    bool is_sealed = false;
    for (size_t at = 0; at < sent->n; at += 5 + u16(sent->p + at + 3)) {
        if (is_sealed && t->peer.suite != 0xcca9) {
            assert_true(n < 64);
            memcpy(seen[n], sent->p + at + 5, 8);
            for (size_t i = 0; i < n; i++) {
                assert_memory_not_equal(seen[i], seen[n], 8);
            }
            n++;
        }
        is_sealed = is_sealed || sent->p[at] == HS__CONTENT_change_cipher_spec;
    }
}

static void no_nonce_comes_twice(void **state) {
    each(*state, check_nonces);
}

/* ---- the order of messages: 5246 7.3 ----------------------------------------------------- */

/* What the other role's script says is what we said. ChangeCipherSpec is
 * checked by the peer: nothing sealed opens before it, and Finished not without
 * it. */
static void check_order(const hs__stage12 *t) {
    hs__peer12 other = t->peer;
    int steps[HS__PEER12_STEPS];
    size_t n = 0;
    other.is_server = !other.is_server;
    other.how &= t->peer.has_ticket ? ~0U : ~(unsigned)HS__PEER12_TICKET; /* 5077 3.3 */
    hs__peer12_script(&other, steps);
    for (size_t i = 0; steps[i] != HS__STEP_END; i++) {
        if (steps[i] != HS__STEP_CCS) {
            assert_true(n < t->peer.heard.n);
            assert_int_equal(t->peer.heard.m[n++].p[0], steps[i]);
        }
    }
    assert_int_equal(n, t->peer.heard.n);
    assert_true(t->peer.heard_ccs);
}

static void messages_come_in_the_order_of_the_protocol(void **state) {
    each(*state, check_order);
}

/* ---- hellos ------------------------------------------------------------------------------ */

static hs__test_bytes hello_of(const hs__stage12 *t) {
    hs__test_bytes m = {NULL, 0, 0};
    const hs__test_bytes *first = &t->peer.heard.m[0];
    hs__test_bytes_add(&m, first->p, first->n);
    return m;
}

static bool list_has(hs_span list, size_t prefix, size_t width, size_t value) {
    for (size_t i = prefix; i + width <= list.n; i += width) {
        if ((width == 1 ? list.p[i] : u16(list.p + i)) == value) {
            return true;
        }
    }
    return false;
}

/* 7507 3, 5746 3.4 (one of both), 8422 5.1, 7627 5.2 */
static void check_client_hello(const hs__test_bytes *m, bool has_13) {
    assert_int_equal(u16(m->p + HS__EDIT_VERSION), 0x0303);
    const uint8_t *suites = m->p + hs__edit_suites(m);
    const hs_span list = {suites, 2 + u16(suites)};
    const bool has_signal = list_has(list, 2, 2, 0x00ff);
    const hs_span info = hs__edit_ext(m, HS__EXT_renegotiation_info);
    assert_true(has_signal != (info.p != NULL));
    assert_true(info.p == NULL || (info.n == 1 && info.p[0] == 0));
    assert_false(list_has(list, 2, 2, 0x5600));
    assert_int_equal(list_has(list, 2, 2, 0x1301), has_13);
    assert_true(list_has(list, 2, 2, 0xc02b) && list_has(list, 2, 2, 0xc02f));
    assert_false(list_has(list, 2, 2, 0x009c) || list_has(list, 2, 2, 0x009d));
    assert_memory_equal(m->p + hs__edit_compression(m), "\x01\x00", 2);
    const hs_span ems = hs__edit_ext(m, HS__EXT_extended_main_secret);
    assert_true(ems.p != NULL && ems.n == 0);
    assert_true(list_has(hs__edit_ext(m, HS__EXT_ec_point_formats), 1, 1, 0));
    assert_true(list_has(hs__edit_ext(m, HS__EXT_supported_groups), 2, 2, 23));
    const hs_span schemes = hs__edit_ext(m, HS__EXT_signature_algorithms);
    for (size_t i = 2; i + 2 <= schemes.n; i += 2) {
        assert_in_range(schemes.p[i], 4, 8); /* no MD5, SHA-1, SHA-224 */
    }
    const hs_span versions = hs__edit_ext(m, HS__EXT_supported_versions);
    assert_true(!has_13 || list_has(versions, 1, 2, 0x0304));
    assert_true(versions.p == NULL || list_has(versions, 1, 2, 0x0303));
    assert_int_equal(hs__edit_ext(m, HS__EXT_key_share).p != NULL, has_13);
}

/* 9846-4.3.1-02 */
static void a_client_hello_has_what_it_must(void **state) {
    const world *w = *state;
    for (unsigned has_13 = 0; has_13 < 2; has_13++) {
        hs__stage12 t;
        hs_credential *identity[2];
        hs_options o = hs__stage12_options(&w->ecdsa, false, 0, identity);
        o.max_version = has_13 != 0 ? HS__VERSION_TLS13 : HS__VERSION_TLS12;
        hs__stage12_open_with(&w->ecdsa, &o, false, 0, &t);
        hs__peer12_connect(&t.peer);
        hs__test_bytes m = hello_of(&t);
        check_client_hello(&m, has_13 != 0);
        hs__test_bytes_free(&m);
        hs__stage12_free(&t);
    }
}

/* 9846-E.5-01: who takes the classic exchange, too, takes it last. */
static void the_classic_exchange_comes_last(void **state) {
    const world *w = *state;
    hs__stage12 t;
    hs_credential *identity[2];
    hs_options o = hs__stage12_options(&w->ecdsa, false, 0, identity);
    o.classic = true;
    hs__stage12_open_with(&w->ecdsa, &o, false, 0, &t);
    hs__peer12_connect(&t.peer);
    hs__test_bytes m = hello_of(&t);
    const uint8_t *suites = m.p + hs__edit_suites(&m);
    bool was_classic = false;
    for (size_t i = 0; i < u16(suites); i += 2) {
        const size_t suite = u16(suites + 2 + i);
        const bool is_classic = suite == 0x009c || suite == 0x009d;
        assert_true(is_classic || suite == 0x00ff || !was_classic);
        was_classic = was_classic || is_classic;
    }
    assert_true(was_classic);
    hs__test_bytes_free(&m);
    hs__stage12_free(&t);
}

/* 5246 7.4.1.4: nothing that was not asked for; 5746 3.6: the answer to the
 * signal is no exception here, as the peer sends the extension. */
static void a_server_answers_what_was_asked(void **state) {
    const world *w = *state;
    for (size_t i = 0; i < N_VARIANTS; i++) {
        hs__stage12 t;
        hs__test_bytes asked = {NULL, 0, 0};
        hs__stage12_open(stage_of(w, variants[i]), true, variants[i], &t);
        hs__peer12_make(&t.peer, HS__HT_client_hello, &asked);
        hs__peer12_connect(&t.peer);
        hs__test_bytes m = hello_of(&t);
        assert_int_equal(m.p[hs__edit_compression(&m)], 0);
        for (unsigned type = 0; type < 0x10000; type++) {
            if (hs__edit_ext(&m, (uint16_t)type).p != NULL) {
                assert_non_null(hs__edit_ext(&asked, (uint16_t)type).p);
            }
        }
        hs__test_bytes_free(&m);
        hs__test_bytes_free(&asked);
        hs__stage12_free(&t);
    }
}

/* 5246 7.4.1.2, 7.4.1.3; 8422 5.4: an ephemeral share is one. */
static void nothing_random_comes_twice(void **state) {
    for (unsigned server = 0; server < 2; server++) {
        hs__stage12 a;
        hs__stage12 b;
        talk(*state, server != 0, 0, &a);
        talk(*state, server != 0, 0, &b);
        const hs__peer12 *p = &a.peer;
        const hs__peer12 *q = &b.peer;
        assert_memory_not_equal(p->client_random, q->client_random, 32);
        assert_memory_not_equal(p->server_random, q->server_random, 32);
        assert_int_equal(p->engine_point.n, q->engine_point.n);
        assert_memory_not_equal(p->engine_point.p, q->engine_point.p, p->engine_point.n);
        assert_true(p->session_id_n == 0 || memcmp(p->session_id, q->session_id, 32) != 0);
        hs__stage12_free(&a);
        hs__stage12_free(&b);
    }
}

static int setup(void **state) {
    static world w;
    hs__stage_new(&w.ecdsa);
    hs__stage_new_key(&w.rsa, HS__KEY_RSA);
    *state = &w;
    return 0;
}

static int teardown(void **state) {
    world *w = *state;
    hs__stage_free(&w->ecdsa);
    hs__stage_free(&w->rsa);
    return 0;
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_record_has_the_right_header),
        cmocka_unit_test(no_nonce_comes_twice),
        cmocka_unit_test(messages_come_in_the_order_of_the_protocol),
        cmocka_unit_test(a_client_hello_has_what_it_must),
        cmocka_unit_test(the_classic_exchange_comes_last),
        cmocka_unit_test(a_server_answers_what_was_asked),
        cmocka_unit_test(nothing_random_comes_twice),
    };
    return cmocka_run_group_tests_name("what we send in TLS 1.2", tests, setup, teardown);
}
