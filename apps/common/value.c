#include "apps/common/value.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "pki/time.h"

/* Reads digits, moves *text behind them; false where there are none or they do not fit. */
static bool take_digits(const char **text, uint64_t *number) {
    const char *p = *text;
    uint64_t value = 0;
    for (; *p >= '0' && *p <= '9'; p++) {
        uint64_t digit = (uint64_t)(*p - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    bool any = p != *text;
    *text = p;
    *number = value;
    return any;
}

bool hs__read_number(const char *text, uint64_t *number) {
    return take_digits(&text, number) && *text == 0;
}

/* "ms" stands before "m" so that the longer unit is tried first. */
static const struct {
    const char *name;
    uint64_t milliseconds;
} UNITS[] = {{"ms", 1},
             {"s", 1000},
             {"m", UINT64_C(60) * 1000},
             {"h", UINT64_C(3600) * 1000},
             {"d", UINT64_C(86400) * 1000},
             {"w", UINT64_C(604800) * 1000}};

static bool take_unit(const char **text, uint64_t *milliseconds) {
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++) {
        size_t n = strlen(UNITS[i].name);
        if (strncmp(*text, UNITS[i].name, n) == 0) {
            *text += n;
            *milliseconds = UNITS[i].milliseconds;
            return true;
        }
    }
    return false;
}

bool hs__read_duration(const char *text, uint64_t *milliseconds) {
    uint64_t sum = 0;
    if (strcmp(text, "0") == 0) {
        *milliseconds = 0;
        return true;
    }
    do {
        uint64_t number, unit;
        if (!take_digits(&text, &number) || !take_unit(&text, &unit))
            return false;
        if (number > (UINT64_MAX - sum) / unit)
            return false;
        sum += number * unit;
    } while (*text);
    *milliseconds = sum;
    return true;
}

bool hs__read_size(const char *text, uint64_t *bytes) {
    static const char UNIT[] = "kmg";
    uint64_t number;
    if (!take_digits(&text, &number))
        return false;
    unsigned shift = 0;
    if (*text) {
        char letter = (char)(*text | 0x20);
        const char *unit = strchr(UNIT, letter);
        if (!unit || text[1] != 0)
            return false;
        shift = 10 * (unsigned)(unit - UNIT + 1);
    }
    if (number > UINT64_MAX >> shift)
        return false;
    *bytes = number << shift;
    return true;
}

/* Exactly n digits, min..max. */
static bool take_field(const char **text, size_t n, int min, int max, int *out) {
    int value = 0;
    for (size_t i = 0; i < n; i++) {
        char c = (*text)[i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    *text += n;
    *out = value;
    return value >= min && value <= max;
}

static bool take_char(const char **text, char c) {
    if (**text != c)
        return false;
    (*text)++;
    return true;
}

static bool take_clock(const char **text, hs__civil *c) {
    bool ok = take_field(text, 2, 0, 23, &c->hour) && take_char(text, ':') &&
              take_field(text, 2, 0, 59, &c->minute);
    if (ok && take_char(text, ':'))
        ok = take_field(text, 2, 0, 59, &c->second);
    return ok;
}

/* "Z", nothing (UTC), "+01:00" or "-0530"; in seconds east of Greenwich. */
static bool take_zone(const char **text, int *east) {
    *east = 0;
    if (take_char(text, 'Z') || take_char(text, 'z') || **text == 0)
        return true;
    int sign = **text == '+' ? 1 : -1;
    if (!take_char(text, '+') && !take_char(text, '-'))
        return false;
    int hours, minutes;
    if (!take_field(text, 2, 0, 23, &hours))
        return false;
    (void)take_char(text, ':');
    if (!take_field(text, 2, 0, 59, &minutes))
        return false;
    *east = sign * (hours * 3600 + minutes * 60);
    return true;
}

bool hs__read_date(const char *text, int64_t *seconds) {
    hs__civil c = {0};
    int east = 0;
    bool ok = take_field(&text, 4, 1970, 9999, &c.year) && take_char(&text, '-') &&
              take_field(&text, 2, 1, 12, &c.month) && take_char(&text, '-');
    ok = ok && take_field(&text, 2, 1, hs__days_in_month(c.year, c.month), &c.day);
    if (ok && (take_char(&text, 'T') || take_char(&text, 't') || take_char(&text, ' ')))
        ok = take_clock(&text, &c) && take_zone(&text, &east);
    if (!ok || *text != 0)
        return false;
    *seconds = hs__time_from_civil(&c) - east;
    return *seconds >= 0 && *seconds <= HS__TIME_MAX;
}

const char *hs__distance_text(int64_t seconds, int64_t now, char *out) {
    char span[HS__SPAN_TEXT];
    if (seconds == now) {
        snprintf(out, HS__DISTANCE_TEXT, "now");
    } else if (seconds > now) {
        hs__span_text(seconds - now, span);
        snprintf(out, HS__DISTANCE_TEXT, "in %s", span);
    } else {
        hs__span_text(now - seconds, span);
        snprintf(out, HS__DISTANCE_TEXT, "%s ago", span);
    }
    return out;
}

int64_t hs__now(void) {
    return (int64_t)time(NULL);
}
