#include "data/gdal_write.h"

#include <gdal.h>
#include <cpl_conv.h>
#include <cpl_string.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <stdio.h>
#include <string.h>

struct gdal_out {
    GDALDatasetH data;
    OGRLayerH layer;
    bool gpx;
    bool needs_place;  /* GPX and FlatGeobuf have no rows without one */
    size_t n;
    int *field;        /* of each column; -1: not taken by the format */
    enum gdal_out_kind *kind;
    char last_error[300];
};

static void CPL_STDCALL keep_error(CPLErr class, CPLErrorNum number, const char *text)
{
    struct gdal_out *o = CPLGetErrorHandlerUserData();
    (void)number;
    if (class >= CE_Failure && o)
        snprintf(o->last_error, sizeof o->last_error, "%s", text);
}

static bool failed(struct gdal_out *o, const char *what, struct err *err)
{
    return err_set(err, ERR_IO, "%s: %s", what, *o->last_error ? o->last_error : "GDAL gives no reason");
}

/* GPX has a name and a description of its own; the rest are extensions. */
static const char *name_in(const struct gdal_out *o, const char *column)
{
    return o->gpx && strcmp(column, "title") == 0 ? "name" : o->gpx && strcmp(column, "summary_fr") == 0 ? "desc" : column;
}

static bool add_fields(struct gdal_out *o, const struct gdal_out_column *columns, size_t n, struct err *err)
{
    static const OGRFieldType TYPES[] = {OFTString, OFTInteger64, OFTReal};
    o->n = n;
    o->field = base_alloc(n, sizeof *o->field);
    o->kind = base_alloc(n, sizeof *o->kind);
    for (size_t i = 0; i < n; i++) {
        const char *name = name_in(o, columns[i].name);
        OGRFieldDefnH f = OGR_Fld_Create(name, TYPES[columns[i].kind]);
        bool ok = OGR_FD_GetFieldIndex(OGR_L_GetLayerDefn(o->layer), name) >= 0 || OGR_L_CreateField(o->layer, f, TRUE) == OGRERR_NONE;
        OGR_Fld_Destroy(f);
        if (!ok)
            return failed(o, name, err);
        o->field[i] = OGR_FD_GetFieldIndex(OGR_L_GetLayerDefn(o->layer), name);
        o->kind[i] = columns[i].kind;
    }
    return true;
}

static bool open_layer(struct gdal_out *o, const char *driver, const char *path, struct err *err)
{
    bool gpx = strcmp(driver, "GPX") == 0;
    GDALDriverH d = GDALGetDriverByName(driver);
    char **options = gpx ? CSLSetNameValue(NULL, "GPX_USE_EXTENSIONS", "YES") : NULL;
    if (strcmp(driver, "KML") == 0)
        options = CSLSetNameValue(CSLSetNameValue(NULL, "NameField", "title"), "DescriptionField", "summary_fr");
    o->gpx = gpx;
    o->needs_place = gpx || strcmp(driver, "FlatGeobuf") == 0;
    if (!d)
        return err_set(err, ERR_INTERNAL, "this GDAL has no driver for %s", driver);
    o->data = GDALCreate(d, path, 0, 0, 0, GDT_Unknown, options);
    CSLDestroy(options);
    if (!o->data)
        return failed(o, path, err);
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
    OSRImportFromEPSG(srs, 4326);
    OSRSetAxisMappingStrategy(srs, OAMS_TRADITIONAL_GIS_ORDER);
    o->layer = GDALDatasetCreateLayer(o->data, gpx ? "waypoints" : "deployments", srs, wkbPoint, NULL);
    OSRRelease(srs);
    return o->layer || failed(o, path, err);
}

static void gdal_out_free(struct gdal_out *o)
{
    if (o->data)
        GDALClose(o->data);
    CPLPopErrorHandler();
    free(o->field);
    free(o->kind);
    free(o);
}

bool gdal_out_open(struct gdal_out **out, const char *driver, const char *path, const struct gdal_out_column *columns, size_t n, struct err *err)
{
    struct gdal_out *o = base_alloc(1, sizeof *o);
    CPLPushErrorHandlerEx(keep_error, o);
    GDALAllRegister();
    if (!open_layer(o, driver, path, err) || !add_fields(o, columns, n, err)) {
        gdal_out_free(o);
        return false;
    }
    if (OGR_L_TestCapability(o->layer, OLCTransactions) && OGR_L_StartTransaction(o->layer) != OGRERR_NONE) {
        failed(o, path, err);
        gdal_out_free(o);
        return false;
    }
    *out = o;
    return true;
}

static void set_text(OGRFeatureH f, int field, struct str s)
{
    AUTO_FREE char *text = base_alloc(s.len + 1, 1);
    if (s.len)
        memcpy(text, s.at, s.len);
    OGR_F_SetFieldString(f, field, text);
}

bool gdal_out_row(struct gdal_out *o, const struct lonlat *at, const struct gdal_out_value *values, struct err *err)
{
    if (!at && o->needs_place)
        return true;
    OGRFeatureH f = OGR_F_Create(OGR_L_GetLayerDefn(o->layer));
    for (size_t i = 0; i < o->n; i++) {
        if (!values[i].is_set || o->field[i] < 0)
            continue;
        if (o->kind[i] == GDAL_OUT_TEXT)
            set_text(f, o->field[i], values[i].text);
        else if (o->kind[i] == GDAL_OUT_INTEGER)
            OGR_F_SetFieldInteger64(f, o->field[i], (GIntBig)values[i].number);
        else
            OGR_F_SetFieldDouble(f, o->field[i], values[i].number);
    }
    if (at) {
        OGRGeometryH g = OGR_G_CreateGeometry(wkbPoint);
        OGR_G_SetPoint_2D(g, 0, at->lon, at->lat);
        OGR_F_SetGeometryDirectly(f, g);
    }
    bool ok = OGR_L_CreateFeature(o->layer, f) == OGRERR_NONE;
    OGR_F_Destroy(f);
    return ok || failed(o, "a record", err);
}

bool gdal_out_close(struct gdal_out *o, struct err *err)
{
    bool ok = !OGR_L_TestCapability(o->layer, OLCTransactions) || OGR_L_CommitTransaction(o->layer) == OGRERR_NONE;
    *o->last_error = '\0';
    GDALClose(o->data);
    o->data = NULL;
    if (!ok || *o->last_error)
        ok = failed(o, "finishing the file", err);
    gdal_out_free(o);
    return ok;
}
