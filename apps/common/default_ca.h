/* default_ca.h - the mini-ca that programs use when nobody names another one. */
#ifndef HS_APPS_DEFAULT_CA_H
#define HS_APPS_DEFAULT_CA_H

#include "apps/common/fault.h"
#include "apps/common/files.h"
#include "handshake/pki.h"

/* Where it lives: $MINI_CA_DIR, else $XDG_DATA_HOME/mini-ca, else ~/.local/share/mini-ca. */
HS_MUST_CHECK hs__exit hs__default_ca_folder(char out[HS__FILE_PATH], hs__fault *fault);

/* Adds its root to `trust`, for local names only (DECISIONS S5). *added is 0 if there is none. */
HS_MUST_CHECK hs__exit hs__default_ca_trust(hs_trust *trust, size_t *added, hs__fault *fault);

/* A key to sign with (ECDSA), or one to open secrets with and nothing else (RSA). */
typedef enum { HS__LOCAL_SIGNS, HS__LOCAL_DECRYPTS } hs__local_role;

/* A certificate for localhost, 127.0.0.1 and ::1 and its key, in memory only, from the default
 * mini-ca; if there is none, a throw-away one is made and said so. `root_path` gets the file that
 * a client gives to --cacert. HS__EXIT_PASSWORD: the CA is locked and there is no terminal. */
typedef struct {
    hs__bytes chain; /* PEM, the leaf first */
    hs__bytes key;   /* PEM, not encrypted  */
    char root_path[HS__FILE_PATH];
    bool made_ca;
} hs__local_identity;
HS_MUST_CHECK hs__exit hs__default_ca_identity(hs_provider *provider, hs__local_role role,
                                               hs__local_identity *out, hs__fault *fault);
void hs__local_identity_free(hs__local_identity *identity);

#endif
