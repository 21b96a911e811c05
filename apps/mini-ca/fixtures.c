#include "apps/mini-ca/fixtures.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/common/json.h"
#include "apps/mini-ca/fixtures_make.h"
#include "apps/mini-ca/want.h"
#include "pki/crl_write.h"
#include "pki/pem.h"

typedef struct {
    mini_ca base;
} args;

static const hs__option OPTIONS[] = {
    MINI_CA_WRITE_OPTIONS(args, base), MINI_CA_OPTIONS(args, base), {0}};

const hs__program mini_ca_fixtures_program = {
    .name = "mini-ca fixtures",
    .usage = "DIR [OPTIONS]",
    .about = "Makes a set of server certificates into DIR: good ones, and ones that are each wrong "
             "in one way, with the verdict to expect in manifest.json. For trying clients; made "
             "anew each time, so that dates and keys are fresh. Trust root.pem, and only for that.",
    .examples = "  mini-ca fixtures fixtures\n"
                "  hs-server --fixtures=fixtures 8443                  each under its own name\n"
                "  hs-client --cacert=fixtures/root.pem --servername=expired.test localhost:8443\n",
    .options = OPTIONS,
    .min_operands = 1,
    .max_operands = 1,
    .operands = "DIR",
};

static const char *const WORDS[] = {
#define FIXTURE_EXPECT(id, word) [FIXTURE_##id] = word,
    FIXTURE_EXPECTS(FIXTURE_EXPECT)
#undef FIXTURE_EXPECT
};

/* Everything that one run works with. */
typedef struct {
    const args *a;
    const char *folder;
    hs_provider *provider;
    fixture_world world;
    json_t *list; /* of the manifest */
    hs__crl_entry revoked[8];
    uint8_t serials[8][20];
    size_t n_revoked;
} job;

/* ---- writing ----------------------------------------------------------------------------- */
/* A folder of ours is made anew, one that is somebody else's is left alone. */
static hs__exit check_folder(const job *j, hs__fault *fault) {
    char path[HS__FILE_PATH];
    struct dirent *e;
    DIR *d = opendir(j->folder);
    bool is_empty = true;
    if (j->a->base.force || !d || hs__file_exists(hs__ca_path(j->folder, "manifest.json", path))) {
        if (d)
            closedir(d);
        return HS__EXIT_OK;
    }
    while ((e = readdir(d)) != NULL)
        is_empty = is_empty && e->d_name[0] == '.';
    closedir(d);
    if (is_empty)
        return HS__EXIT_OK;
    hs__fault_set(fault, HS__EXIT_EXISTS, "%s is not empty, and has no manifest.json",
                  hs__safe(j->folder));
    return hs__hint(fault, "choose another folder, or --force");
}

static hs__exit put(const job *j, const char *name, const char *end, hs_span data, mode_t mode,
                    hs__fault *fault) {
    char path[HS__FILE_PATH], file[FIXTURE_NAME_ROOM];
    snprintf(file, sizeof file, "%s%s", name, end);
    return hs__file_write(hs__ca_path(j->folder, file, path), data, mode, true, fault);
}

static void note(job *j, const fixture *f) {
    json_array_append_new(j->list,
                          json_pack("{s:s, s:s+, s:s+, s:s, s:s, s:s}", "name", f->name, "cert",
                                    f->name, ".pem", "key", f->name, "-key.pem", "expect",
                                    WORDS[f->expect], "status", f->status, "why", f->why));
}

static void revoke(job *j, const hs__cert *cert) {
    size_t i = j->n_revoked;
    if (i == sizeof j->revoked / sizeof *j->revoked || cert->serial.n > sizeof j->serials[i])
        return;
    memcpy(j->serials[i], cert->serial.p, cert->serial.n);
    j->revoked[i] = (hs__crl_entry){.serial = {j->serials[i], cert->serial.n},
                                    .when = j->world.now,
                                    .reason = HS__REASON_KEY_COMPROMISE};
    j->n_revoked++;
}

static hs__exit put_fixture(job *j, const fixture *f, hs__fault *fault) {
    fixture_made made;
    hs__bytes chain = {0};
    hs__exit code = fixture_make(&j->world, f, &made, fault);
    if (code == HS__EXIT_OK)
        code = fixture_chain(&j->world, f, &made, &chain, fault);
    if (code == HS__EXIT_OK)
        code = put(j, f->name, "-key.pem", hs__bytes_span(&made.key_pem), 0600, fault);
    if (code == HS__EXIT_OK)
        code = put(j, f->name, ".pem", hs__bytes_span(&chain), 0644, fault);
    if (code == HS__EXIT_OK && (f->how & FIXTURE_IS_REVOKED))
        revoke(j, made.cert.v);
    if (code == HS__EXIT_OK)
        note(j, f);
    hs__bytes_free(&chain);
    fixture_made_free(j->provider, &made);
    return code;
}

static hs__exit put_list(job *j, hs__fault *fault) {
    const fixture_made *issuer = &j->world.ca[FIXTURE_CA_ISSUING];
    hs__crl_template t = {.issuer = issuer->cert.v->subject,
                          .authority_key_id = issuer->cert.v->subject_key_id,
                          .this_update = j->world.now,
                          .next_update = j->world.now + 90 * MINI_CA_DAY,
                          .number = (uint64_t)j->world.now,
                          .entries = j->revoked,
                          .n_entries = j->n_revoked};
    size_t n = hs__crl_room(&t), pem_n = hs__pem_room("X509 CRL", n);
    uint8_t *der = malloc(n);
    char *pem = malloc(pem_n);
    hs_status st = der && pem ? hs__crl_issue(j->provider, &t, issuer->key,
                                              hs__sig_alg_for(HS__KEY_P256), der, &n)
                              : HS_E_NOMEM;
    if (st == HS_OK)
        st = hs__pem_write("X509 CRL", (hs_span){der, n}, pem, &pem_n);
    hs__exit code = st ? hs__fail_status(fault, st, "making crl.pem")
                       : put(j, "crl", ".pem", (hs_span){(uint8_t *)pem, pem_n}, 0644, fault);
    free(der);
    free(pem);
    return code;
}

static hs__exit put_root(job *j, hs__fault *fault) {
    hs__bytes pem = {0};
    hs__exit code = hs__certs_add_pem(j->world.ca[FIXTURE_CA_ROOT].cert.v->der, &pem, fault);
    if (code == HS__EXIT_OK)
        code = put(j, "root", ".pem", hs__bytes_span(&pem), 0644, fault);
    hs__bytes_free(&pem);
    return code;
}

/* Last of all: where it is, the set is whole. */
static hs__exit put_manifest(job *j, hs__fault *fault) {
    json_t *manifest = json_pack("{s:o, s:s, s:s, s:O}", "made", hs__json_date(j->world.now),
                                 "root", "root.pem", "crl", "crl.pem", "fixtures", j->list);
    char *text = manifest ? json_dumps(manifest, JSON_INDENT(2)) : NULL;
    hs__exit code = text ? put(j, "manifest", ".json",
                               (hs_span){(const uint8_t *)text, strlen(text)}, 0644, fault)
                         : hs__fault_set(fault, HS__EXIT_INTERNAL, "out of memory");
    free(text);
    json_decref(manifest);
    return code;
}

/* ---- doing ------------------------------------------------------------------------------- */
static void tell(const job *j) {
    if (j->a->base.common.json) {
        hs__json_print(stdout, json_pack("{s:b, s:o, s:O}", "ok", 1, "folder",
                                         hs__json_string(j->folder), "fixtures", j->list));
        return;
    }
    if (j->a->base.common.quiet)
        return;
    for (size_t i = 0; i < n_fixtures; i++)
        printf("%-28s %-12s %s\n", fixtures[i].name, WORDS[fixtures[i].expect], fixtures[i].why);
    printf("%zu certificates in %s; to trust for this only: root.pem; revoked ones: crl.pem\n",
           n_fixtures, hs__safe(j->folder));
}

static hs__exit make(job *j, hs__fault *fault) {
    hs__exit code = hs__folder_make(j->folder, fault);
    if (code == HS__EXIT_OK)
        code = fixture_world_make(j->provider, &j->world, fault);
    for (size_t i = 0; i < n_fixtures && !code; i++)
        code = put_fixture(j, &fixtures[i], fault);
    if (code == HS__EXIT_OK)
        code = put_list(j, fault);
    if (code == HS__EXIT_OK)
        code = put_root(j, fault);
    if (code == HS__EXIT_OK)
        code = put_manifest(j, fault);
    if (code == HS__EXIT_OK)
        tell(j);
    return code;
}

hs__exit mini_ca_fixtures(const mini_ca *before, int argc, char **argv, hs__fault *fault) {
    args a = {.base = *before};
    hs__exit code;
    int first = hs__options_parse(&mini_ca_fixtures_program, argc, argv, &a, &code);
    if (first < 0)
        return code;
    hs__say_setup("mini-ca", &a.base.common);
    job j = {.a = &a, .folder = argv[first], .list = json_array()};
    code = check_folder(&j, fault);
    if (code == HS__EXIT_OK && a.base.dry_run) {
        mini_ca_would_write(&a.base, j.folder);
    } else if (code == HS__EXIT_OK) {
        code = hs__library_choose(a.base.provider, HS__KEY_P256, HS__KEY_RSA, &j.provider, fault);
        if (code == HS__EXIT_OK)
            code = make(&j, fault);
    }
    fixture_world_free(&j.world);
    hs_provider_unref(j.provider);
    json_decref(j.list);
    return code;
}
