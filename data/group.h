/*
 * What a local group says over the page of its place (a commune, a département): words, a colour, how to reach it. And how
 * much waits there for its moderators.
 */
#ifndef DATA_GROUP_H
#define DATA_GROUP_H

#include "data/store.h"

struct group_page { /* each empty: nothing was said */
    struct str body;    /* plain text, '\n' between lines; at most GROUP_TEXT_MAX_RUNES */
    struct str colour;  /* "#rrggbb", lower case */
    struct str contact; /* an address of mail or of a page; at most GROUP_CONTACT_MAX_RUNES */
};

enum group_fault { GROUP_TEXT_LONG = 1 << 0, GROUP_COLOUR_ODD = 1 << 1, GROUP_CONTACT_LONG = 1 << 2, GROUP_CONTACT_ODD = 1 << 3 };
/* What is wrong with it, bit by bit; 0: nothing. */
unsigned group_faults(const struct group_page *g);
/* https://…, or http:// of an onion service: may be a link. */
bool group_is_web_address(struct str s);
/* somebody@example.org: one at sign, no space, a dot behind it. */
bool group_is_mail(struct str s);

/* By the place's code; all empty where nobody wrote anything. */
bool group_read(struct store *s, struct str code, struct arena *a, struct group_page *out, struct err *err) MUST_USE;
/* ERR_INVALID where group_faults() finds any. Nothing in it at all takes the page away. */
bool group_write(struct store *s, struct str code, const struct group_page *g, struct err *err) MUST_USE;

/* Contributions that nobody has decided yet, in a commune or (code "dep:13") in all communes of a département. */
struct group_waiting {
    size_t all, urgent, overdue; /* urgent: reports with a clock, or older than URGENT_AFTER_DAYS; overdue: past their clock */
};
bool group_waiting(struct store *s, struct str code, struct group_waiting *out, struct err *err) MUST_USE;

/* Whether the place itself asks two people to agree; territory_two_person() says what is in force there, of the département too. */
bool group_two_person(struct store *s, struct str code);

#endif
