/* --bench: many handshakes with one server, and how long they took. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "apps/common/json.h"
#include "apps/common/say.h"
#include "apps/hs-client/client.h"

enum { MOST = 1000000, MOST_AT_ONCE = 256 };

typedef struct {
    client *base;
    size_t wanted, at_once;
    atomic_size_t given_out;
    atomic_bool is_over; /* interrupted, or out of memory */
    uint64_t began, took;
    uint64_t cpu; /* microseconds, of the whole process */
    uv_mutex_t lock;
    /* Under the lock: */
    uint32_t *us; /* of each handshake, from the connected transport on */
    size_t n, resumed, failed;
    uint64_t tx, rx;
    hs__exit code; /* of the first failure */
    json_t *error; /* its reason; NULL: none */
} bench;

/* ---- the command line -------------------------------------------------------------------- */
static bool read_number(const char *word, size_t most, size_t *out) {
    char *end;
    unsigned long long n = strtoull(word, &end, 10);
    *out = (size_t)n;
    return *word >= '0' && *word <= '9' && !*end && n >= 1 && n <= most;
}

hs__exit client_bench_check(const client_args *a, hs__fault *fault) {
    size_t n;
    const hs__list *words = &a->bench;
    if (words->n == 0)
        return HS__EXIT_OK;
    if (words->n > 2 || !read_number(words->v[0], MOST, &n) ||
        (words->n == 2 && !read_number(words->v[1], MOST_AT_ONCE, &n)))
        return hs__fault_set(fault, HS__EXIT_USAGE,
                             "--bench: N or N,CONNS was expected, at most %d handshakes and %d at "
                             "once",
                             MOST, MOST_AT_ONCE);
    if (a->http || a->io || a->hold_ms || a->key_update || a->compare.n || a->diagnose ||
        a->break_what || a->see.step || a->session_in || a->session_out || a->show.n)
        return hs__fault_set(fault, HS__EXIT_USAGE,
                             "--bench goes with none of --http, --io, --hold, --key-update, "
                             "--compare, --diagnose, --break, --step, --session-in, --session-out, "
                             "--show");
    return HS__EXIT_OK;
}

/* ---- one handshake ----------------------------------------------------------------------- */
static void ignore_data(client *c, const uint8_t *p, size_t n) {
    (void)c;
    (void)p;
    (void)n;
}

/* close_notify, and the next one: what the server still has to say is not waited for. */
static void close_at_once(client *c) {
    c->data_complete = c->peer_has_closed = true;
    client_half_close(c);
}

const client_mode client_bench_mode = {
    .begin = close_at_once, .data = ignore_data, .end = client_end};

static void take_in(bench *b, client *c, hs__exit code) {
    uv_mutex_lock(&b->lock);
    if (code == HS__EXIT_OK) {
        b->us[b->n++] = (uint32_t)(c->t_done - c->t_connected);
        b->resumed += c->facts.resumed;
        b->tx += c->wire_tx;
        b->rx += c->wire_rx;
    } else if (code != HS__EXIT_INTERRUPTED) {
        b->failed++;
        b->code = b->code ? b->code : code;
        if (!b->error)
            b->error = json_incref(c->error);
    }
    uv_mutex_unlock(&b->lock);
    if (code == HS__EXIT_INTERRUPTED)
        atomic_store(&b->is_over, true);
}

/* What this thread resumes next. */
static void keep_session(client *c, hs_session **session) {
    if (!c->a.resume || !c->given)
        return;
    hs_session_unref(*session);
    *session = hs_session_ref(c->given);
}

static void make_some(void *ctx) {
    bench *b = ctx;
    hs_session *session = b->base->session ? hs_session_ref(b->base->session) : NULL;
    for (;;) {
        size_t number = atomic_fetch_add(&b->given_out, 1) + 2; /* the first was not counted */
        if (number > b->wanted + 1 || atomic_load(&b->is_over))
            break;
        hs__fault fault = {0};
        client c = *b->base;
        c.number = (unsigned)number;
        c.is_probe = true;
        c.session = session;
        take_in(b, &c, client_run(&c, b->base, &fault));
        keep_session(&c, &session);
        client_free_own(&c);
    }
    hs_session_unref(session);
}

/* ---- all of them ------------------------------------------------------------------------- */
static uint64_t cpu_us(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
           (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static hs__exit make_all(bench *b, hs__fault *fault) {
    uv_thread_t threads[MOST_AT_ONCE];
    size_t started = 0;
    uint64_t cpu = cpu_us();
    b->began = hs__clock_mono_us(NULL);
    while (started < b->at_once && uv_thread_create(&threads[started], make_some, b) == 0)
        started++;
    if (started < b->at_once)
        atomic_store(&b->is_over, true);
    for (size_t i = 0; i < started; i++)
        uv_thread_join(&threads[i]);
    b->took = hs__clock_mono_us(NULL) - b->began;
    b->cpu = cpu_us() - cpu;
    return started < b->at_once
               ? hs__fault_set(fault, HS__EXIT_INTERNAL,
                               "--bench: %zu threads could not be started", b->at_once)
               : HS__EXIT_OK;
}

/* The first one says what is wrong, finds the address and is not counted. */
static hs__exit make_first(client *base, json_t **summary, hs__fault *fault) {
    client c = *base;
    c.number = 1;
    c.is_last = true;
    hs__exit code = client_run(&c, base, fault);
    *summary = fault->code ? NULL : client_summary_json(&c);
    if (!code && !*base->address.path)
        (void)hs__address_connect(c.peer, base->address.port, &base->address);
    if (!code && base->a.resume && c.given)
        base->session = hs_session_ref(c.given);
    else if (!code && base->a.resume)
        hs__say_warning("the server gave nothing to resume with: all are full");
    client_free_own(&c);
    return code;
}

/* ---- what came of them ------------------------------------------------------------------- */
static int by_size(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* So many percent were as fast as that, or faster. */
static uint32_t percentile(const bench *b, unsigned percent) {
    size_t rank = (b->n * percent + 99) / 100;
    return b->us[rank > 0 ? rank - 1 : 0];
}

static double per_second(const bench *b) {
    return b->took ? (double)b->n * 1e6 / (double)b->took : 0;
}

static void put_text(const bench *b, const json_t *first) {
    const char *version = json_string_value(json_object_get(first, "version"));
    printf("%-12s %zu, %zu at once, after one that is not counted; %zu failed\n", "handshakes",
           b->n + b->failed, b->at_once, b->failed);
    if (b->error)
        printf("%-12s %s\n", "  why",
               hs__safe(json_string_value(json_object_get(b->error, "text"))));
    if (b->n == 0)
        return;
    printf("%-12s %s, %s, %s; %zu resumed\n", "of", version ? version : "?",
           json_string_value(json_object_get(first, "suite")),
           json_is_string(json_object_get(first, "group"))
               ? json_string_value(json_object_get(first, "group"))
               : "no group",
           b->resumed);
    printf("%-12s %.1f in a second (%.2f s)\n", "rate", per_second(b), (double)b->took / 1e6);
    printf("%-12s median %.2f ms; 90%% in %.2f, 99%% in %.2f; from %.2f to %.2f\n", "time",
           percentile(b, 50) / 1e3, percentile(b, 90) / 1e3, percentile(b, 99) / 1e3,
           b->us[0] / 1e3, b->us[b->n - 1] / 1e3);
    printf("%-12s %.2f ms of ours for each\n", "processor", (double)b->cpu / 1e3 / (double)b->n);
    printf("%-12s %llu sent, %llu received for each\n", "bytes", (unsigned long long)(b->tx / b->n),
           (unsigned long long)(b->rx / b->n));
}

static json_t *as_json(const bench *b) {
    json_t *j = json_pack("{s:I, s:I, s:I, s:I, s:I, s:f}", "handshakes", (json_int_t)b->n,
                          "failed", (json_int_t)b->failed, "resumed", (json_int_t)b->resumed,
                          "at_once", (json_int_t)b->at_once, "time_us", (json_int_t)b->took,
                          "per_second", per_second(b));
    json_object_set(j, "error", b->error ? b->error : json_null());
    if (b->n == 0)
        return j;
    json_object_set_new(
        j, "handshake_us",
        json_pack("{s:I, s:I, s:I, s:I, s:I}", "min", (json_int_t)b->us[0], "median",
                  (json_int_t)percentile(b, 50), "p90", (json_int_t)percentile(b, 90), "p99",
                  (json_int_t)percentile(b, 99), "max", (json_int_t)b->us[b->n - 1]));
    json_object_set_new(j, "cpu_us", json_integer((json_int_t)(b->cpu / b->n)));
    json_object_set_new(j, "bytes",
                        json_pack("{s:I, s:I}", "tx", (json_int_t)(b->tx / b->n), "rx",
                                  (json_int_t)(b->rx / b->n)));
    return j;
}

static void tell(const bench *b, json_t *first, hs__exit code) {
    if (b->base->a.common.json) {
        json_object_set_new(first, "ok", json_boolean(code == HS__EXIT_OK));
        json_object_set_new(first, "exit", json_integer((int)code));
        json_object_set_new(first, "bench", as_json(b));
        hs__json_print(stdout, json_incref(first));
    } else if (!b->base->a.common.quiet) {
        put_text(b, first);
    }
}

static hs__exit measure(bench *b, json_t *first, hs__fault *fault) {
    b->us = calloc(b->wanted, sizeof *b->us);
    if (!b->us || uv_mutex_init(&b->lock) != 0)
        return hs__fail_status(fault, HS_E_NOMEM, "--bench");
    hs__exit code = make_all(b, fault);
    uv_mutex_destroy(&b->lock);
    qsort(b->us, b->n, sizeof *b->us, by_size);
    if (!code)
        code = b->code ? b->code : atomic_load(&b->is_over) ? HS__EXIT_INTERRUPTED : HS__EXIT_OK;
    if (!fault->code)
        tell(b, first, code);
    return code;
}

hs__exit client_bench(client *base, hs__fault *fault) {
    bench b = {.base = base, .at_once = 1};
    json_t *first = NULL;
    (void)read_number(base->a.bench.v[0], MOST, &b.wanted);
    if (base->a.bench.n == 2)
        (void)read_number(base->a.bench.v[1], MOST_AT_ONCE, &b.at_once);
    b.at_once = b.at_once < b.wanted ? b.at_once : b.wanted;
    hs__exit code = client_configure(base, &base->offer, 0, &base->config, fault);
    if (!code)
        code = make_first(base, &first, fault);
    if (!code)
        code = measure(&b, first, fault);
    else if (first && base->a.common.json)
        hs__json_print(stdout, json_incref(first));
    hs_session_unref(base->session);
    json_decref(b.error);
    json_decref(first);
    free(b.us);
    return code;
}
