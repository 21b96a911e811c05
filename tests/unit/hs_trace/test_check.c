/* A trace that is right is found right; one changed hex digit anywhere is found, at its line.
 *
 *   test_hs_trace_check          a digit of every hex string in every scene, at random
 *   test_hs_trace_check all [NAME]     every digit of the scenes (some minutes); one test */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/hs-trace/check.h"
#include "tests/lib/pair.h"
#include "tests/unit/trace/scene.h"

static bool wants_all;

/* ---- a trace as its lines ---------------------------------------------------------------- */

enum { LINES_MAX = 300 };
typedef struct {
    json_t *o[LINES_MAX];
    size_t n;
} trace;

static void take_text(void *ctx, const char *p, size_t n) {
    hs__test_bytes_add(ctx, p, n);
}

static trace play(scene_id id, bool is_server, hs_secrets secrets) {
    hs__test_bytes text = {0};
    hs_render *r = NULL;
    const hs_render_options o = {
        .size = sizeof o, .write = take_text, .ctx = &text, .secrets = secrets};
    assert_int_equal(hs_jsonl_new(&o, &r), HS_OK);
    scene_play(id, is_server, r);
    hs_render_free(r);
    trace t = {.n = 0};
    for (size_t at = 0; at < text.n;) {
        const char *line = (const char *)text.p + at;
        const char *end = memchr(line, '\n', text.n - at);
        assert_non_null(end);
        assert_true(t.n < LINES_MAX);
        t.o[t.n] = json_loadb(line, (size_t)(end - line), 0, NULL);
        assert_non_null(t.o[t.n]);
        t.n++;
        at += (size_t)(end - line) + 1;
    }
    hs__test_bytes_free(&text);
    return t;
}

static void drop(trace *t) {
    for (size_t i = 0; i < t->n; i++) {
        json_decref(t->o[i]);
    }
}

static check *run(hs_provider *p, const trace *t) {
    check *c = check_new(p, NULL);
    assert_non_null(c);
    for (size_t i = 0; i < t->n; i++) {
        check_line(c, i + 1, t->o[i]);
    }
    check_end(c);
    return c;
}

/* libcrypto is the quick one; a build may be without it. */
static hs_provider *provider(const char *name) {
    hs_provider *p = NULL;
    if (hs_provider_new(name, &p) == HS_E_UNSUPPORTED) {
        assert_int_equal(hs_provider_new("mbedtls", &p), HS_OK);
    }
    assert_non_null(p);
    return p;
}

/* ---- digits ------------------------------------------------------------------------------ */

/* How many digits a hex string has; 0: it is none. Long ones end in "...". */
static size_t digits(const char *key, const char *s) {
    static const char *const texts[] = {"conn", "offset", "role", "sni", "text", "alpn"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(texts[i], key) == 0) {
            return 0;
        }
    }
    const size_t n = strspn(s, "0123456789abcdef");
    return n >= 2 && n % 2 == 0 && (s[n] == 0 || strcmp(s + n, "...") == 0) ? n : 0;
}

typedef struct {
    hs_provider *p;
    trace *t;
    const char *scene;
    size_t line, tried, missed;
    bool all;
    unsigned random;
} hunt;

static unsigned next_random(hunt *h) {
    h->random = h->random * 1103515245u + 12345u;
    return h->random >> 16;
}

/* Changes one digit of `value`, checks the whole trace, changes it back. */
static void try_digit(hunt *h, json_t *value, const char *path, size_t at) {
    static const char hex[] = "0123456789abcdef";
    char *text = strdup(json_string_value(value)), *before = strdup(text);
    const check_fault *faults;
    text[at] = hex[((size_t)(strchr(hex, text[at]) - hex) + 1 + next_random(h) % 15) % 16];
    json_string_set(value, text);
    check *c = run(h->p, h->t);
    const size_t n = check_faults(c, &faults);
    bool is_found = n > 0;
    for (size_t i = 0; i < n; i++) {
        is_found = is_found && faults[i].line == h->line;
    }
    h->tried++;
    if (!is_found && h->missed++ < 20) {
        print_error("%s line %zu %s digit %zu (%c -> %c): %zu faults, first at %zu: %s\n", h->scene,
                    h->line, path, at, before[at], text[at], n, n > 0 ? faults[0].line : 0,
                    n > 0 ? faults[0].text : "");
    }
    check_free(c);
    json_string_set(value, before);
    free(text);
    free(before);
}

static void each_string(hunt *h, json_t *value, const char *path, const char *key) {
    char inside[200];
    size_t i;
    const char *name;
    json_t *v;
    if (json_is_object(value)) {
        json_object_foreach(value, name, v) {
            (void)snprintf(inside, sizeof inside, "%s.%s", path, name);
            each_string(h, v, inside, name);
        }
    } else if (json_is_array(value)) {
        json_array_foreach(value, i, v) {
            (void)snprintf(inside, sizeof inside, "%s[%zu]", path, i);
            each_string(h, v, inside, key);
        }
    } else if (json_is_string(value)) {
        const size_t n = digits(key, json_string_value(value));
        for (size_t at = 0; h->all && at < n; at++) {
            try_digit(h, value, path, at);
        }
        if (!h->all && n > 0) {
            try_digit(h, value, path, next_random(h) % n);
        }
    }
}

static void hunt_in(const char *scene, bool is_server, hs_secrets secrets, const char *by) {
    hs_provider *p = provider(by);
    trace t = play(scene_by_name(scene), is_server, secrets);
    hunt h = {.p = p, .t = &t, .scene = scene, .all = wants_all, .random = 42};
    for (size_t i = 0; i < t.n; i++) {
        h.line = i + 1;
        each_string(&h, t.o[i], json_string_value(json_object_get(t.o[i], "ev")), "");
    }
    drop(&t);
    hs_provider_unref(p);
    assert_true(h.tried > 60);
    assert_int_equal(h.missed, 0);
}

static void each_digit_counts_in_tls13(void **state) {
    (void)state;
    hunt_in("full", false, HS_SECRETS_SHOW, "libcrypto");
    hunt_in("full", true, HS_SECRETS_SHOW, "libcrypto");
}

static void each_digit_counts_after_a_retry(void **state) {
    (void)state;
    hunt_in("retry", false, HS_SECRETS_SHOW, "libcrypto");
    hunt_in("retry", true, HS_SECRETS_SHOW, "libcrypto");
}

static void each_digit_counts_in_tls12(void **state) {
    (void)state;
    hunt_in("ecdhe12", false, HS_SECRETS_SHOW, "libcrypto");
    hunt_in("ecdhe12", true, HS_SECRETS_SHOW, "libcrypto");
    hunt_in("client12", false, HS_SECRETS_SHOW, "libcrypto");
    hunt_in("client12", true, HS_SECRETS_SHOW, "libcrypto");
}

static void each_digit_counts_in_a_session_that_is_resumed(void **state) {
    (void)state;
    hunt_in("resumed12", false, HS_SECRETS_SHOW, "libcrypto");
    hunt_in("resumed12", true, HS_SECRETS_SHOW, "libcrypto");
}

static void each_digit_counts_with_rsa_key_transport(void **state) {
    (void)state;
    hunt_in("classic12", false, HS_SECRETS_SHOW, "libcrypto");
    hunt_in("classic12", true, HS_SECRETS_SHOW, "libcrypto");
}

static void each_digit_counts_with_the_other_library(void **state) {
    (void)state;
    hunt_in("full", false, HS_SECRETS_SHOW, "mbedtls");
    hunt_in("ecdhe12", true, HS_SECRETS_SHOW, "mbedtls");
}

/* ---- traces that are right --------------------------------------------------------------- */

static void what_the_engine_writes_is_right(void **state) {
    (void)state;
    static const hs_secrets all[] = {HS_SECRETS_HIDE, HS_SECRETS_ID, HS_SECRETS_SHOW};
    for (unsigned i = 0; i < N_SCENES * 2 * 3; i++) {
        const scene_id id = (scene_id)(i / 6);
        const hs_secrets secrets = all[i % 3];
        const bool is_server = id != SCENE_RFC8448 && i / 3 % 2 == 1;
        hs_provider *p = provider(i % 2 == 0 ? "libcrypto" : "mbedtls");
        trace t = play(id, is_server, secrets);
        check *c = run(p, &t);
        const check_fault *faults;
        const size_t n = check_faults(c, &faults);
        if (n > 0) {
            print_error("scene %d %s: line %zu: %s\n", (int)id, is_server ? "server" : "client",
                        faults[0].line, faults[0].text);
        }
        assert_int_equal(n, 0);
        check_free(c);
        drop(&t);
        hs_provider_unref(p);
    }
}

/* With secrets shown, nothing is left unchecked in a handshake with ECDHE. */
static void nothing_is_left_out(void **state) {
    (void)state;
    static const char *const scenes[] = {"rfc8448", "full", "retry", "ecdhe12", "resumed12"};
    hs_provider *p = provider("libcrypto");
    for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++) {
        trace t = play(scene_by_name(scenes[i]), false, HS_SECRETS_SHOW);
        check *c = run(p, &t);
        const check_conn_result r = check_conn_at(c, 0);
        assert_int_equal(r.n_gaps, 0);
        assert_int_equal(r.count[CHECK_FINISHED], 2);
        check_free(c);
        drop(&t);
    }
    hs_provider_unref(p);
}

/* ---- numbers, names, outcomes ------------------------------------------------------------ */

/* The member at "parts[0].off"; *holder and *key: where it is. */
static json_t *member(json_t *o, const char *path, json_t **holder, char key[64]) {
    json_t *at = o;
    char word[64];
    for (const char *p = path; *p != 0 && at != NULL;) {
        const size_t n = strcspn(p, ".[");
        (void)snprintf(word, sizeof word, "%.*s", (int)n, p);
        *holder = at;
        (void)snprintf(key, 64, "%s", word);
        at = json_object_get(at, word);
        p += n;
        if (*p == '[') {
            at = json_array_get(at, strtoul(p + 1, NULL, 10));
            p += strcspn(p, "]") + 1;
        }
        p += *p == '.' ? 1 : 0;
    }
    return at;
}

/* Another value of the same type. */
static json_t *other_value(const json_t *v) {
    return json_is_integer(v)  ? json_integer(json_integer_value(v) + 1)
           : json_is_true(v)   ? json_false()
           : json_is_false(v)  ? json_true()
           : json_is_string(v) ? json_string("TLS_AES_128_CCM_SHA256")
                               : NULL;
}

/* A line with the member `with`, and the member of it that is changed. */
static const struct {
    const char *scene, *ev, *with, *path;
} members[] = {
    {"full", "record", "raw", "n"},
    {"full", "record", "raw", "type"},
    {"full", "record", "raw", "len"},
    {"full", "record", "raw", "stream_off"},
    {"full", "record", "aead", "aead.seq"},
    {"full", "record", "aead", "aead.ok"},
    {"full", "record", "inner_type", "inner_type"},
    {"full", "record", "inner_len", "inner_len"},
    {"full", "record", "padding", "padding"},
    {"full", "msg", "fields", "type"},
    {"full", "msg", "fields", "len"},
    {"full", "msg", "fields", "record"},
    {"full", "msg", "parts", "parts[0].off"},
    {"full", "msg", "fields", "fields[4].off"},
    {"full", "msg", "fields", "fields[4].val"},
    {"full", "msg", "certs", "certs[0].subject"},
    {"full", "msg", "certs", "certs[0].off"},
    {"full", "derive", "value", "len"},
    {"full", "transcript", "value", "through"},
    {"full", "transcript", "value", "messages"},
    {"full", "choose", "offered", "chosen"},
    {"full", "key", "aead", "aead"},
    {"full", "check", "expected", "ok"},
    {"full", "check", "expected", "covers"},
    {"full", "check", "path", "path[0].sha256"},
    {"full", "alert", "code", "desc"},
    {"full", "keyupdate", "gen", "gen"},
    {"full", "keyupdate", "gen", "requested"},
    {"full", "done", "suite", "suite"},
    {"full", "done", "suite", "version"},
    {"full", "done", "suite", "hrr"},
    {"full", "done", "suite", "bytes_rx"},
    {"full", "closed", "clean", "records_tx"},
    {"full", "closed", "clean", "app_rx"},
    {"full", "closed", "clean", "seq"},
    {"ecdhe12", "ticket", "lifetime", "lifetime"},
    {"ecdhe12", "check", "signed_content", "scheme"},
    {"ecdhe12", "check", "signed_content", "ok"},
};

static size_t line_of(const trace *t, const char *ev, const char *with) {
    size_t at = 0;
    while (at < t->n && (strcmp(json_string_value(json_object_get(t->o[at], "ev")), ev) != 0 ||
                         json_object_get(t->o[at], with) == NULL)) {
        at++;
    }
    assert_true(at < t->n);
    return at;
}

static void numbers_and_names_count_too(void **state) {
    (void)state;
    hs_provider *p = provider("libcrypto");
    size_t missed = 0;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        trace t = play(scene_by_name(members[i].scene), false, HS_SECRETS_SHOW);
        const size_t at = line_of(&t, members[i].ev, members[i].with);
        json_t *holder = NULL;
        char key[64];
        json_t *v = member(t.o[at], members[i].path, &holder, key);
        assert_non_null(v);
        json_object_set_new(holder, key, other_value(v));
        check *c = run(p, &t);
        const check_fault *faults;
        const size_t n = check_faults(c, &faults);
        if (n == 0 || faults[0].line != at + 1) {
            missed++;
            print_error("%s %s: line %zu, %zu faults, first at %zu: %s\n", members[i].ev,
                        members[i].path, at + 1, n, n > 0 ? faults[0].line : 0,
                        n > 0 ? faults[0].text : "");
        }
        check_free(c);
        drop(&t);
    }
    hs_provider_unref(p);
    assert_int_equal(missed, 0);
}

/* ---- lines that no tool of ours writes --------------------------------------------------- */

static json_t *strange(unsigned which) {
    switch (which % 10) {
    case 0:
        return json_null();
    case 1:
        return json_integer(-1);
    case 2:
        return json_integer(INT64_MAX);
    case 3:
        return json_string("");
    case 4:
        return json_string("zz");
    case 5:
        return json_array();
    case 6:
        return json_object();
    case 7:
        return json_string("00");
    case 8:
        return json_integer(3);
    default:
        return json_true();
    }
}

/* Puts something else in the place of one member or item, somewhere. */
static void spoil(hunt *h, json_t *value) {
    json_t *inside = NULL;
    if (json_is_object(value) && json_object_size(value) > 0) {
        void *it = json_object_iter(value);
        for (size_t n = next_random(h) % json_object_size(value); n > 0; n--) {
            it = json_object_iter_next(value, it);
        }
        inside = json_object_iter_value(it);
        if ((json_is_object(inside) || json_is_array(inside)) && next_random(h) % 4 != 0) {
            spoil(h, inside);
        } else {
            json_object_iter_set_new(value, it, strange(next_random(h)));
        }
    } else if (json_is_array(value) && json_array_size(value) > 0) {
        const size_t i = next_random(h) % json_array_size(value);
        inside = json_array_get(value, i);
        if ((json_is_object(inside) || json_is_array(inside)) && next_random(h) % 4 != 0) {
            spoil(h, inside);
        } else {
            json_array_set_new(value, i, strange(next_random(h)));
        }
    }
}

static void whatever_a_line_holds_nothing_breaks(void **state) {
    (void)state;
    static const char *const scenes[] = {"full", "retry", "client12", "classic12"};
    hs_provider *p = provider("libcrypto");
    hunt h = {.p = p, .random = 7};
    for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++) {
        trace t = play(scene_by_name(scenes[i]), i % 2 == 1, HS_SECRETS_SHOW);
        for (unsigned round = 0; round < (wants_all ? 5000 : 150); round++) {
            trace bad = {.n = t.n};
            for (size_t k = 0; k < t.n; k++) {
                bad.o[k] = json_incref(t.o[k]);
            }
            for (unsigned n = 0; n < 1 + round % 4; n++) {
                const size_t k = next_random(&h) % t.n;
                json_t *copy = json_deep_copy(bad.o[k]);
                json_decref(bad.o[k]);
                bad.o[k] = copy;
                spoil(&h, copy);
            }
            check *c = run(p, &bad);
            check_free(c);
            drop(&bad);
        }
        drop(&t);
    }
    hs_provider_unref(p);
}

int main(int argc, char **argv) {
    wants_all = argc > 1 && strcmp(argv[1], "all") == 0;
    if (argc > 2) {
        cmocka_set_test_filter(argv[2]);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_engine_writes_is_right),
        cmocka_unit_test(nothing_is_left_out),
        cmocka_unit_test(numbers_and_names_count_too),
        cmocka_unit_test(whatever_a_line_holds_nothing_breaks),
        cmocka_unit_test(each_digit_counts_in_tls13),
        cmocka_unit_test(each_digit_counts_after_a_retry),
        cmocka_unit_test(each_digit_counts_in_tls12),
        cmocka_unit_test(each_digit_counts_in_a_session_that_is_resumed),
        cmocka_unit_test(each_digit_counts_with_rsa_key_transport),
        cmocka_unit_test(each_digit_counts_with_the_other_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
