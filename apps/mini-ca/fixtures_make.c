#include "apps/mini-ca/fixtures_make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/common/ca_sign.h"
#include "apps/common/value.h"
#include "apps/mini-ca/want.h"
#include "pki/signed.h"
#include "pki/spki.h"

enum { SERIAL = 16, KEY_ROOM = 8192, WEAK_BITS = 1024, RSA_BITS = 2048 };

void fixture_made_free(const hs_provider *p, fixture_made *made) {
    if (made->key)
        p->key_free(p, made->key);
    hs__certs_free(&made->cert);
    hs__bytes_free(&made->key_pem);
}

/* ---- keys and names ---------------------------------------------------------------------- */
static hs_status make_key(const hs_provider *p, hs__key_type type, unsigned bits,
                          fixture_made *out) {
    hs_status st = p->key_generate(p, type, bits, &out->key);
    out->key_pem = (hs__bytes){.p = malloc(KEY_ROOM), .n = KEY_ROOM};
    if (st == HS_OK && !out->key_pem.p)
        st = HS_E_NOMEM;
    if (st == HS_OK)
        st = p->key_write(p, out->key, (hs_span){NULL, 0}, (char *)out->key_pem.p, &out->key_pem.n);
    return st;
}

static hs_status set_name(const char *what, const char *name, fixture_made *out) {
    char text[FIXTURE_NAME_ROOM];
    snprintf(text, sizeof text, "CN=%s%s", what, name);
    out->name_n = sizeof out->name;
    return hs__name_from_text(text, out->name, &out->name_n);
}

/* ---- signing ----------------------------------------------------------------------------- */
static bool replace(uint8_t *p, size_t n, hs_span old, hs_span new) {
    uint8_t *at = memmem(p, n, old.p, old.n);
    if (!at)
        return false;
    memcpy(at, new.p, new.n);
    return true;
}

/* For what our own writer refuses to write: other bytes in what is signed, or SHA-1. `alg_der` is
 * the AlgorithmIdentifier as it stands in `tbs`. */
static hs_status sign_anyhow(const hs_provider *p, const hs__private_key *key, hs__sig_alg alg,
                             hs_span tbs, hs_span alg_der, uint8_t *out, size_t *n) {
    uint8_t signature[HS__SIGNATURE_MAX];
    size_t signature_n = sizeof signature;
    hs_status st = p->key_sign(p, key, alg, tbs, signature, &signature_n);
    if (st)
        return st;
    hs__der_out o = {.start = out, .p = out + *n};
    const uint8_t *end = o.p;
    hs__der_put(&o, signature, signature_n);
    hs__der_wrap_bits(&o, end);
    hs__der_put(&o, alg_der.p, alg_der.n);
    hs__der_put(&o, tbs.p, tbs.n);
    hs__der_wrap(&o, HS__DER_SEQUENCE, end);
    if (o.full)
        return HS_E_NO_SPACE;
    *n = (size_t)(end - o.p);
    memmove(out, o.p, *n);
    return HS_OK;
}

/* Changes the draft's bytes as `how` wants it, then signs. */
static hs_status sign_changed(const hs_provider *p, const hs__private_key *key, hs__sig_alg alg,
                              unsigned how, hs_span draft, uint8_t *out, size_t *n) {
    hs__cert cert;
    hs__rd_root root;
    hs_status st = hs__certificate_read(draft, NULL, &cert, &root);
    if (st)
        return st;
    uint8_t *tbs = malloc(cert.tbs.n), alg_der[64];
    if (!tbs || cert.signature.der.n > sizeof alg_der) {
        free(tbs);
        return HS_E_NOMEM;
    }
    memcpy(tbs, cert.tbs.p, cert.tbs.n);
    memcpy(alg_der, cert.signature.der.p, cert.signature.der.n);
    bool ok = true;
    if (how & FIXTURE_UNKNOWN_CRITICAL) /* 2.5.29.127 in place of keyUsage */
        ok = replace(tbs, cert.tbs.n, (hs_span){(const uint8_t *)"\x55\x1d\x0f", 3},
                     (hs_span){(const uint8_t *)"\x55\x1d\x7f", 3});
    if (how & FIXTURE_SHA1) {
        hs_span old = hs__oid_bytes(HS__OID_RSA_SHA256), new = hs__oid_bytes(HS__OID_RSA_SHA1);
        ok = replace(tbs, cert.tbs.n, old, new) && replace(alg_der, cert.signature.der.n, old, new);
        alg.hash = HS__SHA1;
    }
    st = ok ? sign_anyhow(p, key, alg, (hs_span){tbs, cert.tbs.n},
                          (hs_span){alg_der, cert.signature.der.n}, out, n)
            : HS_E_MISUSE;
    free(tbs);
    return st;
}

static hs_status sign(const hs_provider *p, hs__cert_template *t, const hs__private_key *issuer,
                      unsigned how, uint8_t *der, size_t *n) {
    hs__public_numbers signer;
    size_t room = *n;
    hs_status st = p->key_public(p, issuer, &signer);
    if (st)
        return st;
    hs__sig_alg alg = hs__sig_alg_for(signer.type);
    if (!(how & (FIXTURE_SHA1 | FIXTURE_UNKNOWN_CRITICAL))) {
        st = hs__certificate_issue(p, t, issuer, alg, der, n);
    } else {
        uint8_t *draft = malloc(room);
        st = draft ? hs__certificate_issue(p, t, NULL, alg, draft, &room) : HS_E_NOMEM;
        if (st == HS_OK)
            st = sign_changed(p, issuer, alg, how, (hs_span){draft, room}, der, n);
        free(draft);
    }
    if (st == HS_OK && (how & FIXTURE_BAD_SIGNATURE))
        der[*n - 1] ^= 1;
    return st;
}

static hs__exit finish(const hs_provider *p, hs__cert_template *t, const hs__private_key *issuer,
                       unsigned how, const char *what, fixture_made *out, hs__fault *fault) {
    uint8_t serial[SERIAL];
    hs__public_numbers own;
    hs_status st = p->random(p, serial, sizeof serial);
    serial[0] = (uint8_t)((serial[0] & 0x3f) | 0x40);
    t->serial = (hs_span){serial, sizeof serial};
    t->subject = (hs_span){out->name, out->name_n};
    t->public_key = &own;
    if (st == HS_OK)
        st = p->key_public(p, out->key, &own);
    size_t n = st == HS_OK ? hs__certificate_room(t) : 1;
    uint8_t *der = malloc(n);
    if (st == HS_OK)
        st = der ? sign(p, t, issuer, how, der, &n) : HS_E_NOMEM;
    hs__exit code = st ? hs__fail_status(fault, st, "making %s", what)
                       : hs__certs_parse((hs_span){der, n}, what, &out->cert, fault);
    free(der);
    return code;
}

/* ---- CAs --------------------------------------------------------------------------------- */
static int64_t day(const fixture_world *w, int days) {
    return w->now + (int64_t)days * MINI_CA_DAY;
}

static hs__exit make_ca(fixture_world *w, fixture_ca which, hs__fault *fault) {
    static const hs__general_name ALLOWED = {HS__NAME_DNS, {(const uint8_t *)"allowed.test", 12}};
    const fixture_authority *a = &fixture_authorities[which];
    fixture_made *out = &w->ca[which];
    const fixture_made *issuer = a->issuer == FIXTURE_CA_SELF ? out : &w->ca[a->issuer];
    hs_status st = make_key(w->provider, a->is_rsa ? HS__KEY_RSA : HS__KEY_P256, RSA_BITS, out);
    if (st == HS_OK)
        st = set_name("mini-ca fixtures: ", a->name, out);
    if (st)
        return hs__fail_status(fault, st, "making %s", a->name);
    hs__cert_template t = {.issuer = {issuer->name, issuer->name_n},
                           .not_before = day(w, a->from_days),
                           .not_after = day(w, a->to_days),
                           .is_ca = !a->is_leaf,
                           .is_leaf = a->is_leaf,
                           .path_len = a->path_len,
                           .key_usage = HS__KU_CERT_SIGN | HS__KU_CRL_SIGN,
                           .permitted = &ALLOWED,
                           .n_permitted = a->is_constrained};
    if (a->may_not_sign)
        t.key_usage = HS__KU_CRL_SIGN;
    if (a->is_leaf)
        t.key_usage = HS__KU_DIGITAL_SIGNATURE;
    if (issuer != out)
        t.authority_key_id = issuer->cert.v->subject_key_id;
    return finish(w->provider, &t, issuer->key, 0, a->name, out, fault);
}

hs__exit fixture_world_make(const hs_provider *p, fixture_world *out, hs__fault *fault) {
    hs__exit code = HS__EXIT_OK;
    *out = (fixture_world){.provider = p, .now = hs__now()};
    for (int i = 0; i < FIXTURE_CAS && !code; i++)
        code = make_ca(out, (fixture_ca)i, fault);
    return code;
}

void fixture_world_free(fixture_world *world) {
    for (size_t i = 0; i < FIXTURE_CAS && world->provider; i++)
        fixture_made_free(world->provider, &world->ca[i]);
}

/* ---- certificates ------------------------------------------------------------------------ */
static hs_status make_leaf_key(const fixture_world *w, const fixture *f, fixture_made *out) {
    return f->how & FIXTURE_WEAK_KEY ? make_key(w->provider, HS__KEY_RSA, WEAK_BITS, out)
                                     : make_key(w->provider, HS__KEY_P256, 0, out);
}

hs__exit fixture_make(const fixture_world *w, const fixture *f, fixture_made *out,
                      hs__fault *fault) {
    static const hs__oid SERVER = HS__OID_SERVER_AUTH, CLIENT = HS__OID_CLIENT_AUTH;
    const char *certificate_name = f->certificate_name ? f->certificate_name : f->name;
    const fixture_made *issuer = f->issuer == FIXTURE_CA_SELF ? out : &w->ca[f->issuer];
    hs__general_name name = {HS__NAME_DNS,
                             {(const uint8_t *)certificate_name, strlen(certificate_name)}};
    *out = (fixture_made){0};
    hs_status st = make_leaf_key(w, f, out);
    if (st == HS_OK)
        st = set_name("", certificate_name, out);
    if (st)
        return hs__fail_status(fault, st, "making %s", f->name);
    hs__cert_template t = {.issuer = {issuer->name, issuer->name_n},
                           .not_before = day(w, f->from_days),
                           .not_after = day(w, f->to_days),
                           .is_leaf = true,
                           .key_usage = HS__KU_DIGITAL_SIGNATURE,
                           .purposes = f->how & FIXTURE_FOR_CLIENTS ? &CLIENT : &SERVER,
                           .n_purposes = 1,
                           .names = &name,
                           .n_names = !(f->how & FIXTURE_NO_NAMES)};
    if (issuer != out)
        t.authority_key_id = issuer->cert.v->subject_key_id;
    return finish(w->provider, &t, issuer->key, f->how, f->name, out, fault);
}

hs__exit fixture_chain(const fixture_world *w, const fixture *f, const fixture_made *made,
                       hs__bytes *pem, hs__fault *fault) {
    *pem = (hs__bytes){0};
    hs__exit code = hs__certs_add_pem(made->cert.v->der, pem, fault);
    if (code == HS__EXIT_OK && (f->how & FIXTURE_CHAIN_UNORDERED))
        code = hs__certs_add_pem(w->ca[FIXTURE_CA_RSA].cert.v->der, pem, fault);
    for (fixture_ca i = f->issuer; i != FIXTURE_CA_SELF && !code;
         i = fixture_authorities[i].issuer) {
        bool is_root = fixture_authorities[i].issuer == FIXTURE_CA_SELF;
        if (!is_root && !(f->how & FIXTURE_WITHOUT_CHAIN))
            code = hs__certs_add_pem(w->ca[i].cert.v->der, pem, fault);
    }
    return code;
}
