#include "server/picture_words.h"

#include <string.h>

#include "data/record/partial_date.h"

enum { CATEGORIES_NAMED = 3, ORGS_NAMED = 3 };

void picture_term(struct page *p, const struct term *t)
{
    buf_add(p->out, str_of(page_term(p, t)));
}

/* ---- the title ---- */

void picture_terms(struct page *p, const struct term *terms, int n, uint32_t bits)
{
    bool first = true;
    for (int i = 0; i < n; i++)
        if (bits >> i & 1) {
            buf_add(p->out, first ? S("") : S(", "));
            picture_term(p, &terms[i]);
            first = false;
        }
}

static bool names_categories(const struct filter *f)
{
    return f->categories != filter_public().categories && f->categories != filter_everything().categories;
}

static void put_what(struct page *p, const struct filter *f)
{
    int n = __builtin_popcount(f->categories);
    if (!names_categories(f))
        page_say(p, "picture.on_record");
    else if (n <= CATEGORIES_NAMED)
        picture_terms(p, CATEGORY_TERMS, CATEGORY_COUNT, f->categories);
    else
        page_say(p, "picture.kinds", (int64_t)n);
}

/* "en octobre 2019", "le 28 octobre 2019", as the address has it. */
static bool put_when(struct page *p, struct str date)
{
    struct partial_date d;
    if (!date.len || !partial_date_read(date, &d) || !d.year)
        return false;
    buf_fmt(p->out, "%s ", say(p, d.day ? "when.on" : "when.in"));
    partial_date_say(p->out, d, p->french);
    return true;
}

void picture_title(struct page *p, struct str place, const struct filter *f, struct str date)
{
    AUTO(buf) when = {0}, what = {0};
    struct page q = *p;
    q.out = &when;
    put_when(&q, date);
    q.out = &what;
    put_what(&q, f);
    if (place.len)
        buf_fmt(p->out, "%.*s%s", STR_ARG(place), p->french ? "\u00a0: " : ": ");
    else if (what.len && what.at[0] >= 'a' && what.at[0] <= 'z')
        what.at[0] = (char)(what.at[0] - 'a' + 'A');
    buf_add(p->out, buf_str(&what));
    if (when.len)
        buf_fmt(p->out, ", %s", when.at);
}

/* ---- the sentences ---- */

static bool put_org_names(struct page *p, struct store *store, const char *key, const uint64_t *keys, size_t n_keys)
{
    struct org *orgs;
    size_t n, named = 0;
    struct err err;
    if (!n_keys || !store_orgs(store, &p->rq->arena, &orgs, &n, &err))
        return false;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n_keys; k++)
            if (org_key(orgs[i].slug) == keys[k] && named < ORGS_NAMED) {
                if (named++)
                    buf_add(p->out, S(", "));
                else
                    page_say(p, key);
                buf_fmt(p->out, "%s%.*s", named > 1 ? "" : " ", STR_ARG(orgs[i].name));
            }
    if (named && n_keys > named)
        buf_add(p->out, S(", …"));
    if (named)
        buf_add(p->out, S(". "));
    return named > 0;
}

static void put_filters(struct page *p, struct store *store, const struct filter *f, uint32_t n_hidden)
{
    struct filter all = filter_everything(), usual = filter_public();
    if (names_categories(f) && __builtin_popcount(f->categories) > CATEGORIES_NAMED) {
        page_say(p, "picture.only");
        buf_char(p->out, ' ');
        picture_terms(p, CATEGORY_TERMS, CATEGORY_COUNT, f->categories);
        buf_add(p->out, S(". "));
    }
    if (f->statuses != all.statuses) {
        page_say(p, "picture.states");
        buf_char(p->out, ' ');
        picture_terms(p, STATUS_TERMS, STATUS_COUNT, f->statuses);
        buf_add(p->out, S(". "));
    }
    put_org_names(p, store, "picture.operators", f->operators, f->n_operators);
    put_org_names(p, store, "picture.vendors", f->vendors, f->n_vendors);
    if (f->spaces == all.spaces) {
        page_say(p, f->categories == all.categories ? "picture.all_shown" : "picture.private_shown");
        buf_char(p->out, ' ');
    } else if (f->spaces != usual.spaces) {
        page_say(p, "picture.spaces");
        buf_char(p->out, ' ');
        picture_terms(p, SPACE_TERMS, SPACE_COUNT, f->spaces);
        buf_add(p->out, S(". "));
    } else if (n_hidden) {
        page_say(p, "picture.hidden");
        buf_char(p->out, ' ');
    }
}

/* A map without streets at a zoom that has them elsewhere is a map that ends, and says so. */
#define ZOOM_STREETS 13.0
#define STREETS_FEW 0.05 /* of the picture: under this there are as good as none */
#define STREETS_ENOUGH 0.75

bool picture_numbers(struct page *p, const struct in_view *v)
{
    const struct {
        const char *key;
        uint32_t n;
    } parts[] = {{"seen.projects", v->n_projects}, {"seen.cameras", v->n_cameras}, {"seen.devices", v->n_other_devices}, {"seen.stopped", v->n_stopped},
        {"seen.old_news", v->n_old_news}};
    bool first = true;
    for (size_t i = 0; i < COUNT(parts); i++)
        if (parts[i].n) {
            buf_add(p->out, first ? S("") : S(", "));
            page_say_n(p, parts[i].key, parts[i].n);
            first = false;
        }
    return !first;
}

static const char *nothing_key(const struct filter *f, const struct in_view *v)
{
    struct filter usual = filter_public();
    usual.day = f->day;
    if (v->surveyed)
        return "seen.surveyed_nothing";
    if (filter_hash(f) != filter_hash(&usual))
        return "picture.nothing_like_it";
    return v->n_hidden ? "seen.only_hidden" : "seen.nobody_looked";
}

void picture_says(struct page *p, struct store *store, const struct filter *f, const struct in_picture *seen, double zoom)
{
    AUTO(buf) numbers = {0};
    struct page q = *p;
    q.out = &numbers;
    put_filters(p, store, f, seen->seen.n_hidden);
    if (!picture_numbers(&q, &seen->seen)) {
        page_say(p, nothing_key(f, &seen->seen));
    } else {
        page_say(p, "picture.here");
        buf_fmt(p->out, " %s. ", numbers.at);
        page_say(p, "picture.incomplete");
    }
    double share = zoom >= ZOOM_STREETS ? app_share_with_streets(p->app, seen->box) : 1;
    if (share < STREETS_ENOUGH) {
        buf_char(p->out, ' ');
        page_say(p, share < STREETS_FEW ? "map.no_streets" : "map.some_streets");
    }
}

void picture_as_of(struct page *p, int32_t day, struct str date)
{
    AUTO(buf) when = {0};
    struct page q = *p;
    q.out = &when;
    bool past = put_when(&q, date);
    if (past) {
        page_say(p, "picture.state_of");
        buf_fmt(p->out, " %s, ", when.at);
    }
    if (day > 0)
        page_say(p, past ? "picture.by_data" : "picture.data", partial_date_of_day(day));
    else
        page_say(p, "picture.no_data");
}
