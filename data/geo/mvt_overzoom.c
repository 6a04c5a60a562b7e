/* Every feature is moved and scaled so that the descendant fills the extent, and cut at its edge. */
#include <math.h>

#include "data/geo/mvt.h"

enum { BUFFER = 64 };

struct window {
    double scale, dx, dy; /* x' = x · scale - dx */
    struct rect keep;
};

static bool put_feature(struct mvt_writer *w, const struct features *layer, const struct feature *f, const struct window *win,
    struct arena *scratch)
{
    struct shape moved = f->shape, cut;
    if (!(moved.at = ARENA_ARRAY(scratch, struct xy, moved.n)))
        return false;
    for (uint32_t i = 0; i < moved.n; i++)
        moved.at[i] = (struct xy){f->shape.at[i].x * win->scale - win->dx, f->shape.at[i].y * win->scale - win->dy};
    if (!shape_clip(&moved, win->keep, scratch, &cut))
        return false;
    if (!cut.n_parts || !mvt_begin_feature(w, &cut, f->has_id, f->id))
        return true;
    for (uint32_t k = 0; k + 1 < f->n_tags; k += 2)
        mvt_property(w, layer->keys[f->tags[k]], layer->values[f->tags[k + 1]]);
    mvt_end_feature(w);
    return true;
}

static bool put_layer(struct mvt_writer *w, const struct features *layer, struct tile from, struct tile to, struct arena *scratch)
{
    double scale = exp2(to.z - from.z), extent = layer->extent;
    struct window win = {scale, (to.x - from.x * scale) * extent, (to.y - from.y * scale) * extent,
        {-BUFFER, -BUFFER, extent + BUFFER, extent + BUFFER}};
    bool ok = true;
    mvt_begin_layer(w, layer->name, layer->extent);
    for (size_t i = 0; i < layer->n && ok; i++) {
        struct arena_mark mark = arena_mark(scratch);
        ok = put_feature(w, layer, &layer->at[i], &win, scratch);
        arena_release(scratch, mark);
    }
    mvt_end_layer(w);
    return ok;
}

bool mvt_overzoom(struct str bytes, struct tile from, struct tile to, struct arena *scratch, struct buf *out, struct err *err)
{
    struct vector_tile tile;
    if (!mvt_decode(bytes, scratch, &tile, err))
        return false;
    struct mvt_writer *w = mvt_writer_new();
    bool ok = true;
    for (size_t l = 0; l < tile.n_layers && ok; l++)
        ok = put_layer(w, &tile.layers[l], from, to, scratch);
    if (ok)
        mvt_finish(w, out);
    mvt_writer_free(w);
    return ok || err_arena(err);
}
