#include "trace/hide.h"

#include <string.h>

#include "proto/client_hello.h"
#include "proto/codepoints.h"
#include "proto/new_session_ticket12.h"
#include "proto/record_header.h"
#include "proto/server_hello.h"
#include "trace/names.h"

typedef struct {
    uint8_t *copy;
    hs__hide_fn told;
    void *ctx;
    const char *message; /* the one that is read */
    size_t at;           /* its first byte in the record */
} place;

static void hide(const place *p, size_t off, size_t n) {
    if (n == 0) {
        return;
    }
    memset(p->copy + off, 0, n);
    if (p->told != NULL) {
        p->told(p->ctx, off, n);
    }
}

/* ---- messages with secrets in clear ------------------------------------------------------ */

#define READ(format)                                                                               \
    static hs_status read_##format(hs_span raw, const hs__field_sink *sink) {                      \
        hs__rd_root root;                                                                          \
        hs__##format m;                                                                            \
        return hs__##format##_read(raw, sink, &root, &m);                                          \
    }
READ(client_hello)
READ(server_hello)
READ(new_session_ticket12)

typedef struct {
    uint8_t type;
    const char *name;
    hs_status (*read)(hs_span raw, const hs__field_sink *sink);
} bearer;

static const bearer bearers[] = {
    {HS__HT_client_hello, "ClientHello", read_client_hello},
    {HS__HT_server_hello, "ServerHello", read_server_hello},
    {HS__HT_new_session_ticket, "NewSessionTicket", read_new_session_ticket12},
};

static const bearer *find_bearer(uint8_t type) {
    for (size_t i = 0; i < sizeof bearers / sizeof *bearers; i++) {
        if (bearers[i].type == type) {
            return &bearers[i];
        }
    }
    return NULL;
}

static void on_field(void *ctx, const hs__field *f) {
    const place *p = ctx;
    char path[HS__PATH_MAX];
    hs__field_path(f, path, sizeof path);
    const hs_trace_field field = {.path = path, .kind = (hs_field_kind)f->kind};
    if (hs__field_is_secret(p->message, &field)) {
        hide(p, p->at + f->off, f->bytes.n);
    }
}

static void whole_message(place *p, hs_span raw) {
    const bearer *row = find_bearer(raw.p[0]);
    const hs__field_sink sink = {on_field, p};
    if (row == NULL && hs__handshake_type_name(raw.p[0]) != NULL) {
        return;
    }
    if (row == NULL || row->read(raw, NULL) != HS_OK) {
        hide(p, p->at + HS__HANDSHAKE_HEADER, raw.n - HS__HANDSHAKE_HEADER);
        return;
    }
    p->message = row->name;
    (void)!row->read(raw, &sink);
}

/* ---- records ----------------------------------------------------------------------------- */

static bool bears_secrets(uint8_t type) {
    return find_bearer(type) != NULL || hs__handshake_type_name(type) == NULL;
}

/* A byte of a message's header, or as much of its body as is there. */
static size_t piece(hs__hide_side *s, const place *p, hs_span rest) {
    if (s->left == 0) {
        s->head[s->head_n++] = rest.p[0];
        if (s->head_n == sizeof s->head) {
            s->left = (size_t)s->head[1] << 16 | (size_t)s->head[2] << 8 | s->head[3];
            s->head_n = 0;
        }
        return 1;
    }
    const size_t n = rest.n < s->left ? rest.n : s->left;
    if (bears_secrets(s->head[0])) {
        hide(p, p->at, n);
    }
    s->left -= n;
    return n;
}

static void handshake(hs__hide_side *s, place *p, hs_span body) {
    while (body.n > 0) {
        uint8_t type;
        size_t whole, used;
        const bool is_whole = s->left == 0 && s->head_n == 0 &&
                              hs__handshake_peek(body, &type, &whole) && whole <= body.n;
        if (is_whole) {
            whole_message(p, (hs_span){body.p, whole});
            used = whole;
        } else {
            used = piece(s, p, body);
        }
        p->at += used;
        body = (hs_span){body.p + used, body.n - used};
    }
}

void hs__hide_record(hs__hide_side *s, const hs_trace_wire *w, uint8_t *copy, hs__hide_fn told,
                     void *ctx) {
    place p = {.copy = copy, .told = told, .ctx = ctx, .at = HS__RECORD_HEADER};
    if (w->is_protected || w->raw.n <= HS__RECORD_HEADER || w->type == HS__CONTENT_alert ||
        w->type == HS__CONTENT_change_cipher_spec) {
        return;
    }
    const hs_span body = {w->raw.p + HS__RECORD_HEADER, w->raw.n - HS__RECORD_HEADER};
    if (w->type == HS__CONTENT_handshake) {
        handshake(s, &p, body);
    } else {
        hide(&p, p.at, body.n);
    }
}
