#include "tests/test.h"

#include <stdlib.h>

#include "data/pmtiles.h"
#include "data/tileset.h"
#include "tests/folder.h"

static void write_bytes(const char *path, const void *at, size_t n)
{
    AUTO(buf) b = {0};
    struct err err;
    buf_put(&b, at, n);
    assert_true(buf_write_file(&b, path, &err));
}

TEST(a_written_set_reads_back_by_zoom_x_and_y_from_the_north_west)
{
    struct err err;
    struct tileset_writer *w;
    const char *path = in_folder("a.mbtiles");
    CHECK(tileset_create(&w, path, &err));
    CHECK(tileset_meta(w, "format", S("pbf"), &err));
    CHECK(tileset_meta(w, "minzoom", S("0"), &err));
    CHECK(tileset_meta(w, "maxzoom", S("3"), &err));
    CHECK(tileset_meta(w, "bounds", S("-5.5,41,9.5,51"), &err));
    CHECK(tileset_meta(w, "attribution", S("© those who made it"), &err));
    CHECK(tileset_meta(w, "json", S("{\"vector_layers\":[]}"), &err));
    CHECK(tileset_put(w, (struct tile){.z = 3, .x = 4, .y = 1}, S("north"), &err));
    CHECK(tileset_put(w, (struct tile){.z = 3, .x = 4, .y = 6}, S("first"), &err));
    CHECK(tileset_put(w, (struct tile){.z = 3, .x = 4, .y = 6}, S("last"), &err));
    CHECK(tileset_finish(w, &err));
    CHECK_INT(files_in_folder(false), 1);
    struct tileset *t;
    CHECK(tileset_open(&t, path, &err));
    const struct tileset_info *info = tileset_info(t);
    CHECK_TEXT(info->format, "pbf");
    CHECK_INT(info->max_zoom, 3);
    CHECK_NEAR(info->bounds.north, 51, 1e-9);
    CHECK_STR(info->attribution, "© those who made it");
    CHECK_STR(info->json, "{\"vector_layers\":[]}");
    AUTO(buf) bytes = {0};
    bool found;
    CHECK(tileset_read(t, (struct tile){.z = 3, .x = 4, .y = 1}, &bytes, &found, &err));
    CHECK(found);
    CHECK_STR(buf_str(&bytes), "north");
    buf_clear(&bytes);
    CHECK(tileset_read(t, (struct tile){.z = 3, .x = 4, .y = 6}, &bytes, &found, &err));
    CHECK_STR(buf_str(&bytes), "last");
    CHECK(tileset_read(t, (struct tile){.z = 2, .x = 0, .y = 0}, &bytes, &found, &err));
    CHECK(!found);
    tileset_close(t);
    unlink(path);
}

TEST(what_is_abandoned_leaves_nothing_and_the_old_file_as_it_was)
{
    struct err err;
    struct tileset_writer *w;
    const char *path = in_folder("old.mbtiles");
    write_bytes(path, "old", 3);
    CHECK(tileset_create(&w, path, &err));
    CHECK(tileset_put(w, (struct tile){0}, S("new"), &err));
    CHECK_INT(files_in_folder(false), 2);
    tileset_abandon(w);
    CHECK_INT(files_in_folder(false), 1);
    AUTO(buf) bytes = {0};
    CHECK(buf_read_file(&bytes, path, 100, &err));
    CHECK_STR(buf_str(&bytes), "old");
    unlink(path);
}

TEST(a_missing_a_foreign_and_a_damaged_file_are_told_apart)
{
    struct err err;
    struct tileset *t;
    CHECK(!tileset_open(&t, in_folder("none.mbtiles"), &err));
    CHECK(strstr(err.text, "cannot read") != NULL);
    const char *path = in_folder("text.mbtiles");
    write_bytes(path, "hello, this is text", 19);
    CHECK(!tileset_open(&t, path, &err));
    CHECK(strstr(err.text, "neither MBTiles nor PMTiles") != NULL);
    write_bytes(path, "SQLite format 3\0 and then nothing of the kind", 45);
    CHECK(!tileset_open(&t, path, &err));
    CHECK_INT(strncmp(err.text, path, strlen(path)), 0);
    write_bytes(path, "PMTiles\3 cut", 12);
    CHECK(!tileset_open(&t, path, &err));
    CHECK(strstr(err.text, "cut off") != NULL);
    unlink(path);
    struct tileset_writer *w;
    CHECK(!tileset_create(&w, in_folder("no-folder/a.mbtiles"), &err));
    CHECK(!tileset_create(&w, in_folder("a.pmtiles"), &err));
}

TEST(places_on_the_curve_are_those_of_the_specification)
{
    CHECK_INT(pmtiles_id((struct tile){.z = 0, .x = 0, .y = 0}), 0);
    CHECK_INT(pmtiles_id((struct tile){.z = 1, .x = 0, .y = 0}), 1);
    CHECK_INT(pmtiles_id((struct tile){.z = 1, .x = 0, .y = 1}), 2);
    CHECK_INT(pmtiles_id((struct tile){.z = 1, .x = 1, .y = 1}), 3);
    CHECK_INT(pmtiles_id((struct tile){.z = 1, .x = 1, .y = 0}), 4);
    CHECK_INT(pmtiles_id((struct tile){.z = 2, .x = 0, .y = 0}), 5);
    CHECK_INT(pmtiles_id((struct tile){.z = 12, .x = 3423, .y = 1763}), 19078479);
}

static void put_little(struct buf *b, uint64_t v, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        buf_char(b, i < sizeof v ? (char)(v >> (8 * i)) : '\0');
}

/* A file of four tiles of zoom 1, three of them the same run, behind a leaf directory. */
static void make_pmtiles(struct buf *b, struct str leaf_directory)
{
    static const char ROOT[] = {1, 1, 0, 9, 1}; /* one entry: id 1, run 0, length 9, offset 0 */
    static const char META[] = "{\"attribution\":\"us\"}";
    uint64_t root = 127, meta = root + sizeof ROOT, leaves = meta + sizeof META - 1, tiles = leaves + leaf_directory.len;
    buf_add(b, S("PMTiles\3"));
    uint64_t parts[] = {root, sizeof ROOT, meta, sizeof META - 1, leaves, leaf_directory.len, tiles, 9, 4, 2, 2};
    for (size_t i = 0; i < COUNT(parts); i++)
        put_little(b, parts[i], 8);
    buf_put(b, "\1\1\1\1\1\1", 6); /* clustered, no packing twice, pbf, zooms 1 to 1 */
    put_little(b, (uint32_t)-1800000000, 4);
    put_little(b, (uint32_t)-850000000, 4);
    put_little(b, 1800000000, 4);
    put_little(b, 850000000, 4);
    put_little(b, 0, 9);
    buf_put(b, ROOT, sizeof ROOT);
    buf_put(b, META, sizeof META - 1);
    buf_add(b, leaf_directory);
    buf_add(b, S("landwater"));
}

TEST(pmtiles_are_read_through_leaf_directories_and_runs)
{
    /* two entries: ids 1 and 2; runs 1 and 3; lengths 4 and 5; offsets 0 and "right behind" */
    static const char LEAF[] = {2, 1, 1, 1, 3, 4, 5, 1, 0};
    AUTO(buf) file = {0};
    make_pmtiles(&file, str_from(LEAF, sizeof LEAF));
    const char *path = in_folder("a.bin");
    write_bytes(path, file.at, file.len);
    struct err err;
    struct tileset *t;
    if (!tileset_open(&t, path, &err))
        fail_msg("%s", err.text);
    CHECK_TEXT(tileset_info(t)->format, "pbf");
    CHECK_STR(tileset_info(t)->attribution, "us");
    CHECK_NEAR(tileset_info(t)->bounds.west, -180, 1e-9);
    AUTO(buf) bytes = {0};
    bool found;
    CHECK(tileset_read(t, (struct tile){.z = 1, .x = 0, .y = 0}, &bytes, &found, &err));
    CHECK_STR(buf_str(&bytes), "land");
    buf_clear(&bytes);
    CHECK(tileset_read(t, (struct tile){.z = 1, .x = 1, .y = 0}, &bytes, &found, &err));
    CHECK(found);
    CHECK_STR(buf_str(&bytes), "water");
    CHECK(tileset_read(t, (struct tile){.z = 2, .x = 1, .y = 0}, &bytes, &found, &err));
    CHECK(!found);
    tileset_close(t);
    unlink(path);
}

TEST(pmtiles_whose_directories_lie_are_refused)
{
    static const char CIRCLE[] = {1, 1, 0, 9, 1, 0, 0, 0, 0}; /* the leaf names itself */
    AUTO(buf) file = {0};
    make_pmtiles(&file, str_from(CIRCLE, sizeof CIRCLE));
    const char *path = in_folder("b.bin");
    write_bytes(path, file.at, file.len);
    struct err err;
    struct tileset *t;
    CHECK(tileset_open(&t, path, &err));
    AUTO(buf) bytes = {0};
    bool found;
    CHECK(!tileset_read(t, (struct tile){.z = 1, .x = 0, .y = 0}, &bytes, &found, &err));
    CHECK(strstr(err.text, "circle") != NULL);
    tileset_close(t);
    unlink(path);
}
