#include "data/sniff.h"

#include <string.h>

#include "data/csv.h"

static bool starts(struct str s, const char *bytes, size_t n)
{
    return s.len >= n && memcmp(s.at, bytes, n) == 0;
}

static struct str skip_declarations(struct str s)
{
    for (;;) {
        s = str_trim(s);
        size_t end;
        if (str_starts(s, S("<?")) && (end = str_find(s, S("?>"))) != SIZE_MAX)
            s = str_slice(s, end + 2, s.len);
        else if (str_starts(s, S("<!--")) && (end = str_find(s, S("-->"))) != SIZE_MAX)
            s = str_slice(s, end + 3, s.len);
        else
            return s;
    }
}

struct str sniff_root(struct str text)
{
    struct str s = skip_declarations(text);
    size_t n = 1;
    if (!str_starts(s, S("<")))
        return S("");
    while (n < s.len && !strchr(" \t\r\n/>", s.at[n]))
        n++;
    struct str name = str_slice(s, 1, n);
    size_t colon = str_find(name, S(":"));
    return colon == SIZE_MAX ? name : str_slice(name, colon + 1, name.len);
}

static bool name_ends(struct str name, const char *suffix)
{
    size_t n = strlen(suffix);
    return name.len >= n && str_eq_nocase(str_slice(name, name.len - n, name.len), str_of(suffix));
}

enum sniffed sniff(struct str head, struct str name)
{
    if (starts(head, "\x1F\x8B", 2))
        return SNIFF_GZIP;
    if (starts(head, "BZh", 3) && head.len > 9 && memcmp(head.at + 4, "1AY&SY", 6) == 0)
        return SNIFF_BZIP2;
    if (starts(head, "PK\3\4", 4) || starts(head, "PK\5\6", 4))
        return SNIFF_ZIP;
    if (starts(head, "SQLite format 3\0", 16))
        return SNIFF_SQLITE;
    if (starts(head, "fgb\3fgb", 7))
        return SNIFF_FLATGEOBUF;
    if (starts(head, "\0\0\x27\x0A", 4))
        return SNIFF_SHAPEFILE;
    if (head.len >= 15 && head.at[0] == 0 && head.at[1] == 0 && str_has(str_slice(head, 0, 32), S("OSMHeader")))
        return SNIFF_OSM_PBF;
    struct str text = str_trim(head);
    if (str_starts(text, S("<")) || starts(head, "\xFF\xFE<", 3) || starts(head, "\xFE\xFF\0<", 4)) {
        struct str root = sniff_root(text);
        return str_eq(root, S("osm")) ? SNIFF_OSM_XML : str_eq(root, S("kml")) ? SNIFF_KML
            : str_eq(root, S("gpx")) ? SNIFF_GPX : SNIFF_XML;
    }
    if (text.len && (text.at[0] == '{' || text.at[0] == '[' || text.at[0] == 0x1E))
        return SNIFF_JSON;
    struct csv_form form;
    bool table_name = name_ends(name, ".csv") || name_ends(name, ".tsv") || name_ends(name, ".txt") || name_ends(name, ".tab");
    return csv_sniff(head, table_name, &form) ? SNIFF_TABLE : SNIFF_UNKNOWN;
}

bool sniff_markup_is_plain(struct str text, struct err *err)
{
    if (starts(text, "\xFF\xFE", 2) || starts(text, "\xFE\xFF", 2) || memchr(text.at, 0, MIN(text.len, 4096)))
        return err_set(err, ERR_INVALID, "this markup is not in UTF-8; save it as UTF-8");
    struct str declaration = str_slice(text, 0, MIN(text.len, 200));
    if (str_has(declaration, S("encoding")) && (str_has(declaration, S("UTF-7")) || str_has(declaration, S("utf-7")) ||
            str_has(declaration, S("EBCDIC")) || str_has(declaration, S("IBM"))))
        return err_set(err, ERR_INVALID, "this markup is not in UTF-8; save it as UTF-8");
    for (const char *at = text.at; (at = memchr(at, '<', text.len - (size_t)(at - text.at))); at++) {
        struct str rest = str_from(at, text.len - (size_t)(at - text.at));
        if (str_starts(rest, S("<!DOCTYPE")) || str_starts(rest, S("<!ENTITY")) || str_starts(rest, S("<!doctype")))
            return err_set(err, ERR_INVALID, "it holds a DOCTYPE or an ENTITY, which no map file needs; remove it");
        struct str name = str_slice(rest, 1, 40);
        size_t colon = str_find(name, S(":"));
        if (colon < 20)
            name = str_slice(name, colon + 1, name.len);
        if (str_starts(name, S("NetworkLink")))
            return err_set(err, ERR_INVALID, "it is a link to a file elsewhere (NetworkLink); download that file and import it");
    }
    return true;
}

static uint32_t little(const char *at, int n)
{
    uint32_t v = 0;
    for (int i = n; i-- > 0;)
        v = v << 8 | (unsigned char)at[i];
    return v;
}

bool zip_read(struct str file, struct arena *a, struct zip_list *out, struct err *err)
{
    enum { END = 22, ENTRY = 46 };
    const size_t lowest = file.len > END + 65535 ? file.len - END - 65535 : 0;
    size_t end = file.len >= END ? file.len - END + 1 : 0;
    while (end > lowest && memcmp(file.at + end - 1, "PK\5\6", 4) != 0)
        end--;
    if (end <= lowest)
        return err_set(err, ERR_INVALID, "this zip file is cut off: its list of contents is missing");
    const char *tail = file.at + end - 1;
    size_t n = little(tail + 10, 2), at = little(tail + 16, 4);
    if (n > ZIP_ENTRIES_MAX)
        return err_set(err, ERR_TOO_BIG, "this zip file holds %zu files, more than %d", n, ZIP_ENTRIES_MAX);
    struct zip_entry *entry = ARENA_ARRAY(a, struct zip_entry, n + 1);
    if (!entry)
        return err_arena(err);
    for (size_t i = 0; i < n; i++) {
        if (at > file.len || file.len - at < ENTRY || memcmp(file.at + at, "PK\1\2", 4) != 0)
            return err_set(err, ERR_INVALID, "this zip file is damaged: its list of contents breaks off");
        const char *e = file.at + at;
        size_t name = little(e + 28, 2), more = little(e + 30, 2) + little(e + 32, 2);
        if (file.len - at - ENTRY < name)
            return err_set(err, ERR_INVALID, "this zip file is damaged: its list of contents breaks off");
        entry[i] = (struct zip_entry){str_from(e + ENTRY, name), little(e + 20, 4), little(e + 24, 4)};
        at += ENTRY + name + more;
    }
    *out = (struct zip_list){n, entry};
    return true;
}

bool zip_is_sane(const struct zip_list *zip, uint64_t most_bytes, struct err *err)
{
    enum { RATIO_MAX = 200, RATIO_FROM_BYTES = 1 << 20 }; /* a workbook's XML packs 1:40 */
    uint64_t sum = 0;
    for (size_t i = 0; i < zip->n; i++) {
        const struct zip_entry *e = &zip->entry[i];
        sum += e->unpacked;
        if (e->unpacked > RATIO_FROM_BYTES && e->unpacked / RATIO_MAX > e->packed)
            return err_set(err, ERR_TOO_BIG, "this zip file unpacks to %llu times its size; it is refused",
                (unsigned long long)(e->unpacked / MAX(e->packed, 1)));
    }
    if (sum > most_bytes)
        return err_set(err, ERR_TOO_BIG, "this zip file unpacks to %llu MB, more than the %llu MB allowed",
            (unsigned long long)(sum >> 20), (unsigned long long)(most_bytes >> 20));
    return true;
}
