#include "tests/lib/identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/issue.h"
#include "pki/pem.h"

enum { NOT_BEFORE = 1577836800, ROOM = 4096, RSA_BITS = 2048 };
static const int64_t not_after = INT64_C(2208988800); /* 2040-01-01 */

static void must(hs_status st, const char *what) {
    if (st != HS_OK) {
        (void)fprintf(stderr, "test identity: %s: %s\n", what, hs_status_name(st));
        abort();
    }
}

static hs__sig_alg sig_alg(hs__key_type type) {
    if (type == HS__KEY_RSA || type == HS__KEY_RSA_PSS) {
        return (hs__sig_alg){type == HS__KEY_RSA ? HS__SIG_RSA_PKCS1 : HS__SIG_RSA_PSS, HS__SHA256,
                             HS__PSS_SALT_HASH};
    }
    if (type == HS__KEY_ED25519) {
        return (hs__sig_alg){HS__SIG_ED25519, HS__SHA512, HS__PSS_SALT_HASH};
    }
    return (hs__sig_alg){HS__SIG_ECDSA,
                         type == HS__KEY_P384   ? HS__SHA384
                         : type == HS__KEY_P521 ? HS__SHA512
                                                : HS__SHA256,
                         HS__PSS_SALT_HASH};
}

static hs_span name_der(const char *text, uint8_t *room) {
    size_t n = 256;
    must(hs__name_from_text(text, room, &n), text);
    return (hs_span){room, n};
}

static size_t issue_root(const hs_provider *p, const hs__private_key *key, hs__key_type type,
                         uint8_t *out) {
    static const uint8_t serial[] = {0x11};
    hs__public_numbers numbers;
    must(p->key_public(p, key, &numbers), "public key");
    uint8_t room[256];
    const hs_span name = name_der("CN=Test Root", room);
    const hs__cert_template t = {.serial = {serial, sizeof(serial)},
                                 .issuer = name,
                                 .subject = name,
                                 .not_before = NOT_BEFORE,
                                 .not_after = not_after,
                                 .public_key = &numbers,
                                 .is_ca = true,
                                 .path_len = -1,
                                 .key_usage = HS__KU_CERT_SIGN | HS__KU_CRL_SIGN};
    size_t n = ROOM;
    must(hs__certificate_issue(p, &t, key, sig_alg(type), out, &n), "root");
    return n;
}

static size_t issue_leaf(const hs_provider *p, const hs__private_key *root_key, hs_span root,
                         const hs__private_key *key, hs__key_type type, const char *dns,
                         uint32_t key_usage, uint8_t *out) {
    static const uint8_t serial[] = {0x22};
    static const uint8_t loopback[] = {127, 0, 0, 1};
    static const hs__oid purposes[] = {HS__OID_SERVER_AUTH, HS__OID_CLIENT_AUTH};
    hs__public_numbers numbers;
    must(p->key_public(p, key, &numbers), "public key");
    hs__cert issuer;
    hs__rd_root err = {.status = HS_OK};
    must(hs__certificate_read(root, NULL, &issuer, &err), "reading the root");
    const hs__general_name names[] = {
        {HS__NAME_DNS, {(const uint8_t *)"localhost", 9}},
        {HS__NAME_IP, {loopback, sizeof(loopback)}},
        {HS__NAME_DNS, {(const uint8_t *)dns, strlen(dns)}},
    };
    uint8_t room[256];
    const hs__cert_template t = {.serial = {serial, sizeof(serial)},
                                 .issuer = issuer.subject,
                                 .subject = name_der("CN=leaf", room),
                                 .not_before = NOT_BEFORE,
                                 .not_after = not_after,
                                 .public_key = &numbers,
                                 .is_leaf = true,
                                 .key_usage = key_usage,
                                 .purposes = purposes,
                                 .n_purposes = 2,
                                 .names = names,
                                 .n_names = 3,
                                 .authority_key_id = issuer.subject_key_id};
    size_t n = ROOM;
    must(hs__certificate_issue(p, &t, root_key, sig_alg(type), out, &n), "leaf");
    return n;
}

hs__test_identity hs__test_identity_new(hs_provider *p, hs__key_type type, const char *name) {
    hs__test_identity id = {
        .type = type, .key_pem_n = sizeof(id.key_pem), .root_key_pem_n = sizeof(id.root_key_pem)};
    hs__private_key *root_key = NULL;
    hs__private_key *key = NULL;
    must(p->key_generate(p, type, RSA_BITS, &root_key), "root key");
    must(p->key_generate(p, type, RSA_BITS, &key), "leaf key");
    id.root_n = issue_root(p, root_key, type, id.root);
    const hs_span root = {id.root, id.root_n};
    const uint32_t usage =
        HS__KU_DIGITAL_SIGNATURE | (type == HS__KEY_RSA ? HS__KU_KEY_ENCIPHERMENT : 0u);
    id.leaf_n = issue_leaf(p, root_key, root, key, type, name, usage, id.leaf);
    must(p->key_write(p, key, (hs_span){NULL, 0}, id.key_pem, &id.key_pem_n), "writing the key");
    id.key_pem[id.key_pem_n] = '\0';
    must(p->key_write(p, root_key, (hs_span){NULL, 0}, id.root_key_pem, &id.root_key_pem_n),
         "writing the root's key");
    const hs_span pem = {(const uint8_t *)id.key_pem, id.key_pem_n};
    must(hs_credential_new(p, (hs_span){id.leaf, id.leaf_n}, pem, (hs_span){NULL, 0},
                           &id.credential),
         "credential");
    size_t added;
    must(hs_trust_new(p, &id.trust), "trust");
    must(hs_trust_add(id.trust, root, "the test's root", 0, &added, NULL), "root");
    p->key_free(p, root_key);
    p->key_free(p, key);
    return id;
}

hs_credential *hs__test_identity_again(hs_provider *p, const hs__test_identity *id,
                                       const char *name, uint32_t key_usage) {
    const hs_span none = {NULL, 0};
    const hs_span key_pem = {(const uint8_t *)id->key_pem, id->key_pem_n};
    const hs_span root_pem = {(const uint8_t *)id->root_key_pem, id->root_key_pem_n};
    hs__private_key *root_key = NULL;
    hs__private_key *key = NULL;
    must(p->key_load(p, root_pem, none, &root_key), "root key");
    must(p->key_load(p, key_pem, none, &key), "leaf key");
    uint8_t leaf[ROOM];
    const hs_span root = {id->root, id->root_n};
    const size_t n = issue_leaf(p, root_key, root, key, id->type, name, key_usage, leaf);
    hs_credential *credential = NULL;
    must(hs_credential_new(p, (hs_span){leaf, n}, key_pem, none, &credential), "credential");
    p->key_free(p, root_key);
    p->key_free(p, key);
    return credential;
}

void hs__test_identity_free(hs__test_identity *id) {
    hs_credential_unref(id->credential);
    hs_trust_unref(id->trust);
}
