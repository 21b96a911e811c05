#include "engine/suites.h"

static const uint64_t records_per_key[] = {
#define HS__AEAD_LIMIT(aead, records, section) [HS__##aead] = (records),
#include "proto/aead_limits.def"
#undef HS__AEAD_LIMIT
};

static const struct {
    uint8_t fixed_iv, explicit_nonce;
} nonces_12[] = {
#define HS__AEAD_NONCE_12(aead, fixed_iv, explicit_nonce, section)                                 \
    [HS__##aead] = {fixed_iv, explicit_nonce},
#include "proto/aead_nonces12.def"
#undef HS__AEAD_NONCE_12
};

static const hs__suite suites[] = {
#define HS__SUITE_13(code, name, aead, hash, section, note)                                        \
    {code, HS__VERSION_TLS13, HS__##aead, HS__##hash, (hs__kx)0, (hs__auth)0},
#define HS__SUITE_12(code, name, kx, auth, aead, hash, alias, section, note)                       \
    {code, HS__VERSION_TLS12, HS__##aead, HS__##hash, HS__KX_##kx, HS__AUTH_##auth},
#include "proto/cipher_suites.def"
};

static const uint16_t aes_first[] = {0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c,
                                     0xc030, 0xcca9, 0xcca8, 0x009c, 0x009d, 0};
static const uint16_t chacha20_ids[] = {0x1303, 0x1301, 0x1302, 0xcca9, 0xcca8, 0xc02b,
                                        0xc02f, 0xc02c, 0xc030, 0x009c, 0x009d, 0};

static const hs__scheme schemes[] = {
#define HS__SCHEME_ROW(code, name, kind, key, hash, uses, section, note)                           \
    {code, HS__KEY_##key, {HS__SIG_##kind, HS__##hash, HS__PSS_SALT_HASH}},
#include "proto/schemes.def"
};

static const uint16_t scheme_ids[] = {
#define HS__SCHEME_ROW(code, name, kind, key, hash, uses, section, note) code,
#include "proto/schemes.def"
    0};

const hs__suite *hs__suite_of(uint16_t id) {
    for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
        if (suites[i].id == id) {
            return &suites[i];
        }
    }
    return NULL;
}

const hs__suite *hs__suite_for(uint16_t id, uint16_t version) {
    const hs__suite *suite = hs__suite_of(id);
    return suite != NULL && suite->version == version ? suite : NULL;
}

size_t hs__fixed_iv_12(const hs__suite *suite) {
    return nonces_12[suite->aead].fixed_iv;
}

size_t hs__explicit_nonce(const hs__suite *suite) {
    return suite->version == HS__VERSION_TLS12 ? nonces_12[suite->aead].explicit_nonce : 0;
}

uint64_t hs__suite_records_per_key(const hs__suite *suite) {
    return records_per_key[suite->aead];
}

const uint16_t *hs__suite_ids(bool chacha20_first) {
    return chacha20_first ? chacha20_ids : aes_first;
}

const hs__scheme *hs__scheme_of(uint16_t id) {
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (schemes[i].id == id) {
            return &schemes[i];
        }
    }
    return NULL;
}

bool hs__scheme_allowed(uint16_t id, uint16_t version, hs__auth auth) {
    if (version == HS__VERSION_TLS13) {
        return (hs__scheme_uses(id) & HS__USE_V13) != 0;
    }
    return (hs__scheme_uses(id) & HS__USE_V12) != 0 &&
           (auth == 0 || hs__scheme_auth_12(id) == auth);
}

hs__key_type hs__scheme_key(const hs__scheme *scheme, uint16_t version, hs__key_type own) {
    const bool is_curve = own == HS__KEY_P256 || own == HS__KEY_P384 || own == HS__KEY_P521;
    const bool any_curve = version == HS__VERSION_TLS12 && is_curve &&
                           (hs__scheme_uses(scheme->id) & HS__ANY_CURVE_V12) != 0;
    return any_curve ? own : scheme->key;
}

const uint16_t *hs__scheme_ids(void) {
    return scheme_ids;
}
