/*
 * Store, snapshot and readers together: what is known, held in memory, always the newest. A write is persisted, merged,
 * published and told to the watcher, in that order; a write by another process is followed through the change log.
 */
#ifndef DATA_WORLD_H
#define DATA_WORLD_H

#include "data/snapshot.h"
#include "data/store.h"

struct world;

/* Told after a new snapshot was published: the boxes (before and after) in which it differs, and its seq. */
typedef void world_watch_fn(void *ctx, const struct spot_box *boxes, size_t n, uint64_t seq);

bool world_open(struct world **out, const char *path, bool writable, struct err *err) MUST_USE;
void world_close(struct world *w);
void world_watch(struct world *w, world_watch_fn *fn, void *ctx);

/* It will not change or go away until snapshot_drop. Any thread. */
const struct snapshot *world_hold(struct world *w);

/* On the writer thread: persist, then follow. */
bool world_commit(struct world *w, struct edit *edits, size_t n, struct err *err) MUST_USE;
/* Reads the change log past the snapshot's seq, merges, publishes, tells the watcher. On the writer thread. */
bool world_follow(struct world *w, struct err *err) MUST_USE;
/* Cheap: has another process written since? For the writer's tick. */
bool world_moved(struct world *w);

/* The store that writes (or, read-only, follows): for the writer thread and nobody else. */
struct store *world_store(struct world *w);

/* A read-only store for a worker thread; closed by the caller. */
bool world_reader(struct world *w, struct store **out, struct err *err) MUST_USE;

#endif
