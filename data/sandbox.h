/*
 * A process shuts itself in before it reads what a stranger sent: no file but those named, no network, no other process,
 * bounded memory, time and disk. What cannot be had is an error: never half a sandbox.
 */
#ifndef DATA_SANDBOX_H
#define DATA_SANDBOX_H

#include "data/base/err.h"

struct sandbox {
    const char *const *readable; /* files and folders; those that do not exist are passed over */
    size_t n_readable;
    const char *scratch;         /* a folder of its own: read and write */
    uint64_t memory_bytes;       /* address space; 0: as it is */
    uint64_t file_bytes;         /* the longest file it may write; 0: as it is */
    uint64_t cpu_seconds;        /* 0: as it is */
};

/* For this process and for good: limits, then landlock (files), then seccomp (everything else). */
bool sandbox_enter(const struct sandbox *box, struct err *err) MUST_USE;

/* For `doctor`: the version of landlock this kernel has, 0 without; and whether a process that shut itself in can really
 * neither open a file nor a socket (tried in a child). */
int sandbox_landlock_version(void);
bool sandbox_holds(struct err *err) MUST_USE;

#endif
