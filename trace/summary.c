#include "trace/summary.h"

#include <string.h>

#include "pki/name.h"
#include "proto/certificate12.h"
#include "proto/certificate13.h"
#include "proto/certificate_request12.h"
#include "proto/certificate_request13.h"
#include "proto/certificate_status.h"
#include "proto/certificate_verify.h"
#include "proto/client_hello.h"
#include "proto/client_key_exchange.h"
#include "proto/encrypted_extensions.h"
#include "proto/key_update.h"
#include "proto/new_session_ticket12.h"
#include "proto/new_session_ticket13.h"
#include "proto/server_hello.h"
#include "proto/server_key_exchange.h"
#include "trace/cert_text.h"
#include "trace/names.h"

/* What a message does not tell of itself. */
typedef struct {
    const char *covers;
    bool is_12;
} place;

static void separate(hs__strbuf *b, size_t start, const char *with) {
    if (b->n > start) {
        hs__buf_add(b, with);
    }
}

static const char *plural(size_t n) {
    return n == 1 ? "" : "s";
}

/* ---- pieces ------------------------------------------------------------------------------ */

static void add_alpn(hs__strbuf *b, hs_span list) {
    hs_span name;
    const char *comma = "";
    hs__buf_add(b, "alpn=");
    while (hs__protocol_name_next(&list, &name)) {
        hs__buf_add(b, comma);
        hs__buf_bytes(b, name.p, name.n);
        comma = ",";
    }
}

/* Every name in a list that is not GREASE. */
static void add_list16(hs__strbuf *b, hs_span list, hs__name_fn names) {
    size_t start = b->n;
    for (size_t i = 0; i < hs__list16_count(list); i++) {
        uint16_t code = hs__list16_at(list, i);
        if (!hs__is_grease16(code)) {
            separate(b, start, ", ");
            hs__code_add(b, names, code);
        }
    }
}

static void add_shares(hs__strbuf *b, hs_span list) {
    hs__key_share share;
    size_t n = 0;
    const char *before = ", ";
    while (hs__key_share_next(&list, &share)) {
        if (!hs__is_grease16(share.group)) {
            hs__buf_add(b, before);
            hs__code_add(b, hs__group_name, share.group);
            before = " + ";
            n++;
        }
    }
    hs__buf_add(b, n == 0 ? ", no share" : n == 1 ? " share" : " shares");
}

/* ---- messages ---------------------------------------------------------------------------- */

static void client_hello(hs__strbuf *b, hs_span raw, const place *at) {
    hs__client_hello m;
    hs__rd_root root;
    (void)at;
    if (hs__client_hello_read(raw, NULL, &root, &m) != HS_OK) {
        return;
    }
    const hs__extensions *e = &m.extensions;
    if (hs__ext_has(e, HS__EXT_supported_versions)) {
        add_list16(b, e->supported_versions, hs__version_name);
    } else {
        hs__buf_add(b, "no supported_versions: TLS 1.2 or older");
    }
    size_t suites = hs__list16_count(m.cipher_suites);
    size_t groups = hs__list16_count(e->supported_groups);
    hs__buf_fmt(b, "; %zu suite%s; %zu group%s", suites, plural(suites), groups, plural(groups));
    if (hs__ext_has(e, HS__EXT_key_share)) {
        add_shares(b, e->client_shares);
    }
    if (hs__ext_has(e, HS__EXT_server_name)) {
        hs__buf_add(b, "; sni=");
        hs__buf_bytes(b, e->server_name.p, e->server_name.n);
    }
    if (hs__ext_has(e, HS__EXT_application_layer_protocol_negotiation)) {
        hs__buf_add(b, "; ");
        add_alpn(b, e->protocol_name_list);
    }
    if (hs__ext_has(e, HS__EXT_cookie)) {
        hs__buf_fmt(b, "; cookie %zu B", e->cookie.n);
    }
    if (hs__ext_has(e, HS__EXT_pre_shared_key)) {
        hs__buf_fmt(b, "; %zu PSK%s", e->offered_psks.count, plural(e->offered_psks.count));
    }
    if (hs__ext_has(e, HS__EXT_early_data)) {
        hs__buf_add(b, "; early data");
    }
    if (e->session_ticket.n > 0) {
        hs__buf_fmt(b, "; ticket %zu B", e->session_ticket.n);
    }
}

static void server_hello(hs__strbuf *b, hs_span raw, const place *at) {
    hs__server_hello m;
    hs__rd_root root;
    (void)at;
    if (hs__server_hello_read(raw, NULL, &root, &m) != HS_OK) {
        return;
    }
    const hs__extensions *e = &m.extensions;
    if (m.kind == HS__IN_HELLO_RETRY_REQUEST) {
        hs__buf_add(b, "a ServerHello with a fixed random: ");
        if (hs__ext_has(e, HS__EXT_key_share)) {
            hs__buf_add(b, "asks for a share of ");
            hs__code_add(b, hs__group_name, e->selected_group);
            hs__buf_add(b, "; ");
        }
        if (hs__ext_has(e, HS__EXT_cookie)) {
            hs__buf_fmt(b, "cookie %zu B; ", e->cookie.n);
        }
        hs__buf_add(b, "+1 round trip");
        return;
    }
    bool is_13 = hs__ext_has(e, HS__EXT_supported_versions);
    hs__code_add(b, hs__version_name, is_13 ? e->selected_version : m.legacy_version);
    hs__buf_add(b, ", ");
    hs__code_add(b, hs__cipher_suite_name, m.cipher_suite);
    if (hs__ext_has(e, HS__EXT_key_share)) {
        hs__buf_add(b, ", ");
        hs__code_add(b, hs__group_name, e->server_share.group);
    }
    if (hs__ext_has(e, HS__EXT_pre_shared_key)) {
        hs__buf_fmt(b, ", PSK %u", e->selected_identity);
    }
    if (!is_13 && hs__ext_has(e, HS__EXT_application_layer_protocol_negotiation)) {
        hs__buf_add(b, ", ");
        add_alpn(b, e->protocol_name_list);
    }
    if (!is_13 && !hs__ext_has(e, HS__EXT_extended_main_secret)) {
        hs__buf_add(b, ", no extended_main_secret");
    }
}

static void extension_names(hs__strbuf *b, const hs__extensions *e) {
    hs_span block = e->block;
    uint16_t type;
    size_t start = b->n;
    while (hs__extension_next(&block, &type, NULL)) {
        separate(b, start, ", ");
        switch (type) {
        case HS__EXT_application_layer_protocol_negotiation:
            add_alpn(b, e->protocol_name_list);
            break;
        case HS__EXT_record_size_limit:
            hs__buf_fmt(b, "record_size_limit %u", e->record_size_limit);
            break;
        default:
            hs__code_add(b, hs__extension_name, type);
        }
    }
    if (b->n == start) {
        hs__buf_add(b, "empty");
    }
}

static void encrypted_extensions(hs__strbuf *b, hs_span raw, const place *at) {
    hs__encrypted_extensions m;
    hs__rd_root root;
    (void)at;
    if (hs__encrypted_extensions_read(raw, NULL, &root, &m) == HS_OK) {
        extension_names(b, &m.extensions);
    }
}

static void add_request(hs__strbuf *b, hs_span schemes, hs_span authorities) {
    const size_t n = hs__list16_count(schemes);
    hs__buf_fmt(b, "%zu signature scheme%s", n, plural(n));
    hs_span name;
    size_t issuers = 0;
    while (hs__authority_next(&authorities, &name)) {
        char text[HS__NAME_TEXT];
        hs__name_text(name, text, sizeof text);
        hs__buf_add(b, issuers++ == 0 ? "; from " : " or ");
        hs__buf_add(b, text[0] != 0 ? text : "(no name)");
    }
    if (issuers == 0) {
        hs__buf_add(b, "; from any issuer");
    }
}

static void certificate_request(hs__strbuf *b, hs_span raw, const place *at) {
    hs__rd_root root;
    hs__certificate_request12 old;
    hs__certificate_request13 m;
    if (at->is_12 && hs__certificate_request12_read(raw, NULL, &root, &old) == HS_OK) {
        add_request(b, old.supported_signature_algorithms, old.certificate_authorities);
    } else if (!at->is_12 && hs__certificate_request13_read(raw, NULL, &root, &m) == HS_OK) {
        add_request(b, m.extensions.signature_algorithms, m.extensions.authorities);
    }
}

static void add_certificates(hs__strbuf *b, size_t count, hs_span first) {
    if (count == 0) {
        hs__buf_add(b, "empty: the sender has no fitting certificate");
        return;
    }
    hs__buf_fmt(b, "%zu cert%s: ", count, plural(count));
    hs__cert_summary(b, first);
}

static void certificate(hs__strbuf *b, hs_span raw, const place *at) {
    hs__rd_root root;
    hs_span first = {NULL, 0};
    hs__certificate12 old;
    hs__certificate13 m;
    if (at->is_12 && hs__certificate12_read(raw, NULL, &root, &old) == HS_OK) {
        (void)hs__certificate12_next(&old.list, &first);
        add_certificates(b, old.count, first);
    } else if (!at->is_12 && hs__certificate13_read(raw, NULL, &root, &m) == HS_OK) {
        (void)hs__certificate13_next(&m.list, &first, NULL);
        add_certificates(b, m.count, first);
    }
}

static void certificate_status(hs__strbuf *b, hs_span raw, const place *at) {
    hs__certificate_status m;
    hs__rd_root root;
    (void)at;
    if (hs__certificate_status_read(raw, NULL, &root, &m) == HS_OK) {
        hs__buf_fmt(b, "OCSP response, %zu B", m.response.n);
    }
}

static void server_key_exchange(hs__strbuf *b, hs_span raw, const place *at) {
    hs__server_key_exchange m;
    hs__rd_root root;
    (void)at;
    if (hs__server_key_exchange_read(raw, NULL, &root, &m) == HS_OK) {
        hs__code_add(b, hs__group_name, m.params.group);
        hs__buf_add(b, " share, signed with ");
        hs__code_add(b, hs__scheme_name, m.algorithm);
    }
}

static void server_hello_done(hs__strbuf *b, hs_span raw, const place *at) {
    (void)raw;
    (void)at;
    hs__buf_add(b, "the server waits for the client");
}

/* A share stands behind one byte with its length, a ciphertext behind two, and is longer. */
static void client_key_exchange(hs__strbuf *b, hs_span raw, const place *at) {
    hs__client_key_exchange m;
    hs__rd_root root;
    (void)at;
    if (hs__client_key_exchange_read(raw, HS__KX_ECDHE, NULL, &root, &m) == HS_OK) {
        hs__buf_fmt(b, "the client's share, %zu B", m.exchange_keys.n);
    } else if (hs__client_key_exchange_read(raw, HS__KX_RSA, NULL, &root, &m) == HS_OK) {
        hs__buf_add(b, "a secret, encrypted to the RSA key of the server's certificate");
    }
}

static void hello_request(hs__strbuf *b, hs_span raw, const place *at) {
    (void)raw;
    (void)at;
    hs__buf_add(b, "the server asks for a new handshake: renegotiation");
}

static void certificate_verify(hs__strbuf *b, hs_span raw, const place *at) {
    hs__certificate_verify m;
    hs__rd_root root;
    (void)at;
    if (hs__certificate_verify_read(raw, NULL, &root, &m) == HS_OK) {
        hs__code_add(b, hs__scheme_name, m.algorithm);
    }
}

static void finished(hs__strbuf *b, hs_span raw, const place *at) {
    (void)raw;
    if (at->covers[0] != 0) {
        hs__buf_fmt(b, "%s over %s", at->is_12 ? "PRF" : "HMAC", at->covers);
    }
}

static void new_session_ticket12(hs__strbuf *b, hs_span raw) {
    hs__new_session_ticket12 m;
    hs__rd_root root;
    if (hs__new_session_ticket12_read(raw, NULL, &root, &m) == HS_OK) {
        hs__buf_fmt(b, "lifetime %lu s, ticket %zu B, in clear",
                    (unsigned long)m.ticket_lifetime_hint, m.ticket.n);
    }
}

static void new_session_ticket(hs__strbuf *b, hs_span raw, const place *at) {
    hs__new_session_ticket13 m;
    hs__rd_root root;
    if (at->is_12) {
        new_session_ticket12(b, raw);
        return;
    }
    if (hs__new_session_ticket13_read(raw, NULL, &root, &m) != HS_OK) {
        return;
    }
    hs__buf_fmt(b, "lifetime %lu s, ticket %zu B", (unsigned long)m.ticket_lifetime, m.ticket.n);
    if (hs__ext_has(&m.extensions, HS__EXT_early_data)) {
        hs__buf_fmt(b, ", early data up to %lu B", (unsigned long)m.extensions.max_early_data_size);
    }
}

static void key_update(hs__strbuf *b, hs_span raw, const place *at) {
    hs__key_update m;
    hs__rd_root root;
    (void)at;
    if (hs__key_update_read(raw, NULL, &root, &m) == HS_OK) {
        hs__buf_add(b, m.update_requested ? "update_requested: the other side is to answer with one"
                                          : "update_not_requested");
    }
}

void hs__summary(hs__strbuf *b, const hs_trace_message *m, const char *covers, uint16_t version) {
    static const struct {
        uint8_t type;
        void (*add)(hs__strbuf *b, hs_span raw, const place *at);
    } rows[] = {
        {HS__HT_client_hello, client_hello},
        {HS__HT_server_hello, server_hello},
        {HS__HT_encrypted_extensions, encrypted_extensions},
        {HS__HT_certificate_request, certificate_request},
        {HS__HT_certificate, certificate},
        {HS__HT_certificate_verify, certificate_verify},
        {HS__HT_finished, finished},
        {HS__HT_new_session_ticket, new_session_ticket},
        {HS__HT_key_update, key_update},
        {HS__HT_hello_request, hello_request},
        {HS__HT_certificate_status, certificate_status},
        {HS__HT_server_key_exchange, server_key_exchange},
        {HS__HT_server_hello_done, server_hello_done},
        {HS__HT_client_key_exchange, client_key_exchange},
    };
    const place at = {covers, version == HS__VERSION_TLS12};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].type == m->type) {
            rows[i].add(b, m->raw, &at);
            return;
        }
    }
}
