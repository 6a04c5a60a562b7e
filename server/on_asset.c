/* /web/FILE: what the pages load, placed in the program. No path from outside ever reaches open(2). */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "data/base/embed.h"
#include "server/on.h"

EMBED(web_leaflet_js, "node_modules/leaflet/dist/leaflet.js")
EMBED(web_leaflet_css, "node_modules/leaflet/dist/leaflet.css")
EMBED(web_map_js, "server/web/map.js")
EMBED(web_map_css, "server/web/map.css")
EMBED(web_page_css, "server/web/page.css")
EMBED(web_form_css, "server/web/form.css")
EMBED(web_form_js, "server/web/form.js")
EMBED(web_add_js, "server/web/add.js")
EMBED(web_photo_css, "server/web/photo.css")
EMBED(web_blur_js, "server/web/blur.js")
EMBED(web_queue_css, "server/web/queue.css")
EMBED(web_upload_css, "server/web/upload.css")
EMBED(web_upload_js, "server/web/upload.js")

static const char JS[] = "text/javascript; charset=utf-8", CSS[] = "text/css; charset=utf-8";
static const struct asset {
    const char *name, *type;
    struct str (*bytes)(void);
} ASSETS[] = {
    {"leaflet.js", JS, web_leaflet_js},
    {"leaflet.css", CSS, web_leaflet_css},
    {"map.js", JS, web_map_js},
    {"map.css", CSS, web_map_css},
    {"page.css", CSS, web_page_css},
    {"form.css", CSS, web_form_css},
    {"form.js", JS, web_form_js},
    {"add.js", JS, web_add_js},
    {"photo.css", CSS, web_photo_css},
    {"blur.js", JS, web_blur_js},
    {"queue.css", CSS, web_queue_css},
    {"upload.css", CSS, web_upload_css},
    {"upload.js", JS, web_upload_js},
};

static const char ROBOTS[] = "User-agent: *\nDisallow: /api/\nDisallow: /tiles/\nDisallow: /static/\nDisallow: /c/*/print\n"
    "Disallow: /add\nDisallow: /track\nDisallow: /d/*/correct\nDisallow: /d/*/report\nDisallow: /login\nDisallow: /me\nDisallow: /queue\n";

static struct answer *answers[COUNT(ASSETS)]; /* for as long as the program runs */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_answers(void)
{
    for (size_t i = 0; i < COUNT(ASSETS); i++) {
        struct response rs = {.status = 200, .content_type = ASSETS[i].type, .headers = HEADERS_ASSET};
        buf_add(&rs.body, ASSETS[i].bytes());
        answers[i] = answer_new(&rs, true);
    }
}

bool on_asset(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)app, (void)worker;
    pthread_once(&once, make_answers);
    for (size_t i = 0; i < COUNT(ASSETS); i++) {
        if (str_eq(rq->segments[1], str_of(ASSETS[i].name))) {
            rs->ready = answer_hold(answers[i]);
            return true;
        }
    }
    return err_set(err, ERR_MISSING, "there is no such file");
}

bool on_robots(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)app, (void)worker, (void)rq, (void)err;
    rs->content_type = "text/plain; charset=utf-8";
    buf_add(&rs->body, str_of(ROBOTS));
    return true;
}
