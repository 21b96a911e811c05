#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/common/say.h"
#include "apps/hs-client/diagnose.h"
#include "pki/text.h"
#include "proto/codepoints.h"

/* ---- options that are varied ------------------------------------------------------------- */
struct diagnose_option {
    const char *name;
    hs__option_kind kind;
    size_t at; /* in client_args */
    const char *const *values;
};

enum {
    TLS,
    EMS,
    PROFILE,
    SUITES,
    GROUPS,
    SIGALGS,
    SHARES,
    ALPN,
    NAME,
    NO_NAME,
    RECORD_LIMIT,
    NO_COMPAT
};

#define AT(field) offsetof(client_args, field)
static const struct diagnose_option OPTIONS[] = {
    [TLS] = {"tls", HS__OPT_TEXT, AT(offer.tls), NULL},
    [EMS] = {"extended-main-secret", HS__OPT_CHOICE, AT(offer.extended_main_secret),
             hs__ems_values},
    [PROFILE] = {"profile", HS__OPT_CHOICE, AT(offer.profile), hs__profile_values},
    [SUITES] = {"suites", HS__OPT_WORDS, AT(offer.suites), NULL},
    [GROUPS] = {"groups", HS__OPT_WORDS, AT(offer.groups), NULL},
    [SIGALGS] = {"sigalgs", HS__OPT_WORDS, AT(offer.schemes), NULL},
    [SHARES] = {"shares", HS__OPT_WORDS, AT(shares), NULL},
    [ALPN] = {"alpn", HS__OPT_WORDS, AT(offer.alpn), NULL},
    [NAME] = {"servername", HS__OPT_TEXT, AT(server_name), NULL},
    [NO_NAME] = {"no-servername", HS__OPT_FLAG, AT(no_server_name), NULL},
    [RECORD_LIMIT] = {"record-limit", HS__OPT_NUMBER, AT(offer.record_limit), NULL},
    [NO_COMPAT] = {"no-compat", HS__OPT_FLAG, AT(no_compat), NULL},
};

/* ---- what is tried ----------------------------------------------------------------------- */
enum { ALWAYS = 1, PROTOCOLS = 2, NAMED = 4, CLASSIC = 8 };

typedef struct {
    int option;
    const char *value;
    unsigned of; /* which sets it belongs to */
} variation;

/* Wider than what was asked for. */
static const variation WIDE[] = {
    {TLS, NULL, ALWAYS},           {EMS, "optional", ALWAYS},
    {SUITES, NULL, ALWAYS},        {GROUPS, NULL, ALWAYS},
    {SIGALGS, NULL, ALWAYS},       {SHARES, NULL, ALWAYS},
    {RECORD_LIMIT, NULL, ALWAYS},  {NO_COMPAT, NULL, ALWAYS},
    {NO_NAME, NULL, ALWAYS},       {ALPN, "http/1.1,h2", PROTOCOLS},
    {NAME, "localhost", NAMED}, /* for an address, which is no name to ask for */
    {PROFILE, "classic", CLASSIC},
};
static const unsigned WIDE_SETS[] = {ALWAYS,           ALWAYS | PROTOCOLS,
                                     ALWAYS | NAMED,   ALWAYS | PROTOCOLS | NAMED,
                                     ALWAYS | CLASSIC, ALWAYS | CLASSIC | NAMED};

/* For peers that cannot stand what others like. */
static const variation NARROW[] = {
    {TLS, "1.2", 0},
    {TLS, "1.3", 0},
    {ALPN, NULL, 0},
    {NAME, NULL, 0},
    {NO_NAME, "", 0},
    {SHARES, "secp256r1", 0},
    {GROUPS, "secp256r1", 0},
    {GROUPS, "x25519", 0},
    {SIGALGS, "ecdsa_secp256r1_sha256,rsa_pss_rsae_sha256,rsa_pkcs1_sha256", 0},
    {NO_COMPAT, "", 0},
    {RECORD_LIMIT, "16384", 0},
};

static const void *field(const client_args *a, const struct diagnose_option *o) {
    return (const char *)a + o->at;
}

/* A list as it was typed. */
static bool is_list(const hs__list *list, const char *value) {
    size_t at = 0;
    if (!value || !list->v)
        return !value && !list->v;
    for (size_t i = 0; i < list->n; i++) {
        size_t n = strlen(list->v[i]);
        if (strncmp(value + at, list->v[i], n) != 0 || (value[at + n] && value[at + n] != ','))
            return false;
        at += n + (value[at + n] == ',');
    }
    return value[at] == 0;
}

static uint64_t number_of(const char *value) {
    return value ? strtoull(value, NULL, 10) : 0;
}

static int choice_of(const struct diagnose_option *o, const char *value) {
    int i = 0;
    while (value && o->values[i] && strcmp(o->values[i], value) != 0)
        i++;
    return i;
}

/* It is so already. */
static bool is_set(const client_args *a, const struct diagnose_option *o, const char *value) {
    const void *at = field(a, o);
    const char *text;
    switch (o->kind) {
    case HS__OPT_TEXT:
        text = *(const char *const *)at;
        return text && value ? strcmp(text, value) == 0 : text == value;
    case HS__OPT_WORDS:
        return is_list(at, value);
    case HS__OPT_CHOICE:
        /* A later one in --extended-main-secret's list asks for less. */
        return *(const int *)at >= choice_of(o, value);
    case HS__OPT_NUMBER:
        return *(const uint64_t *)at == number_of(value);
    default:
        return *(const bool *)at == (value != NULL);
    }
}

static bool changes(const client *base, const variation *v) {
    bool is_name = v->option == NAME && v->value;
    if (is_name && !(base->host_is_ip && base->target.is_ip))
        return false;
    return !is_set(&base->a, &OPTIONS[v->option], v->value);
}

static void add(diagnose_set *set, const variation *v) {
    set->v[set->n++] = (diagnose_change){.option = &OPTIONS[v->option], .value = v->value};
}

bool diagnose_wide(const client *base, size_t number, diagnose_set *out) {
    unsigned found = 0;
    out->n = 0;
    if (number >= sizeof WIDE_SETS / sizeof *WIDE_SETS)
        return false;
    for (size_t i = 0; i < sizeof WIDE / sizeof *WIDE; i++)
        if ((WIDE[i].of & WIDE_SETS[number]) && changes(base, &WIDE[i])) {
            found |= WIDE[i].of;
            add(out, &WIDE[i]);
        }
    /* Without what makes it another set it is one that was tried. */
    if ((found | ALWAYS) != WIDE_SETS[number])
        out->n = 0;
    return true;
}

bool diagnose_narrow(const client *base, size_t number, diagnose_set *out) {
    out->n = 0;
    if (number >= sizeof NARROW / sizeof *NARROW)
        return false;
    if (changes(base, &NARROW[number]))
        add(out, &NARROW[number]);
    return true;
}

/* ---- just what was used ------------------------------------------------------------------ */
static const char *used(const struct diagnose_option *o, const hs__facts *facts) {
    if (o == &OPTIONS[TLS])
        return facts->version == HS__VERSION_TLS12 ? "1.2" : "1.3";
    if (o == &OPTIONS[SUITES])
        return facts->suite ? hs__suite_text(facts->suite) : NULL;
    if (o == &OPTIONS[GROUPS])
        return facts->group ? hs__group_text(facts->group) : NULL;
    if (o == &OPTIONS[SIGALGS])
        return facts->scheme ? hs__scheme_text(facts->scheme) : NULL;
    return o == &OPTIONS[ALPN] ? facts->alpn : NULL;
}

bool diagnose_sharpen(const diagnose_set *set, const hs__facts *facts, diagnose_set *out) {
    bool is_other = false;
    *out = *set;
    for (size_t i = 0; i < out->n; i++) {
        diagnose_change *c = &out->v[i];
        const char *value = used(c->option, facts);
        if (!value || strlen(value) >= sizeof c->own || (c->value && strcmp(c->value, value) == 0))
            continue;
        snprintf(c->own, sizeof c->own, "%s", value);
        c->value = c->own;
        is_other = true;
    }
    /* Copies point into themselves. */
    for (size_t i = 0; i < out->n; i++)
        if (*out->v[i].own)
            out->v[i].value = out->v[i].own;
    return is_other;
}

/* ---- into the options -------------------------------------------------------------------- */
static bool set_list(hs__list *list, const char *value) {
    *list = (hs__list){.owns = true};
    while (value && *value) {
        size_t n = strcspn(value, ",");
        char *word = strndup(value, n);
        if (!word || !hs__list_add(list, word)) {
            free(word);
            return false;
        }
        value += n + (value[n] == ',');
    }
    return true;
}

static bool set_one(const diagnose_change *c, client_args *a) {
    void *at = (char *)a + c->option->at;
    switch (c->option->kind) {
    case HS__OPT_TEXT:
        *(const char **)at = c->value;
        return true;
    case HS__OPT_WORDS:
        return set_list(at, c->value);
    case HS__OPT_CHOICE:
        *(int *)at = choice_of(c->option, c->value);
        return true;
    case HS__OPT_NUMBER:
        *(uint64_t *)at = number_of(c->value);
        return true;
    default:
        *(bool *)at = c->value != NULL;
        return true;
    }
}

hs__exit diagnose_apply(const diagnose_set *set, client_args *a, hs__fault *fault) {
    bool ok = true;
    for (size_t i = 0; i < set->n; i++) /* all, so that none of the lists is the base's */
        ok = set_one(&set->v[i], a) && ok;
    return ok ? HS__EXIT_OK : hs__fail_status(fault, HS_E_NOMEM, "--diagnose");
}

void diagnose_forget(const diagnose_set *set, client_args *a) {
    for (size_t i = 0; i < set->n; i++)
        if (set->v[i].option->kind == HS__OPT_WORDS)
            hs__list_free((hs__list *)((char *)a + set->v[i].option->at));
}

/* ---- for people -------------------------------------------------------------------------- */
const char *diagnose_text(const diagnose_change *change, char out[160]) {
    const struct diagnose_option *o = change->option;
    if (!change->value)
        snprintf(out, 160, "without --%s", o->name);
    else if (o->kind == HS__OPT_FLAG)
        snprintf(out, 160, "--%s", o->name);
    else
        snprintf(out, 160, "--%s=%s", o->name, change->value);
    return out;
}

static const hs__option *row_of(const char *name) {
    const hs__option *row = client_program.options;
    while (row->name && strcmp(row->name, name) != 0)
        row++;
    return row;
}

static bool is_one_of(const char *word, size_t n, const char *names) {
    while (names && *names) {
        size_t m = strcspn(names, " ");
        if (m == n && strncmp(names, word, n) == 0)
            return true;
        names += m + (names[m] == ' ');
    }
    return false;
}

/* The word gives this option, by any of its names; how many words it takes. */
static int words_of(const char *word, const char *next, const char *name) {
    const hs__option *row = row_of(name);
    if (strncmp(word, "--", 2) != 0)
        return 0;
    size_t n = strcspn(word + 2, "=");
    if (!is_one_of(word + 2, n, name) && !is_one_of(word + 2, n, row->aliases))
        return 0;
    bool has_value = word[2 + n] == '=' || row->kind == HS__OPT_FLAG || row->if_bare || !next;
    return has_value ? 1 : 2;
}

static int skipped(const diagnose_set *set, const char *word, const char *next) {
    int n = words_of(word, next, "diagnose");
    for (size_t i = 0; i < set->n && n == 0; i++)
        n = words_of(word, next, set->v[i].option->name);
    return n;
}

static void put_word(hs__text *t, const char *word) {
    bool is_plain =
        *word && word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "0123456789-_=:,./@+[]")] == 0;
    hs__text_f(t, is_plain ? " %s" : " '%s'", hs__safe(word));
}

void diagnose_command(const client *base, const diagnose_set *set, char *out, size_t room) {
    hs__text t;
    char text[160];
    hs__text_init(&t, out, room);
    hs__text_add(&t, "hs-client");
    for (size_t i = 0; i < set->n; i++)
        if (set->v[i].value)
            put_word(&t, diagnose_text(&set->v[i], text));
    for (char **word = base->words; *word;) {
        int n = skipped(set, word[0], word[1]);
        if (n == 0)
            put_word(&t, *word);
        word += n ? n : 1;
    }
}
