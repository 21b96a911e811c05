/* Renders a scene on standard output: for the schema test, and to look at.
 *
 *   trace_show SCENE client|server text|jsonl|keylog [1|2|3] [hide|id|show]
 *              [explain] [no-time] [color] [tag]
 *   trace_show SCENE client|server compare SCENE */
#include <stdio.h>
#include <string.h>

#include "tests/unit/trace/scene.h"

static void write_out(void *ctx, const char *p, size_t n) {
    (void)fwrite(p, 1, n, ctx);
}

static bool has(int argc, char **argv, const char *word) {
    for (int i = 3; i < argc; i++) {
        if (strcmp(argv[i], word) == 0) {
            return true;
        }
    }
    return false;
}

static int compare(const hs_render_options *o, char **argv) {
    hs_compare *c = NULL;
    const scene_id left = scene_by_name(argv[1]), right = scene_by_name(argv[4]);
    if (left == N_SCENES || right == N_SCENES || hs_compare_new(o, argv[1], argv[4], &c) != HS_OK) {
        return 2;
    }
    scene_play(left, strcmp(argv[2], "server") == 0, hs_compare_run(c, 0));
    scene_play(right, strcmp(argv[2], "server") == 0, hs_compare_run(c, 1));
    hs_compare_print(c);
    hs_compare_free(c);
    return 0;
}

int main(int argc, char **argv) {
    scene_id id = argc > 3 ? scene_by_name(argv[1]) : N_SCENES;
    if (id == N_SCENES) {
        fprintf(stderr, "usage: trace_show SCENE client|server text|jsonl|keylog [WORD...]\n");
        return 2;
    }
    hs_render_options o = {.size = sizeof o, .write = write_out, .ctx = stdout};
    o.peer = "127.0.0.1:4433";
    o.tool = "trace_show";
    o.tool_version = "1";
    o.wall_time_ms = 1800000000000;
    o.level = has(argc, argv, "3") ? 3 : has(argc, argv, "2") ? 2 : 1;
    o.secrets = has(argc, argv, "show")   ? HS_SECRETS_SHOW
                : has(argc, argv, "id")   ? HS_SECRETS_ID
                : has(argc, argv, "hide") ? HS_SECRETS_HIDE
                                          : HS_SECRETS_DEFAULT;
    o.explain = has(argc, argv, "explain");
    o.no_time = has(argc, argv, "no-time");
    o.color = has(argc, argv, "color");
    o.tag_lines = has(argc, argv, "tag");
    if (argc == 5 && has(argc, argv, "compare")) {
        return compare(&o, argv);
    }
    hs_render *r = NULL;
    hs_status st = has(argc, argv, "jsonl")    ? hs_jsonl_new(&o, &r)
                   : has(argc, argv, "keylog") ? hs_keylog_new(&o, &r)
                                               : hs_text_new(&o, &r);
    if (st == HS_OK) {
        scene_play(id, strcmp(argv[2], "server") == 0, r);
    }
    hs_render_free(r);
    return st == HS_OK ? 0 : 1;
}
