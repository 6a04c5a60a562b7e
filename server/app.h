/*
 * Everything a running server owns, and the order in which it starts and stops.
 */
#ifndef SERVER_APP_H
#define SERVER_APP_H

#include "data/world.h"
#include "renderer/map.h"

struct tile_cache;

enum contributions { CONTRIBUTIONS_CLOSED, CONTRIBUTIONS_TOKEN /* of people and programs that are known */, CONTRIBUTIONS_OPEN };
/* What the law wants to be said, out of the file of --legal: texts, "" where it says nothing. */
struct legal {
    bool given;
    const char *publisher, *host, *contact, *controller, *text; /* text: more paragraphs, plain, "" if none */
};

struct config { /* options of `serve`, checked once */
    const char *db;
    size_t n_listen;
    const char *listen[8];       /* "127.0.0.1:8080", "unix:PATH" */
    const char *admin;           /* NULL: the usual one, if it is free */
    const char *base_url;        /* without a slash at the end; NULL: the listen address */
    size_t n_basemaps;
    const char *basemaps[16];
    const char *styles_dir;      /* NULL: those placed in the program */
    int workers;
    size_t cache_bytes;
    int tile_max_age_s;
    const char *title;           /* of the site */
    enum contributions contributions;
    bool photos;                 /* taken at all */
    int hold_days;               /* what was seen on foot is published no sooner */
    double rate;                 /* contributions an hour and caller; 0: no limit */
    const char *trusted_proxy;   /* its address; NULL: none */
    const char *onion;           /* this site's onion address; NULL: none */
    struct legal legal;
    bool french;                 /* language when the visitor asks for none */
};

struct app {
    struct config config;
    struct world *world;
    struct tile_cache *tiles;
    struct styles *styles;       /* by name; replaced whole at SIGHUP */
    /* the rest is the server's own: work queues, loops, metrics */
    struct server *server;
};

/* A style by name, held: the caller drops it. NULL if there is none. */
struct style *app_style(struct app *app, struct str name);
/* "https://map.example" or the listen address; absolute addresses start with it. */
const char *app_base_url(const struct app *app);
/* Boxes that have streets, from the base maps' metadata; so that pages can say where there are none. */
size_t app_street_areas(const struct app *app, const struct box **out);
/* Of a box, the share for which streets are drawn, 0 to 1; areas that overlap count twice. */
double app_share_with_streets(const struct app *app, struct box b);
/* Credits of what is drawn, for pages and TileJSON. */
struct str app_attribution(const struct app *app);

#endif
