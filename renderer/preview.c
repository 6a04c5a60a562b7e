#include "renderer/preview.h"

#include <math.h>

#include "renderer/encode.h"
#include "renderer/layer.h"
#include "renderer/paper.h"

#define PAD 46.0
#define PANEL_WIDE (PREVIEW_WIDE_PX - PREVIEW_MAP_WIDE_PX)
#define SITE_TYPE 27.0
#define KIND_TYPE 33.0
#define TITLE_MOST 72.0
#define TITLE_LEAST 44.0
#define TITLE_LINES 4
#define NUMBER_TYPE 68.0
#define SAYS_TYPE 34.0
#define SENTENCE_TYPE 36.0
#define CREDIT_TYPE 12.5
#define ROW_TALL 80.0
#define ROOM (PANEL_WIDE - 2 * PAD)

static const struct paper_type NUMBER = {.size_pt = NUMBER_TYPE, .bold = true, .align = -1, .grey = 0.08};

static struct paper_type plain(double size, double grey, int lines)
{
    return (struct paper_type){.size_pt = size, .align = -1, .grey = grey, .max_width_pt = ROOM, .max_lines = lines};
}

/* ---- the figures, from the bottom up ---- */

static double row_tall(struct paper *p, const struct preview_row *r)
{
    struct paper_type type = plain(SENTENCE_TYPE, 0.1, 3);
    if (r->number.len)
        return ROW_TALL;
    type.max_width_pt -= r->mark.len ? 62 : 0;
    return paper_paragraph_height(p, r->says, &type) + 20;
}

static void draw_row(struct paper *p, const struct preview_row *r, struct icon_set *icons, double y)
{
    double tall = row_tall(p, r), middle = y + tall / 2;
    if (r->number.len) {
        struct paper_type type = plain(SAYS_TYPE, 0.2, 1), number = NUMBER;
        double x = PAD + paper_text_width(p, r->number, &number) + 18;
        type.max_width_pt = PANEL_WIDE - PAD / 2 - x;
        double wide = paper_text_width(p, r->says, &(struct paper_type){.size_pt = SAYS_TYPE});
        if (wide > type.max_width_pt)
            type.size_pt = MAX(SAYS_TYPE * type.max_width_pt / wide, SAYS_TYPE * 0.7);
        paper_text(p, r->number, PAD, middle, &number);
        paper_text(p, r->says, x, middle + NUMBER_TYPE * 0.1, &type);
        return;
    }
    struct paper_type type = plain(SENTENCE_TYPE, 0.1, 3);
    double x = PAD;
    if (r->mark.len) {
        cairo_save(p->cr);
        cairo_translate(p->cr, PAD + 21, y + 10 + SENTENCE_TYPE * 0.62);
        icon_draw(icons, p->cr, r->mark, &(struct icon_look){.scale = 1});
        cairo_restore(p->cr);
        x += 62;
        type.max_width_pt -= 62;
    }
    paper_paragraph(p, r->says, x, y + 10, &type);
}

static double draw_rows(struct paper *p, const struct preview *c, struct icon_set *icons)
{
    double y = PREVIEW_HIGH_PX - PAD * 0.7;
    for (size_t i = c->n_rows; i--;) {
        y -= row_tall(p, &c->rows[i]);
        draw_row(p, &c->rows[i], icons, y);
    }
    return y;
}

/* ---- the title in what is left ---- */

static double longest_word(struct paper *p, struct str text, const struct paper_type *type)
{
    struct paper_type free = *type;
    struct str word;
    double most = 0;
    free.max_width_pt = 0;
    while (str_next(&text, ' ', &word))
        most = MAX(most, paper_text_width(p, word, &free));
    return most;
}

static void draw_title(struct paper *p, struct str title, double top, double bottom)
{
    struct paper_type type = {.size_pt = TITLE_MOST, .bold = true, .align = -1, .grey = 0.05, .max_width_pt = ROOM, .max_lines = TITLE_LINES};
    double tall = paper_paragraph_height(p, title, &type);
    while ((tall > bottom - top || longest_word(p, title, &type) > ROOM) && type.size_pt > TITLE_LEAST) {
        type.size_pt -= 4;
        tall = paper_paragraph_height(p, title, &type);
    }
    while (tall > bottom - top && type.max_lines > 1) {
        type.max_lines--;
        tall = paper_paragraph_height(p, title, &type);
    }
    paper_paragraph(p, title, PAD, top, &type);
}

static void draw_panel(struct painter *painter, cairo_t *cr, const struct preview *c, struct icon_set *icons)
{
    struct paper p = {cr, painter_text(painter)};
    struct paper_type site = plain(SITE_TYPE, 0.38, 1), kind = plain(KIND_TYPE, 0.3, 1);
    double y = PAD * 0.8;
    cairo_rectangle(cr, 0, 0, PANEL_WIDE, PREVIEW_HIGH_PX);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_fill(cr);
    paper_line(&p, PANEL_WIDE, 0, PANEL_WIDE, PREVIEW_HIGH_PX, 1, 0.7);
    y += paper_paragraph(&p, c->site, PAD, y, &site) + 14;
    if (c->kind.len)
        y += paper_paragraph(&p, c->kind, PAD, y, &kind) + 4;
    draw_title(&p, c->title, y, draw_rows(&p, c, icons) - 8);
}

static void draw_over_map(struct painter *painter, cairo_t *cr, const struct preview *c)
{
    struct paper p = {cr, painter_text(painter)};
    struct paper_type credit = {.size_pt = CREDIT_TYPE, .align = -1, .grey = 0.25, .halo_pt = 1.6, .max_width_pt = PREVIEW_MAP_WIDE_PX - 24, .max_lines = 3};
    if (c->ringed) {
        double x = PANEL_WIDE + PREVIEW_MAP_WIDE_PX / 2.0, y = PREVIEW_HIGH_PX / 2.0;
        paper_circle(&p, x, y, 30, -1, 8, 1);
        paper_circle(&p, x, y, 30, -1, 4, 0.1);
    }
    double tall = paper_paragraph_height(&p, c->credit, &credit);
    paper_paragraph(&p, c->credit, PANEL_WIDE + 12, PREVIEW_HIGH_PX - 8 - tall, &credit);
}

bool preview_draw(struct painter *painter, const struct preview *c, struct style *style, const struct scene *scene, struct buf *out, struct err *err)
{
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, PREVIEW_WIDE_PX, PREVIEW_HIGH_PX);
    int stride = cairo_image_surface_get_stride(image);
    cairo_surface_flush(image);
    unsigned char *right = cairo_image_surface_get_data(image) + PANEL_WIDE * 4;
    cairo_surface_t *map = cairo_image_surface_create_for_data(right, CAIRO_FORMAT_ARGB32, PREVIEW_MAP_WIDE_PX, PREVIEW_HIGH_PX, stride);
    struct view view = c->view;
    view.scale = 1;
    view.width_px = PREVIEW_MAP_WIDE_PX;
    view.height_px = PREVIEW_HIGH_PX;
    bool ok = map_draw_image(painter, map, &view, style, scene, err);
    cairo_surface_destroy(map);
    cairo_surface_mark_dirty(image);
    if (ok) {
        cairo_t *cr = cairo_create(image);
        draw_panel(painter, cr, c, painter_icons(painter, style, 1));
        draw_over_map(painter, cr, c);
        cairo_status_t status = cairo_status(cr);
        cairo_destroy(cr);
        ok = status == CAIRO_STATUS_SUCCESS || err_set(err, ERR_INTERNAL, "drawing a card: %s", cairo_status_to_string(status));
    }
    cairo_surface_flush(image);
    ok = ok && encode_surface(out, image, PICTURE_PNG, err);
    cairo_surface_destroy(image);
    return ok;
}
