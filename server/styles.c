/* Styles by name: those placed in the program, and the files of the operator's folder, which go before them. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "renderer/builtin.h"
#include "server/server.h"

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
    const char *name;
    for (size_t i = 0; ok && (name = builtin_style_name(i)); i++) {
        struct style *style;
        struct str text;
        if (has(s, name))
            continue;
        must(builtin_style(str_of(name), &text));
        ok = style_read(&style, text, NULL, err) && add(s, name, style, err);
        if (!ok)
            err_under(err, "style %s", name);
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
