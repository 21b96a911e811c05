#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/common/ca_index.h"
#include "apps/common/json.h"
#include "apps/common/value.h"
#include "apps/mini-ca/mini_ca.h"
#include "pki/hostname.h"

enum { DAY = 86400, DAYS = 90 };

typedef struct {
    mini_ca base;
    int profile;
    uint64_t days;
    int64_t not_after;
    hs__list san;
    const char *subject, *key, *out, *cert_file, *key_file;
    int kind;
    hs__password_source password;
} args;

#define AT(field) .at = offsetof(args, field)
static const hs__option OPTIONS[] = {
    {.group = "For",
     .name = "server",
     .kind = HS__OPT_SET,
     AT(profile),
     .value = HS__PROFILE_SERVER,
     .help = "a TLS server (default)"},
    {.name = "client",
     .kind = HS__OPT_SET,
     AT(profile),
     .value = HS__PROFILE_CLIENT,
     .help = "a TLS client: a person or a service"},
    {.name = "both",
     .kind = HS__OPT_SET,
     AT(profile),
     .value = HS__PROFILE_BOTH,
     .help = "a program that is both"},
    {.group = "Contents",
     .name = "san",
     .kind = HS__OPT_LIST,
     AT(san),
     .argument = "[TYPE:]NAME",
     .help = "one more name; TYPE is DNS, IP, email or URI; repeat"},
    {.name = "subject",
     .kind = HS__OPT_TEXT,
     AT(subject),
     .argument = "DN",
     .help = "'CN=x,O=y' (CN = the first DNS name); software looks at the names only"},
    {.name = "days",
     .kind = HS__OPT_NUMBER,
     AT(days),
     .min = 1,
     .max = 36500,
     .argument = "N",
     .help = "how long it lives (90), never longer than the CA"},
    {.name = "not-after",
     .kind = HS__OPT_DATE,
     AT(not_after),
     .argument = "DATE",
     .help = "its last moment instead: 2026-11-18, 2026-11-18T12:00:00Z"},
    {.group = "Key",
     .name = "key-type",
     .kind = HS__OPT_CHOICE,
     AT(kind),
     .values = hs__key_kind_names,
     .help = "kind of the new key (p256)"},
    {.name = "key",
     .kind = HS__OPT_TEXT,
     AT(key),
     .argument = "FILE",
     .help = "an existing private key instead of a new one"},
    {.group = "Files",
     .name = "out",
     .letter = 'o',
     .kind = HS__OPT_TEXT,
     AT(out),
     .argument = "BASE",
     .help = "BASE.pem: certificate, then issuing CA; BASE-key.pem: private key (BASE = the first "
             "name)"},
    {.name = "cert-file",
     .kind = HS__OPT_TEXT,
     AT(cert_file),
     .argument = "FILE",
     .help = "the certificate goes here instead"},
    {.name = "key-file",
     .kind = HS__OPT_TEXT,
     AT(key_file),
     .argument = "FILE",
     .help = "the new private key goes here instead"},
    {.group = "The CA's password",
     .name = "password-file",
     .kind = HS__OPT_TEXT,
     AT(password.file),
     .argument = "F",
     .help = "the password is the first line of F"},
    {.name = "password-fd",
     .kind = HS__OPT_CALL,
     AT(password.fd),
     .take = hs__password_take_fd,
     .argument = "N",
     .help = "the password is the first line read from descriptor N"},
    MINI_CA_WRITE_OPTIONS(args, base),
    MINI_CA_OPTIONS(args, base),
    {0},
};

static const hs__program PROGRAM = {
    .name = "mini-ca issue",
    .usage = "NAME... [OPTIONS]",
    .about = "Makes a key and a certificate for these names: DNS, *.wildcard, IP, e-mail or URI.",
    .examples =
        "  mini-ca issue localhost 127.0.0.1 ::1       ./localhost.pem ./localhost-key.pem\n"
        "  mini-ca issue --client alice@example.test   for a person or a service\n"
        "  mini-ca issue a.test '*.a.test' --key-type=rsa2048 --out=/etc/a/tls\n",
    .options = OPTIONS,
    .max_operands = UINT_MAX,
    .operands = "NAME",
};

/* Everything that one run works with. */
typedef struct {
    const args *a;
    char folder[HS__FILE_PATH], cert_file[HS__FILE_PATH], key_file[HS__FILE_PATH];
    hs__issue_plan plan;
    hs_provider *provider;
    hs__private_key *key; /* --key */
    hs__ca ca;
    hs__issued issued;
    bool made_ca;
} job;

/* ---- what is asked for ------------------------------------------------------------------- */
static hs__exit add_name(hs__name_list *names, const char *text) {
    const char *why = hs__name_list_add(names, text);
    return why ? hs__usage_error(&PROGRAM, "'%s': %s", hs__safe(text), why) : HS__EXIT_OK;
}

static hs__exit read_names(const args *a, int n, char **words, hs__name_list *names) {
    hs__exit code = HS__EXIT_OK;
    for (int i = 0; i < n && !code; i++)
        code = add_name(names, words[i]);
    for (size_t i = 0; i < a->san.n && !code; i++)
        code = add_name(names, a->san.v[i]);
    if (code)
        return code;
    if (names->n == 0)
        return hs__usage_error(&PROGRAM, "NAME is missing");
    if (a->profile == HS__PROFILE_SERVER && !hs__name_list_has(names, HS__NAME_DNS) &&
        !hs__name_list_has(names, HS__NAME_IP) && !hs__name_list_has(names, HS__NAME_URI))
        return hs__usage_error(&PROGRAM, "an e-mail address names a client: add --client");
    return HS__EXIT_OK;
}

/* The first name as a file name: "*.a.test" is "_wildcard.a.test", other odd characters are
 * '_'. */
static void base_from_name(const hs__general_name *name, char *out, size_t room) {
    char text[300];
    hs__general_name_value_text(name, text, sizeof text);
    bool is_wildcard = text[0] == '*';
    snprintf(out, room, "%s%s", is_wildcard ? "_wildcard" : "", text + is_wildcard);
    for (char *p = out; *p; p++) {
        bool is_plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
                        (*p >= '0' && *p <= '9') || strchr("._@", *p) || (*p == '-' && p > out);
        if (!is_plain || (*p == '.' && p == out))
            *p = '_';
    }
}

static hs__exit set_files(job *j, hs__fault *fault) {
    char base[HS__FILE_PATH];
    const args *a = j->a;
    if (a->out)
        snprintf(base, sizeof base, "%s", a->out);
    else
        base_from_name(&j->plan.names.v[0], base, sizeof base);
    size_t n = strlen(base);
    if (n == 0 || base[n - 1] == '/' || n + sizeof "-key.pem" > sizeof base)
        return hs__usage_error(&PROGRAM, "--out: '%s' is not the beginning of a file name",
                               hs__safe(a->out ? a->out : base));
    snprintf(j->cert_file, sizeof j->cert_file, "%s%s", a->cert_file ? a->cert_file : base,
             a->cert_file ? "" : ".pem");
    snprintf(j->key_file, sizeof j->key_file, "%s%s", a->key_file ? a->key_file : base,
             a->key_file ? "" : "-key.pem");
    hs__exit code = hs__file_may_write(j->cert_file, a->base.force, fault);
    if (code == HS__EXIT_OK && !a->key)
        code = hs__file_may_write(j->key_file, a->base.force, fault);
    return code;
}

/* Within what a throw-away CA can vouch for; of a mailbox and of a wildcard the host counts. */
static bool is_local(const hs__general_name *name) {
    char text[300];
    hs__host host;
    hs__general_name_value_text(name, text, sizeof text);
    const char *at = name->kind == HS__NAME_EMAIL ? strrchr(text, '@') : NULL;
    const char *host_text = at ? at + 1 : strncmp(text, "*.", 2) == 0 ? text + 2 : text;
    return name->kind != HS__NAME_URI && hs__host_read(host_text, &host) == HS_OK &&
           hs__host_is_local(&host);
}

/* No CA yet: a throw-away one is made, if it can vouch for these names (DECISIONS S5). */
static hs__exit check_throw_away(const job *j, hs__fault *fault) {
    for (size_t i = 0; i < j->plan.names.n; i++) {
        char text[300];
        if (is_local(&j->plan.names.v[i]))
            continue;
        hs__general_name_text(&j->plan.names.v[i], text, sizeof text);
        hs__fault_set(
            fault, HS__EXIT_UNTRUSTED,
            "there is no CA in %s, and a throw-away one is for localhost, .test and loopback "
            "addresses only, not for %s",
            hs__safe(j->folder), text);
        return hs__hint(fault, "%s init makes a CA for other names", mini_ca_command(&j->a->base));
    }
    return HS__EXIT_OK;
}

/* The password of a key given with --key is asked for on the terminal: --password-file is the
 * CA's. */
static hs__exit load_key(job *j, hs__fault *fault) {
    static const hs__password_source ON_TERMINAL = HS__NO_PASSWORD_SOURCE;
    const hs_provider *p = j->provider;
    hs__bytes text, password = {0};
    hs__exit code = hs__file_read(j->a->key, HS__FILE_LIMIT, &text, fault);
    if (code)
        return code;
    hs_status st = p->key_load(p, hs__bytes_span(&text), (hs_span){NULL, 0}, &j->key);
    if (st == HS_E_KEY_PASSWORD_NEEDED) {
        code = hs__password_get(&ON_TERMINAL, hs__safe(j->a->key), false, &password, fault);
        if (code == HS__EXIT_OK)
            st = p->key_load(p, hs__bytes_span(&text), hs__bytes_span(&password), &j->key);
    }
    if (code == HS__EXIT_OK && st)
        code = hs__fail_status(fault, st, "--key %s", hs__safe(j->a->key));
    hs__bytes_free(&password);
    hs__bytes_free(&text);
    j->plan.key = j->key;
    return code;
}

/* ---- telling ----------------------------------------------------------------------------- */
static void put_names(const hs__name_list *names) {
    for (size_t i = 0; i < names->n; i++) {
        char text[300];
        hs__general_name_value_text(&names->v[i], text, sizeof text);
        printf("%s%s", i ? ", " : "", text);
    }
}

static const char *profile_text(const job *j) {
    return j->plan.profile == HS__PROFILE_BOTH ? "server and client"
                                               : hs__profile_name(j->plan.profile);
}

static void put_file(const char *path) {
    printf("%s%s%s\n", hs__style_on(stdout, HS__BOLD), hs__safe(path), hs__style_off(stdout));
}

/* How a client reaches the server of the command above: on this machine, by whatever name. */
static void put_server(const hs__name_list *names) {
    char text[300];
    const hs__general_name *name = &names->v[0];
    for (size_t i = 0; i < names->n; i++) {
        hs__general_name_value_text(&names->v[i], text, sizeof text);
        if (strcmp(text, "localhost") == 0 || strcmp(text, "127.0.0.1") == 0) {
            printf(" %s:8443\n", text);
            return;
        }
    }
    hs__general_name_value_text(name, text, sizeof text);
    bool is_wildcard = text[0] == '*';
    printf(" --verify-name=%s%s localhost:8443\n", is_wildcard ? "www" : "", text + is_wildcard);
}

static void tell_next(const job *j) {
    const char *key = j->a->key ? j->a->key : j->key_file;
    char root[HS__FILE_PATH];
    hs__ca_path(j->ca.folder, "root.pem", root);
    if (j->plan.profile == HS__PROFILE_CLIENT) {
        printf("Next:\n  hs-client --cert=%s --key=%s --cacert=%s localhost:8443\n",
               hs__safe(j->cert_file), hs__safe(key), hs__safe(root));
        return;
    }
    printf("Next:\n  hs-server --cert=%s --key=%s 8443\n  hs-client --cacert=%s",
           hs__safe(j->cert_file), hs__safe(key), hs__safe(root));
    put_server(&j->plan.names);
}

static void tell(const job *j) {
    const hs__cert *cert = j->issued.leaf.v;
    char key[HS__KEY_TEXT], signer[HS__NAME_TEXT], until[MINI_CA_UNTIL];
    hs__spki_text(&cert->key, key, sizeof key);
    hs__name_text(cert->issuer, signer, sizeof signer);
    put_file(j->cert_file);
    printf("  %s certificate for ", profile_text(j));
    put_names(&j->plan.names);
    printf("\n  %s, %s%s\n  signed by %s\n", key, mini_ca_until(cert->not_after, until),
           j->issued.is_cut ? ", as long as the CA lives" : "", signer);
    if (!j->a->key) {
        put_file(j->key_file);
        printf("  its private key, not encrypted, for your eyes only\n");
    }
    tell_next(j);
}

static hs__exit tell_json(const job *j, hs__fault *fault) {
    json_t *entry;
    hs__exit code = hs__index_entry(j->provider, j->issued.leaf.v,
                                    hs__profile_name(j->plan.profile), j->cert_file, &entry, fault);
    if (code)
        return code;
    json_object_set_new(entry, "ok", json_true());
    json_object_set_new(entry, "key_file", hs__json_string(j->a->key ? j->a->key : j->key_file));
    json_object_set_new(entry, "folder", hs__json_string(j->ca.folder));
    json_object_set_new(entry, "made_ca", json_boolean(j->made_ca));
    hs__json_print(stdout, entry);
    return HS__EXIT_OK;
}

static void tell_dry_run(const job *j) {
    if (j->a->base.common.json) {
        hs__json_print(stdout, json_pack("{s:b, s:b, s:o, s:o, s:b}", "ok", 1, "dry_run", 1, "file",
                                         hs__json_string(j->cert_file), "key_file",
                                         hs__json_string(j->a->key ? j->a->key : j->key_file),
                                         "made_ca", !hs__ca_exists(j->folder)));
        return;
    }
    if (!hs__ca_exists(j->folder))
        printf("would make a throw-away CA in %s\n", hs__safe(j->folder));
    printf("would write %s: %s certificate for ", hs__safe(j->cert_file), profile_text(j));
    put_names(&j->plan.names);
    putchar('\n');
    if (!j->a->key)
        printf("would write %s: its private key\n", hs__safe(j->key_file));
}

/* ---- doing ------------------------------------------------------------------------------- */
static hs__exit open_ca(job *j, hs__fault *fault) {
    hs__exit code = HS__EXIT_OK;
    if (!hs__ca_exists(j->folder))
        code = hs__ca_make_throw_away(j->provider, j->folder, &j->made_ca, fault);
    if (j->made_ca)
        hs__say_progress("no CA in %s yet: made a throw-away one, for localhost, .test and "
                         "loopback addresses only, with a key that is not encrypted",
                         hs__safe(j->folder));
    if (code == HS__EXIT_OK)
        code = hs__ca_open(j->provider, j->folder, &j->ca, fault);
    return code ? code : hs__ca_unlock(&j->ca, &j->a->password, fault);
}

/* The key first: a certificate without its key is of no use. */
static hs__exit write_files(const job *j, hs__fault *fault) {
    const args *a = j->a;
    hs__exit code = HS__EXIT_OK;
    if (!a->key)
        code =
            hs__file_write(j->key_file, hs__bytes_span(&j->issued.key), 0600, a->base.force, fault);
    if (code)
        return code;
    code =
        hs__file_write(j->cert_file, hs__bytes_span(&j->issued.chain), 0644, a->base.force, fault);
    if (code && !a->key)
        unlink(j->key_file);
    return code;
}

static hs__exit issue(job *j, hs__fault *fault) {
    char full[HS__FILE_PATH];
    hs__exit code = open_ca(j, fault);
    if (code == HS__EXIT_OK)
        code = hs__ca_issue(&j->ca, &j->plan, &j->issued, fault);
    if (code == HS__EXIT_OK)
        code = write_files(j, fault);
    if (code == HS__EXIT_OK)
        code = hs__ca_record(&j->ca, &j->issued, j->plan.profile,
                             realpath(j->cert_file, full) ? full : j->cert_file, fault);
    if (code == HS__EXIT_OK && j->a->base.common.json)
        code = tell_json(j, fault);
    else if (code == HS__EXIT_OK && !j->a->base.common.quiet)
        tell(j);
    return code;
}

static hs__exit prepare(job *j, int n, char **words, hs__fault *fault) {
    const args *a = j->a;
    j->plan = (hs__issue_plan){.subject = a->subject,
                               .profile = (hs__profile)a->profile,
                               .kind = a->kind,
                               .not_after = a->not_after};
    if (!a->not_after)
        j->plan.not_after = hs__now() + (int64_t)(a->days ? a->days : DAYS) * DAY;
    if (a->not_after && a->days)
        return hs__usage_error(&PROGRAM, "--days and --not-after say the same thing: give one");
    if (j->plan.not_after <= hs__now())
        return hs__usage_error(&PROGRAM, "--not-after is in the past");
    hs__exit code = read_names(a, n, words, &j->plan.names);
    if (code == HS__EXIT_OK)
        code = hs__ca_check_subject(&j->plan, fault);
    if (code == HS__EXIT_OK)
        code = set_files(j, fault);
    if (code == HS__EXIT_OK)
        code = mini_ca_folder(&a->base, j->folder, fault);
    if (code == HS__EXIT_OK && !hs__ca_exists(j->folder))
        code = check_throw_away(j, fault);
    if (code == HS__EXIT_OK)
        code = hs__library_choose(a->base.provider,
                                  a->key ? HS__KEY_ED25519 : hs__key_kind_type(a->kind),
                                  hs__ca_key_type(j->folder), &j->provider, fault);
    if (code == HS__EXIT_OK && a->key)
        code = load_key(j, fault);
    return code;
}

static hs__exit run(const args *a, int n, char **words, hs__fault *fault) {
    job j = {.a = a};
    hs__exit code = prepare(&j, n, words, fault);
    if (code == HS__EXIT_OK && a->base.dry_run)
        tell_dry_run(&j);
    else if (code == HS__EXIT_OK)
        code = issue(&j, fault);
    hs__issued_free(&j.issued);
    hs__ca_close(&j.ca);
    if (j.key)
        j.provider->key_free(j.provider, j.key);
    hs_provider_unref(j.provider);
    hs__name_list_free(&j.plan.names);
    return code;
}

hs__exit mini_ca_issue(const mini_ca *before, int argc, char **argv, hs__fault *fault) {
    args a = {.base = *before, .password = HS__NO_PASSWORD_SOURCE};
    hs__exit code;
    int first = hs__options_parse(&PROGRAM, argc, argv, &a, &code);
    if (first >= 0) {
        hs__say_setup("mini-ca", &a.base.common);
        code = run(&a, argc - first, argv + first, fault);
    }
    hs__list_free(&a.san);
    return code;
}
