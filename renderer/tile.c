#include "renderer/tile.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <math.h>

#include "data/base/limits.h"
#include "renderer/layer.h"

#define REACH_MAX_PX 800.0
#define NAMES_REACH_PX 640.0 /* a ring, the name that makes room for it, and the name that makes room for that */

static bool raster(struct painter *p, const struct view *v, enum picture_format format, struct style *style,
    const struct scene *scene, struct buf *out, struct err *err)
{
    int width = (int)lround(v->width_px * v->scale), height = (int)lround(v->height_px * v->scale);
    if (width <= 0 || height <= 0 || (int64_t)width * height > PICTURE_MAX_PX)
        return err_set(err, ERR_TOO_BIG, "a picture has 1 to %d pixels", PICTURE_MAX_PX);
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
    bool ok = cairo_surface_status(image) == CAIRO_STATUS_SUCCESS || err_set(err, ERR_TOO_BIG, "no picture of %d x %d px can be made here", width, height);
    ok = ok && map_draw_image(p, image, v, style, scene, err) && encode_surface(out, image, format, err);
    cairo_surface_destroy(image);
    return ok;
}

static cairo_status_t append(void *to, const unsigned char *bytes, unsigned n)
{
    buf_put(to, bytes, n);
    return CAIRO_STATUS_SUCCESS;
}

static bool vectors(struct painter *p, const struct view *v, enum picture_format format, struct style *style,
    const struct scene *scene, struct buf *out, struct err *err)
{
    double to_pt = format == PICTURE_PDF ? 0.75 : 1; /* a CSS px is 1/96 in, a PDF point 1/72 in */
    double w = v->width_px * v->scale * to_pt, h = v->height_px * v->scale * to_pt;
    cairo_surface_t *s = format == PICTURE_PDF ? cairo_pdf_surface_create_for_stream(append, out, w, h)
                                               : cairo_svg_surface_create_for_stream(append, out, w, h);
    if (format == PICTURE_SVG)
        cairo_svg_surface_set_document_unit(s, CAIRO_SVG_UNIT_PX);
    cairo_t *cr = cairo_create(s);
    cairo_scale(cr, v->scale * to_pt, v->scale * to_pt);
    struct view plain = *v;
    bool ok = map_draw(p, cr, &plain, style, scene, err);
    cairo_destroy(cr);
    cairo_surface_finish(s);
    if (ok && cairo_surface_status(s) != CAIRO_STATUS_SUCCESS)
        ok = err_set(err, ERR_INTERNAL, "drawing: %s", cairo_status_to_string(cairo_surface_status(s)));
    cairo_surface_destroy(s);
    return ok;
}

bool picture_draw(struct painter *p, const struct view *view, enum picture_format format, struct style *style,
    const struct scene *scene, struct buf *out, struct err *err)
{
    bool drawn_as_vectors = format == PICTURE_PDF || format == PICTURE_SVG;
    return drawn_as_vectors ? vectors(p, view, format, style, scene, out, err) : raster(p, view, format, style, scene, out, err);
}

bool tile_draw(struct painter *p, struct tile tile, int scale, enum picture_format format, struct style *style,
    const struct scene *scene, struct buf *out, struct err *err)
{
    if (!tile_is_valid(tile.z, tile.x, tile.y) || scale < 1 || scale > 4)
        return err_set(err, ERR_MISSING, "there is no such tile");
    struct view v = view_of_tile(tile, scale);
    if (format == PICTURE_SVG || format == PICTURE_PDF)
        return picture_draw(p, &v, format, style, scene, out, err);
    cairo_surface_t *image;
    return map_draw_tile(p, tile, scale, style, scene, &image, err) && encode_surface(out, image, format, err);
}

/* ---- vector tiles ---- */

static bool put_layer(struct mvt_writer *w, struct tile_source *s, struct tile t, struct str name, const struct scene *scene,
    struct arena *a, struct err *err)
{
    const struct features *f;
    if (!source_read(s, t, name, scene, a, &f, err))
        return false;
    if (!f)
        return true;
    mvt_begin_layer(w, name, f->extent);
    for (size_t i = 0; i < f->n; i++) {
        const struct feature *at = &f->at[i];
        if (!mvt_begin_feature(w, &at->shape, at->has_id, at->id))
            continue;
        for (uint32_t k = 0; k + 1 < at->n_tags; k += 2)
            mvt_property(w, f->keys[at->tags[k]], f->values[at->tags[k + 1]]);
        mvt_end_feature(w);
    }
    mvt_end_layer(w);
    return true;
}

bool tile_deployments_mvt(struct tile vector_tile, const struct scene *scene, struct arena *scratch, struct buf *out, struct err *err)
{
    static const char *const layers[] = {"zones", "cones", "clusters", "deployments", "badges"};
    struct tile_source *s;
    if (!source_open_deployments(&s, err))
        return false;
    struct mvt_writer *w = mvt_writer_new();
    bool ok = true;
    for (size_t i = 0; i < COUNT(layers) && ok; i++)
        ok = put_layer(w, s, vector_tile, str_of(layers[i]), scene, scratch, err);
    if (ok)
        mvt_finish(w, out);
    mvt_writer_free(w);
    source_close(s);
    return ok;
}

/* Names that come after the first deployments stand against those: one that gives way may push another. */
static bool names_give_way(const struct style_layer *layers, size_t n, double zoom)
{
    bool over = false;
    for (size_t i = 0; i < n; i++) {
        bool of_deployments = layers[i].source && layers[i].source->kind == SOURCE_IS_DEPLOYMENTS;
        over |= of_deployments;
        if (over && !of_deployments && layers[i].kind == LAYER_SYMBOL && !layers[i].hidden && zoom >= floor(layers[i].min_zoom) && zoom < layers[i].max_zoom)
            return true;
    }
    return false;
}

double tile_reach_px(const struct style *style, int zoom)
{
    const struct style_layer *layers;
    size_t n = style_layers(style, &layers);
    double reach = 2, cone_px = 0;
    for (size_t i = 0; i < n; i++) {
        const struct style_layer *l = &layers[i];
        if (!l->source || l->source->kind != SOURCE_IS_DEPLOYMENTS || l->hidden || MAX(zoom - 1, 0) < floor(l->min_zoom) || zoom - 1 >= l->max_zoom)
            continue;
        double of_kind = l->kind == LAYER_SYMBOL || l->kind == LAYER_CIRCLE ? 48 : l->kind == LAYER_HEATMAP ? 128 : 8;
        reach = MAX(reach, of_kind);
        if (str_eq(l->source_layer, S("cones"))) /* a field of view reaches 255 m at most, seen largest at 60° */
            cone_px = 255 / metres_per_px(60, zoom);
    }
    if (names_give_way(layers, n, MAX(zoom - 1, 0)))
        reach = MAX(reach, NAMES_REACH_PX);
    return MIN(reach + cone_px, REACH_MAX_PX);
}
