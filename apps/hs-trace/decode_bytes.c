#include <stdlib.h>
#include <string.h>

#include "apps/hs-trace/decode.h"
#include "engine/messages.h"
#include "proto/alert.h"
#include "proto/record_header.h"
#include "trace/names.h"

enum { HEARTBEAT = 24, MESSAGE_MAX = 1 << 17 }; /* longer ones are no messages, most likely */

typedef struct {
    hs_render *r;
    uint16_t version; /* 0: not known */
    hs__kx kx;        /* of TLS 1.2's suite; 0: not known */
    bool outbound;    /* what the client sends goes out */
    bool has_ccs;
    uint64_t record;
    uint8_t *stream; /* handshake bytes that are no whole message yet */
    size_t stream_n;
    uint64_t stream_record; /* where they begin */
    decode_result result;
} decoder;

static void emit(decoder *d, hs_trace *ev) {
    ev->is_observer = true;
    ev->version = d->version;
    hs_render_event(d->r, ev);
}

static void note(decoder *d, const char *text, const char *rule) {
    hs_trace ev = {.kind = HS_TR_NOTE, .u.note = {text, rule}};
    emit(d, &ev);
}

static void worse(decoder *d, decode_verdict verdict) {
    if (d->result.verdict == DECODE_OK || verdict == DECODE_BROKEN) {
        d->result.verdict = verdict;
    }
}

/* ---- messages ---------------------------------------------------------------------------- */

static bool is_message_type(uint8_t type) {
    return hs__handshake_type_name(type) != NULL;
}

/* Who sends it, where the type tells. */
static bool goes_out(const decoder *d, uint8_t type) {
    switch (type) {
    case HS__HT_client_hello:
    case HS__HT_client_key_exchange:
        return true;
    case HS__HT_server_hello:
    case HS__HT_encrypted_extensions:
    case HS__HT_certificate_request:
    case HS__HT_server_key_exchange:
    case HS__HT_server_hello_done:
    case HS__HT_certificate_status:
    case HS__HT_new_session_ticket:
    case HS__HT_hello_request:
        return false;
    default:
        return d->outbound;
    }
}

/* TLS 1.2's ClientKeyExchange does not tell which it is: a point has its length in one byte. */
static hs__kx guess_kx(const decoder *d, hs_span raw) {
    const bool is_point = raw.n > 5 && raw.p[4] == raw.n - 5;
    return d->kx != 0 ? d->kx : is_point ? HS__KX_ECDHE : HS__KX_RSA;
}

static bool reads_as(const decoder *d, uint16_t version, uint8_t type, hs_span raw) {
    hs__message m;
    hs__rd_root root;
    return hs__message_read_as(version, guess_kx(d, raw), type, raw, NULL, &root, &m) == HS_OK;
}

/* The version in whose format the message reads, the newer one first. *is_both: in that of the
 * other, which is another format, too. */
static uint16_t guess_version(const decoder *d, uint8_t type, hs_span raw, bool *is_both) {
    const bool has_two = type == HS__HT_certificate || type == HS__HT_certificate_request ||
                         type == HS__HT_new_session_ticket;
    const bool is_13 = d->version == 0 && reads_as(d, HS__VERSION_TLS13, type, raw);
    const bool is_12 = d->version == 0 && reads_as(d, HS__VERSION_TLS12, type, raw);
    *is_both = has_two && is_13 && is_12;
    return is_13 ? HS__VERSION_TLS13 : is_12 ? HS__VERSION_TLS12 : d->version;
}

static void on_field(void *ctx, const hs__field *f) {
    char path[HS__PATH_MAX];
    hs_trace ev = {.kind = HS_TR_FIELD, .u.field = hs__field_event(f, path)};
    emit(ctx, &ev);
}

static void learn(decoder *d, const hs__message *m) {
    if (m->type != HS__HT_server_hello) {
        return;
    }
    const hs__server_hello *sh = &m->u.server_hello;
    const bool is_12 = sh->kind == HS__IN_SERVER_HELLO_12;
    d->version = is_12 ? sh->legacy_version : sh->extensions.selected_version;
    d->kx = is_12 ? (hs__kx)hs__suite_kx(sh->cipher_suite) : d->kx;
}

static void message(decoder *d, hs_span raw, uint64_t record) {
    const uint8_t type = raw.p[0];
    const hs__field_sink sink = {on_field, d};
    const uint16_t known = d->version;
    const bool is_hello = type == HS__HT_client_hello || type == HS__HT_server_hello;
    hs__rd_root root = {.status = HS_OK};
    hs__message m;
    bool is_both = false;
    d->version = is_hello ? d->version : guess_version(d, type, raw, &is_both);
    d->outbound = goes_out(d, type);
    hs_trace begin = {.kind = HS_TR_MESSAGE,
                      .u.message = {.outbound = d->outbound,
                                    .type = type,
                                    .name = hs__message_name(type, raw),
                                    .raw = raw,
                                    .record = record}};
    emit(d, &begin);
    const hs_status st =
        hs__message_read_as(d->version, guess_kx(d, raw), type, raw, &sink, &root, &m);
    hs_trace end = {.kind = HS_TR_MESSAGE_END,
                    .u.message_end = {root.status, root.where, root.problem}};
    emit(d, &end);
    if (st == HS_E_UNEXPECTED_MESSAGE && root.status == HS_OK) {
        note(d, "a message that is not read here in this version", "");
        worse(d, DECODE_BROKEN);
    } else if (st != HS_OK) {
        worse(d, DECODE_BROKEN);
    }
    if (is_both) {
        note(d, "taken for TLS 1.3; --tls=1.2 reads it in that version's format", "");
    }
    d->version = known;
    if (st == HS_OK) {
        learn(d, &m);
    }
    d->result.messages++;
}

/* Whole messages, one behind the other; how many bytes they have. */
static size_t messages(decoder *d, hs_span bytes) {
    size_t at = 0, whole;
    uint8_t type;
    while (hs__handshake_peek((hs_span){bytes.p + at, bytes.n - at}, &type, &whole) &&
           whole <= bytes.n - at) {
        message(d, (hs_span){bytes.p + at, whole}, at == 0 ? d->stream_record : d->record);
        at += whole;
    }
    return at;
}

/* Known messages up to the last byte, or the beginning of one. */
static bool are_messages(hs_span bytes, bool may_be_cut) {
    size_t at = 0, whole, n = 0;
    uint8_t type;
    while (hs__handshake_peek((hs_span){bytes.p + at, bytes.n - at}, &type, &whole) &&
           is_message_type(type)) {
        n++;
        if (whole > bytes.n - at) {
            return may_be_cut && whole <= MESSAGE_MAX;
        }
        at += whole;
    }
    return at == bytes.n && n > 0;
}

/* ---- records ----------------------------------------------------------------------------- */

static void handshake(decoder *d, hs_span content) {
    uint8_t *room = realloc(d->stream, d->stream_n + content.n + 1);
    if (room == NULL) {
        worse(d, DECODE_BROKEN);
        return;
    }
    d->stream = room;
    if (content.n > 0) {
        memcpy(d->stream + d->stream_n, content.p, content.n);
    }
    d->stream_record = d->stream_n == 0 ? d->record : d->stream_record;
    d->stream_n += content.n;
    const size_t used = messages(d, (hs_span){d->stream, d->stream_n});
    memmove(d->stream, d->stream + used, d->stream_n - used);
    d->stream_n -= used;
    d->stream_record = used > 0 ? d->record : d->stream_record;
}

static void alert(decoder *d, hs_span content) {
    const hs_trace_alert a = {
        .outbound = d->outbound, .level = content.p[0], .description = content.p[1]};
    hs_trace ev = {.kind = HS_TR_ALERT, .u.alert = a};
    emit(d, &ev);
}

/* By its type; where that may be protected too, by what it holds: ciphertext looks like no chain
 * of messages. */
static bool is_hidden(const decoder *d, uint8_t type, hs_span content) {
    switch (type) {
    case HS__CONTENT_change_cipher_spec:
        return false;
    case HS__CONTENT_alert:
        return content.n != 2;
    case HS__CONTENT_handshake:
        return d->stream_n == 0 && !are_messages(content, !d->has_ccs);
    default:
        return true;
    }
}

static void record(decoder *d, const hs__record_header *h, hs_span raw) {
    const hs_span content = {raw.p + HS__RECORD_HEADER, raw.n - HS__RECORD_HEADER};
    const bool hidden = is_hidden(d, h->type, content);
    d->record++;
    d->result.records++;
    if (!hidden && h->type == HS__CONTENT_handshake && content.n > 0 && d->stream_n == 0) {
        d->outbound = goes_out(d, content.p[0]);
    }
    hs_trace ev = {.kind = HS_TR_WIRE,
                   .u.wire = {.outbound = d->outbound,
                              .n = d->record,
                              .type = h->type,
                              .version = h->legacy_record_version,
                              .is_protected = hidden,
                              .raw = raw}};
    emit(d, &ev);
    if (!hidden && h->type == HS__CONTENT_handshake) {
        handshake(d, content);
    } else if (!hidden && h->type == HS__CONTENT_alert) {
        alert(d, content);
    }
    d->has_ccs = d->has_ccs || h->type == HS__CONTENT_change_cipher_spec;
}

static bool read_header(hs_span bytes, hs__record_header *h) {
    hs__rd_root root;
    return bytes.n >= HS__RECORD_HEADER &&
           hs__record_header_read((hs_span){bytes.p, HS__RECORD_HEADER}, NULL, &root, h) == HS_OK &&
           h->type >= HS__CONTENT_change_cipher_spec && h->type <= HEARTBEAT &&
           h->legacy_record_version >> 8 == 3 && (h->legacy_record_version & 255) <= 4 &&
           h->length <= HS__RECORD_CIPHER_MAX_12;
}

static void records(decoder *d, hs_span bytes) {
    hs__record_header h;
    while (read_header(bytes, &h) && (size_t)h.length + HS__RECORD_HEADER <= bytes.n) {
        const size_t n = (size_t)h.length + HS__RECORD_HEADER;
        record(d, &h, (hs_span){bytes.p, n});
        bytes.p += n;
        bytes.n -= n;
    }
    if (bytes.n == 0 && d->stream_n == 0) {
        return;
    }
    if (bytes.n == 0 || bytes.n < HS__RECORD_HEADER || read_header(bytes, &h)) {
        note(d, bytes.n > 0 ? "the last record is not whole" : "the last message is not whole", "");
        worse(d, DECODE_CUT);
    } else {
        note(d, "what follows is no record", "");
        worse(d, DECODE_BROKEN);
    }
    /* what is here of the last record may hold whole messages */
    if (bytes.n > HS__RECORD_HEADER && read_header(bytes, &h) && h.type == HS__CONTENT_handshake &&
        !d->has_ccs) {
        d->record++;
        handshake(d, (hs_span){bytes.p + HS__RECORD_HEADER, bytes.n - HS__RECORD_HEADER});
    }
}

/* ---- what is no TLS ---------------------------------------------------------------------- */

static const struct {
    const char *start;
    size_t n;
    const char *what, *hint;
} strangers[] = {
    {"\x16\xfe", 2, "DTLS (TLS over datagrams)", "Wireshark reads it"},
    {"GET ", 4, "an HTTP request in clear", ""},
    {"POST ", 5, "an HTTP request in clear", ""},
    {"HEAD ", 5, "an HTTP request in clear", ""},
    {"CONNECT ", 8, "an HTTP request to a proxy; TLS comes behind its answer", ""},
    {"HTTP/", 5, "an HTTP answer in clear", ""},
    {"PRI * HTTP/2", 12, "HTTP/2 in clear", ""},
    {"SSH-", 4, "SSH", ""},
    {"220 ", 4, "the greeting of a mail or FTP server; TLS comes behind STARTTLS", ""},
    {"+OK", 3, "the greeting of a POP3 server; TLS comes behind STLS", ""},
    {"* OK", 4, "the greeting of an IMAP server; TLS comes behind STARTTLS", ""},
    {"\x0a\x0d\x0d\x0a", 4, "a capture (pcapng)", "Wireshark and tshark read it"},
    {"\xd4\xc3\xb2\xa1", 4, "a capture (pcap)", "Wireshark and tshark read it"},
    {"\xa1\xb2\xc3\xd4", 4, "a capture (pcap)", "Wireshark and tshark read it"},
    {"{\"v\":1", 6, "a trace", "hs-trace text FILE shows it"},
    {"\x1f\x8b", 2, "a gzip file", "gunzip it first"},
    {"\x7f"
     "ELF",
     4, "a program", ""},
};

/* By its first bytes. */
static bool is_stranger(hs_span bytes, decode_result *r) {
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        if (bytes.n >= strangers[i].n && memcmp(bytes.p, strangers[i].start, strangers[i].n) == 0) {
            *r = (decode_result){
                .verdict = DECODE_NOT_TLS, .what = strangers[i].what, .hint = strangers[i].hint};
            return true;
        }
    }
    return false;
}

/* By less certain signs, for what is no TLS either. */
static void name_stranger(hs_span bytes, decode_result *r) {
    r->verdict = DECODE_NOT_TLS;
    r->what = "nothing that is known here";
    r->hint = "";
    if (bytes.n > 4 && bytes.p[0] == 0x30 && (bytes.p[1] & 0x80) != 0) {
        r->what = "DER: a certificate, a key, a request or a list";
        r->hint = "mini-ca show FILE reads them";
    } else if (bytes.n > 5 && (bytes.p[0] & 0x80) != 0 && bytes.p[2] == 1 && bytes.p[3] <= 3) {
        r->what = "a ClientHello of SSL 2.0";
        r->hint = "no version of TLS has it any more";
    } else if (bytes.n > 6 && (bytes.p[0] & 0xc0) == 0xc0 && bytes.p[1] == 0) {
        r->what = "a QUIC packet, perhaps";
        r->hint = "Wireshark reads it";
    }
}

/* ---- all --------------------------------------------------------------------------------- */

decode_result decode_bytes(hs_span bytes, uint16_t version, hs_render *r) {
    decoder d = {.r = r, .version = version, .outbound = true};
    hs__record_header h;
    if (is_stranger(bytes, &d.result)) {
        return d.result;
    }
    if (read_header(bytes, &h)) {
        records(&d, bytes);
    } else if (are_messages(bytes, true)) {
        const size_t used = messages(&d, bytes);
        if (used < bytes.n) {
            note(&d, "the last message is not whole", "");
            worse(&d, DECODE_CUT);
        }
    } else if (bytes.n == 2 && (bytes.p[0] == 1 || bytes.p[0] == 2) &&
               hs__alert_name(bytes.p[1]) != NULL) {
        alert(&d, bytes);
    } else {
        name_stranger(bytes, &d.result);
    }
    free(d.stream);
    return d.result;
}
