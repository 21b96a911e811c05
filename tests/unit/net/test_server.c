/* The listener and its workers, with clients on a loop of their own over real TCP. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/net/net_test.h"

enum { MOST = 16 };

/* The server's side runs in its workers' threads: what the test looks at is atomic. */
typedef struct {
    net_fixture f;
    hs_uv_server *server;
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_un path;
    } address;
    bool is_done;
    atomic_int connected, drains, ended_by[4]; /* ended_by: indices below */
    atomic_uint_fast64_t ids;                  /* sum of them */
    atomic_uint workers_seen;                  /* a bit for each */
    net_end clients[MOST];
    uv_connect_t connects[MOST];
} fixture;
enum { BY_EOF, BY_BUSY, BY_CANCEL, BY_OTHER };

/* ---- the server's side: echo ------------------------------------------------------------- */
typedef struct {
    hs_uv_shutdown_req shutdown;
} peer;

typedef struct {
    hs_uv_write_req req;
    char text[];
} answer;

static fixture *of_server; /* one test at a time */

static void on_peer_closed(hs_uv_stream *s) {
    free(hs_uv_data(s));
}

static void on_peer_shut(hs_uv_shutdown_req *req, int status) {
    if (status != UV_ECANCELED)
        hs_uv_close(req->stream, on_peer_closed);
}

static void count_end(ssize_t n) {
    int by = n == UV_EOF         ? BY_EOF
             : n == UV_EBUSY     ? BY_BUSY
             : n == UV_ECANCELED ? BY_CANCEL
                                 : BY_OTHER;
    atomic_fetch_add(&of_server->ended_by[by], 1);
}

static void on_answered(hs_uv_write_req *req, int status) {
    (void)status;
    free(req->data);
}

static void on_peer_data(hs_uv_stream *s, ssize_t n, const uv_buf_t *buf) {
    peer *p = hs_uv_data(s);
    if (n < 0) {
        count_end(n);
        if (n == UV_ECANCELED || hs_uv_shutdown(&p->shutdown, s, on_peer_shut) != 0)
            hs_uv_close(s, on_peer_closed);
        return;
    }
    answer *a = malloc(sizeof *a + (size_t)n);
    memcpy(a->text, buf->base, (size_t)n);
    a->req.data = a;
    uv_buf_t text = uv_buf_init(a->text, (unsigned)n);
    if (hs_uv_write(&a->req, s, &text, 1, on_answered) != 0)
        free(a);
}

static void on_peer_connected(hs_uv_stream *s, int status) {
    if (status) {
        hs_uv_close(s, on_peer_closed);
        return;
    }
    atomic_fetch_add(&of_server->connected, 1);
    hs_uv_read_start(s, on_peer_data);
}

static void on_connection(hs_uv_worker *w, hs_uv_stream *s, uint64_t id, void *ctx) {
    fixture *t = ctx;
    const hs_server_options o = {.size = sizeof o};
    atomic_fetch_add(&t->ids, id);
    atomic_fetch_or(&t->workers_seen, 1u << hs_uv_worker_index(w));
    hs_uv_set_data(s, calloc(1, sizeof(peer)));
    if (hs_uv_start_server(s, t->f.server, &o, on_peer_connected) != 0)
        hs_uv_close(s, on_peer_closed);
}

static void on_drain(hs_uv_stream *s, void *ctx) {
    fixture *t = ctx;
    (void)s;
    atomic_fetch_add(&t->drains, 1);
}

static void on_done(hs_uv_server *server, void *ctx) {
    fixture *t = ctx;
    t->is_done = true;
    hs_uv_server_free(server);
}

/* ---- both sides -------------------------------------------------------------------------- */
static hs_uv_server_options options(fixture *t) {
    return (hs_uv_server_options){.size = sizeof(hs_uv_server_options),
                                  .address = &t->address.any,
                                  .ctx = t,
                                  .on_connection = on_connection,
                                  .on_drain = on_drain,
                                  .on_done = on_done};
}

static fixture *open_fixture(void) {
    fixture *t = test_calloc(1, sizeof *t);
    net_fixture_new(&t->f, true, 0);
    uv_ip4_addr("127.0.0.1", 0, &t->address.v4);
    of_server = t;
    return t;
}

static void start(fixture *t, const hs_uv_server_options *o) {
    assert_int_equal(hs_uv_server_new(&t->f.uv, o, &t->server), 0);
    if (t->address.any.sa_family == AF_INET)
        memcpy(&t->address.v4, hs_uv_server_address(t->server), sizeof t->address.v4);
    assert_int_equal(hs_uv_server_start(t->server), 0);
}

static bool is_done(void *arg) {
    return ((fixture *)arg)->is_done;
}

static void finish(fixture *t) {
    net_run_until(&t->f, is_done, t);
    net_fixture_free(&t->f);
    test_free(t);
}

static void on_tcp(uv_connect_t *req, int status) {
    net_end *e = req->data;
    assert_int_equal(status, 0);
    net_end_start(e, false);
    net_end_read(e);
}

static void connect_one(fixture *t, int i) {
    net_end *e = &t->clients[i];
    bool is_unix = t->address.any.sa_family == AF_UNIX;
    net_end_over(e, &t->f, is_unix ? UV_NAMED_PIPE : UV_TCP);
    t->connects[i].data = e;
    if (is_unix)
        uv_pipe_connect(&t->connects[i], (uv_pipe_t *)hs_uv_transport(e->s),
                        t->address.path.sun_path, on_tcp);
    else
        assert_int_equal(uv_tcp_connect(&t->connects[i], (uv_tcp_t *)hs_uv_transport(e->s),
                                        &t->address.any, on_tcp),
                         0);
}

static int wanted;
static bool are_connected(void *arg) {
    fixture *t = arg;
    for (int i = 0; i < wanted; i++)
        if (t->clients[i].connected == 1)
            return false;
    return true;
}

static void connect_all(fixture *t, int n) {
    for (int i = 0; i < n; i++)
        connect_one(t, i);
    wanted = n;
    net_run_until(&t->f, are_connected, t);
    for (int i = 0; i < n; i++)
        assert_int_equal(t->clients[i].connected, 0);
}

static bool have_echo(void *arg) {
    fixture *t = arg;
    for (int i = 0; i < wanted; i++)
        if (t->clients[i].received < t->clients[i].to_send)
            return false;
    return true;
}

static void echo_all(fixture *t, int n) {
    for (int i = 0; i < n; i++) {
        t->clients[i].to_send += 20;
        net_end_send(&t->clients[i]);
    }
    wanted = n;
    net_run_until(&t->f, have_echo, t);
    for (int i = 0; i < n; i++)
        assert_int_equal(t->clients[i].wrong, 0);
}

static void close_all(fixture *t, int n) {
    for (int i = 0; i < n; i++)
        net_end_close(&t->clients[i]);
}

/* ---- tests
 * --------------------------------------------------------------------------------------- */
static void test_accept_counts_over_all_workers(void **state) {
    (void)state;
    fixture *t = open_fixture();
    hs_uv_server_options o = options(t);
    o.workers = 3;
    o.accept = MOST;
    start(t, &o);
    connect_all(t, MOST);
    echo_all(t, MOST);
    assert_int_equal(hs_uv_server_accepted(t->server), MOST);
    assert_int_equal(hs_uv_server_open(t->server), MOST);
    assert_int_equal(atomic_load(&t->ids), MOST * (MOST + 1) / 2);
    assert_false(t->is_done);
    close_all(t, MOST);
    finish(t);
}

static void test_a_unix_socket_serves_all_workers_and_goes(void **state) {
    (void)state;
    fixture *t = open_fixture();
    memset(&t->address, 0, sizeof t->address);
    t->address.path.sun_family = AF_UNIX;
    snprintf(t->address.path.sun_path, sizeof t->address.path.sun_path, "/tmp/hs-test-%d.sock",
             (int)getpid());
    hs_uv_server_options o = options(t);
    o.workers = 2;
    o.accept = 4;
    start(t, &o);
    assert_int_equal(access(t->address.path.sun_path, F_OK), 0);
    connect_all(t, 4);
    echo_all(t, 4);
    close_all(t, 4);
    net_run_until(&t->f, is_done, t);
    assert_int_not_equal(access(t->address.path.sun_path, F_OK), 0);
    finish(t);
}

static void test_a_port_in_use_is_told_with_many_workers_too(void **state) {
    (void)state;
    fixture *t = open_fixture();
    hs_uv_server_options o = options(t);
    hs_uv_server *second = NULL;
    o.workers = 2;
    start(t, &o);
    assert_int_equal(hs_uv_server_new(&t->f.uv, &o, &second), UV_EADDRINUSE);
    assert_null(second);
    hs_uv_server_stop(t->server, 0);
    finish(t);
}

static void test_a_full_server_lets_the_idlest_go(void **state) {
    (void)state;
    fixture *t = open_fixture();
    hs_uv_server_options o = options(t);
    o.max_conns = 2;
    start(t, &o);
    connect_all(t, 2);
    net_run_for(&t->f, 600);
    t->clients[0].to_send = 20;
    net_end_send(&t->clients[0]);
    connect_one(t, 2);
    net_run_for(&t->f, 100);
    assert_int_equal(t->clients[2].connected, 1);
    wanted = 3;
    net_run_until(&t->f, are_connected, t);
    assert_int_equal(t->clients[2].connected, 0);
    assert_int_equal(atomic_load(&t->ended_by[BY_BUSY]), 1);
    assert_int_equal(t->clients[1].ended, UV_EOF);
    assert_int_equal(t->clients[0].ended, 0);
    assert_int_equal(t->clients[0].received, 20);
    hs_uv_server_stop(t->server, 0);
    close_all(t, 3);
    finish(t);
}

static bool all_ended(void *arg) {
    fixture *t = arg;
    for (int i = 0; i < wanted; i++)
        if (t->clients[i].ended == 0)
            return false;
    return true;
}

static void test_drain_gives_time_and_then_none(void **state) {
    (void)state;
    fixture *t = open_fixture();
    hs_uv_server_options o = options(t);
    o.workers = 2;
    start(t, &o);
    connect_all(t, 3);
    echo_all(t, 3); /* the server has their Finished too: a stream in handshake is not drained */
    hs_uv_server_stop(t->server, 2000);
    for (int i = 0; i < 100 && atomic_load(&t->drains) < 3; i++)
        net_run_for(&t->f, 10); /* no event of this loop tells it */
    assert_int_equal(atomic_load(&t->drains), 3);
    echo_all(t, 3);
    net_run_until(&t->f, all_ended, t);
    assert_int_equal(t->clients[0].error, HS_E_TRUNCATED);
    close_all(t, 3);
    net_run_until(&t->f, is_done, t);
    assert_int_equal(atomic_load(&t->ended_by[BY_CANCEL]), 3);
    finish(t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accept_counts_over_all_workers),
        cmocka_unit_test(test_a_unix_socket_serves_all_workers_and_goes),
        cmocka_unit_test(test_a_port_in_use_is_told_with_many_workers_too),
        cmocka_unit_test(test_a_full_server_lets_the_idlest_go),
        cmocka_unit_test(test_drain_gives_time_and_then_none),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests_name("net/server", tests, NULL, NULL);
}
