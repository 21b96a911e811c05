#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apps/common/json.h"
#include "apps/mini-ca/mini_ca.h"

extern char **environ;

typedef enum { SHOW_ONLY, APPLY, REMOVE } action;
enum { STORE_ALL, STORE_SYSTEM, STORE_NSS };
static const char *const STORES[] = {"all", "system", "nss", NULL};

typedef struct {
    mini_ca base;
    int action, store;
} args;

static const hs__option OPTIONS[] = {
    {.group = "What to do",
     .name = "apply",
     .kind = HS__OPT_SET,
     .at = offsetof(args, action),
     .value = APPLY,
     .help = "do it; without an option the commands are only shown"},
    {.name = "remove",
     .kind = HS__OPT_SET,
     .at = offsetof(args, action),
     .value = REMOVE,
     .help = "take the root out again"},
    {.name = "store",
     .kind = HS__OPT_CHOICE,
     .at = offsetof(args, store),
     .argument = "WHICH",
     .values = STORES,
     .help = "system (OpenSSL, GnuTLS, curl; needs root), nss (Chromium and others of this user) "
             "or all (default)"},
    {.group = "Writing",
     .name = "dry-run",
     .letter = 'n',
     .kind = HS__OPT_FLAG,
     .at = offsetof(args, base.dry_run),
     .help = "with --apply and --remove: show the commands only"},
    MINI_CA_OPTIONS(args, base),
    {0},
};

const hs__program mini_ca_trust_program = {
    .name = "mini-ca trust",
    .usage = "[OPTIONS]",
    .about = "How programs on this system come to trust the CA's root: shows the commands, or "
             "runs them. Whoever has the CA's key can then pose as any server that its root may "
             "vouch for (init --permit sets limits).",
    .examples = "  mini-ca trust                               only look\n"
                "  mini-ca trust --apply --store=nss           Chromium of this user\n"
                "  mini-ca trust --remove\n",
    .options = OPTIONS,
};

/* ---- commands ---------------------------------------------------------------------------- */
enum { WORDS = 16, WORD_ROOM = HS__FILE_PATH + 16 };

typedef struct {
    int store;
    const char *words[WORDS]; /* NULL-terminated; texts of the list below */
} command;

typedef struct {
    char root[HS__FILE_PATH], system_file[HS__FILE_PATH], nss[WORD_ROOM], name[80];
    command v[8];
    size_t n;
    bool has_system, has_nss;
} plan;

static void add(plan *p, int store, const char *const *words) {
    command *c = &p->v[p->n++];
    c->store = store;
    for (size_t i = 0; words[i] && i + 1 < WORDS; i++)
        c->words[i] = words[i];
}

static bool is_in_path(const char *program) {
    char path[HS__FILE_PATH];
    const char *p = getenv("PATH");
    for (size_t n; p && *p; p += n + (p[n] == ':')) {
        n = strcspn(p, ":");
        snprintf(path, sizeof path, "%.*s/%s", (int)n, p, program);
        if (n > 0 && access(path, X_OK) == 0)
            return true;
    }
    return access("/usr/sbin/update-ca-certificates", X_OK) == 0 &&
           strcmp(program, "update-ca-certificates") == 0;
}

/* Debian's way: a file in /usr/local/share/ca-certificates. */
static void plan_system(plan *p, bool remove) {
    p->has_system = is_in_path("update-ca-certificates");
    if (remove) {
        add(p, STORE_SYSTEM, (const char *const[]){"rm", "-f", p->system_file, NULL});
        add(p, STORE_SYSTEM, (const char *const[]){"update-ca-certificates", "--fresh", NULL});
    } else {
        add(p, STORE_SYSTEM,
            (const char *const[]){"install", "-m", "0644", p->root, p->system_file, NULL});
        add(p, STORE_SYSTEM, (const char *const[]){"update-ca-certificates", NULL});
    }
}

/* The user's database; it is made where it is missing. */
static void plan_nss(plan *p, bool remove) {
    const char *folder = p->nss + strlen("sql:");
    p->has_nss = is_in_path("certutil");
    if (remove) {
        add(p, STORE_NSS,
            (const char *const[]){"certutil", "-D", "-d", p->nss, "-n", p->name, NULL});
        return;
    }
    if (!hs__file_exists(folder)) {
        add(p, STORE_NSS, (const char *const[]){"mkdir", "-p", "-m", "0700", folder, NULL});
        add(p, STORE_NSS,
            (const char *const[]){"certutil", "-N", "-d", p->nss, "--empty-password", NULL});
    }
    add(p, STORE_NSS,
        (const char *const[]){"certutil", "-A", "-d", p->nss, "-n", p->name, "-t", "C,,", "-i",
                              p->root, NULL});
}

/* Names that tell this root from others: by its fingerprint. */
static hs__exit make_plan(const args *a, const char *folder, plan *p, hs__fault *fault) {
    char sha256[65], whole[HS__FILE_PATH];
    hs__certs root;
    hs_provider *provider = NULL;
    const char *home = getenv("HOME");
    hs__ca_path(folder, "root.pem", whole);
    if (!realpath(whole, p->root))
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "%s: %s", hs__safe(whole), strerror(errno));
    hs__exit code = hs__certs_read(p->root, &root, fault);
    if (code)
        return code;
    code = hs__library_choose(a->base.provider, HS__KEY_P256, HS__KEY_P256, &provider, fault);
    if (a->action != REMOVE && root.v->permitted.n == 0)
        hs__say_warning("this root may vouch for any name: who has the CA's key could pose as any "
                        "server (init --permit=... sets limits)");
    if (code == HS__EXIT_OK && hs__cert_sha256(provider, root.v, sha256))
        code = hs__fault_set(fault, HS__EXIT_INTERNAL, "hashing the root");
    hs_provider_unref(provider);
    hs__certs_free(&root);
    if (code)
        return code;
    snprintf(p->name, sizeof p->name, "mini-ca %.12s", sha256);
    snprintf(p->system_file, sizeof p->system_file,
             "/usr/local/share/ca-certificates/mini-ca-%.12s.crt", sha256);
    snprintf(p->nss, sizeof p->nss, "sql:%s/.pki/nssdb", home ? home : "");
    if (a->store != STORE_NSS)
        plan_system(p, a->action == REMOVE);
    if (a->store != STORE_SYSTEM)
        plan_nss(p, a->action == REMOVE);
    return HS__EXIT_OK;
}

/* ---- telling ----------------------------------------------------------------------------- */
static bool is_there(const plan *p, int store) {
    return store == STORE_SYSTEM ? p->has_system : p->has_nss;
}

static bool is_plain(const char *word) {
    return *word && strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                 "._-/:,=+@") == strlen(word);
}

static void put_command(const command *c) {
    printf("  ");
    for (size_t i = 0; c->words[i]; i++)
        printf(is_plain(c->words[i]) ? "%s%s" : "%s'%s'", i ? " " : "", hs__safe(c->words[i]));
    putchar('\n');
}

static void tell(const plan *p) {
    static const char *const TITLES[] = {
        [STORE_SYSTEM] = "The system's bundle (OpenSSL, GnuTLS, curl, hs-client); as root",
        [STORE_NSS] = "NSS of this user (Chromium and others)"};
    int last = -1;
    for (size_t i = 0; i < p->n; i++) {
        if (p->v[i].store != last)
            printf("%s:%s\n", TITLES[p->v[i].store],
                   is_there(p, p->v[i].store) ? "" : " (not installed here)");
        last = p->v[i].store;
        put_command(&p->v[i]);
    }
    printf("Firefox has a store of its own: Settings, Certificates, Authorities, Import %s\n",
           hs__safe(p->root));
}

static void tell_json(const plan *p, bool is_done) {
    json_t *list = json_array();
    for (size_t i = 0; i < p->n; i++) {
        json_t *words = json_array();
        for (size_t k = 0; p->v[i].words[k]; k++)
            json_array_append_new(words, hs__json_string(p->v[i].words[k]));
        json_array_append_new(list,
                              json_pack("{s:s, s:b, s:o}", "store", STORES[p->v[i].store],
                                        "installed", is_there(p, p->v[i].store), "command", words));
    }
    hs__json_print(stdout,
                   json_pack("{s:b, s:b, s:o}", "ok", 1, "done", is_done, "commands", list));
}

/* ---- doing ------------------------------------------------------------------------------- */
static hs__exit run_one(const command *c, hs__fault *fault) {
    pid_t pid;
    int status = 0;
    char *words[WORDS] = {NULL};
    for (size_t i = 0; c->words[i]; i++)
        words[i] = (char *)c->words[i];
    int r = posix_spawnp(&pid, words[0], NULL, NULL, words, environ);
    if (r)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "cannot run %s: %s", words[0], strerror(r));
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return HS__EXIT_OK;
    return hs__fault_set(fault, HS__EXIT_INTERNAL, "%s failed%s", words[0],
                         c->store == STORE_SYSTEM && geteuid() != 0 ? ": it needs root" : "");
}

/* Stores that are not installed are passed over, if there is another one. */
static hs__exit run_all(const args *a, const plan *p, hs__fault *fault) {
    hs__exit code = HS__EXIT_OK;
    bool any = false;
    for (size_t i = 0; i < p->n && !code; i++) {
        if (!is_there(p, p->v[i].store))
            continue;
        any = true;
        if (!a->base.common.quiet && !a->base.common.json)
            put_command(&p->v[i]);
        fflush(stdout);
        code = run_one(&p->v[i], fault);
    }
    if (any || code)
        return code;
    return hs__fault_set(fault, HS__EXIT_INTERNAL,
                         "neither update-ca-certificates (ca-certificates) nor certutil "
                         "(libnss3-tools) is installed");
}

hs__exit mini_ca_trust(const mini_ca *before, int argc, char **argv, hs__fault *fault) {
    args a = {.base = *before};
    char folder[HS__FILE_PATH];
    plan p = {0};
    hs__exit code;
    if (hs__options_parse(&mini_ca_trust_program, argc, argv, &a, &code) < 0)
        return code;
    hs__say_setup("mini-ca", &a.base.common);
    code = mini_ca_folder(&a.base, folder, fault);
    if (code == HS__EXIT_OK && !hs__ca_exists(folder))
        code = hs__ca_missing(folder, fault);
    if (code == HS__EXIT_OK)
        code = make_plan(&a, folder, &p, fault);
    bool does = a.action != SHOW_ONLY && !a.base.dry_run;
    if (code == HS__EXIT_OK && does)
        code = run_all(&a, &p, fault);
    if (code == HS__EXIT_OK && a.base.common.json)
        tell_json(&p, does);
    else if (code == HS__EXIT_OK && !does && !a.base.common.quiet)
        tell(&p);
    return code;
}
