/*
 * What of the queue somebody looks at, as it travels in addresses; and the pieces that the list, the page of one proposal and
 * the answers to decisions share.
 */
#ifndef SERVER_QUEUE_VIEW_H
#define SERVER_QUEUE_VIEW_H

#include "data/contribution.h"
#include "server/desk.h"

struct queue_view {
    struct queue q;       /* of the caller's territory; offset and limit are those of a page */
    const char *tab;      /* "waiting", "held", "decided" */
};
/* Out of the query: tab, kind, urgent, token, account, batch, page. `c` is held. */
struct queue_view queue_view_of(const struct page *p, const struct caller *c);
/* "kind=add&token=3" behind '?' or '&', or nothing; without the one named (NULL: all). */
void queue_view_query(const struct queue_view *v, const char *without, char first, struct buf *out);
/* The one that comes after it in that view and waits for a decision; 0: none. */
bool queue_next(struct store *s, const struct queue_view *v, uint64_t id, struct arena *a, uint64_t *next, struct err *err) MUST_USE;

/* "Vidéosurveillance, Marseille", or the title of the record it is about. */
void queue_put_what(struct page *p, struct store *s, const struct contribution *c);
/* The account, the workshop, "anonyme". */
void queue_put_who(struct page *p, const struct contribution *c);
/* What became of the one before (done=, was= in the query), on the page that comes after it. */
void queue_put_done(struct page *p);
/* A ruling's outcome in words: "Acceptée et publiée", "Gardée jusqu'à sa publication" … */
const char *queue_outcome(enum contribution_state state, bool needs_second);

/* A map round a place with marks on it, drawn to the pixel: SVG over our own tiles. */
struct queue_mark {
    struct lonlat at;
    char sign;            /* '+': the place proposed; 'o': the place as it is; '1' to '9': a number */
};
enum { QUEUE_MAP_ZOOM_MIN = 12, QUEUE_MAP_ZOOM_MAX = 19, QUEUE_MAP_ZOOM = 18 };
void queue_map(struct page *p, struct lonlat centre, int zoom, const struct queue_mark *marks, size_t n);

#endif
