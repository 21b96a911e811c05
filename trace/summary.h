/* summary.h - a handshake message in one line. */
#ifndef HS_TRACE_SUMMARY_H
#define HS_TRACE_SUMMARY_H

#include "handshake/trace.h"
#include "trace/strbuf.h"

/* What a person wants to know of the message first. Adds nothing when it is not well formed, or
 * of a type that has nothing to say. `covers`: "CH..CV", the transcript so far; may be "".
 * `version`: that of the connection, 0 while it is not known. */
void hs__summary(hs__strbuf *b, const hs_trace_message *m, const char *covers, uint16_t version);

#endif
