/* contrechamp serve: options and environment to a config, then the server until SIGTERM. */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "data/base/clock.h"
#include "data/base/log.h"
#include "data/record/partial_date.h"
#include "server/command.h"
#include "server/config.h"
#include "server/server.h"
#include "server/where.h"

static const char HELP[] =
    "usage: contrechamp [--db FILE] serve [options]\n\n"
    "Serves the map until SIGTERM, which lets it finish what is under way. SIGHUP: styles and base maps are read again.\n\n"
    "  --listen ADDRESS     127.0.0.1:8080, [::1]:8080 or unix:PATH; may be repeated; a socket of systemd is used instead\n"
    "  --admin ADDRESS      where /healthz, /readyz and /metrics are answered: 127.0.0.1:8081 if that is free\n"
    "  --base-url URL       the address that visitors use; else the first listen address\n"
    "  --basemap FILE       base map tiles (MBTiles, PMTiles); may be repeated; else the one beside the database or the\n"
    "                       one that was built\n"
    "  --styles DIR         style files; those of the program stay where there is none of their name\n"
    "  --workers N          threads that draw and read; else one a core\n"
    "  --cache-mb N         memory for tiles that were drawn: 64\n"
    "  --tile-max-age N     seconds for which a browser may keep a tile unasked: 0\n"
    "  --contributions closed|token|open   who may propose: nobody, those who are known, everybody. On this machine alone it\n"
    "                       is open; with a --base-url of elsewhere it stays closed until --legal is given\n"
    "  --legal FILE         who answers for the site: lines \"publisher: …\" or \"host: …\", \"contact: …\", \"controller: …\",\n"
    "                       then, after an empty line, more paragraphs for /legal\n"
    "  --photos yes|no      whether photos are taken: no\n"
    "  --hold-days N        what was seen on foot is published no sooner than this after it came: 31\n"
    "  --rate N             contributions an hour and caller: 30; 0: no limit\n"
    "  --trusted-proxy ADDRESS  of the proxy in front, whose X-Forwarded-For tells callers apart; unix for a socket's\n"
    "  --onion URL          this site's onion address, told to Tor Browser\n"
    "  --today DATE         stands for today\n"
    "  --title TEXT         of the site: Contrechamp\n"
    "  --lang fr|en         for visitors who ask for neither: fr\n\n"
    "Each option may be given in the environment too: CONTRECHAMP_LISTEN, CONTRECHAMP_BASE_URL, …\n";

enum { WORKERS_MOST = 256, CACHE_MB_USUAL = 64, CACHE_MB_MOST = 1024 * 1024, FILES_WANTED = 8192,
    HOLD_DAYS_USUAL = 31, HOLD_DAYS_MOST = 365, RATE_USUAL = 30, RATE_MOST = 1000000 };

struct typed { /* as text */
    struct option_list listen, basemaps;
    const char *admin, *base_url, *styles, *workers, *cache_mb, *tile_max_age, *contributions, *legal, *photos, *hold_days, *rate,
        *trusted_proxy, *onion, *today, *title, *lang;
};

static void from_environment(struct typed *t)
{
    const struct {
        const char *name;
        const char **into;
    } texts[] = {{"CONTRECHAMP_ADMIN", &t->admin}, {"CONTRECHAMP_BASE_URL", &t->base_url}, {"CONTRECHAMP_STYLES", &t->styles},
        {"CONTRECHAMP_WORKERS", &t->workers}, {"CONTRECHAMP_CACHE_MB", &t->cache_mb},
        {"CONTRECHAMP_TILE_MAX_AGE", &t->tile_max_age}, {"CONTRECHAMP_CONTRIBUTIONS", &t->contributions}, {"CONTRECHAMP_LEGAL", &t->legal}, {"CONTRECHAMP_PHOTOS", &t->photos},
        {"CONTRECHAMP_HOLD_DAYS", &t->hold_days}, {"CONTRECHAMP_RATE", &t->rate}, {"CONTRECHAMP_TRUSTED_PROXY", &t->trusted_proxy},
        {"CONTRECHAMP_ONION", &t->onion},
        {"CONTRECHAMP_TODAY", &t->today}, {"CONTRECHAMP_TITLE", &t->title}, {"CONTRECHAMP_LANG", &t->lang}};
    for (size_t i = 0; i < COUNT(texts); i++)
        if (!*texts[i].into)
            *texts[i].into = getenv(texts[i].name);
    const char *listen_on = getenv("CONTRECHAMP_LISTEN"), *basemap = getenv("CONTRECHAMP_BASEMAP");
    if (!t->listen.n)
        t->listen.at[t->listen.n++] = listen_on ? listen_on : "127.0.0.1:8080";
    if (!t->basemaps.n && basemap)
        t->basemaps.at[t->basemaps.n++] = basemap;
}

static bool read_count(const char *name, const char *text, int64_t least, int64_t most, int64_t usual, int64_t *out, struct err *err)
{
    *out = usual;
    if (!text || (str_i64(str_of(text), out) && *out >= least && *out <= most))
        return true;
    return err_set(err, ERR_INVALID, "%s is a whole number from %lld to %lld", name, (long long)least, (long long)most);
}

static bool read_numbers(struct config *c, const struct typed *t, struct err *err)
{
    int64_t workers, cache_mb, max_age, hold_days, rate;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (!read_count("--workers", t->workers, 1, WORKERS_MOST, CLAMP(cores, 1, WORKERS_MOST), &workers, err) ||
        !read_count("--cache-mb", t->cache_mb, 1, CACHE_MB_MOST, CACHE_MB_USUAL, &cache_mb, err) ||
        !read_count("--tile-max-age", t->tile_max_age, 0, 31536000, 0, &max_age, err) ||
        !read_count("--hold-days", t->hold_days, 0, HOLD_DAYS_MOST, HOLD_DAYS_USUAL, &hold_days, err) ||
        !read_count("--rate", t->rate, 0, RATE_MOST, RATE_USUAL, &rate, err))
        return false;
    c->hold_days = (int)hold_days;
    c->rate = (double)rate;
    c->workers = (int)workers;
    c->cache_bytes = (size_t)cache_mb << 20;
    c->tile_max_age_s = (int)max_age;
    return true;
}

static bool read_words(struct config *c, const struct typed *t, struct err *err)
{
    c->title = t->title ? t->title : "Contrechamp";
    c->french = !t->lang || strcmp(t->lang, "fr") == 0;
    if (t->lang && !c->french && strcmp(t->lang, "en") != 0)
        return err_set(err, ERR_INVALID, "--lang is fr or en");
    if (t->base_url && strncmp(t->base_url, "http://", 7) != 0 && strncmp(t->base_url, "https://", 8) != 0)
        return err_set(err, ERR_INVALID, "--base-url is an address that starts with http:// or https://");
    struct partial_date d;
    if (t->today && (strlen(t->today) != 10 || !partial_date_read(str_of(t->today), &d)))
        return err_set(err, ERR_INVALID, "--today is a day such as 2026-11-24");
    if (t->today)
        clock_set_today(d.hi);
    return true;
}

static bool make_config(struct config *c, const struct typed *t, const char *db, struct buf *usual_basemap, struct buf *legal, struct err *err)
{
    *c = (struct config){.db = db, .admin = t->admin, .base_url = t->base_url, .styles_dir = t->styles};
    if (t->listen.n > COUNT(c->listen) || t->basemaps.n > COUNT(c->basemaps))
        return err_set(err, ERR_INVALID, "at most %zu --listen and %zu --basemap", COUNT(c->listen), COUNT(c->basemaps));
    for (size_t i = 0; i < t->listen.n; i++)
        if (!http_address_check(t->listen.at[i], err))
            return err_under(err, "--listen");
    if (t->admin && !http_address_check(t->admin, err))
        return err_under(err, "--admin");
    c->n_listen = t->listen.n;
    c->n_basemaps = t->basemaps.n;
    memcpy(c->listen, t->listen.at, t->listen.n * sizeof *c->listen);
    memcpy(c->basemaps, t->basemaps.at, t->basemaps.n * sizeof *c->basemaps);
    if (!c->n_basemaps && where_basemap(usual_basemap, db))
        c->basemaps[c->n_basemaps++] = usual_basemap->at;
    return read_numbers(c, t, err) && read_words(c, t, err) &&
           config_read_legal(c, t->legal, legal, err) && config_read_contributions(c, t->contributions, t->photos, t->trusted_proxy, t->onion, err);
}

/* "READY=1" for systemd, if it asked. */
static void notify(const char *text)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    if (!path || strlen(path) >= sizeof at.sun_path)
        return;
    memcpy(at.sun_path, path, strlen(path));
    if (path[0] == '@')
        at.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    if (fd >= 0) {
        if (sendto(fd, text, strlen(text), MSG_NOSIGNAL, (struct sockaddr *)&at, len) < 0)
            log_line(LOG_WARN, "systemd could not be told: %s", strerror(errno));
        close(fd);
    }
}

/* A connection is a descriptor, and so are the files of every worker. */
static void want_files(void)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < FILES_WANTED) {
        r.rlim_cur = MIN((rlim_t)FILES_WANTED, r.rlim_max);
        setrlimit(RLIMIT_NOFILE, &r);
    }
}

static void wait_for_the_end(struct app *app, const sigset_t *signals)
{
    for (;;) {
        int got;
        if (sigwait(signals, &got) != 0)
            continue;
        if (got != SIGHUP)
            return;
        struct err err;
        if (app_reload(app, &err))
            log_line(LOG_INFO, "styles and base maps were read again");
        else
            log_line(LOG_ERROR, "nothing was changed: %s", err.text);
    }
}

int cmd_serve(struct invocation *inv)
{
    struct typed t = {0};
    const struct option options[] = {{"--listen", OPTION_LIST, &t.listen}, {"--basemap", OPTION_LIST, &t.basemaps},
        {"--admin", OPTION_TEXT, &t.admin}, {"--base-url", OPTION_TEXT, &t.base_url}, {"--styles", OPTION_TEXT, &t.styles},
        {"--workers", OPTION_TEXT, &t.workers}, {"--cache-mb", OPTION_TEXT, &t.cache_mb},
        {"--tile-max-age", OPTION_TEXT, &t.tile_max_age}, {"--contributions", OPTION_TEXT, &t.contributions},
        {"--legal", OPTION_TEXT, &t.legal}, {"--photos", OPTION_TEXT, &t.photos}, {"--hold-days", OPTION_TEXT, &t.hold_days},
        {"--rate", OPTION_TEXT, &t.rate}, {"--trusted-proxy", OPTION_TEXT, &t.trusted_proxy}, {"--onion", OPTION_TEXT, &t.onion},
        {"--today", OPTION_TEXT, &t.today}, {"--title", OPTION_TEXT, &t.title}, {"--lang", OPTION_TEXT, &t.lang}};
    int code;
    if (!options_read(inv, options, COUNT(options), NULL, HELP, &code))
        return code;
    struct err err;
    struct config config;
    AUTO(buf) usual_basemap = {0}, legal = {0};
    from_environment(&t);
    if (!make_config(&config, &t, inv->db, &usual_basemap, &legal, &err))
        return command_misused(inv, "%s", err.text);
    if (config.base_url && !config.legal.given && !config_is_local(config.base_url))
        log_line(LOG_WARN, "contributions are closed: --base-url is not this machine and --legal does not say who answers for the site");
    if (!config.n_basemaps)
        log_line(LOG_WARN, "there is no base map; make one with: contrechamp basemap build --default -o FILE");
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL); /* every thread made from here on leaves them to this one */
    want_files();
    struct app *app;
    if (!app_start(&app, &config, &err))
        return command_failed(inv, &err);
    notify("READY=1");
    wait_for_the_end(app, &signals);
    notify("STOPPING=1");
    app_stop(app);
    return EXIT_DONE;
}
