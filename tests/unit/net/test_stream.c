/* Streams over a socket pair: data both ways, back-pressure, ends of all kinds, timeouts,
 * questions. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/net/net_test.h"

typedef struct {
    net_fixture f;
    net_end client, server;
} both;

static bool is_settled(void *arg) {
    both *b = arg;
    return b->client.connected != 1 && b->server.connected != 1;
}

static both *open_both(bool trusts, unsigned ask) {
    both *b = test_calloc(1, sizeof *b);
    int fds[2];
    net_fixture_new(&b->f, trusts, ask);
    net_pair(fds);
    net_end_new(&b->client, &b->f, fds[0]);
    net_end_new(&b->server, &b->f, fds[1]);
    return b;
}

static both *connect_both(void) {
    both *b = open_both(true, 0);
    net_end_start(&b->server, true);
    net_end_start(&b->client, false);
    net_run_until(&b->f, is_settled, b);
    assert_int_equal(b->client.connected, 0);
    assert_int_equal(b->server.connected, 0);
    return b;
}

static void close_both(both *b) {
    net_end_close(&b->client);
    net_end_close(&b->server);
    net_fixture_free(&b->f);
    assert_null(b->client.s);
    assert_null(b->server.s);
    test_free(b);
}

/* ---- what is waited for, of one end ------------------------------------------------------ */
static bool has_gone(void *end) {
    return ((const net_end *)end)->s == NULL;
}

static bool has_ended(void *end) {
    return ((const net_end *)end)->ended != 0;
}

static bool is_told(void *end) {
    return ((const net_end *)end)->connected != 1;
}

static bool is_asked(void *end) {
    return ((const net_end *)end)->to_send == 1;
}

static bool has_hundred(void *end) {
    return ((const net_end *)end)->received == 100;
}

static bool has_5000(void *end) {
    return ((const net_end *)end)->received == 5000;
}

/* ---- data -------------------------------------------------------------------------------- */
static bool have_ended(void *arg) {
    both *b = arg;
    return b->client.ended && b->server.ended;
}

static void test_ten_megabytes_each_way(void **state) {
    (void)state;
    both *b = connect_both();
    net_end *ends[] = {&b->client, &b->server};
    b->server.reads_by_copy = true;
    for (int i = 0; i < 2; i++) {
        ends[i]->to_send = 10 * 1000 * 1000 + (uint64_t)i;
        ends[i]->seed = 7u + (unsigned)i;
        ends[i]->shuts_when_sent = true;
        net_end_read(ends[i]);
        net_end_send(ends[i]);
    }
    net_run_until(&b->f, have_ended, b);
    assert_int_equal(b->client.ended, UV_EOF);
    assert_int_equal(b->server.ended, UV_EOF);
    assert_int_equal(b->client.received, 10 * 1000 * 1000 + 1);
    assert_int_equal(b->server.received, 10 * 1000 * 1000);
    assert_int_equal(b->client.wrong + b->server.wrong, 0);
    close_both(b);
}

static void test_a_write_before_the_handshake_waits(void **state) {
    (void)state;
    both *b = open_both(true, 0);
    net_end_start(&b->client, false);
    b->client.to_send = 3000;
    net_end_send(&b->client);
    assert_int_equal(hs_uv_write_queue_size(b->client.s), b->client.sent);
    net_end_start(&b->server, true);
    b->server.closes_at_end = true;
    b->client.shuts_when_sent = true;
    net_run_until(&b->f, is_settled, b);
    net_end_read(&b->server);
    net_run_until(&b->f, has_ended, &b->server);
    assert_int_equal(b->server.received, 3000);
    assert_int_equal(b->server.wrong, 0);
    close_both(b);
}

static bool has_arrived(void *arg) {
    both *b = arg;
    return b->server.received == b->client.to_send;
}

static void test_a_stopped_reader_stops_the_writer(void **state) {
    (void)state;
    both *b = connect_both();
    b->client.to_send = 8 * 1000 * 1000;
    net_end_send(&b->client);
    net_run_for(&b->f, 50);
    uint64_t stuck = b->client.sent;
    assert_true(stuck < 2 * 1000 * 1000);
    net_run_for(&b->f, 50);
    assert_int_equal(b->client.sent, stuck);
    assert_int_equal(b->server.received, 0);
    net_end_read(&b->server);
    net_run_for(&b->f, 2);
    hs_uv_read_stop(b->server.s);
    uint64_t at_stop = b->server.received;
    net_run_for(&b->f, 20);
    assert_int_equal(b->server.received, at_stop);
    net_end_read(&b->server);
    net_run_until(&b->f, has_arrived, b);
    assert_int_equal(b->server.wrong, 0);
    close_both(b);
}

/* ---- ends -------------------------------------------------------------------------------- */
static void test_half_close(void **state) {
    (void)state;
    both *b = connect_both();
    b->client.to_send = 10;
    b->client.shuts_when_sent = true;
    net_end_read(&b->client);
    net_end_read(&b->server);
    net_end_send(&b->client);
    net_run_until(&b->f, has_ended, &b->server);
    assert_int_equal(b->server.ended, UV_EOF);
    assert_int_equal(b->client.last_shutdown, 0);
    uv_buf_t buf = uv_buf_init((char *)"x", 1);
    hs_uv_write_req late;
    assert_int_equal(hs_uv_write(&late, b->client.s, &buf, 1, NULL), UV_EPIPE);
    b->server.to_send = 1000 * 1000;
    b->server.shuts_when_sent = true;
    net_end_send(&b->server);
    net_run_until(&b->f, have_ended, b);
    assert_int_equal(b->client.ended, UV_EOF);
    assert_int_equal(b->client.received, 1000 * 1000);
    close_both(b);
}

static bool client_ended(void *arg) {
    both *b = arg;
    return b->client.ended != 0;
}

static void test_an_end_without_close_notify_is_told_apart(void **state) {
    (void)state;
    both *b = connect_both();
    b->server.to_send = 5000;
    net_end_read(&b->client);
    net_end_send(&b->server);
    net_run_until(&b->f, has_5000, &b->client);
    net_end_close(&b->server);
    net_run_until(&b->f, client_ended, b);
    assert_int_equal(b->client.ended, UV_ECONNABORTED);
    assert_int_equal(b->client.error, HS_E_TRUNCATED);
    assert_int_equal(b->client.received, 5000);
    close_both(b);
}

static void test_close_gives_up_what_waits(void **state) {
    (void)state;
    both *b = connect_both();
    b->client.to_send = 8 * 1000 * 1000;
    net_end_send(&b->client);
    net_run_for(&b->f, 20);
    net_end_close(&b->client);
    net_run_until(&b->f, has_gone, &b->client);
    assert_int_equal(b->client.last_write, UV_ECANCELED);
    close_both(b);
}

static void test_an_untrusted_server_gets_the_alert(void **state) {
    (void)state;
    both *b = open_both(false, 0);
    net_end_start(&b->server, true);
    net_end_start(&b->client, false);
    net_end_read(&b->server);
    net_run_until(&b->f, is_settled, b);
    assert_int_equal(b->client.connected, UV_EPROTO);
    assert_int_equal(b->client.error, HS_E_UNKNOWN_ISSUER);
    assert_int_equal(b->server.connected, UV_EPROTO);
    assert_int_equal(b->server.error, HS_E_ALERT_RECEIVED);
    assert_int_equal(b->server.alert, 48);
    close_both(b);
}

/* The raw peer has more to say than anybody reads; its alert must still come through. */
static void test_plain_http_gets_an_alert(void **state) {
    (void)state;
    both *b = test_calloc(1, sizeof *b);
    int fds[2];
    uint8_t text[4000] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n", answer[64];
    net_fixture_new(&b->f, true, 0);
    net_pair(fds);
    net_end_new(&b->server, &b->f, fds[1]);
    net_end_start(&b->server, true);
    assert_int_equal(write(fds[0], text, sizeof text), sizeof text);
    net_run_until(&b->f, is_told, &b->server);
    assert_int_equal(b->server.connected, UV_EPROTO);
    assert_int_equal(b->server.error, HS_E_PLAIN_HTTP);
    assert_int_equal(write(fds[0], text, sizeof text), sizeof text);
    assert_int_equal(read(fds[0], answer, sizeof answer), 7);
    assert_int_equal(answer[0], 21);
    assert_int_equal(read(fds[0], answer, sizeof answer), 0);
    close(fds[0]);
    net_run_until(&b->f, has_gone, &b->server);
    net_fixture_free(&b->f);
    test_free(b);
}

/* ---- time -------------------------------------------------------------------------------- */
static void test_a_silent_peer_times_out(void **state) {
    (void)state;
    both *b = open_both(true, 0);
    hs_uv_set_timeouts(b->server.s, 60, 0);
    net_end_start(&b->server, true);
    const uint64_t started = uv_now(&b->f.uv);
    net_run_until(&b->f, has_gone, &b->server);
    assert_int_equal(b->server.connected, UV_ETIMEDOUT);
    assert_true(uv_now(&b->f.uv) - started >= 60);
    close_both(b);
}

static void test_idle_is_told(void **state) {
    (void)state;
    both *b = connect_both();
    hs_uv_set_timeouts(b->server.s, 0, 80);
    net_end_read(&b->server);
    uint64_t last = 0;
    for (int i = 0; i < 4 && b->server.ended == 0; i++) {
        b->client.to_send++;
        net_end_send(&b->client);
        last = uv_now(&b->f.uv);
        net_run_for(&b->f, 30);
    }
    net_run_until(&b->f, has_ended, &b->server);
    assert_int_equal(b->server.ended, UV_ETIMEDOUT);
    assert_true(uv_now(&b->f.uv) - last >= 80); /* since the last bytes, not since the first */
    b->server.to_send = 100;
    net_end_read(&b->client);
    net_end_send(&b->server);
    net_run_until(&b->f, has_hundred, &b->client);
    close_both(b);
}

/* ---- questions
 * ------------------------------------------------------------------------------------ */
static void on_ask(hs_uv_stream *s, const hs_event *question) {
    net_end *e = hs_uv_data(s);
    assert_int_equal(question->kind, HS_EV_ASK_VERIFY);
    e->to_send = question->n_chain;
}

static void test_a_question_waits_for_its_answer(void **state) {
    (void)state;
    both *b = open_both(true, HS_ASK_VERIFY);
    hs_uv_on_ask(b->client.s, on_ask);
    net_end_start(&b->server, true);
    net_end_start(&b->client, false);
    net_run_until(&b->f, is_asked, &b->client);
    assert_int_equal(b->client.connected, 1);
    assert_int_equal(hs_answer_verify(hs_uv_conn(b->client.s), HS_OK, NULL), HS_OK);
    hs_uv_answered(b->client.s);
    net_run_until(&b->f, is_settled, b);
    assert_int_equal(b->client.connected, 0);
    assert_int_equal(b->server.connected, 0);
    close_both(b);
}

static void test_a_question_for_nobody_fails(void **state) {
    (void)state;
    both *b = open_both(true, HS_ASK_VERIFY);
    net_end_start(&b->server, true);
    net_end_start(&b->client, false);
    net_run_until(&b->f, is_settled, b);
    assert_int_equal(b->client.connected, UV_EINVAL);
    assert_int_equal(b->server.connected, UV_ECONNABORTED);
    close_both(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ten_megabytes_each_way),
        cmocka_unit_test(test_a_write_before_the_handshake_waits),
        cmocka_unit_test(test_a_stopped_reader_stops_the_writer),
        cmocka_unit_test(test_half_close),
        cmocka_unit_test(test_an_end_without_close_notify_is_told_apart),
        cmocka_unit_test(test_close_gives_up_what_waits),
        cmocka_unit_test(test_an_untrusted_server_gets_the_alert),
        cmocka_unit_test(test_plain_http_gets_an_alert),
        cmocka_unit_test(test_a_silent_peer_times_out),
        cmocka_unit_test(test_idle_is_told),
        cmocka_unit_test(test_a_question_waits_for_its_answer),
        cmocka_unit_test(test_a_question_for_nobody_fails),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests_name("net/stream", tests, NULL, NULL);
}
