/* value.h: durations, dates and sizes as users write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "apps/common/value.h"

static void durations_are_numbers_with_units(void **state) {
    static const struct {
        const char *text;
        uint64_t milliseconds;
    } GOOD[] = {{"0", 0},
                {"500ms", 500},
                {"10s", 10000},
                {"5m", 300000},
                {"12h", 43200000},
                {"90d", 7776000000},
                {"2w", 1209600000},
                {"1h30m", 5400000},
                {"1s500ms", 1500},
                {"0s", 0},
                {"18446744073709551615ms", UINT64_MAX}};
    (void)state;
    for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++) {
        uint64_t got = 1;
        assert_true(hs__read_duration(GOOD[i].text, &got));
        assert_int_equal(got, GOOD[i].milliseconds);
    }
}

static void durations_without_sense_are_refused(void **state) {
    static const char *const BAD[] = {"",
                                      "10",
                                      "s",
                                      "-1s",
                                      "1.5s",
                                      "10 s",
                                      "10sec",
                                      "10S",
                                      "1h ",
                                      " 1h",
                                      "1h30",
                                      "+1s",
                                      "0x1s",
                                      "18446744073709551616ms",
                                      "18446744073709551615s",
                                      "18446744073709551615ms1ms",
                                      "99999999999999999999d"};
    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        uint64_t got;
        if (hs__read_duration(BAD[i], &got))
            fail_msg("'%s' was taken for a duration", BAD[i]);
    }
}

static void dates_are_iso_8601(void **state) {
    /* Seconds by `date -d`. */
    static const struct {
        const char *text;
        int64_t seconds;
    } GOOD[] = {{"1970-01-01", 0},
                {"2026-11-18", 1794960000},
                {"2026-11-18T12:00:00Z", 1795003200},
                {"2026-11-18t12:00z", 1795003200},
                {"2026-11-18 12:00:00", 1795003200},
                {"2026-11-18T13:00:00+01:00", 1795003200},
                {"2026-11-18T06:30:00-0530", 1795003200},
                {"2024-02-29", 1709164800},
                {"9999-12-31T23:59:59Z", 253402300799}};
    (void)state;
    for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++) {
        int64_t got = -1;
        assert_true(hs__read_date(GOOD[i].text, &got));
        assert_int_equal(got, GOOD[i].seconds);
    }
}

static void days_that_do_not_exist_are_refused(void **state) {
    static const char *const BAD[] = {"",
                                      "2026",
                                      "2026-11",
                                      "2026-13-01",
                                      "2026-00-01",
                                      "2026-02-29",
                                      "2026-11-31",
                                      "2026-11-18T24:00:00Z",
                                      "2026-11-18T12:60:00Z",
                                      "2026-11-18T12:00:60Z",
                                      "2026-11-18T12",
                                      "2026-11-18T12:00:00X",
                                      "2026-11-18T12:00:00Z ",
                                      "2026-11-18T",
                                      "1969-12-31",
                                      "1970-01-01T00:00:00+01:00",
                                      "9999-12-31T23:59:59-01:00",
                                      "20261118",
                                      "18-11-2026",
                                      "2026/11/18",
                                      "tomorrow"};
    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        int64_t got;
        if (hs__read_date(BAD[i], &got))
            fail_msg("'%s' was taken for a date", BAD[i]);
    }
}

static void sizes_are_powers_of_1024(void **state) {
    uint64_t got;
    (void)state;
    assert_true(hs__read_size("100", &got) && got == 100);
    assert_true(hs__read_size("64k", &got) && got == 65536);
    assert_true(hs__read_size("10M", &got) && got == 10485760);
    assert_true(hs__read_size("1G", &got) && got == 1073741824);
    assert_true(hs__read_size("17179869183G", &got));
    assert_false(hs__read_size("17179869184G", &got));
    assert_false(hs__read_size("10kb", &got));
    assert_false(hs__read_size("k", &got));
    assert_false(hs__read_size("-1", &got));
    assert_false(hs__read_size("10T", &got));
    assert_false(hs__read_size("", &got));
}

static void distances_say_which_way(void **state) {
    char text[HS__DISTANCE_TEXT];
    (void)state;
    assert_string_equal(hs__distance_text(1000, 1000, text), "now");
    assert_string_equal(hs__distance_text(1000 + 90 * 86400, 1000, text), "in 90 days");
    assert_string_equal(hs__distance_text(1000, 1000 + 3 * 3600, text), "3 hours ago");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_numbers_with_units),
        cmocka_unit_test(durations_without_sense_are_refused),
        cmocka_unit_test(dates_are_iso_8601),
        cmocka_unit_test(days_that_do_not_exist_are_refused),
        cmocka_unit_test(sizes_are_powers_of_1024),
        cmocka_unit_test(distances_say_which_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
