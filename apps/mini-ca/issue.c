#include <limits.h>

#include "apps/mini-ca/want.h"

typedef struct {
    mini_ca base;
    mini_ca_want want;
} args;

static const hs__option OPTIONS[] = {
    MINI_CA_WANT_CONTENTS(args, want),
    {.name = "from",
     .kind = HS__OPT_TEXT,
     .at = offsetof(args, want.from),
     .argument = "OLDCERT",
     .help = "names, subject, use and kind of key of that certificate; more names may be given"},
    MINI_CA_WANT_KEY(args, want),
    MINI_CA_WANT_FILES(args, want),
    MINI_CA_WANT_KEY_FILE(args, want),
    MINI_CA_PASSWORD_OPTIONS(args, want.password),
    MINI_CA_WRITE_OPTIONS(args, base),
    MINI_CA_OPTIONS(args, base),
    {0},
};

const hs__program mini_ca_issue_program = {
    .name = "mini-ca issue",
    .usage = "NAME... [OPTIONS]",
    .about = "Makes a key and a certificate for these names: DNS, *.wildcard, IP, e-mail or URI.",
    .examples =
        "  mini-ca issue localhost 127.0.0.1 ::1       ./localhost.pem ./localhost-key.pem\n"
        "  mini-ca issue --client alice@example.test   for a person or a service\n"
        "  mini-ca issue a.test '*.a.test' --key-type=rsa2048 --out=/etc/a/tls\n"
        "  mini-ca issue --from=old.pem                the same names, also if another CA made "
        "it\n",
    .options = OPTIONS,
    .max_operands = UINT_MAX,
    .operands = "NAME",
};

static hs__exit take_old(mini_ca_job *j, hs__certs *old, hs__fault *fault) {
    if (!j->want->from)
        return HS__EXIT_OK;
    hs__exit code = hs__certs_read(j->want->from, old, fault);
    return code ? code : mini_ca_job_like(j, old->v, fault);
}

static hs__exit run(const args *a, int n, char **words, hs__fault *fault) {
    mini_ca_job j = {.base = &a->base, .want = &a->want, .program = &mini_ca_issue_program};
    hs__certs old = {0};
    hs__exit code = take_old(&j, &old, fault);
    for (int i = 0; i < n && !code; i++)
        code = mini_ca_job_name(&j, words[i]);
    if (code == HS__EXIT_OK)
        code = mini_ca_job_plan(&j);
    if (code == HS__EXIT_OK)
        code = hs__ca_check_subject(&j.plan, fault);
    if (code == HS__EXIT_OK)
        code = mini_ca_job_files(&j, fault);
    if (code == HS__EXIT_OK)
        code = mini_ca_job_library(&j, fault);
    if (code == HS__EXIT_OK)
        code = mini_ca_job_do(&j, fault);
    mini_ca_job_end(&j);
    hs__certs_free(&old);
    return code;
}

hs__exit mini_ca_issue(const mini_ca *before, int argc, char **argv, hs__fault *fault) {
    args a = {.base = *before, .want = MINI_CA_WANT_NOTHING};
    hs__exit code;
    int first = hs__options_parse(&mini_ca_issue_program, argc, argv, &a, &code);
    if (first >= 0) {
        hs__say_setup("mini-ca", &a.base.common);
        code = run(&a, argc - first, argv + first, fault);
    }
    hs__list_free(&a.want.san);
    return code;
}
