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

/* reports, receipts, photos */

/* logging in, moderating */

/* writing over the API */

/* uploads */

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
