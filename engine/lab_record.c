/* Records that break. */
#include <string.h>

#include "engine/lab_state.h"
#include "engine/post13.h"
#include "engine/protection.h"
#include "engine/record.h"
#include "engine/trace_emit.h"
#include "proto/codepoints.h"

enum { HEADER = HS__RECORD_HEADER };

/* ---- records of our own making ----------------------------------------------------------- */

/* It counts as sent, and the trace has it. */
static void tell(hs_conn *c, const uint8_t *record, size_t n, bool is_protected) {
    c->out.bytes += n;
    hs__trace_wire(c, true, (hs_span){record, n}, is_protected);
}

/* In clear, whatever the keys; a length of its own for the header, and zeros where content ends. */
static hs_status put_clear(hs_conn *c, uint8_t type, hs_span content, size_t n) {
    uint8_t *record = hs__tx_room(c->memory, &c->tx, HEADER + n);
    if (record == NULL) {
        return HS_E_NOMEM;
    }
    const uint8_t header[HEADER] = {type, 3, 3, (uint8_t)(n >> 8), (uint8_t)n};
    memset(record, 0, HEADER + n);
    memcpy(record, header, HEADER);
    if (content.n > 0) {
        memcpy(record + HEADER, content.p, content.n);
    }
    c->out.records++;
    hs__tx_commit(&c->tx, HEADER + n);
    tell(c, record, HEADER + n, false);
    return HS_OK;
}

static hs_status put_sealed(hs_conn *c, uint8_t type, hs_span content) {
    const size_t n = hs__protected_size(c, content.n);
    uint8_t *record = hs__tx_room(c->memory, &c->tx, n);
    if (record == NULL) {
        return HS_E_NOMEM;
    }
    hs_status st = hs__protect(c, type, content, record);
    if (st == HS_OK) {
        hs__tx_commit(&c->tx, n);
        tell(c, record, n, true);
    }
    return st;
}

/* ---- what happens before content, or instead of it --------------------------------------- */

static const hs_span nothing = {NULL, 0};

/* Content that is about to go. */
typedef struct {
    hs_conn *c;
    const hs__lab *lab;
    uint8_t type;
    hs_span content;
    bool taken;
} step;

static bool is_handshake(const step *s) {
    return s->type == HS__CONTENT_handshake;
}

static bool is_first(const step *s) {
    return s->c->out.records == 0;
}

static bool is_first_message(const step *s) {
    return is_first(s) && is_handshake(s);
}

static bool is_encrypted_handshake(const step *s) {
    return is_handshake(s) && s->c->out.aead != NULL;
}

static bool is_after_handshake(const step *s) {
    return s->c->state == HS__CONNECTED && !is_handshake(s);
}

static bool is_close_notify(const step *s) {
    return s->type == HS__CONTENT_alert && s->content.p[1] == HS__ALERT_close_notify;
}

/* TLS 1.2: the client's second flight; the server's first, behind its ServerHello. TLS 1.3: when
 * Finished has gone. */
static bool is_too_early_for_ccs(const step *s) {
    const hs_conn *c = s->c;
    return c->version == HS__VERSION_TLS12
               ? is_handshake(s) && c->out.aead == NULL && c->is_server == is_first(s)
               : is_after_handshake(s);
}

static hs_status too_long(step *s) {
    return put_clear(s->c, HS__CONTENT_application_data, nothing, HS__RECORD_PLAIN_MAX + 1);
}

static hs_status no_record(step *s) {
    static const char text[] = "no TLS";
    return put_clear(s->c, 0x7f, (hs_span){(const uint8_t *)text, sizeof(text) - 1},
                     sizeof(text) - 1);
}

static hs_status alert(step *s) {
    const uint8_t bytes[] = {HS__ALERT_LEVEL_fatal, (uint8_t)s->lab->number};
    return put_clear(s->c, HS__CONTENT_alert, (hs_span){bytes, 2}, 2);
}

static hs_status many_empty(step *s) {
    hs_status st = HS_OK;
    for (uint32_t i = 0; st == HS_OK && i < s->lab->number; i++) {
        st = put_sealed(s->c, HS__CONTENT_application_data, nothing);
    }
    return st;
}

static hs_status many_warnings(step *s) {
    static const uint8_t bytes[] = {HS__ALERT_LEVEL_warning, HS__ALERT_user_canceled};
    hs_status st = HS_OK;
    for (uint32_t i = 0; st == HS_OK && i < s->lab->number; i++) {
        st = put_sealed(s->c, HS__CONTENT_alert, (hs_span){bytes, 2});
    }
    return st;
}

static hs_status many_key_updates(step *s) {
    hs_status st = HS_OK;
    for (uint32_t i = 0; st == HS_OK && i < s->lab->number; i++) {
        st = hs__send_key_update(s->c, false);
    }
    return st;
}

/* A request whose payload is said to have 16 KiB, and has none. */
static hs_status heartbeat(step *s) {
    static const uint8_t request[] = {1, 0x40, 0};
    enum { HEARTBEAT = 24 };
    return put_sealed(s->c, HEARTBEAT, (hs_span){request, sizeof(request)});
}

/* HelloRequest, or a ClientHello of one suite and without extensions. */
static hs_status renegotiate(step *s) {
    enum { CLIENT_HELLO = HS__HANDSHAKE_HEADER + 41 };
    static const uint8_t hello_request[HS__HANDSHAKE_HEADER] = {HS__HT_hello_request};
    static const uint8_t end[] = {0, 0, 2, 0xc0, 0x2b, 1, 0}; /* of a hello: no session id, ... */
    uint8_t hello[CLIENT_HELLO] = {HS__HT_client_hello, 0, 0, 41, 3, 3};
    if (s->c->is_server) {
        return put_sealed(s->c, HS__CONTENT_handshake,
                          (hs_span){hello_request, sizeof(hello_request)});
    }
    memcpy(hello + sizeof(hello) - sizeof(end), end, sizeof(end));
    return put_sealed(s->c, HS__CONTENT_handshake, (hs_span){hello, sizeof(hello)});
}

static hs_status zeros(step *s) {
    return put_sealed(s->c, 0, nothing);
}

static hs_status hasty(step *s) {
    static const char text[] = "before Finished";
    return put_sealed(s->c, HS__CONTENT_application_data,
                      (hs_span){(const uint8_t *)text, sizeof(text) - 1});
}

static hs_status in_clear(step *s) {
    s->taken = true;
    return put_clear(s->c, s->type, s->content, s->content.n);
}

static hs_status lost(step *s) {
    s->taken = true;
    return HS_OK;
}

/* The first message, or the first half of it, then that record, then the rest. */
static hs_status split(step *s, size_t at, uint8_t type, hs_span between) {
    const hs_span rest = {s->content.p + at, s->content.n - at};
    hs_status st = hs__record_send(s->c, s->type, (hs_span){s->content.p, at});
    st = st == HS_OK ? put_clear(s->c, type, between, between.n) : st;
    st = st == HS_OK ? hs__record_send(s->c, s->type, rest) : st;
    s->taken = true;
    return st;
}

static size_t first_message(const step *s) {
    const uint8_t *p = s->content.p;
    return HS__HANDSHAKE_HEADER + ((size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3]);
}

static hs_status interleave(step *s) {
    static const uint8_t bytes[] = {HS__ALERT_LEVEL_warning, HS__ALERT_user_canceled};
    return split(s, first_message(s) / 2, HS__CONTENT_alert, (hs_span){bytes, 2});
}

static hs_status early_ccs(step *s) {
    static const uint8_t one[] = {1};
    const bool behind_hello = is_handshake(s) && s->c->is_server;
    return behind_hello
               ? split(s, first_message(s), HS__CONTENT_change_cipher_spec, (hs_span){one, 1})
               : put_clear(s->c, HS__CONTENT_change_cipher_spec, (hs_span){one, 1}, 1);
}

static const struct {
    hs__lab_id id;
    bool (*is_time)(const step *s);
    hs_status (*act)(step *s);
} acts[] = {
    {HS__LAB_OVERSIZE, is_first, too_long},
    {HS__LAB_GARBAGE, is_first, no_record},
    {HS__LAB_ALERT, is_first, alert},
    {HS__LAB_INTERLEAVE, is_first_message, interleave},
    {HS__LAB_CLEAR, is_encrypted_handshake, in_clear},
    {HS__LAB_ZEROS, is_encrypted_handshake, zeros},
    {HS__LAB_HASTY_DATA, is_encrypted_handshake, hasty},
    {HS__LAB_CCS, is_too_early_for_ccs, early_ccs},
    {HS__LAB_EMPTY, is_after_handshake, many_empty},
    {HS__LAB_WARNINGS, is_after_handshake, many_warnings},
    {HS__LAB_KEY_UPDATES, is_after_handshake, many_key_updates},
    {HS__LAB_HEARTBEAT, is_after_handshake, heartbeat},
    {HS__LAB_RENEGOTIATE, is_after_handshake, renegotiate},
    {HS__LAB_TRUNCATE, is_close_notify, lost},
};

static bool fits_version(const hs_conn *c, const hs__lab_row *row) {
    const unsigned version = c->version == HS__VERSION_TLS12   ? HS__TLS12
                             : c->version == HS__VERSION_TLS13 ? HS__TLS13
                                                               : HS__TLS12 | HS__TLS13;
    return (row->versions & version) != 0;
}

hs_status hs__lab_on_content(hs_conn *c, uint8_t type, hs_span content, bool *taken) {
    struct hs__lab_state *state;
    hs_status st = hs__lab_state_of(c, &state);
    if (st != HS_OK || state == NULL || state->done || state->busy) {
        return st;
    }
    step s = {.c = c, .lab = c->first->lab, .type = type, .content = content};
    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
        if (acts[i].id == s.lab->row->id && fits_version(c, s.lab->row) && acts[i].is_time(&s)) {
            state->busy = true;
            hs__lab_happens(c);
            st = acts[i].act(&s);
            state->busy = false;
        }
    }
    *taken = s.taken;
    return st;
}

/* ---- a record on its way ----------------------------------------------------------------- */

static bool flip(uint8_t *record, size_t n, uint32_t bit) {
    const size_t bits = 8 * (n - HEADER);
    const size_t at = bit != HS__LAB_ANYWHERE ? bit : bits / 2;
    if (at < bits) {
        record[HEADER + at / 8] ^= (uint8_t)(0x80 >> at % 8);
    }
    return at < bits;
}

static void other_type(uint8_t *record) {
    record[0] = record[0] == HS__CONTENT_application_data ? HS__CONTENT_handshake
                                                          : HS__CONTENT_application_data;
}

static void other_version(uint8_t *record) {
    record[1] = 3;
    record[2] = 5;
}

/* The copy is somebody else's: our trace and our counts do not know it. */
static void send_again(hs_conn *c, const uint8_t *record, size_t n) {
    uint8_t *again = hs__tx_room(c->memory, &c->tx, n);
    if (again != NULL) {
        memcpy(again, record, n);
        hs__tx_commit(&c->tx, n);
    }
}

static bool is_for(const hs_conn *c, const hs__lab *lab) {
    return lab != NULL && c->lab != NULL && !c->lab->done &&
           (lab->row->kind == HS__LAB_TAKES_RECORD || lab->row->kind == HS__LAB_TAKES_RECORD_BIT) &&
           c->out.records == lab->number;
}

/* The trace hears of the record first: what is inside of it has been told just before. */
bool hs__lab_on_record(hs_conn *c, uint8_t *record, size_t n, bool is_protected) {
    const hs__lab *lab = c->first->lab;
    if (!is_for(c, lab)) {
        return false;
    }
    const hs__lab_id id = lab->row->id;
    if (id == HS__LAB_FLIP && !flip(record, n, lab->place)) {
        return false;
    }
    if (id == HS__LAB_CONTENT_TYPE) {
        other_type(record);
    } else if (id == HS__LAB_RECORD_VERSION) {
        other_version(record);
    }
    hs__tx_commit(&c->tx, id != HS__LAB_DROP_RECORD ? n : 0);
    tell(c, record, n, is_protected);
    if (id == HS__LAB_REPLAY_RECORD) {
        send_again(c, record, n);
    }
    hs__lab_happens(c);
    return true;
}
