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

void hs__trace_state(hs_conn *c, hs__state from, const char *cause);
void hs__trace_choose(hs_conn *c, const char *what, const char *chosen, bool by_us, hs_span offered,
                      hs_span supported, const char *why);
void hs__trace_transcript(hs_conn *c, const uint8_t *digest, bool is_reset);
void hs__trace_derive(hs_conn *c, const char *name, const char *fn, const hs_trace_input *inputs,
                      size_t n_inputs, hs_span value, uint64_t started_us);
void hs__trace_secret(hs_conn *c, const char *label, hs_span secret);
void hs__trace_key(hs_conn *c, bool outbound);
void hs__trace_note(hs_conn *c, const char *text, const char *rule);
void hs__trace_check(hs_conn *c, const hs_trace_check *check);
void hs__trace_done(hs_conn *c);
void hs__trace_closed(hs_conn *c);

#else

#define hs__tracing(c, kind)                                    false
#define hs__tracing_secrets(c)                                  false
#define hs__emit(c, event)                                      ((void)(event))
#define hs__trace_us(c)                                         ((uint64_t)0)
#define hs__trace_received(c, type, name, raw)                  ((void)(raw))
#define hs__trace_sent(c, type, name, raw)                      ((void)(raw))
#define hs__trace_check(c, check)                               ((void)(check))
#define hs__trace_fields(c, sink)                               ((void)(sink), (const hs__field_sink *)NULL)
#define hs__trace_message_end(c, root)                          ((void)0)
#define hs__trace_state(c, from, cause)                         ((void)(from))
#define hs__trace_choose(c, what, chosen, by_us, off, sup, why) ((void)0)
#define hs__trace_transcript(c, digest, is_reset)               ((void)(digest))
#define hs__trace_derive(c, name, fn, inputs, n, value, us)     ((void)(inputs), (void)(us))
#define hs__trace_secret(c, label, secret)                      ((void)0)
#define hs__trace_key(c, outbound)                              ((void)0)
#define hs__trace_note(c, text, rule)                           ((void)0)
#define hs__trace_done(c)                                       ((void)0)
#define hs__trace_closed(c)                                     ((void)0)

#endif
#endif
