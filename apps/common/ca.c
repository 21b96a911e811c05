#include "apps/common/ca.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "apps/common/say.h"

static const struct {
    hs__key_type type;
    unsigned bits;
} KINDS[] = {{HS__KEY_P256, 0},
             {HS__KEY_P384, 0},
             {HS__KEY_RSA, 2048},
             {HS__KEY_RSA, 3072},
             {HS__KEY_ED25519, 0}};
const char *const hs__key_kind_names[] = {"p256", "p384", "rsa2048", "rsa3072", "ed25519", NULL};
static_assert(sizeof hs__key_kind_names / sizeof(char *) == sizeof KINDS / sizeof *KINDS + 1,
              "one name for each kind");

hs__key_type hs__key_kind_type(int kind) {
    return KINDS[kind].type;
}

unsigned hs__key_kind_bits(int kind) {
    return KINDS[kind].bits;
}

const char *hs__ca_path(const char *folder, const char *file, char out[HS__FILE_PATH]) {
    size_t n = strlen(folder);
    snprintf(out, HS__FILE_PATH, "%s%s%s", folder, n > 0 && folder[n - 1] == '/' ? "" : "/", file);
    return out;
}

bool hs__ca_exists(const char *folder) {
    char path[HS__FILE_PATH];
    return hs__file_exists(hs__ca_path(folder, "root.pem", path));
}

hs__exit hs__ca_missing(const char *folder, hs__fault *fault) {
    hs__fault_set(fault, HS__EXIT_INTERNAL, "there is no CA in %s", hs__safe(folder));
    return hs__hint(fault, "mini-ca -C %s init makes one", hs__safe(folder));
}

hs__exit hs__ca_open(hs_provider *provider, const char *folder, hs__ca *out, hs__fault *fault) {
    char path[HS__FILE_PATH];
    *out = (hs__ca){.provider = hs_provider_ref(provider)};
    if (strlen(folder) + sizeof "/issuing-key.pem" > sizeof out->folder)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "the CA's folder has too long a name");
    snprintf(out->folder, sizeof out->folder, "%s", folder);
    if (!hs__ca_exists(folder))
        return hs__ca_missing(folder, fault);
    hs__exit code = hs__certs_read(hs__ca_path(folder, "root.pem", path), &out->root, fault);
    if (code == HS__EXIT_OK && hs__file_exists(hs__ca_path(folder, "issuing.pem", path)))
        code = hs__certs_read(path, &out->issuing, fault);
    return code;
}

void hs__ca_close(hs__ca *ca) {
    hs_credential_unref(ca->signer);
    hs__certs_free(&ca->root);
    hs__certs_free(&ca->issuing);
    hs_provider_unref(ca->provider);
    *ca = (hs__ca){0};
}

void hs__ca_use_root(hs__ca *ca) {
    hs__certs_free(&ca->issuing);
}

const hs__cert *hs__ca_signer(const hs__ca *ca) {
    return ca->issuing.n > 0 ? ca->issuing.v : ca->root.v;
}

static hs__exit load_key(hs__ca *ca, hs_span key, const char *path,
                         const hs__password_source *source, hs__fault *fault) {
    hs_span chain = hs__ca_signer(ca)->der;
    hs_status st = hs_credential_new(ca->provider, chain, key, (hs_span){NULL, 0}, &ca->signer);
    if (st == HS_E_KEY_PASSWORD_NEEDED) {
        char what[600];
        hs__bytes password;
        snprintf(what, sizeof what, "the CA's key %s", hs__safe(path));
        hs__exit code = hs__password_get(source, what, false, &password, fault);
        if (code)
            return code;
        st = hs_credential_new(ca->provider, chain, key, hs__bytes_span(&password), &ca->signer);
        hs__bytes_free(&password);
    }
    return st ? hs__fail_status(fault, st, "%s", hs__safe(path)) : HS__EXIT_OK;
}

hs__exit hs__ca_unlock(hs__ca *ca, const hs__password_source *source, hs__fault *fault) {
    char path[HS__FILE_PATH];
    hs__bytes text;
    hs__ca_path(ca->folder, ca->issuing.n > 0 ? "issuing-key.pem" : "root-key.pem", path);
    hs__exit code = hs__file_read(path, HS__FILE_LIMIT, &text, fault);
    if (code)
        return code;
    code = load_key(ca, hs__bytes_span(&text), path, source, fault);
    hs__bytes_free(&text);
    return code;
}

hs__key_type hs__ca_key_type(const char *folder) {
    char path[HS__FILE_PATH];
    hs__fault ignored;
    hs__certs certs = {0};
    hs__key_type type = HS__KEY_P256;
    if (!hs__file_exists(hs__ca_path(folder, "issuing.pem", path)))
        hs__ca_path(folder, "root.pem", path);
    if (hs__file_exists(path) && hs__certs_read(path, &certs, &ignored) == HS__EXIT_OK &&
        certs.v[0].key.is_known)
        type = certs.v[0].key.numbers.type;
    hs__certs_free(&certs);
    return type;
}
