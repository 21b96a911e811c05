/* A certificate like one that we have, but expired. */
#include <string.h>

#include "apps/common/ca_sign.h"
#include "apps/common/certs.h"
#include "apps/common/value.h"
#include "apps/tls/break.h"

enum { DAY = 86400, NAMES = 8 };

/* Two months old, and over since yesterday. */
static hs__exit sign_old(const hs__ca *ca, const hs__cert *like, hs__certs *out, hs__fault *fault) {
    static const hs__oid PURPOSES[] = {HS__OID_SERVER_AUTH};
    hs__general_name names[NAMES];
    hs_span list = like->names;
    size_t n = 0;
    while (n < NAMES && hs__general_name_next(&list, &names[n]))
        n++;
    hs__cert_template t = {.issuer = hs__ca_signer(ca)->subject,
                           .subject = like->subject,
                           .not_before = hs__now() - (int64_t)60 * DAY,
                           .not_after = hs__now() - DAY,
                           .public_key = &like->key.numbers,
                           .key_usage = like->key_usage,
                           .purposes = PURPOSES,
                           .n_purposes = 1,
                           .names = names,
                           .n_names = n,
                           .authority_key_id = hs__ca_signer(ca)->subject_key_id};
    return hs__ca_sign(ca->provider, &t, hs__credential_key(ca->signer), NULL,
                       "the expired certificate", out, fault);
}

static hs__exit add_all(const hs__ca *ca, const hs__cert *leaf, hs__bytes *chain,
                        hs__fault *fault) {
    hs__bytes pem = {0};
    hs__exit code = hs__certs_add_pem(leaf->der, &pem, fault);
    if (!code && ca->issuing.n > 0)
        code = hs__certs_add_pem(ca->issuing.v[0].der, &pem, fault);
    if (code) {
        hs__bytes_free(&pem);
        return code;
    }
    hs__bytes_free(chain);
    *chain = pem;
    return HS__EXIT_OK;
}

hs__exit hs__break_make_stale(hs_provider *provider, hs__local_identity *local, hs__fault *fault) {
    static const hs__password_source ON_TERMINAL = HS__NO_PASSWORD_SOURCE;
    char folder[HS__FILE_PATH];
    hs__ca ca = {0};
    hs__certs fresh = {0}, old = {0};
    hs__exit code = hs__default_ca_folder(folder, fault);
    if (!code)
        code = hs__certs_parse(hs__bytes_span(&local->chain), "our certificate", &fresh, fault);
    if (!code)
        code = hs__ca_open(provider, folder, &ca, fault);
    if (!code)
        code = hs__ca_unlock(&ca, &ON_TERMINAL, fault);
    if (!code)
        code = sign_old(&ca, fresh.v, &old, fault);
    if (!code)
        code = add_all(&ca, old.v, &local->chain, fault);
    hs__certs_free(&old);
    hs__certs_free(&fresh);
    hs__ca_close(&ca);
    return code;
}
