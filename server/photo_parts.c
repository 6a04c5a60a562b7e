#include "server/photo_parts.h"

#include <stdatomic.h>

#include "data/base/limits.h"
#include "server/page_frame.h"

static void put_credit(struct page *p, const struct photo *photo)
{
    page_fmt(p, "%t ", "photo.by");
    if (photo->author.len)
        page_text(p, photo->author);
    else
        page_fmt(p, "%t %s", "photo.contributors", p->app->config.title);
    if (photo->taken.year)
        page_fmt(p, ", %D", photo->taken);
    page_fmt(p, ", %S%s%t", photo->licence, photo->blurred ? " · " : "", photo->blurred ? "photo.blurred" : "");
}

bool photo_figures(struct page *p, struct store *store, uint64_t record, struct str what, struct err *err)
{
    struct photo *all;
    size_t n;
    if (!photo_of_record(store, record, &p->rq->arena, &all, &n, err))
        return false;
    if (!n)
        return true;
    const char *tag = page_is_part(p) ? "h3" : "h2";
    page_fmt(p, "<section class=\"photos\"><%s>%t</%s>", tag, "photo.section", tag);
    for (size_t i = 0; i < n; i++) {
        page_fmt(p, "<figure><img src=\"/photo/%d.jpg\" width=\"%d\" height=\"%d\" loading=\"lazy\" alt=\"%t %S", (int64_t)all[i].id,
            (int64_t)all[i].width_px, (int64_t)all[i].height_px, "photo.alt", what);
        if (all[i].taken.year)
            page_fmt(p, ", %D", all[i].taken);
        page_raw(p, "\"><figcaption class=\"small\">");
        put_credit(p, &all[i]);
        page_raw(p, "</figcaption></figure>");
    }
    page_raw(p, "</section>");
    return true;
}

void photo_queue_list(struct page *p, struct worker *w, uint64_t contribution_id)
{
    struct photo *all;
    struct err err;
    size_t n;
    if (!photo_of_contribution(w->store, contribution_id, &p->rq->arena, &all, &n, &err)) {
        page_fmt(p, "<p class=\"fault\">%s</p>", err.text);
        return;
    }
    if (!n)
        return;
    page_raw(p, "<ul class=\"thumbs\">");
    for (size_t i = 0; i < n; i++) {
        AUTO(buf) to = {0};
        buf_fmt(&to, "/queue/photo/%llu", (unsigned long long)all[i].id);
        page_fmt(p, "<li><a href=\"%L\">", to.at);
        if (all[i].state != PHOTO_REFUSED)
            page_fmt(p, "<img src=\"/queue/photo/%d.jpg\" width=\"%d\" height=\"%d\" loading=\"lazy\" alt=\"\"> ", (int64_t)all[i].id,
                (int64_t)all[i].width_px, (int64_t)all[i].height_px);
        page_fmt(p, "%t %d</a> <span class=\"small\">%T%s%t</span></li>", "photo.one", (int64_t)i + 1, &PHOTO_STATE_TERMS[all[i].state],
            all[i].blurred ? " · " : "", all[i].blurred ? "photo.blurred" : "");
    }
    page_raw(p, "</ul>");
}

bool photo_clean_bounded(struct response *rs, bool french, struct str in, const struct photo_blur *blurs, size_t n, struct buf *out, int *w, int *h,
    struct err *err)
{
    static atomic_int at_work;
    bool room = atomic_fetch_add(&at_work, 1) < PHOTOS_CLEANED_AT_ONCE_MAX;
    bool ok = room && photo_clean_in_child(in, blurs, n, out, w, h, err);
    atomic_fetch_sub(&at_work, 1);
    if (room)
        return ok;
    rs->retry_after_s = 10;
    return err_set(err, ERR_BUSY, french ? "d'autres photos sont en cours de lecture ; rien n'a été enregistré, renvoyez la vôtre dans quelques secondes" :
        "other photos are being read just now; nothing was stored, send yours again in a few seconds");
}

bool photo_file_id(struct str name, uint64_t *id)
{
    return str_ends(name, S(".jpg")) && str_u64(str_slice(name, 0, name.len - 4), id) && *id <= INT64_MAX;
}

void photo_answer(struct response *rs, struct buf *jpeg, enum header_class headers)
{
    rs->content_type = "image/jpeg";
    rs->headers = headers;
    rs->no_gzip = true;
    rs->body = *jpeg;
    *jpeg = (struct buf){0};
}
