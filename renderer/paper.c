/*
 * Letters are laid out at several times their size and drawn that much smaller: what is set for a screen is rounded to
 * whole px, which at six points is seen.
 */
#include "renderer/paper.h"

#include <math.h>

/* Px for a point: so many that the engine's largest letters are not passed. */
static double laid_out(const struct paper_type *type)
{
    return type->size_pt > 24 ? 4 : 16;
}

static const struct text_layout *lay_out(struct paper *p, struct str text, const struct paper_type *type, double max_width_pt)
{
    struct text_style style = {.font = type->bold ? S("Noto Sans Bold") : S("Noto Sans Regular"), .size_px = type->size_pt * laid_out(type),
        .max_width_px = max_width_pt * laid_out(type), .line_height_em = 1.25, .justify = type->align};
    return text_layout_plain(p->text, text, &style);
}

static double width_pt(struct paper *p, struct str text, const struct paper_type *type)
{
    return lay_out(p, text, type, INFINITY)->width_px / laid_out(type);
}

static void draw(struct paper *p, const struct text_layout *l, double x, double y, const struct paper_type *type)
{
    struct text_paint paint = {.color = color_of(type->grey, type->grey, type->grey, 1), .halo_color = color_of(1, 1, 1, 1),
        .halo_width_px = type->halo_pt * laid_out(type), .opacity = 1};
    cairo_save(p->cr);
    cairo_translate(p->cr, x, y);
    cairo_scale(p->cr, 1 / laid_out(type), 1 / laid_out(type));
    text_draw(p->text, p->cr, l, 0, 0, &paint);
    cairo_restore(p->cr);
}

/* As many of its characters as leave room for the …, found by halving. */
static void cut(struct paper *p, struct str text, const struct paper_type *type, struct buf *out)
{
    size_t fits = 0, too_many = str_runes(text);
    while (fits + 1 < too_many) {
        size_t middle = (fits + too_many) / 2;
        buf_clear(out);
        buf_fmt(out, "%.*s…", STR_ARG(str_cut_runes(text, middle)));
        *(width_pt(p, buf_str(out), type) <= type->max_width_pt ? &fits : &too_many) = middle;
    }
    buf_clear(out);
    buf_fmt(out, "%.*s…", STR_ARG(str_trim(str_cut_runes(text, fits))));
}

double paper_text(struct paper *p, struct str text, double x, double y, const struct paper_type *type)
{
    AUTO(buf) shorter = {0};
    if (!text.len)
        return 0;
    if (type->max_width_pt > 0 && width_pt(p, text, type) > type->max_width_pt) {
        cut(p, text, type, &shorter);
        text = buf_str(&shorter);
    }
    const struct text_layout *l = lay_out(p, text, type, INFINITY);
    double w = l->width_px / laid_out(type), h = l->height_px / laid_out(type);
    draw(p, l, x - w * (type->align + 1) / 2, y - h / 2, type);
    return w;
}

/* Each line takes as many words as it holds: labels on a map are broken evenly, sentences on paper are not. */
static void break_lines(struct paper *p, struct str text, const struct paper_type *type, struct buf *broken)
{
    double space = width_pt(p, S("a a"), type) - 2 * width_pt(p, S("a"), type), used = 0;
    struct str word, whole = text;
    size_t begins = 0; /* of the line; a line feed stands where a space was */
    int line = 1;
    for (bool first = true; str_next(&text, ' ', &word); first = false) {
        double wide = width_pt(p, word, type);
        bool fits = first || used + space + wide <= type->max_width_pt;
        if (!fits && line == type->max_lines) {
            AUTO(buf) last = {0};
            cut(p, str_slice(whole, begins, whole.len), type, &last);
            broken->len = begins;
            buf_add(broken, buf_str(&last));
            return;
        }
        line += !fits;
        used = !first && fits ? used + space + wide : wide;
        if (!first)
            buf_char(broken, fits ? ' ' : '\n');
        if (!fits)
            begins = broken->len;
        buf_add(broken, word);
    }
}

static double paragraph(struct paper *p, struct str text, double x, double y, const struct paper_type *type, bool drawn)
{
    AUTO(buf) broken = {0};
    double tall = 0;
    if (!text.len)
        return 0;
    break_lines(p, text, type, &broken);
    struct str rest = buf_str(&broken), line;
    while (str_next(&rest, '\n', &line)) {
        const struct text_layout *l = lay_out(p, line.len ? line : S(" "), type, INFINITY);
        if (drawn && line.len)
            draw(p, l, x - l->width_px / laid_out(type) * (type->align + 1) / 2, y + tall, type);
        tall += l->height_px / laid_out(type);
    }
    return tall;
}

double paper_paragraph(struct paper *p, struct str text, double x, double y, const struct paper_type *type)
{
    return paragraph(p, text, x, y, type, true);
}

double paper_paragraph_height(struct paper *p, struct str text, const struct paper_type *type)
{
    return paragraph(p, text, 0, 0, type, false);
}

double paper_text_width(struct paper *p, struct str text, const struct paper_type *type)
{
    double w = text.len ? width_pt(p, text, type) : 0;
    return type->max_width_pt > 0 ? MIN(w, type->max_width_pt) : w;
}

/* ---- lines ---- */

static void stroke(struct paper *p, double width, double grey)
{
    cairo_set_source_rgb(p->cr, grey, grey, grey);
    cairo_set_line_width(p->cr, MAX(width, PAPER_LINE_MIN_PT));
    cairo_stroke(p->cr);
}

void paper_line(struct paper *p, double x0, double y0, double x1, double y1, double width, double grey)
{
    cairo_new_path(p->cr);
    cairo_move_to(p->cr, x0, y0);
    cairo_line_to(p->cr, x1, y1);
    stroke(p, width, grey);
}

void paper_frame(struct paper *p, double x, double y, double w, double h, double width, double grey)
{
    cairo_new_path(p->cr);
    cairo_rectangle(p->cr, x, y, w, h);
    stroke(p, width, grey);
}

void paper_circle(struct paper *p, double x, double y, double radius, double fill, double width, double grey)
{
    cairo_new_path(p->cr);
    cairo_arc(p->cr, x, y, radius, 0, 2 * M_PI);
    if (fill >= 0) {
        cairo_set_source_rgb(p->cr, fill, fill, fill);
        cairo_fill_preserve(p->cr);
    }
    stroke(p, width, grey);
}

/* ---- greys ---- */

/* What stands between this quotation mark and the next, if it is a colour. */
static bool read_colour(struct str from, struct str *css, struct rgba *out)
{
    *css = str_slice(from, 1, from.len);
    *css = str_slice(*css, 0, MIN(str_find(*css, S("\"")), css->len));
    bool may_be = str_starts(*css, S("#")) || str_starts(*css, S("rgb")) || str_starts(*css, S("hsl"));
    return may_be && css->len + 2 <= from.len && color_read(*css, out);
}

static void put_grey(struct buf *out, struct rgba c)
{
    struct rgba s = color_straight(c);
    int v = (int)lround(255 * (0.2126 * s.r + 0.7152 * s.g + 0.0722 * s.b)); /* weights of sRGB (IEC 61966-2-1) */
    if (s.a >= 1) {
        buf_fmt(out, "\"#%02x%02x%02x\"", v, v, v);
        return;
    }
    buf_fmt(out, "\"rgba(%d,%d,%d,", v, v, v);
    buf_fixed(out, s.a, 3);
    buf_add(out, S(")\""));
}

/* The beginning of a mark's name, as renderer/mark.h has them. */
static bool is_mark(struct str from)
{
    static const char *const kinds[] = {"\"mark:", "\"tick:", "\"cluster:", "\"badge:"};
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (str_starts(from, str_of(kinds[i])))
            return true;
    return false;
}

void paper_greys(struct str style, struct buf *out)
{
    size_t from = 0;
    struct str css;
    struct rgba colour;
    for (size_t i = 0; i < style.len; i++) {
        if (style.at[i] != '"')
            continue;
        struct str rest = str_slice(style, i, style.len);
        if (is_mark(rest)) {
            buf_add(out, str_slice(style, from, i + 1));
            buf_add(out, S("grey:"));
            from = i + 1;
            continue;
        }
        if (!read_colour(rest, &css, &colour))
            continue;
        buf_add(out, str_slice(style, from, i));
        put_grey(out, colour);
        i += css.len + 1;
        from = i + 1;
    }
    buf_add(out, str_slice(style, from, style.len));
}
