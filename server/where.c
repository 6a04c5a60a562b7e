#include "server/where.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

static bool is_there(struct buf *path)
{
    return access(path->at, R_OK) == 0;
}

static void put_folder(struct buf *out, const char *path)
{
    const char *slash = strrchr(path, '/');
    buf_clear(out);
    if (slash)
        buf_put(out, path, (size_t)(slash - path) + 1);
}

bool where_basemap(struct buf *out, const char *db)
{
    /* From the program's folder: build/release/ or PREFIX/bin/. */
    static const char *const places[] = {"../basemap.mbtiles", "basemap.mbtiles", "../share/contrechamp/basemap.mbtiles"};
    put_folder(out, db);
    buf_fmt(out, "basemap.mbtiles");
    if (is_there(out))
        return true;
    char program[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", program, sizeof program - 1);
    if (len <= 0)
        return false;
    program[len] = '\0';
    for (size_t i = 0; i < COUNT(places); i++) {
        put_folder(out, program);
        buf_add(out, str_of(places[i]));
        if (is_there(out))
            return true;
    }
    return false;
}
