/* A folder of this run's own, made when it is first asked for and gone at its end. It holds files alone. */
#ifndef TESTS_FOLDER_H
#define TESTS_FOLDER_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline const char *folder(void)
{
    static char path[] = "/tmp/contrechamp-test-XXXXXX";
    static bool is_made;
    if (!is_made && !mkdtemp(path))
        abort();
    is_made = true;
    return path;
}

/* A path in it, good until the fourth after it is asked for. */
static inline const char *in_folder(const char *name)
{
    static char paths[4][200];
    static size_t turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder(), name);
    return path;
}

/* How many files it holds, hidden ones too: what is in the making has a hidden name. Removes them if told to. */
static inline size_t files_in_folder(bool remove)
{
    size_t n = 0;
    char path[600];
    DIR *d = opendir(folder());
    if (!d)
        abort();
    for (struct dirent *e; (e = readdir(d));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        n++;
        snprintf(path, sizeof path, "%s/%s", folder(), e->d_name);
        if (remove)
            unlink(path);
    }
    closedir(d);
    return n;
}

static inline void empty_folder(void)
{
    files_in_folder(true);
}

__attribute__((destructor)) static inline void remove_folder(void)
{
    empty_folder();
    rmdir(folder());
}

#endif
