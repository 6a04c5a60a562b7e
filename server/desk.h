/*
 * What the pages of people who logged in share: the bar that says who is logged in, and the way a form of theirs comes in.
 * Such pages are private: nobody keeps them, and public pages know nothing of who is logged in.
 */
#ifndef SERVER_DESK_H
#define SERVER_DESK_H

#include "data/store.h"
#include "server/form.h"
#include "server/gate.h"
#include "server/page_frame.h"
#include "server/session.h"

/* A private page in the making, begun with its bar and heading. `title` is a key of texts. */
struct page desk_begin(struct app *app, struct request *rq, struct response *rs, const struct caller *c, const char *title);
/* The same without a heading, for pages that write their own. */
struct page desk_begin_titled(struct app *app, struct request *rq, struct response *rs, const struct caller *c, struct str title);

/* Who is logged in, where they can go, and the button to log out; nothing for those who are not logged in by cookie. */
void desk_bar(struct page *p, const struct caller *c);

/* <form method="post" action="…"> with the hidden fields of the gate; the caller of it closes the form. `class` may be "". */
void desk_form_begin(struct page *p, const struct caller *c, const char *action, const char *class);
/* A form with one button and one hidden field. */
void desk_button(struct page *p, const struct caller *c, const char *action, const char *name, const char *value, const char *label);

/* Reads the form and passes the gate; at least that role, else ERR_STRANGER or ERR_DENIED. */
bool desk_form(struct app *app, struct worker *worker, struct request *rq, struct response *rs, enum gate_kind kind, enum role least,
    struct form *f, struct caller *out, struct err *err) MUST_USE;

/* "aujourd'hui", "il y a 3 jours". */
void desk_age(struct page *p, int64_t at_s);
/* "dans 5 heures", "en retard de 2 jours": against a clock. */
void desk_due(struct page *p, int64_t due_s);
bool desk_is_overdue(int64_t due_s);

/* A password as it was typed: spaces at its ends count. */
struct str desk_password(const struct form *f, const char *name);
/* A territory in words: "Marseille, Bouches-du-Rhône", "everywhere", "nowhere". */
void desk_territory(struct page *p, struct store *s, struct str territory);

/* A number of a field or of the query; 0 if it is none. */
uint64_t desk_number(struct str s);

#endif
