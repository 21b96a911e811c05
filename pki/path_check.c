/* The checks of a path, one function each, and their table at the end. A check sets
 * f->status and, where texts are wanted, says what it expected and got. */
#include <inttypes.h>
#include <stdio.h>

#include "pki/path_check.h"
#include "pki/text.h"
#include "pki/time.h"
#include "proto/span.h"

enum { RSA_BITS_MIN = 2048, SERIAL_MAX = 20 };

const char *hs__say_name(const hs__finding *f, hs_span name) {
    char text[HS__NAME_TEXT];
    hs__name_text(name, text, sizeof(text));
    return hs__arena_f(f->arena, "%s", text[0] != '\0' ? text : "(empty name)");
}

const char *hs__say_who(const hs__finding *f, const hs__path *path, size_t depth) {
    if (depth == 0) {
        return "certificate";
    }
    return hs__arena_f(f->arena, "CA certificate %s", hs__say_name(f, path->cert[depth]->subject));
}

void hs__summarize(hs__finding *f, const hs__path *path, size_t depth, const char *verb) {
    if (f->status) {
        f->summary = hs__arena_f(f->arena, "%s %s%s", hs__say_who(f, path, depth), verb, f->got);
    }
}

/* What a profile asks for, as columns of rules.def; see hs__rules. */
static const uint32_t web_pki =
#define HS_RULE(name, bit, web, private_, meaning) (web ? HS_RULE_##name : 0u) |
#include "handshake/rules.def"
#undef HS_RULE
    0u;
static const uint32_t private_use =
#define HS_RULE(name, bit, web, private_, meaning) (private_ ? HS_RULE_##name : 0u) |
#include "handshake/rules.def"
#undef HS_RULE
    0u;

uint32_t hs__rules(const hs__judge *j, const hs__path *path) {
    const hs_verify_options *o = j->options;
    const bool is_public = path->anchor != NULL && (path->anchor->flags & HS_TRUST_WEB_PKI) != 0;
    const uint32_t by_anchor = is_public ? web_pki & ~(uint32_t)HS_RULE_ANCHOR : private_use;
    const uint32_t rules = o->profile == HS_PROFILE_WEB_PKI   ? web_pki
                           : o->profile == HS_PROFILE_PRIVATE ? private_use
                                                              : by_anchor;
    return (rules | o->rules_on) & ~o->rules_off;
}

/* ---- form -------------------------------------------------------------------------------- */

static void check_version(hs__judge *j, const hs__path *path, size_t depth, hs__finding *f) {
    const hs__cert *c = path->cert[depth];
    (void)j;
    f->status = c->version == 3 ? HS_OK : HS_E_CERT_VERSION;
    if (hs__is_wanted(f)) {
        f->expected = "version 3";
        f->got = hs__arena_f(f->arena, "version %d", c->version);
        f->fix = "issue it anew as X.509 version 3";
        hs__summarize(f, path, depth, "is of ");
    }
}

/* RFC 5280 4.1.2.2: positive, at most 20 bytes. */
static void check_serial(hs__judge *j, const hs__path *path, size_t depth, hs__finding *f) {
    const hs_span s = path->cert[depth]->serial;
    const bool is_zero = s.n == 1 && s.p[0] == 0;
    const bool is_negative = s.p[0] >= 0x80;
    (void)j;
    f->status = is_zero || is_negative || s.n > SERIAL_MAX ? HS_E_CERT_FORMAT : HS_OK;
    if (hs__is_wanted(f)) {
        f->expected = "a positive number of at most 20 bytes";
        f->got = is_zero       ? "0"
                 : is_negative ? "a negative number"
                               : hs__arena_f(f->arena, "%zu byte%s", s.n, s.n == 1 ? "" : "s");
        f->fix = "issue it anew with another serial number";
        hs__summarize(f, path, depth, "has a bad serial number: ");
    }
}

static void check_signature_algorithm(hs__judge *j, const hs__path *path, size_t depth,
                                      hs__finding *f) {
    const hs__cert *c = path->cert[depth];
    char text[HS__SIGALG_TEXT];
    (void)j;
    if (!c->algorithms_match) {
        f->status = HS_E_CERT_FORMAT;
    } else if (c->signature.is_weak) {
        f->status = HS_E_WEAK_SIGNATURE;
    } else if (!c->signature.is_known) {
        f->status = HS_E_UNSUPPORTED_KEY;
    }
    if (hs__is_wanted(f)) {
        hs__sigalg_text(&c->signature, text, sizeof(text));
        f->expected = "SHA-256 or better, the same algorithm inside and outside";
        f->got = hs__arena_f(f->arena, "%s%s", text,
                             c->algorithms_match ? "" : ", and another one inside");
        f->fix = "issue it anew, signed with SHA-256 or better";
        hs__summarize(f, path, depth,
                      c->signature.is_weak ? "is signed with the broken " : "is signed with ");
    }
}

static void check_public_key(hs__judge *j, const hs__path *path, size_t depth, hs__finding *f) {
    const hs__spki *k = &path->cert[depth]->key;
    const bool is_rsa =
        k->is_known && (k->numbers.type == HS__KEY_RSA || k->numbers.type == HS__KEY_RSA_PSS);
    char text[HS__KEY_TEXT];
    if (!k->is_known || !hs__provider_has_key_type(j->provider, k->numbers.type)) {
        f->status = HS_E_UNSUPPORTED_KEY;
    } else if (is_rsa && hs__public_bits(&k->numbers) < RSA_BITS_MIN) {
        f->status = HS_E_WEAK_KEY;
    }
    if (hs__is_wanted(f)) {
        hs__spki_text(k, text, sizeof(text));
        f->expected = "RSA of 2048 bits or more, ECDSA P-256, P-384 or P-521, or Ed25519 "
                      "where the crypto library has it";
        f->got = hs__arena_f(f->arena, "%s", text);
        f->fix = "issue it anew with another key";
        hs__summarize(f, path, depth, "has a key that is not good enough: ");
    }
}

/* RFC 5280 4.2: what is critical and not understood ends the matter. */
static void check_critical_extensions(hs__judge *j, const hs__path *path, size_t depth,
                                      hs__finding *f) {
    const hs__cert *c = path->cert[depth];
    char text[HS__OID_TEXT_MAX];
    (void)j;
    f->status = c->n_unknown_critical == 0 ? HS_OK : HS_E_CRITICAL_EXTENSION;
    if (hs__is_wanted(f)) {
        f->expected = "critical extensions that are understood";
        f->got = "none unknown";
        if (f->status) {
            hs__oid_text(c->unknown_critical, text, sizeof(text));
            f->got = hs__arena_f(f->arena, "%s", text);
        }
        f->fix = "issue it anew with that extension left out or not critical";
        hs__summarize(f, path, depth, "has a critical extension that is not understood: ");
    }
}

/* ---- time -------------------------------------------------------------------------------- */

static void check_validity(hs__judge *j, const hs__path *path, size_t depth, hs__finding *f) {
    const hs__cert *c = path->cert[depth];
    const int64_t now = j->options->now;
    char from[HS__DATE_TEXT];
    char to[HS__DATE_TEXT];
    char span[HS__SPAN_TEXT];
    if (now > c->not_after) {
        f->status = HS_E_CERT_EXPIRED;
    } else if (now < c->not_before) {
        f->status = HS_E_CERT_NOT_YET_VALID;
    }
    if (!hs__is_wanted(f)) {
        return;
    }
    hs__date_text(c->not_before, from);
    hs__date_text(c->not_after, to);
    f->expected = hs__arena_f(f->arena, "a time between %s and %s", from, to);
    if (f->status == HS_E_CERT_EXPIRED) {
        hs__span_text(now - c->not_after, span);
        f->got = hs__arena_f(f->arena, "expired %s ago on %s", span, to);
        f->fix = "renew it; if it should be valid, look at this machine's clock";
    } else if (f->status == HS_E_CERT_NOT_YET_VALID) {
        hs__span_text(c->not_before - now, span);
        f->got = hs__arena_f(f->arena, "not valid before %s (in %s)", from, span);
        f->fix = "wait, or look at the clocks of this machine and of the one that issued it";
    } else {
        hs__date_text(now, from);
        hs__span_text(c->not_after - now, span);
        f->got = hs__arena_f(f->arena, "%s, with %s to go", from, span);
    }
    hs__summarize(f, path, depth, f->status == HS_E_CERT_NOT_YET_VALID ? "is " : "");
}

/* ---- issuer ------------------------------------------------------------------------------ */

/* Why nobody vouches for it: "is not among the anchors of system bundle (142)". */
static const char *anchors_text(const hs__judge *j, const hs__finding *f, hs_span subject) {
    if (j->trust == NULL || hs_trust_count(j->trust) == 0) {
        return "is not trusted: nobody is trusted here";
    }
    const bool has_namesake = hs__trust_find(j->trust, subject, NULL) != NULL;
    return hs__arena_f(f->arena, "is not among the anchors of %s%s", hs_trust_sources(j->trust),
                       has_namesake ? "; one there has this name, but another key" : "");
}

/* Names chain by how paths are built; what can be missing is the end, an anchor. */
static void check_issuer(hs__judge *j, const hs__path *path, size_t depth, hs__finding *f) {
    const hs__cert *c = path->cert[depth];
    const bool is_last = depth + 1 == path->n;
    f->status = is_last && path->anchor == NULL ? HS_E_UNKNOWN_ISSUER : HS_OK;
    if (!hs__is_wanted(f)) {
        return;
    }
    const char *issuer = hs__say_name(f, c->issuer);
    if (f->status == HS_OK) {
        f->expected = is_last ? "an anchor" : hs__arena_f(f->arena, "a certificate of %s", issuer);
        f->got = is_last                                        ? "is itself an anchor"
                 : depth + 2 == path->n && path->anchor != NULL ? "an anchor"
                                                                : "came with the chain";
        return;
    }
    const char *anchors = anchors_text(j, f, c->issuer);
    f->expected = "an issuer that is trusted";
    if (hs__cert_is_self_issued(c)) {
        f->got = hs__arena_f(f->arena, "%s%s is self-signed and %s", depth == 0 ? "" : "root ",
                             depth == 0 ? "certificate" : issuer, anchors);
        f->fix = "if you trust it, give it with --cacert";
    } else {
        f->got = hs__arena_f(f->arena, "issuer %s %s", issuer, anchors);
        f->fix = hs__arena_f(f->arena,
                             "if you trust %s, give its root with --cacert; if it is an "
                             "intermediate, the peer must send its certificate, too",
                             issuer);
    }
    f->summary = f->got;
}

static void check_signature(hs__judge *j, const hs__path *path, size_t depth, hs__finding *f) {
    const hs__cert *c = path->cert[depth];
    /* An anchor; nobody to check it with (see issuer); no way to check it (see
     * signature_algorithm). */
    if (depth + 1 >= path->n || !c->signature.is_known) {
        f->is_skipped = true;
        return;
    }
    const bool by_anchor = depth + 2 == path->n;
    f->status = hs__path_signature(j, c, path->cert[depth + 1], by_anchor ? path->anchor : NULL);
    if (hs__is_wanted(f)) {
        const char *issuer = hs__say_name(f, c->issuer);
        f->expected = hs__arena_f(f->arena, "a signature with the key of %s", issuer);
        f->got = f->status == HS_OK ? "verified" : hs_status_text(f->status);
        f->fix = "the certificate was changed, or another key with the issuer's name signed it";
        f->summary = hs__arena_f(f->arena, "%s does not verify with the key of its issuer %s",
                                 hs__say_who(f, path, depth), issuer);
    }
}

/* ---- what an issuer may do --------------------------------------------------------------- */

/* A certificate that stands as issuer. Version 1 has no extensions to say so; as an anchor
 * it was chosen by hand, and so it may. */
static bool may_issue(const hs__path *path, size_t depth) {
    const hs__cert *c = path->cert[depth];
    const bool is_anchor = path->anchor != NULL && depth + 1 == path->n;
    return c->is_ca || (is_anchor && c->version == 1);
}

/* RFC 5280 4.2.1.9. A CA's own certificate is no leaf, but where it was put among the
 * anchors itself: a self-signed server certificate made by a common tool says cA TRUE. */
static void check_basic_constraints(hs__judge *j, const hs__path *path, size_t depth,
                                    hs__finding *f) {
    const hs__cert *c = path->cert[depth];
    const bool is_leaf = depth == 0;
    const bool is_own_anchor = path->n == 1 && path->anchor != NULL;
    const bool may_be_ca = is_own_anchor || (hs__rules(j, path) & HS_RULE_LEAF_NOT_CA) == 0;
    const bool is_good = is_leaf ? !c->is_ca || may_be_ca : may_issue(path, depth);
    f->status = is_good ? HS_OK : HS_E_NOT_A_CA;
    if (hs__is_wanted(f)) {
        f->expected = is_leaf ? "not a certificate authority" : "a certificate authority";
        f->got = c->is_ca                                ? "cA is TRUE"
                 : hs__has(c, HS__EXT_BASIC_CONSTRAINTS) ? "cA is FALSE"
                                                         : "no basicConstraints";
        f->fix = is_leaf ? "issue a certificate for the server itself, with cA FALSE"
                         : "issue with a certificate whose basicConstraints say cA TRUE";
        f->summary = hs__arena_f(f->arena, "%s is %s a certificate authority: %s",
                                 is_leaf ? "certificate" : hs__say_name(f, c->subject),
                                 is_leaf ? "that of" : "not", f->got);
    }
}

/* Intermediates between this certificate and the leaf that are not self-issued
 * (RFC 5280 6.1.4 l). */
static size_t intermediates_below(const hs__path *path, size_t depth) {
    size_t n = 0;
    for (size_t i = 1; i < depth; i++) {
        n += hs__cert_is_self_issued(path->cert[i]) ? 0 : 1;
    }
    return n;
}

static void check_path_length(hs__judge *j, const hs__path *path, size_t depth, hs__finding *f) {
    const hs__cert *c = path->cert[depth];
    (void)j;
    if (c->path_len < 0) {
        f->is_skipped = true;
        return;
    }
    const size_t below = intermediates_below(path, depth);
    f->status = below <= (size_t)c->path_len ? HS_OK : HS_E_PATH_LENGTH;
    if (hs__is_wanted(f)) {
        f->expected = hs__arena_f(f->arena, "at most %d intermediates below it", c->path_len);
        f->got = hs__arena_f(f->arena, "%zu", below);
        f->fix = "issue from a CA that is nearer to the root, or with a larger pathLen";
        f->summary = hs__arena_f(f->arena, "%s allows %d intermediates below it, there are %zu",
                                 hs__say_who(f, path, depth), c->path_len, below);
    }
}

/* RFC 5280 4.2.1.9, last paragraph but one: the anchor is not counted, nor the leaf. */
static void check_depth(hs__judge *j, const hs__path *path, size_t depth, hs__finding *f) {
    const size_t *most = j->options->max_intermediates;
    if (most == NULL) {
        f->is_skipped = true;
        return;
    }
    const size_t n = intermediates_below(path, path->n - 1);
    f->status = n <= *most ? HS_OK : HS_E_PATH_LENGTH;
    if (hs__is_wanted(f)) {
        (void)depth;
        f->expected = hs__arena_f(f->arena, "at most %zu intermediates", *most);
        f->got = hs__arena_f(f->arena, "%zu", n);
        f->fix = "allow longer chains, or issue from a CA that is nearer to the root";
        f->summary = hs__arena_f(f->arena, "the chain has %zu intermediates, %zu are allowed here",
                                 n, *most);
    }
}

/* What a leaf must be for, and the bits of keyUsage of which it needs one. */
static const struct {
    hs__oid id;
    uint32_t key_usage;
} purposes[] = {
    [HS_PURPOSE_SERVER] = {HS__OID_SERVER_AUTH, HS__KU_DIGITAL_SIGNATURE},
    /* RFC 5246 7.4.2 */
    [HS_PURPOSE_KEY_TRANSPORT] = {HS__OID_SERVER_AUTH, HS__KU_KEY_ENCIPHERMENT},
    [HS_PURPOSE_CLIENT] = {HS__OID_CLIENT_AUTH, HS__KU_DIGITAL_SIGNATURE},
    /* RFC 8550 4.4.2 */
    [HS_PURPOSE_SIGNER] = {HS__OID_EMAIL_PROTECTION,
                           HS__KU_DIGITAL_SIGNATURE | HS__KU_NON_REPUDIATION},
    [HS_PURPOSE_RECEIVER] = {HS__OID_EMAIL_PROTECTION,
                             HS__KU_KEY_ENCIPHERMENT | HS__KU_KEY_AGREEMENT},
};

static const char *usage_text(const hs__finding *f, uint32_t bits) {
    static const char *const names[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
                                        "dataEncipherment", "keyAgreement",   "keyCertSign",
                                        "cRLSign",          "encipherOnly",   "decipherOnly"};
    char text[HS__LIST_TEXT];
    hs__text t;
    hs__text_init(&t, text, sizeof(text));
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if ((bits >> i & 1) != 0) {
            hs__text_f(&t, "%s%s", t.n > 0 ? ", " : "", names[i]);
        }
    }
    return hs__arena_f(f->arena, "%s", t.n > 0 ? text : "nothing");
}

/* RFC 5280 4.2.1.3 for CAs, RFC 9846 4.5.1.2 for leaves: if present, the bit must be set. */
static void check_key_usage(hs__judge *j, const hs__path *path, size_t depth, hs__finding *f) {
    const hs__cert *c = path->cert[depth];
    const uint32_t need = depth == 0 ? purposes[j->options->purpose].key_usage : HS__KU_CERT_SIGN;
    /* A CA in the place of a leaf, where that is allowed, was not made to be used as one; whether
     * its key can sign a handshake is asked again there. */
    const bool is_ca_leaf = depth == 0 && c->is_ca && path->n > 1;
    if (!hs__has(c, HS__EXT_KEY_USAGE) ||
        (is_ca_leaf && (hs__rules(j, path) & HS_RULE_LEAF_NOT_CA) == 0)) {
        f->is_skipped = true;
        return;
    }
    f->status = (c->key_usage & need) != 0 ? HS_OK : HS_E_KEY_USAGE;
    if (hs__is_wanted(f)) {
        f->expected = usage_text(f, need);
        f->got = usage_text(f, c->key_usage);
        f->fix = hs__arena_f(f->arena, "issue it anew with keyUsage %s", f->expected);
        f->summary = hs__arena_f(f->arena, "%s may not be used for %s: its keyUsage is %s",
                                 hs__say_who(f, path, depth), f->expected, f->got);
    }
}

static const char *purposes_text(const hs__finding *f, const hs__cert *c) {
    char text[HS__LIST_TEXT];
    char one[HS__OID_TEXT_MAX];
    hs__text t;
    hs_span rest = c->ext_key_usage;
    hs_span oid;
    uint8_t tag;
    hs__text_init(&t, text, sizeof(text));
    while (hs__der_walk(&rest, &tag, &oid)) {
        hs__oid_text(oid, one, sizeof(one));
        hs__text_f(&t, "%s%s", t.n > 0 ? ", " : "", one);
    }
    return hs__arena_f(f->arena, "%s", text);
}

/* RFC 5280 4.2.1.12 for the leaf; in a CA it limits what is below it, as all who check the
 * Web's certificates read it. */
static void check_ext_key_usage(hs__judge *j, const hs__path *path, size_t depth, hs__finding *f) {
    const hs__cert *c = path->cert[depth];
    const hs__oid need = purposes[j->options->purpose].id;
    const bool has_any = hs__has(c, HS__EXT_EXT_KEY_USAGE);
    const bool is_required = depth == 0 && (hs__rules(j, path) & HS_RULE_LEAF_PURPOSE) != 0;
    if (!has_any && !is_required) {
        f->is_skipped = true;
        return;
    }
    const bool is_good =
        hs__cert_has_purpose(c, need) || hs__cert_has_purpose(c, HS__OID_ANY_EXT_KEY_USAGE);
    f->status = is_good ? HS_OK : HS_E_EXT_KEY_USAGE;
    if (hs__is_wanted(f)) {
        f->expected = hs__oid_name(need);
        f->got = has_any ? purposes_text(f, c) : "not said";
        f->fix = hs__arena_f(f->arena, "issue it anew with %s among its purposes", f->expected);
        f->summary = hs__arena_f(f->arena, "%s is not for a %s: its purposes are %s",
                                 hs__say_who(f, path, depth), hs__oid_meaning(need), f->got);
    }
}

/* ---- the table --------------------------------------------------------------------------- */

/* What the rules decide about a leaf waits for the anchor that brings them. */
const hs__check hs__checks[] = {
    {"version", HS__AT_LEAF | HS__AT_CA, HS__ON_STEP, 6, check_version, "rfc9846#section-4.5.1.2"},
    {"serial", HS__AT_LEAF | HS__AT_CA, HS__ON_STEP, 13, check_serial, "rfc5280#section-4.1.2.2"},
    {"signature_algorithm", HS__AT_LEAF | HS__AT_CA, HS__ON_STEP, 4, check_signature_algorithm,
     "rfc9846#section-4.3.3"},
    {"issuer", HS__AT_LEAF | HS__AT_CA, HS__ON_LINK, 2, check_issuer, "rfc5280#section-6.1.1"},
    {"signature", HS__AT_LEAF | HS__AT_CA, HS__ON_LINK, 1, check_signature,
     "rfc5280#section-6.1.3"},
    {"validity", HS__AT_ALL, HS__ON_STEP, 10, check_validity, "rfc5280#section-4.1.2.5"},
    {"public_key", HS__AT_ALL, HS__ON_STEP, 5, check_public_key, "rfc9325#section-4.5"},
    {"basic_constraints", HS__AT_LEAF, HS__ON_ARRIVAL, 7, check_basic_constraints,
     "rfc5280#section-4.2.1.9"},
    {"basic_constraints", HS__AT_CA | HS__AT_ANCHOR, HS__ON_STEP, 7, check_basic_constraints,
     "rfc5280#section-4.2.1.9"},
    {"path_length", HS__AT_CA | HS__AT_ANCHOR, HS__ON_STEP, 8, check_path_length,
     "rfc5280#section-4.2.1.9"},
    {"depth", HS__AT_LEAF, HS__ON_ARRIVAL, 8, check_depth, "rfc5280#section-4.2.1.9"},
    {"key_usage", HS__AT_ALL, HS__ON_STEP, 9, check_key_usage, "rfc5280#section-4.2.1.3"},
    {"ext_key_usage", HS__AT_LEAF, HS__ON_ARRIVAL, 12, check_ext_key_usage,
     "rfc5280#section-4.2.1.12"},
    {"ext_key_usage", HS__AT_CA | HS__AT_ANCHOR, HS__ON_STEP, 12, check_ext_key_usage,
     "rfc5280#section-4.2.1.12"},
    {"critical_extensions", HS__AT_ALL, HS__ON_STEP, 9, check_critical_extensions,
     "rfc5280#section-4.2"},
    {"name_constraints", HS__AT_CA | HS__AT_ANCHOR, HS__ON_STEP, 8, hs__check_name_constraints,
     "rfc5280#section-4.2.1.10"},
    {"policies", HS__AT_LEAF, HS__ON_ARRIVAL, 9, hs__check_policies, "rfc5280#section-6.1.5"},
    {"anchor_scope", HS__AT_ALL, HS__ON_STEP, 3, hs__check_anchor_scope, ""},
    {"profile", HS__AT_ALL, HS__ON_ARRIVAL, 14, hs__check_profile, ""},
    {"revocation", HS__AT_LEAF | HS__AT_CA, HS__ON_ARRIVAL, 6, hs__check_revocation,
     "rfc5280#section-6.3"},
    {"staple", HS__AT_LEAF, HS__ON_STEP, 12, hs__check_staple, "rfc7633#section-4.3.3"},
    {"name", HS__AT_LEAF, HS__ON_STEP, 11, hs__check_name, "rfc9525#section-6"},
};
const size_t hs__n_checks = sizeof(hs__checks) / sizeof(hs__checks[0]);

bool hs__check_applies(const hs__check *check, const hs__path *path, size_t depth) {
    const unsigned place = depth == 0                   ? HS__AT_LEAF
                           : hs__is_anchor(path, depth) ? HS__AT_ANCHOR
                                                        : HS__AT_CA;
    return (check->places & place) != 0;
}

size_t hs__count_failures(hs__judge *j, const hs__path *path, size_t depth, hs__check_time time) {
    size_t failures = 0;
    for (size_t i = 0; i < hs__n_checks; i++) {
        hs__finding f = {.status = HS_OK};
        if (hs__checks[i].time == time && hs__check_applies(&hs__checks[i], path, depth)) {
            hs__checks[i].run(j, path, depth, &f);
            failures += f.status != HS_OK ? 1 : 0;
        }
    }
    return failures;
}

/* The sentence of the first check that fails of those whose turn is at this time. */
static const char *first_fault(hs__judge *j, const hs__path *path, size_t depth,
                               hs__check_time time, hs__arena *arena) {
    for (size_t i = 0; i < hs__n_checks; i++) {
        hs__finding f = {.arena = arena};
        if (hs__checks[i].time == time && hs__check_applies(&hs__checks[i], path, depth)) {
            hs__checks[i].run(j, path, depth, &f);
        }
        if (f.status != HS_OK && f.summary != NULL) {
            return f.summary;
        }
    }
    return NULL;
}

const char *hs__dead_end_text(hs__judge *j, const hs__path *path, hs__arena *arena) {
    const size_t last = path->n - 1;
    const hs__finding f = {.arena = arena};
    const char *why = NULL;
    if (last > 0) {
        why = first_fault(j, path, last, HS__ON_STEP, arena);
        why = why != NULL ? why : first_fault(j, path, last - 1, HS__ON_LINK, arena);
    }
    for (size_t depth = 0; depth < path->n && path->anchor != NULL && why == NULL; depth++) {
        why = first_fault(j, path, depth, HS__ON_ARRIVAL, arena);
    }
    return why != NULL ? why
                       : hs__arena_f(arena, "nobody is there with the name of its issuer, %s",
                                     hs__say_name(&f, path->cert[last]->issuer));
}
