/*
 * A sprite sheet of a style, for map programs that draw themselves: every icon and pattern that the style can ask for, as
 * we draw it, in one picture with an index. What it can ask for is found by asking: its expressions are evaluated for each
 * look that a feature of our sources can have, and every name of an icon written in them is taken too.
 */
#ifndef RENDERER_SPRITE_SHEET_H
#define RENDERER_SPRITE_SHEET_H

#include "renderer/map.h"

enum { SPRITES_MAX = 4096, SHEET_MAX_PX = 8192 };

/* The same bytes each time. `icons_of` names the sprites and icons that are at hand (the style as it is drawn here),
 * `style` the layers. ratio: device px for a px. */
bool sprite_sheet(struct painter *p, struct style *icons_of, const struct style *style, int ratio, struct buf *json, struct buf *png,
    struct err *err) MUST_USE;

#endif
