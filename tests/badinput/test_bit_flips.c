/* One bit of a genuine handshake turned, at every byte of both directions: the end that gets it
 * never counts as connected and never hands out data, and its alert is the right one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/codepoints.h"
#include "tests/lib/stage.h"

/* ---- one run with one bit turned ----------------------------------------------------------- */

typedef struct {
    bool by_server; /* whose bytes are changed */
    size_t at;
    uint8_t mask;
} flip;

static bool carry(hs__test_end *from, hs__test_end *to, const flip *f, bool is_changed) {
    hs__test_end_drain(from);
    const size_t n = from->sent.n - from->delivered;
    if (n == 0) {
        return false;
    }
    hs__test_bytes copy = {NULL, 0, 0};
    hs__test_bytes_add(&copy, from->sent.p + from->delivered, n);
    if (is_changed && f->at >= from->delivered && f->at - from->delivered < n) {
        copy.p[f->at - from->delivered] ^= f->mask;
    }
    from->delivered += n;
    hs__test_end_feed(to, copy.p, n);
    hs__test_bytes_free(&copy);
    return true;
}

static void speak(hs__test_end *end, bool *has_spoken) {
    size_t taken;
    if (end->connected && !end->failed && !*has_spoken) {
        *has_spoken = true;
        assert_int_equal(hs_write(end->conn, "ping", 4, &taken), HS_OK);
    }
}

static void run(hs__test_pair *pair, const flip *f) {
    bool said[2] = {false, false};
    bool moved;
    do {
        moved = carry(&pair->client, &pair->server, f, !f->by_server);
        moved = carry(&pair->server, &pair->client, f, f->by_server) || moved;
        speak(&pair->client, &said[0]);
        speak(&pair->server, &said[1]);
    } while (moved);
    hs_rx_eof(pair->client.conn);
    hs_rx_eof(pair->server.conn);
    hs__test_end_poll(&pair->client);
    hs__test_end_poll(&pair->server);
}

/* ---- where it struck ----------------------------------------------------------------------- */

typedef struct {
    uint8_t type;
    size_t off; /* in the record, header first */
    size_t number;
    bool is_protected;
    bool is_data; /* the sender's last record */
} place;

static place locate(const hs__test_bytes *sent, size_t at, bool is_12) {
    place p = {0, 0, 0, false, false};
    bool has_ccs = false;
    size_t n;
    for (size_t start = 0; start < sent->n; start += n) {
        const uint8_t *h = sent->p + start;
        n = 5 + ((size_t)h[3] << 8 | h[4]);
        if (at < start + n) {
            p.type = h[0];
            p.off = at - start;
            p.is_data = start + n == sent->n;
            p.is_protected = p.type == HS__CONTENT_application_data || (is_12 && has_ccs);
            return p;
        }
        has_ccs = has_ccs || h[0] == HS__CONTENT_change_cipher_spec;
        p.number++;
    }
    fail_msg("offset %zu is behind the end", at);
    return p;
}

static bool is_one_of(int alert, const int *set) {
    for (; *set >= 0; set++) {
        if (alert == *set) {
            return true;
        }
    }
    return false;
}

/* The alerts that may answer a turned bit there; -1 ends the list. */
static const int *alerts_for(const place *p) {
    static const int of_type[] = {HS__ALERT_unexpected_message, HS__ALERT_decode_error,
                                  HS__ALERT_bad_record_mac, HS__ALERT_illegal_parameter, -1};
    static const int of_ccs[] = {HS__ALERT_unexpected_message, HS__ALERT_illegal_parameter, -1};
    static const int of_length[] = {HS__ALERT_bad_record_mac,     HS__ALERT_record_overflow,
                                    HS__ALERT_unexpected_message, HS__ALERT_decode_error,
                                    HS__ALERT_illegal_parameter,  -1};
    static const int of_cipher[] = {HS__ALERT_bad_record_mac, -1};
    /* In TLS 1.2 the certificate is in clear, too. */
    static const int of_message[] = {HS__ALERT_unexpected_message,
                                     HS__ALERT_handshake_failure,
                                     HS__ALERT_illegal_parameter,
                                     HS__ALERT_decode_error,
                                     HS__ALERT_protocol_version,
                                     HS__ALERT_missing_extension,
                                     HS__ALERT_decrypt_error,
                                     HS__ALERT_unsupported_extension,
                                     HS__ALERT_bad_record_mac,
                                     HS__ALERT_bad_certificate,
                                     HS__ALERT_unknown_ca,
                                     HS__ALERT_certificate_unknown,
                                     HS__ALERT_certificate_expired,
                                     HS__ALERT_unsupported_certificate,
                                     -1};
    if (p->off == 0) {
        return of_type;
    }
    if (p->off == 3 || p->off == 4) {
        return of_length;
    }
    return p->is_protected                             ? of_cipher
           : p->type == HS__CONTENT_change_cipher_spec ? of_ccs
                                                       : of_message;
}

/* RFC 9846 5.1: legacy_record_version of a record in clear is ignored for all purposes. */
static bool is_ignored(const place *p) {
    return (p->off == 1 || p->off == 2) && !p->is_protected;
}

/* ---- what must hold ------------------------------------------------------------------------ */

static void check(const hs__test_end *changed, const hs__test_end *sender, const place *p,
                  const char *what) {
    if (is_ignored(p)) {
        if (!changed->connected || !sender->connected || changed->data.n != 4) {
            fail_msg("%s: the record version was not ignored: %s", what, changed->error.text);
        }
        return;
    }
    if ((changed->connected && !p->is_data) || changed->data.n != 0) {
        fail_msg("%s: connected %d, %zu bytes of data", what, changed->connected, changed->data.n);
    }
    if (!changed->failed) {
        fail_msg("%s: no failure", what);
    }
    const hs_error *e = &changed->error;
    if (e->from_peer || e->status == HS_E_TRUNCATED) {
        /* The sender saw the difference, or the length now promises more than there is. */
        if (p->is_protected && p->off != 3 && p->off != 4) {
            fail_msg("%s: not noticed here: %s", what, e->text);
        }
        return;
    }
    if (!is_one_of(e->alert, alerts_for(p))) {
        fail_msg("%s: alert %d: %s", what, e->alert, e->text);
    }
}

/* How many bytes a side sends when nothing is changed. */
static size_t count_bytes(const hs__stage *s, unsigned how, bool by_server) {
    const flip none = {by_server, SIZE_MAX, 0};
    hs__test_pair pair;
    hs__stage_open(s, how, &pair);
    run(&pair, &none);
    assert_int_equal(pair.client.data.n, 4);
    assert_int_equal(pair.server.data.n, 4);
    const size_t n = by_server ? pair.server.sent.n : pair.client.sent.n;
    hs__test_pair_free(&pair);
    return n;
}

static void flip_everywhere(const hs__stage *s, unsigned how, bool by_server) {
    const size_t total = count_bytes(s, how, by_server);
    size_t struck = 0;
    for (flip f = {by_server, 0, 0}; f.at < total; f.at++) {
        f.mask = (uint8_t)(1U << (f.at * 5 + f.at / 8) % 8);
        hs__test_pair pair;
        hs__stage_open(s, how, &pair);
        run(&pair, &f);
        hs__test_end *sender = by_server ? &pair.server : &pair.client;
        if (f.at < sender->delivered) { /* the length of an ECDSA signature varies a little */
            const place p = locate(&sender->sent, f.at, (how & HS__STAGE_TLS12) != 0);
            char what[120];
            (void)snprintf(what, sizeof(what), "variant %u, %s, record %zu (type %u), byte %zu",
                           how, by_server ? "server" : "client", p.number, p.type, p.off);
            check(by_server ? &pair.client : &pair.server, sender, &p, what);
            struck++;
        }
        hs__test_pair_free(&pair);
    }
    assert_true(struck + 8 > total);
}

typedef struct {
    hs__stage ecdsa; /* the first: the tests of TLS 1.3 want nothing else */
    hs__stage rsa;
} world;

static void of_a_client(void **state) {
    flip_everywhere(*state, 0, false);
}

static void of_a_server(void **state) {
    flip_everywhere(*state, 0, true);
}

static void of_a_client_that_retries(void **state) {
    flip_everywhere(*state, HS__STAGE_RETRY, false);
}

static void of_a_server_that_asks_for_a_retry(void **state) {
    flip_everywhere(*state, HS__STAGE_RETRY, true);
}

static void of_a_client_with_certificate(void **state) {
    flip_everywhere(*state, HS__STAGE_AUTH, false);
}

static void of_a_server_that_asks_for_a_certificate(void **state) {
    flip_everywhere(*state, HS__STAGE_AUTH, true);
}

static void of_both_in_tls12(void **state) {
    const world *w = *state;
    for (unsigned by_server = 0; by_server < 2; by_server++) {
        flip_everywhere(&w->ecdsa, HS__STAGE_TLS12, by_server != 0);
        flip_everywhere(&w->ecdsa, HS__STAGE_TLS12 | HS__STAGE_AUTH, by_server != 0);
    }
}

static void of_both_in_a_resumed_handshake(void **state) {
    const world *w = *state;
    flip_everywhere(&w->ecdsa, HS__STAGE_RESUME, false);
    flip_everywhere(&w->ecdsa, HS__STAGE_RESUME, true);
}

static void of_both_in_a_classic_handshake(void **state) {
    const world *w = *state;
    flip_everywhere(&w->rsa, HS__STAGE_CLASSIC, false);
    flip_everywhere(&w->rsa, HS__STAGE_CLASSIC, true);
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
        cmocka_unit_test(of_a_client),
        cmocka_unit_test(of_a_server),
        cmocka_unit_test(of_a_client_that_retries),
        cmocka_unit_test(of_a_server_that_asks_for_a_retry),
        cmocka_unit_test(of_a_client_with_certificate),
        cmocka_unit_test(of_a_server_that_asks_for_a_certificate),
        cmocka_unit_test(of_both_in_tls12),
        cmocka_unit_test(of_both_in_a_classic_handshake),
        cmocka_unit_test(of_both_in_a_resumed_handshake),
    };
    return cmocka_run_group_tests_name("a bit turned at every byte", tests, setup, teardown);
}
