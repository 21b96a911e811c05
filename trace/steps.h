/* steps.h - the eight steps of a classic handshake, and who does them in others. */
#ifndef HS_TRACE_STEPS_H
#define HS_TRACE_STEPS_H

#include "trace/explain.h"

extern const hs__paragraph hs__steps[];
extern const unsigned hs__steps_n; /* at most 64 */

#endif
