/* contrechamp doctor: what is kept and what is not, and whether this machine gives what the program needs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "data/base/buf.h"
#include "data/contribution.h"
#include "data/sandbox.h"
#include "data/store.h"
#include "data/tileset.h"
#include "server/command.h"
#include "server/config.h"
#include "server/where.h"

static const char HELP[] =
    "usage: contrechamp [--db FILE] doctor [--legal FILE] [--base-url URL] [--contributions WORD] [--photos yes|no]\n\n"
    "What is kept, and whether this machine gives what is needed. Leaves with 1 if something is wrong. The options are those of\n"
    "`serve`, and read from the environment as there, to say what it would do.\n";

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

/* As `serve` would read them: options, else the environment. */
struct served {
    const char *legal, *base_url, *contributions, *photos;
};

static void from_environment(struct served *o)
{
    const struct {
        const char *name;
        const char **into;
    } texts[] = {{"CONTRECHAMP_LEGAL", &o->legal}, {"CONTRECHAMP_BASE_URL", &o->base_url}, {"CONTRECHAMP_CONTRIBUTIONS", &o->contributions},
        {"CONTRECHAMP_PHOTOS", &o->photos}};
    for (size_t i = 0; i < COUNT(texts); i++)
        if (!*texts[i].into)
            *texts[i].into = getenv(texts[i].name);
}

static void look_at_legal_page(const struct served *o)
{
    static const char *const contributions[] = {[CONTRIBUTIONS_CLOSED] = "closed: nobody writes here from outside",
        [CONTRIBUTIONS_TOKEN] = "with a token or an account only", [CONTRIBUTIONS_OPEN] = "open: anybody may propose, moderators decide"};
    struct err err;
    struct config c = {.base_url = o->base_url};
    AUTO(buf) kept = {0}, text = {0};
    if (!config_read_legal(&c, o->legal, &kept, &err)) {
        say(false, "legal page", err.text);
        return;
    }
    if (c.legal.given)
        buf_fmt(&text, "/legal names %s, how to reach them, and who answers for personal data", *c.legal.publisher ? c.legal.publisher : c.legal.host);
    else
        buf_add(&text, S("nobody is named on /legal: a site that others see needs --legal FILE (publisher or host, contact, controller)"));
    say_as(c.legal.given ? "ok" : "note", "legal page", text.at);
    if (!config_read_contributions(&c, o->contributions, o->photos, NULL, NULL, &err)) {
        say(false, "contributing", err.text);
        return;
    }
    buf_clear(&text);
    buf_fmt(&text, "%s%s", contributions[c.contributions], c.contributions == CONTRIBUTIONS_CLOSED ? "" : c.photos ? "; with photos" : "; without photos");
    say_as("ok", "contributing", text.at);
    if (c.base_url && !config_is_local(c.base_url) && !getenv("CONTRECHAMP_TRUSTED_PROXY"))
        say_as("note", "contributing", "CONTRECHAMP_TRUSTED_PROXY names no proxy: all who come through one on this machine share one allowance");
}

/* What people wait for. */
static void look_at_queue(const char *path)
{
    struct err err;
    struct store *store;
    struct queue_counts q;
    struct store_stats t;
    AUTO(buf) text = {0};
    if (!store_open(&store, path, STORE_READ, &err))
        return; /* said already */
    bool ok = contribution_counts(store, NULL, &q, &err) && store_stats(store, &t, &err);
    store_close(store);
    if (!ok) {
        say(false, "queue", err.text);
        return;
    }
    buf_fmt(&text, "%zu contributions wait, %zu of them urgent; %zu accepted ones are held; %llu photos wait", q.waiting, q.urgent, q.held,
        (unsigned long long)t.photos_waiting);
    if (q.overdue)
        buf_fmt(&text, "; %zu are past their clock: `moderate list --urgent`", q.overdue);
    say(!q.overdue, "queue", text.at);
    if (q.waiting && !t.accounts)
        say_as("note", "people", "nobody can decide on /queue: there is no account yet (`user add NAME --role admin`)");
}

int cmd_doctor(struct invocation *inv)
{
    int code;
    struct served o = {0};
    const struct option options[] = {{"--legal", OPTION_TEXT, &o.legal}, {"--base-url", OPTION_TEXT, &o.base_url},
        {"--contributions", OPTION_TEXT, &o.contributions}, {"--photos", OPTION_TEXT, &o.photos}};
    if (!options_read(inv, options, COUNT(options), NULL, HELP, &code))
        return code;
    from_environment(&o);
    look_at_database(inv->db);
    look_at_disk(inv->db);
    look_at_rights(inv->db);
    look_at_sandbox();
    look_at_basemap(inv->db);
    look_at_queue(inv->db);
    look_at_legal_page(&o);
    printf("\nkept:      the records with their history, sources, imports, photos, proposals and accounts, in this one file (and -wal, -shm beside it while in use);\n"
           "           also places that are not published (cameras of homes): keep the file and its backups to yourself\n"
           "not kept:  addresses, agents, referrers or requests of visitors: there is no access log; only who logs in gets a cookie\n"
           "a proxy in front keeps its own log: switch it off there (nginx: access_log off;)\n");
    return wrong ? EXIT_FAILED : EXIT_DONE;
}
