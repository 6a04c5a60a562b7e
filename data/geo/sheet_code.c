/*
 * A grid is three whole numbers, in steps of the world divided by 2^24 (2.4 m at the equator, 1.7 m in Geneva): where its
 * north-west corner lies, and how wide a cell is.
 *
 *     x: 24 bits │ y: 24 bits │ cell: 12 bits   = 60 bits = 12 characters, and one that checks
 *
 * The check is a sum in the field of 32 elements, each character multiplied by a power of 2 of its own (polynomial
 * x^5 + x^2 + 1, of which 2 is a generator of order 31). No two of the thirteen powers are equal, so every wrong character
 * and every exchange of two shows.
 */
#include "data/geo/sheet_code.h"

#include <math.h>

#include "data/base/base32.h"

static const double STEPS = 16777216.0; /* across the world */

enum { CORNER_BITS = 24, CELL_BITS = 12, CODE_CHARS = 13, GROUP_CHARS = 4 };

struct grid {
    int64_t x, y, cell; /* steps */
};

static struct box box_of(struct grid g)
{
    struct lonlat nw = mercator_lonlat((struct xy){(double)g.x / STEPS, (double)g.y / STEPS});
    struct lonlat se = mercator_lonlat((struct xy){(double)(g.x + SHEET_COLS * g.cell) / STEPS, (double)(g.y + SHEET_ROWS * g.cell) / STEPS});
    return (struct box){nw.lon, se.lat, se.lon, nw.lat};
}

static bool grid_is_valid(struct grid g)
{
    int64_t world = (int64_t)STEPS;
    return g.x >= 0 && g.y >= 0 && g.cell >= 1 && g.cell < 1 << CELL_BITS && g.x + SHEET_COLS * g.cell <= world && g.y + SHEET_ROWS * g.cell <= world;
}

static struct grid grid_of(struct box sheet)
{
    struct xy nw = mercator_of((struct lonlat){sheet.west, sheet.north}), se = mercator_of((struct lonlat){sheet.east, sheet.south});
    return (struct grid){llround(nw.x * STEPS), llround(nw.y * STEPS), llround((se.y - nw.y) * STEPS / SHEET_ROWS)};
}

/* ---- fitting ---- */

static double step_m(double lat)
{
    return cos(lat * M_PI / 180) * 2 * M_PI * EARTH_RADIUS_M / STEPS;
}

bool sheet_box_fit(struct box asked, struct box *out, struct err *err)
{
    struct lonlat corner[] = {{asked.west, asked.south}, {asked.east, asked.north}};
    if (!lonlat_is_valid(corner[0]) || !lonlat_is_valid(corner[1]) || asked.south > asked.north)
        return err_set(err, ERR_INVALID, "a sheet's box is west, south, east and north in degrees");
    if (asked.west > asked.east)
        return err_set(err, ERR_INVALID, "a sheet does not cross the antimeridian");
    struct xy nw = mercator_of((struct lonlat){asked.west, asked.north}), se = mercator_of((struct lonlat){asked.east, asked.south});
    struct xy middle = {(nw.x + se.x) / 2, (nw.y + se.y) / 2};
    double metres = step_m(mercator_lonlat(middle).lat), least = SHEET_SIDE_MIN_M / metres / SHEET_ROWS;
    double wanted = MAX((se.x - nw.x) * STEPS / SHEET_COLS, (se.y - nw.y) * STEPS / SHEET_ROWS);
    double cell = ceil(MAX(wanted, least) - 1e-3); /* what is on a step already stays there */
    if (cell * metres * SHEET_ROWS > SHEET_SIDE_MAX_M)
        return err_set(err, ERR_TOO_BIG, "a sheet shows at most %d m from north to south", SHEET_SIDE_MAX_M);
    struct grid g = {llround(middle.x * STEPS - cell * SHEET_COLS / 2), llround(middle.y * STEPS - cell * SHEET_ROWS / 2), (int64_t)cell};
    if (!grid_is_valid(g))
        return err_set(err, ERR_INVALID, "a sheet does not reach over the edge of the map");
    *out = box_of(g);
    return true;
}

/* ---- the code ---- */

static int twice(int v)
{
    return v & 16 ? (v << 1 ^ 0x25) & 31 : v << 1;
}

static int checksum(const int *digits, int n)
{
    int sum = 0;
    for (int i = 0; i < n; i++)
        sum = twice(sum) ^ digits[i];
    return sum;
}

void sheet_code_make(struct buf *out, struct box sheet)
{
    struct grid g = grid_of(sheet);
    must(grid_is_valid(g));
    uint64_t bits = (uint64_t)g.x << (CORNER_BITS + CELL_BITS) | (uint64_t)g.y << CELL_BITS | (uint64_t)g.cell;
    int digits[CODE_CHARS];
    for (int i = CODE_CHARS - 2; i >= 0; i--, bits >>= 5)
        digits[i] = (int)(bits & 31);
    digits[CODE_CHARS - 1] = twice(checksum(digits, CODE_CHARS - 1));
    for (int i = 0; i < CODE_CHARS; i++) {
        if (i == GROUP_CHARS || i == 2 * GROUP_CHARS)
            buf_char(out, '-');
        buf_char(out, base32_digit((unsigned)digits[i]));
    }
}

static bool is_between(uint32_t c)
{
    return c == ' ' || c == '-' || c == '.' || c == 0xA0 || (c >= 0x2010 && c <= 0x2015) || c == 0x202F;
}

bool sheet_code_read(struct str code, struct box *out)
{
    int digits[CODE_CHARS], n = 0;
    for (size_t at = 0; at < code.len;) {
        uint32_t c = str_rune(code, &at);
        if (is_between(c))
            continue;
        int digit = base32_value(c);
        if (digit < 0 || n == CODE_CHARS)
            return false;
        digits[n++] = digit;
    }
    if (n != CODE_CHARS || checksum(digits, n) != 0)
        return false;
    uint64_t bits = 0, corner = (1u << CORNER_BITS) - 1, cell = (1u << CELL_BITS) - 1;
    for (int i = 0; i < CODE_CHARS - 1; i++)
        bits = bits << 5 | (uint64_t)digits[i];
    struct grid g = {(int64_t)(bits >> (CORNER_BITS + CELL_BITS)), (int64_t)(bits >> CELL_BITS & corner), (int64_t)(bits & cell)};
    if (!grid_is_valid(g))
        return false;
    *out = box_of(g);
    return true;
}

/* ---- cells ---- */

bool sheet_cell_centre(struct box sheet, struct str cell, struct lonlat *out)
{
    cell = str_trim(cell);
    if (!cell.len)
        return false;
    int col = (cell.at[0] | 0x20) - 'a';
    struct str number = str_trim(str_slice(cell, 1, cell.len));
    if (str_starts(number, S("-")))
        number = str_slice(number, 1, number.len);
    uint64_t row;
    if (col < 0 || col >= SHEET_COLS || !str_u64(number, &row) || row < 1 || row > SHEET_ROWS)
        return false;
    struct grid g = grid_of(sheet);
    *out = mercator_lonlat((struct xy){((double)g.x + (col + 0.5) * (double)g.cell) / STEPS,
        ((double)g.y + ((double)row - 0.5) * (double)g.cell) / STEPS});
    return true;
}

bool sheet_cell_name(struct box sheet, struct lonlat at, char out[SHEET_CELL_NAME_BYTES])
{
    struct grid g = grid_of(sheet);
    struct xy m = mercator_of(at);
    double col = floor((m.x * STEPS - (double)g.x) / (double)g.cell), row = floor((m.y * STEPS - (double)g.y) / (double)g.cell);
    if (!(col >= 0 && col < SHEET_COLS && row >= 0 && row < SHEET_ROWS))
        return false;
    int number = (int)row + 1;
    *out++ = (char)('A' + (int)col);
    if (number >= 10)
        *out++ = (char)('0' + number / 10);
    *out++ = (char)('0' + number % 10);
    *out = '\0';
    return true;
}
