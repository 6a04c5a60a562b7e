/* Text from outside in its many small forms: UTF-8, numbers, dates, directions, filters, folding, escaping. */
#include "data/base/buf.h"
#include "data/record/direction.h"
#include "data/record/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_escaping(struct str s)
{
    AUTO(buf) html = {0};
    AUTO(buf) json = {0};
    AUTO(buf) csv = {0};
    buf_html(&html, s);
    buf_json(&json, s);
    buf_csv(&csv, s);
    must(!str_has(buf_str(&html), S("<")) && !str_has(buf_str(&html), S("\"")) && !str_has(buf_str(&html), S("'")));
    for (size_t i = 0; i < json.len; i++)
        must((unsigned char)json.at[i] >= 0x20);
}

static void check_numbers(struct str s)
{
    double number;
    if (str_double(s, &number)) {
        AUTO(buf) written = {0};
        double again;
        buf_double(&written, number);
        must(str_double(buf_str(&written), &again) && again == number);
    }
    struct partial_date date;
    if (partial_date_read(s, &date) && date.year) {
        AUTO(buf) written = {0};
        partial_date_write(&written, date);
        must(str_eq(buf_str(&written), s) && date.lo <= date.hi);
    }
    partial_date_guess(s, &date);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str s = str_from((const char *)data, size);
    AUTO(arena) a;
    arena_init(&a, 4 * 1024 * 1024);
    str_fold(&a, s);
    str_slug(&a, s);
    str_is_utf8(s);
    check_escaping(s);
    check_numbers(s);
    for (int form = DIRECTION_OSM; form <= DIRECTION_FRENCH; form++) {
        struct directions d = direction_read(s, (enum direction_form)form);
        for (size_t i = 0; i < d.n; i++)
            must(d.view[i].bearing_deg >= 0 && d.view[i].bearing_deg < 360 && d.view[i].width_deg >= 0 && d.view[i].width_deg <= 360);
    }
    struct filter f = filter_public();
    struct str rest = s, pair;
    struct err err;
    while (str_next(&rest, '&', &pair)) {
        struct str name;
        bool known;
        str_next(&pair, '=', &name);
        if (!filter_set(&f, name, pair, &known, &err))
            must(err.text[0]);
    }
    AUTO(buf) canonical = {0};
    filter_write(&canonical, &f);
    return 0;
}
