/*
 * What proves it: sources, the claim that rests on them, and the state with its date. What was seen on foot is known by its
 * month: a day and a place are enough to find whoever stood there on the footage.
 */
#include <string.h>

#include "data/base/clock.h"
#include "server/draft.h"

/* ---- sources ---- */

/* "s3_url"; the same text each time, so that a fault may keep it. */
static const char *name_of(size_t i, const char *part)
{
    static const char *const PARTS[] = {"url", "title", "publisher", "date", "kind"};
    static const char *const NAMES[DRAFT_SOURCES_MAX][COUNT(PARTS)] = {
#define ROW(n) {"s" n "_url", "s" n "_title", "s" n "_publisher", "s" n "_date", "s" n "_kind"}
        ROW("1"), ROW("2"), ROW("3"), ROW("4"), ROW("5"), ROW("6"), ROW("7"), ROW("8"), ROW("9"), ROW("10"),
#undef ROW
    };
    for (size_t k = 0; k < COUNT(PARTS); k++)
        if (strcmp(PARTS[k], part) == 0)
            return NAMES[i][k];
    must(!"a part of a source");
    return "";
}

/* Cameras that anybody can watch are no source: we document devices, and do not spread their pictures. */
static bool is_a_feed(struct str url, struct arena *a)
{
    static const char *const SIGNS[] = {".m3u8", ".mjpg", ".mjpeg", "axis-cgi", "mjpg/video", "/webcam", "webcam.", "insecam", "nphmotionjpeg",
        "livecam", "live-cam", "skylinewebcams", "earthcam", "viewerframe"};
    char *low = arena_copy(a, url.at, url.len);
    for (size_t i = 0; low && i < url.len; i++)
        if (low[i] >= 'A' && low[i] <= 'Z')
            low[i] += 32;
    for (size_t i = 0; low && i < COUNT(SIGNS); i++)
        if (str_has(str_from(low, url.len), str_of(SIGNS[i])))
            return true;
    return false;
}

static struct str read_url(struct draft *dr, const char *field)
{
    struct str url = form_get(dr->f, field);
    bool web = str_starts(url, S("https://")) || str_starts(url, S("http://"));
    if (!url.len)
        return url;
    if (!web || url.len < sizeof "http://a.b" - 1 || url.len > DRAFT_URL_MAX_BYTES || strpbrk(str_cstr(dr->a, url), " \t\n<>\"\\"))
        draft_fault(dr, field, "fault.url");
    else if (is_a_feed(url, dr->a))
        draft_fault(dr, field, "fault.feed");
    else
        return url;
    return S("");
}

/* False: there is nothing in it. */
static bool read_source(struct draft *dr, size_t i, struct source *out)
{
    struct str url = form_get(dr->f, name_of(i, "url")), title = form_get(dr->f, name_of(i, "title"));
    bool any = url.len || title.len || form_get(dr->f, name_of(i, "publisher")).len || form_get(dr->f, name_of(i, "date")).len;
    if (!any)
        return false;
    *out = (struct source){.url = read_url(dr, name_of(i, "url")), .title = draft_short(dr, name_of(i, "title"), DRAFT_SHORT_MAX_RUNES * 2),
        .publisher = draft_short(dr, name_of(i, "publisher"), DRAFT_SHORT_MAX_RUNES),
        .kind = (enum source_kind)draft_term(dr, name_of(i, "kind"), SOURCE_KIND_TERMS, SOURCE_FILE, SOURCE_PRESS),
        .published_on = draft_date(dr, name_of(i, "date"), false)};
    if (!url.len && !title.len)
        draft_fault(dr, name_of(i, "url"), "fault.source");
    return true;
}

static bool read_sources(struct draft *dr, size_t *n_new, struct err *err)
{
    struct deployment *d = &dr->d;
    struct source *all = ARENA_ARRAY(dr->a, struct source, d->n_sources + DRAFT_SOURCES_MAX), *new = ARENA_ARRAY(dr->a, struct source, DRAFT_SOURCES_MAX);
    size_t n = 0;
    if (!all || !new)
        return err_arena(err);
    for (size_t i = *n_new = 0; i < DRAFT_SOURCES_MAX; i++)
        *n_new += read_source(dr, i, &new[*n_new]);
    if (!*n_new)
        return true;
    for (size_t i = 0; i < d->n_sources; i++)
        if (d->sources[i].kind != SOURCE_FILE) /* made when the record was read, the last of them, and never kept */
            all[n++] = d->sources[i];
    memcpy(all + n, new, *n_new * sizeof *new);
    d->sources = all;
    d->n_sources = n + *n_new;
    return true;
}

/* ---- the claim ---- */

static enum confidence confidence_of(enum basis b)
{
    static const enum confidence OF[BASIS_COUNT] = {[BASIS_SURVEY] = CONFIDENCE_CONFIRMED, [BASIS_PHOTO] = CONFIDENCE_CONFIRMED,
        [BASIS_OFFICIAL_DOCUMENT] = CONFIDENCE_CONFIRMED, [BASIS_PRESS] = CONFIDENCE_PROBABLE, [BASIS_VENDOR] = CONFIDENCE_PROBABLE,
        [BASIS_STATEMENT] = CONFIDENCE_ALLEGED, [BASIS_OPEN_DATA] = CONFIDENCE_PROBABLE, [BASIS_OSM] = CONFIDENCE_PROBABLE,
        [BASIS_NGO] = CONFIDENCE_PROBABLE, [BASIS_LEAK] = CONFIDENCE_ALLEGED};
    return OF[b];
}

static bool add_claim(struct draft *dr, enum basis basis, struct partial_date said_on, size_t n_new, struct err *err)
{
    struct deployment *d = &dr->d;
    struct claim *all = ARENA_ARRAY(dr->a, struct claim, d->n_claims + 1);
    if (!all)
        return err_arena(err);
    if (d->n_claims)
        memcpy(all, d->claims, d->n_claims * sizeof *all);
    all[d->n_claims++] = (struct claim){.field = CLAIM_EXISTS, .confidence = confidence_of(basis), .basis = basis, .said_on = said_on,
        .source = n_new ? (uint32_t)(d->n_sources - n_new + 1) : 0};
    d->claims = all;
    return true;
}

/* ---- the state ---- */

static bool add_event(struct draft *dr, struct status_event e, struct err *err)
{
    struct deployment *d = &dr->d;
    struct status_event *all = ARENA_ARRAY(dr->a, struct status_event, d->n_events + 1);
    if (!all)
        return err_arena(err);
    if (d->n_events)
        memcpy(all, d->events, d->n_events * sizeof *all);
    all[d->n_events++] = e;
    d->events = all;
    return true;
}

static bool read_status(struct draft *dr, size_t n_new, struct err *err)
{
    bool said = draft_touched(dr, "status") || (dr->was && form_get(dr->f, "date").len);
    if (!said || dr->what == DRAFT_ZONE)
        return true;
    enum status status = (enum status)draft_term(dr, "status", STATUS_TERMS, STATUS_COUNT, STATUS_ACTIVE);
    struct status_event e = {.status = status, .date = draft_date(dr, "date", dr->survey), .source = n_new ? (uint32_t)(dr->d.n_sources - n_new + 1) : 0,
        .kind = dr->survey || status == STATUS_ACTIVE ? EVENT_OBSERVED : EVENT_BEGAN};
    if (status == STATUS_PROHIBITED) {
        e.authority = (enum authority)draft_term(dr, "authority", AUTHORITY_TERMS, AUTHORITY_COUNT, AUTHORITY_NONE);
        if (e.authority == AUTHORITY_NONE)
            draft_fault(dr, "authority", "fault.authority");
    }
    if (status == STATUS_UNKNOWN && !e.date.year)
        return true;
    return add_event(dr, e, err);
}

/* ---- all of it ---- */

static bool needs_source(const struct draft *dr, int basis)
{
    return dr->what == DRAFT_PROGRAMME ? !dr->was || draft_touched(dr, "status") : basis >= 0 && basis != BASIS_SURVEY;
}

/* A month in which it was seen, and today's where somebody only says that they did. */
static struct partial_date seen_on(struct draft *dr)
{
    struct partial_date d = draft_date(dr, "date", dr->survey);
    if (d.year || !dr->survey)
        return d;
    d = partial_date_of_day(clock_today());
    AUTO(buf) month = {0};
    d.day = 0;
    partial_date_write(&month, d);
    return partial_date_read(buf_str(&month), &d) ? d : (struct partial_date){0};
}

bool draft_read_evidence(struct draft *dr, struct err *err)
{
    size_t n_new = 0;
    int basis = draft_term(dr, "basis", BASIS_TERMS, BASIS_COUNT, -1);
    if (basis < 0 && !dr->was)
        draft_fault(dr, "basis", "fault.basis");
    if (dr->was && draft_is_coarse(&dr->d))
        return read_status(dr, 0, err);
    if (!read_sources(dr, &n_new, err) || !read_status(dr, n_new, err))
        return false;
    if (needs_source(dr, basis) && !n_new)
        draft_fault(dr, name_of(0, "url"), dr->what == DRAFT_PROGRAMME ? "fault.needs_source" : "fault.basis_source");
    struct partial_date seen = seen_on(dr);
    if (dr->survey && dr->what == DRAFT_DEVICE)
        dr->d.last_confirmed = seen;
    return basis < 0 || draft_fault_of(dr, name_of(0, "url")) || add_claim(dr, (enum basis)basis, seen, n_new, err);
}
