/*
 * Which deployments are wanted: the common query parameters category, status, operator, vendor, space, date, city. A
 * filter has one canonical form, which is what caches are keyed by.
 */
#ifndef DATA_RECORD_FILTER_H
#define DATA_RECORD_FILTER_H

#include "data/base/limits.h"
#include "data/record/deployment.h"

struct filter {
    uint32_t categories;   /* bits; all: (1 << CATEGORY_COUNT) - 1 */
    uint32_t statuses;
    uint32_t spaces;
    size_t n_operators, n_vendors;
    uint64_t operators[FILTER_VALUES_MAX], vendors[FILTER_VALUES_MAX]; /* org_key of slugs, sorted */
    uint64_t place;        /* place_key of the code; 0: anywhere */
    int32_t day;           /* days since 1970-01-01; INT32_MIN: today */
};

/* Everything except private_outdoor, indoor and speed_enforcement: what tiles and pages show unless asked. */
struct filter filter_public(void);
struct filter filter_everything(void);

/* One parameter; unknown names answer *known false. `city` is not read here (it needs the store: set place). */
bool filter_set(struct filter *f, struct str name, struct str value, bool *known, struct err *err);
/* "category=cctv,vsa&date=2019-10" in one fixed order; empty for filter_public. */
void filter_write(struct buf *out, const struct filter *f);
uint64_t filter_hash(const struct filter *f);

/* Whether a record is shown on a day (the filter's own, else `today`): the same answer the map gives for its points. Reads
 * category, space, place, orgs and events. */
bool filter_takes(const struct filter *f, const struct deployment *d, int32_t today);

uint64_t org_key(struct str slug);
uint64_t place_key(struct str code);

#endif
