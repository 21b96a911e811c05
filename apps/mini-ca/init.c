#include <stdio.h>
#include <string.h>

#include "apps/common/json.h"
#include "apps/common/value.h"
#include "apps/mini-ca/want.h"

typedef struct {
    mini_ca base;
    bool intermediate, no_password;
    const char *name;
    uint64_t days, path_len;
    int kind;
    hs__list permit, exclude;
    hs__password_source password;
} args;

#define AT(field) .at = offsetof(args, field)
static const hs__option OPTIONS[] = {
    {.group = "The CA",
     .name = "intermediate",
     .kind = HS__OPT_FLAG,
     AT(intermediate),
     .help = "root and issuing CA; the root's key can then be kept elsewhere"},
    {.name = "name",
     .kind = HS__OPT_TEXT,
     AT(name),
     .argument = "NAME",
     .help = "its name: 'Lab CA', or 'CN=Lab CA,O=Lab'"},
    {.name = "days",
     .kind = HS__OPT_NUMBER,
     AT(days),
     .min = 1,
     .max = 36500,
     .argument = "N",
     .help = "how long it lives (3650)"},
    {.name = "key-type",
     .kind = HS__OPT_CHOICE,
     AT(kind),
     .values = hs__key_kind_names,
     .help = "kind of its keys (p256)"},
    {.group = "Limits",
     .name = "permit",
     .kind = HS__OPT_WORDS,
     AT(permit),
     .argument = "NAME|CIDR",
     .help =
         "vouch for these only: test (and all below it), 10.0.0.0/8; commas or repeat. Critical "
         "name constraints, which mbedTLS does not know: such peers refuse the chain"},
    {.name = "exclude",
     .kind = HS__OPT_WORDS,
     AT(exclude),
     .argument = "NAME|CIDR",
     .help = "never vouch for these"},
    {.name = "pathlen",
     .kind = HS__OPT_NUMBER,
     AT(path_len),
     .max = 100,
     .argument = "N",
     .help = "how many CAs may stand below the root (0; 1 with --intermediate)"},
    MINI_CA_PASSWORD_OPTIONS(args, password),
    {.name = "no-password",
     .kind = HS__OPT_FLAG,
     AT(no_password),
     .help = "do not encrypt the keys; the files are readable by you only either way"},
    MINI_CA_WRITE_OPTIONS(args, base),
    MINI_CA_OPTIONS(args, base),
    {0},
};

const hs__program mini_ca_init_program = {
    .name = "mini-ca init",
    .usage = "[OPTIONS]",
    .about = "Makes a root CA in the CA's folder.",
    .examples =
        "  mini-ca init                                asks for a password for the root's key\n"
        "  mini-ca init --permit=localhost,.test       can vouch for these names only\n"
        "  mini-ca init --intermediate                 then move root-key.pem away\n",
    .options = OPTIONS,
};

static hs__exit read_rules(const hs__list *words, const char *option, hs__name_list *out) {
    for (size_t i = 0; i < words->n; i++) {
        const char *why = hs__name_list_add_rule(out, words->v[i]);
        if (why)
            return hs__usage_error(&mini_ca_init_program, "%s: '%s': %s", option,
                                   hs__safe(words->v[i]), why);
    }
    return HS__EXIT_OK;
}

static hs__exit get_password(const args *a, const char *folder, hs__bytes *out, hs__fault *fault) {
    char what[HS__FILE_PATH + 40];
    if (a->no_password)
        return HS__EXIT_OK;
    snprintf(what, sizeof what, "the CA's key in %s", hs__safe(folder));
    hs__exit code = hs__password_get(&a->password, what, true, out, fault);
    if (code == HS__EXIT_PASSWORD && fault->hint[0])
        code = hs__hint(fault, "give --password-file=F or --password-fd=N, or --no-password for a "
                               "CA whose keys are not encrypted");
    return code;
}

/* ---- telling ----------------------------------------------------------------------------- */
static void put_line(const char *file, const char *text) {
    printf("%s%-18s%s %s\n", hs__style_on(stdout, HS__BOLD), file, hs__style_off(stdout), text);
}

static void put_authority(const hs__cert *cert, const char *certificate, const char *key,
                          const char *what, bool is_encrypted) {
    char name[HS__NAME_TEXT], until[MINI_CA_UNTIL], text[HS__NAME_TEXT + 200];
    hs__name_text(cert->subject, name, sizeof name);
    snprintf(text, sizeof text, "%s %s; %s", what, name, mini_ca_until(cert->not_after, until));
    put_line(certificate, text);
    snprintf(text, sizeof text, "its private key, %s, for your eyes only",
             is_encrypted ? "encrypted" : "not encrypted");
    put_line(key, text);
}

static void put_rules(const char *label, const hs__name_list *rules) {
    if (rules->n == 0)
        return;
    printf("%-18s", label);
    for (size_t i = 0; i < rules->n; i++) {
        char text[300];
        hs__general_name_value_text(&rules->v[i], text, sizeof text);
        printf("%s %s", i ? "," : "", text);
    }
    putchar('\n');
}

static void tell(const args *a, const hs__ca *ca, const hs__ca_plan *plan) {
    bool is_encrypted = plan->password.p != NULL;
    printf("A new CA in %s\n", hs__safe(ca->folder));
    put_authority(ca->root.v, "root.pem", "root-key.pem", "the root", is_encrypted);
    if (ca->issuing.n > 0)
        put_authority(ca->issuing.v, "issuing.pem", "issuing-key.pem", "the issuing CA",
                      is_encrypted);
    put_rules("vouches only for", &plan->permitted);
    put_rules("never for", &plan->excluded);
    if (plan->permitted.n + plan->excluded.n > 0)
        printf("%-18s peers built on mbedTLS do not know name constraints and refuse its chains\n",
               "note");
    if (ca->issuing.n > 0)
        printf("%-18s move root-key.pem to a safe place: only the issuing CA's key is needed "
               "here\n",
               "next");
    printf("%-18s %s issue localhost 127.0.0.1 ::1\n", "next", mini_ca_command(&a->base));
}

static json_t *rules_json(const hs__name_list *rules) {
    json_t *list = json_array();
    for (size_t i = 0; i < rules->n; i++) {
        char text[300];
        hs__general_name_text(&rules->v[i], text, sizeof text);
        json_array_append_new(list, hs__json_string(text));
    }
    return list;
}

static void tell_json(const hs__ca *ca, const hs__ca_plan *plan) {
    char name[HS__NAME_TEXT], path[HS__FILE_PATH];
    hs__name_text(ca->root.v->subject, name, sizeof name);
    hs__json_print(
        stdout, json_pack("{s:b, s:o, s:o, s:s, s:o, s:b, s:b, s:o, s:o}", "ok", 1, "folder",
                          hs__json_string(ca->folder), "root",
                          hs__json_string(hs__ca_path(ca->folder, "root.pem", path)), "subject",
                          name, "not_after", hs__json_date(ca->root.v->not_after), "intermediate",
                          ca->issuing.n > 0, "encrypted", plan->password.p != NULL, "permitted",
                          rules_json(&plan->permitted), "excluded", rules_json(&plan->excluded)));
}

/* ---- doing ------------------------------------------------------------------------------- */
static hs__exit make(const args *a, const hs__ca_plan *plan, hs__fault *fault) {
    hs_provider *provider = NULL;
    hs__ca ca = {0};
    hs__key_type type = hs__key_kind_type(plan->kind);
    hs__exit code = hs__library_choose(a->base.provider, type, type, &provider, fault);
    if (code)
        return code;
    code = hs__ca_make(provider, plan, fault);
    if (code == HS__EXIT_OK)
        code = hs__ca_open(provider, plan->folder, &ca, fault);
    if (code == HS__EXIT_OK && a->base.common.json)
        tell_json(&ca, plan);
    else if (code == HS__EXIT_OK && !a->base.common.quiet)
        tell(a, &ca, plan);
    hs__ca_close(&ca);
    hs_provider_unref(provider);
    return code;
}

static void tell_dry_run(const args *a, const hs__ca_plan *plan) {
    if (a->base.common.json) {
        hs__json_print(stdout, json_pack("{s:b, s:b, s:o, s:o, s:o}", "ok", 1, "dry_run", 1,
                                         "folder", hs__json_string(plan->folder), "permitted",
                                         rules_json(&plan->permitted), "excluded",
                                         rules_json(&plan->excluded)));
        return;
    }
    printf("would make a CA in %s: %s\n", hs__safe(plan->folder),
           plan->intermediate ? "root and issuing CA" : "root");
    put_rules("vouches only for", &plan->permitted);
    put_rules("never for", &plan->excluded);
}

static hs__exit init(const args *a, hs__fault *fault) {
    char folder[HS__FILE_PATH];
    hs__bytes password = {0};
    int64_t now = hs__now();
    hs__ca_plan plan = {.folder = folder,
                        .name = a->name,
                        .intermediate = a->intermediate,
                        .force = a->base.force,
                        .kind = a->kind,
                        .path_len = a->path_len > 100 ? -1 : (int)a->path_len,
                        .not_before = now - HS__CA_BACKDATE,
                        .not_after = now + (int64_t)a->days * MINI_CA_DAY};
    hs__exit code = read_rules(&a->permit, "--permit", &plan.permitted);
    if (code == HS__EXIT_OK)
        code = read_rules(&a->exclude, "--exclude", &plan.excluded);
    if (code == HS__EXIT_OK)
        code = mini_ca_folder(&a->base, folder, fault);
    if (code == HS__EXIT_OK)
        code = hs__ca_may_make(&plan, fault); /* before a password is asked for */
    if (code == HS__EXIT_OK && a->base.dry_run) {
        tell_dry_run(a, &plan);
        goto out;
    }
    if (code == HS__EXIT_OK)
        code = get_password(a, folder, &password, fault);
    plan.password = hs__bytes_span(&password);
    if (code == HS__EXIT_OK)
        code = make(a, &plan, fault);
out:
    hs__bytes_free(&password);
    hs__name_list_free(&plan.permitted);
    hs__name_list_free(&plan.excluded);
    return code;
}

hs__exit mini_ca_init(const mini_ca *before, int argc, char **argv, hs__fault *fault) {
    args a = {.base = *before, .days = 3650, .path_len = UINT64_MAX, .password = {NULL, -1}};
    hs__exit code;
    int first = hs__options_parse(&mini_ca_init_program, argc, argv, &a, &code);
    if (first >= 0) {
        hs__say_setup("mini-ca", &a.base.common);
        if (a.intermediate && a.path_len == 0)
            code = hs__usage_error(&mini_ca_init_program,
                                   "--pathlen=0 leaves no room for an issuing CA");
        else
            code = init(&a, fault);
    }
    hs__list_free(&a.permit);
    hs__list_free(&a.exclude);
    return code;
}
