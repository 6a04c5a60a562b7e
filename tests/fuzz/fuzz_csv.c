/* The sniffing of files and the reading of tables: any bytes, no crash, and no field outside of what was read. */
#include "data/csv.h"
#include "data/sniff.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct str raw = str_from((const char *)bytes, n);
    AUTO(buf) space = {0};
    AUTO(csv) c = {0};
    struct csv_form form;
    struct zip_list zip;
    struct err err;
    AUTO(arena) a;
    arena_init(&a, 1 << 20);
    if (zip_read(raw, &a, &zip, &err) && !zip_is_sane(&zip, 1 << 30, &err))
        return 0;
    if (n && sniff(raw, S("x.csv")) == SNIFF_XML && !sniff_markup_is_plain(raw, &err))
        return 0;
    if (!csv_sniff(raw, true, &form))
        return 0;
    csv_begin(&c, csv_text(raw, form.encoding, &space), form.separator);
    size_t sum = 0;
    while (csv_next(&c))
        for (size_t i = 0; i < c.n; i++)
            for (size_t k = 0; k < c.field[i].len; k++)
                sum += (unsigned char)c.field[i].at[k];
    return sum == SIZE_MAX;
}
