/*
 * MBTiles is a SQLite file with a table (or view) of tiles, rows counted from the south. What we write keeps equal tiles
 * once: `map` says which image a tile is, `tiles` joins the two. PMTiles is read by pmtiles.c.
 */
#include "data/tileset.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/base/hash.h"
#include "data/base/json.h"
#include "data/base/limits.h"
#include "data/base/out_file.h"
#include "data/pmtiles.h"

enum { MAGIC_BYTES = 16, MMAP_BYTES = 1 << 30 };

struct tileset {
    struct tileset_info info;
    struct buf attribution, json;
    sqlite3 *db; /* MBTiles */
    sqlite3_stmt *read;
    struct pmtiles *pm; /* PMTiles */
};

/* ---- reading ---- */

static bool db_error(sqlite3 *db, struct err *err)
{
    return err_set(err, ERR_IO, "%s", db ? sqlite3_errmsg(db) : "out of memory");
}

static struct str column_str(sqlite3_stmt *q, int i)
{
    const void *at = sqlite3_column_blob(q, i);
    return str_from(at ? at : "", (size_t)sqlite3_column_bytes(q, i));
}

static bool read_bounds(struct str s, struct box *out)
{
    double v[4];
    struct str one;
    size_t n = 0;
    while (n < 4 && str_next(&s, ',', &one))
        if (!str_double(str_trim(one), &v[n++]))
            return false;
    if (n != 4 || v[0] < -180 || v[2] > 180 || v[1] < -90 || v[3] > 90 || v[1] > v[3])
        return false;
    *out = (struct box){v[0], v[1], v[2], v[3]};
    return true;
}

static void take_meta(struct tileset *t, struct str name, struct str value)
{
    int64_t zoom;
    struct tileset_info *info = &t->info;
    if (str_eq(name, S("format")) && value.len < sizeof info->format) {
        memcpy(info->format, value.at, value.len);
        info->format[value.len] = '\0';
    } else if (str_eq(name, S("minzoom")) && str_i64(value, &zoom) && zoom >= 0 && zoom <= ZOOM_MAX) {
        info->min_zoom = (int)zoom;
    } else if (str_eq(name, S("maxzoom")) && str_i64(value, &zoom) && zoom >= 0 && zoom <= ZOOM_MAX) {
        info->max_zoom = (int)zoom;
    } else if (str_eq(name, S("bounds"))) {
        read_bounds(value, &info->bounds);
    } else if (str_eq(name, S("attribution"))) {
        buf_clear(&t->attribution);
        buf_add(&t->attribution, value);
    } else if (str_eq(name, S("json"))) {
        buf_clear(&t->json);
        buf_add(&t->json, value);
    }
}

/* Zooms and format out of the tiles, where the metadata do not tell. */
static void measure(struct tileset *t)
{
    sqlite3_stmt *q = NULL;
    if (t->info.max_zoom < 0 || t->info.min_zoom < 0) {
        if (sqlite3_prepare_v2(t->db, "SELECT min(zoom_level), max(zoom_level) FROM tiles", -1, &q, NULL) == SQLITE_OK &&
            sqlite3_step(q) == SQLITE_ROW) {
            t->info.min_zoom = CLAMP(sqlite3_column_int(q, 0), 0, ZOOM_MAX);
            t->info.max_zoom = CLAMP(sqlite3_column_int(q, 1), t->info.min_zoom, ZOOM_MAX);
        }
        sqlite3_finalize(q);
        q = NULL;
    }
    if (!t->info.format[0]) {
        struct str first = {0};
        if (sqlite3_prepare_v2(t->db, "SELECT tile_data FROM tiles LIMIT 1", -1, &q, NULL) == SQLITE_OK &&
            sqlite3_step(q) == SQLITE_ROW)
            first = column_str(q, 0);
        const char *format = str_starts(first, S("\x89PNG")) ? "png" : str_starts(first, S("RIFF")) ? "webp"
            : str_starts(first, S("\xFF\xD8")) ? "jpg" : "pbf";
        snprintf(t->info.format, sizeof t->info.format, "%s", format);
        sqlite3_finalize(q);
    }
}

static bool read_meta(struct tileset *t, struct err *err)
{
    sqlite3_stmt *q;
    t->info.min_zoom = t->info.max_zoom = -1;
    t->info.bounds = (struct box){-180, -MERCATOR_MAX_LAT, 180, MERCATOR_MAX_LAT};
    if (sqlite3_prepare_v2(t->db, "SELECT name, value FROM metadata", -1, &q, NULL) != SQLITE_OK)
        return err_set(err, ERR_INVALID, "it has no table \"metadata\": it is no MBTiles file");
    int step;
    while ((step = sqlite3_step(q)) == SQLITE_ROW) {
        struct str name = column_str(q, 0), value = column_str(q, 1);
        if (value.len <= JSON_BODY_MAX_BYTES * 16)
            take_meta(t, name, value);
    }
    sqlite3_finalize(q);
    if (step != SQLITE_DONE)
        return db_error(t->db, err);
    measure(t);
    t->info.attribution = buf_str(&t->attribution);
    t->info.json = buf_str(&t->json);
    return true;
}

static bool open_mbtiles(struct tileset *t, const char *path, struct err *err)
{
    static const char READ[] = "SELECT tile_data FROM tiles WHERE zoom_level = ?1 AND tile_column = ?2 AND tile_row = ?3";
    if (sqlite3_open_v2(path, &t->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return db_error(t->db, err);
    sqlite3_int64 mmap_bytes = MMAP_BYTES;
    sqlite3_file_control(t->db, "main", SQLITE_FCNTL_MMAP_SIZE, &mmap_bytes);
    sqlite3_db_config(t->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_busy_timeout(t->db, 2000);
    int result = sqlite3_prepare_v3(t->db, READ, -1, SQLITE_PREPARE_PERSISTENT, &t->read, NULL);
    if (result == SQLITE_ERROR)
        return err_set(err, ERR_INVALID, "it has no table \"tiles\": it is no MBTiles file");
    return result == SQLITE_OK ? read_meta(t, err) : db_error(t->db, err);
}

static bool open_pmtiles(struct tileset *t, const char *path, struct err *err)
{
    if (!pmtiles_open(&t->pm, path, err))
        return false;
    struct pmtiles_about about = pmtiles_about(t->pm);
    t->info = (struct tileset_info){.min_zoom = about.min_zoom, .max_zoom = about.max_zoom, .bounds = about.bounds,
        .json = about.json};
    snprintf(t->info.format, sizeof t->info.format, "%s", about.format);
    struct json_doc doc;
    struct err ignored;
    if (about.json.len && json_read(&doc, about.json, &JSON_STYLE, &ignored)) {
        buf_add(&t->attribution, json_string(json_get(doc.root, S("attribution"))));
        json_doc_done(&doc);
    }
    t->info.attribution = buf_str(&t->attribution);
    return true;
}

static bool read_magic(const char *path, char magic[MAGIC_BYTES], struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, "cannot read %s", path);
    memset(magic, 0, MAGIC_BYTES);
    ssize_t n = read(fd, magic, MAGIC_BYTES);
    int failure = errno;
    close(fd);
    errno = failure;
    return n >= 0 || err_errno(err, "cannot read %s", path);
}

static bool open_by_content(struct tileset *t, const char *path, struct err *err)
{
    char magic[MAGIC_BYTES];
    if (!read_magic(path, magic, err))
        return false;
    if (memcmp(magic, "PMTiles", 7) == 0)
        return open_pmtiles(t, path, err);
    if (memcmp(magic, "SQLite format 3", 16) != 0)
        return err_set(err, ERR_INVALID, "%s is neither MBTiles nor PMTiles", path);
    return open_mbtiles(t, path, err) || err_under(err, "%s", path);
}

bool tileset_open(struct tileset **out, const char *path, struct err *err)
{
    struct tileset *t = base_alloc(1, sizeof *t);
    if (!open_by_content(t, path, err)) {
        tileset_close(t);
        return false;
    }
    *out = t;
    return true;
}

void tileset_close(struct tileset *t)
{
    if (!t)
        return;
    sqlite3_finalize(t->read);
    sqlite3_close(t->db);
    pmtiles_close(t->pm);
    buf_done(&t->attribution);
    buf_done(&t->json);
    free(t);
}

const struct tileset_info *tileset_info(const struct tileset *t)
{
    return &t->info;
}

static int row_from_south(struct tile t)
{
    return (int)((UINT32_C(1) << t.z) - 1 - t.y);
}

bool tileset_read(struct tileset *t, struct tile tile, struct buf *out, bool *found, struct err *err)
{
    must(tile_is_valid(tile.z, tile.x, tile.y));
    if (t->pm)
        return pmtiles_read(t->pm, tile, out, found, err);
    sqlite3_bind_int(t->read, 1, tile.z);
    sqlite3_bind_int(t->read, 2, (int)tile.x);
    sqlite3_bind_int(t->read, 3, row_from_south(tile));
    int step = sqlite3_step(t->read);
    bool ok = step == SQLITE_ROW || step == SQLITE_DONE || db_error(t->db, err);
    *found = step == SQLITE_ROW;
    if (*found) {
        struct str bytes = column_str(t->read, 0);
        if (bytes.len > MVT_MAX_BYTES)
            ok = err_set(err, ERR_TOO_BIG, "tile %d/%u/%u has more than %d bytes", tile.z, tile.x, tile.y, MVT_MAX_BYTES);
        else
            buf_add(out, bytes);
    }
    sqlite3_reset(t->read);
    return ok;
}

/* ---- writing ---- */

struct tileset_writer {
    sqlite3 *db;
    sqlite3_stmt *image, *map, *meta;
    char *path;
    struct out_file file;
};

static const char SCHEMA[] = "PRAGMA application_id = 1297105496;" /* "MPBX", as the specification says */
                             "PRAGMA journal_mode = OFF;"
                             "PRAGMA synchronous = OFF;"
                             "PRAGMA locking_mode = EXCLUSIVE;"
                             "CREATE TABLE metadata (name TEXT PRIMARY KEY, value TEXT);"
                             "CREATE TABLE images (tile_id INTEGER PRIMARY KEY, tile_data BLOB);"
                             "CREATE TABLE map (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_id INTEGER,"
                             " PRIMARY KEY (zoom_level, tile_column, tile_row)) WITHOUT ROWID;"
                             "CREATE VIEW tiles AS SELECT zoom_level, tile_column, tile_row, tile_data"
                             " FROM map JOIN images ON images.tile_id = map.tile_id;"
                             "BEGIN;";

static bool begin(struct tileset_writer *w, struct err *err)
{
    const char *made = out_file_begin(&w->file, w->path, err) ? out_file_path(&w->file, "mbtiles", err) : NULL;
    if (!made)
        return false;
    if (sqlite3_open_v2(made, &w->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK ||
        sqlite3_exec(w->db, SCHEMA, NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(w->db, "INSERT OR IGNORE INTO images VALUES (?1, ?2)", -1, &w->image, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(w->db, "INSERT INTO map VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET tile_id = ?4", -1,
            &w->map, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(w->db, "INSERT OR REPLACE INTO metadata VALUES (?1, ?2)", -1, &w->meta, NULL) != SQLITE_OK)
        return db_error(w->db, err) || err_under(err, "cannot write %s", w->path);
    return true;
}

bool tileset_create(struct tileset_writer **out, const char *path, struct err *err)
{
    if (str_ends(str_of(path), S(".pmtiles")))
        return err_set(err, ERR_INVALID, "%s: PMTiles are read but not written here; name it .mbtiles", path);
    struct tileset_writer *w = base_alloc(1, sizeof *w);
    w->path = strdup(path);
    must(w->path);
    if (!begin(w, err)) {
        tileset_abandon(w);
        return false;
    }
    *out = w;
    return true;
}

static bool run(struct tileset_writer *w, sqlite3_stmt *q, struct err *err)
{
    bool ok = sqlite3_step(q) == SQLITE_DONE || db_error(w->db, err) || err_under(err, "cannot write %s", w->path);
    sqlite3_reset(q);
    sqlite3_clear_bindings(q);
    return ok;
}

bool tileset_meta(struct tileset_writer *w, const char *name, struct str value, struct err *err)
{
    sqlite3_bind_text(w->meta, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_text(w->meta, 2, value.at, (int)value.len, SQLITE_STATIC);
    return run(w, w->meta, err);
}

bool tileset_put(struct tileset_writer *w, struct tile tile, struct str bytes, struct err *err)
{
    must(tile_is_valid(tile.z, tile.x, tile.y));
    sqlite3_int64 id = (sqlite3_int64)(hash64(bytes.at, bytes.len, 0) >> 1);
    sqlite3_bind_int64(w->image, 1, id);
    sqlite3_bind_blob64(w->image, 2, bytes.at, bytes.len, SQLITE_STATIC);
    if (!run(w, w->image, err))
        return false;
    sqlite3_bind_int(w->map, 1, tile.z);
    sqlite3_bind_int(w->map, 2, (int)tile.x);
    sqlite3_bind_int(w->map, 3, row_from_south(tile));
    sqlite3_bind_int64(w->map, 4, id);
    return run(w, w->map, err);
}

static void writer_free(struct tileset_writer *w)
{
    sqlite3_finalize(w->image);
    sqlite3_finalize(w->map);
    sqlite3_finalize(w->meta);
    sqlite3_close(w->db);
    w->image = w->map = w->meta = NULL;
    w->db = NULL;
}

/* The file's bytes, then its name, are on the disk before we say so. */
bool tileset_finish(struct tileset_writer *w, struct err *err)
{
    static const char END[] = "DELETE FROM images WHERE tile_id NOT IN (SELECT tile_id FROM map); COMMIT;";
    bool ok = sqlite3_exec(w->db, END, NULL, NULL, NULL) == SQLITE_OK || db_error(w->db, err);
    writer_free(w);
    ok = ok && out_file_end(&w->file, err);
    tileset_abandon(w);
    return ok;
}

void tileset_abandon(struct tileset_writer *w)
{
    if (!w)
        return;
    writer_free(w);
    out_file_done(&w->file);
    free(w->path);
    free(w);
}
