#include "net/stream.h"

#include <stdlib.h>

/* ---- life -------------------------------------------------------------------------------- */
int hs_uv_stream_new(hs_uv_loop *loop, uv_handle_type transport, hs_uv_stream **out) {
    *out = NULL;
    if (transport != UV_TCP && transport != UV_NAMED_PIPE)
        return UV_EINVAL;
    hs_uv_stream *s = calloc(1, sizeof *s);
    if (!s)
        return UV_ENOMEM;
    int r = transport == UV_TCP ? uv_tcp_init(loop->uv, &s->transport.tcp)
                                : uv_pipe_init(loop->uv, &s->transport.pipe, 0);
    if (r == 0)
        r = uv_timer_init(loop->uv, &s->timer); /* cannot fail, says libuv */
    if (r) {
        free(s);
        return r;
    }
    s->transport.handle.data = s;
    s->timer.data = s;
    s->loop = loop;
    s->due = UINT64_MAX;
    *out = s;
    return 0;
}

uv_stream_t *hs_uv_transport(hs_uv_stream *s) {
    return &s->transport.stream;
}

hs_conn *hs_uv_conn(hs_uv_stream *s) {
    return s->conn;
}

void *hs_uv_data(const hs_uv_stream *s) {
    return s->data;
}

void hs_uv_set_data(hs_uv_stream *s, void *data) {
    s->data = data;
}

const hs_error *hs_uv_error(const hs_uv_stream *s) {
    return s->error;
}

int hs_uv_transport_error(const hs_uv_stream *s) {
    return s->transport_error;
}

/* ---- beginning --------------------------------------------------------------------------- */
static int start(hs_uv_stream *s, hs_status made, hs_uv_connected_cb cb) {
    if (made)
        return made == HS_E_NOMEM ? UV_ENOMEM : UV_EINVAL;
    s->phase = HS__UV_HANDSHAKE;
    s->on_connected = cb;
    s->started = s->last_active = uv_now(s->loop->uv);
    hs__uv_flush(s);
    hs__uv_sync_reading(s);
    hs__uv_rearm(s);
    return 0;
}

int hs_uv_start_client(hs_uv_stream *s, hs_config *config, const hs_client_options *o,
                       hs_uv_connected_cb cb) {
    if (s->phase != HS__UV_NEW)
        return UV_EINVAL;
    return start(s, hs_client_new(config, o, &s->conn), cb);
}

int hs_uv_start_server(hs_uv_stream *s, hs_config *config, const hs_server_options *o,
                       hs_uv_connected_cb cb) {
    if (s->phase != HS__UV_NEW)
        return UV_EINVAL;
    return start(s, hs_server_new(config, o, &s->conn), cb);
}

void hs__uv_fail(hs_uv_stream *s, int status) {
    if (s->phase >= HS__UV_FAILED)
        return;
    s->phase = HS__UV_FAILED;
    s->status = status;
    hs__uv_soon(s);
}

/* ---- time
 * ---------------------------------------------------------------------------------------- */
static uint64_t deadline(const hs_uv_stream *s) {
    if (s->phase == HS__UV_HANDSHAKE && s->handshake_ms)
        return s->started + s->handshake_ms;
    if (s->phase == HS__UV_OPEN && s->idle_ms)
        return s->last_active + s->idle_ms;
    return UINT64_MAX;
}

static void on_timer(uv_timer_t *timer) {
    hs_uv_stream *s = timer->data;
    s->due = UINT64_MAX;
    if (s->phase == HS__UV_CLOSING) {
        hs__uv_end_linger(s);
        return;
    }
    if (s->soon)
        hs__uv_pump(s);
    if (deadline(s) <= uv_now(s->loop->uv))
        hs__uv_expire(s, UV_ETIMEDOUT);
    hs__uv_rearm(s);
}

void hs__uv_expire(hs_uv_stream *s, int status) {
    if (s->phase == HS__UV_HANDSHAKE) {
        hs__uv_fail(s, status);
        hs__uv_pump(s);
    } else if (s->phase == HS__UV_OPEN) {
        static const uv_buf_t none;
        s->last_active = uv_now(s->loop->uv);
        if (s->on_read)
            s->on_read(s, status, &none);
    }
}

/* A timer that comes too early only sets itself again, so that bytes that pass need not move it. */
void hs__uv_rearm(hs_uv_stream *s) {
    if (s->phase == HS__UV_CLOSING)
        return;
    uint64_t now = uv_now(s->loop->uv);
    uint64_t due = s->soon ? now : deadline(s);
    if (due >= s->due)
        return;
    s->due = due;
    uv_timer_start(&s->timer, on_timer, due > now ? due - now : 0, 0);
}

void hs__uv_soon(hs_uv_stream *s) {
    s->soon = true;
    if (!s->pumps)
        hs__uv_rearm(s);
}

void hs_uv_set_timeouts(hs_uv_stream *s, uint64_t handshake, uint64_t idle) {
    s->handshake_ms = handshake;
    s->idle_ms = idle;
    hs__uv_rearm(s);
}

/* ---- ending
 * -------------------------------------------------------------------------------------- */
static void on_handle_closed(uv_handle_t *handle) {
    hs_uv_stream *s = handle->data;
    if (--s->open_handles > 0)
        return;
    hs__uv_cancel_writes(s, UV_ECANCELED);
    hs_conn_free(s->conn);
    s->conn = NULL;
    s->error = NULL;
    if (s->slab)
        hs__slab_give(s->loop, s->slab);
    if (s->on_close)
        s->on_close(s);
    if (s->on_gone)
        s->on_gone(s, s->owner);
    free(s);
}

void hs__uv_end_linger(hs_uv_stream *s) {
    if (s->open_handles)
        return;
    s->open_handles = 2;
    uv_close(&s->transport.handle, on_handle_closed);
    uv_close((uv_handle_t *)&s->timer, on_handle_closed);
}

static void on_linger_shut(uv_shutdown_t *req, int status) {
    (void)req;
    (void)status;
}

/* An alert of ours is on its way to a peer that may still be sending. Closing now, with its bytes
 * unread, would make the kernel answer with a reset that takes the alert back. */
static bool needs_linger(const hs_uv_stream *s) {
    return s->error && !s->error->from_peer && s->error->alert != HS_NO_ALERT && !s->has_eof &&
           !s->transport_error;
}

void hs_uv_close(hs_uv_stream *s, hs_uv_close_cb cb) {
    if (s->phase == HS__UV_CLOSING)
        return;
    bool lingers = needs_linger(s);
    s->phase = HS__UV_CLOSING;
    s->on_close = cb;
    if (lingers && !s->shut_asked)
        lingers = uv_shutdown(&s->shut_req, &s->transport.stream, on_linger_shut) == 0;
    if (!lingers) {
        hs__uv_end_linger(s);
        return;
    }
    hs__uv_sync_reading(s);
    uv_timer_start(&s->timer, on_timer, HS__LINGER_MS, 0);
}

bool hs_uv_is_closing(const hs_uv_stream *s) {
    return s->phase == HS__UV_CLOSING;
}
