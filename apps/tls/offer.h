/* offer.h - what a program offers or accepts in a handshake: options, and the lists that the
 * engine takes. */
#ifndef HS_APPS_TLS_OFFER_H
#define HS_APPS_TLS_OFFER_H

#include "apps/common/fault.h"
#include "apps/common/options.h"
#include "handshake/conn.h"
#include "proto/codepoints.h"

typedef struct {
    const char *tls;
    int profile; /* hs__offer_profile */
    hs__list suites, groups, schemes, alpn;
    uint64_t record_limit;
    int extended_main_secret; /* hs_extended_main_secret */
    const char *provider;
} hs__offer_options;

typedef enum { HS__OFFER_DEFAULT, HS__OFFER_CLASSIC } hs__offer_profile;
extern const char *const hs__profile_values[];
extern const char *const hs__ems_values[]; /* in the order of hs_extended_main_secret */

/* Rows for a struct `type` with an hs__offer_options `field`. */
#define HS__OFFER_OPTIONS(type, field, heading)                                                    \
    {.group = heading,                                                                             \
     .name = "tls",                                                                                \
     .kind = HS__OPT_TEXT,                                                                         \
     .at = offsetof(type, field.tls),                                                              \
     .argument = "VERSIONS",                                                                       \
     .help = "1.3, 1.2 or 1.2-1.3 (default)"},                                                     \
        {.name = "profile",                                                                        \
         .kind = HS__OPT_CHOICE,                                                                   \
         .at = offsetof(type, field.profile),                                                      \
         .argument = "WHICH",                                                                      \
         .values = hs__profile_values,                                                             \
         .help = "default, or classic: TLS 1.2's RSA key transport, without forward secrecy"},     \
        {.name = "suites",                                                                         \
         .kind = HS__OPT_WORDS,                                                                    \
         .at = offsetof(type, field.suites),                                                       \
         .argument = "A,B",                                                                        \
         .aliases = "ciphersuites ciphers tls13-ciphers",                                          \
         .help = "cipher suites, best first; names of the RFCs, OpenSSL's, or numbers (0x1301)"},  \
        {.name = "groups",                                                                         \
         .kind = HS__OPT_WORDS,                                                                    \
         .at = offsetof(type, field.groups),                                                       \
         .argument = "A,B",                                                                        \
         .aliases = "curves",                                                                      \
         .help = "key exchange groups, best first"},                                               \
        {.name = "sigalgs",                                                                        \
         .kind = HS__OPT_WORDS,                                                                    \
         .at = offsetof(type, field.schemes),                                                      \
         .argument = "A,B",                                                                        \
         .help = "signature schemes, best first"},                                                 \
        {.name = "alpn",                                                                           \
         .kind = HS__OPT_WORDS,                                                                    \
         .at = offsetof(type, field.alpn),                                                         \
         .argument = "A,B",                                                                        \
         .help = "application protocols, best first (h2,http/1.1)"},                               \
        {.name = "record-limit",                                                                   \
         .kind = HS__OPT_NUMBER,                                                                   \
         .at = offsetof(type, field.record_limit),                                                 \
         .min = 64,                                                                                \
         .max = 16385,                                                                             \
         .argument = "N",                                                                          \
         .help = "take records of at most N bytes (record_size_limit, RFC 8449)"},                 \
        {.name = "extended-main-secret",                                                           \
         .kind = HS__OPT_CHOICE,                                                                   \
         .at = offsetof(type, field.extended_main_secret),                                         \
         .argument = "HOW",                                                                        \
         .values = hs__ems_values,                                                                 \
         .aliases = "ems extended-master-secret",                                                  \
         .help = "TLS 1.2: bind the keys to the whole handshake (RFC 7627, extended master "       \
                 "secret): required (default), optional or off"},                                  \
    {                                                                                              \
        .name = "provider", .kind = HS__OPT_TEXT, .at = offsetof(type, field.provider),            \
        .argument = "LIB", .help = "crypto library: mbedtls (default) or libcrypto"                \
    }

/* 0-terminated lists, NULL where the option was not given. */
typedef struct {
    uint16_t min_version, max_version; /* 0: the engine's default */
    uint16_t *suites, *groups, *schemes;
} hs__offer;

/* HS__EXIT_USAGE for names that nobody knows, versions that are not spoken, and what does not go
 * together. */
HS_MUST_CHECK hs__exit hs__offer_read(const hs__offer_options *o, hs__offer *out, hs__fault *fault);
void hs__offer_free(hs__offer *offer);

/* In the classic profile, where no suites were named: those with RSA key transport and no others.
 * So a client shows the old handshake also to a server that could do better. */
HS_MUST_CHECK hs__exit hs__offer_only_classic(const hs__offer_options *o, hs__offer *offer,
                                              hs__fault *fault);

/* "1.2", "1.3", "1.2-1.3" or as other programs write it ("TLSv1.2"); false: none of these. */
bool hs__versions_read(const char *text, uint16_t *min, uint16_t *max);

/* What the options say, into the engine's; `offer` is borrowed by `out`. */
void hs__offer_fill(const hs__offer_options *o, const hs__offer *offer, hs_options *out);

/* Names or numbers (0x1301) into a 0-terminated list, NULL if `words` was not given. `what` is the
 * option: "--suites". */
HS_MUST_CHECK hs__exit hs__codes_read(const hs__list *words, const hs__code_list *known,
                                      const char *what, uint16_t **out, hs__fault *fault);

/* The engine's clocks for programs: the system's. */
uint64_t hs__clock_now_ms(void *ctx);
uint64_t hs__clock_mono_us(void *ctx);

#endif
