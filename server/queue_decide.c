/* The forms under a proposal: one for each decision, each with the version that was read, so that none is taken on what has
 * changed meanwhile. */
#include "server/queue_item.h"

static struct str typed(const struct queue_item *item, const char *name)
{
    return item->typed ? form_get(item->typed, name) : S("");
}

static void begin(struct page *p, const struct queue_item *item, const char *what, const char *class)
{
    AUTO(buf) to = {0};
    queue_item_address(item, &to);
    desk_form_begin(p, &item->caller, to.at, class);
    page_fmt(p, "<input type=\"hidden\" name=\"version\" value=\"%d\"><input type=\"hidden\" name=\"do\" value=\"%s\">", (int64_t)item->c.version, what);
}

static void put_text_field(struct page *p, const struct queue_item *item, const char *name, const char *label, const char *says, bool needed)
{
    page_fmt(p, "<label for=\"%s\">%t</label><textarea id=\"%s\" name=\"%s\" rows=\"2\" aria-describedby=\"%s-says\"", name, label, name, name, name);
    page_fmt(p, "%s>%S</textarea><p class=\"small\" id=\"%s-says\">%t</p>", needed ? " required" : "", typed(item, name), name, says);
}

/* ---- accept ---- */

static void put_two_person(struct page *p, const struct queue_item *item)
{
    page_fmt(p, "<p class=\"note\">%t", "decide.two");
    if (item->c.votes)
        page_fmt(p, " %t", "decide.two_one");
    page_raw(p, "</p>");
}

static void put_at_once(struct page *p, const struct queue_item *item)
{
    page_raw(p, "<p class=\"note\">");
    page_say(p, "decide.held", (int64_t)p->app->config.hold_days);
    page_fmt(p, "</p><label class=\"box\"><input type=\"checkbox\" name=\"at_once\" value=\"1\" aria-describedby=\"at-once-says\"%s> %t</label>"
                "<p class=\"small warn\" id=\"at-once-says\">%t</p>",
        item->typed && form_has(item->typed, "at_once") ? " checked" : "", "decide.at_once", "decide.at_once_says");
}

static void put_correct(struct page *p, const struct queue_item *item)
{
    AUTO(buf) to = {0};
    bool can = item->fits && (item->c.kind == CONTRIBUTION_ADD || item->c.kind == CONTRIBUTION_EDIT);
    if (!can)
        return;
    buf_fmt(&to, "/queue/%llu/correct", (unsigned long long)item->c.id);
    queue_view_query(&item->view, NULL, '?', &to);
    page_fmt(p, "<p><a href=\"%L\">%t</a></p>", to.at, "decide.correct");
}

static void put_accept(struct page *p, const struct queue_item *item, bool two_person)
{
    bool own = two_person && item->c.account_id && item->c.account_id == item->caller.who.account_id;
    page_fmt(p, "<section><h3>%t</h3>", "decide.accept");
    if (two_person)
        put_two_person(p, item);
    if (own) {
        page_fmt(p, "<p>%t</p></section>", "decide.two_own");
        return;
    }
    if (!item->fits || item->conflicts.len) {
        page_fmt(p, "<p>%t</p>", "decide.not_as_it_is");
        put_correct(p, item);
        page_raw(p, "</section>");
        return;
    }
    begin(p, item, "accept", "");
    if (item->c.survey)
        put_at_once(p, item);
    page_fmt(p, "<button class=\"main\" accesskey=\"a\">%t</button></form>", "decide.accept_go");
    put_correct(p, item);
    page_raw(p, "</section>");
}

/* ---- the others ---- */

static void put_merge(struct page *p, const struct queue_item *item, const struct queue_near *near, size_t n)
{
    struct str into = typed(item, "into");
    page_fmt(p, "<details%s><summary>%t</summary>", into.len || typed(item, "into_id").len ? " open" : "", "decide.merge");
    begin(p, item, "merge", "");
    page_fmt(p, "<fieldset><legend>%t</legend>", "decide.merge_into");
    for (size_t i = 0; i < n; i++) {
        AUTO(buf) id = {0};
        if (!near[i].id)
            continue; /* it waits too; what is merged goes into what is published */
        buf_u64(&id, near[i].id);
        page_fmt(p, "<label class=\"box\"><input type=\"radio\" name=\"into\" value=\"%S\"%s> <span>%d. %S</span></label>", buf_str(&id),
            str_eq(into, buf_str(&id)) ? " checked" : "", (int64_t)i + 1, near[i].title);
    }
    page_fmt(p, "<label for=\"into_id\">%t</label><input id=\"into_id\" name=\"into_id\" inputmode=\"numeric\" class=\"short\" value=\"%S\"></fieldset>"
                "<button>%t</button></form></details>", "decide.merge_id", typed(item, "into_id"), "decide.merge_go");
}

static void put_ask(struct page *p, const struct queue_item *item)
{
    page_fmt(p, "<details%s><summary>%t</summary>", typed(item, "question").len ? " open" : "", "decide.ask");
    begin(p, item, "ask", "");
    put_text_field(p, item, "question", "decide.question", "decide.question_says", true);
    page_fmt(p, "<button>%t</button></form></details>", "decide.ask_go");
}

static void put_refuse(struct page *p, const struct queue_item *item)
{
    page_fmt(p, "<section><h3>%t</h3>", "decide.refuse");
    begin(p, item, "refuse", "");
    put_text_field(p, item, "reason", "queue.reason", "decide.reason_says", true);
    page_fmt(p, "<button>%t</button></form></section>", "decide.refuse_go");
}

void queue_put_decision(struct page *p, const struct queue_item *item, bool two_person, const struct queue_near *near, size_t n)
{
    page_fmt(p, "<section class=\"decision\" id=\"decide\"><h2>%t</h2><div class=\"ways\">", "queue.decision");
    put_accept(p, item, two_person);
    put_refuse(p, item);
    page_raw(p, "<section>");
    if (item->c.kind == CONTRIBUTION_ADD)
        put_merge(p, item, near, n);
    put_ask(p, item);
    page_raw(p, "</section></div></section>");
}
