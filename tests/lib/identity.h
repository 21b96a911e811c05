/* identity.h - a root and a leaf made on the spot, for tests of the engine. */
#ifndef HS_TESTS_IDENTITY_H
#define HS_TESTS_IDENTITY_H

#include "crypto/provider.h"
#include "handshake/pki.h"

typedef struct {
    hs_credential *credential;      /* leaf for localhost, 127.0.0.1 and the given name */
    hs_trust *trust;                /* holds its root */
    uint8_t root[4096], leaf[4096]; /* DER, for other libraries */
    size_t root_n, leaf_n;
    char key_pem[8192], root_key_pem[8192]; /* NUL-terminated */
    size_t key_pem_n, root_key_pem_n;
    hs__key_type type;
} hs__test_identity;

/* Valid from 2020 to 2040, for servers and clients; aborts the program when it cannot be made. */
hs__test_identity hs__test_identity_new(hs_provider *p, hs__key_type type, const char *name);

/* One more certificate for the same key and name, with that keyUsage (HS__KU_*). */
hs_credential *hs__test_identity_again(hs_provider *p, const hs__test_identity *id,
                                       const char *name, uint32_t key_usage);
void hs__test_identity_free(hs__test_identity *id);

enum { HS__TEST_NOW = 1800000000 }; /* 2027-01-15, in the middle of it */

#endif
