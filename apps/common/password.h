/* password.h - secrets that users give: from a file, a descriptor or the terminal, never argv. */
#ifndef HS_APPS_PASSWORD_H
#define HS_APPS_PASSWORD_H

#include "apps/common/files.h"
#include "apps/common/options.h"

typedef struct {
    const char *file; /* --password-file */
    int fd;           /* --password-fd; -1: none */
} hs__password_source;

#define HS__NO_PASSWORD_SOURCE                                                                     \
    { .file = NULL, .fd = -1 }

const char *hs__password_take_fd(const char *value, void *field);

/* Rows for a struct `type` with an hs__password_source `field` (preset: HS__NO_PASSWORD_SOURCE).
 * `heading`: of the group they begin in --help; NULL: they go on with the one before. */
#define HS__PASSWORD_OPTIONS(heading, type, field)                                                 \
    {.group = (heading),                                                                           \
     .name = "password-file",                                                                      \
     .kind = HS__OPT_TEXT,                                                                         \
     .at = offsetof(type, field.file),                                                             \
     .argument = "F",                                                                              \
     .help = "the password is the first line of F"},                                               \
    {                                                                                              \
        .name = "password-fd", .kind = HS__OPT_CALL, .at = offsetof(type, field.fd),               \
        .argument = "N", .take = hs__password_take_fd,                                             \
        .help = "the password is the first line read from descriptor N"                            \
    }

/* The password for `what` ("the key in /x/root-key.pem"): from the source if one is given, else
 * asked for on the terminal without echo; `is_new`: twice, and it must not be empty. No source
 * and no terminal: HS__EXIT_PASSWORD. End it with hs__bytes_free. */
HS_MUST_CHECK hs__exit hs__password_get(const hs__password_source *source, const char *what,
                                        bool is_new, hs__bytes *out, hs__fault *fault);

#endif
