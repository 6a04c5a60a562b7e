/*
 * Area averaging. In units where a pixel of the small picture is as long as the large one's side, every border is a whole
 * number: pixel x of the large one covers [x * small, (x + 1) * small), pixel X of the small one [X * large, (X + 1) * large).
 * A row is first made narrow, then added to the row, or the two rows, that it covers.
 */
#include "renderer/shrink.h"

#include <string.h>

void shrink_size(int width, int height, int longest_px, int *to_width, int *to_height)
{
    int64_t longest = MAX(width, height), most = MIN(longest, longest_px);
    *to_width = (int)MAX(1, (width * most + longest / 2) / longest);
    *to_height = (int)MAX(1, (height * most + longest / 2) / longest);
}

void shrink_init(struct shrink *s)
{
    must(s->to_width <= s->width && s->to_height <= s->height);
    s->sums = base_alloc(3 * (size_t)s->to_width, sizeof *s->sums);
    s->row = base_alloc(3 * (size_t)s->to_width, sizeof *s->row);
}

void shrink_done(struct shrink *s)
{
    free(s->sums);
    free(s->row);
    *s = (struct shrink){0};
}

static void add(float *to, const uint8_t *rgb, float share)
{
    for (int c = 0; c < 3; c++)
        to[c] += share * rgb[c];
}

/* A row of the large picture, as wide as the small one. */
static void make_narrow(struct shrink *s, const uint8_t *rgb)
{
    int64_t end = s->width; /* of the pixel being filled */
    float *to = s->row, unit = 1.0f / (float)s->width;
    memset(s->row, 0, 3 * (size_t)s->to_width * sizeof *s->row);
    for (int64_t x = 0; x < s->width; x++, rgb += 3) {
        int64_t from = x * s->to_width, until = from + s->to_width;
        add(to, rgb, (float)(MIN(until, end) - from) * unit);
        if (until < end || x + 1 == s->width)
            continue;
        to += 3;
        if (until > end)
            add(to, rgb, (float)(until - end) * unit);
        end += s->width;
    }
}

static void add_row(struct shrink *s, int64_t part)
{
    float share = (float)part / (float)s->height;
    for (int i = 0; i < 3 * s->to_width; i++)
        s->sums[i] += share * s->row[i];
}

static void finish_row(struct shrink *s)
{
    uint8_t *to = s->to + 3 * (size_t)s->to_width * (size_t)s->to_y++;
    for (int i = 0; i < 3 * s->to_width; i++)
        to[i] = (uint8_t)CLAMP(s->sums[i] + 0.5f, 0.0f, 255.0f);
    memset(s->sums, 0, 3 * (size_t)s->to_width * sizeof *s->sums);
}

void shrink_row(struct shrink *s, const uint8_t *rgb)
{
    must(s->y < s->height);
    int64_t from = (int64_t)s->y++ * s->to_height, until = from + s->to_height;
    int64_t end = (int64_t)(s->to_y + 1) * s->height;
    make_narrow(s, rgb);
    add_row(s, MIN(until, end) - from);
    if (until < end)
        return;
    finish_row(s);
    if (until > end)
        add_row(s, until - end);
}
