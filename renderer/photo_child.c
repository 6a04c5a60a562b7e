/*
 * Both sides of photo_clean_in_child. The parent starts this program again as `photo-worker`, with an empty environment and one
 * socket as its standard input and output; the child shuts itself in before it reads a byte. The question is a head, the blurs
 * and the photo, the answer a head and a JPEG or a sentence; both ends are the same program, so numbers go as they lie in memory.
 */
#include "renderer/photo.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data/base/clock.h"
#include "data/base/limits.h"
#include "data/sandbox.h"

enum { MAGIC = 0x70686f74, READ_BYTES = 256 << 10, EXIT_NOT_STARTED = 125 };

struct question {
    uint32_t magic, n_blurs;
    uint64_t n_bytes;
};
struct answer {
    uint32_t magic, code; /* an enum err_code; ERR_NONE: a JPEG follows */
    int32_t width, height;
    uint64_t n_bytes;
};

const char *photo_worker_program = "/proc/self/exe";
int photo_worker_wall_ms = PHOTO_CHILD_WALL_MS;

/* ---- the child ---- */

static bool read_all(void *to, size_t n)
{
    for (size_t at = 0; at < n;) {
        ssize_t got = read(STDIN_FILENO, (char *)to + at, n - at);
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        at += got > 0 ? (size_t)got : 0;
    }
    return true;
}

static bool write_all(const void *from, size_t n)
{
    for (size_t at = 0; at < n;) {
        ssize_t put = write(STDOUT_FILENO, (const char *)from + at, n - at);
        if (put < 0 && errno != EINTR)
            return false;
        at += put > 0 ? (size_t)put : 0;
    }
    return true;
}

static bool shut_in(struct err *err)
{
    const struct sandbox box = {.memory_bytes = PHOTO_CHILD_MEMORY_BYTES, .file_bytes = 1, .cpu_seconds = PHOTO_CHILD_CPU_S};
    return sandbox_enter(&box, err);
}

static bool clean_what_comes(struct buf *jpeg, struct answer *a, struct err *err)
{
    struct question q;
    struct photo_blur blurs[PHOTO_BLURS_MAX];
    AUTO(buf) photo = {0};
    int w, h;
    if (!read_all(&q, sizeof q) || q.magic != MAGIC || q.n_blurs > PHOTO_BLURS_MAX || q.n_bytes > PHOTO_MAX_BYTES)
        return err_set(err, ERR_INTERNAL, "this is started by the server itself");
    char *at = buf_room(&photo, q.n_bytes);
    if (!read_all(blurs, q.n_blurs * sizeof *blurs) || !read_all(at, q.n_bytes))
        return err_set(err, ERR_INTERNAL, "the photo did not arrive");
    photo.len = q.n_bytes;
    if (!photo_clean(buf_str(&photo), blurs, q.n_blurs, jpeg, &w, &h, err))
        return false;
    a->width = w;
    a->height = h;
    return true;
}

int photo_worker_main(void)
{
    struct err err = {0};
    struct answer a = {.magic = MAGIC};
    AUTO(buf) jpeg = {0};
    bool ok = shut_in(&err) && clean_what_comes(&jpeg, &a, &err);
    struct str body = ok ? buf_str(&jpeg) : str_of(err.text);
    a.code = ok ? ERR_NONE : (uint32_t)err.code;
    a.n_bytes = body.len;
    ok = write_all(&a, sizeof a) && write_all(body.at, body.len);
    _exit(ok ? 0 : 1); /* no library's farewell: the answer is what counts */
}

/* ---- the parent ---- */

struct child {
    pid_t pid;
    int talk; /* the socket's other end; -1: none */
};

static void child_done(struct child *c)
{
    if (c->pid > 0) {
        kill(c->pid, SIGKILL);
        while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    if (c->talk >= 0)
        close(c->talk);
    *c = (struct child){.talk = -1};
}

/* Between fork and exec only what is safe in a program with threads. */
static _Noreturn void become_worker(int end)
{
    static char *const nothing[] = {NULL};
    static char *const argv[] = {(char *)"contrechamp", (char *)"photo-worker", NULL};
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* it does not outlive its parent */
    signal(SIGINT, SIG_IGN);          /* Ctrl-C is the parent's to answer */
    int null = open("/dev/null", O_WRONLY);
    /* Moved out of the way first: it may be one of the three it is to become. */
    int from = fcntl(end, F_DUPFD, STDERR_FILENO + 1);
    if (null < 0 || from < 0 || dup2(null, STDERR_FILENO) < 0 || dup2(from, STDIN_FILENO) < 0 || dup2(from, STDOUT_FILENO) < 0)
        _exit(EXIT_NOT_STARTED);
    syscall(SYS_close_range, STDERR_FILENO + 1, ~0u, 0);
    execve(photo_worker_program, argv, nothing);
    _exit(EXIT_NOT_STARTED);
}

static bool child_start(struct child *c, struct err *err)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return err_errno(err, "a socket to the photo process");
    c->talk = ends[0];
    c->pid = fork();
    if (c->pid == 0)
        become_worker(ends[1]);
    close(ends[1]);
    return c->pid > 0 || err_errno(err, "the photo process");
}

/* It ended without an answer: a decoder crashed or had too little memory, or there never was a child. */
static bool explain_death(struct child *c, struct err *err)
{
    int status = 0;
    pid_t pid = c->pid;
    kill(pid, SIGKILL); /* it may have closed the socket and live on; a dead one does not mind */
    c->pid = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NOT_STARTED)
        return err_set(err, ERR_INTERNAL, "the photo process could not be started");
    return err_set(err, ERR_INVALID, "the photo could not be read");
}

/* Whether the child can now be read from or (for POLLOUT) written to. */
static bool wait_for(const struct child *c, short events, int64_t deadline_ms, struct err *err)
{
    for (;;) {
        struct pollfd p = {.fd = c->talk, .events = events};
        int ready = poll(&p, 1, (int)MAX(0, deadline_ms - clock_mono_ms()));
        if (ready > 0)
            return true;
        if (ready < 0 && errno != EINTR)
            return err_errno(err, "waiting for the photo process");
        if (clock_mono_ms() >= deadline_ms)
            return err_set(err, ERR_TOO_BIG, "reading the photo takes too long");
    }
}

/* All of it, unless the child has something to say before, as when it has no sandbox, or is gone: reading tells. */
static bool send_all(const struct child *c, struct str s, int64_t deadline_ms, struct err *err)
{
    while (s.len) {
        if (!wait_for(c, POLLOUT, deadline_ms, err))
            return false;
        ssize_t n = send(c->talk, s.at, s.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
            return true;
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return err_errno(err, "speaking to the photo process");
        s = str_slice(s, n > 0 ? (size_t)n : 0, s.len);
    }
    return true;
}

/* n bytes more. */
static bool receive(struct child *c, struct buf *to, size_t n, int64_t deadline_ms, struct err *err)
{
    for (size_t lacks = n; lacks;) {
        if (!wait_for(c, POLLIN, deadline_ms, err))
            return false;
        size_t most = MIN(lacks, READ_BYTES);
        ssize_t got = recv(c->talk, buf_room(to, most), most, MSG_DONTWAIT);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got <= 0)
            return explain_death(c, err);
        to->len += (size_t)got;
        lacks -= (size_t)got;
    }
    return true;
}

static bool ask(const struct child *c, struct str in, const struct photo_blur *blurs, size_t n, int64_t deadline_ms, struct err *err)
{
    AUTO(buf) head = {0};
    struct question q = {.magic = MAGIC, .n_blurs = (uint32_t)n, .n_bytes = in.len};
    buf_put(&head, &q, sizeof q);
    if (n)
        buf_put(&head, blurs, n * sizeof *blurs);
    return send_all(c, buf_str(&head), deadline_ms, err) && send_all(c, in, deadline_ms, err);
}

/* What a child says of an error is shown to people: only plain text, and only codes that it may have. */
static bool pass_error(uint32_t code, struct str text, struct err *err)
{
    bool is_plain = str_is_utf8(text) && text.len > 0;
    for (size_t i = 0; i < text.len; i++)
        is_plain &= (uint8_t)text.at[i] >= ' ';
    if (!is_plain)
        return err_set(err, ERR_INVALID, "the photo could not be read");
    bool is_theirs = code == ERR_INVALID || code == ERR_TOO_BIG;
    return err_set(err, is_theirs ? (enum err_code)code : ERR_INTERNAL, "%.*s", STR_ARG(text));
}

static bool is_side(int32_t px)
{
    return px >= 1 && px <= PHOTO_CLEAN_SIDE_MAX_PX;
}

static bool take_answer(struct child *c, struct buf *jpeg, struct answer *a, int64_t deadline_ms, struct err *err)
{
    AUTO(buf) head = {0};
    if (!receive(c, &head, sizeof *a, deadline_ms, err))
        return false;
    memcpy(a, head.at, sizeof *a);
    size_t most = a->code == ERR_NONE ? PHOTO_CLEAN_MAX_BYTES : ERR_TEXT_BYTES;
    if (a->magic != MAGIC || a->n_bytes > most)
        return err_set(err, ERR_INVALID, "the photo could not be read");
    if (!receive(c, jpeg, a->n_bytes, deadline_ms, err))
        return false;
    if (a->code != ERR_NONE)
        return pass_error(a->code, buf_str(jpeg), err);
    if (!is_side(a->width) || !is_side(a->height) || !photo_is_clean(buf_str(jpeg)))
        return err_set(err, ERR_INVALID, "the photo could not be read");
    return true;
}

bool photo_clean_in_child(struct str in, const struct photo_blur *blurs, size_t n, struct buf *out_jpeg, int *w, int *h, struct err *err)
{
    if (in.len > PHOTO_MAX_BYTES)
        return err_set(err, ERR_TOO_BIG, "the photo has more than %d MB", PHOTO_MAX_BYTES / 1000000);
    if (n > PHOTO_BLURS_MAX)
        return err_set(err, ERR_TOO_BIG, "the photo is to be blurred in more than %d places", PHOTO_BLURS_MAX);
    AUTO(child) c = {.talk = -1};
    AUTO(buf) jpeg = {0};
    struct answer a;
    int64_t deadline_ms = clock_mono_ms() + photo_worker_wall_ms;
    if (!child_start(&c, err) || !ask(&c, in, blurs, n, deadline_ms, err) || !take_answer(&c, &jpeg, &a, deadline_ms, err))
        return false;
    buf_add(out_jpeg, buf_str(&jpeg));
    *w = a.width;
    *h = a.height;
    return true;
}
