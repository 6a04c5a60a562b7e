#include "server/terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "data/base/secret.h"
#include "server/command.h"

/* ---- passwords ---- */

/* Byte by byte and past stdio, whose buffers nobody wipes. One byte more than a password may have tells one that is too long. */
static bool read_line(struct buf *out, struct err *err)
{
    char *line = buf_room(out, PASSWORD_MAX_BYTES + 1);
    while (out->len <= PASSWORD_MAX_BYTES) {
        char c;
        ssize_t n = read(STDIN_FILENO, &c, 1);
        if (n < 0 && errno == EINTR && !command_stop)
            continue;
        if (n < 0)
            return command_stop ? err_set(err, ERR_INVALID, "stopped; nothing was changed") : err_errno(err, "reading the password");
        if (n == 0 || c == '\n')
            break;
        line[out->len++] = c;
    }
    if (out->len && line[out->len - 1] == '\r')
        out->len--;
    line[out->len] = '\0';
    return true;
}

static bool ask(const char *question, struct buf *out, struct err *err)
{
    struct termios usual, quiet;
    if (tcgetattr(STDIN_FILENO, &usual) != 0)
        return err_errno(err, "the terminal");
    quiet = usual;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) != 0) /* what was typed before the question is no answer to it */
        return err_errno(err, "the terminal");
    fputs(question, stderr);
    fflush(stderr);
    bool ok = read_line(out, err);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &usual);
    fputc('\n', stderr);
    return ok;
}

static bool ask_twice(struct buf *out, struct err *err)
{
    AUTO(buf) again = {0};
    command_catch_stop(); /* so that Ctrl-C leaves the terminal as it was */
    bool ok = ask("Password: ", out, err) && ask("The same again: ", &again, err) &&
              (str_eq(buf_str(out), buf_str(&again)) || err_set(err, ERR_INVALID, "the two passwords are not the same; nothing was changed"));
    terminal_forget(&again);
    return ok;
}

bool terminal_read_password(struct buf *out, struct err *err)
{
    if (!(isatty(STDIN_FILENO) ? ask_twice(out, err) : read_line(out, err)))
        return false;
    if (out->len < PASSWORD_MIN_BYTES || out->len > PASSWORD_MAX_BYTES)
        return err_set(err, ERR_INVALID, "a password has %d to %d bytes; nothing was changed", PASSWORD_MIN_BYTES, PASSWORD_MAX_BYTES);
    return str_is_utf8(buf_str(out)) || err_set(err, ERR_INVALID, "the password is not UTF-8; nothing was changed");
}

void terminal_forget(struct buf *secret)
{
    if (secret->at)
        explicit_bzero(secret->at, secret->cap);
    buf_clear(secret);
}

/* ---- texts ---- */

static bool is_obeyed(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || c == 0xfffd;
}

static int columns_of(uint32_t c)
{
    int n = is_obeyed(c) ? 1 : wcwidth((wchar_t)c);
    return n < 0 ? 1 : n;
}

static int columns_all(struct str s)
{
    int n = 0;
    for (size_t i = 0; i < s.len;)
        n += columns_of(str_rune(s, &i));
    return n;
}

void terminal_put(FILE *to, struct str s, int columns)
{
    bool padded = columns >= 0;
    columns = abs(columns);
    bool cut = columns_all(s) > columns;
    int used = 0;
    for (size_t i = 0; i < s.len;) {
        size_t from = i;
        uint32_t c = str_rune(s, &i);
        int n = columns_of(c);
        if (used + n > columns - cut)
            break;
        used += n;
        if (is_obeyed(c) || wcwidth((wchar_t)c) < 0)
            fputc(' ', to);
        else
            fwrite(s.at + from, 1, i - from, to);
    }
    if (cut && used < columns) {
        fputs("…", to);
        used++;
    }
    fprintf(to, "%*s", padded ? columns - used : 0, "");
}
