#include "apps/tls/break.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/common/certs.h"
#include "apps/common/say.h"
#include "proto/codepoints.h"

/* ---- the list ---------------------------------------------------------------------------- */
static const char *about_version(unsigned versions) {
    return versions == HS__TLS12 ? " (TLS 1.2)" : versions == HS__TLS13 ? " (TLS 1.3)" : "";
}

enum { TEXT = 6, ANSWER = 9 }; /* columns */

static void print_row(const hs__lab_row *r) {
    bool is_optional = r->parameter[0] == '[';
    size_t n = strlen(r->parameter);
    printf("\n  --break=%s%s%.*s%s%s\n%*s", r->name,
           is_optional ? "[="
           : n         ? "="
                       : "",
           (int)(is_optional ? n - 2 : n), r->parameter + is_optional, is_optional ? "]" : "",
           about_version(r->versions), TEXT, "");
    hs__help_wrapped(r->text, TEXT, TEXT);
    printf("%*s-> ", TEXT, "");
    hs__help_wrapped(r->answer, ANSWER, ANSWER);
}

static void print_list(unsigned role) {
    printf("What the %s can break on purpose, and what comes of it:\n",
           role == HS__LAB_CLIENT ? "client" : "server");
    for (size_t i = 0; i < HS__LAB_N_BREAKS; i++)
        if (hs__lab_rows[i].roles & role)
            print_row(&hs__lab_rows[i]);
    printf("\nOr --break=surprise: one of these, and nobody says which until it is over.\n");
}

bool hs__break_helps(int argc, char **argv, unsigned role) {
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        bool is_split = strcmp(argv[i], "--break") == 0 && i + 1 < argc;
        if (strcmp(argv[i], "--break=help") == 0 ||
            (is_split && strcmp(argv[i + 1], "help") == 0)) {
            print_list(role);
            return true;
        }
    }
    return false;
}

/* ---- what it takes ----------------------------------------------------------------------- */
typedef struct {
    hs__lab_id id;
    unsigned roles;
    const char *text;
} condition;

enum { CLIENT = HS__LAB_CLIENT, SERVER = HS__LAB_SERVER, BOTH = CLIENT | SERVER };

/* What does not happen on every connection, and why not. */
static const condition CONDITIONS[] = {
    {HS__LAB_HELLO2, BOTH, "it takes a HelloRetryRequest: --shares= asks for one"},
    {HS__LAB_PREMASTER, BOTH, "it takes --profile=classic at both ends"},
    {HS__LAB_TICKET, BOTH, "it takes a ticket: --resume"},
    {HS__LAB_SIGNATURE, CLIENT,
     "nothing was signed: no certificate was asked for, or we have none"},
    {HS__LAB_SCHEME, CLIENT, "nothing was signed: no certificate was asked for, or we have none"},
    {HS__LAB_CERTIFICATE, CLIENT, "no certificate was asked for, or we have none"},
    {HS__LAB_FORGED, CLIENT, "no certificate was asked for, or we have none"},
    {HS__LAB_EMPTY_CERTIFICATE, CLIENT, "no certificate was asked for, or we have none"},
    {HS__LAB_STALE, BOTH, "no certificate was shown"},
    {HS__LAB_SHORT_CHAIN, BOTH, "our chain has no intermediate certificate"},
    {HS__LAB_SESSION_ID, BOTH, "the client sent no session id"},
    {HS__LAB_DOWNGRADE, BOTH, "we did not offer TLS 1.3"},
    {HS__LAB_SENTINEL, BOTH, "our random has the mark anyway"},
};

static const condition *find_condition(hs__lab_id id, unsigned role) {
    for (size_t i = 0; i < sizeof CONDITIONS / sizeof *CONDITIONS; i++)
        if (CONDITIONS[i].id == id && (CONDITIONS[i].roles & role))
            return &CONDITIONS[i];
    return NULL;
}

/* ---- files ------------------------------------------------------------------------------- */
static hs__exit read_certificate(hs__break *b, hs__fault *fault) {
    hs__certs certs;
    hs__exit code = hs__certs_read(b->lab.file, &certs, fault);
    if (code)
        return code;
    hs_span der = certs.v[0].der;
    b->file = (hs__bytes){.p = malloc(der.n), .n = der.n};
    if (b->file.p)
        memcpy(b->file.p, der.p, der.n);
    hs__certs_free(&certs);
    return b->file.p ? HS__EXIT_OK : hs__fail_status(fault, HS_E_NOMEM, "--break");
}

static bool from_hex(const char *hex, hs__bytes *out) {
    size_t n = strlen(hex) / 2;
    bool is_hex = n > 0 && hex[strspn(hex, "0123456789abcdef")] == 0;
    *out = (hs__bytes){.p = is_hex ? malloc(n) : NULL, .n = is_hex ? n : 0};
    for (size_t i = 0; out->p && i < n; i++) {
        const char digits[] = {hex[2 * i], hex[2 * i + 1], 0};
        out->p[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return out->p != NULL;
}

/* The first ClientHello of a trace in JSON Lines. */
static bool hello_of_line(const char *line, size_t n, hs__bytes *out) {
    json_t *j = json_loadb(line, n, 0, NULL);
    const char *name = json_string_value(json_object_get(j, "name"));
    const char *raw = json_string_value(json_object_get(j, "raw"));
    bool is_hello = name && raw && strcmp(name, "client_hello") == 0;
    is_hello = is_hello && from_hex(raw, out);
    json_decref(j);
    return is_hello;
}

static hs__exit read_hello(hs__break *b, hs__fault *fault) {
    hs__bytes text;
    bool found = false;
    hs__exit code = hs__file_read(b->lab.file, HS__FILE_LIMIT, &text, fault);
    if (code)
        return code;
    const char *p = (const char *)text.p, *end = p + text.n;
    while (p < end && !found) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        size_t n = (size_t)((stop ? stop : end) - p);
        found = hello_of_line(p, n, &b->file);
        p += n + 1;
    }
    hs__bytes_free(&text);
    if (found)
        return HS__EXIT_OK;
    hs__fault_set(fault, HS__EXIT_USAGE, "--break=%s: there is no ClientHello in %s",
                  b->lab.row->name, hs__safe(b->lab.file));
    return hs__hint(fault, "a file that --trace=F.jsonl has written has one");
}

static hs__exit read_file(hs__break *b, hs__fault *fault) {
    if (!b->lab.file)
        return HS__EXIT_OK;
    hs__exit code =
        b->lab.row->id == HS__LAB_CERTIFICATE ? read_certificate(b, fault) : read_hello(b, fault);
    b->lab.file_bytes = hs__bytes_span(&b->file);
    return code;
}

/* ---- the option -------------------------------------------------------------------------- */
/* The versions that are left by --tls and --profile. */
static unsigned versions_of(const hs__offer_options *o) {
    uint16_t min = HS__VERSION_TLS12, max = HS__VERSION_TLS13;
    if (o->tls)
        (void)hs__versions_read(o->tls, &min, &max);
    if (o->profile == HS__OFFER_CLASSIC)
        max = HS__VERSION_TLS12;
    return (min == HS__VERSION_TLS12 ? HS__TLS12 : 0u) |
           (max == HS__VERSION_TLS13 ? HS__TLS13 : 0u);
}

/* What is about TLS 1.2 is not even said where both ends choose 1.3. */
static hs__exit check(const hs__lab_row *row, unsigned role, const hs__offer_options *offer,
                      hs__fault *fault) {
    const unsigned versions = versions_of(offer);
    if (!(row->roles & role))
        return hs__fault_set(fault, HS__EXIT_USAGE, "--break=%s is for the %s", row->name,
                             role == HS__LAB_CLIENT ? "server: hs-server --break"
                                                    : "client: hs-client --break");
    if (row->versions == HS__TLS12 && versions != HS__TLS12)
        return hs__fault_set(fault, HS__EXIT_USAGE, "--break=%s is about TLS 1.2: add %s",
                             row->name,
                             row->id == HS__LAB_PREMASTER ? "--profile=classic" : "--tls=1.2");
    if (!(row->versions & versions))
        return hs__fault_set(fault, HS__EXIT_USAGE, "--break=%s is about TLS 1.3", row->name);
    return HS__EXIT_OK;
}

/* For a quiz: one of those that need nothing else, and are not told before the end. */
static bool is_for_quiz(const hs__lab_row *row, unsigned role, const hs__offer_options *offer) {
    hs__fault ignored;
    bool needs_none = row->parameter[0] == 0 || row->parameter[0] == '[';
    return needs_none && !find_condition(row->id, role) && !check(row, role, offer, &ignored);
}

static const hs__lab_row *choose(unsigned role, const hs__offer_options *offer) {
    const hs__lab_row *fit[HS__LAB_N_BREAKS];
    uint32_t random;
    size_t n = 0;
    for (size_t i = 0; i < HS__LAB_N_BREAKS; i++)
        if (is_for_quiz(&hs__lab_rows[i], role, offer))
            fit[n++] = &hs__lab_rows[i];
    return n > 0 && getentropy(&random, sizeof random) == 0 ? fit[random % n] : NULL;
}

hs__exit hs__break_read(const char *what, unsigned role, const hs__offer_options *offer,
                        hs__break *out, hs__fault *fault) {
    *out = (hs__break){.role = role};
    if (!what)
        return HS__EXIT_OK;
    out->is_secret = strcmp(what, "surprise") == 0;
    const hs__lab_row *chosen = out->is_secret ? choose(role, offer) : NULL;
    what = chosen ? chosen->name : what;
    if (hs__lab_read(what, &out->lab, out->why) != HS_OK) {
        out->lab.row = NULL;
        hs__fault_set(fault, HS__EXIT_USAGE, "--break=%s: %s", hs__safe(what), out->why);
        return hs__hint(fault, "--break=help lists what can be broken");
    }
    hs__exit code = check(out->lab.row, role, offer, fault);
    return code ? code : read_file(out, fault);
}

void hs__break_free(hs__break *b) {
    hs__bytes_free(&b->file);
    *b = (hs__break){.role = b->role};
}

void hs__break_set(const hs__break *b, hs_config *config) {
    hs__config_set_lab(config, b->lab.row ? &b->lab : NULL);
}

bool hs__break_is_stale(const hs__break *b) {
    return b->lab.row && b->lab.row->id == HS__LAB_STALE;
}

/* ---- what is said ------------------------------------------------------------------------ */
void hs__break_say(const hs__break *b) {
    if (b->is_secret)
        hs__say_progress("lab: something breaks on purpose; what it was is said at the end");
    else if (b->lab.row)
        hs__say_progress("lab: %s, on purpose: %s", hs__safe(b->lab.text), b->lab.row->text);
}

hs__broke hs__break_result(const hs__break *b, const hs_conn *conn, const hs_error *error) {
    if (!b->lab.row || !conn || !hs__lab_happened(conn))
        return HS__BREAK_NOT_YET;
    if (!error)
        return HS__BREAK_UNNOTICED;
    if (error->status == HS_E_TRUNCATED || error->status == HS_E_CLOSED_EARLY)
        return HS__BREAK_IN_SILENCE;
    return error->from_peer ? HS__BREAK_BY_PEER : HS__BREAK_BY_US;
}

const char *hs__broke_name(hs__broke how) {
    static const char *const NAMES[] = {"", "nobody", "we", "peer", "peer, in silence"};
    return NAMES[how];
}

void hs__break_text(const hs__break *b, hs__broke how, char *out, size_t room) {
    const hs__lab_row *row = b->lab.row;
    const condition *why = find_condition(row->id, b->role);
    static const char *const WHO[] = {[HS__BREAK_UNNOTICED] = "no alert has come",
                                      [HS__BREAK_BY_US] = "we have noticed it ourselves",
                                      [HS__BREAK_BY_PEER] = "the peer has noticed",
                                      [HS__BREAK_IN_SILENCE] =
                                          "the peer has gone without an alert"};
    if (how == HS__BREAK_NOT_YET)
        snprintf(out, room, "%s did not happen: %s", hs__safe(b->lab.text),
                 why ? why->text
                     : "there was no such message, field or record to break in this connection");
    else
        snprintf(out, room, "%s%s%s: %s; to be expected: %s", hs__safe(b->lab.text),
                 b->is_secret ? ", on purpose: " : "", b->is_secret ? row->text : "", WHO[how],
                 row->answer);
}
