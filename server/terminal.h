/*
 * The person at a terminal: a password typed without being seen, and texts of strangers shown with nothing in them that a
 * terminal would obey.
 */
#ifndef SERVER_TERMINAL_H
#define SERVER_TERMINAL_H

#include <stdio.h>

#include "data/base/buf.h"

/* A new password: from a terminal twice, without echo; from what else standard input is, its first line. Whoever called
 * wipes it with terminal_forget. */
bool terminal_read_password(struct buf *out, struct err *err) MUST_USE;
void terminal_forget(struct buf *secret);

/* On one line, in so many columns: padded (not when the number is negative), or cut with "…". Control characters and marks that turn the direction of writing
 * are shown as spaces; what is no character takes no column. */
void terminal_put(FILE *to, struct str s, int columns);

#endif
