#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/hs-server/server.h"

enum { LINGER_MS = 2000 }; /* for the peer's close_notify after ours */

static void on_data(hs_uv_stream *s, ssize_t n, const uv_buf_t *buf);

/* Whoever does not take what we send is not read from. */
static void read_or_not(connection *c) {
    if (c->is_ending || (!c->holds && c->waiting < CONNECTION_FULL))
        hs_uv_read_start(c->s, on_data);
    else
        hs_uv_read_stop(c->s);
}

void connection_hold(connection *c, bool holds) {
    c->holds = holds;
    if (!hs_uv_is_closing(c->s))
        read_or_not(c);
}

/* ---- end --------------------------------------------------------------------------------- */
static void on_closed(hs_uv_stream *s) {
    connection *c = hs_uv_data(s);
    if (c->service->close)
        c->service->close(c);
    hs__seen_free(c->seen);
    hs_config_unref(c->config);
    hs__facts_free(&c->facts);
    fingerprints_free(&c->prints);
    kept_unref(c->trace);
    free(c->hello);
    free(c);
}

void connection_abort(connection *c, const char *why) {
    if (hs_uv_is_closing(c->s))
        return;
    c->why_closed = why;
    log_closed(c);
    hs_uv_close(c->s, on_closed);
}

static void on_shut(hs_uv_shutdown_req *req, int status) {
    connection *c = req->data;
    if (status == UV_ECANCELED)
        return;
    c->is_shut = true;
    if (c->peer_ended || c->is_unwanted || status)
        connection_abort(c, c->is_unwanted ? "made room for another" : "done");
    else if (c->is_ending)
        hs_uv_set_timeouts(c->s, 0, LINGER_MS);
}

void connection_half_close(connection *c) {
    if (c->is_ending || c->is_half_closed || hs_uv_is_closing(c->s))
        return;
    c->is_half_closed = true;
    c->shutdown.data = c;
    if (hs_uv_shutdown(&c->shutdown, c->s, on_shut) != 0)
        connection_abort(c, "done");
}

void connection_end(connection *c) {
    if (c->is_ending || hs_uv_is_closing(c->s))
        return;
    c->is_ending = true;
    if (c->is_half_closed) {
        /* It has gone already, or what is before it was not taken for too long. */
        if (!c->peer_ended)
            connection_abort(c, "done");
        return;
    }
    c->shutdown.data = c;
    if (hs_uv_shutdown(&c->shutdown, c->s, on_shut) != 0) {
        connection_abort(c, "done");
        return;
    }
    connection_hold(c, false);
}

/* ---- sending ----------------------------------------------------------------------------- */
typedef struct {
    hs_uv_write_req req;
    connection *c;
    uint8_t *bytes;
    size_t n;
} sending;

static void on_sent(hs_uv_write_req *req, int status) {
    sending *w = req->data;
    connection *c = w->c;
    c->waiting -= w->n;
    free(w->bytes);
    free(w);
    if (status || hs_uv_is_closing(c->s))
        return;
    read_or_not(c);
    if (c->service->drained && !c->is_ending)
        c->service->drained(c);
}

void connection_send(connection *c, uint8_t *bytes, size_t n) {
    sending *w = calloc(1, sizeof *w);
    uv_buf_t buf = {.base = (char *)bytes, .len = n};
    if (!w) {
        free(bytes);
        connection_abort(c, "out of memory");
        return;
    }
    *w = (sending){.c = c, .bytes = bytes, .n = n};
    w->req.data = w;
    c->waiting += n;
    read_or_not(c);
    int r = hs_uv_write(&w->req, c->s, &buf, 1, on_sent);
    if (r == 0)
        return;
    c->waiting -= n;
    free(bytes);
    free(w);
}

/* ---- what comes -------------------------------------------------------------------------- */
static void on_failed(connection *c, int status) {
    const hs__failure f = {
        .error = hs_uv_error(c->s), .uv_status = status, .was_connected = c->t_done > 0};
    bool is_quiet_end = c->is_ending && (!f.error || f.error->status == HS_E_TRUNCATED);
    c->has_failed = !is_quiet_end && status != UV_ECANCELED;
    if (c->has_failed)
        log_failed(c, &f);
    if (c->t_done == 0)
        status_add(c, &f);
    connection_abort(c, is_quiet_end             ? "done"
                        : status == UV_ECANCELED ? "the server ends"
                                                 : "failed");
}

static void on_data(hs_uv_stream *s, ssize_t n, const uv_buf_t *buf) {
    connection *c = hs_uv_data(s);
    if (n > 0) {
        if (!c->is_ending)
            c->service->data(c, (const uint8_t *)buf->base, (size_t)n);
    } else if (n == UV_EOF) {
        c->peer_ended = true;
        if (c->is_shut)
            connection_abort(c, "done");
        else if (!c->is_ending)
            c->service->end(c);
    } else if (n == UV_ETIMEDOUT || n == UV_EBUSY) {
        c->is_unwanted = n == UV_EBUSY;
        /* A peer that takes nothing would not take close_notify either. */
        if (c->is_ending)
            connection_abort(c, "done, the peer stays");
        else if (c->waiting > 0)
            connection_abort(c, "the peer takes nothing");
        else
            connection_end(c);
    } else {
        on_failed(c, (int)n);
    }
}

/* ---- beginning --------------------------------------------------------------------------- */
static void on_connected(hs_uv_stream *s, int status) {
    connection *c = hs_uv_data(s);
    if (status) {
        atomic_fetch_add(&c->app->failures, 1);
        on_failed(c, status);
        return;
    }
    c->t_done = hs__clock_mono_us(NULL);
    atomic_fetch_add(&c->app->handshakes, 1);
    hs__facts_take(&c->facts, hs_uv_conn(s), c->app->provider);
    atomic_fetch_add(&c->app->resumed, c->facts.resumed);
    log_connected(c);
    status_add(c, NULL);
    if (!c->service->open(c)) {
        connection_abort(c, "no service");
        return;
    }
    if (!hs_uv_is_closing(s))
        read_or_not(c);
}

/* The trace has them behind the hello that they are of, at the time of the event before: the
 * engine's clock began when it was made, not when the connection was accepted. */
static void tell_fingerprints(connection *c) {
    char text[3 * JA4_TEXT + JA3_HEX];
    snprintf(text, sizeof text, "fingerprints: JA4 %s, JA3 %s", c->prints.ja4, c->prints.ja3);
    const hs_trace ev = {
        .kind = HS_TR_NOTE, .is_server = true, .u.note = {.text = text, .rule = ""}};
    hs__seen_event(c->seen, &ev);
}

static void keep_hello(connection *c, hs_span bytes) {
    hs__rd_root root;
    hs__client_hello hello;
    c->hello = malloc(bytes.n);
    if (!c->hello)
        return;
    memcpy(c->hello, bytes.p, bytes.n);
    c->hello_n = bytes.n;
    if (hs__client_hello_read(bytes, NULL, &root, &hello) == HS_OK &&
        fingerprints_make(c->app->provider, &hello, &c->prints) == HS_OK)
        tell_fingerprints(c);
}

static void on_hello(hs_uv_stream *s, const hs_event *question) {
    connection *c = hs_uv_data(s);
    hs_config *config = identity_for_name(c->app, question->server_name);
    if (c->service->wants_hello)
        keep_hello(c, question->bytes);
    hs_status st = hs_answer_config(hs_uv_conn(s), config);
    hs_config_unref(config);
    if (st)
        connection_abort(c, "failed");
    else
        hs_uv_answered(s);
}

static void name_ends(connection *c) {
    uv_handle_t *transport = (uv_handle_t *)hs_uv_transport(c->s);
    struct sockaddr_storage a;
    int n = sizeof a;
    /* A peer that has gone already has no address any more. */
    snprintf(c->peer, sizeof c->peer, "%s", transport->type == UV_TCP ? "(gone)" : "unix");
    c->is_local = transport->type != UV_TCP;
    if (transport->type != UV_TCP)
        return;
    uv_tcp_nodelay((uv_tcp_t *)transport, 1);
    if (uv_tcp_getpeername((uv_tcp_t *)transport, (struct sockaddr *)&a, &n) == 0) {
        hs__sockaddr_text((struct sockaddr *)&a, c->peer, sizeof c->peer);
        c->is_local = hs__sockaddr_is_loopback((struct sockaddr *)&a);
    }
    n = sizeof a;
    if (uv_tcp_getsockname((uv_tcp_t *)transport, (struct sockaddr *)&a, &n) == 0)
        hs__sockaddr_text((struct sockaddr *)&a, c->local, sizeof c->local);
}

void connection_accept(hs_uv_worker *w, hs_uv_stream *s, uint64_t id, void *app) {
    (void)w;
    connection *c = calloc(1, sizeof *c);
    if (!c) {
        hs_uv_close(s, NULL);
        return;
    }
    hs_uv_set_data(s, c);
    c->app = app;
    c->s = s;
    c->id = id;
    c->service = c->app->service;
    c->why_closed = "done";
    c->t_begin = hs__clock_mono_us(NULL);
    c->config = identity_current(c->app);
    snprintf(c->name, sizeof c->name, "c%llu", (unsigned long long)id);
    name_ends(c);
    const hs__see_conn seen = {.conn_id = c->name,
                               .peer = c->peer,
                               .local = c->local,
                               .what = "accepted",
                               .is_server = true,
                               .keep_ctx = c};
    c->seen = hs__seen_new(c->app->see, &seen);
    hs_uv_set_timeouts(s, c->app->a.handshake_ms, c->app->a.idle_ms);
    hs_uv_on_ask(s, on_hello);
    const hs_server_options o = {.size = sizeof o, .trace_ctx = c->seen};
    if (hs_uv_start_server(s, c->config, &o, on_connected) != 0)
        connection_abort(c, "out of memory");
}

void connection_drain(hs_uv_stream *s, void *app) {
    connection *c = hs_uv_data(s);
    (void)app;
    if (c && c->t_done && !c->is_ending && c->service->drain)
        c->service->drain(c);
}
