/* value.h - values as users write and read them: durations, dates, sizes. */
#ifndef HS_APPS_VALUE_H
#define HS_APPS_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 90d 12h 5m 10s 500ms, or a row of them: 1h30m. A plain 0 is fine, other numbers need a unit. */
bool hs__read_duration(const char *text, uint64_t *milliseconds);

/* 2026-11-18 (midnight UTC), 2026-11-18T12:00[:00][Z|+01:00], also with a space for the T. Years
 * 1970 to 9999. Unix seconds. */
bool hs__read_date(const char *text, int64_t *seconds);

/* 100, 64k, 10M, 1G: powers of 1024. */
bool hs__read_size(const char *text, uint64_t *bytes);

/* Decimal digits only. */
bool hs__read_number(const char *text, uint64_t *number);

/* "in 90 days", "3 hours ago", "now". `out` has room for HS__DISTANCE_TEXT. Dates and times as
 * such: pki/time.h. */
enum { HS__DISTANCE_TEXT = 48 };
const char *hs__distance_text(int64_t seconds, int64_t now, char *out);

/* The time by the system's clock, Unix seconds. */
int64_t hs__now(void);

#endif
