/*
 * The frame of a draft: faults, the small readers that all fields share, and the order in which a record is made. Where it is
 * stands in draft_place.c, polygons in draft_zone.c, what is mounted in a street in draft_device.c, what proves it in
 * draft_evidence.c.
 */
#include "server/draft.h"

#include <string.h>

#include "data/base/clock.h"
#include "data/base/json_patch.h"
#include "data/import_row.h"
#include "server/page.h"

const char *const DRAFT_WHAT_CODES[DRAFT_WHAT_COUNT] = {"device", "programme", "zone"};

/* ---- faults ---- */

void draft_fault(struct draft *dr, const char *field, const char *key)
{
    struct page p = {.french = dr->french};
    if (dr->n_faults < DRAFT_FAULTS_MAX && !draft_fault_of(dr, field))
        dr->faults[dr->n_faults++] = (struct draft_fault){field, str_of(say(&p, key))};
}

const struct str *draft_fault_of(const struct draft *dr, const char *field)
{
    for (size_t i = 0; i < dr->n_faults; i++)
        if (strcmp(dr->faults[i].field, field) == 0)
            return &dr->faults[i].says;
    return NULL;
}

/* ---- small readers ---- */

bool draft_touched(const struct draft *dr, const char *field)
{
    return !dr->was || (form_has(dr->f, field) && !str_eq(form_get(dr->f, field), form_get(dr->was, field)));
}

int draft_term(struct draft *dr, const char *field, const struct term *terms, size_t n, int absent)
{
    struct str code = form_get(dr->f, field);
    int found = code.len ? term_find(terms, n, code) : absent;
    if (found < 0 && code.len)
        draft_fault(dr, field, "fault.term");
    return found < 0 ? absent : found;
}

struct str draft_short(struct draft *dr, const char *field, size_t most_runes)
{
    struct str text = form_get(dr->f, field);
    if (str_runes(text) > most_runes)
        draft_fault(dr, field, most_runes == DRAFT_SUMMARY_MAX_RUNES ? "fault.summary" : "fault.short");
    else if (memchr(text.at ? text.at : "", '\n', text.len) && most_runes == DRAFT_SHORT_MAX_RUNES)
        draft_fault(dr, field, "fault.one_line");
    else
        return text;
    return S("");
}

static void drop_day(struct partial_date *d)
{
    AUTO(buf) text = {0};
    d->day = 0;
    partial_date_write(&text, *d);
    if (!partial_date_read(buf_str(&text), d))
        must(!"a month is a date");
}

struct partial_date draft_date(struct draft *dr, const char *field, bool month_only)
{
    struct str text = form_get(dr->f, field);
    struct partial_date d = {0};
    if (!text.len)
        return d;
    if (!partial_date_read(text, &d) && !partial_date_guess(text, &d))
        draft_fault(dr, field, "fault.date");
    else if (d.lo > clock_today())
        draft_fault(dr, field, "fault.future");
    else if (d.year < 1950)
        draft_fault(dr, field, "fault.old");
    if (month_only && d.day)
        drop_day(&d);
    return d;
}

void form_add(struct form *f, const char *name, struct str value)
{
    if (f->n < FORM_FIELDS_MAX)
        f->fields[f->n++] = (struct form_field){.name = str_of(name), .value = value};
}

/* ---- who ---- */

/* An organisation's name, or nothing: of private people no name is kept. */
static struct str read_org(struct draft *dr, const char *field)
{
    struct str name = draft_short(dr, field, DRAFT_SHORT_MAX_RUNES);
    if (!name.len || !import_name_is_personal(name, dr->a))
        return name;
    draft_fault(dr, field, "fault.person");
    return S("");
}

/* The organisations but those of a role that was typed anew. */
static bool read_orgs(struct draft *dr, struct err *err)
{
    bool operator_typed = draft_touched(dr, "operator"), maker_typed = draft_touched(dr, "manufacturer");
    if (!operator_typed && !maker_typed)
        return true;
    struct str operator_name = operator_typed ? read_org(dr, "operator") : S(""), maker = maker_typed ? read_org(dr, "manufacturer") : S("");
    struct deployment made = {0};
    if (!import_orgs(operator_name, S(""), maker, dr->a, &made, err))
        return false;
    struct org_ref *orgs = ARENA_ARRAY(dr->a, struct org_ref, dr->d.n_orgs + made.n_orgs + 1);
    if (!orgs)
        return err_arena(err);
    size_t n = 0;
    for (size_t i = 0; i < made.n_orgs; i++)
        orgs[n++] = made.orgs[i];
    for (size_t i = 0; i < dr->d.n_orgs; i++)
        if (!(dr->d.orgs[i].role == ROLE_OPERATOR && operator_typed) && !(dr->d.orgs[i].role == ROLE_VENDOR && maker_typed))
            orgs[n++] = dr->d.orgs[i];
    dr->d.orgs = orgs;
    dr->d.n_orgs = n;
    return true;
}

/* ---- what ---- */

static void read_category(struct draft *dr)
{
    if (!draft_touched(dr, "category"))
        return;
    int category = draft_term(dr, "category", CATEGORY_TERMS, CATEGORY_COUNT, dr->what == DRAFT_PROGRAMME ? -1 : CATEGORY_CCTV);
    if (category < 0) {
        draft_fault(dr, "category", "fault.category");
        return;
    }
    if (category == CATEGORY_POLICE_FILE && dr->what != DRAFT_PROGRAMME)
        draft_fault(dr, "category", "fault.police_file");
    dr->d.category = (enum category)category;
}

static void read_count(struct draft *dr)
{
    struct str text = form_get(dr->f, "count");
    int64_t n = -1;
    if (!draft_touched(dr, "count"))
        return;
    if (text.len && (!str_i64(text, &n) || n < 0 || n > DRAFT_COUNT_MAX))
        draft_fault(dr, "count", "fault.count");
    dr->d.device_count = n;
    dr->d.device_count_as_of = n >= 0 ? draft_date(dr, "date", dr->survey) : (struct partial_date){0};
}

static void read_words(struct draft *dr)
{
    struct str *title = dr->french ? &dr->d.title_fr : &dr->d.title_en, *summary = dr->french ? &dr->d.summary_fr : &dr->d.summary_en;
    if (dr->what == DRAFT_PROGRAMME && draft_touched(dr, "title")) {
        *title = draft_short(dr, "title", DRAFT_SHORT_MAX_RUNES);
        if (!form_get(dr->f, "title").len)
            draft_fault(dr, "title", "fault.title");
        else if (import_name_is_personal(*title, dr->a))
            draft_fault(dr, "title", "fault.person");
    }
    if (draft_touched(dr, "summary"))
        *summary = draft_short(dr, "summary", DRAFT_SUMMARY_MAX_RUNES);
    dr->note = form_get(dr->f, "note");
    if (str_runes(dr->note) > DRAFT_NOTE_MAX_RUNES)
        draft_fault(dr, "note", "fault.note");
}

static void read_kinds(struct draft *dr)
{
    if (draft_touched(dr, "space"))
        dr->d.space = (enum space)draft_term(dr, "space", SPACE_TERMS, SPACE_COUNT, SPACE_UNKNOWN);
    if (draft_touched(dr, "target"))
        dr->d.target = (enum target)draft_term(dr, "target", TARGET_TERMS, TARGET_COUNT, TARGET_NONE);
}

/* A rule of the record that no field has broken by itself: said of the form as a whole, in the record's own words. */
static void check_whole(struct draft *dr)
{
    struct err why;
    if (dr->n_faults)
        return;
    deployment_derive(&dr->d);
    if (!deployment_check(&dr->d, &why))
        dr->faults[dr->n_faults++] = (struct draft_fault){"", str_copy(dr->a, str_of(why.text))};
}

/* Faults in the order of the form, whichever rule found them: the first of them is where its reader starts. */
static int place_in_form(const char *field)
{
    static const char *const ORDER[] = {"place", "zone", "at", "title", "zone_kind", "category", "kind", "mount", "direction", "home", "basis", "date", "status",
        "authority", "operator", "manufacturer", "space", "target", "count", "height", "angle", "precision", "summary"};
    for (size_t i = 0; i < COUNT(ORDER); i++)
        if (strcmp(ORDER[i], field) == 0)
            return (int)i;
    return (int)COUNT(ORDER); /* sources, the note */
}

static void order_faults(struct draft *dr)
{
    for (size_t i = 1; i < dr->n_faults; i++)
        for (size_t k = i; k && place_in_form(dr->faults[k].field) < place_in_form(dr->faults[k - 1].field); k--) {
            struct draft_fault kept = dr->faults[k];
            dr->faults[k] = dr->faults[k - 1];
            dr->faults[k - 1] = kept;
        }
}

static bool read_all(struct draft *dr, struct store *store, struct err *err)
{
    dr->survey = str_eq(form_get(dr->f, "basis"), str_of(BASIS_TERMS[BASIS_SURVEY].code));
    read_category(dr);
    read_words(dr);
    if (!draft_read_where(dr, store, err))
        return false;
    read_kinds(dr);
    read_count(dr);
    if (!read_orgs(dr, err) || (dr->one_device && !draft_read_device(dr, err)) || !draft_read_evidence(dr, err))
        return false;
    check_whole(dr);
    order_faults(dr);
    return true;
}

bool draft_read(struct draft *dr, enum draft_what what, const struct form *f, bool french, struct store *store, struct arena *a, struct err *err)
{
    *dr = (struct draft){.what = what, .french = french, .a = a, .f = f, .one_device = what == DRAFT_DEVICE,
        .d = {.level = LEVEL_DEVICE, .device_count = -1, .retention_days = -1, .moderation = MODERATION_PUBLISHED, .programme = what == DRAFT_PROGRAMME}};
    if (what == DRAFT_DEVICE) {
        dr->d.devices = ARENA_NEW(a, struct device);
        if (!dr->d.devices)
            return err_arena(err);
        dr->d.n_devices = 1;
    }
    return read_all(dr, store, err);
}

bool draft_read_change(struct draft *dr, const struct deployment *base, const struct form *f, bool french, struct store *store, struct arena *a,
    struct err *err)
{
    struct form *was = ARENA_NEW(a, struct form);
    if (!was)
        return err_arena(err);
    draft_fill(was, base, french, a);
    *dr = (struct draft){.what = draft_what_of(base), .french = french,
        .a = a, .f = f, .was = was, .d = *base, .one_device = base->n_devices == 1};
    if (base->n_devices) {
        dr->d.devices = arena_copy(a, base->devices, base->n_devices * sizeof *base->devices);
        if (!dr->d.devices)
            return err_arena(err);
    }
    return read_all(dr, store, err);
}

enum draft_what draft_what_of(const struct deployment *d)
{
    return d->programme || !precision_is_point(d->public_precision) ? DRAFT_PROGRAMME : d->n_zones && !d->n_devices ? DRAFT_ZONE : DRAFT_DEVICE;
}

/* ---- the patch ---- */

static void write_plain(struct buf *out, const struct deployment *d)
{
    struct deployment plain = *d;
    plain.id = plain.version = 0;
    plain.slug = S("");
    deployment_write_json(out, &plain);
}

bool draft_patch(struct buf *out, const struct deployment *before, const struct deployment *after, struct err *err)
{
    AUTO(buf) was = {0}, is = {0};
    AUTO(json_doc) from = {0}, to = {0};
    if (!before) {
        write_plain(out, after);
        return true;
    }
    write_plain(&was, before);
    write_plain(&is, after);
    if (!json_read(&from, buf_str(&was), &JSON_STYLE, err) || !json_read(&to, buf_str(&is), &JSON_STYLE, err))
        return err_under(err, "the record");
    json_difference(out, from.root, to.root);
    return true;
}
