/*
 * A contributed photo to one that may be shown: a JPEG of at most 2048 px that holds pixels and nothing else. Where and when
 * it was taken, by which device, its thumbnail, colour profile and comments are gone, because no byte of the photo that came is
 * copied: it is decoded, turned upright, made smaller, blurred where asked, and written anew.
 *
 * Decoders are C code fed by strangers, so the server calls photo_clean_in_child and never photo_clean.
 */
#ifndef RENDERER_PHOTO_H
#define RENDERER_PHOTO_H

#include "data/base/buf.h"

/* A face or a number plate, in parts of the photo's width and height as it is seen (upright): 0 to 1 from the upper left corner.
 * What reaches over the edge is cut off; one that lies wholly outside is an error, since something would stay to be seen. */
struct photo_blur {
    double x, y, width, height;
};

/*
 * JPEG, PNG and still WebP are taken, known by their content. Errors are sentences for whoever sent the photo: ERR_TOO_BIG past
 * a limit (PHOTO_ in limits.h), ERR_INVALID for the rest. On success the JPEG is added to *out_jpeg, and its size is in *w, *h.
 *
 * A blurred rectangle becomes a mosaic of at most 8 blocks on its longer side, none under 16 px, of 16 levels a channel, and is
 * smoothed after that: what is left depends on some dozen coarse means and not on the pixels.
 */
bool photo_clean(struct str in, const struct photo_blur *blurs, size_t n, struct buf *out_jpeg, int *w, int *h, struct err *err) MUST_USE;

/*
 * The same in a child process that can reach no file, no network and no other process, with bounded memory and time; the caller
 * waits for PHOTO_CHILD_WALL_MS at most. The child is not believed either: its answer is held against photo_is_clean. Where no
 * such child can be had this is ERR_INTERNAL, and the photo is not read at all. Each call is a process of up to
 * PHOTO_CHILD_MEMORY_BYTES: how many there are at once is for the caller to bound.
 */
bool photo_clean_in_child(struct str in, const struct photo_blur *blurs, size_t n, struct buf *out_jpeg, int *w, int *h,
    struct err *err) MUST_USE;

/* Whether it is one baseline JPEG with no segment but a plain JFIF head and what decoding needs, and nothing behind its end. */
bool photo_is_clean(struct str jpeg);

/* The program that is started as photo-worker: this one (/proc/self/exe); tests, which have no commands, name it. */
extern const char *photo_worker_program;
/* PHOTO_CHILD_WALL_MS; tests have less patience. */
extern int photo_worker_wall_ms;
/* The child's main: `contrechamp photo-worker`, started by photo_clean_in_child only. */
int photo_worker_main(void);

#endif
