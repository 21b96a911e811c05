/* --io: standard input to the peer, the peer to standard output. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apps/hs-client/client.h"
#include "apps/tls/standard_io.h"

enum { CHUNK = 64 * 1024 };

/* One buffer: nothing is read from the input before what was read is with the kernel. */
typedef struct {
    client *c;
    hs__input *in; /* NULL: it has ended */
    hs_uv_write_req write;
    char chunk[CHUNK];
} pump;

static void on_data(client *c, const uint8_t *p, size_t n) {
    if (!hs__output_write(p, n))
        client_fail(c, HS__EXIT_INTERNAL, "standard output: %s", strerror(errno));
}

static void stop_reading(pump *p) {
    hs__input_close(p->in);
    p->in = NULL;
}

static void on_written(hs_uv_write_req *req, int status) {
    pump *p = req->data;
    if (status == 0 && !p->c->is_over && p->in)
        hs__input_next(p->in);
}

static void on_input(void *ctx, const char *bytes, size_t n) {
    pump *p = ctx;
    if (n == 0) {
        /* Half-close: the peer may go on. */
        stop_reading(p);
        client_half_close(p->c);
        return;
    }
    memcpy(p->chunk, bytes, n);
    uv_buf_t buf = uv_buf_init(p->chunk, (unsigned)n);
    p->write.data = p;
    /* A stream that has failed tells so in its read callback. */
    if (hs_uv_write(&p->write, p->c->s, &buf, 1, on_written) != 0)
        stop_reading(p);
}

static void begin(client *c) {
    pump *p = calloc(1, sizeof *p);
    c->mode_data = p;
    if (!p) {
        client_fail(c, HS__EXIT_INTERNAL, "out of memory");
        return;
    }
    p->c = c;
    int r = hs__input_open(&c->loop, on_input, p, &p->in);
    if (r)
        client_fail(c, HS__EXIT_INTERNAL, "standard input: %s", uv_strerror(r));
    else
        hs__input_next(p->in);
}

/* Before the loop ends: lets go of the input. */
static void stop(client *c) {
    if (c->mode_data)
        stop_reading(c->mode_data);
}

static void free_data(client *c) {
    free(c->mode_data);
    c->mode_data = NULL;
}

const client_mode client_io_mode = {
    .begin = begin, .data = on_data, .end = client_end, .stop = stop, .free = free_data};
