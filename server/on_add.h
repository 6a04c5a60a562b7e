/*
 * What the handlers of proposing share: adding, correcting, field sheets.
 */
#ifndef SERVER_ON_ADD_H
#define SERVER_ON_ADD_H

#include "server/alike_list.h"
#include "server/page_draft.h"

struct add {
    struct draft_page k;
    struct str says;          /* why it was not taken, of the form as a whole; empty: nothing */
    bool checked;             /* the draft was read, and what is to be sent is shown */
    size_t n_alike;           /* records that may be the same, shown */
    const struct alike_row *alike;
};

/* The page, the caller, and of a POST the form. */
bool add_start(struct add *x, struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err) MUST_USE;
/* The form's tag, and the button that Enter presses: to check, never to send. */
void add_begin_form(struct draft_page *k, const char *address, const char *id);
void add_closed_note(struct draft_page *k, const char *closed);
struct str add_this_month(struct arena *a); /* "2026-11" */
/* Through the gate. *again: it did not pass, for a reason that the form says and can put right (*says; 400). */
bool add_gate(struct app *app, struct worker *worker, struct draft_page *k, struct response *rs, struct str *says, bool *again, struct err *err) MUST_USE;

/* /add?sheet=CODE */
bool on_add_sheet(struct add *x, struct worker *worker, struct response *rs, struct err *err);

#endif
