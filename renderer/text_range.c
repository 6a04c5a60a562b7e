/*
 * The outline of a glyph, flattened, is a set of edges. Each edge tells the pixels near it how far it is (the least counts)
 * and each pixel row which pixels it has on its left (the winding number says what is inside):
 *
 *     byte = 191 - 32 · d     d: px from the outline, outwards; so 0 is 6 px off and 255 is 2 px inside
 */
#include "renderer/text_range.h"

#include <hb.h>
#include <math.h>
#include <string.h>

#include "data/geo/protobuf.h"
#include "renderer/text_pango.h"

enum {
    EM_PX = 24, BORDER_PX = 3,
    BASELINE_PX = 26,      /* of the format's line above its baseline: Noto Sans' ascender, and what MapLibre reckons with */
    GLYPH_MAX_PX = 512,    /* wider is no letter */
    FIELD_PX = 8,          /* how far an edge is heard */
    WEIGHT_STEP = 100
};
#define FLAT_PX 0.02
#define FIELD_EDGE 191.0
#define FIELD_STEP 32.0

/* ---- addresses ---- */

bool text_range_read(struct str file, uint32_t *first)
{
    struct str from;
    uint64_t a, b;
    if (!str_ends(file, S(".pbf")))
        return false;
    file.len -= 4;
    if (!str_next(&file, '-', &from) || !str_u64(from, &a) || !str_u64(file, &b) || a > TEXT_RANGE_LAST ||
        a % TEXT_RANGE != 0 || b != a + TEXT_RANGE - 1)
        return false;
    *first = (uint32_t)a;
    return true;
}

/* ---- stacks ---- */

static const char *installed(struct text_engine *t, const char *name)
{
    PangoFontFamily **families;
    const char *found = NULL;
    int n;
    pango_context_list_families(text_pango(t), &families, &n);
    for (int i = 0; i < n && !found; i++)
        if (g_ascii_strcasecmp(pango_font_family_get_name(families[i]), name) == 0)
            found = pango_font_family_get_name(families[i]);
    g_free(families);
    return found;
}

/* Family and looks of the first, by which the whole stack is written. */
static void put_first(struct buf *out, const char *family, const PangoFontDescription *looks)
{
    PangoFontDescription *d = pango_font_description_new();
    int weight = (pango_font_description_get_weight(looks) + WEIGHT_STEP / 2) / WEIGHT_STEP * WEIGHT_STEP;
    pango_font_description_set_family(d, family);
    pango_font_description_set_style(d, pango_font_description_get_style(looks));
    pango_font_description_set_stretch(d, pango_font_description_get_stretch(looks));
    pango_font_description_set_weight(d, (PangoWeight)CLAMP(weight, WEIGHT_STEP, 10 * WEIGHT_STEP));
    char *text = pango_font_description_to_string(d);
    buf_add(out, str_of(text));
    g_free(text);
    pango_font_description_free(d);
}

static bool has_font(struct str stack, const char *family)
{
    struct str one;
    while (str_next(&stack, ',', &one))
        if (str_eq(one, str_of(family)))
            return true;
    return false;
}

bool text_range_stack(struct text_engine *t, struct str asked, struct buf *out, struct err *err)
{
    AUTO(buf) families = {0}; /* as far as they are known: "Noto Sans,DejaVu Sans" */
    struct str rest = asked, one;
    size_t n = 0;
    if (asked.len == 0 || asked.len > TEXT_STACK_MAX_BYTES)
        return err_set(err, ERR_INVALID, "a stack of fonts has 1 to %d bytes", TEXT_STACK_MAX_BYTES);
    PangoFontDescription *looks = text_describe(asked, EM_PX);
    buf_clear(out);
    while (n <= TEXT_STACK_FONTS_MAX && str_next(&rest, ',', &one)) {
        PangoFontDescription *d = text_describe(one, EM_PX);
        AUTO_FREE char *name = strdup(pango_font_description_get_family(d));
        name[strcspn(name, ",")] = '\0';
        const char *family = installed(t, name);
        pango_font_description_free(d);
        n++;
        if (!family || strchr(family, ',') || has_font(buf_str(&families), family))
            continue;
        if (families.len) {
            buf_char(&families, ',');
            buf_fmt(out, ",%s", family);
        } else {
            put_first(out, family, looks);
        }
        buf_add(&families, str_of(family));
    }
    if (!out->len)
        put_first(out, "Noto Sans", looks);
    pango_font_description_free(looks);
    return n <= TEXT_STACK_FONTS_MAX || err_set(err, ERR_INVALID, "a stack names at most %d fonts", TEXT_STACK_FONTS_MAX);
}

/* ---- the field ---- */

struct field {
    int left, top, width, height; /* px; left and top of the border, y down from the baseline */
    float *distance;              /* squared, px, to the nearest edge */
    int *winding;                 /* what the edges left of a pixel add up to, as differences along the row */
};

static void hear_edge(struct field *f, double ax, double ay, double bx, double by)
{
    double dx = bx - ax, dy = by - ay, length2 = dx * dx + dy * dy;
    int x0 = MAX((int)floor(MIN(ax, bx)) - FIELD_PX, 0), x1 = MIN((int)ceil(MAX(ax, bx)) + FIELD_PX, f->width);
    int y0 = MAX((int)floor(MIN(ay, by)) - FIELD_PX, 0), y1 = MIN((int)ceil(MAX(ay, by)) + FIELD_PX, f->height);
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++) {
            double px = x + 0.5 - ax, py = y + 0.5 - ay;
            double along = length2 > 0 ? CLAMP((px * dx + py * dy) / length2, 0.0, 1.0) : 0;
            double ex = px - along * dx, ey = py - along * dy;
            float d = (float)(ex * ex + ey * ey), *least = &f->distance[y * f->width + x];
            *least = MIN(*least, d);
        }
}

static void wind_edge(struct field *f, double ax, double ay, double bx, double by)
{
    int turn = ay < by ? 1 : -1;
    double top = MIN(ay, by), bottom = MAX(ay, by);
    for (int y = MAX((int)ceil(top - 0.5), 0); y < f->height && y + 0.5 < bottom; y++) {
        double x = ax + (y + 0.5 - ay) / (by - ay) * (bx - ax);
        int from = MAX((int)ceil(x - 0.5), 0);
        if (from < f->width)
            f->winding[y * f->width + from] += turn;
    }
}

static void add_edge(struct field *f, struct xy a, struct xy b)
{
    if (a.x == b.x && a.y == b.y)
        return;
    hear_edge(f, a.x - f->left, a.y - f->top, b.x - f->left, b.y - f->top);
    if (a.y != b.y)
        wind_edge(f, a.x - f->left, a.y - f->top, b.x - f->left, b.y - f->top);
}

static void add_path(struct field *f, const cairo_path_t *path)
{
    struct xy first = {0}, at = {0};
    for (int i = 0; i < path->num_data; i += path->data[i].header.length) {
        const cairo_path_data_t *d = &path->data[i];
        struct xy to = d->header.length > 1 ? (struct xy){d[1].point.x, d[1].point.y} : first;
        if (d->header.type == CAIRO_PATH_MOVE_TO) {
            add_edge(f, at, first); /* a contour left open is closed */
            first = to;
        } else {
            add_edge(f, at, to);
        }
        at = to;
    }
    add_edge(f, at, first);
}

static void put_field(const struct field *f, struct buf *out)
{
    unsigned char *to = (unsigned char *)buf_room(out, (size_t)f->width * (size_t)f->height);
    for (int y = 0; y < f->height; y++) {
        int winding = 0;
        for (int x = 0; x < f->width; x++) {
            double d = sqrt((double)f->distance[y * f->width + x]);
            winding += f->winding[y * f->width + x];
            *to++ = (unsigned char)(CLAMP(FIELD_EDGE - FIELD_STEP * (winding ? -d : d), 0.0, 255.0) + 0.5);
        }
    }
    out->len += (size_t)f->width * (size_t)f->height;
}

/* ---- glyphs ---- */

struct outline {
    cairo_path_t *path; /* flat */
    double x0, y0, x1, y1, advance;
    bool drawn;         /* it has an inside */
};

static void measure(struct outline *o)
{
    bool any = false;
    for (int i = 0; i < o->path->num_data; i += o->path->data[i].header.length) {
        const cairo_path_data_t *d = &o->path->data[i];
        if (d->header.length < 2)
            continue;
        double x = d[1].point.x, y = d[1].point.y;
        o->x0 = any ? MIN(o->x0, x) : x;
        o->x1 = any ? MAX(o->x1, x) : x;
        o->y0 = any ? MIN(o->y0, y) : y;
        o->y1 = any ? MAX(o->y1, y) : y;
        any = true;
    }
    o->drawn = o->x1 > o->x0 && o->y1 > o->y0;
}

static bool find_outline(cairo_t *cr, PangoFontset *fonts, uint32_t rune, struct outline *o)
{
    PangoFont *font = pango_fontset_get_font(fonts, rune);
    hb_codepoint_t index;
    *o = (struct outline){0};
    if (!font)
        return false;
    bool has = hb_font_get_nominal_glyph(pango_font_get_hb_font(font), rune, &index);
    cairo_scaled_font_t *scaled = has ? pango_cairo_font_get_scaled_font(PANGO_CAIRO_FONT(font)) : NULL;
    if (scaled) {
        cairo_glyph_t glyph = {.index = index};
        cairo_text_extents_t extents;
        cairo_scaled_font_glyph_extents(scaled, &glyph, 1, &extents);
        cairo_new_path(cr);
        cairo_set_scaled_font(cr, scaled);
        cairo_glyph_path(cr, &glyph, 1);
        o->path = cairo_copy_path_flat(cr);
        o->advance = extents.x_advance;
        measure(o);
    }
    g_object_unref(font);
    return o->path != NULL;
}

static void put_glyph(const struct outline *o, uint32_t rune, struct buf *glyph)
{
    int left = (int)floor(o->x0 + 0.5), top = (int)floor(o->y0 + 0.5);
    int width = o->drawn ? MAX((int)floor(o->x1 + 0.5) - left, 1) : 0, height = o->drawn ? MAX((int)floor(o->y1 + 0.5) - top, 1) : 0;
    protobuf_u64(glyph, 1, rune);
    if (o->drawn) {
        struct field f = {left - BORDER_PX, top - BORDER_PX, width + 2 * BORDER_PX, height + 2 * BORDER_PX, NULL, NULL};
        size_t n = (size_t)f.width * (size_t)f.height;
        AUTO_FREE float *distance = base_alloc(n, sizeof *distance);
        AUTO_FREE int *winding = base_alloc(n, sizeof *winding);
        AUTO(buf) bitmap = {0};
        for (size_t i = 0; i < n; i++)
            distance[i] = FIELD_PX * FIELD_PX;
        f.distance = distance;
        f.winding = winding;
        add_path(&f, o->path);
        put_field(&f, &bitmap);
        protobuf_bytes(glyph, 2, buf_str(&bitmap));
    }
    protobuf_u64(glyph, 3, (uint64_t)width);
    protobuf_u64(glyph, 4, (uint64_t)height);
    protobuf_s64(glyph, 5, o->drawn ? left : 0);
    protobuf_s64(glyph, 6, (o->drawn ? -top : 0) - BASELINE_PX);
    protobuf_u64(glyph, 7, (uint64_t)CLAMP(o->advance + 0.5, 0.0, (double)GLYPH_MAX_PX));
}

static bool is_character(uint32_t rune)
{
    return rune >= 0x20 && !(rune >= 0x7F && rune < 0xA0) && !(rune >= 0xD800 && rune < 0xE000);
}

void text_range_write(struct text_engine *t, struct str stack, uint32_t first, struct buf *out)
{
    AUTO(buf) message = {0};
    AUTO(buf) range = {0};
    PangoFontDescription *d = text_describe(stack, EM_PX);
    PangoContext *context = text_pango(t);
    PangoFontset *fonts = pango_font_map_load_fontset(pango_context_get_font_map(context), context, d, pango_language_get_default());
    cairo_surface_t *one = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
    cairo_t *cr = cairo_create(one);
    cairo_set_tolerance(cr, FLAT_PX);
    protobuf_bytes(&message, 1, stack);
    buf_fmt(&range, "%u-%u", first, first + TEXT_RANGE - 1);
    protobuf_bytes(&message, 2, buf_str(&range));
    for (uint32_t rune = first; rune < first + TEXT_RANGE; rune++) {
        struct outline o;
        AUTO(buf) glyph = {0};
        if (!is_character(rune) || !find_outline(cr, fonts, rune, &o))
            continue;
        if (o.x1 - o.x0 <= GLYPH_MAX_PX && o.y1 - o.y0 <= GLYPH_MAX_PX) {
            put_glyph(&o, rune, &glyph);
            protobuf_bytes(&message, 3, buf_str(&glyph));
        }
        cairo_path_destroy(o.path);
    }
    protobuf_bytes(out, 1, buf_str(&message));
    cairo_destroy(cr);
    cairo_surface_destroy(one);
    g_object_unref(fonts);
    pango_font_description_free(d);
}
