/*
 * Where the files are that nobody named.
 */
#ifndef SERVER_WHERE_H
#define SERVER_WHERE_H

#include "data/base/buf.h"

/* The base map beside the database, else the one that was built or installed with this program; false: there is none. */
bool where_basemap(struct buf *out, const char *db);

#endif
