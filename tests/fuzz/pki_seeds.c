#include "pki_seeds.h"

#include <string.h>

#include "fuzz.h"
#include "handshake/pki.h"
#include "pki/pem.h"
#include "tests/unit/pki/openssl_certs.h"
#include "tests/unit/pki/openssl_requests.h"
#include "tests/unit/pki/openssl_revocation.h"

static const struct {
    const char *name, *pem;
} certificates[] = {
    {"root", openssl_root},       {"pss_root", openssl_pss_root},
    {"good", openssl_good},       {"rich", openssl_rich},
    {"unknown", openssl_unknown}, {"policy", openssl_policy},
    {"v1", openssl_v1},           {"rsa_pss", openssl_rsa_pss},
    {"rsa1024", openssl_rsa1024}, {"ed25519", openssl_ed25519},
    {"k256", openssl_k256},       {"signed_pss", openssl_signed_pss},
    {"sha1", openssl_sha1},       {"self_signed", openssl_self_signed},
};
enum { CERTIFICATES = sizeof(certificates) / sizeof(certificates[0]), ROOM = 4096 };

static const struct {
    const char *name, *pem;
} lists[] = {
    {"plain", crl_plain}, {"users", crl_users},       {"place", crl_place},
    {"delta", crl_delta}, {"indirect", crl_indirect}, {"reasons", crl_reasons},
    {"v1", crl_version1}, {"unknown", crl_unknown},   {"elsewhere", crl_elsewhere},
};
enum { LISTS = sizeof(lists) / sizeof(lists[0]) };

#define RESPONSE(name)                                                                             \
    {                                                                                              \
#name, {                                                                                   \
            ocsp_##name, sizeof(ocsp_##name)                                                       \
        }                                                                                          \
    }
static const struct {
    const char *name;
    hs_span der;
} responses[] = {
    RESPONSE(good),  RESPONSE(revoked), RESPONSE(unknown), RESPONSE(by_key),
    RESPONSE(nonce), RESPONSE(sha256),  RESPONSE(endless), RESPONSE(try_later),
    RESPONSE(bare),  RESPONSE(unfit),   RESPONSE(fallen),  RESPONSE(delegated),
};
#undef RESPONSE
enum { RESPONSES = sizeof(responses) / sizeof(responses[0]) };

static hs_span decode(const char *pem, uint8_t *room) {
    hs_span text = {(const uint8_t *)pem, strlen(pem)};
    hs__pem_block block;
    size_t n;
    MUST(hs__pem_next(&text, &block) == HS_OK && block.base64.n < ROOM);
    MUST(hs__pem_decode(&block, room, &n) == HS_OK);
    return (hs_span){room, n};
}

/* Behind its length, as fuzz_chain.c reads it. */
static size_t append(uint8_t *at, hs_span der) {
    at[0] = (uint8_t)(der.n >> 8);
    at[1] = (uint8_t)der.n;
    memcpy(at + 2, der.p, der.n);
    return 2 + der.n;
}

/* Lists and responses alone, and each with the certificates they are about. */
static void write_revocation_seeds(const char *folder, write_seed_fn write_seed) {
    static const uint8_t chain_mode = HS_REVOCATION_CHAIN << 2;
    const hs_span none = {(const uint8_t *)"", 0};
    uint8_t room[ROOM];
    uint8_t start[2 * ROOM];
    size_t n = append(start, decode(rev_root, room));
    n += append(start + n, decode(rev_good, room));
    for (size_t i = 0; i < LISTS + RESPONSES; i++) {
        uint8_t all[4 * ROOM];
        const bool is_list = i < LISTS;
        const char *name = is_list ? lists[i].name : responses[i - LISTS].name;
        const hs_span der = is_list ? decode(lists[i].pem, room) : responses[i - LISTS].der;
        char chain_name[64] = "revocation_";
        write_seed(folder, is_list ? "crl" : "ocsp", name, none, der);
        memcpy(all, start, n);
        const size_t end = n + append(all + n, der);
        all[end] = chain_mode;
        write_seed(folder, "chain", strncat(chain_name, name, 32), none, (hs_span){all, end + 1});
    }
}

void write_pki_seeds(const char *folder, write_seed_fn write_seed) {
    const hs_span none = {(const uint8_t *)"", 0};
    static uint8_t chain[ROOM * (CERTIFICATES + 1)];
    uint8_t room[ROOM];
    uint8_t anchor[ROOM];
    const hs_span root = decode(openssl_root, anchor);
    size_t all = append(chain, root);
    for (size_t i = 0; i < CERTIFICATES; i++) {
        uint8_t pair[2 * ROOM];
        const char *pem = certificates[i].pem;
        const hs_span der = decode(pem, room);
        const hs_span text = {(const uint8_t *)pem, strlen(pem)};
        char name[64] = "pem_";
        write_seed(folder, "x509", certificates[i].name, none, der);
        write_seed(folder, "x509", strncat(name, certificates[i].name, 32), none, text);
        size_t n = append(pair, root);
        n += append(pair + n, der);
        write_seed(folder, "chain", certificates[i].name, none, (hs_span){pair, n});
        all += append(chain + all, der);
    }
    write_seed(folder, "chain", "all", none, (hs_span){chain, all});
    write_seed(folder, "csr", "rich", none, decode(request_rich, room));
    write_seed(folder, "csr", "bare", none, decode(request_bare, room));
    write_revocation_seeds(folder, write_seed);
}
