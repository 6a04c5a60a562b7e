#include "tests/test.h"

#include "data/base/clock.h"
#include "data/file_day.h"

static int32_t day(int year, int month, int d)
{
    return clock_day((struct ymd){year, month, d});
}

TEST(overpass_and_exports_say_their_day)
{
    CHECK_INT(file_day(S("{\"version\":0.6,\"osm3s\":{\"timestamp_osm_base\":\"2024-03-05T10:00:00Z\"},\"elements\":[]}")), day(2024, 3, 5));
    CHECK_INT(file_day(S("{\n \"type\": \"FeatureCollection\", \"timestamp\": \"2023-11-02T09:46:03Z\", \"features\": []}")), day(2023, 11, 2));
    CHECK_INT(file_day(S("<?xml version=\"1.0\"?><osm version=\"0.6\"><meta osm_base=\"2022-12-31T23:00:00Z\"/><node/></osm>")), day(2022, 12, 31));
}

TEST(a_time_of_one_object_is_not_the_files)
{
    CHECK_INT(file_day(S("{\"features\":[{\"properties\":{\"timestamp\":\"2019-01-01\"}}]}")), 0);
    CHECK_INT(file_day(S("<osm><node timestamp=\"2019-01-01T00:00:00Z\"/></osm>")), 0);
    CHECK_INT(file_day(S("{\"timestamp\":\"1999-99-99\",\"features\":[]}")), 0);
    CHECK_INT(file_day(S("a,b\n1,2\n")), 0);
    CHECK_INT(file_day(S("")), 0);
}

TEST(markup_without_a_day_is_as_old_as_its_newest_edit)
{
    CHECK_INT(file_newest_edit(S("<osm><node timestamp=\"2013-01-02T00:00:00Z\"/><node timestamp='2009-05-01T00:00:00Z'/><node timestamp=\"x")),
        day(2013, 1, 2));
    CHECK_INT(file_newest_edit(S("<osm><node timestamp=\"9999-99-99\"/><node timestamp=\"2150-01-01\"/><tag v=\"mytimestamp='2020-01-01'\"/>")), 0);
    CHECK_INT(file_newest_edit(S("<osm/>")), 0);
    CHECK_INT(file_newest_edit(S("")), 0);
}

TEST(the_header_of_an_extract_says_its_day)
{
    /* Blob header "OSMHeader" of data size 7, a raw blob of 5 bytes: field 32 = 86400 · 20000. */
    static const char FILE[] = {0, 0, 0, 13, 0x0a, 9, 'O', 'S', 'M', 'H', 'e', 'a', 'd', 'e', 'r', 0x18, 9,
        0x0a, 7, (char)0x80, 0x02, (char)0x80, (char)0xe0, (char)0xfc, (char)0xb7, 6};
    CHECK_INT(file_day(str_from(FILE, sizeof FILE)), 20000);
    for (size_t n = 0; n < sizeof FILE; n++)
        CHECK_INT(file_day(str_from(FILE, n)), 0);
}
