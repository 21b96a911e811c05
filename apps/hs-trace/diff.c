#include <stdio.h>
#include <string.h>

#include "apps/common/json.h"
#include "apps/common/say.h"
#include "apps/hs-trace/diff_state.h"
#include "apps/hs-trace/hs_trace.h"

typedef struct {
    hs__common common;
} args;

static const hs__option OPTIONS[] = {HS__COMMON_OPTIONS(args, common), {0}};

const hs__program trace_diff_program = {
    .name = "hs-trace diff",
    .usage = "[OPTIONS] CLIENT.jsonl SERVER.jsonl",
    .about = "Two views of one connection side by side: where they part.",
    .examples = "  hs-trace diff client.jsonl server.jsonl\n",
    .notes =
        "Connections are matched by client_random. It tells the first transcript hash that\n"
        "differs, the first field that differs between a message as sent and as received, the\n"
        "first record, the secrets with other fingerprints, and the alerts as each end has "
        "them.\n"
        "Exit: 0 no difference, 6 they differ, 1 they could not be read or matched.\n",
    .options = OPTIONS,
    .min_operands = 2,
    .max_operands = 2,
    .operands = "CLIENT.jsonl SERVER.jsonl",
};

static void put_side(const json_t *o, const char *key) {
    const char *text = lines_text(o, key);
    if (text[0] != 0) {
        printf("     %s\n", hs__safe(text));
    }
}

static void put_names(const json_t *names) {
    for (size_t i = 0; i < json_array_size(names); i++) {
        printf("%s%s", i == 0 ? "     " : ", ",
               hs__safe(json_string_value(json_array_get(names, i))));
    }
    printf("%s", json_array_size(names) > 0 ? "\n" : "");
}

static void put_pair(const diff_pair *p, const diff_result *r) {
    printf("%s of %s, %s of %s, client_random %s\n", p->a->role, hs__safe(p->a->file), p->b->role,
           hs__safe(p->b->file),
           lines_show((hs_span){p->a->client_random, p->a->has_random ? 8 : 0}));
    for (size_t i = 0; i < json_array_size(r->found); i++) {
        const json_t *o = json_array_get(r->found, i);
        printf("  %s %s\n", lines_text(o, "mark"), hs__safe(lines_text(o, "text")));
        put_side(o, "a");
        put_side(o, "b");
        put_names(json_object_get(o, "names"));
    }
    printf("  %s: %zu messages, %zu transcript hashes, %zu secrets and %zu records are the same\n",
           r->differences == 0 ? "no difference" : "besides", r->messages, r->hashes, r->values,
           r->records);
}

static json_t *pair_json(const diff_pair *p, const diff_result *r) {
    return json_pack("{s:o, s:o, s:b, s:O, s:{s:I, s:I, s:I, s:I}}", "a",
                     hs__json_string(p->a->conn), "b", hs__json_string(p->b->conn), "same",
                     r->differences == 0, "found", r->found, "equal", "messages",
                     (json_int_t)r->messages, "transcript_hashes", (json_int_t)r->hashes, "secrets",
                     (json_int_t)r->values, "records", (json_int_t)r->records);
}

/* A connection that only one file has. */
static void put_alone(const diff_view *v) {
    printf("%s of %s: connection %s is not in the other file\n", v->role, hs__safe(v->file),
           hs__safe(v->conn));
}

static hs__exit compare(const diff_side *a, const diff_side *b, const args *arg, hs__fault *fault) {
    json_t *pairs = json_array();
    size_t n = 0, differences = 0;
    for (size_t i = 0; i < a->n; i++) {
        const diff_pair p = diff_pair_of(a, i, b);
        diff_result r;
        if (p.b == NULL) {
            if (!arg->common.json && !arg->common.quiet) {
                put_alone(p.a);
            }
            continue;
        }
        diff_compare(&p, &r);
        if (arg->common.json) {
            (void)json_array_append_new(pairs, pair_json(&p, &r));
        } else if (!arg->common.quiet) {
            put_pair(&p, &r);
        }
        differences += r.differences;
        json_decref(r.found);
        n++;
    }
    for (size_t k = 0; k < b->n && !arg->common.json && !arg->common.quiet; k++) {
        if (!diff_is_paired(a, &b->views[k], b)) {
            put_alone(&b->views[k]);
        }
    }
    if (arg->common.json && n > 0) {
        hs__json_print(stdout, json_pack("{s:b, s:O}", "same", differences == 0, "pairs", pairs));
    }
    json_decref(pairs);
    if (n == 0) {
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "%s and %s have no connection in common",
                             hs__safe(a->file), hs__safe(b->file));
    }
    return differences == 0 ? HS__EXIT_OK : HS__EXIT_EXPECTATION;
}

hs__exit trace_diff_command(const hs__common *before, int argc, char **argv, hs__fault *fault) {
    args a = {.common = *before};
    diff_side one = {0}, two = {0};
    hs__exit code;
    const int first = hs__options_parse(&trace_diff_program, argc, argv, &a, &code);
    if (first < 0) {
        return code;
    }
    hs__say_setup("hs-trace", &a.common);
    code = diff_load(&one, argv[first], fault);
    if (code == HS__EXIT_OK) {
        code = diff_load(&two, argv[first + 1], fault);
    }
    if (code == HS__EXIT_OK) {
        code = compare(&one, &two, &a, fault);
    }
    diff_unload(&one);
    diff_unload(&two);
    return code;
}
