/*
 * The public copy of a record that is known more precisely than it may be published: a camera of a home, a place somebody
 * asked to keep back. This is the one place that decides what is taken out; every way out (map, pages, versions, data,
 * exports) reads what is left.
 */
#ifndef DATA_RECORD_PUBLIC_COPY_H
#define DATA_RECORD_PUBLIC_COPY_H

#include "data/record/deployment.h"

/* Known more precisely than it is published. */
bool deployment_is_withheld(const struct deployment *d);

/* Takes out of a withheld record all that leads to its place: position, devices, zones, numbers and names that a source
 * knows it by, and of its sources whatever names one object or one page. `anchor` is where it stands publicly; NULL: nowhere.
 * A record that is not withheld stays as it is. */
void deployment_make_public(struct deployment *d, const struct lonlat *anchor, struct arena *a);

#endif
