#include "engine/trace_emit.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "crypto/digest.h"
#include "engine/dispatch.h"
#include "engine/transcript.h"
#include "proto/codepoints.h"

void hs__emit(hs_conn *c, hs_trace *event) {
    event->is_server = c->is_server;
    event->version = c->version;
    event->resumed = c->resumed;
    event->t_us = hs__trace_us(c) - c->started_us;
    c->in_trace = true;
    c->first->trace(c->trace_ctx, event);
    c->in_trace = false;
}

uint64_t hs__trace_us(const hs_conn *c) {
    return c->first->trace != NULL && c->first->mono_us != NULL
               ? c->first->mono_us(c->first->clock_ctx)
               : 0;
}

/* ---- messages and fields ----------------------------------------------------------------- */

static void on_field(void *ctx, const hs__field *f) {
    hs_conn *c = ctx;
    char path[HS__PATH_MAX];
    hs__field_path(f, path, sizeof(path));
    hs_trace ev = {.kind = HS_TR_FIELD};
    ev.u.field =
        (hs_trace_field){.path = path,
                         .off = f->off,
                         .bytes = f->bytes,
                         .kind = (hs_field_kind)f->kind,
                         .value = f->value,
                         .meaning = f->names != NULL ? f->names((uint32_t)f->value) : NULL};
    hs__emit(c, &ev);
}

static_assert((int)HS__FIELD_TEXT == (int)HS_FIELD_TEXT, "both kinds of field are the same list");

const hs__field_sink *hs__trace_fields(hs_conn *c, hs__field_sink *sink) {
    *sink = (hs__field_sink){on_field, c};
    return hs__tracing(c, HS_TR_FIELD) ? sink : NULL;
}

static void message_begin(hs_conn *c, bool outbound, uint8_t type, const char *name, hs_span raw,
                          uint64_t record) {
    if (!hs__tracing(c, HS_TR_MESSAGE)) {
        return;
    }
    hs_trace ev = {.kind = HS_TR_MESSAGE};
    ev.u.message = (hs_trace_message){
        .outbound = outbound, .type = type, .name = name, .raw = raw, .record = record};
    hs__emit(c, &ev);
}

void hs__trace_message_end(hs_conn *c, const hs__rd_root *root) {
    if (!hs__tracing(c, HS_TR_MESSAGE)) {
        return;
    }
    hs_trace ev = {.kind = HS_TR_MESSAGE_END};
    ev.u.message_end = (hs_trace_message_end){root->status, root->where, root->problem};
    hs__emit(c, &ev);
}

void hs__trace_received(hs_conn *c, uint8_t type, const char *name, hs_span raw) {
    message_begin(c, false, type, name, raw, c->rx.message_record);
}

/* The record that the first byte of a message will be in: what waits to be sent goes first. */
static uint64_t next_record(const hs_conn *c, hs_span raw) {
    const size_t waiting = c->hs != NULL && c->hs->flight.n > raw.n ? c->hs->flight.n - raw.n : 0;
    const bool ccs_first = c->out.aead != NULL && c->ccs_due;
    return c->out.records + 1 + (ccs_first ? 1 : 0) + waiting / c->max_content;
}

void hs__trace_sent(hs_conn *c, uint8_t type, const char *name, hs_span raw) {
    if (!hs__tracing(c, HS_TR_MESSAGE)) {
        return;
    }
    message_begin(c, true, type, name, raw, next_record(c, raw));
    hs__field_sink sink;
    hs__message m;
    hs__rd_root root = {.status = HS_OK};
    (void)!hs__message_read(c, type, raw, hs__trace_fields(c, &sink), &root, &m);
    hs__trace_message_end(c, &root);
}

/* ---- records ----------------------------------------------------------------------------- */

void hs__trace_wire(hs_conn *c, bool outbound, hs_span raw, bool is_protected) {
    if (!hs__tracing(c, HS_TR_WIRE)) {
        return;
    }
    hs_trace ev = {.kind = HS_TR_WIRE};
    ev.u.wire = (hs_trace_wire){.outbound = outbound,
                                .n = outbound ? c->out.records : c->in.records,
                                .type = raw.p[0],
                                .version = (uint16_t)(raw.p[1] << 8 | raw.p[2]),
                                .is_protected = is_protected,
                                .raw = raw};
    hs__emit(c, &ev);
}

void hs__trace_opened(hs_conn *c, bool outbound, const uint8_t *nonce, hs_span aad, uint8_t type,
                      size_t padding, const hs_span *inside) {
    if (!hs__tracing(c, HS_TR_OPENED)) {
        return;
    }
    const hs__direction *d = outbound ? &c->out : &c->in;
    const size_t explicit_n = hs__explicit_nonce(c->suite);
    hs_trace ev = {.kind = HS_TR_OPENED};
    ev.u.opened =
        (hs_trace_opened){.outbound = outbound,
                          .n = d->records,
                          .ok = inside != NULL,
                          .aead = hs__aead_name(c->suite->aead),
                          .key = d->key_name,
                          .seq = d->seq,
                          .nonce = {nonce, HS__AEAD_NONCE},
                          .aad = aad,
                          .explicit_nonce = {nonce + HS__AEAD_NONCE - explicit_n, explicit_n}};
    if (inside != NULL) {
        bool shown = type != HS__CONTENT_application_data || hs__tracing_secrets(c);
        ev.u.opened.inner_type = type;
        ev.u.opened.padding = padding;
        ev.u.opened.plaintext_n = inside->n;
        ev.u.opened.plaintext = shown ? *inside : (hs_span){NULL, 0};
    }
    hs__emit(c, &ev);
}

/* ---- the others -------------------------------------------------------------------------- */

void hs__trace_state(hs_conn *c, hs__state from, const char *cause) {
    if (!hs__tracing(c, HS_TR_STATE) || from == c->state) {
        return;
    }
    hs_trace ev = {.kind = HS_TR_STATE};
    ev.u.state = (hs_trace_state){hs__state_name(from), hs__state_name(c->state), cause};
    hs__emit(c, &ev);
}

void hs__trace_choose(hs_conn *c, const char *what, const char *chosen, bool by_us, hs_span offered,
                      hs_span supported, const char *why) {
    if (!hs__tracing(c, HS_TR_CHOOSE)) {
        return;
    }
    hs_trace ev = {.kind = HS_TR_CHOOSE};
    ev.u.choose = (hs_trace_choose){what, chosen, by_us, offered, supported, why};
    hs__emit(c, &ev);
}

void hs__trace_transcript(hs_conn *c, const uint8_t *digest, bool is_reset) {
    const char *names = c->hs->transcript.names;
    const char *last = strrchr(names, ' ');
    hs_trace ev = {.kind = HS_TR_TRANSCRIPT};
    ev.u.transcript = (hs_trace_transcript){.messages = names,
                                            .through = last != NULL ? last + 1 : names,
                                            .hash = hs__hash_name(c->suite->hash),
                                            .value = {digest, hs__hash_len(c->suite->hash)},
                                            .is_reset = is_reset};
    hs__emit(c, &ev);
}

/* The first 4 bytes of a value's SHA-256: enough to compare two ends, too little to be of use. */
static void fingerprint(hs_conn *c, hs_span value, uint8_t id[4]) {
    uint8_t digest[HS__HASH_MAX] = {0};
    (void)!hs__digest(c->p, HS__SHA256, value, digest);
    memcpy(id, digest, 4);
}

void hs__trace_derive(hs_conn *c, const char *name, const char *fn, const hs_trace_input *inputs,
                      size_t n_inputs, hs_span value, uint64_t started_us) {
    if (!hs__tracing(c, HS_TR_DERIVE)) {
        return;
    }
    uint8_t id[4];
    fingerprint(c, value, id);
    uint64_t now = hs__trace_us(c);
    hs_trace ev = {.kind = HS_TR_DERIVE};
    ev.u.derive = (hs_trace_derive){.name = name,
                                    .fn = fn,
                                    .hash = hs__hash_name(c->suite->hash),
                                    .inputs = inputs,
                                    .n_inputs = n_inputs,
                                    .len = value.n,
                                    .value = hs__tracing_secrets(c) ? value : (hs_span){NULL, 0},
                                    .id = {id, sizeof(id)},
                                    .us = now - started_us};
    hs__emit(c, &ev);
}

void hs__trace_secret(hs_conn *c, const char *label, hs_span secret) {
    if (!hs__tracing(c, HS_TR_SECRET) || !hs__tracing_secrets(c)) {
        return;
    }
    hs_trace ev = {.kind = HS_TR_SECRET};
    ev.u.secret = (hs_trace_secret){label, {c->hs->client_random, HS__RANDOM}, secret};
    hs__emit(c, &ev);
}

void hs__trace_key(hs_conn *c, bool outbound, const char *secret) {
    const hs__direction *d = outbound ? &c->out : &c->in;
    hs_trace ev = {.kind = HS_TR_KEY};
    ev.u.key = (hs_trace_key){.outbound = outbound,
                              .name = d->key_name,
                              .aead = hs__aead_name(c->suite->aead),
                              .secret = secret};
    hs__emit(c, &ev);
}

void hs__trace_note(hs_conn *c, const char *text, const char *rule) {
    if (!hs__tracing(c, HS_TR_NOTE)) {
        return;
    }
    hs_trace ev = {.kind = HS_TR_NOTE};
    ev.u.note = (hs_trace_note){text, rule};
    hs__emit(c, &ev);
}

void hs__trace_check(hs_conn *c, const hs_trace_check *check) {
    if (!hs__tracing(c, HS_TR_CHECK)) {
        return;
    }
    hs_trace ev = {.kind = HS_TR_CHECK};
    ev.u.check = *check;
    hs__emit(c, &ev);
}

/* The expected value of a wrong one would let a forger finish: it is told only when equal. */
void hs__trace_finished(hs_conn *c, bool ok, hs_span got, hs_span expected) {
    char range[HS__TRANSCRIPT_NAMES];
    hs__transcript_range(c, range);
    const hs_trace_check check = {.what = "finished",
                                  .side = c->is_server ? "client" : "server",
                                  .ok = ok,
                                  .enforced = true,
                                  .covers = range,
                                  .expected = {expected.p, ok ? expected.n : 0},
                                  .got = got};
    hs__trace_check(c, &check);
}

void hs__trace_ticket(hs_conn *c, bool outbound, uint32_t lifetime, size_t ticket_n) {
    if (!hs__tracing(c, HS_TR_TICKET)) {
        return;
    }
    hs_trace ev = {.kind = HS_TR_TICKET};
    ev.u.ticket =
        (hs_trace_ticket){.outbound = outbound, .lifetime = lifetime, .ticket_n = ticket_n};
    hs__emit(c, &ev);
}

void hs__trace_premaster(hs_conn *c, hs_span ciphertext, uint64_t started_us) {
    const hs_trace_input parts[] = {
        {.name = "ciphertext", .ref = "ClientKeyExchange", .bytes = ciphertext}};
    hs__trace_derive(c, "preliminary_secret", "RSAES-PKCS1-v1_5", parts, 1,
                     (hs_span){c->hs->v12.premaster, HS__PREMASTER}, started_us);
}

/* RFC 5246 6.3, in this order; AEAD suites have no MAC keys before them. */
static void key_block_parts(hs_conn *c, const uint8_t *block, size_t key_n, size_t iv_n) {
    const struct {
        const char *name;
        size_t n;
    } parts[] = {{"client_write_key", key_n},
                 {"server_write_key", key_n},
                 {"client_write_IV", iv_n},
                 {"server_write_IV", iv_n}};
    size_t off = 0;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        char offset[8];
        (void)snprintf(offset, sizeof(offset), "%u", (unsigned)off);
        const hs_trace_input inputs[] = {{.name = "from", .ref = "key_block"},
                                         {.name = "offset", .ref = offset}};
        hs__trace_derive(c, parts[i].name, "part", inputs, 2, (hs_span){block + off, parts[i].n},
                         hs__trace_us(c));
        off += parts[i].n;
    }
}

void hs__trace_key_block(hs_conn *c, const uint8_t *block, size_t key_n, size_t iv_n) {
    if (hs__tracing(c, HS_TR_DERIVE)) {
        key_block_parts(c, block, key_n, iv_n);
    }
    if (c->suite->kx == HS__KX_RSA) {
        hs__trace_note(c,
                       "no forward secrecy: whoever gets the server's private key, even years "
                       "later, opens ClientKeyExchange in a recording of this handshake, has every "
                       "key and reads all of it; TLS 1.3 has removed RSA key transport",
                       "rfc9846#section-1.3");
    }
}

/* A code point's name, or NULL for 0. */
static const char *name_of(hs__name_fn names, uint16_t code) {
    return code != 0 ? names(code) : NULL;
}

void hs__trace_done(hs_conn *c) {
    if (!hs__tracing(c, HS_TR_DONE)) {
        return;
    }
    const hs__handshake *hs = c->hs;
    hs_trace ev = {.kind = HS_TR_DONE};
    ev.u.done = (hs_trace_done){
        .version = hs__version_name(c->version),
        .suite = hs__cipher_suite_name(c->suite->id),
        .group = name_of(hs__group_name, c->group),
        .scheme = name_of(hs__scheme_name, c->is_server ? c->own_scheme : c->peer_scheme),
        .mode = c->resumed ? "resumed" : "full",
        .alpn = c->alpn,
        .hrr = c->hrr,
        .resumed = c->resumed,
        .extended_main_secret = c->ems || c->version == HS__VERSION_TLS13,
        .client_authenticated = c->is_server ? c->peer_authenticated : hs->own_scheme != 0,
        .rtts = c->hrr || (c->version == HS__VERSION_TLS12 && !c->resumed) ? 2 : 1,
        .verified = c->peer_authenticated,
        .verify_enforced = c->config->verify == HS_VERIFY_ENFORCE,
        .verdict = c->verdict,
        .bytes_tx = c->out.bytes,
        .bytes_rx = c->in.bytes,
        .records_tx = c->out.records,
        .records_rx = c->in.records,
        .us_total = hs__trace_us(c) - c->started_us,
        .us_crypto = hs->us_crypto,
        .ops = {hs->ops.sign, hs->ops.verify, hs->ops.kex}};
    hs__emit(c, &ev);
}

void hs__trace_closed(hs_conn *c) {
    if (!hs__tracing(c, HS_TR_CLOSED)) {
        return;
    }
    hs_trace ev = {.kind = HS_TR_CLOSED};
    ev.u.closed =
        (hs_trace_closed){.clean = c->state == HS__CONNECTED && c->write_closed && c->read_closed,
                          .bytes_tx = c->out.bytes,
                          .bytes_rx = c->in.bytes,
                          .records_tx = c->out.records,
                          .records_rx = c->in.records,
                          .app_tx = c->out.app_bytes,
                          .app_rx = c->in.app_bytes};
    hs__emit(c, &ev);
}
