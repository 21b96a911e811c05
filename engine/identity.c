#include "engine/identity.h"

#include "engine/fail.h"
#include "engine/trace_emit.h"
#include "pki/credential.h"
#include "proto/codepoints.h"

/* RFC 9846 F.10: with a key that opens preliminary secrets nothing is ever signed. */
static bool only_decrypts(const hs_conn *c, const hs_credential *credential) {
    return c->is_server && c->config->classic && hs__credential_can_decrypt(credential);
}

/* Our best scheme that the peer takes and the credential can sign with; 0: none. In TLS 1.2 an
 * ECDSA scheme may be for another curve: that it names the key's own is better all the same. */
static uint16_t scheme_for(const hs_config *f, const hs_credential *credential,
                           const hs__wanted *wanted) {
    const hs__key_type own = hs__credential_key_type(credential);
    uint16_t second = 0;
    for (size_t i = 0; i < f->schemes_n; i += 2) {
        const uint16_t id = (uint16_t)(f->schemes[i] << 8 | f->schemes[i + 1]);
        const hs__scheme *scheme = hs__scheme_of(id);
        if (!hs__scheme_allowed(id, wanted->version, wanted->auth) ||
            !hs__list16_has(wanted->schemes, id)) {
            continue;
        }
        if (hs__credential_can_sign(credential, scheme->key, scheme->alg)) {
            return id;
        }
        const hs__key_type key = hs__scheme_key(scheme, wanted->version, own);
        if (second == 0 && hs__credential_can_sign(credential, key, scheme->alg)) {
            second = id;
        }
    }
    return second;
}

static uint16_t curve_of(hs__key_type type) {
    switch (type) {
    case HS__KEY_P256:
        return HS__GROUP_SECP256R1;
    case HS__KEY_P384:
        return HS__GROUP_SECP384R1;
    case HS__KEY_P521:
        return HS__GROUP_SECP521R1;
    case HS__KEY_RSA:
    case HS__KEY_RSA_PSS:
    case HS__KEY_ED25519:
        break;
    }
    return 0;
}

/* RFC 8422 5.1: in TLS 1.2 supported_groups binds the curve of the certificate, too. */
static bool curve_fits(const hs_credential *credential, const hs__wanted *wanted) {
    const uint16_t curve = curve_of(hs__credential_key_type(credential));
    return wanted->version != HS__VERSION_TLS12 || curve == 0 || wanted->groups.n == 0 ||
           hs__list16_has(wanted->groups, curve);
}

static bool fits(const hs_conn *c, const hs_credential *credential, const hs__wanted *wanted,
                 uint16_t *scheme) {
    *scheme = 0;
    if (wanted->name != NULL && !hs__credential_fits_name(credential, wanted->name)) {
        return false;
    }
    if (wanted->kx == HS__KX_RSA) { /* nobody can be asked to decrypt for us */
        return hs__credential_can_decrypt(credential) && hs__credential_key(credential) != NULL;
    }
    if (only_decrypts(c, credential) || !curve_fits(credential, wanted)) {
        return false;
    }
    *scheme = scheme_for(c->config, credential, wanted);
    return *scheme != 0;
}

hs_credential *hs__identity_for(const hs_conn *c, const hs__wanted *wanted, uint16_t *scheme) {
    const hs_config *f = c->config;
    for (size_t i = 0; i < f->n_identity; i++) {
        if (fits(c, f->identity[i], wanted, scheme)) {
            return f->identity[i];
        }
    }
    return NULL;
}

/* TLS 1.2: one that only fails because its curve is not among the client's groups; or NULL. */
static const hs_credential *off_curve(const hs_conn *c) {
    const hs__wanted wanted = {.version = c->version,
                               .groups = c->hs->hello.extensions.supported_groups};
    for (size_t i = 0; i < c->config->n_identity; i++) {
        if (!curve_fits(c->config->identity[i], &wanted)) {
            return c->config->identity[i];
        }
    }
    return NULL;
}

hs_status hs__no_identity(hs_conn *c) {
    if (c->config->n_identity == 0) {
        return hs__fail(c, HS_E_NO_IDENTITY, "", "the configuration holds none");
    }
    const hs_credential *other = off_curve(c);
    if (other != NULL) {
        return hs__fail(c, HS_E_NO_COMMON_GROUP, "ClientHello.extensions[supported_groups]",
                        "it lacks %s, the curve of our certificate, which TLS 1.2 binds, too",
                        hs__key_type_name(hs__credential_key_type(other)));
    }
    return hs__fail(c, HS_E_NO_COMMON_SCHEME, "ClientHello.extensions[signature_algorithms]",
                    "the client lists %zu schemes",
                    hs__list16_count(c->hs->hello.extensions.signature_algorithms));
}

hs_status hs__check_server_name(hs_conn *c) {
    const hs_config *f = c->config;
    bool is_served = c->server_name == NULL || !f->strict_sni;
    for (size_t i = 0; !is_served && i < f->n_identity; i++) {
        is_served = hs__credential_fits_name(f->identity[i], c->server_name);
    }
    return is_served ? HS_OK
                     : hs__fail(c, HS_E_UNKNOWN_NAME, "ClientHello.extensions[server_name]",
                                "it asks for %s", c->server_name);
}

hs_status hs__choose_identity(hs_conn *c) {
    hs__handshake *hs = c->hs;
    hs__wanted wanted = {.version = c->version,
                         .schemes = hs->hello.extensions.signature_algorithms,
                         .name = c->server_name};
    hs_status st = hs__check_server_name(c);
    if (st != HS_OK) {
        return st;
    }
    if (c->server_name != NULL) {
        hs->credential = hs__identity_for(c, &wanted, &hs->own_scheme);
        hs->sni_used = hs->credential != NULL;
    }
    if (hs->credential == NULL && (c->server_name == NULL || !c->config->strict_sni)) {
        wanted.name = NULL;
        hs->credential = hs__identity_for(c, &wanted, &hs->own_scheme);
    }
    if (hs->credential == NULL) {
        return hs__no_identity(c);
    }
    hs__trace_choose(c, "sigalg", hs__scheme_name(hs->own_scheme), true, wanted.schemes,
                     (hs_span){NULL, 0},
                     hs->sni_used ? "of the certificate for the name the client asked for"
                                  : "of the first certificate that fits");
    return HS_OK;
}
