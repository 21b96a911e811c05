/* status.h - how functions tell what went wrong.
 *
 * Every function that can fail returns an hs_status. The rows, with the alert that a
 * TLS peer gets for each, the rule that was broken and a sentence for people, are in
 * errors.def: the enum, hs_status_name(), hs_status_text(), hs_status_alert() and
 * hs_status_rule() are made from it. */
#ifndef HANDSHAKE_STATUS_H
#define HANDSHAKE_STATUS_H

#include "handshake/types.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    HS_OK = 0,
#define HS_ERROR(name, alert, rule, text) HS_E_##name,
#include "handshake/errors.def"
#undef HS_ERROR
} hs_status;

/* No alert: a local fault, or the peer has ended the connection already. */
#define HS_NO_ALERT (-1)

/* "HS_E_BAD_RECORD_MAC"; static. "HS_OK" for HS_OK. */
const char *hs_status_name(hs_status status);

/* One plain sentence without a full stop; static. */
const char *hs_status_text(hs_status status);

/* The alert description (RFC 9846 section 6) a peer gets for it, or HS_NO_ALERT. */
int hs_status_alert(hs_status status);

/* The rule that was broken, as "rfc9846#section-5.2"; "" where there is none. */
const char *hs_status_rule(hs_status status);

#ifdef __cplusplus
}
#endif

#endif
