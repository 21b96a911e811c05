#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apps/common/ca_sign.h"
#include "apps/common/ca_store.h"
#include "apps/common/say.h"
#include "apps/common/value.h"

enum { SUFFIX = 3, NAME_ROOM = 1024, DAY = 86400 };
enum { THROW_AWAY_DAYS = 90 };

/* One CA certificate on its way to disk. */
typedef struct {
    const char *certificate, *key_file, *profile; /* file names; profile in the index */
    uint8_t name[NAME_ROOM];
    size_t name_n;
    hs__private_key *key;
    hs__certs cert;
    hs__bytes pem, key_pem;
} authority;

static void authority_free(const hs_provider *p, authority *a) {
    if (a->key)
        p->key_free(p, a->key);
    hs__certs_free(&a->cert);
    hs__bytes_free(&a->pem);
    hs__bytes_free(&a->key_pem);
}

/* ---- names ------------------------------------------------------------------------------- */
/* A random end keeps the names of CAs made one after the other apart: peers find issuers by
 * name. */
static hs__exit set_name(const hs_provider *p, const hs__ca_plan *plan, const char *kind,
                         authority *a, hs__fault *fault) {
    uint8_t suffix[SUFFIX];
    char hex[2 * SUFFIX + 1], base[100], text[NAME_ROOM];
    hs_status st = p->random(p, suffix, sizeof suffix);
    if (st)
        return hs__fail_status(fault, st, "making a name for the CA");
    hs__hex((hs_span){suffix, sizeof suffix}, hex, sizeof hex);
    snprintf(base, sizeof base, "mini-ca %s%s %s", plan->throw_away ? "throw-away " : "", kind,
             hex);
    bool is_issuing = strcmp(kind, "root") != 0;
    if (plan->name && is_issuing && strchr(plan->name, '='))
        snprintf(text, sizeof text, "%s,OU=issuing CA", plan->name);
    else
        hs__ca_name_text(plan->name ? plan->name : base,
                         plan->name && is_issuing ? " issuing CA" : "", text, sizeof text);
    a->name_n = sizeof a->name;
    st = hs__name_from_text(text, a->name, &a->name_n);
    if (st)
        return hs__fault_set(fault, HS__EXIT_USAGE,
                             "--name: '%s' is not a name such as 'Lab CA' or "
                             "'CN=Lab CA,O=Lab'",
                             hs__safe(plan->name));
    return HS__EXIT_OK;
}

/* ---- making ------------------------------------------------------------------------------ */
/* Signs `t` for the subject `a` with the key and the name of `issuer`. */
static hs__exit make_certificate(const hs_provider *p, hs__cert_template *t, authority *a,
                                 const authority *issuer, const hs__index *index,
                                 hs__fault *fault) {
    hs__public_numbers own;
    hs_status st = p->key_public(p, a->key, &own);
    if (st)
        return hs__fail_status(fault, st, "making %s", a->certificate);
    t->public_key = &own;
    t->subject = (hs_span){a->name, a->name_n};
    t->issuer = (hs_span){issuer->name, issuer->name_n};
    t->is_ca = true;
    t->key_usage = HS__KU_CERT_SIGN | HS__KU_CRL_SIGN;
    hs__exit code = hs__ca_sign(p, t, issuer->key, index, a->certificate, &a->cert, fault);
    return code ? code : hs__certs_add_pem(a->cert.v->der, &a->pem, fault);
}

/* ---- name constraints -------------------------------------------------------------------- */
/* The rules as they go into the certificate: two more for each DNS name, and two at the end. */
typedef struct {
    hs__general_name *v;
    size_t n;
} rules;

/* A domain stands for the mailboxes in it, too: on the host, and with a dot on those below it.
 * Left out, e-mail addresses would be free for the CA. */
static hs__exit add_rules(const hs__name_list *names, rules *out, hs__fault *fault) {
    out->v = calloc(3 * names->n + 2, sizeof *out->v);
    if (!out->v)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "out of memory");
    for (size_t i = 0; i < names->n; i++) {
        hs__general_name rule = names->v[i];
        out->v[out->n++] = rule;
        if (rule.kind != HS__NAME_DNS)
            continue;
        out->v[out->n++] = (hs__general_name){HS__NAME_EMAIL, rule.value};
        out->v[out->n++] = (hs__general_name){HS__NAME_EMAIL, {rule.value.p - 1, rule.value.n + 1}};
    }
    return HS__EXIT_OK;
}

/* RFC 5280 4.2.1.10: a rule limits names of its own kind only. So where nothing of a kind is
 * permitted, all of it is excluded in words (DECISIONS P2). */
static void shut_the_rest(const hs__name_list *permitted, rules *excluded) {
    static const uint8_t ANY[32];
    if (permitted->n == 0)
        return;
    if (!hs__name_list_has(permitted, HS__NAME_IP)) {
        excluded->v[excluded->n++] = (hs__general_name){HS__NAME_IP, {ANY, 8}};
        excluded->v[excluded->n++] = (hs__general_name){HS__NAME_IP, {ANY, 32}};
    } else if (!hs__name_list_has(permitted, HS__NAME_DNS)) {
        excluded->v[excluded->n++] = (hs__general_name){HS__NAME_DNS, {ANY, 0}};
    }
}

static hs__exit make_root(const hs_provider *p, const hs__ca_plan *plan, const hs__index *index,
                          authority *root, hs__fault *fault) {
    rules permitted = {0}, excluded = {0};
    hs__exit code = add_rules(&plan->permitted, &permitted, fault);
    if (code == HS__EXIT_OK)
        code = add_rules(&plan->excluded, &excluded, fault);
    if (code == HS__EXIT_OK)
        shut_the_rest(&plan->permitted, &excluded);
    if (code == HS__EXIT_OK)
        code = set_name(p, plan, "root", root, fault);
    if (code == HS__EXIT_OK)
        code = hs__ca_make_key(p, plan->kind, plan->password, &root->key, &root->key_pem, fault);
    hs__cert_template t = {.not_before = plan->not_before,
                           .not_after = plan->not_after,
                           .path_len = plan->path_len >= 0 ? plan->path_len : plan->intermediate,
                           .permitted = permitted.v,
                           .n_permitted = permitted.n,
                           .excluded = excluded.v,
                           .n_excluded = excluded.n};
    if (code == HS__EXIT_OK)
        code = make_certificate(p, &t, root, root, index, fault);
    free(permitted.v);
    free(excluded.v);
    return code;
}

static hs__exit make_issuing(const hs_provider *p, const hs__ca_plan *plan, const hs__index *index,
                             const authority *root, authority *issuing, hs__fault *fault) {
    hs__cert_template t = {.not_before = plan->not_before,
                           .not_after = plan->not_after,
                           .path_len = 0,
                           .authority_key_id = root->cert.v->subject_key_id};
    hs__exit code = set_name(p, plan, "issuing CA", issuing, fault);
    if (code == HS__EXIT_OK)
        code =
            hs__ca_make_key(p, plan->kind, plan->password, &issuing->key, &issuing->key_pem, fault);
    return code ? code : make_certificate(p, &t, issuing, root, index, fault);
}

/* ---- writing ----------------------------------------------------------------------------- */
enum { FILES_EACH = 2 };

/* Certificate and key as two files of the change, and its line for the index. `path` has room for
 * both names. */
static hs__exit plan_authority(const hs__ca_plan *plan, const authority *a,
                               char path[FILES_EACH][HS__FILE_PATH], hs__ca_file *files,
                               hs__ca_store *store, hs__fault *fault) {
    json_t *entry;
    hs__ca_path(plan->folder, a->key_file, path[0]);
    hs__ca_path(plan->folder, a->certificate, path[1]);
    files[0] = (hs__ca_file){path[0], hs__bytes_span(&a->key_pem), 0600, plan->force};
    files[1] = (hs__ca_file){path[1], hs__bytes_span(&a->pem), 0644, plan->force};
    hs__exit code = hs__index_entry(store->provider, a->cert.v, a->profile, path[1], &entry, fault);
    return code ? code : hs__store_add(store, entry, fault);
}

/* All at once; the root comes last, since where it is there is a CA. */
static hs__exit write_authorities(const hs__ca_plan *plan, const authority *root,
                                  const authority *issuing, hs__ca_store *store, hs__fault *fault) {
    char path[2 * FILES_EACH][HS__FILE_PATH];
    hs__ca_file files[2 * FILES_EACH];
    size_t n = plan->intermediate ? FILES_EACH : 0;
    hs__exit code = plan_authority(plan, root, path + n, files + n, store, fault);
    if (code == HS__EXIT_OK && plan->intermediate)
        code = plan_authority(plan, issuing, path, files, store, fault);
    return code ? code : hs__store_commit(store, files, n + FILES_EACH, fault);
}

hs__exit hs__ca_may_make(const hs__ca_plan *plan, hs__fault *fault) {
    static const char *const FILES[] = {"root.pem", "root-key.pem", "issuing.pem",
                                        "issuing-key.pem"};
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        char path[HS__FILE_PATH];
        hs__exit code =
            hs__file_may_write(hs__ca_path(plan->folder, FILES[i], path), plan->force, fault);
        char text[HS__STORE_TEXT];
        if (code && hs__store_unfinished(plan->folder, text))
            return hs__hint(fault, "%s: mini-ca -C %s doctor --repair", text,
                            hs__safe(plan->folder));
        if (code)
            return hs__hint(fault, "--force makes a new CA in its place; what the old one issued "
                                   "is not trusted any more then");
    }
    return HS__EXIT_OK;
}

/* An issuing CA left over from the CA before would sign for a root that is gone. */
static void remove_old_issuing(const hs__ca_plan *plan) {
    char path[HS__FILE_PATH];
    unlink(hs__ca_path(plan->folder, "issuing.pem", path));
    unlink(hs__ca_path(plan->folder, "issuing-key.pem", path));
}

static void warn_of_open_folder(const char *folder) {
    struct stat st;
    if (stat(folder, &st) == 0 && (st.st_mode & 077) != 0)
        hs__say_warning("others may look into the CA's folder %s; chmod 700 it", hs__safe(folder));
}

/* `store` is the plan's folder, open. */
static hs__exit make_in(const hs__ca_plan *plan, hs__ca_store *store, hs__fault *fault) {
    const hs_provider *provider = store->provider;
    authority root = {.certificate = "root.pem", .key_file = "root-key.pem", .profile = "root"};
    authority issuing = {
        .certificate = "issuing.pem", .key_file = "issuing-key.pem", .profile = "issuing"};
    hs__exit code = hs__ca_may_make(plan, fault);
    if (code == HS__EXIT_OK)
        code = make_root(provider, plan, &store->index, &root, fault);
    if (code == HS__EXIT_OK && plan->intermediate)
        code = make_issuing(provider, plan, &store->index, &root, &issuing, fault);
    if (code == HS__EXIT_OK && !plan->intermediate)
        remove_old_issuing(plan);
    if (code == HS__EXIT_OK)
        code = write_authorities(plan, &root, &issuing, store, fault);
    if (code == HS__EXIT_OK)
        warn_of_open_folder(plan->folder);
    authority_free(provider, &root);
    authority_free(provider, &issuing);
    return code;
}

hs__exit hs__ca_make(hs_provider *provider, const hs__ca_plan *plan, hs__fault *fault) {
    hs__ca_store store = {.lock = -1};
    hs__exit code = hs__folder_make(plan->folder, fault);
    if (code == HS__EXIT_OK)
        code = hs__store_open(provider, plan->folder, &store, fault);
    if (code == HS__EXIT_OK)
        code = make_in(plan, &store, fault);
    hs__store_close(&store);
    return code;
}

/* ---- the throw-away CA ------------------------------------------------------------------- */
static hs__exit make_local(hs__ca_store *store, hs__fault *fault) {
    static const char *const LOCAL[] = {"localhost", "test", "127.0.0.0/8", "::1/128"};
    int64_t now = hs__now();
    hs__ca_plan plan = {.folder = store->folder,
                        .throw_away = true,
                        .path_len = -1,
                        .not_before = now - HS__CA_BACKDATE,
                        .not_after = now + (int64_t)THROW_AWAY_DAYS * DAY};
    const char *why = NULL;
    for (size_t i = 0; i < sizeof LOCAL / sizeof *LOCAL && !why; i++)
        why = hs__name_list_add_rule(&plan.permitted, LOCAL[i]);
    hs__exit code = why ? hs__fault_set(fault, HS__EXIT_INTERNAL, "making a throw-away CA: %s", why)
                        : make_in(&plan, store, fault);
    hs__name_list_free(&plan.permitted);
    return code;
}

/* Programs that start at once must not make two: the second waits for the store and finds the
 * first's. */
hs__exit hs__ca_make_throw_away(hs_provider *provider, const char *folder, bool *made,
                                hs__fault *fault) {
    hs__ca_store store = {.lock = -1};
    *made = false;
    hs__exit code = hs__folder_make(folder, fault);
    if (code == HS__EXIT_OK)
        code = hs__store_open(provider, folder, &store, fault);
    if (code == HS__EXIT_OK && !hs__ca_exists(folder)) {
        code = make_local(&store, fault);
        *made = code == HS__EXIT_OK;
    }
    hs__store_close(&store);
    return code;
}
