/*
 * Time. Limits, caches and time-outs use the monotonic clock; stored times are UTC. "Today" may be set from outside
 * (--today) so that pictures and tests do not depend on the day.
 */
#ifndef DATA_BASE_CLOCK_H
#define DATA_BASE_CLOCK_H

#include "data/base/str.h"

int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);
int64_t clock_cpu_us(void); /* of this thread */
int64_t clock_unix_s(void);

int32_t clock_today(void);              /* days since 1970-01-01, UTC, or what was set */
void clock_set_today(int32_t day);

struct ymd {
    int year, month, day;
};
struct ymd clock_ymd(int32_t day);      /* proleptic Gregorian */
int32_t clock_day(struct ymd date);     /* days since 1970-01-01; valid for years 1 to 9999 */

/* "2026-11-23T20:15:00Z"; out has 21 bytes. */
void clock_iso(int64_t unix_s, char out[21]);
/* "Mon, 23 Nov 2026 20:15:00 GMT" (RFC 9110); out has 30 bytes. */
void clock_http(int64_t unix_s, char out[30]);

#endif
