/*
 * Tables as text: what separates them, how they are encoded, whether the first line is a header, then record by record
 * (RFC 4180, and what spreadsheets and open-data portals write instead).
 */
#ifndef DATA_CSV_H
#define DATA_CSV_H

#include "data/base/buf.h"

enum csv_encoding { CSV_UTF8, CSV_WINDOWS_1252, CSV_UTF16_LE, CSV_UTF16_BE };
struct csv_form {
    char separator;    /* ',', ';', tab or '|' */
    enum csv_encoding encoding;
};

/* False when it does not look like a table of at least two columns (one column: only with `one_column`). */
bool csv_sniff(struct str head, bool one_column, struct csv_form *out);

/* The whole text as UTF-8 without a byte order mark; borrowed from `raw` when it is so already. */
struct str csv_text(struct str raw, enum csv_encoding encoding, struct buf *space);

enum { CSV_COLUMNS_MAX = 512 };
struct csv {
    struct str rest;
    char separator;
    uint64_t line;       /* of the record last read, from 1 */
    uint64_t next_line;
    struct buf space;    /* unquoted fields; borrowed by the record */
    size_t n;
    struct str field[CSV_COLUMNS_MAX];
    bool too_wide;       /* it had more columns than CSV_COLUMNS_MAX */
    bool open_quote;     /* a quote was never closed: the rest of the file was taken for one field */
};
void csv_begin(struct csv *c, struct str utf8_text, char separator);
bool csv_next(struct csv *c); /* false at the end; empty lines are passed over */
void csv_done(struct csv *c);

#endif
