/* keylog.h - a line of the key log, for the key log itself and for captures that hold one. */
#ifndef HS_TRACE_KEYLOG_H
#define HS_TRACE_KEYLOG_H

#include "handshake/trace.h"
#include "trace/strbuf.h"

/* Nothing where the event has no value. */
void hs__keylog_line(const hs_trace_secret *s, hs__strbuf *out);

#endif
