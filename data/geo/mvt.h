/*
 * Vector tiles (Mapbox vector tile specification 2.1): to features and from features. Decoding trusts nothing: a tile
 * that breaks the specification fatally is refused with a sentence; counts in it are never believed before the bytes are there.
 */
#ifndef DATA_GEO_MVT_H
#define DATA_GEO_MVT_H

#include "data/base/buf.h"
#include "data/base/err.h"
#include "data/geo/shape.h"

enum value_kind { VALUE_NULL, VALUE_BOOL, VALUE_NUMBER, VALUE_STRING };
struct value {
    enum value_kind kind;
    bool is_integer; /* for writing a number back as it was */
    union {
        bool boolean;
        double number;
        struct str string;
    };
};

/* A feature's properties are pairs of indices into the keys and values of its layer, as in the tile. */
struct feature {
    uint64_t id;
    bool has_id;
    struct shape shape; /* in units of the layer's extent */
    uint32_t n_tags;    /* twice the number of properties */
    const uint32_t *tags;
};
struct features {
    struct str name;  /* of the layer */
    uint32_t extent;  /* units across the tile; 4096 as a rule */
    uint32_t version;
    uint32_t n_keys, n_values;
    struct str *keys;
    struct value *values;
    size_t n;
    struct feature *at;
};
struct vector_tile {
    size_t n_layers;
    struct features *layers;
};

/* What is decoded borrows strings from the bytes. Gzip and zlib are unpacked first (into the arena). */
bool mvt_decode(struct str bytes, struct arena *a, struct vector_tile *out, struct err *err) MUST_USE;

const struct features *mvt_layer(const struct vector_tile *t, struct str name); /* NULL if absent */
/* The index of a key in a layer, to look properties up quickly; UINT32_MAX if the layer has no such key. */
uint32_t features_key(const struct features *layer, struct str key);
const struct value *feature_value(const struct features *layer, const struct feature *f, uint32_t key); /* NULL if absent */
const struct value *feature_get(const struct features *layer, const struct feature *f, struct str key);

/* Writing: one layer after another. Keys and values are shared within a layer. */
struct mvt_writer;
struct mvt_writer *mvt_writer_new(void);
void mvt_writer_free(struct mvt_writer *w);
void mvt_begin_layer(struct mvt_writer *w, struct str name, uint32_t extent);
/* Coordinates in units of the extent are rounded; repeated points, lines of no length and rings of no area are dropped;
 * rings are wound as the specification says. False when nothing of it was left: then no properties may follow. */
bool mvt_begin_feature(struct mvt_writer *w, const struct shape *shape, bool has_id, uint64_t id);
void mvt_property(struct mvt_writer *w, struct str key, struct value value);
void mvt_end_feature(struct mvt_writer *w);
void mvt_end_layer(struct mvt_writer *w); /* a layer without features is left out */
void mvt_finish(struct mvt_writer *w, struct buf *out); /* appends the tile, not compressed; the writer is empty again */

/* The part of a tile (its bytes, packed or not) that a descendant covers, as a tile: for zooms past the last that is there.
 * Kept round it: 64 units of the extent. */
bool mvt_overzoom(struct str bytes, struct tile from, struct tile to, struct arena *scratch, struct buf *out, struct err *err) MUST_USE;

#endif
