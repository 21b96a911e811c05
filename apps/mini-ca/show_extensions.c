#include "apps/mini-ca/show.h"

#include <string.h>

#include "apps/mini-ca/extension_value.h"
#include "pki/der.h"

static void put_key_id(const hs__cert *cert, hs_span value, hs__text *out) {
    (void)value;
    hs__text_hex(out, cert->subject_key_id);
}

static void put_authority(const hs__cert *cert, hs_span value, hs__text *out) {
    if (cert->authority_key_id.n > 0)
        hs__text_hex(out, cert->authority_key_id);
    else
        hs__text_hex(out, value);
}

static void put_constraints(const hs__cert *cert, hs_span value, hs__text *out) {
    (void)value;
    hs__text_add(out, cert->is_ca ? "CA" : "not a CA");
    if (cert->is_ca && cert->path_len == 0)
        hs__text_add(out, ", with no CA below it");
    else if (cert->is_ca && cert->path_len > 0)
        hs__text_f(out, ", with at most %d CAs below it", cert->path_len);
}

static void put_usage(const hs__cert *cert, hs_span value, hs__text *out) {
    static const char *const NAMES[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
                                        "dataEncipherment", "keyAgreement",   "keyCertSign",
                                        "cRLSign",          "encipherOnly",   "decipherOnly"};
    const char *between = "";
    (void)value;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        if (!(cert->key_usage & 1u << i))
            continue;
        hs__text_f(out, "%s%s", between, NAMES[i]);
        between = ", ";
    }
}

static void put_purposes(const hs__cert *cert, hs_span value, hs__text *out) {
    hs_span list = cert->ext_key_usage, content;
    uint8_t tag;
    const char *between = "";
    (void)value;
    while (hs__der_walk(&list, &tag, &content)) {
        char name[HS__OID_TEXT_MAX];
        hs__oid_text(content, name, sizeof name);
        hs__text_f(out, "%s%s", between, name);
        between = ", ";
    }
}

static void put_names(const hs__cert *cert, hs_span value, hs__text *out) {
    hs_span list = cert->names;
    hs__general_name name;
    const char *between = "";
    (void)value;
    while (hs__general_name_next(&list, &name)) {
        char text[600];
        hs__general_name_text(&name, text, sizeof text);
        hs__text_f(out, "%s%s", between, text);
        between = ", ";
    }
}

/* `list` is the content of a GeneralSubtrees. */
static void put_subtrees(const char *label, hs_span list, hs__text *out) {
    hs_span subtree;
    uint8_t tag;
    const char *between = label;
    while (hs__der_walk(&list, &tag, &subtree)) {
        char text[600];
        hs__general_name base;
        if (!hs__general_name_next(&subtree, &base))
            continue;
        hs__general_name_text(&base, text, sizeof text);
        hs__text_f(out, "%s%s", between, text);
        between = ", ";
    }
}

static void put_limits(const hs__cert *cert, hs_span value, hs__text *out) {
    (void)value;
    put_subtrees("only ", cert->permitted, out);
    put_subtrees(cert->permitted.n ? "; never " : "never ", cert->excluded, out);
}

static void put_crl_url(const hs__cert *cert, hs_span value, hs__text *out) {
    char url[1024];
    if (extension_crl_url(cert, url, sizeof url))
        hs__text_foreign(out, (hs_span){(const uint8_t *)url, strlen(url)});
    else
        hs__text_hex(out, value);
}

/* One line for each service: "OCSP http://..." */
static void put_services(const hs__cert *cert, hs_span value, hs__text *out) {
    hs_span list, access, method, place;
    uint8_t tag;
    const char *between = "";
    (void)cert;
    if (!hs__der_walk(&value, &tag, &list))
        return;
    while (hs__der_walk(&list, &tag, &access) && hs__der_walk(&access, &tag, &method) &&
           hs__der_walk(&access, &tag, &place)) {
        char name[HS__OID_TEXT_MAX];
        hs__oid_text(method, name, sizeof name);
        hs__text_f(out, "%s%s ", between, name);
        hs__text_foreign(out, place);
        between = ", ";
    }
}

static void put_feature(const hs__cert *cert, hs_span value, hs__text *out) {
    if (extension_must_staple(cert))
        hs__text_add(out, "status_request: must-staple");
    else
        hs__text_hex(out, value);
}

static const struct {
    hs__oid id;
    void (*put)(const hs__cert *cert, hs_span value, hs__text *out);
} WORDS[] = {
    {HS__OID_SUBJECT_KEY_ID, put_key_id},         {HS__OID_AUTHORITY_KEY_ID, put_authority},
    {HS__OID_BASIC_CONSTRAINTS, put_constraints}, {HS__OID_KEY_USAGE, put_usage},
    {HS__OID_EXT_KEY_USAGE, put_purposes},        {HS__OID_SUBJECT_ALT_NAME, put_names},
    {HS__OID_NAME_CONSTRAINTS, put_limits},       {HS__OID_CRL_DISTRIBUTION, put_crl_url},
    {HS__OID_AUTHORITY_INFO, put_services},       {HS__OID_TLS_FEATURE, put_feature}};

void show_extension(const hs__cert *cert, const hs__cert_extension *extension, hs__text *out) {
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        if (WORDS[i].id == extension->id) {
            WORDS[i].put(cert, extension->value, out);
            return;
        }
    }
    hs__text_hex(out, extension->value);
}
