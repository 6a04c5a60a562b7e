/*
 * Coasts and lakes of GSHHG in full resolution, as GMT has them: the world in squares ("bins") of a degree, in each the pieces
 * of shore that run through it, with 16 bits for where in the square a point is. A piece ends on a square's edge where the
 * next one begins, so that pieces of one polygon, joined, are its ring. Far from what is covered a coast keeps only the ends
 * of its pieces: the ring still closes, and does not leave the squares it ran through.
 */
#include <math.h>
#include <string.h>

#include "data/basemap_world.h"
#include "data/gdal_ground.h"

enum {
    STEPS = 65535 /* of a square's side */,
    LEVEL_COAST = 1,
    LEVEL_LAKE,
    LEVEL_ISLAND,
    SQUARE_MAX_MINUTES = 20 * 60
};
static const int32_t FAR_LAKE_KM2 = 20; /* smaller ones, far from what is covered, are under a pixel or two */
static const char SHORES[] = "usr/share/gmt-gshhg/binned_GSHHS_f.nc";

enum row { SIDE, N_WEST_EAST, AREAS, FIRST_PIECE, N_PIECES, ABOUT, FIRST_POINT, POLYGON, EAST, NORTH, ROWS };

struct shores {
    struct world *world;
    struct ground_numbers rows[ROWS];
    struct arena arena;
    struct mesh_line *pieces;
    size_t n_pieces;
    int32_t side_minutes, n_west_east;
};

static void shores_done(struct shores *s)
{
    for (size_t i = 0; i < ROWS; i++)
        free(s->rows[i].any);
    free(s->pieces);
    arena_done(&s->arena);
}

struct square {
    int32_t column, row; /* from Greenwich eastwards, from the north pole */
    bool is_covered;
};

static struct square square_at(const struct shores *s, size_t i)
{
    struct square q = {(int32_t)(i % (size_t)s->n_west_east), (int32_t)(i / (size_t)s->n_west_east), false};
    double side = s->side_minutes / 60.0, west = q.column * side, north = 90 - q.row * side;
    west -= west >= 180 ? 360 : 0;
    struct box b = {west, MAX(north - side, -85), MIN(west + side, 180), MIN(north, 85)};
    q.is_covered = b.south < b.north && cover_meets(s->world->cover, b, COVER_ALL_ZOOM + 1);
    return q;
}

/* The same place in two squares gives the same numbers, bit by bit: it is told in whole steps round the world. */
static struct xy place_of(const struct shores *s, struct square q, int32_t point)
{
    int64_t round = (int64_t)s->n_west_east * STEPS, east = (int64_t)q.column * STEPS + (uint16_t)s->rows[EAST].two[point];
    int64_t south = (int64_t)(q.row + 1) * STEPS - (uint16_t)s->rows[NORTH].two[point];
    double lat = 90 - (double)south * s->side_minutes / (60.0 * STEPS);
    struct xy at = mercator_of((struct lonlat){0, CLAMP(lat, -85.3, 85.3)});
    at.x = (double)((east + round / 2) % round) / (double)round;
    return at;
}

/* A piece: points << 9 | level << 6 | edge it comes in by << 3 | edge it leaves by; edge 4 is none, of a ring within. */
static void take_piece(struct shores *s, struct square q, int32_t piece)
{
    uint32_t about = (uint32_t)s->rows[ABOUT].four[piece], n = about >> 9, level = about >> 6 & 7;
    int32_t first = s->rows[FIRST_POINT].four[piece], polygon = s->rows[POLYGON].four[piece];
    if (level < LEVEL_COAST || level > LEVEL_ISLAND || n < 2 || first < 0 || (size_t)first + n > s->rows[EAST].n || polygon < 0 ||
        (size_t)polygon >= s->rows[AREAS].n)
        return;
    bool coast = level == LEVEL_COAST, ring = (about & 7) == 4;
    if (!q.is_covered && (coast ? ring : s->rows[AREAS].four[polygon] < FAR_LAKE_KM2))
        return;
    bool ends_only = coast && !q.is_covered;
    struct xy *at = ARENA_ARRAY(&s->arena, struct xy, ends_only ? 2 : n);
    must(at);
    for (uint32_t i = 0; i < n; i++)
        at[ends_only ? i != 0 : i] = place_of(s, q, first + (int32_t)i);
    s->pieces[s->n_pieces++] = (struct mesh_line){at, ends_only ? 2 : n, (uint64_t)polygon << 3 | level};
}

static bool take_pieces(struct shores *s, const char *path, struct err *err)
{
    const struct ground_numbers *r = s->rows;
    s->side_minutes = r[SIDE].four[0];
    s->n_west_east = r[N_WEST_EAST].four[0];
    if (s->side_minutes < 1 || s->side_minutes > SQUARE_MAX_MINUTES || s->n_west_east != 360 * 60 / s->side_minutes ||
        r[N_PIECES].n != r[FIRST_PIECE].n || r[FIRST_POINT].n != r[ABOUT].n || r[POLYGON].n != r[ABOUT].n || r[NORTH].n != r[EAST].n)
        return err_set(err, ERR_INVALID, "%s: its squares are not those of GSHHG", path);
    s->pieces = base_alloc(r[ABOUT].n + 1, sizeof *s->pieces);
    for (size_t i = 0; i < r[FIRST_PIECE].n; i++) {
        struct square q = square_at(s, i);
        int64_t first = r[FIRST_PIECE].four[i], end = first + (uint16_t)r[N_PIECES].two[i];
        if (first < 0 || end > (int64_t)r[ABOUT].n)
            return err_set(err, ERR_INVALID, "%s: damaged", path);
        for (int64_t piece = first; piece < end && s->n_pieces < r[ABOUT].n; piece++)
            take_piece(s, q, (int32_t)piece);
    }
    return !ground_is_stopped(s->world->ground, err);
}

static bool is_ring(const struct mesh_line *l)
{
    return l->n > 3 && l->at[0].x == l->at[l->n - 1].x && l->at[0].y == l->at[l->n - 1].y;
}

static bool holds(struct rect b, struct xy at)
{
    return at.x >= b.x0 && at.x <= b.x1 && at.y >= b.y0 && at.y <= b.y1;
}

static void add_lake(struct world *w, const struct shape *lake, const struct shape *islands, size_t n_islands, struct arena *a)
{
    struct rect bounds = shape_bounds(lake);
    size_t points = lake->n, parts = 1;
    for (size_t i = 0; i < n_islands; i++)
        if (holds(bounds, islands[i].at[0])) {
            points += islands[i].n;
            parts++;
        }
    struct shape s = ring_room(a, points, parts);
    for (size_t i = 0; i <= n_islands; i++) {
        const struct shape *ring = i ? &islands[i - 1] : lake;
        if (i && !(holds(bounds, ring->at[0]) && shape_has(lake, ring->at[0])))
            continue;
        memcpy(s.at + s.n, ring->at, ring->n * sizeof *ring->at);
        ring_orient(s.at + s.n, ring->n, i > 0);
        s.n += ring->n;
        s.end[s.n_parts++] = s.n;
    }
    struct ground_feature *f = ground_add(w->ground, GROUND_WATER_POLYGONS, &s, 2, w->max_zoom);
    ground_text(w->ground, f, "kind", S("water"));
}

static void add_shores(struct shores *s, const struct mesh_line *lines, size_t n)
{
    struct shape *list[2] = {base_alloc(n + 1, sizeof *list[0]), base_alloc(n + 1, sizeof *list[1])};
    size_t n_list[2] = {0};
    for (size_t i = 0; i < n; i++) {
        if (!is_ring(&lines[i]))
            continue;
        struct shape ring = ring_room(&s->arena, lines[i].n + 2, 1);
        memcpy(ring.at, lines[i].at, (lines[i].n - 1) * sizeof *ring.at);
        ring.n = lines[i].n - 1;
        ring_unroll(&ring, 0);
        ring_orient(ring.at, ring.n, false);
        ring.end[ring.n_parts++] = ring.n;
        int level = (int)(lines[i].key & 7);
        if (level != LEVEL_COAST)
            list[level - LEVEL_LAKE][n_list[level - LEVEL_LAKE]++] = ring;
        else if (s->world->max_zoom > COVER_ALL_ZOOM)
            world_ring(s->world->ground, GROUND_LANDMASS, &ring, COVER_ALL_ZOOM + 1, s->world->max_zoom);
    }
    for (size_t i = 0; i < n_list[0]; i++)
        add_lake(s->world, &list[0][i], list[1], n_list[1], &s->arena);
    free(list[0]);
    free(list[1]);
}

bool world_read_shores(struct world *w, bool *found, struct err *err)
{
    static const struct ground_numbers rows[ROWS] = {
        [SIDE] = {.name = "Bin_size_in_minutes", .bytes = 4},
        [N_WEST_EAST] = {.name = "N_bins_in_360_longitude_range", .bytes = 4},
        [AREAS] = {.name = "The_km_squared_area_of_polygons", .bytes = 4},
        [FIRST_PIECE] = {.name = "Id_of_first_segment_in_a_bin", .bytes = 4},
        [N_PIECES] = {.name = "N_segments_in_a_bin", .bytes = 2},
        [ABOUT] = {.name = "Embedded_npts_levels_exit_entry_for_a_segment", .bytes = 4},
        [FIRST_POINT] = {.name = "Id_of_first_point_in_a_segment", .bytes = 4},
        [POLYGON] = {.name = "Id_of_GSHHS_ID", .bytes = 4},
        [EAST] = {.name = "Relative_longitude_from_SW_corner_of_bin", .bytes = 2},
        [NORTH] = {.name = "Relative_latitude_from_SW_corner_of_bin", .bytes = 2},
    };
    char path[PACKAGED_PATH_BYTES];
    *found = world_file(w, SHORES, path);
    if (!*found) {
        world_lacks("binned_GSHHS_f.nc (of the Debian package gmt-gshhg-full)", "fine coasts and lakes");
        return true;
    }
    AUTO(shores) s = {.world = w};
    memcpy(s.rows, rows, sizeof rows);
    arena_init(&s.arena, WORLD_MAX_BYTES);
    if (!gdal_ground_netcdf(path, s.rows, ROWS, err) || !take_pieces(&s, path, err))
        return false;
    struct mesh_line *joined = base_alloc(s.n_pieces + 1, sizeof *joined);
    add_shores(&s, joined, lines_join(s.pieces, s.n_pieces, joined, &s.arena));
    free(joined);
    world_credit(w, "<a href=\"https://www.soest.hawaii.edu/pwessel/gshhg/\">GSHHG</a>");
    return true;
}
