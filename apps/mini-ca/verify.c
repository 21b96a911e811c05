#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/common/crls.h"
#include "apps/common/json.h"
#include "apps/common/value.h"
#include "apps/mini-ca/mini_ca.h"
#include "pki/time.h"

typedef struct {
    mini_ca base;
    const char *host;
    const char *staple;
    int purpose, profile;
    int64_t at;
    hs__list cacert, crl;
} args;

static const char *const PURPOSES[] = {[HS_PURPOSE_SERVER] = "server",
                                       [HS_PURPOSE_CLIENT] = "client",
                                       [HS_PURPOSE_SIGNER] = "signer",
                                       [HS_PURPOSE_RECEIVER] = "receiver",
                                       [HS_PURPOSE_KEY_TRANSPORT] = "key-transport",
                                       NULL};
static const char *const PROFILES[] = {[HS_PROFILE_OF_ANCHOR] = "anchor",
                                       [HS_PROFILE_WEB_PKI] = "web",
                                       [HS_PROFILE_PRIVATE] = "private",
                                       NULL};

static const hs__option OPTIONS[] = {
    {.group = "Checks",
     .name = "host",
     .kind = HS__OPT_TEXT,
     .at = offsetof(args, host),
     .argument = "NAME",
     .aliases = "verify-name verify_hostname hostname",
     .help = "it must be for this DNS name or address"},
    {.name = "purpose",
     .kind = HS__OPT_CHOICE,
     .at = offsetof(args, purpose),
     .values = PURPOSES,
     .help = "what it is used for (server); signer and receiver are for messages"},
    {.name = "profile",
     .kind = HS__OPT_CHOICE,
     .at = offsetof(args, profile),
     .values = PROFILES,
     .help = "by the rules for public CAs (web), for one's own (private), or by where the anchor "
             "comes from (default)"},
    {.name = "at",
     .kind = HS__OPT_DATE,
     .at = offsetof(args, at),
     .argument = "DATE",
     .aliases = "attime",
     .help = "as if it were that day (now)"},
    {.name = "cacert",
     .kind = HS__OPT_LIST,
     .at = offsetof(args, cacert),
     .argument = "F",
     .aliases = "cafile CAfile",
     .help = "trust the certificates in F, and only these; repeat (this CA's root and the system's "
             "bundle)"},
    {.name = "crl",
     .kind = HS__OPT_LIST,
     .at = offsetof(args, crl),
     .argument = "F",
     .aliases = "CRLfile",
     .help = "revocation lists; repeat (the list of this CA)"},
    {.name = "staple",
     .kind = HS__OPT_TEXT,
     .at = offsetof(args, staple),
     .argument = "F",
     .aliases = "ocsp respin",
     .help = "an OCSP response about the leaf, as a server would staple it; then a leaf with "
             "must-staple needs one"},
    MINI_CA_OPTIONS(args, base),
    {0},
};

const hs__program mini_ca_verify_program = {
    .name = "mini-ca verify",
    .usage = "FILE [OPTIONS]",
    .about = "Judges the certificates in FILE, the first being the leaf: prints the path and each "
             "check. Exit 5 if it is not to be trusted.",
    .examples = "  mini-ca verify localhost.pem --host=localhost\n"
                "  mini-ca verify chain.pem --cacert=root.pem --at=2030-01-01\n"
                "  mini-ca verify chain.pem --profile=web      as a browser would\n",
    .options = OPTIONS,
    .min_operands = 1,
    .max_operands = 1,
    .operands = "FILE",
};

/* ---- whom to trust ----------------------------------------------------------------------- */
static hs__exit add_given(const args *a, hs_trust *trust, hs__fault *fault) {
    for (size_t i = 0; i < a->cacert.n; i++) {
        const char *path = a->cacert.v[i];
        hs_status st = hs_trust_add_path(trust, path, 0, NULL, NULL);
        if (st)
            return hs__fail_status(fault, st, "--cacert %s", hs__safe(path));
    }
    return HS__EXIT_OK;
}

static hs__exit add_default(const args *a, hs_trust *trust, hs__fault *fault) {
    char folder[HS__FILE_PATH], path[HS__FILE_PATH];
    size_t added;
    hs__exit code = mini_ca_folder(&a->base, folder, fault);
    if (code)
        return code;
    hs_status st = hs_trust_add_system(trust, &added);
    if (st && st != HS_E_IO)
        return hs__fail_status(fault, st, "the system's bundle of certificates");
    if (!hs__ca_exists(folder))
        return HS__EXIT_OK;
    st = hs_trust_add_path(trust, hs__ca_path(folder, "root.pem", path), 0, NULL, NULL);
    return st ? hs__fail_status(fault, st, "%s", hs__safe(path)) : HS__EXIT_OK;
}

/* Lists given, or else those that stand beside this CA's root. */
static hs__exit add_lists(const args *a, hs_trust *trust, hs__fault *fault) {
    static const char *const OWN[] = {"crl.pem", "root-crl.pem"};
    char folder[HS__FILE_PATH], path[HS__FILE_PATH];
    hs__exit code = hs__crls_add_all(trust, &a->crl, fault);
    if (code || a->crl.n > 0 || a->cacert.n > 0)
        return code;
    code = mini_ca_folder(&a->base, folder, fault);
    for (size_t i = 0; i < sizeof OWN / sizeof *OWN && !code; i++)
        if (hs__file_exists(hs__ca_path(folder, OWN[i], path)))
            code = hs__crls_add(trust, path, fault);
    return code;
}

/* ---- telling ----------------------------------------------------------------------------- */
static void put_path(const hs_report *report) {
    for (size_t i = 0; i < report->n_path; i++) {
        const hs_report_cert *c = &report->path[i];
        char from[HS__DATE_TEXT], to[HS__DATE_TEXT];
        hs__date_text(c->not_before, from);
        hs__date_text(c->not_after, to);
        printf("%*s%s%s%s\n", (int)(2 * i), "", hs__style_on(stdout, HS__BOLD), c->subject,
               hs__style_off(stdout));
        printf("%*s  %s; %s to %s%s%s\n", (int)(2 * i), "", c->key, from, to, *c->names ? "; " : "",
               c->names);
    }
    if (*report->anchor_source)
        printf("%*s  trusted: %s\n", (int)(2 * (report->n_path ? report->n_path - 1 : 0)), "",
               report->anchor_source);
}

static void put_row(const hs_report_row *row, int verbose) {
    printf("%s%-4s%s %-20s", hs__style_on(stdout, row->ok ? HS__GREEN : HS__RED),
           row->ok ? "ok" : "FAIL", hs__style_off(stdout), row->check);
    if (row->depth >= 0)
        printf(" %d", row->depth);
    else
        printf(" -");
    printf("  %s\n", row->got);
    if (!row->ok || verbose)
        printf("%28sexpected %s\n", "", row->expected);
    if (!row->ok && *row->fix)
        printf("%28sto do: %s\n", "", row->fix);
    if (verbose && *row->rule)
        printf("%28srule %s\n", "", row->rule);
}

static void put_dead_ends(const hs_report *report) {
    if (report->n_dead_ends > 0)
        printf("\nways that led nowhere\n");
    for (size_t i = 0; i < report->n_dead_ends; i++)
        printf("  %s\n    %s\n", report->dead_ends[i].path, report->dead_ends[i].why);
}

static void put_report(const args *a, const hs_report *report) {
    put_path(report);
    putchar('\n');
    for (size_t i = 0; i < report->n_rows; i++)
        put_row(&report->rows[i], a->base.common.verbose);
    if (report->verdict || a->base.common.verbose)
        put_dead_ends(report);
    printf("\n%s%s%s%s%s\n", hs__style_on(stdout, report->verdict ? HS__RED : HS__GREEN),
           report->verdict ? "not trusted" : "trusted", hs__style_off(stdout),
           report->verdict ? ": " : "", report->verdict ? report->summary : "");
}

static json_t *path_json(const hs_report *report) {
    json_t *path = json_array();
    for (size_t i = 0; i < report->n_path; i++) {
        const hs_report_cert *c = &report->path[i];
        json_array_append_new(
            path, json_pack("{s:o, s:o, s:o, s:s, s:s, s:s, s:o, s:o}", "subject",
                            hs__json_string(c->subject), "issuer", hs__json_string(c->issuer),
                            "names", hs__json_string(c->names), "key", c->key, "serial", c->serial,
                            "sha256", c->sha256, "not_before", hs__json_date(c->not_before),
                            "not_after", hs__json_date(c->not_after)));
    }
    return path;
}

static void put_json(const hs_report *report) {
    json_t *checks = json_array();
    for (size_t i = 0; i < report->n_rows; i++) {
        const hs_report_row *row = &report->rows[i];
        json_array_append_new(checks, json_pack("{s:s, s:b, s:i, s:o, s:o, s:o, s:o, s:s}", "check",
                                                row->check, "ok", row->ok, "depth", row->depth,
                                                "subject", hs__json_string(row->subject),
                                                "expected", hs__json_string(row->expected), "got",
                                                hs__json_string(row->got), "fix",
                                                hs__json_string(row->fix), "rule", row->rule));
    }
    hs__json_print(stdout,
                   json_pack("{s:b, s:s, s:o, s:o, s:o, s:o, s:o, s:I, s:I}", "ok",
                             report->verdict == HS_OK, "status", hs_status_name(report->verdict),
                             "summary", hs__json_string(report->summary), "path", path_json(report),
                             "checks", checks, "dead_ends", hs__json_dead_ends(report), "anchor",
                             hs__json_string(report->anchor_source), "anchors",
                             (json_int_t)report->anchors, "paths_tried",
                             (json_int_t)report->paths_tried));
}

/* ---- doing ------------------------------------------------------------------------------- */
static hs__exit verify(const args *a, hs_provider *provider, hs_trust *trust,
                       const hs__certs *certs, hs_span staple, hs__fault *fault) {
    hs_report *report = NULL;
    hs_span *chain = calloc(certs->n, sizeof *chain);
    if (!chain)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "out of memory");
    for (size_t i = 0; i < certs->n; i++)
        chain[i] = certs->v[i].der;
    hs_verify_options o = {.size = sizeof o,
                           .chain = chain,
                           .n_chain = certs->n,
                           .purpose = (hs_purpose)a->purpose,
                           .name = a->host,
                           .now = a->at ? a->at : hs__now(),
                           .details = true,
                           .profile = (hs_profile)a->profile,
                           .staple = staple,
                           .asked_for_staple = a->staple != NULL};
    hs_status st = hs_verify(provider, trust, &o, &report);
    free(chain);
    if (!report)
        return hs__fail_status(fault, st, "judging the chain");
    if (a->base.common.json)
        put_json(report);
    else if (!a->base.common.quiet)
        put_report(a, report);
    else if (st)
        hs__say_error("%s", report->summary);
    hs_report_free(report);
    return st ? HS__EXIT_UNTRUSTED : HS__EXIT_OK;
}

static hs__exit run(const args *a, const char *file, hs__fault *fault) {
    hs_provider *provider = NULL;
    hs_trust *trust = NULL;
    hs__certs certs;
    hs__bytes staple = {0};
    hs__exit code = hs__certs_read(file, &certs, fault);
    if (code)
        return code;
    if (a->staple)
        code = hs__file_read(a->staple, HS__FILE_LIMIT, &staple, fault);
    if (code == HS__EXIT_OK)
        code =
            hs__library_choose(a->base.provider, HS__KEY_ED25519, HS__KEY_P256, &provider, fault);
    if (code == HS__EXIT_OK) {
        hs_status st = hs_trust_new(provider, &trust);
        code = st ? hs__fail_status(fault, st, "the list of trusted certificates") : HS__EXIT_OK;
    }
    if (code == HS__EXIT_OK)
        code = a->cacert.n ? add_given(a, trust, fault) : add_default(a, trust, fault);
    if (code == HS__EXIT_OK)
        code = add_lists(a, trust, fault);
    if (code == HS__EXIT_OK)
        code = verify(a, provider, trust, &certs, hs__bytes_span(&staple), fault);
    hs_trust_unref(trust);
    hs_provider_unref(provider);
    hs__certs_free(&certs);
    hs__bytes_free(&staple);
    return code;
}

hs__exit mini_ca_verify(const mini_ca *before, int argc, char **argv, hs__fault *fault) {
    args a = {.base = *before};
    hs__exit code;
    int first = hs__options_parse(&mini_ca_verify_program, argc, argv, &a, &code);
    if (first >= 0) {
        hs__say_setup("mini-ca", &a.base.common);
        code = run(&a, argv[first], fault);
    }
    hs__list_free(&a.cacert);
    hs__list_free(&a.crl);
    return code;
}
