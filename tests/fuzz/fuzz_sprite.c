/* Any bytes as the index of a sprite sheet: cut, fitted round texts, drawn plain, stretched, turned and with a halo. */
#include "renderer/icon_sheet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SHEET = 48, SIDE = 64 };

static void draw(void *ctx, struct str name, const struct sheet_icon *icon)
{
    static uint32_t px[SIDE * SIDE];
    struct sheet_icon own = *icon;
    (void)ctx;
    double wide = (double)(name.len % 90) + 1, high = name.len ? (double)(uint8_t)name.at[0] : 1;
    struct rect box = icon_round(&own.icon, (struct rect){-wide, -high / 2, wide / 3, high});
    struct icon_look looks[] = {{.scale = 1}, {.scale = high / 16, .rotate_deg = wide}, {.scale = 2, .stretch_x = box.x1 - box.x0, .stretch_y = box.y1 - box.y0},
        {.scale = 1, .tinted = true, .color = {1, 0, 0, 1}, .halo = {0, 0, 1, 1}, .halo_px = wide, .halo_blur_px = high}};
    for (size_t i = 0; i < COUNT(looks); i++)
        sheet_icon_draw(&own, px, SIDE, SIDE, SIDE, (struct xy){wide, high}, &looks[i], 0.7);
    sheet_icon_done(&own);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(json_doc) doc = {0};
    struct err err;
    if (!json_read(&doc, str_from((const char *)data, size), &JSON_BODY, &err) || json_kind(doc.root) != JSON_OBJECT)
        return 0;
    sheet_cut(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, SHEET, SHEET), doc.root, draw, NULL);
    return 0;
}
