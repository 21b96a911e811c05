#include "engine/message_in.h"

#include <string.h>

#include "engine/fail.h"
#include "proto/codepoints.h"
#include "proto/message.h"

bool hs__message_is_cut(const hs_conn *c) {
    return c->rx.message_n > 0 && !c->rx.message_whole;
}

void hs__message_done(hs_conn *c) {
    hs__rx *rx = &c->rx;
    if (rx->message_whole) {
        hs__free(c->memory, rx->message, rx->message_cap);
        rx->message = NULL;
        rx->message_n = rx->message_cap = 0;
        rx->message_whole = false;
    }
}

static hs_status check_size(hs_conn *c, uint8_t type, size_t whole) {
    const hs_limits *l = &c->first->limits;
    size_t limit = type == HS__HT_certificate ? l->chain : l->message;
    if (whole <= limit) {
        return HS_OK;
    }
    const char *name = hs__handshake_type_name(type);
    return hs__fail(c, HS_E_MESSAGE_TOO_LONG, "Handshake.length",
                    "%s of %zu bytes, at most %zu are taken", name != NULL ? name : "a message",
                    whole, limit);
}

static void take(hs_conn *c, uint8_t *to, size_t n) {
    memcpy(to, c->rx.content, n);
    c->rx.content += n;
    c->rx.content_n -= n;
}

/* The four bytes of the header may come one by one. */
static void fill_header(hs_conn *c) {
    hs__rx *rx = &c->rx;
    size_t n = HS__HANDSHAKE_HEADER - rx->message_n;
    n = n < rx->content_n ? n : rx->content_n;
    take(c, rx->header + rx->message_n, n);
    rx->message_n += n;
}

/* Goes on with a message that was begun in an earlier record. */
static hs_status fill(hs_conn *c) {
    hs__rx *rx = &c->rx;
    uint8_t type;
    size_t whole;
    if (rx->message == NULL) {
        fill_header(c);
        if (!hs__handshake_peek((hs_span){rx->header, rx->message_n}, &type, &whole)) {
            return HS_OK;
        }
        hs_status st = check_size(c, type, whole);
        if (st != HS_OK) {
            return st;
        }
        rx->message = hs__alloc(c->memory, whole);
        if (rx->message == NULL) {
            return hs__fail(c, HS_E_NOMEM, "", "a message of %zu bytes", whole);
        }
        rx->message_cap = whole;
        memcpy(rx->message, rx->header, HS__HANDSHAKE_HEADER);
    }
    size_t n = rx->message_cap - rx->message_n;
    n = n < rx->content_n ? n : rx->content_n;
    take(c, rx->message + rx->message_n, n);
    rx->message_n += n;
    rx->message_whole = rx->message_n == rx->message_cap;
    return HS_OK;
}

hs_status hs__message_next(hs_conn *c, bool *got, uint8_t *type, hs_span *raw) {
    hs__rx *rx = &c->rx;
    *got = false;
    size_t whole;
    if (rx->message_n == 0) {
        rx->message_record = c->in.records;
        if (!hs__handshake_peek((hs_span){rx->content, rx->content_n}, type, &whole)) {
            fill_header(c);
            return HS_OK;
        }
        hs_status st = check_size(c, *type, whole);
        if (st != HS_OK) {
            return st;
        }
        if (whole <= rx->content_n) {
            *raw = (hs_span){rx->content, whole};
            rx->content += whole;
            rx->content_n -= whole;
            *got = true;
            return HS_OK;
        }
    }
    hs_status st = fill(c);
    if (st == HS_OK && rx->message_whole) {
        *type = rx->message[0];
        *raw = (hs_span){rx->message, rx->message_n};
        *got = true;
    }
    return st;
}
