/* What people and programs say of a file, out of forms and JSON; and the words for it. */
#ifndef SERVER_UPLOAD_FORM_H
#define SERVER_UPLOAD_FORM_H

#include <stdio.h>

#include "server/gate.h"
#include "server/upload.h"

extern const char *const UPLOAD_CLASS_CODES[IMPORT_CLASS_COUNT]; /* "new", "changed", "same", "duplicate", "refused" */

/* The fields name, licence, attribution, source_url, category, precision, as_of, survey; "mapping" (JSON) or one field
 * "col_NAME" for each of ours: the number of the column from 0 ("": none), where the columns are known (else NULL). Texts live
 * in the arena, the form or the columns. False: *field is the one that is wrong. */
bool upload_wish_of_form(const struct form *f, const struct import_columns *columns, struct str file_name, struct arena *a, struct upload_wish *out,
    const char **field, struct err *err) MUST_USE;
/* A mapping, or an object with "mapping" and the fields above; what it leaves out stays as it was. */
bool upload_wish_of_json(struct str body, const struct upload_wish *before, struct arena *a, struct upload_wish *out, struct err *err) MUST_USE;

/* What the import says of a file or a row, in the page's language; a sentence that is not known stays as it is. */
void upload_why(struct page *p, struct str why);

#endif
