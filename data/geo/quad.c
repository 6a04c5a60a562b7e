#include "data/geo/quad.h"

#include <math.h>

static const double DEG = M_PI / 180;
static const double MEAN_RADIUS_M = 6371008.8; /* IUGG mean radius R1 */
static const double WORLD = 4294967296.0;

bool lonlat_is_valid(struct lonlat at)
{
    return isfinite(at.lon) && isfinite(at.lat) && fabs(at.lon) <= 180 && fabs(at.lat) <= 90;
}

struct xy mercator_of(struct lonlat at)
{
    double lat = CLAMP(at.lat, -MERCATOR_MAX_LAT, MERCATOR_MAX_LAT) * DEG;
    return (struct xy){at.lon / 360 + 0.5, 0.5 - asinh(tan(lat)) / (2 * M_PI)};
}

struct lonlat mercator_lonlat(struct xy at)
{
    return (struct lonlat){(at.x - 0.5) * 360, atan(sinh((0.5 - at.y) * 2 * M_PI)) / DEG};
}

static uint32_t to_world(double v)
{
    double scaled = v * WORLD;
    return scaled <= 0 ? 0 : scaled >= WORLD - 1 ? UINT32_MAX : (uint32_t)scaled;
}

struct spot spot_of(struct lonlat at)
{
    struct xy m = mercator_of(at);
    return (struct spot){to_world(m.x), to_world(m.y)};
}

struct lonlat lonlat_of(struct spot at)
{
    return mercator_lonlat((struct xy){(at.x + 0.5) / WORLD, (at.y + 0.5) / WORLD});
}

/* The bits of v, one apart (Hacker's Delight, 7-2). */
static uint64_t spread(uint32_t v)
{
    uint64_t x = v;
    x = (x | x << 16) & 0x0000ffff0000ffffu;
    x = (x | x << 8) & 0x00ff00ff00ff00ffu;
    x = (x | x << 4) & 0x0f0f0f0f0f0f0f0fu;
    x = (x | x << 2) & 0x3333333333333333u;
    return (x | x << 1) & 0x5555555555555555u;
}

static uint32_t gather(uint64_t x)
{
    x &= 0x5555555555555555u;
    x = (x | x >> 1) & 0x3333333333333333u;
    x = (x | x >> 2) & 0x0f0f0f0f0f0f0f0fu;
    x = (x | x >> 4) & 0x00ff00ff00ff00ffu;
    x = (x | x >> 8) & 0x0000ffff0000ffffu;
    return (uint32_t)(x | x >> 16);
}

uint64_t quad_of(struct spot at)
{
    return spread(at.x) | spread(at.y) << 1;
}

struct spot quad_spot(uint64_t quad)
{
    return (struct spot){gather(quad), gather(quad >> 1)};
}

struct quad_range quad_range_of(struct tile tile)
{
    struct spot_box b = tile_spots(tile);
    return (struct quad_range){quad_of((struct spot){b.x0, b.y0}), quad_of((struct spot){b.x1, b.y1})};
}

bool tile_is_valid(uint64_t z, uint64_t x, uint64_t y)
{
    return z <= 22 && x < UINT64_C(1) << z && y < UINT64_C(1) << z;
}

struct tile tile_at(struct spot at, int z)
{
    must(z >= 0 && z <= 32);
    int shift = 32 - z;
    return (struct tile){shift == 32 ? 0 : at.x >> shift, shift == 32 ? 0 : at.y >> shift, (uint8_t)z};
}

struct tile tile_parent(struct tile t, int z)
{
    must(z >= 0 && z <= t.z);
    return (struct tile){t.x >> (t.z - z), t.y >> (t.z - z), (uint8_t)z};
}

struct spot_box tile_spots(struct tile t)
{
    must(t.z <= 32);
    uint64_t width = UINT64_C(1) << (32 - t.z);
    uint64_t x = t.x * width, y = t.y * width;
    return (struct spot_box){(uint32_t)x, (uint32_t)y, (uint32_t)(x + width - 1), (uint32_t)(y + width - 1)};
}

struct box tile_box(struct tile t)
{
    double n = ldexp(1, t.z);
    struct lonlat nw = mercator_lonlat((struct xy){t.x / n, t.y / n});
    struct lonlat se = mercator_lonlat((struct xy){(t.x + 1) / n, (t.y + 1) / n});
    return (struct box){nw.lon, se.lat, se.lon, nw.lat};
}

struct spot_box spot_box_of(struct box b)
{
    struct spot nw = spot_of((struct lonlat){b.west, b.north}), se = spot_of((struct lonlat){b.east, b.south});
    return (struct spot_box){MIN(nw.x, se.x), MIN(nw.y, se.y), MAX(nw.x, se.x), MAX(nw.y, se.y)};
}

struct spot_box spot_box_grow(struct spot_box b, uint32_t by)
{
    return (struct spot_box){b.x0 > by ? b.x0 - by : 0, b.y0 > by ? b.y0 - by : 0,
        b.x1 < UINT32_MAX - by ? b.x1 + by : UINT32_MAX, b.y1 < UINT32_MAX - by ? b.y1 + by : UINT32_MAX};
}

bool spot_box_has(struct spot_box b, struct spot at)
{
    return at.x >= b.x0 && at.x <= b.x1 && at.y >= b.y0 && at.y <= b.y1;
}

bool spot_box_meets(struct spot_box a, struct spot_box b)
{
    return a.x0 <= b.x1 && b.x0 <= a.x1 && a.y0 <= b.y1 && b.y0 <= a.y1;
}

double metres_per_px(double lat, double zoom)
{
    return cos(lat * DEG) * 2 * M_PI * EARTH_RADIUS_M / (256 * exp2(zoom));
}

double distance_m(struct lonlat a, struct lonlat b)
{
    double dlat = (b.lat - a.lat) * DEG, dlon = (b.lon - a.lon) * DEG;
    double h = pow(sin(dlat / 2), 2) + cos(a.lat * DEG) * cos(b.lat * DEG) * pow(sin(dlon / 2), 2);
    return 2 * MEAN_RADIUS_M * asin(sqrt(MIN(1.0, h)));
}

struct lonlat lonlat_ahead(struct lonlat from, double bearing_deg, double metres)
{
    double angle = metres / MEAN_RADIUS_M, bearing = bearing_deg * DEG, lat = from.lat * DEG;
    double to = asin(sin(lat) * cos(angle) + cos(lat) * sin(angle) * cos(bearing));
    double east = atan2(sin(bearing) * sin(angle) * cos(lat), cos(angle) - sin(lat) * sin(to));
    double lon = from.lon + east / DEG;
    return (struct lonlat){lon > 180 ? lon - 360 : lon < -180 ? lon + 360 : lon, to / DEG};
}
