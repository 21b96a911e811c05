#include "apps/hs-mitm/breaks.h"

#include <string.h>

#include "apps/common/options.h"
#include "apps/common/say.h"

enum { OF_SERVER = false, OF_CLIENT = true };

#define EDIT(name, parameter, of, help)                                                            \
    { name, NULL, parameter, BREAK_EDIT, INSERT_NOTHING, of, 0, help }
#define MESSAGE(name, as, way, help)                                                               \
    { name, as, "MESSAGE", way, INSERT_NOTHING, OF_SERVER, 0, help }
#define RECORD(name, as, parameter, way, number, help)                                             \
    { name, as, parameter, way, INSERT_NOTHING, OF_SERVER, number, help }
#define INSERT(name, as, parameter, insert, of, number, help)                                      \
    { name, as, parameter, BREAK_INSERT, insert, of, number, help }

static const break_row ROWS[] = {
    EDIT("tamper", "MESSAGE[,BYTE]", OF_SERVER, "a bit of that BYTE of MESSAGE is turned"),
    MESSAGE("drop", NULL, BREAK_DROP, "MESSAGE never arrives"),
    MESSAGE("repeat", NULL, BREAK_REPEAT, "MESSAGE arrives twice"),
    MESSAGE("swap", NULL, BREAK_SWAP, "MESSAGE and what comes behind it change places"),
    MESSAGE("delay", "drop", BREAK_DELAY,
            "MESSAGE arrives two seconds late; nobody can tell that from a slow network"),
    EDIT("strip", "EXTENSION", OF_CLIENT,
         "EXTENSION is taken out of the hello: strip=server_name, strip=key_share"),
    EDIT("downgrade", "", OF_CLIENT,
         "TLS 1.3 is taken out of ClientHello, by somebody who likes TLS 1.2 better"),
    EDIT("version", "", OF_SERVER, "the hello speaks of TLS 1.1 and nothing else"),
    EDIT("suite", "", OF_SERVER, "ServerHello chooses a cipher suite that nobody offered"),
    EDIT("group", "", OF_SERVER, "the server seems to choose a group that nobody offered"),
    EDIT("session-id", "", OF_SERVER, "ServerHello echoes another session id than was sent"),
    EDIT("compression", "", OF_SERVER, "the hello speaks of compression"),
    EDIT("unasked-extension", "", OF_SERVER,
         "ServerHello has an extension that the client did not ask for"),
    EDIT("twice", "", OF_SERVER, "the first extension of the hello stands in it twice"),
    EDIT("keyshare", "", OF_CLIENT,
         "the key share is swapped for another one, as somebody would to share a key"),
    EDIT("bad-point", "", OF_CLIENT, "the key share is zeros"),
    EDIT("hello2", "", OF_CLIENT,
         "the second ClientHello, after a HelloRetryRequest, has another random"),
    EDIT("fallback", "", OF_CLIENT,
         "ClientHello says that a newer version was tried before (TLS_FALLBACK_SCSV)"),
    EDIT("ems", "", OF_CLIENT, "extended_main_secret is left out of the hello (TLS 1.2)"),
    EDIT("replay-hello", "", OF_CLIENT,
         "each connection after the first gets the first one's ClientHello again"),
    EDIT(
        "certificate", "[FILE]", OF_SERVER,
        "another certificate, that in FILE, --cert or one made up (TLS 1.2, where it is in clear)"),
    EDIT("premaster", "", OF_CLIENT, "the secret that is encrypted to an RSA key is damaged"),
    EDIT("ticket", "", OF_CLIENT, "a bit of the ticket that a session is resumed with is turned"),
    RECORD("flip", NULL, "[N[,BIT]]", BREAK_FLIP, 3, "one BIT of what record N carries is turned"),
    RECORD("drop-record", NULL, "[N]", BREAK_DROP_RECORD, 3, "record N never arrives"),
    RECORD("replay-record", NULL, "[N]", BREAK_REPLAY_RECORD, 3, "record N arrives twice"),
    RECORD("content-type", NULL, "[N]", BREAK_TYPE, 3,
           "the header of record N says data where it is none, or the other way round"),
    RECORD("record-version", NULL, "[N]", BREAK_VERSION, 3, "the header of record N says 3.5"),
    RECORD("truncate", "drop-record", "[N]", BREAK_TRUNCATE, 3,
           "half of record N arrives, then the connection ends for both"),
    INSERT("alert", NULL, "[NAME]", INSERT_ALERT, OF_SERVER, 1,
           "a forged fatal alert comes first: in clear anybody can write one"),
    INSERT("ccs", "drop-record", "[N]", INSERT_CCS, OF_CLIENT, 1,
           "a ChangeCipherSpec comes in front of record N (CVE-2014-0224 was like that)"),
    INSERT("forge", "drop-record", "[N]", INSERT_FORGED, OF_SERVER, 3,
           "in front of record N comes one of random bytes that says it is encrypted"),
    INSERT("oversize", "drop-record", "[N]", INSERT_OVERSIZE, OF_SERVER, 1,
           "in front of record N comes one that is longer than any may be"),
    INSERT("garbage", "drop-record", "[N]", INSERT_GARBAGE, OF_SERVER, 1,
           "in front of record N come bytes that are no TLS"),
};
enum { N_ROWS = sizeof ROWS / sizeof *ROWS };

void breaks_help(FILE *out) {
    for (size_t i = 0; i < N_ROWS; i++) {
        const break_row *row = &ROWS[i];
        bool is_optional = row->parameter[0] == '[';
        int n = fprintf(out, "  %s%s%s%s", row->name, is_optional ? "[=" : "",
                        !is_optional && *row->parameter ? "=" : "",
                        is_optional ? row->parameter + 1 : row->parameter);
        fprintf(out, "%*s%s", n < 25 ? 25 - n : 1, "", row->help);
        if (row->number > 1)
            fprintf(out, " (%u)", row->number);
        fputc('\n', out);
    }
    fputs("MESSAGE is one that goes in clear: ClientHello, ServerHello, HelloRetryRequest, and in "
          "TLS 1.2\nCertificate, ServerKeyExchange, ServerHelloDone, ClientKeyExchange. Records "
          "are counted in their\ndirection, the server's unless client: stands in front. client: "
          "and server: say whose words are\nmeant: server:keyshare, client:flip=2.\n",
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

static const char *read_side(const char *what, bool *is_given, bool *of_client) {
    static const char CLIENT[] = "client:", SERVER[] = "server:";
    *of_client = strncmp(what, CLIENT, sizeof CLIENT - 1) == 0;
    *is_given = *of_client || strncmp(what, SERVER, sizeof SERVER - 1) == 0;
    return *is_given ? what + sizeof CLIENT - 1 : what;
}

hs__exit breaks_read(const char *what, break_plan *out, hs__fault *fault) {
    bool has_side, of_client;
    char why[HS__LAB_WHY];
    const char *word = read_side(what, &has_side, &of_client);
    size_t n = strcspn(word, "=");
    const break_row *row = find(word, n);
    if (!row)
        return unknown(word, n, fault);
    /* A number need not be given here. */
    bool is_bare = !word[n] && (row->as || row->number);
    const char *name = row->as ? row->as : row->name;
    int length = snprintf(out->text, sizeof out->text, "%s%s%s", name,
                          is_bare && row->number ? "=1" : "", word + n);
    if (length >= (int)sizeof out->text || hs__lab_read(out->text, &out->lab, why) != HS_OK)
        return hs__fault_set(fault, HS__EXIT_USAGE, "--break=%s: %s%s; --break=help explains",
                             hs__safe(what), *row->parameter ? "expected " : "takes no value",
                             row->parameter);
    out->row = row;
    out->of_client = has_side ? of_client : row->of_client;
    out->of_either = !has_side && (out->lab.row->kind == HS__LAB_TAKES_MESSAGE ||
                                   out->lab.row->kind == HS__LAB_TAKES_MESSAGE_BYTE);
    out->record = word[n] && row->insert != INSERT_ALERT ? out->lab.number : row->number;
    bool has_no_record = row->way >= BREAK_FLIP && out->record == 0;
    return has_no_record ? hs__fault_set(fault, HS__EXIT_USAGE,
                                         "--break=%s: records are counted from 1", hs__safe(what))
                         : HS__EXIT_OK;
}
