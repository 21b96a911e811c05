#include "tests/unit/trace/sink.h"

#include <stdlib.h>
#include <string.h>

static void write_out(void *ctx, const char *p, size_t n) {
    hs__buf_bytes(ctx, p, n);
}

hs_render_options sink_options(hs__strbuf *out, int level, hs_secrets secrets) {
    return (hs_render_options){.size = sizeof(hs_render_options),
                               .write = write_out,
                               .ctx = out,
                               .level = level,
                               .secrets = secrets,
                               .tool = "test",
                               .tool_version = "1"};
}

void sink_event(hs_render *r, hs_trace_kind kind, uint64_t t_us, const hs_trace *event) {
    hs_trace ev = *event;
    ev.kind = kind;
    ev.t_us = t_us;
    hs_render_event(r, &ev);
}

void sink_message(hs_render *r, bool outbound, uint8_t type, const char *name, hs_span raw,
                  uint64_t record, const sink_field *fields, size_t n_fields, hs_status end) {
    hs_trace ev = {.u.message = {outbound, type, name, raw, record}};
    sink_event(r, HS_TR_MESSAGE, 0, &ev);
    for (size_t i = 0; i < n_fields; i++) {
        const sink_field *f = &fields[i];
        hs_trace field = {.u.field = {.path = f->path,
                                      .off = f->off,
                                      .bytes = {raw.p + f->off, f->n},
                                      .kind = f->kind,
                                      .value = f->value,
                                      .meaning = f->meaning}};
        sink_event(r, HS_TR_FIELD, 0, &field);
    }
    hs_trace last = {.u.message_end = {end, "X.y", "needs 2 bytes, 1 is left"}};
    sink_event(r, HS_TR_MESSAGE_END, 0, &last);
}

static void wire(hs_render *r, bool outbound, uint64_t n, uint8_t type, bool is_protected,
                 hs_span body) {
    uint8_t *raw = malloc(5 + body.n);
    if (raw == NULL) {
        abort();
    }
    const uint8_t header[] = {type, 3, 3, (uint8_t)(body.n >> 8), (uint8_t)body.n};
    memcpy(raw, header, sizeof header);
    if (body.n > 0) {
        memcpy(raw + 5, body.p, body.n);
    }
    hs_trace ev = {.u.wire = {outbound, n, type, 0x0303, is_protected, {raw, 5 + body.n}}};
    sink_event(r, HS_TR_WIRE, 0, &ev);
    free(raw);
}

void sink_clear(hs_render *r, bool outbound, uint64_t n, uint8_t type, hs_span body) {
    wire(r, outbound, n, type, false, body);
}

void sink_protected(hs_render *r, bool outbound, uint64_t n, uint64_t seq, uint8_t inner,
                    hs_span plaintext) {
    static const uint8_t cipher[40] = {0xc1, 0xfe}, nonce[12], aad[5] = {23, 3, 3, 0, 40};
    const hs_span body = {cipher, sizeof cipher};
    hs_trace ev = {
        .u.opened = {.outbound = outbound,
                     .n = n,
                     .ok = true,
                     .aead = "AES-128-GCM",
                     .key = outbound ? "client_application_key" : "server_application_key",
                     .seq = seq,
                     .nonce = {nonce, 12},
                     .aad = {aad, 5},
                     .inner_type = inner,
                     .plaintext_n = plaintext.n,
                     .plaintext = plaintext}};
    if (!outbound) {
        wire(r, false, n, 23, true, body);
    }
    sink_event(r, HS_TR_OPENED, 0, &ev);
    if (outbound) {
        wire(r, true, n, 23, true, body);
    }
}
