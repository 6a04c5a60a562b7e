/*
 * A form's body as a draft of each kind, as a correction of what it said, and as the rows of a field sheet. What comes out
 * without a fault is a record that may be stored, that reads back from its JSON, and whose own form changes nothing.
 */
#include <string.h>

#include "server/draft.h"
#include "server/draft_map.h"
#include "server/draft_sheet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct store *store;

static void open_store(void)
{
    struct err err = {0};
    struct place marseille = {.code = S("13055"), .name = S("Marseille"), .kind = S("commune"), .at = {5.37, 43.3}, .population = 870000};
    must(store_open(&store, ":memory:", STORE_CREATE, &err));
    must(store_begin(store, &err) && store_put_place(store, &marseille, S("13001"), &err) && store_commit(store, &err));
}

static void check_faults(const struct draft *dr)
{
    must(dr->n_faults <= DRAFT_FAULTS_MAX && dr->n_namesakes <= DRAFT_NAMESAKES_MAX);
    for (size_t i = 0; i < dr->n_faults; i++)
        must(dr->faults[i].says.len && str_is_utf8(dr->faults[i].says));
}

/* The record's own form, sent back as it is. */
static void check_unchanged(const struct deployment *d, struct arena *a)
{
    struct form *f = ARENA_NEW(a, struct form);
    struct draft *dr = ARENA_NEW(a, struct draft);
    struct err err = {0};
    AUTO(buf) patch = {0};
    if (!f || !dr)
        return;
    draft_fill(f, d, true, a);
    if (!draft_read_change(dr, d, f, true, store, a, &err))
        return;
    must(draft_patch(&patch, d, &dr->d, &err));
    must(str_eq(buf_str(&patch), S("{}")));
}

static void check_record(struct draft *dr, struct arena *a)
{
    struct err err = {0};
    struct deployment again;
    AUTO(buf) text = {0};
    AUTO(json_doc) doc = {0};
    must(deployment_check(&dr->d, &err));
    must(draft_patch(&text, NULL, &dr->d, &err));
    if (json_read(&doc, buf_str(&text), &JSON_BODY, &err))
        must(deployment_read_json(doc.root, a, &again, &err));
    for (size_t i = 0; dr->survey && i < dr->d.n_events; i++)
        must(!dr->d.events[i].date.day);
    check_unchanged(&dr->d, a);
}

static void try_kind(enum draft_what what, const struct form *typed, struct arena *a)
{
    struct form *f = arena_copy(a, typed, sizeof *typed);
    struct draft *dr = ARENA_NEW(a, struct draft);
    struct draft_map map;
    struct err err = {0};
    bool looked;
    if (!f || !dr || !draft_map_read(&map, f, what, store, a, &looked, &err))
        return;
    must(lonlat_is_valid(map.centre) && map.zoom >= 0 && map.zoom <= DRAFT_MAP_ZOOM_MAX && f->n <= FORM_FIELDS_MAX);
    if (!draft_read(dr, what, f, true, store, a, &err))
        return;
    check_faults(dr);
    if (!dr->n_faults)
        check_record(dr, a);
}

static void try_sheet(struct str text, struct arena *a)
{
    struct box sheet;
    struct err err = {0};
    struct sheet_line *lines;
    size_t n;
    bool too_many;
    must(sheet_box_fit((struct box){5.37, 43.29, 5.38, 43.30}, &sheet, &err));
    if (!draft_sheet_read(text, sheet, true, a, &lines, &n, &too_many, &err))
        return;
    must(n <= SHEET_LINES_MAX);
    for (size_t i = 0; i < n; i++)
        must(lines[i].number > i && (lines[i].fault.len || form_get(&lines[i].form, "at").len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    static struct form form;
    struct err err = {0};
    if (!store)
        open_store();
    arena_init(&a, 64 * 1024 * 1024);
    form = (struct form){0};
    if (form_read(S("application/x-www-form-urlencoded"), str_from((const char *)data, size), &a, &form, &err)) {
        for (int what = 0; what < DRAFT_WHAT_COUNT; what++)
            try_kind((enum draft_what)what, &form, &a);
        try_sheet(form_get(&form, "rows"), &a);
    }
    arena_done(&a);
    return 0;
}
