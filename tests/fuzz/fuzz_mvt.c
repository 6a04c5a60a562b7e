/* Bytes as a vector tile. What is decoded holds no index past its table, and can be written again. */
#include "data/base/limits.h"
#include "data/geo/mvt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena) a;
    arena_init(&a, 64 * 1024 * 1024);
    struct vector_tile tile;
    struct err err;
    if (!mvt_decode(str_from((const char *)data, size), &a, &tile, &err))
        return 0;
    AUTO(buf) out = {0};
    struct mvt_writer *w = mvt_writer_new();
    for (size_t l = 0; l < tile.n_layers; l++) {
        const struct features *layer = &tile.layers[l];
        mvt_begin_layer(w, layer->name, layer->extent);
        for (size_t i = 0; i < layer->n; i++) {
            const struct feature *f = &layer->at[i];
            must(f->shape.n_parts == 0 || f->shape.end[f->shape.n_parts - 1] == f->shape.n);
            for (uint32_t k = 0; k + 1 < f->n_tags; k += 2)
                must(f->tags[k] < layer->n_keys && f->tags[k + 1] < layer->n_values);
            if (!mvt_begin_feature(w, &f->shape, f->has_id, f->id))
                continue;
            for (uint32_t k = 0; k + 1 < f->n_tags; k += 2)
                mvt_property(w, layer->keys[f->tags[k]], layer->values[f->tags[k + 1]]);
            mvt_end_feature(w);
        }
        mvt_end_layer(w);
    }
    mvt_finish(w, &out);
    mvt_writer_free(w);
    return 0;
}
