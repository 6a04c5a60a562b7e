#include "tests/test.h"

#include <math.h>

#include "renderer/geojson.h"
#include "renderer/source.h"

struct opened {
    struct tile_source *source;
    struct json_doc data, spec;
    struct arena arena;
};

static struct opened open_source(const char *data, const char *spec)
{
    struct opened o = {0};
    struct err err = {0};
    arena_init(&o.arena, 64 << 20);
    if (!json_read(&o.data, str_of(data), &JSON_STYLE, &err) || !json_read(&o.spec, str_of(spec), &JSON_STYLE, &err) ||
        !source_open_geojson(&o.source, o.data.root, o.spec.root, &err))
        fail_msg("%s", err.text);
    return o;
}

static void close_all(struct opened *o)
{
    source_close(o->source);
    json_doc_done(&o->data);
    json_doc_done(&o->spec);
    arena_done(&o->arena);
}

static const struct features *tile_of(struct opened *o, uint8_t z, uint32_t x, uint32_t y)
{
    struct tile_layer out = {0};
    struct err err = {0};
    if (!o->source->ops->read(o->source, (struct tile){x, y, z}, S(""), NULL, &o->arena, &out, &err))
        fail_msg("%s", err.text);
    return out.features;
}

static double number_of(const struct features *f, size_t i, const char *key)
{
    const struct value *v = feature_get(f, &f->at[i], str_of(key));
    return v && v->kind == VALUE_NUMBER ? v->number : NAN;
}

#define POINT(lon, lat, properties) "{\"type\":\"Feature\",\"properties\":{" properties "},\"geometry\":{\"type\":\"Point\",\"coordinates\":[" lon "," lat "]}}"
#define ALL(...) "{\"type\":\"FeatureCollection\",\"features\":[" __VA_ARGS__ "]}"

static const char FIVE[] = ALL(POINT("10", "10", "\"n\":1,\"kind\":\"a\"") "," POINT("10.01", "10.01", "\"n\":2,\"kind\":\"b\"") ","
    POINT("12", "10", "\"n\":4,\"kind\":\"b\"") "," POINT("-100", "-40", "\"n\":8") ","
    "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[0,0],[20,20]]}}");

TEST(near_points_are_one_with_their_count_and_come_apart_further_in)
{
    struct opened o = open_source(FIVE, "{\"cluster\":true,\"clusterMaxZoom\":10,\"clusterRadius\":50}");
    const struct features *f = tile_of(&o, 0, 0, 0);
    CHECK_INT(f->n, 3); /* the line, the lonely point, three as one */
    size_t all = f->at[0].shape.kind == SHAPE_POINTS && isnan(number_of(f, 0, "point_count")) ? 0 : SIZE_MAX, three = SIZE_MAX;
    for (size_t i = 0; i < f->n; i++)
        if (number_of(f, i, "point_count") == 3)
            three = i;
    CHECK(all == 0 && three != SIZE_MAX);
    CHECK(feature_get(f, &f->at[three], S("cluster"))->boolean);
    CHECK_NEAR(number_of(f, three, "point_count_abbreviated"), 3, 0);
    CHECK(f->at[three].has_id && (double)f->at[three].id == number_of(f, three, "cluster_id"));
    CHECK_NEAR(f->at[three].shape.at[0].x / 8192, (10 + 10.01 + 12) / 3 / 360 + 0.5, 1e-4);
    f = tile_of(&o, 8, 135, 120);
    size_t twos = 0;
    for (size_t i = 0; f && i < f->n; i++)
        twos += number_of(f, i, "point_count") == 2;
    CHECK_INT(twos, 1); /* a kilometre and a half apart: still within 50 px at zoom 8 */
    f = tile_of(&o, 11, 1080, 966);
    for (size_t i = 0; f && i < f->n; i++)
        CHECK(isnan(number_of(f, i, "point_count")));
    close_all(&o);
}

TEST(few_points_stay_apart_when_a_cluster_needs_more)
{
    struct opened o = open_source(FIVE, "{\"cluster\":true,\"clusterMinPoints\":4}");
    const struct features *f = tile_of(&o, 0, 0, 0);
    CHECK_INT(f->n, 5);
    close_all(&o);
}

TEST(clusters_add_up_what_their_points_say)
{
    struct opened o = open_source(FIVE, "{\"cluster\":true,\"clusterProperties\":{\"sum\":[\"+\",[\"get\",\"n\"]],\"has_b\":[\"any\",[\"==\",[\"get\",\"kind\"],\"b\"]],"
                                        "\"most\":[[\"max\",[\"accumulated\"],[\"get\",\"most\"]],[\"get\",\"n\"]],\"kinds\":[\"concat\",[\"concat\",[\"get\",\"kind\"],\";\"]]}}");
    const struct features *f = tile_of(&o, 0, 0, 0);
    size_t i = 0;
    while (i < f->n && number_of(f, i, "point_count") != 3)
        i++;
    CHECK(i < f->n);
    CHECK_NEAR(number_of(f, i, "sum"), 7, 0);
    CHECK_NEAR(number_of(f, i, "most"), 4, 0);
    CHECK(feature_get(f, &f->at[i], S("has_b"))->boolean);
    CHECK_STR(feature_get(f, &f->at[i], S("kinds"))->string, "a;b;b;");
    close_all(&o);
}

/* Many points in a small place, so that joining, minimum and grid all have work. */
TEST(clusters_hold_every_point_once_at_each_zoom_and_are_the_same_every_time)
{
    AUTO(buf) data = {0};
    uint32_t random = 7;
    buf_add(&data, S("{\"type\":\"FeatureCollection\",\"features\":["));
    for (int i = 0; i < 2000; i++) {
        random = random * 1664525 + 1013904223;
        int x = (int)(random >> 8) % 100000, y = (int)(random >> 16) % 40000;
        buf_fmt(&data, "%s{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Point\",\"coordinates\":[%d.%05d,%d.%05d]}}", i ? "," : "", i % 40, x, i % 7, y);
    }
    buf_add(&data, S("]}"));
    struct opened a = open_source(data.at, "{\"cluster\":true,\"clusterMinPoints\":3}"), b = open_source(data.at, "{\"cluster\":true,\"clusterMinPoints\":3}");
    for (uint8_t z = 0; z < 6; z++) {
        double points = 0;
        for (uint32_t x = 0; x < 1u << z; x++)
            for (uint32_t y = 0; y < 1u << z; y++) {
                const struct features *f = tile_of(&a, z, x, y), *g = tile_of(&b, z, x, y);
                CHECK((f ? f->n : 0) == (g ? g->n : 0));
                for (size_t i = 0; f && i < f->n; i++) {
                    struct xy at = f->at[i].shape.at[0], same = g->at[i].shape.at[0];
                    double count = number_of(f, i, "point_count");
                    CHECK(at.x == same.x && at.y == same.y && f->at[i].id == g->at[i].id);
                    if (at.x >= 0 && at.x < 8192 && at.y >= 0 && at.y < 8192)
                        points += isnan(count) ? 1 : count;
                }
            }
        CHECK_NEAR(points, 2000, 0);
    }
    close_all(&a);
    close_all(&b);
}

TEST(clustering_survives_what_makes_no_sense)
{
    static const char *const specs[] = {"{\"cluster\":true,\"clusterRadius\":-5}", "{\"cluster\":true,\"clusterRadius\":1e300,\"clusterMaxZoom\":99}",
        "{\"cluster\":true,\"clusterRadius\":1e-300}", "{\"cluster\":true,\"clusterMaxZoom\":-3}", "{\"cluster\":true,\"clusterMinPoints\":1e300}",
        "{\"cluster\":true,\"maxzoom\":0}", "{\"buffer\":1e9,\"tolerance\":1e9,\"maxzoom\":-1}"};
    for (size_t i = 0; i < COUNT(specs); i++) {
        struct opened o = open_source(FIVE, specs[i]);
        CHECK(tile_of(&o, 0, 0, 0) != NULL);
        close_all(&o);
    }
    struct json_doc data = {0}, spec = {0};
    struct err err = {0};
    struct tile_source *s;
    CHECK(json_read(&data, str_of(FIVE), &JSON_STYLE, &err));
    CHECK(json_read(&spec, S("{\"cluster\":true,\"clusterProperties\":{\"x\":[\"nonsense\",1]}}"), &JSON_STYLE, &err));
    CHECK(!source_open_geojson(&s, data.root, spec.root, &err));
    CHECK(strstr(err.text, "clusterProperties.x"));
    json_doc_done(&data);
    json_doc_done(&spec);
}

TEST(ids_are_the_features_own_made_or_taken_from_a_property)
{
    static const char data[] = ALL("{\"type\":\"Feature\",\"id\":\"42\",\"properties\":{\"ref\":7},\"geometry\":{\"type\":\"Point\",\"coordinates\":[1,1]}},"
        "{\"type\":\"Feature\",\"id\":\"way/42\",\"properties\":{\"ref\":\"x\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[2,2]}}");
    struct opened own = open_source(data, "{}"), made = open_source(data, "{\"generateId\":true}"), taken = open_source(data, "{\"promoteId\":\"ref\"}");
    const struct features *f = tile_of(&own, 0, 0, 0);
    CHECK(f->at[0].has_id && f->at[0].id == 42 && !f->at[1].has_id);
    f = tile_of(&made, 0, 0, 0);
    CHECK(f->at[0].has_id && f->at[0].id == 0 && f->at[1].id == 1);
    f = tile_of(&taken, 0, 0, 0);
    CHECK(f->at[0].id == 7 && !f->at[1].has_id);
    close_all(&own);
    close_all(&made);
    close_all(&taken);
}

TEST(a_sources_filter_keeps_what_passes)
{
    struct opened o = open_source(FIVE, "{\"filter\":[\">\",[\"coalesce\",[\"get\",\"n\"],0],1]}");
    CHECK_INT(tile_of(&o, 0, 0, 0)->n, 3);
    close_all(&o);
    o = open_source(FIVE, "{\"filter\":[\"==\",\"$type\",\"LineString\"]}");
    CHECK_INT(tile_of(&o, 0, 0, 0)->n, 1);
    close_all(&o);
}

TEST(a_tile_holds_as_much_around_it_as_the_buffer_says)
{
    static const char line[] = "{\"type\":\"LineString\",\"coordinates\":[[-170,10],[170,10]]}";
    struct opened none = open_source(line, "{\"buffer\":0}"), wide = open_source(line, "{\"buffer\":64}");
    struct rect a = shape_bounds(&tile_of(&none, 1, 1, 0)->at[0].shape), b = shape_bounds(&tile_of(&wide, 1, 1, 0)->at[0].shape);
    CHECK_NEAR(a.x0, 0, 0);
    CHECK_NEAR(b.x0, -1024, 0);
    close_all(&none);
    close_all(&wide);
}

TEST(lines_lose_the_points_the_tolerance_allows)
{
    static const char line[] = "{\"type\":\"LineString\",\"coordinates\":[[0,0],[10,1],[20,0],[30,1],[40,0]]}";
    struct opened exact = open_source(line, "{\"tolerance\":0}"), rough = open_source(line, "{\"tolerance\":8}");
    CHECK_INT(tile_of(&exact, 0, 0, 0)->at[0].shape.n, 5);
    CHECK_INT(tile_of(&rough, 0, 0, 0)->at[0].shape.n, 2);
    CHECK_INT(tile_of(&rough, 7, 64, 63)->at[0].shape.n > 1, 1);
    close_all(&exact);
    close_all(&rough);
}
