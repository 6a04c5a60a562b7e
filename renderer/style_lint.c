/*
 * What is wrong with a style, by the rules of the style specification: the root, sources and light by a table, layers and
 * filters by functions, values of properties by their rule in props.def. Paths and lines are those a reader of the file
 * needs: an expression is named down to the piece that is wrong, but its line is where the expression begins.
 */
#include "renderer/style_lint.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *lint_type_of(const struct json *v)
{
    static const char *const NAMES[] = {"null", "boolean", "number", "string", "array", "object"};
    return NAMES[json_kind(v)];
}

static void complain_as(struct lint *l, enum severity severity, const char *path, const char *key, const char *format,
    va_list args)
{
    char text[ERR_TEXT_BYTES];
    AUTO(buf) message = {0};
    if (l->n >= COMPLAINTS_MAX)
        return;
    vsnprintf(text, sizeof text, format, args);
    if (key[0])
        buf_fmt(&message, "%s: ", key);
    buf_add(&message, str_of(text));
    l->at[l->n++] = (struct complaint){str_copy(l->arena, buf_str(&message)), json_line(l->doc, str_of(path)), severity};
}

void lint_complain(struct lint *l, const struct spot_of_style *at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    complain_as(l, SEVERITY_ERROR, at->path, at->key, format, args);
    va_end(args);
}

/* The same with the line of another place. */
void lint_complain_by(struct lint *l, const struct spot_of_style *at, const struct spot_of_style *line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    complain_as(l, SEVERITY_ERROR, line->path, at->key, format, args);
    va_end(args);
}

void lint_remark(struct lint *l, enum severity severity, const struct spot_of_style *at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    complain_as(l, severity, at->path, at->key, format, args);
    va_end(args);
}

void lint_append(char path[PATH_BYTES], const char *piece)
{
    size_t n = strlen(path);
    snprintf(path + n, PATH_BYTES - n, "%s", piece);
}

struct spot_of_style lint_member(const struct spot_of_style *of, struct str name)
{
    struct spot_of_style out = *of;
    char piece[PATH_BYTES];
    bool odd = str_has(name, S(".")) || str_has(name, S("["));
    if (odd)
        snprintf(piece, sizeof piece, "[\"%.*s\"]", STR_ARG(name));
    else
        snprintf(piece, sizeof piece, "%s%.*s", of->path[0] ? "." : "", STR_ARG(name));
    lint_append(out.path, piece);
    snprintf(piece, sizeof piece, "%s%.*s", of->key[0] ? "." : "", STR_ARG(name));
    lint_append(out.key, piece);
    out.value = json_get(of->value, name);
    return out;
}

struct spot_of_style lint_item(const struct spot_of_style *of, size_t i)
{
    struct spot_of_style out = *of;
    char piece[32];
    snprintf(piece, sizeof piece, "[%zu]", i);
    lint_append(out.path, piece);
    lint_append(out.key, piece);
    out.value = json_at(of->value, i);
    return out;
}

/* ---- the rest, by a table ---- */

struct field {
    const char *of, *name; /* name "*": anything else may be there */
    enum expr_type type;
    const char *words;
    bool required;
};

static const struct field FIELDS[] = {
    {"root", "name", TYPE_STRING, "", false}, {"root", "center", TYPE_ARRAY, "of=number n=2", false},
    {"root", "centerAltitude", TYPE_NUMBER, "", false}, {"root", "zoom", TYPE_NUMBER, "", false},
    {"root", "bearing", TYPE_NUMBER, "", false}, {"root", "pitch", TYPE_NUMBER, "", false},
    {"root", "roll", TYPE_NUMBER, "", false}, {"root", "glyphs", TYPE_STRING, "", false},
    {"root", "font-faces", TYPE_OBJECT, "", false}, {"root", "state", TYPE_OBJECT, "", false},
    {"root", "*", TYPE_VALUE, "", false},
    {"vector", "type", TYPE_VALUE, "", true}, {"vector", "url", TYPE_STRING, "", false},
    {"vector", "tiles", TYPE_ARRAY, "of=string", false}, {"vector", "bounds", TYPE_ARRAY, "of=number n=4", false},
    {"vector", "scheme", TYPE_STRING, "values=xyz|tms", false}, {"vector", "minzoom", TYPE_NUMBER, "", false},
    {"vector", "maxzoom", TYPE_NUMBER, "", false}, {"vector", "attribution", TYPE_STRING, "", false},
    {"vector", "volatile", TYPE_BOOLEAN, "", false}, {"vector", "tileSize", TYPE_NUMBER, "", false},
    {"vector", "*", TYPE_VALUE, "", false},
    {"geojson", "type", TYPE_VALUE, "", true}, {"geojson", "data", TYPE_VALUE, "", true},
    {"geojson", "maxzoom", TYPE_NUMBER, "", false}, {"geojson", "attribution", TYPE_STRING, "", false},
    {"geojson", "buffer", TYPE_NUMBER, "min=0 max=512", false}, {"geojson", "filter", TYPE_VALUE, "", false},
    {"geojson", "tolerance", TYPE_NUMBER, "", false}, {"geojson", "cluster", TYPE_BOOLEAN, "", false},
    {"geojson", "clusterRadius", TYPE_NUMBER, "min=0", false}, {"geojson", "clusterMaxZoom", TYPE_NUMBER, "", false},
    {"geojson", "clusterMinPoints", TYPE_NUMBER, "", false}, {"geojson", "clusterProperties", TYPE_VALUE, "", false},
    {"geojson", "lineMetrics", TYPE_BOOLEAN, "", false}, {"geojson", "generateId", TYPE_BOOLEAN, "", false},
    {"geojson", "promoteId", TYPE_VALUE, "", false},
    {"image", "type", TYPE_VALUE, "", true}, {"image", "url", TYPE_STRING, "", true},
    {"image", "coordinates", TYPE_ARRAY, "n=4", true},
    {"video", "type", TYPE_VALUE, "", true}, {"video", "urls", TYPE_ARRAY, "of=string", true},
    {"video", "coordinates", TYPE_ARRAY, "n=4", true},
    {"light", "anchor", TYPE_STRING, "values=map|viewport zoom", false}, {"light", "position", TYPE_ARRAY, "of=number n=3 zoom smooth", false},
    {"light", "color", TYPE_COLOR, "zoom smooth", false}, {"light", "intensity", TYPE_NUMBER, "min=0 max=1 zoom smooth", false},
    {"sky", "sky-color", TYPE_COLOR, "zoom smooth", false}, {"sky", "horizon-color", TYPE_COLOR, "zoom smooth", false},
    {"sky", "fog-color", TYPE_COLOR, "zoom smooth", false}, {"sky", "fog-ground-blend", TYPE_NUMBER, "min=0 max=1 zoom smooth", false},
    {"sky", "horizon-fog-blend", TYPE_NUMBER, "min=0 max=1 zoom smooth", false},
    {"sky", "sky-horizon-blend", TYPE_NUMBER, "min=0 max=1 zoom smooth", false},
    {"sky", "atmosphere-blend", TYPE_NUMBER, "min=0 max=1 zoom smooth", false},
    {"terrain", "source", TYPE_STRING, "", true}, {"terrain", "exaggeration", TYPE_NUMBER, "min=0", false},
    {"projection", "type", TYPE_PROJECTION, "zoom smooth", false},
};

static const struct field *find_field(struct str of, struct str name)
{
    const struct field *rest = NULL;
    for (size_t i = 0; i < COUNT(FIELDS); i++) {
        if (!str_eq(str_of(FIELDS[i].of), of))
            continue;
        if (str_eq(str_of(FIELDS[i].name), name))
            return &FIELDS[i];
        if (strcmp(FIELDS[i].name, "*") == 0)
            rest = &FIELDS[i];
    }
    return rest;
}

static void check_object(struct lint *l, const struct spot_of_style *at, struct str of)
{
    if (!lint_check_type(l, at, JSON_OBJECT, "object"))
        return;
    for (struct json_each e = {0}; json_each(at->value, &e);) {
        struct spot_of_style one = lint_member(at, e.key);
        const struct field *field = find_field(of, e.key);
        if (!field) {
            lint_complain(l, &one, "unknown property \"%.*s\"", STR_ARG(e.key));
            continue;
        }
        struct prop_rule rule = prop_rule_of(field->type, str_of(field->words));
        if (rule.spec.by_zoom)
            lint_check_property(l, &one, &rule);
        else
            lint_check_constant(l, &one, &rule);
    }
    for (size_t i = 0; i < COUNT(FIELDS); i++)
        if (str_eq(str_of(FIELDS[i].of), of) && FIELDS[i].required && !json_get(at->value, str_of(FIELDS[i].name)))
            lint_complain(l, at, "missing required property \"%s\"", FIELDS[i].name);
}

static void check_source(struct lint *l, const struct spot_of_style *at)
{
    struct spot_of_style kind = lint_member(at, S("type")), filter = lint_member(at, S("filter"));
    struct str type = json_string(kind.value);
    if (!lint_check_type(l, at, JSON_OBJECT, "object"))
        return;
    if (!kind.value) {
        lint_complain(l, at, "\"type\" is required");
        return;
    }
    if (!lint_is_word(type, "vector|raster|raster-dem|geojson|video|image")) {
        lint_check_values(l, &kind, S("vector|raster|raster-dem|geojson|video|image"));
        return;
    }
    check_object(l, at, str_starts(type, S("raster")) ? S("vector") : type);
    if (str_eq(type, S("geojson")) && filter.value)
        lint_check_filter(l, &filter);
}

/* Light, sky, terrain and projection are named in messages by their property alone. */
static void check_named(struct lint *l, const struct spot_of_style *root, struct str name)
{
    struct spot_of_style at = lint_member(root, name);
    if (!at.value)
        return;
    if (json_kind(at.value) == JSON_OBJECT)
        at.key[0] = '\0';
    check_object(l, &at, name);
}

static void check_sources(struct lint *l, const struct spot_of_style *root)
{
    struct spot_of_style at = lint_member(root, S("sources"));
    if (!at.value) {
        lint_complain(l, root, "missing required property \"sources\"");
        return;
    }
    if (!lint_check_type(l, &at, JSON_OBJECT, "object"))
        return;
    for (struct json_each e = {0}; json_each(at.value, &e);) {
        struct spot_of_style one = lint_member(&at, e.key);
        check_source(l, &one);
    }
}

static void check_layers(struct lint *l, const struct spot_of_style *root)
{
    struct spot_of_style at = lint_member(root, S("layers"));
    if (!at.value) {
        lint_complain(l, root, "missing required property \"layers\"");
        return;
    }
    if (!lint_check_type(l, &at, JSON_ARRAY, "array"))
        return;
    for (size_t i = 0; i < json_size(at.value); i++) {
        struct spot_of_style one = lint_item(&at, i);
        lint_check_layer(l, &one, i);
    }
}

/* What is accepted and left out of the picture: it is flat. */
static void note_not_drawn(struct lint *l, const struct spot_of_style *root)
{
    static const char *const NAMES[] = {"sky", "terrain", "light", "fog", "pitch", "roll", "projection"};
    for (size_t i = 0; i < COUNT(NAMES); i++) {
        struct spot_of_style one = lint_member(root, str_of(NAMES[i]));
        bool flat = (json_kind(one.value) == JSON_NUMBER && json_number(one.value) == 0) || str_eq(json_string(json_get(one.value, S("type"))), S("mercator"));
        if (one.value && !flat)
            lint_remark(l, SEVERITY_NOT_DRAWN, &one, "valid, but not drawn here");
    }
}

static void check_root(struct lint *l)
{
    struct spot_of_style root = {.value = l->root};
    if (!lint_check_type(l, &root, JSON_OBJECT, "object"))
        return;
    struct spot_of_style version = lint_member(&root, S("version")), constants = lint_member(&root, S("constants")),
                         transition = lint_member(&root, S("transition"));
    AUTO(buf) found = {0};
    json_write(&found, version.value);
    if (!version.value)
        lint_complain(l, &root, "missing required property \"version\"");
    else if (json_kind(version.value) != JSON_NUMBER || json_number(version.value) != 8)
        lint_complain(l, &version, "expected one of [8], %s found", found.at);
    if (constants.value)
        lint_complain(l, &constants, "constants have been deprecated as of v8");
    check_object(l, &root, S("root"));
    check_sources(l, &root);
    if (transition.value)
        lint_check_transition(l, &transition);
    check_named(l, &root, S("light"));
    check_named(l, &root, S("sky"));
    check_named(l, &root, S("terrain"));
    check_named(l, &root, S("projection"));
    note_not_drawn(l, &root);
    check_layers(l, &root);
}

bool style_lint(struct str json, struct arena *a, struct complaint **out, size_t *n, struct err *err)
{
    AUTO(json_doc) doc = {0};
    struct lint l = {.doc = &doc, .arena = a};
    if (!json_read(&doc, json, &JSON_STYLE, err))
        return false;
    l.root = doc.root;
    l.at = ARENA_ARRAY(a, struct complaint, COMPLAINTS_MAX);
    if (!l.at)
        return err_arena(err);
    check_root(&l);
    *out = l.at;
    *n = l.n;
    return true;
}
