/*
 * HTML written with escaping by default, and the texts of both languages in one table.
 */
#ifndef SERVER_PAGE_H
#define SERVER_PAGE_H

#include "server/app.h"
#include "server/http.h"

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
    struct str robots;
};
void page_begin(struct page *p, const struct page_head *head);
void page_end(struct page *p);
void page_text(struct page *p, struct str s);     /* escaped */
void page_raw(struct page *p, const char *html);  /* our own markup */
/* Markup with escaped values: %s is a const char *, %S a struct str, %d an int64_t, all escaped. */
void page_fmt(struct page *p, const char *format, ...);

/* A text by key in the page's language, from server/texts.c. */
const char *say(const struct page *p, const char *key);

/* handlers of pages, listed in routes.c */
handler_fn page_home, page_list, page_city, page_record, page_version, page_history, page_org, page_category, page_method,
    page_data, page_accessibility, page_legal, page_contact, page_press, page_embed;
/* The page of an error answer. */
bool page_error(struct app *app, struct request *rq, int status, const char *sentence, struct response *rs);

#endif
