/* The paragraphs: the eight steps are told once each, in every kind of handshake and at both ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "trace/explain.h"
#include "trace/names.h"
#include "trace/steps.h"

/* What a full handshake tells of, as text.c names it. */
static const char *const subjects_12[] = {
    "ClientHello",       "ServerHello", "ServerKeyExchange",         "trust",
    "ClientKeyExchange", "keys",        "client's ChangeCipherSpec", "server's ChangeCipherSpec",
    "complete"};
static const char *const subjects_13[] = {"ClientHello", "ServerHello",       "handshake keys",
                                          "trust",       "server's Finished", "client's Finished",
                                          "complete"};
/* A server that asks for no certificate checks none. */
static bool happens(const char *subject, unsigned side) {
    return side == HS__AT_CLIENT || strcmp(subject, "trust") != 0;
}

static void count(const char *subject, unsigned situation, unsigned times[9]) {
    unsigned number = 0;
    for (const hs__paragraph *p = hs__step(subject, situation, &number); p != NULL;
         p = hs__step(subject, situation, &number)) {
        assert_in_range(p->step, 1, 8);
        times[p->step]++;
        number++;
    }
}

static void expect_all(const char *const *subjects, size_t n, unsigned version, unsigned side) {
    unsigned times[9] = {0};
    for (size_t i = 0; i < n; i++) {
        if (happens(subjects[i], side)) {
            count(subjects[i], version | side, times);
        }
    }
    for (unsigned step = 1; step <= 8; step++) {
        assert_int_equal(times[step], 1);
    }
}

static void every_step_is_told_once(void **state) {
    (void)state;
    static const unsigned sides[] = {HS__AT_CLIENT, HS__AT_SERVER};
    for (size_t i = 0; i < 2; i++) {
        expect_all(subjects_12, sizeof subjects_12 / sizeof *subjects_12, HS__IN_12_RSA, sides[i]);
        expect_all(subjects_12, sizeof subjects_12 / sizeof *subjects_12, HS__IN_12_ECDHE,
                   sides[i]);
        expect_all(subjects_13, sizeof subjects_13 / sizeof *subjects_13, HS__IN_13, sides[i]);
    }
}

/* Resumed, there is no certificate and no secret: one sentence says so in place of both. */
static void a_resumed_handshake_leaves_out_two(void **state) {
    (void)state;
    unsigned times[9] = {0};
    for (size_t i = 0; i < sizeof subjects_12 / sizeof *subjects_12; i++) {
        count(subjects_12[i], HS__IN_12_RESUMED | HS__AT_CLIENT, times);
    }
    for (unsigned step = 1; step <= 8; step++) {
        assert_int_equal(times[step], step != 3 && step != 4);
    }
}

static void the_version_decides_what_is_said(void **state) {
    (void)state;
    static const char *const both[] = {"ServerHello",     "Certificate", "Finished",
                                       "key schedule",    "record",      "alert",
                                       "NewSessionTicket"};
    for (size_t i = 0; i < sizeof both / sizeof *both; i++) {
        unsigned a, b;
        const hs__paragraph *old = hs__explain(both[i], HS__IN_12_ECDHE | HS__AT_CLIENT, &a);
        const hs__paragraph *new = hs__explain(both[i], HS__IN_13 | HS__AT_CLIENT, &b);
        assert_non_null(old);
        assert_non_null(new);
        assert_int_not_equal(a, b);
        assert_string_not_equal(old->text, new->text);
    }
    unsigned number;
    assert_null(hs__explain("no such subject", HS__IN_13, &number));
}

static void every_step_names_its_rule(void **state) {
    (void)state;
    for (unsigned i = 0; i < hs__steps_n; i++) {
        hs__ref ref;
        assert_true(hs__ref_read(hs__steps[i].rule, &ref));
        assert_true(ref.rfc != 0 && ref.section[0] != 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_step_is_told_once),
        cmocka_unit_test(a_resumed_handshake_leaves_out_two),
        cmocka_unit_test(the_version_decides_what_is_said),
        cmocka_unit_test(every_step_names_its_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
