/* trace_emit.h - the engine's side of the trace. Built without HS_TRACE all of it is nothing,
 * and costs nothing. */
#ifndef HS_ENGINE_TRACE_EMIT_H
#define HS_ENGINE_TRACE_EMIT_H

#include "engine/connection.h"

#ifdef HS_TRACE

/* Somebody listens to this kind. */
static inline bool hs__tracing(const hs_conn *c, hs_trace_kind kind) {
    return c->first->trace != NULL && (c->first->trace_mask & HS_TRACE_MASK(kind)) != 0;
}

static inline bool hs__tracing_secrets(const hs_conn *c) {
    return (c->first->trace_mask & HS_TRACE_SECRETS) != 0;
}

/* Fills in role and time, calls the sink. */
void hs__emit(hs_conn *c, hs_trace *event);

/* Microseconds of the trace's clock; 0 without one. */
uint64_t hs__trace_us(const hs_conn *c);

/* A message that came in: its fields are told by the sink while it is read for use, then it
 * ends. One that we wrote is read once more for the trace, by the same reader. */
void hs__trace_received(hs_conn *c, uint8_t type, const char *name, hs_span raw);
const hs__field_sink *hs__trace_fields(hs_conn *c, hs__field_sink *sink);
void hs__trace_message_end(hs_conn *c, const hs__rd_root *root);
void hs__trace_sent(hs_conn *c, uint8_t type, const char *name, hs_span raw);

/* A record as on the wire / under its protection; `inside` NULL: it did not open. */
void hs__trace_wire(hs_conn *c, bool outbound, hs_span raw, bool is_protected);
void hs__trace_opened(hs_conn *c, bool outbound, const uint8_t *nonce, hs_span aad, uint8_t type,
                      size_t padding, const hs_span *inside);

void hs__trace_state(hs_conn *c, hs__state from, const char *cause);
void hs__trace_choose(hs_conn *c, const char *what, const char *chosen, bool by_us, hs_span offered,
                      hs_span supported, const char *why);
void hs__trace_transcript(hs_conn *c, const uint8_t *digest, bool is_reset);
void hs__trace_derive(hs_conn *c, const char *name, const char *fn, const hs_trace_input *inputs,
                      size_t n_inputs, hs_span value, uint64_t started_us);
void hs__trace_secret(hs_conn *c, const char *label, hs_span secret);
/* `secret`: the traffic secret it comes from, with its generation. */
void hs__trace_key(hs_conn *c, bool outbound, const char *secret);
void hs__trace_note(hs_conn *c, const char *text, const char *rule);
void hs__trace_check(hs_conn *c, const hs_trace_check *check);
/* A Finished was compared. */
void hs__trace_finished(hs_conn *c, bool ok, hs_span got, hs_span expected);
/* TLS 1.2: a NewSessionTicket. */
void hs__trace_ticket(hs_conn *c, bool outbound, uint32_t lifetime, size_t ticket_n);
/* TLS 1.2: the preliminary secret of RSA key transport and its ciphertext. */
void hs__trace_premaster(hs_conn *c, hs_span ciphertext, uint64_t started_us);
/* TLS 1.2: what the key block is cut into; what the suite means for those who record it. */
void hs__trace_key_block(hs_conn *c, const uint8_t *block, size_t key_n, size_t iv_n);
void hs__trace_done(hs_conn *c);
void hs__trace_closed(hs_conn *c);

#else

static inline bool hs__tracing(const hs_conn *c, hs_trace_kind kind) {
    (void)c;
    (void)kind;
    return false;
}

static inline bool hs__tracing_secrets(const hs_conn *c) {
    (void)c;
    return false;
}

static inline void hs__emit(hs_conn *c, hs_trace *event) {
    (void)c;
    (void)event;
}

static inline uint64_t hs__trace_us(const hs_conn *c) {
    (void)c;
    return 0;
}

static inline void hs__trace_received(hs_conn *c, uint8_t type, const char *name, hs_span raw) {
    (void)c;
    (void)type;
    (void)name;
    (void)raw;
}

static inline const hs__field_sink *hs__trace_fields(hs_conn *c, hs__field_sink *sink) {
    (void)c;
    (void)sink;
    return NULL;
}

static inline void hs__trace_message_end(hs_conn *c, const hs__rd_root *root) {
    (void)c;
    (void)root;
}

static inline void hs__trace_sent(hs_conn *c, uint8_t type, const char *name, hs_span raw) {
    (void)c;
    (void)type;
    (void)name;
    (void)raw;
}

static inline void hs__trace_wire(hs_conn *c, bool outbound, hs_span raw, bool is_protected) {
    (void)c;
    (void)outbound;
    (void)raw;
    (void)is_protected;
}

static inline void hs__trace_opened(hs_conn *c, bool outbound, const uint8_t *nonce, hs_span aad,
                                    uint8_t type, size_t padding, const hs_span *inside) {
    (void)c;
    (void)outbound;
    (void)nonce;
    (void)aad;
    (void)type;
    (void)padding;
    (void)inside;
}

static inline void hs__trace_state(hs_conn *c, hs__state from, const char *cause) {
    (void)c;
    (void)from;
    (void)cause;
}

static inline void hs__trace_choose(hs_conn *c, const char *what, const char *chosen, bool by_us,
                                    hs_span offered, hs_span supported, const char *why) {
    (void)c;
    (void)what;
    (void)chosen;
    (void)by_us;
    (void)offered;
    (void)supported;
    (void)why;
}

static inline void hs__trace_transcript(hs_conn *c, const uint8_t *digest, bool is_reset) {
    (void)c;
    (void)digest;
    (void)is_reset;
}

static inline void hs__trace_derive(hs_conn *c, const char *name, const char *fn,
                                    const hs_trace_input *inputs, size_t n_inputs, hs_span value,
                                    uint64_t started_us) {
    (void)c;
    (void)name;
    (void)fn;
    (void)inputs;
    (void)n_inputs;
    (void)value;
    (void)started_us;
}

static inline void hs__trace_secret(hs_conn *c, const char *label, hs_span secret) {
    (void)c;
    (void)label;
    (void)secret;
}

static inline void hs__trace_key(hs_conn *c, bool outbound, const char *secret) {
    (void)c;
    (void)outbound;
    (void)secret;
}

static inline void hs__trace_note(hs_conn *c, const char *text, const char *rule) {
    (void)c;
    (void)text;
    (void)rule;
}

static inline void hs__trace_check(hs_conn *c, const hs_trace_check *check) {
    (void)c;
    (void)check;
}

static inline void hs__trace_finished(hs_conn *c, bool ok, hs_span got, hs_span expected) {
    (void)c;
    (void)ok;
    (void)got;
    (void)expected;
}

static inline void hs__trace_ticket(hs_conn *c, bool outbound, uint32_t lifetime, size_t ticket_n) {
    (void)c;
    (void)outbound;
    (void)lifetime;
    (void)ticket_n;
}

static inline void hs__trace_premaster(hs_conn *c, hs_span ciphertext, uint64_t started_us) {
    (void)c;
    (void)ciphertext;
    (void)started_us;
}

static inline void hs__trace_key_block(hs_conn *c, const uint8_t *block, size_t key_n,
                                       size_t iv_n) {
    (void)c;
    (void)block;
    (void)key_n;
    (void)iv_n;
}

static inline void hs__trace_done(hs_conn *c) {
    (void)c;
}

static inline void hs__trace_closed(hs_conn *c) {
    (void)c;
}

#endif
#endif
