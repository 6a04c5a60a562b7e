/*
 * One line an event on standard error, without a date when systemd adds one, and never personal data: no address of a
 * visitor, no query string, no agent. Only commands and handlers log; everything below returns its error.
 */
#ifndef DATA_BASE_LOG_H
#define DATA_BASE_LOG_H

#include "data/base/base.h"

enum log_level { LOG_INFO, LOG_WARN, LOG_ERROR };

void log_line(enum log_level level, const char *format, ...) PRINTF_LIKE(2, 3);

/* A bar on a terminal, a line every ten seconds elsewhere; nothing if it ends within a second. Totals may be 0. */
struct progress {
    const char *what; /* "import cameras.geojson" */
    uint64_t done, total;
    int64_t began_ms, shown_ms;
    bool drawn;
};
void progress_begin(struct progress *p, const char *what, uint64_t total);
void progress_at(struct progress *p, uint64_t done);
void progress_end(struct progress *p);

#endif
