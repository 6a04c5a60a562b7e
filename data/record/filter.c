#include "data/record/filter.h"

#include <stdlib.h>

#include "data/base/hash.h"

static const uint32_t ALL_CATEGORIES = (1u << CATEGORY_COUNT) - 1, ALL_STATUSES = (1u << STATUS_COUNT) - 1,
                      ALL_SPACES = (1u << SPACE_COUNT) - 1;

struct filter filter_everything(void)
{
    return (struct filter){.categories = ALL_CATEGORIES, .statuses = ALL_STATUSES, .spaces = ALL_SPACES, .day = INT32_MIN};
}

struct filter filter_public(void)
{
    struct filter f = filter_everything();
    f.categories &= ~(1u << CATEGORY_SPEED_ENFORCEMENT);
    f.spaces &= ~(1u << SPACE_PRIVATE_OUTDOOR | 1u << SPACE_INDOOR);
    return f;
}

uint64_t org_key(struct str slug)
{
    return hash64(slug.at, slug.len, 17) | 1;
}

uint64_t place_key(struct str code)
{
    return code.len ? hash64(code.at, code.len, 19) | 1 : 0;
}

static bool set_words(uint32_t *bits, uint32_t all, const struct term *terms, size_t n, struct str name, struct str value, struct err *err)
{
    if (str_eq(value, S("all"))) {
        *bits = all;
        return true;
    }
    uint32_t found = 0;
    struct str word;
    while (str_next(&value, ',', &word)) {
        int i = term_find(terms, n, str_trim(word));
        if (i < 0) {
            AUTO(buf) known = {0};
            term_list(&known, terms, n);
            return err_set(err, ERR_INVALID, "%.*s: there is no \"%.*s\"; say one or more of %s, or all", STR_ARG(name),
                STR_ARG(str_cut_runes(word, 40)), known.at);
        }
        found |= 1u << i;
    }
    *bits = found;
    return true;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static bool set_keys(uint64_t *keys, size_t *n, struct str name, struct str value, struct err *err)
{
    struct str word;
    *n = 0;
    while (str_next(&value, ',', &word)) {
        if (*n == FILTER_VALUES_MAX)
            return err_set(err, ERR_TOO_BIG, "%.*s: at most %d at once", STR_ARG(name), FILTER_VALUES_MAX);
        if (word.len)
            keys[(*n)++] = org_key(word);
    }
    qsort(keys, *n, sizeof *keys, by_value);
    return true;
}

bool filter_set(struct filter *f, struct str name, struct str value, bool *known, struct err *err)
{
    *known = true;
    if (str_eq(name, S("category")))
        return set_words(&f->categories, ALL_CATEGORIES, CATEGORY_TERMS, CATEGORY_COUNT, name, value, err);
    if (str_eq(name, S("status")))
        return set_words(&f->statuses, ALL_STATUSES, STATUS_TERMS, STATUS_COUNT, name, value, err);
    if (str_eq(name, S("space")))
        return set_words(&f->spaces, ALL_SPACES, SPACE_TERMS, SPACE_COUNT, name, value, err);
    if (str_eq(name, S("operator")))
        return set_keys(f->operators, &f->n_operators, name, value, err);
    if (str_eq(name, S("vendor")))
        return set_keys(f->vendors, &f->n_vendors, name, value, err);
    if (str_eq(name, S("date"))) {
        struct partial_date d;
        if (!partial_date_read(value, &d) || d.uncertain)
            return err_set(err, ERR_INVALID, "date: it is YYYY, YYYY-MM or YYYY-MM-DD, such as 2019-10");
        f->day = d.year ? d.hi : INT32_MIN;
        return true;
    }
    *known = false;
    return true;
}

static void write_words(struct buf *out, const char *name, uint32_t bits, uint32_t usual, uint32_t all, const struct term *terms, size_t n)
{
    if (bits == usual)
        return;
    buf_fmt(out, "%s%s=", out->len ? "&" : "", name);
    if (bits == all) {
        buf_add(out, S("all"));
        return;
    }
    bool first = true;
    for (size_t i = 0; i < n; i++)
        if (bits >> i & 1) {
            buf_fmt(out, "%s%s", first ? "" : ",", terms[i].code);
            first = false;
        }
}

void filter_write(struct buf *out, const struct filter *f)
{
    struct filter usual = filter_public();
    write_words(out, "category", f->categories, usual.categories, ALL_CATEGORIES, CATEGORY_TERMS, CATEGORY_COUNT);
    write_words(out, "status", f->statuses, usual.statuses, ALL_STATUSES, STATUS_TERMS, STATUS_COUNT);
    write_words(out, "space", f->spaces, usual.spaces, ALL_SPACES, SPACE_TERMS, SPACE_COUNT);
    if (f->day != INT32_MIN) {
        buf_fmt(out, "%sdate=", out->len ? "&" : "");
        partial_date_write(out, partial_date_of_day(f->day));
    }
}

uint64_t filter_hash(const struct filter *f)
{
    uint64_t h = hash_mix((uint64_t)f->categories << 32 | f->statuses);
    h = hash_mix(h ^ ((uint64_t)f->spaces << 32 | (uint32_t)f->day));
    h = hash_mix(h ^ f->place);
    h = hash64(f->operators, f->n_operators * sizeof *f->operators, h);
    return hash64(f->vendors, f->n_vendors * sizeof *f->vendors, h);
}

static bool has_org(const struct deployment *d, enum org_role role, const uint64_t *keys, size_t n)
{
    for (size_t i = 0; i < d->n_orgs; i++)
        for (size_t k = 0; d->orgs[i].role == role && k < n; k++)
            if (keys[k] == org_key(d->orgs[i].slug))
                return true;
    return false;
}

bool filter_takes(const struct filter *f, const struct deployment *d, int32_t today)
{
    if (!((f->categories >> d->category & 1) || (f->categories & d->categories2)) || !(f->spaces >> d->space & 1) ||
        (f->place && f->place != place_key(d->place_code)) ||
        (f->n_operators && !has_org(d, ROLE_OPERATOR, f->operators, f->n_operators)) ||
        (f->n_vendors && !has_org(d, ROLE_VENDOR, f->vendors, f->n_vendors)))
        return false;
    int32_t day = f->day == INT32_MIN ? today : f->day;
    struct interval intervals[INTERVALS_MAX];
    size_t n = deployment_intervals(d, intervals);
    for (size_t i = 0; i < n; i++)
        if (day >= intervals[i].first_day && day <= intervals[i].last_day)
            return f->statuses >> intervals[i].status & 1;
    return false;
}
