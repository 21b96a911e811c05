#include "trace/names.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *hs__str(const char *s) {
    return s != NULL ? s : "";
}

const char *hs__role_name(const hs_trace *event) {
    return event->is_observer ? "observer" : event->is_server ? "server" : "client";
}

/* ---- secrets and keys -------------------------------------------------------------------- */

/* RFC 9846 7.1's names. Those of application traffic end in a generation that is kept. */
static const struct {
    const char *name, *short_name, *tag; /* tag: in the record column */
} short_names[] = {
    {"client_early_traffic_secret", "client_early", NULL},
    {"early_exporter_secret", "early_exporter", NULL},
    {"client_handshake_traffic_secret", "client_hs", NULL},
    {"server_handshake_traffic_secret", "server_hs", NULL},
    {"client_application_traffic_secret_0", "client_ap", NULL},
    {"server_application_traffic_secret_0", "server_ap", NULL},
    {"client_application_traffic_secret", "client_ap", NULL},
    {"server_application_traffic_secret", "server_ap", NULL},
    {"exporter_secret", "exporter", NULL},
    {"resumption_secret", "resumption", NULL},
    {"client_early_key", "client_early.key", "c_e"},
    {"client_handshake_key", "client_hs.key", "c_hs"},
    {"server_handshake_key", "server_hs.key", "s_hs"},
    {"client_application_key", "client_ap.key", "c_ap"},
    {"server_application_key", "server_ap.key", "s_ap"},
    {"client_early_iv", "client_early.iv", NULL},
    {"client_handshake_iv", "client_hs.iv", NULL},
    {"server_handshake_iv", "server_hs.iv", NULL},
    {"client_application_iv", "client_ap.iv", NULL},
    {"server_application_iv", "server_ap.iv", NULL},
    {"client_write_key", "client_write_key", "c_w"}, /* RFC 5246's names are short already */
    {"server_write_key", "server_write_key", "s_w"},
};
enum { N_SHORT_NAMES = sizeof short_names / sizeof *short_names };

/* `name` is `base`, or `base` and a generation: then *tail is "_2". */
static bool is_name(const char *name, const char *base, const char **tail) {
    size_t n = strlen(base);
    if (strncmp(name, base, n) != 0) {
        return false;
    }
    *tail = name + n;
    return **tail == 0 || (**tail == '_' && isdigit((unsigned char)(*tail)[1]));
}

static void copy(char *out, size_t cap, const char *s) {
    (void)snprintf(out, cap, "%s", s);
}

void hs__short_name(const char *name, char out[HS__SHORT_NAME]) {
    const char *tail = "";
    copy(out, HS__SHORT_NAME, hs__str(name));
    for (size_t i = 0; i < N_SHORT_NAMES; i++) {
        if (is_name(hs__str(name), short_names[i].name, &tail)) {
            (void)snprintf(out, HS__SHORT_NAME, "%s%s", short_names[i].short_name, tail);
            return;
        }
    }
}

void hs__key_tag(const char *key, char out[HS__SHORT_NAME]) {
    const char *tail = "";
    copy(out, HS__SHORT_NAME, hs__str(key));
    for (size_t i = 0; i < N_SHORT_NAMES; i++) {
        if (short_names[i].tag != NULL && is_name(hs__str(key), short_names[i].name, &tail)) {
            (void)snprintf(out, HS__SHORT_NAME, "%s%s", short_names[i].tag, tail);
            return;
        }
    }
}

bool hs__short_name_row(size_t n, const char **name, const char **short_name) {
    if (n >= N_SHORT_NAMES) {
        return false;
    }
    *name = short_names[n].name;
    *short_name = short_names[n].short_name;
    return true;
}

/* ---- messages and code points ------------------------------------------------------------ */

void hs__snake_name(const char *message, char out[HS__SNAKE_NAME]) {
    size_t n = 0;
    for (const char *p = hs__str(message); *p != 0 && n + 2 < HS__SNAKE_NAME; p++) {
        if (isupper((unsigned char)*p) && n > 0) {
            out[n++] = '_';
        }
        out[n++] = isalnum((unsigned char)*p) ? (char)tolower((unsigned char)*p) : '_';
    }
    out[n] = 0;
}

void hs__camel_name(const char *snake, char out[HS__SNAKE_NAME]) {
    size_t n = 0;
    bool is_first = true;
    for (const char *p = hs__str(snake); *p != 0 && n + 1 < HS__SNAKE_NAME; p++) {
        if (*p != '_') {
            out[n++] = is_first ? (char)toupper((unsigned char)*p) : *p;
        }
        is_first = *p == '_';
    }
    out[n] = 0;
}

void hs__code_add(hs__strbuf *b, hs__name_fn names, uint32_t code) {
    const char *name = names != NULL ? names(code) : NULL;
    if (name != NULL) {
        hs__buf_add(b, name);
    } else {
        hs__buf_fmt(b, "0x%04x", (unsigned)code);
    }
}

static const struct {
    const char *what;
    hs__name_fn names;
    const hs__code_list *list;
} choices[] = {
    {"version", hs__version_name, &hs__versions},
    {"suite", hs__cipher_suite_name, &hs__cipher_suites},
    {"group", hs__group_name, &hs__groups},
    {"hrr", hs__group_name, &hs__groups},
    {"sigalg", hs__scheme_name, &hs__schemes},
    {"certificate", hs__scheme_name, &hs__schemes},
};
enum { N_CHOICES = sizeof choices / sizeof *choices };

static size_t find_choice(const char *what) {
    size_t i = 0;
    while (i < N_CHOICES && strcmp(hs__str(what), choices[i].what) != 0) {
        i++;
    }
    return i;
}

hs__name_fn hs__choose_names(const char *what) {
    const size_t i = find_choice(what);
    return i < N_CHOICES ? choices[i].names : NULL;
}

const hs__code_list *hs__choose_list(const char *what) {
    const size_t i = find_choice(what);
    return i < N_CHOICES ? choices[i].list : NULL;
}

const char *hs__field_kind_name(hs_field_kind kind) {
    static const char *const names[] = {"length", "uint", "code", "bytes", "text"};
    return (unsigned)kind < sizeof names / sizeof *names ? names[kind] : "bytes";
}

bool hs__is_key_transport(const char *suite) {
    return strncmp(hs__str(suite), "TLS_RSA_", 8) == 0;
}

/* ---- references -------------------------------------------------------------------------- */

bool hs__ref_read(const char *rule, hs__ref *out) {
    *out = (hs__ref){.rfc = 0};
    const char *hash = strchr(hs__str(rule), '#');
    size_t n = hash != NULL ? (size_t)(hash - rule) : strlen(hs__str(rule));
    if (n == 0 || n >= HS__REF_TEXT) {
        return false;
    }
    if (strncmp(rule, "rfc", 3) == 0 && isdigit((unsigned char)rule[3])) {
        out->rfc = (unsigned)strtoul(rule + 3, NULL, 10);
        (void)snprintf(out->doc, sizeof out->doc, "RFC %u", out->rfc);
    } else {
        (void)snprintf(out->doc, sizeof out->doc, "%.*s", (int)n, rule);
    }
    const char *dash = hash != NULL ? strchr(hash, '-') : NULL;
    copy(out->section, sizeof out->section, dash != NULL ? dash + 1 : "");
    return true;
}

void hs__ref_add(hs__strbuf *b, const char *rule) {
    hs__ref ref;
    if (!hs__ref_read(rule, &ref)) {
        return;
    }
    bool is_tls = ref.rfc == 9846 && ref.section[0] != 0;
    hs__buf_fmt(b, "[%s%s%s]", is_tls ? "" : ref.doc, is_tls || ref.section[0] == 0 ? "" : " ",
                ref.section);
}

/* ---- fields ------------------------------------------------------------------------------ */

void hs__path_plain(const char *path, char out[HS__PATH_MAX]) {
    size_t n = 0;
    for (const char *p = hs__str(path); *p != 0 && n + 1 < HS__PATH_MAX; p++) {
        if (*p == '[' && isdigit((unsigned char)p[1]) && p[2] != 'x') {
            p = strchr(p, ']');
            if (p == NULL) {
                break;
            }
            continue;
        }
        out[n++] = *p;
    }
    out[n] = 0;
}

hs_trace_field hs__field_event(const hs__field *f, char path[HS__PATH_MAX]) {
    hs__field_path(f, path, HS__PATH_MAX);
    return (hs_trace_field){.path = path,
                            .off = f->off,
                            .bytes = f->bytes,
                            .kind = (hs_field_kind)f->kind,
                            .value = f->value,
                            .meaning = f->names != NULL ? f->names((uint32_t)f->value) : NULL};
}

bool hs__field_is_secret(const char *message, const hs_trace_field *f) {
    static const struct {
        const char *message; /* NULL: any */
        const char *path;
    } rows[] = {
        {NULL, "legacy_session_id"},
        {NULL, "legacy_session_id_echo"},
        {NULL, "session_id"},
        {"NewSessionTicket", "ticket"},
        {NULL, "extensions[session_ticket].ticket"},
        {NULL, "extensions[pre_shared_key].identities.identity"},
    };
    if (f->kind != HS_FIELD_BYTES && f->kind != HS_FIELD_TEXT) {
        return false;
    }
    char plain[HS__PATH_MAX];
    hs__path_plain(f->path, plain);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(plain, rows[i].path) == 0 &&
            (rows[i].message == NULL || strcmp(rows[i].message, hs__str(message)) == 0)) {
            return true;
        }
    }
    return false;
}
