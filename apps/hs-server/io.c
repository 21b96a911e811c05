/* --io: the one connection that is taken, on standard input and output. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apps/common/say.h"
#include "apps/hs-server/server.h"
#include "apps/tls/standard_io.h"

typedef struct {
    hs__input *in;   /* NULL: it has ended */
    bool is_waiting; /* for what was sent to be with the kernel */
    bool has_sent;
} io;

static void stop_reading(io *own) {
    hs__input_close(own->in);
    own->in = NULL;
}

static void on_input(void *ctx, const char *bytes, size_t n) {
    connection *c = ctx;
    io *own = c->data;
    uint8_t *copy = n > 0 ? malloc(n) : NULL;
    if (n > 0 && !copy) {
        connection_abort(c, "out of memory");
    } else if (n == 0) {
        /* With nothing to send at all (< /dev/null) it only listens: many peers end the whole
         * connection when they get close_notify. */
        stop_reading(own);
        if (c->peer_ended)
            connection_end(c);
        else if (own->has_sent)
            connection_half_close(c);
    } else {
        own->has_sent = true;
        memcpy(copy, bytes, n);
        own->is_waiting = true;
        connection_send(c, copy, n);
    }
}

static void on_drained(connection *c) {
    io *own = c->data;
    if (!own->in || !own->is_waiting || c->waiting > 0)
        return;
    own->is_waiting = false;
    hs__input_next(own->in);
}

static bool open_io(connection *c) {
    io *own = calloc(1, sizeof *own);
    c->data = own;
    uv_loop_t *loop = uv_handle_get_loop((uv_handle_t *)hs_uv_transport(c->s));
    int r = own ? hs__input_open(loop, on_input, c, &own->in) : UV_ENOMEM;
    if (r) {
        hs__say_error("standard input: %s", uv_strerror(r));
        return false;
    }
    hs__input_next(own->in);
    return true;
}

static void on_data(connection *c, const uint8_t *p, size_t n) {
    if (hs__output_write(p, n))
        return;
    hs__say_error("standard output: %s", strerror(errno));
    connection_abort(c, "standard output failed");
}

/* The peer has nothing more to say, and may be waiting for the rest of a file. */
static void on_end(connection *c) {
    io *own = c->data;
    if (!own->in || hs__input_is_terminal())
        connection_end(c);
}

static void on_close(connection *c) {
    io *own = c->data;
    if (own)
        stop_reading(own);
    free(own);
}

const service io_service = {.name = "io",
                            .open = open_io,
                            .data = on_data,
                            .end = on_end,
                            .drained = on_drained,
                            .drain = connection_end,
                            .close = on_close};
