/*
 * The parent's side of an import: starts this program again as `import-worker` in a scratch folder of its own, with an
 * empty environment and one pipe, and reads rows until the child says that it came to the end. Anything else (it died, it
 * was too slow, it wrote nonsense) means that the file could not be read.
 */
#include "data/gdal_row.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data/base/clock.h"

enum { LINE_MAX_BYTES = 256 << 20, READ_BYTES = 256 << 10, ROWS_FD = 3, ROW_ARENA_BYTES = 1 << 30, STOP_LOOK_MS = 200 };

const char *gdal_worker_program = "/proc/self/exe";

struct child {
    pid_t pid;
    int rows;        /* the pipe's reading end */
    char scratch[256];
};

static void remove_scratch(const char *scratch)
{
    DIR *d = opendir(scratch);
    struct dirent *e;
    if (!d)
        return;
    while ((e = readdir(d)))
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
    rmdir(scratch);
}

static void child_done(struct child *c)
{
    if (c->pid > 0) {
        kill(c->pid, SIGKILL);
        waitpid(c->pid, NULL, 0);
    }
    if (c->rows > 0)
        close(c->rows);
    if (c->scratch[0])
        remove_scratch(c->scratch);
    *c = (struct child){0};
}

/* Between fork and exec only what is safe in a program with threads. */
static _Noreturn void become_worker(int pipe_end, char *const *argv)
{
    static char *const nothing[] = {(char *)"LC_ALL=C.UTF-8", (char *)"PATH=/usr/bin", NULL};
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* it does not outlive its parent */
    signal(SIGINT, SIG_IGN);          /* Ctrl-C is the parent's to answer */
    int null = open("/dev/null", O_RDWR);
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
        _exit(125);
    if (pipe_end == ROWS_FD)
        fcntl(ROWS_FD, F_SETFD, 0);
    else if (dup2(pipe_end, ROWS_FD) < 0)
        _exit(125);
    syscall(SYS_close_range, ROWS_FD + 1, ~0u, 0);
    execve(gdal_worker_program, argv, nothing);
    _exit(126);
}

static bool make_scratch(struct child *c, struct err *err)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(c->scratch, sizeof c->scratch, "%s/contrechamp-import-XXXXXX", tmp && *tmp && strlen(tmp) < 200 ? tmp : "/tmp");
    if (!mkdtemp(c->scratch)) {
        c->scratch[0] = '\0';
        return err_errno(err, "a temporary folder");
    }
    return true;
}

static bool child_start(struct child *c, const struct gdal_job *job, const char *real, struct err *err)
{
    char memory[32], rows[32], seconds[32];
    const char *argv[24] = {"contrechamp", "import-worker", "--scratch", NULL};
    int n = 4, ends[2];
    if (!make_scratch(c, err))
        return false;
    argv[3] = c->scratch;
    const char *const pairs[][2] = {{"--path", real}, {"--layer", job->layer}, {"--srs", job->srs}, {"--x", job->x_column}, {"--y", job->y_column}};
    for (size_t i = 0; i < COUNT(pairs); i++)
        if (pairs[i][1]) {
            argv[n++] = pairs[i][0];
            argv[n++] = pairs[i][1];
        }
    snprintf(memory, sizeof memory, "%llu", (unsigned long long)job->limits.memory_bytes);
    snprintf(rows, sizeof rows, "%llu", (unsigned long long)job->limits.rows);
    snprintf(seconds, sizeof seconds, "%d", job->limits.seconds);
    const char *const limits[] = {"--memory", memory, "--rows", rows, "--seconds", seconds};
    for (size_t i = 0; i < COUNT(limits); i++)
        argv[n++] = limits[i];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_errno(err, "a pipe");
    fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
    c->rows = ends[0];
    c->pid = fork();
    if (c->pid == 0)
        become_worker(ends[1], (char *const *)(uintptr_t)argv);
    close(ends[1]);
    return c->pid > 0 || err_errno(err, "the import process");
}

struct reading {
    const struct gdal_job *job;
    gdal_row_fn *fn;
    void *ctx;
    struct arena arena;
    struct buf format;
    int32_t day;
    bool day_guessed;
    bool ended;
};

static bool take_line(struct reading *r, struct str line, struct err *err)
{
    struct gdal_line l;
    if (!gdal_line_read(line, &r->arena, &l, err))
        return false;
    bool ok = true;
    switch (l.kind) {
    case GDAL_LINE_FORMAT:
        buf_clear(&r->format);
        buf_add(&r->format, l.text);
        r->day = (int32_t)l.count;
        r->day_guessed = l.guessed;
        break;
    case GDAL_LINE_ERROR:
        ok = err_set(err, l.code, "%.*s", STR_ARG(str_slice(l.text, 0, 600)));
        break;
    case GDAL_LINE_END:
        r->ended = true;
        break;
    case GDAL_LINE_ROW:
        l.row.format = buf_str(&r->format);
        l.row.file_day = r->day;
        l.row.file_day_guessed = r->day_guessed;
        ok = r->fn(r->ctx, &l.row, err);
        break;
    }
    gdal_line_done(&l);
    arena_reset(&r->arena);
    return ok;
}

/* Waits for more rows; false at the end, or with an error. */
static bool read_more(const struct child *c, struct buf *pending, int64_t deadline_ms, const bool *stop, struct err *err)
{
    for (;;) {
        struct pollfd p = {.fd = c->rows, .events = POLLIN};
        int wait = deadline_ms ? (int)MAX(0, deadline_ms - clock_mono_ms()) : -1;
        if (stop && __atomic_load_n(stop, __ATOMIC_RELAXED))
            return err_set(err, ERR_BUSY, "stopped; nothing was changed");
        if (stop && (wait < 0 || wait > STOP_LOOK_MS))
            wait = STOP_LOOK_MS;
        int ready = poll(&p, 1, wait);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready == 0 && stop && (!deadline_ms || clock_mono_ms() < deadline_ms))
            continue;
        if (ready == 0)
            return err_set(err, ERR_TOO_BIG, "reading it takes too long; import a smaller part of it");
        ssize_t n = read(c->rows, buf_room(pending, READ_BYTES), READ_BYTES);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        pending->len += (size_t)n;
        return pending->len < LINE_MAX_BYTES || err_set(err, ERR_TOO_BIG, "one row of it is too big");
    }
}

static bool explain_death(struct child *c, struct err *err)
{
    int status = 0;
    waitpid(c->pid, &status, 0);
    c->pid = 0;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        return err_set(err, ERR_TOO_BIG, "reading it takes too much time; import a smaller part of it");
    if (WIFEXITED(status) && WEXITSTATUS(status) >= 125)
        return err_set(err, ERR_INTERNAL, "the import process could not be started");
    return err_set(err, ERR_INVALID, "it could not be read: the import process ended early (a damaged file, or one that needs more memory: --memory-mb)");
}

static void child_cleanup(struct child **c)
{
    child_done(*c);
}

static bool follow(struct child *c, struct reading *r, struct err *err)
{
    AUTO(buf) pending = {0};
    int seconds = r->job->limits.seconds;
    int64_t deadline = seconds ? clock_mono_ms() + seconds * 1000LL : 0;
    err->code = ERR_NONE;
    while (!r->ended) {
        if (!read_more(c, &pending, deadline, r->job->stop, err))
            return err->code == ERR_NONE ? explain_death(c, err) : false;
        size_t at = 0;
        for (char *end; !r->ended && (end = memchr(pending.at + at, '\n', pending.len - at)); at = (size_t)(end - pending.at) + 1)
            if (!take_line(r, str_from(pending.at + at, (size_t)(end - pending.at) - at), err))
                return false;
        memmove(pending.at, pending.at + at, pending.len - at);
        pending.len -= at;
    }
    return true;
}

static bool find_file(const char *path, char real[PATH_MAX], struct err *err)
{
    struct stat st;
    struct str name = str_of(path);
    if (str_has(name, S("://")) || str_starts(name, S("/vsi")))
        return err_set(err, ERR_INVALID, "only local files are read; download it first (curl -O) and import that");
    if (!realpath(path, real) || stat(real, &st) != 0)
        return err_set(err, ERR_MISSING, "there is no such file");
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_INVALID, "it is not a file");
    if (access(real, R_OK) != 0)
        return err_set(err, ERR_DENIED, "it may not be read");
    return st.st_size > 0 || err_set(err, ERR_INVALID, "it is empty");
}

bool gdal_read(const struct gdal_job *job, gdal_row_fn *fn, void *ctx, struct err *err)
{
    char real[PATH_MAX];
    struct child c = {0};
    __attribute__((cleanup(child_cleanup))) struct child *kept = &c;
    if (!find_file(job->path, real, err) || !child_start(kept, job, real, err))
        return false;
    struct reading r = {.job = job, .fn = fn, .ctx = ctx};
    arena_init(&r.arena, ROW_ARENA_BYTES);
    bool ok = follow(&c, &r, err);
    arena_done(&r.arena);
    buf_done(&r.format);
    return ok;
}

static bool no_rows(void *ctx, const struct gdal_row *row, struct err *err)
{
    (void)ctx;
    (void)row;
    return err_set(err, ERR_INTERNAL, "a row out of nothing");
}

bool gdal_sandbox_works(struct err *err)
{
    struct child c = {0};
    __attribute__((cleanup(child_cleanup))) struct child *kept = &c;
    const struct gdal_job none = {.limits = {.seconds = 20}};
    struct reading r = {.job = &none, .fn = no_rows};
    if (!child_start(kept, &none, NULL, err))
        return false;
    arena_init(&r.arena, 1 << 20);
    bool ok = follow(&c, &r, err);
    arena_done(&r.arena);
    buf_done(&r.format);
    return ok;
}
