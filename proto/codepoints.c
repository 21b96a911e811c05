#include "proto/codepoints.h"

#include <string.h>

/* ---- the lists --------------------------------------------------------------------------- */

#define COUNT(array)                   (sizeof(array) / sizeof((array)[0]))
#define ROW(code, name, section, note) {code, #name, "", section, note},

static const hs__code content_types[] = {
#define HS__CONTENT_ROW ROW
#include "proto/small_codes.def"
};
const hs__code_list hs__content_types = {content_types, COUNT(content_types), COUNT(content_types)};

static const hs__code handshake_types[] = {
#define HS__HANDSHAKE_ROW(code, name, versions, section, note) ROW(code, name, section, note)
#include "proto/handshake_types.def"
};
const hs__code_list hs__handshake_types = {handshake_types, COUNT(handshake_types),
                                           COUNT(handshake_types)};

static const hs__code alerts[] = {
#define HS__ALERT_ROW ROW
#include "proto/alerts.def"
};
const hs__code_list hs__alerts = {alerts, COUNT(alerts), COUNT(alerts)};

static const hs__code alert_levels[] = {
#define HS__ALERT_LEVEL_ROW ROW
#include "proto/small_codes.def"
};
const hs__code_list hs__alert_levels = {alert_levels, COUNT(alert_levels), COUNT(alert_levels)};

static const hs__code psk_modes[] = {
#define HS__PSK_MODE_ROW ROW
#include "proto/small_codes.def"
};
const hs__code_list hs__psk_modes = {psk_modes, COUNT(psk_modes), COUNT(psk_modes)};

static const hs__code name_types[] = {
#define HS__NAME_TYPE_ROW ROW
#include "proto/small_codes.def"
};
const hs__code_list hs__name_types = {name_types, COUNT(name_types), COUNT(name_types)};

static const hs__code status_types[] = {
#define HS__STATUS_TYPE_ROW ROW
#include "proto/small_codes.def"
};
const hs__code_list hs__status_types = {status_types, COUNT(status_types), COUNT(status_types)};

static const hs__code point_formats[] = {
#define HS__POINT_FORMAT_ROW ROW
#include "proto/small_codes.def"
};
const hs__code_list hs__point_formats = {point_formats, COUNT(point_formats), COUNT(point_formats)};

static const hs__code curve_types[] = {
#define HS__CURVE_TYPE_ROW ROW
#include "proto/small_codes.def"
};
const hs__code_list hs__curve_types = {curve_types, COUNT(curve_types), 1};

static const hs__code client_cert_types[] = {
#define HS__CLIENT_CERT_ROW ROW
#include "proto/small_codes.def"
};
const hs__code_list hs__client_cert_types = {client_cert_types, COUNT(client_cert_types), 2};

static const hs__code compressions[] = {
#define HS__COMPRESSION_ROW ROW
#include "proto/small_codes.def"
};
const hs__code_list hs__compressions = {compressions, COUNT(compressions), COUNT(compressions)};

static const hs__code cert_compressions[] = {
#define HS__CERT_COMPRESSION_ROW ROW
#include "proto/small_codes.def"
};
const hs__code_list hs__cert_compressions = {cert_compressions, COUNT(cert_compressions),
                                             COUNT(cert_compressions)};

static const hs__code max_fragments[] = {
#define HS__MAX_FRAGMENT_ROW ROW
#include "proto/small_codes.def"
};
const hs__code_list hs__max_fragments = {max_fragments, COUNT(max_fragments), COUNT(max_fragments)};

static const hs__code key_update_requests[] = {
#define HS__KEY_UPDATE_ROW ROW
#include "proto/small_codes.def"
};
const hs__code_list hs__key_update_requests = {key_update_requests, COUNT(key_update_requests),
                                               COUNT(key_update_requests)};

static const hs__code versions[] = {
#define HS__VERSION_ROW(code, text, alias, section, note) {code, text, alias, section, note},
#include "proto/small_codes.def"
};
const hs__code_list hs__versions = {versions, COUNT(versions), 2};

static const hs__code cipher_suites[] = {
#define HS__SUITE_13(code, name, aead, hash, section, note) ROW(code, name, section, note)
#define HS__SUITE_12(code, name, kx, auth, aead, hash, alias, section, note)                       \
    {code, #name, alias, section, note},
#define HS__SUITE_SHOWN ROW
#include "proto/cipher_suites.def"
};

static const hs__code groups[] = {
#define HS__GROUP_ROW(code, name, versions, client_share, server_share, alias, section, note)      \
    {code, #name, alias, section, note},
#define HS__GROUP_SHOWN ROW
#include "proto/groups.def"
};

static const hs__code schemes[] = {
#define HS__SCHEME_ROW(code, name, kind, key, hash, uses, section, note)                           \
    ROW(code, name, section, note)
#define HS__SCHEME_SHOWN ROW
#include "proto/schemes.def"
};

static const hs__code extension_types[] = {
#define HS__EXT_KNOWN(code, name, in, section, note) ROW(code, name, section, note)
#define HS__EXT_SHOWN                                ROW
#include "proto/extensions.def"
};

/* Rows that we speak, counted. */
enum {
    SUITES_SPOKEN = 0
#define HS__SUITE_13(code, name, aead, hash, section, note)                  +1
#define HS__SUITE_12(code, name, kx, auth, aead, hash, alias, section, note) +1
#include "proto/cipher_suites.def"
    ,
    GROUPS_SPOKEN = 0
#define HS__GROUP_ROW(code, name, versions, client_share, server_share, alias, section, note) +1
#include "proto/groups.def"
    ,
    SCHEMES_SPOKEN = 0
#define HS__SCHEME_ROW(code, name, kind, key, hash, uses, section, note) +1
#include "proto/schemes.def"
    ,
    EXTENSIONS_SPOKEN = 0
#define HS__EXT_KNOWN(code, name, in, section, note) +1
#include "proto/extensions.def"
};

const hs__code_list hs__cipher_suites = {cipher_suites, COUNT(cipher_suites), SUITES_SPOKEN};
const hs__code_list hs__groups = {groups, COUNT(groups), GROUPS_SPOKEN};
const hs__code_list hs__schemes = {schemes, COUNT(schemes), SCHEMES_SPOKEN};
const hs__code_list hs__extension_types = {extension_types, COUNT(extension_types),
                                           EXTENSIONS_SPOKEN};

/* ---- looking them up --------------------------------------------------------------------- */

const hs__code *hs__code_find(const hs__code_list *list, uint32_t code) {
    for (size_t i = 0; i < list->n; i++) {
        if (list->rows[i].code == code) {
            return &list->rows[i];
        }
    }
    return NULL;
}

/* By hand: what a locale calls a letter must not matter. */
static char lower(char c) {
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool same_word(const char *word, size_t word_n, const char *name, size_t n) {
    if (word_n != n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (lower(word[i]) != lower(name[i])) {
            return false;
        }
    }
    return true;
}

static bool among_words(const char *words, const char *name, size_t n) {
    while (*words != '\0') {
        size_t word_n = strcspn(words, " ");
        if (same_word(words, word_n, name, n)) {
            return true;
        }
        words += word_n;
        words += strspn(words, " ");
    }
    return false;
}

const hs__code *hs__code_by_name(const hs__code_list *list, const char *name, size_t n) {
    for (size_t i = 0; i < list->n; i++) {
        const hs__code *row = &list->rows[i];
        if (same_word(row->name, strlen(row->name), name, n) || among_words(row->alias, name, n)) {
            return row;
        }
    }
    return NULL;
}

bool hs__is_grease16(uint32_t code) {
    return code <= 0xffff && (code & 0x0f0f) == 0x0a0a && code >> 8 == (code & 0xff);
}

bool hs__is_grease8(uint32_t code) {
    return code <= 0xff && code % 0x1f == 0x0b;
}

unsigned hs__handshake_versions(uint8_t msg_type) {
    switch (msg_type) {
#define HS__HANDSHAKE_ROW(code, name, versions, section, note)                                     \
    case code:                                                                                     \
        return versions;
#include "proto/handshake_types.def"
    }
    return 0;
}

uint16_t hs__suite_version(uint16_t suite) {
    switch (suite) {
#define HS__SUITE_13(code, name, aead, hash, section, note)                                        \
    case code:                                                                                     \
        return HS__VERSION_TLS13;
#define HS__SUITE_12(code, name, kx, auth, aead, hash, alias, section, note)                       \
    case code:                                                                                     \
        return HS__VERSION_TLS12;
#include "proto/cipher_suites.def"
    }
    return 0;
}

unsigned hs__suite_kx(uint16_t suite) {
    switch (suite) {
#define HS__SUITE_12(code, name, kx, auth, aead, hash, alias, section, note)                       \
    case code:                                                                                     \
        return HS__KX_##kx;
#include "proto/cipher_suites.def"
    }
    return 0;
}

unsigned hs__scheme_uses(uint16_t scheme) {
    switch (scheme) {
#define HS__SCHEME_ROW(code, name, kind, key, hash, uses, section, note)                           \
    case code:                                                                                     \
        return uses;
#include "proto/schemes.def"
    }
    return 0;
}

/* RFC 9846 4.3.3: PSS goes with RSA suites. RFC 8422 section 2: EdDSA with ECDSA suites. */
unsigned hs__scheme_auth_12(uint16_t scheme) {
    enum {
        AUTH_ECDSA = HS__AUTH_ECDSA,
        AUTH_ED25519 = HS__AUTH_ECDSA,
        AUTH_RSA_PSS = HS__AUTH_RSA,
        AUTH_RSA_PKCS1 = HS__AUTH_RSA
    };
    switch (scheme) {
#define HS__SCHEME_ROW(code, name, kind, key, hash, uses, section, note)                           \
    case code:                                                                                     \
        return ((uses)&HS__USE_V12) != 0 ? AUTH_##kind : 0;
#include "proto/schemes.def"
    }
    return 0;
}

unsigned hs__group_versions(uint16_t group) {
    switch (group) {
#define HS__GROUP_ROW(code, name, versions, client_share, server_share, alias, section, note)      \
    case code:                                                                                     \
        return versions;
#include "proto/groups.def"
    }
    return 0;
}

size_t hs__group_client_share(uint16_t group) {
    switch (group) {
#define HS__GROUP_ROW(code, name, versions, client_share, server_share, alias, section, note)      \
    case code:                                                                                     \
        return client_share;
#include "proto/groups.def"
    }
    return 0;
}

size_t hs__group_server_share(uint16_t group) {
    switch (group) {
#define HS__GROUP_ROW(code, name, versions, client_share, server_share, alias, section, note)      \
    case code:                                                                                     \
        return server_share;
#include "proto/groups.def"
    }
    return 0;
}

/* ---- names ----------------------------------------------------------------------------
 * A switch, not a search: names of extensions are looked up on every connection, and two
 * rows with one number do not compile. */

#define NAME(code, name, section, note)                                                            \
    case code:                                                                                     \
        return #name;

const char *hs__content_type_name(uint32_t code) {
    switch (code) {
#define HS__CONTENT_ROW NAME
#include "proto/small_codes.def"
    }
    return NULL;
}

const char *hs__handshake_type_name(uint32_t code) {
    switch (code) {
#define HS__HANDSHAKE_ROW(code, name, versions, section, note) NAME(code, name, section, note)
#include "proto/handshake_types.def"
    }
    return NULL;
}

const char *hs__alert_name(uint32_t code) {
    switch (code) {
#define HS__ALERT_ROW NAME
#include "proto/alerts.def"
    }
    return NULL;
}

const char *hs__alert_level_name(uint32_t code) {
    switch (code) {
#define HS__ALERT_LEVEL_ROW NAME
#include "proto/small_codes.def"
    }
    return NULL;
}

const char *hs__psk_mode_name(uint32_t code) {
    switch (code) {
#define HS__PSK_MODE_ROW NAME
#include "proto/small_codes.def"
    }
    return hs__is_grease8(code) ? "GREASE" : NULL;
}

const char *hs__name_type_name(uint32_t code) {
    switch (code) {
#define HS__NAME_TYPE_ROW NAME
#include "proto/small_codes.def"
    }
    return NULL;
}

const char *hs__status_type_name(uint32_t code) {
    switch (code) {
#define HS__STATUS_TYPE_ROW NAME
#include "proto/small_codes.def"
    }
    return NULL;
}

const char *hs__point_format_name(uint32_t code) {
    switch (code) {
#define HS__POINT_FORMAT_ROW NAME
#include "proto/small_codes.def"
    }
    return NULL;
}

const char *hs__curve_type_name(uint32_t code) {
    switch (code) {
#define HS__CURVE_TYPE_ROW NAME
#include "proto/small_codes.def"
    }
    return NULL;
}

const char *hs__client_cert_type_name(uint32_t code) {
    switch (code) {
#define HS__CLIENT_CERT_ROW NAME
#include "proto/small_codes.def"
    }
    return NULL;
}

const char *hs__compression_name(uint32_t code) {
    switch (code) {
#define HS__COMPRESSION_ROW NAME
#include "proto/small_codes.def"
    }
    return NULL;
}

const char *hs__cert_compression_name(uint32_t code) {
    switch (code) {
#define HS__CERT_COMPRESSION_ROW NAME
#include "proto/small_codes.def"
    }
    return NULL;
}

const char *hs__max_fragment_name(uint32_t code) {
    switch (code) {
#define HS__MAX_FRAGMENT_ROW NAME
#include "proto/small_codes.def"
    }
    return NULL;
}

const char *hs__key_update_name(uint32_t code) {
    switch (code) {
#define HS__KEY_UPDATE_ROW NAME
#include "proto/small_codes.def"
    }
    return NULL;
}

const char *hs__version_name(uint32_t code) {
    switch (code) {
#define HS__VERSION_ROW(code, text, alias, section, note)                                          \
    case code:                                                                                     \
        return text;
#include "proto/small_codes.def"
    }
    return hs__is_grease16(code) ? "GREASE" : NULL;
}

const char *hs__cipher_suite_name(uint32_t code) {
    switch (code) {
#define HS__SUITE_13(code, name, aead, hash, section, note) NAME(code, name, section, note)
#define HS__SUITE_12(code, name, kx, auth, aead, hash, alias, section, note)                       \
    NAME(code, name, section, note)
#define HS__SUITE_SHOWN NAME
#include "proto/cipher_suites.def"
    }
    return hs__is_grease16(code) ? "GREASE" : NULL;
}

const char *hs__group_name(uint32_t code) {
    switch (code) {
#define HS__GROUP_ROW(code, name, versions, client_share, server_share, alias, section, note)      \
    NAME(code, name, section, note)
#define HS__GROUP_SHOWN NAME
#include "proto/groups.def"
    }
    return hs__is_grease16(code) ? "GREASE" : NULL;
}

const char *hs__scheme_name(uint32_t code) {
    switch (code) {
#define HS__SCHEME_ROW(code, name, kind, key, hash, uses, section, note)                           \
    NAME(code, name, section, note)
#define HS__SCHEME_SHOWN NAME
#include "proto/schemes.def"
    }
    return hs__is_grease16(code) ? "GREASE" : NULL;
}

const char *hs__extension_name(uint32_t code) {
    switch (code) {
#define HS__EXT_KNOWN(code, name, in, section, note) NAME(code, name, section, note)
#define HS__EXT_SHOWN                                NAME
#include "proto/extensions.def"
    }
    return hs__is_grease16(code) ? "GREASE" : NULL;
}
