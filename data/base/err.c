#include "data/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Cuts a text that filled its room so that no UTF-8 character is left half. */
static void cut_at_character(char *text, size_t room)
{
    size_t len = strlen(text);
    if (len + 1 < room)
        return;
    while (len && ((unsigned char)text[len - 1] & 0xC0) == 0x80)
        len--;
    if (len)
        len--;
    text[len] = '\0';
}

static void write_text(struct err *err, const char *format, va_list args)
{
    vsnprintf(err->text, sizeof err->text, format, args);
    cut_at_character(err->text, sizeof err->text);
}

bool err_set(struct err *err, enum err_code code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    err->code = code;
    write_text(err, format, args);
    va_end(args);
    return false;
}

bool err_under(struct err *err, const char *format, ...)
{
    char below[ERR_TEXT_BYTES];
    memcpy(below, err->text, sizeof below);
    va_list args;
    va_start(args, format);
    write_text(err, format, args);
    va_end(args);
    size_t len = strlen(err->text);
    snprintf(err->text + len, sizeof err->text - len, ": %s", below);
    cut_at_character(err->text, sizeof err->text);
    return false;
}

bool err_errno(struct err *err, const char *format, ...)
{
    int number = errno;
    va_list args;
    va_start(args, format);
    write_text(err, format, args);
    va_end(args);
    err->code = number == ENOENT ? ERR_MISSING : number == EACCES || number == EPERM ? ERR_DENIED : ERR_IO;
    size_t len = strlen(err->text);
    char why[128];
    snprintf(err->text + len, sizeof err->text - len, ": %s", strerror_r(number, why, sizeof why));
    cut_at_character(err->text, sizeof err->text);
    return false;
}

bool err_arena(struct err *err)
{
    return err_set(err, ERR_TOO_BIG, "this needs more memory than one request may use; ask for less at once");
}

int err_http_status(enum err_code code)
{
    switch (code) {
    case ERR_NONE:
        return 200;
    case ERR_INVALID:
        return 400;
    case ERR_STRANGER:
        return 401;
    case ERR_DENIED:
        return 403;
    case ERR_MISSING:
        return 404;
    case ERR_GONE:
        return 410;
    case ERR_CONFLICT:
        return 409;
    case ERR_STALE:
        return 412;
    case ERR_TOO_BIG:
        return 413;
    case ERR_UNCONDITIONAL:
        return 428;
    case ERR_TOO_OFTEN:
        return 429;
    case ERR_BUSY:
        return 503;
    case ERR_IO:
    case ERR_INTERNAL:
        break;
    }
    return 500;
}
