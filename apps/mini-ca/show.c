#include "apps/mini-ca/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/common/ca_index.h"
#include "apps/common/json.h"
#include "apps/common/value.h"
#include "apps/mini-ca/mini_ca.h"
#include "apps/mini-ca/request.h"
#include "crypto/pkcs12.h"
#include "pki/pem.h"

typedef struct {
    mini_ca base;
    hs__password_source password;
} args;

static const hs__option OPTIONS[] = {
    HS__PASSWORD_OPTIONS("Encrypted keys, PKCS#12", args, password),
    MINI_CA_OPTIONS(args, base),
    {0},
};

const hs__program mini_ca_show_program = {
    .name = "mini-ca show",
    .usage = "FILE|HOST:PORT|WHAT [OPTIONS]",
    .about =
        "Every field of certificates, requests, keys, revocation lists, OCSP responses and "
        "PKCS#12 files, in PEM or DER; with -v what each means, with -vvv every byte. "
        "HOST:PORT shows what a TLS server sends. WHAT is a serial number or name of the CA's.",
    .examples = "  mini-ca show localhost.pem\n"
                "  mini-ca show -v localhost                   by name, the latest one\n"
                "  mini-ca show -vvv crl.pem\n"
                "  mini-ca show localhost:8443\n",
    .options = OPTIONS,
    .min_operands = 1,
    .max_operands = 1,
    .operands = "FILE",
};

/* ---- pieces ------------------------------------------------------------------------------ */
void show_field(const show *sh, const char *name, const char *text, const char *meaning) {
    printf("  %-17s %s\n", name, text);
    if (sh->verbose)
        show_meaning(meaning);
}

void show_add(const show *sh, const char *kind, json_t *object) {
    json_array_append_new(json_object_get(sh->document, kind), object);
}

/* ---- what the bytes are ------------------------------------------------------------------ */
static bool has_block(hs_span text, const char *end) {
    hs__pem_block block;
    size_t n = strlen(end);
    while (hs__pem_next(&text, &block) == HS_OK)
        if (block.label.n >= n && memcmp(block.label.p + block.label.n - n, end, n) == 0)
            return true;
    return false;
}

static hs__exit pem_certificates(const show *sh, hs_span text, const char *where,
                                 hs__fault *fault) {
    hs__certs certs;
    hs__exit code = hs__certs_parse(text, where, &certs, fault);
    if (code == HS__EXIT_OK)
        show_certificates(sh, &certs);
    hs__certs_free(&certs);
    return code;
}

static hs__exit pem_key(const show *sh, hs_span text, const char *where, hs__fault *fault) {
    (void)where;
    return show_key(sh, text, fault);
}

static hs__exit pem_lists(const show *sh, hs_span text, const char *where, hs__fault *fault) {
    hs__pem_block block;
    hs__exit code = HS__EXIT_OK;
    while (!code && hs__pem_next(&text, &block) == HS_OK) {
        size_t n;
        if (!hs__pem_is(&block, "X509 CRL"))
            continue;
        uint8_t *der = malloc(block.base64.n + 4);
        hs_status st = der ? hs__pem_decode(&block, der, &n) : HS_E_NOMEM;
        code = st ? hs__fail_status(fault, st, "%s", hs__safe(where))
                  : show_list(sh, (hs_span){der, n}, where, fault);
        free(der);
    }
    return code;
}

/* Kinds of PEM blocks, by the end of their label; a file may hold several. */
static const struct {
    const char *label;
    hs__exit (*show)(const show *sh, hs_span text, const char *where, hs__fault *fault);
} BLOCKS[] = {{"CERTIFICATE", pem_certificates},
              {"CERTIFICATE REQUEST", show_request},
              {"X509 CRL", pem_lists},
              {"PRIVATE KEY", pem_key}};

static hs__exit show_pem(const show *sh, hs_span text, const char *where, hs__fault *fault) {
    hs__exit code = HS__EXIT_OK;
    bool any = false;
    for (size_t i = 0; i < sizeof BLOCKS / sizeof *BLOCKS && !code; i++) {
        if (!has_block(text, BLOCKS[i].label))
            continue;
        code = BLOCKS[i].show(sh, text, where, fault);
        any = true;
    }
    return any ? code : pem_certificates(sh, text, where, fault);
}

/* DER does not say what it is: the first reader that understands all of it. If none does, the
 * one for certificates tells what is wrong. */
static hs__exit show_der(const show *sh, hs_span der, const char *where, hs__fault *fault) {
    hs__fault ignored = {0};
    if (hs__pkcs12_looks_like(der))
        return show_pkcs12(sh, der, where, fault);
    hs__exit code = pem_certificates(sh, der, where, fault);
    if (code == HS__EXIT_OK || der.n == 0 || der.p[0] != 0x30)
        return code;
    if (show_request(sh, der, where, &ignored) == HS__EXIT_OK ||
        show_list(sh, der, where, &ignored) == HS__EXIT_OK ||
        show_answer(sh, der, where, &ignored) == HS__EXIT_OK ||
        show_key(sh, der, &ignored) == HS__EXIT_OK)
        return HS__EXIT_OK;
    return code;
}

static hs__exit show_all(const args *a, const hs_provider *p, hs_span text, const char *where,
                         hs__fault *fault) {
    show sh = {.provider = p,
               .password = &a->password,
               .verbose = a->base.common.verbose,
               .is_json = a->base.common.json,
               .document = json_pack("{s:b, s:[], s:[], s:[], s:[], s:[]}", "ok", 1, "certificates",
                                     "keys", "requests", "lists", "answers")};
    hs__exit code = hs__pem_looks_like(text) ? show_pem(&sh, text, where, fault)
                                             : show_der(&sh, text, where, fault);
    if (code == HS__EXIT_OK && sh.is_json)
        hs__json_print(stdout, json_incref(sh.document));
    json_decref(sh.document);
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

static hs__exit fetch(const args *a, hs_provider *provider, const char *what, hs__bytes *out,
                      hs__fault *fault) {
    const char *colon = strrchr(what, ':');
    uint64_t port;
    if (strcmp(what, "-") == 0 || hs__file_exists(what))
        return hs__file_read(what, HS__FILE_LIMIT, out, fault);
    hs__exit code = find_in_index(a, what, out, fault);
    /* "ab:cd" may be a serial number, and is no host. */
    if (code && colon && hs__read_number(colon + 1, &port) && port > 0 && port < 65536)
        code = show_fetch(provider, what, out, fault);
    return code;
}

static hs__exit run(const args *a, const char *what, hs__fault *fault) {
    hs_provider *provider = NULL;
    hs__bytes text = {0};
    hs__exit code =
        hs__library_choose(a->base.provider, HS__KEY_ED25519, HS__KEY_P256, &provider, fault);
    if (code == HS__EXIT_OK)
        code = fetch(a, provider, what, &text, fault);
    if (code == HS__EXIT_OK)
        code = show_all(a, provider, hs__bytes_span(&text), what, fault);
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
