/* Styles by name: those placed in the program, and the files of the operator's folder, which go before them. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "data/base/embed.h"
#include "server/server.h"

EMBED(style_light, "styles/light.json")
EMBED(style_dark, "styles/dark.json")
EMBED(style_print, "styles/print.json")
EMBED(style_deployments, "styles/deployments.json")

static const struct {
    const char *name;
    struct str (*text)(void);
} BUILT_IN[] = {{"light", style_light}, {"dark", style_dark}, {"print", style_print}, {"deployments", style_deployments}};

static bool has(const struct styles *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->list[i].name, name) == 0)
            return true;
    return false;
}

static bool add(struct styles *s, const char *name, struct style *style, struct err *err)
{
    if (s->n == STYLES_MAX || strlen(name) >= sizeof s->list[0].name) {
        style_drop(style);
        return err_set(err, ERR_TOO_BIG, "%s: at most %d styles, with names under %zu bytes", name, STYLES_MAX,
            sizeof s->list[0].name);
    }
    snprintf(s->list[s->n].name, sizeof s->list[0].name, "%s", name);
    s->list[s->n++].style = style;
    return true;
}

static bool add_file(struct styles *s, const char *folder, const char *file, struct err *err)
{
    char path[4096], name[256];
    size_t len = strlen(file);
    if (len <= 5 || len - 5 >= sizeof name || strcmp(file + len - 5, ".json") != 0 || file[0] == '.')
        return true;
    snprintf(path, sizeof path, "%s/%s", folder, file);
    snprintf(name, sizeof name, "%.*s", (int)len - 5, file);
    struct style *style;
    if (!style_read_file(&style, path, err))
        return err_under(err, "%s", path);
    return add(s, name, style, err);
}

static bool add_folder(struct styles *s, const char *folder, struct err *err)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return err_errno(err, "%s", folder);
    bool ok = true;
    for (struct dirent *e; ok && (e = readdir(dir));)
        ok = add_file(s, folder, e->d_name, err);
    closedir(dir);
    return ok;
}

bool styles_read(struct styles **out, const char *folder, struct err *err)
{
    struct styles *s = base_alloc(1, sizeof *s);
    bool ok = !folder || add_folder(s, folder, err);
    for (size_t i = 0; ok && i < COUNT(BUILT_IN); i++) {
        struct style *style;
        if (has(s, BUILT_IN[i].name))
            continue;
        ok = style_read(&style, BUILT_IN[i].text(), NULL, err) && add(s, BUILT_IN[i].name, style, err);
        if (!ok)
            err_under(err, "style %s", BUILT_IN[i].name);
    }
    if (!ok) {
        styles_free(s);
        return false;
    }
    *out = s;
    return true;
}

void styles_free(struct styles *s)
{
    for (size_t i = 0; s && i < s->n; i++)
        style_drop(s->list[i].style);
    free(s);
}
