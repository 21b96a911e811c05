#include "pki/lint.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "pki/path_check.h"
#include "pki/time.h"
#include "proto/span.h"

enum { DAY = 86400, SERIAL_MAX = 20, SERIAL_RANDOM = 8, RSA_BITS_MIN = 2048, CN_MAX = 64 };

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

/* ---- names ------------------------------------------------------------------------------- */

static bool names_there(const hs__cert *c, hs__text *got) {
    return hs__has(c, HS__EXT_SUBJECT_ALT_NAME) || says(got, "no subjectAltName");
}

static bool nobody(const hs__cert *c, hs__text *got) {
    return !hs__name_is_empty(c->subject) || hs__has(c, HS__EXT_SUBJECT_ALT_NAME) ||
           says(got, "neither a subject nor names");
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
    return hs__has(c, HS__EXT_KEY_USAGE) || says(got, "no keyUsage");
}

static bool usage_critical(const hs__cert *c, hs__text *got) {
    return !hs__has(c, HS__EXT_KEY_USAGE) || is_critical(c, HS__EXT_KEY_USAGE) ||
           says(got, "a keyUsage that is not critical");
}

static bool key_encipherment(const hs__cert *c, hs__text *got) {
    const uint32_t encipher = HS__KU_KEY_ENCIPHERMENT | HS__KU_DATA_ENCIPHERMENT;
    char text[HS__KEY_TEXT];
    hs__spki_text(&c->key, text, sizeof(text));
    hs__text_f(got, "keyEncipherment with %s", text);
    return !c->key.is_known || is_rsa(c) || (c->key_usage & encipher) == 0;
}

static bool ca_signs(const hs__cert *c, hs__text *got) {
    return (c->key_usage & HS__KU_CERT_SIGN) != 0 || says(got, "a CA without keyCertSign");
}

static bool ca_signs_lists(const hs__cert *c, hs__text *got) {
    return (c->key_usage & HS__KU_CRL_SIGN) != 0 || says(got, "a CA without cRLSign");
}

static bool purpose_there(const hs__cert *c, hs__text *got) {
    return hs__has(c, HS__EXT_EXT_KEY_USAGE) || says(got, "no extKeyUsage");
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

/* ---- the table --------------------------------------------------------------------------- */

#define E   HS__LINT_ERROR
#define W   HS__LINT_WARNING
#define RFC "rfc5280#section-"
#define BR  "cabf-br#section-"

const hs__lint_rule hs__lint_rules[] = {
    {"version", E, HS__LINT_ALL, 0, version, "version 3", "make it as X.509 version 3",
     RFC "4.1.2.1"},
    {"serial", E, HS__LINT_ALL, 0, serial, "a positive number of at most 20 bytes",
     "choose another serial number", RFC "4.1.2.2"},
    {"serial_entropy", W, HS__LINT_ALL, 0, serial_entropy, "8 random bytes or more",
     "choose serial numbers at random", BR "7.1"},
    {"signature", E, HS__LINT_ALL, 0, signature, "SHA-256 or better",
     "sign it with SHA-256 or better", BR "7.1.3.2"},
    {"signature_match", E, HS__LINT_ALL, 0, signature_match,
     "the same algorithm inside and outside", "make it anew", RFC "4.1.1.2"},
    {"dates", E, HS__LINT_ALL, 0, dates, "notBefore before notAfter", "choose other dates",
     RFC "4.1.2.5"},
    {"lifetime", W, HS__LINT_SERVER, 0, lifetime_825, "at most 825 days",
     "a shorter --days; Apple's systems refuse longer ones also from private CAs", BR "6.3.2"},
    {"lifetime_public", W, HS__LINT_SERVER, 0, lifetime_398, "at most 398 days",
     "a shorter --days; browsers refuse longer ones from public CAs", BR "6.3.2"},
    {"key", W, HS__LINT_ALL, 0, key_known, "RSA, ECDSA P-256, P-384, P-521, or Ed25519",
     "choose a key of a common kind", RFC "4.1.2.7"},
    {"key_size", E, HS__LINT_ALL, 0, key_size, "RSA of 2048 bits or more", "choose a longer key",
     BR "6.1.5"},
    {"key_form", E, HS__LINT_ALL, HS_RULE_KEYS, NULL, "whole bytes, and an odd exponent above 2",
     "make another key", BR "6.1.6"},
    {"nobody", E, HS__LINT_LEAF, 0, nobody, "a subject or names", "give it a name", RFC "4.1.2.6"},
    {"names", E, HS__LINT_SERVER, 0, names_there, "subjectAltName",
     "put the names into subjectAltName: nobody looks at CN any more", "rfc9525#section-2"},
    {"dns_names", E, HS__LINT_SERVER, HS_RULE_DNS_NAMES, NULL,
     "DNS names of letters, digits and '-'", "correct the name", RFC "4.2.1.6"},
    {"wildcard", W, HS__LINT_LEAF, 0, wide_wildcard, "two labels or more behind '*.'",
     "name hosts, or a wildcard below a domain of yours", BR "3.2.2.6"},
    {"duplicate_names", W, HS__LINT_LEAF, 0, duplicate_names, "each name once",
     "leave out the second one", BR "7.1.4.2"},
    {"common_name", W, HS__LINT_SERVER, HS_RULE_COMMON_NAME, NULL,
     "a CN that is one of the names, or none", "add it to the names, or leave it out",
     BR "7.1.4.3"},
    {"common_name_length", E, HS__LINT_ALL, 0, common_name_length, "at most 64 characters",
     "shorten it, or leave it out", RFC "A.1"},
    {"country", E, HS__LINT_ALL, 0, country, "two letters", "use the code of ISO 3166-1",
     RFC "A.1"},
    {"critical", W, HS__LINT_ALL, HS_RULE_CRITICAL, NULL,
     "extensions that are critical, or not, as the RFC has it", "make it anew", RFC "4.2"},
    {"key_usage", W, HS__LINT_LEAF, 0, usage_there, "keyUsage", "say what the key may do",
     RFC "4.2.1.3"},
    {"key_usage_critical", W, HS__LINT_ALL, 0, usage_critical, "a critical keyUsage",
     "make it anew", RFC "4.2.1.3"},
    {"key_encipherment", E, HS__LINT_LEAF, 0, key_encipherment, "keyEncipherment for RSA keys only",
     "leave it out: such keys do not encipher", "rfc5480#section-3"},
    {"ca_fields", E, HS__LINT_ALL, HS_RULE_CA_FIELDS, NULL, "what belongs to CAs in CAs only",
     "leave it out", RFC "4.2.1.9"},
    {"ca_signs", E, HS__LINT_CA, 0, ca_signs, "keyCertSign", "add it: a CA has to sign",
     RFC "4.2.1.3"},
    {"ca_signs_lists", W, HS__LINT_CA, 0, ca_signs_lists, "cRLSign",
     "add it, so that it can sign revocation lists", BR "7.1.2.10.7"},
    {"issuer_named", E, HS__LINT_ALL, HS_RULE_ISSUER_NAMED, NULL, "CAs with names",
     "give the CA a name", RFC "4.1.2.4"},
    {"limits_critical", W, HS__LINT_CA, HS_RULE_CONSTRAINTS_CRITICAL, NULL,
     "critical name constraints",
     "make it anew; peers that do not know them must not pass over them", RFC "4.2.1.10"},
    {"purpose", W, HS__LINT_LEAF, 0, purpose_there, "extKeyUsage", "say what it is for: serverAuth",
     BR "7.1.2.7.6"},
    {"purposes", W, HS__LINT_ALL, HS_RULE_PURPOSES, NULL,
     "purposes by name, not critical, and none in a root", "name the purposes", BR "7.1.2.7.10"},
    {"critical_extension", E, HS__LINT_ALL, 0, unknown_critical,
     "no critical extension that nobody knows", "leave it out", RFC "4.2"},
    {"key_ids", E, HS__LINT_ALL, HS_RULE_KEY_IDS, NULL, "the key identifiers of RFC 5280",
     "add them", RFC "4.2.1.1"},
};
const size_t hs__n_lint_rules = sizeof(hs__lint_rules) / sizeof(hs__lint_rules[0]);
static_assert(sizeof(hs__lint_rules) / sizeof(hs__lint_rules[0]) <= HS__LINT_MAX, "room for all");

static unsigned scopes_of(const hs__cert *c) {
    if (c->is_ca) {
        return HS__LINT_CA;
    }
    const bool is_server =
        !hs__has(c, HS__EXT_EXT_KEY_USAGE) || hs__cert_has_purpose(c, HS__OID_SERVER_AUTH);
    return HS__LINT_LEAF | (is_server ? (unsigned)HS__LINT_SERVER : 0);
}

static bool is_fine(const hs__lint_rule *rule, const hs__cert *cert, hs__text *got) {
    if (rule->profile == 0) {
        return rule->is_fine(cert, got);
    }
    const char *problem = hs__profile_problem(cert, rule->profile);
    return problem == NULL || says(got, problem);
}

size_t hs__lint(const hs__cert *cert, hs__lint_finding out[HS__LINT_MAX]) {
    const unsigned scopes = scopes_of(cert);
    size_t n = 0;
    for (size_t i = 0; i < hs__n_lint_rules; i++) {
        const hs__lint_rule *rule = &hs__lint_rules[i];
        hs__text got;
        hs__text_init(&got, out[n].got, sizeof(out[n].got));
        if ((rule->scope & scopes) != 0 && !is_fine(rule, cert, &got)) {
            out[n++].rule = rule;
        }
    }
    return n;
}
