/* Text as the code of a field sheet, and as one of its cells: what is taken makes the same code and lies in that cell. */
#include "data/geo/sheet_code.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_from((const char *)data, size);
    struct box box = {6.14, 46.19, 6.15, 46.2}, again;
    struct lonlat at;
    struct err err;
    char name[SHEET_CELL_NAME_BYTES];
    AUTO(buf) code = {0};
    if (!sheet_code_read(text, &box) && !sheet_box_fit(box, &box, &err))
        return 0;
    sheet_code_make(&code, box);
    must(sheet_code_read(buf_str(&code), &again));
    must(again.west == box.west && again.south == box.south && again.east == box.east && again.north == box.north);
    if (sheet_cell_centre(box, text, &at))
        must(sheet_cell_name(box, at, name));
    return 0;
}
