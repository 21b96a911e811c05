#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "apps/common/say.h"
#include "apps/hs-client/client.h"

/* ---- what can be expected ---------------------------------------------------------------- */
static const char *yes_no(bool is_so) {
    return is_so ? "yes" : "no";
}

static const char *version(const hs__facts *f) {
    return hs__version_text(f->version);
}

static const char *suite(const hs__facts *f) {
    return hs__suite_text(f->suite);
}

static const char *group(const hs__facts *f) {
    return f->group ? hs__group_text(f->group) : "";
}

static const char *scheme(const hs__facts *f) {
    return f->scheme ? hs__scheme_text(f->scheme) : "";
}

static const char *alpn(const hs__facts *f) {
    return f->alpn ? f->alpn : "";
}

static const char *server_name(const hs__facts *f) {
    return f->server_name ? f->server_name : "";
}

static const char *hrr(const hs__facts *f) {
    return yes_no(f->hrr);
}

static const char *resumed(const hs__facts *f) {
    return yes_no(f->resumed);
}

static const char *extended_main_secret(const hs__facts *f) {
    return yes_no(f->extended_main_secret);
}

static const char *trusted(const hs__facts *f) {
    return yes_no(f->verdict == HS_OK && f->authenticated);
}

static const char *revoked(const hs__facts *f) {
    return f->revoked ? f->revoked : "";
}

static const char *key(const hs__facts *f) {
    return f->n_chain > 0 && f->chain[0].key ? f->chain[0].key : "";
}

static const char *subject(const hs__facts *f) {
    return f->n_chain > 0 && f->chain[0].subject ? f->chain[0].subject : "";
}

static const struct {
    const char *name;
    const char *(*got)(const hs__facts *f);
    const hs__code_list *codes; /* other spellings count as well; NULL: none */
} ROWS[] = {
    {"version", version, NULL},
    {"suite", suite, &hs__cipher_suites},
    {"group", group, &hs__groups},
    {"sigalg", scheme, &hs__schemes},
    {"alpn", alpn, NULL},
    {"servername", server_name, NULL},
    {"hrr", hrr, NULL},
    {"resumed", resumed, NULL},
    {"extended_main_secret", extended_main_secret, NULL},
    {"trusted", trusted, NULL},
    {"revoked", revoked, NULL},
    {"key", key, NULL},
    {"subject", subject, NULL},
};
enum { N_ROWS = sizeof ROWS / sizeof *ROWS };

static int find(const char *text, const char **value) {
    size_t n = strcspn(text, "=");
    *value = text[n] ? text + n + 1 : NULL;
    for (int i = 0; i < N_ROWS && *value; i++)
        if (strlen(ROWS[i].name) == n && strncmp(ROWS[i].name, text, n) == 0)
            return i;
    return -1;
}

hs__exit client_expect_check(const client_args *a, hs__fault *fault) {
    const char *value;
    for (size_t i = 0; i < a->expect.n; i++)
        if (find(a->expect.v[i], &value) < 0)
            return hs__fault_set(
                fault, HS__EXIT_USAGE,
                "--expect: '%s' is not KEY=VALUE with a key of " CLIENT_EXPECT_KEYS,
                hs__safe(a->expect.v[i]));
    return HS__EXIT_OK;
}

static bool is_same(const char *got, const char *value, const hs__code_list *codes) {
    const hs__code *row = codes ? hs__code_by_name(codes, value, strlen(value)) : NULL;
    if (strcasecmp(got, row ? row->name : value) == 0)
        return true;
    return strncmp(got, "TLS ", 4) == 0 && strcmp(got + 4, value) == 0;
}

bool client_expect_met(client *c) {
    bool is_met = true;
    for (size_t i = 0; i < c->a.expect.n; i++) {
        const char *value;
        int row = find(c->a.expect.v[i], &value);
        const char *got = ROWS[row].got(&c->facts);
        if (is_same(got, value, ROWS[row].codes))
            continue;
        hs__say_error("expected %s=%s, got %s", ROWS[row].name, hs__safe(value),
                      *got ? hs__safe(got) : "none");
        is_met = false;
    }
    c->expectation_failed = !is_met;
    return is_met;
}
