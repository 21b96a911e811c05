#include "apps/tls/standard_io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024 };

struct hs__input {
    uv_loop_t *loop;
    hs__input_cb cb; /* NULL: closed */
    void *ctx;
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tty_t tty;
        uv_pipe_t pipe;
        uv_tcp_t tcp;
    } in;
    bool has_handle;
    bool is_reading; /* a file, which a loop cannot wait for: libuv's thread has the chunk */
    uv_fs_t fs_req;
    int flags; /* of the descriptor, put back at the end */
    char chunk[CHUNK];
};

/* ---- input ------------------------------------------------------------------------------- */
static void on_file_read(uv_fs_t *req) {
    hs__input *input = req->data;
    ssize_t n = req->result;
    uv_fs_req_cleanup(req);
    input->is_reading = false;
    if (input->cb)
        input->cb(input->ctx, input->chunk, n > 0 ? (size_t)n : 0);
    else
        free(input);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf) {
    hs__input *input = handle->data;
    (void)suggested;
    *buf = uv_buf_init(input->chunk, CHUNK);
}

static void on_stream_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
    hs__input *input = stream->data;
    if (n == 0)
        return;
    uv_read_stop(stream);
    input->cb(input->ctx, buf->base, n > 0 ? (size_t)n : 0);
}

void hs__input_next(hs__input *input) {
    if (input->has_handle) {
        uv_read_start(&input->in.stream, on_alloc, on_stream_read);
        return;
    }
    uv_buf_t buf = uv_buf_init(input->chunk, CHUNK);
    input->fs_req.data = input;
    input->is_reading = true;
    uv_fs_read(input->loop, &input->fs_req, STDIN_FILENO, &buf, 1, -1, on_file_read);
}

static int open_handle(hs__input *input) {
    int r;
    switch (uv_guess_handle(STDIN_FILENO)) {
    case UV_TTY:
        r = uv_tty_init(input->loop, &input->in.tty, STDIN_FILENO, 1);
        break;
    case UV_NAMED_PIPE:
        uv_pipe_init(input->loop, &input->in.pipe, 0);
        r = uv_pipe_open(&input->in.pipe, STDIN_FILENO);
        break;
    case UV_TCP:
        uv_tcp_init(input->loop, &input->in.tcp);
        r = uv_tcp_open(&input->in.tcp, STDIN_FILENO);
        break;
    default:
        return 0;
    }
    input->has_handle = true;
    input->in.handle.data = input;
    return r;
}

int hs__input_open(uv_loop_t *loop, hs__input_cb cb, void *ctx, hs__input **out) {
    hs__input *input = calloc(1, sizeof *input);
    *out = NULL;
    if (!input)
        return UV_ENOMEM;
    input->loop = loop;
    input->cb = cb;
    input->ctx = ctx;
    input->flags = fcntl(STDIN_FILENO, F_GETFL);
    int r = open_handle(input);
    if (r)
        hs__input_close(input);
    else
        *out = input;
    return r;
}

bool hs__input_is_terminal(void) {
    return uv_guess_handle(STDIN_FILENO) == UV_TTY;
}

static void on_closed(uv_handle_t *handle) {
    free(handle->data);
}

void hs__input_close(hs__input *input) {
    if (!input)
        return;
    input->cb = NULL;
    if (input->flags >= 0)
        fcntl(STDIN_FILENO, F_SETFL, input->flags);
    if (input->has_handle)
        uv_close(&input->in.handle, on_closed);
    else if (!input->is_reading)
        free(input);
}

/* ---- output ------------------------------------------------------------------------------ */
bool hs__output_write(const void *p, size_t n) {
    const char *at = p;
    while (n > 0) {
        ssize_t r = write(STDOUT_FILENO, at, n);
        if (r < 0 && errno == EAGAIN) {
            struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
            poll(&out, 1, -1);
        } else if (r < 0 && errno != EINTR) {
            return false;
        }
        at += r > 0 ? r : 0;
        n -= r > 0 ? (size_t)r : 0;
    }
    return true;
}
