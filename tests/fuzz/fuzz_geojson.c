/* Any bytes as a source of a style with GeoJSON in it: read, filtered, clustered, cut. */
#include "renderer/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(json_doc) doc = {0};
    struct err err;
    struct tile_source *s;
    struct arena a;
    if (!json_read(&doc, str_from((const char *)data, size), &JSON_BODY, &err))
        return 0;
    if (!source_open_geojson(&s, json_get(doc.root, S("data")), doc.root, &err))
        return 0;
    arena_init(&a, 16 << 20);
    for (uint8_t z = 0; z < 20; z += 3) {
        struct tile_layer layer;
        if (!s->ops->read(s, (struct tile){.x = (1u << z) / 2, .y = (1u << z) / 2, .z = z}, S(""), NULL, &a, &layer, &err))
            break;
    }
    arena_done(&a);
    source_close(s);
    return 0;
}
