/*
 * Calendar arithmetic after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin in March, so
 * that the leap day is the last of the year.
 */
#include "data/base/clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

static _Atomic int32_t today_set = INT32_MIN;

static int64_t read_us(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_mono_ms(void)
{
    return read_us(CLOCK_MONOTONIC) / 1000;
}

int64_t clock_mono_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

int64_t clock_cpu_us(void)
{
    return read_us(CLOCK_THREAD_CPUTIME_ID);
}

int64_t clock_unix_s(void)
{
    return (int64_t)time(NULL);
}

int32_t clock_today(void)
{
    int32_t set = atomic_load(&today_set);
    return set != INT32_MIN ? set : (int32_t)(clock_unix_s() / 86400);
}

void clock_set_today(int32_t day)
{
    atomic_store(&today_set, day);
}

struct ymd clock_ymd(int32_t day)
{
    int32_t z = day + 719468;
    int32_t era = (z >= 0 ? z : z - 146096) / 146097;
    uint32_t doe = (uint32_t)(z - era * 146097);
    uint32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    uint32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    uint32_t mp = (5 * doy + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (struct ymd){(int)yoe + era * 400 + (month <= 2), month, (int)(doy - (153 * mp + 2) / 5 + 1)};
}

int32_t clock_day(struct ymd date)
{
    int y = date.year - (date.month <= 2);
    int era = (y >= 0 ? y : y - 399) / 400;
    uint32_t yoe = (uint32_t)(y - era * 400);
    uint32_t mp = (uint32_t)(date.month > 2 ? date.month - 3 : date.month + 9);
    uint32_t doy = (153 * mp + 2) / 5 + (uint32_t)date.day - 1;
    uint32_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + (int32_t)doe - 719468;
}

void clock_iso(int64_t unix_s, char out[21])
{
    unix_s = CLAMP(unix_s, 0, 253402300799LL);
    struct ymd d = clock_ymd((int32_t)(unix_s / 86400));
    int s = (int)(unix_s % 86400);
    snprintf(out, 21, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)d.year % 10000u, (unsigned)d.month % 100u,
        (unsigned)d.day % 100u, (unsigned)s / 3600u % 100u, (unsigned)s / 60u % 60u, (unsigned)s % 60u);
}

void clock_http(int64_t unix_s, char out[30])
{
    static const char days[7][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    unix_s = CLAMP(unix_s, 0, 253402300799LL);
    struct ymd d = clock_ymd((int32_t)(unix_s / 86400));
    int s = (int)(unix_s % 86400);
    snprintf(out, 30, "%s, %02u %s %04u %02u:%02u:%02u GMT", days[unix_s / 86400 % 7], (unsigned)d.day % 100u,
        months[(d.month + 11) % 12], (unsigned)d.year % 10000u, (unsigned)s / 3600u % 100u, (unsigned)s / 60u % 60u,
        (unsigned)s % 60u);
}
