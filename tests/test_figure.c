#include "tests/test.h"

#include <cairo.h>
#include <math.h>

#include "renderer/figure.h"
#include "renderer/preview.h"
#include "tests/picture.h"

/* A shore and a street round 0,0, and symbols of three families as a layer of icons. */
static const char STYLE[] =
    "{\"version\":8,\"sources\":{\"m\":{\"type\":\"geojson\",\"data\":{\"type\":\"FeatureCollection\",\"features\":["
    "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[-2,-2],[-0.01,-2],[-0.02,0],[-0.015,2],[-2,2],[-2,-2]]]}},"
    "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[-0.01,-0.1],[0.01,0],[0.03,0.1]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"icon\":\"mark:image:active:16\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[0.01,0.005]}},"
    "{\"type\":\"Feature\",\"properties\":{\"icon\":\"mark:recognition:trial:16\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[0.02,-0.005]}}]}}},"
    "\"layers\":[{\"id\":\"g\",\"type\":\"background\",\"paint\":{\"background-color\":\"%s\"}},"
    "{\"id\":\"w\",\"type\":\"fill\",\"source\":\"m\",\"filter\":[\"==\",[\"geometry-type\"],\"Polygon\"],\"paint\":{\"fill-color\":\"#cfdbe2\"}},"
    "{\"id\":\"s\",\"type\":\"line\",\"source\":\"m\",\"filter\":[\"==\",[\"geometry-type\"],\"LineString\"],\"paint\":{\"line-color\":\"#888888\",\"line-width\":%s}},"
    "{\"id\":\"m\",\"type\":\"symbol\",\"source\":\"m\",\"filter\":[\"==\",[\"geometry-type\"],\"Point\"],\"layout\":{\"icon-image\":[\"get\",\"icon\"],\"icon-allow-overlap\":true}}]}";

static struct legend_row ROWS[] = {{.sign = LEGEND_MARK, .mark = {"mark:image:active:14", 20}, .text = {"Vidéosurveillance", 18}},
    {.sign = LEGEND_MARK, .mark = {"mark:recognition:active:14", 26}, .text = {"Reconnaissance faciale, lecture de plaques", 42}},
    {.sign = LEGEND_AREA_HATCHED, .color = {0.5, 0.2, 0.6, 1}, .text = {"Périmètre d'essai", 19}}, {.sign = LEGEND_CONE_ESTIMATED, .color = {0.8, 0.2, 0.2, 1}, .text = {"Champ estimé, pas une preuve", 29}},
    {.sign = LEGEND_HEADING, .text = {"État", 5}}, {.sign = LEGEND_MARK, .mark = {"mark:recognition:trial:14", 25}, .text = {"Essai", 5}}};

struct stage {
    struct painter *painter;
    struct style *style;
    struct scene scene;
};

static struct stage stage_new(const char *ground, const char *line_width)
{
    struct stage s = {.scene = {.today = 20000}};
    struct err err = {0};
    AUTO(buf) style = {0};
    buf_fmt(&style, STYLE, ground, line_width);
    if (!painter_new(&s.painter, &(struct painter_options){0}, &err) || !style_read(&s.style, buf_str(&style), NULL, &err))
        fail_msg("%s", err.text);
    return s;
}

static void stage_done(struct stage *s)
{
    style_drop(s->style);
    painter_free(s->painter);
}

static struct figure figure_of(double width, double height)
{
    return (struct figure){.width_px = width, .height_px = height, .scale = 1, .scale_bar = true, .title = S("Nice\u00a0: reconnaissance faciale, en octobre 2019"),
        .says = S("Dans cette image\u00a0: 2 projets, au moins 475 caméras relevées, 1 stoppé. Relevé\u00a0incomplet."), .as_of = S("Données au 21 novembre 2026"),
        .address = S("contrechamp.example/c/nice"), .link = S("https://contrechamp.example/c/nice"), .credit = S("Contrechamp · © OpenStreetMap contributors"), .north = S("N"),
        .legend = {.n = COUNT(ROWS), .rows = ROWS}, .day = 20000, .view = {.centre = {0.5, 0.5}, .zoom = 11}};
}

static void lay_out(struct stage *s, struct figure *f)
{
    struct err err = {0};
    if (!figure_lay_out(s->painter, f, &err))
        fail_msg("%s", err.text);
}

static void draw(struct stage *s, const struct figure *f, enum picture_format format, struct buf *out)
{
    struct err err = {0};
    if (!figure_draw(s->painter, f, format, s->style, &s->scene, out, &err))
        fail_msg("%s", err.text);
}

struct reading {
    const struct buf *of;
    size_t at;
};

static cairo_status_t next_bytes(void *ctx, unsigned char *to, unsigned n)
{
    struct reading *r = ctx;
    if (r->of->len - r->at < n)
        return CAIRO_STATUS_READ_ERROR;
    memcpy(to, r->of->at + r->at, n);
    r->at += n;
    return CAIRO_STATUS_SUCCESS;
}

/* As ARGB, whatever the file holds. */
static cairo_surface_t *read_png(const struct buf *png)
{
    cairo_surface_t *read = cairo_image_surface_create_from_png_stream(next_bytes, &(struct reading){.of = png});
    assert_int_equal(cairo_surface_status(read), CAIRO_STATUS_SUCCESS);
    cairo_surface_t *argb = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, cairo_image_surface_get_width(read), cairo_image_surface_get_height(read));
    cairo_t *cr = cairo_create(argb);
    cairo_set_source_surface(cr, read, 0, 0);
    cairo_paint(cr);
    cairo_destroy(cr);
    cairo_surface_destroy(read);
    cairo_surface_flush(argb);
    return argb;
}

static void compare(struct stage *s, struct figure *f, const char *path)
{
    AUTO(buf) png = {0};
    lay_out(s, f);
    draw(s, f, PICTURE_PNG, &png);
    cairo_surface_t *image = read_png(&png);
    compare_golden(image, path);
    cairo_surface_destroy(image);
}

TEST(a_wide_figure_has_its_legend_beside_the_map)
{
    struct stage s = stage_new("#f6f4ef", "2");
    struct figure f = figure_of(640, 420);
    compare(&s, &f, "tests/golden/figure-wide.png");
    CHECK(f.map.x1 < 640 && f.map.y1 < 420 && f.map.y0 > 0);
    CHECK_NEAR(f.legend_at.x0, f.map.x1, 1);
    stage_done(&s);
}

TEST(a_high_dark_turned_figure_has_it_under_the_map)
{
    struct stage s = stage_new("#1b1d21", "2");
    struct figure f = figure_of(420, 560);
    f.dark = figure_style_is_dark(s.style);
    f.view.bearing_deg = 30;
    CHECK(f.dark);
    compare(&s, &f, "tests/golden/figure-dark.png");
    CHECK_NEAR(f.map.x1, 420, 0);
    CHECK_NEAR(f.legend_at.y0, f.map.y1, 1);
    stage_done(&s);
}

TEST(head_legend_and_foot_leave_room_for_the_map_or_say_that_there_is_none)
{
    struct stage s = stage_new("#f6f4ef", "2");
    size_t fit = 0, refused = 0;
    for (double w = 160; w <= 1500; w += 67)
        for (double h = 160; h <= 1500; h += 67) {
            struct figure f = figure_of(w, h);
            struct err err = {0};
            if (!figure_lay_out(s.painter, &f, &err)) {
                CHECK_INT(err.code, ERR_INVALID);
                refused++;
                continue;
            }
            fit++;
            CHECK(f.map.x0 >= 0 && f.map.y0 > 0 && f.map.x1 <= w && f.map.y1 < h);
            CHECK(f.map.y1 - f.map.y0 >= 0.3 * h - 1);
            CHECK(f.legend_at.x1 <= w && f.legend_at.y1 <= h);
        }
    CHECK(fit > 300 && refused > 0);
    stage_done(&s);
}

TEST(laid_out_again_with_fewer_rows_nothing_moves)
{
    struct stage s = stage_new("#f6f4ef", "2");
    for (int high = 0; high < 2; high++) {
        struct figure f = high ? figure_of(420, 560) : figure_of(640, 420);
        lay_out(&s, &f);
        struct rect map = f.map;
        f.legend.n = 2;
        lay_out(&s, &f);
        CHECK(memcmp(&map, &f.map, sizeof map) == 0);
    }
    stage_done(&s);
}

TEST(equal_figures_are_equal_bytes_and_a_pdf_tells_the_day_of_its_data)
{
    struct stage s = stage_new("#f6f4ef", "2");
    AUTO(buf) one = {0}, two = {0};
    struct figure f = figure_of(640, 420);
    lay_out(&s, &f);
    draw(&s, &f, PICTURE_PDF, &one);
    draw(&s, &f, PICTURE_PDF, &two);
    CHECK(str_eq(buf_str(&one), buf_str(&two)));
    CHECK(str_has(buf_str(&one), S("CreationDate (20241004000000")));
    CHECK(str_has(buf_str(&one), S("(https://contrechamp.example/c/nice)")));
    stage_done(&s);
}

TEST(letters_of_an_svg_are_outlines_and_its_title_is_escaped)
{
    struct stage s = stage_new("#f6f4ef", "2");
    AUTO(buf) svg = {0};
    struct figure f = figure_of(640, 420);
    f.title = S("<script>&\"'");
    lay_out(&s, &f);
    draw(&s, &f, PICTURE_SVG, &svg);
    CHECK(!str_has(buf_str(&svg), S("<text")));
    CHECK(!str_has(buf_str(&svg), S("<script")));
    CHECK(str_has(buf_str(&svg), S("<title>&lt;script&gt;&amp;")));
    stage_done(&s);
}

TEST(a_line_is_never_thinner_than_the_view_allows)
{
    struct stage thin = stage_new("#f6f4ef", "0.05");
    AUTO(buf) free = {0}, bound = {0};
    struct figure f = figure_of(640, 420);
    lay_out(&thin, &f);
    draw(&thin, &f, PICTURE_SVG, &free);
    f.view.line_min_px = FIGURE_LINE_MIN_PX;
    draw(&thin, &f, PICTURE_SVG, &bound);
    CHECK(str_has(buf_str(&free), S("stroke-width:0.05")));
    CHECK(!str_has(buf_str(&bound), S("stroke-width:0.05")));
    CHECK(str_has(buf_str(&bound), S("stroke-width:0.333")));
    stage_done(&thin);
}

TEST(a_grey_figure_has_no_colour)
{
    struct stage s = stage_new("#f6f4ef", "2");
    AUTO(buf) png = {0};
    struct figure f = figure_of(640, 420);
    f.grey = true;
    lay_out(&s, &f);
    draw(&s, &f, PICTURE_PNG, &png);
    cairo_surface_t *image = read_png(&png);
    for (int y = 0; y < 420; y++)
        for (int x = 0; x < 640; x++) {
            uint32_t c = pixel(image, x, y);
            CHECK((c >> 16 & 255) == (c >> 8 & 255) && (c >> 8 & 255) == (c & 255));
        }
    cairo_surface_destroy(image);
    stage_done(&s);
}

TEST(a_preview_card_is_read_at_a_quarter_of_its_size)
{
    struct stage s = stage_new("#f6f4ef", "2");
    struct err err = {0};
    AUTO(buf) png = {0};
    struct preview c = {.site = S("Contrechamp"), .kind = S("vidéosurveillance algorithmique"), .title = S("Vidéosurveillance automatisée, Valenciennes"), .credit = S("© OpenStreetMap"),
        .n_rows = 3, .rows = {{.mark = S("mark:recognition:trial:40"), .says = S("essai signalé en 2019, pas de nouvelle depuis")}, {.number = S("11\u202f428"), .says = S("caméras au moins")},
            {.number = S("1"), .says = S("source")}}, .view = {.centre = {0.50003, 0.5}, .zoom = 11}, .ringed = true};
    if (!preview_draw(s.painter, &c, s.style, &s.scene, &png, &err))
        fail_msg("%s", err.text);
    cairo_surface_t *image = read_png(&png), *quarter = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 300, 158);
    CHECK_INT(cairo_image_surface_get_width(image), 1200);
    CHECK_INT(cairo_image_surface_get_height(image), 630);
    cairo_t *cr = cairo_create(quarter);
    cairo_scale(cr, 0.25, 0.25);
    cairo_set_source_surface(cr, image, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cr), CAIRO_FILTER_GOOD);
    cairo_paint(cr);
    cairo_destroy(cr);
    cairo_surface_flush(quarter);
    compare_golden(quarter, "tests/golden/preview.png");
    cairo_surface_destroy(quarter);
    cairo_surface_destroy(image);
    stage_done(&s);
}
