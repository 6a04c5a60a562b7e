/*
 * Both states are put into words, and the words are compared: what reads the same is no difference. Then the JSON of both is
 * compared too, and a field that differs there without having been shown is shown as it is kept.
 */
#include "server/compare.h"

#include "data/base/json_patch.h"

struct table {
    struct page *p;
    const struct comparison *c;
    size_t n_rows;
};

/* ---- rows ---- */

static void open_table(struct table *t)
{
    if (t->n_rows++)
        return;
    page_fmt(t->p, "<table class=\"compare\"><thead><tr><th scope=\"col\">%t</th>", "compare.field");
    if (t->c->before)
        page_fmt(t->p, "<th scope=\"col\">%t</th>", t->c->head_before);
    page_fmt(t->p, "<th scope=\"col\">%t</th></tr></thead><tbody>", t->c->head_after);
}

static bool in_conflict(const struct comparison *c, const char *key)
{
    for (struct str rest = c->conflicts, one; rest.len && str_next(&rest, ',', &one);)
        if (str_eq(str_trim(one), str_of(key)))
            return true;
    return false;
}

static void open_row(struct table *t, const char *key)
{
    AUTO(buf) label = {0};
    open_table(t);
    bool marked = in_conflict(t->c, key);
    buf_fmt(&label, "field.%s", key);
    page_fmt(t->p, "<tr%s><th scope=\"row\">", marked ? " class=conflict" : "");
    if (*say(t->p, label.at))
        page_fmt(t->p, "%t", label.at);
    else
        page_fmt(t->p, "<code>%s</code>", key);
    if (marked)
        page_fmt(t->p, " <span class=\"badge\">%t</span>", "compare.conflict");
    page_raw(t->p, "</th>");
}

/* The words are markup already. */
static void put_cell(struct table *t, const char *class, const char *head, struct str words)
{
    page_fmt(t->p, "<td class=\"%s\" data-head=\"%t\">", class, head);
    if (words.len)
        buf_add(t->p->out, words);
    else
        page_fmt(t->p, "<span class=\"none\">%t</span>", "compare.nothing");
    page_raw(t->p, "</td>");
}

static void put_row(struct table *t, const char *key, struct str was, struct str is)
{
    open_row(t, key);
    if (t->c->before)
        put_cell(t, "was", t->c->head_before, was);
    put_cell(t, "is", t->c->head_after, is);
    page_raw(t->p, "</tr>");
}

/* ---- one value ---- */

static void words_of(struct page *p, const struct field_words *f, const struct deployment *d, struct buf *out)
{
    struct page words = *p;
    words.out = out;
    if (d)
        f->put(&words, d);
}

/* Said when both are points: a few metres are a correction, a kilometre is another place. */
static void add_distance(struct page *p, const struct comparison *c, struct buf *is)
{
    if (!c->before || !c->before->has_position || !c->after->has_position)
        return;
    struct page words = *p;
    words.out = is;
    page_fmt(&words, " <strong>%t %N\u00a0m</strong>", "compare.moved", (int64_t)(distance_m(c->before->at, c->after->at) + 0.5));
}

static bool compare_value(struct table *t, const struct field_words *f)
{
    AUTO(buf) was = {0}, is = {0};
    words_of(t->p, f, t->c->before, &was);
    words_of(t->p, f, t->c->after, &is);
    if (str_eq(buf_str(&was), buf_str(&is)))
        return false;
    if (str_eq(str_of(f->key), S("position")))
        add_distance(t->p, t->c, &is);
    put_row(t, f->key, buf_str(&was), buf_str(&is));
    return true;
}

/* ---- lists ---- */

struct items {
    size_t n;
    struct buf at[COMPARE_ITEMS_MAX];
    bool same[COMPARE_ITEMS_MAX]; /* the other side has it too */
};

static void items_done(struct items *l)
{
    for (size_t i = 0; i < l->n; i++)
        buf_done(&l->at[i]);
}

static void read_items(struct page *p, const struct field_words *f, const struct deployment *d, struct items *out)
{
    struct page words = *p;
    for (size_t n = d ? f->count(d) : 0; out->n < MIN(n, (size_t)COMPARE_ITEMS_MAX); out->n++) {
        words.out = &out->at[out->n];
        f->put_item(&words, d, out->n);
    }
}

/* Each item has at most one partner. */
static size_t pair_items(struct items *a, struct items *b)
{
    size_t n = 0;
    for (size_t i = 0; i < a->n; i++)
        for (size_t k = 0; k < b->n && !a->same[i]; k++)
            if (!b->same[k] && str_eq(buf_str(&a->at[i]), buf_str(&b->at[k]))) {
                a->same[i] = b->same[k] = true;
                n++;
            }
    return n;
}

static void put_items(const struct items *l, const char *tag, struct buf *out)
{
    for (size_t i = 0; i < l->n; i++)
        if (!l->same[i])
            buf_fmt(out, "<li><%s>%s</%s></li>", tag, l->at[i].at, tag);
    if (out->len) {
        AUTO(buf) inner = *out;
        *out = (struct buf){0};
        buf_fmt(out, "<ul>%s</ul>", inner.at);
    }
}

static bool compare_list(struct table *t, const struct field_words *f)
{
    struct items was = {0}, is = {0};
    AUTO(buf) before = {0}, after = {0};
    read_items(t->p, f, t->c->before, &was);
    read_items(t->p, f, t->c->after, &is);
    size_t same = pair_items(&was, &is);
    bool differ = same < was.n || same < is.n;
    if (differ) {
        bool more = f->count(t->c->after) > is.n || (t->c->before && f->count(t->c->before) > was.n);
        put_items(&was, "del", &before);
        put_items(&is, t->c->before ? "ins" : "span", &after);
        if (same) {
            struct page words = *t->p;
            words.out = &after;
            page_raw(&words, "<p class=\"small\">");
            page_say_n(&words, "compare.same", (int64_t)same);
            page_raw(&words, "</p>");
        }
        if (more) {
            struct page words = *t->p;
            words.out = &after;
            page_raw(&words, "<p class=\"small\">");
            page_say(&words, "compare.more", (int64_t)COMPARE_ITEMS_MAX);
            page_raw(&words, "</p>");
        }
        put_row(t, f->key, buf_str(&before), buf_str(&after));
    }
    items_done(&was);
    items_done(&is);
    return differ;
}

/* ---- what has no words ---- */

static bool is_ours_to_number(struct str key)
{
    static const char *const keys[] = {"id", "version", "slug"};
    for (size_t i = 0; i < COUNT(keys); i++)
        if (str_eq(key, str_of(keys[i])))
            return true;
    return false;
}

static void raw_of(struct page *p, const struct json *v, struct buf *out)
{
    AUTO(buf) text = {0};
    struct page words = *p;
    words.out = out;
    if (!v)
        return;
    json_write(&text, v);
    page_fmt(&words, "<code>%S</code>", str_cut_runes(buf_str(&text), COMPARE_RAW_RUNES));
}

static void compare_rest(struct table *t, const bool *shown)
{
    AUTO(buf) was = {0}, is = {0}, difference = {0};
    AUTO(json_doc) a = {0}, b = {0}, patch = {0};
    struct err err;
    if (t->c->before)
        deployment_write_json(&was, t->c->before);
    else
        buf_add(&was, S("{}"));
    deployment_write_json(&is, t->c->after);
    if (!json_read(&a, buf_str(&was), &JSON_STYLE, &err) || !json_read(&b, buf_str(&is), &JSON_STYLE, &err))
        return;
    json_difference(&difference, a.root, b.root);
    if (!json_read(&patch, buf_str(&difference), &JSON_STYLE, &err))
        return;
    for (struct json_each e = {0}; json_each(patch.root, &e);) {
        bool known = is_ours_to_number(e.key);
        for (size_t i = 0; i < N_FIELD_WORDS && !known; i++)
            known = shown[i] && str_eq(e.key, str_of(FIELD_WORDS[i].key));
        if (known)
            continue;
        AUTO(buf) before = {0}, after = {0};
        raw_of(t->p, json_get(a.root, e.key), &before);
        raw_of(t->p, json_get(b.root, e.key), &after);
        put_row(t, str_cstr(&t->p->rq->arena, e.key), buf_str(&before), buf_str(&after));
    }
}

size_t compare_put(struct page *p, const struct comparison *c)
{
    enum { FIELDS_MAX = 64 };
    struct table t = {.p = p, .c = c};
    bool shown[FIELDS_MAX] = {0};
    must(N_FIELD_WORDS <= FIELDS_MAX);
    for (size_t i = 0; i < N_FIELD_WORDS; i++)
        shown[i] = FIELD_WORDS[i].put ? compare_value(&t, &FIELD_WORDS[i]) : compare_list(&t, &FIELD_WORDS[i]);
    compare_rest(&t, shown);
    if (t.n_rows)
        page_raw(p, "</tbody></table>");
    return t.n_rows;
}
