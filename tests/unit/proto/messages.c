#include "messages.h"

#include <string.h>

#include "proto/certificate12.h"
#include "proto/certificate13.h"
#include "proto/certificate_request12.h"
#include "proto/certificate_request13.h"
#include "proto/certificate_status.h"
#include "proto/certificate_verify.h"
#include "proto/client_hello.h"
#include "proto/client_key_exchange.h"
#include "proto/encrypted_extensions.h"
#include "proto/end_of_early_data.h"
#include "proto/finished.h"
#include "proto/hello_request.h"
#include "proto/key_update.h"
#include "proto/new_session_ticket12.h"
#include "proto/new_session_ticket13.h"
#include "proto/server_hello.h"
#include "proto/server_hello_done.h"
#include "proto/server_key_exchange.h"
#include "vectors/rfc8448_client_auth.h"
#include "vectors/rfc8448_compat.h"
#include "vectors/rfc8448_resumed.h"
#include "vectors/rfc8448_retry.h"
#include "vectors/rfc8448_simple.h"
#include "vectors/tls12_peers.h"

static hs_status client_hello(hs_span message, const hs__field_sink *sink, hs__rd_root *root,
                              hs__wr *w) {
    hs__client_hello m;
    hs_status st = hs__client_hello_read(message, sink, root, &m);
    if (st == HS_OK && w != NULL) {
        m.extensions.like = m.extensions.block;
        hs__client_hello_write(w, &m);
    }
    return st;
}

static hs_status server_hello(hs_span message, const hs__field_sink *sink, hs__rd_root *root,
                              hs__wr *w) {
    hs__server_hello m;
    hs_status st = hs__server_hello_read(message, sink, root, &m);
    if (st == HS_OK && w != NULL) {
        m.extensions.like = m.extensions.block;
        hs__server_hello_write(w, &m);
    }
    return st;
}

static hs_status encrypted_extensions(hs_span message, const hs__field_sink *sink,
                                      hs__rd_root *root, hs__wr *w) {
    hs__encrypted_extensions m;
    hs_status st = hs__encrypted_extensions_read(message, sink, root, &m);
    if (st == HS_OK && w != NULL) {
        m.extensions.like = m.extensions.block;
        hs__encrypted_extensions_write(w, &m);
    }
    return st;
}

static hs_status certificate_request(hs_span message, const hs__field_sink *sink, hs__rd_root *root,
                                     hs__wr *w) {
    hs__certificate_request13 m;
    hs_status st = hs__certificate_request13_read(message, sink, root, &m);
    if (st == HS_OK && w != NULL) {
        m.extensions.like = m.extensions.block;
        hs__certificate_request13_write(w, &m);
    }
    return st;
}

static hs_status certificate(hs_span message, const hs__field_sink *sink, hs__rd_root *root,
                             hs__wr *w) {
    hs__certificate13 m;
    hs_status st = hs__certificate13_read(message, sink, root, &m);
    if (st == HS_OK && w != NULL) {
        hs_span certs[16];
        hs_span list = m.list;
        m.count = 0;
        while (m.count < 16 && hs__certificate13_next(&list, &certs[m.count], NULL)) {
            m.count++;
        }
        m.certs = certs;
        m.leaf.like = m.leaf.block;
        hs__certificate13_write(w, &m);
    }
    return st;
}

static hs_status new_session_ticket(hs_span message, const hs__field_sink *sink, hs__rd_root *root,
                                    hs__wr *w) {
    hs__new_session_ticket13 m;
    hs_status st = hs__new_session_ticket13_read(message, sink, root, &m);
    if (st == HS_OK && w != NULL) {
        m.extensions.like = m.extensions.block;
        hs__new_session_ticket13_write(w, &m);
    }
    return st;
}

/* Those whose struct holds all there is to write. */
#define PLAIN(name)                                                                                \
    static hs_status name(hs_span message, const hs__field_sink *sink, hs__rd_root *root,          \
                          hs__wr *w) {                                                             \
        hs__##name m;                                                                              \
        hs_status st = hs__##name##_read(message, sink, root, &m);                                 \
        if (st == HS_OK && w != NULL) {                                                            \
            hs__##name##_write(w, &m);                                                             \
        }                                                                                          \
        return st;                                                                                 \
    }
PLAIN(certificate_request12)
PLAIN(certificate_status)
PLAIN(certificate_verify)
PLAIN(finished)
PLAIN(key_update)
PLAIN(new_session_ticket12)
PLAIN(server_key_exchange)

#define EMPTY(name)                                                                                \
    static hs_status name(hs_span message, const hs__field_sink *sink, hs__rd_root *root,          \
                          hs__wr *w) {                                                             \
        hs_status st = hs__##name##_read(message, sink, root);                                     \
        if (st == HS_OK && w != NULL) {                                                            \
            hs__##name##_write(w);                                                                 \
        }                                                                                          \
        return st;                                                                                 \
    }
EMPTY(end_of_early_data)
EMPTY(hello_request)
EMPTY(server_hello_done)

static hs_status certificate12(hs_span message, const hs__field_sink *sink, hs__rd_root *root,
                               hs__wr *w) {
    hs__certificate12 m;
    hs_status st = hs__certificate12_read(message, sink, root, &m);
    if (st == HS_OK && w != NULL) {
        hs_span certs[16];
        hs_span list = m.list;
        m.count = 0;
        while (m.count < 16 && hs__certificate12_next(&list, &certs[m.count])) {
            m.count++;
        }
        m.certs = certs;
        hs__certificate12_write(w, &m);
    }
    return st;
}

#define CLIENT_KEY_EXCHANGE(name, kx)                                                              \
    static hs_status name(hs_span message, const hs__field_sink *sink, hs__rd_root *root,          \
                          hs__wr *w) {                                                             \
        hs__client_key_exchange m;                                                                 \
        hs_status st = hs__client_key_exchange_read(message, kx, sink, root, &m);                  \
        if (st == HS_OK && w != NULL) {                                                            \
            hs__client_key_exchange_write(w, &m);                                                  \
        }                                                                                          \
        return st;                                                                                 \
    }
CLIENT_KEY_EXCHANGE(client_key_exchange_ecdhe, HS__KX_ECDHE)
CLIENT_KEY_EXCHANGE(client_key_exchange_rsa, HS__KX_RSA)

const pt_kind pt_kinds[] = {
    {HS__HT_client_hello, "client_hello", client_hello},
    {HS__HT_server_hello, "server_hello", server_hello},
    {HS__HT_encrypted_extensions, "encrypted_extensions", encrypted_extensions},
    {HS__HT_certificate_request, "certificate_request", certificate_request},
    {HS__HT_certificate, "certificate", certificate},
    {HS__HT_certificate_verify, "certificate_verify", certificate_verify},
    {HS__HT_finished, "finished", finished},
    {HS__HT_new_session_ticket, "new_session_ticket", new_session_ticket},
    {HS__HT_key_update, "key_update", key_update},
    {HS__HT_end_of_early_data, "end_of_early_data", end_of_early_data},
    /* of TLS 1.2 */
    {HS__HT_hello_request, "hello_request", hello_request},
    {HS__HT_certificate, "certificate12", certificate12},
    {HS__HT_certificate_status, "certificate_status", certificate_status},
    {HS__HT_server_key_exchange, "server_key_exchange", server_key_exchange},
    {HS__HT_certificate_request, "certificate_request12", certificate_request12},
    {HS__HT_server_hello_done, "server_hello_done", server_hello_done},
    {HS__HT_client_key_exchange, "client_key_exchange_ecdhe", client_key_exchange_ecdhe},
    {HS__HT_client_key_exchange, "client_key_exchange_rsa", client_key_exchange_rsa},
    {HS__HT_new_session_ticket, "new_session_ticket12", new_session_ticket12},
    {0, NULL, NULL},
};

const pt_kind *pt_kind_of(uint8_t msg_type) {
    for (const pt_kind *k = pt_kinds; k->name != NULL; k++) {
        if (k->msg_type == msg_type) {
            return k;
        }
    }
    return NULL;
}

const pt_kind *pt_kind_named(const char *name) {
    const pt_kind *k = pt_kinds;
    while (k->name != NULL && strcmp(k->name, name) != 0) {
        k++;
    }
    return k->name != NULL ? k : NULL;
}

#define OF_RFC8448(name)                                                                           \
    { #name, {rfc8448_##name, sizeof(rfc8448_##name) }, NULL }

const pt_message pt_rfc8448[] = {
    OF_RFC8448(simple_client_hello),
    OF_RFC8448(simple_server_hello),
    OF_RFC8448(simple_encrypted_extensions),
    OF_RFC8448(simple_server_certificate),
    OF_RFC8448(simple_server_certificate_verify),
    OF_RFC8448(simple_server_finished),
    OF_RFC8448(simple_client_finished),
    OF_RFC8448(simple_new_session_ticket),
    OF_RFC8448(resumed_client_record_1_payload),
    OF_RFC8448(resumed_server_hello),
    OF_RFC8448(resumed_encrypted_extensions),
    OF_RFC8448(resumed_server_finished),
    OF_RFC8448(resumed_end_of_early_data),
    OF_RFC8448(resumed_client_finished),
    OF_RFC8448(retry_client_hello),
    OF_RFC8448(retry_hello_retry_request),
    OF_RFC8448(retry_client_hello_2),
    OF_RFC8448(retry_server_hello),
    OF_RFC8448(retry_encrypted_extensions),
    OF_RFC8448(retry_server_certificate),
    OF_RFC8448(retry_server_certificate_verify),
    OF_RFC8448(retry_server_finished),
    OF_RFC8448(retry_client_finished),
    OF_RFC8448(client_auth_client_hello),
    OF_RFC8448(client_auth_server_hello),
    OF_RFC8448(client_auth_encrypted_extensions),
    OF_RFC8448(client_auth_certificate_request),
    OF_RFC8448(client_auth_server_certificate),
    OF_RFC8448(client_auth_server_certificate_verify),
    OF_RFC8448(client_auth_server_finished),
    OF_RFC8448(client_auth_client_certificate),
    OF_RFC8448(client_auth_client_certificate_verify),
    OF_RFC8448(client_auth_client_finished),
    OF_RFC8448(compat_client_hello),
    OF_RFC8448(compat_server_hello),
    OF_RFC8448(compat_encrypted_extensions),
    OF_RFC8448(compat_server_certificate),
    OF_RFC8448(compat_server_certificate_verify),
    OF_RFC8448(compat_server_finished),
    OF_RFC8448(compat_client_finished),
};
const size_t pt_rfc8448_count = sizeof(pt_rfc8448) / sizeof(pt_rfc8448[0]);

#define OF_TLS12(name, kind)                                                                       \
    { "tls12_" #name, {tls12_##name, sizeof(tls12_##name)}, kind }

const pt_message pt_tls12[] = {
    OF_TLS12(ecdhe_client_hello, NULL),
    OF_TLS12(ecdhe_server_hello, NULL),
    OF_TLS12(ecdhe_server_certificate, "certificate12"),
    OF_TLS12(ecdhe_certificate_status, NULL),
    OF_TLS12(ecdhe_server_key_exchange, NULL),
    OF_TLS12(ecdhe_certificate_request, "certificate_request12"),
    OF_TLS12(ecdhe_server_hello_done, NULL),
    OF_TLS12(ecdhe_client_certificate, "certificate12"),
    OF_TLS12(ecdhe_client_key_exchange, "client_key_exchange_ecdhe"),
    OF_TLS12(ecdhe_certificate_verify, NULL),
    OF_TLS12(ecdhe_new_session_ticket, "new_session_ticket12"),
    OF_TLS12(classic_client_hello, NULL),
    OF_TLS12(classic_server_hello, NULL),
    OF_TLS12(classic_server_certificate, "certificate12"),
    OF_TLS12(classic_server_hello_done, NULL),
    OF_TLS12(classic_client_key_exchange, "client_key_exchange_rsa"),
    OF_TLS12(gnutls_client_hello, NULL),
    OF_TLS12(gnutls_server_hello, NULL),
    OF_TLS12(gnutls_server_certificate, "certificate12"),
    OF_TLS12(gnutls_server_key_exchange, NULL),
    OF_TLS12(gnutls_certificate_request, "certificate_request12"),
    OF_TLS12(gnutls_server_hello_done, NULL),
    OF_TLS12(gnutls_client_certificate, "certificate12"),
    OF_TLS12(gnutls_client_key_exchange, "client_key_exchange_ecdhe"),
    OF_TLS12(gnutls_new_session_ticket, "new_session_ticket12"),
};
const size_t pt_tls12_count = sizeof(pt_tls12) / sizeof(pt_tls12[0]);

const pt_kind *pt_kind_of_message(const pt_message *m) {
    return m->kind != NULL ? pt_kind_named(m->kind) : pt_kind_of(m->message.p[0]);
}
