/* One table: which methods and addresses there are, who answers, where that runs. The first that fits is taken, so the
 * tiles come first. */
#include "server/on.h"
#include "server/page.h"

enum { GET = 1 << HTTP_GET, POST = 1 << HTTP_POST, PUT = 1 << HTTP_PUT, PATCH = 1 << HTTP_PATCH, DELETE = 1 << HTTP_DELETE };

const struct route ROUTES[] = {
    {GET, "/tiles/{style}/{z}/{x}/{y}", on_tile, ON_LOOP, 0, HEADERS_TILE},
    {GET, "/tiles/{name}", on_tilejson, ON_LOOP, 0, HEADERS_DATA},
    {GET, "/styles/{style}", on_style_json, ON_WORKER_QUICK, 0, HEADERS_DATA},
    {GET, "/sprites/{file}", on_sprite, ON_WORKER_QUICK, 0, HEADERS_TILE},
    {GET, "/fonts/{stack}/{range}", on_glyphs, ON_WORKER_QUICK, 0, HEADERS_TILE},
    {GET, "/web/{file}", on_asset, ON_LOOP, 0, HEADERS_ASSET},
    {GET, "/robots.txt", on_robots, ON_LOOP, 0, HEADERS_ASSET},
    {GET, "/identify", on_identify, ON_WORKER_QUICK, 0, HEADERS_DATA},

    /* pictures by address */
    {GET, "/static/{style}/{view}/{file}", on_static, ON_LOOP, 0, HEADERS_TILE},
    {GET, "/static/{style}/city/{slug}/{file}", on_static, ON_LOOP, 0, HEADERS_TILE},
    {GET, "/card/d/{file}", on_card, ON_LOOP, 0, HEADERS_TILE},
    {GET, "/card/c/{file}", on_card, ON_LOOP, 0, HEADERS_TILE},
    {GET, "/card/map.png", on_card, ON_LOOP, 0, HEADERS_TILE},

    {GET, "/api", on_api_landing, ON_LOOP, 0, HEADERS_DATA},
    {GET, "/api/conformance", on_api_conformance, ON_LOOP, 0, HEADERS_DATA},
    {GET, "/api/openapi.json", on_api_openapi, ON_LOOP, 0, HEADERS_DATA},
    {GET, "/api/collections", on_api_collections, ON_LOOP, 0, HEADERS_DATA},
    {GET, "/api/collections/{collection}", on_api_collection, ON_LOOP, 0, HEADERS_DATA},
    {GET, "/api/collections/{collection}/items", on_api_items, ON_WORKER_QUICK, 0, HEADERS_DATA},
    {GET, "/api/collections/{collection}/items/{id}", on_api_item, ON_WORKER_QUICK, 0, HEADERS_DATA},
    {GET, "/api/places", on_api_places, ON_WORKER_QUICK, 0, HEADERS_DATA},

    {GET, "/", page_home, ON_WORKER_QUICK, 0, HEADERS_PAGE},
    {GET, "/list", page_list, ON_WORKER_QUICK, 0, HEADERS_PAGE},
    {GET, "/c/{slug}", page_city, ON_WORKER_QUICK, 0, HEADERS_PAGE},
    {GET, "/c/{slug}/print", on_print, ON_WORKER_SLOW, 0, HEADERS_PAGE},
    {GET, "/d/{id}", page_record, ON_WORKER_QUICK, 0, HEADERS_PAGE},
    {GET, "/d/{id}/v/{version}", page_version, ON_WORKER_QUICK, 0, HEADERS_PAGE},
    {GET, "/d/{id}/history", page_history, ON_WORKER_QUICK, 0, HEADERS_PAGE},
    {GET, "/o/{slug}", page_org, ON_WORKER_QUICK, 0, HEADERS_PAGE},
    {GET, "/k/{category}", page_category, ON_WORKER_QUICK, 0, HEADERS_PAGE},
    {GET, "/method", page_method, ON_WORKER_QUICK, 0, HEADERS_PAGE},
    {GET, "/data", page_data, ON_WORKER_QUICK, 0, HEADERS_PAGE},
    {GET, "/accessibility", page_accessibility, ON_WORKER_QUICK, 0, HEADERS_PAGE},
    {GET, "/legal", page_legal, ON_WORKER_QUICK, 0, HEADERS_PAGE},
    {GET, "/contact", page_contact, ON_WORKER_QUICK, 0, HEADERS_PAGE},

    /* proposing */

    /* reports, receipts, photos */

    /* logging in, moderating */

    /* writing over the API */

    /* uploads */

    /* groups */
};
const size_t N_ROUTES = COUNT(ROUTES);

const struct route ADMIN_ROUTES[] = {
    {GET, "/healthz", on_healthz, ON_LOOP, 0, HEADERS_ADMIN},
    {GET, "/readyz", on_readyz, ON_LOOP, 0, HEADERS_ADMIN},
    {GET, "/metrics", on_metrics, ON_LOOP, 0, HEADERS_ADMIN},
};
const size_t N_ADMIN_ROUTES = COUNT(ADMIN_ROUTES);
