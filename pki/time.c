#include "pki/time.h"

#include <stdio.h>

enum { DAY = 86400 };

static bool is_leap(int year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int hs__days_in_month(int year, int month) {
    static const int days[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12) {
        return 0;
    }
    return days[month] + (month == 2 && is_leap(year) ? 1 : 0);
}

/* Days since 1970-01-01. Years begin in March here, so that the leap day is a year's last;
 * 400 of them have 146097 days. */
static int64_t days_from_civil(int year, int month, int day) {
    const int64_t y = (int64_t)year - (month <= 2 ? 1 : 0);
    const int64_t era = (y >= 0 ? y : y - 399) / 400;
    const int64_t year_of_era = y - era * 400;
    const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

int64_t hs__time_from_civil(const hs__civil *c) {
    return days_from_civil(c->year, c->month, c->day) * DAY + c->hour * 3600 + c->minute * 60 +
           c->second;
}

void hs__civil_from_time(int64_t t, hs__civil *out) {
    int64_t seconds = t % DAY;
    int64_t days = t / DAY;
    if (seconds < 0) {
        seconds += DAY;
        days -= 1;
    }
    days += 719468;
    const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const int64_t doe = days - era * 146097;
    const int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const int64_t march_month = (5 * doy + 2) / 153;
    out->day = (int)(doy - (153 * march_month + 2) / 5 + 1);
    out->month = (int)(march_month < 10 ? march_month + 3 : march_month - 9);
    out->year = (int)(yoe + era * 400 + (out->month <= 2 ? 1 : 0));
    out->hour = (int)(seconds / 3600);
    out->minute = (int)(seconds / 60 % 60);
    out->second = (int)(seconds % 60);
}

/* Two digits, -1 where they are none. */
static int two_digits(const uint8_t *p) {
    if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9') {
        return -1;
    }
    return (p[0] - '0') * 10 + (p[1] - '0');
}

/* MMDDHHMMSSZ behind the year. */
static bool read_rest(const uint8_t *p, int year, int64_t *t) {
    const hs__civil c = {.year = year,
                         .month = two_digits(p),
                         .day = two_digits(p + 2),
                         .hour = two_digits(p + 4),
                         .minute = two_digits(p + 6),
                         .second = two_digits(p + 8)};
    const bool is_date = c.day >= 1 && c.day <= hs__days_in_month(year, c.month);
    const bool is_clock = c.hour >= 0 && c.hour < 24 && c.minute >= 0 && c.minute < 60 &&
                          c.second >= 0 && c.second < 60;
    if (!is_date || !is_clock || p[10] != 'Z') {
        return false;
    }
    *t = hs__time_from_civil(&c);
    return true;
}

static bool read_utc_time(hs_span v, int64_t *t) {
    const int year = v.n == 13 ? two_digits(v.p) : -1;
    /* RFC 5280 4.1.2.5.1: 50 to 99 are 19xx. */
    return year >= 0 && read_rest(v.p + 2, year + (year >= 50 ? 1900 : 2000), t);
}

static bool read_generalized_time(hs_span v, int64_t *t) {
    const int century = v.n == 15 ? two_digits(v.p) : -1;
    const int year = century >= 0 ? two_digits(v.p + 2) : -1;
    return year >= 0 && read_rest(v.p + 4, century * 100 + year, t);
}

int64_t hs__der_time(hs__rd *r, const char *name) {
    const bool is_utc = hs__der_next_is(r, HS__DER_UTC_TIME);
    const hs_span v = hs__der_value(r, name, is_utc ? HS__DER_UTC_TIME : HS__DER_GENERALIZED_TIME);
    int64_t t = 0;
    if (hs__rd_status(r) != HS_OK) {
        return 0;
    }
    if (!(is_utc ? read_utc_time(v, &t) : read_generalized_time(v, &t))) {
        hs__rd_fail(r, name, HS_E_DECODE, "is not a time as %s",
                    is_utc ? "YYMMDDHHMMSSZ" : "YYYYMMDDHHMMSSZ");
        return 0;
    }
    return t;
}

void hs__der_put_time(hs__der_out *o, int64_t t) {
    hs__civil c;
    char text[64];
    hs__civil_from_time(t, &c);
    const bool is_utc = c.year >= 1950 && c.year < 2050;
    const int n =
        snprintf(text, sizeof(text), "%0*d%02d%02d%02d%02d%02dZ", is_utc ? 2 : 4,
                 is_utc ? c.year % 100 : c.year, c.month, c.day, c.hour, c.minute, c.second);
    const uint8_t *end = o->p;
    hs__der_put(o, text, (size_t)n);
    hs__der_wrap(o, is_utc ? HS__DER_UTC_TIME : HS__DER_GENERALIZED_TIME, end);
}

void hs__date_text(int64_t t, char out[HS__DATE_TEXT]) {
    hs__civil c;
    hs__civil_from_time(t, &c);
    (void)snprintf(out, HS__DATE_TEXT, "%04d-%02d-%02d", c.year % 100000, c.month % 100,
                   c.day % 100);
}

void hs__time_text(int64_t t, char out[HS__TIME_TEXT]) {
    hs__civil c;
    hs__civil_from_time(t, &c);
    (void)snprintf(out, HS__TIME_TEXT, "%04d-%02d-%02d %02d:%02d:%02d UTC", c.year % 100000,
                   c.month % 100, c.day % 100, c.hour % 100, c.minute % 100, c.second % 100);
}

void hs__span_text(int64_t seconds, char out[HS__SPAN_TEXT]) {
    static const struct {
        int64_t seconds;
        const char *name;
    } units[] = {{DAY, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
    size_t i = 0;
    while (i < 3 && seconds < units[i].seconds) {
        i++;
    }
    const int64_t count = seconds / units[i].seconds;
    (void)snprintf(out, HS__SPAN_TEXT, "%lld %s%s", (long long)count, units[i].name,
                   count == 1 ? "" : "s");
}
