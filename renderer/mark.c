/* Shapes with their centre at 0,0. Each is drawn once a look; see icon.c for how sprites are kept. */
#include "renderer/mark.h"

#include <math.h>
#include <string.h>

#include "data/cluster.h"
#include "renderer/text.h"

enum { RING_PARTS = 24, SIZE_MAX_PX = 256, TAB_MAX_CHARACTERS = 12 };
#define COUNT_MAX 1e9
#define GOLDEN_DOT 0.34 /* of the size: half of what is left of a shape inside its dotted ring */

struct mark {
    enum mark_kind { MARK_SYMBOL, MARK_TICK, MARK_CLUSTER, MARK_BADGE, MARK_RING, MARK_TAB } kind;
    enum family family;
    enum status status;
    double size;
    struct str category; /* empty: none */
    uint64_t count, by_family[FAMILY_COUNT]; /* count: parts of a ring, characters of a tab too */
    bool stale, dark, grey;
};

/* ---- colours ---- */

static struct rgba rgb(uint32_t hex)
{
    return (struct rgba){(hex >> 16 & 255) / 255.0, (hex >> 8 & 255) / 255.0, (hex & 255) / 255.0, 1};
}

struct rgba mark_family_color(int family, bool dark)
{
    static const uint32_t light_colors[FAMILY_COUNT] = {0xc8372d, 0x7b3fa0, 0x0b6e99, 0x00786b, 0x22262b, 0x6d7278};
    static const uint32_t dark_colors[FAMILY_COUNT] = {0xff7b6e, 0xc79be8, 0x5cc3ee, 0x3fd0bd, 0xf1f1f1, 0xa3a8ae};
    return rgb((dark ? dark_colors : light_colors)[family]);
}

static struct rgba grey_of(struct rgba c)
{
    double v = 0.2126 * c.r + 0.7152 * c.g + 0.0722 * c.b; /* weights of sRGB (IEC 61966-2-1); premultiplied stays so */
    return (struct rgba){v, v, v, c.a};
}

struct inks {
    struct rgba color, paper;
};

static struct inks inks_of(const struct mark *m, const struct icon_look *look)
{
    struct inks k = {mark_family_color(m->family, m->dark), rgb(m->dark ? 0x1b1d21 : 0xffffff)};
    if (m->kind == MARK_SYMBOL && status_is_stopped(m->status))
        k.color = rgb(m->dark ? 0x9aa0a6 : 0x74787d);
    if (look->tinted && look->color.a > 0)
        k.color = look->color;
    if (look->tinted && look->halo.a > 0)
        k.paper = look->halo;
    if (m->grey)
        k = (struct inks){grey_of(k.color), grey_of(k.paper)};
    return k;
}

/* ---- names ---- */

static const struct {
    const char *word;
    enum mark_kind kind;
    double most; /* of the number that the name ends with */
} KINDS[] = {{"mark", MARK_SYMBOL, SIZE_MAX_PX}, {"tick", MARK_TICK, SIZE_MAX_PX}, {"cluster", MARK_CLUSTER, 0}, {"badge", MARK_BADGE, COUNT_MAX},
    {"ring", MARK_RING, SIZE_MAX_PX}, {"tab", MARK_TAB, TAB_MAX_CHARACTERS}};

static bool read_number(struct str *rest, double least, double most, double *out)
{
    struct str word;
    return str_next(rest, ':', &word) && str_double(word, out) && *out >= least && *out <= most;
}

static bool read_counts(struct mark *m, struct str *rest)
{
    struct str counts, one;
    if (!str_next(rest, ':', &counts))
        return false;
    for (int i = 0; i < FAMILY_COUNT && str_next(&counts, ',', &one); i++) {
        double v;
        if (!str_double(one, &v) || v < 0 || v > 1e12)
            return false;
        m->count += m->by_family[i] = (uint64_t)v;
    }
    return true;
}

static bool read_family(struct mark *m, struct str *rest, double most)
{
    struct str word;
    int f = str_next(rest, ':', &word) ? term_of(FAMILY_TERMS, word) : -1;
    double parts = 0;
    if (f < 0)
        return false;
    m->family = (enum family)f;
    if (m->kind == MARK_SYMBOL) {
        int s = str_next(rest, ':', &word) ? term_of(STATUS_TERMS, word) : -1;
        m->status = (enum status)MAX(s, 0);
    }
    if (m->kind == MARK_RING && !read_number(rest, 0, RING_PARTS, &parts))
        return false;
    if (!read_number(rest, 1, most, &m->size))
        return false;
    m->count = (uint64_t)(m->kind == MARK_RING ? parts : m->size);
    return true;
}

static bool read_words(struct mark *m, struct str rest)
{
    struct str word;
    size_t k = 0;
    m->grey = str_starts(rest, S("grey:"));
    if (m->grey)
        rest = str_slice(rest, 5, rest.len);
    if (!str_next(&rest, ':', &word))
        return false;
    while (k < COUNT(KINDS) && !str_eq(word, str_of(KINDS[k].word)))
        k++;
    if (k == COUNT(KINDS))
        return false;
    m->kind = KINDS[k].kind;
    if (!(m->kind == MARK_CLUSTER ? read_counts(m, &rest) : read_family(m, &rest, KINDS[k].most)))
        return false;
    while (str_next(&rest, ':', &word)) {
        if (str_eq(word, S("dark")))
            m->dark = true;
        else if (str_eq(word, S("stale")))
            m->stale = true;
        else
            m->category = word;
    }
    return true;
}

/* 324, 1 324, 12k, 3M. */
static void put_count(struct buf *out, uint64_t n)
{
    if (n >= 10 * 1000 * 1000) {
        buf_u64(out, n / 1000000);
        buf_char(out, 'M');
    } else if (n >= 10000) {
        buf_u64(out, n / 1000);
        buf_char(out, 'k');
    } else if (n >= 1000) {
        buf_u64(out, n / 1000);
        buf_fmt(out, "\xe2\x80\xaf%03u", (unsigned)(n % 1000));
    } else {
        buf_u64(out, n);
    }
}

static double badge_width(const struct mark *m)
{
    AUTO(buf) digits = {0};
    put_count(&digits, m->count);
    return 15 + 6.0 * (double)(m->kind == MARK_TAB ? m->count : str_runes(buf_str(&digits)));
}

bool mark_measure(struct str name, struct icon *out)
{
    struct mark m = {0};
    double side = 0;
    if (!read_words(&m, name))
        return false;
    if (m.kind == MARK_BADGE || m.kind == MARK_TAB) {
        *out = (struct icon){.width_px = badge_width(&m) + 2, .height_px = 16};
        return true;
    }
    if (m.kind == MARK_SYMBOL || m.kind == MARK_RING)
        side = m.size + 3;
    else if (m.kind == MARK_TICK)
        side = m.size * 2 + 10;
    else
        side = 2 * cluster_radius_px((uint32_t)MIN(m.count, UINT32_MAX)) + 3;
    *out = (struct icon){.width_px = ceil(side), .height_px = ceil(side)};
    return true;
}

/* ---- shapes ---- */

static void polygon(cairo_t *cr, const double (*at)[2], size_t n, double r)
{
    cairo_new_sub_path(cr);
    for (size_t i = 0; i < n; i++)
        cairo_line_to(cr, at[i][0] * r, at[i][1] * r);
    cairo_close_path(cr);
}

/* Each about as heavy to the eye as a circle of that radius. */
static void family_path(cairo_t *cr, enum family f, double r)
{
    static const double diamond[][2] = {{0, -1.2}, {1.2, 0}, {0, 1.2}, {-1.2, 0}};
    static const double chevron[][2] = {{0, -1.12}, {1.12, 0.98}, {0, 0.42}, {-1.12, 0.98}};
    static const double hexagon[][2] = {{0.54, -0.95}, {1.09, 0}, {0.54, 0.95}, {-0.54, 0.95}, {-1.09, 0}, {-0.54, -0.95}};
    static const double square[][2] = {{-0.89, -0.89}, {0.89, -0.89}, {0.89, 0.89}, {-0.89, 0.89}};
    cairo_new_path(cr);
    if (f == FAMILY_RECOGNITION)
        polygon(cr, diamond, COUNT(diamond), r);
    else if (f == FAMILY_AIR)
        polygon(cr, chevron, COUNT(chevron), r);
    else if (f == FAMILY_SYSTEMS)
        polygon(cr, hexagon, COUNT(hexagon), r);
    else if (f == FAMILY_OTHER)
        polygon(cr, square, COUNT(square), r);
    else if (f == FAMILY_SOUND) { /* a drop: a circle below, drawn out to a point above */
        double c = 0.82 * r, y = 0.3 * r;
        cairo_move_to(cr, 0, -1.25 * r);
        cairo_curve_to(cr, 0.35 * r, -0.6 * r, c, -0.25 * r, c, y);
        cairo_arc(cr, 0, y, c, 0, M_PI);
        cairo_curve_to(cr, -c, -0.25 * r, -0.35 * r, -0.6 * r, 0, -1.25 * r);
        cairo_close_path(cr);
    } else {
        cairo_arc(cr, 0, 0, r, 0, 2 * M_PI);
        cairo_close_path(cr);
    }
}

static void rim(cairo_t *cr, const struct mark *m, double r, double width, struct rgba c)
{
    family_path(cr, m->family, r);
    color_set_source(cr, c, 1);
    cairo_set_line_width(cr, width);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_stroke(cr);
}

static void filled(cairo_t *cr, const struct mark *m, double r, struct rgba c)
{
    family_path(cr, m->family, r);
    color_set_source(cr, c, 1);
    cairo_fill(cr);
}

static void category_icon(cairo_t *cr, const struct mark *m, struct icon_set *icons, struct rgba c)
{
    const struct icon *i = m->category.len && m->size >= 18 ? icon_find(icons, m->category) : NULL;
    if (!i || i->height_px <= 0)
        return;
    double side = m->size * (m->family == FAMILY_IMAGE || m->family == FAMILY_SYSTEMS ? 0.66 : 0.58);
    cairo_save(cr);
    if (m->family == FAMILY_SOUND)
        cairo_translate(cr, 0, 0.1 * m->size);
    if (m->family == FAMILY_AIR)
        cairo_translate(cr, 0, 0.06 * m->size);
    icon_draw(icons, cr, m->category, &(struct icon_look){.scale = side / MAX(i->width_px, i->height_px), .tinted = true, .color = c});
    cairo_restore(cr);
}

static void draw_stopped(cairo_t *cr, const struct mark *m, const struct inks *k, double r, double line)
{
    filled(cr, m, r, k->paper);
    rim(cr, m, r - line / 2, line, k->color);
    cairo_move_to(cr, -r * 0.72, r * 0.72);
    cairo_line_to(cr, r * 0.72, -r * 0.72);
    cairo_set_line_width(cr, line);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_BUTT);
    cairo_stroke(cr);
}

static void draw_symbol(cairo_t *cr, const struct mark *m, const struct inks *k, struct icon_set *icons)
{
    double r = m->size / 2, line = CLAMP(m->size / 9, 1.0, 2.0), halo = m->size < 8 ? 1 : 1.5;
    bool small = m->size < 8;
    struct rgba inside = k->paper;
    rim(cr, m, r - 0.25, halo, k->paper);
    if (status_is_stopped(m->status)) {
        draw_stopped(cr, m, k, r, line);
        inside = (struct rgba){0};
    } else if (m->status == STATUS_ANNOUNCED) {
        filled(cr, m, r, k->paper);
        if (!small)
            cairo_set_dash(cr, (double[]){m->size * 0.2, m->size * 0.13}, 2, 0);
        rim(cr, m, r - line / 2, line, k->color);
        cairo_set_dash(cr, NULL, 0, 0);
        inside = k->color;
    } else if (m->status == STATUS_TRIAL && !small) {
        filled(cr, m, r, k->paper);
        filled(cr, m, m->size * GOLDEN_DOT, k->color);
        cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
        cairo_set_dash(cr, (double[]){0.01, line * 1.9}, 2, 0);
        rim(cr, m, r - line / 2, line, k->color);
        cairo_set_dash(cr, NULL, 0, 0);
    } else if (m->status == STATUS_SUSPENDED) {
        filled(cr, m, r, k->paper);
        cairo_save(cr);
        cairo_rectangle(cr, -2 * r, -2 * r, 2 * r, 4 * r);
        cairo_clip(cr);
        filled(cr, m, r, k->color);
        cairo_restore(cr);
        rim(cr, m, r - line / 2, line, k->color);
        inside = (struct rgba){0};
    } else {
        filled(cr, m, r, k->color);
    }
    if (inside.a > 0)
        category_icon(cr, m, icons, inside);
}

/* A triangle just outside of the symbol, pointing north. */
static void draw_tick(cairo_t *cr, const struct mark *m, const struct inks *k)
{
    double r = m->size / 2, base = r + 1.5, tip = base + MAX(3.5, m->size * 0.28), half = MAX(2.2, m->size * 0.2);
    cairo_move_to(cr, 0, -tip);
    cairo_line_to(cr, half, -base);
    cairo_line_to(cr, -half, -base);
    cairo_close_path(cr);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_width(cr, 2);
    color_set_source(cr, k->paper, 1);
    cairo_stroke_preserve(cr);
    color_set_source(cr, k->color, 1);
    cairo_fill(cr);
}

static void draw_words(cairo_t *cr, struct text_engine *text, struct str words, double size, struct xy centre, struct rgba c)
{
    struct text_style style = {.font = S("Noto Sans Bold"), .size_px = size, .line_height_em = 1.2, .max_width_px = INFINITY};
    const struct text_layout *l = text_layout_plain(text, words, &style);
    text_draw(text, cr, l, centre.x - l->width_px / 2, centre.y - l->height_px / 2, &(struct text_paint){.color = c, .opacity = 1});
}

static double ring_band(double r)
{
    return CLAMP(r * 0.2, 2.6, 5.0);
}

/* A part that is not the whole ends in a px of paper, so that what follows it below is parted from it. */
static void draw_ring(cairo_t *cr, const struct mark *m, const struct inks *k)
{
    double r = m->size / 2, band = ring_band(r), middle = r - band / 2, from = -M_PI / 2;
    double to = from + 2 * M_PI * (double)m->count / RING_PARTS, gap = m->count < RING_PARTS ? 1 / middle : 0;
    cairo_new_path(cr);
    if (m->count == 0) {
        cairo_arc(cr, 0, 0, r + 1, 0, 2 * M_PI);
        color_set_source(cr, k->paper, 1);
        cairo_fill(cr);
        return;
    }
    cairo_set_line_width(cr, band);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_BUTT);
    cairo_arc(cr, 0, 0, middle, from, to);
    color_set_source(cr, k->paper, 1);
    cairo_stroke(cr);
    cairo_arc(cr, 0, 0, middle, from, to - gap);
    color_set_source(cr, k->color, 1);
    cairo_stroke(cr);
}

static void draw_cluster(cairo_t *cr, const struct mark *m, const struct inks *k, struct text_engine *text)
{
    double r = cluster_radius_px((uint32_t)MIN(m->count, UINT32_MAX)), band = ring_band(r), middle = r - band / 2;
    struct rgba paper = k->paper;
    double from = -M_PI / 2, whole = (double)MAX(m->count, 1);
    cairo_arc(cr, 0, 0, r + 1, 0, 2 * M_PI);
    color_set_source(cr, paper, 1);
    cairo_fill(cr);
    cairo_set_line_width(cr, band);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_BUTT);
    int families = 0;
    for (int f = 0; f < FAMILY_COUNT; f++)
        families += m->by_family[f] > 0;
    double gap = families > 1 ? 1.0 / middle : 0; /* a px of paper between shares, so that they part in grey too */
    for (int f = 0; f < FAMILY_COUNT; f++) {
        double wide = 2 * M_PI * (double)m->by_family[f] / whole;
        if (m->by_family[f] == 0)
            continue;
        cairo_new_path(cr);
        double end = from + wide - gap;
        cairo_arc(cr, 0, 0, middle, from, MAX(end, from + 0.02));
        struct rgba share = mark_family_color(f, m->dark);
        color_set_source(cr, m->grey ? grey_of(share) : share, 1);
        cairo_stroke(cr);
        from += wide;
    }
    AUTO(buf) words = {0};
    put_count(&words, m->count);
    double runes = (double)str_runes(buf_str(&words)), room = 2 * (r - band) - 2;
    double size = MIN(CLAMP(r * 0.62, 8.0, 13.0), room / (runes * 0.56));
    draw_words(cr, text, buf_str(&words), MAX(size, 6.5), (struct xy){0, 0}, rgb(m->dark ? 0xf1f1f1 : 0x22262b));
}

static void draw_badge(cairo_t *cr, const struct mark *m, const struct inks *k, struct text_engine *text)
{
    double w = badge_width(m), h = 14, x = -w / 2, y = -h / 2, corner = 3;
    cairo_new_path(cr);
    cairo_arc(cr, x + w - corner, y + corner, corner, -M_PI / 2, 0);
    cairo_arc(cr, x + w - corner, y + h - corner, corner, 0, M_PI / 2);
    cairo_arc(cr, x + corner, y + h - corner, corner, M_PI / 2, M_PI);
    cairo_arc(cr, x + corner, y + corner, corner, M_PI, 1.5 * M_PI);
    cairo_close_path(cr);
    color_set_source(cr, k->paper, 1);
    cairo_fill_preserve(cr);
    color_set_source(cr, k->color, 1);
    cairo_set_line_width(cr, 1);
    cairo_stroke(cr);
    cairo_save(cr);
    cairo_translate(cr, x + 7, 0);
    filled(cr, m, 3.4, k->color);
    cairo_restore(cr);
    if (m->kind == MARK_TAB)
        return;
    AUTO(buf) words = {0};
    put_count(&words, m->count);
    draw_words(cr, text, buf_str(&words), 9.5, (struct xy){x + 12 + (w - 14) / 2, 0}, rgb(m->dark ? 0xf1f1f1 : 0x22262b));
}

void mark_draw(cairo_t *cr, struct str name, const struct icon_look *look, struct icon_set *icons, struct text_engine *text)
{
    struct mark m = {0};
    if (!read_words(&m, name))
        return;
    struct inks k = inks_of(&m, look);
    double strength = m.stale ? 0.5 : m.kind == MARK_SYMBOL && m.status == STATUS_UNKNOWN ? 0.6 : 1;
    cairo_save(cr);
    if (strength < 1)
        cairo_push_group(cr);
    if (m.kind == MARK_SYMBOL)
        draw_symbol(cr, &m, &k, icons);
    else if (m.kind == MARK_TICK)
        draw_tick(cr, &m, &k);
    else if (m.kind == MARK_CLUSTER)
        draw_cluster(cr, &m, &k, text);
    else if (m.kind == MARK_RING)
        draw_ring(cr, &m, &k);
    else
        draw_badge(cr, &m, &k, text);
    if (strength < 1) {
        cairo_pop_group_to_source(cr);
        cairo_paint_with_alpha(cr, strength);
    }
    cairo_restore(cr);
}
