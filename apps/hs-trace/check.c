#include "apps/hs-trace/check.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "apps/common/files.h"
#include "apps/common/json.h"
#include "apps/common/say.h"
#include "apps/hs-trace/hs_trace.h"
#include "apps/hs-trace/members.h"

typedef struct {
    hs__common common;
    const char *provider, *key;
    uint64_t most;
} args;

static const hs__option OPTIONS[] = {
    {.group = "Checking",
     .name = "most",
     .kind = HS__OPT_NUMBER,
     .at = offsetof(args, most),
     .min = 1,
     .argument = "N",
     .help = "show at most N faults of a file (20)"},
    {.name = "key",
     .kind = HS__OPT_TEXT,
     .at = offsetof(args, key),
     .argument = "FILE",
     .help = "the server's RSA key: opens the secret that a client sent in the classic profile"},
    {.name = "provider",
     .kind = HS__OPT_TEXT,
     .at = offsetof(args, provider),
     .argument = "NAME",
     .help = "the crypto library that computes (libcrypto, which has the most algorithms)"},
    HS__COMMON_OPTIONS(args, common),
    {0},
};

const hs__program trace_check_program = {
    .name = "hs-trace check",
    .usage = "[OPTIONS] FILE.jsonl...",
    .about = "Computes every value of a trace again and says which line is wrong.",
    .examples = "  hs-trace check t.jsonl\n"
                "  hs-client --trace=t.jsonl --secrets=show ... && hs-trace check t.jsonl\n",
    .notes =
        "A trace made with --secrets=show holds all that is needed: each secret from those before\n"
        "it, each transcript hash from the messages, each Finished and signature, each record "
        "from\n"
        "its key, each field from its bytes. With secrets hidden it says what cannot be checked, "
        "and\n"
        "checks the rest. Texts (notes, reasons), times and the outcome of single checks of a\n"
        "certificate are not computed again.\n"
        "Exit: 0 all is well, 5 some line is wrong, 1 it could not be read or is no trace.\n",
    .options = OPTIONS,
    .min_operands = 1,
    .max_operands = UINT_MAX,
    .operands = "FILE.jsonl",
};

/* ---- results ----------------------------------------------------------------------------- */

static void put_conn(const check_conn_result *r) {
    printf("  %s, %s%s%s:", hs__safe(r->conn), hs__safe(r->role), r->version[0] ? ", " : "",
           r->version);
    const char *glue = " ";
    for (check_kind kind = 0; kind < CHECK_KINDS; kind++) {
        if (r->count[kind] > 0) {
            printf("%s%llu %s", glue, (unsigned long long)r->count[kind],
                   check_kind_text(kind, r->count[kind]));
            glue = ", ";
        }
    }
    printf("\n");
    for (size_t i = 0; i < r->n_gaps; i++) {
        printf("    not checked: %s (%zu)\n", r->gaps[i].what, r->gaps[i].n);
    }
}

static bool found_something(const check *c) {
    uint64_t all = 0;
    for (size_t i = 0; i < check_conns(c); i++) {
        const check_conn_result r = check_conn_at(c, i);
        for (check_kind kind = 0; kind < CHECK_KINDS; kind++) {
            all += r.count[kind];
        }
    }
    return all > 0;
}

static void put_text(const check *c, const char *file, const args *a) {
    const check_fault *faults;
    const size_t n = check_faults(c, &faults);
    const char *name = strcmp(file, "-") == 0 ? "standard input" : file;
    for (size_t i = 0; i < n && i < a->most; i++) {
        printf("%s: line %zu: %s\n", hs__safe(name), faults[i].line, hs__safe(faults[i].text));
    }
    if (n > a->most) {
        printf("%s: and %zu more\n", hs__safe(name), n - (size_t)a->most);
    }
    if (n == 0 && !a->common.quiet) {
        printf("%s: %s\n", hs__safe(name), found_something(c) ? "ok" : "nothing to check in it");
    }
    for (size_t i = 0; i < check_conns(c) && !a->common.quiet; i++) {
        const check_conn_result r = check_conn_at(c, i);
        put_conn(&r);
    }
}

static json_t *conn_json(const check_conn_result *r) {
    json_t *counts = json_object(), *gaps = json_array();
    for (check_kind kind = 0; kind < CHECK_KINDS; kind++) {
        json_object_set_new(counts, check_kind_text(kind, 2),
                            json_integer((json_int_t)r->count[kind]));
    }
    for (size_t i = 0; i < r->n_gaps; i++) {
        json_array_append_new(gaps, json_pack("{s:s, s:I}", "what", r->gaps[i].what, "times",
                                              (json_int_t)r->gaps[i].n));
    }
    return json_pack("{s:o, s:o, s:s, s:o, s:o}", "conn", hs__json_string(r->conn), "role",
                     hs__json_string(r->role), "version", r->version, "checked", counts,
                     "not_checked", gaps);
}

static json_t *result_json(const check *c, const char *file, const args *a) {
    const check_fault *faults;
    const size_t n = check_faults(c, &faults);
    json_t *lines = json_array(), *conns = json_array();
    for (size_t i = 0; i < n && i < a->most; i++) {
        json_array_append_new(lines, json_pack("{s:I, s:o}", "line", (json_int_t)faults[i].line,
                                               "text", hs__json_string(faults[i].text)));
    }
    for (size_t i = 0; i < check_conns(c); i++) {
        const check_conn_result r = check_conn_at(c, i);
        json_array_append_new(conns, conn_json(&r));
    }
    return json_pack("{s:o, s:b, s:I, s:o, s:o}", "file", hs__json_string(file), "ok", n == 0,
                     "faults", (json_int_t)n, "lines", lines, "connections", conns);
}

/* ---- the command ------------------------------------------------------------------------- */

static void take_line(void *ctx, size_t number, json_t *o) {
    check_line(ctx, number, o);
}

/* What all files are checked with. */
typedef struct {
    const args *a;
    hs_provider *p;
    hs__private_key *key;
    json_t *results;
} job;

static hs__exit check_file(const job *j, const char *file, hs__fault *fault) {
    const args *a = j->a;
    check *c = check_new(j->p, j->key);
    if (c == NULL) {
        return hs__fail_status(fault, HS_E_NOMEM, "%s", hs__safe(file));
    }
    const check_fault *faults;
    hs__exit code = lines_read(file, take_line, c, fault);
    if (code == HS__EXIT_OK) {
        check_end(c);
        if (check_ran_out(c)) {
            code = hs__fail_status(fault, HS_E_NOMEM, "%s", hs__safe(file));
        } else if (check_conns(c) == 0) {
            code = hs__fault_set(fault, HS__EXIT_INTERNAL, "%s: there is no trace in it",
                                 hs__safe(file));
        }
    }
    if (code == HS__EXIT_OK && a->common.json) {
        json_array_append_new(j->results, result_json(c, file, a));
    } else if (code == HS__EXIT_OK) {
        put_text(c, file, a);
    }
    if (code == HS__EXIT_OK && check_faults(c, &faults) > 0) {
        code = HS__EXIT_UNTRUSTED;
    }
    check_free(c);
    return code;
}

static hs_status new_provider(const char *name, hs_provider **p) {
    hs_status st = hs_provider_new(name != NULL ? name : "libcrypto", p);
    return st != HS_OK && name == NULL ? hs_provider_new(NULL, p) : st;
}

static hs__exit load_key(job *j, hs__fault *fault) {
    hs__bytes pem = {0};
    if (j->a->key == NULL) {
        return HS__EXIT_OK;
    }
    hs__exit code = hs__file_read(j->a->key, HS__FILE_LIMIT, &pem, fault);
    if (code == HS__EXIT_OK) {
        const hs_status st =
            j->p->key_load(j->p, hs__bytes_span(&pem), (hs_span){NULL, 0}, &j->key);
        code = st != HS_OK ? hs__fail_status(fault, st, "%s", hs__safe(j->a->key)) : HS__EXIT_OK;
    }
    hs__bytes_free(&pem);
    return code;
}

static hs__exit check_files(const job *j, int n, char **files, hs__fault *fault) {
    hs__exit worst = HS__EXIT_OK;
    for (int i = 0; i < n; i++) {
        const hs__exit code = check_file(j, files[i], fault);
        if (code != HS__EXIT_OK && code != HS__EXIT_UNTRUSTED) {
            return code;
        }
        worst = code != HS__EXIT_OK ? code : worst;
    }
    if (j->a->common.json) {
        hs__json_print(stdout,
                       json_pack("{s:b, s:O}", "ok", worst == HS__EXIT_OK, "files", j->results));
    }
    return worst;
}

hs__exit trace_check_command(const hs__common *before, int argc, char **argv, hs__fault *fault) {
    args a = {.common = *before, .most = 20};
    job j = {.a = &a};
    hs__exit code;
    const int first = hs__options_parse(&trace_check_program, argc, argv, &a, &code);
    if (first < 0) {
        return code;
    }
    hs__say_setup("hs-trace", &a.common);
    if (new_provider(a.provider, &j.p) != HS_OK) {
        return hs__usage_error(&trace_check_program, "--provider=%s is not built in",
                               hs__safe(a.provider));
    }
    j.results = json_array();
    code = load_key(&j, fault);
    if (code == HS__EXIT_OK) {
        code = check_files(&j, argc - first, argv + first, fault);
    }
    json_decref(j.results);
    j.p->key_free(j.p, j.key);
    hs_provider_unref(j.p);
    return code;
}
