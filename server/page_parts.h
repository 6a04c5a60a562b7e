/*
 * Pieces that several pages share: the symbol of a record, its status as a sentence that never tells old news in the
 * present tense, its line in a list, and the map as the server draws it.
 */
#ifndef SERVER_PAGE_PARTS_H
#define SERVER_PAGE_PARTS_H

#include "data/store.h"
#include "server/page_frame.h"

/* The shape of the family, drawn as the status says; for the eye only, the words stand beside it. */
void page_symbol(struct page *p, enum category category, enum status status, bool stale);
void page_title(struct page *p, const struct deployment *d);
/* What a status is today: stale is old news. */
enum status page_status_now(const struct deployment *d, bool *stale);
/* « essai signalé en octobre 2019, pas de nouvelle depuis », « interdit le 27 février 2020 par le tribunal administratif ». */
void page_status(struct page *p, const struct deployment *d);
/* "en 2019", "le 28 octobre 2019"; "in", "on". Nothing for no date. */
void page_when(struct page *p, struct partial_date d);

/* One record as an item of a list: symbol, title, place, status. */
void page_row(struct page *p, const struct deployment *d, bool with_place);
void page_rows(struct page *p, const struct deployment *d, size_t n, bool with_place);
/* The published record of /d/{id}…, by its number or slug; ERR_MISSING, ERR_GONE. */
bool page_find_record(struct worker *w, struct request *rq, struct deployment *out, struct err *err);
/* Those a search finds, as a section under a heading, projects before devices, LIST_ROWS of them at a time (offset and limit are
 * filled in); nothing at all where there are none. `address` leads back here. *total: all that were found. */
bool page_found(struct page *p, struct store *store, struct search *search, const char *heading, const char *address, bool with_place, size_t *total,
    struct err *err);
/* The place that /c/{slug} names, by slug or code, and "/c/SLUG"; ERR_MISSING. */
bool page_place(struct worker *worker, struct request *rq, struct place *out, struct buf *address, struct err *err);
/* Somebody's plain text: an empty line ends a paragraph, a line break stays one. */
void page_paragraphs(struct page *p, struct str text);
/* An address of mail or of a page as a link, anything else as text. */
void page_contact_link(struct page *p, struct str contact);
/* Its page, where it has one. */
void page_place_link(struct page *p, struct str code, struct str name);

/* A map of cols × rows tiles round a place, with links to pan and zoom where `steerable`; light or dark as the visitor's
 * system asks. `query` goes with every tile. */
struct drawn_map {
    struct lonlat centre;
    int zoom; /* of 256-px tiles */
    int cols, rows;
    bool steerable;
    struct str query;
};
void page_drawn_map(struct page *p, const struct drawn_map *m);
/* "/?center=5.37,43.29&zoom=12&…" */
void page_map_address(struct buf *out, struct lonlat centre, int zoom, struct str query);

/* A source in one line: title, publisher, date, kind, archive, quotation. Never fetched, and told nothing of the visitor. */
void page_source(struct page *p, const struct source *s, size_t number);

#endif
