/* sink.h - what a renderer wrote, and the events to make it write. */
#ifndef HS_TESTS_TRACE_SINK_H
#define HS_TESTS_TRACE_SINK_H

#include "handshake/render.h"
#include "trace/strbuf.h"

/* Options that write into `out`, a zeroed hs__strbuf. */
hs_render_options sink_options(hs__strbuf *out, int level, hs_secrets secrets);

/* Renders one event of a client at t_us. */
void sink_event(hs_render *r, hs_trace_kind kind, uint64_t t_us, const hs_trace *event);

/* A message with raw bytes, and one field for each of its parts. */
typedef struct {
    const char *path;
    hs_field_kind kind;
    size_t off, n;
    uint64_t value;
    const char *meaning;
} sink_field;
void sink_message(hs_render *r, bool outbound, uint8_t type, const char *name, hs_span raw,
                  uint64_t record, const sink_field *fields, size_t n_fields, hs_status end);

/* A record in clear / both halves of a protected one, in the engine's order. */
void sink_clear(hs_render *r, bool outbound, uint64_t n, uint8_t type, hs_span body);
void sink_protected(hs_render *r, bool outbound, uint64_t n, uint64_t seq, uint8_t inner,
                    hs_span plaintext);

#endif
