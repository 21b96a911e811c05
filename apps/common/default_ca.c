#include "apps/common/default_ca.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/common/ca.h"
#include "apps/common/say.h"
#include "apps/common/value.h"

enum { DAYS = 90, DAY = 86400 };

hs__exit hs__default_ca_folder(char out[HS__FILE_PATH], hs__fault *fault) {
    const char *folder = getenv("MINI_CA_DIR");
    const char *data = getenv("XDG_DATA_HOME");
    const char *home = getenv("HOME");
    int n;
    if (folder && *folder)
        n = snprintf(out, HS__FILE_PATH, "%s", folder);
    else if (data && *data == '/') /* the standard asks to ignore relative ones */
        n = snprintf(out, HS__FILE_PATH, "%s/mini-ca", data);
    else if (home && *home)
        n = snprintf(out, HS__FILE_PATH, "%s/.local/share/mini-ca", home);
    else
        n = -1;
    if (n >= 0 && n < HS__FILE_PATH)
        return HS__EXIT_OK;
    hs__fault_set(fault, HS__EXIT_INTERNAL,
                  "where the default CA lives is not known: neither "
                  "MINI_CA_DIR nor HOME is set to a usable path");
    return hs__hint(fault, "set MINI_CA_DIR=FOLDER");
}

hs__exit hs__default_ca_trust(hs_trust *trust, size_t *added, hs__fault *fault) {
    char folder[HS__FILE_PATH], path[HS__FILE_PATH];
    hs__bytes pem;
    *added = 0;
    if (hs__default_ca_folder(folder, fault) || !hs__ca_exists(folder))
        return HS__EXIT_OK;
    hs__exit code =
        hs__file_read(hs__ca_path(folder, "root.pem", path), HS__FILE_LIMIT, &pem, fault);
    if (code)
        return code;
    hs_status st = hs_trust_add(trust, hs__bytes_span(&pem), "default mini-ca", HS_TRUST_LOCAL_ONLY,
                                added, NULL);
    hs__bytes_free(&pem);
    return st ? hs__fail_status(fault, st, "the default CA's root %s", hs__safe(path))
              : HS__EXIT_OK;
}

void hs__local_identity_free(hs__local_identity *identity) {
    hs__bytes_free(&identity->chain);
    hs__bytes_free(&identity->key);
}

/* Index in hs__key_kind_names of the first kind of that type. */
static int kind_of(hs__key_type type) {
    int kind = 0;
    while (hs__key_kind_names[kind] && hs__key_kind_type(kind) != type)
        kind++;
    return kind;
}

static hs__exit issue_local(const hs__ca *ca, hs__local_role role, hs__local_identity *out,
                            hs__fault *fault) {
    static const char *const NAMES[] = {"localhost", "127.0.0.1", "::1"};
    bool decrypts = role == HS__LOCAL_DECRYPTS;
    hs__issue_plan plan = {.profile = HS__PROFILE_SERVER,
                           .kind = kind_of(decrypts ? HS__KEY_RSA : HS__KEY_P256),
                           .key_transport = decrypts,
                           .not_after = hs__now() + (int64_t)DAYS * DAY};
    hs__issued issued = {0};
    hs__ca_store store = {.lock = -1};
    const char *why = NULL;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES && !why; i++)
        why = hs__name_list_add(&plan.names, NAMES[i]);
    hs__exit code =
        why ? hs__fault_set(fault, HS__EXIT_INTERNAL, "a certificate for localhost: %s", why)
            : hs__store_open(ca->provider, ca->folder, &store, fault);
    if (code == HS__EXIT_OK)
        code = hs__ca_issue(ca, &store, &plan, NULL, &issued, fault);
    if (code == HS__EXIT_OK)
        code = hs__store_commit(&store, NULL, 0, fault);
    hs__store_close(&store);
    if (code == HS__EXIT_OK) {
        out->chain = issued.chain;
        out->key = issued.key;
        issued.chain = issued.key = (hs__bytes){0};
    }
    hs__issued_free(&issued);
    hs__name_list_free(&plan.names);
    return code;
}

hs__exit hs__default_ca_identity(hs_provider *provider, hs__local_role role,
                                 hs__local_identity *out, hs__fault *fault) {
    static const hs__password_source ON_TERMINAL = HS__NO_PASSWORD_SOURCE;
    char folder[HS__FILE_PATH];
    hs__ca ca = {0};
    *out = (hs__local_identity){0};
    hs__exit code = hs__default_ca_folder(folder, fault);
    if (code == HS__EXIT_OK && !hs__ca_exists(folder))
        code = hs__ca_make_throw_away(provider, folder, &out->made_ca, fault);
    if (code == HS__EXIT_OK)
        code = hs__ca_open(provider, folder, &ca, fault);
    if (code == HS__EXIT_OK)
        code = hs__ca_unlock(&ca, &ON_TERMINAL, fault);
    if (code == HS__EXIT_PASSWORD)
        code = hs__hint(fault,
                        "mini-ca -C %s issue localhost 127.0.0.1 ::1, then --cert=localhost.pem "
                        "--key=localhost-key.pem",
                        hs__safe(folder));
    if (code == HS__EXIT_OK)
        code = issue_local(&ca, role, out, fault);
    if (code == HS__EXIT_OK)
        hs__ca_path(folder, "root.pem", out->root_path);
    hs__ca_close(&ca);
    return code;
}
