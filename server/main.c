/*
 * contrechamp [--db FILE] COMMAND …: the table of commands, one file a command.
 */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "server/command.h"

static const struct command {
    const char *name, *summary;
    command_fn *run;
} COMMANDS[] = {
    {"basemap", "basemap build: the base map out of packaged data and OSM extracts", cmd_basemap},
    {"json", "json check FILE: is it JSON as our door reads it", cmd_json},
    {"style", "style lint|eval|support: errors of a style; an expression with its values; what is drawn", cmd_style},
    {"tile", "tile decode FILE: a vector tile as JSON", cmd_tile},
    {"serve", "the server: map, tiles, pages, data", cmd_serve},
    {"import", "import FILE…: deployments out of OSM, GeoJSON, CSV, KML, GeoPackage, …", cmd_import},
    {"export", "export --format F -o FILE: published records out, with sources and licence", cmd_export},
    {"places", "places import --default|FILE: communes, départements, foreign cities; boundaries", cmd_places},
    {"starter", "the sourced starter list, put in or brought up to date", cmd_starter},
    {"render", "render … -o FILE: a picture of the map, or tiles", cmd_render},
    {"query", "query … --at X,Y: what is drawn at a place", cmd_query},
    {"import-worker", NULL, cmd_worker},
    {"photo-worker", NULL, cmd_photo},
    {"user", "user add|list|change|disable|enable|password|two-person: who may do what, and where", cmd_user},
    {"token", "token add|list|revoke: what programs say instead of a password", cmd_token},
    {"moderate", "moderate list|show|accept|refuse|ask|merge: what people proposed, and decisions", cmd_moderate},
    {"erase", "erase ID --reason T: lawful removal; the number, the day and the ground stay", cmd_erase},
    {"backup", "backup FILE: a verified copy of the database, while it is in use", cmd_backup},
    {"restore", "restore FILE: a backup put in the database's place", cmd_restore},
    {"check", "is the database whole; --rebuild remakes what is derived", cmd_check},
    {"stats", "what is in it: counts by category, status and place; imports", cmd_stats},
    {"doctor", "what is kept, and whether this machine has what is needed", cmd_doctor},
    {"--version", NULL, cmd_version},
};

static void show_help(FILE *to)
{
    fprintf(to, "usage: contrechamp [--db FILE] COMMAND …\n\n"
                "A map of surveillance technology in cities: stores deployments, draws and serves them.\n\n");
    for (size_t i = 0; i < COUNT(COMMANDS); i++)
        if (COMMANDS[i].summary)
            fprintf(to, "  %-11s %s\n", COMMANDS[i].name, COMMANDS[i].summary);
    fprintf(to, "\n--db FILE is the SpatiaLite database (or CONTRECHAMP_DB; ./contrechamp.sqlite if not given).\n"
                "contrechamp COMMAND --help explains a command; --version prints versions.\n");
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    struct invocation inv = {.db = getenv("CONTRECHAMP_DB")};
    int i = 1;
    for (; i < argc && strncmp(argv[i], "--db", 4) == 0; i++) {
        if (argv[i][4] == '=') {
            inv.db = argv[i] + 5;
        } else if (argv[i][4] == '\0' && i + 1 < argc) {
            inv.db = argv[++i];
        } else {
            fprintf(stderr, "contrechamp: %s: --db takes a file; try contrechamp --help\n", argv[i]);
            return EXIT_USAGE;
        }
    }
    inv.db_is_given = inv.db && *inv.db;
    if (!inv.db_is_given)
        inv.db = "contrechamp.sqlite";
    if (i >= argc || strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "help") == 0) {
        show_help(i < argc ? stdout : stderr);
        return i < argc ? EXIT_DONE : EXIT_USAGE;
    }
    inv.command = argv[i];
    inv.argc = argc - i - 1;
    inv.argv = argv + i + 1;
    for (size_t c = 0; c < COUNT(COMMANDS); c++)
        if (strcmp(COMMANDS[c].name, inv.command) == 0)
            return COMMANDS[c].run(&inv);
    fprintf(stderr, "contrechamp: %s: there is no such command; try contrechamp --help\n", inv.command);
    return EXIT_USAGE;
}
