#include <stdio.h>
#include <string.h>

#include "apps/common/json.h"
#include "apps/mini-ca/revocation.h"
#include "apps/mini-ca/want.h"

typedef struct {
    mini_ca base;
    uint64_t days;
    bool root;
    const char *out;
    hs__password_source password;
} args;

static const hs__option OPTIONS[] = {
    {.group = "The list",
     .name = "days",
     .kind = HS__OPT_NUMBER,
     .at = offsetof(args, days),
     .min = 1,
     .max = 3650,
     .argument = "N",
     .aliases = "crldays",
     .help = "the next one is due in that many days (30)"},
    {.name = "root",
     .kind = HS__OPT_FLAG,
     .at = offsetof(args, root),
     .help = "the root's own list, where there is an issuing CA (root-crl.pem)"},
    {.name = "out",
     .letter = 'o',
     .kind = HS__OPT_TEXT,
     .at = offsetof(args, out),
     .argument = "FILE",
     .help = "there instead of crl.pem in the CA's folder"},
    MINI_CA_PASSWORD_OPTIONS(args, password),
    MINI_CA_WRITE_OPTIONS(args, base),
    MINI_CA_OPTIONS(args, base),
    {0},
};

const hs__program mini_ca_crl_program = {
    .name = "mini-ca crl",
    .usage = "[OPTIONS]",
    .about = "Writes the list of revoked certificates anew, signed by the CA. Peers that check it "
             "want a fresh one before the old one has run out.",
    .examples = "  mini-ca crl --days=30                       for cron\n",
    .options = OPTIONS,
};

static void tell(const args *a, const mini_ca_list_of_revoked *list, const char *path) {
    char until[MINI_CA_UNTIL];
    if (a->base.common.json)
        hs__json_print(stdout, json_pack("{s:b, s:o, s:I, s:I, s:o}", "ok", 1, "file",
                                         hs__json_string(path), "number", (json_int_t)list->number,
                                         "revoked", (json_int_t)list->n_entries, "next_update",
                                         hs__json_date(list->next_update)));
    else if (!a->base.common.quiet)
        printf("%s\n  revocation list number %llu with %zu certificate%s, %s\n", hs__safe(path),
               (unsigned long long)list->number, list->n_entries, list->n_entries == 1 ? "" : "s",
               mini_ca_until(list->next_update, until));
}

static hs__exit write_list(const args *a, const hs__ca *ca, const char *path, hs__fault *fault) {
    mini_ca_list_of_revoked list = {0};
    hs__ca_store store = {.lock = -1};
    hs__exit code = hs__store_open(ca->provider, ca->folder, &store, fault);
    if (code == HS__EXIT_OK)
        code = mini_ca_make_crl(ca, &store, a->days, &list, fault);
    hs__ca_file file = {path, hs__bytes_span(&list.pem), 0644, true};
    if (code == HS__EXIT_OK)
        code = hs__store_commit(&store, &file, 1, fault);
    if (code == HS__EXIT_OK)
        tell(a, &list, path);
    hs__store_close(&store);
    hs__bytes_free(&list.pem);
    return code;
}

static hs__exit run(const args *a, hs__fault *fault) {
    static const char MARK[] = "-----BEGIN X509 CRL-----";
    char folder[HS__FILE_PATH], place[HS__FILE_PATH];
    hs_provider *provider = NULL;
    hs__ca ca = {0};
    hs__exit code = mini_ca_folder(&a->base, folder, fault);
    if (code == HS__EXIT_OK)
        code = hs__library_choose(a->base.provider, hs__ca_key_type(folder), HS__KEY_P256,
                                  &provider, fault);
    if (code == HS__EXIT_OK)
        code = hs__ca_open(provider, folder, &ca, fault);
    if (code == HS__EXIT_OK && a->root)
        hs__ca_use_root(&ca);
    const char *path = a->out ? a->out : mini_ca_crl_path(&ca, place);
    if (code == HS__EXIT_OK)
        code = mini_ca_may_renew(path, (hs_span){(const uint8_t *)MARK, sizeof MARK - 1},
                                 a->base.force, fault);
    if (code == HS__EXIT_OK && a->base.dry_run) {
        mini_ca_would_write(&a->base, path);
    } else if (code == HS__EXIT_OK) {
        code = hs__ca_unlock(&ca, &a->password, fault);
        if (code == HS__EXIT_OK)
            code = write_list(a, &ca, path, fault);
    }
    hs__ca_close(&ca);
    hs_provider_unref(provider);
    return code;
}

hs__exit mini_ca_crl(const mini_ca *before, int argc, char **argv, hs__fault *fault) {
    args a = {.base = *before, .days = MINI_CA_CRL_DAYS, .password = HS__NO_PASSWORD_SOURCE};
    hs__exit code;
    if (hs__options_parse(&mini_ca_crl_program, argc, argv, &a, &code) < 0)
        return code;
    hs__say_setup("mini-ca", &a.base.common);
    return run(&a, fault);
}
