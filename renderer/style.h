/*
 * A style file (MapLibre style specification, version 8) as sources and layers whose properties are compiled. A style
 * never changes after reading and is shared by all threads; who uses one holds it.
 */
#ifndef RENDERER_STYLE_H
#define RENDERER_STYLE_H

#include <math.h>

#include "renderer/expr.h"

#define ZOOM_SLACK 1e-9 /* a zoom so little under a whole one is that one */
static inline double whole_zoom(double zoom)
{
    return floor(zoom + ZOOM_SLACK);
}

enum layer_kind {
    LAYER_BACKGROUND, LAYER_FILL, LAYER_LINE, LAYER_CIRCLE, LAYER_SYMBOL, LAYER_HEATMAP, LAYER_RASTER,
    LAYER_OTHER /* accepted, not drawn: fill-extrusion, hillshade, sky … */
};

/* Every property the renderer knows, by name, type and default: one table in style.c (PROPS) in this order. */
enum prop {
#define PROP(id, ...) PROP_##id,
#include "renderer/props.def"
#undef PROP
    PROP_COUNT
};

enum source_kind_of_style { SOURCE_IS_VECTOR, SOURCE_IS_GEOJSON, SOURCE_IS_RASTER, SOURCE_IS_IMAGE, SOURCE_IS_DEPLOYMENTS,
    SOURCE_IS_OTHER };
struct style_source {
    struct str name;
    enum source_kind_of_style kind;
    struct str url;                /* "contrechamp://basemap", "contrechamp://deployments", a file, … */
    const struct json *spec;       /* the source as written */
    int index;                     /* of the source in the style */
};
struct style_layer {
    struct str id, source_layer;
    enum layer_kind kind;
    const struct style_source *source; /* NULL: background */
    double min_zoom, max_zoom;         /* drawn at min <= zoom < max */
    const struct expr *filter;         /* NULL: all */
    bool hidden;                       /* visibility: none */
    const struct expr *prop[PROP_COUNT]; /* NULL: the default */
    int index;
};

struct style;

/* What the specification says of a property (renderer/props.def). */
struct prop_rule {
    struct expr_spec spec;         /* without fallback */
    bool layout;                   /* else paint */
    bool ramp;                     /* a colour ramp: by density or progress, not by zoom */
    bool has_min, has_max;
    double min, max;
    struct str drawn;              /* the test that shows it drawn; empty: it is only read */
};
bool prop_find(struct str name, enum prop *out);
const char *prop_name(enum prop p);
const struct prop_rule *prop_rule(enum prop p);
struct prop_rule prop_rule_of(enum expr_type type, struct str words); /* the words of props.def */
const char *prop_fallback(enum prop p); /* as JSON */
enum layer_kind prop_layer(enum prop p); /* the kind of layer it belongs to */

/* The folder is where relative addresses of sources and sprites start. Every error with its path and line, the first
 * in err; the rest through style_lint. */
bool style_read(struct style **out, struct str json, const char *folder, struct err *err) MUST_USE;
bool style_read_file(struct style **out, const char *path, struct err *err) MUST_USE;
struct style *style_hold(struct style *s);
void style_drop(struct style *s);

struct str style_name(const struct style *s);
struct str style_text(const struct style *s); /* the JSON it was read from */
uint64_t style_hash(const struct style *s);   /* of the text: for cache keys and ETags */
size_t style_layers(const struct style *s, const struct style_layer **out);
size_t style_sources(const struct style *s, const struct style_source **out);
const struct json *style_root(const struct style *s);

/* Properties, evaluated; what is absent or fails gives the specification's default. */
double style_number(const struct style_layer *l, enum prop p, const struct expr_input *in);
struct rgba style_color(const struct style_layer *l, enum prop p, const struct expr_input *in);
struct str style_string(const struct style_layer *l, enum prop p, const struct expr_input *in); /* enums and images too */
bool style_bool(const struct style_layer *l, enum prop p, const struct expr_input *in);
size_t style_numbers(const struct style_layer *l, enum prop p, const struct expr_input *in, double *out, size_t most);
struct expr_value style_value(const struct style_layer *l, enum prop p, const struct expr_input *in); /* TYPE_NULL if absent */
bool style_has(const struct style_layer *l, enum prop p);

/* Complaints: each error and unsupported property with its path and line. */
enum severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_NOT_DRAWN };
struct complaint {
    struct str message; /* "layers[0].paint.fill-color: …" */
    int line;
    enum severity severity;
};
bool style_lint(struct str json, struct arena *a, struct complaint **out, size_t *n, struct err *err);

#endif
