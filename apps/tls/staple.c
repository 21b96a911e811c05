#include "apps/tls/staple.h"

#include <string.h>

#include "apps/common/files.h"
#include "apps/common/say.h"
#include "apps/common/value.h"
#include "crypto/digest.h"
#include "pki/certificate.h"
#include "pki/crl.h"
#include "pki/ocsp.h"
#include "pki/pem.h"
#include "pki/time.h"
#include "proto/span.h"

/* ---- the option -------------------------------------------------------------------------- */
const char *hs__staple_take(const char *file, void *identity) {
    hs__identity_options *o = identity;
    if (o->cert.n == 0)
        return "behind the --cert that it is about";
    if (o->ocsp.n == o->cert.n)
        return "the only one for its --cert";
    while (o->ocsp.n + 1 < o->cert.n)
        if (!hs__list_add(&o->ocsp, ""))
            return "possible: out of memory";
    return hs__list_add(&o->ocsp, file) ? NULL : "possible: out of memory";
}

/* ---- is it about this certificate? ------------------------------------------------------- */
/* The length of a hash says which it is. */
static bool is_hash_of(const hs_provider *p, hs_span data, hs_span hash) {
    static const hs__hash_id HASHES[] = {HS__SHA1, HS__SHA256, HS__SHA384, HS__SHA512};
    uint8_t digest[HS__HASH_MAX];
    for (size_t i = 0; i < sizeof HASHES / sizeof *HASHES; i++)
        if (hs__hash_len(HASHES[i]) == hash.n)
            return hs__digest(p, HASHES[i], data, digest) == HS_OK &&
                   memcmp(digest, hash.p, hash.n) == 0;
    return false;
}

static bool find_single(const hs_provider *p, const hs__ocsp *response, const hs__cert *leaf,
                        hs__ocsp_single *out) {
    hs_span rest = response->singles;
    while (hs__ocsp_next(&rest, out))
        if (hs__span_equal(out->serial, leaf->serial) &&
            is_hash_of(p, leaf->issuer, out->issuer_name_hash))
            return true;
    return false;
}

/* ---- what clients will say of it --------------------------------------------------------- */
static void warn(const char *path, const hs__ocsp_single *s) {
    char day[HS__DATE_TEXT];
    if (s->verdict == HS__OCSP_REVOKED) {
        hs__date_text(s->revoked_at, day);
        hs__say_warning("%s: it says that the certificate was revoked on %s (%s)", hs__safe(path),
                        day, hs__revocation_reason(s->reason));
    } else if (s->verdict == HS__OCSP_UNKNOWN) {
        hs__say_warning("%s: it says that its responder does not know the certificate",
                        hs__safe(path));
    } else if (!s->has_next_update) {
        hs__say_warning("%s: it does not say until when it holds", hs__safe(path));
    } else if (s->next_update < hs__now()) {
        hs__date_text(s->next_update, day);
        hs__say_warning("%s: out of date since %s, clients will refuse it; fetch or make a fresh "
                        "one, then SIGHUP",
                        hs__safe(path), day);
    }
}

/* ---- loading ----------------------------------------------------------------------------- */
static hs__exit no_response(const char *path, const char *why, hs__fault *fault) {
    return hs__fault_set(fault, HS__EXIT_USAGE, "--ocsp=%s: not an OCSP response%s%s",
                         hs__safe(path), *why ? ": " : "", why);
}

/* Where it is PEM, its first OCSP RESPONSE becomes what is left of `file`. */
static hs__exit unwrap(hs__bytes *file, const char *path, hs__fault *fault) {
    hs_span text = hs__bytes_span(file);
    hs__pem_block block;
    if (!hs__pem_looks_like(text))
        return HS__EXIT_OK;
    while (hs__pem_next(&text, &block) == HS_OK)
        if (hs__pem_is(&block, "OCSP RESPONSE"))
            /* In place: what is written is behind what is read. */
            return hs__pem_decode(&block, file->p, &file->n) == HS_OK
                       ? HS__EXIT_OK
                       : no_response(path, "bad base64", fault);
    return no_response(path, "PEM, and no OCSP RESPONSE in it", fault);
}

static hs__exit check(const char *path, const char *cert_path, hs_span der, const hs__cert *leaf,
                      const hs_provider *p, hs__fault *fault) {
    hs__ocsp response;
    hs__ocsp_single single;
    hs__rd_root root;
    if (hs__ocsp_read(der, NULL, &response, &root) != HS_OK)
        return no_response(path, "", fault);
    if (response.status != 0)
        return hs__fault_set(fault, HS__EXIT_USAGE, "--ocsp=%s: the responder's answer is %s",
                             hs__safe(path), hs__ocsp_status_text(response.status));
    if (!find_single(p, &response, leaf, &single))
        return hs__fault_set(fault, HS__EXIT_UNTRUSTED,
                             "--ocsp=%s is not about the certificate in %s", hs__safe(path),
                             hs__safe(cert_path));
    warn(path, &single);
    return HS__EXIT_OK;
}

static hs__exit load(const char *path, const char *cert_path, const hs__cert *leaf,
                     hs_provider *provider, hs_credential *credential, hs__fault *fault) {
    hs__bytes file;
    hs__exit code = hs__file_read(path, HS__FILE_LIMIT, &file, fault);
    if (code)
        return code;
    code = unwrap(&file, path, fault);
    if (!code)
        code = check(path, cert_path, hs__bytes_span(&file), leaf, provider, fault);
    if (!code && hs_credential_staple(credential, hs__bytes_span(&file)) != HS_OK)
        code = hs__fail_status(fault, HS_E_NOMEM, "%s", hs__safe(path));
    hs__bytes_free(&file);
    return code;
}

hs__exit hs__staples_load(const hs__identity_options *o, hs_provider *provider,
                          const hs__identities *identities, hs__fault *fault) {
    hs__exit code = HS__EXIT_OK;
    for (size_t i = 0; i < o->cert.n && i < identities->n && !code; i++) {
        const char *path = i < o->ocsp.n ? o->ocsp.v[i] : "";
        hs__cert leaf;
        hs__rd_root root;
        size_t n;
        hs_status st =
            hs__certificate_read(hs_credential_chain(identities->v[i], &n)[0], NULL, &leaf, &root);
        if (st)
            code = hs__fail_status(fault, st, "%s", hs__safe(o->cert.v[i]));
        else if (*path)
            code = load(path, o->cert.v[i], &leaf, provider, identities->v[i], fault);
        else if (leaf.promises_staple)
            hs__say_warning("%s promises an OCSP response (must-staple), and --ocsp is not given: "
                            "clients that ask for one will refuse it",
                            hs__safe(o->cert.v[i]));
    }
    return code;
}
