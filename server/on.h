/*
 * Handlers that are not pages, by subject, and the few steps they share.
 */
#ifndef SERVER_ON_H
#define SERVER_ON_H

#include "data/record/filter.h"
#include "server/app.h"
#include "server/http.h"

handler_fn on_tile, on_tilejson, on_style_json, on_glyphs, on_sprite, on_asset, on_robots, on_identify, on_print;
handler_fn on_api_landing, on_api_conformance, on_api_openapi, on_api_collections, on_api_collection, on_api_items, on_api_item, on_api_places;
/* pictures by address */
handler_fn on_static, on_card;
/* proposing */
handler_fn on_add, on_add_map, on_correct;

/* reports, receipts, photos */
handler_fn on_report, on_report_sent, on_track, on_track_sent, on_track_photo, on_track_photo_sent, on_photo, on_queue_photos, on_queue_photo,
    on_queue_photo_sent;
struct page;
/* At the foot of a record: what anybody may say of it. */
void report_links(struct page *p, uint64_t record);

/* logging in, moderating */
handler_fn on_login, on_login_post, on_logout, on_me, on_me_post, on_queue, on_queue_post, on_queue_item, on_queue_rule, on_queue_correct, on_changes, on_undo, on_undo_post;

/* writing over the API */
handler_fn on_api_add, on_api_change, on_api_options, on_api_contribution, on_api_message, on_api_ruling, on_api_changes;

/* uploads */
handler_fn page_import, on_import_form, page_import_one, on_import_change, on_import_post, on_import_get, on_import_put, on_import_apply;

/* groups */
handler_fn on_group, on_group_css;

/* of this machine */
handler_fn on_healthz, on_readyz, on_metrics;

/* The common filter parameters of a request where unknown ones are refused; `others` (ended by NULL) are read elsewhere.
 * The city is only taken out: a worker looks it up. */
bool on_filter(const struct request *rq, const char *const *others, struct filter *f, struct str *city, struct err *err);

/* Whether operator= and vendor= name organisations there are: a mistyped one must not read as "there are none". */
bool on_known_orgs(struct store *store, const struct request *rq, struct err *err);

/* Of addresses that take no query parameter. */
bool on_no_query(const struct request *rq, struct err *err);

#endif
