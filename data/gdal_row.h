/*
 * The lines that the import child writes and its parent reads. The parent trusts none of it: a child that was taken over
 * can say anything, so a line is checked as a stranger's body would be.
 *   {"format":"csv","day":20116,"guessed":false}   once, before any row; the day the file says it describes, or 0;
 *                                       guessed: it is that of the newest edit in it
 *   {"n":12,"l":"layer","f":{…},"p":[lon,lat]}   or "g":[kind,[end,…],[x,y,…]], or "r":"why it could not be read"
 *   {"error":"why","code":1}            instead of the end
 *   {"end":11053}
 */
#ifndef DATA_GDAL_ROW_H
#define DATA_GDAL_ROW_H

#include "data/gdal.h"

enum gdal_line_kind { GDAL_LINE_FORMAT, GDAL_LINE_ROW, GDAL_LINE_ERROR, GDAL_LINE_END };
struct gdal_line {
    enum gdal_line_kind kind;
    struct gdal_row row;     /* borrowed from doc and arena */
    struct str text;         /* of the format or the error */
    enum err_code code;
    uint64_t count;          /* of the end; the day of a format */
    bool guessed;            /* that day */
    struct json_doc doc;
};
void gdal_line_done(struct gdal_line *l);
bool gdal_line_read(struct str line, struct arena *a, struct gdal_line *out, struct err *err) MUST_USE;

#endif
