/* The lines of the import child: a child that was taken over may write anything. */
#include "data/gdal_row.h"
#include "data/import_row.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct gdal_line line;
    struct err err;
    AUTO(arena) a;
    arena_init(&a, 16 << 20);
    if (!gdal_line_read(str_from((const char *)bytes, n), &a, &line, &err))
        return 0;
    if (line.kind == GDAL_LINE_ROW) {
        struct mapping mapping = {0};
        struct row_rules rules = {.mapping = &mapping, .category = -1, .precision = -1};
        struct row_record record;
        struct str field;
        line.row.format = S("geojson");
        if (row_read(&line.row, &rules, &a, &record, &field, &err))
            deployment_hash(&record.d);
    }
    gdal_line_done(&line);
    return 0;
}
