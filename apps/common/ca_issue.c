#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/common/ca_sign.h"
#include "apps/common/say.h"
#include "apps/common/value.h"
#include "pki/der.h"
#include "pki/time.h"

enum { NAME_ROOM = 1024, CN_MAX = 64 /* RFC 5280 A.1: ub-common-name */ };

static const char *const PROFILES[] = {"server", "client", "both"};

const char *hs__profile_name(hs__profile profile) {
    return PROFILES[profile];
}

void hs__issued_free(hs__issued *issued) {
    hs__bytes_free(&issued->chain);
    hs__bytes_free(&issued->key);
    hs__certs_free(&issued->leaf);
}

/* ---- may the CA vouch for it? ------------------------------------------------------------ */
/* Some permitted subtree has this kind. `list` is the content of a GeneralSubtrees. */
static bool permits_kind(hs_span list, hs__general_kind kind) {
    uint8_t tag;
    hs_span subtree;
    while (hs__der_walk(&list, &tag, &subtree)) {
        hs__general_name base;
        if (hs__general_name_next(&subtree, &base) && base.kind == kind)
            return true;
    }
    return false;
}

/* Verifiers let names pass whose kind no rule of the CA mentions (RFC 5280 4.2.1.10). Who made a
 * CA with limits did not mean that, so such names are not issued (DECISIONS P2). */
static hs__exit check_kinds(const hs__ca *ca, const hs__name_list *names, hs__fault *fault) {
    hs_span permitted = ca->root.v->permitted;
    for (size_t i = 0; i < names->n && permitted.n > 0; i++) {
        char text[300];
        if (permits_kind(permitted, names->v[i].kind))
            continue;
        hs__general_name_text(&names->v[i], text, sizeof text);
        return hs__fault_set(fault, HS__EXIT_UNTRUSTED,
                             "this CA is limited, and to no such name as %s", text);
    }
    return HS__EXIT_OK;
}

static hs__exit refused(const hs__ca *ca, const hs_report *report, hs__fault *fault) {
    hs__fault_set(fault, HS__EXIT_UNTRUSTED, "peers would refuse this certificate: %s",
                  report->summary);
    if (report->verdict == HS_E_NAME_CONSTRAINTS)
        hs__hint(fault,
                 "the names it may vouch for: mini-ca show %s/root.pem; mini-ca -C OTHER "
                 "init makes a CA for others",
                 hs__safe(ca->folder));
    return fault->code;
}

/* Judges the new certificate as a peer will, so that none leaves that peers refuse. */
static hs__exit check_chain(const hs__ca *ca, const hs__issued *issued, const hs__issue_plan *plan,
                            hs__fault *fault) {
    hs_span chain[2] = {issued->leaf.v->der, {0}};
    hs_trust *trust = NULL;
    hs_report *report = NULL;
    if (ca->issuing.n > 0)
        chain[1] = ca->issuing.v->der;
    hs_verify_options o = {.size = sizeof o,
                           .chain = chain,
                           .n_chain = ca->issuing.n > 0 ? 2 : 1,
                           .purpose = plan->profile == HS__PROFILE_CLIENT ? HS_PURPOSE_CLIENT
                                      : plan->key_transport               ? HS_PURPOSE_KEY_TRANSPORT
                                                                          : HS_PURPOSE_SERVER,
                           .now = hs__now()};
    hs_status st = hs_trust_new(ca->provider, &trust);
    if (st == HS_OK)
        st = hs_trust_add(trust, ca->root.v->der, "this CA", 0, NULL, NULL);
    if (st == HS_OK)
        st = hs_verify(ca->provider, trust, &o, &report);
    hs__exit code = HS__EXIT_OK;
    if (st && report)
        code = refused(ca, report, fault);
    else if (st)
        code = hs__fail_status(fault, st, "checking the new certificate");
    hs_report_free(report);
    hs_trust_unref(trust);
    return code;
}

/* ---- issuing ----------------------------------------------------------------------------- */
/* For people: the first DNS name; of a client without one, the first name. A server that has
 * addresses only gets no CN: GnuTLS would hold it against the CA's rules for DNS names. What does
 * not fit a CN is left out. */
static void subject_text(const hs__issue_plan *plan, char *out, size_t room) {
    char value[CN_MAX + 8] = "";
    const hs__general_name *name = NULL;
    for (size_t i = plan->names.n; i-- > 0;)
        if (plan->names.v[i].kind == HS__NAME_DNS)
            name = &plan->names.v[i];
    if (!name && plan->profile == HS__PROFILE_CLIENT)
        name = &plan->names.v[0];
    out[0] = 0;
    if (name)
        hs__general_name_value_text(name, value, sizeof value);
    if (value[0] && strlen(value) <= CN_MAX && !strchr(value, '='))
        hs__ca_name_text(value, "", out, room);
}

static hs__exit set_subject(const hs__issue_plan *plan, uint8_t *der, size_t *n, hs__fault *fault) {
    char text[NAME_ROOM];
    if (plan->subject_name.n > *n)
        return hs__fault_set(fault, HS__EXIT_USAGE, "the subject is longer than %zu bytes", *n);
    if (plan->subject_name.n > 0) {
        memcpy(der, plan->subject_name.p, plan->subject_name.n);
        *n = plan->subject_name.n;
        return HS__EXIT_OK;
    }
    if (plan->subject)
        snprintf(text, sizeof text, "%s", plan->subject);
    else
        subject_text(plan, text, sizeof text);
    if (hs__name_from_text(text, der, n))
        return hs__fault_set(fault, HS__EXIT_USAGE,
                             "--subject: '%s' is not a name such as 'CN=a.test,O=Example'",
                             hs__safe(text));
    return HS__EXIT_OK;
}

hs__exit hs__ca_check_subject(const hs__issue_plan *plan, hs__fault *fault) {
    uint8_t subject[NAME_ROOM];
    size_t n = sizeof subject;
    return set_subject(plan, subject, &n, fault);
}

static hs__exit sign_leaf(const hs__ca *ca, const hs__index *index, const hs__issue_plan *plan,
                          const hs__public_numbers *key, hs__issued *out, hs__fault *fault) {
    static const hs__oid PURPOSES[] = {HS__OID_SERVER_AUTH, HS__OID_CLIENT_AUTH};
    const hs__cert *signer = hs__ca_signer(ca);
    uint8_t subject[NAME_ROOM];
    size_t subject_n = sizeof subject;
    int64_t start = hs__now() - HS__CA_BACKDATE;
    hs__exit code = set_subject(plan, subject, &subject_n, fault);
    if (code)
        return code;
    out->is_cut = plan->not_after > signer->not_after;
    /* RSA may also carry key transport, for peers of the classic kind (RFC 5246 7.4.2). */
    bool is_rsa_server = key->type == HS__KEY_RSA && plan->profile != HS__PROFILE_CLIENT;
    uint32_t signs = plan->key_transport ? 0 : HS__KU_DIGITAL_SIGNATURE;
    hs__cert_template t = {.issuer = signer->subject,
                           .subject = {subject, subject_n},
                           .public_key = key,
                           .not_before = start > signer->not_before ? start : signer->not_before,
                           .not_after = out->is_cut ? signer->not_after : plan->not_after,
                           .is_leaf = true,
                           .key_usage = signs | (is_rsa_server ? HS__KU_KEY_ENCIPHERMENT : 0u),
                           .purposes =
                               plan->profile == HS__PROFILE_CLIENT ? PURPOSES + 1 : PURPOSES,
                           .n_purposes = plan->profile == HS__PROFILE_BOTH ? 2 : 1,
                           .names = plan->names.v,
                           .n_names = plan->names.n,
                           .must_staple = plan->must_staple,
                           .crl_url = plan->crl_url,
                           .ocsp_url = plan->ocsp_url,
                           .authority_key_id = signer->subject_key_id};
    return hs__ca_sign(ca->provider, &t, hs__credential_key(ca->signer), index, "the certificate",
                       &out->leaf, fault);
}

/* A CA that has run out is said in plain words, not as a chain that does not verify. */
static hs__exit check_life(const hs__ca *ca, hs__fault *fault) {
    const hs__cert *signer = hs__ca_signer(ca);
    char date[HS__DATE_TEXT];
    if (hs__now() <= signer->not_after)
        return HS__EXIT_OK;
    hs__date_text(signer->not_after, date);
    hs__fault_set(fault, HS__EXIT_UNTRUSTED, "the CA in %s has run out on %s", hs__safe(ca->folder),
                  date);
    return hs__hint(fault,
                    "mini-ca -C %s init --force makes a new one; peers must then be given "
                    "its root.pem",
                    hs__safe(ca->folder));
}

/* The public key that goes into the certificate, of a new key where the plan has none. */
static hs__exit choose_key(const hs__ca *ca, const hs__issue_plan *plan, hs__private_key **made,
                           hs__public_numbers *out, hs__issued *issued, hs__fault *fault) {
    hs__exit code = HS__EXIT_OK;
    if (plan->public_key) {
        *out = *plan->public_key;
        return HS__EXIT_OK;
    }
    if (!plan->key)
        code = hs__ca_make_key(ca->provider, plan->kind, (hs_span){NULL, 0}, made, &issued->key,
                               fault);
    if (code)
        return code;
    hs_status st = ca->provider->key_public(ca->provider, plan->key ? plan->key : *made, out);
    return st ? hs__fail_status(fault, st, "the certificate's key") : HS__EXIT_OK;
}

static hs__exit record(const hs__ca *ca, hs__ca_store *store, const hs__issued *issued,
                       hs__profile profile, const char *file, hs__fault *fault) {
    json_t *entry;
    hs__exit code = hs__index_entry(ca->provider, issued->leaf.v, hs__profile_name(profile), file,
                                    &entry, fault);
    return code ? code : hs__store_add(store, entry, fault);
}

static hs__exit check_standing(const hs__ca *ca, const hs__index *index, hs__fault *fault) {
    char serial[64];
    hs__hex(hs__ca_signer(ca)->serial, serial, sizeof serial);
    if (!hs__index_is_revoked(hs__index_find_serial(index->certificates, serial)))
        return HS__EXIT_OK;
    return hs__fault_set(fault, HS__EXIT_UNTRUSTED,
                         "the issuing CA in %s is revoked: peers would refuse what it signs",
                         hs__safe(ca->folder));
}

hs__exit hs__ca_issue(const hs__ca *ca, hs__ca_store *store, const hs__issue_plan *plan,
                      const char *file, hs__issued *out, hs__fault *fault) {
    hs__private_key *made = NULL;
    hs__public_numbers key = {0};
    *out = (hs__issued){0};
    hs__exit code = check_life(ca, fault);
    if (code == HS__EXIT_OK)
        code = check_standing(ca, &store->index, fault);
    if (code == HS__EXIT_OK)
        code = check_kinds(ca, &plan->names, fault);
    if (code == HS__EXIT_OK)
        code = choose_key(ca, plan, &made, &key, out, fault);
    if (code == HS__EXIT_OK)
        code = sign_leaf(ca, &store->index, plan, &key, out, fault);
    if (code == HS__EXIT_OK)
        code = check_chain(ca, out, plan, fault);
    if (code == HS__EXIT_OK)
        code = hs__certs_add_pem(out->leaf.v->der, &out->chain, fault);
    if (code == HS__EXIT_OK && ca->issuing.n > 0)
        code = hs__certs_add_pem(ca->issuing.v->der, &out->chain, fault);
    if (code == HS__EXIT_OK)
        code = record(ca, store, out, plan->profile, file, fault);
    if (made)
        ca->provider->key_free(ca->provider, made);
    if (code)
        hs__issued_free(out);
    return code;
}
