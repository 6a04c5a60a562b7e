/*
 * /static/…: a picture of the map with its title, legend and credit. The address is read on the loop, so that what cannot be
 * drawn is refused at once; a worker looks the place up, counts what is in the picture, puts it into words and draws.
 *
 * The legend names what is in the picture, and takes room from it: the map is laid out, looked at, and laid out again with
 * the rows that are left.
 */
#include <math.h>
#include <string.h>

#include "data/base/clock.h"
#include "data/base/limits.h"
#include "renderer/figure.h"
#include "server/data_day.h"
#include "server/drawn.h"
#include "server/on.h"
#include "server/page_parts.h"
#include "server/picture_words.h"
#include "server/server.h"
#include "server/static_wish.h"
#include "server/tiles.h"
#include "server/town_view.h"

#define ZOOM_PLACES 10.0 /* from here on a picture is of one place, if it is of any */
#define ZOOM_SCALE_EVEN 6.0 /* under it a scale bar is right at one latitude only */

struct picture {
    struct app *app;
    struct worker *worker;
    struct page page;
    struct static_wish *wish;
    const struct snapshot *now;
    struct filter filter;
    struct place place;   /* of the address; code empty: none */
    struct str name;      /* of what is shown; empty: of nothing in particular */
    struct figure figure;
    struct in_picture seen;
    struct style *style;  /* held */
    struct picture_look look;
};

/* ---- the place ---- */

static bool find_city(struct picture *k, struct str name, struct err *err)
{
    bool found;
    if (!store_place(k->worker->store, name, &k->page.rq->arena, &k->place, &found, err))
        return false;
    return found || err_set(err, ERR_MISSING, k->page.french ? "il n'y a pas de commune « %.*s »" : "there is no municipality \"%.*s\"",
        STR_ARG(str_cut_runes(name, 40)));
}

/* The view that shows what was asked for in the room there is. */
static void set_view(struct picture *k)
{
    const struct static_wish *w = k->wish;
    struct view *v = &k->figure.view;
    struct view asked = {.centre = mercator_of(w->centre), .zoom = w->zoom, .bearing_deg = w->bearing_deg};
    if (w->place != STATIC_CENTRE) {
        struct box b = w->place == STATIC_CITY ? town_box(k->now, &k->place) : w->box;
        asked = view_of_box(b, MAX(v->width_px, 1), MAX(v->height_px, 1), 1);
        asked.zoom = MIN(asked.zoom, TOWN_ZOOM_MOST);
    }
    v->centre = asked.centre;
    v->zoom = asked.zoom;
    v->bearing_deg = asked.bearing_deg;
    v->line_min_px = w->paper || w->format == PICTURE_PDF ? FIGURE_LINE_MIN_PX : 0;
}

/* ---- the style ---- */

static bool open_style(struct picture *k, struct err *err)
{
    struct style *style = app_style(k->app, k->wish->style);
    if (!style)
        return err_set(err, ERR_MISSING, "there is no style \"%.*s\"", STR_ARG(str_cut_runes(k->wish->style, 40)));
    if (!k->wish->black) {
        k->style = style;
        return true;
    }
    AUTO(buf) greys = {0};
    paper_greys(style_text(style), &greys);
    bool ok = style_read(&k->style, buf_str(&greys), k->app->config.styles_dir, err) || err_under(err, "a style in greys");
    style_drop(style);
    return ok;
}

/* ---- words ---- */

static struct str keep(struct picture *k, const struct buf *b)
{
    return str_copy(&k->page.rq->arena, buf_str(b));
}

static struct page into(struct picture *k, struct buf *out)
{
    struct page p = k->page;
    p.out = out;
    return p;
}

/* The commune in whose boundary the middle lies, else the place that most of what is shown has, else what is the largest
 * town in the picture, and around it. Far away there is none. */
static bool find_name(struct picture *k, struct err *err)
{
    struct arena *a = &k->page.rq->arena;
    struct str code, name;
    const struct view *v = &k->figure.view;
    struct xy middle = {v->centre.x - floor(v->centre.x), v->centre.y};
    k->name = k->place.name;
    if (k->place.code.len || v->zoom < ZOOM_PLACES)
        return true;
    if (!store_commune_at(k->worker->store, mercator_lonlat(middle), a, &code, &name, err))
        return false;
    k->name = name.len ? name : k->seen.place_name;
    if (k->name.len)
        return true;
    if (!store_largest_place(k->worker->store, k->seen.box, a, &name, err))
        return false;
    AUTO(buf) around = {0};
    if (name.len)
        buf_fmt(&around, "%.*s %s", STR_ARG(name), say(&k->page, "picture.around"));
    k->name = keep(k, &around);
    return true;
}

/* The page that shows the same, with the same filters. */
static void put_link(struct picture *k, struct buf *out)
{
    AUTO(buf) query = {0};
    const struct view *v = &k->figure.view;
    page_filter_query(&k->page, NULL, &query);
    buf_add(out, str_of(app_base_url(k->app)));
    if (k->wish->place == STATIC_CITY && !query.len) {
        buf_add(out, S("/c/"));
        buf_url(out, k->place.slug.len ? k->place.slug : k->place.code);
        return;
    }
    page_map_address(out, mercator_lonlat((struct xy){v->centre.x - floor(v->centre.x), v->centre.y}), (int)CLAMP(floor(v->zoom + 1), 0, 20),
        buf_str(&query));
}

static void set_latitude(struct picture *k)
{
    const struct view *v = &k->figure.view;
    double lat = mercator_lonlat(v->centre).lat;
    if (v->zoom >= ZOOM_SCALE_EVEN)
        return;
    AUTO(buf) text = {0};
    struct page p = into(k, &text);
    page_say(&p, "picture.at_latitude", (int64_t)lround(fabs(lat)));
    k->figure.at_latitude = keep(k, &text);
}

static bool set_foot(struct picture *k, struct err *err)
{
    AUTO(buf) as_of = {0}, link = {0}, credit = {0};
    struct page p = into(k, &as_of);
    struct figure *f = &k->figure;
    if (!data_day(k->worker->store, k->app->world, k->now, &f->day, err))
        return false;
    picture_as_of(&p, f->day, k->wish->date);
    put_link(k, &link);
    page_credit_words(&p, &credit);
    f->as_of = keep(k, &as_of);
    f->link = keep(k, &link);
    f->address = str_slice(f->link, str_starts(f->link, S("https://")) ? 8 : str_starts(f->link, S("http://")) ? 7 : 0, f->link.len);
    f->credit = keep(k, &credit);
    f->north = str_of(say(&p, "picture.north"));
    return true;
}

static void set_head(struct picture *k)
{
    AUTO(buf) title = {0}, says = {0};
    struct page p = into(k, &title);
    picture_title(&p, k->name, &k->filter, k->wish->date);
    p.out = &says;
    picture_says(&p, k->worker->store, &k->filter, &k->seen, k->figure.view.zoom);
    k->figure.title = keep(k, &title);
    k->figure.says = keep(k, &says);
}

/* ---- once through ---- */

/* In the room the last layout left, what is seen and what is said of it. */
static bool look(struct picture *k, struct err *err)
{
    set_view(k);
    in_picture_read(&k->seen, k->now, &k->figure.view, &k->filter, clock_today());
    if (!find_name(k, err))
        return false;
    set_head(k);
    set_latitude(k);
    k->look.zoom = k->figure.view.zoom;
    return (!k->wish->legend || picture_legend(&k->page, k->now, &k->filter, &k->seen, &k->look, &k->figure.legend, err)) && set_foot(k, err);
}

static bool look_and_lay_out(struct picture *k, struct err *err)
{
    return look(k, err) && figure_lay_out(k->worker->painter, &k->figure, err);
}

static bool compose(struct picture *k, struct err *err)
{
    const struct static_wish *w = k->wish;
    bool dark = figure_style_is_dark(k->style);
    k->figure = (struct figure){.width_px = w->width_px, .height_px = w->height_px, .scale = w->scale, .dark = dark, .grey = w->black,
        .scale_bar = w->scale_bar, .dots_per_inch = w->paper ? STATIC_PRINT_DPI : 0, .view = {.width_px = (int)w->width_px, .height_px = (int)w->height_px}};
    k->look = (struct picture_look){.dark = dark, .grey = w->black, .cones = w->cones, .style = k->style, .today = clock_today()};
    /* First in the whole picture, then in what head, legend and foot leave of it; the last time nothing moves any more. */
    return look_and_lay_out(k, err) && look_and_lay_out(k, err) && look_and_lay_out(k, err) && look(k, err);
}

static bool draw(struct picture *k, struct response *rs, struct err *err)
{
    const struct static_wish *w = k->wish;
    struct scene scene = {.points = k->now, .filter = &k->filter, .today = clock_today(), .french = k->page.french, .no_cones = !w->cones};
    rs->content_type = PICTURE_MIME[w->format];
    rs->no_gzip = w->format != PICTURE_SVG;
    return figure_draw(k->worker->painter, &k->figure, w->format, k->style, &scene, &rs->body, err);
}

static bool draw_static(struct app *app, struct worker *worker, struct request *rq, void *wish, const struct snapshot *now, struct response *rs,
    struct err *err)
{
    struct picture *k = ARENA_NEW(&rq->arena, struct picture);
    struct static_wish *w = wish;
    if (!k)
        return err_arena(err);
    *k = (struct picture){.app = app, .worker = worker, .wish = w, .now = now, .filter = w->filter,
        .page = {.app = app, .rq = rq, .french = w->french}};
    if ((w->place == STATIC_CITY && !find_city(k, w->city, err)) || !tiles_city(worker, &k->filter, w->filter_city, &rq->arena, err) ||
        !on_known_orgs(worker->store, rq, err) || !open_style(k, err))
        return false;
    bool ok = compose(k, err) && draw(k, rs, err);
    style_drop(k->style);
    return ok;
}

bool on_static(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)worker;
    AUTO(buf) key = {0};
    struct static_wish *w = ARENA_NEW(&rq->arena, struct static_wish);
    if (!w)
        return err_arena(err);
    if (!static_wish_read(w, rq, app->config.french, err))
        return false;
    struct style *style = app_style(app, w->style);
    if (!style)
        return err_set(err, ERR_MISSING, "there is no style \"%.*s\"", STR_ARG(str_cut_runes(w->style, 40)));
    style_drop(style);
    static_wish_key(w, &key);
    struct str kept = str_copy(&rq->arena, buf_str(&key));
    return drawn_ask(app, rq, rs, kept, static_wish_px(w) > STATIC_BIG_PX, draw_static, w, err);
}
