#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apps/common/json.h"
#include "apps/common/value.h"
#include "apps/mini-ca/doctor_lists.h"
#include "apps/mini-ca/want.h"
#include "apps/mini-ca/what.h"
#include "pki/time.h"

enum { SOON = 30 * MINI_CA_DAY, TEXT_ROOM = 600 };

typedef struct {
    mini_ca base;
    bool repair;
    hs__password_source password;
} args;

static const hs__option OPTIONS[] = {
    {.group = "What to do",
     .name = "repair",
     .kind = HS__OPT_FLAG,
     .at = offsetof(args, repair),
     .help = "finish an interrupted run, and take away the rights of others"},
    MINI_CA_PASSWORD_OPTIONS(args, password),
    MINI_CA_OPTIONS(args, base),
    {0},
};

const hs__program mini_ca_doctor_program = {
    .name = "mini-ca doctor",
    .usage = "[OPTIONS]",
    .about = "Looks the CA over: who may read its files, whether keys and certificates belong "
             "together, dates, the clock, the chain of the index, revocation lists. Exit 5 if "
             "something is wrong; it says what to do.",
    .examples = "  mini-ca doctor\n"
                "  mini-ca doctor --password-file=F            looks into encrypted keys, too\n",
    .options = OPTIONS,
};

/* ---- findings ---------------------------------------------------------------------------- */
typedef struct {
    const args *a;
    char folder[HS__FILE_PATH];
    hs_provider *provider;
    hs__ca ca;
    hs__index index;
    hs__bytes password; /* of the CA's keys; .p NULL: none given */
    json_t *rows;       /* {"check", "ok", "text", "fix"} */
    size_t failed;
} patient;

static void row(patient *d, const char *check, bool ok, const char *fix, const char *format, ...)
    HS_PRINTF(5, 6);
static void row(patient *d, const char *check, bool ok, const char *fix, const char *format, ...) {
    char text[TEXT_ROOM];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    d->failed += !ok;
    json_array_append_new(d->rows,
                          json_pack("{s:s, s:b, s:o, s:o}", "check", check, "ok", ok, "text",
                                    hs__json_string(text), "fix", hs__json_string(fix)));
}

void doctor_row(void *to, const char *check, bool ok, const char *fix, const char *text) {
    row(to, check, ok, fix, "%s", text);
}

/* "mini-ca -C DIR COMMAND"; static. */
static const char *command(const patient *d, const char *what) {
    static char text[HS__FILE_PATH + 100];
    snprintf(text, sizeof text, "%s %s", mini_ca_command(&d->a->base), what);
    return text;
}

/* ---- files ------------------------------------------------------------------------------- */
/* Nobody else may read or write it (folder: 0700, keys and index: 0600). */
static void check_mode(patient *d, const char *path, mode_t wanted) {
    struct stat st;
    char fix[HS__FILE_PATH + 40];
    if (stat(path, &st) != 0)
        return;
    if (d->a->repair && (st.st_mode & 077) != 0 && chmod(path, wanted) == 0)
        st.st_mode = wanted;
    snprintf(fix, sizeof fix, "chmod %o %s", (unsigned)wanted, hs__safe(path));
    bool ok = (st.st_mode & 077) == 0;
    row(d, "rights", ok, ok ? "" : fix, "%s is %s", hs__safe(path),
        ok ? "for its owner only" : "open to others");
    if (st.st_uid != geteuid())
        row(d, "owner", false, "let its owner run mini-ca", "%s belongs to another user",
            hs__safe(path));
}

static void check_rights(patient *d) {
    static const char *const PRIVATE[] = {"root-key.pem", "issuing-key.pem", "index.jsonl",
                                          "pending.json"};
    char path[HS__FILE_PATH];
    check_mode(d, d->folder, 0700);
    for (size_t i = 0; i < sizeof PRIVATE / sizeof *PRIVATE; i++)
        check_mode(d, hs__ca_path(d->folder, PRIVATE[i], path), 0600);
}

/* The keys of leaves that still lie where they were written. */
static void check_leaf_keys(patient *d) {
    size_t i;
    const json_t *entry;
    json_array_foreach(d->index.certificates, i, entry) {
        char path[HS__FILE_PATH];
        struct stat st;
        const char *file = hs__index_text(entry, "file");
        size_t n = strlen(file);
        if (strcmp(hs__index_text(entry, "profile"), "root") == 0 ||
            strcmp(hs__index_text(entry, "profile"), "issuing") == 0)
            continue; /* looked at above */
        if (n <= 4 || n + 5 >= sizeof path || strcmp(file + n - 4, ".pem") != 0)
            continue;
        snprintf(path, sizeof path, "%.*s-key.pem", (int)n - 4, file);
        if (stat(path, &st) == 0 && (st.st_mode & 077) != 0)
            check_mode(d, path, 0600);
    }
}

/* False where it has to be done before anything else can be looked at. */
static bool check_unfinished(patient *d) {
    char text[HS__STORE_TEXT];
    hs__ca_store store = {.lock = -1};
    hs__fault fault = {0};
    if (d->a->repair && hs__store_unfinished(d->folder, text)) {
        if (hs__store_open(d->provider, d->folder, &store, &fault))
            row(d, "interrupted", false, fault.hint, "%s", fault.text);
        hs__store_close(&store);
    }
    const char *what = hs__store_unfinished(d->folder, text);
    if (what)
        row(d, "interrupted", false, command(d, "doctor --repair"), "%s", what);
    else
        row(d, "interrupted", true, "", "no run was interrupted");
    return !what;
}

/* ---- certificates and keys --------------------------------------------------------------- */
static void check_dates(patient *d, const char *what, const hs__cert *cert) {
    char until[MINI_CA_UNTIL];
    int64_t now = hs__now();
    bool ok = now >= cert->not_before && now <= cert->not_after;
    bool soon = ok && cert->not_after - now < SOON;
    row(d, "dates", ok, ok ? "" : command(d, "init --force makes a new CA"), "%s %s%s", what,
        mini_ca_until(cert->not_after, until), soon ? ", which is soon" : "");
}

static void check_key(patient *d, const char *what, const hs__cert *cert, const char *file) {
    char path[HS__FILE_PATH];
    hs__bytes text;
    hs__fault fault;
    hs_credential *credential = NULL;
    hs__ca_path(d->folder, file, path);
    if (!hs__file_exists(path)) {
        bool ok = d->ca.issuing.n > 0 && strcmp(file, "root-key.pem") == 0;
        row(d, "key", ok, ok ? "" : "bring it back from a copy, or init --force", "%s %s", path,
            ok ? "is kept elsewhere" : "is missing: the CA cannot sign");
        return;
    }
    if (hs__file_read(path, HS__FILE_LIMIT, &text, &fault)) {
        row(d, "key", false, "let its owner run mini-ca", "%s", fault.text);
        return;
    }
    hs_status st = hs_credential_new(d->provider, cert->der, hs__bytes_span(&text),
                                     hs__bytes_span(&d->password), &credential);
    bool is_locked = st == HS_E_KEY_PASSWORD_NEEDED;
    row(d, "key", st == HS_OK || is_locked,
        st == HS_OK || is_locked ? "" : "bring the right one back from a copy", "%s's key %s", what,
        st == HS_OK ? "belongs to it"
        : is_locked ? "is encrypted, and was not looked at"
                    : hs_status_text(st));
    hs_credential_unref(credential);
    hs__bytes_free(&text);
}

static void check_issuing(patient *d) {
    const hs__cert *issuing = d->ca.issuing.v, *root = d->ca.root.v;
    hs__public_key *key = NULL;
    hs_status st = d->provider->public_new(d->provider, &root->key.numbers, &key);
    if (st == HS_OK)
        st = d->provider->public_verify(d->provider, key, issuing->signature.alg, issuing->tbs,
                                        issuing->signature_value);
    if (key)
        d->provider->public_free(d->provider, key);
    row(d, "issuing", st == HS_OK,
        st == HS_OK ? "" : "bring root.pem and issuing.pem of one CA back from a copy",
        "the issuing CA is %ssigned by the root", st == HS_OK ? "" : "not ");
}

static void check_authorities(patient *d) {
    hs__fault fault;
    char path[HS__FILE_PATH];
    if (hs__ca_open(d->provider, d->folder, &d->ca, &fault)) {
        bool has_key = hs__file_exists(hs__ca_path(d->folder, "root-key.pem", path));
        row(d, "root", false, command(d, has_key ? "init --force" : "init"), "%s", fault.text);
        return;
    }
    check_dates(d, "the root", d->ca.root.v);
    check_key(d, "the root", d->ca.root.v, "root-key.pem");
    if (d->ca.issuing.n == 0)
        return;
    check_issuing(d);
    check_dates(d, "the issuing CA", d->ca.issuing.v);
    check_key(d, "the issuing CA", d->ca.issuing.v, "issuing-key.pem");
}

/* ---- the index --------------------------------------------------------------------------- */
static void check_index(patient *d) {
    static const char FIX[] =
        "compare it with a copy; lines behind the break may have been changed by somebody else";
    size_t i;
    const json_t *text;
    json_array_foreach(d->index.faults, i, text)
        row(d, "index", false, FIX, "index.jsonl %s", json_string_value(text));
    if (i == 0)
        row(d, "index", true, "", "index.jsonl: %zu certificate%s, the chain is whole",
            json_array_size(d->index.certificates),
            json_array_size(d->index.certificates) == 1 ? "" : "s");
}

static void check_serials(patient *d) {
    size_t i;
    const json_t *entry;
    json_t *seen = json_object();
    json_array_foreach(d->index.certificates, i, entry) {
        const char *serial = hs__index_text(entry, "serial");
        if (json_object_get(seen, serial))
            row(d, "serials", false, command(d, "revoke it, then issue it anew"),
                "two certificates have the serial number %s", hs__safe(serial));
        json_object_set_new(seen, serial, json_true());
    }
    json_decref(seen);
}

/* Who is in the folder must be in the index. */
static void check_membership(patient *d) {
    const hs__certs *lists[] = {&d->ca.root, &d->ca.issuing};
    for (size_t i = 0; i < 2; i++) {
        char serial[64];
        if (lists[i]->n == 0)
            continue;
        hs__hex(lists[i]->v[0].serial, serial, sizeof serial);
        if (!hs__index_find_serial(d->index.certificates, serial))
            row(d, "index", false, "bring index.jsonl back from a copy", "%s is not in the index",
                i ? "issuing.pem" : "root.pem");
    }
}

static void check_clock(patient *d) {
    int64_t now = hs__now(), made, latest = 0;
    size_t i;
    const json_t *entry;
    json_array_foreach(d->index.certificates, i,
                       entry) if (hs__read_date(hs__index_text(entry, "made"), &made) &&
                                  made > latest) latest = made;
    bool ok = now + MINI_CA_DAY >= latest;
    row(d, "clock", ok, ok ? "" : "set the clock", "the clock is %s the index",
        ok ? "not behind" : "more than a day behind the last line of");
}

/* ---- telling ----------------------------------------------------------------------------- */
static void tell(const patient *d) {
    size_t i;
    const json_t *r;
    if (d->a->base.common.json) {
        hs__json_print(stdout, json_pack("{s:b, s:o, s:O}", "ok", d->failed == 0, "folder",
                                         hs__json_string(d->folder), "checks", d->rows));
        return;
    }
    json_array_foreach(d->rows, i, r) {
        bool ok = json_is_true(json_object_get(r, "ok"));
        if (ok && d->a->base.common.quiet)
            continue;
        printf("%s%-4s%s %-12s %s\n", hs__style_on(stdout, ok ? HS__GREEN : HS__RED),
               ok ? "ok" : "FAIL", hs__style_off(stdout), hs__index_text(r, "check"),
               hs__safe(hs__index_text(r, "text")));
        if (!ok)
            printf("%18sto do: %s\n", "", hs__safe(hs__index_text(r, "fix")));
    }
    if (!d->a->base.common.quiet)
        printf("%s\n", d->failed ? "something is to be done" : "all is well");
}

/* ---- doing ------------------------------------------------------------------------------- */
static hs__exit examine(patient *d, hs__fault *fault) {
    if (!check_unfinished(d)) {
        tell(d);
        return HS__EXIT_UNTRUSTED;
    }
    hs__exit code = hs__index_read(d->provider, d->folder, &d->index, fault);
    if (code)
        return code;
    check_rights(d);
    check_authorities(d);
    check_index(d);
    check_serials(d);
    check_clock(d);
    check_leaf_keys(d);
    if (d->ca.root.n > 0) {
        check_membership(d);
        doctor_lists(d, &d->ca, d->index.certificates, mini_ca_command(&d->a->base));
    }
    tell(d);
    return d->failed ? HS__EXIT_UNTRUSTED : HS__EXIT_OK;
}

static bool has_password(const args *a) {
    return a->password.file || a->password.fd >= 0;
}

static hs__exit run(const args *a, hs__fault *fault) {
    patient d = {.a = a, .rows = json_array()};
    struct stat st;
    hs__exit code = mini_ca_folder(&a->base, d.folder, fault);
    if (code == HS__EXIT_OK && stat(d.folder, &st) != 0)
        code = hs__ca_missing(d.folder, fault);
    if (code == HS__EXIT_OK)
        code = hs__library_choose(a->base.provider, hs__ca_key_type(d.folder), HS__KEY_P256,
                                  &d.provider, fault);
    if (code == HS__EXIT_OK && has_password(a))
        code = hs__password_get(&a->password, "the CA's keys", false, &d.password, fault);
    if (code == HS__EXIT_OK)
        code = examine(&d, fault);
    hs__bytes_free(&d.password);
    hs__index_free(&d.index);
    hs__ca_close(&d.ca);
    hs_provider_unref(d.provider);
    json_decref(d.rows);
    return code;
}

hs__exit mini_ca_doctor(const mini_ca *before, int argc, char **argv, hs__fault *fault) {
    args a = {.base = *before, .password = HS__NO_PASSWORD_SOURCE};
    hs__exit code;
    if (hs__options_parse(&mini_ca_doctor_program, argc, argv, &a, &code) < 0)
        return code;
    hs__say_setup("mini-ca", &a.base.common);
    return run(&a, fault);
}
