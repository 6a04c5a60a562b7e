/*
 * How a ready answer meets the HTTP library; inner to http*.c.
 */
#ifndef SERVER_HTTP_ANSWER_H
#define SERVER_HTTP_ANSWER_H

#include <microhttpd.h>

#include "server/http.h"

struct answer_wish {
    bool gzip;                 /* accepted */
    struct str if_none_match;  /* empty: none */
};
/* Queues it on the connection and says the status that was sent. */
enum MHD_Result answer_queue(const struct answer *a, struct MHD_Connection *c, const struct answer_wish *wish, int *status);
/* The answer to a request that failed: a sentence as text, problem+json or a page (by path). left: what the handler had filled in
 * (how long to wait, a cookie that is taken back); NULL: nothing. */
struct answer *answer_of_error(const struct http_options *o, struct request *rq, const struct response *left, int status,
    const char *sentence, unsigned allowed, bool close);

#endif
