/* fail.h - the one place where a connection fails.
 *
 * The first failure is final: it is kept with its place and text, its alert is queued under
 * the current sending key, and HS_EV_FAILED becomes the last event. */
#ifndef HS_ENGINE_FAIL_H
#define HS_ENGINE_FAIL_H

#include "engine/connection.h"
#include "proto/alert.h"

/* Returns `status`, so that a handler can `return hs__fail(...)`. `where`: field path or "".
 * fmt: what was expected, what came, what to do; the row's own text comes before it. */
hs_status hs__fail(hs_conn *c, hs_status status, const char *where, const char *fmt, ...)
    HS_PRINTF(4, 5);

/* A reader failed: its status, path and problem. */
hs_status hs__fail_read(hs_conn *c, const hs__rd_root *root);

/* The peer sent a fatal alert: nothing is answered (RFC 9846 6.2). */
hs_status hs__fail_alert(hs_conn *c, uint8_t description);

/* The chain was judged and refused: text and rows come from the report, which the connection
 * keeps. */
hs_status hs__fail_chain(hs_conn *c, hs_status verdict);

/* Alerts that end nothing by themselves: close_notify, user_canceled. */
void hs__send_alert(hs_conn *c, uint8_t description);
void hs__trace_alert(hs_conn *c, bool outbound, const hs__alert *a);

#endif
