/* time.h - dates of certificates: UTCTime and GeneralizedTime as RFC 5280 4.1.2.5 allows
 * them, Unix seconds for years 0 to 9999, and dates as people write them. */
#ifndef HS_PKI_TIME_H
#define HS_PKI_TIME_H

#include "pki/der.h"

/* Proleptic Gregorian calendar, UTC. */
typedef struct {
    int year, month, day;
    int hour, minute, second;
} hs__civil;

/* The latest second that a certificate can name: 9999-12-31 23:59:59 (RFC 5280 4.1.2.5). */
#define HS__TIME_MAX INT64_C(253402300799)

int64_t hs__time_from_civil(const hs__civil *c); /* fields in range */
void hs__civil_from_time(int64_t t, hs__civil *out);

/* Days in a month, 0 for a month that does not exist. */
int hs__days_in_month(int year, int month);

/* Time ::= CHOICE { UTCTime, GeneralizedTime }: with seconds, "Z", no fraction. 0 on failure. */
int64_t hs__der_time(hs__rd *r, const char *name);

/* UTCTime through 2049, GeneralizedTime from 2050 on (RFC 5280 4.1.2.5). */
void hs__der_put_time(hs__der_out *o, int64_t t);

enum { HS__DATE_TEXT = 16, HS__TIME_TEXT = 32, HS__SPAN_TEXT = 32 };

/* "2026-11-18" / "2026-11-18 12:00:05 UTC" / "3 days", "2 hours", "1 second". */
void hs__date_text(int64_t t, char out[HS__DATE_TEXT]);
void hs__time_text(int64_t t, char out[HS__TIME_TEXT]);
void hs__span_text(int64_t seconds, char out[HS__SPAN_TEXT]);

#endif
