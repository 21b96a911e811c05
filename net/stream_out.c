#include <stdlib.h>
#include <string.h>

#include "net/stream.h"

/* ---- sealing ----------------------------------------------------------------------------- */
static size_t tx_waiting(const hs_uv_stream *s) {
    hs_span v[HS__TX_SPANS];
    size_t n = hs_tx_peek(s->conn, v, HS__TX_SPANS);
    size_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += v[i].n;
    return total;
}

/* Seals one request; false: the output is full, or the connection has failed. */
static bool seal_one(hs_uv_stream *s, hs_uv_write_req *req) {
    while (req->at < req->n_bufs) {
        const uv_buf_t *buf = &req->bufs[req->at];
        size_t taken = 0;
        if (req->off < buf->len) {
            hs_status st = hs_write(s->conn, buf->base + req->off, buf->len - req->off, &taken);
            if (st) {
                hs__uv_fail(s, st == HS_E_NOMEM ? UV_ENOMEM : UV_EPROTO);
                return false;
            }
        }
        s->queued -= taken;
        req->off += taken;
        if (req->off < buf->len)
            return false;
        req->at++;
        req->off = 0;
    }
    req->end = s->sent + tx_waiting(s);
    return true;
}

static void seal(hs_uv_stream *s) {
    if (s->phase != HS__UV_OPEN)
        return;
    while (s->unsealed && seal_one(s, s->unsealed))
        s->unsealed = s->unsealed->next;
    if (!s->unsealed && s->shutdown && !s->close_sent) {
        hs_close(s->conn);
        s->close_sent = true;
    }
}

/* ---- sending ----------------------------------------------------------------------------- */
static void took(hs_uv_stream *s, size_t n) {
    hs_tx_consume(s->conn, n);
    s->sent += n;
    s->last_active = uv_now(s->loop->uv);
}

static void on_sent(uv_write_t *req, int status) {
    hs_uv_stream *s = req->data;
    s->writes_transport = false;
    if (s->phase == HS__UV_CLOSING)
        return;
    if (status == 0)
        took(s, s->in_flight);
    else
        s->transport_error = status;
    hs__uv_pump(s);
}

/* One system call's worth; returns what uv_try_write did. What the kernel does not take now is
 * handed to uv_write: the chunks do not move until they are consumed. */
static int send_some(hs_uv_stream *s) {
    hs_span v[HS__TX_SPANS];
    uv_buf_t bufs[HS__TX_SPANS];
    size_t n = hs_tx_peek(s->conn, v, HS__TX_SPANS);
    if (n == 0)
        return 0;
    size_t total = 0;
    for (size_t i = 0; i < n; i++) {
        bufs[i] = (uv_buf_t){.base = (char *)v[i].p, .len = v[i].n};
        total += v[i].n;
    }
    int r = uv_try_write(&s->transport.stream, bufs, (unsigned)n);
    if (r != UV_EAGAIN)
        return r;
    s->write_req.data = s;
    r = uv_write(&s->write_req, &s->transport.stream, bufs, (unsigned)n, on_sent);
    s->writes_transport = r == 0;
    s->in_flight = total;
    return r;
}

static void tell_shutdown(hs_uv_stream *s, int status) {
    hs_uv_shutdown_req *req = s->shutdown;
    if (!req || s->shut_told)
        return;
    s->shut_told = true;
    if (req->cb)
        req->cb(req, status);
}

static void on_shut(uv_shutdown_t *req, int status) {
    hs_uv_stream *s = req->data;
    if (s->phase != HS__UV_CLOSING)
        tell_shutdown(s, status);
}

/* close_notify is with the kernel: end the transport's sending side. */
static void shut_if_done(hs_uv_stream *s) {
    hs_span v;
    if (!s->close_sent || s->shut_asked || s->writes_transport || hs_tx_peek(s->conn, &v, 1) > 0)
        return;
    s->shut_asked = true;
    s->shut_req.data = s;
    int r = uv_shutdown(&s->shut_req, &s->transport.stream, on_shut);
    if (r)
        s->transport_error = r;
}

bool hs__uv_flush(hs_uv_stream *s) {
    bool has_moved = false;
    while (!s->transport_error) {
        seal(s);
        if (s->writes_transport)
            break;
        int r = send_some(s);
        if (r < 0)
            s->transport_error = r;
        if (r <= 0)
            break;
        took(s, (size_t)r);
        has_moved = true;
    }
    if (!s->transport_error)
        shut_if_done(s);
    return has_moved;
}

/* ---- calling back ------------------------------------------------------------------------ */
static bool is_done(const hs_uv_stream *s, const hs_uv_write_req *req) {
    return req && req != s->unsealed && req->end <= s->sent;
}

static void pop(hs_uv_stream *s, int status) {
    hs_uv_write_req *req = s->writes;
    s->writes = req->next;
    if (!s->writes)
        s->last_write = NULL;
    if (s->unsealed == req)
        s->unsealed = req->next;
    if (req->bufs != req->few)
        free(req->bufs);
    if (req->cb)
        req->cb(req, status);
}

void hs__uv_finish_writes(hs_uv_stream *s) {
    while (is_done(s, s->writes))
        pop(s, 0);
}

bool hs__uv_has_news(const hs_uv_stream *s) {
    return is_done(s, s->writes) ||
           (s->transport_error && (s->writes || (s->shutdown && !s->shut_told)));
}

void hs__uv_cancel_writes(hs_uv_stream *s, int status) {
    while (s->writes)
        pop(s, status);
    s->queued = 0;
    tell_shutdown(s, status);
}

/* ---- the program's side ------------------------------------------------------------------ */
static size_t bytes_of(const uv_buf_t *bufs, unsigned n) {
    size_t total = 0;
    for (unsigned i = 0; i < n; i++)
        total += bufs[i].len;
    return total;
}

/* Sends now what can be sent, and leaves the telling to the loop. */
static void send_soon(hs_uv_stream *s) {
    if (s->pumps) {
        s->soon = true;
        return;
    }
    hs__uv_flush(s);
    if (s->phase == HS__UV_FAILED || hs__uv_has_news(s) || s->slab)
        hs__uv_soon(s);
}

int hs_uv_write(hs_uv_write_req *req, hs_uv_stream *s, const uv_buf_t *bufs, unsigned n_bufs,
                hs_uv_write_cb cb) {
    if (s->phase == HS__UV_NEW)
        return UV_EINVAL;
    if (s->phase >= HS__UV_FAILED || s->shutdown || s->transport_error)
        return UV_EPIPE;
    size_t few = sizeof req->few / sizeof req->few[0];
    req->bufs = n_bufs <= few ? req->few : calloc(n_bufs, sizeof *req->bufs);
    if (!req->bufs)
        return UV_ENOMEM;
    for (unsigned i = 0; i < n_bufs; i++)
        req->bufs[i] = bufs[i];
    req->stream = s;
    req->cb = cb;
    req->next = NULL;
    req->n_bufs = n_bufs;
    req->at = 0;
    req->off = 0;
    req->end = 0;
    s->queued += bytes_of(bufs, n_bufs);
    if (s->last_write)
        s->last_write->next = req;
    else
        s->writes = req;
    s->last_write = req;
    if (!s->unsealed)
        s->unsealed = req;
    send_soon(s);
    return 0;
}

size_t hs_uv_write_queue_size(const hs_uv_stream *s) {
    return s->queued;
}

int hs_uv_shutdown(hs_uv_shutdown_req *req, hs_uv_stream *s, hs_uv_shutdown_cb cb) {
    if (s->shutdown)
        return UV_EALREADY;
    if (s->phase != HS__UV_OPEN)
        return UV_ENOTCONN;
    req->stream = s;
    req->cb = cb;
    s->shutdown = req;
    send_soon(s);
    return 0;
}

int hs_uv_key_update(hs_uv_stream *s, bool ask_peer) {
    if (s->phase != HS__UV_OPEN || s->shutdown)
        return UV_ENOTCONN;
    hs_status st = hs_key_update(s->conn, ask_peer);
    if (st)
        return st == HS_E_NOT_YET ? UV_EAGAIN : st == HS_E_NOMEM ? UV_ENOMEM : UV_EPROTO;
    send_soon(s);
    return 0;
}
