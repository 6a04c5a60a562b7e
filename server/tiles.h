/*
 * Tiles asked for: out of the cache at once, else drawn once for all who wait. A tile that the map overtook while it was
 * drawn is drawn again, and never sent.
 */
#ifndef SERVER_TILES_H
#define SERVER_TILES_H

#include "data/record/filter.h"
#include "renderer/tile.h"
#include "server/tile_cache.h"

enum tile_kind { TILE_PICTURE, TILE_DEPLOYMENTS_MVT, TILE_BASEMAP_MVT };
struct tile_wish {
    struct tile_key key;
    struct tile at;
    enum tile_kind kind;
    enum picture_format format;
    int scale;
    struct style *style;      /* one hold, taken by tiles_ask; NULL for vector tiles */
    struct filter filter;
    char city[80];            /* a slug or code that a worker looks up; "": anywhere */
    bool french;
};

struct tiles;
struct tiles *tiles_new(struct app *app);
void tiles_free(struct tiles *t);

/* On the loop: fills the response from the cache, or parks the request. False: busy. Takes the style's hold. */
bool tiles_ask(struct tiles *t, struct tile_wish *wish, struct request *rq, struct response *rs, struct err *err) MUST_USE;

/* On a worker. */
bool tiles_city(struct worker *worker, struct filter *filter, struct str city, struct arena *a, struct err *err) MUST_USE;

#endif
