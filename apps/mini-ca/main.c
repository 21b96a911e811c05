#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "apps/common/default_ca.h"
#include "apps/common/json.h"
#include "apps/common/value.h"
#include "apps/mini-ca/mini_ca.h"
#include "pki/time.h"

static const struct {
    const char *name;
    mini_ca_run *run;
} COMMANDS[] = {
#define MINI_CA_COMMAND(name) {#name, mini_ca_##name},
    MINI_CA_COMMANDS(MINI_CA_COMMAND)
#undef MINI_CA_COMMAND
};
enum { N_COMMANDS = sizeof COMMANDS / sizeof *COMMANDS };

typedef struct {
    mini_ca base;
} args;

static const hs__option OPTIONS[] = {MINI_CA_OPTIONS(args, base), {0}};

static const hs__program PROGRAM = {
    .name = "mini-ca",
    .usage = "[-C DIR] COMMAND [ARGS] [OPTIONS]",
    .about = "A small certificate authority in one directory "
             "(-C, $MINI_CA_DIR, ~/.local/share/mini-ca).",
    .examples =
        "  mini-ca init --permit=localhost,.test       root CA whose names are limited to these\n"
        "  mini-ca issue localhost 127.0.0.1 ::1       ./localhost.pem ./localhost-key.pem\n"
        "                                              (no CA yet: makes one, says so)\n"
        "  mini-ca issue --client alice@example.test   for a person or a service\n"
        "Commands (each has --help):\n"
        "  init                create the root (--intermediate: root + issuing CA; then move its "
        "key away)\n"
        "  issue NAME...       new key and certificate; NAME = DNS, *.wildcard, IP, e-mail or URI\n"
        "  sign CSR            certificate for somebody else's key; prints what was honoured and "
        "dropped\n"
        "  renew | rekey WHAT  same names and key | new key      (WHAT = serial, name or file)\n"
        "  revoke WHAT         --reason=keyCompromise|superseded|...; then writes the CRL\n"
        "  crl | ocsp WHAT     write a CRL (--days=30) | an OCSP response file (--days=7)\n"
        "  list                --expiring=30d --revoked --check (exit 6 if any)\n"
        "  show FILE|HOST:PORT|WHAT     certificate, CSR, key, CRL, PKCS#12; every field, with -v "
        "its meaning\n"
        "  lint FILE | verify FILE      verify: --host=NAME --purpose=server --at=DATE; path, each "
        "check\n"
        "  export WHAT         --p12 [--legacy] --fullchain --der --openssl-index\n"
        "  trust               how to trust the root on this system (--apply, --remove)\n"
        "  fixtures DIR        offline set of good and wrong certificates + manifest.json\n"
        "  doctor              permissions, key/certificate match, dates, clock, index chain\n"
        "  completion SHELL    for bash, zsh or fish\n",
    .options = OPTIONS,
    .min_operands = 1,
    .max_operands = UINT_MAX,
    .operands = "COMMAND",
    .stop_at_operand = true,
};

hs__exit mini_ca_folder(const mini_ca *settings, char *out, hs__fault *fault) {
    if (!settings->folder)
        return hs__default_ca_folder(out, fault);
    int n = snprintf(out, HS__FILE_PATH, "%s", settings->folder);
    if (n > 0 && n < HS__FILE_PATH)
        return HS__EXIT_OK;
    return hs__fault_set(fault, HS__EXIT_USAGE, "-C: '%s' cannot be a folder",
                         hs__safe(settings->folder));
}

const char *mini_ca_command(const mini_ca *settings) {
    static char text[HS__FILE_PATH + 16];
    if (!settings->folder)
        return "mini-ca";
    snprintf(text, sizeof text, "mini-ca -C %s", hs__safe(settings->folder));
    return text;
}

void mini_ca_would_write(const mini_ca *settings, const char *file) {
    if (settings->common.json)
        hs__json_print(stdout, json_pack("{s:b, s:b, s:o}", "ok", 1, "dry_run", 1, "file",
                                         hs__json_string(file)));
    else
        printf("would write %s\n", hs__safe(file));
}

const char *mini_ca_until(int64_t not_after, char *out) {
    char date[HS__DATE_TEXT], distance[HS__DISTANCE_TEXT];
    hs__date_text(not_after, date);
    snprintf(out, MINI_CA_UNTIL, "until %s (%s)", date,
             hs__distance_text(not_after, hs__now(), distance));
    return out;
}

static hs__exit no_such_command(const char *name) {
    const char *names[N_COMMANDS + 1] = {NULL};
    for (size_t i = 0; i < N_COMMANDS; i++)
        names[i] = COMMANDS[i].name;
    return hs__no_such_command(&PROGRAM, names, name);
}

int main(int argc, char **argv) {
    args a = {0};
    hs__fault fault = {0};
    hs__exit code;
    int first = hs__options_parse(&PROGRAM, argc, argv, &a, &code);
    if (first < 0)
        return (int)hs__say_end(code);
    size_t i = 0;
    while (i < N_COMMANDS && strcmp(COMMANDS[i].name, argv[first]) != 0)
        i++;
    if (i == N_COMMANDS)
        return (int)no_such_command(argv[first]);
    hs__say_setup("mini-ca", &a.base.common);
    code = COMMANDS[i].run(&a.base, argc - first, argv + first, &fault);
    if (code && fault.text[0])
        code = hs__say_fault(&fault);
    return (int)hs__say_end(code);
}
