#include "apps/tls/identity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apps/common/default_ca.h"
#include "apps/common/files.h"
#include "apps/common/library.h"
#include "apps/common/say.h"

hs__exit hs__identities_add(hs__identities *list, hs_credential *credential, hs__fault *fault) {
    hs_credential **v = realloc(list->v, (list->n + 2) * sizeof *v);
    if (!v) {
        hs_credential_unref(credential);
        return hs__fail_status(fault, HS_E_NOMEM, "certificates");
    }
    v[list->n++] = credential;
    v[list->n] = NULL;
    list->v = v;
    return HS__EXIT_OK;
}

void hs__identities_free(hs__identities *list) {
    for (size_t i = 0; i < list->n; i++)
        hs_credential_unref(list->v[i]);
    free(list->v);
    *list = (hs__identities){0};
}

static hs__exit fail_load(hs_status st, const char *cert, const char *key, hs__fault *fault) {
    bool is_key = (st >= HS_E_KEY_FORMAT && st <= HS_E_KEY_TYPE) && key != cert;
    hs__exit code = hs__fail_status(fault, st, "%s", hs__safe(is_key ? key : cert));
    if (st == HS_E_KEY_MISMATCH)
        return hs__hint(fault, "--cert=%s and --key=%s are not of one pair", hs__safe(cert),
                        hs__safe(key));
    if (st == HS_E_KEY_FORMAT && key == cert)
        return hs__hint(fault, "name the private key's file with --key=F");
    if (st == HS_E_UNSUPPORTED || st == HS_E_KEY_TYPE)
        return hs__hint(fault, "--provider=libcrypto may know this kind of key");
    return code;
}

/* An encrypted key is tried without a password first, so that nobody is asked needlessly. */
static hs__exit load(const char *cert, const char *key, const hs__password_source *source,
                     hs_provider *provider, hs_credential **out, hs_status *st, hs__fault *fault) {
    hs__bytes chain = {0}, secret = {0}, password = {0};
    hs__exit code = hs__file_read(cert, HS__FILE_LIMIT, &chain, fault);
    if (!code && key != cert)
        code = hs__file_read(key, HS__FILE_LIMIT, &secret, fault);
    if (code)
        goto out;
    hs_span key_text = hs__bytes_span(key != cert ? &secret : &chain);
    *st = hs_credential_new(provider, hs__bytes_span(&chain), key_text, (hs_span){NULL, 0}, out);
    if (*st == HS_E_KEY_PASSWORD_NEEDED) {
        char what[HS__FILE_PATH];
        snprintf(what, sizeof what, "the key in %s", hs__safe(key));
        code = hs__password_get(source, what, false, &password, fault);
        if (code)
            goto out;
        *st = hs_credential_new(provider, hs__bytes_span(&chain), key_text,
                                hs__bytes_span(&password), out);
    }
    if (*st)
        code = fail_load(*st, cert, key, fault);
out:
    hs__bytes_free(&chain);
    hs__bytes_free(&secret);
    hs__bytes_free(&password);
    return code;
}

static hs__exit load_all(const hs__identity_options *o, hs_provider *provider, hs__identities *out,
                         hs_status *st, hs__fault *fault) {
    hs__exit code = HS__EXIT_OK;
    for (size_t i = 0; i < o->cert.n && !code; i++) {
        hs_credential *credential;
        const char *key = i < o->key.n ? o->key.v[i] : o->cert.v[i];
        code = load(o->cert.v[i], key, &o->password, provider, &credential, st, fault);
        if (!code)
            code = hs__identities_add(out, credential, fault);
    }
    if (code)
        hs__identities_free(out);
    return code;
}

hs__exit hs__identities_load(const hs__identity_options *o, const char *name,
                             hs_provider **provider, hs__identities *out, hs__fault *fault) {
    const char *const *known = hs_provider_names();
    hs__exit code;
    hs_status st;
    *out = (hs__identities){0};
    *provider = NULL;
    if (o->key.n > o->cert.n)
        return hs__fault_set(fault, HS__EXIT_USAGE, "--key=%s has no --cert",
                             hs__safe(o->key.v[o->cert.n]));
    do {
        st = HS_OK;
        hs_provider_unref(*provider);
        *provider = NULL;
        code =
            hs__library_choose(name ? name : *known, HS__KEY_P256, HS__KEY_P256, provider, fault);
        if (!code)
            code = load_all(o, *provider, out, &st, fault);
        known++;
    } while ((st == HS_E_UNSUPPORTED || st == HS_E_KEY_TYPE) && !name && *known);
    if (code) {
        hs_provider_unref(*provider);
        *provider = NULL;
    } else {
        *fault = (hs__fault){0};
    }
    return code;
}

/* ---- trust ------------------------------------------------------------------------------- */
static hs__exit add_file(hs_trust *trust, const char *path, hs__fault *fault) {
    size_t added = 0, skipped = 0;
    hs_status st = hs_trust_add_path(trust, path, 0, &added, &skipped);
    if (st == HS_E_IO)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "%s: %s", hs__safe(path), strerror(errno));
    if (st)
        return hs__fail_status(fault, st, "%s", hs__safe(path));
    if (skipped)
        hs__say_warning("%s: %zu of %zu certificates were left out: they do not parse",
                        hs__safe(path), skipped, added + skipped);
    return HS__EXIT_OK;
}

hs__exit hs__trust_files(const hs__list *files, hs_provider *provider, hs_trust **out,
                         hs__fault *fault) {
    hs_status st = hs_trust_new(provider, out);
    if (st)
        return hs__fail_status(fault, st, "the trust store");
    hs__exit code = HS__EXIT_OK;
    for (size_t i = 0; i < files->n && !code; i++)
        code = add_file(*out, files->v[i], fault);
    if (!code)
        return code;
    hs_trust_unref(*out);
    *out = NULL;
    return code;
}

hs__exit hs__trust_default(hs_provider *provider, hs_trust **out, hs__fault *fault) {
    size_t added = 0;
    hs_status st = hs_trust_new(provider, out);
    if (st)
        return hs__fail_status(fault, st, "the trust store");
    st = hs_trust_add_system(*out, &added);
    hs__exit code = HS__EXIT_OK;
    if (st && st != HS_E_IO && st != HS_E_NO_CERTIFICATE)
        code = hs__fail_status(fault, st, "the system's certificates");
    if (!code)
        code = hs__default_ca_trust(*out, &added, fault);
    if (!code)
        return code;
    hs_trust_unref(*out);
    *out = NULL;
    return code;
}
