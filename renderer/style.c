/*
 * A style is its text, the JSON read from it, and an arena with layers whose properties are compiled. Defaults are
 * compiled once for the whole program.
 */
#include "renderer/style.h"

#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "data/base/hash.h"

enum { STYLE_ARENA_BYTES = 256 * 1024 * 1024 }; /* a style of 16 MiB, compiled, is under half of it */

struct style {
    atomic_int holders;
    struct buf text;
    struct json_doc doc;
    struct arena arena;
    uint64_t hash;
    struct str folder;
    size_t n_layers, n_sources;
    struct style_layer *layers;
    struct style_source *sources;
};

/* ---- properties ---- */

static const struct {
    const char *name, *fallback, *words;
    enum expr_type type;
} PROPS[PROP_COUNT] = {
#define PROP(id, name, type, fallback, words) {name, fallback, words, type},
#include "renderer/props.def"
#undef PROP
};

static struct prop_rule rules[PROP_COUNT];
static const struct expr *defaults[PROP_COUNT]; /* NULL: there is none */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static bool word_value(struct str word, struct str name, struct str *value)
{
    *value = str_slice(word, name.len, word.len);
    return str_starts(word, name);
}

static void read_word(struct prop_rule *r, struct str word)
{
    struct str v;
    double number = 0;
    if (str_eq(word, S("layout")))
        r->layout = true;
    else if (str_eq(word, S("data")))
        r->spec.by_zoom = r->spec.by_feature = true;
    else if (str_eq(word, S("zoom")))
        r->spec.by_zoom = true;
    else if (str_eq(word, S("ramp")))
        r->ramp = true;
    else if (str_eq(word, S("smooth")))
        r->spec.smooth = true;
    else if (str_eq(word, S("tokens")))
        r->spec.tokens = true;
    else if (word_value(word, S("values="), &v))
        r->spec.values = v;
    else if (word_value(word, S("drawn="), &v))
        r->drawn = v;
    else if (word_value(word, S("of="), &v))
        r->spec.item = str_eq(v, S("number")) ? TYPE_NUMBER : TYPE_STRING;
    else if (word_value(word, S("n="), &v) && str_double(v, &number))
        r->spec.length = (int)number;
    else if (word_value(word, S("max="), &v) && (r->has_max = str_double(v, &number)))
        r->max = number;
    else if (str_eq(word, S("min=-1")))
        r->has_min = true, r->min = -1;
    else if (word_value(word, S("min="), &v) && (r->has_min = str_double(v, &number)))
        r->min = number;
}

struct prop_rule prop_rule_of(enum expr_type type, struct str words)
{
    struct prop_rule r = {.spec = {.type = type, .item = TYPE_VALUE, .length = -1}};
    struct str word;
    while (str_next(&words, ' ', &word))
        read_word(&r, word);
    return r;
}

/* Kept until the program ends. */
static void read_defaults(void)
{
    static struct arena arena;
    static struct json_doc docs[PROP_COUNT];
    arena_init(&arena, 4 * 1024 * 1024);
    for (size_t i = 0; i < PROP_COUNT; i++) {
        struct expr_problems problems = {0};
        struct err err;
        rules[i] = prop_rule_of(PROPS[i].type, str_of(PROPS[i].words));
        must(json_read(&docs[i], str_of(PROPS[i].fallback), &JSON_STYLE, &err));
        if (json_kind(docs[i].root) == JSON_NULL)
            continue;
        must(expr_read_property(&defaults[i], docs[i].root, &rules[i].spec, &arena, &problems));
    }
}

const struct prop_rule *prop_rule(enum prop p)
{
    pthread_once(&once, read_defaults);
    return &rules[p];
}

const char *prop_name(enum prop p)
{
    return PROPS[p].name;
}

const char *prop_fallback(enum prop p)
{
    return PROPS[p].fallback;
}

bool prop_find(struct str name, enum prop *out)
{
    for (size_t i = 0; i < PROP_COUNT; i++)
        if (str_eq(str_of(PROPS[i].name), name)) {
            *out = (enum prop)i;
            return true;
        }
    return false;
}

static const struct {
    const char *name;
    enum layer_kind kind;
} KINDS[] = {{"background", LAYER_BACKGROUND}, {"fill", LAYER_FILL}, {"line", LAYER_LINE}, {"circle", LAYER_CIRCLE},
    {"symbol", LAYER_SYMBOL}, {"heatmap", LAYER_HEATMAP}, {"raster", LAYER_RASTER}, {"fill-extrusion", LAYER_OTHER},
    {"hillshade", LAYER_OTHER}, {"color-relief", LAYER_OTHER}, {"sky", LAYER_OTHER}, {"custom", LAYER_OTHER}};

static bool kind_find(struct str name, enum layer_kind *out)
{
    for (size_t i = 0; i < COUNT(KINDS); i++)
        if (str_eq(str_of(KINDS[i].name), name)) {
            *out = KINDS[i].kind;
            return true;
        }
    return false;
}

enum layer_kind prop_layer(enum prop p)
{
    struct str name = str_of(PROPS[p].name);
    for (size_t i = 0; i < COUNT(KINDS); i++)
        if (KINDS[i].kind != LAYER_OTHER && str_starts(name, str_of(KINDS[i].name)))
            return KINDS[i].kind;
    return str_eq(name, S("resampling")) ? LAYER_RASTER : LAYER_SYMBOL; /* icon-… and text-… */
}

/* ---- reading ---- */

static bool fail_at(const struct style *s, struct err *err, const char *path, struct str why)
{
    return err_set(err, ERR_INVALID, "line %d: %s: %.*s", json_line(&s->doc, str_of(path)), path, STR_ARG(why));
}

static bool is_relative(struct str url)
{
    return url.len && !str_has(url, S("://")) && url.at[0] != '/' && !str_starts(url, S("data:"));
}

static struct str source_url(struct style *s, const struct json *spec)
{
    struct str url = json_string(json_get(spec, S("url")));
    if (!url.len)
        url = json_string(json_get(spec, S("data")));
    if (!url.len)
        url = json_string(json_at(json_get(spec, S("tiles")), 0));
    if (!is_relative(url) || !s->folder.len)
        return url;
    AUTO(buf) joined = {0};
    buf_add(&joined, s->folder);
    buf_char(&joined, '/');
    buf_add(&joined, url);
    return str_copy(&s->arena, buf_str(&joined));
}

static enum source_kind_of_style source_kind(struct str type, struct str url)
{
    if (str_eq(url, S("contrechamp://deployments")))
        return SOURCE_IS_DEPLOYMENTS;
    if (str_eq(type, S("vector")))
        return SOURCE_IS_VECTOR;
    if (str_eq(type, S("geojson")))
        return SOURCE_IS_GEOJSON;
    if (str_eq(type, S("image")))
        return SOURCE_IS_IMAGE;
    return str_eq(type, S("raster")) ? SOURCE_IS_RASTER : SOURCE_IS_OTHER;
}

static bool read_sources(struct style *s, struct err *err)
{
    const struct json *sources = json_get(s->doc.root, S("sources"));
    if (json_kind(sources) != JSON_OBJECT)
        return fail_at(s, err, "sources", sources ? S("object expected") : S("missing required property \"sources\""));
    s->sources = ARENA_ARRAY(&s->arena, struct style_source, MAX(json_size(sources), 1));
    if (!s->sources)
        return err_arena(err);
    for (struct json_each e = {0}; json_each(sources, &e);) {
        struct style_source *to = &s->sources[s->n_sources];
        to->name = e.key;
        to->spec = e.value;
        to->url = source_url(s, e.value);
        to->kind = source_kind(json_string(json_get(e.value, S("type"))), to->url);
        to->index = (int)s->n_sources++;
    }
    return true;
}

struct place {
    struct style *style;
    struct style_layer *layer;
    const char *group; /* "paint" */
};

static bool read_prop(const struct place *at, struct str name, const struct json *v, struct err *err)
{
    enum prop p;
    char path[300];
    struct expr_problems problems = {0};
    if (!prop_find(name, &p) || json_kind(v) == JSON_NULL)
        return true; /* said by style_lint */
    struct expr_spec spec = prop_rule(p)->spec;
    struct json_doc fallback = {0};
    struct err ignored;
    if (json_kind(v) == JSON_OBJECT && json_read(&fallback, str_of(PROPS[p].fallback), &JSON_STYLE, &ignored))
        spec.fallback = fallback.root;
    bool ok = expr_read_property(&at->layer->prop[p], v, &spec, &at->style->arena, &problems);
    json_doc_done(&fallback);
    if (ok)
        return true;
    snprintf(path, sizeof path, "layers[%d].%s.%.*s%.*s", at->layer->index, at->group, STR_ARG(name),
        STR_ARG(problems.at[0].key));
    return fail_at(at->style, err, path, problems.at[0].text);
}

static bool read_group(struct style *s, struct style_layer *layer, const struct json *spec, const char *group, struct err *err)
{
    struct place at = {s, layer, group};
    const struct json *props = json_get(spec, str_of(group));
    for (struct json_each e = {0}; json_each(props, &e);)
        if (!read_prop(&at, e.key, e.value, err))
            return false;
    return true;
}

static const struct style_source *find_source(const struct style *s, struct str name)
{
    for (size_t i = 0; i < s->n_sources; i++)
        if (str_eq(s->sources[i].name, name))
            return &s->sources[i];
    return NULL;
}

static double zoom_or(const struct json *v, double otherwise)
{
    return json_kind(v) == JSON_NUMBER ? json_number(v) : otherwise;
}

/* A layer of before version 8 may take all but its paint from another. */
static const struct json *referenced(const struct style *s, const struct json *spec)
{
    struct str ref = json_string(json_get(spec, S("ref")));
    const struct json *layers = json_get(s->doc.root, S("layers"));
    for (size_t i = 0; ref.len && i < json_size(layers); i++)
        if (str_eq(json_string(json_get(json_at(layers, i), S("id"))), ref))
            return json_at(layers, i);
    return spec;
}

static bool read_filter(struct style *s, struct style_layer *layer, const struct json *filter, struct err *err)
{
    struct expr_problems problems = {0};
    char path[200];
    if (!filter || json_kind(filter) == JSON_NULL ||
        expr_read_filter_all(&layer->filter, filter, &s->arena, &problems))
        return true;
    snprintf(path, sizeof path, "layers[%d].filter%.*s", layer->index, STR_ARG(problems.at[0].key));
    return fail_at(s, err, path, problems.at[0].text);
}

static bool read_layer(struct style *s, size_t i, struct err *err)
{
    const struct json *spec = json_at(json_get(s->doc.root, S("layers")), i), *base = referenced(s, spec);
    struct style_layer *layer = &s->layers[i];
    struct str source = json_string(json_get(base, S("source")));
    char path[40];
    snprintf(path, sizeof path, "layers[%zu]", i);
    *layer = (struct style_layer){.id = json_string(json_get(spec, S("id"))), .index = (int)i,
        .source_layer = json_string(json_get(base, S("source-layer"))), .min_zoom = zoom_or(json_get(base, S("minzoom")), 0),
        .max_zoom = zoom_or(json_get(base, S("maxzoom")), INFINITY)};
    if (json_kind(spec) != JSON_OBJECT)
        return fail_at(s, err, path, S("object expected"));
    if (!kind_find(json_string(json_get(base, S("type"))), &layer->kind))
        return fail_at(s, err, path, S("the type of this layer is missing or not known"));
    layer->source = source.len ? find_source(s, source) : NULL;
    if (!layer->source && layer->kind != LAYER_BACKGROUND && layer->kind != LAYER_OTHER)
        return fail_at(s, err, path, source.len ? S("there is no source of this name") : S("missing required property \"source\""));
    layer->hidden = str_eq(json_string(json_get(json_get(base, S("layout")), S("visibility"))), S("none"));
    return read_filter(s, layer, json_get(base, S("filter")), err) && read_group(s, layer, base, "layout", err) &&
           read_group(s, layer, spec, "paint", err);
}

static bool read_all(struct style *s, struct str json, struct err *err)
{
    buf_add(&s->text, json);
    s->hash = hash64(json.at, json.len, 0);
    if (!json_read(&s->doc, buf_str(&s->text), &JSON_STYLE, err))
        return false;
    const struct json *layers = json_get(s->doc.root, S("layers"));
    if (json_number(json_get(s->doc.root, S("version"))) != 8)
        return fail_at(s, err, "version", S("a style of version 8 is expected"));
    if (!read_sources(s, err))
        return false;
    if (json_kind(layers) != JSON_ARRAY)
        return fail_at(s, err, "layers", layers ? S("array expected") : S("missing required property \"layers\""));
    s->layers = ARENA_ARRAY(&s->arena, struct style_layer, MAX(json_size(layers), 1));
    if (!s->layers)
        return err_arena(err);
    for (size_t i = 0; i < json_size(layers); i++, s->n_layers++)
        if (!read_layer(s, i, err))
            return false;
    return true;
}

bool style_read(struct style **out, struct str json, const char *folder, struct err *err)
{
    struct style *s = base_alloc(1, sizeof *s);
    arena_init(&s->arena, STYLE_ARENA_BYTES);
    atomic_init(&s->holders, 1);
    s->folder = str_copy(&s->arena, str_of(folder));
    if (!read_all(s, json, err)) {
        style_drop(s);
        return false;
    }
    *out = s;
    return true;
}

bool style_read_file(struct style **out, const char *path, struct err *err)
{
    AUTO(buf) text = {0};
    char folder[PATH_MAX] = ".";
    const char *slash = strrchr(path, '/');
    if (slash)
        snprintf(folder, sizeof folder, "%.*s", (int)MAX(slash - path, 1), path);
    if (!buf_read_file(&text, path, JSON_STYLE.bytes, err))
        return false;
    return style_read(out, buf_str(&text), folder, err) || err_under(err, "%s", path);
}

struct style *style_hold(struct style *s)
{
    atomic_fetch_add(&s->holders, 1);
    return s;
}

void style_drop(struct style *s)
{
    if (!s || atomic_fetch_sub(&s->holders, 1) > 1)
        return;
    json_doc_done(&s->doc);
    buf_done(&s->text);
    arena_done(&s->arena);
    free(s);
}

/* ---- asking ---- */

struct str style_name(const struct style *s)
{
    return json_string(json_get(s->doc.root, S("name")));
}

struct str style_text(const struct style *s)
{
    return buf_str(&s->text);
}

uint64_t style_hash(const struct style *s)
{
    return s->hash;
}

size_t style_layers(const struct style *s, const struct style_layer **out)
{
    *out = s->layers;
    return s->n_layers;
}

size_t style_sources(const struct style *s, const struct style_source **out)
{
    *out = s->sources;
    return s->n_sources;
}

const struct json *style_root(const struct style *s)
{
    return s->doc.root;
}

bool style_has(const struct style_layer *l, enum prop p)
{
    return l->prop[p] != NULL;
}

/* Layout happens at the zoom of the tiles, so its properties have their values of the whole zoom below; only sizes follow
 * the zoom between, as in MapLibre. */
static bool at_whole_zoom(enum prop p, const struct expr_input *in)
{
    return prop_rule(p)->layout && in->zoom != floor(in->zoom) && p != PROP_TEXT_SIZE && p != PROP_ICON_SIZE;
}

struct expr_value style_value(const struct style_layer *l, enum prop p, const struct expr_input *in)
{
    if (l->prop[p]) {
        struct expr_input whole;
        if (at_whole_zoom(p, in) && expr_uses_zoom(l->prop[p])) {
            whole = *in;
            whole.zoom = whole_zoom(in->zoom);
            in = &whole;
        }
        struct expr_value v = expr_eval(l->prop[p], in);
        bool nothing = v.type == TYPE_ERROR || v.type == TYPE_NULL || (v.type == TYPE_NUMBER && isnan(v.number));
        if (!nothing)
            return v;
    }
    pthread_once(&once, read_defaults);
    return defaults[p] ? expr_eval(defaults[p], in) : (struct expr_value){.type = TYPE_NULL};
}

double style_number(const struct style_layer *l, enum prop p, const struct expr_input *in)
{
    struct expr_value v = style_value(l, p, in);
    return v.type == TYPE_NUMBER ? v.number : 0;
}

struct rgba style_color(const struct style_layer *l, enum prop p, const struct expr_input *in)
{
    struct expr_value v = style_value(l, p, in);
    return v.type == TYPE_COLOR ? v.color : (struct rgba){0, 0, 0, 0};
}

struct str style_string(const struct style_layer *l, enum prop p, const struct expr_input *in)
{
    struct expr_value v = style_value(l, p, in);
    if (v.type == TYPE_FORMATTED && v.formatted->n == 1)
        return v.formatted->at[0].text;
    return v.type == TYPE_STRING || v.type == TYPE_IMAGE ? v.string : S("");
}

bool style_bool(const struct style_layer *l, enum prop p, const struct expr_input *in)
{
    struct expr_value v = style_value(l, p, in);
    return v.type == TYPE_BOOLEAN && v.boolean;
}

size_t style_numbers(const struct style_layer *l, enum prop p, const struct expr_input *in, double *out, size_t most)
{
    struct expr_value v = style_value(l, p, in);
    if (v.type != TYPE_ARRAY && v.type < TYPE_PADDING)
        return 0;
    size_t n = MIN(v.array->n, most);
    for (size_t i = 0; i < n; i++)
        out[i] = v.array->at[i].type == TYPE_NUMBER ? v.array->at[i].number : 0;
    return n;
}
