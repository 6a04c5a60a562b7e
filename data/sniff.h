/*
 * What kind of file it is, by its content; the name only decides where content cannot (CSV or plain text). Also what is
 * refused by looking at it: markup with entities, links to elsewhere, archives that unpack to too much.
 */
#ifndef DATA_SNIFF_H
#define DATA_SNIFF_H

#include "data/base/err.h"
#include "data/base/str.h"

enum sniffed {
    SNIFF_UNKNOWN, SNIFF_GZIP, SNIFF_BZIP2, SNIFF_ZIP, SNIFF_OSM_PBF, SNIFF_OSM_XML, SNIFF_KML, SNIFF_GPX, SNIFF_XML, SNIFF_JSON,
    SNIFF_SQLITE, SNIFF_SHAPEFILE, SNIFF_FLATGEOBUF, SNIFF_TABLE
};
enum sniffed sniff(struct str head, struct str name);

/* Markup: false with a sentence when it holds a DOCTYPE, an entity or a network link, or is not in an 8-bit encoding. */
bool sniff_markup_is_plain(struct str text, struct err *err) MUST_USE;
/* The name of the first element of an XML text: "kml"; empty if there is none. */
struct str sniff_root(struct str text);

/* The list of a zip archive (APPNOTE 6.3, central directory), names borrowed. */
struct zip_entry {
    struct str name;
    uint64_t packed, unpacked;
};
enum { ZIP_ENTRIES_MAX = 2000 };
struct zip_list {
    size_t n;
    struct zip_entry *entry;
};
bool zip_read(struct str file, struct arena *a, struct zip_list *out, struct err *err) MUST_USE;
/* A sentence when what it unpacks to is out of proportion. */
bool zip_is_sane(const struct zip_list *zip, uint64_t most_bytes, struct err *err) MUST_USE;

#endif
