#include "server/receipt.h"

#include "server/session.h"

bool receipt_takes_photos(enum contribution_kind kind)
{
    return kind != CONTRIBUTION_PRIVACY && kind != CONTRIBUTION_REPLY && kind != CONTRIBUTION_UNLAWFUL && kind != CONTRIBUTION_REMOVE;
}

void receipt_button(struct page *p, const char *address, struct str receipt, const char *text_key, bool main)
{
    page_fmt(p, "<form class=\"form\" method=\"post\" action=\"%L\"><input type=\"hidden\" name=\"receipt\" value=\"", address);
    buf_html(p->out, receipt);
    page_fmt(p, "\"><p><button class=\"%s\">%t</button></p></form>", main ? "go" : "second", text_key);
}

void receipt_put(struct page *p, struct str receipt, bool with_photos)
{
    page_fmt(p, "<h2>%t</h2><p>%t</p><p><output class=\"receipt\" id=\"receipt\">%S</output></p><p>%t <a href=\"%L\">%t</a>.</p>", "receipt.title",
        "receipt.note", receipt, "receipt.where", "/track", "track.title");
    receipt_button(p, "/track", receipt, "receipt.look", false);
    if (with_photos)
        receipt_button(p, "/track/photo", receipt, "receipt.photo", true);
}

bool receipt_find(struct app *app, struct worker *w, struct request *rq, struct response *rs, const struct form *f, struct contribution *out,
    bool *found, struct err *err)
{
    if (!contribution_find_by_receipt(w->store, form_get(f, "receipt"), &rq->arena, out, found, err))
        return false;
    return *found || caller_guesses(app, rq, rs, err);
}
