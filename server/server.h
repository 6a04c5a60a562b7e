/*
 * What a running server has beside what handlers need: threads, counters, what is read again at SIGHUP. Inner to app.c,
 * tiles.c, styles.c, on_health.c and on_style.c.
 */
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include <pthread.h>

#include "data/tileset.h"
#include "server/app.h"
#include "server/http.h"
#include "server/work.h"

enum { STREET_AREAS_MAX = 256, STYLES_MAX = 64 };

/* What the base maps say of themselves; made anew at a reload and never changed. */
struct basemap_facts {
    struct arena arena;
    size_t n_areas;
    struct box areas[STREET_AREAS_MAX]; /* that have streets */
    struct str attribution, layers;     /* layers: the "vector_layers" of TileJSON, JSON */
    int min_zoom, max_zoom;             /* max_zoom -1: there is no base map */
    struct box bounds;
};
bool basemap_facts_read(struct basemap_facts **out, const struct config *config, struct err *err) MUST_USE;
void basemap_facts_free(struct basemap_facts *f);
bool basemap_facts_layer(const struct json *layers, struct str id); /* whether such a list has it */

/* Styles by name: those placed in the program, and over them those of the operator's folder. */
struct styles {
    size_t n;
    struct {
        char name[64];
        struct style *style;
    } list[STYLES_MAX];
};
bool styles_read(struct styles **out, const char *folder, struct err *err) MUST_USE;
void styles_free(struct styles *s);

struct writer;   /* writer.h */
struct sessions; /* session.h */
struct rate;     /* rate.h */
struct uploads;  /* upload.h */
struct tiles; /* tiles.h */
struct kept;  /* kept.h */
struct drawn; /* drawn.h */
struct server {
    struct app *app;
    struct work *work;
    struct http *http;
    struct http_counts counts;
    struct tiles *tiles;
    struct kept *kept; /* glyphs and sprites */
    struct drawn *drawn;
    struct buf base_url;
    pthread_mutex_t lock;               /* guards the app's styles, facts and epoch */
    struct basemap_facts *facts, *facts_before; /* the one before is kept for those who still read it */
    atomic_uint epoch;                  /* grows at each reload */
    struct writer *writer;
    struct sessions *sessions;
    struct rate *rate;
    struct uploads *uploads;            /* NULL: their folder cannot be used */
    bool read_only;                     /* the database */
    atomic_bool ready;
    atomic_uint_fast64_t tiles_drawn, tiles_drawn_us, pictures_drawn, pictures_drawn_us, follow_errors;
    int64_t began_ms;
};

bool app_start(struct app **out, const struct config *config, struct err *err) MUST_USE;
/* Styles and base maps again: all or nothing. */
bool app_reload(struct app *app, struct err *err) MUST_USE;
/* Finishes what is under way, then everything ends. */
void app_stop(struct app *app);
struct style *app_style_at(struct app *app, size_t i); /* held; NULL past the last */
/* One hold on the facts is not needed: they outlive a reload by one. */
const struct basemap_facts *app_facts(const struct app *app);

/* The worker's painter and base maps are those of the newest reload. */
bool app_worker_ready(struct app *app, struct worker *worker, struct err *err) MUST_USE;

/* What a worker has that only we know. */
struct own {
    uint32_t epoch;                     /* of what follows */
    size_t n_basemaps;
    struct tileset *basemaps[16];
};

#endif
