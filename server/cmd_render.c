/* contrechamp render, query: one picture, a run of tiles, or what is drawn at a place. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/base/clock.h"
#include "data/record/partial_date.h"
#include "data/world.h"
#include "renderer/builtin.h"
#include "renderer/tile.h"
#include "server/command.h"
#include "server/render_figure.h"
#include "server/where.h"

#define VIEW_HELP                                                                                                     \
    "  --style NAME|FILE.json   light (if not given), dark, print, deployments, or a style file\n"                    \
    "  --tile Z/X/Y             a 256-px tile, or\n"                                                                  \
    "  --center LON,LAT --zoom Z [--bearing D], or --bbox W,S,E,N; zooms are the style's (512-px tiles).\n"           \
    "                           A style file may say center and zoom itself\n"                                        \
    "  --size WxH               px; 800x600 if not given\n"                                                           \
    "  --scale R                device px for a px, 1 to 4\n"                                                         \
    "  --date D                 the map as it was: YYYY[-MM[-DD]]\n"                                                  \
    "  --category A,B --status A,B   only these\n"                                                                    \
    "  --basemap FILE           vector tiles (MBTiles, PMTiles); may be repeated, the first that has a tile gives it\n" \
    "  --assets DIR             the folder that local:// addresses of a style stand for\n"                            \
    "  --today D                stands for today\n"                                                                   \
    "  --lang fr|en             of labels made here\n"

static const char RENDER_HELP[] =
    "usage: contrechamp [--db FILE] render [--style S] VIEW [--size WxH] [--scale R] [--format F] [--title T] [--legend] -o FILE|-\n"
    "       contrechamp [--db FILE] render [--style S] --tiles - [-o DIR]\n\n" VIEW_HELP
    "  --format F               png, png8, webp, svg, pdf; else by the name of the file\n"
    "  --title T                above the map, with a sentence of what it shows, its date and credit under it\n"
    "  --legend, --scalebar     the same, with what the signs in it mean; with a scale bar and a north arrow\n"
    "  --tiles -                reads lines `Z X Y`, draws each, answers `Z X Y BYTES`; -o DIR keeps DIR/Z/X/Y.png\n";
static const char QUERY_HELP[] = "usage: contrechamp [--db FILE] query VIEW --at X,Y[,X2,Y2]\n\n"
                                 "What is drawn at a place (px from the top left), topmost first, as JSON.\n\n" VIEW_HELP;

struct job {
    const char *style, *tile, *center, *zoom, *bearing, *bbox, *size, *scale, *date, *category, *status, *assets, *today, *lang;
    const char *format, *out, *tiles, *at, *title;
    bool legend, scale_bar;
    struct option_list basemaps;
    /* read */
    struct view view;
    struct box box;              /* where one was typed */
    enum picture_format picture;
    struct filter filter;
    struct scene scene;
    struct style *read_style;
    struct painter *painter;
    struct world *world;
};

#define VIEW_OPTIONS(j)                                                                                               \
    {"--style", OPTION_TEXT, &(j)->style}, {"--tile", OPTION_TEXT, &(j)->tile}, {"--center", OPTION_TEXT, &(j)->center}, \
        {"--zoom", OPTION_TEXT, &(j)->zoom}, {"--bearing", OPTION_TEXT, &(j)->bearing}, {"--bbox", OPTION_TEXT, &(j)->bbox}, \
        {"--size", OPTION_TEXT, &(j)->size}, {"--scale", OPTION_TEXT, &(j)->scale}, {"--date", OPTION_TEXT, &(j)->date}, \
        {"--category", OPTION_TEXT, &(j)->category}, {"--status", OPTION_TEXT, &(j)->status},                         \
        {"--basemap", OPTION_LIST, &(j)->basemaps}, {"--assets", OPTION_TEXT, &(j)->assets},                          \
        {"--today", OPTION_TEXT, &(j)->today}, {"--lang", OPTION_TEXT, &(j)->lang}

/* ---- what was typed ---- */

static size_t read_numbers(const char *text, char sep, double *out, size_t most)
{
    struct str rest = str_of(text), one;
    size_t n = 0;
    while (str_next(&rest, sep, &one))
        if (n == most || !str_double(str_trim(one), &out[n++]))
            return 0;
    return n;
}

static bool read_size(const char *text, int *width, int *height, struct err *err)
{
    double v[2];
    if (read_numbers(text, 'x', v, 2) != 2 || v[0] < 1 || v[1] < 1 || v[0] > 100000 || v[1] > 100000)
        return err_set(err, ERR_INVALID, "--size %s: say width and height in px, as 800x600", text);
    *width = (int)v[0];
    *height = (int)v[1];
    return true;
}

static bool read_tile(const char *text, struct tile *out)
{
    struct str rest = str_of(text), one;
    uint64_t v[3];
    for (int i = 0; i < 3; i++)
        if (!str_next(&rest, '/', &one) || !str_u64(one, &v[i]))
            return false;
    *out = (struct tile){(uint32_t)v[1], (uint32_t)v[2], (uint8_t)MIN(v[0], 255)};
    return tile_is_valid(v[0], v[1], v[2]);
}

/* A centre, zoom or bearing the style itself names (MapLibre's root properties) is where a view starts. */
static void view_of_style(const struct style *s, struct view *v)
{
    const struct json *root = style_root(s), *centre = json_get(root, S("center"));
    if (json_size(centre) >= 2)
        v->centre = mercator_of((struct lonlat){json_number(json_at(centre, 0)), json_number(json_at(centre, 1))});
    v->zoom = json_number(json_get(root, S("zoom")));
    v->bearing_deg = json_number(json_get(root, S("bearing")));
}

static bool is_style_file(const char *name)
{
    return strchr(name, '/') || str_ends(str_of(name), S(".json"));
}

/* One of our styles shows the world: which part of it is asked for must be said. A style file says where it starts. */
static bool has_view(const struct job *j, struct err *err)
{
    if (j->tile || j->bbox || (j->style && is_style_file(j->style)))
        return true;
    if (!j->center)
        return err_set(err, ERR_INVALID, "say what to draw: --tile Z/X/Y, --center LON,LAT --zoom Z, or --bbox W,S,E,N");
    return j->zoom || err_set(err, ERR_INVALID, "--center goes with --zoom");
}

static bool read_view(struct job *j, struct err *err)
{
    struct view *v = &j->view;
    double n[4];
    *v = (struct view){.centre = {0.5, 0.5}, .scale = 1, .width_px = 800, .height_px = 600};
    view_of_style(j->read_style, v);
    if (j->scale && (!str_double(str_of(j->scale), &v->scale) || !(v->scale >= 0.5 && v->scale <= 4)))
        return err_set(err, ERR_INVALID, "--scale %s: a number from 1 to 4", j->scale);
    if (j->size && !read_size(j->size, &v->width_px, &v->height_px, err))
        return false;
    if (j->tile) {
        struct tile t;
        if (!read_tile(j->tile, &t))
            return err_set(err, ERR_INVALID, "--tile %s: say Z/X/Y with X and Y under 2^Z, Z at most 22", j->tile);
        *v = view_of_tile(t, v->scale);
        return true;
    }
    if (j->bbox) {
        if (read_numbers(j->bbox, ',', n, 4) != 4 || fabs(n[1]) > 90 || fabs(n[3]) > 90 || n[1] >= n[3])
            return err_set(err, ERR_INVALID, "--bbox %s: say west,south,east,north in degrees", j->bbox);
        j->box = (struct box){n[0], n[1], n[2], n[3]};
        *v = view_of_box(j->box, v->width_px, v->height_px, v->scale);
    }
    if (j->center) {
        if (read_numbers(j->center, ',', n, 2) != 2 || !lonlat_is_valid((struct lonlat){n[0], n[1]}))
            return err_set(err, ERR_INVALID, "--center %s: say longitude,latitude in degrees", j->center);
        v->centre = mercator_of((struct lonlat){n[0], n[1]});
    }
    if (j->zoom && (!str_double(str_of(j->zoom), &v->zoom) || v->zoom < 0 || v->zoom > 24))
        return err_set(err, ERR_INVALID, "--zoom %s: a number from 0 to 24", j->zoom);
    if (j->bearing && !str_double(str_of(j->bearing), &v->bearing_deg))
        return err_set(err, ERR_INVALID, "--bearing %s: degrees clockwise from north", j->bearing);
    return true;
}

static bool ends_as(struct str name, enum picture_format f)
{
    struct str extension = str_of(PICTURE_EXTENSION[f]);
    return str_ends(name, extension) && name.len > extension.len && name.at[name.len - extension.len - 1] == '.';
}

static bool is_png(enum picture_format f)
{
    return f == PICTURE_PNG || f == PICTURE_PNG8;
}

/* A file that is called .svg is an SVG. */
static bool agrees_with_name(const struct job *j, struct err *err)
{
    for (int f = 0; j->out && !j->tiles && f < PICTURE_FORMAT_COUNT; f++) {
        enum picture_format told = (enum picture_format)f;
        if (ends_as(str_of(j->out), told) && told != j->picture && !(is_png(told) && is_png(j->picture)))
            return err_set(err, ERR_INVALID, "-o %s and --format %s say two things; change one of them", j->out, j->format);
    }
    return true;
}

static bool read_format(struct job *j, struct err *err)
{
    struct str name = j->format ? str_of(j->format) : str_of(j->out);
    for (int f = 0; f < PICTURE_FORMAT_COUNT; f++)
        if (j->format ? str_eq(name, str_of(PICTURE_EXTENSION[f])) : ends_as(name, (enum picture_format)f)) {
            j->picture = (enum picture_format)f;
            return agrees_with_name(j, err);
        }
    if (j->format)
        return err_set(err, ERR_INVALID, "--format %s: there are png, png8, webp, svg and pdf", j->format);
    static const char *const NOT_DRAWN[] = {".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".bmp"};
    for (size_t i = 0; i < COUNT(NOT_DRAWN); i++)
        if (str_ends(name, str_of(NOT_DRAWN[i])))
            return err_set(err, ERR_INVALID, "-o %s: pictures are drawn as png, png8, webp, svg and pdf", j->out);
    j->picture = PICTURE_PNG;
    return true;
}

static bool read_day(const char *option, const char *text, bool last, int32_t *out, struct err *err)
{
    struct partial_date d;
    if (!partial_date_read(str_of(text), &d))
        return err_set(err, ERR_INVALID, "%s %s: say YYYY, YYYY-MM or YYYY-MM-DD", option, text);
    *out = last ? d.hi : d.lo;
    return true;
}

static bool read_filter(struct job *j, struct err *err)
{
    bool known;
    j->filter = filter_everything();
    if (j->lang && strcmp(j->lang, "fr") != 0 && strcmp(j->lang, "en") != 0)
        return err_set(err, ERR_INVALID, "--lang %s: say fr or en", j->lang);
    if (j->category && !filter_set(&j->filter, S("category"), str_of(j->category), &known, err))
        return false;
    if (j->status && !filter_set(&j->filter, S("status"), str_of(j->status), &known, err))
        return false;
    if (j->date && !filter_set(&j->filter, S("date"), str_of(j->date), &known, err))
        return false;
    j->scene = (struct scene){.filter = &j->filter, .today = clock_today(), .french = !j->lang || strcmp(j->lang, "en") != 0};
    return !j->today || read_day("--today", j->today, false, &j->scene.today, err);
}

/* ---- where things are ---- */

static bool is_there(const char *path)
{
    return access(path, R_OK) == 0;
}

/* FILE.json as it is; a name is one of ours. */
static bool open_style(struct job *j, struct err *err)
{
    const char *name = j->style ? j->style : "light";
    struct str text;
    if (is_style_file(name))
        return style_read_file(&j->read_style, name, err);
    if (builtin_style(str_of(name), &text))
        return style_read(&j->read_style, text, NULL, err) || err_under(err, "style %s", name);
    return err_set(err, ERR_MISSING, "--style %s: there is no such style; say light, dark, print or deployments, or give a style file", name);
}

static void finish(struct job *j)
{
    painter_free(j->painter);
    snapshot_drop(j->scene.points);
    if (j->world)
        world_close(j->world);
    if (j->read_style)
        style_drop(j->read_style);
}

/* What was typed and is wrong whatever there is on this machine. */
static bool read_options(struct job *j, struct err *err)
{
    return (j->tiles || has_view(j, err)) && open_style(j, err) && read_filter(j, err) && read_view(j, err);
}

/* Of a database that was not named, and is not there, the base map alone is drawn. */
static bool prepare(struct job *j, const struct invocation *inv, struct buf *basemap, struct err *err)
{
    if (j->basemaps.n == 0 && where_basemap(basemap, inv->db))
        j->basemaps.at[j->basemaps.n++] = basemap->at;
    struct painter_options options = {.basemaps = j->basemaps.at, .n_basemaps = j->basemaps.n, .assets = j->assets};
    if (!painter_new(&j->painter, &options, err))
        return false;
    if (!inv->db_is_given && !is_there(inv->db))
        return true;
    if (!world_open(&j->world, inv->db, false, err))
        return false;
    j->scene.points = world_hold(j->world);
    return true;
}

static int leave(struct job *j, const struct invocation *inv, bool ok, const struct err *err)
{
    finish(j);
    return ok ? EXIT_DONE : command_failed(inv, err);
}

/* A style that is ours or is read, but wrong, has failed; a word that is none of the choices was typed wrongly. */
static int misused(struct job *j, const struct invocation *inv, const struct err *err)
{
    bool file = j->style && is_style_file(j->style) && !j->read_style;
    finish(j);
    return file ? command_failed(inv, err) : command_misused(inv, "%s", err->text);
}

/* ---- render ---- */

static bool make_folder(const char *path, struct err *err)
{
    return mkdir(path, 0777) == 0 || errno == EEXIST || err_errno(err, "%s", path);
}

static bool keep_tile(const struct job *j, const struct buf *bytes, struct tile t, struct err *err)
{
    AUTO(buf) path = {0};
    buf_add(&path, str_of(j->out));
    if (!make_folder(path.at, err))
        return false;
    buf_fmt(&path, "/%d", t.z);
    if (!make_folder(path.at, err))
        return false;
    buf_fmt(&path, "/%u", t.x);
    if (!make_folder(path.at, err))
        return false;
    buf_fmt(&path, "/%u.%s", t.y, j->picture == PICTURE_WEBP ? "webp" : "png");
    FILE *f = fopen(path.at, "wb");
    if (!f)
        return err_errno(err, "%s", path.at);
    bool ok = fwrite(bytes->at, 1, bytes->len, f) == bytes->len;
    ok = fclose(f) == 0 && ok;
    return ok || err_errno(err, "%s", path.at);
}

static bool draw_tiles(struct job *j, struct err *err)
{
    AUTO(buf) bytes = {0};
    char line[128];
    while (fgets(line, sizeof line, stdin)) {
        struct str rest = str_trim(str_of(line)), word;
        uint64_t v[3];
        int n = 0;
        while (n < 3 && str_next(&rest, ' ', &word))
            if (word.len && !str_u64(word, &v[n++]))
                n = 9;
        if (n != 3 || !tile_is_valid(v[0], v[1], v[2]))
            return err_set(err, ERR_INVALID, "--tiles: \"%.*s\" is no line Z X Y", STR_ARG(str_trim(str_of(line))));
        struct tile t = {(uint32_t)v[1], (uint32_t)v[2], (uint8_t)v[0]};
        buf_clear(&bytes);
        if (!tile_draw(j->painter, t, (int)MAX(j->view.scale, 1), j->picture, j->read_style, &j->scene, &bytes, err))
            return false;
        if (j->out && !keep_tile(j, &bytes, t, err))
            return false;
        printf("%d %u %u %zu\n", t.z, t.x, t.y, bytes.len);
        fflush(stdout);
    }
    return true;
}

static bool draw_figure(struct job *j, struct err *err)
{
    AUTO(buf) bytes = {0};
    struct render_figure r = {.title = j->title, .legend = j->legend, .scale_bar = j->scale_bar, .date = j->date, .view = j->view,
        .has_box = j->bbox && !j->tile, .box = j->box, .style = j->read_style, .scene = &j->scene, .world = j->world, .basemaps = j->basemaps.at,
        .n_basemaps = j->basemaps.n};
    return render_figure(j->painter, &r, j->picture, &bytes, err) && buf_write_file(&bytes, j->out, err);
}

static bool draw_picture(struct job *j, struct err *err)
{
    AUTO(buf) bytes = {0};
    if (j->title || j->legend || j->scale_bar)
        return draw_figure(j, err);
    return picture_draw(j->painter, &j->view, j->picture, j->read_style, &j->scene, &bytes, err) && buf_write_file(&bytes, j->out, err);
}

int cmd_render(struct invocation *inv)
{
    struct job j = {0};
    struct err err;
    AUTO(buf) basemap = {0};
    int code;
    const struct option options[] = {VIEW_OPTIONS(&j), {"--format", OPTION_TEXT, &j.format}, {"-o", OPTION_TEXT, &j.out}, {"--tiles", OPTION_TEXT, &j.tiles},
        {"--title", OPTION_TEXT, &j.title}, {"--legend", OPTION_FLAG, &j.legend}, {"--scalebar", OPTION_FLAG, &j.scale_bar}};
    if (!options_read(inv, options, COUNT(options), NULL, RENDER_HELP, &code))
        return code;
    if (j.tiles ? strcmp(j.tiles, "-") != 0 : !j.out)
        return command_misused(inv, j.tiles ? "--tiles takes -, standard input" : "say where to: -o FILE or -o -");
    if (!read_format(&j, &err) || !read_options(&j, &err))
        return misused(&j, inv, &err);
    bool ok = prepare(&j, inv, &basemap, &err) && (j.tiles ? draw_tiles(&j, &err) : draw_picture(&j, &err));
    return leave(&j, inv, ok, &err);
}

int cmd_query(struct invocation *inv)
{
    struct job j = {0};
    struct err err;
    AUTO(buf) basemap = {0};
    AUTO(buf) out = {0};
    double at[4];
    int code;
    const struct option options[] = {VIEW_OPTIONS(&j), {"--at", OPTION_TEXT, &j.at}};
    if (!options_read(inv, options, COUNT(options), NULL, QUERY_HELP, &code))
        return code;
    size_t n = j.at ? read_numbers(j.at, ',', at, 4) : 0;
    if (n != 2 && n != 4)
        return command_misused(inv, "say where: --at X,Y or --at X,Y,X2,Y2");
    if (n == 2)
        at[2] = at[0], at[3] = at[1];
    if (!read_options(&j, &err))
        return misused(&j, inv, &err);
    bool ok = prepare(&j, inv, &basemap, &err) &&
        map_query(j.painter, &j.view, j.read_style, &j.scene, MIN(at[0], at[2]), MIN(at[1], at[3]), MAX(at[0], at[2]), MAX(at[1], at[3]), &out, &err);
    if (ok) {
        buf_char(&out, '\n');
        ok = buf_write_file(&out, "-", &err);
    }
    return leave(&j, inv, ok, &err);
}
