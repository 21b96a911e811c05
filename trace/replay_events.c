#include <stdlib.h>
#include <string.h>

#include "proto/codepoints.h"
#include "trace/names.h"
#include "trace/replay_line.h"

void hs__line_conn(hs__line *l) {
    hs_trace ev = {.u.conn = {.what = hs__line_text_if(l, l->o, "what"),
                              .peer = hs__line_text_if(l, l->o, "peer"),
                              .local = hs__line_text_if(l, l->o, "local")}};
    hs__line_tell(l, HS_TR_CONN, l->t_us, &ev);
}

void hs__line_state(hs__line *l) {
    hs_trace ev = {.u.state = {.from = hs__line_text_if(l, l->o, "from"),
                               .to = hs__line_text_if(l, l->o, "to"),
                               .cause = hs__line_text_if(l, l->o, "cause")}};
    hs__line_tell(l, HS_TR_STATE, l->t_us, &ev);
}

/* ---- choices ----------------------------------------------------------------------------- */

/* The number behind a name in a list of `what`, or behind "0x1a2b". */
static uint16_t code_of(hs__line *l, const char *what, const char *name) {
    const hs__code_list *list = hs__choose_list(what);
    const hs__code *row = list != NULL ? hs__code_by_name(list, name, strlen(name)) : NULL;
    if (row != NULL) {
        return row->code;
    }
    if (strcmp(name, "GREASE") == 0) { /* which of them it was is not told */
        return 0x0a0a;
    }
    char *end;
    const unsigned long v = strtoul(name, &end, 16);
    if (strncmp(name, "0x", 2) != 0 || *end != 0 || v > UINT16_MAX) {
        hs__line_fail(l, HS_E_DECODE, "choose: \"%.40s\" is no %.40s that this version knows", name,
                      what);
        return 0;
    }
    return (uint16_t)v;
}

static const json_t *name_at(hs__line *l, const json_t *list, size_t i) {
    const json_t *v = json_array_get(list, i);
    if (!json_is_string(v)) {
        hs__line_fail(l, HS_E_DECODE, "choose: a list has something that is no text");
        return NULL;
    }
    return v;
}

/* A ProtocolNameList as on the wire; a name that is too long for one is cut. */
static hs_span protocols(hs__line *l, const json_t *list) {
    enum { NAME_MAX_ = 255 };
    const size_t count = json_array_size(list);
    uint8_t *out = hs__line_room(l, count * (1 + NAME_MAX_));
    size_t n = 0;
    for (size_t i = 0; out != NULL && l->status == HS_OK && i < count; i++) {
        const json_t *v = name_at(l, list, i);
        size_t len = json_string_length(v);
        len = len < NAME_MAX_ ? len : NAME_MAX_;
        out[n++] = (uint8_t)len;
        if (len > 0) {
            memcpy(out + n, json_string_value(v), len);
        }
        n += len;
    }
    return (hs_span){out, n};
}

static hs_span codes(hs__line *l, const char *what, const json_t *list) {
    const size_t count = json_array_size(list);
    uint8_t *out = hs__line_room(l, 2 * count);
    for (size_t i = 0; out != NULL && l->status == HS_OK && i < count; i++) {
        const json_t *v = name_at(l, list, i);
        const uint16_t code = v != NULL ? code_of(l, what, json_string_value(v)) : 0;
        out[2 * i] = (uint8_t)(code >> 8);
        out[2 * i + 1] = (uint8_t)code;
    }
    return (hs_span){out, out != NULL ? 2 * count : 0};
}

static hs_span names(hs__line *l, const char *what, const char *key) {
    const json_t *list = hs__line_array_if(l, l->o, key);
    return strcmp(what, "alpn") == 0 ? protocols(l, list) : codes(l, what, list);
}

void hs__line_choose(hs__line *l) {
    const char *what = hs__line_text(l, l->o, "what");
    const char *by = hs__line_word(l, l->o, "by");
    hs_trace ev = {.u.choose = {.what = what,
                                .chosen = hs__line_text_if(l, l->o, "chosen"),
                                .by_us = by != NULL && (strcmp(by, "server") == 0) == l->is_server,
                                .offered = names(l, what, "offered"),
                                .supported = names(l, what, "supported"),
                                .why = hs__line_text_if(l, l->o, "why")}};
    hs__line_tell(l, HS_TR_CHOOSE, l->t_us, &ev);
}

/* ---- keys -------------------------------------------------------------------------------- */

void hs__line_transcript(hs__line *l) {
    hs_trace ev = {.u.transcript = {.messages = hs__line_text_if(l, l->o, "messages"),
                                    .through = hs__line_text_if(l, l->o, "through"),
                                    .hash = hs__line_text_if(l, l->o, "hash"),
                                    .value = hs__line_hex_if(l, l->o, "value"),
                                    .is_reset = hs__line_bool_if(l, l->o, "reset")}};
    hs__line_tell(l, HS_TR_TRANSCRIPT, l->t_us, &ev);
}

static hs_trace_input *inputs_of(hs__line *l, size_t *n) {
    const json_t *inputs = hs__line_object_if(l, l->o, "inputs");
    const json_t *values = hs__line_object_if(l, l->o, "input_values");
    hs_trace_input *all = hs__line_room(l, json_object_size(inputs) * sizeof *all);
    *n = 0;
    /* jansson hands them out in the order of the file, and changes nothing here */
    for (void *at = json_object_iter((json_t *)(uintptr_t)inputs); at != NULL && all != NULL;
         at = json_object_iter_next((json_t *)(uintptr_t)inputs, at)) {
        const char *name = json_object_iter_key(at);
        all[(*n)++] = (hs_trace_input){.name = name,
                                       .ref = hs__line_text_if(l, inputs, name),
                                       .bytes = hs__line_hex_if(l, values, name)};
    }
    return all;
}

void hs__line_derive(hs__line *l) {
    size_t n;
    const hs_trace_input *inputs = inputs_of(l, &n);
    hs_trace ev = {.u.derive = {.name = hs__line_text_if(l, l->o, "name"),
                                .fn = hs__line_text_if(l, l->o, "fn"),
                                .hash = hs__line_text_if(l, l->o, "hash"),
                                .inputs = inputs,
                                .n_inputs = n,
                                .len = (size_t)hs__line_uint(l, l->o, "len", UINT32_MAX),
                                .value = hs__line_hex_if(l, l->o, "value"),
                                .id = hs__line_hex_if(l, l->o, "id"),
                                .us = hs__line_uint_if(l, l->o, "us", INT64_MAX)}};
    hs__line_tell(l, HS_TR_DERIVE, l->t_us, &ev);
}

void hs__line_key(hs__line *l) {
    hs_trace ev = {.u.key = {.outbound = hs__line_outbound(l),
                             .name = hs__line_text_if(l, l->o, "name"),
                             .aead = hs__line_text_if(l, l->o, "aead"),
                             .secret = hs__line_text_if(l, l->o, "secret")}};
    hs__line_tell(l, HS_TR_KEY, l->t_us, &ev);
}

void hs__line_secret(hs__line *l) {
    hs_trace ev = {.u.secret = {.label = hs__line_text_if(l, l->o, "label"),
                                .client_random = hs__line_hex_if(l, l->o, "client_random"),
                                .secret = hs__line_hex_if(l, l->o, "value")}};
    hs__line_tell(l, HS_TR_SECRET, l->t_us, &ev);
}

void hs__line_key_update(hs__line *l) {
    hs_trace ev = {.u.key_update = {.outbound = hs__line_outbound(l),
                                    .requested = hs__line_bool_if(l, l->o, "requested"),
                                    .generation = hs__line_uint(l, l->o, "gen", INT64_MAX)}};
    hs__line_tell(l, HS_TR_KEY_UPDATE, l->t_us, &ev);
}

void hs__line_ticket(hs__line *l) {
    hs_trace ev = {
        .u.ticket = {.outbound = hs__line_outbound(l),
                     .lifetime = (uint32_t)hs__line_uint(l, l->o, "lifetime", UINT32_MAX),
                     .age_add = (uint32_t)hs__line_uint_if(l, l->o, "age_add", UINT32_MAX),
                     .nonce = hs__line_hex_if(l, l->o, "nonce"),
                     .ticket_n = (size_t)hs__line_uint(l, l->o, "len", UINT16_MAX),
                     .early_max = (uint32_t)hs__line_uint_if(l, l->o, "early_max", UINT32_MAX)}};
    hs__line_tell(l, HS_TR_TICKET, l->t_us, &ev);
}

/* ---- alerts, data, notes ----------------------------------------------------------------- */

/* null: neither of the two that there are. */
static uint8_t level_of(hs__line *l) {
    const char *name = hs__line_text_if(l, l->o, "level");
    const hs__code *row =
        name != NULL ? hs__code_by_name(&hs__alert_levels, name, strlen(name)) : NULL;
    return row != NULL ? (uint8_t)row->code : 0;
}

void hs__line_alert(hs__line *l) {
    hs_trace ev = {.u.alert = {.outbound = hs__line_outbound(l),
                               .level = level_of(l),
                               .description = (uint8_t)hs__line_uint(l, l->o, "code", UINT8_MAX),
                               .cause = hs__line_text_if(l, l->o, "local_error"),
                               .where = hs__line_text_if(l, l->o, "where"),
                               .rule = hs__line_ref(l, l->o, "ref"),
                               .detail = hs__line_text_if(l, l->o, "cause"),
                               .after = hs__line_text_if(l, l->o, "after")}};
    hs__line_tell(l, HS_TR_ALERT, l->t_us, &ev);
}

void hs__line_appdata(hs__line *l) {
    hs_trace ev = {.u.appdata = {.outbound = hs__line_outbound(l),
                                 .n = (size_t)hs__line_uint(l, l->o, "len", INT64_MAX),
                                 .bytes = hs__line_hex_if(l, l->o, "bytes")}};
    hs__line_tell(l, HS_TR_APPDATA, l->t_us, &ev);
}

void hs__line_note(hs__line *l) {
    hs_trace ev = {.u.note = {.text = hs__line_text_if(l, l->o, "text"),
                              .rule = hs__line_ref(l, l->o, "ref")}};
    hs__line_tell(l, HS_TR_NOTE, l->t_us, &ev);
}

/* ---- the end ----------------------------------------------------------------------------- */

static hs_span alpn_of(hs__line *l) {
    const char *name = hs__line_text_if(l, l->o, "alpn");
    const size_t n = name != NULL ? json_string_length(json_object_get(l->o, "alpn")) : 0;
    return (hs_span){(const uint8_t *)name, n};
}

static void read_totals(hs__line *l, hs_trace_done *d) {
    const json_t *us = hs__line_object_if(l, l->o, "us"), *ops = hs__line_object_if(l, l->o, "ops");
    d->bytes_tx = hs__line_uint(l, l->o, "bytes_tx", INT64_MAX);
    d->bytes_rx = hs__line_uint(l, l->o, "bytes_rx", INT64_MAX);
    d->records_tx = hs__line_uint(l, l->o, "records_tx", INT64_MAX);
    d->records_rx = hs__line_uint(l, l->o, "records_rx", INT64_MAX);
    d->us_total = hs__line_uint_if(l, us, "total", INT64_MAX);
    d->us_crypto = hs__line_uint_if(l, us, "crypto", INT64_MAX);
    d->ops.sign = (unsigned)hs__line_uint_if(l, ops, "sign", UINT32_MAX);
    d->ops.verify = (unsigned)hs__line_uint_if(l, ops, "verify", UINT32_MAX);
    d->ops.kex = (unsigned)hs__line_uint_if(l, ops, "ecdh", UINT32_MAX);
}

/* A handshake that failed has a line of its own, but no such event. */
void hs__line_done(hs__line *l) {
    if (!hs__line_bool(l, l->o, "ok")) {
        return;
    }
    hs_trace ev = {
        .u.done = {.version = hs__line_text_if(l, l->o, "version"),
                   .suite = hs__line_text_if(l, l->o, "suite"),
                   .group = hs__line_text_if(l, l->o, "group"),
                   .scheme = hs__line_text_if(l, l->o, "sigalg"),
                   .mode = hs__line_text_if(l, l->o, "mode"),
                   .alpn = alpn_of(l),
                   .hrr = hs__line_bool_if(l, l->o, "hrr"),
                   .client_authenticated = hs__line_bool_if(l, l->o, "client_authenticated"),
                   .resumed = hs__line_bool_if(l, l->o, "resumed"),
                   .extended_main_secret = hs__line_bool_if(l, l->o, "extended_main_secret"),
                   .rtts = (unsigned)hs__line_uint_if(l, l->o, "rtts", UINT32_MAX),
                   .verified = hs__line_bool_if(l, l->o, "verified"),
                   .verify_enforced = hs__line_bool_if(l, l->o, "verify_enforced"),
                   .verdict = hs__line_status(l, l->o, "verify_code")}};
    read_totals(l, &ev.u.done);
    hs__line_tell(l, HS_TR_DONE, l->t_us, &ev);
}

void hs__line_closed(hs__line *l) {
    hs_trace ev = {.u.closed = {.clean = hs__line_bool(l, l->o, "clean"),
                                .bytes_tx = hs__line_uint(l, l->o, "bytes_tx", INT64_MAX),
                                .bytes_rx = hs__line_uint(l, l->o, "bytes_rx", INT64_MAX),
                                .records_tx = hs__line_uint(l, l->o, "records_tx", INT64_MAX),
                                .records_rx = hs__line_uint(l, l->o, "records_rx", INT64_MAX),
                                .app_tx = hs__line_uint(l, l->o, "app_tx", INT64_MAX),
                                .app_rx = hs__line_uint(l, l->o, "app_rx", INT64_MAX)}};
    hs__line_tell(l, HS_TR_CLOSED, l->t_us, &ev);
}
