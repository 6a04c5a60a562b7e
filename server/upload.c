/*
 * The list of uploads and the files behind them.
 *
 *   upload_add → READING, pushed to a slow worker → READY or FAILED ⇄ upload_again
 *   READY → upload_claim → APPLYING → upload_unclaim → APPLIED (the file goes) or READY
 *
 * One mutex guards all of it; files are read, written and removed outside of it. A slot whose file is being read or applied
 * is never given to another.
 */
#include "server/upload.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/base/clock.h"
#include "data/base/log.h"
#include "server/server.h"
#include "server/upload_read.h"

enum { KEPT_MS = UPLOAD_KEPT_MINUTES * 60 * 1000, APPLY_MOST_MS = 10 * 60 * 1000 /* the disk failed meanwhile: it may be tried again */, NAME_BYTES = 33, TERRITORY_BYTES = 1024 };

const char *const UPLOAD_STATE_CODES[UPLOAD_STATE_COUNT] = {"reading", "ready", "failed", "applying", "applied"};

struct upload {
    bool used, started;          /* started: a worker reads it, or will */
    char id[NAME_BYTES];
    char file[NAME_BYTES + 12];  /* its name in the folder */
    enum upload_state state;
    int64_t since_ms, claimed_ms;
    uint64_t account_id, token_id;
    enum role role;
    bool workshop;
    char territory[TERRITORY_BYTES];
    struct upload_view *view;    /* as it was read; one hold */
    struct upload_view *next;    /* as it is to be read, while READING; one hold */
    struct upload_done done;
    void *plan;                  /* of the last claim */
    void (*plan_free)(void *plan);
};
struct uploads {
    struct app *app;
    char folder[512];
    int folder_fd;
    bool stop;                   /* read by the import without the lock */
    pthread_mutex_t lock;        /* guards all below */
    int reading;
    struct upload at[UPLOADS_KEPT_MAX];
};
struct reading_job {
    struct job job;
    struct uploads *uploads;
    struct upload *upload;
};

/* ---- the folder ---- */

static void sweep_folder(int fd)
{
    DIR *d = fdopendir(dup(fd));
    struct dirent *e;
    while (d && (e = readdir(d)))
        if (e->d_name[0] != '.')
            unlinkat(fd, e->d_name, 0);
    if (d)
        closedir(d);
}

/* Beside the database, on its disk; whatever a server that died left in it goes. Of two servers on one database the second
 * has the folder too, but sweeps nothing. */
static bool open_folder(struct uploads *u, const char *db)
{
    if ((size_t)snprintf(u->folder, sizeof u->folder, "%s-uploads", db) >= sizeof u->folder)
        return errno = ENAMETOOLONG, false;
    if (mkdir(u->folder, 0700) != 0 && errno != EEXIST)
        return false;
    u->folder_fd = open(u->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (u->folder_fd < 0)
        return false;
    if (flock(u->folder_fd, LOCK_EX | LOCK_NB) == 0)
        sweep_folder(u->folder_fd);
    return true;
}

struct uploads *uploads_new(struct app *app)
{
    struct uploads *u = base_alloc(1, sizeof *u);
    u->app = app;
    u->folder_fd = -1;
    pthread_mutex_init(&u->lock, NULL);
    if (open_folder(u, app->config.db))
        return u;
    log_line(LOG_WARN, "no uploads: the folder %s cannot be used: %s", u->folder, strerror(errno));
    uploads_free(u);
    return NULL;
}

/* The end of the name that tells a table from other text; nothing else of a stranger's name is used. */
static const char *ending_of(struct str name)
{
    static const char *const ENDINGS[] = {".csv", ".tsv", ".tab", ".txt", ".ods", ".xlsx", ".geojson", ".json", ".kml", ".kmz", ".gpx", ".gpkg", ".zip",
        ".fgb", ".pbf", ".osm", ".gz"};
    for (size_t i = 0; i < COUNT(ENDINGS); i++) {
        size_t n = strlen(ENDINGS[i]);
        if (name.len > n && str_eq_nocase(str_slice(name, name.len - n, name.len), str_of(ENDINGS[i])))
            return ENDINGS[i];
    }
    return "";
}

static bool write_file(struct uploads *u, const char *name, struct str bytes, struct err *err)
{
    int fd = openat(u->folder_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool ok = fd >= 0;
    for (size_t at = 0; ok && at < bytes.len;) {
        ssize_t n = write(fd, bytes.at + at, bytes.len - at);
        ok = n > 0 || (n < 0 && errno == EINTR);
        at += n > 0 ? (size_t)n : 0;
    }
    if (!ok)
        err_errno(err, "the uploaded file could not be put down");
    if (fd >= 0)
        close(fd);
    if (!ok && fd >= 0)
        unlinkat(u->folder_fd, name, 0);
    return ok;
}

/* ---- slots, with the lock held ---- */

static bool is_claimed(const struct upload *up)
{
    return up->state == UPLOAD_APPLYING && clock_mono_ms() - up->claimed_ms < APPLY_MOST_MS;
}

static bool is_busy(const struct upload *up)
{
    return is_claimed(up) || (up->state == UPLOAD_READING && up->started);
}

static void forget(struct uploads *u, struct upload *up)
{
    unlinkat(u->folder_fd, up->file, 0);
    upload_view_drop(up->view);
    upload_view_drop(up->next);
    if (up->plan)
        up->plan_free(up->plan);
    *up = (struct upload){0};
}

static void forget_old(struct uploads *u, int64_t now_ms)
{
    for (size_t i = 0; i < UPLOADS_KEPT_MAX; i++)
        if (u->at[i].used && !is_busy(&u->at[i]) && now_ms - u->at[i].since_ms > KEPT_MS)
            forget(u, &u->at[i]);
}

static bool is_of(const struct upload *up, const struct who *who)
{
    return (up->account_id && up->account_id == who->account_id) || (up->token_id && up->token_id == who->token_id);
}

/* A free slot; of somebody who has many the oldest goes. NULL: none. */
static struct upload *take_slot(struct uploads *u, const struct who *who)
{
    struct upload *empty = NULL, *oldest = NULL;
    size_t own = 0;
    for (size_t i = 0; i < UPLOADS_KEPT_MAX; i++) {
        struct upload *up = &u->at[i];
        if (!up->used)
            empty = empty ? empty : up;
        else if (is_of(up, who)) {
            own++;
            if (!is_busy(up) && (!oldest || up->since_ms < oldest->since_ms))
                oldest = up;
        }
    }
    if (own < UPLOADS_EACH_MAX && empty)
        return empty;
    if (oldest)
        forget(u, oldest);
    return oldest;
}

static struct upload *find(struct uploads *u, const struct caller *who, struct str id)
{
    for (size_t i = 0; i < UPLOADS_KEPT_MAX; i++) {
        struct upload *up = &u->at[i];
        if (up->used && str_eq(str_of(up->id), id))
            return up->workshop || is_of(up, &who->who) ? up : NULL;
    }
    return NULL;
}

/* ---- reading ---- */

static void start_waiting(struct uploads *u);

static void finish_reading(struct reading_job *r, bool read)
{
    struct uploads *u = r->uploads;
    struct upload *up = r->upload;
    pthread_mutex_lock(&u->lock);
    struct upload_view *before = up->view;
    up->view = up->next;
    up->next = NULL;
    if (!read) {
        up->view->failed = true;
        err_set(&up->view->err, ERR_BUSY, "the server was stopped before it could be read; send it again");
    }
    up->state = up->view->failed ? UPLOAD_FAILED : UPLOAD_READY;
    up->started = false;
    u->reading--;
    start_waiting(u);
    pthread_mutex_unlock(&u->lock);
    upload_view_drop(before);
    free(r);
}

static void run_reading(struct job *job, struct worker *worker)
{
    struct reading_job *r = (struct reading_job *)job;
    struct upload *up = r->upload;
    char path[sizeof ((struct upload_claim){0}).path];
    snprintf(path, sizeof path, "%s/%s", r->uploads->folder, up->file);
    struct who who = {.role = up->role, .account_id = up->account_id, .token_id = up->token_id, .territory = str_of(up->territory)};
    upload_read(worker->store, path, &who, &r->uploads->stop, up->next);
    finish_reading(r, true);
}

static void refuse_reading(struct job *job)
{
    finish_reading((struct reading_job *)job, false);
}

/* Those that wait, as many as may be read at once. The lock is held. */
static void start_waiting(struct uploads *u)
{
    for (size_t i = 0; i < UPLOADS_KEPT_MAX && u->reading < UPLOAD_READING_MAX && !u->stop; i++) {
        struct upload *up = &u->at[i];
        if (!up->used || up->state != UPLOAD_READING || up->started)
            continue;
        struct reading_job *r = base_alloc(1, sizeof *r);
        *r = (struct reading_job){.job = {.run = run_reading, .refuse = refuse_reading}, .uploads = u, .upload = up};
        up->started = true;
        u->reading++;
        if (work_push(u->app->server->work, WORK_SLOW, &r->job))
            continue;
        up->started = false; /* the queue is full: asked again when somebody looks */
        u->reading--;
        free(r);
        return;
    }
}

/* ---- what handlers ask ---- */

static bool no_uploads(struct err *err)
{
    return err_set(err, ERR_BUSY, "this server takes no files: the folder for them beside the database cannot be used; whoever runs it finds why in the log");
}

/* Tried in a child of its own; what cannot be shut in does not read strangers' files. */
static struct err sandbox_err;
static bool sandbox_works;

static void try_sandbox(void)
{
    sandbox_works = gdal_sandbox_works(&sandbox_err);
    if (!sandbox_works)
        log_line(LOG_WARN, "no uploads: %s", sandbox_err.text);
}

bool upload_works(struct app *app, struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (!app->server->uploads)
        return no_uploads(err);
    pthread_once(&once, try_sandbox);
    if (!sandbox_works)
        *err = sandbox_err;
    return sandbox_works;
}

static bool no_such(struct err *err)
{
    return err_set(err, ERR_MISSING, "there is no such file here; files are kept for an hour, then send it again");
}

bool upload_add(struct app *app, const struct caller *who, struct str bytes, struct str file_name, const struct upload_wish *wish, char id[33],
    struct err *err)
{
    struct uploads *u = app->server->uploads;
    struct upload new = {.used = true, .state = UPLOAD_READING, .since_ms = clock_mono_ms(), .account_id = who->who.account_id,
        .token_id = who->who.token_id, .role = who->who.role, .workshop = who->by == CALLER_BY_WORKSHOP};
    uint8_t chance[16];
    AUTO(buf) hex = {0};
    if (!upload_works(app, err))
        return false;
    hash_random(chance, sizeof chance);
    buf_hex(&hex, chance, sizeof chance);
    snprintf(new.id, sizeof new.id, "%s", hex.at);
    hash_random(chance, sizeof chance);
    buf_clear(&hex);
    buf_hex(&hex, chance, sizeof chance);
    snprintf(new.file, sizeof new.file, "%s%s", hex.at, ending_of(file_name));
    snprintf(new.territory, sizeof new.territory, "%.*s", STR_ARG(who->who.territory));
    if (!write_file(u, new.file, bytes, err))
        return false;
    new.next = upload_view_new(wish);
    pthread_mutex_lock(&u->lock);
    forget_old(u, new.since_ms);
    struct upload *slot = take_slot(u, &who->who);
    if (slot) {
        *slot = new;
        memcpy(id, new.id, sizeof new.id);
        start_waiting(u);
    }
    pthread_mutex_unlock(&u->lock);
    if (slot)
        return true;
    unlinkat(u->folder_fd, new.file, 0);
    upload_view_drop(new.next);
    return err_set(err, ERR_BUSY, "too many files are being looked at here; try again in some minutes");
}

bool upload_find(struct app *app, const struct caller *who, struct str id, struct upload_look *out, struct err *err)
{
    struct uploads *u = app->server->uploads;
    if (!u)
        return no_uploads(err);
    pthread_mutex_lock(&u->lock);
    struct upload *up = find(u, who, id);
    if (up) {
        *out = (struct upload_look){.state = up->state, .view = upload_view_hold(up->view), .done = up->done, .workshop = up->workshop};
        memcpy(out->id, up->id, sizeof out->id);
        start_waiting(u);
    }
    pthread_mutex_unlock(&u->lock);
    return up || no_such(err);
}

void upload_look_done(struct upload_look *l)
{
    upload_view_drop(l->view);
    l->view = NULL;
}

static bool wrong_state(enum upload_state s, struct err *err)
{
    return err_set(err, ERR_CONFLICT, "%s", s == UPLOAD_APPLIED ? "this file was taken in already; send it again to propose more of it"
        : s == UPLOAD_APPLYING ? "this file is being taken in just now"
        : s == UPLOAD_READING  ? "this file is being read; wait until that is done"
                               : "this file could not be read; correct what is wrong first");
}

bool upload_again(struct app *app, const struct caller *who, struct str id, const struct upload_wish *wish, struct err *err)
{
    struct uploads *u = app->server->uploads;
    if (!u)
        return no_uploads(err);
    struct upload_view *next = upload_view_new(wish);
    pthread_mutex_lock(&u->lock);
    struct upload *up = find(u, who, id);
    enum upload_state state = up ? up->state : UPLOAD_STATE_COUNT;
    bool may = state == UPLOAD_READY || state == UPLOAD_FAILED;
    if (may) {
        up->state = UPLOAD_READING;
        up->next = next;
        start_waiting(u);
    }
    pthread_mutex_unlock(&u->lock);
    if (may)
        return true;
    upload_view_drop(next);
    return state == UPLOAD_STATE_COUNT ? no_such(err) : wrong_state(state, err);
}

bool upload_claim(struct app *app, const struct caller *who, struct str id, void *plan, void (*plan_free)(void *plan), struct upload_claim *out,
    struct err *err)
{
    void *before = NULL;
    struct uploads *u = app->server->uploads;
    if (!u)
        return no_uploads(err);
    pthread_mutex_lock(&u->lock);
    struct upload *up = find(u, who, id);
    if (up && up->workshop && !is_of(up, &who->who))
        up = NULL;
    enum upload_state state = up ? up->state : UPLOAD_STATE_COUNT;
    bool may = state == UPLOAD_READY || (state == UPLOAD_APPLYING && !is_claimed(up));
    if (may) {
        up->state = UPLOAD_APPLYING;
        up->claimed_ms = clock_mono_ms();
        before = up->plan;
        up->plan = plan;
        up->plan_free = plan_free;
        *out = (struct upload_claim){.view = upload_view_hold(up->view), .stop = &u->stop};
        memcpy(out->id, up->id, sizeof out->id);
        snprintf(out->path, sizeof out->path, "%s/%s", u->folder, up->file);
    }
    pthread_mutex_unlock(&u->lock);
    if (before)
        plan_free(before);
    return may || (state == UPLOAD_STATE_COUNT ? no_such(err) : wrong_state(state, err));
}

void upload_unclaim(struct app *app, struct upload_claim *c, const struct upload_done *done)
{
    struct uploads *u = app->server->uploads;
    pthread_mutex_lock(&u->lock);
    for (size_t i = 0; i < UPLOADS_KEPT_MAX; i++) {
        struct upload *up = &u->at[i];
        if (!up->used || strcmp(up->id, c->id) != 0 || up->state != UPLOAD_APPLYING)
            continue;
        up->state = done ? UPLOAD_APPLIED : UPLOAD_READY;
        if (done) {
            up->done = *done;
            unlinkat(u->folder_fd, up->file, 0);
        }
    }
    pthread_mutex_unlock(&u->lock);
    upload_view_drop(c->view);
    c->view = NULL;
}

/* ---- the server's side ---- */

void uploads_sweep(struct uploads *u)
{
    if (!u)
        return;
    pthread_mutex_lock(&u->lock);
    forget_old(u, clock_mono_ms());
    start_waiting(u);
    pthread_mutex_unlock(&u->lock);
}

void uploads_stop(struct uploads *u)
{
    if (u)
        __atomic_store_n(&u->stop, true, __ATOMIC_RELAXED);
}

void uploads_free(struct uploads *u)
{
    if (!u)
        return;
    for (size_t i = 0; i < UPLOADS_KEPT_MAX; i++)
        if (u->at[i].used)
            forget(u, &u->at[i]);
    if (u->folder_fd >= 0)
        close(u->folder_fd);
    pthread_mutex_destroy(&u->lock);
    free(u);
}
