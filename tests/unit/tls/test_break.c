/* --break: what is refused before anything happens, files, the quiz, and what is said at the end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "apps/tls/break.h"

static hs__exit read_one(const char *what, unsigned role, const char *tls, hs__break *out,
                         hs__fault *fault) {
    const hs__offer_options offer = {.tls = tls};
    *fault = (hs__fault){0};
    return hs__break_read(what, role, &offer, out, fault);
}

static void nothing_breaks_without_a_word(void **state) {
    (void)state;
    hs__break b;
    hs__fault fault;
    assert_int_equal(read_one(NULL, HS__LAB_CLIENT, NULL, &b, &fault), HS__EXIT_OK);
    assert_null(b.lab.row);
    assert_false(hs__break_is_stale(&b));
    assert_int_equal(hs__break_result(&b, NULL, NULL), HS__BREAK_NOT_YET);
    hs__break_free(&b);
}

static void role_and_version_must_fit(void **state) {
    (void)state;
    static const struct {
        const char *what;
        unsigned role;
        const char *tls;
        const char *words; /* of the refusal; NULL: taken */
    } ROWS[] = {
        {"finished", HS__LAB_CLIENT, NULL, NULL},
        {"suite", HS__LAB_SERVER, NULL, NULL},
        {"suite", HS__LAB_CLIENT, NULL, "is for the server"},
        {"downgrade", HS__LAB_SERVER, NULL, "is for the client"},
        {"ems", HS__LAB_CLIENT, NULL, "add --tls=1.2"},
        {"ems", HS__LAB_CLIENT, "1.3", "add --tls=1.2"},
        {"ems", HS__LAB_CLIENT, "1.2", NULL},
        {"zeros", HS__LAB_SERVER, "1.2", "is about TLS 1.3"},
        {"zeros", HS__LAB_SERVER, "1.2-1.3", NULL},
        {"premaster", HS__LAB_CLIENT, NULL, "add --profile=classic"},
        {"surprised", HS__LAB_CLIENT, NULL, "no break of that name"},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        hs__break b;
        hs__fault fault;
        hs__exit code = read_one(ROWS[i].what, ROWS[i].role, ROWS[i].tls, &b, &fault);
        assert_int_equal(code, ROWS[i].words ? HS__EXIT_USAGE : HS__EXIT_OK);
        if (ROWS[i].words)
            assert_non_null(strstr(fault.text, ROWS[i].words));
        hs__break_free(&b);
    }
}

/* Each time another one, and always one that happens by itself. */
static void a_surprise_fits(void **state) {
    (void)state;
    bool seen[HS__LAB_N_BREAKS] = {false};
    size_t n = 0;
    for (int i = 0; i < 400; i++) {
        hs__break b;
        hs__fault fault;
        unsigned role = i % 2 ? HS__LAB_CLIENT : HS__LAB_SERVER;
        assert_int_equal(read_one("surprise", role, NULL, &b, &fault), HS__EXIT_OK);
        assert_true(b.is_secret && (b.lab.row->roles & role));
        assert_true(b.lab.row->parameter[0] == 0 || b.lab.row->parameter[0] == '[');
        assert_int_not_equal(b.lab.row->versions, HS__TLS12);
        assert_int_not_equal(b.lab.row->id, HS__LAB_STALE);
        assert_int_not_equal(b.lab.row->id, HS__LAB_HELLO2);
        assert_false(role == HS__LAB_CLIENT && b.lab.row->id == HS__LAB_SIGNATURE);
        assert_string_equal(b.lab.text, b.lab.row->name);
        n += !seen[b.lab.row->id];
        seen[b.lab.row->id] = true;
        hs__break_free(&b);
    }
    assert_in_range(n, 15, HS__LAB_N_BREAKS);
}

static void the_end_says_who_noticed(void **state) {
    (void)state;
    hs__break b;
    hs__fault fault;
    char text[600];
    assert_int_equal(read_one("finished", HS__LAB_CLIENT, NULL, &b, &fault), HS__EXIT_OK);
    hs__break_text(&b, HS__BREAK_BY_PEER, text, sizeof text);
    assert_non_null(strstr(text, "finished: the peer has noticed; to be expected: "));
    hs__break_text(&b, HS__BREAK_IN_SILENCE, text, sizeof text);
    assert_non_null(strstr(text, "the peer has gone without an alert"));
    hs__break_text(&b, HS__BREAK_NOT_YET, text, sizeof text);
    assert_non_null(strstr(text, "finished did not happen: there was no such message"));
    b.is_secret = true;
    hs__break_text(&b, HS__BREAK_BY_US, text, sizeof text);
    assert_non_null(strstr(text, "finished, on purpose: verify_data of our Finished is wrong"));
    assert_string_equal(hs__broke_name(HS__BREAK_BY_PEER), "peer");
    assert_string_equal(hs__broke_name(HS__BREAK_NOT_YET), "");
}

/* ---- files ------------------------------------------------------------------------------- */
static char path[] = "/tmp/hs-break-XXXXXX";

static void write_file(const char *text) {
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void read_hello(const char *text, hs__exit expected, size_t n) {
    char what[80];
    hs__break b;
    hs__fault fault;
    write_file(text);
    snprintf(what, sizeof what, "replay-hello=%s", path);
    assert_int_equal(read_one(what, HS__LAB_CLIENT, NULL, &b, &fault), expected);
    assert_int_equal(b.lab.file_bytes.n, n);
    hs__break_free(&b);
}

static void a_hello_comes_from_a_trace(void **state) {
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    read_hello(
        "{\"ev\":\"trace\"}\n{\"ev\":\"msg\",\"name\":\"client_hello\",\"raw\":\"0100000101\"}\n"
        "{\"ev\":\"msg\",\"name\":\"client_hello\",\"raw\":\"01\"}\n",
        HS__EXIT_OK, 5);
    read_hello("{\"name\":\"client_hello\",\"raw\":\"01000000\"}", HS__EXIT_OK, 4);
    read_hello("", HS__EXIT_USAGE, 0);
    read_hello("no JSON\n\n[1]\n{\"name\":\"client_hello\"}\n", HS__EXIT_USAGE, 0);
    read_hello("{\"name\":\"client_hello\",\"raw\":\"\"}\n", HS__EXIT_USAGE, 0);
    read_hello("{\"name\":\"client_hello\",\"raw\":\"0g\"}\n", HS__EXIT_USAGE, 0);
    read_hello("{\"name\":\"client_hello\",\"raw\":7}\n", HS__EXIT_USAGE, 0);
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_breaks_without_a_word),
        cmocka_unit_test(role_and_version_must_fit),
        cmocka_unit_test(a_surprise_fits),
        cmocka_unit_test(the_end_says_who_noticed),
        cmocka_unit_test(a_hello_comes_from_a_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
