#include <stdio.h>
#include <string.h>

#include "apps/common/ca_index.h"
#include "apps/common/json.h"
#include "apps/common/value.h"
#include "apps/mini-ca/mini_ca.h"
#include "pki/time.h"

#define ALL UINT64_MAX /* --expiring is not given */

typedef struct {
    mini_ca base;
    uint64_t expiring_ms;
    bool revoked, check;
} args;

static const hs__option OPTIONS[] = {
    {.group = "Which",
     .name = "expiring",
     .kind = HS__OPT_DURATION,
     .at = offsetof(args, expiring_ms),
     .argument = "DUR",
     .help = "those that run out within this time, or have run out"},
    {.name = "revoked",
     .kind = HS__OPT_FLAG,
     .at = offsetof(args, revoked),
     .help = "those that are revoked"},
    {.name = "check",
     .kind = HS__OPT_FLAG,
     .at = offsetof(args, check),
     .help = "exit with 6 if there is any, so that a script can tell; alone: any that has run out"},
    MINI_CA_OPTIONS(args, base),
    {0},
};

const hs__program mini_ca_list_program = {
    .name = "mini-ca list",
    .usage = "[OPTIONS]",
    .about = "What the CA has made, oldest first.",
    .examples = "  mini-ca list\n"
                "  mini-ca list --expiring=30d --check         for cron: exit 6 if any\n"
                "  mini-ca list --revoked\n",
    .options = OPTIONS,
};

static int64_t not_after(const json_t *entry) {
    return json_integer_value(json_object_get(entry, "not_after_s"));
}

/* " revoked", " expired", or nothing. */
static const char *state_of(const json_t *entry) {
    if (hs__index_is_revoked(entry))
        return " revoked";
    return not_after(entry) < hs__now() ? " expired" : "";
}

static void put_entry(const json_t *entry) {
    char date[HS__DATE_TEXT];
    const char *state = state_of(entry);
    size_t i;
    const json_t *name;
    hs__date_text(not_after(entry), date);
    printf("%-34.40s  %-8s  %s%s%s%s  ", hs__safe(hs__index_text(entry, "serial")),
           hs__safe(hs__index_text(entry, "profile")), *state ? hs__style_on(stdout, HS__RED) : "",
           date, *state ? hs__style_off(stdout) : "", state);
    const json_t *names = json_object_get(entry, "names");
    json_array_foreach(names, i, name)
        printf("%s%s", i ? ", " : "", hs__safe(json_string_value(name)));
    printf("%s", i ? "" : hs__safe(hs__index_text(entry, "subject")));
    const json_t *event = json_object_get(entry, "revoked");
    if (hs__index_is_revoked(entry))
        printf("  (%s, %.10s)", hs__safe(hs__index_text(event, "reason")),
               hs__index_text(event, "at"));
    putchar('\n');
}

/* Nobody has to renew what is revoked. */
static bool is_wanted(const args *a, const json_t *entry) {
    bool is_revoked = hs__index_is_revoked(entry);
    if (a->revoked && !is_revoked)
        return false;
    if (a->expiring_ms == ALL)
        return true;
    return (a->revoked || !is_revoked) &&
           not_after(entry) <= hs__now() + (int64_t)(a->expiring_ms / 1000);
}

static void keep_wanted(const args *a, json_t *entries) {
    for (size_t i = json_array_size(entries); i-- > 0;)
        if (!is_wanted(a, json_array_get(entries, i)))
            json_array_remove(entries, i);
}

static void put_all(const args *a, const char *folder, json_t *entries) {
    size_t i;
    json_t *entry;
    if (a->base.common.json) {
        hs__json_print(stdout, json_pack("{s:b, s:o, s:O}", "ok", 1, "folder",
                                         hs__json_string(folder), "certificates", entries));
        return;
    }
    if (a->base.common.quiet)
        return;
    if (json_array_size(entries) == 0)
        hs__say_progress("%s in %s",
                         a->revoked              ? "nothing is revoked"
                         : a->expiring_ms != ALL ? "nothing runs out in that time"
                                                 : "nothing",
                         hs__safe(folder));
    else
        printf("%-34s  %-8s  %-10s  %s\n", "SERIAL", "PROFILE", "UNTIL", "NAMES");
    json_array_foreach(entries, i, entry) put_entry(entry);
}

static hs__exit run(const args *a, hs__fault *fault) {
    char folder[HS__FILE_PATH];
    json_t *entries;
    hs__exit code = mini_ca_folder(&a->base, folder, fault);
    if (code)
        return code;
    if (!hs__ca_exists(folder))
        return hs__ca_missing(folder, fault);
    code = hs__index_load(folder, &entries, fault);
    if (code)
        return code;
    keep_wanted(a, entries);
    put_all(a, folder, entries);
    bool any = json_array_size(entries) > 0;
    json_decref(entries);
    return a->check && any ? HS__EXIT_EXPECTATION : HS__EXIT_OK;
}

hs__exit mini_ca_list(const mini_ca *before, int argc, char **argv, hs__fault *fault) {
    args a = {.base = *before, .expiring_ms = ALL};
    hs__exit code;
    if (hs__options_parse(&mini_ca_list_program, argc, argv, &a, &code) < 0)
        return code;
    hs__say_setup("mini-ca", &a.base.common);
    if (a.check && !a.revoked && a.expiring_ms == ALL)
        a.expiring_ms = 0;
    return run(&a, fault);
}
