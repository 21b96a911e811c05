/* want.h - the options by which people say what a certificate shall be: the same for every command
 * that makes one. */
#ifndef HS_MINI_CA_WANT_H
#define HS_MINI_CA_WANT_H

#include <jansson.h>

#include "apps/mini-ca/mini_ca.h"

enum { MINI_CA_DAY = 86400, MINI_CA_LEAF_DAYS = 90, MINI_CA_NOT_GIVEN = -1 };

typedef struct {
    int profile; /* hs__profile; NOT_GIVEN */
    uint64_t days;
    int64_t not_after;
    hs__list san;
    const char *subject, *crl_url, *ocsp_url, *from;
    bool must_staple, key_transport;
    int kind; /* in hs__key_kind_names; NOT_GIVEN */
    const char *key, *out, *cert_file, *key_file;
    hs__password_source password; /* the CA's */
} mini_ca_want;

#define MINI_CA_WANT_NOTHING                                                                       \
    { .profile = MINI_CA_NOT_GIVEN, .kind = MINI_CA_NOT_GIVEN, .password = HS__NO_PASSWORD_SOURCE }

/* Rows for a struct `type` with a mini_ca_want `field`. */
#define MINI_CA_WANT_CONTENTS(type, field)                                                         \
    {.group = "For",                                                                               \
     .name = "server",                                                                             \
     .kind = HS__OPT_SET,                                                                          \
     .at = offsetof(type, field.profile),                                                          \
     .value = HS__PROFILE_SERVER,                                                                  \
     .help = "a TLS server (default)"},                                                            \
        {.name = "client",                                                                         \
         .kind = HS__OPT_SET,                                                                      \
         .at = offsetof(type, field.profile),                                                      \
         .value = HS__PROFILE_CLIENT,                                                              \
         .help = "a TLS client: a person or a service"},                                           \
        {.name = "both",                                                                           \
         .kind = HS__OPT_SET,                                                                      \
         .at = offsetof(type, field.profile),                                                      \
         .value = HS__PROFILE_BOTH,                                                                \
         .help = "a program that is both"},                                                        \
        {.group = "Contents",                                                                      \
         .name = "san",                                                                            \
         .kind = HS__OPT_LIST,                                                                     \
         .at = offsetof(type, field.san),                                                          \
         .argument = "[TYPE:]NAME",                                                                \
         .help = "one more name; TYPE is DNS, IP, email or URI; repeat"},                          \
        {.name = "subject",                                                                        \
         .kind = HS__OPT_TEXT,                                                                     \
         .at = offsetof(type, field.subject),                                                      \
         .argument = "DN",                                                                         \
         .aliases = "subj",                                                                        \
         .help = "'CN=x,O=y' (CN = the first DNS name); software looks at the names only"},        \
        {.name = "days",                                                                           \
         .kind = HS__OPT_NUMBER,                                                                   \
         .at = offsetof(type, field.days),                                                         \
         .min = 1,                                                                                 \
         .max = 36500,                                                                             \
         .argument = "N",                                                                          \
         .help = "how long it lives (90), never longer than the CA"},                              \
        {.name = "not-after",                                                                      \
         .kind = HS__OPT_DATE,                                                                     \
         .at = offsetof(type, field.not_after),                                                    \
         .argument = "DATE",                                                                       \
         .help = "its last moment instead: 2026-11-18, 2026-11-18T12:00:00Z"},                     \
        {.name = "must-staple",                                                                    \
         .kind = HS__OPT_FLAG,                                                                     \
         .at = offsetof(type, field.must_staple),                                                  \
         .help = "clients are to insist on an OCSP answer from the server (mini-ca ocsp)"},        \
        {.name = "crl-url",                                                                        \
         .kind = HS__OPT_TEXT,                                                                     \
         .at = offsetof(type, field.crl_url),                                                      \
         .argument = "URL",                                                                        \
         .help = "where the CA's revocation list can be fetched (http://...)"},                    \
    {                                                                                              \
        .name = "ocsp-url", .kind = HS__OPT_TEXT, .at = offsetof(type, field.ocsp_url),            \
        .argument = "URL", .help = "where an OCSP service of the CA answers (http://...)"          \
    }

#define MINI_CA_WANT_KEY(type, field)                                                              \
    {.group = "Key",                                                                               \
     .name = "key-transport",                                                                      \
     .kind = HS__OPT_FLAG,                                                                         \
     .at = offsetof(type, field.key_transport),                                                    \
     .help = "with RSA: the key opens secrets and signs nothing, for a server of the classic "     \
             "kind (hs-server --profile=classic)"},                                                \
        {.name = "key-type",                                                                       \
         .kind = HS__OPT_CHOICE,                                                                   \
         .at = offsetof(type, field.kind),                                                         \
         .values = hs__key_kind_names,                                                             \
         .help = "kind of the new key (p256)"},                                                    \
    {                                                                                              \
        .name = "key", .kind = HS__OPT_TEXT, .at = offsetof(type, field.key), .argument = "FILE",  \
        .help = "an existing private key instead of a new one"                                     \
    }

#define MINI_CA_WANT_FILES(type, field)                                                            \
    {.group = "Files",                                                                             \
     .name = "out",                                                                                \
     .letter = 'o',                                                                                \
     .kind = HS__OPT_TEXT,                                                                         \
     .at = offsetof(type, field.out),                                                              \
     .argument = "BASE",                                                                           \
     .help = "BASE.pem: certificate, then issuing CA; BASE-key.pem: a new private key (BASE = "    \
             "the first name)"},                                                                   \
    {                                                                                              \
        .name = "cert-file", .kind = HS__OPT_TEXT, .at = offsetof(type, field.cert_file),          \
        .argument = "FILE", .help = "the certificate goes here instead"                            \
    }

#define MINI_CA_WANT_KEY_FILE(type, field)                                                         \
    {                                                                                              \
        .name = "key-file", .kind = HS__OPT_TEXT, .at = offsetof(type, field.key_file),            \
        .argument = "FILE", .help = "the new private key goes here instead"                        \
    }

/* For every command that needs the CA's key. */
#define MINI_CA_PASSWORD_OPTIONS(type, field) HS__PASSWORD_OPTIONS("The CA's password", type, field)

/* One certificate on its way from what is wanted to its files. */
typedef struct {
    const mini_ca *base;
    const mini_ca_want *want;
    const hs__program *program; /* whose usage errors these are */
    char folder[HS__FILE_PATH], cert_file[HS__FILE_PATH], key_file[HS__FILE_PATH];
    bool replaces_cert; /* the file may be there: it is renewed */
    hs__issue_plan plan;
    hs_provider *provider;
    hs__private_key *key; /* --key */
    hs__ca ca;
    hs__issued issued;
    bool made_ca;
    char crl_url[1024], ocsp_url[1024]; /* of an older certificate */
    json_t *more_json;                  /* for the document of --json; the job's */
} mini_ca_job;

/* The steps, in this order; each fills what the next one reads. End with mini_ca_job_end. */

/* Profile, dates, addresses of services, --san, --subject. What the caller put into the plan
 * before stays where the options say nothing. */
HS_MUST_CHECK hs__exit mini_ca_job_plan(mini_ca_job *job);

/* One name as people type it. */
HS_MUST_CHECK hs__exit mini_ca_job_name(mini_ca_job *job, const char *text);

/* Names, subject, profile and kind of key of a certificate, where the plan has none yet. The
 * certificate must outlive the job. */
HS_MUST_CHECK hs__exit mini_ca_job_like(mini_ca_job *job, const hs__cert *old, hs__fault *fault);

/* Where the files go: not over others without --force. */
HS_MUST_CHECK hs__exit mini_ca_job_files(mini_ca_job *job, hs__fault *fault);

/* The crypto library, and --key. */
HS_MUST_CHECK hs__exit mini_ca_job_library(mini_ca_job *job, hs__fault *fault);

/* Signs, writes and tells; or tells only, with --dry-run. */
HS_MUST_CHECK hs__exit mini_ca_job_do(mini_ca_job *job, hs__fault *fault);
void mini_ca_job_end(mini_ca_job *job);

/* The first name as a file name: "*.a.test" is "_wildcard.a.test", odd characters are '_'. */
void mini_ca_base_name(const hs__name_list *names, char *out, size_t room);

#endif
