/* Was it revoked? Lists (RFC 5280 6.3) and OCSP responses (RFC 6960 3.2): first whether they may be
 * relied on, then what they say. */
#include <string.h>

#include "crypto/digest.h"
#include "pki/path_check.h"
#include "pki/text.h"
#include "pki/time.h"
#include "proto/span.h"

enum { CLOCK_SKEW = 300, SHA1_LEN = 20 };

/* What is known about one certificate. */
typedef struct {
    hs_status status;    /* HS_OK: good */
    const char *problem; /* why a list or a response cannot be relied on */
    const char *source;  /* "list of CN=x", "OCSP response" */
    int64_t until;       /* of what says so */
    int64_t revoked_at;
    unsigned reason;
} answer;

/* Whose certificate it is, and who answers for it. */
typedef struct {
    hs__judge *judge;
    const hs__cert *cert, *issuer;
    hs__anchor *anchor; /* the issuer's, or NULL */
} question;

static answer unusable(hs_status status, const char *problem) {
    return (answer){.status = status, .problem = problem};
}

/* ---- times ------------------------------------------------------------------------------- */

static const char *time_problem(const hs__judge *j, int64_t this_update, bool has_next,
                                int64_t next_update) {
    const int64_t now = j->options->now;
    if (this_update > now + CLOCK_SKEW) {
        return "is from the future";
    }
    /* Without an end anybody could go on showing an old one (RFC 5280 5.1.2.5, RFC 5019 2.2.4). */
    if (!has_next) {
        return "does not say until when it holds";
    }
    return next_update < now ? "is out of date" : NULL;
}

/* ---- lists (RFC 5280 6.3.3) -------------------------------------------------------------- */

static bool shares_a_name(hs_span a, hs_span b) {
    hs__general_name x;
    while (hs__general_name_next(&a, &x)) {
        hs_span rest = b;
        hs__general_name y;
        while (hs__general_name_next(&rest, &y)) {
            if (x.kind == y.kind && hs__span_equal(x.value, y.value)) {
                return true;
            }
        }
    }
    return false;
}

/* 6.3.3 (b) (2): a list that is limited to a place covers the certificates that name the place. */
static bool covers_point(const hs__crl *crl, const hs__cert *cert) {
    hs_span rest = cert->crl_points;
    hs__crl_point point;
    if (!crl->has_scope || !crl->scope.has_name) {
        return true;
    }
    while (hs__crl_point_next(&rest, &point)) {
        if (!point.has_issuer && shares_a_name(point.full_name, crl->scope.full_name)) {
            return true;
        }
    }
    return false;
}

/* The list is about such certificates. */
static bool covers(const hs__crl *crl, const question *q) {
    const bool is_for_kind =
        !crl->has_scope || (q->cert->is_ca ? !crl->scope.only_users : !crl->scope.only_cas);
    /* A namesake of the issuer, or a key it had before: not this one's list. */
    const bool is_other_key = crl->authority_key_id.n > 0 && q->issuer->subject_key_id.n > 0 &&
                              !hs__span_equal(crl->authority_key_id, q->issuer->subject_key_id);
    return is_for_kind && !is_other_key && hs__name_equal(crl->issuer, q->cert->issuer) &&
           covers_point(crl, q->cert);
}

static const char *list_problem(const hs__crl *crl, const question *q) {
    if (hs__has(q->issuer, HS__EXT_KEY_USAGE) && (q->issuer->key_usage & HS__KU_CRL_SIGN) == 0) {
        return "is signed with a key that may not sign lists (keyUsage without cRLSign)";
    }
    if (!crl->algorithms_match) {
        return "names one signature algorithm outside and another one inside";
    }
    if (crl->n_unknown_critical > 0) {
        return "has a critical extension that is not understood";
    }
    if (crl->is_delta) {
        return "has only changes to another list";
    }
    if (crl->has_scope &&
        (crl->scope.is_indirect || crl->scope.has_reasons || crl->scope.only_attributes)) {
        return "covers only a part, or other issuers' certificates";
    }
    /* 5.2.3: every list of version 2 has a number, not critical. */
    if (crl->version == 2 && (!crl->has_number || crl->is_number_critical)) {
        return crl->has_number ? "has a critical cRLNumber" : "has no cRLNumber";
    }
    return time_problem(q->judge, crl->this_update, crl->has_next_update, crl->next_update);
}

static answer ask_list(const hs__crl *crl, const question *q) {
    const char *problem = list_problem(crl, q);
    hs__revoked entry;
    if (problem != NULL) {
        return unusable(HS_E_CRL, problem);
    }
    const hs__signed what = {crl->tbs, &crl->signature, crl->signature_value};
    const hs_status st = hs__judge_signature(q->judge, &what, q->issuer, q->anchor);
    if (st) {
        return unusable(st == HS_E_VERIFY_LIMIT ? st : HS_E_CRL,
                        "is not signed with the issuer's key");
    }
    if (hs__crl_find(crl, q->cert->serial, &entry)) {
        return (answer){.status = HS_E_CERT_REVOKED,
                        .source = "revocation list",
                        .revoked_at = entry.when,
                        .reason = entry.reason};
    }
    return (answer){.status = HS_OK, .source = "revocation list", .until = crl->next_update};
}

/* Of what two sources say, the worse: revoked, then good, then unusable, then nothing. */
static answer worse(answer a, answer b) {
    const hs_status order[] = {HS_E_CERT_REVOKED, HS_OK, HS_E_VERIFY_LIMIT, HS_E_OCSP, HS_E_CRL};
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        if (a.status == order[i] || b.status == order[i]) {
            return a.status == order[i] ? a : b;
        }
    }
    return a;
}

static answer ask_lists(const question *q, answer so_far) {
    size_t n = 0;
    const hs__crl *crls = q->judge->trust != NULL ? hs__trust_crls(q->judge->trust, &n) : NULL;
    for (size_t i = 0; i < n; i++) {
        if (covers(&crls[i], q)) {
            so_far = worse(so_far, ask_list(&crls[i], q));
        }
    }
    return so_far;
}

/* ---- OCSP (RFC 6960 3.2) ----------------------------------------------------------------- */

static bool hash_is(const hs_provider *p, hs__hash_id id, hs_span data, hs_span expected) {
    uint8_t digest[HS__HASH_MAX];
    return hs__digest(p, id, data, digest) == HS_OK && expected.n == hs__hash_len(id) &&
           memcmp(digest, expected.p, expected.n) == 0;
}

static bool hash_id_of(hs__oid oid, hs__hash_id *id) {
    static const struct {
        hs__oid oid;
        hs__hash_id id;
    } hashes[] = {{HS__OID_SHA1, HS__SHA1},
                  {HS__OID_SHA256, HS__SHA256},
                  {HS__OID_SHA384, HS__SHA384},
                  {HS__OID_SHA512, HS__SHA512}};
    for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
        if (hashes[i].oid == oid) {
            *id = hashes[i].id;
            return true;
        }
    }
    return false;
}

static bool is_about(const hs__ocsp_single *s, const question *q) {
    const hs_provider *p = q->judge->provider;
    hs__hash_id id;
    return hs__span_equal(s->serial, q->cert->serial) && hash_id_of(s->hash, &id) &&
           hash_is(p, id, q->cert->issuer, s->issuer_name_hash) &&
           hash_is(p, id, q->issuer->key.bits, s->issuer_key_hash);
}

static bool find_single(const hs__ocsp *r, const question *q, hs__ocsp_single *out) {
    hs_span rest = r->singles;
    while (hs__ocsp_next(&rest, out)) {
        if (is_about(out, q)) {
            return true;
        }
    }
    return false;
}

static bool is_responder(const hs__ocsp *r, const hs_provider *p, const hs__cert *c) {
    return r->is_by_key ? hash_is(p, HS__SHA1, c->key.bits, r->responder)
                        : hs__name_equal(c->subject, r->responder);
}

/* 4.2.2.2: the issuer of the certificate in question has issued this one for just that. */
static const char *delegate_problem(const question *q, const hs__cert *c) {
    const int64_t now = q->judge->options->now;
    const question about = {q->judge, c, q->issuer, q->anchor};
    if (!hs__cert_has_purpose(c, HS__OID_OCSP_SIGNING)) {
        return "is signed by somebody who may not (no purpose OCSPSigning)";
    }
    if (hs__has(c, HS__EXT_KEY_USAGE) && (c->key_usage & HS__KU_DIGITAL_SIGNATURE) == 0) {
        return "is signed with a key that may not sign (keyUsage)";
    }
    if (now < c->not_before || now > c->not_after || c->n_unknown_critical > 0 ||
        !c->algorithms_match) {
        return "is signed with a certificate that is not valid";
    }
    if (!hs__name_equal(c->issuer, q->issuer->subject) ||
        hs__path_signature(q->judge, c, q->issuer, q->anchor) != HS_OK) {
        return "is signed by somebody whom the issuer did not authorize";
    }
    /* Where a list is at hand, the responder must not be on it. */
    const answer known = ask_lists(&about, (answer){.status = HS_E_REVOCATION_UNKNOWN});
    return known.status == HS_E_CERT_REVOKED ? "is signed with a certificate that was revoked"
                                             : NULL;
}

static const char *signature_problem(const hs__ocsp *r, const question *q) {
    static const char not_signed[] = "does not verify with the key of its responder";
    const hs__signed what = {r->tbs, &r->signature, r->signature_value};
    const char *problem = "is signed by somebody whose certificate is not there";
    hs_span rest = r->certificates;
    hs_span at = rest;
    hs_span content;
    uint8_t tag;
    if (is_responder(r, q->judge->provider, q->issuer)) {
        return hs__judge_signature(q->judge, &what, q->issuer, q->anchor) ? not_signed : NULL;
    }
    for (; hs__der_walk(&rest, &tag, &content); at = rest) {
        hs__rd_root root;
        hs__cert c;
        const hs_span der = {at.p, (size_t)(rest.p - at.p)};
        if (hs__certificate_read(der, NULL, &c, &root) != HS_OK ||
            !is_responder(r, q->judge->provider, &c)) {
            continue;
        }
        problem = delegate_problem(q, &c);
        if (problem == NULL) {
            return hs__judge_signature(q->judge, &what, &c, NULL) ? not_signed : NULL;
        }
    }
    return problem;
}

static bool nonce_is_wrong(const hs__ocsp *r, const hs_verify_options *o) {
    return o->ocsp_nonce.p != NULL && (!r->has_nonce || !hs__span_equal(r->nonce, o->ocsp_nonce));
}

static answer ask_staple(const question *q) {
    const hs__judge *j = q->judge;
    const hs__ocsp *r = &j->staple;
    hs__ocsp_single s;
    if (j->staple_status) {
        return unusable(HS_E_OCSP, "does not follow its format");
    }
    if (r->status != 0) {
        return unusable(HS_E_OCSP, hs__ocsp_status_text(r->status));
    }
    if (!find_single(r, q, &s)) {
        return unusable(HS_E_OCSP, "is not about this certificate");
    }
    const char *problem = r->n_unknown_critical + s.n_unknown_critical > 0
                              ? "has a critical extension that is not understood"
                          : nonce_is_wrong(r, j->options)
                              ? "does not repeat the nonce"
                              : time_problem(j, s.this_update, s.has_next_update, s.next_update);
    problem = problem != NULL ? problem : signature_problem(r, q);
    if (problem != NULL) {
        return unusable(HS_E_OCSP, problem);
    }
    if (s.verdict == HS__OCSP_UNKNOWN) {
        return unusable(HS_E_OCSP, "says that the responder does not know this certificate");
    }
    return (answer){.status = s.verdict == HS__OCSP_GOOD ? HS_OK : HS_E_CERT_REVOKED,
                    .source = "OCSP response",
                    .until = s.next_update,
                    .revoked_at = s.revoked_at,
                    .reason = s.reason};
}

/* ---- the checks -------------------------------------------------------------------------- */

static bool must_be_known(const hs__judge *j, size_t depth) {
    const hs_revocation mode = j->options->revocation;
    return mode == HS_REVOCATION_CHAIN || (mode == HS_REVOCATION_LEAF && depth == 0);
}

static void say(const answer *a, const hs__path *path, size_t depth, hs__finding *f) {
    char day[HS__DATE_TEXT];
    const bool is_response = a->status == HS_E_OCSP;
    f->expected = "not revoked";
    if (a->status == HS_OK) {
        hs__date_text(a->until, day);
        f->got = hs__arena_f(f->arena, "the %s says so, and holds until %s", a->source, day);
    } else if (a->status == HS_E_CERT_REVOKED) {
        hs__date_text(a->revoked_at, day);
        f->got = hs__arena_f(f->arena, "revoked on %s (%s), says the %s", day,
                             hs__revocation_reason(a->reason), a->source);
        f->fix = "use a certificate that was not revoked; its key may be in wrong hands";
        hs__summarize(f, path, depth, "was ");
    } else if (a->problem != NULL) {
        f->got = hs__arena_f(f->arena, "the %s %s",
                             is_response ? "OCSP response" : "revocation list", a->problem);
        f->fix = is_response ? "let the server fetch a fresh response, or turn stapling off there"
                             : "fetch a fresh list from the issuer, or leave it out";
        f->summary = hs__arena_f(f->arena, "whether the %s was revoked cannot be told: %s",
                                 hs__say_who(f, path, depth), f->got);
    } else {
        f->got = "nothing says so, neither a list nor an OCSP response";
        f->fix = "give the issuer's list with --crl, or have the server staple a response";
        f->summary = hs__arena_f(f->arena, "whether the %s was revoked is not known",
                                 hs__say_who(f, path, depth));
    }
}

void hs__check_revocation(hs__judge *j, const hs__path *path, size_t depth, hs__finding *f) {
    answer a = {.status = HS_E_REVOCATION_UNKNOWN};
    if (j->options->revocation == HS_REVOCATION_OFF || depth + 1 >= path->n) {
        f->is_skipped = true;
        return;
    }
    const bool by_anchor = hs__is_anchor(path, depth + 1);
    const question q = {j, path->cert[depth], path->cert[depth + 1],
                        by_anchor ? path->anchor : NULL};
    if (depth == 0 && j->options->staple.p != NULL) {
        a = ask_staple(&q);
    }
    /* A bad staple is bad whatever a list says (RFC 6066 8). */
    a = a.status == HS_E_OCSP ? a : ask_lists(&q, a);
    f->is_skipped = a.status == HS_E_REVOCATION_UNKNOWN && !must_be_known(j, depth);
    if (f->is_skipped) {
        return;
    }
    f->status = a.status;
    if (hs__is_wanted(f)) {
        say(&a, path, depth, f);
    }
}

/* RFC 7633 4.3.3: what the certificate promises, where it was asked for. */
void hs__check_staple(hs__judge *j, const hs__path *path, size_t depth, hs__finding *f) {
    const hs_verify_options *o = j->options;
    if (!path->cert[depth]->promises_staple || !o->asked_for_staple ||
        o->revocation == HS_REVOCATION_OFF) {
        f->is_skipped = true;
        return;
    }
    f->status = o->staple.p != NULL ? HS_OK : HS_E_STAPLE_MISSING;
    if (hs__is_wanted(f)) {
        f->expected =
            "an OCSP response in the handshake, as the certificate promises (must-staple)";
        f->got = f->status == HS_OK ? "one came" : "none came";
        f->fix = "let the server staple, or issue a certificate without tlsFeature";
        f->summary = "the certificate promises a stapled OCSP response, and none came";
    }
}
