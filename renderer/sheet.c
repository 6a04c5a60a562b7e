/*
 * A page is 595 × 842 pt. The first:
 *
 *     title                          code
 *     place                    month: ___
 *       A B C D E F G H
 *     1 ┌─────────────┐ 1      N
 *     2 │             │ 2      ○ roses
 *     … │     map     │ …      ○
 *       └─────────────┘        ○
 *     scale   what the signs mean
 *     1 C7 …  │ 15 …   │ 29 …       what the numbers are
 *     credit, address, page
 */
#include "renderer/sheet.h"

#include <cairo-pdf.h>
#include <math.h>
#include <stdio.h>

#include "renderer/scale_bar.h"
#include "renderer/sheet_marks.h"

#define PAGE_W 595.276
#define PAGE_H 841.89
#define LEFT 30.0
#define RIGHT (PAGE_W - 30.0)
#define CELL_PT 55.0
#define LABEL_PT 12.0                        /* the strip of letters or numbers at an edge */
#define MAP_X (LEFT + LABEL_PT)
#define MAP_Y 88.0
#define MAP_W (SHEET_COLS * CELL_PT)
#define MAP_H (SHEET_ROWS * CELL_PT)
#define MAP_PX_W 960                         /* the style's px across the map: street names of 11 px are 5 pt high */
#define KEY_Y (MAP_Y + MAP_H + LABEL_PT + 13)
#define LIST_Y (KEY_Y + 15)
#define FOOT_Y 806.0

enum { LIST_COLS = 3, TABLE_COLS = 9, ROSES = 8 };

static const struct paper_type TITLE = {.size_pt = 15, .bold = true, .align = -1, .max_width_pt = 345};
static const struct paper_type PLAIN = {.size_pt = 8, .align = -1, .max_width_pt = 345};
static const struct paper_type SMALL = {.size_pt = 6.3, .align = -1};
static const struct paper_type FINE = {.size_pt = 5.6, .align = -1, .grey = 0.25};

struct pages {
    struct paper paper;
    const struct sheet *sheet;
    struct view view;
    int page, n_pages;
};

static struct str word(const struct pages *s, int at)
{
    return s->sheet->words[at];
}

static struct paper_type aligned(struct paper_type t, int align)
{
    t.align = align;
    return t;
}

/* ---- what stands on every page ---- */

static void draw_head(struct pages *s)
{
    struct paper *p = &s->paper;
    const struct sheet *sheet = s->sheet;
    AUTO(buf) code = {0};
    sheet_code_make(&code, sheet->box);
    paper_text(p, sheet->title, LEFT, 40, &TITLE);
    paper_text(p, sheet->place, LEFT, 58, &PLAIN);
    double w = paper_text(p, buf_str(&code), RIGHT, 40, &(struct paper_type){.size_pt = 11.5, .bold = true, .align = 1});
    paper_text(p, word(s, SHEET_WORD_CODE), RIGHT - w - 6, 40.6, &(struct paper_type){.size_pt = 8, .align = 1});
    double blank = 92;
    paper_text(p, word(s, SHEET_WORD_MONTH), RIGHT - blank - 4, 58, &(struct paper_type){.size_pt = 8, .align = 1});
    paper_line(p, RIGHT - blank, 62, RIGHT, 62, 0.5, 0);
    paper_line(p, LEFT, 69, RIGHT, 69, 0.8, 0);
}

static void draw_foot(struct pages *s)
{
    struct paper *p = &s->paper;
    AUTO(buf) page = {0};
    struct paper_type right = aligned(FINE, 1), credit = FINE, address = FINE;
    credit.max_width_pt = RIGHT - LEFT;
    address.max_width_pt = 380;
    paper_line(p, LEFT, FOOT_Y - 6, RIGHT, FOOT_Y - 6, 0.3, 0.4);
    paper_text(p, s->sheet->credit, LEFT, FOOT_Y, &credit);
    paper_text(p, s->sheet->address, LEFT, FOOT_Y + 8, &address);
    buf_fmt(&page, "%.*s · %.*s %d/%d", STR_ARG(s->sheet->as_of), STR_ARG(word(s, SHEET_WORD_PAGE)), s->page, s->n_pages);
    paper_text(p, buf_str(&page), RIGHT, FOOT_Y + 8, &right);
}

static void next_page(struct pages *s)
{
    draw_foot(s);
    cairo_show_page(s->paper.cr);
    s->page++;
}

/* ---- the map ---- */

static struct view view_of_sheet(struct box b)
{
    struct xy nw = mercator_of((struct lonlat){b.west, b.north}), se = mercator_of((struct lonlat){b.east, b.south});
    return (struct view){.centre = {(nw.x + se.x) / 2, (nw.y + se.y) / 2}, .zoom = log2(MAP_PX_W / (se.x - nw.x) / 512), .scale = 1,
        .width_px = MAP_PX_W, .height_px = MAP_PX_W / SHEET_COLS * SHEET_ROWS};
}

static struct xy on_page(const struct pages *s, struct lonlat at)
{
    struct xy px = view_px(&s->view, mercator_of(at));
    return (struct xy){MAP_X + px.x * MAP_W / MAP_PX_W, MAP_Y + px.y * MAP_W / MAP_PX_W};
}

static bool draw_streets(struct pages *s, struct painter *painter, struct style *style, struct err *err)
{
    struct scene nothing = {.french = true};
    cairo_t *cr = s->paper.cr;
    cairo_save(cr);
    cairo_translate(cr, MAP_X, MAP_Y);
    cairo_scale(cr, MAP_W / MAP_PX_W, MAP_W / MAP_PX_W);
    bool ok = map_draw(painter, cr, &s->view, style, &nothing, err);
    cairo_restore(cr);
    return ok;
}

static void draw_grid(struct pages *s)
{
    struct paper *p = &s->paper;
    struct paper_type label = {.size_pt = 8.5, .bold = true, .align = 0};
    for (int i = 0; i <= SHEET_COLS; i++) {
        double x = MAP_X + i * CELL_PT;
        char letter = (char)('A' + i);
        if (i > 0 && i < SHEET_COLS)
            paper_line(p, x, MAP_Y, x, MAP_Y + MAP_H, 0.4, 0.45);
        if (i == SHEET_COLS)
            break;
        paper_text(p, str_from(&letter, 1), x + CELL_PT / 2, MAP_Y - LABEL_PT / 2, &label);
        paper_text(p, str_from(&letter, 1), x + CELL_PT / 2, MAP_Y + MAP_H + LABEL_PT / 2, &label);
    }
    for (int i = 0; i < SHEET_ROWS; i++) {
        double y = MAP_Y + i * CELL_PT;
        AUTO(buf) number = {0};
        buf_u64(&number, (uint64_t)i + 1);
        if (i > 0)
            paper_line(p, MAP_X, y, MAP_X + MAP_W, y, 0.4, 0.45);
        paper_text(p, buf_str(&number), MAP_X - LABEL_PT / 2 - 0.5, y + CELL_PT / 2, &label);
        paper_text(p, buf_str(&number), MAP_X + MAP_W + LABEL_PT / 2 + 0.5, y + CELL_PT / 2, &label);
    }
    paper_frame(p, MAP_X, MAP_Y, MAP_W, MAP_H, 0.9, 0);
}

static void draw_known(struct pages *s)
{
    const struct sheet *sheet = s->sheet;
    struct xy at[SHEET_MARKS_MAX];
    for (size_t i = 0; i < sheet->n_dots; i++) {
        struct xy dot = on_page(s, sheet->dots[i]);
        paper_circle(&s->paper, dot.x, dot.y, 1.1, 0, 0.3, 0);
    }
    for (size_t i = 0; i < sheet->n_marks; i++)
        at[i] = on_page(s, sheet->marks[i].at);
    sheet_marks_draw(&s->paper, sheet->marks, at, sheet->n_marks, (struct rect){MAP_X, MAP_Y, MAP_X + MAP_W, MAP_Y + MAP_H});
}

/* ---- under the map ---- */

static void draw_scale(struct pages *s, double x, double y)
{
    double lat = mercator_lonlat(s->view.centre).lat;
    double pt_per_m = MAP_W / MAP_PX_W / metres_per_px(lat, s->view.zoom + 1); /* px of 256-px tiles */
    scale_bar_draw(&s->paper, x, y, pt_per_m, 100, &SMALL);
}

/* One sign of each kind, with what it means. */
static void draw_key(struct pages *s)
{
    struct paper *p = &s->paper;
    struct sheet_mark tick = {.n_views = 1, .views = {{.bearing_deg = 90}}}, cone = {.n_views = 1, .views = {{90, 44}}};
    struct sheet_mark around = {.n_views = 1, .views = {{0, 360}}};
    double x = MAP_X + 148;
    draw_scale(s, MAP_X, KEY_Y);
    sheet_number_draw(p, 1, x, KEY_Y);
    x += 8 + paper_text(p, word(s, SHEET_WORD_KEY_MARK), x + 8, KEY_Y, &SMALL) + 14;
    sheet_mark_draw(p, &tick, x, KEY_Y);
    x += 17 + paper_text(p, word(s, SHEET_WORD_KEY_TICK), x + 17, KEY_Y, &SMALL) + 10;
    sheet_mark_draw(p, &cone, x, KEY_Y);
    x += 18 + paper_text(p, word(s, SHEET_WORD_KEY_CONE), x + 18, KEY_Y, &SMALL) + 18;
    sheet_mark_draw(p, &around, x, KEY_Y);
    paper_text(p, word(s, SHEET_WORD_KEY_AROUND), x + 10, KEY_Y, &SMALL);
}

/* ---- beside the map ---- */

static void draw_rose(struct paper *p, double x, double y, double radius, struct str north)
{
    paper_circle(p, x, y, radius, -1, 0.5, 0.2);
    for (int i = 0; i < 8; i++) {
        double a = i * M_PI / 4, c = cos(a), s = sin(a), inner = radius - (i % 2 ? 2.0 : 3.4);
        paper_line(p, x + inner * c, y + inner * s, x + radius * c, y + radius * s, 0.4, 0.2);
    }
    paper_circle(p, x, y, 0.7, 0, 0.25, 0);
    if (north.len)
        paper_text(p, north, x, y - radius - 4.2, &(struct paper_type){.size_pt = 6, .bold = true});
}

static void draw_roses(struct pages *s)
{
    struct paper *p = &s->paper;
    double left = MAP_X + MAP_W + LABEL_PT + 8, x = (left + RIGHT) / 2, y = MAP_Y + 46, step = (MAP_H - 74) / ROSES;
    struct paper_type label = {.size_pt = 6.2, .align = -1}, heading = {.size_pt = 6.2, .align = 0, .max_width_pt = RIGHT - left};
    north_arrow_draw(p, x, MAP_Y + 14, 22, 0, word(s, SHEET_WORD_NORTH), 0);
    paper_paragraph(p, word(s, SHEET_WORD_ROSES), x, y - 8, &heading);
    y += 22;
    for (int i = 0; i < ROSES; i++, y += step) {
        draw_rose(p, x, y + 18, 16, word(s, SHEET_WORD_NORTH));
        double w = paper_text(p, word(s, SHEET_WORD_NUMBER), left, y + 44, &label);
        double half = (left + RIGHT) / 2;
        paper_line(p, left + w + 2, y + 47, half - 2, y + 47, 0.4, 0.3);
        w = paper_text(p, word(s, SHEET_WORD_CELL), half + 1, y + 44, &label);
        paper_line(p, half + 3 + w, y + 47, RIGHT, y + 47, 0.4, 0.3);
    }
}

/* ---- the list ---- */

#define LIST_ROW_PT 7.9

static size_t rows_from(double y)
{
    return (size_t)((FOOT_Y - 12 - y) / LIST_ROW_PT);
}

static void draw_list_row(struct pages *s, size_t i, double x, double y, double w)
{
    struct paper *p = &s->paper;
    const struct sheet_mark *m = &s->sheet->marks[i];
    char cell[SHEET_CELL_NAME_BYTES] = "";
    AUTO(buf) number = {0}, where = {0}, looks = {0};
    struct paper_type bold = SMALL, right = aligned(SMALL, 1), text = SMALL;
    bold.bold = right.bold = true;
    (void)sheet_cell_name(s->sheet->box, m->at, cell); /* a mark at the very edge has none */
    buf_u64(&number, i + 1);
    buf_fmt(&where, "%s%s", m->about ? "≈" : "", cell);
    if (m->looks.len)
        buf_fmt(&looks, "→ %.*s", STR_ARG(m->looks));
    paper_text(p, buf_str(&number), x + 12, y, &right);
    paper_text(p, buf_str(&where), x + 14.5, y, &bold);
    double end = paper_text(p, m->state, x + w - 7, y, &(struct paper_type){.size_pt = 5.6, .align = 1, .grey = 0.2});
    right.bold = false;
    right.max_width_pt = 60;
    end += 5 + paper_text(p, buf_str(&looks), x + w - 12 - end, y, &right);
    text.max_width_pt = w - 10 - end - 32; /* a long title gives way to where the thing looks */
    paper_text(p, m->what, x + 32, y, &text);
}

/* From mark `from` on, column by column; answers the first that found no room. */
static size_t draw_list(struct pages *s, size_t from, double y)
{
    size_t rows = rows_from(y), n = MIN(s->sheet->n_marks - from, rows * LIST_COLS);
    size_t high = MIN(rows, (n + LIST_COLS - 1) / LIST_COLS);
    double w = (RIGHT - LEFT) / LIST_COLS;
    for (size_t i = 0; i < n; i++)
        draw_list_row(s, from + i, LEFT + (double)(i / high) * w, y + ((double)(i % high) + 0.5) * LIST_ROW_PT, w);
    for (size_t i = 1; i * high < n; i++)
        paper_line(&s->paper, LEFT + (double)i * w - 3, y, LEFT + (double)i * w - 3, y + (double)high * LIST_ROW_PT, 0.3, 0.6);
    return from + n;
}

static double draw_list_heading(struct pages *s, double y)
{
    struct paper_type heading = {.size_pt = 8, .bold = true, .align = -1}, more = SMALL;
    bool none = s->sheet->n_marks == 0;
    double w = paper_text(&s->paper, word(s, none ? SHEET_WORD_NONE_KNOWN : SHEET_WORD_KNOWN), LEFT, y, &heading);
    more.max_width_pt = RIGHT - LEFT - w - 8;
    paper_text(&s->paper, word(s, SHEET_WORD_MORE), LEFT + w + 8, y, &more);
    return y + 7;
}

/* Where the list's heading stands on the first page: under the line that says why the map is empty, if it is. */
static double list_y(const struct pages *s)
{
    return LIST_Y + (word(s, SHEET_WORD_NO_STREETS).len ? 12 : 0);
}

/* ---- the table to write in ---- */

static const double COLUMN_PT[TABLE_COLS] = {24, 30, 60, 60, 46, 40, 94, 50, 131.276};

enum { COLUMN_DIRECTION = 4, COLUMN_SEEN = 7 };

#define TABLE_Y 92.0
#define TABLE_HEAD_PT 28.0
#define TABLE_ROW_PT 27.6

static double column_x(int column)
{
    double x = LEFT;
    while (column-- > 0)
        x += COLUMN_PT[column];
    return x;
}

static void draw_table_head(struct pages *s)
{
    struct paper *p = &s->paper;
    cairo_rectangle(p->cr, LEFT, TABLE_Y, RIGHT - LEFT, TABLE_HEAD_PT);
    cairo_set_source_rgb(p->cr, 0.92, 0.92, 0.92);
    cairo_fill(p->cr);
    for (int i = 0; i < TABLE_COLS; i++) {
        double x = column_x(i);
        struct paper_type heading = {.size_pt = 7, .bold = true, .align = -1, .max_width_pt = COLUMN_PT[i] - 4};
        struct paper_type hint = {.size_pt = 5.2, .align = -1, .max_width_pt = COLUMN_PT[i] - 4};
        paper_text(p, word(s, SHEET_WORD_COLUMN + i), x + 3, TABLE_Y + 7, &heading);
        paper_paragraph(p, word(s, SHEET_WORD_HINT + i), x + 3, TABLE_Y + 12.5, &hint);
    }
}

static void draw_tick_box(struct paper *p, double x, double y, struct str says)
{
    paper_frame(p, x, y - 2.6, 5.2, 5.2, 0.5, 0.1);
    paper_text(p, says, x + 8, y, &SMALL);
}

static void draw_table(struct pages *s)
{
    struct paper *p = &s->paper;
    double bottom = TABLE_Y + TABLE_HEAD_PT + SHEET_ROWS_TO_FILL * TABLE_ROW_PT;
    paper_text(p, word(s, SHEET_WORD_HOW), LEFT, 80, &(struct paper_type){.size_pt = 7, .align = -1, .max_width_pt = RIGHT - LEFT});
    draw_table_head(s);
    for (int row = 0; row < SHEET_ROWS_TO_FILL; row++) {
        double y = TABLE_Y + TABLE_HEAD_PT + row * TABLE_ROW_PT, middle = y + TABLE_ROW_PT / 2;
        paper_line(p, LEFT, y, RIGHT, y, row ? 0.35 : 0.7, row ? 0.45 : 0);
        draw_rose(p, column_x(COLUMN_DIRECTION) + COLUMN_PT[COLUMN_DIRECTION] / 2, middle, 10.5, S(""));
        draw_tick_box(p, column_x(COLUMN_SEEN) + 5, middle - 5.5, word(s, SHEET_WORD_YES));
        draw_tick_box(p, column_x(COLUMN_SEEN) + 5, middle + 5.5, word(s, SHEET_WORD_NO));
    }
    for (int i = 1; i < TABLE_COLS; i++)
        paper_line(p, column_x(i), TABLE_Y, column_x(i), bottom, 0.35, 0.45);
    paper_frame(p, LEFT, TABLE_Y, RIGHT - LEFT, bottom - TABLE_Y, 0.8, 0);
}

/* ---- the file ---- */

static cairo_status_t append(void *to, const unsigned char *bytes, unsigned n)
{
    buf_put(to, bytes, n);
    return CAIRO_STATUS_SUCCESS;
}

static void describe(cairo_surface_t *pdf, const struct sheet *sheet)
{
    AUTO(buf) title = {0};
    char when[32];
    buf_fmt(&title, "%.*s", STR_ARG(sheet->title));
    snprintf(when, sizeof when, "%04d-%02d-01T00:00:00Z", sheet->year, sheet->month);
    cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_TITLE, title.at);
    cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_CREATE_DATE, when);
}

static bool draw_map_page(struct pages *s, struct painter *painter, struct style *greys, size_t *listed, struct err *err)
{
    draw_head(s);
    if (!draw_streets(s, painter, greys, err))
        return false;
    draw_grid(s);
    draw_known(s);
    draw_key(s);
    draw_roses(s);
    paper_text(&s->paper, word(s, SHEET_WORD_NO_STREETS), LEFT, LIST_Y, &(struct paper_type){.size_pt = 8, .bold = true, .align = -1, .max_width_pt = RIGHT - LEFT});
    *listed = draw_list(s, 0, draw_list_heading(s, list_y(s)));
    return true;
}

static bool draw_pages(struct pages *s, struct painter *painter, struct style *greys, struct err *err)
{
    size_t listed, n = s->sheet->n_marks, first = rows_from(list_y(s) + 7) * LIST_COLS, each = rows_from(TABLE_Y) * LIST_COLS;
    s->n_pages = 2 + (int)(n > first ? (n - first + each - 1) / each : 0);
    if (!draw_map_page(s, painter, greys, &listed, err))
        return false;
    next_page(s);
    draw_head(s);
    draw_table(s);
    next_page(s);
    while (listed < n) {
        draw_head(s);
        draw_list_heading(s, 82);
        listed = draw_list(s, listed, TABLE_Y);
        next_page(s);
    }
    return true;
}

static bool read_greys(struct style *style, struct style **out, struct err *err)
{
    AUTO(buf) text = {0};
    paper_greys(style_text(style), &text);
    return style_read(out, buf_str(&text), NULL, err) || err_under(err, "a style in greys");
}

bool sheet_draw(struct painter *painter, struct style *style, const struct sheet *sheet, struct buf *out, struct err *err)
{
    struct style *greys;
    if (!read_greys(style, &greys, err))
        return false;
    cairo_surface_t *pdf = cairo_pdf_surface_create_for_stream(append, out, PAGE_W, PAGE_H);
    struct pages s = {.paper = {cairo_create(pdf), painter_text(painter)}, .sheet = sheet, .view = view_of_sheet(sheet->box), .page = 1};
    describe(pdf, sheet);
    bool ok = draw_pages(&s, painter, greys, err);
    cairo_destroy(s.paper.cr);
    cairo_surface_finish(pdf);
    if (ok && cairo_surface_status(pdf) != CAIRO_STATUS_SUCCESS)
        ok = err_set(err, ERR_INTERNAL, "drawing a sheet: %s", cairo_status_to_string(cairo_surface_status(pdf)));
    cairo_surface_destroy(pdf);
    style_drop(greys);
    return ok;
}
