#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/common/json.h"
#include "apps/common/value.h"
#include "apps/mini-ca/what.h"
#include "crypto/pkcs12.h"
#include "pki/text.h"
#include "pki/time.h"

typedef struct {
    mini_ca base;
    int form;
    bool legacy;
    const char *out, *key;
    hs__password_source password;
} args;

enum { FORM_PEM, FORM_FULL_CHAIN, FORM_DER, FORM_P12, FORM_OPENSSL_INDEX };

static const hs__option OPTIONS[] = {
    {.group = "What",
     .name = "fullchain",
     .kind = HS__OPT_SET,
     .at = offsetof(args, form),
     .value = FORM_FULL_CHAIN,
     .help = "PEM: the certificate, then the issuing CA if there is one; without an option the "
             "certificate alone"},
    {.name = "der",
     .kind = HS__OPT_SET,
     .at = offsetof(args, form),
     .value = FORM_DER,
     .help = "the certificate alone, in binary"},
    {.name = "p12",
     .kind = HS__OPT_SET,
     .at = offsetof(args, form),
     .value = FORM_P12,
     .aliases = "pkcs12 pfx",
     .help = "certificate, chain and private key in one file, under a password of its own"},
    {.name = "legacy",
     .kind = HS__OPT_FLAG,
     .at = offsetof(args, legacy),
     .help = "with --p12: 3DES and SHA-1, for old programs that read nothing better"},
    {.name = "openssl-index",
     .kind = HS__OPT_SET,
     .at = offsetof(args, form),
     .value = FORM_OPENSSL_INDEX,
     .help = "the whole index as an index.txt of openssl ca; without WHAT"},
    {.group = "Files",
     .name = "out",
     .letter = 'o',
     .kind = HS__OPT_TEXT,
     .at = offsetof(args, out),
     .argument = "FILE",
     .help = "there instead of standard output; --p12: instead of NAME.p12"},
    {.name = "key",
     .kind = HS__OPT_TEXT,
     .at = offsetof(args, key),
     .argument = "FILE",
     .help = "for --p12, where the private key is not beside the certificate"},
    HS__PASSWORD_OPTIONS("The password of the PKCS#12 file", args, password),
    MINI_CA_WRITE_OPTIONS(args, base),
    MINI_CA_OPTIONS(args, base),
    {0},
};

const hs__program mini_ca_export_program = {
    .name = "mini-ca export",
    .usage = "WHAT [OPTIONS]",
    .about = "A certificate of the CA in another form. WHAT is a serial number, a name (the "
             "latest one) or a file.",
    .examples =
        "  mini-ca export alice@example.test --p12     asks for a password, writes a 0600 file\n"
        "  mini-ca export a.test --fullchain --out=fullchain.pem\n"
        "  mini-ca export --openssl-index >index.txt\n",
    .options = OPTIONS,
    .max_operands = 1,
    .operands = "WHAT",
};

/* Everything that one run works with. */
typedef struct {
    const args *a;
    char folder[HS__FILE_PATH], key_file[HS__FILE_PATH], out[HS__FILE_PATH];
    const char *cert_file; /* where the certificate was written; "" */
    hs_provider *provider;
    hs__certs cert;
    hs__ca ca;
} job;

/* ---- certificates ------------------------------------------------------------------------ */
/* --json without a file: text goes into the document. */
static hs__exit put_document(const args *a, hs_span data, hs__fault *fault) {
    json_t *text = json_stringn((const char *)data.p, data.n);
    if (!text || a->form == FORM_DER) {
        json_decref(text);
        return hs__fault_set(fault, HS__EXIT_USAGE, "with --json binary output needs --out=FILE");
    }
    hs__json_print(stdout, json_pack("{s:b, s:o}", "ok", 1, "text", text));
    return HS__EXIT_OK;
}

static hs__exit put_file(const args *a, const char *path, hs_span data, hs__fault *fault) {
    hs__exit code = a->base.dry_run ? hs__file_may_write(path, a->base.force, fault)
                                    : hs__file_write(path, data, 0644, a->base.force, fault);
    if (code)
        return code;
    if (a->base.dry_run)
        mini_ca_would_write(&a->base, path);
    else if (a->base.common.json)
        hs__json_print(stdout, json_pack("{s:b, s:o}", "ok", 1, "file", hs__json_string(path)));
    else if (!a->base.common.quiet)
        printf("%s\n", hs__safe(path));
    return HS__EXIT_OK;
}

static hs__exit put_bytes(const args *a, const char *path, hs_span data, hs__fault *fault) {
    if (path)
        return put_file(a, path, data, fault);
    if (a->base.common.json)
        return put_document(a, data, fault);
    if (fwrite(data.p, 1, data.n, stdout) != data.n)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "cannot write to standard output");
    return HS__EXIT_OK;
}

static bool is_by_issuing(const job *j) {
    return j->ca.issuing.n > 0 && hs__name_equal(j->cert.v->issuer, j->ca.issuing.v->subject);
}

static hs__exit put_cert(job *j, hs__fault *fault) {
    hs__bytes text = {0};
    hs__exit code = HS__EXIT_OK;
    if (j->a->form == FORM_DER)
        return put_bytes(j->a, j->a->out, j->cert.v->der, fault);
    code = hs__certs_add_pem(j->cert.v->der, &text, fault);
    if (code == HS__EXIT_OK && j->a->form == FORM_FULL_CHAIN && is_by_issuing(j))
        code = hs__certs_add_pem(j->ca.issuing.v->der, &text, fault);
    if (code == HS__EXIT_OK)
        code = put_bytes(j->a, j->a->out, hs__bytes_span(&text), fault);
    hs__bytes_free(&text);
    return code;
}

/* ---- PKCS#12 ----------------------------------------------------------------------------- */
/* X.pem has its key beside it as X-key.pem. */
static hs__exit find_key(job *j, hs__fault *fault) {
    size_t n = strlen(j->cert_file);
    if (j->a->key)
        snprintf(j->key_file, sizeof j->key_file, "%s", j->a->key);
    else if (n > 4 && n + 5 < sizeof j->key_file && strcmp(j->cert_file + n - 4, ".pem") == 0)
        snprintf(j->key_file, sizeof j->key_file, "%.*s-key.pem", (int)n - 4, j->cert_file);
    if (j->key_file[0] && hs__file_exists(j->key_file))
        return HS__EXIT_OK;
    hs__fault_set(fault, HS__EXIT_INTERNAL,
                  "the private key is not beside the certificate%s%s; the CA keeps none",
                  j->key_file[0] ? " as " : "", hs__safe(j->key_file));
    return hs__hint(fault, "--key=FILE says where it is");
}

/* The key as PEM without a password, whatever the file has. */
static hs__exit read_key(job *j, hs__bytes *pem, hs__fault *fault) {
    static const hs__password_source ON_TERMINAL = HS__NO_PASSWORD_SOURCE;
    enum { KEY_ROOM = 8192 };
    const hs_provider *p = j->provider;
    hs__bytes file, password = {0};
    hs__private_key *key = NULL;
    hs__exit code = hs__file_read(j->key_file, HS__FILE_LIMIT, &file, fault);
    if (code)
        return code;
    hs_status st = p->key_load(p, hs__bytes_span(&file), (hs_span){NULL, 0}, &key);
    if (st == HS_E_KEY_PASSWORD_NEEDED) {
        code = hs__password_get(&ON_TERMINAL, hs__safe(j->key_file), false, &password, fault);
        if (code == HS__EXIT_OK)
            st = p->key_load(p, hs__bytes_span(&file), hs__bytes_span(&password), &key);
    }
    *pem = (hs__bytes){.p = malloc(KEY_ROOM), .n = KEY_ROOM};
    if (code == HS__EXIT_OK && st == HS_OK)
        st =
            pem->p ? p->key_write(p, key, (hs_span){NULL, 0}, (char *)pem->p, &pem->n) : HS_E_NOMEM;
    if (code == HS__EXIT_OK && st)
        code = hs__fail_status(fault, st, "the private key in %s", hs__safe(j->key_file));
    if (key)
        p->key_free(p, key);
    hs__bytes_free(&password);
    hs__bytes_free(&file);
    return code;
}

/* What programs show: the CN, or the first name. */
static void friendly_name(const hs__cert *cert, char *out, size_t room) {
    hs_span cn, names = cert->names;
    hs__general_name name;
    hs__text t;
    hs__text_init(&t, out, room);
    if (hs__name_attribute(cert->subject, HS__OID_COMMON_NAME, &cn))
        hs__text_foreign(&t, cn);
    else if (hs__general_name_next(&names, &name))
        hs__general_name_value_text(&name, out, room);
}

static hs__exit seal(job *j, hs_span key, const char *password, hs__bytes *out, hs__fault *fault) {
    char name[HS__NAME_TEXT];
    hs_span chain[2];
    size_t n = 0;
    friendly_name(j->cert.v, name, sizeof name);
    if (is_by_issuing(j))
        chain[n++] = j->ca.issuing.v->der;
    chain[n++] = j->ca.root.v->der;
    hs__pkcs12_contents c = {.key = key,
                             .leaf = j->cert.v->der,
                             .chain = chain,
                             .n_chain = n,
                             .name = name,
                             .legacy = j->a->legacy};
    hs_status st = hs__pkcs12_write(&c, password, &out->p, &out->n);
    return st ? hs__fail_status(fault, st, "making the PKCS#12 file") : HS__EXIT_OK;
}

static void p12_path(job *j, const json_t *entry) {
    const char *slash = strrchr(j->cert_file, '/');
    const char *name = slash ? slash + 1 : j->cert_file;
    size_t n = strlen(name);
    if (j->a->out)
        snprintf(j->out, sizeof j->out, "%s", j->a->out);
    else if (n > 4 && strcmp(name + n - 4, ".pem") == 0)
        snprintf(j->out, sizeof j->out, "%.*s.p12", (int)n - 4, name);
    else
        snprintf(j->out, sizeof j->out, "%.60s.p12", hs__index_text(entry, "serial"));
}

static hs__exit put_p12(job *j, const json_t *entry, hs__fault *fault) {
    hs__bytes key = {0}, password = {0}, file = {0};
    p12_path(j, entry);
    if (!hs__pkcs12_is_there())
        return hs__fault_set(fault, HS__EXIT_INTERNAL,
                             "this mini-ca was built without libcrypto, which makes PKCS#12 files");
    hs__exit code = hs__file_may_write(j->out, j->a->base.force, fault);
    if (code == HS__EXIT_OK)
        code = find_key(j, fault);
    if (code == HS__EXIT_OK && j->a->base.dry_run) {
        mini_ca_would_write(&j->a->base, j->out);
        return HS__EXIT_OK;
    }
    if (code == HS__EXIT_OK)
        code = read_key(j, &key, fault);
    if (code == HS__EXIT_OK)
        code = hs__password_get(&j->a->password, hs__safe(j->out), true, &password, fault);
    if (code == HS__EXIT_OK)
        code = seal(j, hs__bytes_span(&key), (const char *)password.p, &file, fault);
    if (code == HS__EXIT_OK)
        code = hs__file_write(j->out, hs__bytes_span(&file), 0600, j->a->base.force, fault);
    if (code == HS__EXIT_OK && j->a->base.common.json)
        hs__json_print(stdout, json_pack("{s:b, s:o, s:b}", "ok", 1, "file",
                                         hs__json_string(j->out), "legacy", j->a->legacy));
    else if (code == HS__EXIT_OK && !j->a->base.common.quiet)
        printf("%s\n  certificate, chain and private key under your password%s\n", hs__safe(j->out),
               j->a->legacy ? "; 3DES and SHA-1: easier to break open" : "");
    hs__bytes_free(&key);
    hs__bytes_free(&password);
    hs__bytes_free(&file);
    return code;
}

/* ---- the index of openssl ca ------------------------------------------------------------- */
/* YYMMDDHHMMSSZ, from 2050 on YYYYMMDDHHMMSSZ. */
static void put_time(FILE *f, int64_t seconds) {
    hs__civil c;
    hs__civil_from_time(seconds, &c);
    if (c.year < 2050)
        fprintf(f, "%02d", c.year % 100);
    else
        fprintf(f, "%04d", c.year);
    fprintf(f, "%02d%02d%02d%02d%02dZ", c.month, c.day, c.hour, c.minute, c.second);
}

/* "/O=X/CN=a.test": as openssl's oneline form, the general part first. */
static void put_oneline(FILE *f, hs_span name) {
    hs_span rdns, set, ava, type, value;
    uint8_t tag;
    if (!hs__der_walk(&name, &tag, &rdns))
        return;
    while (hs__der_walk(&rdns, &tag, &set))
        while (hs__der_walk(&set, &tag, &ava)) {
            char text[HS__OID_TEXT_MAX], shown[HS__NAME_TEXT];
            hs__text t;
            if (!hs__der_walk(&ava, &tag, &type) || !hs__der_walk(&ava, &tag, &value))
                return;
            hs__oid_text(type, text, sizeof text);
            hs__text_init(&t, shown, sizeof shown);
            hs__text_foreign(&t, value);
            fprintf(f, "/%s=%s", text, shown);
        }
}

static void put_index_line(FILE *f, const json_t *entry, const hs__cert *cert) {
    const json_t *event = json_object_get(entry, "revoked");
    bool is_revoked = hs__index_is_revoked(entry);
    fprintf(f, "%c\t", is_revoked ? 'R' : cert->not_after < hs__now() ? 'E' : 'V');
    put_time(f, cert->not_after);
    fputc('\t', f);
    if (is_revoked) {
        const char *reason = hs__index_text(event, "reason");
        put_time(f, json_integer_value(json_object_get(event, "at_s")));
        if (strcmp(reason, "unspecified") != 0)
            fprintf(f, ",%s", reason);
    }
    fputc('\t', f);
    for (const char *p = hs__index_text(entry, "serial"); *p; p++)
        fputc(*p >= 'a' ? *p - 'a' + 'A' : *p, f);
    fprintf(f, "\tunknown\t");
    put_oneline(f, cert->subject);
    fputc('\n', f);
}

static hs__exit put_index(const args *a, const json_t *all, hs__fault *fault) {
    size_t i, n = 0;
    const json_t *entry;
    char *text = NULL;
    FILE *f = open_memstream(&text, &n);
    hs__exit code = HS__EXIT_OK;
    json_array_foreach(all, i, entry) {
        hs__certs cert;
        if (code == HS__EXIT_OK && f)
            code = mini_ca_entry_cert(entry, &cert, fault);
        if (code || !f)
            break;
        put_index_line(f, entry, cert.v);
        hs__certs_free(&cert);
    }
    if (!f || fclose(f) != 0)
        code = hs__fault_set(fault, HS__EXIT_INTERNAL, "out of memory");
    if (code == HS__EXIT_OK)
        code = put_bytes(a, a->out, (hs_span){(const uint8_t *)text, n}, fault);
    free(text);
    return code;
}

/* ---- doing ------------------------------------------------------------------------------- */
static hs__exit put_one(job *j, const json_t *all, const char *what, hs__fault *fault) {
    json_t *entry;
    hs__exit code = mini_ca_what(all, j->folder, what, &entry, fault);
    if (code)
        return code;
    j->cert_file = hs__file_exists(what) ? what : hs__index_text(entry, "file");
    code = mini_ca_entry_cert(entry, &j->cert, fault);
    if (code == HS__EXIT_OK)
        code = hs__library_choose(j->a->base.provider, HS__KEY_ED25519, HS__KEY_P256, &j->provider,
                                  fault);
    if (code == HS__EXIT_OK)
        code = hs__ca_open(j->provider, j->folder, &j->ca, fault);
    if (code)
        return code;
    return j->a->form == FORM_P12 ? put_p12(j, entry, fault) : put_cert(j, fault);
}

static hs__exit run(const args *a, const char *what, hs__fault *fault) {
    job j = {.a = a};
    json_t *all = NULL;
    if ((what == NULL) != (a->form == FORM_OPENSSL_INDEX))
        return hs__usage_error(&mini_ca_export_program,
                               what ? "--openssl-index is about all: without WHAT"
                                    : "WHAT is missing");
    if (a->legacy && a->form != FORM_P12)
        return hs__usage_error(&mini_ca_export_program, "--legacy goes with --p12");
    hs__exit code = mini_ca_folder(&a->base, j.folder, fault);
    if (code == HS__EXIT_OK && !hs__ca_exists(j.folder))
        code = hs__ca_missing(j.folder, fault);
    if (code == HS__EXIT_OK)
        code = hs__index_load(j.folder, &all, fault);
    if (code == HS__EXIT_OK)
        code = what ? put_one(&j, all, what, fault) : put_index(a, all, fault);
    json_decref(all);
    hs__certs_free(&j.cert);
    hs__ca_close(&j.ca);
    hs_provider_unref(j.provider);
    return code;
}

hs__exit mini_ca_export(const mini_ca *before, int argc, char **argv, hs__fault *fault) {
    args a = {.base = *before, .password = HS__NO_PASSWORD_SOURCE};
    hs__exit code;
    int first = hs__options_parse(&mini_ca_export_program, argc, argv, &a, &code);
    if (first < 0)
        return code;
    hs__say_setup("mini-ca", &a.base.common);
    return run(&a, first < argc ? argv[first] : NULL, fault);
}
