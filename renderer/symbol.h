/*
 * Features to symbols: what text, which icon, where, how large. The steps of layer_symbol.c before any symbol stands
 * against another. Lengths are px; a symbol's place and boxes are counted from the corner of its tile, so that every
 * drawing which reads the tile has the very same symbol.
 */
#ifndef RENDERER_SYMBOL_H
#define RENDERER_SYMBOL_H

#include "renderer/label.h"
#include "renderer/layer.h"

enum { SYMBOL_OPTIONS_MAX = 16, SYMBOL_BOXES_MAX = 24 };
#define SYMBOL_FREE_REACH_PX 512.0 /* of a symbol that overlaps freely; of others LABEL_REACH_PX */

/* One way to place a symbol: a side of the icon for the text, or the only one. */
struct symbol_option {
    struct xy text_at;           /* from the anchor to the block's top left, before it is turned */
    int justify;
    struct xy icon_at;           /* from the anchor to the icon's middle */
    struct label_part icon, text; /* of the symbol's boxes */
};
struct symbol {
    uint32_t layer, feature;
    struct xy at;                /* the anchor, turned with the view */
    double sort_key;
    uint64_t tie;
    bool by_source;              /* drawn in the order of the source, not from north to south */
    /* text */
    uint32_t n_sections;         /* 0: no text */
    const struct text_section *sections;
    struct text_style style;     /* its justify is the option's */
    struct text_paint paint;
    double text_angle;
    const struct xy *path;       /* a text along a line; NULL: a block */
    size_t n_path;
    struct text_along along;     /* its path and n are those above */
    /* icon */
    struct str icon;             /* empty: none */
    struct icon_look look;
    double opacity;
    struct label_rule icon_rule, text_rule;
    bool icon_follows;
    uint32_t n_options;
    struct symbol_option *options;
    uint32_t n_boxes;
    struct label_box *boxes;
};
struct bucket {                  /* the symbols of a layer in a tile */
    struct arena arena;          /* used by kept ones */
    size_t n, cap;
    struct symbol *at;
};

struct symbol_builder {
    struct drawing *d;
    const struct style_layer *l;
    struct expr_input in;        /* of the feature at hand */
    struct bucket *out;
    struct arena *arena;
    const struct tile_place *place;
    struct placing turn;         /* extent to px from the tile's corner */
    struct rect inside;          /* the tile, in the extent */
    bool full;                   /* memory ended: the bucket is not whole */
    struct repeats *repeats;     /* of texts along lines: symbol_line.c */
};

/* All symbols of the chosen features into the bucket. */
void symbols_build(struct symbol_builder *b, const struct features *features, const uint32_t *chosen, size_t n);

/* What the builders share. */
struct symbol_words {            /* a feature's text and icon */
    const struct text_section *sections;
    uint32_t n;
    struct str icon;             /* empty: none, or there is no such icon */
};
bool symbol_words(struct symbol_builder *b, struct symbol_words *out); /* false: nothing to show */
/* A symbol at a point of the tile, turned by line_angle_rad where it is aligned to a line. */
void symbol_put(struct symbol_builder *b, struct xy at, const struct symbol_words *w, double line_angle_rad, uint32_t feature);
void symbols_along_lines(struct symbol_builder *b, const struct features *features, const uint32_t *chosen, size_t n, bool centre_only);

/* Where an anchor ("top-left", "center") is in what it holds: 0 is its left or top, 1 its right or bottom. */
struct xy symbol_anchor_share(struct str anchor);
struct symbol *symbol_add(struct symbol_builder *b); /* NULL: no room */
void symbol_set_text(struct symbol_builder *b, struct symbol *s, const struct symbol_words *w);
void symbol_finish(struct symbol_builder *b, struct symbol *s, uint32_t feature); /* takes it back if it reaches too far */
void symbol_add_box(struct symbol_builder *b, struct symbol *s, struct label_box box);
/* What an icon or text covers is turned by its own rotation only, not with the line or the map it lies on, as in MapLibre. */
double symbol_box_angle(struct symbol_builder *b, enum prop rotate);
struct label_box symbol_turned_box(struct xy at, struct rect r, double angle_rad, const double pad[4]); /* r: from `at`; pad: top right bottom left */

/* ---- icons: symbol_icon.c ---- */
void symbol_set_icon(struct symbol_builder *b, struct symbol *s, struct str name, const struct icon *icon);
/* Where the icon's middle is from the anchor, round the text's block if it is fitted; its size to s->look. */
struct xy symbol_icon_place(struct symbol_builder *b, struct symbol *s, const struct icon *icon, const struct rect *block);
bool symbol_fits_icon(struct symbol_builder *b);

#endif
