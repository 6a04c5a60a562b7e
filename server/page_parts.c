#include "server/page_parts.h"

#include <math.h>
#include <string.h>

#include "data/base/clock.h"
#include "data/group.h"

/* ---- a record in a few words ---- */

void page_symbol(struct page *p, enum category category, enum status status, bool stale)
{
    page_fmt(p, "<span class=\"sym fam-%s st-%s%s\" aria-hidden=\"true\"></span>", FAMILY_TERMS[category_family(category)].code,
        STATUS_TERMS[status].code, stale ? " stale" : "");
}

void page_title(struct page *p, const struct deployment *d)
{
    AUTO(buf) title = {0};
    deployment_title(&title, d, p->french);
    page_text(p, buf_str(&title));
}

enum status page_status_now(const struct deployment *d, bool *stale)
{
    struct interval all[INTERVALS_MAX];
    size_t n = deployment_intervals(d, all);
    const struct interval *now = &all[n - 1];
    for (size_t i = 0; i < n; i++)
        if (all[i].first_day <= clock_today() && clock_today() <= all[i].last_day)
            now = &all[i];
    *stale = now->stale;
    return now->status;
}

void page_when(struct page *p, struct partial_date d)
{
    if (!d.year)
        return;
    if (!d.uncertain)
        page_fmt(p, "%t ", d.day ? "when.on" : "when.in");
    page_fmt(p, "%D", d);
}

/* The event that made the status what it is. */
static const struct status_event *deciding(const struct deployment *d, enum status status)
{
    for (size_t i = d->n_events; i--;)
        if (d->events[i].status == status && d->events[i].kind != EVENT_ENDED)
            return &d->events[i];
    return NULL;
}

void page_status(struct page *p, const struct deployment *d)
{
    bool stale;
    enum status status = page_status_now(d, &stale);
    const struct status_event *e = deciding(d, status);
    struct partial_date when = e ? e->date : d->status_since;
    bool runs = status == STATUS_ACTIVE || status == STATUS_TRIAL;
    const char *dated = !runs || !when.year ? "" : e && e->kind == EVENT_OBSERVED ? ".seen" : ".dated";
    AUTO(buf) key = {0};
    buf_fmt(&key, "status.%s%s", STATUS_TERMS[status].code, stale ? ".old" : dated);
    page_fmt(p, "<span class=\"status\">");
    page_say(p, key.at);
    if (when.year) {
        page_raw(p, " ");
        page_when(p, when);
    }
    if (e && e->authority != AUTHORITY_NONE && !stale)
        page_fmt(p, " %t %T", "by", &AUTHORITY_TERMS[e->authority]);
    if (stale)
        page_fmt(p, "%t", "status.no_news");
    page_raw(p, "</span>");
}

void page_place_link(struct page *p, struct str code, struct str name)
{
    if (!name.len)
        return;
    if (!code.len || str_has(code, S(":"))) {
        page_text(p, name);
        return;
    }
    AUTO(buf) to = {0};
    buf_add(&to, S("/c/"));
    buf_url(&to, code);
    page_fmt(p, "<a href=\"%L\">%S</a>", to.at, name);
}

void page_row(struct page *p, const struct deployment *d, bool with_place)
{
    bool stale;
    enum status status = page_status_now(d, &stale);
    AUTO(buf) to = {0};
    buf_fmt(&to, "/d/%llu", (unsigned long long)d->id);
    page_raw(p, "<li class=\"row\">");
    page_symbol(p, d->category, status, stale);
    page_fmt(p, "<span class=\"what\"><a class=\"record\" href=\"%L\">", to.at);
    page_title(p, d);
    page_raw(p, "</a><span class=\"small\">");
    if (with_place && d->place_name.len && (d->title_fr.len || d->title_en.len))
        page_fmt(p, "%S · ", d->place_name);
    page_status(p, d);
    page_raw(p, "</span></span></li>");
}

void page_rows(struct page *p, const struct deployment *d, size_t n, bool with_place)
{
    page_raw(p, "<ul class=\"rows\">");
    for (size_t i = 0; i < n; i++)
        page_row(p, &d[i], with_place);
    page_raw(p, "</ul>");
}

bool page_found(struct page *p, struct store *store, struct search *search, const char *heading, const char *address, bool with_place, size_t *total,
    struct err *err)
{
    struct deployment *found;
    size_t n;
    search->offset = page_offset(p);
    search->limit = LIST_ROWS;
    if (!store_search(store, search, &p->rq->arena, &found, &n, total, err))
        return false;
    if (!*total)
        return true;
    page_fmt(p, "<section><h2>%t <span class=\"n\">%N</span></h2>", heading, (int64_t)*total);
    size_t projects = 0;
    while (projects < n && found[projects].programme)
        projects++;
    if (projects && projects < n) {
        page_fmt(p, "<h3>%t</h3>", "list.projects");
        page_rows(p, found, projects, with_place);
        page_fmt(p, "<h3>%t</h3>", "list.devices");
        page_rows(p, found + projects, n - projects, with_place);
    } else {
        page_rows(p, found, n, with_place);
    }
    page_pager(p, address, search->offset, *total);
    page_raw(p, "</section>");
    return true;
}

/* ---- somebody's words ---- */

static void put_lines(struct page *p, struct str text)
{
    struct str line;
    for (bool first = true; str_next(&text, '\n', &line); first = false) {
        page_raw(p, first ? "" : "<br>");
        page_text(p, line);
    }
}

void page_paragraphs(struct page *p, struct str text)
{
    while ((text = str_trim(text)).len) {
        size_t end = 0; /* at a line with nothing in it */
        for (struct str rest = text, line; str_next(&rest, '\n', &line) && str_trim(line).len;)
            end = (size_t)(line.at + line.len - text.at);
        page_raw(p, "<p>");
        put_lines(p, str_slice(text, 0, end));
        page_raw(p, "</p>");
        text = str_slice(text, end, text.len);
    }
}

void page_contact_link(struct page *p, struct str contact)
{
    if (group_is_web_address(contact))
        page_fmt(p, "<a href=\"%S\" rel=\"nofollow noopener noreferrer\">%S</a>", contact, contact);
    else if (group_is_mail(contact))
        page_fmt(p, "<a href=\"mailto:%S\">%S</a>", contact, contact);
    else
        page_text(p, contact);
}

/* ---- sources ---- */

static bool is_web_address(struct str url)
{
    return str_starts(url, S("https://")) || str_starts(url, S("http://"));
}

void page_source(struct page *p, const struct source *s, size_t number)
{
    struct str title = s->title.len ? s->title : s->url;
    page_fmt(p, "<li id=\"s%d\" value=\"%d\">", (int64_t)number, (int64_t)number);
    if (is_web_address(s->url))
        page_fmt(p, "<a href=\"%S\" rel=\"nofollow noopener noreferrer\">%S</a>", s->url, title);
    else
        page_text(p, title);
    page_raw(p, "<span class=\"small\">");
    page_fmt(p, " · %T", &SOURCE_KIND_TERMS[s->kind]);
    if (s->publisher.len)
        page_fmt(p, ", %S", s->publisher);
    if (s->author.len)
        page_fmt(p, ", %S", s->author);
    if (s->published_on.year)
        page_fmt(p, ", %D", s->published_on);
    if (s->page.len)
        page_fmt(p, ", %t %S", "source.page", s->page);
    if (s->licence.len)
        page_fmt(p, ", %S", s->licence);
    if (s->accessed_on.year)
        page_fmt(p, " (%t %D)", "source.read_on", s->accessed_on);
    if (is_web_address(s->archive_url))
        page_fmt(p, " · <a href=\"%S\" rel=\"nofollow noopener noreferrer\">%t</a>", s->archive_url, "source.archive");
    page_raw(p, "</span>");
    if (s->quote.len)
        page_fmt(p, "<q>%S</q>", s->quote);
    page_raw(p, "</li>");
}

/* ---- the map as the server draws it ---- */

void page_map_address(struct buf *out, struct lonlat centre, int zoom, struct str query)
{
    buf_add(out, S("/?center="));
    buf_fixed(out, centre.lon, 5);
    buf_char(out, ',');
    buf_fixed(out, centre.lat, 5);
    buf_fmt(out, "&zoom=%d", zoom);
    if (query.len) {
        buf_char(out, '&');
        buf_add(out, query);
    }
}

static void put_tile_url(struct page *p, const char *style, struct tile t, const char *scale, struct str query)
{
    page_fmt(p, "/tiles/%s/%d/%d/%d%s.png%s%S", style, (int64_t)t.z, (int64_t)t.x, (int64_t)t.y, scale, query.len ? "?" : "", query);
}

static void put_tile_urls(struct page *p, const char *style, struct tile t, struct str query)
{
    page_raw(p, "srcset=\"");
    put_tile_url(p, style, t, "", query);
    page_raw(p, ", ");
    put_tile_url(p, style, t, "@2x", query);
    page_raw(p, " 2x\"");
}

/* A tile of the grid; away from the world (north of it, south of it) an empty cell. */
static void put_tile(struct page *p, int64_t x, int64_t y, int zoom, struct str query)
{
    int64_t across = (int64_t)1 << zoom;
    if (y < 0 || y >= across) {
        page_raw(p, "<span></span>");
        return;
    }
    struct tile t = {(uint32_t)(((x % across) + across) % across), (uint32_t)y, (uint8_t)zoom};
    page_raw(p, "<picture><source media=\"(prefers-color-scheme: dark)\" ");
    put_tile_urls(p, "dark", t, query);
    page_raw(p, "><img alt=\"\" width=\"256\" height=\"256\" ");
    put_tile_urls(p, "light", t, query);
    page_raw(p, " src=\"");
    put_tile_url(p, "light", t, "", query);
    page_raw(p, "\"></picture>");
}

static void put_step(struct page *p, const struct drawn_map *m, const char *where, double dx_px, double dy_px, int dz)
{
    int zoom = CLAMP(m->zoom + dz, 0, 20);
    double world_px = ldexp(256, m->zoom);
    struct xy at = mercator_of(m->centre);
    at.x += dx_px / world_px;
    at.x -= floor(at.x);
    at.y = CLAMP(at.y + dy_px / world_px, 0.0, 1.0);
    AUTO(buf) to = {0}, key = {0};
    page_map_address(&to, mercator_lonlat(at), zoom, m->query);
    buf_fmt(&key, "step.%s", where);
    page_fmt(p, "<a class=\"step %s\" href=\"%L\" title=\"%t\"><span class=\"hidden\">%t</span></a>", where, to.at, key.at, key.at);
}

void page_drawn_map(struct page *p, const struct drawn_map *m)
{
    struct xy at = mercator_of(m->centre);
    double across = ldexp(1, m->zoom), x = at.x * across, y = at.y * across;
    int64_t cx = (int64_t)floor(x), cy = (int64_t)floor(y);
    /* How far the centre lies from the middle of its tile, in eighths: style sheets hold one class for each. */
    page_fmt(p, "<div class=\"drawn cols%d ox%d oy%d\" role=\"img\" aria-label=\"%t\">", (int64_t)m->cols, (int64_t)((x - (double)cx) * 8),
        (int64_t)((y - (double)cy) * 8), "map.drawn");
    for (int r = -(m->rows / 2); r <= m->rows / 2; r++)
        for (int c = -(m->cols / 2); c <= m->cols / 2; c++)
            put_tile(p, cx + c, cy + r, m->zoom, m->query);
    page_raw(p, "</div>");
    if (!m->steerable)
        return;
    page_fmt(p, "<nav class=\"steps\" aria-label=\"%t\">", "step.nav");
    put_step(p, m, "in", 0, 0, 1);
    put_step(p, m, "out", 0, 0, -1);
    put_step(p, m, "north", 0, -300, 0);
    put_step(p, m, "west", -300, 0, 0);
    put_step(p, m, "east", 300, 0, 0);
    put_step(p, m, "south", 0, 300, 0);
    page_raw(p, "</nav>");
}
