/* The chains, made on the spot. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/pki_bench.h"
#include "pki/issue.h"

enum { NAME_ROOM = 128, DAY = 86400, CAS = 11, CROSS_SIGNED = 100, NAMESAKES = 100 };

static hs_provider *provider;

static void must(hs_status st, const char *what) {
    if (st) {
        (void)fprintf(stderr, "bench: %s: %s\n", what, hs_status_text(st));
        exit(1);
    }
}

typedef struct {
    hs__private_key *key;
    hs__public_numbers numbers;
    uint8_t name[NAME_ROOM], key_id[HS__KEY_ID];
    size_t name_n;
} authority;

static void begin(authority *a, const char *name, bool is_rsa) {
    if (provider == NULL) {
        must(hs_provider_new("libcrypto", &provider), "provider");
    }
    hs_provider *p = provider;
    must(p->key_generate(p, is_rsa ? HS__KEY_RSA : HS__KEY_P256, is_rsa ? 2048 : 0, &a->key),
         "key");
    must(p->key_public(p, a->key, &a->numbers), "public key");
    must(hs__spki_key_id(p, &a->numbers, a->key_id), "key id");
    a->name_n = sizeof(a->name);
    must(hs__name_from_text(name, a->name, &a->name_n), "name");
}

static void end(authority *a) {
    provider->key_free(provider, a->key);
}

/* `subject`, signed by `issuer`, as the next certificate of the case. */
static hs_span issue(pki_case *c, const authority *subject, const authority *issuer, bool is_ca) {
    static const hs__oid server = HS__OID_SERVER_AUTH;
    static const hs__general_name name = {HS__NAME_DNS, {(const uint8_t *)"a.test", 6}};
    const uint8_t serial[] = {1, (uint8_t)(c->made >> 8), (uint8_t)c->made};
    const int64_t now = (int64_t)time(NULL);
    const bool is_root = subject == issuer;
    const hs__cert_template t = {
        .serial = {serial, sizeof(serial)},
        .issuer = {issuer->name, issuer->name_n},
        .subject = {subject->name, subject->name_n},
        .not_before = now - DAY,
        .not_after = now + DAY,
        .public_key = &subject->numbers,
        .is_ca = is_ca,
        .is_leaf = !is_ca,
        .path_len = -1,
        .key_usage = is_ca ? HS__KU_CERT_SIGN : HS__KU_DIGITAL_SIGNATURE,
        .purposes = &server,
        .n_purposes = is_ca ? 0 : 1,
        .names = &name,
        .n_names = is_ca ? 0 : 1,
        .authority_key_id = {is_root ? NULL : issuer->key_id, is_root ? 0 : HS__KEY_ID}};
    size_t n = PKI_CERT_MAX;
    uint8_t *out = c->bytes[c->made++];
    must(hs__certificate_issue(provider, &t, issuer->key, hs__sig_alg_for(issuer->numbers.type),
                               out, &n),
         "certificate");
    return (hs_span){out, n};
}

static void add(pki_case *c, hs_span der) {
    c->chain[c->n++] = der;
}

void pki_make_chain(pki_case *c, bool is_rsa) {
    authority root, middle, leaf;
    begin(&root, "CN=root", is_rsa);
    begin(&middle, "CN=middle", is_rsa);
    begin(&leaf, "CN=a.test", is_rsa);
    *c = (pki_case){.name = is_rsa ? "chain of 3, RSA-2048" : "chain of 3, ECDSA P-256",
                    .is_good = true};
    c->anchor = issue(c, &root, &root, true);
    add(c, issue(c, &leaf, &middle, false));
    add(c, issue(c, &middle, &root, true));
    end(&root);
    end(&middle);
    end(&leaf);
}

void pki_make_cross_signed(pki_case *c) {
    static authority ca[CAS];
    authority root, leaf;
    char name[NAME_ROOM];
    *c = (pki_case){.name = "100 cross-signed"};
    begin(&root, "CN=root", false);
    begin(&leaf, "CN=a.test", false);
    for (size_t i = 0; i < CAS; i++) {
        (void)snprintf(name, sizeof(name), "CN=ca %zu", i);
        begin(&ca[i], name, false);
    }
    c->anchor = issue(c, &root, &root, true);
    add(c, issue(c, &leaf, &ca[0], false));
    for (size_t i = 0; i < CAS * CAS && c->n <= CROSS_SIGNED; i++) {
        if (i / CAS != i % CAS) {
            add(c, issue(c, &ca[i / CAS], &ca[i % CAS], true));
        }
    }
    for (size_t i = 0; i < CAS; i++) {
        end(&ca[i]);
    }
    end(&root);
    end(&leaf);
}

void pki_make_namesakes(pki_case *c) {
    static authority ca[NAMESAKES];
    authority root, leaf;
    *c = (pki_case){.name = "100 namesakes"};
    begin(&root, "CN=root", false);
    begin(&leaf, "CN=a.test", false);
    c->anchor = issue(c, &root, &root, true);
    for (size_t i = 0; i < NAMESAKES; i++) {
        begin(&ca[i], "CN=ca", false);
    }
    add(c, issue(c, &leaf, &ca[NAMESAKES - 1], false));
    for (size_t i = 0; i < NAMESAKES; i++) {
        add(c, issue(c, &ca[i], &ca[i > 0 ? i - 1 : 0], true));
    }
    for (size_t i = 0; i < NAMESAKES; i++) {
        end(&ca[i]);
    }
    end(&root);
    end(&leaf);
}
