#include <stdio.h>
#include <string.h>

#include "apps/common/json.h"
#include "apps/common/value.h"
#include "apps/mini-ca/revocation.h"
#include "apps/mini-ca/want.h"
#include "pki/time.h"

typedef struct {
    mini_ca base;
    int reason;
    uint64_t days;
    hs__password_source password;
} args;

static const hs__option OPTIONS[] = {
    {.group = "Why",
     .name = "reason",
     .kind = HS__OPT_CHOICE,
     .at = offsetof(args, reason),
     .argument = "REASON",
     .values = mini_ca_reason_names,
     .aliases = "crl_reason",
     .help = "peers are told; unspecified if it is not given"},
    {.group = "The revocation list",
     .name = "days",
     .kind = HS__OPT_NUMBER,
     .at = offsetof(args, days),
     .min = 1,
     .max = 3650,
     .argument = "N",
     .help = "the next list is due in that many days (30)"},
    MINI_CA_PASSWORD_OPTIONS(args, password),
    {.group = "Writing",
     .name = "dry-run",
     .letter = 'n',
     .kind = HS__OPT_FLAG,
     .at = offsetof(args, base.dry_run),
     .help = "say what would be done, write nothing"},
    MINI_CA_OPTIONS(args, base),
    {0},
};

const hs__program mini_ca_revoke_program = {
    .name = "mini-ca revoke",
    .usage = "WHAT [OPTIONS]",
    .about = "Takes a certificate back for good, and writes the CA's revocation list (crl.pem in "
             "its folder). WHAT is a serial number, a name (the latest one) or a file.",
    .examples = "  mini-ca revoke localhost.pem --reason=superseded\n"
                "  mini-ca revoke alice@example.test --reason=keyCompromise\n",
    .options = OPTIONS,
    .min_operands = 1,
    .max_operands = 1,
    .operands = "WHAT",
};

/* Everything that one run works with. */
typedef struct {
    const args *a;
    const char *what;
    char folder[HS__FILE_PATH];
    hs_provider *provider;
    hs__ca ca;
    hs__ca_store store;
    hs__certs cert;
    bool was_revoked;
} job;

static void tell(const job *j, const json_t *entry, const mini_ca_list_of_revoked *list,
                 const char *path) {
    char text[MINI_CA_ENTRY], until[MINI_CA_UNTIL];
    const json_t *event = json_object_get(entry, "revoked");
    if (j->a->base.common.json) {
        hs__json_print(stdout,
                       json_pack("{s:b, s:s, s:s, s:s, s:b, s:o, s:o}", "ok", 1, "serial",
                                 hs__index_text(entry, "serial"), "reason",
                                 hs__index_text(event, "reason"), "at", hs__index_text(event, "at"),
                                 "was_revoked", j->was_revoked, "crl", hs__json_string(path),
                                 "next_update", hs__json_date(list->next_update)));
        return;
    }
    if (j->a->base.common.quiet)
        return;
    printf("%s %s: %s, %s\n", j->was_revoked ? "Was revoked before" : "Revoked",
           mini_ca_entry_text(entry, text), hs__index_text(event, "reason"),
           hs__index_text(event, "at"));
    printf("%s\n  revocation list number %llu with %zu certificate%s, %s\n", hs__safe(path),
           (unsigned long long)list->number, list->n_entries, list->n_entries == 1 ? "" : "s",
           mini_ca_until(list->next_update, until));
    printf("Peers know once they have it:\n  hs-client --crl=%s ...\n", hs__safe(path));
}

static hs__exit mark(job *j, json_t *entry, hs__fault *fault) {
    const char *serial = hs__index_text(entry, "serial");
    j->was_revoked = hs__index_is_revoked(entry);
    if (j->was_revoked)
        return HS__EXIT_OK;
    json_t *event = hs__index_revocation(serial, mini_ca_reason_names[j->a->reason], hs__now());
    hs__exit code = hs__store_add(&j->store, event, fault);
    if (code == HS__EXIT_OK)
        json_object_set(entry, "revoked", event); /* so that the list below has it */
    return code;
}

/* Index and list in one step. */
static hs__exit revoke(job *j, const char *serial, hs__fault *fault) {
    char path[HS__FILE_PATH];
    mini_ca_list_of_revoked list = {0};
    hs__exit code = hs__store_open(j->provider, j->folder, &j->store, fault);
    if (code)
        return code;
    json_t *entry = json_incref(hs__index_find_serial(j->store.index.certificates, serial));
    if (!entry)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "%s is not in the index any more", serial);
    code = mark(j, entry, fault);
    if (code == HS__EXIT_OK)
        code = mini_ca_make_crl(&j->ca, &j->store, j->a->days, &list, fault);
    hs__ca_file file = {mini_ca_crl_path(&j->ca, path), hs__bytes_span(&list.pem), 0644, true};
    if (code == HS__EXIT_OK)
        code = hs__store_commit(&j->store, &file, 1, fault);
    if (code == HS__EXIT_OK)
        tell(j, entry, &list, path);
    hs__bytes_free(&list.pem);
    json_decref(entry);
    return code;
}

static void tell_dry_run(const job *j, const json_t *entry) {
    char text[MINI_CA_ENTRY];
    if (j->a->base.common.json)
        hs__json_print(stdout, json_pack("{s:b, s:b, s:s, s:b}", "ok", 1, "dry_run", 1, "serial",
                                         hs__index_text(entry, "serial"), "was_revoked",
                                         hs__index_is_revoked(entry)));
    else
        printf("would revoke %s%s\n", mini_ca_entry_text(entry, text),
               hs__index_is_revoked(entry) ? ", which is revoked already" : "");
}

static hs__exit find_and_revoke(job *j, hs__fault *fault) {
    json_t *all, *entry;
    hs__exit code = hs__index_load(j->folder, &all, fault);
    if (code)
        return code;
    code = mini_ca_what(all, j->folder, j->what, &entry, fault);
    if (code == HS__EXIT_OK)
        code = mini_ca_entry_cert(entry, &j->cert, fault);
    if (code == HS__EXIT_OK && j->a->base.dry_run) {
        tell_dry_run(j, entry);
    } else if (code == HS__EXIT_OK) {
        code =
            mini_ca_open_issuer(j->provider, j->folder, j->cert.v, &j->a->password, &j->ca, fault);
        if (code == HS__EXIT_OK)
            code = revoke(j, hs__index_text(entry, "serial"), fault);
    }
    json_decref(all);
    return code;
}

static hs__exit run(const args *a, const char *what, hs__fault *fault) {
    job j = {.a = a, .what = what, .store = {.lock = -1}};
    hs__exit code = mini_ca_folder(&a->base, j.folder, fault);
    if (code == HS__EXIT_OK && !hs__ca_exists(j.folder))
        code = hs__ca_missing(j.folder, fault);
    if (code == HS__EXIT_OK)
        code = hs__library_choose(a->base.provider, hs__ca_key_type(j.folder), HS__KEY_P256,
                                  &j.provider, fault);
    if (code == HS__EXIT_OK)
        code = find_and_revoke(&j, fault);
    hs__store_close(&j.store);
    hs__ca_close(&j.ca);
    hs__certs_free(&j.cert);
    hs_provider_unref(j.provider);
    return code;
}

hs__exit mini_ca_revoke(const mini_ca *before, int argc, char **argv, hs__fault *fault) {
    args a = {.base = *before, .days = MINI_CA_CRL_DAYS, .password = HS__NO_PASSWORD_SOURCE};
    hs__exit code;
    int first = hs__options_parse(&mini_ca_revoke_program, argc, argv, &a, &code);
    if (first < 0)
        return code;
    hs__say_setup("mini-ca", &a.base.common);
    return run(&a, argv[first], fault);
}
