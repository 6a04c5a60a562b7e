/*
 * The OSM driver is given a configuration of our own, from memory, so that no file of the machine changes what is read.
 */
#include "data/gdal_ground.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_vsi.h>
#include <fcntl.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <string.h>
#include <unistd.h>

#include "data/base/embed.h"
#include "data/geo/wkb.h"

EMBED(starter_osmconf_ground, "data/starter/osmconf_ground.ini")

static const char CONFIG[] = "/vsimem/osmconf_ground.ini";
static const size_t ROW_MAX_BYTES = (size_t)1 << 30; /* of one geometry, with what reading it takes */
enum { FIELDS_MAX = 64, NUMBERS_MAX = 64 << 20 };

struct opened {
    GDALDatasetH at;
};

static void opened_done(struct opened *o)
{
    if (o->at)
        GDALClose(o->at);
    VSIUnlink(CONFIG);
    CPLPopErrorHandler();
}

struct str ground_get(const struct ground_row *row, struct str key)
{
    for (size_t i = 0; i < row->n_fields; i++)
        if (str_eq(row->fields[i].key, key))
            return row->fields[i].value;
    return (struct str){"", 0};
}

static bool is_there(const char *path, bool *gzip, bool *pbf, struct err *err)
{
    unsigned char magic[2] = {0xFF};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, "cannot read %s", path);
    *gzip = read(fd, magic, 2) == 2 && magic[0] == 0x1F && magic[1] == 0x8B;
    *pbf = magic[0] == 0; /* of the length of the first header, which is short */
    close(fd);
    return true;
}

static bool open_with(struct opened *o, const char *path, const char *driver, const char *config, struct err *err)
{
    CPLPushErrorHandler(CPLQuietErrorHandler);
    GDALAllRegister();
    CPLErrorReset();
    const char *const drivers[] = {driver, NULL};
    const char *const options[] = {config, NULL};
    o->at = GDALOpenEx(path, GDAL_OF_VECTOR | GDAL_OF_READONLY, drivers, options, NULL);
    if (o->at)
        return true;
    const char *why = CPLGetLastErrorMsg();
    return err_set(err, ERR_INVALID, "%s is not a file of the kind %s that can be read%s%s", path, driver, *why ? ": " : "", why);
}

static size_t take_fields(OGRFeatureH feature, struct ground_field *out)
{
    OGRFeatureDefnH about = OGR_F_GetDefnRef(feature);
    size_t n = 0;
    int count = OGR_FD_GetFieldCount(about);
    for (int i = 0; i < count && n < FIELDS_MAX; i++) {
        if (!OGR_F_IsFieldSetAndNotNull(feature, i))
            continue;
        const char *value = OGR_F_GetFieldAsString(feature, i);
        if (!*value || !str_is_utf8(str_of(value)))
            continue;
        out[n++] = (struct ground_field){str_of(OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(about, i))), str_of(value)};
    }
    return n;
}

/* A geometry that our reader refuses (mixed kinds) is left out: it is one of millions and not the operator's fault. */
static bool read_geometry(OGRGeometryH g, struct buf *wkb, struct arena *a, struct shape *out)
{
    struct err ignored;
    OGR_G_FlattenTo2D(g);
    int n = OGR_G_WkbSize(g);
    buf_clear(wkb);
    if (n <= 0 || OGR_G_ExportToWkb(g, wkbNDR, (unsigned char *)buf_room(wkb, (size_t)n)) != OGRERR_NONE)
        return false;
    wkb->len = (size_t)n;
    return wkb_read(buf_str(wkb), a, out, &ignored) && out->n;
}

static bool hand_on(OGRFeatureH feature, OGRLayerH layer, struct buf *wkb, struct arena *a, ground_row_fn *fn, void *ctx,
    struct err *err)
{
    struct ground_field fields[FIELDS_MAX];
    struct ground_row row = {.layer = str_of(OGR_L_GetName(layer)), .fields = fields};
    OGRGeometryH g = OGR_F_GetGeometryRef(feature);
    row.n_fields = take_fields(feature, fields);
    if (!g || !row.n_fields || !read_geometry(g, wkb, a, &row.shape))
        return true;
    return fn(ctx, &row, err);
}

static bool each_row(const char *path, GDALDatasetH set, OGRLayerH only, ground_row_fn *fn, void *ctx, struct err *err)
{
    AUTO(buf) wkb = {0};
    AUTO(arena) a;
    arena_init(&a, ROW_MAX_BYTES);
    CPLErrorReset();
    for (bool ok = true; ok;) {
        OGRLayerH layer = only;
        OGRFeatureH feature = only ? OGR_L_GetNextFeature(only) : GDALDatasetGetNextFeature(set, &layer, NULL, NULL, NULL);
        if (!feature)
            break;
        ok = hand_on(feature, layer, &wkb, &a, fn, ctx, err);
        OGR_F_Destroy(feature);
        arena_reset(&a);
        if (!ok)
            return false;
    }
    /* One odd geometry is a failure to GDAL too; only bytes that cannot be read on are one to us. */
    if (CPLGetLastErrorType() == CE_Failure && str_has(str_of(CPLGetLastErrorMsg()), S("arsing")))
        return err_set(err, ERR_INVALID, "%s: %s", path, CPLGetLastErrorMsg());
    return true;
}

/* A closed way of coast that is part of a boundary too is given for the boundary alone, unless it
 * is asked for: islands. */
static bool each_island(
    const char *path, const char *name, ground_row_fn *fn, void *ctx, struct err *err)
{
    AUTO(opened) o = {0};
    if (!open_with(&o, name, "OSM", "CONFIG_FILE=/vsimem/osmconf_ground.ini", err))
        return false;
    OGRLayerH areas = GDALDatasetGetLayerByName(o.at, "multipolygons");
    return !areas || OGR_L_SetAttributeFilter(areas, "natural = 'coastline'") != OGRERR_NONE ||
           each_row(path, o.at, areas, fn, ctx, err);
}

static bool each_osm_row(const char *path, const char *name, struct box *extent, bool *has_extent,
    ground_row_fn *fn, void *ctx, struct err *err)
{
    AUTO(opened) o = {0};
    if (!open_with(&o, name, "OSM", "CONFIG_FILE=/vsimem/osmconf_ground.ini", err))
        return false;
    OGREnvelope box;
    OGRLayerH first = GDALDatasetGetLayer(o.at, 0);
    *has_extent = first && OGR_L_GetExtent(first, &box, FALSE) == OGRERR_NONE && box.MinX < box.MaxX && box.MinY < box.MaxY;
    if (*has_extent)
        *extent = (struct box){box.MinX, box.MinY, box.MaxX, box.MaxY};
    return each_row(path, o.at, NULL, fn, ctx, err);
}

static void put_config(void)
{
    struct str config = starter_osmconf_ground();
    VSIFCloseL(VSIFileFromMemBuffer(CONFIG, (GByte *)config.at, config.len, FALSE));
}

bool gdal_ground_osm(const char *path, struct box *extent, bool *has_extent, ground_row_fn *fn,
    void *ctx, struct err *err)
{
    bool gzip, pbf;
    AUTO(buf) name = {0};
    if (!is_there(path, &gzip, &pbf, err))
        return false;
    buf_fmt(&name, "%s%s", gzip ? "/vsigzip/" : "", path);
    put_config();
    if (!each_osm_row(path, name.at, extent, has_extent, fn, ctx, err))
        return false;
    put_config();
    return pbf || each_island(path, name.at, fn, ctx, err);
}

bool gdal_ground_gpkg(const char *path, const char *layer, ground_row_fn *fn, void *ctx, struct err *err)
{
    bool gzip, pbf;
    if (!is_there(path, &gzip, &pbf, err))
        return false;
    AUTO(opened) o = {0};
    if (!open_with(&o, path, "GPKG", NULL, err))
        return false;
    OGRLayerH at = GDALDatasetGetLayerByName(o.at, layer);
    if (!at)
        return err_set(err, ERR_INVALID, "%s has no layer %s", path, layer);
    return each_row(path, o.at, at, fn, ctx, err);
}

static bool read_numbers(GDALGroupH root, struct ground_numbers *row)
{
    GDALMDArrayH array = GDALGroupOpenMDArray(root, row->name, NULL);
    if (!array)
        return false;
    size_t n_dimensions = GDALMDArrayGetDimensionCount(array);
    GUInt64 n = GDALMDArrayGetTotalElementsCount(array), begin = 0;
    bool ok = n_dimensions == 1 && n > 0 && n <= NUMBERS_MAX;
    if (ok) {
        size_t count = (size_t)n;
        GDALExtendedDataTypeH type = GDALExtendedDataTypeCreate(row->bytes == 2 ? GDT_Int16 : GDT_Int32);
        row->n = count;
        row->any = base_alloc(count, (size_t)row->bytes);
        ok = GDALMDArrayRead(array, &begin, &count, NULL, NULL, type, row->any, row->any, count * (size_t)row->bytes);
        GDALExtendedDataTypeRelease(type);
    }
    GDALMDArrayRelease(array);
    return ok;
}

bool gdal_ground_netcdf(const char *path, struct ground_numbers *rows, size_t n_rows, struct err *err)
{
    static const char *const drivers[] = {"netCDF", NULL};
    CPLPushErrorHandler(CPLQuietErrorHandler);
    GDALAllRegister();
    GDALDatasetH set = GDALOpenEx(path, GDAL_OF_MULTIDIM_RASTER | GDAL_OF_READONLY, drivers, NULL, NULL);
    GDALGroupH root = set ? GDALDatasetGetRootGroup(set) : NULL;
    bool ok = root || err_set(err, ERR_INVALID, "%s is not a netCDF file that can be read", path);
    for (size_t i = 0; ok && i < n_rows; i++)
        ok = read_numbers(root, &rows[i]) || err_set(err, ERR_INVALID, "%s has no numbers %s", path, rows[i].name);
    if (root)
        GDALGroupRelease(root);
    if (set)
        GDALClose(set);
    CPLPopErrorHandler();
    return ok;
}
