/* The stream cut, split and joined at every place: bytes may come in any pieces, records may hold
 * messages in any pieces that RFC 9846 5.1 allows, and an end that comes too early is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/codepoints.h"
#include "tests/lib/stage.h"

/* ---- the transport cut at every byte ------------------------------------------------------- */

static void write_text(hs__test_end *end, const char *text) {
    size_t taken;
    assert_int_equal(hs_write(end->conn, text, strlen(text), &taken), HS_OK);
    assert_int_equal(taken, strlen(text));
}

/* Carries, but not more than `limit` bytes of one side in all. */
static bool carry(hs__test_end *from, hs__test_end *to, size_t limit) {
    hs__test_end_drain(from);
    const size_t end = from->sent.n < limit ? from->sent.n : limit;
    if (end == from->delivered) {
        return false;
    }
    const size_t at = from->delivered;
    from->delivered = end;
    hs__test_end_feed(to, from->sent.p + at, end - at);
    return true;
}

static void run_cut(hs__test_pair *pair, size_t from_client, size_t from_server) {
    bool moved;
    bool spoken = false;
    do {
        moved = carry(&pair->client, &pair->server, from_client);
        moved = carry(&pair->server, &pair->client, from_server) || moved;
        if (!spoken && pair->client.connected && pair->server.connected) {
            spoken = true;
            write_text(&pair->client, "from the client");
            write_text(&pair->server, "from the server");
            moved = true;
        }
    } while (moved);
}

/* 6.1-09: an end without close_notify is never the end of the data. */
static void check_cut(hs__test_end *end, const char *whole) {
    hs_rx_eof(end->conn);
    hs__test_end_poll(end);
    assert_true(end->failed);
    assert_false(end->closed);
    assert_int_equal(end->error.status, HS_E_TRUNCATED);
    assert_int_equal(end->error.alert, HS_NO_ALERT);
    assert_true(end->data.n == 0 || end->data.n == strlen(whole));
}

static void cut_one_side(const hs__stage *s, unsigned how, bool of_server) {
    for (size_t at = 0;; at++) {
        hs__test_pair pair;
        hs__stage_open(s, how, &pair);
        run_cut(&pair, of_server ? SIZE_MAX : at, of_server ? at : SIZE_MAX);
        hs__test_end *sender = of_server ? &pair.server : &pair.client;
        const bool is_whole =
            sender->sent.n == sender->delivered && pair.client.data.n > 0 && pair.server.data.n > 0;
        check_cut(&pair.client, "from the server");
        check_cut(&pair.server, "from the client");
        hs__test_pair_free(&pair);
        if (is_whole) {
            return;
        }
    }
}

static void a_client_cut_off_at_every_byte(void **state) {
    cut_one_side(*state, 0, false);
    cut_one_side(*state, HS__STAGE_RETRY | HS__STAGE_AUTH, false);
    cut_one_side(*state, HS__STAGE_TLS12 | HS__STAGE_AUTH, false);
    cut_one_side(*state, HS__STAGE_RESUME, false);
}

static void a_server_cut_off_at_every_byte(void **state) {
    cut_one_side(*state, 0, true);
    cut_one_side(*state, HS__STAGE_RETRY | HS__STAGE_AUTH, true);
    cut_one_side(*state, HS__STAGE_TLS12 | HS__STAGE_AUTH, true);
    cut_one_side(*state, HS__STAGE_RESUME, true);
}

/* ---- the transport's pieces ---------------------------------------------------------------- */

static void run_in_pieces(const hs__stage *s, unsigned how, size_t step) {
    hs__test_pair pair;
    hs__stage_open(s, how, &pair);
    pair.step = step;
    hs__test_pair_run(&pair);
    assert_true(pair.client.connected && pair.server.connected);
    write_text(&pair.client, "from the client");
    write_text(&pair.server, "from the server");
    assert_int_equal(hs_close(pair.client.conn), HS_OK);
    hs__test_pair_run(&pair);
    assert_int_equal(pair.server.data.n, 15);
    assert_int_equal(pair.client.data.n, 15);
    assert_true(pair.server.closed);
    hs__test_pair_free(&pair);
}

static void pieces_of_every_size(void **state) {
    for (size_t step = 1; step < 1200; step += step < 40 ? 1 : 37) {
        run_in_pieces(*state, 0, step);
        run_in_pieces(*state, HS__STAGE_RETRY | HS__STAGE_AUTH, step);
        run_in_pieces(*state, HS__STAGE_TLS12 | HS__STAGE_AUTH, step);
    }
}

/* ---- records of other sizes ---------------------------------------------------------------- */

static hs__test_bytes join(const hs__hand_flight *f, uint8_t first) {
    hs__test_bytes all = {NULL, 0, 0};
    size_t i = 0;
    while (f->m[i].p[0] != first) {
        i++;
    }
    for (; i < f->n; i++) {
        hs__test_bytes_add(&all, f->m[i].p, f->m[i].n);
    }
    return all;
}

/* Seals a stream of handshake bytes in records that end at `cut` and then every `step` bytes. */
static void give_in_records(hs__test_end *to, hs_span stream, size_t cut, size_t step) {
    hs__test_bytes records = {NULL, 0, 0};
    hs__hand_how how = {.ahead = 0};
    for (size_t at = 0; at < stream.n; how.ahead++) {
        size_t n = at < cut ? cut - at : step;
        n = n < stream.n - at ? n : stream.n - at;
        hs__hand_seal(to->conn, HS__CONTENT_handshake, (hs_span){stream.p + at, n}, &how, &records);
        at += n;
    }
    hs__test_end_feed(to, records.p, records.n);
    hs__test_bytes_free(&records);
}

/* The server's messages in other records than it made; `cut` SIZE_MAX: all in one. Returns the
 * length of what was cut. */
static size_t recut_server(const hs__stage *s, size_t cut, size_t step) {
    hs__test_pair pair;
    hs__hand_flight f;
    hs__stage_open(s, HS__STAGE_AUTH, &pair);
    hs__stage_server_flight(&pair, HS__STAGE_AUTH, &f);
    const hs_span hello = hs__hand_find(&f, HS__HT_server_hello, 0);
    give_in_records(&pair.client, hello, cut, step);
    assert_int_equal(pair.client.conn->state, HS__WAIT_EE);
    hs__test_bytes rest = join(&f, HS__HT_encrypted_extensions);
    give_in_records(&pair.client, (hs_span){rest.p, rest.n}, cut, step);
    if (!pair.client.connected) {
        fail_msg("cut at %zu, then every %zu: %s", cut, step, pair.client.error.text);
    }
    const size_t n = rest.n;
    hs__test_bytes_free(&rest);
    hs__hand_flight_free(&f);
    hs__test_pair_free(&pair);
    return n;
}

/* 9846-5.1-02 */
static void a_flight_may_be_cut_into_records_anywhere(void **state) {
    size_t n = recut_server(*state, SIZE_MAX, SIZE_MAX);
    for (size_t cut = 1; cut < n; cut++) {
        recut_server(*state, cut, SIZE_MAX);
    }
    recut_server(*state, 1, 1);
    recut_server(*state, 3, 5);
}

/* The second flight of the client likewise, and its ClientHello: C.3-01. */
static void recut_client(const hs__stage *s, size_t cut, size_t step, size_t *n) {
    hs__test_pair pair;
    hs__hand_flight f;
    hs__stage_open(s, HS__STAGE_AUTH, &pair);
    const hs_span first = {pair.client.sent.p + 5, pair.client.sent.n - 5};
    give_in_records(&pair.server, first, cut, step);
    assert_int_equal(pair.server.conn->state, HS__WAIT_CERT);
    hs__stage_carry(&pair.server, &pair.client);
    hs__stage_client_flight(&pair, &f);
    hs__test_bytes rest = join(&f, HS__HT_certificate);
    give_in_records(&pair.server, (hs_span){rest.p, rest.n}, cut, step);
    if (!pair.server.connected) {
        fail_msg("cut at %zu, then every %zu: %s", cut, step, pair.server.error.text);
    }
    *n = rest.n;
    hs__test_bytes_free(&rest);
    hs__hand_flight_free(&f);
    hs__test_pair_free(&pair);
}

static void a_client_may_cut_its_messages_anywhere(void **state) {
    size_t n;
    recut_client(*state, SIZE_MAX, SIZE_MAX, &n);
    size_t ignored;
    for (size_t cut = 1; cut < n; cut++) {
        recut_client(*state, cut, SIZE_MAX, &ignored);
    }
    recut_client(*state, 1, 1, &ignored);
    recut_client(*state, 2, 7, &ignored);
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
        cmocka_unit_test(a_client_cut_off_at_every_byte),
        cmocka_unit_test(a_server_cut_off_at_every_byte),
        cmocka_unit_test(pieces_of_every_size),
        cmocka_unit_test(a_flight_may_be_cut_into_records_anywhere),
        cmocka_unit_test(a_client_may_cut_its_messages_anywhere),
    };
    return cmocka_run_group_tests_name("cut, split and joined", tests, setup, teardown);
}
