#include "tests/unit/net/net_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/pair.h"

/* ---- what both ends share ---------------------------------------------------------------- */
void net_fixture_new(net_fixture *f, bool trusts, unsigned ask) {
    const char *why = NULL;
    memset(f, 0, sizeof *f);
    assert_int_equal(uv_loop_init(&f->uv), 0);
    assert_int_equal(hs_uv_loop_new(&f->uv, &f->loop), 0);
    assert_int_equal(hs_provider_new(NULL, &f->provider), HS_OK);
    f->id = hs__test_identity_new(f->provider, HS__KEY_P256, "net.test");
    hs_credential *identity[] = {f->id.credential, NULL};
    hs_options o = {.size = sizeof o, .provider = f->provider, .now_ms = hs__test_now_ms};
    o.ask = ask;
    o.trust = trusts ? f->id.trust : NULL;
    assert_int_equal(hs_config_new(&o, &f->client, &why), HS_OK);
    o = (hs_options){.size = sizeof o, .provider = f->provider, .now_ms = hs__test_now_ms};
    o.identity = identity;
    assert_int_equal(hs_config_new(&o, &f->server, &why), HS_OK);
}

void net_fixture_free(net_fixture *f) {
    uv_run(&f->uv, UV_RUN_DEFAULT);
    hs_uv_loop_free(f->loop);
    assert_int_equal(uv_loop_close(&f->uv), 0);
    hs_config_unref(f->client);
    hs_config_unref(f->server);
    hs__test_identity_free(&f->id);
    hs_provider_unref(f->provider);
}

/* ---- one end ----------------------------------------------------------------------------- */
static uint8_t pattern(uint64_t at) {
    return (uint8_t)((at * 2654435761u) >> 11);
}

static void keep_error(net_end *e) {
    const hs_error *error = hs_uv_error(e->s);
    e->error = error ? error->status : HS_OK;
    e->alert = error ? error->alert : HS_NO_ALERT;
}

static void on_closed(hs_uv_stream *s) {
    net_end *e = hs_uv_data(s);
    e->s = NULL;
}

void net_end_close(net_end *e) {
    if (e->s)
        hs_uv_close(e->s, on_closed);
}

static void on_shut(hs_uv_shutdown_req *req, int status) {
    net_end *e = req->data;
    assert_false(e->in_call);
    e->last_shutdown = status;
}

static void on_written(hs_uv_write_req *req, int status) {
    net_end *e = req->data;
    assert_false(e->in_call);
    e->last_write = status;
    if (status == 0)
        net_end_send(e);
}

void net_end_send(net_end *e) {
    uint64_t left = e->to_send - e->sent;
    if (left == 0 && e->shuts_when_sent) {
        e->shuts_when_sent = false;
        e->shutdown.data = e;
        assert_int_equal(hs_uv_shutdown(&e->shutdown, e->s, on_shut), 0);
    }
    if (left == 0)
        return;
    e->seed = e->seed * 1103515245u + 12345u;
    size_t n = 1 + (e->seed >> 8) % sizeof e->out;
    n = n < left ? n : (size_t)left;
    for (size_t i = 0; i < n; i++)
        e->out[i] = pattern(e->sent + i);
    size_t cut = n / 3;
    uv_buf_t bufs[2] = {uv_buf_init((char *)e->out, (unsigned)cut),
                        uv_buf_init((char *)e->out + cut, (unsigned)(n - cut))};
    e->sent += n;
    e->write.data = e;
    e->in_call = true;
    assert_int_equal(hs_uv_write(&e->write, e->s, bufs, 2, on_written), 0);
    e->in_call = false;
}

static void on_data(hs_uv_stream *s, ssize_t n, const uv_buf_t *buf) {
    net_end *e = hs_uv_data(s);
    assert_false(e->in_call);
    if (n < 0) {
        e->ended = (int)n;
        keep_error(e);
        if (e->closes_at_end)
            net_end_close(e);
        return;
    }
    for (ssize_t i = 0; i < n; i++)
        e->wrong += (uint8_t)buf->base[i] != pattern(e->received + (uint64_t)i);
    e->received += (uint64_t)n;
}

static void on_alloc(hs_uv_stream *s, size_t suggested, uv_buf_t *buf) {
    net_end *e = hs_uv_data(s);
    (void)suggested;
    *buf = uv_buf_init((char *)e->in, sizeof e->in);
}

void net_end_read(net_end *e) {
    e->in_call = true;
    if (e->reads_by_copy)
        hs_uv_read_start_alloc(e->s, on_alloc, on_data);
    else
        hs_uv_read_start(e->s, on_data);
    e->in_call = false;
}

static void on_connected(hs_uv_stream *s, int status) {
    net_end *e = hs_uv_data(s);
    assert_false(e->in_call);
    e->connected = status;
    keep_error(e);
    if (status)
        net_end_close(e);
}

void net_pair(int fds[2]) {
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
}

void net_end_over(net_end *e, net_fixture *f, uv_handle_type transport) {
    memset(e, 0, sizeof *e);
    e->f = f;
    e->connected = e->last_write = e->last_shutdown = 1;
    e->alert = HS_NO_ALERT;
    assert_int_equal(hs_uv_stream_new(f->loop, transport, &e->s), 0);
    hs_uv_set_data(e->s, e);
}

void net_end_new(net_end *e, net_fixture *f, int fd) {
    net_end_over(e, f, UV_NAMED_PIPE);
    assert_int_equal(uv_pipe_open((uv_pipe_t *)hs_uv_transport(e->s), fd), 0);
}

void net_end_start(net_end *e, bool is_server) {
    hs_client_options client = {.size = sizeof client, .server_name = "net.test"};
    hs_server_options server = {.size = sizeof server};
    e->in_call = true;
    int r = is_server ? hs_uv_start_server(e->s, e->f->server, &server, on_connected)
                      : hs_uv_start_client(e->s, e->f->client, &client, on_connected);
    e->in_call = false;
    assert_int_equal(r, 0);
}

/* ---- the loop ---------------------------------------------------------------------------- */
static void on_tick(uv_timer_t *timer) {
    bool *is_over = timer->data;
    *is_over = true;
}

void net_run_until(net_fixture *f, bool (*done)(void *), void *arg) {
    bool is_over = false;
    uv_timer_t timer;
    uv_timer_init(&f->uv, &timer);
    timer.data = &is_over;
    uv_update_time(&f->uv);
    uv_timer_start(&timer, on_tick, 5000, 0);
    while (!done(arg) && !is_over)
        uv_run(&f->uv, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&f->uv, UV_RUN_NOWAIT);
    assert_false(is_over);
}

void net_run_for(net_fixture *f, unsigned ms) {
    bool is_over = false;
    uv_timer_t timer;
    uv_timer_init(&f->uv, &timer);
    timer.data = &is_over;
    uv_update_time(&f->uv);
    uv_timer_start(&timer, on_tick, ms, 0);
    while (!is_over)
        uv_run(&f->uv, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&f->uv, UV_RUN_NOWAIT);
}
