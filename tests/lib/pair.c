#include "tests/lib/pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/identity.h"

uint64_t hs__test_now_ms(void *ctx) {
    (void)ctx;
    return (uint64_t)HS__TEST_NOW * 1000;
}

void hs__test_bytes_add(hs__test_bytes *b, const void *p, size_t n) {
    if (b->n + n > b->cap) {
        b->cap = 2 * (b->n + n) + 256;
        b->p = realloc(b->p, b->cap);
        if (b->p == NULL) {
            abort();
        }
    }
    if (n > 0) {
        memcpy(b->p + b->n, p, n);
    }
    b->n += n;
}

void hs__test_bytes_free(hs__test_bytes *b) {
    free(b->p);
    *b = (hs__test_bytes){NULL, 0, 0};
}

void hs__test_end_drain(hs__test_end *end) {
    hs_span v[4];
    for (size_t n = hs_tx_peek(end->conn, v, 4); n > 0; n = hs_tx_peek(end->conn, v, 4)) {
        size_t total = 0;
        for (size_t i = 0; i < n; i++) {
            hs__test_bytes_add(&end->sent, v[i].p, v[i].n);
            total += v[i].n;
        }
        hs_tx_consume(end->conn, total);
    }
}

static void on_event(hs__test_end *end, const hs_event *ev) {
    switch (ev->kind) {
    case HS_EV_ASK_CONFIG:
    case HS_EV_ASK_VERIFY:
    case HS_EV_ASK_SIGN:
        end->question = *ev;
        break;
    case HS_EV_CONNECTED:
        end->connected = true;
        break;
    case HS_EV_SESSION:
        hs_session_unref(end->session);
        end->session = hs_session_ref(ev->session);
        break;
    case HS_EV_DATA:
        hs__test_bytes_add(&end->data, ev->bytes.p, ev->bytes.n);
        break;
    case HS_EV_PEER_CLOSED:
        end->closed = true;
        break;
    case HS_EV_FAILED:
        end->failed = true;
        end->error = *ev->error;
        (void)snprintf(end->where, sizeof(end->where), "%s", ev->error->where);
        end->error.where = end->where;
        end->error.report = NULL;
        break;
    case HS_EV_NONE:
        break;
    }
}

static void take_events(hs__test_end *end) {
    hs_event ev;
    do {
        while (hs_next(end->conn, &ev) != HS_EV_NONE) {
            on_event(end, &ev);
        }
        if (!hs_wants_write(end->conn)) {
            break;
        }
        hs__test_end_drain(end);
    } while (true);
}

void hs__test_end_poll(hs__test_end *end) {
    take_events(end);
    if (end->loan != NULL && hs_rx_done(end->conn) == HS_OK) {
        free(end->loan);
        end->loan = NULL;
        take_events(end);
    }
}

void hs__test_end_feed(hs__test_end *end, const uint8_t *p, size_t n) {
    /* A copy of its own size: it is decrypted in place, and a sanitizer sees its bounds. */
    end->loan = malloc(n > 0 ? n : 1);
    if (end->loan == NULL || hs_rx(end->conn, end->loan, n) != HS_OK) {
        abort();
    }
    memcpy(end->loan, p, n);
    hs__test_end_poll(end);
}

static bool carry(const hs__test_pair *pair, hs__test_end *from, hs__test_end *to) {
    hs__test_end_drain(from);
    size_t n = from->sent.n - from->delivered;
    if (n == 0 || to->loan != NULL) {
        return false;
    }
    n = pair->step != 0 && pair->step < n ? pair->step : n;
    hs__test_end_feed(to, from->sent.p + from->delivered, n);
    from->delivered += n;
    return true;
}

void hs__test_pair_run(hs__test_pair *pair) {
    bool moved;
    do {
        moved = carry(pair, &pair->client, &pair->server);
        moved = carry(pair, &pair->server, &pair->client) || moved;
    } while (moved);
}

void hs__test_pair_open(hs__test_pair *pair, hs_config *client, hs_config *server,
                        const char *name) {
    const hs_client_options co = {.size = sizeof(co), .server_name = name};
    const hs_server_options so = {.size = sizeof(so)};
    *pair = (hs__test_pair){.step = 0};
    if (hs_client_new(client, &co, &pair->client.conn) != HS_OK ||
        hs_server_new(server, &so, &pair->server.conn) != HS_OK) {
        abort();
    }
}

void hs__test_end_free(hs__test_end *end) {
    hs_conn_free(end->conn);
    hs_session_unref(end->session);
    free(end->loan);
    hs__test_bytes_free(&end->data);
    hs__test_bytes_free(&end->sent);
}

void hs__test_pair_free(hs__test_pair *pair) {
    hs__test_end_free(&pair->client);
    hs__test_end_free(&pair->server);
}
