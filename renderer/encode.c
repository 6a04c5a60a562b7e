/*
 * PNG as map tiles want it: no filter (on flat colours filters cost time and bytes), libdeflate's level 1, a palette of the
 * smallest bit depth where the picture has at most 256 colours, RGB where it is opaque, RGBA else.
 *
 * png8 makes its palette by median cut over the picture's colours at 5 bits a channel (Heckbert 1982): colours that stand
 * alone in their bin stay exact, so flat ground keeps its colour.
 */
#include "renderer/encode.h"

#include <libdeflate.h>
#include <math.h>
#include <string.h>
#include <webp/encode.h>

#include "data/base/deflate.h"
#include "data/base/limits.h"

enum { PNG_LEVEL = 1, PALETTE_MAX = 256, SLOTS = 1024, BINS = 1 << 15 };

const char *const PICTURE_EXTENSION[PICTURE_FORMAT_COUNT] = {"png", "png8", "webp", "svg", "pdf"};
const char *const PICTURE_MIME[PICTURE_FORMAT_COUNT] = {
    "image/png", "image/png", "image/webp", "image/svg+xml", "application/pdf"};

struct pixels {
    const uint32_t *at;
    int width, height;
    size_t stride; /* in pixels */
};
struct palette {
    size_t n;
    uint32_t colors[PALETTE_MAX]; /* premultiplied ARGB */
    uint32_t keys[SLOTS];
    int16_t slots[SLOTS]; /* index + 1; 0: free */
};

/* Rows before they are compressed: kept by the thread, since a fresh piece of memory this large costs more than filling it. */
static uint8_t *row_memory(size_t bytes)
{
    static _Thread_local uint8_t *kept;
    static _Thread_local size_t room;
    if (bytes > room) {
        free(kept);
        kept = base_alloc(1, bytes);
        room = bytes;
    }
    return kept;
}

/* ---- chunks ---- */

static void put_u32(uint8_t *at, uint32_t v)
{
    at[0] = (uint8_t)(v >> 24);
    at[1] = (uint8_t)(v >> 16);
    at[2] = (uint8_t)(v >> 8);
    at[3] = (uint8_t)v;
}

static void put_chunk(struct buf *out, const char type[4], const void *bytes, size_t n)
{
    uint8_t *at = (uint8_t *)buf_room(out, n + 12);
    put_u32(at, (uint32_t)n);
    memcpy(at + 4, type, 4);
    if (n && at + 8 != bytes)
        memcpy(at + 8, bytes, n);
    put_u32(at + 8 + n, libdeflate_crc32(0, at + 4, n + 4));
    out->len += n + 12;
}

static void put_head(struct buf *out, const struct pixels *p, int depth, int kind)
{
    uint8_t head[13] = {[8] = (uint8_t)depth, [9] = (uint8_t)kind};
    put_u32(head, (uint32_t)p->width);
    put_u32(head + 4, (uint32_t)p->height);
    buf_put(out, "\x89PNG\r\n\x1a\n", 8);
    put_chunk(out, "IHDR", head, sizeof head);
}

static bool put_data(struct buf *out, const uint8_t *rows, size_t n, struct err *err)
{
    struct libdeflate_compressor *kept = deflate_compressor(PNG_LEVEL);
    size_t most = libdeflate_zlib_compress_bound(kept, n);
    uint8_t *at = (uint8_t *)buf_room(out, most + 12);
    size_t len = libdeflate_zlib_compress(kept, rows, n, at + 8, most);
    if (!len)
        return err_set(err, ERR_INTERNAL, "a picture could not be compressed");
    put_chunk(out, "IDAT", at + 8, len);
    put_chunk(out, "IEND", NULL, 0);
    return true;
}

/* ---- colours ---- */

static inline uint8_t straight(uint32_t premultiplied, uint32_t alpha)
{
    uint32_t v = (premultiplied * 255 + alpha / 2) / alpha;
    return (uint8_t)MIN(v, 255);
}

/* Red, green, blue, alpha, not premultiplied. */
static inline void color_bytes(uint32_t c, uint8_t out[4])
{
    uint32_t a = c >> 24, r = c >> 16 & 255, g = c >> 8 & 255, b = c & 255;
    if (a == 255) {
        out[0] = (uint8_t)r, out[1] = (uint8_t)g, out[2] = (uint8_t)b;
    } else if (a == 0) {
        out[0] = out[1] = out[2] = 0;
    } else {
        out[0] = straight(r, a), out[1] = straight(g, a), out[2] = straight(b, a);
    }
    out[3] = (uint8_t)a;
}

static inline unsigned slot_of(uint32_t c)
{
    return (c * 2654435761u) >> 22;
}

static int palette_find(const struct palette *p, uint32_t c)
{
    unsigned s = slot_of(c);
    while (p->slots[s] && p->keys[s] != c)
        s = (s + 1) % SLOTS;
    return p->slots[s] - 1;
}

static bool palette_add(struct palette *p, uint32_t c)
{
    unsigned s = slot_of(c);
    while (p->slots[s] && p->keys[s] != c)
        s = (s + 1) % SLOTS;
    if (p->slots[s])
        return true;
    if (p->n == PALETTE_MAX)
        return false;
    p->keys[s] = c;
    p->colors[p->n++] = c;
    p->slots[s] = (int16_t)p->n;
    return true;
}

/* True when the picture has at most 256 colours; then they are all in the palette. */
static bool palette_of(const struct pixels *px, struct palette *p)
{
    p->n = 0;
    memset(p->slots, 0, sizeof p->slots);
    uint32_t last = ~px->at[0];
    for (int y = 0; y < px->height; y++) {
        const uint32_t *row = px->at + (size_t)y * px->stride;
        for (int x = 0; x < px->width; x++)
            if (row[x] != last) {
                last = row[x];
                if (!palette_add(p, last))
                    return false;
            }
    }
    return true;
}

static bool is_opaque(const struct pixels *px)
{
    for (int y = 0; y < px->height; y++) {
        const uint32_t *row = px->at + (size_t)y * px->stride;
        uint32_t all = UINT32_MAX;
        for (int x = 0; x < px->width; x++)
            all &= row[x];
        if (all >> 24 != 255)
            return false;
    }
    return true;
}

/* ---- pictures with a palette ---- */

static void put_palette(struct buf *out, const uint32_t *colors, size_t n)
{
    uint8_t rgb[3 * PALETTE_MAX] = {0}, alpha[PALETTE_MAX];
    size_t n_alpha = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t c[4];
        color_bytes(colors[i], c);
        memcpy(rgb + 3 * i, c, 3);
        alpha[i] = c[3];
        if (c[3] != 255)
            n_alpha = i + 1;
    }
    put_chunk(out, "PLTE", rgb, 3 * n);
    if (n_alpha)
        put_chunk(out, "tRNS", alpha, n_alpha);
}

static int depth_of(size_t n_colors)
{
    return n_colors <= 2 ? 1 : n_colors <= 4 ? 2 : n_colors <= 16 ? 4 : 8;
}

/* Indices packed `depth` bits each, the leftmost in the high bits; row begins with filter type 0. */
static void pack_row(uint8_t *row, const uint8_t *indices, int width, int depth)
{
    int per_byte = 8 / depth;
    for (int x = 0; x < width; x += per_byte) {
        unsigned bits = 0;
        for (int i = 0; i < per_byte; i++)
            bits = bits << depth | (x + i < width ? indices[x + i] : 0u);
        *row++ = (uint8_t)bits;
    }
}

static bool put_exact(struct buf *out, const struct pixels *px, const struct palette *p, struct err *err)
{
    int depth = depth_of(p->n);
    size_t row_bytes = ((size_t)px->width * (size_t)depth + 7) / 8 + 1;
    uint8_t *rows = row_memory((size_t)px->height * row_bytes);
    AUTO_FREE uint8_t *indices = base_alloc((size_t)px->width, 1);
    for (int y = 0; y < px->height; y++) {
        const uint32_t *from = px->at + (size_t)y * px->stride;
        uint8_t *row = rows + (size_t)y * row_bytes + 1, *to = depth == 8 ? row : indices;
        uint32_t last = ~from[0];
        uint8_t index = 0;
        row[-1] = 0;
        for (int x = 0; x < px->width; x++) {
            if (from[x] != last)
                index = (uint8_t)palette_find(p, last = from[x]);
            to[x] = index;
        }
        if (depth < 8)
            pack_row(row, indices, px->width, depth);
    }
    put_head(out, px, depth, 3);
    put_palette(out, p->colors, p->n);
    return put_data(out, rows, (size_t)px->height * row_bytes, err);
}

/* ---- a palette made for the picture ---- */

struct bin {
    uint32_t key; /* 5:5:5 */
    uint32_t n, r, g, b;
};
struct cut { /* a run of bins that will share one colour */
    size_t first, n;
    uint64_t pixels;
    int axis, width; /* the widest channel's shift and its width in steps */
};

static _Thread_local int sort_shift;

static int by_channel(const void *a, const void *b)
{
    int x = (int)(((const struct bin *)a)->key >> sort_shift & 31), y = (int)(((const struct bin *)b)->key >> sort_shift & 31);
    return x - y;
}

static void cut_measure(struct cut *c, const struct bin *bins)
{
    c->pixels = 0;
    c->width = -1;
    for (int shift = 0; shift <= 10; shift += 5) {
        int lo = 31, hi = 0;
        for (size_t i = c->first; i < c->first + c->n; i++) {
            int v = (int)(bins[i].key >> shift & 31);
            lo = MIN(lo, v);
            hi = MAX(hi, v);
        }
        if (hi - lo > c->width) {
            c->width = hi - lo;
            c->axis = shift;
        }
    }
    for (size_t i = c->first; i < c->first + c->n; i++)
        c->pixels += bins[i].n;
}

static size_t collect_bins(const struct pixels *px, struct bin *bins, uint16_t *bin_of)
{
    size_t n = 0;
    memset(bin_of, 0, BINS * sizeof *bin_of);
    for (int y = 0; y < px->height; y++) {
        const uint32_t *row = px->at + (size_t)y * px->stride;
        for (int x = 0; x < px->width;) {
            uint32_t c = row[x], run = 1;
            while (x + (int)run < px->width && row[x + (int)run] == c)
                run++;
            uint32_t r = c >> 16 & 255, g = c >> 8 & 255, b = c & 255, key = r >> 3 << 10 | g >> 3 << 5 | b >> 3;
            if (!bin_of[key]) {
                bins[n] = (struct bin){.key = key};
                bin_of[key] = (uint16_t)++n;
            }
            struct bin *to = &bins[bin_of[key] - 1];
            to->n += run;
            to->r += r * run;
            to->g += g * run;
            to->b += b * run;
            x += (int)run;
        }
    }
    return n;
}

static size_t median_cut(struct bin *bins, size_t n_bins, struct cut *cuts)
{
    size_t n = 1;
    cuts[0] = (struct cut){.first = 0, .n = n_bins};
    cut_measure(&cuts[0], bins);
    while (n < PALETTE_MAX) {
        size_t best = SIZE_MAX;
        double most = 0;
        for (size_t i = 0; i < n; i++) {
            double weight = cuts[i].n < 2 ? 0 : (double)cuts[i].width * cuts[i].width * (double)(cuts[i].pixels + 16);
            if (weight > most)
                most = weight, best = i;
        }
        if (best == SIZE_MAX)
            break;
        struct cut *c = &cuts[best];
        sort_shift = c->axis;
        qsort(bins + c->first, c->n, sizeof *bins, by_channel);
        uint64_t half = 0;
        size_t at = 0;
        while (at < c->n - 1 && (at == 0 || half + bins[c->first + at].n / 2 < c->pixels / 2))
            half += bins[c->first + at++].n;
        cuts[n] = (struct cut){.first = c->first + at, .n = c->n - at};
        c->n = at;
        cut_measure(c, bins);
        cut_measure(&cuts[n++], bins);
    }
    return n;
}

static bool put_cut(struct buf *out, const struct pixels *px, struct err *err)
{
    AUTO_FREE struct bin *bins = base_alloc(BINS, sizeof *bins);
    AUTO_FREE uint16_t *bin_of = base_alloc(BINS, sizeof *bin_of);
    AUTO_FREE uint8_t *index_of = base_alloc(BINS, 1);
    struct cut cuts[PALETTE_MAX];
    uint32_t colors[PALETTE_MAX];
    size_t n = median_cut(bins, collect_bins(px, bins, bin_of), cuts);
    for (size_t i = 0; i < n; i++) {
        uint64_t r = 0, g = 0, b = 0, all = MAX(cuts[i].pixels, 1);
        for (size_t j = cuts[i].first; j < cuts[i].first + cuts[i].n; j++) {
            r += bins[j].r, g += bins[j].g, b += bins[j].b;
            index_of[bins[j].key] = (uint8_t)i;
        }
        colors[i] = 255u << 24 | (uint32_t)((r + all / 2) / all) << 16 | (uint32_t)((g + all / 2) / all) << 8 | (uint32_t)((b + all / 2) / all);
    }
    size_t row_bytes = (size_t)px->width + 1;
    uint8_t *rows = row_memory((size_t)px->height * row_bytes);
    for (int y = 0; y < px->height; y++) {
        const uint32_t *from = px->at + (size_t)y * px->stride;
        uint8_t *row = rows + (size_t)y * row_bytes + 1;
        row[-1] = 0;
        for (int x = 0; x < px->width; x++)
            row[x] = index_of[(from[x] >> 19 & 31) << 10 | (from[x] >> 11 & 31) << 5 | (from[x] >> 3 & 31)];
    }
    put_head(out, px, 8, 3);
    put_palette(out, colors, n);
    return put_data(out, rows, (size_t)px->height * row_bytes, err);
}

/* ---- pictures of many colours ---- */

static bool put_rgb(struct buf *out, const struct pixels *px, bool opaque, struct err *err)
{
    size_t channels = opaque ? 3 : 4, row_bytes = (size_t)px->width * channels + 1;
    uint8_t *rows = row_memory((size_t)px->height * row_bytes);
    for (int y = 0; y < px->height; y++) {
        const uint32_t *from = px->at + (size_t)y * px->stride;
        uint8_t *row = rows + (size_t)y * row_bytes + 1;
        row[-1] = 0;
        if (opaque) {
            for (int x = 0; x < px->width; x++, row += 3) {
                uint32_t c = from[x];
                row[0] = (uint8_t)(c >> 16), row[1] = (uint8_t)(c >> 8), row[2] = (uint8_t)c;
            }
        } else {
            for (int x = 0; x < px->width; x++, row += 4)
                color_bytes(from[x], row);
        }
    }
    put_head(out, px, 8, opaque ? 2 : 6);
    return put_data(out, rows, (size_t)px->height * row_bytes, err);
}

static bool put_webp(struct buf *out, const struct pixels *px, struct err *err)
{
    WebPConfig config;
    WebPPicture picture;
    WebPMemoryWriter writer;
    if (!WebPConfigInit(&config) || !WebPConfigLosslessPreset(&config, 1) || !WebPPictureInit(&picture))
        return err_set(err, ERR_INTERNAL, "this libwebp is not the one built against");
    if (px->width > WEBP_MAX_DIMENSION || px->height > WEBP_MAX_DIMENSION)
        return err_set(err, ERR_TOO_BIG, "WebP pictures are at most %d px wide and high", WEBP_MAX_DIMENSION);
    size_t row_bytes = (size_t)px->width * 4;
    AUTO_FREE uint8_t *rgba = base_alloc((size_t)px->height, row_bytes);
    for (int y = 0; y < px->height; y++)
        for (int x = 0; x < px->width; x++)
            color_bytes(px->at[(size_t)y * px->stride + (size_t)x], rgba + (size_t)y * row_bytes + (size_t)x * 4);
    picture.use_argb = 1;
    picture.width = px->width;
    picture.height = px->height;
    WebPMemoryWriterInit(&writer);
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &writer;
    bool ok = WebPPictureImportRGBA(&picture, rgba, (int)row_bytes) && WebPEncode(&config, &picture);
    if (ok)
        buf_put(out, writer.mem, writer.size);
    WebPPictureFree(&picture);
    WebPMemoryWriterClear(&writer);
    return ok || err_set(err, ERR_INTERNAL, "the picture could not be written as WebP");
}

bool encode_picture(struct buf *out, const uint32_t *pixels, int width, int height, size_t stride_bytes,
    enum picture_format format, struct err *err)
{
    struct pixels px = {pixels, width, height, stride_bytes / sizeof *pixels};
    if (width <= 0 || height <= 0 || (size_t)width * (size_t)height > PICTURE_MAX_PX)
        return err_set(err, ERR_TOO_BIG, "a picture has 1 to %d pixels", PICTURE_MAX_PX);
    if (format == PICTURE_WEBP)
        return put_webp(out, &px, err);
    must(format == PICTURE_PNG || format == PICTURE_PNG8);
    struct palette p;
    if (palette_of(&px, &p))
        return put_exact(out, &px, &p, err);
    bool opaque = is_opaque(&px);
    if (format == PICTURE_PNG8 && opaque)
        return put_cut(out, &px, err);
    return put_rgb(out, &px, opaque, err);
}

bool encode_surface(struct buf *out, cairo_surface_t *image, enum picture_format format, struct err *err)
{
    cairo_surface_flush(image);
    return encode_picture(out, (const uint32_t *)(const void *)cairo_image_surface_get_data(image),
        cairo_image_surface_get_width(image), cairo_image_surface_get_height(image),
        (size_t)cairo_image_surface_get_stride(image), format, err);
}

void encode_png_density(struct buf *png, double dots_per_inch)
{
    enum { HEAD_BYTES = 8 + 25 /* signature, IHDR */ };
    uint8_t density[9] = {[8] = 1 /* of a metre */};
    AUTO(buf) whole = {0};
    uint32_t per_m = (uint32_t)lround(dots_per_inch / 0.0254);
    must(png->len > HEAD_BYTES);
    put_u32(density, per_m);
    put_u32(density + 4, per_m);
    buf_put(&whole, png->at, HEAD_BYTES);
    put_chunk(&whole, "pHYs", density, sizeof density);
    buf_put(&whole, png->at + HEAD_BYTES, png->len - HEAD_BYTES);
    buf_clear(png);
    buf_add(png, buf_str(&whole));
}
