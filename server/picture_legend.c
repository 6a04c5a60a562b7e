/*
 * The legend of a picture: families or categories that stand in it, how they look about, what is known to a city only, zones,
 * and last the states that are there. Which layers the style draws at the zoom decides what can be in it.
 */
#include <string.h>

#include "renderer/mark.h"
#include "server/picture_words.h"

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
        picture_terms(&q, CATEGORY_TERMS, CATEGORY_COUNT, bits);
        add_symbol(k, capitalised(k, &text), f, STATUS_ACTIVE, 14, "");
        return;
    }
    for (int c = 0; c < CATEGORY_COUNT; c++)
        if (bits >> c & 1) {
            AUTO(buf) more = {0};
            buf_clear(&text);
            picture_term(&q, &CATEGORY_TERMS[c]);
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
        picture_term(&q, &STATUS_TERMS[s]);
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
    uint32_t any = (1u << STATUS_COUNT) - 1;
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
            picture_term(&q, &ZONE_KIND_TERMS[i]);
            add(k, signs[i], capitalised(k, &text))->color = ink(k, FAMILY_RECOGNITION);
        }
}

/* A ring with as many shares as there are families in rings; what is known to a city only is in none. */
static void add_ring(struct rows *k)
{
    AUTO(buf) name = {0};
    bool there[FAMILY_COUNT] = {false};
    int families = 0;
    for (int c = 0; c < CATEGORY_COUNT; c++)
        there[category_family((enum category)c)] |= k->seen->placed[c] != 0;
    for (int f = 0; f < FAMILY_COUNT; f++)
        families += there[f];
    if (!families)
        return;
    buf_add(&name, S("cluster:"));
    for (int f = 0; f < FAMILY_COUNT; f++)
        buf_fmt(&name, "%s%d", f ? "," : "", there[f] ? 12 / families : 0);
    add_mark(k, word(k, "picture.ring"), name.at);
}

static void add_families(struct rows *k)
{
    for (int f = 0; f < FAMILY_COUNT; f++)
        if (k->seen->seen.by_family[f]) {
            AUTO(buf) text = {0};
            struct page q = *k->p;
            q.out = &text;
            picture_term(&q, &FAMILY_TERMS[f]);
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
            picture_term(&q, &CATEGORY_TERMS[at[i]->category]);
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
        add_ring(&k);
        add_families(&k);
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
