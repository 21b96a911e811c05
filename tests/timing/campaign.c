#include "tests/timing/campaign.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "tests/timing/statistics.h"

enum { WARM_UP = 50, ROUNDS_MIN = 100, PLANTED_NS = 2000 };

/* Rows: the kinds, then the controls. */
typedef struct {
    const hs__campaign *c;
    size_t rows, same, slow;
    double *times[HS__CAMPAIGN_ROWS];
    size_t rounds, room;
} state;

static double now_ns(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* The time that this thread worked: what others do on the machine counts less. */
static double work_ns(void) {
    return now_ns(CLOCK_THREAD_CPUTIME_ID);
}

static const char *row_name(const state *s, size_t row) {
    if (row == s->same)
        return "control: once more";
    return row == s->slow ? "control: 2 us longer" : s->c->name(row);
}

static hs_status run_row(const state *s, size_t row, double *ns) {
    hs_status st = s->c->load(s->c->ctx, row);
    if (st)
        return st;
    double start = work_ns();
    st = s->c->run(s->c->ctx);
    if (row == s->slow) {
        double until = work_ns() + (double)PLANTED_NS;
        while (work_ns() < until)
            continue;
    }
    *ns = work_ns() - start;
    return st;
}

static hs_status shuffle(size_t *order, size_t n) {
    uint32_t random[HS__CAMPAIGN_ROWS];
    if (getrandom(random, sizeof random, 0) != sizeof random)
        return HS_E_RANDOM;
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    for (size_t i = n - 1; i > 0; i--) {
        size_t other = random[i] % (i + 1);
        size_t kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
    return HS_OK;
}

static hs_status run_round(state *s, bool is_kept) {
    size_t order[HS__CAMPAIGN_ROWS];
    double ns = 0;
    hs_status st = shuffle(order, s->rows);
    for (size_t row = 0; row < s->rows && !st; row++)
        st = s->c->make(s->c->ctx, row, row < s->c->kinds ? row : 0);
    for (size_t i = 0; i < s->rows && !st; i++) {
        st = run_row(s, order[i], &ns);
        if (is_kept)
            s->times[order[i]][s->rounds] = ns;
    }
    s->rounds += is_kept && !st;
    return st;
}

static bool has_room(state *s) {
    if (s->rounds < s->room)
        return true;
    s->room = s->room ? s->room * 2 : 1024;
    for (size_t row = 0; row < s->rows; row++) {
        double *more = realloc(s->times[row], s->room * sizeof *more);
        if (!more)
            return false;
        s->times[row] = more;
    }
    return true;
}

static hs_status run_rounds(state *s, double seconds) {
    hs_status st = HS_OK;
    for (int i = 0; i < WARM_UP && !st; i++)
        st = run_round(s, false);
    double end = now_ns(CLOCK_MONOTONIC) + seconds * 1e9;
    while (!st && (s->rounds < ROUNDS_MIN || now_ns(CLOCK_MONOTONIC) < end))
        st = has_room(s) ? run_round(s, true) : HS_E_NOMEM;
    return st;
}

static void print_row(const state *s, size_t row, const hs__comparison *r) {
    printf("%-28s %11.1f %10.0f %8.0f %8.2f %8.2f%s\n", row_name(s, row), r->median / 1e3,
           r->difference, 2 * r->error, r->yuen, r->rank, hs__differ(r) ? "  differs" : "");
}

static int judge(const state *s) {
    bool is_sound = true;
    size_t differing = 0;
    double error = 0;
    printf("%zu rounds\n%-28s %11s %10s %8s %8s %8s\n", s->rounds, "kind", "median us", "longer ns",
           "+-", "Yuen", "rank");
    for (size_t row = 1; row < s->rows; row++) {
        hs__comparison r;
        if (!hs__compare(s->times[0], s->times[row], s->rounds, &r))
            return 2;
        print_row(s, row, &r);
        if (row < s->c->kinds)
            differing += hs__differ(&r);
        else
            is_sound = is_sound && hs__differ(&r) == (row == s->slow);
        error = fmax(error, r.error);
    }
    if (!is_sound)
        printf("nothing can be said: the controls are not as they should be\n");
    else if (differing)
        printf("THERE IS A DIFFERENCE in %zu kinds\n", differing);
    else
        printf("no difference; one of %.0f ns would have been seen\n", HS__SIGNIFICANT * error);
    return !is_sound ? 3 : differing ? 1 : 0;
}

int hs__campaign_run(const hs__campaign *c, double seconds) {
    state s = {.c = c, .rows = c->kinds + 2, .same = c->kinds, .slow = c->kinds + 1};
    int code = 2;
    if (s.rows > HS__CAMPAIGN_ROWS)
        abort();
    hs_status st = run_rounds(&s, seconds);
    if (st)
        fprintf(stderr, "the campaign failed: %s\n", hs_status_text(st));
    else
        code = judge(&s);
    for (size_t row = 0; row < s.rows; row++)
        free(s.times[row]);
    return code;
}
