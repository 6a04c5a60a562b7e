/*
 * /c/SLUG/print?bbox=W,S,E,N&kind=sheet: a field sheet as a PDF. Here the question is read, what is known in the box is
 * taken from the snapshot (so nothing that is not public can be on it) and put into words; renderer/sheet.c draws.
 *
 * Marks are numbered as one reads: cell by cell, row by row. Where more is known than can be numbered, the rest are dots.
 */
#include <math.h>
#include <string.h>

#include "data/base/clock.h"
#include "data/base/limits.h"
#include "renderer/sheet.h"
#include "server/on.h"
#include "server/page_frame.h"
#include "server/server.h"

static const double AROUND_M = 600; /* from the place's centre, where no box is asked for */

enum { DEVICES_LOOKED_AT = 50 /* of one record: the words of a larger one are its title's */ };

/* Under this share of a sheet with streets it says that there are none. */
static const double STREETS_FEW = 0.05;

struct found { /* a device: its points are its views */
    const struct point *point;
    int cell;  /* in order of reading */
    size_t n_views;
    struct sheet_view views[SHEET_VIEWS_MAX];
};

struct print {
    struct app *app;
    struct worker *worker;
    struct page page;
    struct place place;
    struct filter filter;
    struct sheet sheet;
    const struct snapshot *snapshot;
    struct found *found;
    size_t n_found;
};

/* ---- what is asked for ---- */

static bool read_kind(const struct page *p, struct err *err)
{
    struct str kind = page_param(p, "kind");
    if (str_eq(kind, S("sheet")))
        return true;
    if (!kind.len)
        return err_set(err, ERR_INVALID, p->french ? "kind : dites ce qu'il faut imprimer ; il y a kind=sheet, la feuille de relevé" : "kind: say what to print; there is kind=sheet, the field sheet");
    return err_set(err, ERR_INVALID, p->french ? "kind : « %.*s » n'existe pas ; il y a sheet, la feuille de relevé" : "kind: there is no \"%.*s\"; there is sheet, the field sheet",
        STR_ARG(str_cut_runes(kind, 40)));
}

static struct box box_around(struct lonlat at)
{
    struct lonlat north = lonlat_ahead(at, 0, AROUND_M), east = lonlat_ahead(at, 90, AROUND_M);
    double high = north.lat - at.lat, wide = east.lon - at.lon;
    return (struct box){at.lon - wide, at.lat - high, at.lon + wide, at.lat + high};
}

static bool read_box(struct print *k, struct err *err)
{
    struct str bbox = page_param(&k->page, "bbox");
    struct box asked = box_around(k->place.at);
    bool french = k->page.french;
    if (bbox.len && !page_box(bbox, &asked, err))
        return err_set(err, ERR_INVALID, french ? "bbox : c'est ouest,sud,est,nord en degrés, par exemple 6.140,46.199,6.156,46.209"
                                                : "bbox: it is west,south,east,north in degrees, such as 6.140,46.199,6.156,46.209");
    if (sheet_box_fit(asked, &k->sheet.box, err))
        return true;
    if (err->code == ERR_TOO_BIG)
        return err_set(err, ERR_INVALID, french ? "bbox : une feuille montre au plus %d m du nord au sud et %d m d'ouest en est ; prenez un quartier"
                                                : "bbox: a sheet shows at most %d m from north to south and %d m from west to east; take a district",
            SHEET_SIDE_MAX_M, SHEET_SIDE_MAX_M * SHEET_COLS / SHEET_ROWS);
    return err_set(err, ERR_INVALID, french ? "bbox : une feuille ne passe ni le 180e méridien ni le bord de la carte"
                                            : "bbox: a sheet crosses neither the 180th meridian nor the edge of the map");
}

static bool read_question(struct print *k, struct err *err)
{
    struct request *rq = k->page.rq;
    bool found;
    struct str name = rq->segments[1];
    if (!store_place(k->worker->store, name, &rq->arena, &k->place, &found, err))
        return false;
    if (!found)
        return err_set(err, ERR_MISSING, rq->french ? "il n'y a pas de commune « %.*s »" : "there is no municipality \"%.*s\"", STR_ARG(str_cut_runes(name, 40)));
    return read_kind(&k->page, err) && read_box(k, err) && page_filter(&k->page, k->worker, &k->filter, err) && on_known_orgs(k->worker->store, rq, err);
}

/* ---- what is known there ---- */

static void add_view(struct found *f, const struct point *p)
{
    bool around = p->flags & POINT_HAS_SPREAD && p->spread_cdeg >= 36000;
    if (f->n_views == SHEET_VIEWS_MAX || !(p->flags & POINT_HAS_BEARING || around))
        return;
    double width = p->flags & POINT_HAS_SPREAD ? p->spread_cdeg / 100.0 : 0;
    f->views[f->n_views++] = (struct sheet_view){p->bearing_cdeg / 100.0, around ? 360 : width};
}

static int cell_of(struct box sheet, const struct point *p)
{
    char name[SHEET_CELL_NAME_BYTES];
    if (!sheet_cell_name(sheet, lonlat_of(quad_spot(p->quad)), name))
        return -1;
    return (name[2] ? 10 : name[1] - '0') * SHEET_COLS + name[0] - 'A';
}

/* Points of one device follow one another, for they have one quad; two devices of a record may share it too, and are one mark. */
static void add_point(struct print *k, const struct point *p)
{
    struct found *last = k->n_found ? &k->found[k->n_found - 1] : NULL;
    int cell = cell_of(k->sheet.box, p);
    if (p->flags & POINT_BADGE || cell < 0 || !point_shown(k->snapshot, p, &k->filter, clock_today()))
        return;
    if (last && last->point->quad == p->quad && last->point->id == p->id) {
        add_view(last, p);
        return;
    }
    last = &k->found[k->n_found++];
    *last = (struct found){.point = p, .cell = cell};
    add_view(last, p);
}

static int as_read(const void *pa, const void *pb)
{
    const struct found *a = pa, *b = pb;
    if (a->cell != b->cell)
        return a->cell < b->cell ? -1 : 1;
    if (a->point->quad != b->point->quad)
        return a->point->quad < b->point->quad ? -1 : 1;
    return (a->point->id > b->point->id) - (a->point->id < b->point->id);
}

static bool find_known(struct print *k, struct err *err)
{
    const struct point **points;
    size_t n;
    struct arena *a = &k->page.rq->arena;
    if (!snapshot_points_in(k->snapshot, spot_box_of(k->sheet.box), a, &points, &n))
        return err_arena(err);
    k->found = base_alloc(n + 1, sizeof *k->found);
    for (size_t i = 0; i < n; i++)
        add_point(k, points[i]);
    qsort(k->found, k->n_found, sizeof *k->found, as_read);
    return true;
}

/* ---- in words ---- */

static struct str say_here(struct print *k, const char *key)
{
    AUTO(buf) text = {0};
    struct page p = k->page;
    p.out = &text;
    page_say(&p, key);
    return str_copy(&k->page.rq->arena, buf_str(&text));
}

static struct str looks_words(struct print *k, const struct found *f)
{
    static const char *const winds[2][8] = {{"N", "NE", "E", "SE", "S", "SW", "W", "NW"}, {"N", "NE", "E", "SE", "S", "SO", "O", "NO"}};
    AUTO(buf) out = {0};
    for (size_t i = 0; i < f->n_views; i++) {
        bool around = f->views[i].width_deg >= 360;
        const char *wind = around ? "360°" : winds[k->page.french][lround(f->views[i].bearing_deg / 45) % 8];
        buf_fmt(&out, "%s%s", i ? ", " : "", wind);
    }
    return str_copy(&k->page.rq->arena, buf_str(&out));
}

/* The month is enough to know whether to look again, and says nothing of when somebody stood there. */
static void put_month(struct buf *out, struct partial_date d)
{
    if (!d.year)
        return;
    if (d.month)
        buf_fmt(out, " %02d/%d", d.month, d.year);
    else
        buf_fmt(out, " %d", d.year);
}

static struct str state_words(struct print *k, const struct point *p, struct partial_date seen)
{
    AUTO(buf) out = {0}, key = {0};
    buf_fmt(&key, "status.%s%s", STATUS_TERMS[p->status].code, p->flags & POINT_STALE ? ".old" : "");
    const char *says = say(&k->page, key.at);
    buf_add(&out, str_of(*says ? says : page_term(&k->page, &STATUS_TERMS[p->status])));
    put_month(&out, seen);
    return str_copy(&k->page.rq->arena, buf_str(&out));
}

static const struct device *device_at(const struct deployment *d, uint64_t quad)
{
    for (size_t i = 0; i < d->n_devices; i++)
        if (quad_of(spot_of(d->devices[i].at)) == quad)
            return &d->devices[i];
    return NULL;
}

/* What the published record says of it; a record that went away meanwhile leaves the category's name. */
static bool describe(struct print *k, const struct point *p, struct sheet_mark *m, struct err *err)
{
    AUTO(arena) scratch;
    struct deployment d;
    bool found = false;
    const struct card *c = snapshot_card(k->snapshot, p->card);
    const struct term *what = &CATEGORY_TERMS[p->category];
    struct partial_date seen = {0};
    arena_init(&scratch, REQUEST_ARENA_BYTES);
    if (c->device_count <= DEVICES_LOOKED_AT && !store_find(k->worker->store, p->id, false, &scratch, &d, &found, err))
        return false;
    const struct device *device = found ? device_at(&d, p->quad) : NULL;
    if (found)
        seen = device && device->check_date.year ? device->check_date : d.last_confirmed.year ? d.last_confirmed : d.status_since;
    if (device && p->category == CATEGORY_CCTV)
        what = &DEVICE_TYPE_TERMS[device->type];
    struct str title = k->page.french || !c->title_en.len ? c->title_fr : c->title_en;
    m->what = title.len ? title : str_of(page_term(&k->page, what));
    m->state = state_words(k, p, seen);
    return true;
}

static bool write_marks(struct print *k, struct err *err)
{
    struct arena *a = &k->page.rq->arena;
    size_t n = MIN(k->n_found, (size_t)SHEET_MARKS_MAX), n_dots = MIN(k->n_found - n, (size_t)SHEET_DOTS_MAX);
    struct sheet_mark *marks = ARENA_ARRAY(a, struct sheet_mark, n + 1);
    struct lonlat *dots = ARENA_ARRAY(a, struct lonlat, n_dots + 1);
    if (!marks || !dots)
        return err_arena(err);
    for (size_t i = 0; i < n; i++) {
        const struct found *f = &k->found[i];
        const struct card *c = snapshot_card(k->snapshot, f->point->card);
        marks[i] = (struct sheet_mark){.at = lonlat_of(quad_spot(f->point->quad)), .n_views = f->n_views, .about = c->precision >= PRECISION_STREET};
        memcpy(marks[i].views, f->views, sizeof f->views);
        marks[i].looks = looks_words(k, f);
        if (!describe(k, f->point, &marks[i], err))
            return false;
    }
    for (size_t i = 0; i < n_dots; i++)
        dots[i] = lonlat_of(quad_spot(k->found[n + i].point->quad));
    k->sheet.marks = marks;
    k->sheet.n_marks = n;
    k->sheet.dots = dots;
    k->sheet.n_dots = n_dots;
    return true;
}

/* "%N" in a text of its own, for the number that counts. */
static struct str say_count(struct print *k, const char *key, size_t n)
{
    AUTO(buf) text = {0};
    struct page p = k->page;
    p.out = &text;
    page_say(&p, key, (int64_t)n);
    return str_copy(&k->page.rq->arena, buf_str(&text));
}

static void write_words(struct print *k)
{
    static const char *const keys[] = {
        [SHEET_WORD_CODE] = "sheet.code", [SHEET_WORD_MONTH] = "sheet.month", [SHEET_WORD_NONE_KNOWN] = "sheet.none_known",
        [SHEET_WORD_NUMBER] = "sheet.number", [SHEET_WORD_CELL] = "sheet.cell", [SHEET_WORD_ROSES] = "sheet.roses",
        [SHEET_WORD_KEY_MARK] = "sheet.key_mark", [SHEET_WORD_KEY_TICK] = "sheet.key_tick", [SHEET_WORD_KEY_CONE] = "sheet.key_cone",
        [SHEET_WORD_KEY_AROUND] = "sheet.key_around", [SHEET_WORD_NORTH] = "sheet.north", [SHEET_WORD_YES] = "sheet.yes", [SHEET_WORD_NO] = "sheet.no", [SHEET_WORD_PAGE] = "sheet.page"};
    static const char *const columns[] = {"number", "cell", "mount", "type", "direction", "height", "operator", "seen", "remarks"};
    struct sheet *s = &k->sheet;
    for (size_t i = 0; i < COUNT(keys); i++)
        if (keys[i])
            s->words[i] = say_here(k, keys[i]);
    for (size_t i = 0; i < COUNT(columns); i++) {
        AUTO(buf) heading = {0}, hint = {0};
        buf_fmt(&heading, "sheet.col.%s", columns[i]);
        buf_fmt(&hint, "sheet.hint.%s", columns[i]);
        s->words[SHEET_WORD_COLUMN + i] = say_here(k, heading.at);
        s->words[SHEET_WORD_HINT + i] = say_here(k, hint.at);
    }
    s->words[SHEET_WORD_KNOWN] = say_count(k, "sheet.known", k->n_found);
    s->words[SHEET_WORD_HOW] = say_count(k, "sheet.how", s->n_marks + 1);
    if (k->n_found > s->n_marks)
        s->words[SHEET_WORD_MORE] = say_count(k, "sheet.more", k->n_found - s->n_marks);
    if (app_share_with_streets(k->app, s->box) < STREETS_FEW)
        s->words[SHEET_WORD_NO_STREETS] = say_here(k, "sheet.no_streets");
}

/* « Genève · 1 210 × 1 510 m »: to tens of metres, which is what a foot can tell. */
static void put_place(struct print *k, struct buf *out)
{
    struct box b = k->sheet.box;
    double middle = (b.south + b.north) / 2;
    long wide = lround(distance_m((struct lonlat){b.west, middle}, (struct lonlat){b.east, middle}) / 10) * 10;
    long high = lround(distance_m((struct lonlat){b.west, b.south}, (struct lonlat){b.west, b.north}) / 10) * 10;
    buf_fmt(out, "%.*s%s%.*s · %ld × %ld m", STR_ARG(k->place.name), k->place.parent_name.len ? ", " : "", STR_ARG(k->place.parent_name), wide, high);
}

static void write_headings(struct print *k)
{
    struct arena *a = &k->page.rq->arena;
    struct ymd today = clock_ymd(clock_today());
    AUTO(buf) title = {0}, place = {0}, as_of = {0}, credit = {0};
    buf_fmt(&title, "%s — %.*s", say(&k->page, "sheet.title"), STR_ARG(k->place.name));
    put_place(k, &place);
    partial_date_say(&as_of, (struct partial_date){.year = (int16_t)today.year, .month = (uint8_t)today.month}, k->page.french);
    page_credit_words(&k->page, &credit);
    k->sheet.title = str_copy(a, buf_str(&title));
    k->sheet.place = str_copy(a, buf_str(&place));
    k->sheet.as_of = str_copy(a, buf_str(&as_of));
    k->sheet.credit = str_copy(a, buf_str(&credit));
    k->sheet.address = str_of(app_base_url(k->app));
    k->sheet.year = today.year;
    k->sheet.month = today.month;
}

/* ---- the answer ---- */

static bool draw(struct print *k, struct response *rs, struct err *err)
{
    struct style *style = app_style(k->app, S("print"));
    if (!style)
        return err_set(err, ERR_INTERNAL, "there is no style print");
    bool ok = sheet_draw(k->worker->painter, style, &k->sheet, &rs->body, err);
    style_drop(style);
    return ok;
}

static const char *file_name(struct print *k)
{
    struct arena *a = &k->page.rq->arena;
    AUTO(buf) name = {0};
    buf_fmt(&name, "%s-%.*s-", k->page.french ? "releve" : "survey", STR_ARG(str_slug(a, k->place.name)));
    sheet_code_make(&name, k->sheet.box);
    buf_add(&name, S(".pdf"));
    return str_cstr(a, buf_str(&name));
}

bool on_print(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct print k = {.app = app, .worker = worker, .page = page_start(app, rq, rs)};
    if (!app_worker_ready(app, worker, err) || !read_question(&k, err))
        return false;
    k.snapshot = world_hold(app->world);
    bool ok = find_known(&k, err) && write_marks(&k, err);
    if (ok) {
        write_words(&k);
        write_headings(&k);
        ok = draw(&k, rs, err);
    }
    snapshot_drop(k.snapshot);
    free(k.found);
    rs->content_type = "application/pdf";
    rs->no_gzip = true;
    rs->filename = file_name(&k);
    return ok;
}
