/* What GDAL reads: one driver, and a GeoPackage only after plain SQLite has looked at it. A part of the import child. */
#include "data/gdal_worker.h"

#include <cpl_conv.h>
#include <gdal.h>
#include <ogr_api.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "data/base/limits.h"
#include "data/columns.h"
#include "data/csv.h"
#include "data/geo/wkb.h"

static struct worker *talking; /* GDAL's error callback has no other way to us */

static void CPL_STDCALL keep_error(CPLErr class, CPLErrorNum number, const char *text)
{
    (void)number;
    if (class >= CE_Failure && talking)
        snprintf(talking->last_gdal_error, sizeof talking->last_gdal_error, "%s", text);
}

void worker_keep_errors(struct worker *w)
{
    talking = w;
    CPLSetErrorHandler(keep_error);
}

static void put_ogr_field(struct json_writer *j, OGRFeatureH f, OGRFieldDefnH defn, int i)
{
    int y, m, d, hour, minute, zone;
    float second;
    AUTO(buf) text = {0};
    switch (OGR_Fld_GetType(defn)) {
    case OFTInteger:
    case OFTInteger64:
        if (OGR_Fld_GetSubType(defn) == OFSTBoolean)
            json_put_bool(j, OGR_F_GetFieldAsInteger(f, i));
        else
            json_put_int(j, OGR_F_GetFieldAsInteger64(f, i));
        return;
    case OFTReal:
        json_put_number(j, OGR_F_GetFieldAsDouble(f, i));
        return;
    case OFTDate:
    case OFTDateTime:
        if (OGR_F_GetFieldAsDateTimeEx(f, i, &y, &m, &d, &hour, &minute, &second, &zone)) {
            buf_fmt(&text, "%04d-%02d-%02d", y, m, d);
            json_put_str(j, buf_str(&text));
            return;
        }
        json_put_null(j);
        return;
    case OFTBinary:
        json_put_null(j);
        return;
    default:
        worker_put_text(j, str_of(OGR_F_GetFieldAsString(f, i)));
    }
}

static bool shape_of_ogr(struct worker *w, OGRGeometryH g, struct shape *out, const char **why)
{
    struct err err = {0};
    AUTO(buf) bytes = {0};
    OGRGeometryH flat = OGR_G_ForceTo(OGR_G_Clone(g), OGR_GT_GetLinear(OGR_GT_Flatten(OGR_G_GetGeometryType(g))), NULL);
    if (!flat)
        return *why = "geometry: it cannot be read", false;
    size_t size = (size_t)OGR_G_WkbSize(flat);
    bool ok = size < (64u << 20) && OGR_G_ExportToWkb(flat, wkbNDR, (unsigned char *)buf_room(&bytes, size)) == OGRERR_NONE;
    bytes.len = ok ? size : 0;
    OGR_G_DestroyGeometry(flat);
    if (!ok || !wkb_read(buf_str(&bytes), &w->arena, out, &err))
        return *why = "geometry: it is not a point, line or polygon that can be read", false;
    if (!worker_project_shape(w, out))
        return *why = "geometry: it lies outside what its projection can express", false;
    return true;
}

static bool put_ogr_feature(struct worker *w, OGRFeatureH f, uint64_t number, struct str layer, struct err *err)
{
    struct json_writer j = worker_row_begin(w, number, layer);
    OGRFeatureDefnH defn = OGR_F_GetDefnRef(f);
    for (int i = 0; i < OGR_FD_GetFieldCount(defn); i++) {
        if (!OGR_F_IsFieldSetAndNotNull(f, i))
            continue;
        OGRFieldDefnH field = OGR_FD_GetFieldDefn(defn, i);
        worker_put_key(&j, str_of(OGR_Fld_GetNameRef(field)));
        put_ogr_field(&j, f, field, i);
    }
    OGRGeometryH g = OGR_F_GetGeometryRef(f);
    struct shape shape = {0};
    const char *why = NULL;
    bool placed = g && !OGR_G_IsEmpty(g) && shape_of_ogr(w, g, &shape, &why);
    return worker_row_end(w, &j, placed ? &shape : NULL, why, err);
}

static bool read_layer(struct worker *w, OGRLayerH layer, struct err *err)
{
    struct str name = str_of(OGR_L_GetName(layer));
    OGRFeatureH f;
    uint64_t number = 0;
    int fields = OGR_FD_GetFieldCount(OGR_L_GetLayerDefn(layer));
    if (w->upload && fields > IMPORT_PROPERTIES_MAX)
        return err_set(err, ERR_TOO_BIG, "layer %.*s has %d columns, more than %d", STR_ARG(str_slice(name, 0, 60)), fields, IMPORT_PROPERTIES_MAX);
    if (!worker_project_from(w, OGR_L_GetSpatialRef(layer), err))
        return false;
    OGR_L_ResetReading(layer);
    while ((f = OGR_L_GetNextFeature(layer))) {
        bool ok = put_ogr_feature(w, f, ++number, name, err);
        OGR_F_Destroy(f);
        if (!ok)
            return false;
    }
    return true;
}

static bool layer_has_place(OGRLayerH layer)
{
    struct str names[CSV_COLUMNS_MAX];
    OGRFeatureDefnH defn = OGR_L_GetLayerDefn(layer);
    size_t n = (size_t)MIN(OGR_FD_GetFieldCount(defn), CSV_COLUMNS_MAX);
    for (size_t i = 0; i < n; i++)
        names[i] = str_of(OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(defn, (int)i)));
    return columns_hold_position(names, n);
}

/* Of a workbook: the sheet that was named, or the only one that has positions. */
static bool read_workbook(struct worker *w, GDALDatasetH data, struct err *err)
{
    AUTO(buf) names = {0};
    OGRLayerH chosen = NULL;
    int placed = 0, n = GDALDatasetGetLayerCount(data);
    for (int i = 0; i < n; i++) {
        OGRLayerH layer = GDALDatasetGetLayer(data, i);
        bool has = layer_has_place(layer);
        buf_fmt(&names, "%s%s", i ? ", " : "", OGR_L_GetName(layer));
        placed += has;
        if (has || n == 1)
            chosen = layer;
    }
    if (placed > 1)
        return err_set(err, ERR_INVALID, "several sheets hold positions (%s); name one: --mapping with {\"layer\": \"…\"}", names.at);
    if (!chosen)
        return err_set(err, ERR_INVALID, "no sheet has columns with positions (%s); name sheet and columns with --mapping", names.at ? names.at : "none");
    return read_layer(w, chosen, err);
}

/* OSM gives nodes before ways before relations, so its layers are read together. */
static bool read_osm(struct worker *w, GDALDatasetH data, struct err *err)
{
    OGRLayerH layer;
    OGRFeatureH f;
    for (int i = 0; i < GDALDatasetGetLayerCount(data); i++)
        OGR_L_SetAttributeFilter(GDALDatasetGetLayer(data, i), "man_made = 'surveillance' OR \"disused:man_made\" = 'surveillance' OR "
            "\"removed:man_made\" = 'surveillance' OR \"razed:man_made\" = 'surveillance' OR \"was:man_made\" = 'surveillance'");
    while ((f = GDALDatasetGetNextFeature(data, &layer, NULL, NULL, NULL))) {
        bool ok = put_ogr_feature(w, f, w->rows + 1, str_of(OGR_L_GetName(layer)), err);
        OGR_F_Destroy(f);
        if (!ok)
            return false;
    }
    return true;
}

static void keep_only(const char *driver)
{
    if (GDALGetDriverCount())
        return; /* a second Shapefile of one archive */
    GDALAllRegister();
    for (int i = GDALGetDriverCount(); i-- > 0;) {
        GDALDriverH d = GDALGetDriver(i);
        if (strcmp(GDALGetDescription(d), driver) != 0)
            GDALDeregisterDriver(d);
    }
}

bool worker_read_ogr(struct worker *w, const char *path, struct reader r, struct err *err)
{
    const char *const drivers[] = {r.driver, NULL};
    keep_only(r.driver);
    worker_put_format(w, r.format);
    GDALDatasetH data = GDALOpenEx(path, GDAL_OF_VECTOR | GDAL_OF_READONLY, drivers, NULL, NULL);
    if (!data)
        return err_set(err, ERR_INVALID, "it looks like %s but cannot be read as such: %s", r.format,
            *w->last_gdal_error && !strstr(w->last_gdal_error, w->scratch) ? w->last_gdal_error : "it is damaged");
    bool ok = true;
    bool book = strcmp(r.format, "ods") == 0 || strcmp(r.format, "xlsx") == 0;
    if (w->layer) {
        OGRLayerH layer = GDALDatasetGetLayerByName(data, w->layer);
        ok = layer ? read_layer(w, layer, err) : err_set(err, ERR_INVALID, "there is no layer %s in it", w->layer);
    } else if (book)
        ok = read_workbook(w, data, err);
    else if (strcmp(r.driver, "OSM") == 0)
        ok = read_osm(w, data, err);
    else
        for (int i = 0; ok && i < GDALDatasetGetLayerCount(data); i++) {
            OGRLayerH layer = GDALDatasetGetLayer(data, i);
            /* Tracks and routes tell where a person went. */
            if (strcmp(r.driver, "GPX") != 0 || strcmp(OGR_L_GetName(layer), "waypoints") == 0)
                ok = read_layer(w, layer, err);
        }
    if (ok && *w->last_gdal_error && (strstr(w->last_gdal_error, "parsing") || strstr(w->last_gdal_error, "orrupt") || strstr(w->last_gdal_error, "Cannot read")))
        ok = err_set(err, ERR_INVALID, "it breaks off in the middle: %s", w->last_gdal_error);
    GDALClose(data);
    worker_stop_projecting(w);
    return ok;
}

/* ---- GeoPackage: looked at by plain SQLite before GDAL may open it ---- */

/* What the standard itself defines as views or triggers has names that begin so (OGC 12-128r18, annex D and F). */
static bool schema_is_standard(const char *type, const char *name, const char *sql)
{
    if (strcmp(type, "view") == 0)
        return false;
    if (sql && strncasecmp(sql, "CREATE VIRTUAL", 14) == 0)
        return strcasestr(sql, "USING rtree") != NULL;
    if (strcmp(type, "trigger") == 0)
        return strncmp(name, "rtree_", 6) == 0 || strncmp(name, "gpkg_", 5) == 0 || strncmp(name, "trigger_insert_feature_count_", 29) == 0 ||
            strncmp(name, "trigger_delete_feature_count_", 29) == 0 || strncmp(name, "fid_", 4) == 0;
    return true;
}

static bool check_schema(sqlite3 *db, struct err *err)
{
    sqlite3_stmt *q = NULL;
    bool ok = sqlite3_prepare_v2(db, "SELECT type, name, sql FROM sqlite_master", -1, &q, NULL) == SQLITE_OK;
    if (!ok)
        err_set(err, ERR_INVALID, "this GeoPackage is damaged");
    while (ok && sqlite3_step(q) == SQLITE_ROW) {
        const char *type = (const char *)sqlite3_column_text(q, 0), *name = (const char *)sqlite3_column_text(q, 1);
        if (!type || !name || !schema_is_standard(type, name, (const char *)sqlite3_column_text(q, 2)))
            ok = err_set(err, ERR_INVALID, "this GeoPackage holds a %s that is not of the standard (%s); save its layers as a new file",
                type ? type : "thing", name ? name : "");
    }
    sqlite3_finalize(q);
    return ok;
}

bool worker_check_geopackage(const char *path, struct str head, struct err *err)
{
    char uri[600];
    sqlite3 *db = NULL;
    sqlite3_stmt *q = NULL;
    struct str id = str_slice(head, 68, 72);
    if (!str_eq(id, S("GPKG")) && !str_eq(id, S("GP10")) && !str_eq(id, S("GP11")))
        return err_set(err, ERR_INVALID, "this SQLite file is not a GeoPackage");
    snprintf(uri, sizeof uri, "file:%s?mode=ro&immutable=1", path);
    bool ok = sqlite3_open_v2(uri, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) == SQLITE_OK;
    if (ok) {
        sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        sqlite3_exec(db, "PRAGMA cell_size_check=ON", NULL, NULL, NULL);
        ok = check_schema(db, err);
    } else {
        err_set(err, ERR_INVALID, "this GeoPackage is damaged");
    }
    if (ok) {
        ok = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW &&
            strcmp((const char *)sqlite3_column_text(q, 0), "ok") == 0;
        sqlite3_finalize(q);
        if (!ok)
            err_set(err, ERR_INVALID, "this GeoPackage is damaged");
    }
    sqlite3_close(db);
    return ok;
}
