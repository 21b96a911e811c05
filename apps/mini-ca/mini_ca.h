/* mini_ca.h - what mini-ca's commands share. */
#ifndef HS_MINI_CA_H
#define HS_MINI_CA_H

#include "apps/common/ca.h"
#include "apps/common/library.h"
#include "apps/common/options.h"
#include "apps/common/say.h"

/* Options that every command has; also taken in front of the command. */
typedef struct {
    hs__common common;
    const char *folder; /* -C; resolved by mini_ca_folder */
    const char *provider;
    bool force;
    bool dry_run;
} mini_ca;

#define MINI_CA_OPTIONS(type, field)                                                               \
    HS__COMMON_OPTIONS(type, field.common),                                                        \
        {.letter = 'C',                                                                            \
         .name = "directory",                                                                      \
         .kind = HS__OPT_TEXT,                                                                     \
         .at = offsetof(type, field.folder),                                                       \
         .argument = "DIR",                                                                        \
         .help = "the CA's folder ($MINI_CA_DIR, ~/.local/share/mini-ca)"},                        \
        HS__PROVIDER_OPTION(type, field.provider)

#define MINI_CA_WRITE_OPTIONS(type, field)                                                         \
    {.group = "Writing",                                                                           \
     .name = "force",                                                                              \
     .letter = 'f',                                                                                \
     .kind = HS__OPT_FLAG,                                                                         \
     .at = offsetof(type, field.force),                                                            \
     .help = "overwrite files that exist"},                                                        \
    {                                                                                              \
        .name = "dry-run", .letter = 'n', .kind = HS__OPT_FLAG,                                    \
        .at = offsetof(type, field.dry_run), .help = "say what would be done, write nothing"       \
    }

/* A command: argv[0] is its name. What went wrong is in *fault, or was said if its text is "". */
typedef hs__exit mini_ca_run(const mini_ca *before, int argc, char **argv, hs__fault *fault);

/* Every command, in the order of the help: what runs it, and its command line. */
#define MINI_CA_COMMANDS(X)                                                                        \
    X(init)                                                                                        \
    X(issue)                                                                                       \
    X(sign)                                                                                        \
    X(renew)                                                                                       \
    X(rekey)                                                                                       \
    X(revoke)                                                                                      \
    X(crl)                                                                                         \
    X(ocsp)                                                                                        \
    X(list)                                                                                        \
    X(show)                                                                                        \
    X(lint)                                                                                        \
    X(verify)                                                                                      \
    X(export)                                                                                      \
    X(trust)                                                                                       \
    X(fixtures)                                                                                    \
    X(doctor)                                                                                      \
    X(completion)
#define MINI_CA_COMMAND(name)                                                                      \
    mini_ca_run mini_ca_##name;                                                                    \
    extern const hs__program mini_ca_##name##_program;
MINI_CA_COMMANDS(MINI_CA_COMMAND)
#undef MINI_CA_COMMAND

/* -C or the default folder, without following it; `out` has room for HS__FILE_PATH. */
HS_MUST_CHECK hs__exit mini_ca_folder(const mini_ca *settings, char *out, hs__fault *fault);

/* "mini-ca" or "mini-ca -C DIR", for commands that are suggested; static. */
const char *mini_ca_command(const mini_ca *settings);

/* What --dry-run says of a file: "would write FILE", or as JSON. */
void mini_ca_would_write(const mini_ca *settings, const char *file);

/* "until 2026-11-18 (in 90 days)"; `out` has room for MINI_CA_UNTIL. */
enum { MINI_CA_UNTIL = 96 };
const char *mini_ca_until(int64_t not_after, char *out);

#endif
