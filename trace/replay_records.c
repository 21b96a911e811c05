#include <stdlib.h>
#include <string.h>

#include "proto/record_header.h"
#include "trace/replay_line.h"

enum {
    NONCE = 12, /* of every cipher we speak */
    NONCE_MAX = 64
};

/* "0x0303" */
static uint16_t record_version(hs__line *l) {
    const char *s = hs__line_text(l, l->o, "version");
    char *end;
    const unsigned long v = strtoul(s, &end, 16);
    if (v > UINT16_MAX || *end != 0) {
        hs__line_fail(l, HS_E_DECODE, "record: \"version\" is not like 0x0303");
        return 0;
    }
    return (uint16_t)v;
}

static void tell_wire(hs__line *l, uint64_t t_us) {
    hs_trace ev = {.u.wire = {.outbound = hs__line_outbound(l),
                              .n = hs__line_uint(l, l->o, "n", INT64_MAX),
                              .type = (uint8_t)hs__line_uint(l, l->o, "type", UINT8_MAX),
                              .version = record_version(l),
                              .is_protected = hs__line_bool(l, l->o, "protected"),
                              .raw = hs__line_hex_if(l, l->o, "raw")}};
    if (ev.u.wire.raw.n < HS__RECORD_HEADER ||
        ev.u.wire.raw.n > HS__RECORD_HEADER + (size_t)UINT16_MAX) {
        hs__line_fail(l, HS_E_DECODE, "record: \"raw\" is not a record");
    }
    hs__line_tell(l, HS_TR_WIRE, t_us, &ev);
}

/* The end of a hidden nonce may be known; the rest of it is zero then. */
static hs_span nonce_of(hs__line *l, const json_t *aead, hs_span explicit_nonce) {
    const hs_span shown = hs__line_hex_if(l, aead, "nonce");
    if (shown.n > 0) {
        return shown;
    }
    const bool is_told = json_object_get(aead, "nonce_len") != NULL;
    const size_t n = is_told ? (size_t)hs__line_uint(l, aead, "nonce_len", NONCE_MAX) : NONCE;
    uint8_t *nonce = hs__line_room(l, n);
    if (nonce != NULL && explicit_nonce.n > 0 && explicit_nonce.n <= n) {
        memcpy(nonce + n - explicit_nonce.n, explicit_nonce.p, explicit_nonce.n);
    }
    return (hs_span){nonce, nonce != NULL ? n : 0};
}

static void tell_opened(hs__line *l, const json_t *aead, uint64_t t_us) {
    const hs_span explicit_nonce = hs__line_hex_if(l, aead, "explicit_nonce");
    hs_trace ev = {.u.opened = {.outbound = hs__line_outbound(l),
                                .n = hs__line_uint(l, l->o, "n", INT64_MAX),
                                .ok = hs__line_bool(l, aead, "ok"),
                                .aead = hs__line_text_if(l, aead, "alg"),
                                .key = hs__line_text_if(l, aead, "key"),
                                .seq = hs__line_uint(l, aead, "seq", INT64_MAX),
                                .nonce = nonce_of(l, aead, explicit_nonce),
                                .aad = hs__line_hex_if(l, aead, "aad"),
                                .explicit_nonce = explicit_nonce}};
    hs_trace_opened *o = &ev.u.opened;
    if (o->ok) {
        o->inner_type = (uint8_t)hs__line_uint(l, l->o, "inner_type", UINT8_MAX);
        o->plaintext_n = (size_t)hs__line_uint(l, l->o, "inner_len", UINT16_MAX);
        o->padding = (size_t)hs__line_uint_if(l, l->o, "padding", UINT16_MAX);
        o->plaintext = hs__line_hex_if(l, l->o, "plaintext");
    }
    if (o->explicit_nonce.n > o->nonce.n) {
        hs__line_fail(l, HS_E_DECODE, "record: \"explicit_nonce\" is longer than the nonce");
    }
    hs__line_tell(l, HS_TR_OPENED, t_us, &ev);
}

/* What is received is on the wire first and then opened, what is sent the other way round. */
void hs__line_record(hs__line *l) {
    const json_t *aead = hs__line_object_if(l, l->o, "aead");
    const bool has_wire = json_object_get(l->o, "raw") != NULL;
    if (aead != NULL && hs__line_outbound(l)) {
        tell_opened(l, aead, l->began_us);
        if (has_wire) {
            tell_wire(l, l->t_us);
        }
        return;
    }
    if (has_wire) {
        tell_wire(l, l->began_us);
    }
    if (aead != NULL) {
        tell_opened(l, aead, l->t_us);
    }
}
