/* renew and rekey: a certificate like an older one, for its key or for a new one. */
#include <stdio.h>
#include <string.h>

#include "apps/mini-ca/want.h"
#include "apps/mini-ca/what.h"
#include "pki/pem.h"
#include "proto/span.h"

typedef struct {
    mini_ca base;
    mini_ca_want want;
} args;

static const hs__option RENEW_OPTIONS[] = {
    MINI_CA_WANT_CONTENTS(args, want),
    MINI_CA_WANT_FILES(args, want),
    MINI_CA_PASSWORD_OPTIONS(args, want.password),
    MINI_CA_WRITE_OPTIONS(args, base),
    MINI_CA_OPTIONS(args, base),
    {0},
};

static const hs__option REKEY_OPTIONS[] = {
    MINI_CA_WANT_CONTENTS(args, want),
    MINI_CA_WANT_KEY(args, want),
    MINI_CA_WANT_FILES(args, want),
    MINI_CA_WANT_KEY_FILE(args, want),
    MINI_CA_PASSWORD_OPTIONS(args, want.password),
    MINI_CA_WRITE_OPTIONS(args, base),
    MINI_CA_OPTIONS(args, base),
    {0},
};

const hs__program mini_ca_renew_program = {
    .name = "mini-ca renew",
    .usage = "WHAT [OPTIONS]",
    .about = "A new certificate with the names and the key of an older one, in its file. WHAT is "
             "a serial number, a name or a file. The older one stays valid to its end.",
    .examples = "  mini-ca renew localhost.pem                 the key file stays as it is\n"
                "  mini-ca renew a.test --days=30 --out=new\n",
    .options = RENEW_OPTIONS,
    .min_operands = 1,
    .max_operands = 1,
    .operands = "WHAT",
};

const hs__program mini_ca_rekey_program = {
    .name = "mini-ca rekey",
    .usage = "WHAT [OPTIONS]",
    .about = "A new key and a certificate with the names of an older one. WHAT is a serial "
             "number, a name or a file. A key is never replaced without --force.",
    .examples = "  mini-ca rekey a.test --out=a.test-2027      beside the old ones\n"
                "  mini-ca rekey a.test.pem --force            in their place\n",
    .options = REKEY_OPTIONS,
    .min_operands = 1,
    .max_operands = 1,
    .operands = "WHAT",
};

static bool ends_in(const char *text, const char *end) {
    size_t n = strlen(text), m = strlen(end);
    return n > m && strcmp(text + n - m, end) == 0;
}

/* The file holds certificates and nothing else, in PEM, the first one for the old one's key: what
 * a renewal may replace. A private key beside them would be gone for ever. */
static bool is_replaceable(const char *path, const hs__cert *old) {
    hs__bytes text;
    hs__certs certs = {0};
    hs__fault ignored;
    hs__pem_block block;
    if (hs__file_read(path, HS__FILE_LIMIT, &text, &ignored))
        return false;
    hs_span rest = hs__bytes_span(&text);
    bool ok = hs__pem_looks_like(rest);
    while (ok && hs__pem_next(&rest, &block) == HS_OK)
        ok = hs__pem_is(&block, "CERTIFICATE");
    ok = ok && hs__certs_parse(hs__bytes_span(&text), path, &certs, &ignored) == HS__EXIT_OK &&
         hs__span_equal(certs.v[0].key.der, old->key.der);
    hs__certs_free(&certs);
    hs__bytes_free(&text);
    return ok;
}

/* Where the old ones are: the file given, or the one in the index; X.pem has X-key.pem beside. */
static void old_places(mini_ca_job *j, const char *what, const json_t *entry, const hs__cert *old) {
    const char *file = hs__file_exists(what) ? what : hs__index_text(entry, "file");
    if (!*file || strlen(file) + sizeof "-key" >= sizeof j->cert_file)
        return;
    snprintf(j->cert_file, sizeof j->cert_file, "%s", file);
    if (ends_in(file, ".pem"))
        snprintf(j->key_file, sizeof j->key_file, "%.*s-key.pem", (int)strlen(file) - 4, file);
    j->replaces_cert = j->plan.public_key && is_replaceable(file, old);
}

static hs__exit check_old(const mini_ca_job *j, const json_t *entry, hs__fault *fault) {
    const char *profile = hs__index_text(entry, "profile");
    const json_t *revoked = json_object_get(entry, "revoked");
    const char *reason = hs__index_text(revoked, "reason");
    if (strcmp(profile, "root") == 0 || strcmp(profile, "issuing") == 0)
        return hs__fault_set(fault, HS__EXIT_USAGE,
                             "a CA is not renewed: %s init --force makes a new one, whose root "
                             "peers must be given",
                             mini_ca_command(j->base));
    /* The new one would be for a key that somebody else may have. */
    if (!j->base->force && strcmp(reason, "keyCompromise") == 0) {
        hs__fault_set(fault, HS__EXIT_UNTRUSTED, "it was revoked for keyCompromise on %s",
                      hs__index_text(revoked, "at"));
        return hs__hint(fault, "mini-ca rekey makes one for a new key");
    }
    return HS__EXIT_OK;
}

static void tell_old(const mini_ca_job *j, const json_t *entry) {
    char until[MINI_CA_UNTIL];
    if (j->base->common.quiet || j->base->common.json || j->base->dry_run ||
        hs__index_is_revoked(entry))
        return;
    printf("The older one stays valid %s; when it is out of use:\n"
           "  %s revoke %s --reason=superseded\n",
           mini_ca_until(json_integer_value(json_object_get(entry, "not_after_s")), until),
           mini_ca_command(j->base), hs__index_text(entry, "serial"));
}

static hs__exit again(mini_ca_job *j, const char *what, bool same_key, json_t *entry,
                      const hs__cert *old, hs__fault *fault) {
    hs__exit code = mini_ca_job_like(j, old, fault);
    if (same_key)
        j->plan.public_key = &old->key.numbers;
    old_places(j, what, entry, old);
    if (code == HS__EXIT_OK)
        code = mini_ca_job_plan(j);
    if (code == HS__EXIT_OK)
        code = hs__ca_check_subject(&j->plan, fault);
    if (code == HS__EXIT_OK)
        code = mini_ca_job_files(j, fault);
    if (code == HS__EXIT_EXISTS && !same_key)
        code = hs__hint(fault, "--force puts the new ones in their place, --out=BASE beside them");
    if (code == HS__EXIT_OK)
        code = mini_ca_job_library(j, fault);
    if (code == HS__EXIT_OK)
        code = mini_ca_job_do(j, fault);
    if (code == HS__EXIT_OK)
        tell_old(j, entry);
    return code;
}

static hs__exit run(const args *a, const hs__program *program, const char *what, hs__fault *fault) {
    mini_ca_job j = {.base = &a->base, .want = &a->want, .program = program};
    json_t *all = NULL, *entry;
    hs__certs old = {0};
    bool same_key = program == &mini_ca_renew_program;
    hs__exit code = mini_ca_folder(&a->base, j.folder, fault);
    if (code == HS__EXIT_OK && !hs__ca_exists(j.folder))
        code = hs__ca_missing(j.folder, fault);
    if (code == HS__EXIT_OK)
        code = hs__index_load(j.folder, &all, fault);
    if (code == HS__EXIT_OK)
        code = mini_ca_what(all, j.folder, what, &entry, fault);
    if (code == HS__EXIT_OK)
        code = check_old(&j, entry, fault);
    if (code == HS__EXIT_OK)
        code = mini_ca_entry_cert(entry, &old, fault);
    if (code == HS__EXIT_OK)
        code = again(&j, what, same_key, entry, old.v, fault);
    mini_ca_job_end(&j);
    hs__certs_free(&old);
    json_decref(all);
    return code;
}

static hs__exit command(const hs__program *program, const mini_ca *before, int argc, char **argv,
                        hs__fault *fault) {
    args a = {.base = *before, .want = MINI_CA_WANT_NOTHING};
    hs__exit code;
    int first = hs__options_parse(program, argc, argv, &a, &code);
    if (first >= 0) {
        hs__say_setup("mini-ca", &a.base.common);
        code = run(&a, program, argv[first], fault);
    }
    hs__list_free(&a.want.san);
    return code;
}

hs__exit mini_ca_renew(const mini_ca *before, int argc, char **argv, hs__fault *fault) {
    return command(&mini_ca_renew_program, before, argc, argv, fault);
}

hs__exit mini_ca_rekey(const mini_ca *before, int argc, char **argv, hs__fault *fault) {
    return command(&mini_ca_rekey_program, before, argc, argv, fault);
}
