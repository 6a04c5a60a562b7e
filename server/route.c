/* Finds the route of a path in a table of patterns: "/d/{id}" has as many segments as the path, and those that are not
 * in braces are equal. */
#include <string.h>

#include "server/http.h"

static bool matches(const char *pattern, const struct request *rq)
{
    if (strcmp(pattern, "/") == 0)
        return rq->n_segments == 0;
    struct str rest = str_of(pattern + 1), part;
    size_t i = 0;
    for (; str_next(&rest, '/', &part); i++) {
        if (i == rq->n_segments)
            return false;
        if (part.len && part.at[0] == '{' ? rq->segments[i].len == 0 : !str_eq(part, rq->segments[i]))
            return false;
    }
    return i == rq->n_segments;
}

const struct route *route_find(const struct route *routes, size_t n, const struct request *rq, unsigned *allowed)
{
    *allowed = 0;
    for (size_t i = 0; i < n; i++) {
        if (!matches(routes[i].pattern, rq))
            continue;
        if (routes[i].methods & 1u << rq->method)
            return &routes[i];
        *allowed |= routes[i].methods;
    }
    return NULL;
}
