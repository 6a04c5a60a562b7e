/* What a row of an uploaded file brings when its proposal is accepted; inner to the store, for ruling.c. */
#ifndef DATA_SPATIALITE_UPLOAD_H
#define DATA_SPATIALITE_UPLOAD_H

#include "data/contribution.h"
#include "data/import.h"
#include "data/spatialite/inside.h"

/* The key the source knows it by goes into the edit; licence, credit and the source's id into an addition. A proposal that
 * came out of no file stays as it is. */
bool upload_row_take(struct store *s, const struct contribution *c, struct deployment *d, struct edit *e, struct arena *a, struct err *err);

#endif
