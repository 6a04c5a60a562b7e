/* contrechamp export: published records out, with sources and licence. */
#include <stdio.h>
#include <string.h>

#include "data/export.h"
#include "server/command.h"

static const char HELP[] =
    "usage: contrechamp export --format geojson|geojsonl|csv|gpkg|kml|gpx|fgb [--bbox W,S,E,N] [--filter F] [--date D] -o FILE|-\n\n"
    "Published records, each with its sources, licence and attribution. Positions are the public ones.\n"
    "  --filter F  conditions on category, status, space, operator, vendor: \"category IN ('cctv','vsa') AND status = 'active'\"\n"
    "  --date D    as the map was on that day (2019, 2019-10, 2019-10-28)\n";

static bool read_bbox(const char *text, struct search *out)
{
    struct str rest = str_of(text), part;
    double v[4];
    size_t n = 0;
    while (n < 4 && str_next(&rest, ',', &part))
        if (!str_double(str_trim(part), &v[n++]))
            return false;
    if (n != 4 || rest.at || v[1] > v[3] || v[0] < -180 || v[2] > 180 || v[1] < -90 || v[3] > 90)
        return false;
    out->bbox = (struct box){v[0], v[1], v[2], v[3]};
    out->has_bbox = true;
    return true;
}

/* ---- conditions: NAME = 'x', NAME IN ('x','y'), joined by AND ---- */

struct scan {
    struct str rest;
    struct store *store; /* NULL: the form alone is looked at */
};

static struct str next_word(struct scan *s)
{
    s->rest = str_trim(s->rest);
    size_t n = 0;
    if (s->rest.len && strchr("(),=", s->rest.at[0]))
        n = 1;
    else if (s->rest.len && s->rest.at[0] == '\'') {
        for (n = 1; n < s->rest.len && s->rest.at[n] != '\''; n++)
            ;
        n += n < s->rest.len;
    } else
        while (n < s->rest.len && !strchr(" \t\r\n(),='", s->rest.at[n]))
            n++;
    struct str word = str_slice(s->rest, 0, n);
    s->rest = str_slice(s->rest, n, s->rest.len);
    return word;
}

static bool take_value(struct scan *s, struct buf *values)
{
    struct str w = next_word(s);
    if (w.len < 2 || w.at[0] != '\'' || w.at[w.len - 1] != '\'')
        return false;
    if (values->len)
        buf_char(values, ',');
    buf_add(values, str_slice(w, 1, w.len - 1));
    return true;
}

/* By name, as the column has it, or by the word of its address. */
static bool read_orgs(const struct scan *s, struct str name, struct str values, struct filter *f, struct err *err)
{
    AUTO(arena) a;
    AUTO(buf) slugs = {0};
    struct str value;
    bool known;
    arena_init(&a, 1 << 20);
    while (values.len && str_next(&values, ',', &value)) {
        struct str slug = str_slug(&a, value);
        if (s->store && !store_has_org(s->store, slug))
            return err_set(err, ERR_INVALID, "--filter: no record has the %.*s '%.*s'", STR_ARG(name), STR_ARG(str_cut_runes(value, 60)));
        buf_fmt(&slugs, "%s%.*s", slugs.len ? "," : "", STR_ARG(slug));
    }
    return filter_set(f, name, buf_str(&slugs), &known, err);
}

static bool read_condition(struct scan *s, struct filter *f, struct err *err)
{
    AUTO(buf) values = {0};
    struct str name = next_word(s), op = next_word(s), w;
    bool known = false, ok = false;
    if (str_eq(op, S("=")))
        ok = take_value(s, &values);
    else if (str_eq_nocase(op, S("IN")) && str_eq(next_word(s), S("("))) {
        do {
            ok = take_value(s, &values);
            w = next_word(s);
        } while (ok && str_eq(w, S(",")));
        ok = ok && str_eq(w, S(")"));
    }
    if (!ok)
        return err_set(err, ERR_INVALID, "--filter: only NAME = 'x' and NAME IN ('x','y') joined by AND are understood yet");
    if (str_eq(name, S("surveilled_space")))
        name = S("space");
    if (str_eq(name, S("operator")) || str_eq(name, S("vendor")))
        return read_orgs(s, name, buf_str(&values), f, err);
    return filter_set(f, name, buf_str(&values), &known, err) &&
        (known || err_set(err, ERR_INVALID, "--filter: %.*s is not a property that can be asked for yet", STR_ARG(str_slice(name, 0, 60))));
}

static bool read_filter(const char *text, struct store *store, struct filter *f, struct err *err)
{
    struct scan s = {str_of(text), store};
    for (;;) {
        if (!read_condition(&s, f, err))
            return false;
        struct str w = next_word(&s);
        if (!w.len)
            return true;
        if (!str_eq_nocase(w, S("AND")))
            return err_set(err, ERR_INVALID, "--filter: only NAME = 'x' and NAME IN ('x','y') joined by AND are understood yet");
    }
}

int cmd_export(struct invocation *inv)
{
    const char *format = NULL, *bbox = NULL, *filter = NULL, *date = NULL, *out = NULL;
    struct search what = {.filter = filter_everything()}; /* rows are points: an area where nothing was found is none */
    struct err err = {0};
    struct store *s;
    bool known;
    int code;
    const struct option options[] = {{"--format", OPTION_TEXT, &format}, {"--bbox", OPTION_TEXT, &bbox}, {"--filter", OPTION_TEXT, &filter},
        {"--date", OPTION_TEXT, &date}, {"-o", OPTION_TEXT, &out}};
    if (!options_read(inv, options, COUNT(options), NULL, HELP, &code))
        return code;
    if (!out)
        return command_misused(inv, "where to? -o FILE, or -o - for standard output");
    int f = format ? term_find(EXPORT_TERMS, EXPORT_FORMAT_COUNT, str_of(format)) : -1;
    if (f < 0)
        return command_misused(inv, "--format is one of geojson, geojsonl, csv, gpkg, kml, gpx, fgb");
    if (bbox && !read_bbox(bbox, &what))
        return command_misused(inv, "--bbox is W,S,E,N in degrees");
    if (date && !filter_set(&what.filter, S("date"), str_of(date), &known, &err))
        return command_misused(inv, "--date: %s", err.text);
    if (filter && !read_filter(filter, NULL, &what.filter, &err))
        return command_misused(inv, "%s", err.text);
    if (!store_open(&s, inv->db, STORE_READ, &err))
        return command_failed(inv, &err);
    if (filter && !read_filter(filter, s, &what.filter, &err)) {
        store_close(s);
        return command_misused(inv, "%s", err.text);
    }
    bool ok = export_file(s, &what, (enum export_format)f, out, &err);
    store_close(s);
    return ok ? EXIT_DONE : command_failed(inv, &err);
}
