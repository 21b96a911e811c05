#include "apps/mini-ca/show.h"

#include <stdio.h>
#include <string.h>

#include "apps/common/ca_index.h"
#include "apps/common/json.h"
#include "apps/common/value.h"
#include "apps/mini-ca/mini_ca.h"
#include "pki/pem.h"
#include "pki/time.h"

enum { TEXT_ROOM = 4096 };

typedef struct {
    mini_ca base;
    hs__password_source password;
} args;

static const hs__option OPTIONS[] = {
    {.group = "Encrypted keys",
     .name = "password-file",
     .kind = HS__OPT_TEXT,
     .at = offsetof(args, password.file),
     .argument = "F",
     .help = "open an encrypted key with the first line of F"},
    {.name = "password-fd",
     .kind = HS__OPT_CALL,
     .at = offsetof(args, password.fd),
     .take = hs__password_take_fd,
     .argument = "N",
     .help = "the same, read from descriptor N"},
    MINI_CA_OPTIONS(args, base),
    {0},
};

const hs__program mini_ca_show_program = {
    .name = "mini-ca show",
    .usage = "FILE|WHAT [OPTIONS]",
    .about = "Every field of certificates and keys; with -v what each means. WHAT is a serial "
             "number or name of the CA's.",
    .examples = "  mini-ca show localhost.pem\n"
                "  mini-ca show -v localhost                   by name, the latest one\n"
                "  openssl s_client -connect HOST:PORT </dev/null | mini-ca show -\n",
    .options = OPTIONS,
    .min_operands = 1,
    .max_operands = 1,
    .operands = "FILE",
};

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

static void put_name(hs_span name, hs__text *out) {
    char text[HS__NAME_TEXT];
    hs__name_text(name, text, sizeof text);
    hs__text_add(out, *text ? text : "(empty)");
}

static void put_subject(const subject *s, hs__text *out) {
    put_name(s->cert->subject, out);
}

static void put_issuer(const subject *s, hs__text *out) {
    put_name(s->cert->issuer, out);
    if (hs__cert_is_self_issued(s->cert))
        hs__text_add(out, " (itself)");
}

static void put_time(int64_t seconds, hs__text *out) {
    char time[HS__TIME_TEXT], distance[HS__DISTANCE_TEXT];
    hs__time_text(seconds, time);
    hs__text_f(out, "%s (%s)", time, hs__distance_text(seconds, hs__now(), distance));
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

static void put_meaning(const char *meaning) {
    printf("%20s%s%s%s\n", "", hs__style_on(stdout, HS__DIM), meaning, hs__style_off(stdout));
}

static void extension_name(const hs__cert_extension *e, char *out, size_t room) {
    hs__oid_text(e->oid, out, room);
}

static void print_extensions(const hs__cert *cert, int verbose) {
    hs_span list = cert->extensions;
    hs__cert_extension e;
    while (hs__cert_extension_next(&list, &e)) {
        char name[HS__OID_TEXT_MAX], text[TEXT_ROOM];
        hs__text t;
        /* What we have no words for is hex, and only -v wants to see all of it. */
        hs__text_init(&t, text, verbose ? sizeof text : 400);
        show_extension(cert, &e, &t);
        extension_name(&e, name, sizeof name);
        printf("  %s%s\n%20s%s\n", name, e.is_critical ? " (critical)" : "", "", text);
        if (verbose)
            put_meaning(e.id ? hs__oid_meaning(e.id) : "not known here");
    }
}

static void print_certificate(const subject *s, int verbose) {
    for (size_t i = 0; i < N_FIELDS; i++) {
        char text[TEXT_ROOM];
        hs__text t;
        hs__text_init(&t, text, sizeof text);
        FIELDS[i].put(s, &t);
        printf("  %-17s %s\n", FIELDS[i].name, text);
        if (verbose)
            put_meaning(FIELDS[i].meaning);
    }
    print_extensions(s->cert, verbose);
}

static json_t *extensions_json(const hs__cert *cert) {
    hs_span list = cert->extensions;
    json_t *all = json_array();
    hs__cert_extension e;
    while (hs__cert_extension_next(&list, &e)) {
        char name[HS__OID_TEXT_MAX], dotted[HS__OID_TEXT_MAX], text[TEXT_ROOM];
        hs__text t;
        hs__text_init(&t, text, sizeof text);
        show_extension(cert, &e, &t);
        extension_name(&e, name, sizeof name);
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
        char text[TEXT_ROOM], name[32];
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
    json_object_set_new(object, "extensions", extensions_json(s->cert));
    return object;
}

/* ---- a private key ----------------------------------------------------------------------- */
/* "ECDSA P-256", and the id that its certificates carry as subjectKeyIdentifier. */
static hs__exit describe_key(const hs_provider *p, const hs__private_key *key, char *kind,
                             size_t room, char *id, hs__fault *fault) {
    hs__public_numbers numbers;
    uint8_t bytes[HS__KEY_ID];
    hs_status st = p->key_public(p, key, &numbers);
    if (st == HS_OK)
        st = hs__spki_key_id(p, &numbers, bytes);
    if (st)
        return hs__fail_status(fault, st, "the private key");
    if (numbers.n.n > 0)
        snprintf(kind, room, "RSA %u", hs__public_bits(&numbers));
    else
        snprintf(kind, room, "%s", hs__key_type_name(numbers.type));
    hs__hex((hs_span){bytes, sizeof bytes}, id, 2 * HS__KEY_ID + 1);
    return HS__EXIT_OK;
}

static hs__exit show_key(const args *a, const hs_provider *p, hs_span text, json_t *keys,
                         hs__fault *fault) {
    char kind[64] = "encrypted", id[2 * HS__KEY_ID + 1] = "";
    hs__bytes password = {0};
    hs__private_key *key = NULL;
    hs__exit code = HS__EXIT_OK;
    hs_status st = p->key_load(p, text, (hs_span){NULL, 0}, &key);
    bool is_encrypted = st == HS_E_KEY_PASSWORD_NEEDED;
    if (is_encrypted && (a->password.file || a->password.fd >= 0)) {
        code = hs__password_get(&a->password, "the key", false, &password, fault);
        if (code == HS__EXIT_OK)
            st = p->key_load(p, text, hs__bytes_span(&password), &key);
    }
    hs__bytes_free(&password);
    if (code == HS__EXIT_OK && st && st != HS_E_KEY_PASSWORD_NEEDED)
        code = hs__fail_status(fault, st, "the private key");
    if (code == HS__EXIT_OK && key)
        code = describe_key(p, key, kind, sizeof kind, id, fault);
    if (key)
        p->key_free(p, key);
    if (code)
        return code;
    if (keys) {
        json_array_append_new(keys, json_pack("{s:s, s:b, s:s}", "key", kind, "encrypted",
                                              is_encrypted, "key_id", id));
        return HS__EXIT_OK;
    }
    printf("Private key\n  %-17s %s%s\n", "key", kind, is_encrypted && *id ? ", encrypted" : "");
    if (*id)
        printf("  %-17s %s\n", "key id", id);
    return HS__EXIT_OK;
}

/* ---- what the bytes are ------------------------------------------------------------------ */
static bool holds_key(hs_span text) {
    hs__pem_block block;
    static const char END[] = "PRIVATE KEY";
    while (hs__pem_next(&text, &block) == HS_OK)
        if (block.label.n >= sizeof END - 1 &&
            memcmp(block.label.p + block.label.n - (sizeof END - 1), END, sizeof END - 1) == 0)
            return true;
    return false;
}

static void show_certs(const args *a, const hs_provider *p, const hs__certs *certs, json_t *list) {
    for (size_t i = 0; i < certs->n; i++) {
        subject s = {&certs->v[i], p};
        if (list) {
            json_array_append_new(list, certificate_json(&s));
            continue;
        }
        if (certs->n > 1)
            printf("%sCertificate %zu of %zu\n", i ? "\n" : "", i + 1, certs->n);
        else
            printf("Certificate\n");
        print_certificate(&s, a->base.common.verbose);
    }
}

static hs__exit show(const args *a, const hs_provider *p, hs_span text, const char *where,
                     hs__fault *fault) {
    hs__certs certs;
    hs__fault no_certificate = {0};
    json_t *list = a->base.common.json ? json_array() : NULL;
    json_t *keys = a->base.common.json ? json_array() : NULL;
    bool has_key = hs__pem_looks_like(text) && holds_key(text);
    hs__exit code = hs__certs_parse(text, where, &certs, &no_certificate);
    if (code == HS__EXIT_OK)
        show_certs(a, p, &certs, list);
    /* No certificate in it: then a key in DER may be. */
    bool may_be_key = has_key || (code && text.n > 0 && text.p[0] == 0x30);
    bool is_key = may_be_key && show_key(a, p, text, keys, fault) == HS__EXIT_OK;
    if (has_key)
        code = is_key ? HS__EXIT_OK : fault->code;
    else if (is_key)
        code = HS__EXIT_OK;
    else if (code)
        *fault = no_certificate;
    if (code == HS__EXIT_OK && list)
        hs__json_print(stdout,
                       json_pack("{s:b, s:O, s:O}", "ok", 1, "certificates", list, "keys", keys));
    json_decref(list);
    json_decref(keys);
    hs__certs_free(&certs);
    return code;
}

/* ---- finding it -------------------------------------------------------------------------- */
/* The latest entry of the index with that serial number or name, as PEM. */
static hs__exit find_in_index(const args *a, const char *what, hs__bytes *out, hs__fault *fault) {
    char folder[HS__FILE_PATH];
    json_t *entries;
    hs__exit code = mini_ca_folder(&a->base, folder, fault);
    if (code == HS__EXIT_OK)
        code = hs__index_load(folder, &entries, fault);
    if (code)
        return code;
    const json_t *entry = hs__index_find(entries, what);
    const char *pem = entry ? hs__index_text(entry, "pem") : NULL;
    out->p = pem ? (uint8_t *)strdup(pem) : NULL;
    out->n = out->p ? strlen(pem) : 0;
    json_decref(entries);
    if (out->p)
        return HS__EXIT_OK;
    return hs__fault_set(
        fault, HS__EXIT_INTERNAL,
        "there is no file %s, and no certificate with that serial number or name in %s",
        hs__safe(what), hs__safe(folder));
}

static hs__exit run(const args *a, const char *what, hs__fault *fault) {
    hs_provider *provider = NULL;
    hs__bytes text = {0};
    bool is_file = strcmp(what, "-") == 0 || hs__file_exists(what);
    hs__exit code = is_file ? hs__file_read(what, HS__FILE_LIMIT, &text, fault)
                            : find_in_index(a, what, &text, fault);
    if (code == HS__EXIT_OK)
        code =
            hs__library_choose(a->base.provider, HS__KEY_ED25519, HS__KEY_P256, &provider, fault);
    if (code == HS__EXIT_OK)
        code = show(a, provider, hs__bytes_span(&text), what, fault);
    hs_provider_unref(provider);
    hs__bytes_free(&text);
    return code;
}

hs__exit mini_ca_show(const mini_ca *before, int argc, char **argv, hs__fault *fault) {
    args a = {.base = *before, .password = HS__NO_PASSWORD_SOURCE};
    hs__exit code;
    int first = hs__options_parse(&mini_ca_show_program, argc, argv, &a, &code);
    if (first < 0)
        return code;
    hs__say_setup("mini-ca", &a.base.common);
    return run(&a, argv[first], fault);
}
