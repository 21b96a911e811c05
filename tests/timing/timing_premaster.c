/* Does the time of rsa_premaster tell a good ciphertext from a bad one? (RFC 5246 7.4.7.1)
 *
 *     timing_premaster PROVIDER [SECONDS [BITS]]
 *
 * BITS: 1024, because a small key allows many more rounds, and what takes the padding off does not
 * depend on it. In rounds: a fresh ciphertext of each kind is made, then all are opened in random
 * order, each from the same place in memory. Each kind is compared with the good one. Two controls
 * say what the run is worth: another good one must not differ, and one that takes a little longer
 * on purpose must. Exit code 0: no difference; 1: there is one; 3: the controls were not as they
 * should be, so it says nothing (try more seconds, or a quieter machine). */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/provider.h"
#include "tests/lib/premaster_kinds.h"
#include "tests/timing/statistics.h"

enum { VERSION = 0x0303, KINDS_MAX = 48, WARM_UP = 50, ROUNDS_MIN = 100, PLANTED_NS = 2000 };

/* Rows: the kinds, then the controls. */
typedef struct {
    const hs_provider *p;
    const hs__private_key *key;
    hs__public_numbers numbers;
    size_t kinds, rows, same, slow;
    double *times[KINDS_MAX];
    size_t rounds, room;
} campaign;

typedef struct {
    uint8_t ct[HS__PREMASTER_CT_ROOM];
    size_t n;
} ciphertext;

static double now_ns(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* The time that this thread worked: what others do on the machine counts less. */
static double work_ns(void) {
    return now_ns(CLOCK_THREAD_CPUTIME_ID);
}

static const char *row_name(const campaign *c, size_t row) {
    if (row == c->same)
        return "control: good again";
    return row == c->slow ? "control: good, 2 us longer" : hs__premaster_kind_name(row);
}

static size_t kind_of_row(const campaign *c, size_t row) {
    return row < c->kinds ? row : HS__PREMASTER_GOOD;
}

static hs_status open_one(const campaign *c, size_t row, const ciphertext *from, double *ns) {
    static ciphertext here;
    static uint8_t fallback[HS__PREMASTER];
    static uint8_t out[HS__PREMASTER];
    here = *from;
    double start = work_ns();
    hs_status st =
        c->p->rsa_premaster(c->p, c->key, (hs_span){here.ct, here.n}, VERSION, fallback, out);
    if (row == c->slow) {
        double until = work_ns() + PLANTED_NS;
        while (work_ns() < until)
            continue;
    }
    *ns = work_ns() - start;
    return st;
}

static hs_status shuffle(const hs_provider *p, size_t *order, size_t n) {
    uint32_t random[KINDS_MAX];
    hs_status st = p->random(p, random, n * sizeof *random);
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    for (size_t i = n - 1; i > 0 && !st; i--) {
        size_t other = random[i] % (i + 1);
        size_t kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
    return st;
}

static hs_status run_round(campaign *c, bool is_kept) {
    static ciphertext made[KINDS_MAX];
    size_t order[KINDS_MAX];
    uint8_t secret[HS__PREMASTER];
    double ns;
    hs_status st = shuffle(c->p, order, c->rows);
    for (size_t row = 0; row < c->rows && !st; row++)
        st = hs__premaster_kind_make(c->p, &c->numbers, VERSION, kind_of_row(c, row), made[row].ct,
                                     &made[row].n, secret);
    for (size_t i = 0; i < c->rows && !st; i++) {
        st = open_one(c, order[i], &made[order[i]], &ns);
        if (is_kept)
            c->times[order[i]][c->rounds] = ns;
    }
    c->rounds += is_kept && !st;
    return st;
}

static bool has_room(campaign *c) {
    if (c->rounds < c->room)
        return true;
    c->room = c->room ? c->room * 2 : 1024;
    for (size_t row = 0; row < c->rows; row++) {
        double *more = realloc(c->times[row], c->room * sizeof *more);
        if (!more)
            return false;
        c->times[row] = more;
    }
    return true;
}

static hs_status run(campaign *c, double seconds) {
    hs_status st = HS_OK;
    for (int i = 0; i < WARM_UP && !st; i++)
        st = run_round(c, false);
    double end = now_ns(CLOCK_MONOTONIC) + seconds * 1e9;
    while (!st && (c->rounds < ROUNDS_MIN || now_ns(CLOCK_MONOTONIC) < end))
        st = has_room(c) ? run_round(c, true) : HS_E_NOMEM;
    return st;
}

static void print_row(const campaign *c, size_t row, const hs__comparison *r) {
    printf("%-28s %11.1f %10.0f %8.0f %8.2f %8.2f%s\n", row_name(c, row), r->median / 1e3,
           r->difference, 2 * r->error, r->yuen, r->rank, hs__differ(r) ? "  differs" : "");
}

/* The exit code. */
static int judge(const campaign *c) {
    bool is_sound = true;
    size_t differing = 0;
    double error = 0;
    printf("%-28s %11s %10s %8s %8s %8s\n", "kind", "median us", "longer ns", "+-", "Yuen", "rank");
    for (size_t row = 1; row < c->rows; row++) {
        hs__comparison r;
        if (!hs__compare(c->times[HS__PREMASTER_GOOD], c->times[row], c->rounds, &r))
            return 3;
        print_row(c, row, &r);
        if (row < c->kinds)
            differing += hs__differ(&r);
        else
            is_sound = is_sound && hs__differ(&r) == (row == c->slow);
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

static int campaign_on(const hs_provider *p, double seconds, unsigned bits) {
    campaign c = {.p = p, .kinds = hs__premaster_kinds()};
    hs__private_key *key = NULL;
    int code = 2;
    c.same = c.kinds;
    c.slow = c.kinds + 1;
    c.rows = c.kinds + 2;
    if (c.rows > KINDS_MAX)
        abort();
    hs_status st = p->key_generate(p, HS__KEY_RSA, bits, &key);
    if (!st)
        st = p->key_public(p, key, &c.numbers);
    c.key = key;
    if (!st)
        st = run(&c, seconds);
    if (st) {
        fprintf(stderr, "timing_premaster: %s\n", hs_status_text(st));
    } else {
        printf("%s %s, RSA-%u, %zu rounds\n", hs_provider_name(p), hs_provider_version(p), bits,
               c.rounds);
        if (hs_provider_rsa_leak(p))
            printf("(known to leak: %s)\n", hs_provider_rsa_leak(p));
        code = judge(&c);
    }
    for (size_t row = 0; row < c.rows; row++)
        free(c.times[row]);
    p->key_free(p, key);
    return code;
}

int main(int argc, char **argv) {
    hs_provider *p = NULL;
    double seconds = argc > 2 ? strtod(argv[2], NULL) : 60;
    unsigned bits = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 1024;
    if (argc < 2 || argc > 4) {
        fprintf(stderr, "usage: timing_premaster PROVIDER [SECONDS [BITS]]\n");
        return 2;
    }
    hs_status st = hs_provider_new(argv[1], &p);
    if (st) {
        fprintf(stderr, "timing_premaster: %s: %s\n", argv[1], hs_status_text(st));
        return 2;
    }
    int code = campaign_on(p, seconds, bits);
    hs_provider_unref(p);
    return code;
}
