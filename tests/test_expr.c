#include "tests/test.h"

#include <math.h>

#include "data/base/limits.h"
#include "renderer/expr.h"

/* One feature of a tile: kind=camera, height=4.5, count=3, night=true; id 7; a point. */
static struct str keys[] = {{"kind", 4}, {"height", 6}, {"count", 5}, {"night", 5}};
static struct value values[] = {{.kind = VALUE_STRING, .string = {"camera", 6}}, {.kind = VALUE_NUMBER, .number = 4.5},
    {.kind = VALUE_NUMBER, .number = 3, .is_integer = true}, {.kind = VALUE_BOOL, .boolean = true}};
static const uint32_t tags[] = {0, 0, 1, 1, 2, 2, 3, 3};
static struct xy middle[] = {{2048, 2048}}; /* of the only tile of zoom 0: 0° N 0° E */
static uint32_t ends[] = {1};
static struct feature feature = {.id = 7, .has_id = true, .n_tags = 8, .tags = tags,
    .shape = {.kind = SHAPE_POINTS, .n_parts = 1, .n = 1, .end = ends, .at = middle}};
static struct features layer = {.extent = 4096, .n_keys = 4, .n_values = 4, .keys = keys, .values = values};

struct trial {
    struct arena arena;
    struct json_doc doc;
    const struct expr *e;
    struct err err;
};

static void trial_done(struct trial *t)
{
    json_doc_done(&t->doc);
    arena_done(&t->arena);
}

static bool begin(struct trial *t, const char *json)
{
    arena_init(&t->arena, 1 << 24);
    if (!json_read(&t->doc, str_of(json), &JSON_STYLE, &t->err))
        print_error("%s: %s\n", json, t->err.text);
    return t->doc.root != NULL;
}

/* The value, written as JSON, of an expression that looks at the feature at zoom 10; "error" if it fails. */
static void check_value(const char *json, enum expr_type wanted, const char *expected)
{
    AUTO(trial) t = {0};
    AUTO(buf) out = {0};
    CHECK(begin(&t, json));
    if (!expr_read(&t.e, t.doc.root, wanted, &t.arena, &t.err)) {
        print_error("%s: %s\n", json, t.err.text);
        fail();
    }
    struct expr_input in = {.zoom = 10, .layer = &layer, .feature = &feature, .arena = &t.arena};
    struct expr_value v = expr_eval(t.e, &in);
    struct json_writer w = {.out = &out};
    if (v.type == TYPE_ERROR)
        buf_add(&out, S("error"));
    else
        expr_value_write(&w, &v, &in);
    if (strcmp(out.at, expected) != 0)
        print_error("%s gave %s\n", json, out.at);
    CHECK_TEXT(out.at, expected);
}

static void check_wrong(const char *json, enum expr_type wanted, const char *sentence)
{
    AUTO(trial) t = {0};
    CHECK(begin(&t, json));
    CHECK(!expr_read(&t.e, t.doc.root, wanted, &t.arena, &t.err));
    CHECK_TEXT(t.err.text, sentence);
}

static bool passes(const char *filter)
{
    AUTO(trial) t = {0};
    CHECK(begin(&t, filter));
    if (!expr_read_filter(&t.e, t.doc.root, &t.arena, &t.err)) {
        print_error("%s: %s\n", filter, t.err.text);
        fail();
    }
    struct expr_value v = expr_eval(t.e, &(struct expr_input){.zoom = 10, .layer = &layer, .feature = &feature, .arena = &t.arena});
    return v.type == TYPE_BOOLEAN && v.boolean;
}

TEST(properties_of_the_feature_are_looked_up)
{
    check_value("[\"get\", \"kind\"]", TYPE_STRING, "\"camera\"");
    check_value("[\"get\", \"height\"]", TYPE_NUMBER, "4.5");
    check_value("[\"get\", \"height\"]", TYPE_STRING, "\"4.5\""); /* a property of text takes any value */
    check_value("[\"get\", \"height\"]", TYPE_BOOLEAN, "error");
    check_value("[\"get\", \"nothing\"]", TYPE_VALUE, "null");
    check_value("[\"has\", \"night\"]", TYPE_BOOLEAN, "true");
    check_value("[\"id\"]", TYPE_VALUE, "7");
    check_value("[\"geometry-type\"]", TYPE_STRING, "\"Point\"");
}

TEST(decisions_take_the_first_branch_that_holds)
{
    check_value("[\"match\", [\"get\", \"kind\"], [\"drone\", \"camera\"], 1, \"mast\", 2, 0]", TYPE_NUMBER, "1");
    check_value("[\"match\", [\"get\", \"count\"], 1, \"a\", 3, \"b\", \"c\"]", TYPE_STRING, "\"b\"");
    check_value("[\"case\", [\">\", [\"get\", \"height\"], 10], \"high\", [\"get\", \"night\"], \"night\", \"-\"]", TYPE_STRING,
        "\"night\"");
    check_value("[\"coalesce\", [\"get\", \"nothing\"], [\"get\", \"kind\"], \"x\"]", TYPE_STRING, "\"camera\"");
    check_value("[\"step\", [\"zoom\"], \"a\", 10, \"b\", 11, \"c\"]", TYPE_STRING, "\"b\"");
}

TEST(curves_run_between_their_stops)
{
    check_value("[\"interpolate\", [\"linear\"], [\"zoom\"], 8, 0, 12, 10]", TYPE_NUMBER, "5");
    check_value("[\"interpolate\", [\"linear\"], [\"zoom\"], 11, 3, 12, 10]", TYPE_NUMBER, "3");
    check_value("[\"interpolate\", [\"exponential\", 2], [\"zoom\"], 9, 0, 11, 3]", TYPE_NUMBER, "1");
    check_value("[\"interpolate\", [\"linear\"], [\"zoom\"], 9, \"black\", 11, \"white\"]", TYPE_COLOR, "[0.5,0.5,0.5,1]");
    check_value("[\"interpolate\", [\"linear\"], [\"zoom\"], 9, [\"literal\", [0, 4]], 11, [\"literal\", [2, 8]]]", TYPE_VALUE, "[1,6]");
}

TEST(strings_are_made_as_javascript_makes_them)
{
    check_value("[\"concat\", [\"get\", \"kind\"], \" \", [\"get\", \"height\"], [\"get\", \"night\"]]", TYPE_STRING,
        "\"camera 4.5true\"");
    check_value("[\"to-string\", 1e21]", TYPE_STRING, "\"1e+21\"");
    check_value("[\"to-string\", 1e-7]", TYPE_STRING, "\"1e-7\"");
    check_value("[\"to-string\", 123456789012]", TYPE_STRING, "\"123456789012\"");
    check_value("[\"to-string\", -0.000001]", TYPE_STRING, "\"-0.000001\"");
    check_value("[\"upcase\", \"Élan ß\"]", TYPE_STRING, "\"ÉLAN SS\"");
    check_value("[\"slice\", \"réseau\", 1, -1]", TYPE_STRING, "\"ésea\"");
    check_value("[\"index-of\", \"e\", \"réseau\"]", TYPE_NUMBER, "3");
    check_value("[\"number-format\", 1234.5, {\"locale\": \"fr\", \"min-fraction-digits\": 2}]", TYPE_STRING, "\"1\u202F234,50\"");
}

TEST(functions_of_before_expressions_still_work)
{
    check_value("{\"stops\": [[8, 0], [12, 8]]}", TYPE_NUMBER, "4");
    check_value("{\"property\": \"kind\", \"type\": \"categorical\", \"stops\": [[\"camera\", 2]], \"default\": 9}", TYPE_NUMBER, "2");
    check_value("{\"property\": \"none\", \"type\": \"categorical\", \"stops\": [[\"camera\", 2]], \"default\": 9}", TYPE_NUMBER, "9");
    check_value("{\"property\": \"height\", \"type\": \"identity\"}", TYPE_NUMBER, "4.5");
    check_value("{\"property\": \"height\", \"stops\": [[{\"zoom\": 9, \"value\": 0}, 0], [{\"zoom\": 9, \"value\": 9}, 9],"
                "[{\"zoom\": 11, \"value\": 0}, 10], [{\"zoom\": 11, \"value\": 9}, 19]]}", TYPE_NUMBER, "9.5");
}

TEST(filters_pass_in_the_new_form_and_the_old)
{
    CHECK(passes("[\"==\", [\"get\", \"kind\"], \"camera\"]"));
    CHECK(passes("[\"==\", \"kind\", \"camera\"]"));
    CHECK(!passes("[\"!=\", \"kind\", \"camera\"]"));
    CHECK(passes("[\"all\", [\">\", \"height\", 4], [\"has\", \"night\"], [\"!has\", \"day\"], [\"in\", \"count\", 1, 3]]"));
    CHECK(!passes("[\"<\", \"kind\", 4]"));
    CHECK(!passes("[\">\", \"nothing\", 4]"));
    CHECK(passes("[\"none\", [\"==\", \"$type\", \"Polygon\"], [\"==\", \"$id\", 8]]"));
    CHECK(passes("[\"any\", [\"!in\", \"kind\", \"camera\"], [\"==\", \"$id\", 7]]"));
    CHECK(passes("[\"all\"]"));
}

TEST(a_wrong_expression_is_refused_with_its_path_and_a_sentence)
{
    check_wrong("[\"+\", 1, \"a\"]", TYPE_NUMBER, "[2]: Expected number but found string instead.");
    check_wrong("[\"upcase\", [\"+\", 1, 2]]", TYPE_STRING, "[1]: Expected string but found number instead.");
    check_wrong("[\"nonsense\"]", TYPE_VALUE,
        "[0]: Unknown expression \"nonsense\". If you wanted a literal array, use [\"literal\", [...]].");
    check_wrong("[\"match\", [\"get\", \"a\"], [\"x\", \"x\"], 1, 2]", TYPE_NUMBER, "[2]: Branch labels must be unique.");
    check_wrong("[\"to-color\", \"reddish\"]", TYPE_COLOR, "Could not parse color from value 'reddish'");
    check_wrong("[\"*\", 2, [\"zoom\"]]", TYPE_NUMBER,
        "\"zoom\" expression may only be used as input to a top-level \"step\" or \"interpolate\" expression.");
}

TEST(what_is_constant_is_evaluated_while_reading)
{
    AUTO(trial) t = {0};
    CHECK(begin(&t, "[\"*\", 2, [\"+\", 1, 2]]"));
    CHECK(expr_read(&t.e, t.doc.root, TYPE_NUMBER, &t.arena, &t.err));
    CHECK(expr_is_constant(t.e) && !expr_uses_feature(t.e));
    size_t used = t.arena.used_bytes;
    CHECK(expr_eval(t.e, &(struct expr_input){.arena = &t.arena}).number == 6);
    CHECK_INT(t.arena.used_bytes, used);
}

TEST(numbers_and_decisions_take_no_memory)
{
    AUTO(trial) t = {0};
    CHECK(begin(&t, "[\"case\", [\"==\", [\"get\", \"kind\"], \"camera\"], [\"+\", [\"get\", \"height\"], 1], 0]"));
    CHECK(expr_read(&t.e, t.doc.root, TYPE_NUMBER, &t.arena, &t.err));
    struct expr_value v = expr_eval(t.e, &(struct expr_input){.layer = &layer, .feature = &feature});
    CHECK(v.type == TYPE_NUMBER && v.number == 5.5);
}

static void nest(struct buf *out, int depth)
{
    for (int i = 0; i < depth; i++)
        buf_add(out, S("[\"!\","));
    buf_add(out, S("[\"has\",\"night\"]"));
    for (int i = 0; i < depth; i++)
        buf_char(out, ']');
}

TEST(nesting_ends_at_its_limit)
{
    for (int extra = 0; extra < 2; extra++) {
        AUTO(trial) t = {0};
        AUTO(buf) text = {0};
        nest(&text, EXPRESSION_DEPTH_MAX - 1 + extra);
        CHECK(begin(&t, text.at));
        CHECK_INT(expr_read(&t.e, t.doc.root, TYPE_BOOLEAN, &t.arena, &t.err), extra == 0);
    }
}

TEST(an_expression_that_multiplies_itself_by_variables_stops)
{
    AUTO(trial) t = {0};
    AUTO(buf) text = {0};
    buf_add(&text, S("[\"let\", \"a0\", [\"get\", \"height\"], "));
    for (int i = 1; i < 14; i++)
        buf_fmt(&text, "[\"let\", \"a%d\", [\"+\", [\"var\", \"a%d\"], [\"var\", \"a%d\"]], ", i, i - 1, i - 1);
    buf_add(&text, S("[\"number\", [\"var\", \"a13\"]]"));
    for (int i = 0; i < 14; i++)
        buf_char(&text, ']');
    CHECK(begin(&t, text.at));
    if (!expr_read(&t.e, t.doc.root, TYPE_NUMBER, &t.arena, &t.err))
        print_error("%s\n", t.err.text);
    struct expr_value v = expr_eval(t.e, &(struct expr_input){.layer = &layer, .feature = &feature, .arena = &t.arena});
    CHECK_INT(v.type, TYPE_ERROR);
}

static bool is_near(const struct json *a, const struct json *b)
{
    if (json_kind(a) != json_kind(b) || json_size(a) != json_size(b))
        return false;
    if (json_kind(a) == JSON_NUMBER)
        return fabs(json_number(a) - json_number(b)) <= 1e-5;
    if (json_kind(a) == JSON_BOOL)
        return json_bool(a) == json_bool(b);
    for (struct json_each e = {0}; json_each(a, &e);)
        if (!is_near(e.value, json_kind(a) == JSON_OBJECT ? json_get(b, e.key) : json_at(b, e.i - 1)))
            return false;
    return str_eq(json_string(a), json_string(b));
}

/* tests/data/expressions.json: name, expression, value, with the feature at zoom 10, half way through a ramp. */
static void check_case(const struct json *row)
{
    static const struct tile WORLD = {0};
    struct expr_spec spec = {.type = TYPE_VALUE, .length = -1, .by_zoom = true, .by_feature = true, .smooth = true};
    struct expr_problems problems = {0};
    AUTO(arena) arena = {0};
    AUTO(json_doc) given = {0};
    AUTO(buf) out = {0};
    struct err err;
    const struct expr *e;
    arena_init(&arena, 1 << 20);
    if (!expr_read_property(&e, json_at(row, 1), &spec, &arena, &problems)) {
        print_error("%.*s: %.*s\n", STR_ARG(json_string(json_at(row, 0))), STR_ARG(problems.at[0].text));
        fail();
    }
    struct expr_input in = {.zoom = 10, .layer = &layer, .feature = &feature, .heatmap_density = 0.5, .line_progress = 0.25,
        .tile = &WORLD, .arena = &arena};
    struct expr_value v = expr_eval(e, &in);
    expr_value_write(&(struct json_writer){.out = &out}, &v, &in);
    CHECK(json_read(&given, buf_str(&out), &JSON_STYLE, &err));
    bool near = is_near(given.root, json_at(row, 2));
    if (!near)
        print_error("%.*s gave %s\n", STR_ARG(json_string(json_at(row, 0))), out.at);
    CHECK(near);
}

TEST(every_operation_has_a_case_and_gives_its_value)
{
    AUTO(buf) text = {0};
    AUTO(json_doc) doc = {0};
    struct err err;
    SKIP_WITHOUT("tests/data/expressions.json");
    CHECK(buf_read_file(&text, "tests/data/expressions.json", 1 << 20, &err));
    CHECK(json_read(&doc, buf_str(&text), &JSON_STYLE, &err));
    for (struct json_each row = {0}; json_each(doc.root, &row);)
        check_case(row.value);
    for (size_t i = 0; expr_operation(i); i++) {
        bool found = strncmp(expr_operation(i), "filter-", 7) == 0;
        for (size_t k = 0; k < json_size(doc.root) && !found; k++)
            found = str_eq(json_string(json_at(json_at(doc.root, k), 0)), str_of(expr_operation(i)));
        if (!found)
            print_error("%s has no case\n", expr_operation(i));
        CHECK(found);
    }
}
