#include "apps/common/ca_sign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/common/say.h"
#include "pki/lint.h"

enum { SERIAL = 17, KEY_ROOM = 8192 };

hs__exit hs__ca_make_key(const hs_provider *p, int kind, hs_span password, hs__private_key **key,
                         hs__bytes *pem, hs__fault *fault) {
    char text[KEY_ROOM];
    size_t n = sizeof text;
    hs_status st = p->key_generate(p, hs__key_kind_type(kind), hs__key_kind_bits(kind), key);
    if (st == HS_OK)
        st = p->key_write(p, *key, password, text, &n);
    pem->p = st == HS_OK ? malloc(n) : NULL;
    if (pem->p) {
        memcpy(pem->p, text, n);
        pem->n = n;
    } else if (st == HS_OK) {
        st = HS_E_NOMEM;
    }
    hs__wipe(text, sizeof text);
    return st ? hs__fail_status(fault, st, "making a key (%s)", hs__key_kind_names[kind])
              : HS__EXIT_OK;
}

/* 134 random bits; positive, and always as long. What the index has is not taken again, so that a
 * CA restored from a copy goes on without a collision. */
static hs_status make_serial(const hs_provider *p, const hs__index *index, uint8_t serial[SERIAL]) {
    char hex[2 * SERIAL + 1];
    hs_status st;
    do {
        st = p->random(p, serial, SERIAL);
        serial[0] = (uint8_t)((serial[0] & 0x3f) | 0x40);
        hs__hex((hs_span){serial, SERIAL}, hex, sizeof hex);
    } while (st == HS_OK && index && hs__index_find_serial(index->certificates, hex));
    return st;
}

static hs__exit look_at(const hs__cert *draft, const char *what, hs__fault *fault) {
    hs__lint_finding found[HS__LINT_MAX];
    size_t n = hs__lint(draft, found);
    for (size_t i = 0; i < n; i++) {
        const hs__lint_rule *rule = found[i].rule;
        if (rule->severity == HS__LINT_ERROR) {
            hs__fault_set(fault, HS__EXIT_UNTRUSTED, "%s would be wrong (%s): expected %s, got %s",
                          what, rule->name, rule->expected, found[i].got);
            return hs__hint(fault, "%s; the rule: %s", rule->fix, rule->rule);
        }
        hs__say_warning("%s (%s): %s; better: %s", what, rule->name, found[i].got, rule->expected);
    }
    return HS__EXIT_OK;
}

/* Writes the certificate, or its draft where issuer is NULL, and parses it again. */
static hs__exit write_certificate(const hs_provider *p, const hs__cert_template *t,
                                  const hs__private_key *issuer, hs__sig_alg alg, const char *what,
                                  hs__certs *out, hs__fault *fault) {
    size_t n = hs__certificate_room(t);
    uint8_t *der = malloc(n);
    hs_status st = der ? hs__certificate_issue(p, t, issuer, alg, der, &n) : HS_E_NOMEM;
    hs__exit code = st ? hs__fail_status(fault, st, "making %s", what)
                       : hs__certs_parse((hs_span){der, n}, what, out, fault);
    free(der);
    return code;
}

hs__exit hs__ca_sign(const hs_provider *p, hs__cert_template *t, const hs__private_key *issuer,
                     const hs__index *index, const char *what, hs__certs *out, hs__fault *fault) {
    uint8_t serial[SERIAL];
    hs__public_numbers signer;
    hs__certs draft = {0};
    hs_status st = make_serial(p, index, serial);
    if (st == HS_OK)
        st = p->key_public(p, issuer, &signer);
    if (st)
        return hs__fail_status(fault, st, "making %s", what);
    t->serial = (hs_span){serial, sizeof serial};
    hs__sig_alg alg = hs__sig_alg_for(signer.type);
    hs__exit code = write_certificate(p, t, NULL, alg, what, &draft, fault);
    if (code == HS__EXIT_OK)
        code = look_at(draft.v, what, fault);
    if (code == HS__EXIT_OK)
        code = write_certificate(p, t, issuer, alg, what, out, fault);
    hs__certs_free(&draft);
    return code;
}

void hs__ca_name_text(const char *text, const char *end, char *out, size_t room) {
    if (strchr(text, '=')) {
        snprintf(out, room, "%s", text);
        return;
    }
    size_t at = (size_t)snprintf(out, room, "CN=");
    for (const char *p = text; *p && at + 4 < room; p++) {
        bool is_edge = p == text || p[1] == 0;
        if (strchr(",+\"\\<>;", *p) || (is_edge && strchr(" #", *p)))
            out[at++] = '\\';
        out[at++] = *p;
    }
    snprintf(out + at, room - at, "%s", end);
}
