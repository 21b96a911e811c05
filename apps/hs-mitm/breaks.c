#include "apps/hs-mitm/breaks.h"

#include <string.h>
#include <strings.h>

#include "apps/common/options.h"
#include "apps/common/say.h"
#include "apps/common/value.h"
#include "proto/codepoints.h"

enum { CLIENTS = true, SERVERS = false, NONE = 0 };

static const break_row ROWS[] = {
    {"tamper", "MESSAGE[,BYTE]", TAKES_MESSAGE_BYTE, BREAK_TAMPER, NONE, NONE, NONE,
     "a bit of that BYTE of MESSAGE is turned (of a hello's random, else of the last byte)"},
    {"drop", "MESSAGE", TAKES_MESSAGE, BREAK_DROP, NONE, NONE, NONE, "MESSAGE never arrives"},
    {"repeat", "MESSAGE", TAKES_MESSAGE, BREAK_REPEAT, NONE, NONE, NONE, "MESSAGE arrives twice"},
    {"swap", "MESSAGE", TAKES_MESSAGE, BREAK_SWAP, NONE, NONE, NONE,
     "MESSAGE and what comes behind it change places"},
    {"delay", "MESSAGE", TAKES_MESSAGE, BREAK_DELAY, NONE, NONE, NONE,
     "MESSAGE arrives two seconds late; nobody can tell that from a slow network"},
    {"strip", "EXTENSION", TAKES_EXTENSION, BREAK_EDIT, EDIT_STRIP, CLIENTS, NONE,
     "EXTENSION is taken out of the hello: strip=server_name, strip=extended_main_secret"},
    {"downgrade", "", TAKES_NOTHING, BREAK_EDIT, EDIT_DOWNGRADE, CLIENTS, NONE,
     "TLS 1.3 is taken out of ClientHello, by somebody who likes TLS 1.2 better"},
    {"version", "", TAKES_NOTHING, BREAK_EDIT, EDIT_VERSION, SERVERS, NONE,
     "the hello speaks of TLS 1.1 and nothing else"},
    {"weaken", "", TAKES_NOTHING, BREAK_EDIT, EDIT_WEAKEN, CLIENTS, NONE,
     "of ClientHello's cipher suites only the last one is left, its least wanted"},
    {"suite", "", TAKES_NOTHING, BREAK_EDIT, EDIT_SUITE, SERVERS, NONE,
     "ServerHello chooses a cipher suite that nobody offered"},
    {"session-id", "", TAKES_NOTHING, BREAK_EDIT, EDIT_SESSION_ID, SERVERS, NONE,
     "ServerHello echoes another session id than the client sent"},
    {"keyshare", "", TAKES_NOTHING, BREAK_EDIT, EDIT_KEYSHARE, CLIENTS, NONE,
     "the key share is swapped for one of ours, to share a key with the other end"},
    {"replay-hello", "", TAKES_NOTHING, BREAK_EDIT, EDIT_REPLAY_HELLO, CLIENTS, NONE,
     "each connection after the first gets the first one's ClientHello again"},
    {"certificate", "[FILE]", TAKES_FILE, BREAK_EDIT, EDIT_CERTIFICATE, SERVERS, NONE,
     "the certificates are swapped for those in FILE or --cert (TLS 1.2, where they are in clear)"},
    {"flip", "[N[,BIT]]", TAKES_RECORD_BIT, BREAK_FLIP, NONE, SERVERS, 3,
     "one BIT of what record N carries is turned"},
    {"drop-record", "[N]", TAKES_RECORD, BREAK_DROP_RECORD, NONE, SERVERS, 3,
     "record N never arrives"},
    {"replay-record", "[N]", TAKES_RECORD, BREAK_REPLAY_RECORD, NONE, SERVERS, 3,
     "record N arrives twice"},
    {"truncate", "[N]", TAKES_RECORD, BREAK_TRUNCATE, NONE, SERVERS, 3,
     "half of record N arrives, then the connection ends for both"},
    {"alert", "[NAME]", TAKES_ALERT, BREAK_INSERT, INSERT_ALERT, SERVERS, 1,
     "a forged fatal alert (handshake_failure) comes first: in clear anybody can write one"},
    {"ccs", "[N]", TAKES_RECORD, BREAK_INSERT, INSERT_CCS, CLIENTS, 1,
     "a ChangeCipherSpec comes in front of record N (CVE-2014-0224 was like that)"},
    {"forge", "[N]", TAKES_RECORD, BREAK_INSERT, INSERT_FORGED, SERVERS, 3,
     "in front of record N comes one of random bytes that says it is encrypted"},
    {"oversize", "[N]", TAKES_RECORD, BREAK_INSERT, INSERT_OVERSIZE, SERVERS, 1,
     "in front of record N comes one that is longer than any may be"},
    {"garbage", "[N]", TAKES_RECORD, BREAK_INSERT, INSERT_GARBAGE, SERVERS, 1,
     "in front of record N come bytes that are no TLS"},
};
enum { N_ROWS = sizeof ROWS / sizeof *ROWS };

void breaks_help(FILE *out) {
    for (size_t i = 0; i < N_ROWS; i++) {
        const break_row *row = &ROWS[i];
        int n = fprintf(out, "  %s%s%s", row->name,
                        *row->parameter && *row->parameter != '[' ? "=" : "", row->parameter);
        fprintf(out, "%*s%s", n < 25 ? 25 - n : 1, "", row->help);
        if (row->number > 1)
            fprintf(out, " (%u)", row->number);
        fputc('\n', out);
    }
    fputs("MESSAGE is one that goes in clear: ClientHello, ServerHello, HelloRetryRequest, and in "
          "TLS 1.2\nCertificate, ServerKeyExchange, ServerHelloDone, ClientKeyExchange. Records "
          "are counted in their\ndirection. client: or server: in front says whose words are "
          "meant: server:keyshare, client:flip=2.\n",
          out);
}

static const break_row *find(const char *name, size_t n) {
    for (size_t i = 0; i < N_ROWS; i++)
        if (strlen(ROWS[i].name) == n && strncmp(ROWS[i].name, name, n) == 0)
            return &ROWS[i];
    return NULL;
}

static hs__exit unknown(const char *what, size_t n, hs__fault *fault) {
    const char *names[N_ROWS + 1] = {NULL};
    char word[32];
    snprintf(word, sizeof word, "%.*s", (int)n, what);
    for (size_t i = 0; i < N_ROWS; i++)
        names[i] = ROWS[i].name;
    const char *near = hs__nearest(word, names);
    return hs__fault_set(fault, HS__EXIT_USAGE,
                         "--break: '%s' is not known%s%s; --break=help lists all", hs__safe(word),
                         near ? ", did you mean " : "", near ? near : "");
}

/* ---- parameters -------------------------------------------------------------------------- */
/* "ServerHello", "server_hello" and "server-hello" are the same. */
static bool is_named(const char *text, size_t n, const char *name) {
    size_t i = 0;
    for (; *name; name++) {
        if (*name == '_')
            continue;
        while (i < n && (text[i] == '_' || text[i] == '-'))
            i++;
        if (i == n || strncasecmp(text + i, name, 1) != 0)
            return false;
        i++;
    }
    return i == n;
}

static bool read_message(const char *text, size_t n, break_plan *out) {
    out->is_retry = is_named(text, n, "HelloRetryRequest");
    if (out->is_retry) {
        out->message = HS__HT_server_hello;
        return true;
    }
    for (size_t i = 0; i < hs__handshake_types.n; i++)
        if (is_named(text, n, hs__handshake_types.rows[i].name)) {
            out->message = hs__handshake_types.rows[i].code;
            return true;
        }
    return false;
}

static bool read_number(const char *text, size_t n, uint64_t min, uint64_t *out) {
    char word[16];
    if (n == 0 || n >= sizeof word)
        return false;
    memcpy(word, text, n);
    word[n] = 0;
    return hs__read_number(word, out) && *out >= min && *out < 1 << 24;
}

static bool read_code(const hs__code_list *list, uint64_t most, const char *text, uint64_t *out) {
    const hs__code *code = hs__code_by_name(list, text, strlen(text));
    if (code)
        *out = code->code;
    return code || (read_number(text, strlen(text), 0, out) && *out <= most);
}

static bool read_parameter(const char *text, break_plan *out) {
    const break_takes takes = out->row->takes;
    bool has_at = takes == TAKES_MESSAGE_BYTE || takes == TAKES_RECORD_BIT;
    size_t n = has_at ? strcspn(text, ",") : strlen(text);
    uint64_t number = 0;
    bool ok = !text[n] || read_number(text + n + 1, strlen(text + n + 1), 0, &number);
    out->at = text[n] ? (int64_t)number : -1;
    switch (takes) {
    case TAKES_NOTHING:
        return false;
    case TAKES_MESSAGE:
    case TAKES_MESSAGE_BYTE:
        return ok && read_message(text, n, out);
    case TAKES_RECORD:
    case TAKES_RECORD_BIT:
        return ok && read_number(text, n, 1, &out->record);
    case TAKES_EXTENSION:
        ok = read_code(&hs__extension_types, 0xffff, text, &number);
        out->extension = (uint16_t)number;
        return ok;
    case TAKES_ALERT:
        ok = read_code(&hs__alerts, 255, text, &number);
        out->alert = (uint8_t)number;
        return ok;
    case TAKES_FILE:
        out->file = text;
        return *text != 0;
    }
    return false;
}

static const char *read_side(const char *what, bool *is_given, bool *of_client) {
    static const char CLIENT[] = "client:", SERVER[] = "server:";
    *of_client = strncmp(what, CLIENT, sizeof CLIENT - 1) == 0;
    *is_given = *of_client || strncmp(what, SERVER, sizeof SERVER - 1) == 0;
    return *is_given ? what + sizeof CLIENT - 1 : what;
}

hs__exit breaks_read(const char *what, break_plan *out, hs__fault *fault) {
    bool has_side, of_client;
    const char *word = read_side(what, &has_side, &of_client);
    size_t n = strcspn(word, "=");
    const break_row *row = find(word, n);
    if (!row)
        return unknown(word, n, fault);
    *out = (break_plan){.row = row,
                        .of_client = has_side ? of_client : row->of_client,
                        .record = row->number,
                        .alert = HS__ALERT_handshake_failure,
                        .at = -1};
    if (!word[n] && (*row->parameter == 0 || *row->parameter == '['))
        return HS__EXIT_OK;
    if (word[n] && read_parameter(word + n + 1, out))
        return HS__EXIT_OK;
    return hs__fault_set(fault, HS__EXIT_USAGE, "--break=%s: %s%s; --break=help explains",
                         hs__safe(what), *row->parameter ? "expected " : "takes no value",
                         row->parameter);
}
