/*
 * Store and snapshot together. The snapshot's pointer is guarded by a mutex held for the length of taking a reference;
 * whoever draws holds a reference and no lock.
 */
#include "data/world.h"

#include <pthread.h>
#include <string.h>

#include "data/base/clock.h"

enum { FOLLOW_ARENA_BYTES = 1024 * 1024 * 1024, LOAD_BLOCK = 2048 };

struct world {
    char *path;
    struct store *store;          /* the writer's (or, read-only, the follower's) */
    pthread_mutex_t lock;         /* guards `now` */
    struct snapshot *now;
    int32_t day;                  /* of the snapshot's staleness */
    world_watch_fn *watch;
    void *watch_ctx;
};

/* ---- loading ---- */

/* Records are merged in blocks, so that loading copies no more than it must and holds little beside the map. */
struct loading {
    struct snapshot *now;
    struct arena a;
    struct snapshot_change changes[LOAD_BLOCK];
    size_t n;
    uint64_t seq;
};

static void merge_block(struct loading *l)
{
    if (!l->n)
        return;
    struct snapshot *next = snapshot_merge(l->now, l->changes, l->n, l->seq);
    snapshot_drop(l->now);
    l->now = next;
    l->n = 0;
    arena_reset(&l->a);
}

static struct str kept(struct arena *a, struct str s)
{
    return s.len ? str_copy(a, s) : S("");
}

static bool keep_shape(struct arena *a, struct shape *s)
{
    s->at = arena_copy(a, s->at, s->n * sizeof *s->at);
    s->end = arena_copy(a, s->end, s->n_parts * sizeof *s->end);
    return s->at && s->end;
}

/* A copy of what the snapshot looks at. */
static struct deployment *keep(struct arena *a, const struct deployment *d)
{
    struct deployment *k = arena_copy(a, d, sizeof *d);
    if (!k)
        return NULL;
    k->title_fr = kept(a, d->title_fr);
    k->title_en = kept(a, d->title_en);
    k->place_code = kept(a, d->place_code);
    k->place_name = kept(a, d->place_name);
    struct org_ref *orgs = arena_copy(a, d->orgs, d->n_orgs * sizeof *orgs);
    k->devices = arena_copy(a, d->devices, d->n_devices * sizeof *k->devices);
    k->zones = arena_copy(a, d->zones, d->n_zones * sizeof *k->zones);
    k->events = arena_copy(a, d->events, d->n_events * sizeof *k->events);
    if ((d->n_orgs && !orgs) || (d->n_devices && !k->devices) || (d->n_zones && !k->zones) || (d->n_events && !k->events))
        return NULL;
    for (size_t i = 0; i < d->n_orgs; i++)
        orgs[i].slug = kept(a, orgs[i].slug);
    k->orgs = orgs;
    for (size_t i = 0; i < d->n_devices; i++)
        k->devices[i].views = arena_copy(a, d->devices[i].views, d->devices[i].n_views * sizeof(struct device_view));
    for (size_t i = 0; i < d->n_zones; i++)
        if (!keep_shape(a, &k->zones[i].shape))
            return NULL;
    return k;
}

static bool load_one(void *ctx, const struct deployment *d, struct err *err)
{
    struct loading *l = ctx;
    struct deployment *k = keep(&l->a, d);
    if (!k)
        return err_arena(err);
    l->changes[l->n++] = (struct snapshot_change){d->id, k};
    if (l->n == LOAD_BLOCK)
        merge_block(l);
    return true;
}

static bool load(struct store *store, struct snapshot **out, struct err *err)
{
    struct loading *l = base_alloc(1, sizeof *l);
    l->now = snapshot_new();
    arena_init(&l->a, FOLLOW_ARENA_BYTES);
    /* What is written while we read is in the log past this and is followed next. */
    l->seq = store_seq(store);
    bool ok = store_each(store, load_one, l, err);
    merge_block(l);
    struct snapshot *made = l->now;
    if (ok && snapshot_seq(made) != l->seq) {
        made = snapshot_merge(l->now, NULL, 0, l->seq);
        snapshot_drop(l->now);
    }
    arena_done(&l->a);
    free(l);
    if (ok)
        *out = made;
    else
        snapshot_drop(made);
    return ok;
}

bool world_open(struct world **out, const char *path, bool writable, struct err *err)
{
    struct store *store;
    if (!store_open(&store, path, writable ? STORE_CREATE : STORE_READ, err))
        return false;
    struct snapshot *first;
    if (!load(store, &first, err)) {
        store_close(store);
        return false;
    }
    struct world *w = base_alloc(1, sizeof *w);
    w->path = strdup(path);
    must(w->path);
    w->store = store;
    w->now = first;
    w->day = clock_today();
    pthread_mutex_init(&w->lock, NULL);
    *out = w;
    return true;
}

void world_close(struct world *w)
{
    if (!w)
        return;
    snapshot_drop(w->now);
    store_close(w->store);
    pthread_mutex_destroy(&w->lock);
    free(w->path);
    free(w);
}

void world_watch(struct world *w, world_watch_fn *fn, void *ctx)
{
    w->watch = fn;
    w->watch_ctx = ctx;
}

struct store *world_store(struct world *w)
{
    return w->store;
}

const struct snapshot *world_hold(struct world *w)
{
    pthread_mutex_lock(&w->lock);
    struct snapshot *s = snapshot_hold(w->now);
    pthread_mutex_unlock(&w->lock);
    return s;
}

static void publish(struct world *w, struct snapshot *next)
{
    pthread_mutex_lock(&w->lock);
    struct snapshot *before = w->now;
    w->now = next;
    pthread_mutex_unlock(&w->lock);
    snapshot_drop(before);
}

/* ---- following ---- */

struct boxes {
    struct spot_box *at;
    size_t n, room;
};

static void add_boxes(struct boxes *b, const struct snapshot *s, uint64_t id, struct arena *a)
{
    struct spot_box *found = NULL;
    size_t n = snapshot_boxes_of(s, id, a, &found);
    for (size_t i = 0; i < n; i++) {
        if (b->n == b->room)
            b->at = base_grow(b->at, b->room = b->room ? b->room * 2 : 64, sizeof *b->at);
        b->at[b->n++] = found[i];
    }
}

static int by_id(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static size_t changed_ids(const struct changes *c, struct arena *a, uint64_t **out)
{
    uint64_t *ids = ARENA_ARRAY(a, uint64_t, c->n + 1);
    if (!ids)
        return 0;
    for (size_t i = 0; i < c->n; i++)
        ids[i] = c->at[i].id;
    qsort(ids, c->n, sizeof *ids, by_id);
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        if (!n || ids[n - 1] != ids[i])
            ids[n++] = ids[i];
    *out = ids;
    return n;
}

static bool follow_changes(struct world *w, const struct changes *changes, struct arena *a, struct err *err)
{
    uint64_t *ids = NULL;
    size_t n = changed_ids(changes, a, &ids);
    struct snapshot_change *list = ARENA_ARRAY(a, struct snapshot_change, n + 1);
    struct deployment *records = ARENA_ARRAY(a, struct deployment, n + 1);
    if (!ids || !list || !records)
        return err_arena(err);
    struct boxes boxes = {0};
    for (size_t i = 0; i < n; i++) {
        bool there;
        if (!store_find(w->store, ids[i], false, a, &records[i], &there, err)) {
            free(boxes.at);
            return false;
        }
        list[i] = (struct snapshot_change){ids[i], there ? &records[i] : NULL};
        add_boxes(&boxes, w->now, ids[i], a);
    }
    struct snapshot *next = snapshot_merge(w->now, list, n, changes->last_seq);
    for (size_t i = 0; i < n; i++)
        add_boxes(&boxes, next, ids[i], a);
    publish(w, next);
    if (w->watch)
        w->watch(w->watch_ctx, boxes.at, boxes.n, changes->last_seq);
    free(boxes.at);
    return true;
}

static int by_corner(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct spot_box));
}

/* Thousands of points as the tiles of one zoom that hold them, each once. */
static void gather_by_tile(struct boxes *b, int zoom)
{
    uint32_t inside = UINT32_MAX >> zoom;
    for (size_t i = 0; i < b->n; i++)
        b->at[i] = (struct spot_box){b->at[i].x0 & ~inside, b->at[i].y0 & ~inside, b->at[i].x1 | inside, b->at[i].y1 | inside};
    qsort(b->at, b->n, sizeof *b->at, by_corner);
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++)
        if (!n || by_corner(&b->at[n - 1], &b->at[i]) != 0)
            b->at[n++] = b->at[i];
    b->n = n;
}

/* Many changes at once (an import) are read in one sweep over the tables, not record by record. */
static bool follow_all(struct world *w, const struct changes *changes, struct arena *a, struct err *err)
{
    enum { GATHER_ZOOM = 11 };
    uint64_t *ids = NULL;
    size_t n = changed_ids(changes, a, &ids);
    struct snapshot *next;
    if (!load(w->store, &next, err))
        return false;
    struct boxes boxes = {0};
    for (size_t i = 0; i < n; i++) {
        struct arena_mark mark = arena_mark(a);
        add_boxes(&boxes, w->now, ids[i], a);
        add_boxes(&boxes, next, ids[i], a);
        arena_release(a, mark);
    }
    gather_by_tile(&boxes, GATHER_ZOOM);
    uint64_t seq = MAX(changes->last_seq, snapshot_seq(next));
    publish(w, next);
    if (w->watch)
        w->watch(w->watch_ctx, boxes.at, boxes.n, seq);
    free(boxes.at);
    return true;
}

bool world_follow(struct world *w, struct err *err)
{
    enum { ONE_BY_ONE_MAX = 2000 };
    AUTO(arena) a;
    arena_init(&a, FOLLOW_ARENA_BYTES);
    struct changes changes;
    if (!store_since(w->store, snapshot_seq(w->now), &a, &changes, err))
        return false;
    if (!changes.n)
        return true;
    return changes.n > ONE_BY_ONE_MAX ? follow_all(w, &changes, &a, err) : follow_changes(w, &changes, &a, err);
}

bool world_commit(struct world *w, struct edit *edits, size_t n, struct err *err)
{
    return store_apply(w->store, edits, n, err) && world_follow(w, err);
}

bool world_moved(struct world *w)
{
    return store_moved(w->store);
}

bool world_reader(struct world *w, struct store **out, struct err *err)
{
    return store_open(out, w->path, STORE_READ, err);
}
