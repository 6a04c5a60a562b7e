/*
 * The root directory is kept, and of the leaf directories the one read last: neighbours on the curve are in the same leaf.
 * Nothing the file says is believed before it was compared with the file's size and our limits.
 */
#include "data/pmtiles.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/base/limits.h"

enum {
    HEADER_BYTES = 127,
    DIRECTORY_MAX_BYTES = 16 * 1024 * 1024, /* the specification wants a root under 16 KiB; leaves are as small as a rule */
    METADATA_MAX_BYTES = 16 * 1024 * 1024,
    LEAVES_DEPTH_MAX = 4,
    COMPRESSION_NONE = 1,
    COMPRESSION_GZIP = 2,
};

struct entry {
    uint64_t id, offset;
    uint32_t length, run; /* run 0: a leaf directory */
};
struct directory {
    struct entry *at;
    size_t n;
    uint64_t offset; /* where in the file it was read from */
};
struct part {
    uint64_t offset, length;
};
struct pmtiles {
    int fd;
    uint64_t size;
    struct part metadata, leaves, tiles;
    uint8_t packing; /* of directories and metadata */
    struct pmtiles_about about;
    struct buf json;
    struct directory root, leaf;
};

static uint64_t little(const unsigned char *at, size_t bytes)
{
    uint64_t v = 0;
    for (size_t i = 0; i < bytes; i++)
        v |= (uint64_t)at[i] << (8 * i);
    return v;
}

static bool read_part(const struct pmtiles *p, struct part part, size_t most, struct buf *out, struct err *err)
{
    if (part.length > most)
        return err_set(err, ERR_TOO_BIG, "a part of the file has more than %zu bytes, the most that is read", most);
    if (part.offset > p->size || part.length > p->size - part.offset)
        return err_set(err, ERR_INVALID, "it points past its end: damaged, or cut off");
    char *at = buf_room(out, part.length);
    for (size_t n = 0; n < part.length;) {
        ssize_t got = pread(p->fd, at + n, part.length - n, (off_t)(part.offset + n));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return err_errno(err, "it cannot be read");
        n += (size_t)got;
    }
    out->len += part.length;
    out->at[out->len] = '\0';
    return true;
}

static bool read_packed(const struct pmtiles *p, struct part part, size_t most, struct buf *out, struct err *err)
{
    if (p->packing == COMPRESSION_NONE)
        return read_part(p, part, most, out, err);
    AUTO(buf) packed = {0};
    return read_part(p, part, most, &packed, err) && buf_gunzip(out, buf_str(&packed), most, err);
}

static bool varint(struct str *rest, uint64_t *out)
{
    uint64_t v = 0;
    for (size_t i = 0; i < rest->len && i < 10; i++) {
        unsigned char c = (unsigned char)rest->at[i];
        v |= (uint64_t)(c & 0x7F) << (7 * i);
        if (c < 0x80) {
            *rest = str_slice(*rest, i + 1, rest->len);
            *out = v;
            return true;
        }
    }
    return false;
}

/* Section 4.2: counts, then the four columns one after another. */
static bool parse_directory(struct str s, struct directory *out)
{
    uint64_t n, v, id = 0;
    if (!varint(&s, &n) || n > s.len / 4)
        return false;
    struct entry *at = base_alloc(n ? n : 1, sizeof *at);
    bool ok = true;
    for (size_t i = 0; i < n && ok; i++) {
        ok = varint(&s, &v);
        id = at[i].id = id + v;
    }
    for (size_t i = 0; i < n && ok; i++) {
        ok = varint(&s, &v) && v <= UINT32_MAX;
        at[i].run = (uint32_t)v;
    }
    for (size_t i = 0; i < n && ok; i++) {
        ok = varint(&s, &v) && v <= UINT32_MAX;
        at[i].length = (uint32_t)v;
    }
    for (size_t i = 0; i < n && ok; i++) {
        ok = varint(&s, &v) && (v || i);
        at[i].offset = v ? v - 1 : at[i - !!i].offset + at[i - !!i].length;
    }
    if (!ok) {
        free(at);
        return false;
    }
    free(out->at);
    out->at = at;
    out->n = n;
    return true;
}

static bool load_directory(const struct pmtiles *p, struct part part, struct directory *out, struct err *err)
{
    AUTO(buf) bytes = {0};
    if (!read_packed(p, part, DIRECTORY_MAX_BYTES, &bytes, err))
        return false;
    if (!parse_directory(buf_str(&bytes), out))
        return err_set(err, ERR_INVALID, "a directory of tiles is damaged");
    out->offset = part.offset;
    return true;
}

static bool read_header(struct pmtiles *p, struct part *root, struct err *err)
{
    static const char *const formats[] = {NULL, "pbf", "png", "jpg", "webp"};
    AUTO(buf) header = {0};
    if (p->size < HEADER_BYTES)
        return err_set(err, ERR_INVALID, "it is cut off before the end of its header");
    if (!read_part(p, (struct part){0, HEADER_BYTES}, HEADER_BYTES, &header, err))
        return false;
    const unsigned char *h = (const unsigned char *)header.at;
    if (memcmp(h, "PMTiles", 7) != 0 || h[7] != 3)
        return err_set(err, ERR_INVALID, "it is no PMTiles file of version 3");
    *root = (struct part){little(h + 8, 8), little(h + 16, 8)};
    p->metadata = (struct part){little(h + 24, 8), little(h + 32, 8)};
    p->leaves = (struct part){little(h + 40, 8), little(h + 48, 8)};
    p->tiles = (struct part){little(h + 56, 8), little(h + 64, 8)};
    p->packing = h[97];
    if (p->packing != COMPRESSION_NONE && p->packing != COMPRESSION_GZIP)
        return err_set(err, ERR_INVALID, "its directories are packed in a way that is not read here; only gzip is");
    if (h[98] > COMPRESSION_GZIP)
        return err_set(err, ERR_INVALID, "its tiles are packed in a way that is not read here; only gzip is");
    if (h[99] >= COUNT(formats) || !formats[h[99]])
        return err_set(err, ERR_INVALID, "its tiles are of a type that is not read here; pbf, png, jpg and webp are");
    if (h[100] > ZOOM_MAX || h[101] > ZOOM_MAX || h[100] > h[101])
        return err_set(err, ERR_INVALID, "its zooms are not between 0 and %d", ZOOM_MAX);
    double edge[4];
    for (size_t i = 0; i < 4; i++)
        edge[i] = (double)(int32_t)little(h + 102 + 4 * i, 4) / 1e7;
    p->about = (struct pmtiles_about){.format = formats[h[99]], .min_zoom = h[100], .max_zoom = h[101],
        .bounds = {edge[0], edge[1], edge[2], edge[3]}};
    return true;
}

static bool load(struct pmtiles *p, const char *path, struct err *err)
{
    struct part root;
    struct stat about;
    p->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (p->fd < 0 || fstat(p->fd, &about) != 0)
        return err_errno(err, "cannot read %s", path);
    p->size = (uint64_t)about.st_size;
    if (!read_header(p, &root, err) || !load_directory(p, root, &p->root, err))
        return err_under(err, "%s", path);
    if (p->metadata.length && !read_packed(p, p->metadata, METADATA_MAX_BYTES, &p->json, err))
        return err_under(err, "%s", path);
    p->about.json = buf_str(&p->json);
    return true;
}

bool pmtiles_open(struct pmtiles **out, const char *path, struct err *err)
{
    struct pmtiles *p = base_alloc(1, sizeof *p);
    if (!load(p, path, err)) {
        pmtiles_close(p);
        return false;
    }
    *out = p;
    return true;
}

void pmtiles_close(struct pmtiles *p)
{
    if (!p)
        return;
    if (p->fd >= 0)
        close(p->fd);
    buf_done(&p->json);
    free(p->root.at);
    free(p->leaf.at);
    free(p);
}

struct pmtiles_about pmtiles_about(const struct pmtiles *p)
{
    return p->about;
}

/* Hilbert's curve as in the specification's section 4.1. */
uint64_t pmtiles_id(struct tile t)
{
    uint64_t id = 0, x = t.x, y = t.y;
    for (int z = 0; z < t.z; z++)
        id += UINT64_C(1) << (2 * z);
    for (int z = t.z - 1; z >= 0; z--) {
        uint64_t s = UINT64_C(1) << z, rx = (x & s) != 0, ry = (y & s) != 0;
        id += s * s * ((3 * rx) ^ ry);
        if (!ry) {
            if (rx) {
                x = s - 1 - (x & (s - 1));
                y = s - 1 - (y & (s - 1));
            }
            uint64_t swap = x;
            x = y;
            y = swap;
        }
    }
    return id;
}

/* The last entry that begins at or before the id; NULL if there is none. */
static const struct entry *find_entry(const struct directory *d, uint64_t id)
{
    size_t low = 0, high = d->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (d->at[middle].id <= id)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? &d->at[low - 1] : NULL;
}

bool pmtiles_read(struct pmtiles *p, struct tile tile, struct buf *out, bool *found, struct err *err)
{
    uint64_t id = pmtiles_id(tile);
    const struct directory *d = &p->root;
    *found = false;
    for (int depth = 0; depth < LEAVES_DEPTH_MAX; depth++) {
        const struct entry *e = find_entry(d, id);
        if (!e || (e->run && id - e->id >= e->run))
            return true;
        if (e->run) {
            if (e->offset > p->tiles.length)
                return err_set(err, ERR_INVALID, "a tile lies past the end of the tiles");
            *found = true;
            return read_part(p, (struct part){p->tiles.offset + e->offset, e->length}, MVT_MAX_BYTES, out, err);
        }
        if (e->offset > p->leaves.length)
            return err_set(err, ERR_INVALID, "a directory lies past the end of the directories");
        struct part part = {p->leaves.offset + e->offset, e->length};
        bool is_here = p->leaf.at && p->leaf.offset == part.offset;
        if (!is_here && !load_directory(p, part, &p->leaf, err))
            return false;
        d = &p->leaf;
    }
    return err_set(err, ERR_INVALID, "its directories lead in a circle");
}
