/* Signatures of certificates, revocation lists and OCSP responses, each checked once. */
#include "pki/path.h"
#include "proto/span.h"

static hs_status verify(const hs_provider *p, const hs__public_key *key, const hs__signed *what) {
    const hs_status st = p->public_verify(p, key, what->alg->alg, what->tbs, what->signature);
    /* Any way in which it does not verify is the certificate's fault, but for our own. */
    return st == HS_OK || st == HS_E_NOMEM || st == HS_E_UNSUPPORTED || st == HS_E_CRYPTO
               ? st
               : HS_E_CERT_SIGNATURE;
}

static hs_status verify_with(const hs__judge *j, const hs__signed *what, const hs__cert *issuer,
                             hs__anchor *anchor) {
    const hs__sigalg *alg = what->alg;
    const hs__public_key *key;
    hs__public_key *own = NULL;
    if (alg->is_weak) {
        return HS_E_WEAK_SIGNATURE;
    }
    if (!alg->is_known || !issuer->key.is_known) {
        return HS_E_UNSUPPORTED_KEY;
    }
    /* RFC 4055 3.3: an issuer's PSS parameters bind its signatures. */
    if (issuer->key.has_pss_rule &&
        (alg->alg.kind != HS__SIG_RSA_PSS || alg->alg.hash != issuer->key.pss_rule.hash ||
         alg->alg.pss_salt < issuer->key.pss_rule.pss_salt)) {
        return HS_E_CERT_SIGNATURE;
    }
    if (anchor != NULL) {
        const hs_status st = hs__anchor_key(j->trust, anchor, &key);
        return st ? st : verify(hs__trust_provider(j->trust), key, what);
    }
    hs_status st = j->provider->public_new(j->provider, &issuer->key.numbers, &own);
    if (st == HS_OK) {
        st = verify(j->provider, own, what);
        j->provider->public_free(j->provider, own);
    }
    return st;
}

hs_status hs__judge_signature(hs__judge *j, const hs__signed *what, const hs__cert *issuer,
                              hs__anchor *anchor) {
    for (size_t i = 0; i < j->n_signatures; i++) {
        const hs__signature_result *r = &j->signatures[i];
        if (r->tbs == what->tbs.p && hs__span_equal(r->key, issuer->key.der)) {
            return r->status;
        }
    }
    if (j->n_signatures == HS__SIGNATURE_CHECKS) {
        j->is_exhausted = true;
        return HS_E_VERIFY_LIMIT;
    }
    const hs_status st = verify_with(j, what, issuer, anchor);
    j->signatures[j->n_signatures++] = (hs__signature_result){what->tbs.p, issuer->key.der, st};
    return st;
}

hs_status hs__path_signature(hs__judge *j, const hs__cert *cert, const hs__cert *issuer,
                             hs__anchor *anchor) {
    const hs__signed what = {cert->tbs, &cert->signature, cert->signature_value};
    return hs__judge_signature(j, &what, issuer, anchor);
}
