/* failure.h - why a connection ended badly: for people, as JSON, as an exit code. */
#ifndef HS_APPS_TLS_FAILURE_H
#define HS_APPS_TLS_FAILURE_H

#include <jansson.h>
#include <stdio.h>

#include "apps/common/exit.h"
#include "handshake/conn.h"

/* uv_status: what the stream's callback was told. error: hs_uv_error, NULL if TLS did not fail. */
typedef struct {
    const hs_error *error;
    int uv_status;
    bool was_connected;
} hs__failure;

hs__exit hs__failure_code(const hs__failure *f);

/* One line without its end: "the handshake failed: ... (ServerHello.x; RFC 9846 4.3)". */
void hs__failure_text(const hs__failure *f, char *out, size_t room);

/* More lines, each indented and ended: failed checks of the chain, the alert that was sent. */
void hs__failure_details(const hs__failure *f, FILE *out);

/* {status, text, where, rule, alert, alert_name, from_peer, checks: [...], dead_ends: [...]} */
json_t *hs__failure_json(const hs__failure *f);

/* Lines for the checks of a report: those that failed. */
void hs__report_failures(const hs_report *report, FILE *out);
json_t *hs__report_json(const hs_report *report);

#endif
