/* diff_state.h - two views of one connection, for `diff`.
 *   diff.c          the command, what it prints
 *   diff_views.c    connections out of files, and which of them belong together
 *   diff_compare.c  what differs */
#ifndef HS_TRACE_DIFF_STATE_H
#define HS_TRACE_DIFF_STATE_H

#include "apps/hs-trace/members.h"

typedef struct {
    size_t line;
    json_t *o;
} diff_line;

/* A connection as one file tells it. */
typedef struct {
    const char *file;
    char conn[64], role[16];
    bool is_server;
    uint8_t client_random[32];
    bool has_random;
    diff_line *lines;
    size_t n, cap;
} diff_view;

typedef struct {
    const char *file;
    diff_view *views;
    size_t n, cap;
    lines_pool pool;
    bool failed; /* memory ran out */
} diff_side;

typedef struct {
    const diff_view *a, *b; /* NULL: the other file has no such connection */
    bool same_random;
} diff_pair;

/* Reads a file; application data is passed over. */
HS_MUST_CHECK hs__exit diff_load(diff_side *side, const char *file, hs__fault *fault);
void diff_unload(diff_side *side);

/* The pair that view i of `a` is in, and the views of `b` that are in none: by client_random, or,
 * where that does not match and each file has one connection, these two. */
diff_pair diff_pair_of(const diff_side *a, size_t i, const diff_side *b);
bool diff_is_paired(const diff_side *a, const diff_view *view_b, const diff_side *b);

/* What was found, as lines of text: a mark ("!!" differs, "--" for information), and the text. */
typedef struct {
    json_t *found;                            /* [{mark, what, text, a, b}] */
    size_t differences;                       /* with the mark !! */
    size_t messages, hashes, values, records; /* that are the same on both sides */
} diff_result;

void diff_compare(const diff_pair *pair, diff_result *out);

#endif
