/*
 * The symbols of deployments, drawn by ourselves from a name, so that shape, state and number need no picture file. A
 * style asks for them as icons (icon-image). Words are parted by ':'; "grey:" at the start turns colours to the grey of
 * their lightness, ":dark" at the end takes the dark style's colours, ":stale" draws what is old news at half strength, and icon-color and icon-halo-color replace the colours.
 *
 *   mark:FAMILY:STATUS:SIZE[:CATEGORY]   a symbol SIZE px wide: the family's shape, filled as the status says, with the
 *                                        category's icon inside from 18 px up
 *   tick:FAMILY:SIZE                     the direction of a symbol that is SIZE px wide, northwards: turn by icon-rotate
 *   cluster:N,N,N,N,N,N                  a ring with a share for each family, the count inside
 *   badge:FAMILY:COUNT                   a tab with the family's shape and the count, for what is known to the city only
 *
 * Names that hold a count are without end, and so cannot be in a sprite sheet. Of these there are few, and a map program
 * puts clusters and badges together out of them and a text:
 *
 *   ring:FAMILY:N:SIZE                   of a ring SIZE px wide the first N of 24 parts, from the top clockwise; N 0: the
 *                                        paper it lies on
 *   tab:FAMILY:N                         a badge with room for N characters, and none written
 */
#ifndef RENDERER_MARK_H
#define RENDERER_MARK_H

#include "renderer/icon.h"

/* Natural size of a mark; false if the name is none. */
bool mark_measure(struct str name, struct icon *out);
/* Its centre at 0,0, a px of natural size a unit. */
void mark_draw(cairo_t *cr, struct str name, const struct icon_look *look, struct icon_set *icons, struct text_engine *text);

/* The colours of look.md, for legends. */
struct rgba mark_family_color(int family, bool dark);

#endif
