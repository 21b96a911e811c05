/* The rules of rules.def that are duties of the issuer: one function each, a table, one check. */
#include <arpa/inet.h>
#include <string.h>

#include "pki/path_check.h"
#include "pki/text.h"
#include "proto/span.h"

/* What a rule looks at. */
typedef struct {
    const hs__cert *cert;
    bool is_leaf, is_root; /* root: an anchor that is self-issued */
    bool is_server;        /* the leaf is wanted for a server */
    bool is_for_local;     /* and that for localhost, a name under .test or .localhost, ... */
} subject;

/* ---- key identifiers (RFC 5280 4.2.1.1, 4.2.1.2; BR 7.1.2.1.3) --------------------------- */

static const char *key_ids(const subject *s) {
    const hs__cert *c = s->cert;
    if (c->is_ca && c->subject_key_id.n == 0) {
        return "a CA without subjectKeyIdentifier";
    }
    if (!s->is_root && c->authority_key_id.n == 0) {
        return "no authorityKeyIdentifier with a keyIdentifier";
    }
    if (c->has_authority_issuer != c->has_authority_serial) {
        return "an authorityKeyIdentifier with issuer or serial number, but not both";
    }
    if (!s->is_root || !hs__has(c, HS__EXT_AUTHORITY_KEY_ID)) {
        return NULL;
    }
    if (c->has_authority_issuer) {
        return "a root whose authorityKeyIdentifier has issuer and serial number";
    }
    if (c->authority_key_id.n == 0) {
        return "a root whose authorityKeyIdentifier has no keyIdentifier";
    }
    return hs__span_equal(c->authority_key_id, c->subject_key_id)
               ? NULL
               : "a root whose two key identifiers differ";
}

/* ---- critical or not (RFC 5280 4.2; BR 7.1.2) -------------------------------------------- */

static const struct {
    hs__ext ext;
    bool must_be; /* critical; else it must not be */
    const char *problem;
} flags[] = {
    {HS__EXT_SUBJECT_KEY_ID, false, "a critical subjectKeyIdentifier"},
    {HS__EXT_AUTHORITY_KEY_ID, false, "a critical authorityKeyIdentifier"},
    {HS__EXT_AUTHORITY_INFO, false, "a critical authorityInfoAccess"},
    {HS__EXT_CRL_DISTRIBUTION, false, "critical cRLDistributionPoints"},
    {HS__EXT_POLICY_CONSTRAINTS, true, "policyConstraints that are not critical"},
    {HS__EXT_INHIBIT_ANY_POLICY, true, "an inhibitAnyPolicy that is not critical"},
};

static bool is_critical(const hs__cert *c, hs__ext ext) {
    return (c->critical & (uint32_t)ext) != 0;
}

static const char *critical(const subject *s) {
    const hs__cert *c = s->cert;
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (hs__has(c, flags[i].ext) && is_critical(c, flags[i].ext) != flags[i].must_be) {
            return flags[i].problem;
        }
    }
    if (c->is_ca && !is_critical(c, HS__EXT_BASIC_CONSTRAINTS)) {
        return "a CA whose basicConstraints are not critical";
    }
    if (!s->is_leaf || !hs__has(c, HS__EXT_SUBJECT_ALT_NAME)) {
        return NULL;
    }
    const bool is_nameless = hs__name_is_empty(c->subject);
    if (is_critical(c, HS__EXT_SUBJECT_ALT_NAME) == is_nameless) {
        return NULL;
    }
    return is_nameless ? "an empty subject and a subjectAltName that is not critical"
                       : "a critical subjectAltName beside a subject that is not empty";
}

static const char *constraints_critical(const subject *s) {
    return hs__has(s->cert, HS__EXT_NAME_CONSTRAINTS) &&
                   !is_critical(s->cert, HS__EXT_NAME_CONSTRAINTS)
               ? "name constraints that are not critical"
               : NULL;
}

/* ---- what belongs to CAs (RFC 5280 4.2.1.3, 4.2.1.9, 4.2.1.10) --------------------------- */

static const char *ca_fields(const subject *s) {
    const hs__cert *c = s->cert;
    if (c->is_ca) {
        return NULL;
    }
    if (hs__has(c, HS__EXT_NAME_CONSTRAINTS)) {
        return "name constraints in a certificate that is not a CA's";
    }
    if ((c->key_usage & HS__KU_CERT_SIGN) != 0) {
        return "keyUsage keyCertSign without cA TRUE";
    }
    return c->path_len >= 0 ? "a pathLenConstraint without cA TRUE" : NULL;
}

static const char *issuer_named(const subject *s) {
    if (hs__name_is_empty(s->cert->issuer)) {
        return "an issuer without a name";
    }
    return s->cert->is_ca && hs__name_is_empty(s->cert->subject) ? "a CA without a name" : NULL;
}

/* ---- purposes (BR 7.1.2.7.10, 7.1.2.1.2) ------------------------------------------------- */

static const char *purposes(const subject *s) {
    const hs__cert *c = s->cert;
    if (!hs__has(c, HS__EXT_EXT_KEY_USAGE) || !s->is_server) {
        return NULL;
    }
    if (s->is_root && !s->is_leaf) {
        return "a root with extKeyUsage";
    }
    if (!s->is_leaf) {
        return NULL;
    }
    if (is_critical(c, HS__EXT_EXT_KEY_USAGE)) {
        return "a critical extKeyUsage";
    }
    return hs__cert_has_purpose(c, HS__OID_ANY_EXT_KEY_USAGE) ? "anyExtendedKeyUsage" : NULL;
}

/* ---- names of a server (BR 7.1.4.3, 7.1.2.7.12) ------------------------------------------ */

/* What a common name is taken for by those who look at it. */
typedef enum {
    A_LABEL,   /* "Our web server": no name at all */
    A_HOST,    /* "a.example", in any spelling */
    AN_ADDRESS /* "192.168.1.1", "0xC0A80101", "2001:DB8::1" */
} reading;

static bool is_number(hs_span label) {
    const bool is_hex = label.n > 2 && label.p[0] == '0' && (label.p[1] | 0x20) == 'x';
    bool is_so = label.n > 0;
    for (size_t i = is_hex ? 2 : 0; i < label.n; i++) {
        const int c = label.p[i] | 0x20;
        is_so =
            is_so && ((label.p[i] >= '0' && label.p[i] <= '9') || (is_hex && c >= 'a' && c <= 'f'));
    }
    return is_so;
}

/* With a number as its last label it is an IPv4 address for browsers; a ':' makes it one of
 * IPv6; and a host has a dot and no spaces. */
static reading read_common_name(hs_span text) {
    if (text.p == NULL || text.n == 0 || memchr(text.p, ' ', text.n) != NULL) {
        return A_LABEL;
    }
    const uint8_t *dot = memrchr(text.p, '.', text.n);
    const size_t last = dot != NULL ? (size_t)(dot + 1 - text.p) : 0;
    if (is_number((hs_span){text.p + last, text.n - last}) || memchr(text.p, ':', text.n) != NULL) {
        return AN_ADDRESS;
    }
    return dot != NULL ? A_HOST : A_LABEL;
}

/* Letter for letter; an address as RFC 5952 and dotted decimals write it. */
static bool is_spelled(const hs__general_name *name, hs_span text) {
    char address[INET6_ADDRSTRLEN] = "";
    hs_span value = name->value;
    if (name->kind == HS__NAME_IP) {
        (void)inet_ntop(value.n == 4 ? AF_INET : AF_INET6, value.p, address, sizeof(address));
        value = (hs_span){(const uint8_t *)address, strlen(address)};
    }
    return hs__span_equal(value, text);
}

/* The names of its kind do not have it. (Wildcards say nothing about their parent.) */
static bool is_rival(hs_span text, hs_span names) {
    const reading kind = read_common_name(text);
    hs__general_name name;
    bool has_kind = false;
    while (kind != A_LABEL && hs__general_name_next(&names, &name)) {
        if (name.kind != (kind == A_HOST ? HS__NAME_DNS : HS__NAME_IP)) {
            continue;
        }
        if (is_spelled(&name, text)) {
            return false;
        }
        has_kind = has_kind || kind == AN_ADDRESS || (name.value.n > 0 && name.value.p[0] != '*');
    }
    return has_kind;
}

/* No public CA may issue for names of this machine (BR 4.2.2: internal names, reserved addresses),
 * so what is wanted for such a name is not held to how one would have named it. */
static const char *common_name(const subject *s) {
    hs__name_walk w = hs__name_walk_begin(s->cert->subject);
    hs_span value;
    if (!s->is_leaf || !s->is_server || s->is_for_local ||
        !hs__name_walk_next(&w, HS__OID_COMMON_NAME, &value)) {
        return NULL;
    }
    if (is_rival(value, s->cert->names)) {
        return "a common name that is not, letter for letter, among its names";
    }
    return hs__name_walk_next(&w, HS__OID_COMMON_NAME, &value) ? "more than one common name" : NULL;
}

static const char *dns_names(const subject *s) {
    hs_span rest = s->cert->names;
    hs__general_name name;
    while (s->is_leaf && s->is_server && hs__general_name_next(&rest, &name)) {
        if (name.kind == HS__NAME_DNS && (!hs__dns_is_well_formed(name.value, true) ||
                                          memchr(name.value.p, '_', name.value.n) != NULL)) {
            return "a dNSName that is no host name";
        }
    }
    return NULL;
}

/* ---- keys (BR 6.1.5, 6.1.6), the anchor's own form --------------------------------------- */

static const char *keys(const subject *s) {
    const hs__spki *k = &s->cert->key;
    const hs__public_numbers *numbers = &k->numbers;
    if (!k->is_known || (numbers->type != HS__KEY_RSA && numbers->type != HS__KEY_RSA_PSS)) {
        return NULL;
    }
    const hs_span e = numbers->e;
    if (hs__public_bits(numbers) % 8 != 0) {
        return "an RSA key whose length is no multiple of 8";
    }
    const bool is_odd = e.n > 0 && (e.p[e.n - 1] & 1) != 0;
    return is_odd && (e.n > 1 || e.p[0] > 2) ? NULL : "an RSA key with a bad public exponent";
}

static const char *anchor_form(const subject *s) {
    if (!s->is_root) {
        return NULL;
    }
    return s->cert->version != 3        ? "an anchor that is not of version 3"
           : !s->cert->algorithms_match ? "an anchor that names two signature algorithms"
                                        : NULL;
}

/* ---- the table --------------------------------------------------------------------------- */

static const struct {
    uint32_t rule;
    const char *(*problem)(const subject *s); /* NULL: all is well */
} rules[] = {
    {HS_RULE_KEY_IDS, key_ids},
    {HS_RULE_CRITICAL, critical},
    {HS_RULE_CONSTRAINTS_CRITICAL, constraints_critical},
    {HS_RULE_CA_FIELDS, ca_fields},
    {HS_RULE_ISSUER_NAMED, issuer_named},
    {HS_RULE_PURPOSES, purposes},
    {HS_RULE_COMMON_NAME, common_name},
    {HS_RULE_DNS_NAMES, dns_names},
    {HS_RULE_KEYS, keys},
    {HS_RULE_ANCHOR, anchor_form},
};

const char *hs__profile_problem(const hs__cert *cert, uint32_t rule) {
    const subject s = {.cert = cert,
                       .is_leaf = !cert->is_ca,
                       .is_root = hs__cert_is_self_issued(cert),
                       .is_server = !hs__has(cert, HS__EXT_EXT_KEY_USAGE) ||
                                    hs__cert_has_purpose(cert, HS__OID_SERVER_AUTH)};
    size_t i = 0;
    while (i < sizeof(rules) / sizeof(rules[0]) && rules[i].rule != rule) {
        i++;
    }
    return i < sizeof(rules) / sizeof(rules[0]) ? rules[i].problem(&s) : NULL;
}

static const char *meaning_of(uint32_t rule) {
    static const struct {
        uint32_t rule;
        const char *meaning;
    } meanings[] = {
#define HS_RULE(name, bit, web, private_, meaning) {HS_RULE_##name, meaning},
#include "handshake/rules.def"
#undef HS_RULE
    };
    size_t i = 0;
    while (meanings[i].rule != rule) {
        i++;
    }
    return meanings[i].meaning;
}

void hs__check_profile(hs__judge *j, const hs__path *path, size_t depth, hs__finding *f) {
    const uint32_t in_force = hs__rules(j, path);
    const hs__cert *c = path->cert[depth];
    const bool is_anchor = hs__is_anchor(path, depth);
    const subject s = {.cert = c,
                       .is_leaf = depth == 0,
                       .is_root = is_anchor && hs__cert_is_self_issued(c),
                       .is_server = j->options->purpose == HS_PURPOSE_SERVER ||
                                    j->options->purpose == HS_PURPOSE_KEY_TRANSPORT,
                       .is_for_local = j->host_status == HS_OK && hs__host_is_local(&j->host)};
    const char *problem = NULL;
    uint32_t broken = 0;
    uint32_t looked_at = 0;
    /* A leaf that was put among the anchors itself was chosen, too. */
    const bool is_spared = is_anchor && (in_force & HS_RULE_ANCHOR) == 0;
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]) && problem == NULL && !is_spared; i++) {
        if ((in_force & rules[i].rule) != 0) {
            looked_at |= rules[i].rule;
            problem = rules[i].problem(&s);
            broken = problem != NULL ? rules[i].rule : 0;
        }
    }
    f->is_skipped = looked_at == 0;
    f->status = problem != NULL ? HS_E_CERT_PROFILE : HS_OK;
    if (hs__is_wanted(f) && !f->is_skipped) {
        f->expected = problem != NULL ? meaning_of(broken) : "what the Web's CAs have promised";
        f->got = problem != NULL ? problem : "nothing against it";
        f->fix = "issue it anew; or, if the root is one of your own, give it with --cacert: it is "
                 "then not judged by the rules of the public Web";
        hs__summarize(f, path, depth, "breaks a rule of the public Web: ");
    }
}
