/*
 * What every page begins with, and the addresses in which filters travel.
 */
#ifndef SERVER_PAGE_FRAME_H
#define SERVER_PAGE_FRAME_H

#include "data/record/filter.h"
#include "server/page.h"

/* A page about to be written into the response; headers are those of pages. */
struct page page_start(struct app *app, struct request *rq, struct response *rs);

/* Only the part of a page that was asked for by part=NAME, for the script of the map: no head, no foot. */
bool page_is_part(const struct page *p);

/* The name of a parameter, all its values joined by commas in the request's arena (a form sends one for each box). */
struct str page_param(const struct page *p, const char *name);
int64_t page_param_int(const struct page *p, const char *name, int64_t least, int64_t most, int64_t otherwise);

/* n numbers with commas between; W,S,E,N in degrees. */
bool page_numbers(struct str text, double *out, size_t n);
bool page_box(struct str text, struct box *out, struct err *err);

/* The common query parameters, city included. */
bool page_filter(struct page *p, struct worker *w, struct filter *out, struct err *err);
/* "category=cctv&status=trial" as the visitor gave them, without the one named; for links and tiles. */
void page_filter_query(const struct page *p, const char *without, struct buf *out);
/* The same as hidden fields of a form. */
void page_filter_fields(struct page *p);
/* lang= as a hidden field, where the visitor chose it. */
void page_lang_field(struct page *p);

/* Who is owed credit for what is drawn. A base map's metadata holds links as markup: they are read, and written anew. */
void page_credit(struct page *p);
void page_credit_words(const struct page *p, struct buf *out); /* the same without links, not escaped: for paper */

void page_credit_plain(struct str attribution, struct buf *out); /* of one that is given */

/* "← 2 / 7 →": links to the pages of a list under an address (with or without '?'). */
enum { LIST_ROWS = 50 };
void page_pager(struct page *p, const char *address, size_t offset, size_t total);
size_t page_offset(const struct page *p);

#endif
