/*
 * The words round a picture of the map, out of what it shows and how it was filtered, and never out of what a stranger
 * wrote in an address: nobody hosts a headline of their own here.
 */
#ifndef SERVER_PICTURE_WORDS_H
#define SERVER_PICTURE_WORDS_H

#include "renderer/legend.h"
#include "renderer/style.h"
#include "server/in_picture.h"
#include "server/page.h"

enum { LEGEND_ROWS_MAX = 96, LEGEND_CITY_ROWS = 6 };

/* All of these write plain text into p->out, or into the arena of p->rq. */
void picture_title(struct page *p, struct str place, const struct filter *f, struct str date);
/* The filters that the title does not name, then what the picture shows, counted. The zoom is the style's. */
void picture_says(struct page *p, struct store *store, const struct filter *f, const struct in_picture *seen, double zoom);
void picture_as_of(struct page *p, int32_t data_day, struct str date);
/* "2 projets, au moins 475 caméras relevées, 1 stoppé": nothing where there is nothing. */
bool picture_numbers(struct page *p, const struct in_view *seen);

struct picture_look {
    bool dark, grey, cones;
    const struct style *style;
    double zoom;
    int32_t today;
};
/* What is in the picture, and nothing else; with headings. Rows and strings are in the arena. */
bool picture_legend(struct page *p, const struct snapshot *s, const struct filter *f, const struct in_picture *seen, const struct picture_look *look,
    struct legend *out, struct err *err);

#endif
