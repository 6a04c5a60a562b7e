/* One table: which methods and addresses there are, who answers, where that runs. The first that fits is taken, so the
 * tiles come first. */
#include "data/base/limits.h"
#include "server/on.h"
#include "server/page.h"

enum { GET = 1 << HTTP_GET, POST = 1 << HTTP_POST, PUT = 1 << HTTP_PUT, PATCH = 1 << HTTP_PATCH, DELETE = 1 << HTTP_DELETE, OPTIONS = 1 << HTTP_OPTIONS };

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
    {GET, "/guide", page_guide, ON_WORKER_QUICK, 0, HEADERS_PAGE},
    {GET, "/legal", page_legal, ON_WORKER_QUICK, 0, HEADERS_PAGE},
    {GET, "/contact", page_contact, ON_WORKER_QUICK, 0, HEADERS_PAGE},

    /* proposing */
    {GET | POST, "/add", on_add, ON_WORKER_QUICK, BODY_MAX_BYTES, HEADERS_PRIVATE},
    {GET, "/add/map.png", on_add_map, ON_WORKER_SLOW, 0, HEADERS_PRIVATE},
    {GET | POST, "/d/{id}/correct", on_correct, ON_WORKER_QUICK, BODY_MAX_BYTES, HEADERS_PRIVATE},

    /* reports, receipts, photos */
    {GET, "/d/{id}/report", on_report, ON_WORKER_QUICK, 0, HEADERS_PRIVATE},
    {POST, "/d/{id}/report", on_report_sent, ON_WORKER_QUICK, BODY_MAX_BYTES, HEADERS_PRIVATE},
    {GET, "/track", on_track, ON_WORKER_QUICK, 0, HEADERS_PRIVATE},
    {POST, "/track", on_track_sent, ON_WORKER_QUICK, BODY_MAX_BYTES, HEADERS_PRIVATE},
    {GET, "/track/photo", on_track_photo, ON_LOOP, 0, HEADERS_PRIVATE},
    {POST, "/track/photo", on_track_photo_sent, ON_WORKER_SLOW, PHOTO_MAX_BYTES + PHOTO_FORM_MAX_BYTES, HEADERS_PRIVATE},
    {GET, "/photo/{file}", on_photo, ON_WORKER_QUICK, 0, HEADERS_ASSET},
    {GET, "/queue/photo", on_queue_photos, ON_WORKER_QUICK, 0, HEADERS_PRIVATE},
    {GET, "/queue/photo/{id}", on_queue_photo, ON_WORKER_QUICK, 0, HEADERS_PRIVATE},
    {POST, "/queue/photo/{id}", on_queue_photo_sent, ON_WORKER_SLOW, BODY_MAX_BYTES, HEADERS_PRIVATE},

    /* logging in, moderating; passwords take a worker long (Argon2id) */
    {GET, "/login", on_login, ON_WORKER_QUICK, 0, HEADERS_PRIVATE},
    {POST, "/login", on_login_post, ON_WORKER_SLOW, BODY_MAX_BYTES, HEADERS_PRIVATE},
    {POST, "/logout", on_logout, ON_WORKER_QUICK, BODY_MAX_BYTES, HEADERS_PRIVATE},
    {GET, "/me", on_me, ON_WORKER_QUICK, 0, HEADERS_PRIVATE},
    {POST, "/me", on_me_post, ON_WORKER_SLOW, BODY_MAX_BYTES, HEADERS_PRIVATE},
    {GET, "/queue", on_queue, ON_WORKER_QUICK, 0, HEADERS_PRIVATE},
    {POST, "/queue", on_queue_post, ON_WORKER_QUICK, BODY_MAX_BYTES, HEADERS_PRIVATE},
    {GET, "/queue/history", on_changes, ON_WORKER_QUICK, 0, HEADERS_PRIVATE},
    {GET, "/queue/undo", on_undo, ON_WORKER_QUICK, 0, HEADERS_PRIVATE},
    {POST, "/queue/undo", on_undo_post, ON_WORKER_QUICK, BODY_MAX_BYTES, HEADERS_PRIVATE},
    {GET, "/queue/{id}", on_queue_item, ON_WORKER_QUICK, 0, HEADERS_PRIVATE},
    {POST, "/queue/{id}", on_queue_rule, ON_WORKER_QUICK, BODY_MAX_BYTES, HEADERS_PRIVATE},
    {GET | POST, "/queue/{id}/correct", on_queue_correct, ON_WORKER_QUICK, BODY_MAX_BYTES, HEADERS_PRIVATE},
    {GET, "/history", page_changes, ON_WORKER_QUICK, 0, HEADERS_PAGE},

    /* writing over the API */
    {POST, "/api/collections/{collection}/items", on_api_add, ON_WORKER_QUICK, API_BODY_MAX_BYTES, HEADERS_API},
    {PUT | PATCH | DELETE, "/api/collections/{collection}/items/{id}", on_api_change, ON_WORKER_QUICK, API_BODY_MAX_BYTES, HEADERS_API},
    {GET, "/api/contributions/{id}", on_api_contribution, ON_WORKER_QUICK, 0, HEADERS_API},
    {POST, "/api/contributions/{id}/messages", on_api_message, ON_WORKER_QUICK, BODY_MAX_BYTES, HEADERS_API},
    {POST, "/api/contributions/{id}/ruling", on_api_ruling, ON_WORKER_QUICK, API_BODY_MAX_BYTES, HEADERS_API},
    {GET, "/api/changes", on_api_changes, ON_WORKER_SLOW, 0, HEADERS_DATA},
    {OPTIONS, "/api/contributions/{id}", on_api_options, ON_LOOP, 0, HEADERS_PREFLIGHT},
    {OPTIONS, "/api/contributions/{id}/messages", on_api_options, ON_LOOP, 0, HEADERS_PREFLIGHT},
    {OPTIONS, "/api/contributions/{id}/ruling", on_api_options, ON_LOOP, 0, HEADERS_PREFLIGHT},
    {OPTIONS, "/api/collections/{collection}/items", on_api_options, ON_LOOP, 0, HEADERS_PREFLIGHT},
    {OPTIONS, "/api/collections/{collection}/items/{id}", on_api_options, ON_LOOP, 0, HEADERS_PREFLIGHT},

    /* uploads */
    {GET, "/import", page_import, ON_WORKER_QUICK, 0, HEADERS_PRIVATE},
    {POST, "/import", on_import_form, ON_WORKER_QUICK, UPLOAD_BODY_MAX_BYTES, HEADERS_PRIVATE},
    {GET, "/import/{id}", page_import_one, ON_WORKER_QUICK, 0, HEADERS_PRIVATE},
    {POST, "/import/{id}", on_import_change, ON_WORKER_SLOW, BODY_MAX_BYTES, HEADERS_PRIVATE},
    {POST, "/api/imports", on_import_post, ON_WORKER_QUICK, UPLOAD_BODY_MAX_BYTES, HEADERS_PRIVATE},
    {GET, "/api/imports/{id}", on_import_get, ON_WORKER_QUICK, 0, HEADERS_PRIVATE},
    {PUT, "/api/imports/{id}", on_import_put, ON_WORKER_QUICK, BODY_MAX_BYTES, HEADERS_PRIVATE},
    {POST, "/api/imports/{id}/apply", on_import_apply, ON_WORKER_SLOW, BODY_MAX_BYTES, HEADERS_PRIVATE},

    /* groups */
    {GET | POST, "/c/{slug}/group", on_group, ON_WORKER_QUICK, BODY_MAX_BYTES, HEADERS_PRIVATE},
    {GET, "/c/{slug}/group.css", on_group_css, ON_WORKER_QUICK, 0, HEADERS_ASSET},
};
const size_t N_ROUTES = COUNT(ROUTES);

const struct route ADMIN_ROUTES[] = {
    {GET, "/healthz", on_healthz, ON_LOOP, 0, HEADERS_ADMIN},
    {GET, "/readyz", on_readyz, ON_LOOP, 0, HEADERS_ADMIN},
    {GET, "/metrics", on_metrics, ON_LOOP, 0, HEADERS_ADMIN},
};
const size_t N_ADMIN_ROUTES = COUNT(ADMIN_ROUTES);
