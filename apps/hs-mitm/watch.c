#include "apps/hs-mitm/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/tls/offer.h"
#include "engine/messages.h"
#include "pki/text.h"
#include "proto/alert.h"
#include "proto/record_header.h"
#include "trace/cert_text.h"
#include "trace/names.h"

enum {
    TAG = 16,
    ALERT_13 = 2 + 1 + TAG,        /* an alert inside a record of TLS 1.3, without padding */
    FINISHED_13 = 4 + 32 + 1 + TAG /* the shortest record that a Finished fits in */
};

uint64_t watch_us(const watch *w) {
    return hs__clock_mono_us(NULL) - w->started_us;
}

/* ---- telling the trace ------------------------------------------------------------------- */
static void emit(watch *w, hs_trace *ev) {
    ev->is_observer = true;
    ev->version = w->version;
    ev->resumed = w->resumed;
    ev->t_us = watch_us(w);
    hs__seen_event(w->seen, ev);
}

void watch_note(watch *w, const char *text, const char *rule) {
    hs_trace ev = {.kind = HS_TR_NOTE, .u.note = {text, rule}};
    emit(w, &ev);
}

void watch_begin(watch *w, hs__see *see, const hs__see_conn *conn) {
    *w = (watch){.started_us = hs__clock_mono_us(NULL)};
    w->seen = hs__seen_new(see, conn);
}

static void on_field(void *ctx, const hs__field *f) {
    char path[HS__PATH_MAX];
    hs_trace ev = {.kind = HS_TR_FIELD, .u.field = hs__field_event(f, path)};
    emit(ctx, &ev);
}

/* ---- what messages in clear give away ---------------------------------------------------- */
static void add_code(hs__text *t, hs__name_fn names, uint16_t code) {
    const char *name = names(code);
    if (t->n > 0)
        hs__text_add(t, ", ");
    if (name)
        hs__text_add(t, name);
    else
        hs__text_f(t, "0x%04x", code);
}

static void codes_text(char out[WATCH_TEXT], hs__name_fn names, hs_span list) {
    hs__text t;
    hs__text_init(&t, out, WATCH_TEXT);
    for (size_t i = 0; i < hs__list16_count(list); i++)
        add_code(&t, names, hs__list16_at(list, i));
}

static void foreign_text(char out[WATCH_TEXT], hs_span bytes) {
    hs__text t;
    hs__text_init(&t, out, WATCH_TEXT);
    hs__text_foreign(&t, bytes);
}

static void protocols_text(char out[WATCH_TEXT], hs_span list) {
    hs__text t;
    hs_span name;
    hs__text_init(&t, out, WATCH_TEXT);
    while (hs__protocol_name_next(&list, &name)) {
        if (t.n > 0)
            hs__text_add(&t, ", ");
        hs__text_foreign(&t, name);
    }
}

static void on_client_hello(watch *w, const hs__message *m, bool outbound) {
    const hs__client_hello *ch = &m->u.client_hello;
    const hs__extensions *e = &ch->extensions;
    hs_span block = e->block, body;
    uint16_t type;
    (void)outbound;
    foreign_text(w->name, e->server_name);
    protocols_text(w->protocols, e->protocol_name_list);
    w->suites = hs__list16_count(ch->cipher_suites);
    codes_text(w->versions, hs__version_name, e->supported_versions);
    if (e->supported_versions.n == 0) {
        hs__text t;
        hs__text_init(&t, w->versions, WATCH_TEXT);
        add_code(&t, hs__version_name, ch->legacy_version);
        hs__text_add(&t, " and older");
    }
    w->offers_psk = hs__ext_has(e, HS__EXT_pre_shared_key);
    w->offers_early = hs__ext_has(e, HS__EXT_early_data);
    while (hs__extension_next(&block, &type, &body))
        w->offers_ech = w->offers_ech || type == HS__EXT_encrypted_client_hello;
}

static void on_server_hello(watch *w, const hs__message *m, bool outbound) {
    const hs__server_hello *sh = &m->u.server_hello;
    const hs__extensions *e = &sh->extensions;
    bool is_12 = sh->kind == HS__IN_SERVER_HELLO_12;
    (void)outbound;
    w->version = is_12 ? sh->legacy_version : e->selected_version;
    w->suite = sh->cipher_suite;
    if (sh->kind == HS__IN_HELLO_RETRY_REQUEST) {
        w->hrr = true;
        return;
    }
    if (is_12) {
        w->kx = (uint16_t)hs__suite_kx(sh->cipher_suite);
        w->extended_main_secret = hs__ext_has(e, HS__EXT_extended_main_secret);
        protocols_text(w->alpn, e->protocol_name_list);
    } else {
        w->group = hs__ext_has(e, HS__EXT_key_share) ? e->server_share.group : 0;
        w->resumed = hs__ext_has(e, HS__EXT_pre_shared_key);
        w->extended_main_secret = true;
    }
}

static void on_certificate(watch *w, const hs__message *m, bool outbound) {
    hs_span list = m->u.certificate12.list, der;
    hs__strbuf b = {0};
    char *out = outbound ? w->client_cert : w->server_cert;
    if (!hs__certificate12_next(&list, &der))
        return;
    hs__cert_summary(&b, der);
    const char *text = hs__buf_str(&b);
    foreign_text(out, (hs_span){(const uint8_t *)text, strlen(text)});
    hs__buf_free(&b);
}

static void on_server_key_exchange(watch *w, const hs__message *m, bool outbound) {
    (void)outbound;
    w->group = m->u.server_key_exchange.params.group;
}

static void on_certificate_request(watch *w, const hs__message *m, bool outbound) {
    (void)m, (void)outbound;
    w->asks_for_cert = true;
}

static void on_ticket(watch *w, const hs__message *m, bool outbound) {
    (void)m, (void)outbound;
    w->has_ticket = true;
}

static void learn(watch *w, const hs__message *m, bool outbound) {
    static const struct {
        uint8_t type;
        void (*learn)(watch *w, const hs__message *m, bool outbound);
    } ROWS[] = {{HS__HT_client_hello, on_client_hello},
                {HS__HT_server_hello, on_server_hello},
                {HS__HT_certificate, on_certificate},
                {HS__HT_server_key_exchange, on_server_key_exchange},
                {HS__HT_certificate_request, on_certificate_request},
                {HS__HT_new_session_ticket, on_ticket}};
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        if (ROWS[i].type == m->type)
            ROWS[i].learn(w, m, outbound);
}

/* TLS 1.0 and 1.1 have other formats but for hellos and certificates: their bytes are told, not
 * their fields. */
static bool has_reader(const watch *w, uint8_t type) {
    return w->version == 0 || w->version >= HS__VERSION_TLS12 || type == HS__HT_client_hello ||
           type == HS__HT_server_hello;
}

static void message(watch *w, bool outbound, hs_span raw) {
    const hs__field_sink sink = {on_field, w};
    hs__rd_root root = {.status = HS_OK};
    hs__message m;
    uint8_t type = raw.p[0];
    hs_trace begin = {.kind = HS_TR_MESSAGE,
                      .u.message = {.outbound = outbound,
                                    .type = type,
                                    .name = hs__message_name(type, raw),
                                    .raw = raw,
                                    .record = w->end[outbound].stream_record}};
    emit(w, &begin);
    hs_status st = !has_reader(w, type) ? HS_E_UNEXPECTED_MESSAGE
                                        : hs__message_read_as(w->version, (hs__kx)w->kx, type, raw,
                                                              w->seen ? &sink : NULL, &root, &m);
    hs_trace end = {.kind = HS_TR_MESSAGE_END,
                    .u.message_end = {root.status, root.where, root.problem}};
    emit(w, &end);
    if (st == HS_OK)
        learn(w, &m, outbound);
}

/* ---- records ----------------------------------------------------------------------------- */
static bool add_handshake(watched_end *e, hs_span content) {
    if (e->stream_n + content.n > WATCH_MESSAGE)
        return false;
    if (e->stream_n + content.n > e->stream_cap) {
        size_t cap = e->stream_n + content.n;
        uint8_t *p = realloc(e->stream, cap);
        if (!p)
            return false;
        e->stream = p;
        e->stream_cap = cap;
    }
    if (content.n > 0)
        memcpy(e->stream + e->stream_n, content.p, content.n);
    e->stream_n += content.n;
    return true;
}

static void handshake(watch *w, bool outbound, hs_span content) {
    watched_end *e = &w->end[outbound];
    uint8_t type;
    size_t whole, at = 0;
    if (e->stream_n == 0)
        e->stream_record = e->records;
    if (!add_handshake(e, content)) {
        watch_note(w, "a message is too long to be kept: it goes on unread", "");
        e->stream_n = 0;
        return;
    }
    while (hs__handshake_peek((hs_span){e->stream + at, e->stream_n - at}, &type, &whole) &&
           whole <= e->stream_n - at) {
        message(w, outbound, (hs_span){e->stream + at, whole});
        at += whole;
        e->stream_record = e->records; /* what is behind it began in this record */
    }
    e->stream_n -= at;
    memmove(e->stream, e->stream + at, e->stream_n);
}

static void alert(watch *w, bool outbound, hs_span content) {
    watched_end *e = &w->end[outbound];
    hs__rd_root root;
    hs__alert a;
    if (hs__alert_read(content, NULL, &root, &a) != HS_OK)
        return;
    if (!e->has_alert)
        e->alert_us = watch_us(w);
    e->has_alert = true;
    e->level = a.level;
    e->alert = a.description;
    hs_trace ev = {
        .kind = HS_TR_ALERT,
        .u.alert = {.outbound = outbound, .level = a.level, .description = a.description}};
    emit(w, &ev);
}

/* In TLS 1.2 the type of an encrypted record can be seen; in TLS 1.3 only its length. */
static void count_hidden(watch *w, bool outbound, const hs__record_header *h) {
    watched_end *e = &w->end[outbound];
    const watched_end *client = &w->end[true];
    bool is_13 = w->version == HS__VERSION_TLS13;
    bool is_finished = is_13 ? w->suite && h->length >= FINISHED_13 && w->end[false].hidden > 0
                             : h->type == HS__CONTENT_handshake;
    e->hidden++;
    e->hidden_bytes += h->length;
    e->has_hidden_alert = is_13 ? h->length == ALERT_13 : h->type == HS__CONTENT_alert;
    if (e->has_hidden_alert)
        e->hidden_alert_us = watch_us(w);
    else if (e->has_finished)
        e->data += h->length;
    e->has_finished = e->has_finished || (is_finished && (outbound || !is_13));
    if (is_13 && client->has_finished)
        w->end[false].has_finished = true; /* it came first */
    if (!outbound && !client->has_finished) {
        e->flight += HS__RECORD_HEADER + h->length;
        e->flight_records++;
    }
}

bool watch_is_complete(const watch *w) {
    const watched_end *server = &w->end[false], *client = &w->end[true];
    bool is_last_word =
        server->has_hidden_alert && server->data == 0 &&
        !(client->has_hidden_alert && client->hidden_alert_us <= server->hidden_alert_us);
    return w->is_done && !(w->version == HS__VERSION_TLS13 && is_last_word);
}

static void tell_done(watch *w) {
    const watched_end *server = &w->end[false], *client = &w->end[true];
    bool is_13 = w->version == HS__VERSION_TLS13;
    if (w->is_done || !client->has_finished || !(is_13 || server->has_finished))
        return;
    w->is_done = true;
    w->done_us = watch_us(w);
    /* RFC 5246 7.3: in a session that is resumed there is no Certificate. */
    w->resumed = w->resumed || (!is_13 && !*w->server_cert);
    hs_trace ev = {.kind = HS_TR_DONE,
                   .u.done = {.version = hs__version_name(w->version),
                              .suite = hs__cipher_suite_name(w->suite),
                              .group = w->group ? hs__group_name(w->group) : NULL,
                              .mode = w->resumed ? "resumed" : "full",
                              .hrr = w->hrr,
                              .resumed = w->resumed,
                              .extended_main_secret = w->extended_main_secret,
                              .alpn = {(const uint8_t *)w->alpn, strlen(w->alpn)},
                              .rtts = w->hrr || (!is_13 && !w->resumed) ? 2 : 1,
                              .bytes_tx = client->bytes,
                              .bytes_rx = server->bytes,
                              .records_tx = client->records,
                              .records_rx = server->records,
                              .us_total = watch_us(w)}};
    emit(w, &ev);
}

static void clear_record(watch *w, bool outbound, const hs__record_header *h, hs_span content) {
    if (h->type == HS__CONTENT_handshake)
        handshake(w, outbound, content);
    else if (h->type == HS__CONTENT_alert)
        alert(w, outbound, content);
    else if (h->type == HS__CONTENT_change_cipher_spec)
        w->end[outbound].has_ccs = true;
}

void watch_record(watch *w, bool outbound, hs_span record) {
    watched_end *e = &w->end[outbound];
    hs__rd_root root;
    hs__record_header h;
    if (hs__record_header_read((hs_span){record.p, HS__RECORD_HEADER}, NULL, &root, &h) != HS_OK)
        return;
    bool is_hidden = h.type == HS__CONTENT_application_data ||
                     (e->has_ccs && w->version != HS__VERSION_TLS13 && w->version != 0);
    e->records++;
    e->bytes += record.n;
    e->has_hidden_alert = false;
    hs_trace ev = {.kind = HS_TR_WIRE,
                   .u.wire = {.outbound = outbound,
                              .n = e->records,
                              .type = h.type,
                              .version = h.legacy_record_version,
                              .is_protected = is_hidden,
                              .raw = record}};
    emit(w, &ev);
    if (is_hidden)
        count_hidden(w, outbound, &h);
    else
        clear_record(w, outbound, &h,
                     (hs_span){record.p + HS__RECORD_HEADER, record.n - HS__RECORD_HEADER});
    tell_done(w);
}

void watch_end(watch *w) {
    const watched_end *server = &w->end[false], *client = &w->end[true];
    hs_trace ev = {.kind = HS_TR_CLOSED,
                   .u.closed = {.clean = server->has_hidden_alert && client->has_hidden_alert,
                                .bytes_tx = client->bytes,
                                .bytes_rx = server->bytes,
                                .records_tx = client->records,
                                .records_rx = server->records,
                                .app_tx = client->data,
                                .app_rx = server->data}};
    emit(w, &ev);
    hs__seen_free(w->seen);
    w->seen = NULL;
    for (size_t i = 0; i < 2; i++) {
        free(w->end[i].stream);
        w->end[i].stream = NULL;
    }
}
