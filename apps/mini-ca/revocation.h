/* revocation.h - revocation lists and OCSP answers out of the index. */
#ifndef HS_MINI_CA_REVOCATION_H
#define HS_MINI_CA_REVOCATION_H

#include "apps/mini-ca/what.h"
#include "pki/crl_write.h"

enum { MINI_CA_CRL_DAYS = 30, MINI_CA_OCSP_DAYS = 7 };

/* "keyCompromise" and so on, NULL-terminated; the code of RFC 5280 5.3.1 for each. */
extern const char *const mini_ca_reason_names[];
hs__reason mini_ca_reason_code(const char *name); /* unspecified for what is none */

/* Opens the CA so that it signs as the one that issued the certificate, with its key. */
HS_MUST_CHECK hs__exit mini_ca_open_issuer(hs_provider *provider, const char *folder,
                                           const hs__cert *cert, const hs__password_source *source,
                                           hs__ca *ca, hs__fault *fault);

/* A list of all that the signer of `ca` has issued and that is revoked in the index, as PEM; the
 * event for it is added to the store. */
typedef struct {
    hs__bytes pem;
    int64_t next_update;
    uint64_t number;
    size_t n_entries;
} mini_ca_list_of_revoked;
HS_MUST_CHECK hs__exit mini_ca_make_crl(const hs__ca *ca, hs__ca_store *store, uint64_t days,
                                        mini_ca_list_of_revoked *out, hs__fault *fault);

/* Where it goes in the CA's folder: crl.pem, or root-crl.pem for the root of an issuing CA. */
const char *mini_ca_crl_path(const hs__ca *ca, char out[HS__FILE_PATH]);

/* HS__EXIT_EXISTS if there is a file that is not of this kind: its bytes do not hold `mark`. */
HS_MUST_CHECK hs__exit mini_ca_may_renew(const char *path, hs_span mark, bool force,
                                         hs__fault *fault);

#endif
