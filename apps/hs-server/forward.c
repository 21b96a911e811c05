/* --forward: TLS in front of a backend that speaks without it. Each side's end is passed on
 * (half-close), and a side that is slow slows the other. */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/common/say.h"
#include "apps/hs-server/server.h"

enum { CHUNK = 64 * 1024, BACKEND_FULL = 256 * 1024 };

typedef struct {
    connection *c; /* NULL: the TLS side is gone */
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } backend;
    uv_loop_t *loop;
    uv_connect_t connecting;
    uv_shutdown_t shutting;
    const struct addrinfo *next; /* to be tried */
    bool is_connected;
    bool is_tried;      /* the unix socket */
    bool backend_ended; /* it said its last */
} forward;

static bool try_next(forward *f);

/* ---- ends -------------------------------------------------------------------------------- */
static void on_backend_closed(uv_handle_t *handle) {
    free(handle->data);
}

static void close_backend(forward *f) {
    if (!uv_is_closing(&f->backend.handle))
        uv_close(&f->backend.handle, on_backend_closed);
}

static void on_close(connection *c) {
    forward *f = c->data;
    if (!f)
        return;
    f->c = NULL;
    close_backend(f);
}

/* ---- backend to client ------------------------------------------------------------------- */
static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf) {
    (void)handle;
    (void)suggested;
    buf->base = malloc(CHUNK);
    buf->len = buf->base ? CHUNK : 0;
}

static void on_backend_data(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
    forward *f = stream->data;
    if (n <= 0 || !f->c)
        free(buf->base);
    if (n == 0 || !f->c)
        return;
    if (n > 0) {
        connection_send(f->c, (uint8_t *)buf->base, (size_t)n);
        if (f->c->waiting >= CONNECTION_FULL)
            uv_read_stop(stream);
        return;
    }
    f->backend_ended = true;
    uv_read_stop(stream);
    if (n == UV_EOF)
        connection_end(f->c);
    else
        connection_abort(f->c, "the backend failed");
}

static void on_drained(connection *c) {
    forward *f = c->data;
    if (f->is_connected && !f->backend_ended && c->waiting < CONNECTION_FULL / 4)
        uv_read_start(&f->backend.stream, on_alloc, on_backend_data);
}

/* ---- client to backend ------------------------------------------------------------------- */
typedef struct {
    uv_write_t req;
    forward *f;
    uint8_t bytes[];
} passing;

static void on_passed(uv_write_t *req, int status) {
    passing *w = req->data;
    forward *f = w->f;
    free(w);
    if (!f->c)
        return;
    if (status)
        connection_abort(f->c, "the backend failed");
    else if (uv_stream_get_write_queue_size(&f->backend.stream) < BACKEND_FULL / 4 && f->c->holds)
        connection_hold(f->c, false);
}

static void on_data(connection *c, const uint8_t *p, size_t n) {
    forward *f = c->data;
    passing *w = malloc(sizeof *w + n);
    if (!w) {
        connection_abort(c, "out of memory");
        return;
    }
    memcpy(w->bytes, p, n);
    w->f = f;
    w->req.data = w;
    uv_buf_t buf = {.base = (char *)w->bytes, .len = n};
    if (uv_write(&w->req, &f->backend.stream, &buf, 1, on_passed) != 0) {
        free(w);
        connection_abort(c, "the backend failed");
        return;
    }
    if (uv_stream_get_write_queue_size(&f->backend.stream) >= BACKEND_FULL)
        connection_hold(c, true);
}

static void on_shut(uv_shutdown_t *req, int status) {
    (void)req;
    (void)status;
}

static void on_end(connection *c) {
    forward *f = c->data;

    uv_shutdown(&f->shutting, &f->backend.stream, on_shut);
}

/* ---- connecting -------------------------------------------------------------------------- */
static void on_retry_closed(uv_handle_t *handle) {
    forward *f = handle->data;
    if (!f->c) {
        free(f);
        return;
    }
    if (!try_next(f)) {
        connection *c = f->c;
        c->data = NULL;
        free(f);
        connection_abort(c, "the backend cannot be reached");
    }
}

static void on_connect(uv_connect_t *req, int status) {
    forward *f = req->data;
    if (!f->c || status == UV_ECANCELED)
        return;
    if (status) {
        log_event(f->c->app, "backend",
                  json_pack("{s:s, s:s}", "conn", f->c->name, "error", uv_strerror(status)),
                  "%s backend %s: %s", f->c->name, f->c->app->a.forward, uv_strerror(status));
        uv_close(&f->backend.handle, on_retry_closed);
        return;
    }
    f->is_connected = true;
    uv_read_start(&f->backend.stream, on_alloc, on_backend_data);
    connection_hold(f->c, false);
}

/* false: nothing is left to try. */
static bool try_next(forward *f) {
    const server *app = f->c->app;
    f->connecting.data = f;
    if (*app->backend_address.path) {
        if (f->is_tried || uv_pipe_init(f->loop, &f->backend.pipe, 0) != 0)
            return false;
        f->is_tried = true;
        f->backend.handle.data = f;
        uv_pipe_connect(&f->connecting, &f->backend.pipe, app->backend_address.path, on_connect);
        return true;
    }
    const struct addrinfo *now = f->next;
    if (!now || uv_tcp_init(f->loop, &f->backend.tcp) != 0)
        return false;
    f->next = now->ai_next;
    f->backend.handle.data = f;
    int r = uv_tcp_connect(&f->connecting, &f->backend.tcp, now->ai_addr, on_connect);
    if (r)
        uv_close(&f->backend.handle, on_retry_closed);
    else
        uv_tcp_nodelay(&f->backend.tcp, 1);
    return true;
}

static bool open_forward(connection *c) {
    forward *f = calloc(1, sizeof *f);
    if (!f)
        return false;
    f->c = c;
    f->loop = uv_handle_get_loop((uv_handle_t *)hs_uv_transport(c->s));
    f->next = c->app->backend;
    c->holds = true; /* until the backend is there */
    if (try_next(f)) {
        c->data = f;
        return true;
    }
    free(f);
    return false;
}

const service forward_service = {.name = "forward",
                                 .open = open_forward,
                                 .data = on_data,
                                 .end = on_end,
                                 .drained = on_drained,
                                 .close = on_close};

hs__exit forward_open(server *app, hs__fault *fault) {
    char port[8];
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    const char *wrong = hs__address_connect(app->a.forward, 0, &app->backend_address);
    if (wrong)
        return hs__fault_set(fault, HS__EXIT_USAGE, "--forward=%s: %s", hs__safe(app->a.forward),
                             wrong);
    if (*app->backend_address.path)
        return HS__EXIT_OK;
    snprintf(port, sizeof port, "%u", app->backend_address.port);
    int r = getaddrinfo(app->backend_address.host, port, &hints, &app->backend);
    return r ? hs__fault_set(fault, HS__EXIT_CONNECT, "--forward: cannot resolve %s: %s",
                             hs__safe(app->backend_address.host), gai_strerror(r))
             : HS__EXIT_OK;
}

void forward_close(server *app) {
    if (app->backend)
        freeaddrinfo(app->backend);
}
