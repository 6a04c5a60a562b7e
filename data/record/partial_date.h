/*
 * Dates as people know them: "2019", "2019-10", "2019-10-28", each with "?" if uncertain (EDTF level 1, a subset), kept
 * as written and with the first and last day they may mean.
 */
#ifndef DATA_RECORD_PARTIAL_DATE_H
#define DATA_RECORD_PARTIAL_DATE_H

#include "data/base/buf.h"

struct partial_date {
    int16_t year;         /* 0: no date */
    uint8_t month, day;   /* 0: not known */
    bool uncertain;
    int32_t lo, hi;       /* days since 1970-01-01, inclusive */
};

/* The canonical form only ("2019-10-28?"); false on anything else or an impossible day. Empty gives no date, true. */
bool partial_date_read(struct str s, struct partial_date *out);
/* What stands in files: also "28/10/2019", "28/10/19", "28.10.2019", "octobre 2019", "Oct 2019", "Début 2019" (uncertain),
 * "2019-10-28T09:00:00Z", "20191028", spreadsheet serials (20000..60000, days since 1899-12-30). Day before month. */
bool partial_date_guess(struct str s, struct partial_date *out);
struct partial_date partial_date_of_day(int32_t day);
/* The month in which a moment lies (unix seconds, UTC): what may be known of when people worked. */
struct partial_date partial_date_of_month(int64_t unix_s);
void partial_date_write(struct buf *out, struct partial_date d);
/* « 28 octobre 2019 », « octobre 2019 », « 2019 », "28 October 2019"; with « vers » / "about" when uncertain. */
void partial_date_say(struct buf *out, struct partial_date d, bool french);

#endif
