/*
 * What a page says of itself to those who link to it: a title, a sentence and a preview card (Open Graph, Twitter), and where
 * the same page is in the other language.
 */
#ifndef SERVER_PAGE_SHARE_H
#define SERVER_PAGE_SHARE_H

#include "server/page.h"

/* Into the head. Pages without a canonical address, or that are not to be indexed, say only their title. */
void page_share(struct page *p, const struct page_head *head);

#endif
