#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/common/json.h"
#include "apps/common/value.h"
#include "apps/mini-ca/revocation.h"
#include "apps/mini-ca/want.h"
#include "pki/ocsp_write.h"

typedef struct {
    mini_ca base;
    uint64_t days;
    const char *out;
    hs__password_source password;
} args;

static const hs__option OPTIONS[] = {
    {.group = "The answer",
     .name = "days",
     .kind = HS__OPT_NUMBER,
     .at = offsetof(args, days),
     .min = 1,
     .max = 366,
     .argument = "N",
     .help = "how long it is good for (7)"},
    {.name = "out",
     .letter = 'o',
     .kind = HS__OPT_TEXT,
     .at = offsetof(args, out),
     .argument = "FILE",
     .help = "there instead of NAME-ocsp.der"},
    MINI_CA_PASSWORD_OPTIONS(args, password),
    MINI_CA_WRITE_OPTIONS(args, base),
    MINI_CA_OPTIONS(args, base),
    {0},
};

const hs__program mini_ca_ocsp_program = {
    .name = "mini-ca ocsp",
    .usage = "WHAT [OPTIONS]",
    .about = "Writes an OCSP response about one certificate (DER), for its server to staple: is it "
             "revoked? WHAT is a serial number, a name (the latest one) or a file.",
    .examples = "  mini-ca ocsp localhost.pem                  ./localhost-ocsp.der\n"
                "  hs-server --cert=localhost.pem --key=localhost-key.pem \\\n"
                "      --ocsp=localhost-ocsp.der 8443          staples it\n",
    .options = OPTIONS,
    .min_operands = 1,
    .max_operands = 1,
    .operands = "WHAT",
};

static hs__exit make(const hs__ca *ca, const hs__cert *cert, const json_t *entry, uint64_t days,
                     hs__bytes *out, hs__fault *fault) {
    const hs__cert *signer = hs__ca_signer(ca);
    const json_t *event = json_object_get(entry, "revoked");
    int64_t now = hs__now(), end = now + (int64_t)days * MINI_CA_DAY;
    bool is_revoked = hs__index_is_revoked(entry);
    hs__ocsp_template t = {.issuer = signer->subject,
                           .issuer_key = &signer->key,
                           .serial = cert->serial,
                           .verdict = is_revoked ? HS__OCSP_REVOKED : HS__OCSP_GOOD,
                           .revoked_at = json_integer_value(json_object_get(event, "at_s")),
                           .reason = mini_ca_reason_code(hs__index_text(event, "reason")),
                           .produced = now,
                           .this_update = now - HS__CA_BACKDATE,
                           .next_update = end < signer->not_after ? end : signer->not_after};
    hs__sig_alg alg = hs__sig_alg_for(signer->key.numbers.type);
    out->n = hs__ocsp_room(&t);
    out->p = malloc(out->n);
    hs_status st = out->p ? hs__ocsp_issue(ca->provider, &t, hs__credential_key(ca->signer), alg,
                                           out->p, &out->n)
                          : HS_E_NOMEM;
    return st ? hs__fail_status(fault, st, "making the OCSP response") : HS__EXIT_OK;
}

static void tell(const args *a, const json_t *entry, const char *path, int64_t end) {
    char text[MINI_CA_ENTRY], until[MINI_CA_UNTIL];
    const char *status = hs__index_is_revoked(entry) ? "revoked" : "good";
    if (a->base.common.json)
        hs__json_print(stdout,
                       json_pack("{s:b, s:o, s:s, s:s, s:o}", "ok", 1, "file",
                                 hs__json_string(path), "serial", hs__index_text(entry, "serial"),
                                 "status", status, "next_update", hs__json_date(end)));
    else if (!a->base.common.quiet)
        printf("%s\n  OCSP response: %s is %s; %s\n", hs__safe(path),
               mini_ca_entry_text(entry, text), status, mini_ca_until(end, until));
}

/* NAME-ocsp.der, named like the certificate's file where that is known. */
static void default_path(const json_t *entry, const char *what, char out[HS__FILE_PATH]) {
    const char *file = hs__file_exists(what) ? what : hs__index_text(entry, "file");
    const char *slash = strrchr(file, '/');
    const char *name = slash ? slash + 1 : *file ? file : hs__index_text(entry, "serial");
    size_t n = strlen(name);
    if (n > 4 && strcmp(name + n - 4, ".pem") == 0)
        n -= 4;
    snprintf(out, HS__FILE_PATH, "%.*s-ocsp.der", (int)(n < 1000 ? n : 1000), name);
}

static hs__exit answer(const args *a, hs_provider *provider, const char *folder,
                       const json_t *entry, const char *path, hs__fault *fault) {
    hs__ca ca = {0};
    hs__certs cert = {0};
    hs__bytes der = {0};
    hs_span mark = hs__oid_bytes(HS__OID_OCSP_BASIC);
    hs__exit code = mini_ca_may_renew(path, mark, a->base.force, fault);
    if (code == HS__EXIT_OK && a->base.dry_run) {
        mini_ca_would_write(&a->base, path);
        return HS__EXIT_OK;
    }
    if (code == HS__EXIT_OK)
        code = mini_ca_entry_cert(entry, &cert, fault);
    if (code == HS__EXIT_OK)
        code = mini_ca_open_issuer(provider, folder, cert.v, &a->password, &ca, fault);
    if (code == HS__EXIT_OK)
        code = make(&ca, cert.v, entry, a->days, &der, fault);
    if (code == HS__EXIT_OK)
        code = hs__file_write(path, hs__bytes_span(&der), 0644, true, fault);
    if (code == HS__EXIT_OK)
        tell(a, entry, path, hs__now() + (int64_t)a->days * MINI_CA_DAY);
    hs__bytes_free(&der);
    hs__certs_free(&cert);
    hs__ca_close(&ca);
    return code;
}

static hs__exit run(const args *a, const char *what, hs__fault *fault) {
    char folder[HS__FILE_PATH], place[HS__FILE_PATH];
    hs_provider *provider = NULL;
    json_t *all = NULL, *entry;
    hs__exit code = mini_ca_folder(&a->base, folder, fault);
    if (code == HS__EXIT_OK && !hs__ca_exists(folder))
        code = hs__ca_missing(folder, fault);
    if (code == HS__EXIT_OK)
        code = hs__library_choose(a->base.provider, hs__ca_key_type(folder), HS__KEY_P256,
                                  &provider, fault);
    if (code == HS__EXIT_OK)
        code = hs__index_load(folder, &all, fault);
    if (code == HS__EXIT_OK)
        code = mini_ca_what(all, folder, what, &entry, fault);
    if (code == HS__EXIT_OK) {
        default_path(entry, what, place);
        code = answer(a, provider, folder, entry, a->out ? a->out : place, fault);
    }
    json_decref(all);
    hs_provider_unref(provider);
    return code;
}

hs__exit mini_ca_ocsp(const mini_ca *before, int argc, char **argv, hs__fault *fault) {
    args a = {.base = *before, .days = MINI_CA_OCSP_DAYS, .password = HS__NO_PASSWORD_SOURCE};
    hs__exit code;
    int first = hs__options_parse(&mini_ca_ocsp_program, argc, argv, &a, &code);
    if (first < 0)
        return code;
    hs__say_setup("mini-ca", &a.base.common);
    return run(&a, argv[first], fault);
}
