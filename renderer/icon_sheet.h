/*
 * Sprite sheets: one picture with many icons, and an index that says where each lies, how it may be
 * stretched and where in it text goes (the style specification's page on sprites). A sheet's pixels
 * are shared by its icons.
 */
#ifndef RENDERER_ICON_SHEET_H
#define RENDERER_ICON_SHEET_H

#include "data/base/json.h"
#include "renderer/icon.h"
#include "renderer/image.h"
#include "renderer/sdf.h"

struct sheet; /* counted: each of its icons holds it */

struct sheet_icon {
    struct icon icon;
    double ratio; /* px of the picture for a px of natural size */
    struct image image;
    struct sdf field;    /* only if icon.sdf */
    struct sheet *sheet; /* to drop */
};
void sheet_icon_done(struct sheet_icon *i);

/* Calls fn for each icon of a sheet; what it is given is its own to keep. Icons that do not lie in
 * the picture, or whose numbers make no sense, are left out; the surface is taken. */
typedef void sheet_icon_fn(void *ctx, struct str name, const struct sheet_icon *icon);
void sheet_cut(cairo_surface_t *picture, const struct json *index, sheet_icon_fn *fn, void *ctx);
bool sheet_read(const char *json_path, const char *picture_path, sheet_icon_fn *fn, void *ctx,
    struct err *err) MUST_USE;

/* With its middle at centre, device px; look->scale is device px for a px of its natural size. */
void sheet_icon_draw(const struct sheet_icon *i, uint32_t *pixels, int stride, int width,
    int height, struct xy centre, const struct icon_look *look, double opacity);

#endif
