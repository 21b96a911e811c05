/* The handshake messages as the engine sees them: names, inputs, readers and writers by type. */
#include <string.h>

#include "engine/dispatch.h"
#include "engine/messages.h"
#include "engine/trace_emit.h"
#include "engine/transcript.h"
#include "proto/codepoints.h"
#include "proto/message.h"

/* type, member, name for people, short names when a server / a client sends it, input */
#define MESSAGES(X)                                                                                \
    X(client_hello, client_hello, "ClientHello", "CH", "CH", HS__ON_CLIENT_HELLO)                  \
    X(server_hello, server_hello, "ServerHello", "SH", "SH", HS__ON_SERVER_HELLO)                  \
    X(encrypted_extensions, encrypted_extensions, "EncryptedExtensions", "EE", "EE",               \
      HS__ON_ENCRYPTED_EXTENSIONS)                                                                 \
    X(certificate_request, certificate_request13, "CertificateRequest", "CR", "CR",                \
      HS__ON_CERTIFICATE_REQUEST)                                                                  \
    X(certificate, certificate13, "Certificate", "CT", "CCT", HS__ON_CERTIFICATE)                  \
    X(certificate_verify, certificate_verify, "CertificateVerify", "CV", "CCV",                    \
      HS__ON_CERTIFICATE_VERIFY)                                                                   \
    X(finished, finished, "Finished", "SF", "CF", HS__ON_FINISHED)                                 \
    X(new_session_ticket, new_session_ticket13, "NewSessionTicket", "NST", "NST",                  \
      HS__ON_NEW_SESSION_TICKET)                                                                   \
    X(key_update, key_update, "KeyUpdate", "KU", "KU", HS__ON_KEY_UPDATE)

#define X(type, proto, name, by_server, by_client, input)                                          \
    static hs_status read_##type(hs_span raw, const hs__field_sink *sink, hs__rd_root *root,       \
                                 hs__message *out) {                                               \
        return hs__##proto##_read(raw, sink, root, &out->u.type);                                  \
    }                                                                                              \
    static void write_##type(hs__wr *w, const hs__message *m) {                                    \
        hs__##proto##_write(w, &m->u.type);                                                        \
    }
MESSAGES(X)
#undef X

typedef struct {
    uint8_t type;
    hs__input input;
    const char *name, *by_server, *by_client;
    hs_status (*read)(hs_span raw, const hs__field_sink *sink, hs__rd_root *root, hs__message *out);
    void (*write)(hs__wr *w, const hs__message *m);
} message_row;

static const message_row messages[] = {
#define X(type, proto, name, by_server, by_client, input)                                          \
    {HS__HT_##type, input, name, by_server, by_client, read_##type, write_##type},
    MESSAGES(X)
#undef X
};

static const message_row *find(uint8_t type) {
    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        if (messages[i].type == type) {
            return &messages[i];
        }
    }
    return NULL;
}

/* The random stands behind the header and legacy_version. */
static bool is_retry(uint8_t type, hs_span raw) {
    enum { AT = HS__HANDSHAKE_HEADER + 2 };
    return type == HS__HT_server_hello && raw.n >= AT + sizeof(hs__hello_retry_random) &&
           memcmp(raw.p + AT, hs__hello_retry_random, sizeof(hs__hello_retry_random)) == 0;
}

hs__input hs__message_input(uint8_t type, hs_span raw) {
    const message_row *row = find(type);
    if (row == NULL) {
        return HS__ON_OTHER;
    }
    return is_retry(type, raw) ? HS__ON_HELLO_RETRY_REQUEST : row->input;
}

const char *hs__message_name(uint8_t type, hs_span raw) {
    const message_row *row = find(type);
    if (row == NULL) {
        const char *name = hs__handshake_type_name(type);
        return name != NULL ? name : "a message of unknown type";
    }
    return is_retry(type, raw) ? "HelloRetryRequest" : row->name;
}

const char *hs__message_short(uint8_t type, hs_span raw, bool by_server) {
    const message_row *row = find(type);
    if (is_retry(type, raw)) {
        return "HRR";
    }
    return by_server ? row->by_server : row->by_client;
}

hs_status hs__message_read(uint8_t type, hs_span raw, const hs__field_sink *sink, hs__rd_root *root,
                           hs__message *out) {
    const message_row *row = find(type);
    out->type = type;
    out->raw = raw;
    return row != NULL ? row->read(raw, sink, root, out) : HS_E_UNEXPECTED_MESSAGE;
}

/* Given bytes (E13) stand in for what would be written. */
static hs_span given(const hs_conn *c, uint8_t type) {
    const hs_config *f = c->first;
    return f->vector != NULL ? f->vector(f->vector_ctx, type) : (hs_span){NULL, 0};
}

static hs_status write(hs_conn *c, const hs__message *m) {
    hs__buffer *flight = &c->hs->flight;
    const message_row *row = find(m->type);
    hs__wr w;
    hs__wr_init(&w, NULL, 0);
    row->write(&w, m);
    size_t n = w.n;
    hs_status st = w.status == HS_OK ? hs__buffer_room(c, flight, n) : w.status;
    if (st != HS_OK) {
        return st;
    }
    hs__wr_init(&w, flight->p + flight->n, n);
    row->write(&w, m);
    flight->n += n;
    return w.status;
}

hs_status hs__send(hs_conn *c, const hs__message *m, hs_span *raw) {
    hs__buffer *flight = &c->hs->flight;
    size_t start = flight->n;
    const hs_span vector = given(c, m->type);
    hs_status st = vector.n > 0 ? hs__buffer_add(c, flight, vector) : write(c, m);
    if (st != HS_OK) {
        return st;
    }
    const hs_span sent = {flight->p + start, flight->n - start};
    if (raw != NULL) {
        *raw = sent;
    }
    hs__trace_sent(c, m->type, hs__message_name(m->type, sent), sent);
    /* The first ClientHello waits until the suite, and so the hash, is known (E4). */
    return c->suite != NULL
               ? hs__transcript_add(c, hs__message_short(m->type, sent, c->is_server), sent)
               : HS_OK;
}
