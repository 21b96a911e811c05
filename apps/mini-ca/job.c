#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/common/json.h"
#include "apps/common/value.h"
#include "apps/mini-ca/extension_value.h"
#include "apps/mini-ca/want.h"
#include "pki/hostname.h"
#include "pki/time.h"

/* ---- what is asked for ------------------------------------------------------------------- */
hs__exit mini_ca_job_name(mini_ca_job *j, const char *text) {
    const char *why = hs__name_list_add(&j->plan.names, text);
    return why ? hs__usage_error(j->program, "'%s': %s", hs__safe(text), why) : HS__EXIT_OK;
}

static bool is_http(const char *url) {
    return strncmp(url, "http://", 7) == 0 && url[7] && strlen(url) < 1000;
}

/* RFC 5280 4.2.1.13 and 8: over https, fetching the list would need a list. */
static hs__exit check_urls(const mini_ca_job *j) {
    const mini_ca_want *w = j->want;
    if (w->crl_url && !is_http(w->crl_url))
        return hs__usage_error(j->program, "--crl-url: '%s' does not begin with http://",
                               hs__safe(w->crl_url));
    if (w->ocsp_url && !is_http(w->ocsp_url))
        return hs__usage_error(j->program, "--ocsp-url: '%s' does not begin with http://",
                               hs__safe(w->ocsp_url));
    return HS__EXIT_OK;
}

/* A certificate for key transport is a server's, with an RSA key. */
static hs__exit check_transport(const mini_ca_job *j) {
    if (!j->plan.key_transport)
        return HS__EXIT_OK;
    if (j->plan.profile == HS__PROFILE_SERVER &&
        (j->want->key || hs__key_kind_type(j->plan.kind) == HS__KEY_RSA))
        return HS__EXIT_OK;
    return hs__usage_error(j->program, "--key-transport is for servers with RSA keys: add "
                                       "--key-type=rsa2048");
}

/* An address and a person name a client, everything else can be a server's. */
static hs__exit check_names(const mini_ca_job *j) {
    const hs__name_list *names = &j->plan.names;
    if (names->n == 0)
        return hs__usage_error(j->program, "NAME is missing");
    if (j->plan.profile == HS__PROFILE_SERVER && !hs__name_list_has(names, HS__NAME_DNS) &&
        !hs__name_list_has(names, HS__NAME_IP) && !hs__name_list_has(names, HS__NAME_URI))
        return hs__usage_error(j->program, "an e-mail address names a client: add --client");
    return HS__EXIT_OK;
}

static hs__exit plan_end(mini_ca_job *j) {
    const mini_ca_want *w = j->want;
    j->plan.not_after = w->not_after;
    if (!w->not_after)
        j->plan.not_after =
            hs__now() + (int64_t)(w->days ? w->days : MINI_CA_LEAF_DAYS) * MINI_CA_DAY;
    if (w->not_after && w->days)
        return hs__usage_error(j->program, "--days and --not-after say the same thing: give one");
    if (j->plan.not_after <= hs__now())
        return hs__usage_error(j->program, "--not-after is in the past");
    return HS__EXIT_OK;
}

hs__exit mini_ca_job_plan(mini_ca_job *j) {
    const mini_ca_want *w = j->want;
    hs__exit code = plan_end(j);
    if (code == HS__EXIT_OK)
        code = check_urls(j);
    for (size_t i = 0; i < w->san.n && !code; i++)
        code = mini_ca_job_name(j, w->san.v[i]);
    if (code)
        return code;
    if (w->profile != MINI_CA_NOT_GIVEN)
        j->plan.profile = (hs__profile)w->profile;
    if (w->kind != MINI_CA_NOT_GIVEN)
        j->plan.kind = w->kind;
    if (w->subject) {
        j->plan.subject = w->subject;
        j->plan.subject_name = (hs_span){NULL, 0};
    }
    j->plan.must_staple |= w->must_staple;
    j->plan.key_transport |= w->key_transport;
    j->plan.crl_url = w->crl_url ? w->crl_url : j->plan.crl_url;
    j->plan.ocsp_url = w->ocsp_url ? w->ocsp_url : j->plan.ocsp_url;
    code = check_transport(j);
    return code ? code : check_names(j);
}

/* ---- as an older certificate ------------------------------------------------------------- */
static hs__profile profile_of(const hs__cert *old) {
    bool client = hs__cert_has_purpose(old, HS__OID_CLIENT_AUTH);
    if (!client)
        return HS__PROFILE_SERVER;
    return hs__cert_has_purpose(old, HS__OID_SERVER_AUTH) ? HS__PROFILE_BOTH : HS__PROFILE_CLIENT;
}

static int kind_of(const hs__cert *old) {
    const hs__public_numbers *key = &old->key.numbers;
    for (int i = 0; old->key.is_known && hs__key_kind_names[i]; i++)
        if (hs__key_kind_type(i) == key->type &&
            (!hs__key_kind_bits(i) || hs__key_kind_bits(i) == hs__public_bits(key)))
            return i;
    hs__say_warning("the old key is of a kind that is not made here; the new one is %s",
                    hs__key_kind_names[0]);
    return 0;
}

hs__exit mini_ca_job_like(mini_ca_job *j, const hs__cert *old, hs__fault *fault) {
    hs_span list = old->names;
    hs__general_name name;
    while (hs__general_name_next(&list, &name)) {
        char text[600];
        hs__general_name_text(&name, text, sizeof text);
        if (hs__name_list_add(&j->plan.names, text))
            return hs__fault_set(fault, HS__EXIT_UNTRUSTED,
                                 "the old certificate is for %s, a name that is not made here",
                                 text);
    }
    j->plan.subject_name = old->subject;
    j->plan.profile = profile_of(old);
    j->plan.kind = j->want->kind == MINI_CA_NOT_GIVEN ? kind_of(old) : j->want->kind;
    j->plan.must_staple = extension_must_staple(old);
    j->plan.key_transport = old->key_usage == HS__KU_KEY_ENCIPHERMENT;
    if (extension_crl_url(old, j->crl_url, sizeof j->crl_url))
        j->plan.crl_url = j->crl_url;
    if (extension_ocsp_url(old, j->ocsp_url, sizeof j->ocsp_url))
        j->plan.ocsp_url = j->ocsp_url;
    return HS__EXIT_OK;
}

/* ---- files ------------------------------------------------------------------------------- */
void mini_ca_base_name(const hs__name_list *names, char *out, size_t room) {
    char text[300];
    hs__general_name_value_text(&names->v[0], text, sizeof text);
    bool is_wildcard = text[0] == '*';
    snprintf(out, room, "%s%s", is_wildcard ? "_wildcard" : "", text + is_wildcard);
    for (char *p = out; *p; p++) {
        bool is_plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
                        (*p >= '0' && *p <= '9') || strchr("._@", *p) || (*p == '-' && p > out);
        if (!is_plain || (*p == '.' && p == out))
            *p = '_';
    }
}

/* A key is made: none was given, and the request brings none. */
static bool makes_key(const mini_ca_job *j) {
    return !j->want->key && !j->plan.public_key;
}

hs__exit mini_ca_job_files(mini_ca_job *j, hs__fault *fault) {
    char base[HS__FILE_PATH];
    const mini_ca_want *w = j->want;
    if (w->out)
        snprintf(base, sizeof base, "%s", w->out);
    else
        mini_ca_base_name(&j->plan.names, base, sizeof base);
    size_t n = strlen(base);
    if (n == 0 || base[n - 1] == '/' || n + sizeof "-key.pem" > sizeof base)
        return hs__usage_error(j->program, "--out: '%s' is not the beginning of a file name",
                               hs__safe(w->out ? w->out : base));
    if (w->cert_file || w->out || !j->cert_file[0])
        snprintf(j->cert_file, sizeof j->cert_file, "%s%s", w->cert_file ? w->cert_file : base,
                 w->cert_file ? "" : ".pem");
    if (w->key_file || w->out || !j->key_file[0])
        snprintf(j->key_file, sizeof j->key_file, "%s%s", w->key_file ? w->key_file : base,
                 w->key_file ? "" : "-key.pem");
    bool may_replace = j->base->force || (j->replaces_cert && !w->out && !w->cert_file);
    hs__exit code = hs__file_may_write(j->cert_file, may_replace, fault);
    if (code == HS__EXIT_OK && makes_key(j))
        code = hs__file_may_write(j->key_file, j->base->force, fault);
    j->replaces_cert = may_replace;
    return code;
}

/* ---- the CA ------------------------------------------------------------------------------ */
/* Within what a throw-away CA can vouch for; of a mailbox and of a wildcard the host counts. */
static bool is_local(const hs__general_name *name) {
    char text[300];
    hs__host host;
    hs__general_name_value_text(name, text, sizeof text);
    const char *at = name->kind == HS__NAME_EMAIL ? strrchr(text, '@') : NULL;
    const char *host_text = at ? at + 1 : strncmp(text, "*.", 2) == 0 ? text + 2 : text;
    return name->kind != HS__NAME_URI && hs__host_read(host_text, &host) == HS_OK &&
           hs__host_is_local(&host);
}

/* No CA yet: a throw-away one is made, if it can vouch for these names (DECISIONS S5). */
static hs__exit check_throw_away(const mini_ca_job *j, hs__fault *fault) {
    for (size_t i = 0; i < j->plan.names.n; i++) {
        char text[300];
        if (is_local(&j->plan.names.v[i]))
            continue;
        hs__general_name_text(&j->plan.names.v[i], text, sizeof text);
        hs__fault_set(
            fault, HS__EXIT_UNTRUSTED,
            "there is no CA in %s, and a throw-away one is for localhost, .test and loopback "
            "addresses only, not for %s",
            hs__safe(j->folder), text);
        return hs__hint(fault, "%s init makes a CA for other names", mini_ca_command(j->base));
    }
    return HS__EXIT_OK;
}

/* The password of a key given with --key is asked for on the terminal: --password-file is the
 * CA's. */
static hs__exit load_key(mini_ca_job *j, hs__fault *fault) {
    static const hs__password_source ON_TERMINAL = HS__NO_PASSWORD_SOURCE;
    const hs_provider *p = j->provider;
    hs__bytes text, password = {0};
    hs__exit code = hs__file_read(j->want->key, HS__FILE_LIMIT, &text, fault);
    if (code)
        return code;
    hs_status st = p->key_load(p, hs__bytes_span(&text), (hs_span){NULL, 0}, &j->key);
    if (st == HS_E_KEY_PASSWORD_NEEDED) {
        code = hs__password_get(&ON_TERMINAL, hs__safe(j->want->key), false, &password, fault);
        if (code == HS__EXIT_OK)
            st = p->key_load(p, hs__bytes_span(&text), hs__bytes_span(&password), &j->key);
    }
    if (code == HS__EXIT_OK && st)
        code = hs__fail_status(fault, st, "--key %s", hs__safe(j->want->key));
    hs__bytes_free(&password);
    hs__bytes_free(&text);
    j->plan.key = j->key;
    return code;
}

hs__exit mini_ca_job_library(mini_ca_job *j, hs__fault *fault) {
    hs__exit code = mini_ca_folder(j->base, j->folder, fault);
    if (code == HS__EXIT_OK && !hs__ca_exists(j->folder))
        code = check_throw_away(j, fault);
    hs__key_type wanted = makes_key(j) ? hs__key_kind_type(j->plan.kind) : HS__KEY_ED25519;
    if (j->plan.public_key)
        wanted = j->plan.public_key->type;
    if (code == HS__EXIT_OK)
        code = hs__library_choose(j->base->provider, wanted, hs__ca_key_type(j->folder),
                                  &j->provider, fault);
    return code == HS__EXIT_OK && j->want->key ? load_key(j, fault) : code;
}

static hs__exit open_ca(mini_ca_job *j, hs__fault *fault) {
    hs__exit code = HS__EXIT_OK;
    if (!hs__ca_exists(j->folder))
        code = hs__ca_make_throw_away(j->provider, j->folder, &j->made_ca, fault);
    if (j->made_ca)
        hs__say_progress("no CA in %s yet: made a throw-away one, for localhost, .test and "
                         "loopback addresses only, with a key that is not encrypted",
                         hs__safe(j->folder));
    if (code == HS__EXIT_OK)
        code = hs__ca_open(j->provider, j->folder, &j->ca, fault);
    return code ? code : hs__ca_unlock(&j->ca, &j->want->password, fault);
}

/* ---- telling ----------------------------------------------------------------------------- */
static void put_names(const hs__name_list *names) {
    for (size_t i = 0; i < names->n; i++) {
        char text[300];
        hs__general_name_value_text(&names->v[i], text, sizeof text);
        printf("%s%s", i ? ", " : "", text);
    }
}

static const char *profile_text(const mini_ca_job *j) {
    return j->plan.profile == HS__PROFILE_BOTH ? "server and client"
                                               : hs__profile_name(j->plan.profile);
}

static void put_file(const char *path) {
    printf("%s%s%s\n", hs__style_on(stdout, HS__BOLD), hs__safe(path), hs__style_off(stdout));
}

/* How a client reaches the server of the command above: on this machine, by whatever name. */
static void put_server(const hs__name_list *names) {
    char text[300];
    const hs__general_name *name = &names->v[0];
    for (size_t i = 0; i < names->n; i++) {
        hs__general_name_value_text(&names->v[i], text, sizeof text);
        if (strcmp(text, "localhost") == 0 || strcmp(text, "127.0.0.1") == 0) {
            printf(" %s:8443\n", text);
            return;
        }
    }
    hs__general_name_value_text(name, text, sizeof text);
    bool is_wildcard = text[0] == '*';
    printf(" --verify-name=%s%s localhost:8443\n", is_wildcard ? "www" : "", text + is_wildcard);
}

static void tell_next(const mini_ca_job *j) {
    const char *key = j->want->key ? j->want->key : j->key_file;
    char root[HS__FILE_PATH];
    hs__ca_path(j->ca.folder, "root.pem", root);
    if (j->plan.profile == HS__PROFILE_CLIENT) {
        printf("Next:\n  hs-client --cert=%s --key=%s --cacert=%s localhost:8443\n",
               hs__safe(j->cert_file), hs__safe(key), hs__safe(root));
        return;
    }
    printf("Next:\n  hs-server --cert=%s --key=%s 8443\n  hs-client --cacert=%s",
           hs__safe(j->cert_file), hs__safe(key), hs__safe(root));
    put_server(&j->plan.names);
}

static void tell(const mini_ca_job *j) {
    const hs__cert *cert = j->issued.leaf.v;
    char key[HS__KEY_TEXT], signer[HS__NAME_TEXT], until[MINI_CA_UNTIL];
    hs__spki_text(&cert->key, key, sizeof key);
    hs__name_text(cert->issuer, signer, sizeof signer);
    put_file(j->cert_file);
    printf("  %s certificate for ", profile_text(j));
    put_names(&j->plan.names);
    printf("\n  %s, %s%s\n  signed by %s\n", key, mini_ca_until(cert->not_after, until),
           j->issued.is_cut ? ", as long as the CA lives" : "", signer);
    if (makes_key(j)) {
        put_file(j->key_file);
        printf("  its private key, not encrypted, for your eyes only\n");
    }
    if (!j->plan.public_key)
        tell_next(j);
}

static hs__exit tell_json(mini_ca_job *j, hs__fault *fault) {
    json_t *entry;
    hs__exit code = hs__index_entry(j->provider, j->issued.leaf.v,
                                    hs__profile_name(j->plan.profile), j->cert_file, &entry, fault);
    if (code)
        return code;
    json_object_set_new(entry, "ok", json_true());
    json_object_set_new(entry, "key_file",
                        j->plan.public_key
                            ? json_null()
                            : hs__json_string(j->want->key ? j->want->key : j->key_file));
    json_object_set_new(entry, "folder", hs__json_string(j->ca.folder));
    json_object_set_new(entry, "made_ca", json_boolean(j->made_ca));
    if (j->more_json)
        json_object_update(entry, j->more_json);
    hs__json_print(stdout, entry);
    return HS__EXIT_OK;
}

static void tell_dry_run(const mini_ca_job *j) {
    if (j->base->common.json) {
        json_t *document = json_pack(
            "{s:b, s:b, s:o, s:o, s:b}", "ok", 1, "dry_run", 1, "file",
            hs__json_string(j->cert_file), "key_file",
            j->plan.public_key ? json_null()
                               : hs__json_string(j->want->key ? j->want->key : j->key_file),
            "made_ca", !hs__ca_exists(j->folder));
        if (j->more_json)
            json_object_update(document, j->more_json);
        hs__json_print(stdout, document);
        return;
    }
    if (!hs__ca_exists(j->folder))
        printf("would make a throw-away CA in %s\n", hs__safe(j->folder));
    printf("would write %s: %s certificate for ", hs__safe(j->cert_file), profile_text(j));
    put_names(&j->plan.names);
    putchar('\n');
    if (makes_key(j))
        printf("would write %s: its private key\n", hs__safe(j->key_file));
}

/* ---- doing ------------------------------------------------------------------------------- */
/* The whole path of a file that is about to be: its folder is there. */
static void whole_path(const char *path, char out[HS__FILE_PATH]) {
    char folder[HS__FILE_PATH], whole[PATH_MAX];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1,
             slash ? path : ".");
    int n = -1;
    if (realpath(folder, whole))
        n = snprintf(out, HS__FILE_PATH, "%s/%s", strcmp(whole, "/") ? whole : "",
                     slash ? slash + 1 : path);
    if (n < 0 || n >= HS__FILE_PATH)
        snprintf(out, HS__FILE_PATH, "%s", path);
}

/* Key, certificate and index in one step: see ca_store.h. */
static hs__exit make(mini_ca_job *j, hs__ca_store *store, hs__fault *fault) {
    char full[HS__FILE_PATH];
    hs__ca_file files[2];
    size_t n = 0;
    whole_path(j->cert_file, full);
    hs__exit code = hs__ca_issue(&j->ca, store, &j->plan, full, &j->issued, fault);
    if (code)
        return code;
    if (makes_key(j))
        files[n++] =
            (hs__ca_file){j->key_file, hs__bytes_span(&j->issued.key), 0600, j->base->force};
    files[n++] =
        (hs__ca_file){j->cert_file, hs__bytes_span(&j->issued.chain), 0644, j->replaces_cert};
    return hs__store_commit(store, files, n, fault);
}

hs__exit mini_ca_job_do(mini_ca_job *j, hs__fault *fault) {
    hs__ca_store store = {.lock = -1};
    if (j->base->dry_run) {
        tell_dry_run(j);
        return HS__EXIT_OK;
    }
    hs__exit code = open_ca(j, fault);
    if (code == HS__EXIT_OK)
        code = hs__store_open(j->provider, j->folder, &store, fault);
    if (code == HS__EXIT_OK)
        code = make(j, &store, fault);
    hs__store_close(&store);
    if (code == HS__EXIT_OK && j->base->common.json)
        code = tell_json(j, fault);
    else if (code == HS__EXIT_OK && !j->base->common.quiet)
        tell(j);
    return code;
}

void mini_ca_job_end(mini_ca_job *j) {
    hs__issued_free(&j->issued);
    hs__ca_close(&j->ca);
    if (j->key)
        j->provider->key_free(j->provider, j->key);
    hs_provider_unref(j->provider);
    hs__name_list_free(&j->plan.names);
    json_decref(j->more_json);
}
