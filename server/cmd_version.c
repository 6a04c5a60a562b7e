/* contrechamp --version: the program's version and those of the libraries it runs with. The one file that knows them all. */
#include "server/command.h"

#include <cairo.h>
#include <gdal.h>
#include <jansson.h>
#include <libdeflate.h>
#include <librsvg/rsvg.h>
#include <microhttpd.h>
#include <pango/pango.h>
#include <png.h>
#include <sodium.h>
#include <sqlite3.h> /* before spatialite.h, which needs it */
#include <spatialite.h>
#include <stdio.h>
#include <webp/encode.h>

int cmd_version(struct invocation *inv)
{
    (void)inv;
    int webp = WebPGetEncoderVersion();
    printf("contrechamp %s\n", CONTRECHAMP_VERSION);
    printf("SQLite %s\nSpatiaLite %s\nGDAL %s\n", sqlite3_libversion(), spatialite_version(), GDALVersionInfo("RELEASE_NAME"));
    printf("Cairo %s\nPango %s\nlibrsvg %u.%u.%u\n", cairo_version_string(), pango_version_string(), rsvg_major_version,
        rsvg_minor_version, rsvg_micro_version);
    printf("libmicrohttpd %s\njansson %s\nlibsodium %s\n", MHD_get_version(), JANSSON_VERSION, sodium_version_string());
    printf("libpng %s\nlibwebp %d.%d.%d\nlibdeflate %s\n", png_get_libpng_ver(NULL), webp >> 16, webp >> 8 & 255, webp & 255,
        LIBDEFLATE_VERSION_STRING);
    return EXIT_DONE;
}
