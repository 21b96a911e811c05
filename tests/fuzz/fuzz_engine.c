/* A whole connection, FUZZ_IS_SERVER or not, fed with any bytes over the provider without
 * security. Byte 0 chooses the configuration, byte 1 the size of the pieces; the rest is the peer.
 * Whatever comes: every call comes back, events keep their order, data comes from a connected
 * end only, and nothing follows a failure. */
#include <string.h>

#include "engine_world.h"
#include "fuzz.h"

typedef struct {
    hs_conn *c;
    bool connected, closed, failed;
} end;

static void drain(hs_conn *c) {
    hs_span v[4];
    for (size_t n = hs_tx_peek(c, v, 4); n > 0; n = hs_tx_peek(c, v, 4)) {
        size_t total = 0;
        for (size_t i = 0; i < n; i++) {
            MUST(v[i].n > 0);
            total += v[i].n;
        }
        hs_tx_consume(c, total);
    }
}

static void on_connected(end *e) {
    static const uint8_t text[20000];
    uint8_t value[32];
    size_t taken;
    MUST(!e->connected && !e->failed);
    e->connected = true;
    MUST(hs_write(e->c, text, sizeof(text), &taken) == HS_OK && taken == sizeof(text));
    MUST(hs_key_update(e->c, true) == HS_OK);
    MUST(hs_export(e->c, "EXPORTER-fuzz", (hs_span){NULL, 0}, value, sizeof(value)) == HS_OK);
}

static void on_failed(end *e, const hs_error *error) {
    size_t taken;
    MUST(!e->failed && error != NULL && error->status != HS_OK);
    MUST(error->text[0] != '\0' && error->where != NULL && error->rule != NULL);
    MUST(hs_write(e->c, "x", 1, &taken) == HS_E_CLOSED);
    e->failed = true;
}

static void on_data(const end *e, hs_span bytes) {
    MUST(e->connected && !e->closed && !e->failed && bytes.n > 0);
    unsigned sum = 0;
    for (size_t i = 0; i < bytes.n; i++) {
        sum += bytes.p[i];
    }
    MUST(sum <= 255 * bytes.n);
}

static void on_event(end *e, const hs_event *ev) {
    static const uint8_t signature[64] = {0x47};
    switch (ev->kind) {
    case HS_EV_ASK_CONFIG:
        MUST(ev->bytes.n > 0 && hs_answer_config(e->c, NULL) == HS_OK);
        break;
    case HS_EV_ASK_VERIFY:
        MUST(ev->n_chain > 0 && hs_answer_verify(e->c, HS_OK, NULL) == HS_OK);
        break;
    case HS_EV_ASK_SIGN:
        MUST(hs_answer_sign(e->c, signature, sizeof(signature)) == HS_OK);
        break;
    case HS_EV_CONNECTED:
        on_connected(e);
        break;
    case HS_EV_SESSION:
        MUST(e->connected && ev->session != NULL);
        break;
    case HS_EV_DATA:
        on_data(e, ev->bytes);
        break;
    case HS_EV_PEER_CLOSED:
        MUST(e->connected && !e->closed && !e->failed);
        e->closed = true;
        MUST(hs_close(e->c) == HS_OK);
        break;
    case HS_EV_FAILED:
        on_failed(e, ev->error);
        break;
    case HS_EV_NONE:
        break;
    }
}

static void pump(end *e) {
    hs_event ev;
    bool was_full;
    do {
        while (hs_next(e->c, &ev) != HS_EV_NONE) {
            MUST(!e->failed);
            on_event(e, &ev);
        }
        was_full = hs_wants_write(e->c);
        drain(e->c);
    } while (was_full);
}

static void feed(end *e, const uint8_t *data, size_t n) {
    uint8_t *copy = malloc(n); /* of its own size, so that a sanitizer sees its end */
    MUST(copy != NULL);
    memcpy(copy, data, n);
    MUST(hs_rx(e->c, copy, n) == HS_OK);
    pump(e);
    MUST(hs_rx_done(e->c) == HS_OK);
    free(copy);
    pump(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 3) {
        return 0;
    }
    end e = {.c = world_conn(data[0], FUZZ_IS_SERVER != 0)};
    const size_t step = data[1] == 0 ? size : data[1];
    for (size_t at = 2; at < size; at += step) {
        feed(&e, data + at, size - at < step ? size - at : step);
    }
    hs_rx_eof(e.c);
    pump(&e);
    MUST(e.failed || e.closed);
    hs_conn_free(e.c);
    return 0;
}
