#include "messages.h"

#include "proto/certificate13.h"
#include "proto/certificate_request13.h"
#include "proto/certificate_verify.h"
#include "proto/client_hello.h"
#include "proto/encrypted_extensions.h"
#include "proto/end_of_early_data.h"
#include "proto/finished.h"
#include "proto/key_update.h"
#include "proto/new_session_ticket13.h"
#include "proto/server_hello.h"
#include "vectors/rfc8448_client_auth.h"
#include "vectors/rfc8448_compat.h"
#include "vectors/rfc8448_resumed.h"
#include "vectors/rfc8448_retry.h"
#include "vectors/rfc8448_simple.h"

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

static hs_status certificate_verify(hs_span message, const hs__field_sink *sink, hs__rd_root *root,
                                    hs__wr *w) {
    hs__certificate_verify m;
    hs_status st = hs__certificate_verify_read(message, sink, root, &m);
    if (st == HS_OK && w != NULL) {
        hs__certificate_verify_write(w, &m);
    }
    return st;
}

static hs_status finished(hs_span message, const hs__field_sink *sink, hs__rd_root *root,
                          hs__wr *w) {
    hs__finished m;
    hs_status st = hs__finished_read(message, sink, root, &m);
    if (st == HS_OK && w != NULL) {
        hs__finished_write(w, &m);
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

static hs_status key_update(hs_span message, const hs__field_sink *sink, hs__rd_root *root,
                            hs__wr *w) {
    hs__key_update m;
    hs_status st = hs__key_update_read(message, sink, root, &m);
    if (st == HS_OK && w != NULL) {
        hs__key_update_write(w, &m);
    }
    return st;
}

static hs_status end_of_early_data(hs_span message, const hs__field_sink *sink, hs__rd_root *root,
                                   hs__wr *w) {
    hs_status st = hs__end_of_early_data_read(message, sink, root);
    if (st == HS_OK && w != NULL) {
        hs__end_of_early_data_write(w);
    }
    return st;
}

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

#define MESSAGE(name)                                                                              \
    {                                                                                              \
#name, {                                                                                   \
            rfc8448_##name, sizeof(rfc8448_##name)                                                 \
        }                                                                                          \
    }

const pt_message pt_rfc8448[] = {
    MESSAGE(simple_client_hello),
    MESSAGE(simple_server_hello),
    MESSAGE(simple_encrypted_extensions),
    MESSAGE(simple_server_certificate),
    MESSAGE(simple_server_certificate_verify),
    MESSAGE(simple_server_finished),
    MESSAGE(simple_client_finished),
    MESSAGE(simple_new_session_ticket),
    MESSAGE(resumed_client_record_1_payload),
    MESSAGE(resumed_server_hello),
    MESSAGE(resumed_encrypted_extensions),
    MESSAGE(resumed_server_finished),
    MESSAGE(resumed_end_of_early_data),
    MESSAGE(resumed_client_finished),
    MESSAGE(retry_client_hello),
    MESSAGE(retry_hello_retry_request),
    MESSAGE(retry_client_hello_2),
    MESSAGE(retry_server_hello),
    MESSAGE(retry_encrypted_extensions),
    MESSAGE(retry_server_certificate),
    MESSAGE(retry_server_certificate_verify),
    MESSAGE(retry_server_finished),
    MESSAGE(retry_client_finished),
    MESSAGE(client_auth_client_hello),
    MESSAGE(client_auth_server_hello),
    MESSAGE(client_auth_encrypted_extensions),
    MESSAGE(client_auth_certificate_request),
    MESSAGE(client_auth_server_certificate),
    MESSAGE(client_auth_server_certificate_verify),
    MESSAGE(client_auth_server_finished),
    MESSAGE(client_auth_client_certificate),
    MESSAGE(client_auth_client_certificate_verify),
    MESSAGE(client_auth_client_finished),
    MESSAGE(compat_client_hello),
    MESSAGE(compat_server_hello),
    MESSAGE(compat_encrypted_extensions),
    MESSAGE(compat_server_certificate),
    MESSAGE(compat_server_certificate_verify),
    MESSAGE(compat_server_finished),
    MESSAGE(compat_client_finished),
};
const size_t pt_rfc8448_count = sizeof(pt_rfc8448) / sizeof(pt_rfc8448[0]);
