/*
 * Tables of texts in both languages, one a subject; say() looks through all of them. French is typed with plain spaces;
 * page.c sets the right ones. %N is a number. Words are plain: caméra, essai, dispositif; never the words of the trade.
 */
#ifndef SERVER_TEXTS_H
#define SERVER_TEXTS_H

#include <stddef.h>

struct words {
    const char *key, *fr, *en;
};
struct words_table {
    const struct words *at;
    size_t n;
};
extern const struct words_table TEXTS_MAP, TEXTS_ADD, TEXTS_REPORT, TEXTS_QUEUE, TEXTS_UPLOAD, TEXTS_LEGAL, TEXTS_GROUP, TEXTS_STATIC;

#endif
