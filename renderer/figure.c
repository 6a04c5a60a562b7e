#include "renderer/figure.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/base/clock.h"
#include "data/base/limits.h"
#include "renderer/layer.h"
#include "renderer/scale_bar.h"

/* In units; a picture of 800 × 600 px has a unit of a px. */
#define PAD 15.0
#define TITLE_TYPE 19.0
#define SAYS_TYPE 12.0
#define DATE_TYPE 10.5
#define FOOT_TYPE 8.8
#define BAR_LONGEST 130.0
#define ARROW_TALL 20.0
#define UNIT_LEAST 0.72
#define UNIT_MOST 3.0
#define MAP_SHARE_LEAST 0.3 /* of the whole's height */
#define MAP_LEAST_PX 60.0
#define SAYS_LINES 4
#define LEGEND_LEAST 0.6    /* of the unit */

/* ---- types ---- */

static struct paper_type type_of(const struct figure *f, double size, double grey, bool bold)
{
    return (struct paper_type){.size_pt = size * f->unit, .bold = bold, .align = -1, .grey = f->dark ? 1 - grey * 0.8 : grey,
        .max_width_pt = f->width_px - 2 * PAD * f->unit};
}

static struct paper_type title_type(const struct figure *f)
{
    return type_of(f, TITLE_TYPE, 0.1, true);
}

static struct paper_type says_type(const struct figure *f)
{
    return type_of(f, SAYS_TYPE, 0.24, false);
}

static struct paper_type date_type(const struct figure *f)
{
    return type_of(f, DATE_TYPE, 0.1, false);
}

static struct paper_type foot_type(const struct figure *f)
{
    return type_of(f, FOOT_TYPE, 0.36, false);
}

static double put_lines(struct paper *p, struct str text, double x, double y, struct paper_type type, int most, bool draw)
{
    type.max_lines = most;
    return draw ? paper_paragraph(p, text, x, y, &type) : paper_paragraph_height(p, text, &type);
}

/* ---- head and foot, measured and drawn by the same steps ---- */

static double put_head(struct paper *p, const struct figure *f, bool draw)
{
    double u = f->unit, y = PAD * u * 0.8;
    struct paper_type title = title_type(f), says = says_type(f);
    y += put_lines(p, f->title, PAD * u, y, title, 2, draw);
    if (f->says.len && f->says_lines)
        y += 2 * u + put_lines(p, f->says, PAD * u, y + 2 * u, says, f->says_lines, draw);
    return y + PAD * u * 0.6;
}

static bool has_arrow(const struct figure *f)
{
    return f->scale_bar || f->view.bearing_deg != 0;
}

static double put_signs(struct paper *p, const struct figure *f, double y)
{
    double u = f->unit, x = PAD * u;
    struct paper_type type = date_type(f);
    type.max_width_pt = 0;
    if (f->scale_bar) {
        double per_m = 1 / metres_per_px(mercator_lonlat(f->view.centre).lat, f->view.zoom + 1); /* px of 256-px tiles */
        x += scale_bar_draw(p, x, y, per_m, MIN(BAR_LONGEST * u, f->width_px * 0.3), &type);
        struct paper_type about = foot_type(f);
        if (f->at_latitude.len)
            x += 5 * u + paper_text(p, f->at_latitude, x + 5 * u, y, &about);
        x += 16 * u;
    }
    if (has_arrow(f)) {
        north_arrow_draw(p, x + 6 * u, y + 3 * u, ARROW_TALL * u * 0.8, -f->view.bearing_deg, f->north, type.grey);
        x += 20 * u;
    }
    return x;
}

/* The date stands at the right of the signs where there is room, else under them. */
static double put_foot(struct paper *p, const struct figure *f, double y, bool draw)
{
    double u = f->unit, from = y, x = PAD * u, right = f->width_px - PAD * u;
    struct paper_type date = date_type(f), foot = foot_type(f);
    double line = paper_paragraph_height(p, S("H"), &date);
    y += PAD * u * 0.55;
    if (has_arrow(f)) {
        double tall = ARROW_TALL * u * 1.25, middle = y + tall / 2;
        double used = draw ? put_signs(p, f, middle) : 0, wide = paper_text_width(p, f->as_of, &date);
        bool beside = x + 2 * BAR_LONGEST * u + 40 * u + wide < right;
        if (draw && beside && used) {
            date.align = 1;
            paper_text(p, f->as_of, right, middle, &date);
        }
        y += tall + 2 * u;
        if (!beside)
            y += put_lines(p, f->as_of, x, y, date, 2, draw);
    } else {
        y += MAX(put_lines(p, f->as_of, x, y, date, 2, draw), line);
    }
    y += 1.5 * u + put_lines(p, f->address, x, y + 1.5 * u, foot, 2, draw);
    y += put_lines(p, f->credit, x, y, foot, 5, draw);
    return y + PAD * u * 0.55 - from;
}

/* ---- where everything stands ---- */

/* The map's edges fall on whole device px. */
static double snapped(const struct figure *f, double v)
{
    return round(v * f->scale) / f->scale;
}

static bool legend_is_beside(const struct figure *f)
{
    return f->width_px >= 1.1 * f->height_px && f->width_px >= 480;
}

static struct legend legend_of(const struct figure *f, double unit)
{
    return (struct legend){.n = f->legend.n, .rows = f->legend.rows, .unit = unit, .grey = f->dark ? 0.88 : 0.14};
}

static void place_legend(struct paper *p, struct figure *f, double top, double bottom)
{
    double u = f->unit, w = f->width_px;
    bool had = f->legend_at.y1 > f->legend_at.y0;
    struct legend legend = legend_of(f, u);
    if (legend_is_beside(f)) {
        double wide = CLAMP(legend_width(p, &legend) + 2 * PAD * u, 130 * u, MIN(w * 0.3, 250 * u));
        if (had)
            wide = MAX(wide, f->legend_at.x1 - f->legend_at.x0);
        f->legend_at = (struct rect){w - wide, top, w, bottom};
        f->legend_columns = 1;
        legend_fit(p, &legend, wide - 1.8 * PAD * u, 1, bottom - top - PAD * u, LEGEND_LEAST * u);
        f->legend_unit = legend.unit;
        return;
    }
    f->legend_columns = (int)CLAMP((w - PAD * u) / (185 * u), 1.0, 4.0);
    double inner = (w - 2 * PAD * u) / f->legend_columns, most = (bottom - top) * 0.45;
    double tall = MIN(legend_fit(p, &legend, inner, f->legend_columns, most, LEGEND_LEAST * u), most) + PAD * u;
    if (had)
        tall = MAX(tall, f->legend_at.y1 - f->legend_at.y0);
    f->legend_at = (struct rect){0, bottom - tall, w, bottom};
    f->legend_unit = legend.unit;
}

/* False: too little is left for the map. */
static bool try_lay_out(struct paper *p, struct figure *f)
{
    double top = MAX(put_head(p, f, false), f->map.y0), bottom = f->height_px - put_foot(p, f, 0, false);
    struct rect map = {0, ceil(top * f->scale) / f->scale, f->width_px, floor(bottom * f->scale) / f->scale};
    if (f->legend.n) {
        place_legend(p, f, map.y0, map.y1);
        if (legend_is_beside(f))
            map.x1 = snapped(f, f->legend_at.x0);
        else
            map.y1 = snapped(f, f->legend_at.y0);
    }
    f->map = map;
    return map.y1 - map.y0 >= MAX(f->height_px * MAP_SHARE_LEAST, MAP_LEAST_PX) && map.x1 - map.x0 >= MAP_LEAST_PX;
}

bool figure_lay_out(struct painter *painter, struct figure *f, struct err *err)
{
    struct paper p = {.text = painter_text(painter)};
    f->unit = CLAMP(pow(f->width_px * f->height_px / (800.0 * 600), 0.25), UNIT_LEAST, UNIT_MOST);
    f->says_lines = f->says_lines ? f->says_lines : SAYS_LINES;
    while (!try_lay_out(&p, f)) {
        if (--f->says_lines < 0)
            return err_set(err, ERR_INVALID, "no room is left for the map beside its title%s and credit; ask for a larger picture%s",
                f->legend.n ? ", legend" : "", f->legend.n ? ", or for no legend" : "");
        f->map = f->legend_at = (struct rect){0};
    }
    f->view.scale = f->scale;
    f->view.width_px = (int)ceil(f->map.x1 - f->map.x0);
    f->view.height_px = (int)ceil(f->map.y1 - f->map.y0);
    return true;
}

/* ---- drawing ---- */

static void draw_ground(cairo_t *cr, const struct figure *f)
{
    if (f->dark)
        cairo_set_source_rgb(cr, 0x1b / 255.0, 0x1d / 255.0, 0x21 / 255.0);
    else
        cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
}

static void draw_around(struct painter *painter, cairo_t *cr, const struct figure *f, struct style *style)
{
    struct paper p = {cr, painter_text(painter)};
    double line = f->dark ? 0.32 : 0.78, u = f->unit;
    bool linked = f->link.len && !str_has(f->link, S("'")) && cairo_surface_get_type(cairo_get_target(cr)) == CAIRO_SURFACE_TYPE_PDF;
    put_head(&p, f, true);
    paper_line(&p, 0, f->map.y0, f->width_px, f->map.y0, 0.5, line);
    paper_line(&p, 0, f->map.y1, f->width_px, f->map.y1, 0.5, line);
    if (f->legend.n) {
        struct rect at = f->legend_at;
        struct legend legend = legend_of(f, f->legend_unit);
        bool beside = legend_is_beside(f);
        if (beside)
            paper_line(&p, at.x0, at.y0, at.x0, at.y1, 0.5, line);
        double wide = beside ? at.x1 - at.x0 - 1.8 * PAD * u : (at.x1 - at.x0 - 2 * PAD * u) / f->legend_columns;
        legend_draw(&p, &legend, painter_icons(painter, style, f->scale), at.x0 + PAD * u, at.y0 + PAD * u * 0.4, wide, f->legend_columns,
            at.y1 - at.y0 - PAD * u * 0.8);
        if (!beside)
            paper_line(&p, 0, at.y1, f->width_px, at.y1, 0.5, line);
    }
    AUTO(buf) uri = {0};
    buf_fmt(&uri, "uri='%.*s'", STR_ARG(f->link));
    if (linked)
        cairo_tag_begin(cr, CAIRO_TAG_LINK, uri.at);
    put_foot(&p, f, MAX(f->map.y1, f->legend.n && !legend_is_beside(f) ? f->legend_at.y1 : 0), true);
    if (linked)
        cairo_tag_end(cr, CAIRO_TAG_LINK);
}

static bool is_sound(cairo_t *cr, struct err *err)
{
    cairo_status_t status = cairo_status(cr);
    return status == CAIRO_STATUS_SUCCESS || err_set(err, ERR_INTERNAL, "drawing a figure: %s", cairo_status_to_string(status));
}

/* ---- of pixels ---- */

static void make_grey(cairo_surface_t *image)
{
    int stride = cairo_image_surface_get_stride(image) / 4, width = cairo_image_surface_get_width(image);
    uint32_t *row = (uint32_t *)(void *)cairo_image_surface_get_data(image);
    for (int y = cairo_image_surface_get_height(image); y > 0; y--, row += stride)
        for (int x = 0; x < width; x++) {
            uint32_t c = row[x], v = (54 * (c >> 16 & 255) + 183 * (c >> 8 & 255) + 19 * (c & 255) + 128) >> 8;
            row[x] = (c & 0xff000000) | v << 16 | v << 8 | v;
        }
}

/* The map is drawn on a window of the whole picture, laid over the ground: styles may leave it open. */
static bool draw_map_pixels(struct painter *painter, cairo_surface_t *image, const struct figure *f, struct style *style, const struct scene *scene,
    struct err *err)
{
    int x = (int)lround(f->map.x0 * f->scale), y = (int)lround(f->map.y0 * f->scale);
    int w = (int)lround(f->map.x1 * f->scale) - x, h = (int)lround(f->map.y1 * f->scale) - y;
    w = MIN(w, cairo_image_surface_get_width(image) - x);
    cairo_surface_t *map = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, w, h);
    bool ok = cairo_surface_status(map) == CAIRO_STATUS_SUCCESS || err_set(err, ERR_TOO_BIG, "no map of %d x %d px can be drawn here", w, h);
    ok = ok && map_draw_image(painter, map, &f->view, style, scene, err);
    if (ok) {
        cairo_t *cr = cairo_create(image);
        cairo_set_source_surface(cr, map, x, y);
        cairo_paint(cr);
        cairo_destroy(cr);
    }
    cairo_surface_destroy(map);
    return ok;
}

static bool draw_pixels(struct painter *painter, const struct figure *f, enum picture_format format, struct style *style, const struct scene *scene,
    struct buf *out, struct err *err)
{
    int w = (int)lround(f->width_px * f->scale), h = (int)lround(f->height_px * f->scale);
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, w, h);
    if (cairo_surface_status(image) != CAIRO_STATUS_SUCCESS) {
        cairo_surface_destroy(image);
        return err_set(err, ERR_TOO_BIG, "no picture of %d x %d px can be made here", w, h);
    }
    cairo_t *cr = cairo_create(image);
    draw_ground(cr, f);
    bool ok = draw_map_pixels(painter, image, f, style, scene, err);
    if (ok) {
        cairo_scale(cr, f->scale, f->scale);
        draw_around(painter, cr, f, style);
    }
    ok = ok && is_sound(cr, err);
    cairo_destroy(cr);
    cairo_surface_flush(image);
    if (ok && f->grey)
        make_grey(image);
    ok = ok && encode_surface(out, image, format, err);
    cairo_surface_destroy(image);
    if (ok && format == PICTURE_PNG && f->dots_per_inch > 0)
        encode_png_density(out, f->dots_per_inch);
    return ok;
}

/* ---- as vectors ---- */

static cairo_status_t append(void *to, const unsigned char *bytes, unsigned n)
{
    buf_put(to, bytes, n);
    return CAIRO_STATUS_SUCCESS;
}

static void describe_pdf(cairo_surface_t *pdf, const struct figure *f)
{
    AUTO(buf) title = {0};
    char when[32];
    struct ymd d = clock_ymd(f->day);
    buf_fmt(&title, "%.*s", STR_ARG(f->title));
    snprintf(when, sizeof when, "%04d-%02d-%02dT00:00:00Z", d.year, d.month, d.day);
    cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_TITLE, title.at);
    cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_CREATE_DATE, when);
}

/* What a screen reader says of it, which Cairo does not write. */
static void describe_svg(struct buf *svg, const struct figure *f)
{
    AUTO(buf) whole = {0};
    size_t from = str_find(buf_str(svg), S("<svg "));
    size_t end = from == SIZE_MAX ? SIZE_MAX : str_find(str_slice(buf_str(svg), from, svg->len), S(">"));
    if (end == SIZE_MAX)
        return;
    buf_add(&whole, str_slice(buf_str(svg), 0, from + end));
    buf_add(&whole, S(" role=\"img\"><title>"));
    buf_xml(&whole, f->title);
    buf_add(&whole, S("</title><desc>"));
    buf_xml(&whole, f->says);
    buf_add(&whole, S("</desc>"));
    buf_add(&whole, str_slice(buf_str(svg), from + end + 1, svg->len));
    buf_clear(svg);
    buf_add(svg, buf_str(&whole));
}

static bool draw_vectors(struct painter *painter, const struct figure *f, enum picture_format format, struct style *style, const struct scene *scene,
    struct buf *out, struct err *err)
{
    bool pdf = format == PICTURE_PDF;
    double unit = f->scale * (pdf ? 0.75 : 1); /* a CSS px is 1/96 in, a PDF point 1/72 in */
    cairo_surface_t *s = pdf ? cairo_pdf_surface_create_for_stream(append, out, f->width_px * unit, f->height_px * unit)
                             : cairo_svg_surface_create_for_stream(append, out, f->width_px * unit, f->height_px * unit);
    if (pdf)
        describe_pdf(s, f);
    else
        cairo_svg_surface_set_document_unit(s, CAIRO_SVG_UNIT_PX);
    struct view view = f->view;
    view.scale = 1;
    cairo_t *cr = cairo_create(s);
    cairo_scale(cr, unit, unit);
    draw_ground(cr, f);
    cairo_save(cr);
    cairo_rectangle(cr, f->map.x0, f->map.y0, f->map.x1 - f->map.x0, f->map.y1 - f->map.y0);
    cairo_clip(cr);
    cairo_translate(cr, f->map.x0, f->map.y0);
    bool ok = map_draw(painter, cr, &view, style, scene, err);
    cairo_restore(cr);
    if (ok)
        draw_around(painter, cr, f, style);
    ok = ok && is_sound(cr, err);
    cairo_destroy(cr);
    cairo_surface_finish(s);
    if (ok && cairo_surface_status(s) != CAIRO_STATUS_SUCCESS)
        ok = err_set(err, ERR_INTERNAL, "drawing a figure: %s", cairo_status_to_string(cairo_surface_status(s)));
    cairo_surface_destroy(s);
    if (ok && !pdf)
        describe_svg(out, f);
    return ok;
}

bool figure_draw(struct painter *painter, const struct figure *f, enum picture_format format, struct style *style, const struct scene *scene,
    struct buf *out, struct err *err)
{
    bool vectors = format == PICTURE_PDF || format == PICTURE_SVG;
    return vectors ? draw_vectors(painter, f, format, style, scene, out, err) : draw_pixels(painter, f, format, style, scene, out, err);
}

bool figure_style_is_dark(const struct style *style)
{
    const struct style_layer *layers;
    size_t n = style_layers(style, &layers);
    struct expr_input in = {.zoom = 0};
    for (size_t i = 0; i < n; i++)
        if (layers[i].kind == LAYER_BACKGROUND && !layers[i].hidden) {
            struct rgba c = style_color(&layers[i], PROP_BACKGROUND_COLOR, &in);
            return c.a > 0.5 && 0.2126 * c.r + 0.7152 * c.g + 0.0722 * c.b < 0.4;
        }
    return false;
}
