/*
 * Well-known binary (OGC 06-103r4, 8.2): geometry to and from bytes, two-dimensional out, any of 2D, Z, M, ZM in (ISO and
 * EWKB flags); nested collections are flattened to one kind or refused. Coordinates are lon,lat.
 */
#ifndef DATA_GEO_WKB_H
#define DATA_GEO_WKB_H

#include "data/base/buf.h"
#include "data/base/err.h"
#include "data/geo/shape.h"

bool wkb_read(struct str bytes, struct arena *a, struct shape *out, struct err *err) MUST_USE;
void wkb_write(struct buf *out, const struct shape *s); /* little-endian; Multi… when it has several */

#endif
