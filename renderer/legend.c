#include "renderer/legend.h"

#include <math.h>

/* In units. */
#define TYPE 11.0
#define HEADING_TYPE 9.0
#define SIGN_WIDE 26.0
#define ROW_GAP 5.0
#define ROW_LEAST 19.0
#define HEADING_GAP 7.0
#define COLUMN_GAP 14.0

static struct paper_type type_of(const struct legend *l, const struct legend_row *r, double column_width)
{
    bool heading = r->sign == LEGEND_HEADING;
    double room = column_width - (heading ? 0 : SIGN_WIDE * l->unit);
    return (struct paper_type){.size_pt = (heading ? HEADING_TYPE : TYPE) * l->unit, .bold = heading, .align = -1, .grey = l->grey, .max_width_pt = room};
}

double legend_width(struct paper *p, const struct legend *l)
{
    double most = 0;
    for (size_t i = 0; i < l->n; i++) {
        struct paper_type type = type_of(l, &l->rows[i], 0);
        type.max_width_pt = 0;
        double sign = l->rows[i].sign == LEGEND_HEADING ? 0 : SIGN_WIDE * l->unit;
        most = MAX(most, sign + paper_text_width(p, l->rows[i].text, &type));
    }
    return most + l->unit;
}

static double row_height(struct paper *p, const struct legend *l, const struct legend_row *r, double column_width)
{
    struct paper_type type = type_of(l, r, column_width);
    double text = paper_paragraph_height(p, r->text, &type);
    return r->sign == LEGEND_HEADING ? text + HEADING_GAP * l->unit : MAX(text + ROW_GAP * l->unit, ROW_LEAST * l->unit);
}

static bool is_heading(const struct legend *l, size_t i)
{
    return i < l->n && l->rows[i].sign == LEGEND_HEADING;
}

/* Whether a column ends before row i, which begins at y. A heading stays with what it is for. */
static bool breaks(struct paper *p, const struct legend *l, size_t i, double column_width, double y, double most)
{
    double needed = row_height(p, l, &l->rows[i], column_width);
    if (is_heading(l, i) && i + 1 < l->n)
        needed += row_height(p, l, &l->rows[i + 1], column_width);
    return y > 0 && y + needed > most && !(i && is_heading(l, i - 1));
}

/* Whether everything fits into so many columns of this height. */
static bool flows(struct paper *p, const struct legend *l, double column_width, int columns, double most)
{
    double y = 0;
    int column = 0;
    for (size_t i = 0; i < l->n; i++) {
        if (breaks(p, l, i, column_width, y, most)) {
            y = 0;
            column++;
        }
        y += row_height(p, l, &l->rows[i], column_width);
        if (column >= columns || y > most)
            return false;
    }
    return true;
}

double legend_height(struct paper *p, const struct legend *l, double column_width, int columns)
{
    double width = column_width - (columns > 1 ? COLUMN_GAP * l->unit : 0), low = 0, high = 1;
    for (size_t i = 0; i < l->n; i++)
        high += row_height(p, l, &l->rows[i], width);
    while (high - low > 1) { /* the least height into which it flows, by halving */
        double middle = (low + high) / 2;
        *(flows(p, l, width, columns, middle) ? &high : &low) = middle;
    }
    return high;
}

double legend_fit(struct paper *p, struct legend *l, double column_width, int columns, double height, double least)
{
    double tall = legend_height(p, l, column_width, columns);
    while (tall > height && l->unit > least) {
        l->unit = MAX(l->unit * 0.93, least);
        tall = legend_height(p, l, column_width, columns);
    }
    return tall;
}

/* ---- signs ---- */

static void area_path(struct paper *p, const struct legend *l)
{
    cairo_new_path(p->cr);
    cairo_rectangle(p->cr, -9 * l->unit, -5.5 * l->unit, 18 * l->unit, 11 * l->unit);
}

static void strokes(struct paper *p, const struct legend *l)
{
    for (int i = -3; i <= 3; i++) {
        cairo_move_to(p->cr, (i * 5 - 6) * l->unit, 6 * l->unit);
        cairo_line_to(p->cr, (i * 5 + 6) * l->unit, -6 * l->unit);
    }
    cairo_set_line_width(p->cr, 0.6 * l->unit);
    cairo_stroke(p->cr);
}

static void dots(struct paper *p, const struct legend *l)
{
    for (int y = -1; y <= 1; y++)
        for (int x = -3; x <= 3; x++) {
            cairo_new_path(p->cr);
            cairo_arc(p->cr, (x * 3 + (y ? 0 : 1.5)) * l->unit, y * 3.5 * l->unit, 0.8 * l->unit, 0, 2 * M_PI);
            cairo_fill(p->cr);
        }
}

static void draw_area(struct paper *p, const struct legend *l, const struct legend_row *r)
{
    struct rgba c = r->color;
    area_path(p, l);
    cairo_save(p->cr);
    cairo_clip(p->cr);
    if (r->sign == LEGEND_AREA || r->sign == LEGEND_AREA_HATCHED) {
        color_set_source(p->cr, c, 0.12);
        cairo_paint(p->cr);
    }
    cairo_set_source_rgb(p->cr, l->grey, l->grey, l->grey);
    if (r->sign == LEGEND_AREA_HATCHED)
        strokes(p, l);
    if (r->sign == LEGEND_AREA_DOTTED)
        dots(p, l);
    cairo_restore(p->cr);
    if (r->sign == LEGEND_AREA_DOTTED) /* surveyed: no edge */
        return;
    area_path(p, l);
    color_set_source(p->cr, c, 1);
    if (r->sign == LEGEND_AREA_DASHED)
        cairo_set_dash(p->cr, (double[]){3 * l->unit, 2 * l->unit}, 2, 0);
    cairo_set_line_width(p->cr, l->unit);
    cairo_stroke(p->cr);
    cairo_set_dash(p->cr, NULL, 0, 0);
}

static void draw_cone(struct paper *p, const struct legend *l, const struct legend_row *r)
{
    bool estimated = r->sign == LEGEND_CONE_ESTIMATED;
    cairo_new_path(p->cr);
    cairo_move_to(p->cr, -9 * l->unit, 0);
    cairo_arc(p->cr, -9 * l->unit, 0, 18 * l->unit, -0.4, 0.4);
    cairo_close_path(p->cr);
    color_set_source(p->cr, r->color, estimated ? 0.12 : 0.22);
    cairo_fill_preserve(p->cr);
    color_set_source(p->cr, r->color, 1);
    if (estimated)
        cairo_set_dash(p->cr, (double[]){2 * l->unit, 1.5 * l->unit}, 2, 0);
    cairo_set_line_width(p->cr, 0.8 * l->unit);
    cairo_stroke(p->cr);
    cairo_set_dash(p->cr, NULL, 0, 0);
}

static void draw_sign(struct paper *p, const struct legend *l, const struct legend_row *r, struct icon_set *icons, double x, double y)
{
    cairo_save(p->cr);
    cairo_translate(p->cr, x, y);
    if (r->sign == LEGEND_MARK) {
        cairo_scale(p->cr, l->unit, l->unit);
        if (r->under.len) {
            cairo_translate(p->cr, 0, 2.5); /* what is drawn over it reaches up */
            icon_draw(icons, p->cr, r->under, &(struct icon_look){.scale = 1});
        }
        icon_draw(icons, p->cr, r->mark, &(struct icon_look){.scale = 1});
    } else if (r->sign == LEGEND_CONE || r->sign == LEGEND_CONE_ESTIMATED) {
        draw_cone(p, l, r);
    } else {
        draw_area(p, l, r);
    }
    cairo_restore(p->cr);
}

static void draw_row(struct paper *p, const struct legend *l, const struct legend_row *r, struct icon_set *icons, double x, double y, double width, double tall)
{
    struct paper_type type = type_of(l, r, width);
    double text = paper_paragraph_height(p, r->text, &type);
    if (r->sign == LEGEND_HEADING) {
        paper_paragraph(p, r->text, x, y + tall - text - 2 * l->unit, &type);
        return;
    }
    paper_paragraph(p, r->text, x + SIGN_WIDE * l->unit, y + (tall - text) / 2, &type);
    draw_sign(p, l, r, icons, x + (SIGN_WIDE - 6) / 2 * l->unit, y + MIN(tall, 2 * ROW_LEAST * l->unit) / 2);
}

void legend_draw(struct paper *p, const struct legend *l, struct icon_set *icons, double x, double y, double column_width, int columns, double height)
{
    double width = column_width - (columns > 1 ? COLUMN_GAP * l->unit : 0), down = 0;
    int column = 0;
    for (size_t i = 0; i < l->n; i++) {
        const struct legend_row *r = &l->rows[i];
        double tall = row_height(p, l, r, width);
        if (breaks(p, l, i, width, down, height + 0.5)) {
            if (++column == columns) { /* there is no more room */
                struct legend_row more = {.sign = LEGEND_HEADING, .text = S("…")};
                draw_row(p, l, &more, icons, x + (column - 1) * column_width, y + height - 4 * l->unit, width, 12 * l->unit);
                return;
            }
            down = 0;
        }
        draw_row(p, l, r, icons, x + column * column_width, y + down, width, tall);
        down += tall;
    }
}
