/*
 * Who answers for the site, what is kept of whom and for how long, how to write, how to survey. What the operator says
 * (--legal) is shown as text; what the program does is said with the constants it does it by.
 */
#include <string.h>

#include "data/base/limits.h"
#include "data/contribution.h"
#include "server/page_parts.h"
#include "server/page_words.h"
#include "server/session.h"

enum { HOUR_S = 3600 };

/* A heading or a paragraph with its numbers, where it holds. */
struct said {
    enum { PART, HEAD, SAYS, ITEM } as;
    const char *key;
    int64_t numbers[2];
    enum { ALWAYS, IF_CLOSED, IF_PHOTOS, IF_NO_PHOTOS, IF_HELD /* its number is the option's */, IF_NOT_HELD } when;
};

static const struct said KEPT[] = {
    {PART, "legal.kept", {0}, ALWAYS},
    {HEAD, "legal.look", {0}, ALWAYS},
    {SAYS, "legal.look.1", {0}, ALWAYS},
    {SAYS, "legal.look.2", {0}, ALWAYS},
    {SAYS, "legal.look.3", {0}, ALWAYS},
    {HEAD, "legal.propose", {0}, ALWAYS},
    {SAYS, "legal.propose.closed", {0}, IF_CLOSED},
    {SAYS, "legal.propose.1", {0}, ALWAYS},
    {SAYS, "legal.propose.2", {0}, ALWAYS},
    {SAYS, "legal.propose.3", {LINK_CUT_AFTER_DAYS}, ALWAYS},
    {SAYS, "legal.hold", {0}, IF_HELD},
    {SAYS, "legal.hold.none", {0}, IF_NOT_HELD},
    {SAYS, "legal.propose.4", {0}, ALWAYS},
    {SAYS, "legal.upload", {UPLOAD_KEPT_MINUTES}, ALWAYS},
    {HEAD, "legal.limits", {0}, ALWAYS},
    {SAYS, "legal.limits.1", {0}, ALWAYS},
    {SAYS, "legal.limits.2", {CHALLENGE_FRESH_S / 60}, ALWAYS},
    {HEAD, "legal.account", {0}, ALWAYS},
    {SAYS, "legal.account.1", {0}, ALWAYS},
    {SAYS, "legal.account.2", {SESSION_IDLE_S / HOUR_S, SESSION_LONGEST_S / HOUR_S}, ALWAYS},
    {SAYS, "legal.account.3", {0}, ALWAYS},
    {HEAD, "legal.photos", {0}, ALWAYS},
    {SAYS, "legal.photos.off", {0}, IF_NO_PHOTOS},
    {SAYS, "legal.photos.on", {PHOTO_CLEAN_SIDE_MAX_PX}, IF_PHOTOS},
    {HEAD, "legal.erase", {0}, ALWAYS},
    {SAYS, "legal.erase.1", {0}, ALWAYS},
    {SAYS, "legal.erase.2", {0}, ALWAYS},
    {PART, "legal.rights", {0}, ALWAYS},
    {SAYS, "legal.rights.1", {0}, ALWAYS},
    {SAYS, "legal.rights.2", {0}, ALWAYS},
    {ITEM, "legal.rights.privacy", {PRIVACY_EFFECTS_A_DAY, PRIVACY_LAPSES_AFTER_H}, ALWAYS},
    {ITEM, "legal.rights.reply", {REPLY_DUE_DAYS}, ALWAYS},
    {ITEM, UNLAWFUL_DUE_DAYS == 1 ? "legal.rights.unlawful.1" : "legal.rights.unlawful.n", {UNLAWFUL_DUE_DAYS}, ALWAYS},
    {SAYS, "legal.rights.3", {0}, ALWAYS},
    {PART, "legal.moderation", {0}, ALWAYS},
    {SAYS, "legal.moderation.1", {0}, ALWAYS},
    {SAYS, "legal.moderation.2", {URGENT_AFTER_DAYS}, ALWAYS},
    {PART, "legal.licences", {0}, ALWAYS},
    {SAYS, "legal.licences.1", {0}, ALWAYS},
};

static bool holds(const struct said *s, const struct config *c)
{
    switch (s->when) {
    case IF_CLOSED: return c->contributions == CONTRIBUTIONS_CLOSED;
    case IF_PHOTOS: return c->photos;
    case IF_NO_PHOTOS: return !c->photos;
    case IF_HELD: return c->hold_days > 0;
    case IF_NOT_HELD: return c->hold_days == 0;
    case ALWAYS: break;
    }
    return true;
}

static void put_said(struct page *p, const struct said *all, size_t n)
{
    static const char *const tags[][2] = {[PART] = {"<h2>", "</h2>"}, [HEAD] = {"<h3>", "</h3>"}, [SAYS] = {"<p>", "</p>"}, [ITEM] = {"<li>", "</li>"}};
    const struct config *c = &p->app->config;
    bool listing = false;
    for (size_t i = 0; i < n; i++) {
        if (!holds(&all[i], c))
            continue;
        if (listing != (all[i].as == ITEM))
            page_raw(p, listing ? "</ul>" : "<ul>");
        listing = all[i].as == ITEM;
        page_raw(p, tags[all[i].as][0]);
        page_say(p, all[i].key, all[i].when == IF_HELD ? (int64_t)c->hold_days : all[i].numbers[0], all[i].numbers[1]);
        page_raw(p, tags[all[i].as][1]);
    }
    page_raw(p, listing ? "</ul>" : "");
}

/* ---- /legal ---- */

static void put_who(struct page *p)
{
    const struct legal *l = &p->app->config.legal;
    const struct {
        const char *key, *text;
    } lines[] = {{"legal.publisher", l->publisher}, {"legal.host", l->host}, {"legal.contact", l->contact}, {"legal.controller", l->controller}};
    page_fmt(p, "<h2>%t</h2>", "legal.who");
    if (!l->given)
        page_fmt(p, "<p class=\"note\">%t</p>", "legal.not_given");
    page_raw(p, l->given ? "<dl class=\"facts\">" : "");
    for (size_t i = 0; l->given && i < COUNT(lines); i++) {
        if (!*lines[i].text)
            continue;
        page_fmt(p, "<dt>%t</dt><dd>", lines[i].key);
        page_contact_link(p, str_of(lines[i].text));
        page_raw(p, "</dd>");
    }
    page_raw(p, l->given ? "</dl>" : "");
    page_paragraphs(p, str_of(l->given ? l->text : ""));
    if (p->app->config.onion)
        page_fmt(p, "<p>%t <a href=\"%s\">%s</a></p>", "legal.onion", p->app->config.onion, p->app->config.onion);
}

bool page_legal(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)worker, (void)err;
    struct page p = page_words_begin(app, rq, rs, "legal");
    put_who(&p);
    put_said(&p, KEPT, COUNT(KEPT));
    return page_words_end(&p);
}

/* ---- /contact ---- */

bool page_contact(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)worker, (void)err;
    struct page p = page_words_begin(app, rq, rs, "contact");
    page_fmt(&p, "<h2>%t</h2>", "contact.write");
    if (app->config.legal.given) {
        page_raw(&p, "<p>");
        page_contact_link(&p, str_of(app->config.legal.contact));
        page_raw(&p, "</p>");
    } else {
        page_fmt(&p, "<p class=\"note\">%t</p>", "contact.not_given");
    }
    page_fmt(&p, "<h2>%t</h2><p>%t</p><p>%t</p><p>%t</p>", "contact.about", "contact.about.1", "contact.about.2", "contact.about.3");
    put_said(&p, (struct said[]){{ITEM, "legal.rights.privacy", {PRIVACY_EFFECTS_A_DAY, PRIVACY_LAPSES_AFTER_H}, ALWAYS},
        {ITEM, "legal.rights.reply", {REPLY_DUE_DAYS}, ALWAYS},
        {ITEM, UNLAWFUL_DUE_DAYS == 1 ? "legal.rights.unlawful.1" : "legal.rights.unlawful.n", {UNLAWFUL_DUE_DAYS}, ALWAYS}}, 3);
    page_fmt(&p, "<p><a href=\"%L\">%t</a></p><h2>%t</h2><p>%t</p><p><a href=\"%L\">%t</a></p>", "/legal", "contact.rights", "contact.track",
        "contact.track.1", "/track", "contact.track.link");
    return page_words_end(&p);
}

/* ---- /guide ---- */

bool page_guide(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)worker, (void)err;
    struct page p = page_words_begin(app, rq, rs, "guide");
    page_words(&p, "guide");
    page_fmt(&p, "<h2>%t</h2><ul><li><a href=\"%L\">%t</a></li>", "guide.next", "/list", "guide.sheet");
    if (app->config.contributions != CONTRIBUTIONS_CLOSED)
        page_fmt(&p, "<li><a href=\"%L\">%t</a></li>", "/add", "guide.add");
    page_fmt(&p, "<li><a href=\"%L\">%t</a></li><li><a href=\"%L\">%t</a></li></ul>", "/track", "contact.track", "/method", "guide.method");
    return page_words_end(&p);
}
