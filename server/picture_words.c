#include "server/picture_words.h"

#include <string.h>

#include "data/record/partial_date.h"
#include "renderer/mark.h"

enum { CATEGORIES_NAMED = 3, ORGS_NAMED = 3 };

static uint32_t first_bits(int n)
{
    return (1u << n) - 1;
}

/* Plain text: what page_fmt writes is escaped. */
static void put_term(struct page *p, const struct term *t)
{
    buf_add(p->out, str_of(page_term(p, t)));
}

/* ---- the title ---- */

static void put_list(struct page *p, const struct term *terms, int n, uint32_t bits)
{
    bool first = true;
    for (int i = 0; i < n; i++)
        if (bits >> i & 1) {
            buf_add(p->out, first ? S("") : S(", "));
            put_term(p, &terms[i]);
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
        put_list(p, CATEGORY_TERMS, CATEGORY_COUNT, f->categories);
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
        put_list(p, CATEGORY_TERMS, CATEGORY_COUNT, f->categories);
        buf_add(p->out, S(". "));
    }
    if (f->statuses != all.statuses) {
        page_say(p, "picture.states");
        buf_char(p->out, ' ');
        put_list(p, STATUS_TERMS, STATUS_COUNT, f->statuses);
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
        put_list(p, SPACE_TERMS, SPACE_COUNT, f->spaces);
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

/* ---- the legend ---- */

struct rows {
    struct page *p;
    const struct picture_look *look;
    const struct in_picture *seen;
    struct legend_row *at;
    size_t n;
    bool full;   /* the arena was */
};

static struct str keep(struct rows *k, const struct buf *b)
{
    struct str s = str_copy(&k->p->rq->arena, buf_str(b));
    k->full |= b->len && !s.len;
    return s;
}

static struct str word(struct rows *k, const char *key)
{
    AUTO(buf) text = {0};
    struct page q = *k->p;
    q.out = &text;
    page_say(&q, key);
    return keep(k, &text);
}

static struct legend_row *add(struct rows *k, enum legend_sign sign, struct str text)
{
    static struct legend_row beyond;
    if (k->n == LEGEND_ROWS_MAX)
        return &beyond;
    k->at[k->n] = (struct legend_row){.sign = sign, .text = text};
    return &k->at[k->n++];
}

static void add_mark(struct rows *k, struct str text, const char *name)
{
    AUTO(buf) mark = {0};
    buf_fmt(&mark, "%s%s%s", k->look->grey ? "grey:" : "", name, k->look->dark ? ":dark" : "");
    add(k, LEGEND_MARK, text)->mark = keep(k, &mark);
}

static void add_symbol(struct rows *k, struct str text, enum family f, enum status s, int size, const char *more)
{
    AUTO(buf) name = {0};
    buf_fmt(&name, "mark:%s:%s:%d%s", FAMILY_TERMS[f].code, STATUS_TERMS[s].code, size, more);
    add_mark(k, text, name.at);
}

static bool style_shows(const struct picture_look *look, const char *layer)
{
    const struct style_layer *layers;
    size_t n = style_layers(look->style, &layers);
    for (size_t i = 0; i < n; i++)
        if (layers[i].source && layers[i].source->kind == SOURCE_IS_DEPLOYMENTS && !layers[i].hidden &&
            str_eq(layers[i].source_layer, str_of(layer)) && look->zoom >= layers[i].min_zoom && look->zoom < layers[i].max_zoom)
            return true;
    return false;
}

/* From here on our styles draw the category's icon inside. */
#define ZOOM_ICONS 16.0
#define ZOOM_DIRECTIONS 13.0

static struct str capitalised(struct rows *k, struct buf *text)
{
    if (text->len && text->at[0] >= 'a' && text->at[0] <= 'z')
        text->at[0] = (char)(text->at[0] - 'a' + 'A');
    else if (text->len > 1 && memcmp(text->at, "é", 2) == 0)
        memcpy(text->at, "É", 2);
    return keep(k, text);
}

static void add_family(struct rows *k, enum family f)
{
    uint32_t bits = 0;
    AUTO(buf) text = {0};
    struct page q = *k->p;
    q.out = &text;
    for (int c = 0; c < CATEGORY_COUNT; c++)
        if (k->seen->placed[c] && category_family((enum category)c) == f)
            bits |= 1u << c;
    if (!bits)
        return;
    if (k->look->zoom < ZOOM_ICONS) {
        put_list(&q, CATEGORY_TERMS, CATEGORY_COUNT, bits);
        add_symbol(k, capitalised(k, &text), f, STATUS_ACTIVE, 14, "");
        return;
    }
    for (int c = 0; c < CATEGORY_COUNT; c++)
        if (bits >> c & 1) {
            AUTO(buf) more = {0};
            buf_clear(&text);
            put_term(&q, &CATEGORY_TERMS[c]);
            buf_fmt(&more, ":%s", CATEGORY_TERMS[c].code);
            add_symbol(k, capitalised(k, &text), f, STATUS_ACTIVE, 18, more.at);
        }
}

static enum family family_with(const struct in_picture *seen, uint32_t statuses)
{
    for (int c = 0; c < CATEGORY_COUNT; c++)
        if (seen->placed[c] & statuses)
            return category_family((enum category)c);
    return FAMILY_IMAGE;
}

static void add_states(struct rows *k)
{
    uint32_t bits = 0;
    for (int c = 0; c < CATEGORY_COUNT; c++)
        bits |= k->seen->placed[c];
    if (!bits)
        return;
    add(k, LEGEND_HEADING, word(k, "picture.state"));
    for (int i = 1; i <= STATUS_COUNT; i++) {
        int s = i % STATUS_COUNT; /* unknown last */
        AUTO(buf) text = {0};
        struct page q = *k->p;
        q.out = &text;
        put_term(&q, &STATUS_TERMS[s]);
        if (bits >> s & 1)
            add_symbol(k, capitalised(k, &text), family_with(k->seen, 1u << s), (enum status)s, 14, "");
    }
    if (k->seen->n_stale)
        add_symbol(k, word(k, "picture.stale"), family_with(k->seen, bits), STATUS_ACTIVE, 14, ":stale");
}

static struct rgba ink(const struct rows *k, enum family f)
{
    struct rgba c = mark_family_color((int)f, k->look->dark);
    double v = 0.2126 * c.r + 0.7152 * c.g + 0.0722 * c.b;
    return k->look->grey ? color_of(v, v, v, 1) : c;
}

static void add_looks(struct rows *k)
{
    uint32_t any = first_bits(STATUS_COUNT);
    AUTO(buf) tick = {0};
    enum family f = family_with(k->seen, any);
    if (k->seen->n_looking && k->look->zoom >= ZOOM_DIRECTIONS && style_shows(k->look, "deployments")) {
        add_symbol(k, word(k, "picture.direction"), f, STATUS_ACTIVE, 9, "");
        struct str symbol = k->at[k->n - 1].mark;
        buf_fmt(&tick, "%stick:%s:9%s", k->look->grey ? "grey:" : "", FAMILY_TERMS[f].code, k->look->dark ? ":dark" : "");
        k->at[k->n - 1].mark = keep(k, &tick);
        k->at[k->n - 1].under = symbol;
    }
    if (!k->look->cones || !style_shows(k->look, "cones"))
        return;
    if (k->seen->n_cones)
        add(k, LEGEND_CONE, word(k, "picture.cone"))->color = ink(k, f);
    if (k->seen->n_cones_estimated)
        add(k, LEGEND_CONE_ESTIMATED, word(k, "picture.cone_estimated"))->color = ink(k, f);
}

static void add_zones(struct rows *k)
{
    static const enum legend_sign signs[ZONE_KIND_COUNT] = {[ZONE_PILOT] = LEGEND_AREA_HATCHED, [ZONE_COVERAGE] = LEGEND_AREA,
        [ZONE_LEGAL_PERIMETER] = LEGEND_AREA_DASHED, [ZONE_NO_COVERAGE_SURVEYED] = LEGEND_AREA_DOTTED};
    if (!style_shows(k->look, "zones"))
        return;
    for (int i = 0; i < ZONE_KIND_COUNT; i++)
        if (k->seen->zones[i]) {
            AUTO(buf) text = {0};
            struct page q = *k->p;
            q.out = &text;
            put_term(&q, &ZONE_KIND_TERMS[i]);
            add(k, signs[i], capitalised(k, &text))->color = ink(k, FAMILY_RECOGNITION);
        }
}

/* A ring with as many shares as there are families. */
static void add_clusters(struct rows *k)
{
    AUTO(buf) name = {0};
    int families = 0;
    for (int f = 0; f < FAMILY_COUNT; f++)
        families += k->seen->seen.by_family[f] > 0;
    if (!families)
        return;
    buf_add(&name, S("cluster:"));
    for (int f = 0; f < FAMILY_COUNT; f++)
        buf_fmt(&name, "%s%d", f ? "," : "", k->seen->seen.by_family[f] ? 12 / families : 0);
    add_mark(k, word(k, "picture.ring"), name.at);
    for (int f = 0; f < FAMILY_COUNT; f++)
        if (k->seen->seen.by_family[f]) {
            AUTO(buf) text = {0};
            struct page q = *k->p;
            q.out = &text;
            put_term(&q, &FAMILY_TERMS[f]);
            add_symbol(k, capitalised(k, &text), (enum family)f, STATUS_ACTIVE, 12, "");
        }
}

static void add_badges(struct rows *k)
{
    AUTO(buf) name = {0};
    if (!k->seen->n_badges || !style_shows(k->look, "badges"))
        return;
    buf_fmt(&name, "badge:%s:%u", FAMILY_TERMS[FAMILY_RECOGNITION].code, MIN(k->seen->n_badges, 9u));
    add_mark(k, word(k, "picture.badge"), name.at);
}

/* Where the style draws no badges any more, what is known to the city only is named. */
static void add_city(struct rows *k, const struct snapshot *s, const struct filter *f, int32_t today)
{
    enum { LOOKED_AT = 64 };
    const struct point *at[LOOKED_AT];
    if (style_shows(k->look, "badges") || style_shows(k->look, "clusters") || !style_shows(k->look, "deployments"))
        return;
    size_t n = in_view_city_level(s, k->seen->box, f, today, at, LOOKED_AT), shown = MIN(n, (size_t)LEGEND_CITY_ROWS);
    if (n)
        add(k, LEGEND_HEADING, word(k, "picture.city_level"));
    for (size_t i = 0; i < shown; i++) {
        const struct card *c = snapshot_card(s, at[i]->card);
        struct str title = k->p->french || !c->title_en.len ? c->title_fr : c->title_en;
        AUTO(buf) text = {0};
        struct page q = *k->p;
        q.out = &text;
        if (title.len)
            buf_add(&text, title);
        else
            put_term(&q, &CATEGORY_TERMS[at[i]->category]);
        add_symbol(k, keep(k, &text), category_family((enum category)at[i]->category), (enum status)at[i]->status, 12,
            at[i]->flags & POINT_STALE ? ":stale" : "");
    }
    if (n > shown) {
        AUTO(buf) text = {0};
        struct page q = *k->p;
        q.out = &text;
        page_say(&q, "picture.more", (int64_t)(n - shown));
        add(k, LEGEND_HEADING, keep(k, &text));
    }
}

bool picture_legend(struct page *p, const struct snapshot *s, const struct filter *f, const struct in_picture *seen, const struct picture_look *look,
    struct legend *out, struct err *err)
{
    struct rows k = {.p = p, .look = look, .seen = seen, .at = ARENA_ARRAY(&p->rq->arena, struct legend_row, LEGEND_ROWS_MAX)};
    if (!k.at)
        return err_arena(err);
    if (style_shows(look, "clusters")) {
        add_clusters(&k);
    } else if (style_shows(look, "deployments")) {
        for (int i = 0; i < FAMILY_COUNT; i++)
            add_family(&k, (enum family)i);
        add_looks(&k);
    }
    add_badges(&k);
    add_zones(&k);
    if (!style_shows(look, "clusters") && style_shows(look, "deployments"))
        add_states(&k);
    add_city(&k, s, f, look->today);
    *out = (struct legend){.n = k.n, .rows = k.at};
    return !k.full || err_arena(err);
}
