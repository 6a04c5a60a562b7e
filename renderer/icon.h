/*
 * Icons by name: SVG files placed in the program or in a folder beside the style, drawn once for each size and colour
 * into a sprite; PNG sprite sheets of a style. The only file that includes librsvg.
 */
#ifndef RENDERER_ICON_H
#define RENDERER_ICON_H

#include <cairo.h>

#include "data/base/err.h"
#include "data/base/str.h"
#include "renderer/color.h"

struct icon_set;
struct text_engine;
/* Words in icons (the count in a cluster) are drawn by the engine, which outlives the set. */
struct icon_set *icon_set_new(const char *assets, struct text_engine *text);
void icon_set_free(struct icon_set *s);
/* A sprite sheet: its index and its picture; names get "PREFIX:" before them unless the prefix is empty or "default". */
bool icon_set_sheet(struct icon_set *s, struct str prefix, const char *json_path, const char *png_path, struct err *err);
void icon_set_trim(struct icon_set *s); /* forgets sprites when there are many; not while one is in use */

struct icon {
    double width_px, height_px; /* natural size */
    bool sdf;                   /* coloured by the layer */
};
/* NULL if there is none of this name. */
const struct icon *icon_find(struct icon_set *s, struct str name);

struct icon_look {
    double scale;               /* device px for a px of its natural size */
    double rotate_deg;          /* clockwise */
    double stretch_x, stretch_y; /* 0: as it is; else natural px it is drawn wide and high (icon-text-fit) */
    bool tinted;                /* the colours below stand for its own */
    struct rgba color, halo;
    double halo_px;
};
/* A premultiplied ARGB32 sprite, kept by the set. */
struct sprite {
    int width, height;          /* device px */
    int x, y;                   /* device px of the icon's centre inside the sprite */
    const uint32_t *pixels;
};
const struct sprite *icon_sprite(struct icon_set *s, struct str name, const struct icon_look *look);
/* The same with its centre at 0,0 of user space, as vectors where it has them: look->scale is then relative to a px. */
bool icon_draw(struct icon_set *s, cairo_t *cr, struct str name, const struct icon_look *look);

/* Premultiplied OVER of a sprite on pixels, clipped: own loop, whole pixels. */
void sprite_blit(uint32_t *pixels, int stride, int width, int height, const struct sprite *sprite, int x, int y, unsigned alpha);

#endif
