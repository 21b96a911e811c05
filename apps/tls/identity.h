/* identity.h - certificates and private keys that a program shows, and whom it believes. */
#ifndef HS_APPS_TLS_IDENTITY_H
#define HS_APPS_TLS_IDENTITY_H

#include "apps/common/fault.h"
#include "apps/common/options.h"
#include "apps/common/password.h"
#include "handshake/pki.h"

typedef struct {
    hs__list cert, key;
    hs__list ocsp; /* of the n-th certificate; "": none. See staple.h */
    hs__password_source password;
} hs__identity_options;

/* Rows for a struct `type` with an hs__identity_options `field` (preset .password with
 * HS__NO_PASSWORD_SOURCE). */
#define HS__IDENTITY_OPTIONS(type, field, heading, what)                                           \
    {.group = heading,                                                                             \
     .name = "cert",                                                                               \
     .kind = HS__OPT_LIST,                                                                         \
     .at = offsetof(type, field.cert),                                                             \
     .argument = "F",                                                                              \
     .help = what},                                                                                \
        {.name = "key",                                                                            \
         .kind = HS__OPT_LIST,                                                                     \
         .at = offsetof(type, field.key),                                                          \
         .argument = "F",                                                                          \
         .help = "its private key; without it the key is looked for in the --cert file"},          \
        HS__PASSWORD_OPTIONS(NULL, type, field.password)

/* NULL-terminated; all zero is none. */
typedef struct {
    hs_credential **v;
    size_t n;
} hs__identities;

/* The n-th --cert with the n-th --key, and the crypto library: the one called `name`; NULL: the
 * first one that can use all the keys. The caller gets a reference to it. */
HS_MUST_CHECK hs__exit hs__identities_load(const hs__identity_options *o, const char *name,
                                           hs_provider **provider, hs__identities *out,
                                           hs__fault *fault);

/* Adds one that is there already; it takes the reference. */
HS_MUST_CHECK hs__exit hs__identities_add(hs__identities *list, hs_credential *credential,
                                          hs__fault *fault);
void hs__identities_free(hs__identities *list);

/* The anchors of these files (--cacert). `name` says so in reports. */
HS_MUST_CHECK hs__exit hs__trust_files(const hs__list *files, hs_provider *provider, hs_trust **out,
                                       hs__fault *fault);

/* Without --cacert: the system's bundle, and the default mini-ca for local names (CLI.md, S5). */
HS_MUST_CHECK hs__exit hs__trust_default(hs_provider *provider, hs_trust **out, hs__fault *fault);

#endif
