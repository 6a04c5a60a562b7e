#include "data/base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <libdeflate.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/base/deflate.h"
#include "data/base/out_file.h"

void buf_done(struct buf *b)
{
    free(b->at);
    *b = (struct buf){0};
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    if (b->at)
        b->at[0] = '\0';
}

char *buf_room(struct buf *b, size_t bytes)
{
    must(bytes < SIZE_MAX / 4 && b->len < SIZE_MAX / 4);
    if (b->len + bytes + 1 > b->cap) {
        b->cap = MAX(MAX(b->cap * 2, b->len + bytes + 1), (size_t)64);
        b->at = base_grow(b->at, b->cap, 1);
    }
    return b->at + b->len;
}

struct str buf_str(const struct buf *b)
{
    return (struct str){b->at ? b->at : "", b->len};
}

void buf_put(struct buf *b, const void *bytes, size_t n)
{
    char *at = buf_room(b, n);
    if (n)
        memcpy(at, bytes, n);
    b->len += n;
    b->at[b->len] = '\0';
}

void buf_add(struct buf *b, struct str s)
{
    buf_put(b, s.at, s.len);
}

void buf_char(struct buf *b, char c)
{
    buf_put(b, &c, 1);
}

void buf_fmt(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    must(n >= 0);
    char *at = buf_room(b, (size_t)n);
    vsnprintf(at, (size_t)n + 1, format, again);
    va_end(again);
    b->len += (size_t)n;
}

void buf_u64(struct buf *b, uint64_t v)
{
    char digits[20];
    size_t n = 0;
    do
        digits[sizeof digits - ++n] = (char)('0' + v % 10);
    while (v /= 10);
    buf_put(b, digits + sizeof digits - n, n);
}

void buf_i64(struct buf *b, int64_t v)
{
    if (v < 0)
        buf_char(b, '-');
    buf_u64(b, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void buf_double(struct buf *b, double v)
{
    if (v == floor(v) && fabs(v) < 1e15) {
        buf_i64(b, (int64_t)v);
        return;
    }
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        int n = snprintf(text, sizeof text, "%.*g", digits, v);
        for (int i = 0; i < n; i++)
            if (text[i] == ',')
                text[i] = '.';
        double back;
        if (str_double(str_of(text), &back) && back == v)
            break;
    }
    buf_add(b, str_of(text));
}

void buf_fixed(struct buf *b, double v, int decimals)
{
    static const double scales[] = {1, 10, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    decimals = CLAMP(decimals, 0, 9);
    double scaled = round(v * scales[decimals]);
    if (!(fabs(scaled) < 9e18)) {
        buf_double(b, v);
        return;
    }
    int64_t whole = (int64_t)scaled, scale = (int64_t)scales[decimals];
    if (whole < 0)
        buf_char(b, '-');
    uint64_t magnitude = whole < 0 ? 0 - (uint64_t)whole : (uint64_t)whole;
    buf_u64(b, magnitude / (uint64_t)scale);
    uint64_t rest = magnitude % (uint64_t)scale;
    if (!rest)
        return;
    char digits[10];
    for (int i = decimals - 1; i >= 0; i--, rest /= 10)
        digits[i] = (char)('0' + rest % 10);
    while (decimals && digits[decimals - 1] == '0')
        decimals--;
    buf_char(b, '.');
    buf_put(b, digits, (size_t)decimals);
}

static void escape_markup(struct buf *b, struct str s, bool xml)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        switch (c) {
        case '&':
            buf_add(b, S("&amp;"));
            break;
        case '<':
            buf_add(b, S("&lt;"));
            break;
        case '>':
            buf_add(b, S("&gt;"));
            break;
        case '"':
            buf_add(b, S("&quot;"));
            break;
        case '\'':
            buf_add(b, S("&#39;"));
            break;
        default:
            if (c >= 0x20 || c == '\t' || c == '\n' || c == '\r')
                buf_char(b, (char)c);
            else if (!xml)
                buf_add(b, S("\xEF\xBF\xBD"));
        }
    }
}

void buf_html(struct buf *b, struct str s)
{
    escape_markup(b, s, false);
}

void buf_xml(struct buf *b, struct str s)
{
    escape_markup(b, s, true);
}

void buf_csv(struct buf *b, struct str s)
{
    double number;
    bool formula = s.len && strchr("=+-@\t\r", s.at[0]) && !str_double(s, &number);
    bool quoted = formula;
    for (size_t i = 0; i < s.len && !quoted; i++)
        quoted = strchr(",;\"\n\r", s.at[i]) && s.at[i];
    if (!quoted) {
        buf_add(b, s);
        return;
    }
    buf_char(b, '"');
    if (formula)
        buf_char(b, '\'');
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == '"')
            buf_char(b, '"');
        buf_char(b, s.at[i]);
    }
    buf_char(b, '"');
}

void buf_url(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-._~", c)))
            buf_char(b, (char)c);
        else
            buf_fmt(b, "%%%02X", c);
    }
}

void buf_json(struct buf *b, struct str s)
{
    buf_char(b, '"');
    size_t plain = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_put(b, s.at + plain, i - plain);
        plain = i + 1;
        if (c == '"' || c == '\\') {
            buf_char(b, '\\');
            buf_char(b, (char)c);
        } else if (c == '\n') {
            buf_add(b, S("\\n"));
        } else {
            buf_fmt(b, "\\u%04x", c);
        }
    }
    if (s.len > plain)
        buf_put(b, s.at + plain, s.len - plain);
    buf_char(b, '"');
}

void buf_hex(struct buf *b, const void *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *at = bytes;
    for (size_t i = 0; i < n; i++) {
        buf_char(b, digits[at[i] >> 4]);
        buf_char(b, digits[at[i] & 15]);
    }
}

/* ---- files ---- */

bool buf_read_file(struct buf *b, const char *path, size_t limit_bytes, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, "cannot read %s", path);
    struct stat about;
    if (fstat(fd, &about) == 0 && S_ISDIR(about.st_mode)) {
        close(fd);
        return err_set(err, ERR_INVALID, "%s is a folder; name a file", path);
    }
    size_t from = b->len;
    ssize_t n;
    while ((n = read(fd, buf_room(b, 65536), 65536)) > 0) {
        b->len += (size_t)n;
        if (b->len - from > limit_bytes)
            break;
    }
    int failure = n < 0 ? errno : 0;
    close(fd);
    b->at[b->len] = '\0';
    if (failure) {
        errno = failure;
        return err_errno(err, "cannot read %s", path);
    }
    if (b->len - from > limit_bytes)
        return err_set(err, ERR_TOO_BIG, "%s has more than %zu bytes, the most that is read here", path, limit_bytes);
    return true;
}

static bool write_all(int fd, const char *at, size_t n)
{
    while (n) {
        ssize_t done = write(fd, at, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        at += done;
        n -= (size_t)done;
    }
    return true;
}

bool buf_write_file(const struct buf *b, const char *path, struct err *err)
{
    AUTO(out_file) o = {0};
    if (!out_file_begin(&o, path, err))
        return false;
    int fd = out_file_open(&o, err);
    if (fd < 0)
        return false;
    bool ok = write_all(fd, b->at, b->len) || err_errno(err, "cannot write %s", strcmp(path, "-") == 0 ? "to standard output" : path);
    if (close(fd) != 0 && ok)
        ok = err_errno(err, "cannot write %s", path);
    return ok && out_file_end(&o, err);
}

/* ---- gzip ---- */

enum { GZIP_LEVEL = 5 };

void buf_gzip(struct buf *out, struct str in)
{
    struct libdeflate_compressor *compressor = deflate_compressor(GZIP_LEVEL);
    size_t bound = libdeflate_gzip_compress_bound(compressor, in.len);
    size_t n = libdeflate_gzip_compress(compressor, in.at, in.len, buf_room(out, bound), bound);
    must(n);
    out->len += n;
    out->at[out->len] = '\0';
}

bool buf_gunzip(struct buf *out, struct str in, size_t limit_bytes, struct err *err)
{
    struct libdeflate_decompressor *decompressor = deflate_decompressor();
    bool gzip = in.len >= 2 && (unsigned char)in.at[0] == 0x1F && (unsigned char)in.at[1] == 0x8B;
    for (size_t room = MIN(MAX(in.len * 4, (size_t)4096), limit_bytes);; room = MIN(room * 4, limit_bytes)) {
        size_t got = 0;
        char *at = buf_room(out, room);
        enum libdeflate_result result = gzip ? libdeflate_gzip_decompress(decompressor, in.at, in.len, at, room, &got)
                                             : libdeflate_zlib_decompress(decompressor, in.at, in.len, at, room, &got);
        if (result == LIBDEFLATE_SUCCESS) {
            out->len += got;
            out->at[out->len] = '\0';
            return true;
        }
        if (result != LIBDEFLATE_INSUFFICIENT_SPACE)
            return err_set(err, ERR_INVALID, "the compressed bytes are damaged or cut off");
        if (room >= limit_bytes)
            return err_set(err, ERR_TOO_BIG, "it unpacks to more than %zu bytes, the most that is read here", limit_bytes);
    }
}
