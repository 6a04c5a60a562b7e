/* contrechamp style lint|eval|support: what we think of a style, and what we understand of the style language. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/base/json.h"
#include "data/geo/quad.h"
#include "renderer/style.h"
#include "server/command.h"

static const char HELP[] =
    "usage: contrechamp style lint [--json] [--all] FILE   errors of a style, with path and line; exit 1 if there are any\n"
    "       contrechamp style eval                         one expression with its inputs (JSON on stdin) to its values\n"
    "       contrechamp style support                      what of the style specification is drawn, as Markdown\n\n"
    "lint --json writes [{\"message\",\"line\",\"severity\"}]; --all adds what is valid but not drawn here.\n";

enum { EVAL_TEXT_MAX_BYTES = 16 * 1024 * 1024, EVAL_ARENA_BYTES = 256 * 1024 * 1024, EVAL_EXTENT = 8192 };

/* ---- eval ---- */

static enum expr_type type_of_name(struct str name)
{
    static const struct {
        const char *name;
        enum expr_type type;
    } TYPES[] = {{"number", TYPE_NUMBER}, {"string", TYPE_STRING}, {"enum", TYPE_STRING}, {"boolean", TYPE_BOOLEAN},
        {"color", TYPE_COLOR}, {"array", TYPE_ARRAY}, {"formatted", TYPE_FORMATTED}, {"resolvedImage", TYPE_IMAGE},
        {"padding", TYPE_PADDING}, {"numberArray", TYPE_NUMBER_ARRAY}, {"colorArray", TYPE_COLOR_ARRAY},
        {"variableAnchorOffsetCollection", TYPE_ANCHOR_OFFSETS}, {"projectionDefinition", TYPE_PROJECTION}, {"null", TYPE_NULL}};
    for (size_t i = 0; i < COUNT(TYPES); i++)
        if (str_eq(name, str_of(TYPES[i].name)))
            return TYPES[i].type;
    return TYPE_VALUE;
}

static struct expr_spec spec_of(const struct json *v)
{
    const struct json *expression = json_get(v, S("expression")), *parameters = json_get(expression, S("parameters"));
    struct str property = json_string(json_get(v, S("property-type")));
    struct expr_spec spec = {.type = type_of_name(json_string(json_get(v, S("type")))),
        .item = type_of_name(json_string(json_get(v, S("value")))), .length = -1, .fallback = json_get(v, S("default")),
        .tokens = json_bool(json_get(v, S("tokens")))};
    if (json_get(v, S("length")))
        spec.length = (int)json_integer(json_get(v, S("length")));
    spec.by_feature = !property.len || str_has(property, S("data-driven"));
    spec.smooth = !expression || json_bool(json_get(expression, S("interpolated")));
    spec.by_zoom = !parameters;
    for (size_t i = 0; i < json_size(parameters); i++)
        spec.by_zoom |= str_eq(json_string(json_at(parameters, i)), S("zoom"));
    return spec;
}

/* A GeoJSON geometry, in the coordinates of a tile when there is one. */
struct geometry {
    struct shape shape;
    size_t room; /* for points, and for parts */
    const struct tile *tile;
    struct arena *arena;
};

static size_t count_points(const struct json *v)
{
    size_t n = 0;
    if (json_kind(json_at(v, 0)) == JSON_NUMBER)
        return 1;
    for (size_t i = 0; i < json_size(v); i++)
        n += count_points(json_at(v, i));
    return n;
}

static void add_points(struct geometry *g, const struct json *v)
{
    if (json_kind(json_at(v, 0)) != JSON_NUMBER) {
        for (size_t i = 0; i < json_size(v); i++)
            add_points(g, json_at(v, i));
        return;
    }
    if (g->shape.n >= g->room)
        return;
    struct xy p = {json_number(json_at(v, 0)), json_number(json_at(v, 1))};
    if (g->tile) {
        double tiles = ldexp(1, g->tile->z);
        struct xy m = mercator_of((struct lonlat){p.x, p.y});
        p = (struct xy){round((m.x * tiles - g->tile->x) * EVAL_EXTENT), round((m.y * tiles - g->tile->y) * EVAL_EXTENT)};
    }
    g->shape.at[g->shape.n++] = p;
}

/* Each array of places is a part; depth is how deep the parts lie. */
static void add_parts(struct geometry *g, const struct json *v, int depth)
{
    if (depth) {
        for (size_t i = 0; i < json_size(v); i++)
            add_parts(g, json_at(v, i), depth - 1);
        return;
    }
    uint32_t from = g->shape.n;
    if (g->shape.n_parts >= g->room)
        return;
    add_points(g, v);
    bool closed = g->shape.kind == SHAPE_POLYGONS && g->shape.n > from + 1;
    g->shape.n -= closed; /* rings are not closed by a repeated point */
    g->shape.end[g->shape.n_parts++] = g->shape.n;
}

static bool read_geometry(struct geometry *g, const struct json *v)
{
    struct str type = json_string(json_get(v, S("type")));
    const struct json *coordinates = json_get(v, S("coordinates"));
    size_t n = count_points(coordinates);
    g->room = MAX(n, 1);
    g->shape.kind = str_ends(type, S("Point")) ? SHAPE_POINTS : str_ends(type, S("LineString")) ? SHAPE_LINES : SHAPE_POLYGONS;
    g->shape.at = ARENA_ARRAY(g->arena, struct xy, MAX(n, 1));
    g->shape.end = ARENA_ARRAY(g->arena, uint32_t, MAX(n, 1));
    if (!g->shape.at || !g->shape.end)
        return false;
    int depth = g->shape.kind == SHAPE_POINTS ? 0 : g->shape.kind == SHAPE_LINES ? 0 : 1;
    if (g->shape.kind != SHAPE_POINTS)
        depth += str_starts(type, S("Multi"));
    add_parts(g, coordinates, depth);
    return g->shape.kind != SHAPE_POLYGONS || shape_wind(&g->shape, g->arena);
}

static bool has_image(void *ctx, struct str name)
{
    const struct json *images = ctx;
    for (size_t i = 0; i < json_size(images); i++)
        if (str_eq(json_string(json_at(images, i)), name))
            return true;
    return false;
}

static void put_output(struct json_writer *w, const struct expr *e, const struct json *pair, const struct json *globals)
{
    const struct json *camera = json_at(pair, 0), *given = json_at(pair, 1), *tile = json_get(camera, S("canonicalID"));
    AUTO(arena) arena = {0};
    struct err err = {0};
    arena_init(&arena, EVAL_ARENA_BYTES);
    struct tile at = {.x = (uint32_t)json_integer(json_get(tile, S("x"))), .y = (uint32_t)json_integer(json_get(tile, S("y"))),
        .z = (uint8_t)json_integer(json_get(tile, S("z")))};
    struct geometry g = {.tile = tile ? &at : NULL, .arena = &arena};
    struct features layer = {.extent = EVAL_EXTENT};
    struct feature feature = {0};
    if (json_get(given, S("geometry")) && read_geometry(&g, json_get(given, S("geometry"))))
        feature.shape = g.shape;
    struct expr_input in = {.zoom = json_number(json_get(camera, S("zoom"))), .layer = &layer, .feature = &feature,
        .heatmap_density = json_number(json_get(camera, S("heatmapDensity"))),
        .line_progress = json_number(json_get(camera, S("lineProgress"))), .arena = &arena,
        .properties = json_get(given, S("properties")), .id = json_get(given, S("id")),
        .feature_state = json_get(given, S("featureState")), .globals = globals, .tile = tile ? &at : NULL,
        .has_image = has_image, .ctx = (void *)(uintptr_t)json_get(camera, S("availableImages"))};
    struct expr_value v = expr_eval_why(e, &in, &err);
    if (v.type == TYPE_ERROR) {
        AUTO(buf) text = {0};
        buf_fmt(&text, "layers[0].paint.some-property%s", err.text);
        json_open(w, '{');
        json_key(w, "error");
        json_put_str(w, buf_str(&text));
        json_close(w, '}');
    } else {
        expr_value_write(w, &v, &in);
    }
}

static void put_compiled(struct json_writer *w, const struct expr *e, const struct expr_problems *problems)
{
    json_key(w, "compiled");
    json_open(w, '{');
    json_key(w, "result");
    json_put_cstr(w, e ? "success" : "error");
    if (e) {
        AUTO(buf) type = {0};
        expr_type_write(&type, e);
        json_key(w, "isFeatureConstant");
        json_put_bool(w, !expr_uses_feature(e));
        json_key(w, "isZoomConstant");
        json_put_bool(w, !expr_uses_zoom(e));
        json_key(w, "type");
        json_put_str(w, buf_str(&type));
    } else {
        json_key(w, "errors");
        json_open(w, '[');
        for (size_t i = 0; i < problems->n; i++) {
            json_open(w, '{');
            json_key(w, "key");
            json_put_str(w, problems->at[i].key);
            json_key(w, "error");
            json_put_str(w, problems->at[i].text);
            json_close(w, '}');
        }
        json_close(w, ']');
    }
    json_close(w, '}');
}

static void eval_fixture(const struct json *fixture, struct buf *out)
{
    struct json_writer w = {.out = out};
    struct expr_spec spec = spec_of(json_get(fixture, S("propertySpec")));
    AUTO(buf) values = {0};
    if (json_get(json_get(fixture, S("expression")), S("default"))) { /* which then stands for what is not in the list */
        for (struct json_each e = {0}; json_each(json_get(json_get(fixture, S("propertySpec")), S("values")), &e);) {
            buf_add(&values, values.len ? S("|") : S(""));
            buf_add(&values, e.key);
        }
        spec.values = buf_str(&values);
    }
    struct expr_problems problems = {0};
    const struct expr *expr = NULL;
    const struct json *inputs = json_get(fixture, S("inputs"));
    AUTO(arena) arena = {0};
    arena_init(&arena, EVAL_ARENA_BYTES);
    if (!expr_read_property(&expr, json_get(fixture, S("expression")), &spec, &arena, &problems))
        expr = NULL;
    json_open(&w, '{');
    put_compiled(&w, expr, &problems);
    if (expr && inputs) {
        json_key(&w, "outputs");
        json_open(&w, '[');
        for (size_t i = 0; i < json_size(inputs); i++)
            put_output(&w, expr, json_at(inputs, i), json_get(fixture, S("globalState")));
        json_close(&w, ']');
    }
    json_close(&w, '}');
    buf_char(out, '\n');
}

static int run_eval(struct invocation *inv)
{
    AUTO(buf) text = {0};
    AUTO(buf) out = {0};
    AUTO(json_doc) doc = {0};
    struct err err;
    size_t n;
    do {
        char *room = buf_room(&text, 65536);
        n = fread(room, 1, 65536, stdin);
        text.len += n;
    } while (n && text.len < EVAL_TEXT_MAX_BYTES);
    if (!json_read(&doc, buf_str(&text), &JSON_STYLE, &err))
        return command_failed(inv, &err);
    eval_fixture(doc.root, &out);
    fwrite(out.at, 1, out.len, stdout);
    return EXIT_DONE;
}

/* ---- lint ---- */

struct lint_options {
    const char *path;
    bool json, all;
};

static void put_complaints(const struct complaint *at, size_t n, const struct lint_options *o, struct buf *out)
{
    static const char *const SEVERITY[] = {"error", "warning", "not drawn"};
    struct json_writer w = {.out = out};
    if (o->json)
        json_open(&w, '[');
    for (size_t i = 0; i < n; i++) {
        if (o->json && at[i].severity == SEVERITY_NOT_DRAWN && !o->all)
            continue;
        if (!o->json) {
            buf_fmt(out, "%s:%d: %s: %.*s\n", o->path, at[i].line, SEVERITY[at[i].severity], STR_ARG(at[i].message));
            continue;
        }
        json_open(&w, '{');
        json_key(&w, "message");
        json_put_str(&w, at[i].message);
        json_key(&w, "line");
        json_put_int(&w, at[i].line);
        json_key(&w, "severity");
        json_put_cstr(&w, SEVERITY[at[i].severity]);
        json_close(&w, '}');
    }
    if (o->json) {
        json_close(&w, ']');
        buf_char(out, '\n');
    }
}

static int run_lint(struct invocation *inv, const struct lint_options *o)
{
    AUTO(buf) text = {0};
    AUTO(buf) out = {0};
    AUTO(arena) arena = {0};
    struct complaint *complaints;
    struct err err;
    size_t n, errors = 0;
    arena_init(&arena, EVAL_ARENA_BYTES);
    if (!buf_read_file(&text, o->path, JSON_STYLE.bytes, &err))
        return command_failed(inv, &err);
    if (!style_lint(buf_str(&text), &arena, &complaints, &n, &err)) {
        err_under(&err, "%s", o->path);
        return command_failed(inv, &err);
    }
    put_complaints(complaints, n, o, &out);
    if (out.len)
        fwrite(out.at, 1, out.len, stdout);
    for (size_t i = 0; i < n; i++)
        errors += complaints[i].severity == SEVERITY_ERROR;
    return errors ? EXIT_FAILED : EXIT_DONE;
}

/* ---- support ---- */

static const char *const LAYERS[] = {"background", "fill", "line", "circle", "symbol", "heatmap", "raster"}; /* as enum layer_kind */

static void put_support(struct buf *out)
{
    buf_add(out, S("| property | layer | supported | since the test |\n|---|---|---|---|\n"));
    for (int p = 0; p < PROP_COUNT; p++) {
        const struct prop_rule *r = prop_rule((enum prop)p);
        buf_fmt(out, "| `%s` | %s | %s | %.*s |\n", prop_name((enum prop)p), LAYERS[prop_layer((enum prop)p)],
            r->drawn.len ? "drawn" : "read and checked", STR_ARG(r->drawn.len ? r->drawn : S("tests/test_style.c")));
    }
    buf_add(out, S("\nLayers fill-extrusion, hillshade and color-relief, and sky, light and terrain, are checked and not drawn.\n\n"
                   "| expression | supported | since the test |\n|---|---|---|\n"));
    for (size_t i = 0; expr_operation(i); i++)
        if (strncmp(expr_operation(i), "filter-", 7) != 0)
            buf_fmt(out, "| `%s` | yes | tests/data/expressions.json |\n", expr_operation(i));
    buf_add(out, S("| filters of before expressions | yes | tests/test_expr.c |\n"
                   "| functions of before expressions | yes | tests/test_expr.c |\n"));
}

int cmd_style(struct invocation *inv)
{
    struct option_list words = {0};
    bool json = false, all = false;
    const struct option options[] = {{"--json", OPTION_FLAG, &json}, {"--all", OPTION_FLAG, &all}};
    int code;
    if (!options_read(inv, options, COUNT(options), &words, HELP, &code))
        return code;
    if (words.n == 1 && strcmp(words.at[0], "eval") == 0)
        return run_eval(inv);
    if (words.n == 1 && strcmp(words.at[0], "support") == 0) {
        AUTO(buf) out = {0};
        put_support(&out);
        fwrite(out.at, 1, out.len, stdout);
        return EXIT_DONE;
    }
    if (words.n == 2 && strcmp(words.at[0], "lint") == 0)
        return run_lint(inv, &(struct lint_options){words.at[1], json, all});
    return command_misused(inv, "say `style lint FILE`, `style eval` or `style support`");
}
