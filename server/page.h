/*
 * HTML written with escaping by default, and the texts of both languages in one table.
 */
#ifndef SERVER_PAGE_H
#define SERVER_PAGE_H

#include "data/record/deployment.h"
#include "server/app.h"
#include "server/http.h"

struct caller; /* session.h */

struct page {
    struct app *app;
    struct request *rq;
    struct buf *out;
    bool french;
};

/* Head, first screen's title bar, … then the caller's main part, then the foot with credits. */
struct page_head {
    struct str title, description, canonical; /* canonical: path and query under the base URL */
    bool map;                    /* loads Leaflet and map.js */
    bool form;                   /* loads form.css and form.js */
    const char *script;          /* one more of server/web/, which draws on a map: loads Leaflet too; NULL: none */
    bool photo;                  /* loads photo.css and blur.js */
    const struct caller *caller; /* a private page of theirs: wide, with queue.css, and the bar says who is logged in; NULL: none */
    bool compare;                /* loads queue.css for a table of differences */
    struct str robots;
    int refresh_s;               /* the page asks for itself again after so long; 0: never */
};
void page_begin(struct page *p, const struct page_head *head);
void page_end(struct page *p);
void page_text(struct page *p, struct str s);     /* escaped; French spaces before ; : ! ? » and after « made unbreakable */
void page_raw(struct page *p, const char *html);  /* our own markup */
/*
 * Markup with values, every one of them escaped:
 *   %s const char *    %S struct str      %t const char *, a key of texts.c    %T const struct term *, its label
 *   %d int64_t, plain  %N int64_t, 1 324  %D struct partial_date, in words     %U struct str, as one value of a query
 *   %L const char *, an address of ours, which keeps the lang= of this one
 */
void page_fmt(struct page *p, const char *format, ...);

/* A text by key in the page's language, from server/texts.c. */
const char *say(const struct page *p, const char *key);
/* The text itself as a format; with a count, the key with ".1" or ".n" behind it, by the language's rule of plural. */
void page_say(struct page *p, const char *key, ...);
void page_say_n(struct page *p, const char *key, int64_t n); /* n is its one value, as %N */
const char *page_term(const struct page *p, const struct term *t);

/* handlers of pages, listed in routes.c */
handler_fn page_home, page_list, page_city, page_record, page_version, page_history, page_changes, page_org, page_category, page_method,
    page_data, page_accessibility, page_legal, page_contact, page_guide, page_press, page_embed;
/* The page of an error answer. */
bool page_error(struct app *app, struct request *rq, int status, const char *sentence, struct response *rs);

#endif
