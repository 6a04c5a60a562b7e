/*
 * The import child: shuts itself in, looks at what the file is, reads it with one reader and writes rows (gdal_row.h) to
 * file descriptor 3. JSON and tables are read by our own code, the rest by the one GDAL driver its content calls for. The
 * file is seen under a name of ours in the scratch folder (a symbolic link), never under the stranger's.
 */
#include "data/gdal_worker.h"

#include <errno.h>
#include <fcntl.h>
#include <gdal.h>
#include <cpl_conv.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <zlib.h>

#include "data/base/embed.h"
#include "data/base/limits.h"
#include "data/file_day.h"
#include "data/gdal_row.h"
#include "data/sandbox.h"
#include "data/sniff.h"

EMBED(osm_config, "data/starter/osmconf.ini")

/* ---- from what it is to who reads it ---- */

enum { KMZ_MAX_BYTES = 64 << 20 };
static bool read_file(struct worker *w, const char *real, int unpacked, struct err *err);

struct mapped {
    struct str text;
};
static void mapped_done(struct mapped *m)
{
    if (m->text.len)
        munmap((void *)(uintptr_t)m->text.at, m->text.len);
}

static bool map_file(const char *path, struct mapped *out, struct err *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        if (fd >= 0)
            close(fd);
        return err_errno(err, "it cannot be opened");
    }
    void *at = st.st_size ? mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
    close(fd);
    if (!st.st_size)
        return err_set(err, ERR_INVALID, "it is empty");
    if (at == MAP_FAILED)
        return err_errno(err, "it cannot be read");
    out->text = str_from(at, (size_t)st.st_size);
    return true;
}

static bool alias(struct worker *w, const char *target, const char *extension, char path[512], struct err *err)
{
    snprintf(path, 512, "%s/in.%s", w->scratch, extension);
    unlink(path);
    return symlink(target, path) == 0 || err_errno(err, "scratch folder");
}

static bool gunzip_to(const char *from, const char *to, struct err *err)
{
    gzFile in = gzopen(from, "rbe");
    int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = in && out >= 0;
    if (!ok)
        err_errno(err, "unpacking");
    AUTO(buf) block = {0};
    int n = 0;
    while (ok && (n = gzread(in, buf_room(&block, BLOCK_BYTES), BLOCK_BYTES)) > 0)
        if (write(out, block.at, (size_t)n) != n)
            ok = err_set(err, ERR_TOO_BIG, "it unpacks to more than there is room for");
    int code = 0;
    if (in && ok && (n < 0 || (gzerror(in, &code), code < 0)))
        ok = err_set(err, ERR_INVALID, "this gzip file is damaged or cut off");
    if (in)
        gzclose(in);
    if (out >= 0)
        close(out);
    return ok;
}

static bool name_has(struct str name, const char *suffix)
{
    struct str s = str_of(suffix);
    return name.len >= s.len && str_eq_nocase(str_slice(name, name.len - s.len, name.len), s);
}

/* The KML in a KMZ, unpacked beside; what else is in it (pictures) is left. */
static bool read_kmz(struct worker *w, const char *real, const struct zip_entry *kml, int unpacked, struct err *err)
{
    char link[512], inner[1200], plain[512], block[16384];
    if (unpacked)
        return err_set(err, ERR_INVALID, "it is packed twice");
    if (kml->unpacked > KMZ_MAX_BYTES || str_has(kml->name, S("..")) || kml->name.len > 500)
        return err_set(err, ERR_TOO_BIG, "the KML in this KMZ has more than %u MB, or a name that leads elsewhere", KMZ_MAX_BYTES >> 20);
    if (!alias(w, real, "zip", link, err))
        return false;
    snprintf(inner, sizeof inner, "/vsizip/{%s}/%.*s", link, STR_ARG(kml->name));
    snprintf(plain, sizeof plain, "%s/plain.kml", w->scratch);
    VSILFILE *in = VSIFOpenL(inner, "rb");
    int out = open(plain, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = in && out >= 0;
    size_t n, all = 0;
    while (ok && (n = VSIFReadL(block, 1, sizeof block, in)) > 0)
        ok = (all += n) <= KMZ_MAX_BYTES && write(out, block, n) == (ssize_t)n;
    if (in)
        VSIFCloseL(in);
    if (out >= 0)
        close(out);
    return ok && all ? read_file(w, plain, unpacked + 1, err) : err_set(err, ERR_INVALID, "the KML in this KMZ cannot be unpacked");
}

static bool read_zip(struct worker *w, const char *real, struct str file, int unpacked, struct err *err)
{
    struct zip_list zip = {0};
    char link[512], inner[1200];
    static const uint64_t UPLOAD_MOST = 256u << 20, MOST = 8ull << 30;
    AUTO(arena) lists = {0}; /* that of rows is emptied with each row */
    arena_init(&lists, 1 << 20);
    if (!zip_read(file, &lists, &zip, err) || !zip_is_sane(&zip, w->upload ? UPLOAD_MOST : MOST, err))
        return false;
    const struct zip_entry *shapes = NULL, *kml = NULL;
    size_t n_shapes = 0;
    bool xlsx = false, ods = false;
    for (size_t i = 0; i < zip.n; i++) {
        struct str name = zip.entry[i].name;
        xlsx |= str_eq(name, S("xl/workbook.xml"));
        ods |= str_eq(name, S("content.xml"));
        if (name_has(name, ".kml") && (!kml || str_eq(name, S("doc.kml"))))
            kml = &zip.entry[i];
        if (name_has(name, ".shp") && !str_has(name, S("__MACOSX"))) {
            shapes = &zip.entry[i];
            n_shapes++;
        }
    }
    if (xlsx || ods) {
        if (!alias(w, real, xlsx ? "xlsx" : "ods", link, err))
            return false;
        return worker_read_ogr(w, link, xlsx ? (struct reader){"xlsx", "XLSX"} : (struct reader){"ods", "ODS"}, err);
    }
    if (!shapes && kml)
        return read_kmz(w, real, kml, unpacked, err);
    if (!shapes)
        return err_set(err, ERR_INVALID, "this zip file holds no Shapefile (.shp) and no KML; unpack it and import what is in it");
    if (!alias(w, real, "zip", link, err))
        return false;
    size_t n_read = 0;
    for (size_t i = 0; i < zip.n; i++) {
        struct str name = zip.entry[i].name;
        if (!name_has(name, ".shp") || str_has(name, S("__MACOSX")) || str_has(name, S("..")) || name.len > 500)
            continue;
        snprintf(inner, sizeof inner, "/vsizip/{%s}/%.*s", link, STR_ARG(name));
        n_read++;
        bool ok = worker_read_ogr(w, inner, (struct reader){"shapefile", "ESRI Shapefile"}, err);
        if (!ok)
            return n_shapes > 1 ? err_under(err, "%.*s", STR_ARG(str_slice(zip.entry[i].name, 0, 100))) : false;
    }
    return n_read || err_set(err, ERR_INVALID, "the Shapefile in this zip file has a name that leads elsewhere");
}

static bool read_shapefile(struct worker *w, const char *real, struct err *err)
{
    static const char *const SIDE[] = {"shp", "dbf", "shx", "prj", "cpg"};
    char from[4096], link[512], shp[512];
    size_t stem = strlen(real);
    if (stem < 5 || !name_has(str_of(real), ".shp"))
        return err_set(err, ERR_INVALID, "this is one part of a Shapefile; give it zipped, with its .dbf, .shx and .prj");
    for (size_t i = 0; i < COUNT(SIDE); i++) {
        snprintf(from, sizeof from, "%.*s%s", (int)(stem - 3), real, SIDE[i]);
        if (access(from, R_OK) == 0 && !alias(w, from, SIDE[i], link, err))
            return false;
    }
    if (!alias(w, real, "shp", shp, err))
        return false;
    return worker_read_ogr(w, shp, (struct reader){"shapefile", "ESRI Shapefile"}, err);
}

static bool read_alias(struct worker *w, const char *real, const char *extension, struct reader r, struct err *err)
{
    char link[512];
    return alias(w, real, extension, link, err) && worker_read_ogr(w, link, r, err);
}

static bool read_markup(struct worker *w, const char *real, struct str text, const char *extension, struct reader r, struct err *err)
{
    return sniff_markup_is_plain(text, err) && read_alias(w, real, extension, r, err);
}

static bool read_file(struct worker *w, const char *real, int unpacked, struct err *err)
{
    AUTO(mapped) file = {0};
    if (!map_file(real, &file, err))
        return false;
    struct str head = str_slice(file.text, 0, SNIFF_BYTES), root;
    char plain[512];
    w->day = file_day(file.text);
    switch (sniff(head, str_of(real))) {
    case SNIFF_GZIP:
        if (unpacked)
            return err_set(err, ERR_INVALID, "it is packed twice");
        snprintf(plain, sizeof plain, "%s/plain%s", w->scratch, name_has(str_of(real), ".csv.gz") ? ".csv" : "");
        return gunzip_to(real, plain, err) && read_file(w, plain, unpacked + 1, err);
    case SNIFF_BZIP2:
        return err_set(err, ERR_INVALID, "it is packed with bzip2; unpack it first: bunzip2 --keep FILE");
    case SNIFF_ZIP:
        return read_zip(w, real, file.text, unpacked, err);
    case SNIFF_OSM_PBF:
        return read_alias(w, real, "osm.pbf", (struct reader){"osm", "OSM"}, err);
    case SNIFF_OSM_XML:
        if (!w->day)
            w->day_guessed = (w->day = file_newest_edit(file.text)) > 0;
        return read_markup(w, real, file.text, "osm", (struct reader){"osm", "OSM"}, err);
    case SNIFF_KML:
        return read_markup(w, real, file.text, "kml", (struct reader){"kml", "LIBKML"}, err);
    case SNIFF_GPX:
        return read_markup(w, real, file.text, "gpx", (struct reader){"gpx", "GPX"}, err);
    case SNIFF_XML:
        if (!sniff_markup_is_plain(file.text, err))
            return false;
        root = sniff_root(head);
        return err_set(err, ERR_INVALID, "this is markup (%.*s) that is not read; KML, GPX and OSM are", STR_ARG(str_slice(root, 0, 60)));
    case SNIFF_JSON:
        return worker_read_json(w, file.text, err);
    case SNIFF_SQLITE:
        return worker_check_geopackage(real, head, err) && read_alias(w, real, "gpkg", (struct reader){"gpkg", "GPKG"}, err);
    case SNIFF_SHAPEFILE:
        return read_shapefile(w, real, err);
    case SNIFF_FLATGEOBUF:
        return read_alias(w, real, "fgb", (struct reader){"flatgeobuf", "FlatGeobuf"}, err);
    case SNIFF_TABLE:
        return worker_read_table(w, file.text, err);
    case SNIFF_UNKNOWN:
        break;
    }
    return err_set(err, ERR_INVALID, "what it is cannot be told; read are OSM (.osm.pbf, .osm), Overpass JSON, GeoJSON, CSV, ODS, XLSX, "
        "KML, GPX, GeoPackage, Shapefile and FlatGeobuf");
}

/* ---- the process ---- */

static bool write_osm_config(struct worker *w, struct err *err)
{
    char path[512];
    snprintf(path, sizeof path, "%s/osmconf.ini", w->scratch);
    FILE *f = fopen(path, "we");
    struct str config = osm_config();
    bool ok = f && fwrite(config.at, 1, config.len, f) == config.len;
    if (f)
        ok &= fclose(f) == 0;
    CPLSetConfigOption("OSM_CONFIG_FILE", path);
    return ok || err_errno(err, "scratch folder");
}

static void configure_gdal(struct worker *w)
{
    static const char *const OPTIONS[][2] = {{"GDAL_DRIVER_PATH", "disable"}, {"CPL_VSIL_CURL_ALLOWED_EXTENSIONS", ".none"},
        {"GDAL_NUM_THREADS", "1"}, {"OSM_COMPRESS_NODES", "NO"}, {"GDAL_HTTP_MAX_RETRY", "0"}, {"OGR_SQLITE_PRAGMA", "trusted_schema=OFF"},
        {"OGR_SQLITE_LOAD_EXTENSIONS", NULL}, {"SHAPE_RESTORE_SHX", "NO"}, {"OGR_XLSX_HEADERS", "FORCE"}, {"OGR_ODS_HEADERS", "FORCE"}, {"PROJ_NETWORK", "OFF"}, {"OSM_MAX_TMPFILE_SIZE", "256"}};
    for (size_t i = 0; i < COUNT(OPTIONS); i++)
        CPLSetConfigOption(OPTIONS[i][0], OPTIONS[i][1]);
    CPLSetConfigOption("CPL_TMPDIR", w->scratch);
    worker_keep_errors(w);
}

static bool enter(const struct worker *w, struct err *err)
{
    char side[4][4096] = {{0}};
    static const char *const SIDE[] = {"dbf", "shx", "prj", "cpg"};
    const char *readable[10] = {"/usr", "/lib", "/etc/ld.so.cache", "/dev/null", "/dev/urandom", w->path};
    size_t n = w->path ? 6 : 5, stem = w->path ? strlen(w->path) : 0;
    for (size_t i = 0; w->path && name_has(str_of(w->path), ".shp") && i < COUNT(SIDE); i++) {
        snprintf(side[i], sizeof side[i], "%.*s%s", (int)(stem - 3), w->path, SIDE[i]);
        readable[n++] = side[i];
    }
    struct sandbox box = {.readable = readable, .n_readable = n, .scratch = w->scratch, .memory_bytes = w->memory_bytes,
        .cpu_seconds = (uint64_t)w->seconds, .file_bytes = w->upload ? 256u << 20 : 0};
    return sandbox_enter(&box, err);
}

static bool read_arguments(struct worker *w, int argc, char **argv)
{
    for (int i = 0; i + 1 < argc; i += 2) {
        const char *name = argv[i], *value = argv[i + 1];
        uint64_t number = 0;
        str_u64(str_of(value), &number);
        if (strcmp(name, "--path") == 0)
            w->path = value;
        else if (strcmp(name, "--scratch") == 0)
            w->scratch = value;
        else if (strcmp(name, "--layer") == 0)
            w->layer = value;
        else if (strcmp(name, "--srs") == 0)
            w->srs = value;
        else if (strcmp(name, "--x") == 0)
            w->x_column = value;
        else if (strcmp(name, "--y") == 0)
            w->y_column = value;
        else if (strcmp(name, "--memory") == 0)
            w->memory_bytes = number;
        else if (strcmp(name, "--rows") == 0)
            w->rows_max = number;
        else if (strcmp(name, "--seconds") == 0)
            w->seconds = (int)number;
        else
            return false;
    }
    w->upload = w->rows_max > 0;
    return w->scratch != NULL;
}

static void put_error(struct worker *w, const struct err *why)
{
    struct json_writer j = {.out = &w->out};
    struct err ignored;
    json_open(&j, '{');
    json_key(&j, "error");
    worker_put_text(&j, str_of(why->text));
    json_key(&j, "code");
    json_put_int(&j, why->code);
    json_close(&j, '}');
    buf_char(&w->out, '\n');
    worker_flush(w, &ignored);
}

/* What a taken-over child would try, for gdal_sandbox_works: files, processes, and calls that must all be denied by name. */
static bool try_the_walls(struct err *err)
{
    static const long CALLS[] = {SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen, SYS_accept4, SYS_sendto, SYS_execve,
        SYS_execveat, SYS_fork, SYS_vfork, SYS_ptrace, SYS_kill, SYS_tkill, SYS_rt_sigqueueinfo, SYS_process_vm_readv,
        SYS_process_vm_writev, SYS_mount, SYS_umount2, SYS_chroot, SYS_pivot_root, SYS_setuid, SYS_setgid, SYS_capset, SYS_init_module,
        SYS_kexec_load, SYS_bpf, SYS_perf_event_open, SYS_keyctl, SYS_add_key, SYS_request_key, SYS_userfaultfd, SYS_io_uring_setup,
        SYS_memfd_create, SYS_pidfd_open, SYS_setns, SYS_unshare, SYS_reboot, SYS_swapon, SYS_open_by_handle_at, SYS_chmod, SYS_chown,
        SYS_link, SYS_personality, SYS_shmget, SYS_msgget, SYS_inotify_init1, SYS_setrlimit};
    static const char *const CLOSED[] = {"/etc/passwd", "/proc/self/environ", "/root", "/tmp", "/"};
    for (size_t i = 0; i < COUNT(CALLS); i++)
        if (syscall(CALLS[i], 0, 0, 0, 0, 0, 0) != -1 || errno != EPERM)
            return err_set(err, ERR_INTERNAL, "the sandbox lets call %ld through", CALLS[i]);
    for (size_t i = 0; i < COUNT(CLOSED); i++)
        if (open(CLOSED[i], O_RDONLY | O_CLOEXEC) >= 0)
            return err_set(err, ERR_INTERNAL, "the sandbox lets %s be read", CLOSED[i]);
    if (open("/usr/contrechamp-import-worker", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0)
        return err_set(err, ERR_INTERNAL, "the sandbox lets files be written");
    return true;
}

int gdal_worker_main(int argc, char **argv)
{
    struct worker w = {0};
    struct err err = {0};
    if (!read_arguments(&w, argc, argv)) {
        fprintf(stderr, "contrechamp: import-worker: this is started by import itself\n");
        return 2;
    }
    arena_init(&w.arena, 512u << 20);
    bool ok = enter(&w, &err);
    if (ok && !w.path)
        ok = try_the_walls(&err);
    else if (ok) {
        configure_gdal(&w);
        ok = write_osm_config(&w, &err) && read_file(&w, w.path, 0, &err);
    }
    if (ok) {
        buf_fmt(&w.out, "{\"end\":%llu}\n", (unsigned long long)w.rows);
        ok = worker_flush(&w, &err);
    } else {
        put_error(&w, &err);
    }
    _exit(ok ? 0 : 1); /* no library's farewell: the pipe is what counts */
}
