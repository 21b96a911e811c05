/* provider.h - the one seam to a crypto library.
 *
 * A provider is a finished, immutable, ref-counted object: a struct of slots, made by
 * hs_provider_*_new() and then shared by threads without locks. Whatever the library
 * would compute lazily is computed before *_new() returns. No type of a library is
 * named here; objects that a provider makes (hs__aead, hs__kex, hs__private_key,
 * hs__public_key) are opaque and go back to the provider that made them.
 *
 * Rules for all slots:
 *  - a slot returns an hs_status; on failure its outputs hold nothing secret and
 *    nothing that could be mistaken for a result;
 *  - what came from a peer (points, signatures, ciphertext) is checked by our own code
 *    before the library sees it, so that all providers accept the same bytes;
 *  - secrets are wiped when an object is freed;
 *  - a slot that lacks an algorithm returns HS_E_UNSUPPORTED; the lists say beforehand.
 *
 * HMAC, HKDF, the PRF of TLS 1.2 and what is built on them are written once over `hash_*`: see
 * hmac.h, hkdf.h, prf12.h. */
#ifndef HS_CRYPTO_PROVIDER_H
#define HS_CRYPTO_PROVIDER_H

#include <stdatomic.h>

#include "handshake/provider.h"
#include "handshake/status.h"

typedef enum { HS__SHA1, HS__SHA256, HS__SHA384, HS__SHA512 } hs__hash_id;
enum { HS__HASH_MAX = 64, HS__HASH_BLOCK_MAX = 128 };

/* Bytes of a digest / of a block of the hash function. */
size_t hs__hash_len(hs__hash_id id);
size_t hs__hash_block_len(hs__hash_id id);
const char *hs__hash_name(hs__hash_id id); /* "SHA-256" */

/* Room for one running hash; lives where the caller puts it, may not be moved or
 * copied but by hash_clone. All zero is a valid, unstarted state. */
typedef union {
    max_align_t align;
    uint8_t room[240];
} hs__hash;

typedef enum { HS__AES_128_GCM, HS__AES_256_GCM, HS__CHACHA20_POLY1305 } hs__aead_id;
enum { HS__AEAD_TAG = 16, HS__AEAD_NONCE = 12, HS__AEAD_KEY_MAX = 32 };
size_t hs__aead_key_len(hs__aead_id id);
const char *hs__aead_name(hs__aead_id id); /* "AES-128-GCM" */

/* Groups by their TLS number (RFC 9846 section 4.3.7). */
enum {
    HS__GROUP_SECP256R1 = 23,
    HS__GROUP_SECP384R1 = 24,
    HS__GROUP_SECP521R1 = 25,
    HS__GROUP_X25519 = 29,
    HS__GROUP_X25519MLKEM768 = 4588
};
enum { HS__SHARE_MAX = 1216, HS__KEX_SECRET_MAX = 66, HS__KEX_PRIVATE_MAX = 66 };

typedef enum {
    HS__KEY_RSA,
    HS__KEY_RSA_PSS, /* id-RSASSA-PSS in its SubjectPublicKeyInfo */
    HS__KEY_P256,
    HS__KEY_P384,
    HS__KEY_P521,
    HS__KEY_ED25519
} hs__key_type;
const char *hs__key_type_name(hs__key_type type); /* "RSA", "P-256", "Ed25519" */

/* A public key as numbers, parsed by pki/ (strict DER) or by a provider from a private key.
 * point: EC uncompressed point (0x04 | X | Y) or the 32 bytes of Ed25519; n, e: RSA,
 * unsigned big-endian without leading zeros. */
typedef struct {
    hs__key_type type;
    hs_span point;
    hs_span n, e;
} hs__public_numbers;
unsigned hs__public_bits(const hs__public_numbers *k); /* 2048, 256, ... */

typedef enum { HS__SIG_RSA_PKCS1, HS__SIG_RSA_PSS, HS__SIG_ECDSA, HS__SIG_ED25519 } hs__sig_kind;
enum { HS__PSS_SALT_ANY = -1, HS__PSS_SALT_HASH = -2 };

/* How a signature is made: hash and salt do not matter where the kind has none. An ECDSA key
 * of any curve signs and verifies with any hash; that a scheme of TLS 1.3 names the curve, too,
 * and one of TLS 1.2 does not, is the caller's rule.
 * pss_salt: bytes, or one of HS__PSS_SALT_* (ANY for verifying only). MGF1 uses `hash`. */
typedef struct {
    hs__sig_kind kind;
    hs__hash_id hash;
    int pss_salt;
} hs__sig_alg;
enum { HS__SIGNATURE_MAX = 1024 }; /* RSA-8192 */

/* The preliminary secret (premaster) of TLS 1.2's RSA key exchange, and the longest one encrypted.
 */
enum { HS__PREMASTER = 48, HS__RSA_CIPHERTEXT_MAX = 1024 };

/* AES over long messages in parts, and as a bare block cipher. Keys are 16, 24 or 32 bytes. */
typedef enum { HS__AES_GCM, HS__AES_CBC, HS__AES_ECB } hs__aes_mode;
enum { HS__AES_BLOCK = 16, HS__AES_KEY_MAX = 32, HS__AES_TAG_MIN = 12 };

typedef struct hs__aead hs__aead;
typedef struct hs__aes hs__aes;
typedef struct hs__kex hs__kex;
typedef struct hs__private_key hs__private_key;
typedef struct hs__public_key hs__public_key;

/* A provider's own struct has this one first. */
struct hs_provider {
    atomic_uint refs;
    const char *name;              /* "mbedtls", "libcrypto" */
    const char *version;           /* of the library that runs, e.g. "3.0.22" */
    const uint16_t *groups;        /* 0-terminated, the best for this library first */
    const hs__key_type *key_types; /* usable for signing and verifying */
    size_t n_key_types;
    bool chacha20_first;  /* AES-GCM is the slower AEAD here */
    const char *rsa_leak; /* see hs_provider_rsa_leak() */

    /* Fills out[0..n) with random bytes fit for keys. */
    hs_status (*random)(const hs_provider *p, void *out, size_t n);

    /* -- hash. start: begins or begins anew (storage zeroed, or started before with this
     * provider). snapshot: digest of what was fed so far; feeding may go on. clone: dst is
     * treated as by start. end: wipes and releases; safe on zeroed storage.
     * digest: all at once, of head | parts[0] | parts[1] | ...; `out` may be one of them. */
    hs_status (*hash_start)(const hs_provider *p, hs__hash *h, hs__hash_id id);
    hs_status (*hash_update)(const hs_provider *p, hs__hash *h, const void *data, size_t n);
    hs_status (*hash_snapshot)(const hs_provider *p, const hs__hash *h, uint8_t *out);
    hs_status (*hash_clone)(const hs_provider *p, hs__hash *dst, const hs__hash *src);
    void (*hash_end)(const hs_provider *p, hs__hash *h);
    hs_status (*digest)(const hs_provider *p, hs__hash_id id, hs_span head, const hs_span *parts,
                        size_t n_parts, uint8_t *out);

    /* -- AEAD, a key set once; one object serves one direction, and no two threads at once.
     * seal: out gets n + tail_n + HS__AEAD_TAG bytes: the encryption of in | tail, then the
     * tag. `in` may equal `out`, else they do not overlap. tail_n <= 1 + padding.
     * open: buf holds n bytes of ciphertext and tag, is decrypted in place; *len is the
     * plaintext's length. On HS_E_BAD_RECORD_MAC the buffer is wiped. */
    hs_status (*aead_new)(const hs_provider *p, hs__aead_id id, const uint8_t *key, bool seals,
                          hs__aead **out);
    hs_status (*aead_seal)(const hs_provider *p, hs__aead *a, const uint8_t nonce[HS__AEAD_NONCE],
                           hs_span aad, const uint8_t *in, size_t n, const uint8_t *tail,
                           size_t tail_n, uint8_t *out);
    hs_status (*aead_open)(const hs_provider *p, hs__aead *a, const uint8_t nonce[HS__AEAD_NONCE],
                           hs_span aad, uint8_t *buf, size_t n, size_t *len);
    void (*aead_free)(const hs_provider *p, hs__aead *a);

    /* -- key exchange. Client: generate makes a key pair and its share; agree turns the
     * peer's share into the secret. Server: respond does both (so that a KEM fits).
     * `share` has room for HS__SHARE_MAX, `secret` for HS__KEX_SECRET_MAX. A peer's share
     * that is not of the right form, not on the curve or of low order is HS_E_BAD_POINT.
     * respond's `keep` may be NULL; else it gets the key pair, for kex_export.
     * kex_export: the private value (X25519: 32 bytes as RFC 7748; NIST: big-endian), for a
     * trace that shows secrets. kex_import: a key pair from such bytes, for known answers. */
    hs_status (*kex_generate)(const hs_provider *p, uint16_t group, hs__kex **out, uint8_t *share,
                              size_t *share_n);
    hs_status (*kex_agree)(const hs_provider *p, hs__kex *k, hs_span peer, uint8_t *secret,
                           size_t *secret_n);
    hs_status (*kex_respond)(const hs_provider *p, uint16_t group, hs_span peer, uint8_t *share,
                             size_t *share_n, uint8_t *secret, size_t *secret_n, hs__kex **keep);
    hs_status (*kex_export)(const hs_provider *p, const hs__kex *k, uint8_t *priv, size_t *priv_n);
    hs_status (*kex_import)(const hs_provider *p, uint16_t group, hs_span priv, hs__kex **out,
                            uint8_t *share, size_t *share_n);
    void (*kex_free)(const hs_provider *p, hs__kex *k);

    /* -- private keys. load: PEM or DER; PKCS#8 (also encrypted), PKCS#1, SEC1. password.p
     * NULL: none given. Other PEM blocks may stand around the key's. Errors: HS_E_KEY_FORMAT,
     * HS_E_KEY_PASSWORD_NEEDED, HS_E_KEY_PASSWORD, HS_E_KEY_TYPE, HS_E_UNSUPPORTED for an
     * encryption that the library cannot undo (all can PBES2 with AES-CBC and PBKDF2). sign: `sig`
     * has room for HS__SIGNATURE_MAX; hashes `msg` itself; ECDSA gives DER. public: spans of *out
     * are borrowed from the key. write: PKCS#8 PEM, encrypted (PBES2, AES-256-CBC,
     * PBKDF2-HMAC-SHA256) if password.p is not NULL; *out_n in: room (with a byte to spare; 8 KiB
     * hold every key), out: length without a NUL, else HS_E_NO_SPACE. Private keys are used by
     * threads at once. */
    hs_status (*key_load)(const hs_provider *p, hs_span data, hs_span password,
                          hs__private_key **out);
    hs_status (*key_generate)(const hs_provider *p, hs__key_type type, unsigned rsa_bits,
                              hs__private_key **out);
    hs_status (*key_public)(const hs_provider *p, const hs__private_key *k,
                            hs__public_numbers *out);
    hs_status (*key_sign)(const hs_provider *p, const hs__private_key *k, hs__sig_alg alg,
                          hs_span msg, uint8_t *sig, size_t *sig_n);
    hs_status (*key_write)(const hs_provider *p, const hs__private_key *k, hs_span password,
                           char *out, size_t *out_n);
    void (*key_free)(const hs_provider *p, hs__private_key *k);

    /* -- public keys. new: the numbers are copied; HS_E_BAD_PUBLIC_KEY where they are not a
     * valid key. verify: hashes `msg` itself; ECDSA signatures must be strict DER. A public
     * key is used by threads at once. */
    hs_status (*public_new)(const hs_provider *p, const hs__public_numbers *numbers,
                            hs__public_key **out);
    hs_status (*public_verify)(const hs_provider *p, const hs__public_key *k, hs__sig_alg alg,
                               hs_span msg, hs_span sig);
    void (*public_free)(const hs_provider *p, hs__public_key *k);

    /* -- RSA key transport of TLS 1.2 (RFC 5246 7.4.7.1), for keys of type HS__KEY_RSA only:
     * HS_E_KEY_TYPE for others. encrypt (client): PKCS#1 v1.5; `ct` has room for
     * HS__RSA_CIPHERTEXT_MAX and gets as many bytes as the modulus has. premaster (server): `out`
     * is what `ct` holds if that is PKCS#1 v1.5 of 48 bytes that begin with `version`, else
     * `fallback`, 48 fresh random bytes of the caller's; HS_OK in both cases. `version` is the
     * client_version of the ClientHello. Neither the time nor anything else tells which of the
     * two it was, not even for a ciphertext of the wrong length; the caller must not look either.
     * Fails for local reasons only. `out` may be `fallback`. */
    hs_status (*rsa_encrypt_premaster)(const hs_provider *p, const hs__public_key *k,
                                       const uint8_t premaster[HS__PREMASTER], uint8_t *ct,
                                       size_t *ct_n);
    hs_status (*rsa_premaster)(const hs_provider *p, const hs__private_key *k, hs_span ct,
                               uint16_t version, const uint8_t fallback[HS__PREMASTER],
                               uint8_t out[HS__PREMASTER]);

    /* -- what sealed messages need (CMS). key_agree: ECDH of a long-term NIST key with a peer's
     * point (04 | X | Y, of its curve; HS_E_BAD_POINT); `secret` has room for HS__KEX_SECRET_MAX
     * and gets the X coordinate. HS_E_KEY_TYPE for other keys.
     * rsa_public, rsa_private: RSA without any padding, in place, over as many bytes as the modulus
     * has, of a value that is less; for keys of type HS__KEY_RSA, else HS_E_KEY_TYPE. Only oaep.c
     * and pkcs1.c should call them. */
    hs_status (*key_agree)(const hs_provider *p, const hs__private_key *k, hs_span peer,
                           uint8_t *secret, size_t *secret_n);
    hs_status (*rsa_public)(const hs_provider *p, const hs__public_key *k, uint8_t *block);
    hs_status (*rsa_private)(const hs_provider *p, const hs__private_key *k, uint8_t *block);

    /* -- AES in parts. iv: 12 bytes for GCM, 16 for CBC, none for ECB. update: `out` may be `in`
     * and gets as many bytes; n is a multiple of HS__AES_BLOCK, in GCM the last call's need not be.
     * No mode pads. end: GCM only, after the last update; encrypting, writes a tag of tag_n bytes
     * (HS__AES_TAG_MIN to HS__AEAD_TAG), decrypting, compares: HS_E_BAD_RECORD_MAC. What decrypting
     * GCM gave out before is not to be trusted until then. At most 2^36 - 32 bytes per key and
     * nonce (SP 800-38D 5.2.1.1), then HS_E_CRYPTO. */
    hs_status (*aes_new)(const hs_provider *p, hs__aes_mode mode, hs_span key, hs_span iv,
                         bool encrypts, hs__aes **out);
    hs_status (*aes_update)(const hs_provider *p, hs__aes *a, const uint8_t *in, size_t n,
                            uint8_t *out);
    hs_status (*aes_end)(const hs_provider *p, hs__aes *a, uint8_t *tag, size_t tag_n);
    void (*aes_free)(const hs_provider *p, hs__aes *a); /* NULL is allowed */

    void (*destroy)(hs_provider *p); /* called once, when the last reference goes */
};

/* True for a group / key type in the provider's lists. */
bool hs__provider_has_group(const hs_provider *p, uint16_t group);
bool hs__provider_has_key_type(const hs_provider *p, hs__key_type type);

/* Comparison whose time does not depend on the contents; wiping that is not optimised away. */
bool hs__ct_equal(const void *a, const void *b, size_t n);
void hs__wipe(void *p, size_t n);

#endif
