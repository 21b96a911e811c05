/* --io: standard input to the peer, the peer to standard output. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/common/say.h"
#include "apps/hs-client/client.h"

enum { CHUNK = 64 * 1024 };

/* One buffer: nothing is read from the input before what was read is with the kernel. */
typedef struct {
    client *c;
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tty_t tty;
        uv_pipe_t pipe;
        uv_tcp_t tcp;
    } in;
    bool has_handle;
    uv_fs_t fs_req; /* for files, which a loop cannot wait for */
    int flags;      /* of standard input, put back at the end */
    hs_uv_write_req write;
    char chunk[CHUNK];
} pump;

static void read_more(pump *p);

/* ---- out --------------------------------------------------------------------------------- */
/* Waits where standard output is slow: then the peer waits, too. */
static bool write_all(const uint8_t *p, size_t n) {
    while (n > 0) {
        ssize_t r = write(STDOUT_FILENO, p, n);
        if (r < 0 && errno == EAGAIN) {
            struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
            poll(&out, 1, -1);
        } else if (r < 0 && errno != EINTR) {
            return false;
        }
        p += r > 0 ? r : 0;
        n -= r > 0 ? (size_t)r : 0;
    }
    return true;
}

static void on_data(client *c, const uint8_t *p, size_t n) {
    if (!write_all(p, n))
        client_fail(c, HS__EXIT_INTERNAL, "standard output: %s", strerror(errno));
}

/* ---- in ---------------------------------------------------------------------------------- */
static void stop_reading(pump *p) {
    if (p->has_handle && !uv_is_closing(&p->in.handle))
        uv_close(&p->in.handle, NULL);
}

/* The input has ended: half-close, and the peer may go on. */
static void end_input(pump *p) {
    stop_reading(p);
    client_half_close(p->c);
}

static void on_written(hs_uv_write_req *req, int status) {
    pump *p = req->data;
    if (status == 0 && !p->c->is_over)
        read_more(p);
}

static void send_chunk(pump *p, ssize_t n) {
    if (p->c->is_over)
        return;
    if (n <= 0) {
        end_input(p);
        return;
    }
    uv_buf_t buf = uv_buf_init(p->chunk, (unsigned)n);
    p->write.data = p;
    /* A stream that has failed tells so in its read callback. */
    if (hs_uv_write(&p->write, p->c->s, &buf, 1, on_written) != 0)
        stop_reading(p);
}

static void on_file_read(uv_fs_t *req) {
    pump *p = req->data;
    ssize_t n = req->result;
    uv_fs_req_cleanup(req);
    send_chunk(p, n);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf) {
    pump *p = handle->data;
    (void)suggested;
    *buf = uv_buf_init(p->chunk, CHUNK);
}

static void on_stream_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
    pump *p = stream->data;
    (void)buf;
    if (n == 0)
        return;
    uv_read_stop(stream);
    send_chunk(p, n);
}

static void read_more(pump *p) {
    if (p->has_handle) {
        if (!uv_is_closing(&p->in.handle))
            uv_read_start(&p->in.stream, on_alloc, on_stream_read);
        return;
    }
    uv_buf_t buf = uv_buf_init(p->chunk, CHUNK);
    p->fs_req.data = p;
    uv_fs_read(&p->c->loop, &p->fs_req, STDIN_FILENO, &buf, 1, -1, on_file_read);
}

static int open_input(pump *p) {
    uv_loop_t *loop = &p->c->loop;
    int r;
    p->flags = fcntl(STDIN_FILENO, F_GETFL);
    switch (uv_guess_handle(STDIN_FILENO)) {
    case UV_TTY:
        r = uv_tty_init(loop, &p->in.tty, STDIN_FILENO, 1);
        break;
    case UV_NAMED_PIPE:
        uv_pipe_init(loop, &p->in.pipe, 0);
        r = uv_pipe_open(&p->in.pipe, STDIN_FILENO);
        break;
    case UV_TCP:
        uv_tcp_init(loop, &p->in.tcp);
        r = uv_tcp_open(&p->in.tcp, STDIN_FILENO);
        break;
    default:
        return 0;
    }
    p->has_handle = true;
    p->in.handle.data = p;
    return r;
}

/* ---- the mode ---------------------------------------------------------------------------- */
static void begin(client *c) {
    pump *p = calloc(1, sizeof *p);
    c->mode_data = p;
    if (!p) {
        client_fail(c, HS__EXIT_INTERNAL, "out of memory");
        return;
    }
    p->c = c;
    int r = open_input(p);
    if (r)
        client_fail(c, HS__EXIT_INTERNAL, "standard input: %s", uv_strerror(r));
    else
        read_more(p);
}

/* Before the loop ends: lets go of the input. */
static void stop(client *c) {
    if (c->mode_data)
        stop_reading(c->mode_data);
}

static void free_data(client *c) {
    pump *p = c->mode_data;
    if (!p)
        return;
    if (p->flags >= 0)
        fcntl(STDIN_FILENO, F_SETFL, p->flags);
    free(p);
    c->mode_data = NULL;
}

const client_mode client_io_mode = {
    .begin = begin, .data = on_data, .end = client_end, .stop = stop, .free = free_data};
