/* contrechamp doctor: what is kept and what is not, and whether this machine gives what the program needs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "data/base/buf.h"
#include "data/sandbox.h"
#include "data/store.h"
#include "data/tileset.h"
#include "server/command.h"
#include "server/config.h"
#include "server/where.h"

static bool wrong;

static void say_as(const char *mark, const char *what, const char *text)
{
    printf("%-6s %-12s %s\n", mark, what, text);
}

static void say(bool good, const char *what, const char *text)
{
    say_as(good ? "ok" : "WRONG", what, text);
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
    else if (st.st_mode & S_IROTH)
        say_as("note", "rights", "everyone on this machine may read the database, and the places that are not published: chmod o-r");
    else
        say(true, "rights", "the database is not readable by others");
}

static void look_at_sandbox(void)
{
    struct err err;
    AUTO(buf) text = {0};
    int landlock = sandbox_landlock_version();
    bool holds = sandbox_holds(&err);
    if (landlock)
        buf_fmt(&text, "landlock version %d: an import reads its file and no other", landlock);
    else
        buf_add(&text, S("this kernel has no landlock; imports are refused"));
    say(landlock > 0, "sandbox", text.at);
    say(holds, "sandbox", holds ? "seccomp: tried, and a process shut in opened neither a file nor a socket" : err.text);
}

static void look_at_basemap(const char *db)
{
    struct err err;
    struct tileset *t;
    AUTO(buf) path = {0};
    AUTO(buf) text = {0};
    if (!where_basemap(&path, db)) {
        say_as("note", "base map", "there is none: the map is drawn on empty ground; make one with contrechamp basemap build --default -o FILE");
        return;
    }
    if (!tileset_open(&t, path.at, &err)) {
        say(false, "base map", err.text);
        return;
    }
    const struct tileset_info *info = tileset_info(t);
    buf_fmt(&text, "%s: zooms %d to %d", path.at, info->min_zoom, info->max_zoom);
    tileset_close(t);
    say(true, "base map", text.at);
}

/* What a server started with this environment would do; options typed behind `serve` are not seen from here. */
static void look_at_contributions(void)
{
    static const char *const words[] = {[CONTRIBUTIONS_CLOSED] = "closed: nobody proposes from outside, reports about records pass",
        [CONTRIBUTIONS_TOKEN] = "of people with an account, a token or a workshop's code", [CONTRIBUTIONS_OPEN] = "open to everybody who reaches the server"};
    struct config c = {.base_url = getenv("CONTRECHAMP_BASE_URL")};
    struct err err;
    AUTO(buf) kept = {0}, text = {0};
    const char *legal = getenv("CONTRECHAMP_LEGAL");
    bool is_public = c.base_url && !config_is_local(c.base_url);
    if (!config_read_legal(&c, legal, &kept, &err)) {
        say(false, "legal page", err.text);
        return;
    }
    if (c.legal.given) {
        buf_fmt(&text, "%s names publisher or host, contact and controller", legal);
        say(true, "legal page", text.at);
    } else {
        say_as("note", "legal page", is_public ? "CONTRECHAMP_LEGAL names no file: a public site has to say who answers for it (serve --legal)" :
            "no file is named (CONTRECHAMP_LEGAL, serve --legal): needed before others than this machine may contribute");
    }
    buf_clear(&text);
    if (!config_read_contributions(&c, getenv("CONTRECHAMP_CONTRIBUTIONS"), getenv("CONTRECHAMP_PHOTOS"), getenv("CONTRECHAMP_TRUSTED_PROXY"),
            getenv("CONTRECHAMP_ONION"), &err)) {
        say(false, "visitors", err.text);
        return;
    }
    buf_fmt(&text, "contributions are %s; photos are %staken", words[c.contributions], c.photos ? "" : "not ");
    say(true, "visitors", text.at);
    if (is_public && !c.trusted_proxy)
        say_as("note", "visitors", "no CONTRECHAMP_TRUSTED_PROXY: all who come through a proxy on this machine share one allowance");
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
    look_at_sandbox();
    look_at_basemap(inv->db);
    look_at_contributions();
    printf("\nkept:      the records with their history, sources and imports, in this one file (and -wal, -shm beside it while in use);\n"
           "           what people proposed and reported, accounts (passwords as hashes), photos without metadata: /legal says for how long;\n"
           "           also places that are not published (cameras of homes): keep the file and its backups to yourself\n"
           "not kept:  addresses, agents, referrers or requests of visitors: there is no access log; the one cookie is of those who log in\n"
           "a proxy in front keeps its own log: switch it off there (nginx: access_log off;)\n");
    return wrong ? EXIT_FAILED : EXIT_DONE;
}
