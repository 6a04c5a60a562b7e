#include "tests/test.h"

#include <cairo-pdf.h>
#include <math.h>

#include "data/base/buf.h"
#include "renderer/paper.h"
#include "renderer/scale_bar.h"

static cairo_status_t forget(void *to, const unsigned char *bytes, unsigned n)
{
    (void)to, (void)bytes, (void)n;
    return CAIRO_STATUS_SUCCESS;
}

static struct paper sheet_of_paper(void)
{
    cairo_surface_t *pdf = cairo_pdf_surface_create_for_stream(forget, NULL, 595, 842);
    struct paper p = {cairo_create(pdf), text_engine_new(1 << 20)};
    cairo_surface_destroy(pdf);
    return p;
}

static void done(struct paper *p)
{
    CHECK_INT(cairo_status(p->cr), CAIRO_STATUS_SUCCESS);
    cairo_destroy(p->cr);
    text_engine_free(p->text);
}

static const char *grey_of(struct buf *out, const char *style)
{
    buf_clear(out);
    paper_greys(str_of(style), out);
    return out->at;
}

TEST(colours_become_the_grey_of_their_lightness)
{
    AUTO(buf) out = {0};
    CHECK_TEXT(grey_of(&out, "{\"line-color\": \"#ff0000\"}"), "{\"line-color\": \"#363636\"}");
    CHECK_TEXT(grey_of(&out, "[\"#000000\",\"#FFFFFF\",\"#808080\"]"), "[\"#000000\",\"#ffffff\",\"#808080\"]");
    CHECK_TEXT(grey_of(&out, "[\"rgba(255, 0, 0, 0.5)\",\"hsl(0, 100%, 50%)\",\"#f00\"]"), "[\"rgba(54,54,54,0.5)\",\"#363636\",\"#363636\"]");
}

TEST(what_is_no_colour_is_left_alone)
{
    AUTO(buf) out = {0};
    static const char *const texts[] = {"", "\"", "\"#", "\"#12345", "\"#12345g\"", "\"#1234567\"", "\"rgb\"", "\"hsl(1)\"", "\"id-#123456\"", "#123456", "\"#123456"};
    for (size_t i = 0; i < COUNT(texts); i++)
        CHECK_TEXT(grey_of(&out, texts[i]) ? out.at : "", texts[i]);
}

TEST(a_text_that_is_too_long_is_cut_to_the_width)
{
    struct paper p = sheet_of_paper();
    struct paper_type type = {.size_pt = 8, .align = -1, .max_width_pt = 60};
    double cut = paper_text(&p, S("une caméra dôme sur un lampadaire"), 10, 10, &type);
    double whole = paper_text(&p, S("une caméra"), 10, 20, &type);
    CHECK(cut <= 60 && cut > 45);
    CHECK(whole < 60);
    CHECK(paper_text(&p, S("WWWWWWWWWWWWWW"), 10, 30, &(struct paper_type){.size_pt = 8, .max_width_pt = 1}) > 0); /* nothing but the … */
    done(&p);
}

TEST(a_small_letter_keeps_its_proportions)
{
    struct paper p = sheet_of_paper();
    struct paper_type small = {.size_pt = 5.3, .align = -1}, large = {.size_pt = 53, .align = -1};
    CHECK_NEAR(paper_text(&p, S("Rue du Rhône"), 10, 10, &small) * 10, paper_text(&p, S("Rue du Rhône"), 10, 100, &large), 3);
    done(&p);
}

static size_t lines_of(struct paper *p, const char *text, struct paper_type type)
{
    double one = paper_paragraph_height(p, S("H"), &type);
    return (size_t)lround(paper_paragraph_height(p, str_of(text), &type) / one);
}

TEST(a_paragraph_fills_its_lines_and_ends_where_it_is_told_to)
{
    struct paper p = sheet_of_paper();
    struct paper_type type = {.size_pt = 10, .align = -1, .max_width_pt = 120};
    const char *text = "Dans cette image : au moins 475 caméras relevées, trois stoppées. Relevé incomplet.";
    size_t free = lines_of(&p, text, type);
    CHECK(free >= 3 && free <= 5);
    for (int most = 1; most <= 3; most++) {
        type.max_lines = most;
        CHECK_INT(lines_of(&p, text, type), most);
    }
    type.max_lines = 0;
    CHECK_INT(lines_of(&p, "Anticonstitutionnellement, à-peu-près-tous", type), 2); /* a word is never broken */
    CHECK_INT(lines_of(&p, "", type), 0);
    CHECK_NEAR(paper_paragraph(&p, str_of(text), 10, 10, &type), paper_paragraph_height(&p, str_of(text), &type), 1e-9);
    /* The more room, the fewer lines. */
    for (double wide = 60; wide < 500; wide += 20) {
        struct paper_type a = {.size_pt = 10, .max_width_pt = wide}, b = {.size_pt = 10, .max_width_pt = wide + 20};
        CHECK(lines_of(&p, text, a) >= lines_of(&p, text, b));
    }
    done(&p);
}

TEST(marks_of_deployments_turn_grey_with_their_style)
{
    AUTO(buf) out = {0};
    CHECK_TEXT(grey_of(&out, "[\"concat\",\"mark:\",[\"get\",\"family\"]]"), "[\"concat\",\"grey:mark:\",[\"get\",\"family\"]]");
    CHECK_TEXT(grey_of(&out, "\"cluster:\",\"badge:\",\"tick:\",\"#ff0000\""), "\"grey:cluster:\",\"grey:badge:\",\"grey:tick:\",\"#363636\"");
    CHECK_TEXT(grey_of(&out, "\"marker:\""), "\"marker:\"");
}

TEST(a_scale_bar_is_one_two_or_five_and_noughts)
{
    AUTO(buf) words = {0};
    for (double per_m = 1e-7; per_m < 100; per_m *= 1.37) {
        double m = scale_bar_metres(per_m, 100), first = m / pow(10, floor(log10(m) + 1e-9));
        CHECK(m * per_m <= 100 * (1 + 1e-9) && m * per_m > 39);
        CHECK(fabs(first - 1) < 1e-6 || fabs(first - 2) < 1e-6 || fabs(first - 5) < 1e-6);
    }
    scale_bar_words(&words, 200);
    CHECK_TEXT(words.at, "200\u00a0m");
    buf_clear(&words);
    scale_bar_words(&words, 5000);
    CHECK_TEXT(words.at, "5\u00a0km");
}
