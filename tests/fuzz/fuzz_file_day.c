/* Bytes as the head of a file that may say its day. */
#include "data/file_day.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int32_t day = file_day(str_from((const char *)data, size));
    must(day == 0 || (day > 10000 && day < 50000));
    int32_t edit = file_newest_edit(str_from((const char *)data, size));
    must(edit == 0 || (edit > 10000 && edit < 50000));
    return 0;
}
