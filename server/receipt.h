/*
 * Receipts: the code by which whoever sent something without an account learns what became of it, and adds to it. It stands in
 * pages and in bodies, never in an address, and is known to us by its hash alone.
 */
#ifndef SERVER_RECEIPT_H
#define SERVER_RECEIPT_H

#include "data/contribution.h"
#include "server/form.h"
#include "server/page.h"

/* On the page that answers a contribution: the code, that it is to be noted, and buttons that lead on with it. The page says .form
 * in its head. */
void receipt_put(struct page *p, struct str receipt, bool with_photos);
/* A button that POSTs the code to an address of ours. */
void receipt_button(struct page *p, const char *address, struct str receipt, const char *text_key, bool main);
bool receipt_takes_photos(enum contribution_kind kind);

/* The contribution of the form's field "receipt". A wrong code counts as a guess: ERR_TOO_OFTEN past GUESSES_AN_HOUR. *found false:
 * the same for codes that are none and codes that are not ours. */
bool receipt_find(struct app *app, struct worker *w, struct request *rq, struct response *rs, const struct form *f, struct contribution *out,
    bool *found, struct err *err) MUST_USE;

#endif
