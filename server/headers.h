/*
 * One table of the response headers that every class of route gets: who may frame it, what scripts may run, who may read
 * it from elsewhere, who may keep it.
 */
#ifndef SERVER_HEADERS_H
#define SERVER_HEADERS_H

#include "server/http.h"

struct header {
    const char *name, *value; /* borrowed, for ever */
};
/* All that the class asks for but Cache-Control, ended by a NULL name. */
const struct header *headers_of(enum header_class c);
/* Its Cache-Control. */
const char *headers_cache_control(enum header_class c);

#endif
