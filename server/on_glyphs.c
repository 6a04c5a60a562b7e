/* /fonts/STACK/RANGE.pbf: glyphs for map programs, made of the fonts of this machine. */
#include "renderer/text_range.h"
#include "server/kept.h"
#include "server/on.h"
#include "server/server.h"

bool on_glyphs(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    AUTO(buf) stack = {0};
    AUTO(buf) name = {0};
    uint32_t first;
    if (!on_no_query(rq, err))
        return false;
    if (!text_range_read(rq->segments[2], &first))
        return err_set(err, ERR_INVALID, "a range of glyphs is /fonts/STACK/N-M.pbf, where N is a multiple of 256 up to 65280 and M is N + 255");
    if (!app_worker_ready(app, worker, err) || !text_range_stack(painter_text(worker->painter), rq->segments[1], &stack, err))
        return false;
    buf_fmt(&name, "glyphs/%u/%s", first, stack.at);
    rs->ready = kept_get(app->server->kept, buf_str(&name));
    if (rs->ready)
        return true;
    text_range_write(painter_text(worker->painter), buf_str(&stack), first, &rs->body);
    rs->content_type = "application/x-protobuf";
    kept_put(app->server->kept, buf_str(&name), rs);
    return true;
}
