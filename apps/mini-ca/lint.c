#include "pki/lint.h"

#include <stdio.h>
#include <string.h>

#include "apps/common/json.h"
#include "apps/mini-ca/what.h"

typedef struct {
    mini_ca base;
} args;

static const hs__option OPTIONS[] = {MINI_CA_OPTIONS(args, base), {0}};

const hs__program mini_ca_lint_program = {
    .name = "mini-ca lint",
    .usage = "FILE|WHAT [OPTIONS]",
    .about = "Looks for what is wrong or unwise in certificates by themselves. Exit 5 if "
             "something is wrong; warnings alone are exit 0. With -v every rule is shown.",
    .examples = "  mini-ca lint localhost.pem\n"
                "  mini-ca lint -v a.test                      from the CA's index\n",
    .options = OPTIONS,
    .min_operands = 1,
    .max_operands = 1,
    .operands = "FILE",
};

static const char *severity(const hs__lint_rule *rule) {
    return rule->severity == HS__LINT_ERROR ? "error" : "warning";
}

static const hs__lint_finding *finding_of(const hs__lint_rule *rule, const hs__lint_finding *found,
                                          size_t n) {
    for (size_t i = 0; i < n; i++)
        if (found[i].rule == rule)
            return &found[i];
    return NULL;
}

static void put_finding(const hs__lint_finding *f) {
    bool is_error = f->rule->severity == HS__LINT_ERROR;
    printf("  %s%-8s%s %-20s %s\n", hs__style_on(stdout, is_error ? HS__RED : HS__YELLOW),
           severity(f->rule), hs__style_off(stdout), f->rule->name, f->got);
    printf("%32sexpected %s\n%32sto do: %s\n%32srule %s\n", "", f->rule->expected, "", f->rule->fix,
           "", f->rule->rule);
}

static void put_cert(const args *a, const hs__cert *cert, const hs__lint_finding *found, size_t n) {
    char subject[HS__NAME_TEXT];
    hs__name_text(cert->subject, subject, sizeof subject);
    printf("%s%s%s: %s\n", hs__style_on(stdout, HS__BOLD), *subject ? subject : "(empty subject)",
           hs__style_off(stdout), n ? "" : "nothing to find fault with");
    for (size_t i = 0; i < hs__n_lint_rules; i++) {
        const hs__lint_finding *f = finding_of(&hs__lint_rules[i], found, n);
        if (f)
            put_finding(f);
        else if (a->base.common.verbose)
            printf("  %sok%s       %-20s %s\n", hs__style_on(stdout, HS__GREEN),
                   hs__style_off(stdout), hs__lint_rules[i].name, hs__lint_rules[i].expected);
    }
}

static json_t *cert_json(const hs__cert *cert, const hs__lint_finding *found, size_t n) {
    char subject[HS__NAME_TEXT];
    json_t *list = json_array();
    hs__name_text(cert->subject, subject, sizeof subject);
    for (size_t i = 0; i < n; i++) {
        const hs__lint_rule *r = found[i].rule;
        json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:s, s:s, s:s}", "check", r->name,
                                              "severity", severity(r), "got",
                                              hs__json_string(found[i].got), "expected",
                                              r->expected, "fix", r->fix, "rule", r->rule));
    }
    return json_pack("{s:o, s:o}", "subject", hs__json_string(subject), "findings", list);
}

/* How many errors there are. */
static size_t lint_all(const args *a, const hs__certs *certs, json_t *documents) {
    size_t errors = 0;
    for (size_t i = 0; i < certs->n; i++) {
        hs__lint_finding found[HS__LINT_MAX];
        size_t n = hs__lint(&certs->v[i], found);
        for (size_t k = 0; k < n; k++)
            errors += found[k].rule->severity == HS__LINT_ERROR;
        if (documents)
            json_array_append_new(documents, cert_json(&certs->v[i], found, n));
        else if (!a->base.common.quiet)
            put_cert(a, &certs->v[i], found, n);
    }
    return errors;
}

static hs__exit read_certs(const args *a, const char *what, hs__certs *out, hs__fault *fault) {
    char folder[HS__FILE_PATH];
    json_t *all = NULL, *entry;
    if (strcmp(what, "-") == 0 || hs__file_exists(what))
        return hs__certs_read(what, out, fault);
    hs__exit code = mini_ca_folder(&a->base, folder, fault);
    if (code == HS__EXIT_OK)
        code = hs__index_load(folder, &all, fault);
    if (code == HS__EXIT_OK)
        code = mini_ca_what(all, folder, what, &entry, fault);
    if (code == HS__EXIT_OK)
        code = mini_ca_entry_cert(entry, out, fault);
    json_decref(all);
    return code;
}

hs__exit mini_ca_lint(const mini_ca *before, int argc, char **argv, hs__fault *fault) {
    args a = {.base = *before};
    hs__certs certs = {0};
    hs__exit code;
    int first = hs__options_parse(&mini_ca_lint_program, argc, argv, &a, &code);
    if (first < 0)
        return code;
    hs__say_setup("mini-ca", &a.base.common);
    code = read_certs(&a, argv[first], &certs, fault);
    if (code)
        return code;
    json_t *documents = a.base.common.json ? json_array() : NULL;
    size_t errors = lint_all(&a, &certs, documents);
    if (documents)
        hs__json_print(stdout, json_pack("{s:b, s:I, s:o}", "ok", errors == 0, "errors",
                                         (json_int_t)errors, "certificates", documents));
    hs__certs_free(&certs);
    return errors ? HS__EXIT_UNTRUSTED : HS__EXIT_OK;
}
