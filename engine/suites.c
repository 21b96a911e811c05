#include "engine/suites.h"

#include "proto/codepoints.h"

static const uint64_t records_per_key[] = {
#define HS__AEAD_LIMIT(aead, records, section) [HS__##aead] = (records),
#include "proto/aead_limits.def"
#undef HS__AEAD_LIMIT
};

static const hs__suite suites[] = {
#define HS__SUITE_13(code, name, aead, hash, section, note) {code, HS__##aead, HS__##hash},
#include "proto/cipher_suites.def"
};

static const uint16_t suite_ids[] = {
#define HS__SUITE_13(code, name, aead, hash, section, note) code,
#include "proto/cipher_suites.def"
    0};

static const hs__scheme schemes[] = {
#define HS__SCHEME_ROW(code, name, kind, key, hash, uses, section, note)                           \
    {code, HS__KEY_##key, {HS__SIG_##kind, HS__##hash, HS__PSS_SALT_HASH}},
#include "proto/schemes.def"
};

static const uint16_t scheme_ids[] = {
#define HS__SCHEME_ROW(code, name, kind, key, hash, uses, section, note) code,
#include "proto/schemes.def"
    0};

const hs__suite *hs__suite_13(uint16_t id) {
    for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
        if (suites[i].id == id) {
            return &suites[i];
        }
    }
    return NULL;
}

uint64_t hs__suite_records_per_key(const hs__suite *suite) {
    return records_per_key[suite->aead];
}

const uint16_t *hs__suite_ids(void) {
    return suite_ids;
}

const hs__scheme *hs__scheme_of(uint16_t id) {
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (schemes[i].id == id) {
            return &schemes[i];
        }
    }
    return NULL;
}

const uint16_t *hs__scheme_ids(void) {
    return scheme_ids;
}
