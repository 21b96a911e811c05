#include "pki/time.h"

#include <time.h>

#include "tests/unit/pki/pki_test.h"

/* Against the C library, over leap years, centuries and 2038. */
static void days_are_counted_as_the_c_library_does(void **state) {
    (void)state;
    for (int64_t t = -62167219200; t <= HS__TIME_MAX; t += 86400 * 97 + 3601) {
        hs__civil c;
        struct tm tm;
        const time_t clock = (time_t)t;
        assert_non_null(gmtime_r(&clock, &tm));
        hs__civil_from_time(t, &c);
        assert_int_equal(c.year, tm.tm_year + 1900);
        assert_int_equal(c.month, tm.tm_mon + 1);
        assert_int_equal(c.day, tm.tm_mday);
        assert_int_equal(c.hour, tm.tm_hour);
        assert_int_equal(c.minute, tm.tm_min);
        assert_int_equal(c.second, tm.tm_sec);
        assert_true(hs__time_from_civil(&c) == t);
    }
}

static bool reads(uint8_t tag, const char *time, int64_t *t) {
    uint8_t der[64];
    hs__rd_root root;
    hs__rd r;
    der[0] = tag;
    der[1] = (uint8_t)strlen(time);
    memcpy(der + 2, time, strlen(time));
    hs__rd_init(&r, &root, (hs_span){der, 2 + strlen(time)}, NULL, NULL);
    *t = hs__der_time(&r, "t");
    return hs__rd_end(&r) == HS_OK;
}

static void times_are_read(void **state) {
    (void)state;
    static const struct {
        uint8_t tag;
        const char *text;
        int64_t t;
    } cases[] = {
        {HS__DER_UTC_TIME, "700101000000Z", 0},
        {HS__DER_UTC_TIME, "491231235959Z", 2524607999},
        {HS__DER_UTC_TIME, "500101000000Z", -631152000},
        {HS__DER_UTC_TIME, "380119031408Z", INT64_C(1) << 31},
        {HS__DER_UTC_TIME, "000229120000Z", 951825600},
        {HS__DER_GENERALIZED_TIME, "20500101000000Z", 2524608000},
        {HS__DER_GENERALIZED_TIME, "99991231235959Z", HS__TIME_MAX},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t t;
        assert_true(reads(cases[i].tag, cases[i].text, &t));
        assert_true(t == cases[i].t);
    }
}

/* RFC 5280 4.1.2.5: seconds, Z, no fraction, no offset; and the date must exist. */
static void other_forms_are_refused(void **state) {
    (void)state;
    static const char *const utc[] = {
        "7001010000Z",     "700101000000",  "700101000000+0000", "70010100000Z",
        "701301000000Z",   "700001000000Z", "700100000000Z",     "700132000000Z",
        "700229000000Z",   "700101240000Z", "700101006000Z",     "700101000060Z",
        "7001010000 0Z",   "700101000000z", "-70101000000Z",     "",
        "19700101000000Z",
    };
    static const char *const generalized[] = {
        "700101000000Z",     "20500101000000",  "20500101000000.5Z", "205001010000Z",
        "20500101000000+00", "21000229000000Z", "2050010100000 Z",
    };
    int64_t t;
    for (size_t i = 0; i < sizeof(utc) / sizeof(utc[0]); i++) {
        assert_false(reads(HS__DER_UTC_TIME, utc[i], &t));
    }
    for (size_t i = 0; i < sizeof(generalized) / sizeof(generalized[0]); i++) {
        assert_false(reads(HS__DER_GENERALIZED_TIME, generalized[i], &t));
    }
    assert_false(reads(HS__DER_OCTET_STRING, "700101000000Z", &t));
}

static void times_are_written_in_the_form_of_their_year(void **state) {
    (void)state;
    static const struct {
        int64_t t;
        uint8_t tag;
        const char *text;
    } cases[] = {
        {0, HS__DER_UTC_TIME, "700101000000Z"},
        {2524607999, HS__DER_UTC_TIME, "491231235959Z"},
        {2524608000, HS__DER_GENERALIZED_TIME, "20500101000000Z"},
        {HS__TIME_MAX, HS__DER_GENERALIZED_TIME, "99991231235959Z"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t room[32];
        hs__der_out o = {.start = room, .p = room + sizeof(room)};
        hs__der_put_time(&o, cases[i].t);
        assert_int_equal(o.p[0], cases[i].tag);
        assert_int_equal(o.p[1], strlen(cases[i].text));
        assert_memory_equal(o.p + 2, cases[i].text, strlen(cases[i].text));
    }
}

static void people_can_read_them(void **state) {
    (void)state;
    char date[HS__DATE_TEXT];
    char time_text[HS__TIME_TEXT];
    char span[HS__SPAN_TEXT];
    hs__date_text(1794960000, date);
    assert_string_equal(date, "2026-11-18");
    hs__date_text(HS__TIME_MAX, date);
    assert_string_equal(date, "9999-12-31");
    hs__time_text(951825605, time_text);
    assert_string_equal(time_text, "2000-02-29 12:00:05 UTC");
    static const struct {
        int64_t seconds;
        const char *text;
    } spans[] = {{0, "0 seconds"},  {1, "1 second"},  {59, "59 seconds"},   {60, "1 minute"},
                 {7200, "2 hours"}, {86400, "1 day"}, {3 * 86400, "3 days"}};
    for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
        hs__span_text(spans[i].seconds, span);
        assert_string_equal(span, spans[i].text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_counted_as_the_c_library_does),
        cmocka_unit_test(times_are_read),
        cmocka_unit_test(other_forms_are_refused),
        cmocka_unit_test(times_are_written_in_the_form_of_their_year),
        cmocka_unit_test(people_can_read_them),
    };
    return RUN(tests);
}
