/* --fixtures: the certificates of `mini-ca fixtures DIR`. Most of them are wrong, some of them in
 * their names, so the names are those of the manifest. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "apps/common/files.h"
#include "apps/common/say.h"
#include "apps/hs-server/server.h"

struct server_fixtures {
    hs__list names, certs, keys; /* of the manifest, in its order */
    hs_config **configs;
};

void fixtures_free(server_fixtures *f) {
    if (!f)
        return;
    for (size_t i = 0; f->configs && i < f->names.n; i++)
        hs_config_unref(f->configs[i]);
    free(f->configs);
    hs__list_free(&f->names);
    hs__list_free(&f->certs);
    hs__list_free(&f->keys);
    free(f);
}

size_t fixtures_count(const server_fixtures *f) {
    return f->names.n;
}

hs_config *fixtures_find(const server_fixtures *f, const char *name) {
    for (size_t i = 0; i < f->names.n; i++)
        if (strcasecmp(f->names.v[i], name) == 0)
            return f->configs[i];
    return NULL;
}

/* ---- the manifest ------------------------------------------------------------------------ */
/* A copy of `text`, behind "FOLDER/" where there is one. */
static bool add(hs__list *list, const char *folder, const char *text) {
    size_t room = (folder ? strlen(folder) + 1 : 0) + strlen(text) + 1;
    char *copy = malloc(room);
    if (copy)
        snprintf(copy, room, "%s%s%s", folder ? folder : "", folder ? "/" : "", text);
    list->owns = true;
    if (hs__list_add(list, copy))
        return true;
    free(copy);
    return false;
}

static hs__exit take(server_fixtures *f, const char *folder, const json_t *entry,
                     hs__fault *fault) {
    const char *name = json_string_value(json_object_get(entry, "name"));
    const char *cert = json_string_value(json_object_get(entry, "cert"));
    const char *key = json_string_value(json_object_get(entry, "key"));
    if (!name || !cert || !key)
        return hs__fault_set(fault, HS__EXIT_USAGE,
                             "%s/manifest.json: an entry without name, cert or key",
                             hs__safe(folder));
    bool ok =
        add(&f->names, NULL, name) && add(&f->certs, folder, cert) && add(&f->keys, folder, key);
    return ok ? HS__EXIT_OK : hs__fail_status(fault, HS_E_NOMEM, "fixtures");
}

static hs__exit read_manifest(server_fixtures *f, const char *folder, hs__fault *fault) {
    char path[HS__FILE_PATH];
    hs__bytes text;
    snprintf(path, sizeof path, "%s/manifest.json", folder);
    hs__exit code = hs__file_read(path, HS__FILE_LIMIT, &text, fault);
    if (code)
        return hs__hint(fault, "`mini-ca fixtures %s` makes it", hs__safe(folder));
    json_t *manifest = json_loadb((const char *)text.p, text.n, 0, NULL);
    const json_t *all = json_object_get(manifest, "fixtures");
    for (size_t i = 0; i < json_array_size(all) && !code; i++)
        code = take(f, folder, json_array_get(all, i), fault);
    if (!code && f->names.n == 0)
        code = hs__fault_set(fault, HS__EXIT_USAGE, "%s names no certificates", hs__safe(path));
    json_decref(manifest);
    hs__bytes_free(&text);
    return code;
}

hs__exit fixtures_load(const char *folder, const char *library, server_fixtures **out,
                       hs_provider **provider, hs__identities *identities, hs__fault *fault) {
    server_fixtures *f = calloc(1, sizeof *f);
    *out = NULL;
    *identities = (hs__identities){0};
    if (!f)
        return hs__fail_status(fault, HS_E_NOMEM, "fixtures");
    hs__exit code = read_manifest(f, folder, fault);
    if (!code) {
        const hs__identity_options files = {
            .cert = f->certs, .key = f->keys, .password = HS__NO_PASSWORD_SOURCE};
        code = hs__identities_load(&files, library, provider, identities, fault);
    }
    if (code)
        fixtures_free(f);
    else
        *out = f;
    return code;
}

/* ---- configurations ---------------------------------------------------------------------- */
hs__exit fixtures_configure(server_fixtures *f, const server *app, const hs__identities *identities,
                            hs__fault *fault) {
    hs__exit code = HS__EXIT_OK;
    f->configs = calloc(f->names.n, sizeof(hs_config *));
    if (!f->configs)
        return hs__fail_status(fault, HS_E_NOMEM, "fixtures");
    for (size_t i = 0; i < f->names.n && !code; i++) {
        hs_credential *const identity[] = {identities->v[i], NULL};
        code = identity_config(app, identity, &f->configs[i], fault);
    }
    return code;
}
