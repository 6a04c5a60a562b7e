/*
 * Where a base map's features come from: the packaged data of the world, and OSM extracts. Part of basemap.c.
 */
#ifndef DATA_BASEMAP_SOURCES_H
#define DATA_BASEMAP_SOURCES_H

#include "data/basemap_ground.h"

enum { DEFAULT_MAX_ZOOM = 11, COVER_MAX_ZOOM = 11, COVER_ALL_ZOOM = 7, EXTRACTS_MAX = 64 };

/* A set of tiles of the zooms up to COVER_MAX_ZOOM, as bits. What is added is in it at all zooms to COVER_ALL_ZOOM too. */
struct cover {
    uint64_t *bits[COVER_MAX_ZOOM + 1];
};
void cover_init(struct cover *c);
void cover_done(struct cover *c);
void cover_add(struct cover *c, struct box b, int min_zoom, int max_zoom);
bool cover_has(const struct cover *c, struct tile t);
bool cover_meets(const struct cover *c, struct box b, int zoom);

/* Reads what is there of the packaged data; says what is missing by log_line. `folders` are tried in turn for each file.
 * Credits are appended to `credit`, and the tiles of zoom 8 and deeper that are worth making to `cover`. */
struct world {
    struct ground *ground;
    const char *const *folders;
    size_t n_folders;
    struct cover *cover;
    struct buf *credit;
    const struct box *extracts; /* these name their own places where the packaged data end */
    size_t n_extracts;
    int max_zoom;
};
bool world_read(struct world *w, struct err *err) MUST_USE;

/* The sea in a rectangle, from the coastlines of an extract (key 0 all). False where they do not tell. */
struct mesh_line;
bool coast_sea(const struct mesh_line *lines, size_t n, struct rect b, struct arena *a, struct shape *sea);
/* Water in a rectangle, from a shore that does not tell on which of its sides it is: on that with
 * fewer of the dry points. */
bool coast_water(const struct mesh_line *lines, size_t n, struct rect b, const struct xy *dry,
    size_t n_dry, struct arena *a, struct shape *water);

/* An extract's features. The deeper zooms are only drawn where it covers; `covers` answers where that is. */
struct extract {
    struct ground *ground;
    const char *path;
    int max_zoom;
    int names_from_zoom; /* places and borders: from here on they are the extract's */
    struct box covers;   /* out */
    int first_zoom;      /* out: it is drawn from here on */
    size_t n_streets;    /* out */
};
bool extract_read(struct extract *e, struct err *err) MUST_USE;

/* Lakes of the packaged data, features `from` and up, make way to the extracts (features below)
 * that have them themselves, and show through where an extract has them not. */
void lakes_make_way(
    struct ground *g, size_t from, const struct extract *extracts, size_t n_extracts);
/* Names of packaged towns end where an extract's begin, if it has a town of that name there. */
void names_make_way(struct ground *g, size_t from, const struct extract *extracts, size_t n_extracts);

#endif
