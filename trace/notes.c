#include "trace/notes.h"

#include <stdio.h>
#include <string.h>

#include "proto/client_hello.h"
#include "proto/codepoints.h"
#include "proto/server_hello.h"
#include "trace/names.h"

/* ---- conditions on the value ------------------------------------------------------------- */

static bool is_empty(hs_span v) {
    return v.n == 0;
}

static bool is_filled(hs_span v) {
    return v.n > 0;
}

static bool is_retry(hs_span v) {
    return v.n == HS__RANDOM && memcmp(v.p, hs__hello_retry_random, HS__RANDOM) == 0;
}

static bool ends_with(hs_span v, const uint8_t tail[8]) {
    return v.n == HS__RANDOM && memcmp(v.p + v.n - 8, tail, 8) == 0;
}

static bool is_downgrade(hs_span v) {
    return ends_with(v, hs__downgrade_to_12) || ends_with(v, hs__downgrade_below_12);
}

/* ---- fields ------------------------------------------------------------------------------ */

typedef struct {
    const char *message; /* NULL: any */
    const char *path;
    bool (*when)(hs_span content); /* NULL: always; the first row that fits is taken */
    const char *note, *rule;
} row;

#define EXT(name) "extensions[" name "]"

static const row rows[] = {
    {"ClientHello", "legacy_version", NULL, "frozen for old middleboxes; supported_versions counts",
     "rfc9846#section-4.2.2"},
    {NULL, "legacy_version", NULL, "frozen; supported_versions counts", "rfc9846#section-4.2.3"},
    {"HelloRetryRequest", "random", NULL, "the fixed value that marks a HelloRetryRequest",
     "rfc9846#section-4.2.3"},
    {"ServerHello", "random", is_retry, "the fixed value that marks a HelloRetryRequest",
     "rfc9846#section-4.2.3"},
    {"ServerHello", "random", is_downgrade, "ends in DOWNGRD: this server can do a newer version",
     "rfc9846#section-4.2.3"},
    {"ServerHello", "random", NULL, "fresh; no downgrade marker at its end",
     "rfc9846#section-4.2.3"},
    {"ClientHello", "random", NULL, "fresh: makes every transcript, and so every key, unique",
     "rfc9846#section-4.2.2"},
    {"ClientHello", "legacy_session_id", is_empty, "empty: middlebox compatibility is off",
     "rfc9846#appendix-E.4"},
    {"ClientHello", "legacy_session_id", is_filled,
     "resumes a session of TLS 1.2; in TLS 1.3 it only looks like that", "rfc9846#appendix-E.4"},
    {NULL, "legacy_session_id_echo", NULL, "must be what the client sent", "rfc9846#section-4.2.3"},
    {"ClientHello", "cipher_suites", NULL, "best first; in TLS 1.3 only cipher and hash",
     "rfc9846#section-4.2.2"},
    {NULL, "cipher_suite", NULL, "cipher of the records, hash of the key schedule",
     "rfc9846#section-4.2.3"},
    {NULL, "legacy_compression_methods", NULL, "must be exactly null in TLS 1.3",
     "rfc9846#section-4.2.2"},
    {NULL, "legacy_compression_method", NULL, "must be null", "rfc9846#section-4.2.3"},

    {"ClientHello", EXT("server_name"), NULL, "in clear: anyone on the path can read it",
     "rfc6066#section-3"},
    {"EncryptedExtensions", EXT("server_name"), NULL, "the name was used to choose the certificate",
     "rfc6066#section-3"},
    {"ClientHello", EXT("supported_versions"), NULL, "the real offer of versions",
     "rfc9846#section-4.3.1"},
    {NULL, EXT("supported_versions"), NULL, "the version that was chosen", "rfc9846#section-4.3.1"},
    {"ClientHello", EXT("supported_groups"), NULL, "for the key exchange, best first",
     "rfc9846#section-4.3.7"},
    {"EncryptedExtensions", EXT("supported_groups"), NULL, "a hint for the next connection",
     "rfc9846#section-4.3.7"},
    {"ClientHello", EXT("key_share"), NULL, "sent as a guess: a good guess saves a round trip",
     "rfc9846#section-4.3.8"},
    {"HelloRetryRequest", EXT("key_share"), NULL, "send a share for this group instead",
     "rfc9846#section-4.3.8"},
    {"ServerHello", EXT("key_share"), NULL, "the other half: now both ends can compute ecdhe",
     "rfc9846#section-4.3.8"},
    {NULL, EXT("signature_algorithms"), NULL,
     "pkcs1 and sha1 count for certificates only, not CertificateVerify", "rfc9846#section-4.3.3"},
    {NULL, EXT("signature_algorithms_cert"), NULL, "the same, for signatures in certificates",
     "rfc9846#section-4.3.3"},
    {"ClientHello", EXT("application_layer_protocol_negotiation"), NULL,
     "what to speak inside, best first; in clear", "rfc7301#section-3.1"},
    {"EncryptedExtensions", EXT("application_layer_protocol_negotiation"), NULL,
     "what both will speak inside", "rfc7301#section-3.1"},
    {"ClientHello", EXT("psk_key_exchange_modes"), NULL,
     "how a ticket may be used; psk_dhe_ke: with a fresh key exchange", "rfc9846#section-4.3.9"},
    {NULL, EXT("record_size_limit"), NULL, "largest content this side wants, with the type byte",
     "rfc8449#section-4"},
    {"HelloRetryRequest", EXT("cookie"), NULL, "lets the server forget this hello; send it back",
     "rfc9846#section-4.3.2"},
    {"ClientHello", EXT("cookie"), NULL, "from the HelloRetryRequest, unchanged",
     "rfc9846#section-4.3.2"},
    {"ClientHello", EXT("pre_shared_key"), NULL, "\"I hold these keys\"; binders prove it",
     "rfc9846#section-4.3.11"},
    {"ServerHello", EXT("pre_shared_key"), NULL, "number of the key that was taken, from 0",
     "rfc9846#section-4.3.11"},
    {"ClientHello", EXT("early_data"), NULL, "data follows at once; it can be replayed",
     "rfc9846#section-4.3.10"},
    {"EncryptedExtensions", EXT("early_data"), NULL, "early data was taken",
     "rfc9846#section-4.3.10"},
    {"ClientHello", EXT("session_ticket"), is_empty, "TLS 1.2 only: \"you may give me a ticket\"",
     "rfc5077#section-3.2"},
    {"ClientHello", EXT("renegotiation_info"), NULL, "matters only if this becomes TLS 1.2",
     "rfc5746#section-3.2"},
    {"ClientHello", EXT("extended_main_secret"), NULL, "matters only if this becomes TLS 1.2",
     "rfc7627#section-5.1"},
    {"ClientHello", EXT("status_request"), NULL, "\"bring a fresh OCSP response along\"",
     "rfc6066#section-8"},
    {"Certificate", EXT("status_request"), NULL, "what the CA says of it today",
     "rfc9846#section-4.5.1.1"},

    {"CertificateRequest", "certificate_request_context", NULL,
     "empty in the handshake; the answer repeats it", "rfc9846#section-4.4.2"},
    {"Certificate", "certificate_request_context", NULL, "empty in the handshake",
     "rfc9846#section-4.5.1"},
    {"Certificate", "certificate_list", NULL, "the sender's own, then its issuers",
     "rfc9846#section-4.5.1"},
    {"Certificate", "certificate_list.cert_data", NULL, "X.509 in DER", "rfc9846#section-4.5.1"},
    {"CertificateVerify", "algorithm", NULL, "must be one that the other side offered",
     "rfc9846#section-4.5.2"},
    {"CertificateVerify", "signature", NULL, "over the transcript up to Certificate",
     "rfc9846#section-4.5.2"},
    {"Finished", "verify_data", NULL, "a MAC over the whole handshake before it",
     "rfc9846#section-4.5.3"},
    {"NewSessionTicket", "ticket_lifetime", NULL, "seconds; 7 days at most",
     "rfc9846#section-4.7.1"},
    {"NewSessionTicket", "ticket_age_add", NULL, "hides the ticket's age from those who watch",
     "rfc9846#section-4.7.1"},
    {"NewSessionTicket", "ticket_nonce", NULL, "one resumption key per ticket",
     "rfc9846#section-4.7.1"},
    {"NewSessionTicket", "ticket", NULL, "opaque: only the server can read it",
     "rfc9846#section-4.7.1"},
    {"NewSessionTicket", EXT("early_data"), NULL, "how much may be sent ahead with it",
     "rfc9846#section-4.3.10"},
    {"KeyUpdate", "request_update", NULL, "whether the other direction is to be updated, too",
     "rfc9846#section-4.7.3"},
};

/* Where TLS 1.2 means something else. */
static const row rows_12[] = {
    {"ClientHello", "legacy_version", NULL, "the newest version that the client speaks",
     "rfc5246#section-7.4.1.2"},
    {"ClientHello", "random", NULL, "fresh: goes into every key", "rfc5246#section-7.4.1.2"},
    {"ClientHello", "legacy_session_id", is_empty, "no session to resume by its id",
     "rfc5246#section-7.4.1.2"},
    {"ClientHello", "legacy_session_id", is_filled,
     "the session to resume; beside a ticket: how to say that it was taken", "rfc5077#section-3.4"},
    {"ClientHello", "cipher_suites", NULL, "best first: key exchange, signature, cipher and hash",
     "rfc5246#section-7.4.1.2"},
    {"ClientHello", "legacy_compression_methods", NULL, "null must be among them; others leak",
     "rfc5246#section-7.4.1.2"},
    {"ClientHello", EXT("signature_algorithms"), NULL, "for ServerKeyExchange and certificates",
     "rfc5246#section-7.4.1.4.1"},
    {"ServerHello", EXT("server_name"), NULL, "the name was used to choose the certificate",
     "rfc6066#section-3"},
    {"ClientHello", EXT("session_ticket"), is_filled, "the ticket to resume with",
     "rfc5077#section-3.2"},
    {"ClientHello", EXT("renegotiation_info"), NULL, "a first handshake, spliced into no other",
     "rfc5746#section-3.4"},
    {"ClientHello", EXT("extended_main_secret"), NULL, "\"bind the keys to the whole handshake\"",
     "rfc7627#section-5.1"},
    {"ServerHello", "legacy_version", NULL, "this is the version: no supported_versions follows",
     "rfc5246#section-7.4.1.3"},
    {"ServerHello", "random", NULL, "fresh; no downgrade marker. It goes into every key",
     "rfc5246#section-7.4.1.3"},
    {"ServerHello", "legacy_session_id_echo", is_empty, "no id: this session is not kept under one",
     "rfc5246#section-7.4.1.3"},
    {"ServerHello", "legacy_session_id_echo", is_filled,
     "what the client sent: resumed; else the name of the new session", "rfc5246#section-7.4.1.3"},
    {"ServerHello", "cipher_suite", NULL,
     "key exchange, kind of signature, cipher, hash: all in one", "rfc5246#section-7.4.1.3"},
    {"ServerHello", EXT("renegotiation_info"), NULL, "this server is safe from spliced handshakes",
     "rfc5746#section-3.6"},
    {"ServerHello", EXT("extended_main_secret"), NULL, "keys are bound to the whole handshake",
     "rfc7627#section-5.1"},
    {"ServerHello", EXT("session_ticket"), NULL, "a NewSessionTicket will come",
     "rfc5077#section-3.2"},
    {"ServerHello", EXT("application_layer_protocol_negotiation"), NULL,
     "what both will speak inside; in clear", "rfc7301#section-3.1"},
    {"ServerHello", EXT("status_request"), NULL, "a CertificateStatus may come",
     "rfc6066#section-8"},
    {"CertificateStatus", "response", NULL, "what the CA says of the certificate today",
     "rfc6066#section-8"},
    {"Certificate", "certificate_list", NULL, "in clear: anyone on the path can read it",
     "rfc5246#section-7.4.2"},
    {"ServerKeyExchange", "params", NULL, "the server's share, for this connection only",
     "rfc8422#section-5.4"},
    {"ServerKeyExchange", "algorithm", NULL, "must be one that the client offered",
     "rfc5246#section-7.4.3"},
    {"ServerKeyExchange", "signature", NULL, "over client_random, server_random and params",
     "rfc8422#section-5.4"},
    {"CertificateRequest", "certificate_types", NULL, "kinds of key that may sign",
     "rfc5246#section-7.4.4"},
    {"CertificateRequest", "supported_signature_algorithms", NULL,
     "for CertificateVerify and chain", "rfc5246#section-7.4.4"},
    {"CertificateRequest", "certificate_authorities", NULL, "issuers the server knows; in clear",
     "rfc5246#section-7.4.4"},
    {"ClientKeyExchange", "ecdh_Yc", NULL, "the client's share: now both can compute the secret",
     "rfc8422#section-5.7"},
    {"ClientKeyExchange", "encrypted_preliminary_secret", NULL,
     "only the certificate's private key opens it", "rfc5246#section-7.4.7.1"},
    {"CertificateVerify", "algorithm", NULL, "must be one that the other side offered",
     "rfc5246#section-7.4.8"},
    {"CertificateVerify", "signature", NULL, "over all messages so far", "rfc5246#section-7.4.8"},
    {"Finished", "verify_data", NULL, "12 bytes of the PRF over the whole handshake",
     "rfc5246#section-7.4.9"},
    {"NewSessionTicket", "ticket_lifetime_hint", NULL, "seconds", "rfc5077#section-3.3"},
    {"NewSessionTicket", "ticket", NULL, "sent in clear; only the server can read it",
     "rfc5077#section-3.3"},
};

/* An item of a list behind the first: the list's note stands there. */
static bool is_later_item(const char *path) {
    const char *open = strrchr(path, '[');
    return open != NULL && open[1] >= '1' && open[1] <= '9' && path[strlen(path) - 1] == ']';
}

static bool find(const row *from, size_t n, const hs__note_place *at, const char *plain,
                 hs_span content, hs__note *out) {
    for (size_t i = 0; i < n; i++) {
        const row *r = &from[i];
        if (strcmp(plain, r->path) == 0 &&
            (r->message == NULL || strcmp(hs__str(at->message), r->message) == 0) &&
            (r->when == NULL || r->when(content))) {
            *out = (hs__note){r->note, r->rule};
            return true;
        }
    }
    return false;
}

bool hs__note_group(const hs__note_place *at, const char *path, hs_span content, hs__note *out) {
    char plain[HS__PATH_MAX];
    if (is_later_item(path)) {
        return false;
    }
    hs__path_plain(path, plain);
    const bool is_12 = at->version == HS__VERSION_TLS12;
    /* a mark in the random means the same in both */
    const bool marked = strcmp(plain, "random") == 0 && is_downgrade(content);
    return (is_12 && !marked &&
            find(rows_12, sizeof rows_12 / sizeof *rows_12, at, plain, content, out)) ||
           find(rows, sizeof rows / sizeof *rows, at, plain, content, out);
}

bool hs__note_extension(uint16_t type, hs__note *out) {
    if (hs__is_grease16(type)) {
        *out = (hs__note){"means nothing: keeps peers used to the unknown", "rfc8701#section-2"};
        return true;
    }
    const hs__code *code = hs__code_find(&hs__extension_types, type);
    if (code == NULL) {
        return false;
    }
    *out = (hs__note){code->note, code->section};
    return true;
}

bool hs__note_field(const hs__note_place *at, const hs_trace_field *f, hs__note *out) {
    const char *tail = strstr(f->path, "].extension_type");
    if (tail == NULL) {
        return hs__note_group(at, f->path, f->bytes, out);
    }
    char extension[HS__PATH_MAX];
    (void)snprintf(extension, sizeof extension, "%.*s", (int)(tail - f->path + 1), f->path);
    return hs__note_group(at, extension, (hs_span){NULL, 0}, out) ||
           hs__note_extension((uint16_t)f->value, out);
}

static uint16_t client_hello_version(hs_span raw) {
    hs__client_hello m;
    hs__rd_root root;
    return hs__client_hello_read(raw, NULL, &root, &m) == HS_OK &&
                   !hs__ext_has(&m.extensions, HS__EXT_supported_versions)
               ? m.legacy_version
               : 0;
}

static uint16_t server_hello_version(hs_span raw) {
    hs__server_hello m;
    hs__rd_root root;
    if (hs__server_hello_read(raw, NULL, &root, &m) != HS_OK) {
        return 0;
    }
    return hs__ext_has(&m.extensions, HS__EXT_supported_versions) ? m.extensions.selected_version
                                                                  : m.legacy_version;
}

uint16_t hs__message_version(const hs_trace_message *m, uint16_t known) {
    return known != 0                       ? known
           : m->type == HS__HT_client_hello ? client_hello_version(m->raw)
           : m->type == HS__HT_server_hello ? server_hello_version(m->raw)
                                            : 0;
}

/* ---- alerts ------------------------------------------------------------------------------ */

typedef struct {
    uint8_t description;
    const char *to_client, *to_server;
} advice;

static const advice advices[] = {
    {HS__ALERT_unexpected_message,
     "one of the two ends has a fault, or something between them changes messages",
     "one of the two ends has a fault, or something between them changes messages"},
    {HS__ALERT_bad_record_mac,
     "bytes changed on the way, or the two ends have different keys: compare the transcript "
     "hashes of both traces",
     "bytes changed on the way, or the two ends have different keys: compare the transcript "
     "hashes of both traces"},
    {HS__ALERT_handshake_failure,
     "the server supports none of what was offered: try more --suites, --groups or --sigalgs",
     "the client supports none of what was chosen: its offer is in its ClientHello"},
    {HS__ALERT_bad_certificate, "the server cannot use the client's certificate: check --cert",
     "the client cannot use the server's certificate: check --cert with mini-ca verify"},
    {HS__ALERT_unsupported_certificate,
     "the server does not take this kind of certificate or key: try --cert with another",
     "the client does not take this kind of certificate or key: its signature_algorithms say "
     "which"},
    {HS__ALERT_certificate_revoked, "the client's certificate was revoked: get a new one",
     "the server's certificate was revoked: get a new one"},
    {HS__ALERT_certificate_expired,
     "the client's certificate is not valid today by the server's clock: renew it, check clocks",
     "the server's certificate is not valid today by the client's clock: renew it, check clocks"},
    {HS__ALERT_certificate_unknown,
     "the server does not accept the client's certificate and does not say why: see its log",
     "the client does not accept the server's certificate and does not say why: often the name"},
    {HS__ALERT_illegal_parameter, "one of the two ends has a fault: its log names the field",
     "one of the two ends has a fault: its log names the field"},
    {HS__ALERT_unknown_ca,
     "the server does not know the issuer of the client's certificate: use --cert with one from a "
     "CA that its CertificateRequest names",
     "the client does not know the issuer of the server's certificate: send the intermediates "
     "too, or give the client the root"},
    {HS__ALERT_access_denied, "the certificate is good, but its owner is not let in",
     "the client accepted the certificate and still refuses"},
    {HS__ALERT_decode_error, "one of the two ends has a fault: its log names the field",
     "one of the two ends has a fault: its log names the field"},
    {HS__ALERT_decrypt_error,
     "a signature, Finished or binder did not verify at the server: the two ends saw different "
     "messages, or certificate and key do not belong together",
     "a signature, Finished or binder did not verify at the client: the two ends saw different "
     "messages, or certificate and key do not belong together"},
    {HS__ALERT_protocol_version, "the server does not speak the versions of TLS that were offered",
     "the client does not speak the version chosen"},
    {HS__ALERT_insufficient_security,
     "the server wants stronger parameters: offer more --suites and --groups",
     "the client wants stronger parameters"},
    {HS__ALERT_internal_error, "a fault inside the server: see its log",
     "a fault inside the client: see its log"},
    {HS__ALERT_missing_extension,
     "the server needs an extension that was not sent: often signature_algorithms or key_share",
     "the client misses an extension in the server's answer"},
    {HS__ALERT_unsupported_extension, "the server saw an extension that it did not ask for",
     "the client got an extension that it did not ask for"},
    {HS__ALERT_unrecognized_name, "the server has no certificate for this name: try --servername",
     ""},
    {HS__ALERT_unknown_psk_identity, "connect without the PSK or session", ""},
    {HS__ALERT_certificate_required, "the server wants a client certificate: give --cert and --key",
     ""},
    {HS__ALERT_no_application_protocol,
     "the server speaks none of the protocols offered: try another --alpn, or none", ""},
    {HS__ALERT_no_renegotiation,
     "the server goes on with the keys it has: make a new connection for new ones",
     "the client goes on with the keys it has: close the connection for new ones"},
    {HS__ALERT_ech_required, "connect with the server's current ECH configuration", ""},
};

const char *hs__alert_advice(uint8_t description, bool to_server) {
    for (size_t i = 0; i < sizeof advices / sizeof *advices; i++) {
        if (advices[i].description == description) {
            return to_server ? advices[i].to_server : advices[i].to_client;
        }
    }
    return "";
}
