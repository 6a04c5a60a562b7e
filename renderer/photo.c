/*
 * decode_photo gives pixels of the final size as they are stored; here they are turned upright, blurred and written.
 *
 * A blur must not be undone by trying what might have been there. So a rectangle is first grown to at least one whole block
 * and by what scaling and chroma may have carried over its border; then every block becomes its own mean, rounded coarsely;
 * only then are the blocks smoothed, out of the mosaic and not out of the photo.
 */
#include "renderer/photo.h"

#include <math.h>
#include <string.h>

#include "data/base/limits.h"
#include "renderer/decode_photo.h"
#include "renderer/encode_jpeg.h"

enum { QUALITY = 82, BLOCK_MIN_PX = 16, BLOCKS_ON_A_SIDE = 8, BLUR_MARGIN_PX = 2, LEVEL = 16 };

/* ---- upright ---- */

/* Orientations 5 to 8 exchange rows and columns; then each may run backwards (TIFF 6.0, tag 274). */
static void turn(struct photo_pixels *p, int orientation)
{
    static const bool RIGHT_TO_LEFT[9] = {[2] = true, [3] = true, [7] = true, [8] = true};
    static const bool BOTTOM_UP[9] = {[3] = true, [4] = true, [6] = true, [7] = true};
    bool across = orientation >= 5;
    if (orientation < 2 || orientation > 8)
        return;
    struct photo_pixels made = {across ? p->height : p->width, across ? p->width : p->height, NULL};
    made.at = base_alloc((size_t)made.width * (size_t)made.height, 3);
    for (int y = 0; y < made.height; y++)
        for (int x = 0; x < made.width; x++) {
            int from_x = across ? y : x, from_y = across ? x : y;
            from_x = RIGHT_TO_LEFT[orientation] ? p->width - 1 - from_x : from_x;
            from_y = BOTTOM_UP[orientation] ? p->height - 1 - from_y : from_y;
            memcpy(made.at + 3 * ((size_t)y * (size_t)made.width + (size_t)x),
                p->at + 3 * ((size_t)from_y * (size_t)p->width + (size_t)from_x), 3);
        }
    photo_pixels_done(p);
    *p = made;
}

/* ---- blurred ---- */

struct stretch {
    int from, until;
};
struct area {
    struct stretch x, y;
};

/* In pixels, whole ones outward, grown by the margin and to one whole block where the photo has that much. */
static struct stretch stretch_of(double from, double length, int side)
{
    int first = MAX(0, (int)floor(CLAMP(from, 0, 1) * side) - BLUR_MARGIN_PX);
    int last = MIN(side, (int)ceil(CLAMP(from + length, 0, 1) * side) + BLUR_MARGIN_PX);
    int least = MIN(BLOCK_MIN_PX, side), lacks = MAX(0, least - (last - first));
    first = CLAMP(first - lacks / 2, 0, side - least);
    return (struct stretch){first, MAX(last, first + least)};
}

static bool check_blurs(const struct photo_blur *blurs, size_t n, struct err *err)
{
    if (n > PHOTO_BLURS_MAX)
        return err_set(err, ERR_TOO_BIG, "the photo is to be blurred in more than %d places", PHOTO_BLURS_MAX);
    for (size_t i = 0; i < n; i++) {
        const struct photo_blur *b = &blurs[i];
        bool is_area = isfinite(b->x) && isfinite(b->y) && isfinite(b->width) && isfinite(b->height) && b->width > 0 && b->height > 0;
        if (!is_area || b->x >= 1 || b->y >= 1 || b->x + b->width <= 0 || b->y + b->height <= 0)
            return err_set(err, ERR_INVALID, "a place to be blurred does not lie in the photo; it is given in parts of its width and height, from 0 to 1");
    }
    return true;
}

/* The i-th of n parts; the parts differ by a pixel at most, so that none at the end is a sliver that shows what is there. */
static struct stretch part_of(struct stretch s, int i, int n)
{
    int length = s.until - s.from;
    return (struct stretch){s.from + i * length / n, s.from + (i + 1) * length / n};
}

static uint8_t *pixel_at(const struct photo_pixels *p, int x, int y)
{
    return p->at + 3 * ((size_t)y * (size_t)p->width + (size_t)x);
}

static void flatten(struct photo_pixels *p, struct area a)
{
    uint64_t sum[3] = {0}, n = (uint64_t)(a.x.until - a.x.from) * (uint64_t)(a.y.until - a.y.from);
    uint8_t mean[3];
    for (int y = a.y.from; y < a.y.until; y++)
        for (int x = a.x.from; x < a.x.until; x++)
            for (int c = 0; c < 3; c++)
                sum[c] += pixel_at(p, x, y)[c];
    for (int c = 0; c < 3; c++)
        mean[c] = (uint8_t)(sum[c] / n / LEVEL * LEVEL + LEVEL / 2);
    for (int y = a.y.from; y < a.y.until; y++)
        for (int x = a.x.from; x < a.x.until; x++)
            memcpy(pixel_at(p, x, y), mean, 3);
}

/* The mean of `reach` pixels to each side along a line of n pixels `step` bytes apart; the line's ends are held. */
static void smooth_line(uint8_t *at, size_t step, int n, int reach, uint8_t *line)
{
    for (int c = 0; c < 3; c++) {
        uint32_t sum = 0, width = 2 * (uint32_t)reach + 1;
        for (int i = 0; i < n; i++)
            line[i] = at[(size_t)i * step + (size_t)c];
        for (int i = -reach; i <= reach; i++)
            sum += line[CLAMP(i, 0, n - 1)];
        for (int i = 0; i < n; i++) {
            at[(size_t)i * step + (size_t)c] = (uint8_t)((sum + width / 2) / width);
            sum += line[MIN(i + reach + 1, n - 1)];
            sum -= line[MAX(i - reach, 0)];
        }
    }
}

static void smooth(struct photo_pixels *p, struct area a, int reach)
{
    int width = a.x.until - a.x.from, height = a.y.until - a.y.from;
    AUTO_FREE uint8_t *line = base_alloc((size_t)MAX(width, height), 1);
    for (int y = a.y.from; y < a.y.until; y++)
        smooth_line(pixel_at(p, a.x.from, y), 3, width, reach, line);
    for (int x = a.x.from; x < a.x.until; x++)
        smooth_line(pixel_at(p, x, a.y.from), 3 * (size_t)p->width, height, reach, line);
}

static void blur(struct photo_pixels *p, const struct photo_blur *b)
{
    struct area a = {stretch_of(b->x, b->width, p->width), stretch_of(b->y, b->height, p->height)};
    int width = a.x.until - a.x.from, height = a.y.until - a.y.from;
    int block = MAX(BLOCK_MIN_PX, (MAX(width, height) + BLOCKS_ON_A_SIDE - 1) / BLOCKS_ON_A_SIDE);
    int across = MAX(1, width / block), down = MAX(1, height / block);
    for (int j = 0; j < down; j++)
        for (int i = 0; i < across; i++)
            flatten(p, (struct area){part_of(a.x, i, across), part_of(a.y, j, down)});
    smooth(p, a, block / 2);
}

/* ---- whole ---- */

bool photo_clean(struct str in, const struct photo_blur *blurs, size_t n, struct buf *out_jpeg, int *w, int *h, struct err *err)
{
    AUTO(photo_pixels) p = {0};
    int orientation = 1;
    if (!check_blurs(blurs, n, err) || !decode_photo(&p, &orientation, in, PHOTO_CLEAN_SIDE_MAX_PX, err))
        return false;
    turn(&p, orientation);
    for (size_t i = 0; i < n; i++)
        blur(&p, &blurs[i]);
    if (!encode_jpeg(out_jpeg, p.at, p.width, p.height, QUALITY, err))
        return false;
    *w = p.width;
    *h = p.height;
    return true;
}

/* ---- is it clean? ---- */

/* The only markers a baseline JPEG of ours has (ISO/IEC 10918-1, table B.1): SOF0, DHT, DQT, and SOS, which is handled apart. */
enum { MARK_SOI = 0xd8, MARK_EOI = 0xd9, MARK_SOS = 0xda, MARK_APP0 = 0xe0, MARK_SOF0 = 0xc0, MARK_DHT = 0xc4, MARK_DQT = 0xdb };
enum { JFIF_BYTES = 14 }; /* without a thumbnail */

static int number_at(struct str s, size_t at)
{
    return (uint8_t)s.at[at] << 8 | (uint8_t)s.at[at + 1];
}

/* Of the frame (SOF0): precision, height, width. */
static bool segment_is_plain(int mark, struct str body)
{
    if (mark == MARK_APP0)
        return body.len == JFIF_BYTES && str_starts(body, S("JFIF\0")) && body.at[12] == 0 && body.at[13] == 0;
    if (mark == MARK_SOF0)
        return body.len > 5 && number_at(body, 1) <= PHOTO_CLEAN_SIDE_MAX_PX && number_at(body, 3) <= PHOTO_CLEAN_SIDE_MAX_PX;
    return mark == MARK_DHT || mark == MARK_DQT || mark == MARK_SOS;
}

/* After the scan's head only its bytes may come, in which 0xff is followed by 0, and then the end. */
static bool scan_ends_the_file(struct str scan)
{
    for (size_t i = 0; i + 1 < scan.len; i++)
        if ((uint8_t)scan.at[i] == 0xff && scan.at[i + 1] != 0)
            return (uint8_t)scan.at[i + 1] == MARK_EOI && i + 2 == scan.len;
    return false;
}

bool photo_is_clean(struct str jpeg)
{
    const uint8_t *b = (const uint8_t *)jpeg.at;
    if (!str_starts(jpeg, S("\xff\xd8")))
        return false;
    for (size_t at = 2; jpeg.len - at >= 4;) {
        int mark = b[at + 1];
        size_t n = (size_t)b[at + 2] << 8 | b[at + 3];
        if (b[at] != 0xff || n < 2 || n > jpeg.len - at - 2)
            return false;
        if (!segment_is_plain(mark, str_slice(jpeg, at + 4, at + 2 + n)))
            return false;
        at += 2 + n;
        if (mark == MARK_SOS)
            return scan_ends_the_file(str_slice(jpeg, at, jpeg.len));
    }
    return false;
}
