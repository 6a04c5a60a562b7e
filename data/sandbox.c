/*
 * Three walls, because none is enough alone. Landlock knows files but (in Debian 12's own kernel) no network; seccomp
 * knows calls but not which file; resource limits know neither but bound both. Calls are allowed by name, and every other
 * one answers EPERM, so that a library that probes for something goes on without it.
 */
#include "data/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OPEN_FILES_MAX = 64 };

/* ---- files: landlock (Documentation/userspace-api/landlock.rst) ---- */

#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
#define ACCESS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define ACCESS_FIRST ((1ULL << 13) - 1) /* what version 1 knows */
#define ACCESS_FILE (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_TRUNCATE)

static bool allow_path(int ruleset, const char *path, uint64_t access, struct err *err)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || err_errno(err, "sandbox: %s", path);
    struct stat st;
    if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
        access &= ACCESS_FILE;
    struct landlock_path_beneath_attr rule = {.allowed_access = access, .parent_fd = fd};
    bool ok = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
    if (!ok)
        err_errno(err, "sandbox: landlock does not take %s", path);
    close(fd);
    return ok;
}

int sandbox_landlock_version(void)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return version > 0 ? (int)version : 0;
}

static bool shut_files(const struct sandbox *box, struct err *err)
{
    int version = sandbox_landlock_version();
    if (version < 1)
        return err_errno(err, "this kernel has no landlock (it is needed to read foreign files safely)");
    uint64_t handled = ACCESS_FIRST | (version >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0) | (version >= 3 ? LANDLOCK_ACCESS_FS_TRUNCATE : 0);
    struct landlock_ruleset_attr attr = {.handled_access_fs = handled};
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr.handled_access_fs, 0);
    if (ruleset < 0)
        return err_errno(err, "landlock");
    bool ok = true;
    for (size_t i = 0; ok && i < box->n_readable; i++)
        ok = allow_path(ruleset, box->readable[i], ACCESS_READ & handled, err);
    if (ok && box->scratch)
        ok = allow_path(ruleset, box->scratch, handled & ~LANDLOCK_ACCESS_FS_EXECUTE, err);
    if (ok && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
        ok = err_errno(err, "landlock");
    close(ruleset);
    return ok;
}

/* ---- calls: seccomp ---- */

static const char *const ALLOWED[] = {"read", "write", "readv", "writev", "pread64", "pwrite64", "open", "openat", "close",
    "fstat", "stat", "lstat", "newfstatat", "statx", "lseek", "mmap", "munmap", "mremap", "mprotect", "brk", "madvise",
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "access", "faccessat", "faccessat2", "getpid", "gettid",
    "getuid", "geteuid", "getgid", "getegid", "uname", "fcntl", "ftruncate", "unlink", "unlinkat", "rename", "mkdir", "rmdir",
    "symlink", "symlinkat", "getdents64", "getcwd", "readlink", "readlinkat", "sysinfo", "getrlimit", "getrusage", "times",
    "clock_gettime", "clock_getres", "gettimeofday", "time", "nanosleep", "clock_nanosleep", "futex", "set_robust_list",
    "get_robust_list", "set_tid_address", "rseq", "sched_yield", "sched_getaffinity", "exit", "exit_group", "getrandom",
    "restart_syscall", "poll", "ppoll", "dup", "dup2", "statfs", "fstatfs", "fsync", "fdatasync", "fadvise64", "fallocate",
    "membarrier", "umask"};

static int allow_calls(scmp_filter_ctx filter)
{
    int bad = 0;
    for (size_t i = 0; i < COUNT(ALLOWED); i++) {
        int number = seccomp_syscall_resolve_name(ALLOWED[i]);
        if (number >= 0)
            bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);
    }
    /* Threads of this process, but no other process; clone3 hides its flags behind a pointer, so it is told to be old. */
    bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    bad |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    /* Limits may be asked, not changed. */
    bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, SCMP_A2(SCMP_CMP_EQ, 0, 0));
    /* abort() signals itself. */
    bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
    return bad;
}

static bool shut_calls(struct err *err)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!filter)
        return err_set(err, ERR_INTERNAL, "seccomp is not to be had here");
    int bad = allow_calls(filter);
    int loaded = bad ? bad : seccomp_load(filter);
    seccomp_release(filter);
    if (loaded) {
        errno = loaded < 0 ? -loaded : loaded;
        return err_errno(err, "this kernel has no seccomp (it is needed to read foreign files safely)");
    }
    return true;
}

/* ---- amounts ---- */

static bool limit(int what, uint64_t most, struct err *err)
{
    struct rlimit l = {most, most};
    return setrlimit((__rlimit_resource_t)what, &l) == 0 || err_errno(err, "a resource limit");
}

static bool shut_amounts(const struct sandbox *box, struct err *err)
{
#ifndef ADDRESS_CHECKED /* the address checker reserves terabytes */
    if (box->memory_bytes && !limit(RLIMIT_AS, box->memory_bytes, err))
        return false;
#endif
    if (box->file_bytes && !limit(RLIMIT_FSIZE, box->file_bytes, err))
        return false;
    if (box->cpu_seconds && !limit(RLIMIT_CPU, box->cpu_seconds, err))
        return false;
    return limit(RLIMIT_NOFILE, OPEN_FILES_MAX, err) && limit(RLIMIT_CORE, 0, err);
}

bool sandbox_enter(const struct sandbox *box, struct err *err)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return err_errno(err, "prctl");
    return shut_amounts(box, err) && shut_files(box, err) && shut_calls(err);
}

/* ---- is it one? ---- */

enum { TRY_FILE = 1, TRY_SOCKET = 2, TRY_NOT_ENTERED = 4 };

static int try_to_break_out(void)
{
    struct err err;
    if (!sandbox_enter(&(struct sandbox){.cpu_seconds = 5}, &err))
        return TRY_NOT_ENTERED;
    return (open("/proc/self/exe", O_RDONLY | O_CLOEXEC) >= 0 ? TRY_FILE : 0) | (socket(AF_INET, SOCK_STREAM, 0) >= 0 ? TRY_SOCKET : 0);
}

bool sandbox_holds(struct err *err)
{
    int status = 0;
    pid_t child = fork();
    if (child < 0)
        return err_errno(err, "a process for trying it");
    if (child == 0)
        _exit(try_to_break_out());
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (!WIFEXITED(status) || WEXITSTATUS(status) & TRY_NOT_ENTERED)
        return err_set(err, ERR_INTERNAL, "this kernel does not let a process shut itself in (landlock and seccomp); foreign files cannot be read");
    if (WEXITSTATUS(status))
        return err_set(err, ERR_INTERNAL, "a process that shut itself in could still open %s", WEXITSTATUS(status) & TRY_FILE ? "files" : "sockets");
    return true;
}
