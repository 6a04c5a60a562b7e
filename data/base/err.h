/*
 * An error is a code for programs and a sentence for people. What can fail returns bool (or a pointer that may be NULL)
 * and takes a struct err *, never NULL, which the failing function fills. A caller adds what it knows with err_under.
 */
#ifndef DATA_BASE_ERR_H
#define DATA_BASE_ERR_H

#include "data/base/base.h"

enum err_code {
    ERR_NONE,
    ERR_INVALID,  /* 400: what was given is wrong */
    ERR_STRANGER, /* 401: who asks must say who they are first */
    ERR_DENIED,   /* 403 */
    ERR_MISSING,  /* 404: no such thing */
    ERR_GONE,     /* 410: it was here and was withdrawn */
    ERR_CONFLICT, /* 409: it changed meanwhile, or exists already */
    ERR_STALE,    /* 412: it is not the version that was read */
    ERR_TOO_BIG,  /* 413: past a limit */
    ERR_UNCONDITIONAL, /* 428: say which version you read */
    ERR_TOO_OFTEN, /* 429: a caller's allowance is used up */
    ERR_BUSY,     /* 503: try again later */
    ERR_IO,       /* 500: disk, system call */
    ERR_INTERNAL, /* 500: the rest; the sentence goes to the log only */
};

enum { ERR_TEXT_BYTES = 768 };

struct err {
    enum err_code code;
    char text[ERR_TEXT_BYTES]; /* UTF-8, without a full stop; cut at a character if too long */
};

/* Fills the error and returns false, so that failing is one line: return err_set(err, ERR_INVALID, "…"). */
bool err_set(struct err *err, enum err_code code, const char *format, ...) PRINTF_LIKE(3, 4);

/* Puts "prefix: " before the sentence and returns false. */
bool err_under(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* The same with errno's meaning behind the sentence: "open map.sqlite: No such file or directory". */
bool err_errno(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* Past an arena's limit: "this needs more memory than one request may use". Returns false. */
bool err_arena(struct err *err);

int err_http_status(enum err_code code);

#endif
