/* Bytes between the two sockets of a connection, as they come; with --break a record at a time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/common/say.h"
#include "apps/hs-mitm/mitm.h"
#include "apps/tls/sockaddr.h"

static void try_next(pair *p);

/* ---- the end ----------------------------------------------------------------------------- */
static void free_pair(pair *p) {
    mitm *app = p->app;
    summary_tell(p);
    watch_end(&p->watch);
    change_free(&p->change);
    if (p->next)
        p->next->before = p->before;
    if (p->before)
        p->before->next = p->next;
    else
        app->pairs = p->next;
    free(p);
    mitm_ended(app);
}

static void on_closed(uv_handle_t *handle) {
    pair *p = handle->data;
    if (--p->n_handles == 0)
        free_pair(p);
}

static void on_side_closed(uv_handle_t *handle) {
    pair *p = ((side *)handle->data)->p;
    if (--p->n_handles == 0)
        free_pair(p);
}

static void close_side(side *s, bool resets) {
    if (!s->is_there || s->is_closing)
        return;
    s->is_closing = true;
    /* Not to be had while a shutdown waits. */
    if (!resets || uv_tcp_close_reset(&s->tcp, on_side_closed) != 0)
        uv_close((uv_handle_t *)&s->tcp, on_side_closed);
}

static void end_with(pair *p, bool resets) {
    if (p->is_ending)
        return;
    p->is_ending = true;
    close_side(&p->client, resets);
    close_side(&p->server, resets);
    uv_close((uv_handle_t *)&p->idle, on_closed);
    uv_close((uv_handle_t *)&p->delay, on_closed);
}

void pair_end(pair *p) {
    end_with(p, false);
}

static void on_idle(uv_timer_t *timer) {
    pair *p = timer->data;
    watch_note(&p->watch, "nothing moves any more: the connection is given up", "");
    pair_end(p);
}

static void touch(pair *p) {
    if (!p->is_ending)
        uv_timer_start(&p->idle, on_idle, p->app->a.idle_ms, 0);
}

static void note_end(side *s, side_end how) {
    if (s->end != SIDE_OPEN)
        return;
    s->end = how;
    s->end_us = watch_us(&s->p->watch);
}

/* ---- writing ----------------------------------------------------------------------------- */
typedef struct {
    uv_write_t req;
    side *to;
    char bytes[];
} passing;

static void read_on(side *s);

static side *other(side *s) {
    return s == &s->p->client ? &s->p->server : &s->p->client;
}

static void on_written(uv_write_t *req, int status) {
    passing *w = req->data;
    side *to = w->to, *from = other(to);
    free(w);
    if (to->p->is_ending)
        return;
    if (status) {
        /* It has gone, and may have said why: that is read to its end. */
        to->is_deaf = true;
        read_on(to);
    }
    if (from->is_slowed && uv_stream_get_write_queue_size((uv_stream_t *)&to->tcp) < FULL / 4) {
        from->is_slowed = false;
        read_on(from);
    }
}

void pair_send(pair *p, bool outbound, hs_span bytes) {
    side *to = outbound ? &p->server : &p->client, *from = other(to);
    if (p->is_ending || p->is_cut || to->is_deaf || bytes.n == 0)
        return;
    passing *w = malloc(sizeof *w + bytes.n);
    if (!w) {
        pair_end(p);
        return;
    }
    memcpy(w->bytes, bytes.p, bytes.n);
    w->to = to;
    w->req.data = w;
    uv_buf_t buf = uv_buf_init(w->bytes, (unsigned)bytes.n);
    if (uv_write(&w->req, (uv_stream_t *)&to->tcp, &buf, 1, on_written) != 0) {
        free(w);
        to->is_deaf = true;
        return;
    }
    if (uv_stream_get_write_queue_size((uv_stream_t *)&to->tcp) >= FULL) {
        from->is_slowed = true;
        uv_read_stop((uv_stream_t *)&from->tcp);
    }
}

static void on_shut(uv_shutdown_t *req, int status) {
    (void)req;
    (void)status;
}

static void shut(side *s) {
    if (s->is_there && !s->is_closing && uv_is_writable((uv_stream_t *)&s->tcp))
        uv_shutdown(&s->shutting, (uv_stream_t *)&s->tcp, on_shut);
}

void pair_cut(pair *p) {
    p->is_cut = true;
    shut(&p->client);
    shut(&p->server);
}

/* ---- reading ----------------------------------------------------------------------------- */
static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf) {
    side *s = handle->data;
    (void)suggested;
    *buf = uv_buf_init(s->p->app->buffer, CHUNK);
}

static void pass_opaque(pair *p, bool outbound, hs_span bytes) {
    if (!p->watch.is_opaque)
        watch_note(&p->watch, "this is not TLS: it goes on unread", "");
    p->watch.is_opaque = true;
    p->watch.end[outbound].bytes += bytes.n;
    if (p->app->plan.row)
        change_opaque(p, outbound, bytes);
}

/* Without --break all has gone on already. */
static void take(side *s, bool outbound, hs_span in) {
    pair *p = s->p;
    bool was_opaque = s->in.is_opaque;
    hs_span record;
    while (!p->is_ending && !p->is_cut && split_next(&s->in, &in, &record)) {
        if (p->app->plan.row)
            change_record(p, outbound, record);
        else
            watch_record(&p->watch, outbound, record);
    }
    if (!s->in.is_opaque || p->is_ending)
        return;
    if (!was_opaque)
        pass_opaque(p, outbound, (hs_span){s->in.buffer, s->in.n});
    pass_opaque(p, outbound, in);
}

static void on_end(side *s, bool outbound) {
    pair *p = s->p;
    note_end(s, SIDE_CLOSED);
    change_resume(p, outbound);
    if (p->app->plan.row && !s->in.is_opaque) /* a record that was never finished */
        change_opaque(p, outbound, (hs_span){s->in.buffer, s->in.n});
    shut(other(s));
    if (other(s)->end != SIDE_OPEN)
        pair_end(p);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
    side *s = stream->data;
    pair *p = s->p;
    bool outbound = s == &p->client;
    if (n == 0 || p->is_ending)
        return;
    touch(p);
    if (n == UV_EOF) {
        on_end(s, outbound);
    } else if (n < 0) {
        note_end(s, SIDE_RESET);
        end_with(p, true);
    } else if (!p->is_cut) {
        const hs_span in = {(const uint8_t *)buf->base, (size_t)n};
        if (!p->app->plan.row)
            pair_send(p, outbound, in);
        take(s, outbound, in);
    }
}

static void read_on(side *s) {
    if (!s->is_slowed && !s->is_held && !s->p->is_ending && s->end == SIDE_OPEN)
        uv_read_start((uv_stream_t *)&s->tcp, on_alloc, on_read);
}

static void on_delay_over(uv_timer_t *timer) {
    pair *p = timer->data;
    side *sides[] = {&p->server, &p->client};
    for (size_t outbound = 0; outbound < 2; outbound++) {
        if (!sides[outbound]->is_held)
            continue;
        sides[outbound]->is_held = false;
        change_resume(p, outbound);
        read_on(sides[outbound]);
    }
}

void pair_hold(pair *p, bool outbound) {
    side *s = outbound ? &p->client : &p->server;
    s->is_held = true;
    uv_read_stop((uv_stream_t *)&s->tcp);
    uv_timer_start(&p->delay, on_delay_over, DELAY_MS, 0);
}

/* ---- the beginning ----------------------------------------------------------------------- */
static void on_try_closed(uv_handle_t *handle) {
    pair *p = ((side *)handle->data)->p;
    p->server.is_there = p->server.is_closing = false;
    p->n_handles--;
    if (!p->is_ending)
        try_next(p);
    else if (p->n_handles == 0)
        free_pair(p);
}

static void begin(pair *p) {
    const hs__see_conn seen = {.conn_id = p->name,
                               .peer = p->server_name,
                               .local = p->client_name,
                               .what = "connected",
                               .is_observer = true};
    watch_begin(&p->watch, p->app->see, &seen);
    uv_tcp_nodelay(&p->client.tcp, 1);
    uv_tcp_nodelay(&p->server.tcp, 1);
    read_on(&p->client);
    read_on(&p->server);
    touch(p);
}

static void on_connect(uv_connect_t *req, int status) {
    pair *p = req->data;
    if (p->is_ending)
        return;
    if (status == 0) {
        begin(p);
        return;
    }
    hs__say_warning("%s: %s: %s", p->name, p->server_name, uv_strerror(status));
    p->server.is_closing = true;
    uv_close((uv_handle_t *)&p->server.tcp, on_try_closed);
}

static bool open_side(pair *p, side *s) {
    if (uv_tcp_init(&p->app->loop, &s->tcp) != 0)
        return false;
    s->tcp.data = s;
    s->p = p;
    s->is_there = true;
    p->n_handles++;
    return true;
}

static void try_next(pair *p) {
    mitm *app = p->app;
    if (p->next_address == app->n_to || !open_side(p, &p->server)) {
        end_with(p, true);
        return;
    }
    const struct sockaddr *to = (const struct sockaddr *)&app->to[p->next_address++];
    hs__sockaddr_text(to, p->server_name, sizeof p->server_name);
    p->connecting.data = p;
    int r = uv_tcp_connect(&p->connecting, &p->server.tcp, to, on_connect);
    if (r)
        on_connect(&p->connecting, r);
}

static void name_client(pair *p) {
    struct sockaddr_storage a;
    int n = sizeof a;
    if (uv_tcp_getpeername(&p->client.tcp, (struct sockaddr *)&a, &n) == 0)
        hs__sockaddr_text((struct sockaddr *)&a, p->client_name, sizeof p->client_name);
}

void pair_accept(mitm *app) {
    pair *p = calloc(1, sizeof *p);
    if (!p)
        return; /* the connection waits in the kernel for a better time */
    p->app = app;
    p->number = (unsigned)++app->accepted;
    app->open++;
    snprintf(p->name, sizeof p->name, "c%u", p->number);
    p->next = app->pairs;
    if (p->next)
        p->next->before = p;
    app->pairs = p;
    uv_timer_init(&app->loop, &p->idle);
    uv_timer_init(&app->loop, &p->delay);
    p->idle.data = p->delay.data = p;
    p->n_handles = 2;
    if (!open_side(p, &p->client) ||
        uv_accept((uv_stream_t *)&app->listener, (uv_stream_t *)&p->client.tcp) != 0) {
        pair_end(p);
        return;
    }
    name_client(p);
    try_next(p);
}
