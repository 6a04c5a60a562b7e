/*
 * Pages that are mostly words.
 */
#ifndef SERVER_PAGE_WORDS_H
#define SERVER_PAGE_WORDS_H

#include "server/page.h"

/* Head and heading of the page /NAME, titled "nav.NAME". */
struct page page_words_begin(struct app *app, struct request *rq, struct response *rs, const char *name);
/* The paragraphs "NAME.1", "NAME.2" … of the tables of texts; one that begins with "# " is a heading, with "- " an item of a list. */
void page_words(struct page *p, const char *name);
bool page_words_end(struct page *p); /* true */

#endif
