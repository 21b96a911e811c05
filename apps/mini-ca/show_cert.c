#include "apps/mini-ca/show.h"

#include <stdio.h>
#include <string.h>

#include "apps/common/ca_index.h"
#include "apps/common/json.h"

/* ---- a certificate's fields -------------------------------------------------------------- */
typedef struct {
    const hs__cert *cert;
    const hs_provider *provider;
} subject;

static void put_version(const subject *s, hs__text *out) {
    hs__text_f(out, "%d", s->cert->version);
}

static void put_serial(const subject *s, hs__text *out) {
    hs__text_hex(out, s->cert->serial);
}

static void put_dn(hs_span name, hs__text *out) {
    char text[HS__NAME_TEXT];
    hs__name_text(name, text, sizeof text);
    hs__text_add(out, *text ? text : "(empty)");
}

static void put_subject(const subject *s, hs__text *out) {
    put_dn(s->cert->subject, out);
}

static void put_issuer(const subject *s, hs__text *out) {
    put_dn(s->cert->issuer, out);
    if (hs__cert_is_self_issued(s->cert))
        hs__text_add(out, " (itself)");
}

static void put_time(int64_t seconds, hs__text *out) {
    char text[SHOW_WHEN];
    hs__text_add(out, show_when(seconds, text));
}

static void put_not_before(const subject *s, hs__text *out) {
    put_time(s->cert->not_before, out);
}

static void put_not_after(const subject *s, hs__text *out) {
    put_time(s->cert->not_after, out);
}

static void put_key(const subject *s, hs__text *out) {
    char text[HS__KEY_TEXT];
    hs__spki_text(&s->cert->key, text, sizeof text);
    hs__text_add(out, text);
}

static void put_signature(const subject *s, hs__text *out) {
    char text[HS__SIGALG_TEXT];
    hs__sigalg_text(&s->cert->signature, text, sizeof text);
    hs__text_f(out, "%s%s", text, s->cert->signature.is_weak ? " (weak)" : "");
}

static void put_sha256(const subject *s, hs__text *out) {
    char hex[65] = "";
    if (hs__cert_sha256(s->provider, s->cert, hex) == HS_OK)
        hs__text_add(out, hex);
}

static const struct {
    const char *name;
    void (*put)(const subject *s, hs__text *out);
    const char *meaning;
} FIELDS[] = {
    {"subject", put_subject, "whose certificate it is, for people; software looks at the names"},
    {"issuer", put_issuer, "who signed it"},
    {"serial", put_serial, "the issuer's number for it, in hex"},
    {"not before", put_not_before, "its first moment"},
    {"not after", put_not_after, "its last moment"},
    {"key", put_key, "the public key whose owner it names"},
    {"signature", put_signature, "how the issuer signed it"},
    {"version", put_version, "of the format; 3 is the one with extensions"},
    {"sha256", put_sha256, "fingerprint of the whole certificate"},
};
enum { N_FIELDS = sizeof FIELDS / sizeof *FIELDS };

void show_meaning(const char *meaning) {
    printf("%20s%s%s%s\n", "", hs__style_on(stdout, HS__DIM), meaning, hs__style_off(stdout));
}

void show_extensions(const hs__cert *cert, int verbose) {
    hs_span list = cert->extensions;
    hs__cert_extension e;
    while (hs__cert_extension_next(&list, &e)) {
        char name[HS__OID_TEXT_MAX], text[SHOW_TEXT];
        hs__text t;
        /* What we have no words for is hex, and only -v wants to see all of it. */
        hs__text_init(&t, text, verbose ? sizeof text : 400);
        show_extension(cert, &e, &t);
        hs__oid_text(e.oid, name, sizeof name);
        printf("  %s%s\n%20s%s\n", name, e.is_critical ? " (critical)" : "", "", text);
        if (verbose)
            show_meaning(e.id ? hs__oid_meaning(e.id) : "not known here");
    }
}

static void print_certificate(const subject *s, int verbose) {
    for (size_t i = 0; i < N_FIELDS; i++) {
        char text[SHOW_TEXT];
        hs__text t;
        hs__text_init(&t, text, sizeof text);
        FIELDS[i].put(s, &t);
        printf("  %-17s %s\n", FIELDS[i].name, text);
        if (verbose)
            show_meaning(FIELDS[i].meaning);
    }
    show_extensions(s->cert, verbose);
}

json_t *show_extensions_json(const hs__cert *cert) {
    hs_span list = cert->extensions;
    json_t *all = json_array();
    hs__cert_extension e;
    while (hs__cert_extension_next(&list, &e)) {
        char name[HS__OID_TEXT_MAX], dotted[HS__OID_TEXT_MAX], text[SHOW_TEXT];
        hs__text t;
        hs__text_init(&t, text, sizeof text);
        show_extension(cert, &e, &t);
        hs__oid_text(e.oid, name, sizeof name);
        hs__oid_dotted(e.oid, dotted, sizeof dotted);
        json_array_append_new(all,
                              json_pack("{s:s, s:s, s:b, s:o}", "name", name, "oid", dotted,
                                        "critical", e.is_critical, "text", hs__json_string(text)));
    }
    return all;
}

static json_t *certificate_json(const subject *s) {
    json_t *object = json_object();
    for (size_t i = 0; i < N_FIELDS; i++) {
        char text[SHOW_TEXT], name[32];
        hs__text t;
        hs__text_init(&t, text, sizeof text);
        FIELDS[i].put(s, &t);
        snprintf(name, sizeof name, "%s", FIELDS[i].name);
        for (char *p = name; *p; p++)
            *p = *p == ' ' ? '_' : *p;
        json_object_set_new(object, name, hs__json_string(text));
    }
    json_object_set_new(object, "not_before", hs__json_date(s->cert->not_before));
    json_object_set_new(object, "not_after", hs__json_date(s->cert->not_after));
    json_object_set_new(object, "names", hs__json_names(s->cert));
    json_object_set_new(object, "extensions", show_extensions_json(s->cert));
    return object;
}

static hs_status read_fields(hs_span der, const hs__field_sink *sink, hs__rd_root *root) {
    hs__cert cert;
    return hs__certificate_read(der, sink, &cert, root);
}

void show_certificates(const show *sh, const hs__certs *certs) {
    for (size_t i = 0; i < certs->n; i++) {
        subject s = {&certs->v[i], sh->provider};
        if (sh->is_json) {
            show_add(sh, "certificates", certificate_json(&s));
            continue;
        }
        if (certs->n > 1)
            printf("%sCertificate %zu of %zu\n", i ? "\n" : "", i + 1, certs->n);
        else
            printf("Certificate\n");
        print_certificate(&s, sh->verbose);
        if (sh->verbose >= SHOW_BYTES)
            show_bytes(certs->v[i].der, read_fields);
    }
}
