#include "tests/test.h"

#include "renderer/source.h"
#include "tests/folder.h"

/* One tile: a layer "a" whose two points have a reference, of which one is a number. */
static void write_tile(void)
{
    AUTO(buf) bytes = {0};
    struct err err = {0};
    struct mvt_writer *w = mvt_writer_new();
    mvt_begin_layer(w, S("a"), 4096);
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t end = 1;
        struct xy at = {100 + i, 100};
        struct shape s = {SHAPE_POINTS, 1, 1, &end, &at};
        CHECK(mvt_begin_feature(w, &s, true, 5));
        mvt_property(w, S("ref"), i ? (struct value){.kind = VALUE_STRING, .string = S("none")} : (struct value){.kind = VALUE_NUMBER, .is_integer = true, .number = 77});
        mvt_end_feature(w);
    }
    mvt_end_layer(w);
    mvt_finish(w, &bytes);
    mvt_writer_free(w);
    if (!buf_write_file(&bytes, in_folder("0-0-0.mvt"), &err))
        fail_msg("%s", err.text);
}

static struct feature point(const struct json *ids, size_t i)
{
    struct err err = {0};
    struct tile_source *s;
    struct tile_layer layer;
    struct arena a;
    arena_init(&a, 1 << 20);
    if (!source_open_files(&s, str_of(in_folder("{z}-{x}-{y}.mvt")), 0, 0, false, 1 << 20, &err))
        fail_msg("%s", err.text);
    if (ids)
        source_promote(s, ids);
    if (!s->ops->read(s, (struct tile){0, 0, 0}, S("a"), NULL, &a, &layer, &err) || !layer.features)
        fail_msg("%s", err.text);
    struct feature f = layer.features->at[i];
    source_close(s);
    arena_done(&a);
    return f;
}

TEST(features_of_tiles_take_their_ids_from_a_property_when_told_to)
{
    AUTO(json_doc) name = {0};
    AUTO(json_doc) of_layer = {0};
    AUTO(json_doc) of_other = {0};
    struct err err = {0};
    write_tile();
    CHECK(json_read(&name, S("\"ref\""), &JSON_STYLE, &err));
    CHECK(json_read(&of_layer, S("{\"a\":\"ref\"}"), &JSON_STYLE, &err));
    CHECK(json_read(&of_other, S("{\"b\":\"ref\"}"), &JSON_STYLE, &err));
    CHECK_INT(point(NULL, 0).id, 5);
    CHECK_INT(point(name.root, 0).id, 77);
    CHECK(!point(name.root, 1).has_id);
    CHECK_INT(point(of_layer.root, 0).id, 77);
    CHECK_INT(point(of_other.root, 0).id, 5);
}
