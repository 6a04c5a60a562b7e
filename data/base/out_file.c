/*
 * The folder of a file in the making is of mode 0700 and of a name nobody can guess, so that in a shared folder (/tmp) nobody
 * puts a link where we are about to write; and what a library leaves beside its file (a journal) goes with it.
 */
#include "data/base/out_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINKS_MAX = 40 };

/* "a/b" → "a/", "b" → "" */
static struct str folder_of(const struct buf *path)
{
    const char *slash = strrchr(path->at, '/');
    return slash ? str_from(path->at, (size_t)(slash - path->at) + 1) : S("");
}

static bool follow_links(struct buf *path, const char *typed, struct err *err)
{
    for (int i = 0; i < LINKS_MAX; i++) {
        char to[PATH_MAX];
        ssize_t n = readlink(path->at, to, sizeof to);
        if (n < 0)
            return true; /* no link, or nothing there yet */
        AUTO(buf) next = {0};
        if (n && to[0] != '/')
            buf_add(&next, folder_of(path));
        buf_put(&next, to, (size_t)n);
        buf_clear(path);
        buf_add(path, buf_str(&next));
    }
    errno = ELOOP;
    return err_errno(err, "cannot write %s", typed);
}

bool out_file_begin(struct out_file *o, const char *path, struct err *err)
{
    struct stat there;
    *o = (struct out_file){.typed = path};
    buf_add(&o->target, str_of(path));
    if (strcmp(path, "-") == 0 || str_starts(str_of(path), S("/dev/")) || str_starts(str_of(path), S("/proc/"))) {
        o->is_special = true;
        return true;
    }
    if (!*path)
        return err_set(err, ERR_INVALID, "the name of the file to write is empty");
    if (!follow_links(&o->target, path, err))
        return false;
    if (stat(o->target.at, &there) != 0)
        return errno == ENOENT || err_errno(err, "cannot write %s", path);
    if (S_ISDIR(there.st_mode))
        return err_set(err, ERR_INVALID, "%s is a folder; name a file", path);
    o->is_special = !S_ISREG(there.st_mode);
    o->mode = there.st_mode & 0777;
    return true;
}

const char *out_file_path(struct out_file *o, const char *ending, struct err *err)
{
    const char *tmp = getenv("TMPDIR");
    must(!o->made.len);
    if (o->is_special)
        buf_fmt(&o->folder, "%s/", tmp && *tmp ? tmp : "/tmp");
    else
        buf_add(&o->folder, folder_of(&o->target));
    buf_add(&o->folder, S(".contrechamp-XXXXXX"));
    if (!mkdtemp(o->folder.at)) {
        err_errno(err, "cannot write %s", o->typed);
        buf_clear(&o->folder);
        return NULL;
    }
    buf_fmt(&o->made, "%s/out.%s", o->folder.at, ending);
    return o->made.at;
}

/* The place itself, for what is written into. */
static int open_special(const struct out_file *o, struct err *err)
{
    /* Where another program reads through a socket, /dev/stdout cannot be opened by its name. */
    bool standard = strcmp(o->typed, "-") == 0 || strcmp(o->typed, "/dev/stdout") == 0;
    int fd = standard ? dup(STDOUT_FILENO) : open(o->target.at, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        err_errno(err, "cannot write %s", o->typed);
    return fd;
}

int out_file_open(struct out_file *o, struct err *err)
{
    o->is_open = o->is_special;
    if (o->is_special)
        return open_special(o, err);
    const char *path = out_file_path(o, "part", err);
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666) : -1;
    if (path && fd < 0)
        err_errno(err, "cannot write %s", o->typed);
    return fd;
}

static bool copy_into(int to, int from)
{
    char bytes[64 * 1024];
    for (;;) {
        ssize_t n = read(from, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0;
        for (ssize_t at = 0; at < n;) {
            ssize_t done = write(to, bytes + at, (size_t)(n - at));
            if (done <= 0 && errno != EINTR)
                return false;
            at += MAX(done, 0);
        }
    }
}

static bool pour(struct out_file *o, int made, struct err *err)
{
    int to = open_special(o, err);
    if (to < 0)
        return false;
    bool ok = copy_into(to, made) || err_errno(err, "cannot write %s", o->typed);
    return close(to) == 0 ? ok : ok && err_errno(err, "cannot write %s", o->typed);
}

static void sync_folder(const char *path)
{
    int fd = open(*path ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd); /* some file systems cannot */
    close(fd);
}

static bool put_in_place(struct out_file *o, int made, struct err *err)
{
    AUTO(buf) folder = {0};
    if (o->mode)
        fchmod(made, o->mode);
    if (fsync(made) != 0 || rename(o->made.at, o->target.at) != 0)
        return err_errno(err, "cannot write %s", o->typed);
    buf_add(&folder, folder_of(&o->target));
    sync_folder(folder.len ? folder.at : ".");
    return true;
}

bool out_file_end(struct out_file *o, struct err *err)
{
    if (o->is_open)
        return true;
    must(o->made.len);
    int fd = open(o->made.at, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, "cannot write %s", o->typed);
    bool ok = o->is_special ? pour(o, fd, err) : put_in_place(o, fd, err);
    close(fd);
    return ok;
}

bool out_file_failed(const struct out_file *o, struct err *err)
{
    AUTO(buf) text = {0};
    struct str rest = str_of(err->text);
    for (size_t at; o->made.len && (at = str_find(rest, buf_str(&o->made))) != SIZE_MAX; rest = str_slice(rest, at + o->made.len, rest.len)) {
        buf_add(&text, str_slice(rest, 0, at));
        buf_add(&text, str_of(o->typed));
    }
    buf_add(&text, rest);
    return err_set(err, err->code, "%s", text.at ? text.at : "");
}

void out_file_done(struct out_file *o)
{
    static const char *const BESIDE[] = {"", "-journal", "-wal", "-shm"};
    for (size_t i = 0; i < COUNT(BESIDE) && o->made.len; i++) {
        AUTO(buf) name = {0};
        buf_fmt(&name, "%s%s", o->made.at, BESIDE[i]);
        unlink(name.at);
    }
    if (o->folder.len)
        rmdir(o->folder.at);
    buf_done(&o->target);
    buf_done(&o->folder);
    buf_done(&o->made);
    *o = (struct out_file){0};
}
