/* contrechamp basemap build: the base map as vector tiles, out of packaged data and OSM extracts. */
#include <stdio.h>
#include <string.h>

#include "data/basemap.h"
#include "server/command.h"

static const char HELP[] =
    "usage: contrechamp basemap build [--default] [--osm FILE…] [--max-zoom Z] [--packages FOLDER] -o FILE.mbtiles\n\n"
    "Makes vector tiles in the Shortbread schema.\n"
    "  --default          the packaged data: the world to zoom 7, France and its neighbours to 11 (also if no --osm is given)\n"
    "  --osm FILE         streets, buildings, water and names of an extract (.osm.pbf, .osm, .osm.gz); again for more\n"
    "  --max-zoom Z       the deepest zoom, 0 to 14 (14)\n"
    "  --packages FOLDER  where node_modules and build/packages are (here, or where the program was built)\n"
    "  -o, --out FILE     what to write; it appears when it is whole\n";

enum { BASEMAP_MAX_ZOOM = 14 };

/* "-o" is the only short option of the program; the reader of options knows long ones. */
static void lengthen(struct invocation *inv)
{
    static char out[] = "--out";
    for (int i = 0; i < inv->argc; i++)
        if (strcmp(inv->argv[i], "-o") == 0)
            inv->argv[i] = out;
}

int cmd_basemap(struct invocation *inv)
{
    struct option_list words = {0}, osm = {0};
    bool use_default = false;
    const char *out = NULL, *packages = NULL, *max_zoom = NULL;
    const struct option options[] = {
        {"--default", OPTION_FLAG, &use_default},
        {"--osm", OPTION_LIST, &osm},
        {"--max-zoom", OPTION_TEXT, &max_zoom},
        {"--packages", OPTION_TEXT, &packages},
        {"--out", OPTION_TEXT, &out},
    };
    int code;
    int64_t zoom = BASEMAP_MAX_ZOOM;
    lengthen(inv);
    if (!options_read(inv, options, COUNT(options), &words, HELP, &code))
        return code;
    if (words.n < 1 || strcmp(words.at[0], "build") != 0)
        return command_misused(inv, "say `basemap build`");
    for (size_t i = 1; i < words.n; i++) /* --osm A B C */
        if (!osm.n || osm.n == COUNT(osm.at))
            return command_misused(inv, "%s: name extracts after --osm", words.at[i]);
        else
            osm.at[osm.n++] = words.at[i];
    if (!out)
        return command_misused(inv, "say where to: -o FILE.mbtiles");
    if (max_zoom && (!str_i64(str_of(max_zoom), &zoom) || zoom < 0 || zoom > BASEMAP_MAX_ZOOM))
        return command_misused(inv, "--max-zoom is a number from 0 to %d", BASEMAP_MAX_ZOOM);
    command_catch_stop();
    struct basemap_job job = {.use_default = use_default || !osm.n, .packages = packages, .osm = osm.at, .n_osm = osm.n,
        .max_zoom = (int)zoom, .out = out, .stop = &command_stop};
    struct err err;
    return basemap_build(&job, &err) ? EXIT_DONE : command_failed(inv, &err);
}
