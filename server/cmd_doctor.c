/* contrechamp doctor: what is kept and what is not, and whether this machine gives what the program needs. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "data/base/buf.h"
#include "data/store.h"
#include "server/command.h"

static bool wrong;

static void say(bool good, const char *what, const char *text)
{
    printf("%-6s %-12s %s\n", good ? "ok" : "WRONG", what, text);
    wrong |= !good;
}

static void look_at_database(const char *path)
{
    struct err err;
    struct store *store;
    struct store_stats t;
    AUTO(buf) text = {0};
    if (!store_open(&store, path, STORE_READ, &err)) {
        say(false, "database", err.text);
        return;
    }
    bool ok = store_stats(store, &t, &err);
    store_close(store);
    buf_fmt(&text, "%s: %llu records, %llu devices, last change %llu", path, (unsigned long long)t.deployments, (unsigned long long)t.devices,
        (unsigned long long)t.seq);
    say(ok, "database", ok ? text.at : err.text);
}

static void look_at_disk(const char *path)
{
    enum { WANTED_MB = 200 };
    AUTO(buf) folder = {0};
    const char *slash = strrchr(path, '/');
    buf_add(&folder, slash ? str_from(path, (size_t)(slash - path) + 1) : S("."));
    struct statvfs v;
    AUTO(buf) text = {0};
    if (statvfs(folder.at, &v) != 0) {
        say(false, "disk", "the folder of the database cannot be looked at");
        return;
    }
    unsigned long long mb = (unsigned long long)v.f_bavail * v.f_frsize / 1000000;
    buf_fmt(&text, "%llu MB free", mb);
    say(mb >= WANTED_MB, "disk", text.at);
}

static void look_at_rights(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return;
    if (st.st_mode & S_IWOTH)
        say(false, "rights", "everyone on this machine may write to the database: chmod o-w");
    else
        say(true, "rights", st.st_mode & S_IROTH ? "the database is readable by everyone on this machine (chmod o-r to change that)" : "the database is not readable by others");
}

int cmd_doctor(struct invocation *inv)
{
    int code;
    if (!options_read(inv, NULL, 0, NULL,
            "usage: contrechamp [--db FILE] doctor\n\nWhat is kept, and whether this machine gives what is needed. Leaves with 1 if something is wrong.\n", &code))
        return code;
    look_at_database(inv->db);
    look_at_disk(inv->db);
    look_at_rights(inv->db);
    printf("\nkept:      the records with their history, sources and imports, in this one file (and -wal, -shm beside it while in use)\n"
           "not kept:  addresses, agents, referrers or requests of visitors: there is no access log, and no cookie is set\n"
           "a proxy in front keeps its own log: switch it off there (nginx: access_log off;)\n");
    return wrong ? EXIT_FAILED : EXIT_DONE;
}
