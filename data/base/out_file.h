/*
 * Where a command's result goes. A plain file is made whole in a folder beside its place and put there at the end, so it is
 * there as it was, or as it should be. A link is followed, and what it points at is put in place. What is no plain file (a device, a
 * FIFO) is written into, as any program does; so is what stands under /dev and /proc, and "-", standard output.
 *
 *     AUTO(out_file) o = {0};
 *     return out_file_begin(&o, path, err) && (name = out_file_path(&o, "gpkg", err)) && …write name… && out_file_end(&o, err);
 */
#ifndef DATA_BASE_OUT_FILE_H
#define DATA_BASE_OUT_FILE_H

#include "data/base/buf.h"

struct out_file {
    const char *typed;        /* for messages; the caller's */
    struct buf target;        /* links followed */
    struct buf folder, made;  /* where it is made; empty until it is asked for */
    bool is_special;          /* written into, not replaced */
    bool is_open;             /* the caller writes to its place itself */
    unsigned mode;            /* of what stands there; 0: nothing does */
};

bool out_file_begin(struct out_file *o, const char *path, struct err *err) MUST_USE;
/* For bytes: a descriptor that the caller closes; -1 on failure. What is no plain file gets them as they come. */
int out_file_open(struct out_file *o, struct err *err) MUST_USE;
/* For libraries that want a name: of a file that is not there yet, with this ending; NULL on failure. */
const char *out_file_path(struct out_file *o, const char *ending, struct err *err) MUST_USE;
/* It is whole: synced, and put in its place. */
bool out_file_end(struct out_file *o, struct err *err) MUST_USE;
/* What a library said of the file it made, said of the file that was asked for. False, always. */
bool out_file_failed(const struct out_file *o, struct err *err);
void out_file_done(struct out_file *o); /* takes away what was not put in place; works on a zeroed struct */

#endif
