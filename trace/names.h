/* names.h - names of things in a trace: short forms for the text, forms for JSON, and which
 * fields are secret. Text that does not fit its buffer is cut. */
#ifndef HS_TRACE_NAMES_H
#define HS_TRACE_NAMES_H

#include "handshake/trace.h"
#include "proto/codepoints.h"
#include "proto/cursor.h"
#include "trace/strbuf.h"

enum { HS__SHORT_NAME = 64, HS__SNAKE_NAME = 48, HS__REF_TEXT = 48 };

/* s, or "" for NULL. */
const char *hs__str(const char *s);

/* "client_handshake_traffic_secret" -> "client_hs", "server_handshake_iv" -> "server_hs.iv",
 * "client_application_traffic_secret_2" -> "client_ap_2"; unknown ones stay as they are. */
void hs__short_name(const char *name, char out[HS__SHORT_NAME]);

/* A key's name for the record column: "server_handshake_key" -> "s_hs". */
void hs__key_tag(const char *key, char out[HS__SHORT_NAME]);

/* The n-th pair of RFC 9846's name and its short form; false behind the last. */
bool hs__short_name_row(size_t n, const char **name, const char **short_name);

/* Who tells the event: "client", "server", "observer". */
const char *hs__role_name(const hs_trace *event);

/* "HelloRetryRequest" -> "hello_retry_request", as HandshakeType spells it. */
void hs__snake_name(const char *message, char out[HS__SNAKE_NAME]);

/* The way back: "hello_retry_request" -> "HelloRetryRequest". */
void hs__camel_name(const char *snake, char out[HS__SNAKE_NAME]);

/* The code point's name, "0x1a2b" where it has none. */
void hs__code_add(hs__strbuf *b, hs__name_fn names, uint32_t code);

/* The suite's secret is made by the client and encrypted to the server's RSA key. */
bool hs__is_key_transport(const char *suite);

/* The names of what a choose event lists; NULL when it does not list 16-bit code points. */
hs__name_fn hs__choose_names(const char *what);
const hs__code_list *hs__choose_list(const char *what);

/* "length", "uint", "code", "bytes", "text". */
const char *hs__field_kind_name(hs_field_kind kind);

/* "rfc9846#section-4.3.8" -> "RFC 9846", "4.3.8"; false when it is of another form. */
typedef struct {
    char doc[HS__REF_TEXT], section[HS__REF_TEXT];
    unsigned rfc; /* 0: not an RFC */
} hs__ref;
bool hs__ref_read(const char *rule, hs__ref *out);

/* "[4.3.8]" for RFC 9846, "[RFC 5280 4.1.2.5]" for others; nothing for "". */
void hs__ref_add(hs__strbuf *b, const char *rule);

/* A path without list indices: "client_shares[1].group" -> "client_shares.group". Labels in
 * brackets stay. */
void hs__path_plain(const char *path, char out[HS__PATH_MAX]);

/* A field that a reader tells, as an event has it. `path` has room for it and lives as long. */
hs_trace_field hs__field_event(const hs__field *f, char path[HS__PATH_MAX]);

/* The field's value identifies a session or resumes one: session ids, tickets, PSK identities.
 * `message` as in the event: "NewSessionTicket". */
bool hs__field_is_secret(const char *message, const hs_trace_field *f);

#endif
