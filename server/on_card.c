/*
 * /card/d/ID.png, /card/c/SLUG.png, /card/map.png?…: what a link to a record, a town or a view of the map looks like where it
 * is shared. The figures are those of the pages: "at least", never a rank, and nothing that only volunteers' zeal decides.
 */
#include <math.h>
#include <string.h>

#include "data/contribution.h"
#include "data/base/clock.h"
#include "renderer/preview.h"
#include "server/drawn.h"
#include "server/in_picture.h"
#include "server/on.h"
#include "server/page_parts.h"
#include "server/server.h"
#include "server/tiles.h"
#include "server/town_view.h"

#define ZOOM_RECORD 15.0 /* of the style, of what is known to the address */
#define ZOOM_BADGE 10.0  /* where what is known to a city is drawn as its badge */
#define ZOOM_NO_STREETS 11.9 /* where there are none, names of towns still say where one is */
#define STREETS_ROUND_M 200.0
#define COUNTED_ROUND_M 25000.0 /* of a town's middle: its own records are no farther */

static const struct box FRANCE = {-5.3, 41.2, 9.7, 51.2};
enum { MAP_ZOOM_MOST = 20, CITY_ZOOM = 13 /* both of 256-px tiles */, MARK_PX = 40 };

enum card_of { CARD_OF_RECORD, CARD_OF_TOWN, CARD_OF_MAP };
struct card_wish {
    enum card_of of;
    struct str name;      /* a town's slug or code */
    uint64_t id;          /* a record's */
    bool french;
    /* of the map */
    bool has_centre;
    struct lonlat centre;
    int zoom;             /* of 256-px tiles; -1: not asked for */
    struct filter filter;
    struct str city;
};
struct card_drawing {
    struct app *app;
    struct worker *worker;
    struct page page;
    struct card_wish *wish;
    const struct snapshot *now;
    struct preview card;
    struct filter filter; /* of what is drawn */
};

/* ---- the address ---- */

static bool read_map(struct card_wish *w, const struct request *rq, struct err *err)
{
    static const char *const others[] = {"center", "zoom", NULL};
    struct str center = request_query(rq, S("center")), zoom = request_query(rq, S("zoom"));
    double v[2];
    uint64_t z;
    w->filter = filter_public();
    w->zoom = -1;
    if (!on_filter(rq, others, &w->filter, &w->city, err))
        return false;
    if (center.len) {
        if (!page_numbers(center, v, 2) || !lonlat_is_valid((struct lonlat){v[0], v[1]}))
            return err_set(err, ERR_INVALID, "center: it is lon,lat in degrees, such as 5.37,43.29");
        w->has_centre = true;
        w->centre = (struct lonlat){v[0], CLAMP(v[1], -MERCATOR_MAX_LAT, MERCATOR_MAX_LAT)};
    }
    if (zoom.len) {
        if (!str_u64(zoom, &z) || z > MAP_ZOOM_MOST)
            return err_set(err, ERR_INVALID, "zoom: it is a whole number from 0 to %d", MAP_ZOOM_MOST);
        w->zoom = (int)z;
    }
    return true;
}

static bool read_lang_only(const struct request *rq, struct err *err)
{
    static const char *const none[] = {NULL};
    struct filter unused = filter_public();
    struct str city;
    for (size_t i = 0; i < rq->n_query; i++)
        if (!str_eq(rq->query[i].name, S("lang")))
            return err_set(err, ERR_INVALID, "there is no query parameter \"%.*s\" here", STR_ARG(str_cut_runes(rq->query[i].name, 40)));
    return on_filter(rq, none, &unused, &city, err);
}

static bool read_wish(struct card_wish *w, const struct request *rq, bool french_by_default, struct err *err)
{
    struct str file = rq->segments[rq->n_segments - 1], lang = request_query(rq, S("lang"));
    if (!str_ends(file, S(".png")))
        return err_set(err, ERR_MISSING, "cards are .png: /card/d/ID.png, /card/c/TOWN.png and /card/map.png");
    file.len -= 4;
    w->french = lang.len ? str_eq(lang, S("fr")) : french_by_default;
    if (rq->n_segments == 2) {
        w->of = CARD_OF_MAP;
        return read_map(w, rq, err);
    }
    w->of = str_eq(rq->segments[1], S("d")) ? CARD_OF_RECORD : CARD_OF_TOWN;
    w->name = file;
    if (w->of == CARD_OF_RECORD && !str_u64(file, &w->id))
        return err_set(err, ERR_MISSING, "there is no record \"%.*s\"", STR_ARG(str_cut_runes(file, 40)));
    return read_lang_only(rq, err);
}

static void put_key(const struct card_wish *w, struct buf *out)
{
    buf_fmt(out, "card %d %llu %.*s %d %d %d ", w->of, (unsigned long long)w->id, STR_ARG(w->name), w->french, w->has_centre, w->zoom);
    buf_double(out, w->centre.lon);
    buf_char(out, ' ');
    buf_double(out, w->centre.lat);
    buf_fmt(out, " %llx %.*s", (unsigned long long)filter_hash(&w->filter), STR_ARG(w->city));
}

/* ---- words and figures ---- */

static struct page into(struct card_drawing *k, struct buf *out)
{
    struct page p = k->page;
    p.out = out;
    return p;
}

static struct str keep(struct card_drawing *k, const struct buf *b)
{
    return str_copy(&k->page.rq->arena, buf_str(b));
}

static struct str word(struct card_drawing *k, const char *key)
{
    AUTO(buf) text = {0};
    struct page p = into(k, &text);
    page_say(&p, key);
    return keep(k, &text);
}

static struct preview_row *add_row(struct card_drawing *k)
{
    static struct preview_row beyond;
    return k->card.n_rows < PREVIEW_ROWS_MAX ? &k->card.rows[k->card.n_rows++] : &beyond;
}

/* "430" and « caméras, au moins ». */
static void add_number(struct card_drawing *k, const char *key, uint32_t n)
{
    AUTO(buf) number = {0}, what = {0};
    struct page p = into(k, &number);
    if (!n)
        return;
    page_fmt(&p, "%N", (int64_t)n);
    p.out = &what;
    page_say_n(&p, key, n);
    *add_row(k) = (struct preview_row){.number = keep(k, &number), .says = keep(k, &what)};
}

/* `here`: of the map on the card, and not of all that is known of the place. */
static void add_numbers(struct card_drawing *k, const struct in_view *v, bool here)
{
    add_number(k, "card.projects", v->n_projects);
    add_number(k, here ? "card.cameras_here" : "card.cameras", v->n_cameras);
    if (v->n_stopped)
        add_number(k, "card.stopped", v->n_stopped);
    else
        add_number(k, "card.devices", v->n_other_devices);
    if (!k->card.n_rows)
        add_row(k)->says = word(k, v->surveyed ? "seen.surveyed_nothing" : "seen.nobody_looked");
}

/* No closer than something is drawn there but the devices. */
static void set_view_of_box(struct card_drawing *k, struct box b, double zoom_most)
{
    bool streets = app_share_with_streets(k->app, box_round((struct lonlat){(b.west + b.east) / 2, (b.south + b.north) / 2}, STREETS_ROUND_M)) > 0;
    k->card.view = view_of_box(b, PREVIEW_MAP_WIDE_PX, PREVIEW_HIGH_PX, 1);
    k->card.view.zoom = MIN(k->card.view.zoom, streets ? zoom_most : MIN(zoom_most, ZOOM_NO_STREETS));
}

/* ---- a town ---- */

static bool find_town(struct card_drawing *k, struct str name, struct place *place, struct err *err)
{
    bool found;
    if (!store_place(k->worker->store, name, &k->page.rq->arena, place, &found, err))
        return false;
    return found || err_set(err, ERR_MISSING, k->page.french ? "il n'y a pas de commune « %.*s »" : "there is no municipality \"%.*s\"",
        STR_ARG(str_cut_runes(name, 40)));
}

static bool compose_town(struct card_drawing *k, struct err *err)
{
    struct place place;
    struct filter own = filter_public();
    if (!find_town(k, k->wish->name, &place, err))
        return false;
    own.place = place_key(place.code);
    struct in_view *seen = ARENA_NEW(&k->page.rq->arena, struct in_view);
    struct in_picture *shown = ARENA_NEW(&k->page.rq->arena, struct in_picture);
    if (!seen || !shown)
        return err_arena(err);
    k->card.kind = place.parent_name;
    k->card.title = place.name;
    set_view_of_box(k, town_box(k->now, &place), TOWN_ZOOM_MOST);
    in_view_count(seen, k->now, box_round(place.at, COUNTED_ROUND_M), &own, clock_today());
    in_picture_read(shown, k->now, &k->card.view, &k->filter, clock_today());
    /* Without a boundary the cameras in its streets are nobody's: those of the map stand for them, and it is said. */
    bool here = !place.has_boundary && shown->seen.n_cameras > seen->n_cameras;
    if (here)
        seen->n_cameras = shown->seen.n_cameras;
    add_numbers(k, seen, here);
    return true;
}

/* ---- the map ---- */

static bool compose_map(struct card_drawing *k, struct err *err)
{
    const struct card_wish *w = k->wish;
    struct place place = {0};
    double zoom = w->zoom >= 0 ? w->zoom - 1.0 : w->has_centre || w->city.len ? CITY_ZOOM - 1.0 : -1;
    k->filter = w->filter;
    if (w->city.len && !find_town(k, w->city, &place, err))
        return false;
    if (!tiles_city(k->worker, &k->filter, w->city, &k->page.rq->arena, err) || !on_known_orgs(k->worker->store, k->page.rq, err))
        return false;
    set_view_of_box(k, place.code.len ? town_box(k->now, &place) : FRANCE, TOWN_ZOOM_MOST);
    if (w->has_centre)
        k->card.view.centre = mercator_of(w->centre);
    if (w->has_centre || w->zoom >= 0)
        k->card.view.zoom = zoom;
    k->card.view.width_px = PREVIEW_MAP_WIDE_PX;
    k->card.view.height_px = PREVIEW_HIGH_PX;
    struct in_picture *seen = ARENA_NEW(&k->page.rq->arena, struct in_picture);
    if (!seen)
        return err_arena(err);
    in_picture_read(seen, k->now, &k->card.view, &k->filter, clock_today());
    k->card.kind = place.parent_name;
    k->card.title = place.code.len ? place.name : word(k, "card.map");
    add_numbers(k, &seen->seen, false);
    return true;
}

/* ---- a record ---- */

/* « essai, signalé en octobre 2019 ». */
static struct str status_words(struct card_drawing *k, const struct deployment *d, enum status status, bool stale)
{
    AUTO(buf) key = {0}, text = {0};
    struct page p = into(k, &text);
    struct partial_date when = d->status_since;
    bool runs = status == STATUS_ACTIVE || status == STATUS_TRIAL;
    for (size_t i = 0; i < d->n_events; i++)
        if (d->events[i].status == status && d->events[i].kind != EVENT_ENDED)
            when = d->events[i].date;
    buf_fmt(&key, "status.%s%s", STATUS_TERMS[status].code, stale ? ".old" : runs && when.year ? ".dated" : "");
    page_say(&p, key.at);
    if (when.year) {
        buf_fmt(&text, " %s ", say(&p, when.day ? "when.on" : "when.in"));
        partial_date_say(&text, when, p.french);
    }
    if (stale)
        page_say(&p, "status.no_news");
    return keep(k, &text);
}

static bool view_record(struct card_drawing *k, const struct deployment *d, struct err *err)
{
    struct spot_box *boxes, all;
    struct place place;
    bool found = false;
    size_t n = snapshot_boxes_of(k->now, d->id, &k->page.rq->arena, &boxes);
    if (!n) { /* of a département, a region, a country */
        if (d->place_code.len && !store_place(k->worker->store, d->place_code, &k->page.rq->arena, &place, &found, err))
            return false;
        set_view_of_box(k, found && strcmp(str_cstr(&k->page.rq->arena, place.kind), "country") != 0 ? box_round(place.at, 60000) : FRANCE, TOWN_ZOOM_MOST);
        return true;
    }
    all = boxes[0];
    for (size_t i = 1; i < n; i++)
        all = (struct spot_box){MIN(all.x0, boxes[i].x0), MIN(all.y0, boxes[i].y0), MAX(all.x1, boxes[i].x1), MAX(all.y1, boxes[i].y1)};
    struct lonlat nw = lonlat_of((struct spot){all.x0, all.y0}), se = lonlat_of((struct spot){all.x1, all.y1});
    double high = (nw.lat - se.lat) * 0.1, wide = (se.lon - nw.lon) * 0.1;
    bool at_city = !precision_is_point(d->public_precision);
    set_view_of_box(k, (struct box){nw.lon - wide, se.lat - high, se.lon + wide, nw.lat + high}, at_city ? ZOOM_BADGE : ZOOM_RECORD);
    k->card.ringed = all.x0 == all.x1 && all.y0 == all.y1 && !at_city;
    return true;
}

static bool compose_record(struct card_drawing *k, struct err *err)
{
    struct deployment d;
    bool found, stale;
    AUTO(buf) title = {0}, mark = {0}, kind = {0};
    if (!store_find(k->worker->store, k->wish->id, false, &k->page.rq->arena, &d, &found, err))
        return false;
    if (!found && record_is_erased(k->worker->store, k->wish->id))
        return err_set(err, ERR_GONE, k->page.french ? "cette fiche a été retirée" : "this record was withdrawn");
    if (!found)
        return err_set(err, ERR_MISSING, k->page.french ? "il n'y a pas de fiche à cette adresse" : "there is no record at this address");
    enum status status = page_status_now(&d, &stale);
    deployment_title(&title, &d, k->page.french);
    k->filter.categories |= 1u << d.category;
    k->filter.spaces |= 1u << d.space;
    k->card.title = keep(k, &title);
    bool named = d.title_fr.len || d.title_en.len; /* else the title says both already */
    if (named) {
        bool placed = d.place_name.len && !str_has(k->card.title, d.place_name);
        buf_add(&kind, placed ? d.place_name : str_of(page_term(&k->page, &CATEGORY_TERMS[d.category])));
        k->card.kind = keep(k, &kind);
    }
    buf_fmt(&mark, "mark:%s:%s:%d:%s%s", FAMILY_TERMS[category_family(d.category)].code, STATUS_TERMS[status].code, MARK_PX,
        CATEGORY_TERMS[d.category].code, stale ? ":stale" : "");
    *add_row(k) = (struct preview_row){.mark = keep(k, &mark), .says = status_words(k, &d, status, stale)};
    if (named && d.n_devices > 1)
        add_number(k, "card.devices_of", (uint32_t)d.n_devices);
    add_number(k, "card.sources", (uint32_t)d.n_sources);
    return view_record(k, &d, err);
}

/* ---- the answer ---- */

static bool compose(struct card_drawing *k, struct err *err)
{
    AUTO(buf) credit = {0};
    struct page p = into(k, &credit);
    k->card.site = str_of(k->app->config.title);
    page_credit_words(&p, &credit);
    k->card.credit = keep(k, &credit);
    if (k->wish->of == CARD_OF_RECORD)
        return compose_record(k, err);
    return k->wish->of == CARD_OF_TOWN ? compose_town(k, err) : compose_map(k, err);
}

static bool draw_card(struct app *app, struct worker *worker, struct request *rq, void *wish, const struct snapshot *now, struct response *rs,
    struct err *err)
{
    struct card_drawing *k = ARENA_NEW(&rq->arena, struct card_drawing);
    struct card_wish *w = wish;
    if (!k)
        return err_arena(err);
    *k = (struct card_drawing){.app = app, .worker = worker, .wish = w, .now = now, .filter = filter_public(),
        .page = {.app = app, .rq = rq, .french = w->french}};
    struct style *style = app_style(app, S("light"));
    if (!style)
        return err_set(err, ERR_INTERNAL, "there is no style light");
    rs->content_type = PICTURE_MIME[PICTURE_PNG];
    bool ok = compose(k, err);
    struct scene scene = {.points = now, .filter = &k->filter, .today = clock_today(), .french = w->french, .no_cones = true};
    ok = ok && preview_draw(worker->painter, &k->card, style, &scene, &rs->body, err);
    style_drop(style);
    return ok;
}

bool on_card(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)worker;
    AUTO(buf) key = {0};
    struct card_wish *w = ARENA_NEW(&rq->arena, struct card_wish);
    if (!w)
        return err_arena(err);
    *w = (struct card_wish){.zoom = -1};
    if (!read_wish(w, rq, app->config.french, err))
        return false;
    put_key(w, &key);
    return drawn_ask(app, rq, rs, str_copy(&rq->arena, buf_str(&key)), false, draw_card, w, err);
}
