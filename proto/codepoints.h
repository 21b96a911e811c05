/* codepoints.h - the numbers of TLS and their names.
 *
 * Each list of numbers stands once, in a .def file beside this one: number, name as in the
 * RFC, section, a note in plain words. From it come the constants here, the names in traces
 * and errors, the spellings that command lines take, and what --help prints.
 *
 * Facts that are more than a name (a suite's AEAD, a group's share length, what a signature
 * scheme may be used for) are columns of those files: include one with your own macros. */
#ifndef HS_PROTO_CODEPOINTS_H
#define HS_PROTO_CODEPOINTS_H

#include "handshake/types.h"

/* One code point. section: "rfc9846#section-4.2.3". alias: other spellings, by spaces. */
typedef struct {
    uint16_t code;
    const char *name;
    const char *alias;
    const char *section;
    const char *note;
} hs__code;

typedef struct {
    const hs__code *rows; /* those that we speak come first, the best ones leading */
    size_t n;
    size_t n_spoken; /* for lists that tell what we speak from what we only know by name */
} hs__code_list;

extern const hs__code_list hs__content_types;
extern const hs__code_list hs__handshake_types;
extern const hs__code_list hs__alerts;
extern const hs__code_list hs__alert_levels;
extern const hs__code_list hs__versions;
extern const hs__code_list hs__cipher_suites;
extern const hs__code_list hs__groups;
extern const hs__code_list hs__schemes;
extern const hs__code_list hs__extension_types;
extern const hs__code_list hs__psk_modes;
extern const hs__code_list hs__name_types;
extern const hs__code_list hs__status_types;
extern const hs__code_list hs__point_formats;
extern const hs__code_list hs__curve_types;
extern const hs__code_list hs__client_cert_types;
extern const hs__code_list hs__compressions;
extern const hs__code_list hs__cert_compressions;
extern const hs__code_list hs__max_fragments;
extern const hs__code_list hs__key_update_requests;

/* The row of a number / of a name or one of its aliases (case does not matter; `n` bytes,
 * not terminated); NULL when there is none. */
const hs__code *hs__code_find(const hs__code_list *list, uint32_t code);
const hs__code *hs__code_by_name(const hs__code_list *list, const char *name, size_t n);

/* Names, static; NULL when unknown. All of type hs__name_fn. The 16-bit ones and psk modes
 * know GREASE values (RFC 8701) and call them "GREASE". */
const char *hs__content_type_name(uint32_t code);
const char *hs__handshake_type_name(uint32_t code);
const char *hs__alert_name(uint32_t code);
const char *hs__alert_level_name(uint32_t code);
const char *hs__version_name(uint32_t code); /* "TLS 1.3" */
const char *hs__cipher_suite_name(uint32_t code);
const char *hs__group_name(uint32_t code);
const char *hs__scheme_name(uint32_t code);
const char *hs__extension_name(uint32_t code);
const char *hs__psk_mode_name(uint32_t code);
const char *hs__name_type_name(uint32_t code);
const char *hs__status_type_name(uint32_t code);
const char *hs__point_format_name(uint32_t code);
const char *hs__curve_type_name(uint32_t code);
const char *hs__client_cert_type_name(uint32_t code);
const char *hs__compression_name(uint32_t code);
const char *hs__cert_compression_name(uint32_t code);
const char *hs__max_fragment_name(uint32_t code);
const char *hs__key_update_name(uint32_t code);

/* RFC 8701: 0x?A?A with both bytes alike / the eight values for psk modes. */
bool hs__is_grease16(uint32_t code);
bool hs__is_grease8(uint32_t code);

enum {
    HS__VERSION_SSL30 = 0x0300,
    HS__VERSION_TLS10 = 0x0301,
    HS__VERSION_TLS11 = 0x0302,
    HS__VERSION_TLS12 = 0x0303,
    HS__VERSION_TLS13 = 0x0304
};

/* HS__CONTENT_handshake, HS__ALERT_LEVEL_fatal, HS__PSK_psk_dhe_ke, HS__NAME_TYPE_host_name,
 * HS__STATUS_TYPE_ocsp, HS__POINT_FORMAT_uncompressed, HS__CURVE_TYPE_named_curve,
 * HS__CLIENT_CERT_ecdsa_sign, HS__COMPRESSION_null, HS__UPDATE_... */
enum {
#define HS__CONTENT_ROW(code, name, section, note)          HS__CONTENT_##name = (code),
#define HS__ALERT_LEVEL_ROW(code, name, section, note)      HS__ALERT_LEVEL_##name = (code),
#define HS__PSK_MODE_ROW(code, name, section, note)         HS__PSK_##name = (code),
#define HS__NAME_TYPE_ROW(code, name, section, note)        HS__NAME_TYPE_##name = (code),
#define HS__STATUS_TYPE_ROW(code, name, section, note)      HS__STATUS_TYPE_##name = (code),
#define HS__POINT_FORMAT_ROW(code, name, section, note)     HS__POINT_FORMAT_##name = (code),
#define HS__CURVE_TYPE_ROW(code, name, section, note)       HS__CURVE_TYPE_##name = (code),
#define HS__CLIENT_CERT_ROW(code, name, section, note)      HS__CLIENT_CERT_##name = (code),
#define HS__COMPRESSION_ROW(code, name, section, note)      HS__COMPRESSION_##name = (code),
#define HS__CERT_COMPRESSION_ROW(code, name, section, note) HS__CERT_COMPRESSION_##name = (code),
#define HS__MAX_FRAGMENT_ROW(code, name, section, note)     HS__MAX_FRAGMENT_##name = (code),
#define HS__KEY_UPDATE_ROW(code, name, section, note)       HS__UPDATE_##name = (code),
#include "proto/small_codes.def"
};

/* Versions as bits: column `versions` of handshake_types.def and groups.def. */
enum { HS__TLS12 = 1, HS__TLS13 = 2 };

enum { /* HS__HT_client_hello */
#define HS__HANDSHAKE_ROW(code, name, versions, section, note) HS__HT_##name = (code),
#include "proto/handshake_types.def"
};

enum { /* HS__ALERT_close_notify */
#define HS__ALERT_ROW(code, name, section, note) HS__ALERT_##name = (code),
#include "proto/alerts.def"
};

enum { /* HS__EXT_key_share */
#define HS__EXT_KNOWN(code, name, in, section, note) HS__EXT_##name = (code),
#define HS__EXT_SHOWN(code, name, section, note)     HS__EXT_##name = (code),
#include "proto/extensions.def"
};

enum { /* HS__SUITE_TLS_AES_128_GCM_SHA256, HS__SUITE_TLS_FALLBACK_SCSV */
#define HS__SUITE_13(code, name, aead, hash, section, note) HS__SUITE_##name = (code),
#define HS__SUITE_12(code, name, kx, auth, aead, hash, alias, section, note)                       \
    HS__SUITE_##name = (code),
#define HS__SUITE_SHOWN(code, name, section, note) HS__SUITE_##name = (code),
#include "proto/cipher_suites.def"
};

enum { /* HS__NAMED_GROUP_x25519; the crypto seam has its own constants for the same numbers */
#define HS__GROUP_ROW(code, name, versions, client_share, server_share, alias, section, note)      \
    HS__NAMED_GROUP_##name = (code),
#define HS__GROUP_SHOWN(code, name, section, note) HS__NAMED_GROUP_##name = (code),
#include "proto/groups.def"
};

enum { /* HS__SCHEME_rsa_pss_rsae_sha256 */
#define HS__SCHEME_ROW(code, name, kind, key, hash, uses, section, note) HS__SCHEME_##name = (code),
#define HS__SCHEME_SHOWN(code, name, section, note)                      HS__SCHEME_##name = (code),
#include "proto/schemes.def"
};

/* The versions that have this type of message (HS__TLS12, HS__TLS13 or-ed); 0 for none. */
unsigned hs__handshake_versions(uint8_t msg_type);

/* What a suite of TLS 1.2 says about the handshake: columns kx and auth of cipher_suites.def.
 * HS__AUTH_ECDSA takes keys for EdDSA as well (RFC 8422 section 2). */
typedef enum { HS__KX_ECDHE = 1, HS__KX_RSA } hs__kx;
typedef enum { HS__AUTH_ECDSA = 1, HS__AUTH_RSA } hs__auth;

/* The kx of a TLS 1.2 suite; 0 for others. */
unsigned hs__suite_kx(uint16_t suite);

/* HS__VERSION_TLS13 or HS__VERSION_TLS12 for a suite that we speak: each is of one version
 * (RFC 9846 B.4). Else 0, also for the two SCSVs, which are no suites. */
uint16_t hs__suite_version(uint16_t suite);

/* Column `uses` of schemes.def. */
enum {
    HS__USE_V13 = 1,  /* CertificateVerify of TLS 1.3 (RFC 9846 4.5.2) */
    HS__USE_V12 = 2,  /* ServerKeyExchange and CertificateVerify of TLS 1.2 */
    HS__USE_CERT = 4, /* signatures in certificates */
    /* In TLS 1.2 the scheme means the hash only, and the curve of the key may be any that the
     * verifier has in its supported_groups (RFC 9846 4.3.3). */
    HS__ANY_CURVE_V12 = 8
};

/* The uses of a scheme; 0 for one that we do not speak. */
unsigned hs__scheme_uses(uint16_t scheme);

/* The auth of the TLS 1.2 suites that a scheme goes with; 0 for one that may not sign there. */
unsigned hs__scheme_auth_12(uint16_t scheme);

/* The versions a group may be used in (HS__TLS12, HS__TLS13 or-ed); 0 for one that we do not
 * speak. */
unsigned hs__group_versions(uint16_t group);

/* Bytes of a key_exchange of this group as a client / a server sends it; 0 when unknown.
 * RFC 9846 4.3.8: another length is an illegal_parameter. */
size_t hs__group_client_share(uint16_t group);
size_t hs__group_server_share(uint16_t group);

#endif
