#include "tests/test.h"

#include <math.h>

#include "renderer/style.h"

static const char STYLE[] =
    "{\"version\": 8, \"name\": \"Trial\", \"sources\": {\n"
    "  \"base\": {\"type\": \"vector\", \"url\": \"contrechamp://basemap\"},\n"
    "  \"points\": {\"type\": \"vector\", \"url\": \"contrechamp://deployments\"},\n"
    "  \"extra\": {\"type\": \"geojson\", \"data\": \"extra.geojson\"}},\n"
    "\"layers\": [\n"
    "  {\"id\": \"land\", \"type\": \"background\", \"paint\": {\"background-color\": \"#fff\"}},\n"
    "  {\"id\": \"roads\", \"type\": \"line\", \"source\": \"base\", \"source-layer\": \"streets\", \"minzoom\": 5, \"maxzoom\": 12,\n"
    "   \"filter\": [\"==\", [\"get\", \"kind\"], \"primary\"],\n"
    "   \"paint\": {\"line-width\": [\"interpolate\", [\"linear\"], [\"zoom\"], 8, 1, 12, 5], \"line-dasharray\": [2, 1]}},\n"
    "  {\"id\": \"names\", \"type\": \"symbol\", \"source\": \"points\", \"source-layer\": \"deployments\",\n"
    "   \"layout\": {\"visibility\": \"none\", \"text-field\": \"{kind} {n}\", \"text-font\": [\"Noto Sans Bold\"], \"icon-padding\": [1, 2]}}\n"
    "]}";

static struct style *read_or_fail(const char *json)
{
    struct style *s = NULL;
    struct err err = {0};
    if (!style_read(&s, str_of(json), "/maps", &err))
        print_error("%s\n", err.text);
    CHECK(s != NULL);
    return s;
}

TEST(sources_and_layers_are_found_by_order)
{
    struct style *s = read_or_fail(STYLE);
    const struct style_layer *layers;
    const struct style_source *sources;
    CHECK_INT(style_layers(s, &layers), 3);
    CHECK_INT(style_sources(s, &sources), 3);
    CHECK_STR(style_name(s), "Trial");
    CHECK_INT(layers[0].kind, LAYER_BACKGROUND);
    CHECK(layers[0].source == NULL);
    CHECK(layers[1].source == &sources[0] && sources[0].kind == SOURCE_IS_VECTOR);
    CHECK_INT(sources[1].kind, SOURCE_IS_DEPLOYMENTS);
    CHECK_STR(sources[2].url, "/maps/extra.geojson");
    CHECK(layers[1].min_zoom == 5 && layers[1].max_zoom == 12 && isinf(layers[0].max_zoom));
    CHECK(layers[1].filter != NULL && layers[2].hidden);
    style_drop(s);
}

TEST(properties_are_evaluated_and_absent_ones_have_the_default)
{
    struct style *s = read_or_fail(STYLE);
    const struct style_layer *layers;
    AUTO(arena) arena = {0};
    double numbers[4];
    arena_init(&arena, 1 << 20);
    struct expr_input in = {.zoom = 10, .arena = &arena};
    style_layers(s, &layers);
    CHECK(style_number(&layers[1], PROP_LINE_WIDTH, &in) == 3);
    CHECK(style_number(&layers[1], PROP_LINE_OPACITY, &in) == 1 && !style_has(&layers[1], PROP_LINE_OPACITY));
    CHECK_INT(style_numbers(&layers[1], PROP_LINE_DASHARRAY, &in, numbers, 4), 2);
    CHECK(numbers[0] == 2 && numbers[1] == 1);
    CHECK_STR(style_string(&layers[1], PROP_LINE_CAP, &in), "butt");
    CHECK_INT(style_numbers(&layers[2], PROP_ICON_PADDING, &in, numbers, 4), 4);
    CHECK(numbers[0] == 1 && numbers[1] == 2 && numbers[2] == 1 && numbers[3] == 2);
    CHECK_INT(style_value(&layers[1], PROP_LINE_PATTERN, &in).type, TYPE_NULL);
    CHECK(style_color(&layers[0], PROP_BACKGROUND_COLOR, &in).g == 1);
    in.heatmap_density = 1;
    CHECK(style_color(&layers[0], PROP_HEATMAP_COLOR, &in).r == 1);
    style_drop(s);
}

TEST(names_in_braces_stand_for_properties)
{
    struct style *s = read_or_fail(STYLE);
    const struct style_layer *layers;
    struct str keys[] = {{"kind", 4}};
    struct value values[] = {{.kind = VALUE_STRING, .string = {"dome", 4}}};
    uint32_t tags[] = {0, 0};
    struct feature f = {.n_tags = 2, .tags = tags};
    struct features layer = {.n_keys = 1, .n_values = 1, .keys = keys, .values = values};
    AUTO(arena) arena = {0};
    arena_init(&arena, 1 << 20);
    style_layers(s, &layers);
    struct expr_input in = {.layer = &layer, .feature = &f, .arena = &arena};
    CHECK_STR(style_string(&layers[2], PROP_TEXT_FIELD, &in), "dome ");
    style_drop(s);
}

TEST(a_style_lives_as_long_as_somebody_holds_it)
{
    struct style *s = read_or_fail(STYLE);
    uint64_t hash = style_hash(s);
    CHECK(style_hold(s) == s);
    style_drop(s);
    CHECK(style_hash(s) == hash);
    CHECK_INT(style_text(s).len, sizeof STYLE - 1);
    style_drop(s);
}

TEST(an_error_names_line_and_path)
{
    struct style *s = NULL;
    struct err err = {0};
    CHECK(!style_read(&s, S("{\"version\": 8, \"sources\": {}, \"layers\": [\n{\"id\": \"a\", \"type\": \"background\",\n"
                            "\"paint\": {\"background-color\": \"reddish\"}}]}"), ".", &err));
    CHECK_TEXT(err.text, "line 3: layers[0].paint.background-color: Could not parse color from value 'reddish'");
    CHECK(!style_read(&s, S("{\"version\": 7}"), ".", &err));
    CHECK(!style_read(&s, S("[]"), ".", &err));
}

static void check_lint(const char *json, const char *expected)
{
    AUTO(arena) arena = {0};
    AUTO(buf) out = {0};
    struct complaint *at;
    struct err err;
    size_t n;
    arena_init(&arena, 1 << 24);
    CHECK(style_lint(str_of(json), &arena, &at, &n, &err));
    for (size_t i = 0; i < n; i++)
        buf_fmt(&out, "%d %.*s\n", at[i].line, STR_ARG(at[i].message));
    CHECK_TEXT(out.at ? out.at : "", expected);
}

TEST(lint_is_silent_about_a_good_style)
{
    check_lint(STYLE, "");
}

TEST(lint_names_every_mistake_where_it_stands)
{
    check_lint("{\"version\": 8, \"sources\": {\"v\": {\"type\": \"vector\"}}, \"layers\": [\n"
               "{\"id\": \"a\", \"type\": \"fill\", \"source\": \"v\", \"source-layer\": \"x\", \"paint\": {\n"
               "  \"fill-opacity\": 2,\n"
               "  \"fill-color\": \"reddish\",\n"
               "  \"line-width\": 1}},\n"
               "{\"id\": \"a\", \"type\": \"line\", \"source\": \"w\", \"paint\": {\n"
               "  \"line-width\": [\"+\", 1, \"b\"]}}]}",
        "3 layers[0].paint.fill-opacity: 2 is greater than the maximum value 1\n"
        "4 layers[0].paint.fill-color: color expected, \"reddish\" found\n"
        "5 layers[0].paint.line-width: unknown property \"line-width\"\n"
        "6 layers[1]: duplicate layer id \"a\", previously used at line 2\n"
        "6 layers[1]: source \"w\" not found\n"
        "7 layers[1].paint.line-width[2]: Expected number but found string instead.\n");
}

TEST(what_is_accepted_and_not_drawn_is_named)
{
    AUTO(arena) a;
    arena_init(&a, 1 << 22);
    struct complaint *at;
    struct err err;
    size_t n;
    assert_true(style_lint(S("{\"version\":8,\"pitch\":30,\"sky\":{},\"sources\":{\"v\":{\"type\":\"vector\",\"url\":\"x\"}},\"layers\":["
                             "{\"id\":\"a\",\"type\":\"fill-extrusion\",\"source\":\"v\",\"source-layer\":\"b\"}]}"), &a, &at, &n, &err));
    CHECK_INT(n, 3);
    for (size_t i = 0; i < n; i++)
        CHECK(at[i].severity == SEVERITY_NOT_DRAWN);
    CHECK(str_starts(at[2].message, S("layers[0].type: ")));
    assert_true(style_lint(S("{\"version\":8,\"pitch\":0,\"sources\":{},\"layers\":[]}"), &a, &at, &n, &err));
    CHECK_INT(n, 0);
}
