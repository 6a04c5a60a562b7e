/* /tiles/STYLE/Z/X/Y[@Rx].png|.png8|.webp and /tiles/SOURCE/Z/X/Y.mvt, on the loop: the path becomes a key, a hit is
 * answered at once, a miss is parked. */
#include <stdio.h>
#include <string.h>

#include "data/base/clock.h"
#include "data/base/hash.h"
#include "data/base/limits.h"
#include "server/on.h"
#include "server/server.h"
#include "server/tiles.h"

enum { VECTOR_ZOOM_MAX = 14, SCALE_MAX = 4 };

/* "12@2x.png" → y, scale, extension. */
static bool read_last(struct str s, uint64_t *y, int *scale, struct str *extension)
{
    const char *dot = memchr(s.at, '.', s.len);
    if (!dot)
        return false;
    struct str number = str_from(s.at, (size_t)(dot - s.at));
    *extension = str_from(dot + 1, s.len - number.len - 1);
    *scale = 1;
    const char *at = memchr(number.at, '@', number.len);
    if (at) {
        struct str ratio = str_from(at + 1, number.len - (size_t)(at - number.at) - 1);
        if (ratio.len != 2 || ratio.at[1] != 'x' || ratio.at[0] < '1' || ratio.at[0] > '0' + SCALE_MAX)
            return false;
        *scale = ratio.at[0] - '0';
        number.len = (size_t)(at - number.at);
    }
    return str_u64(number, y);
}

bool on_filter(const struct request *rq, const char *const *others, struct filter *f, struct str *city, struct err *err)
{
    *city = (struct str){0};
    for (size_t i = 0; i < rq->n_query; i++) {
        const struct http_param *q = &rq->query[i];
        for (size_t j = 0; j < i; j++)
            if (str_eq(rq->query[j].name, q->name))
                return err_set(err, ERR_INVALID, "%.*s is given twice", STR_ARG(str_cut_runes(q->name, 40)));
        bool known = false;
        for (size_t o = 0; others[o] && !known; o++)
            known = str_eq(q->name, str_of(others[o]));
        if (known)
            continue;
        if (str_eq(q->name, S("city"))) {
            *city = q->value;
        } else if (str_eq(q->name, S("lang"))) {
            if (!str_eq(q->value, S("fr")) && !str_eq(q->value, S("en")))
                return err_set(err, ERR_INVALID, "lang is fr or en");
        } else if (!filter_set(f, q->name, q->value, &known, err)) {
            return false;
        } else if (!known) {
            return err_set(err, ERR_INVALID, "there is no query parameter \"%.*s\" here", STR_ARG(str_cut_runes(q->name, 40)));
        }
    }
    return true;
}

static bool read_place(const struct request *rq, struct tile_wish *w, struct str *extension, struct err *err)
{
    uint64_t z, x, y;
    if (!str_u64(rq->segments[2], &z) || !str_u64(rq->segments[3], &x) ||
        !read_last(rq->segments[4], &y, &w->scale, extension))
        return err_set(err, ERR_INVALID, "a tile is /tiles/STYLE/Z/X/Y.png with whole numbers, or Y@2x.png");
    if (z > ZOOM_MAX || !tile_is_valid(z, x, y))
        return err_set(err, ERR_MISSING, "there is no such tile: zooms go from 0 to %d", ZOOM_MAX);
    w->at = (struct tile){.x = (uint32_t)x, .y = (uint32_t)y, .z = (uint8_t)z};
    return true;
}

static bool read_kind(struct app *app, const struct request *rq, struct str extension, struct tile_wish *w, struct err *err)
{
    struct str name = rq->segments[1];
    if (str_eq(extension, S("mvt"))) {
        bool deployments = str_eq(name, S("deployments"));
        if ((!deployments && !str_eq(name, S("basemap"))) || w->scale != 1)
            return err_set(err, ERR_MISSING, "the vector tiles are deployments and basemap");
        if (w->at.z > VECTOR_ZOOM_MAX)
            return err_set(err, ERR_MISSING, "vector tiles go to zoom %d", VECTOR_ZOOM_MAX);
        w->kind = deployments ? TILE_DEPLOYMENTS_MVT : TILE_BASEMAP_MVT;
        return true;
    }
    for (int f = PICTURE_PNG; f <= PICTURE_WEBP; f++) {
        if (!str_eq(extension, str_of(PICTURE_EXTENSION[f])))
            continue;
        w->kind = TILE_PICTURE;
        w->format = (enum picture_format)f;
        w->style = app_style(app, name);
        return w->style || err_set(err, ERR_MISSING, "there is no style \"%.*s\"", STR_ARG(str_cut_runes(name, 40)));
    }
    return err_set(err, ERR_MISSING, "tiles are .png, .png8, .webp or .mvt");
}

/* An MVT of the base map looks the same under every filter; the others are keyed by it. */
static void make_key(struct app *app, struct tile_wish *w)
{
    bool filtered = w->kind != TILE_BASEMAP_MVT;
    size_t city = strlen(w->city);
    w->key = (struct tile_key){
        .style = w->style ? style_hash(w->style) : 0,
        .filter = filtered ? filter_hash(&w->filter) ^ (city ? hash64(w->city, city, 23) : 0) : 0,
        .x = w->at.x, .y = w->at.y, .z = w->at.z,
        .day = filtered && w->filter.day == INT32_MIN ? clock_today() : 0,
        .epoch = app->server->epoch,
        .scale = (uint8_t)w->scale, .format = (uint8_t)w->format, .french = w->french, .only = w->kind};
}

bool on_tile(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)worker;
    static const char *const none[] = {NULL};
    struct tile_wish w;
    struct str extension, city;
    w.style = NULL;
    w.city[0] = '\0';
    w.format = PICTURE_PNG;
    if (!read_place(rq, &w, &extension, err) || !read_kind(app, rq, extension, &w, err))
        return false;
    w.filter = filter_public();
    struct str lang = request_query(rq, S("lang"));
    w.french = lang.len ? str_eq(lang, S("fr")) : app->config.french;
    if (rq->n_query) {
        bool ok = on_filter(rq, none, &w.filter, &city, err);
        if (ok && city.len >= sizeof w.city)
            ok = err_set(err, ERR_INVALID, "city: that is no place's name");
        if (!ok) {
            if (w.style)
                style_drop(w.style);
            return false;
        }
        memcpy(w.city, city.len ? city.at : "", city.len);
        w.city[city.len] = '\0';
    }
    make_key(app, &w);
    return tiles_ask(app->server->tiles, &w, rq, rs, err);
}
