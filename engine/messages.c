/* The handshake messages as the engine sees them: names, inputs, readers and writers by type. */
#include <string.h>

#include "engine/dispatch.h"
#include "engine/lab.h"
#include "engine/messages.h"
#include "engine/trace_emit.h"
#include "engine/transcript.h"
#include "proto/codepoints.h"
#include "proto/hello_request.h"
#include "proto/message.h"
#include "proto/server_hello_done.h"

/* BODY(type, versions, format, member of hs__message.u, name for people, short names when a server
 * / a client sends it, input); EMPTY the same without a member; KEYS for the one whose format hangs
 * on the suite. Of a type with two formats that of TLS 1.3 comes first. */
#define MESSAGES(BODY, EMPTY, KEYS)                                                                \
    BODY(client_hello, BOTH, client_hello, client_hello, "ClientHello", "CH", "CH",                \
         HS__ON_CLIENT_HELLO)                                                                      \
    BODY(server_hello, BOTH, server_hello, server_hello, "ServerHello", "SH", "SH",                \
         HS__ON_SERVER_HELLO)                                                                      \
    BODY(encrypted_extensions, HS__TLS13, encrypted_extensions, encrypted_extensions,              \
         "EncryptedExtensions", "EE", "EE", HS__ON_ENCRYPTED_EXTENSIONS)                           \
    BODY(certificate_request, HS__TLS13, certificate_request13, certificate_request,               \
         "CertificateRequest", "CR", "CR", HS__ON_CERTIFICATE_REQUEST)                             \
    BODY(certificate, HS__TLS13, certificate13, certificate, "Certificate", "CT", "CCT",           \
         HS__ON_CERTIFICATE)                                                                       \
    BODY(certificate_verify, BOTH, certificate_verify, certificate_verify, "CertificateVerify",    \
         "CV", "CCV", HS__ON_CERTIFICATE_VERIFY)                                                   \
    BODY(finished, BOTH, finished, finished, "Finished", "SF", "CF", HS__ON_FINISHED)              \
    BODY(new_session_ticket, HS__TLS13, new_session_ticket13, new_session_ticket,                  \
         "NewSessionTicket", "NST", "NST", HS__ON_NEW_SESSION_TICKET)                              \
    BODY(key_update, HS__TLS13, key_update, key_update, "KeyUpdate", "KU", "KU",                   \
         HS__ON_KEY_UPDATE)                                                                        \
    EMPTY(hello_request, HS__TLS12, hello_request, , "HelloRequest", "HR", "HR",                   \
          HS__ON_HELLO_REQUEST)                                                                    \
    BODY(certificate, HS__TLS12, certificate12, certificate12, "Certificate", "CT", "CCT",         \
         HS__ON_CERTIFICATE)                                                                       \
    BODY(certificate_status, HS__TLS12, certificate_status, certificate_status,                    \
         "CertificateStatus", "CS", "CS", HS__ON_CERTIFICATE_STATUS)                               \
    BODY(server_key_exchange, HS__TLS12, server_key_exchange, server_key_exchange,                 \
         "ServerKeyExchange", "SKE", "SKE", HS__ON_SERVER_KEY_EXCHANGE)                            \
    BODY(certificate_request, HS__TLS12, certificate_request12, certificate_request12,             \
         "CertificateRequest", "CR", "CR", HS__ON_CERTIFICATE_REQUEST)                             \
    EMPTY(server_hello_done, HS__TLS12, server_hello_done, , "ServerHelloDone", "SHD", "SHD",      \
          HS__ON_SERVER_HELLO_DONE)                                                                \
    KEYS(client_key_exchange, HS__TLS12, client_key_exchange, client_key_exchange,                 \
         "ClientKeyExchange", "CKE", "CKE", HS__ON_CLIENT_KEY_EXCHANGE)                            \
    BODY(new_session_ticket, HS__TLS12, new_session_ticket12, new_session_ticket12,                \
         "NewSessionTicket", "NST", "NST", HS__ON_NEW_SESSION_TICKET)

enum { BOTH = HS__TLS12 | HS__TLS13 };

#define READ(format)                                                                               \
    static hs_status read_##format(hs_span raw, hs__kx kx, const hs__field_sink *sink,             \
                                   hs__rd_root *root, hs__message *out)
#define WRITE(format) static void write_##format(hs__wr *w, const hs__message *m)

#define BODY(type, versions, format, member, name, by_server, by_client, input)                    \
    READ(format) {                                                                                 \
        (void)kx;                                                                                  \
        return hs__##format##_read(raw, sink, root, &out->u.member);                               \
    }                                                                                              \
    WRITE(format) {                                                                                \
        hs__##format##_write(w, &m->u.member);                                                     \
    }
#define EMPTY(type, versions, format, member, name, by_server, by_client, input)                   \
    READ(format) {                                                                                 \
        (void)kx, (void)out;                                                                       \
        return hs__##format##_read(raw, sink, root);                                               \
    }                                                                                              \
    WRITE(format) {                                                                                \
        (void)m;                                                                                   \
        hs__##format##_write(w);                                                                   \
    }
#define KEYS(type, versions, format, member, name, by_server, by_client, input)                    \
    READ(format) {                                                                                 \
        return hs__##format##_read(raw, kx, sink, root, &out->u.member);                           \
    }                                                                                              \
    WRITE(format) {                                                                                \
        hs__##format##_write(w, &m->u.member);                                                     \
    }
MESSAGES(BODY, EMPTY, KEYS)

typedef struct {
    uint8_t type;
    unsigned versions;
    hs__input input;
    const char *name, *by_server, *by_client;
    hs_status (*read)(hs_span raw, hs__kx kx, const hs__field_sink *sink, hs__rd_root *root,
                      hs__message *out);
    void (*write)(hs__wr *w, const hs__message *m);
} message_row;

static const message_row messages[] = {
#define X(type, versions, format, member, name, by_server, by_client, input)                       \
    {HS__HT_##type, versions, input, name, by_server, by_client, read_##format, write_##format},
    MESSAGES(X, X, X)
#undef X
};

static const message_row *find(uint8_t type, unsigned versions) {
    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        if (messages[i].type == type && (messages[i].versions & versions) != 0) {
            return &messages[i];
        }
    }
    return NULL;
}

/* Until the version is known only hellos are read, which have one format. */
static const message_row *format_of(uint16_t version, uint8_t type) {
    switch (version) {
    case HS__VERSION_TLS12:
        return find(type, HS__TLS12);
    case HS__VERSION_TLS13:
        return find(type, HS__TLS13);
    default:
        return find(type, BOTH);
    }
}

/* The random stands behind the header and legacy_version. */
static bool is_retry(uint8_t type, hs_span raw) {
    enum { AT = HS__HANDSHAKE_HEADER + 2 };
    return type == HS__HT_server_hello && raw.n >= AT + sizeof(hs__hello_retry_random) &&
           memcmp(raw.p + AT, hs__hello_retry_random, sizeof(hs__hello_retry_random)) == 0;
}

hs__input hs__message_input(uint8_t type, hs_span raw) {
    const message_row *row = find(type, BOTH);
    if (row == NULL) {
        return HS__ON_OTHER;
    }
    return is_retry(type, raw) ? HS__ON_HELLO_RETRY_REQUEST : row->input;
}

const char *hs__message_name(uint8_t type, hs_span raw) {
    const message_row *row = find(type, BOTH);
    if (row == NULL) {
        const char *name = hs__handshake_type_name(type);
        return name != NULL ? name : "a message of unknown type";
    }
    return is_retry(type, raw) ? "HelloRetryRequest" : row->name;
}

const char *hs__message_short(uint8_t type, hs_span raw, bool by_server) {
    const message_row *row = find(type, BOTH);
    if (is_retry(type, raw)) {
        return "HRR";
    }
    return by_server ? row->by_server : row->by_client;
}

hs_status hs__message_read_as(uint16_t version, hs__kx kx, uint8_t type, hs_span raw,
                              const hs__field_sink *sink, hs__rd_root *root, hs__message *out) {
    const message_row *row = format_of(version, type);
    out->type = type;
    out->raw = raw;
    return row != NULL ? row->read(raw, kx, sink, root, out) : HS_E_UNEXPECTED_MESSAGE;
}

hs_status hs__message_read(const hs_conn *c, uint8_t type, hs_span raw, const hs__field_sink *sink,
                           hs__rd_root *root, hs__message *out) {
    const hs__kx kx = c->suite != NULL ? (hs__kx)hs__suite_kx(c->suite->id) : (hs__kx)0;
    return hs__message_read_as(c->version, kx, type, raw, sink, root, out);
}

/* Given bytes (E13) stand in for what would be written. */
static hs_span given(const hs_conn *c, uint8_t type) {
    const hs_config *f = c->first;
    return f->vector != NULL ? f->vector(f->vector_ctx, type) : (hs_span){NULL, 0};
}

static hs_status write(hs_conn *c, const hs__message *m) {
    hs__buffer *flight = &c->hs->flight;
    const message_row *row = format_of(c->version, m->type);
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
    hs_span hashed = {flight->p + start, flight->n - start};
    hs_span sent = hashed;
    st = hs__lab_before_transcript(c, m->type, start, &hashed, &sent);
    if (st != HS_OK) {
        return st;
    }
    if (raw != NULL) {
        *raw = hashed;
    }
    if (sent.n > 0) {
        hs__trace_sent(c, m->type, hs__message_name(m->type, sent), sent);
    }
    /* The first ClientHello waits until the suite, and so the hash, is known (E4). */
    st = c->suite != NULL
             ? hs__transcript_add(c, hs__message_short(m->type, hashed, c->is_server), hashed)
             : HS_OK;
    return st == HS_OK ? hs__lab_after_transcript(c) : st;
}
