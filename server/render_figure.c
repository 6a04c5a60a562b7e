#include "server/render_figure.h"

#include <string.h>

#include "data/base/limits.h"
#include "renderer/figure.h"
#include "server/data_day.h"
#include "server/page_frame.h"
#include "server/picture_words.h"
#include "server/server.h"

enum { LAYOUTS_MAX = 4 };

struct rendering {
    const struct render_figure *asked;
    struct request rq;      /* its arena alone is used */
    struct page page;
    const struct snapshot *now;
    struct figure figure;
    struct in_picture seen;
    struct picture_look look;
};

static struct str keep(struct rendering *k, const struct buf *b)
{
    return str_copy(&k->rq.arena, buf_str(b));
}

static bool set_credit(struct rendering *k, struct err *err)
{
    const struct render_figure *r = k->asked;
    struct config config = {.n_basemaps = MIN(r->n_basemaps, COUNT(config.basemaps))};
    struct basemap_facts *facts;
    AUTO(buf) credit = {0};
    for (size_t i = 0; i < config.n_basemaps; i++)
        config.basemaps[i] = r->basemaps[i];
    if (!basemap_facts_read(&facts, &config, err))
        return false;
    page_credit_plain(facts->attribution, &credit);
    k->figure.credit = keep(k, &credit);
    basemap_facts_free(facts);
    return true;
}

static bool set_words(struct rendering *k, struct err *err)
{
    const struct render_figure *r = k->asked;
    AUTO(buf) title = {0}, says = {0}, as_of = {0};
    struct str date = r->date ? str_of(r->date) : S("");
    struct page p = k->page;
    p.out = &title;
    if (r->title)
        buf_add(&title, str_of(r->title));
    else
        picture_title(&p, S(""), r->scene->filter, date);
    p.out = &says;
    if (picture_numbers(&p, &k->seen.seen)) {
        buf_add(&says, S(". "));
        page_say(&p, "picture.incomplete");
    }
    p.out = &as_of;
    if (r->world && !data_day(world_store(r->world), r->world, k->now, &k->figure.day, err))
        return false;
    picture_as_of(&p, k->figure.day, date);
    k->figure.title = keep(k, &title);
    k->figure.says = keep(k, &says);
    k->figure.as_of = keep(k, &as_of);
    return true;
}

/* As for /static: what is seen decides on the room, and the room on what is seen. */
static bool look(struct rendering *k, struct err *err)
{
    const struct render_figure *r = k->asked;
    struct view *v = &k->figure.view;
    if (r->has_box) {
        struct view fitted = view_of_box(r->box, v->width_px, v->height_px, 1);
        v->centre = fitted.centre;
        v->zoom = fitted.zoom;
    }
    in_picture_read(&k->seen, k->now, v, r->scene->filter, r->scene->today);
    k->look.zoom = v->zoom;
    return set_words(k, err) &&
        (!r->legend || picture_legend(&k->page, k->now, r->scene->filter, &k->seen, &k->look, &k->figure.legend, err));
}

static bool compose(struct rendering *k, struct painter *p, struct err *err)
{
    for (int i = 0; i < LAYOUTS_MAX; i++) {
        struct rect before = k->figure.map;
        if (!look(k, err) || !figure_lay_out(p, &k->figure, err))
            return false;
        if (memcmp(&before, &k->figure.map, sizeof before) == 0)
            return true;
    }
    return look(k, err);
}

bool render_figure(struct painter *p, const struct render_figure *r, enum picture_format format, struct buf *out, struct err *err)
{
    struct snapshot *empty = r->scene->points ? NULL : snapshot_new();
    struct rendering *k = base_alloc(1, sizeof *k);
    bool dark = figure_style_is_dark(r->style);
    arena_init(&k->rq.arena, REQUEST_ARENA_BYTES);
    k->asked = r;
    k->page = (struct page){.rq = &k->rq, .french = r->scene->french};
    k->now = r->scene->points ? r->scene->points : empty;
    k->figure = (struct figure){.width_px = r->view.width_px, .height_px = r->view.height_px, .scale = r->view.scale, .dark = dark,
        .scale_bar = r->scale_bar, .view = r->view, .north = S("N")};
    k->look = (struct picture_look){.dark = dark, .cones = true, .style = r->style, .today = r->scene->today};
    bool ok = set_credit(k, err) && compose(k, p, err) && figure_draw(p, &k->figure, format, r->style, r->scene, out, err);
    snapshot_drop(empty);
    arena_done(&k->rq.arena);
    free(k);
    return ok;
}
