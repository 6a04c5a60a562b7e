/* GET /add/map.png: the picture of a form's map (server/draft_map.h). It is somebody's own, and not kept. */
#include <math.h>

#include "data/base/clock.h"
#include "data/base/limits.h"
#include "data/record/direction.h"
#include "renderer/draft_picture.h"
#include "server/draft_map.h"
#include "server/on.h"
#include "server/page_frame.h"
#include "server/server.h"

static bool read_lonlat(struct str text, struct lonlat *out)
{
    double v[2];
    if (!page_numbers(text, v, 2) || !lonlat_is_valid((struct lonlat){v[0], v[1]}))
        return false;
    *out = (struct lonlat){v[0], v[1]};
    return true;
}

/* "lon,lat;lon,lat": at most so many. */
static bool read_list(struct str text, struct lonlat *out, size_t most, size_t *n)
{
    struct str one;
    for (*n = 0; text.len && str_next(&text, ';', &one); ++*n)
        if (*n == most || !read_lonlat(one, &out[*n]))
            return false;
    return true;
}

static void read_views(struct draft_picture *d, struct str direction, struct str angle)
{
    struct directions said = direction_read(direction, DIRECTION_FRENCH);
    double width = 0;
    if (!str_double(angle, &width) || !(width > 0 && width <= 360))
        width = 0;
    for (size_t i = 0; i < said.n && d->n_views < DRAFT_PICTURE_VIEWS_MAX; i++) {
        d->views[d->n_views].bearing_deg = said.view[i].bearing_deg;
        d->views[d->n_views++].width_deg = said.view[i].width_deg > 0 ? said.view[i].width_deg : width;
    }
    d->reach_m = cone_reach_m(0);
}

static bool wrong(const struct request *rq, struct err *err)
{
    return err_set(err, ERR_INVALID, rq->french ? "cette image se demande depuis le formulaire : center=lon,lat et zoom, puis spot, direction, angle, ring ou known" :
        "this picture is asked for by the form: center=lon,lat and zoom, then spot, direction, angle, ring or known");
}

bool on_add_map(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct lonlat centre, *corners = ARENA_ARRAY(&rq->arena, struct lonlat, DRAFT_ZONE_CORNERS_MAX);
    struct draft_picture d = {.view = {.scale = 1, .width_px = DRAFT_MAP_WIDE_PX, .height_px = DRAFT_MAP_HIGH_PX}};
    int64_t zoom;
    if (!corners)
        return err_arena(err);
    if (!read_lonlat(request_query(rq, S("center")), &centre) || !str_i64(request_query(rq, S("zoom")), &zoom) || zoom < 0 || zoom > DRAFT_MAP_ZOOM_MAX ||
        !read_list(request_query(rq, S("ring")), corners, DRAFT_ZONE_CORNERS_MAX, &d.n_corners) ||
        !read_list(request_query(rq, S("known")), d.known, DRAFT_PICTURE_KNOWN_MAX, &d.n_known))
        return wrong(rq, err);
    d.corners = corners;
    d.has_spot = read_lonlat(request_query(rq, S("spot")), &d.spot);
    read_views(&d, request_query(rq, S("direction")), request_query(rq, S("angle")));
    d.view.centre = mercator_of(centre);
    d.view.zoom = (double)zoom - 1;
    if (!app_worker_ready(app, worker, err))
        return false;
    struct style *style = app_style(app, S("light"));
    if (!style)
        return err_set(err, ERR_INTERNAL, "there is no style light");
    const struct snapshot *now = world_hold(app->world);
    struct filter all = filter_everything();
    struct scene scene = {.points = now, .filter = &all, .today = clock_today(), .french = rq->french};
    bool ok = draft_picture_draw(worker->painter, &d, style, &scene, &rs->body, err);
    snapshot_drop(now);
    style_drop(style);
    rs->content_type = "image/png";
    rs->headers = HEADERS_PRIVATE;
    rs->no_gzip = true;
    return ok;
}
