#include "pki/lint.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "pki/hostname.h"
#include "pki/time.h"
#include "proto/span.h"

enum { DAY = 86400, SERIAL_MAX = 20, SERIAL_RANDOM = 8, RSA_BITS_MIN = 2048, CN_MAX = 64 };

static bool has(const hs__cert *c, hs__ext ext) {
    return (c->has & (uint32_t)ext) != 0;
}

static bool is_critical(const hs__cert *c, hs__ext ext) {
    return (c->critical & (uint32_t)ext) != 0;
}

static bool is_rsa(const hs__cert *c) {
    return c->key.is_known &&
           (c->key.numbers.type == HS__KEY_RSA || c->key.numbers.type == HS__KEY_RSA_PSS);
}

static bool says(hs__text *got, const char *what) {
    hs__text_add(got, what);
    return false;
}

/* ---- the certificate --------------------------------------------------------------------- */

static bool version(const hs__cert *c, hs__text *got) {
    hs__text_f(got, "version %d", c->version);
    return c->version == 3;
}

static bool serial(const hs__cert *c, hs__text *got) {
    const hs_span s = c->serial;
    if (s.n > SERIAL_MAX) {
        hs__text_f(got, "%zu bytes", s.n);
        return false;
    }
    if (s.n == 0 || (s.n == 1 && s.p[0] == 0)) {
        return says(got, "zero");
    }
    return s.p[0] < 0x80 || says(got, "a negative number");
}

static bool serial_entropy(const hs__cert *c, hs__text *got) {
    hs__text_f(got, "%zu byte%s", c->serial.n, c->serial.n == 1 ? "" : "s");
    return c->serial.n >= SERIAL_RANDOM;
}

static bool signature(const hs__cert *c, hs__text *got) {
    char text[HS__SIGALG_TEXT];
    hs__sigalg_text(&c->signature, text, sizeof(text));
    hs__text_add(got, text);
    return !c->signature.is_weak;
}

static bool signature_match(const hs__cert *c, hs__text *got) {
    return c->algorithms_match || says(got, "two different ones");
}

static bool dates(const hs__cert *c, hs__text *got) {
    return c->not_before <= c->not_after || says(got, "it ends before it begins");
}

static bool lives_at_most(const hs__cert *c, int64_t days, hs__text *got) {
    const int64_t life = c->not_after - c->not_before + 1;
    hs__text_f(got, "%lld days", (long long)(life / DAY));
    return life <= days * DAY;
}

static bool lifetime_825(const hs__cert *c, hs__text *got) {
    return lives_at_most(c, 825, got);
}

/* Where the stricter warning speaks, this one is silent. */
static bool lifetime_398(const hs__cert *c, hs__text *got) {
    hs__text unused;
    char room[64];
    hs__text_init(&unused, room, sizeof(room));
    return !lives_at_most(c, 825, &unused) || lives_at_most(c, 398, got);
}

/* ---- the key ----------------------------------------------------------------------------- */

static bool key_known(const hs__cert *c, hs__text *got) {
    char text[HS__KEY_TEXT];
    hs__spki_text(&c->key, text, sizeof(text));
    hs__text_add(got, text);
    return c->key.is_known;
}

static bool key_size(const hs__cert *c, hs__text *got) {
    if (!is_rsa(c)) {
        return true;
    }
    hs__text_f(got, "RSA %u", hs__public_bits(&c->key.numbers));
    return hs__public_bits(&c->key.numbers) >= RSA_BITS_MIN;
}

/* RFC 8017 3.1 wants it odd; below 65537 forgeries have worked with careless verifiers. */
static bool rsa_exponent(const hs__cert *c, hs__text *got) {
    const hs_span e = c->key.numbers.e;
    if (!is_rsa(c)) {
        return true;
    }
    if (e.n == 0 || (e.p[e.n - 1] & 1) == 0) {
        return says(got, "an even number");
    }
    return e.n >= 3 || says(got, "a small exponent");
}

/* ---- names ------------------------------------------------------------------------------- */

static bool names_there(const hs__cert *c, hs__text *got) {
    return has(c, HS__EXT_SUBJECT_ALT_NAME) || says(got, "no subjectAltName");
}

static bool names_critical(const hs__cert *c, hs__text *got) {
    const bool is_empty = hs__name_is_empty(c->subject);
    if (!has(c, HS__EXT_SUBJECT_ALT_NAME)) {
        return true;
    }
    if (is_empty && !is_critical(c, HS__EXT_SUBJECT_ALT_NAME)) {
        return says(got, "an empty subject, and names that are not critical");
    }
    return is_empty || !is_critical(c, HS__EXT_SUBJECT_ALT_NAME) ||
           says(got, "critical names beside a subject");
}

static bool nobody(const hs__cert *c, hs__text *got) {
    return !hs__name_is_empty(c->subject) || has(c, HS__EXT_SUBJECT_ALT_NAME) ||
           says(got, "neither a subject nor names");
}

static bool ca_subject(const hs__cert *c, hs__text *got) {
    return !hs__name_is_empty(c->subject) || says(got, "an empty subject");
}

static bool dns_names(const hs__cert *c, hs__text *got) {
    hs_span list = c->names;
    hs__general_name name;
    while (hs__general_name_next(&list, &name)) {
        if (name.kind == HS__NAME_DNS && !hs__dns_is_well_formed(name.value, true)) {
            hs__text_foreign(got, name.value);
            return false;
        }
    }
    return true;
}

/* "*.com" stands for half the world. */
static bool wide_wildcard(const hs__cert *c, hs__text *got) {
    hs_span list = c->names;
    hs__general_name name;
    while (hs__general_name_next(&list, &name)) {
        const hs_span v = name.value;
        if (name.kind == HS__NAME_DNS && v.n > 2 && v.p[0] == '*' &&
            memchr(v.p + 2, '.', v.n - 2) == NULL) {
            hs__text_foreign(got, v);
            return false;
        }
    }
    return true;
}

static bool duplicate_names(const hs__cert *c, hs__text *got) {
    hs_span list = c->names;
    hs__general_name a, b;
    while (hs__general_name_next(&list, &a)) {
        hs_span rest = list;
        while (hs__general_name_next(&rest, &b)) {
            if (a.kind == b.kind && hs__span_equal(a.value, b.value)) {
                hs__text_foreign(got, a.value);
                return false;
            }
        }
    }
    return true;
}

static bool is_among_names(const hs__cert *c, hs_span cn) {
    hs_span list = c->names;
    hs__general_name name;
    while (hs__general_name_next(&list, &name)) {
        char text[HS__HOST_MAX + 1];
        hs__general_name_value_text(&name, text, sizeof(text));
        if (strlen(text) == cn.n && strncasecmp(text, (const char *)cn.p, cn.n) == 0) {
            return true;
        }
    }
    return false;
}

static bool common_name(const hs__cert *c, hs__text *got) {
    hs_span cn;
    if (!hs__name_attribute(c->subject, HS__OID_COMMON_NAME, &cn) || is_among_names(c, cn)) {
        return true;
    }
    hs__text_add(got, "CN=");
    hs__text_foreign(got, cn);
    return false;
}

static bool common_name_length(const hs__cert *c, hs__text *got) {
    hs_span cn;
    if (!hs__name_attribute(c->subject, HS__OID_COMMON_NAME, &cn)) {
        return true;
    }
    hs__text_f(got, "%zu bytes", cn.n);
    return cn.n <= CN_MAX;
}

static bool country(const hs__cert *c, hs__text *got) {
    hs_span value;
    if (!hs__name_attribute(c->subject, HS__OID_COUNTRY, &value)) {
        return true;
    }
    hs__text_add(got, "C=");
    hs__text_foreign(got, value);
    return value.n == 2;
}

/* ---- what it may do ---------------------------------------------------------------------- */

static bool usage_there(const hs__cert *c, hs__text *got) {
    return has(c, HS__EXT_KEY_USAGE) || says(got, "no keyUsage");
}

static bool usage_critical(const hs__cert *c, hs__text *got) {
    return !has(c, HS__EXT_KEY_USAGE) || is_critical(c, HS__EXT_KEY_USAGE) ||
           says(got, "a keyUsage that is not critical");
}

static bool key_encipherment(const hs__cert *c, hs__text *got) {
    const uint32_t encipher = HS__KU_KEY_ENCIPHERMENT | HS__KU_DATA_ENCIPHERMENT;
    char text[HS__KEY_TEXT];
    hs__spki_text(&c->key, text, sizeof(text));
    hs__text_f(got, "keyEncipherment with %s", text);
    return !c->key.is_known || is_rsa(c) || (c->key_usage & encipher) == 0;
}

static bool leaf_signs(const hs__cert *c, hs__text *got) {
    return (c->key_usage & HS__KU_CERT_SIGN) == 0 || says(got, "keyCertSign without cA");
}

static bool ca_signs(const hs__cert *c, hs__text *got) {
    return (c->key_usage & HS__KU_CERT_SIGN) != 0 || says(got, "a CA without keyCertSign");
}

static bool ca_signs_lists(const hs__cert *c, hs__text *got) {
    return (c->key_usage & HS__KU_CRL_SIGN) != 0 || says(got, "a CA without cRLSign");
}

static bool constraints_critical(const hs__cert *c, hs__text *got) {
    return is_critical(c, HS__EXT_BASIC_CONSTRAINTS) ||
           says(got, "basicConstraints that are not critical");
}

static bool limits_critical(const hs__cert *c, hs__text *got) {
    return !has(c, HS__EXT_NAME_CONSTRAINTS) || is_critical(c, HS__EXT_NAME_CONSTRAINTS) ||
           says(got, "nameConstraints that are not critical");
}

static bool leaf_limits(const hs__cert *c, hs__text *got) {
    return !has(c, HS__EXT_NAME_CONSTRAINTS) || says(got, "nameConstraints in a leaf");
}

static bool purpose_there(const hs__cert *c, hs__text *got) {
    return has(c, HS__EXT_EXT_KEY_USAGE) || says(got, "no extKeyUsage");
}

static bool any_purpose(const hs__cert *c, hs__text *got) {
    return !hs__cert_has_purpose(c, HS__OID_ANY_EXT_KEY_USAGE) || says(got, "anyExtendedKeyUsage");
}

static bool purpose_critical(const hs__cert *c, hs__text *got) {
    return !is_critical(c, HS__EXT_EXT_KEY_USAGE) || says(got, "a critical extKeyUsage");
}

static bool unknown_critical(const hs__cert *c, hs__text *got) {
    char text[HS__OID_TEXT_MAX];
    if (c->n_unknown_critical == 0) {
        return true;
    }
    hs__oid_text(c->unknown_critical, text, sizeof(text));
    hs__text_add(got, text);
    return false;
}

/* ---- keys' names ------------------ ------------------------------------------------------- */

static bool authority_key_id(const hs__cert *c, hs__text *got) {
    return c->authority_key_id.n > 0 || hs__cert_is_self_issued(c) ||
           says(got, "no authorityKeyIdentifier");
}

static bool subject_key_id(const hs__cert *c, hs__text *got) {
    return has(c, HS__EXT_SUBJECT_KEY_ID) || says(got, "no subjectKeyIdentifier");
}

/* ---- the table --------------------------------------------------------------------------- */

#define E   HS__LINT_ERROR
#define W   HS__LINT_WARNING
#define RFC "rfc5280#section-"
#define BR  "cabf-br#section-"

const hs__lint_rule hs__lint_rules[] = {
    {"version", E, HS__LINT_ALL, version, "version 3", "make it as X.509 version 3", RFC "4.1.2.1"},
    {"serial", E, HS__LINT_ALL, serial, "a positive number of at most 20 bytes",
     "choose another serial number", RFC "4.1.2.2"},
    {"serial_entropy", W, HS__LINT_ALL, serial_entropy, "8 random bytes or more",
     "choose serial numbers at random", BR "7.1"},
    {"signature", E, HS__LINT_ALL, signature, "SHA-256 or better", "sign it with SHA-256 or better",
     BR "7.1.3.2"},
    {"signature_match", E, HS__LINT_ALL, signature_match, "the same algorithm inside and outside",
     "make it anew", RFC "4.1.1.2"},
    {"dates", E, HS__LINT_ALL, dates, "notBefore before notAfter", "choose other dates",
     RFC "4.1.2.5"},
    {"lifetime", W, HS__LINT_SERVER, lifetime_825, "at most 825 days",
     "a shorter --days; Apple's systems refuse longer ones also from private CAs", BR "6.3.2"},
    {"lifetime_public", W, HS__LINT_SERVER, lifetime_398, "at most 398 days",
     "a shorter --days; browsers refuse longer ones from public CAs", BR "6.3.2"},
    {"key", W, HS__LINT_ALL, key_known, "RSA, ECDSA P-256, P-384, P-521, or Ed25519",
     "choose a key of a common kind", RFC "4.1.2.7"},
    {"key_size", E, HS__LINT_ALL, key_size, "RSA of 2048 bits or more", "choose a longer key",
     BR "6.1.5"},
    {"rsa_exponent", E, HS__LINT_ALL, rsa_exponent, "an odd number, 65537 or more",
     "make another key", BR "6.1.6"},
    {"nobody", E, HS__LINT_LEAF, nobody, "a subject or names", "give it a name", RFC "4.1.2.6"},
    {"names", E, HS__LINT_SERVER, names_there, "subjectAltName",
     "put the names into subjectAltName: nobody looks at CN any more", "rfc9525#section-2"},
    {"names_critical", W, HS__LINT_LEAF, names_critical,
     "names that are critical if and only if the subject is empty", "make it anew", RFC "4.2.1.6"},
    {"dns_names", E, HS__LINT_LEAF, dns_names, "DNS names of letters, digits and '-'",
     "correct the name", RFC "4.2.1.6"},
    {"wildcard", W, HS__LINT_LEAF, wide_wildcard, "two labels or more behind '*.'",
     "name hosts, or a wildcard below a domain of yours", BR "3.2.2.6"},
    {"duplicate_names", W, HS__LINT_LEAF, duplicate_names, "each name once",
     "leave out the second one", BR "7.1.4.2"},
    {"common_name", W, HS__LINT_SERVER, common_name, "a CN that is one of the names, or none",
     "add it to the names, or leave it out", BR "7.1.4.3"},
    {"common_name_length", E, HS__LINT_ALL, common_name_length, "at most 64 characters",
     "shorten it, or leave it out", RFC "A.1"},
    {"country", E, HS__LINT_ALL, country, "two letters", "use the code of ISO 3166-1", RFC "A.1"},
    {"key_usage", W, HS__LINT_LEAF, usage_there, "keyUsage", "say what the key may do",
     RFC "4.2.1.3"},
    {"key_usage_critical", W, HS__LINT_ALL, usage_critical, "a critical keyUsage", "make it anew",
     RFC "4.2.1.3"},
    {"key_encipherment", E, HS__LINT_LEAF, key_encipherment, "keyEncipherment for RSA keys only",
     "leave it out: such keys do not encipher", "rfc5480#section-3"},
    {"leaf_signs", E, HS__LINT_LEAF, leaf_signs, "no keyCertSign in a leaf", "leave it out",
     RFC "4.2.1.9"},
    {"leaf_limits", E, HS__LINT_LEAF, leaf_limits, "name constraints in CAs only", "leave them out",
     RFC "4.2.1.10"},
    {"purpose", W, HS__LINT_LEAF, purpose_there, "extKeyUsage", "say what it is for: serverAuth",
     BR "7.1.2.7.6"},
    {"any_purpose", W, HS__LINT_LEAF, any_purpose, "purposes by name", "name the purposes",
     BR "7.1.2.7.10"},
    {"purpose_critical", W, HS__LINT_LEAF, purpose_critical, "an extKeyUsage that is not critical",
     "make it anew", BR "7.1.2.7.6"},
    {"ca_subject", E, HS__LINT_CA, ca_subject, "a subject", "give the CA a name", RFC "4.1.2.6"},
    {"ca_signs", E, HS__LINT_CA, ca_signs, "keyCertSign", "add it: a CA has to sign",
     RFC "4.2.1.3"},
    {"ca_signs_lists", W, HS__LINT_CA, ca_signs_lists, "cRLSign",
     "add it, so that it can sign revocation lists", BR "7.1.2.10.7"},
    {"basic_constraints_critical", E, HS__LINT_CA, constraints_critical,
     "critical basicConstraints", "make it anew", RFC "4.2.1.9"},
    {"name_constraints_critical", W, HS__LINT_CA, limits_critical, "critical nameConstraints",
     "make it anew; peers that do not know them must not pass over them", RFC "4.2.1.10"},
    {"critical_extension", E, HS__LINT_ALL, unknown_critical,
     "no critical extension that nobody knows", "leave it out", RFC "4.2"},
    {"authority_key_id", E, HS__LINT_ALL, authority_key_id, "authorityKeyIdentifier", "add it",
     RFC "4.2.1.1"},
    {"subject_key_id", E, HS__LINT_CA, subject_key_id, "subjectKeyIdentifier", "add it",
     RFC "4.2.1.2"},
};
const size_t hs__n_lint_rules = sizeof(hs__lint_rules) / sizeof(hs__lint_rules[0]);
static_assert(sizeof(hs__lint_rules) / sizeof(hs__lint_rules[0]) <= HS__LINT_MAX, "room for all");

static unsigned scopes_of(const hs__cert *c) {
    if (c->is_ca) {
        return HS__LINT_CA;
    }
    const bool is_server =
        !has(c, HS__EXT_EXT_KEY_USAGE) || hs__cert_has_purpose(c, HS__OID_SERVER_AUTH);
    return HS__LINT_LEAF | (is_server ? (unsigned)HS__LINT_SERVER : 0);
}

size_t hs__lint(const hs__cert *cert, hs__lint_finding out[HS__LINT_MAX]) {
    const unsigned scopes = scopes_of(cert);
    size_t n = 0;
    for (size_t i = 0; i < hs__n_lint_rules; i++) {
        hs__text got;
        hs__text_init(&got, out[n].got, sizeof(out[n].got));
        if ((hs__lint_rules[i].scope & scopes) != 0 && !hs__lint_rules[i].is_fine(cert, &got)) {
            out[n++].rule = &hs__lint_rules[i];
        }
    }
    return n;
}
