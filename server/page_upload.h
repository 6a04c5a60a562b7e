/* What is shown of an upload: how many rows of which kind, where they lie, the first of each, and which column is what. */
#ifndef SERVER_PAGE_UPLOAD_H
#define SERVER_PAGE_UPLOAD_H

#include "server/page_parts.h"
#include "server/upload_form.h"

/* What is wrong with what was typed; field: of the form, "" for none of them. */
struct upload_fault {
    const char *field;
    struct err err;
};
/* Beside a field: the fault where it is this one's; f may be NULL. Then " aria-invalid…" for its control, and the sentence under it. */
bool upload_fault_is_of(const struct upload_fault *f, const char *field);
void page_upload_invalid(struct page *p, const struct upload_fault *f, const char *field);
void page_upload_fault(struct page *p, const struct upload_fault *f, const char *field);

/* The shape of a class: for the eye, the word stands beside it. */
void page_upload_mark(struct page *p, enum import_class is);
void page_upload_counts(struct page *p, const struct upload_view *v);
/* A map of the rows' places as the server draws it; nothing where there are none. `address` of the same as GeoJSON. */
void page_upload_map(struct page *p, const struct upload_view *v, const char *address);
/* Per class, the first rows: what they are, what they meet, why they were refused. */
void page_upload_rows(struct page *p, const struct upload_view *v);
/* The fields of a form: what the rows are, where they come from; w NULL: nothing known yet. */
void page_upload_options(struct page *p, const struct upload_wish *w, const struct upload_fault *f);
/* The same for columns: a choice for each of our fields. */
void page_upload_columns(struct page *p, const struct upload_view *v, const struct upload_fault *f);

#endif
