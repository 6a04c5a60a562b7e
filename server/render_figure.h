/*
 * `render --title`, `--legend`, `--scalebar`: the figure of renderer/figure.h drawn without a server. What is said of the
 * picture is what /static says, but for a title of one's own, which is nobody else's affair here.
 */
#ifndef SERVER_RENDER_FIGURE_H
#define SERVER_RENDER_FIGURE_H

#include "data/record/filter.h"
#include "data/world.h"
#include "renderer/encode.h"
#include "renderer/map.h"

struct render_figure {
    const char *title;          /* NULL: computed */
    bool legend, scale_bar;
    const char *date;           /* as it was typed; NULL: today */
    struct view view;           /* its size is that of the whole figure, its scale in device px for a px */
    bool has_box;               /* shown whole in what is left for the map; else centre and zoom of the view are */
    struct box box;
    struct style *style;
    const struct scene *scene;  /* points may be NULL */
    struct world *world;        /* NULL: no deployments */
    const char *const *basemaps;
    size_t n_basemaps;
};
bool render_figure(struct painter *p, const struct render_figure *r, enum picture_format format, struct buf *out, struct err *err) MUST_USE;

#endif
