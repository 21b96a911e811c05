#include "net/stream.h"

/* A stream that always has more to do lets the others of its loop have their turn after this. */
enum { ROUNDS = 16 };

static const uv_buf_t NO_BUF;

/* ---- up to the program ------------------------------------------------------------------- */
static void deliver_by_copy(hs_uv_stream *s) {
    uv_buf_t buf = {0};
    s->on_alloc(s, s->rest.n, &buf);
    if (!buf.base || buf.len == 0) {
        s->wants_data = false;
        s->on_read(s, UV_ENOBUFS, &buf);
        return;
    }
    size_t n = buf.len < s->rest.n ? buf.len : s->rest.n;
    for (size_t i = 0; i < n; i++)
        buf.base[i] = (char)s->rest.p[i];
    s->rest.p += n;
    s->rest.n -= n;
    s->on_read(s, (ssize_t)n, &buf);
}

static void deliver(hs_uv_stream *s) {
    while (s->rest.n > 0 && s->wants_data && s->phase == HS__UV_OPEN) {
        if (s->on_alloc) {
            deliver_by_copy(s);
            continue;
        }
        uv_buf_t buf = {.base = (char *)s->rest.p, .len = s->rest.n};
        s->rest = (hs_span){0};
        s->on_read(s, (ssize_t)buf.len, &buf);
    }
}

static void on_event(hs_uv_stream *s, const hs_event *ev) {
    hs_uv_connected_cb connected = s->on_connected;
    switch (ev->kind) {
    case HS_EV_NONE:
        return;
    case HS_EV_ASK_CONFIG:
    case HS_EV_ASK_VERIFY:
    case HS_EV_ASK_SIGN:
        s->asks = true;
        if (s->on_ask)
            s->on_ask(s, ev);
        else
            hs__uv_fail(s, UV_EINVAL);
        return;
    case HS_EV_CONNECTED:
        s->phase = HS__UV_OPEN;
        s->last_active = uv_now(s->loop->uv);
        s->on_connected = NULL;
        if (connected)
            connected(s, 0);
        return;
    case HS_EV_SESSION:
        if (s->on_session)
            s->on_session(s, ev->session);
        return;
    case HS_EV_DATA:
        s->rest = ev->bytes;
        deliver(s);
        return;
    case HS_EV_PEER_CLOSED:
        s->peer_closed = true;
        if (s->on_read)
            s->on_read(s, UV_EOF, &NO_BUF);
        return;
    case HS_EV_FAILED:
        s->error = ev->error;
        hs__uv_fail(s, ev->error->status == HS_E_TRUNCATED ? UV_ECONNABORTED : UV_EPROTO);
        return;
    }
}

/* ---- out of the engine ------------------------------------------------------------------- */
static bool may_take(const hs_uv_stream *s) {
    if (s->asks || s->rest.n > 0)
        return false;
    return s->phase == HS__UV_HANDSHAKE || (s->phase == HS__UV_OPEN && s->wants_data);
}

/* The engine has said all it can of what it was given. True if ending the loan, or the end of the
 * transport, may have given it more to say. */
static bool end_of_loan(hs_uv_stream *s) {
    if (s->slab && hs_rx_done(s->conn) == HS_OK) {
        hs__slab_give(s->loop, s->slab);
        s->slab = NULL;
        return true;
    }
    if (s->slab || !s->has_eof || s->told_eof)
        return false;
    s->told_eof = true;
    hs_rx_eof(s->conn);
    return true;
}

static void take_events(hs_uv_stream *s) {
    deliver(s);
    while (may_take(s)) {
        hs_event ev;
        if (hs_next(s->conn, &ev) != HS_EV_NONE)
            on_event(s, &ev);
        else if (!end_of_loan(s))
            return;
    }
}

static void tell_failure(hs_uv_stream *s) {
    hs_uv_connected_cb connected = s->on_connected;
    s->failure_told = true;
    s->on_connected = NULL;
    hs__uv_cancel_writes(s, s->status);
    if (s->phase != HS__UV_FAILED)
        return;
    if (connected)
        connected(s, s->status);
    else if (s->on_read)
        s->on_read(s, s->status, &NO_BUF);
}

/* One round: events up, bytes down, callbacks of writes. True if there may be more to do. */
static bool turn(hs_uv_stream *s) {
    s->soon = false;
    take_events(s);
    if (s->phase == HS__UV_CLOSING)
        return false;
    bool was_full = s->phase != HS__UV_FAILED && hs_wants_write(s->conn);
    hs__uv_flush(s);
    hs__uv_finish_writes(s);
    if (s->phase == HS__UV_CLOSING)
        return false;
    if (s->transport_error)
        hs__uv_cancel_writes(s, s->transport_error);
    if (s->phase == HS__UV_FAILED && !s->failure_told)
        tell_failure(s);
    return s->phase != HS__UV_CLOSING && (s->soon || (was_full && !hs_wants_write(s->conn)));
}

void hs__uv_pump(hs_uv_stream *s) {
    if (s->pumps || s->phase == HS__UV_NEW || s->phase == HS__UV_CLOSING)
        return;
    s->pumps = true;
    bool has_more = true;
    for (int i = 0; i < ROUNDS && has_more; i++)
        has_more = turn(s);
    s->pumps = false;
    if (s->phase == HS__UV_CLOSING)
        return;
    s->soon = has_more;
    hs__uv_sync_reading(s);
    hs__uv_rearm(s);
}

/* ---- bytes from below -------------------------------------------------------------------- */
static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf) {
    hs_uv_stream *s = handle->data;
    (void)suggested;
    buf->base = (char *)hs__slab_take(s->loop);
    buf->len = buf->base ? HS__SLAB : 0;
}

/* While an alert travels, what comes is thrown away. */
static void linger_read(hs_uv_stream *s, ssize_t n) {
    if (n > 0)
        s->lingered += (size_t)n;
    if (n < 0 || s->lingered > HS__LINGER_BYTES)
        hs__uv_end_linger(s);
}

static void on_bytes(uv_stream_t *transport, ssize_t n, const uv_buf_t *buf) {
    hs_uv_stream *s = transport->data;
    uint8_t *slab = (uint8_t *)buf->base;
    bool is_lent = false;
    if (n > 0 && s->phase != HS__UV_CLOSING) {
        s->last_active = uv_now(s->loop->uv);
        is_lent = hs_rx(s->conn, slab, (size_t)n) == HS_OK;
        if (is_lent)
            s->slab = slab;
        else
            hs__uv_fail(s, UV_ENOMEM);
    }
    if (slab && !is_lent)
        hs__slab_give(s->loop, slab);
    if (s->phase == HS__UV_CLOSING) {
        linger_read(s, n);
        return;
    }
    if (n == UV_EOF) {
        s->has_eof = true;
    } else if (n < 0) {
        s->transport_error = n == UV_ENOBUFS ? UV_ENOMEM : (int)n;
        hs__uv_fail(s, s->transport_error);
    }
    if (n != 0)
        hs__uv_pump(s);
}

void hs__uv_sync_reading(hs_uv_stream *s) {
    bool wants = s->phase == HS__UV_HANDSHAKE || (s->phase == HS__UV_OPEN && s->wants_data);
    wants = wants && !s->slab && s->rest.n == 0 && !s->asks && !s->has_eof && !s->peer_closed &&
            !hs_wants_write(s->conn);
    wants = wants || (s->phase == HS__UV_CLOSING && !s->open_handles);
    if (wants == s->reads_transport)
        return;
    s->reads_transport = wants;
    if (!wants) {
        uv_read_stop(&s->transport.stream);
        return;
    }
    int r = uv_read_start(&s->transport.stream, on_alloc, on_bytes);
    if (r && s->phase != HS__UV_CLOSING) {
        s->transport_error = r;
        hs__uv_fail(s, r);
    }
}

/* ---- the program's side
 * --------------------------------------------------------------------------- */
static void read_start(hs_uv_stream *s, hs_uv_alloc_cb alloc, hs_uv_read_cb cb) {
    s->on_alloc = alloc;
    s->on_read = cb;
    s->wants_data = true;
    if (s->slab || s->rest.n > 0 || s->has_eof)
        hs__uv_soon(s);
    else if (!s->pumps && s->phase == HS__UV_OPEN)
        hs__uv_sync_reading(s);
}

void hs_uv_read_start(hs_uv_stream *s, hs_uv_read_cb cb) {
    read_start(s, NULL, cb);
}

void hs_uv_read_start_alloc(hs_uv_stream *s, hs_uv_alloc_cb alloc, hs_uv_read_cb cb) {
    read_start(s, alloc, cb);
}

void hs_uv_read_stop(hs_uv_stream *s) {
    s->wants_data = false;
    if (!s->pumps && s->phase == HS__UV_OPEN)
        hs__uv_sync_reading(s);
}

void hs_uv_on_session(hs_uv_stream *s, hs_uv_session_cb cb) {
    s->on_session = cb;
}

void hs_uv_on_ask(hs_uv_stream *s, hs_uv_ask_cb cb) {
    s->on_ask = cb;
}

void hs_uv_answered(hs_uv_stream *s) {
    s->asks = false;
    hs__uv_soon(s);
}
