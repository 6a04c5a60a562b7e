/*
 * Photos on pages, and the one place that has them read: never more children at once than PHOTOS_CLEANED_AT_ONCE_MAX.
 */
#ifndef SERVER_PHOTO_PARTS_H
#define SERVER_PHOTO_PARTS_H

#include "data/photo_store.h"
#include "renderer/photo.h"
#include "server/page.h"

/* A record's published photos as figures with who took them, when and under which licence; nothing if there are none. `what` is
 * the record's title, for the text that stands for a photo. */
bool photo_figures(struct page *p, struct store *store, uint64_t record, struct str what, struct err *err);

/* A contribution's photos, each with its state and a link to the page that decides about it; for moderators' pages only. An error
 * of the store is said in the list. */
void photo_queue_list(struct page *p, struct worker *w, uint64_t contribution_id);

/* photo_clean_in_child, bounded; ERR_BUSY with rs->retry_after_s when enough are at work. On a slow worker. */
bool photo_clean_bounded(struct response *rs, bool french, struct str in, const struct photo_blur *blurs, size_t n, struct buf *out, int *w, int *h,
    struct err *err) MUST_USE;

/* "123.jpg" → 123. */
bool photo_file_id(struct str name, uint64_t *id);
/* The picture as an answer: its bytes are taken. */
void photo_answer(struct response *rs, struct buf *jpeg, enum header_class headers);

#endif
