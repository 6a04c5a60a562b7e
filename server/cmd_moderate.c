/* contrechamp moderate: the queue and its decisions, from the command line. */
#include <stdio.h>
#include <string.h>

#include "data/alike.h"
#include "data/base/clock.h"
#include "data/base/json_patch.h"
#include "data/contribution.h"
#include "server/command.h"
#include "server/terminal.h"

static const char HELP[] =
    "usage: contrechamp [--db FILE] moderate list [--urgent] [--json]\n"
    "       contrechamp [--db FILE] moderate show ID\n"
    "       contrechamp [--db FILE] moderate accept ID [--reason TEXT] [--hold-days N | --at-once]\n"
    "       contrechamp [--db FILE] moderate refuse|ask ID --reason TEXT\n"
    "       contrechamp [--db FILE] moderate merge ID --into RECORD\n\n"
    "What people proposed and reported, urgent first, then oldest. Whoever may read the database file decides everywhere, but\n"
    "not where two people have to agree: that takes two accounts, on /queue.\n\n"
    "  --urgent       only reports with a clock (privacy, right of reply, unlawful content) and what is older than 15 days;\n"
    "                 leaves with 1 when a reply or notice is overdue, so that a timer can call somebody\n"
    "  --json         everything about each, as a JSON list\n"
    "  --reason TEXT  of a refusal: its author reads it; of a question: the question\n"
    "  --hold-days N  what was seen on foot is published N days after it came at the earliest (0 to 365; not given: 31)\n"
    "  --at-once      publish it now: whoever was seen surveying that day can be found on the footage\n"
    "  --into RECORD  the published record that it is the same as\n";

enum { HOLD_DAYS_USUAL = 31, HOLD_DAYS_MAX = 365, DAY_S = 86400 };

static const struct who OPERATOR = {.role = ROLE_ADMIN, .territory = {"all", 3}}; /* of this machine: no account */

/* ---- one in a line ---- */

static bool is_overdue(const struct contribution *c)
{
    return c->due_s && c->due_s < clock_unix_s();
}

static void put_keys(struct buf *out, const struct json *patch)
{
    size_t n = 0;
    for (struct json_each e = {0}; json_each(patch, &e); n++) {
        buf_add(out, n ? S(", ") : S(""));
        buf_add(out, e.key);
    }
}

/* What it says, in its own words where it has some. */
static void put_what(struct buf *out, const struct contribution *c)
{
    AUTO(json_doc) doc = {0};
    struct err ignored; /* what cannot be read has no words; `show` says why */
    const struct json *patch = json_read(&doc, c->patch, &JSON_STYLE, &ignored) ? doc.root : NULL;
    if (c->target)
        buf_fmt(out, "record %llu", (unsigned long long)c->target);
    else
        buf_add(out, json_string(json_get(patch, S("category"))));
    struct str title = json_string(json_get(patch, S("title_fr")));
    buf_add(out, out->len ? S(": ") : S(""));
    if (c->note.len || title.len)
        buf_add(out, c->note.len ? c->note : title);
    else if (c->target)
        put_keys(out, patch);
    else
        buf_add(out, json_string(json_get(patch, S("source_name"))));
}

static void print_row(const struct contribution *c)
{
    AUTO(buf) what = {0};
    AUTO(buf) age = {0};
    int64_t left_h = (c->due_s - clock_unix_s()) / 3600;
    buf_fmt(&age, "%lld d", (long long)MAX(0, (clock_unix_s() - c->created_s) / DAY_S));
    printf("%-16llu %-8s %-5s ", (unsigned long long)c->id, CONTRIBUTION_KIND_TERMS[c->kind].code, age.at);
    if (!c->due_s)
        printf("%-7s ", c->state == CONTRIBUTION_ASKED ? "asked" : contribution_is_urgent(c) ? "old" : "");
    else if (is_overdue(c))
        printf("%-7s ", "OVERDUE");
    else
        printf("%3lld h   ", (long long)left_h);
    terminal_put(stdout, c->place_name.len ? c->place_name : c->place_code, 14);
    put_what(&what, c);
    putchar(' ');
    terminal_put(stdout, buf_str(&what), -25);
    putchar('\n');
}

static void put_time(struct json_writer *w, const char *key, int64_t s)
{
    char text[21];
    if (!s)
        return;
    clock_iso(s, text);
    json_key(w, key);
    json_put_cstr(w, text);
}

static void put_json(struct json_writer *w, const struct contribution *c)
{
    const struct {
        const char *key;
        struct str value;
    } texts[] = {{"kind", str_of(CONTRIBUTION_KIND_TERMS[c->kind].code)}, {"state", str_of(CONTRIBUTION_STATE_TERMS[c->state].code)},
        {"place_id", c->place_code}, {"place_name", c->place_name}, {"by", c->by}, {"note", c->note}};
    json_open(w, '{');
    json_key(w, "id");
    json_put_int(w, (int64_t)c->id);
    json_key(w, "version");
    json_put_int(w, c->version);
    for (size_t i = 0; i < COUNT(texts); i++) {
        if (!texts[i].value.len)
            continue;
        json_key(w, texts[i].key);
        json_put_str(w, texts[i].value);
    }
    if (c->target) {
        json_key(w, "record");
        json_put_int(w, (int64_t)c->target);
    }
    if (c->has_position) {
        json_key(w, "position");
        json_open(w, '[');
        json_put_number(w, c->at.lon);
        json_put_number(w, c->at.lat);
        json_close(w, ']');
    }
    put_time(w, "created", c->created_s);
    put_time(w, "due", c->due_s);
    const struct {
        const char *key;
        bool value;
    } flags[] = {{"survey", c->survey}, {"urgent", contribution_is_urgent(c)}, {"overdue", is_overdue(c)}};
    for (size_t i = 0; i < COUNT(flags); i++) {
        json_key(w, flags[i].key);
        json_put_bool(w, flags[i].value);
    }
    json_key(w, "patch");
    json_put_raw(w, c->patch);
    json_close(w, '}');
}

/* ---- list ---- */

struct request {
    struct invocation *inv;
    bool urgent, json, at_once;
    const char *reason, *hold_days, *into;
    uint64_t id;
    struct ruling ruling;
};

static bool list_page(struct store *s, const struct request *r, size_t offset, struct json_writer *w, size_t *n, struct err *err)
{
    AUTO(arena) a;
    arena_init(&a, (size_t)QUEUE_ROWS_MAX * CONTRIBUTION_PATCH_MAX_BYTES * 2);
    struct contribution *list;
    size_t total;
    const struct queue q = {.urgent_only = r->urgent, .offset = offset, .limit = QUEUE_ROWS_MAX};
    if (!contribution_queue(s, &q, &a, &list, n, &total, err))
        return false;
    if (*n && !offset && !r->json)
        printf("%-16s %-8s %-5s %-7s %-14s %s\n", "ID", "KIND", "AGE", "DUE IN", "PLACE", "WHAT");
    for (size_t i = 0; i < *n; i++) {
        if (r->json)
            put_json(w, &list[i]);
        else
            print_row(&list[i]);
    }
    if (r->json) {
        fwrite(w->out->at, 1, w->out->len, stdout);
        buf_clear(w->out);
    }
    return true;
}

static bool do_list(struct store *s, const struct request *r, struct err *err)
{
    AUTO(buf) text = {0};
    struct json_writer w = {.out = &text};
    size_t n = 0, overdue;
    if (r->json)
        json_open(&w, '[');
    for (size_t offset = 0; offset == 0 || n == QUEUE_ROWS_MAX; offset += QUEUE_ROWS_MAX)
        if (!list_page(s, r, offset, &w, &n, err))
            return false;
    if (r->json) {
        json_close(&w, ']');
        printf("%s\n", text.at);
    }
    if (!contribution_overdue(s, &overdue, err))
        return false;
    return !r->urgent || !overdue || err_set(err, ERR_CONFLICT, "list: %zu replies or notices are past their clock (3 days, 1 day); decide them with "
        "`moderate accept` or `refuse`, or on /queue", overdue);
}

/* ---- show ---- */

static void print_line(const char *name, struct str value)
{
    enum { COLUMNS = 400 };
    if (!value.len)
        return;
    printf("%-11s ", name);
    terminal_put(stdout, value, -COLUMNS);
    putchar('\n');
}

static void put_value(struct buf *out, const struct json *v)
{
    if (v)
        json_write(out, v);
    else
        buf_add(out, S("(nothing)"));
}

static bool print_difference(const struct deployment *before, const struct deployment *after, struct err *err)
{
    AUTO(buf) was = {0}, is = {0};
    AUTO(json_doc) old = {0}, new = {0};
    deployment_write_json(&was, before);
    deployment_write_json(&is, after);
    if (!json_read(&old, buf_str(&was), &JSON_STYLE, err) || !json_read(&new, buf_str(&is), &JSON_STYLE, err))
        return false;
    for (int side = 0; side < 2; side++) {
        for (struct json_each e = {0}; json_each(side ? old.root : new.root, &e);) {
            const struct json *x = json_get(old.root, e.key), *y = json_get(new.root, e.key);
            AUTO(buf) line = {0};
            if (side ? y != NULL : x && y && json_same(x, y))
                continue;
            if (before->id) {
                put_value(&line, x);
                buf_add(&line, S(" → "));
            }
            put_value(&line, y);
            printf("  ");
            terminal_put(stdout, e.key, 20);
            putchar(' ');
            terminal_put(stdout, buf_str(&line), -2000);
            putchar('\n');
        }
    }
    return true;
}

static bool print_alike(struct store *s, const struct contribution *c, const struct deployment *after, struct arena *a, struct err *err)
{
    static const char *const strengths[] = {[ALIKE_LOW] = "low", [ALIKE_MEDIUM] = "medium", [ALIKE_HIGH] = "high"};
    struct alike *list;
    size_t n;
    if (c->kind != CONTRIBUTION_ADD)
        return true;
    if (!contribution_alike_kept(s, after, c->id, a, &list, &n, err))
        return false;
    if (n)
        printf("may be the same as\n");
    for (size_t i = 0; i < n; i++) {
        AUTO(buf) far = {0};
        if (list[i].distance_m >= 0)
            buf_fmt(&far, "%lld m", (long long)list[i].distance_m);
        printf("  %-6s %7s  %s %llu  ", strengths[list[i].strength], far.len ? far.at : "", list[i].pending ? "proposal" : "record",
            (unsigned long long)(list[i].pending ? list[i].contribution : list[i].id));
        terminal_put(stdout, list[i].title, -50);
        putchar('\n');
    }
    return true;
}

static bool do_show(struct store *s, const struct request *r, struct err *err)
{
    AUTO(arena) a;
    arena_init(&a, 64 << 20);
    struct contribution c;
    struct deployment before, after;
    struct str conflicts;
    bool found;
    if (!contribution_find(s, r->id, &a, &c, &found, err))
        return false;
    if (!found)
        return err_set(err, ERR_MISSING, "there is no contribution %llu; `moderate list` shows them", (unsigned long long)r->id);
    AUTO(buf) what = {0};
    buf_fmt(&what, "%s, %s%s", CONTRIBUTION_KIND_TERMS[c.kind].en, CONTRIBUTION_STATE_TERMS[c.state].en, c.survey ? ", seen on foot" : "");
    print_line("what", buf_str(&what));
    print_line("place", c.place_name.len ? c.place_name : c.place_code);
    if (c.has_position) {
        buf_clear(&what);
        buf_fixed(&what, c.at.lon, 6);
        buf_char(&what, ',');
        buf_fixed(&what, c.at.lat, 6);
        print_line("position", buf_str(&what));
    }
    print_line("by", c.by);
    print_line("note", c.note);
    print_line("reason", c.reason);
    if (c.kind == CONTRIBUTION_REPLY || c.state == CONTRIBUTION_ERASED) {
        print_line("text", c.patch);
        return true;
    }
    if (!contribution_preview(s, &c, S(""), &a, &before, &after, &conflicts, err))
        return false;
    print_line("category", str_of(CATEGORY_TERMS[after.category].code)); /* the first of the list is not written */
    if (!print_difference(&before, &after, err))
        return false;
    print_line("changed by others since", conflicts);
    return print_alike(s, &c, &after, &a, err);
}

/* ---- decide ---- */

static bool do_rule(struct store *s, const struct request *r, struct err *err)
{
    struct ruled done;
    if (!contribution_rule(s, &r->ruling, &done, err))
        return false;
    printf("contribution %llu: %s", (unsigned long long)r->id, CONTRIBUTION_STATE_TERMS[done.state].code);
    if (done.record)
        printf(", record %llu", (unsigned long long)done.record);
    putchar('\n');
    return true;
}

/* ---- what was typed ---- */

static const struct deed {
    const char *name;
    enum ruling_kind ruling;
    bool rules, wants_reason, only_reads;
    bool (*run)(struct store *s, const struct request *r, struct err *err);
} DEEDS[] = {
    {.name = "list", .only_reads = true, .run = do_list},
    {.name = "show", .only_reads = true, .run = do_show},
    {.name = "accept", .ruling = RULING_ACCEPT, .rules = true, .run = do_rule},
    {.name = "refuse", .ruling = RULING_REFUSE, .rules = true, .wants_reason = true, .run = do_rule},
    {.name = "ask", .ruling = RULING_ASK, .rules = true, .wants_reason = true, .run = do_rule},
    {.name = "merge", .ruling = RULING_MERGE, .rules = true, .run = do_rule},
};

static int check(struct request *r, const struct deed *deed, const struct option_list *words)
{
    uint64_t days = HOLD_DAYS_USUAL, into = 0;
    bool lists = deed->run == do_list, accepts = deed->rules && deed->ruling == RULING_ACCEPT, merges = deed->rules && deed->ruling == RULING_MERGE;
    if (lists ? words->n != 1 : words->n != 2 || !str_u64(str_of(words->at[1]), &r->id) || !r->id)
        return command_misused(r->inv, lists ? "list takes no such word" : "give the number of one contribution, as `moderate list` shows it");
    if ((!lists && (r->urgent || r->json)) || (!deed->rules && r->reason) || (!accepts && (r->hold_days || r->at_once)) || (!merges && r->into))
        return command_misused(r->inv, "%s takes no such option", deed->name);
    if (deed->wants_reason && !str_trim(str_of(r->reason)).len)
        return command_misused(r->inv, "--reason is needed: its author reads it");
    if (r->hold_days && (r->at_once || !str_u64(str_of(r->hold_days), &days) || days > HOLD_DAYS_MAX))
        return command_misused(r->inv, "--hold-days is a number from 0 to %d, and without --at-once", HOLD_DAYS_MAX);
    if (merges && (!r->into || !str_u64(str_of(r->into), &into) || !into))
        return command_misused(r->inv, "--into is needed: the number of the record that it is the same as");
    r->ruling = (struct ruling){.kind = deed->ruling, .id = r->id, .who = &OPERATOR, .reason = str_of(r->reason), .into = into, .at_once = r->at_once,
        .hold_days = (int)days};
    return EXIT_DONE;
}

static int run(struct request *r, const struct deed *deed)
{
    struct err err;
    struct store *store;
    if (!store_open(&store, r->inv->db, deed->only_reads ? STORE_READ : STORE_WRITE, &err))
        return command_failed(r->inv, &err);
    bool ok = deed->run(store, r, &err);
    store_close(store);
    return ok ? EXIT_DONE : command_failed(r->inv, &err);
}

int cmd_moderate(struct invocation *inv)
{
    struct request r = {.inv = inv};
    struct option_list words = {0};
    const struct option options[] = {{"--urgent", OPTION_FLAG, &r.urgent}, {"--json", OPTION_FLAG, &r.json}, {"--reason", OPTION_TEXT, &r.reason},
        {"--hold-days", OPTION_TEXT, &r.hold_days}, {"--at-once", OPTION_FLAG, &r.at_once}, {"--into", OPTION_TEXT, &r.into}};
    int code;
    if (!options_read(inv, options, COUNT(options), &words, HELP, &code))
        return code;
    for (size_t i = 0; words.n && i < COUNT(DEEDS); i++) {
        if (strcmp(DEEDS[i].name, words.at[0]) != 0)
            continue;
        code = check(&r, &DEEDS[i], &words);
        return code == EXIT_DONE ? run(&r, &DEEDS[i]) : code;
    }
    return command_misused(inv, "what is to be done? list, show, accept, refuse, ask or merge");
}
