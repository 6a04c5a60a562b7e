#include "tests/test.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "data/base/buf.h"
#include "data/base/out_file.h"
#include "tests/folder.h"

/* Hidden ones too: nothing may be left in the making. */
static void check_folder_has(size_t expected)
{
    CHECK_INT(files_in_folder(false), expected);
}

static bool write_text(const char *path, const char *text, struct err *err)
{
    AUTO(buf) b = {0};
    buf_add(&b, str_of(text));
    return buf_write_file(&b, path, err);
}

/* As a library writes that wants a name. */
static bool write_by_name(const char *path, const char *text, struct err *err)
{
    AUTO(out_file) o = {0};
    const char *made;
    if (!out_file_begin(&o, path, err) || !(made = out_file_path(&o, "txt", err)))
        return false;
    CHECK(str_ends(str_of(made), S(".txt")));
    CHECK(access(made, F_OK) != 0);
    FILE *f = fopen(made, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    return out_file_end(&o, err);
}

static void check_text(const char *path, const char *expected)
{
    AUTO(buf) b = {0};
    struct err err;
    CHECK(buf_read_file(&b, path, 1000, &err));
    CHECK_STR(buf_str(&b), expected);
}

typedef bool write_fn(const char *path, const char *text, struct err *err);
static write_fn *const WAYS[] = {write_text, write_by_name};

TEST(a_plain_file_is_replaced_and_keeps_its_rights)
{
    for (size_t i = 0; i < COUNT(WAYS); i++) {
        struct err err;
        struct stat st;
        const char *path = in_folder("plain");
        CHECK(WAYS[i](path, "one", &err));
        chmod(path, 0640);
        CHECK(WAYS[i](path, "two", &err));
        check_text(path, "two");
        CHECK(stat(path, &st) == 0);
        CHECK_INT(st.st_mode & 0777, 0640);
        check_folder_has(1);
        empty_folder();
    }
}

TEST(a_link_is_followed_and_stays)
{
    for (size_t i = 0; i < COUNT(WAYS); i++) {
        struct err err;
        struct stat st;
        const char *real = in_folder("real"), *link = in_folder("link"), *second = in_folder("second");
        CHECK(write_text(real, "old", &err));
        CHECK(symlink("real", link) == 0 && symlink(link, second) == 0);
        CHECK(WAYS[i](second, "new", &err));
        check_text(real, "new");
        CHECK(lstat(link, &st) == 0 && S_ISLNK(st.st_mode));
        CHECK(lstat(second, &st) == 0 && S_ISLNK(st.st_mode));
        unlink(real); /* and one that points at nothing yet makes it */
        CHECK(WAYS[i](link, "made", &err));
        check_text(real, "made");
        CHECK(lstat(link, &st) == 0 && S_ISLNK(st.st_mode));
        check_folder_has(3);
        empty_folder();
    }
}

TEST(links_in_a_circle_are_refused)
{
    struct err err;
    CHECK(symlink("b", in_folder("a")) == 0 && symlink("a", in_folder("b")) == 0);
    CHECK(!write_text(in_folder("a"), "x", &err));
    empty_folder();
}

static void *read_pipe(void *arg)
{
    static char got[100];
    FILE *f = fopen(arg, "r");
    size_t n = f ? fread(got, 1, sizeof got - 1, f) : 0;
    got[n] = '\0';
    if (f)
        fclose(f);
    return got;
}

TEST(a_pipe_is_written_into_and_stays)
{
    for (size_t i = 0; i < COUNT(WAYS); i++) {
        struct err err;
        struct stat st;
        pthread_t reader;
        void *got;
        char path[200];
        snprintf(path, sizeof path, "%s", in_folder("pipe"));
        CHECK(mkfifo(path, 0600) == 0);
        CHECK(pthread_create(&reader, NULL, read_pipe, path) == 0);
        CHECK(WAYS[i](path, "through", &err));
        pthread_join(reader, &got);
        CHECK_TEXT(got, "through");
        CHECK(lstat(path, &st) == 0 && S_ISFIFO(st.st_mode));
        check_folder_has(1);
        empty_folder();
    }
}

TEST(a_device_is_written_into_and_stays)
{
    struct err err;
    struct stat st;
    const char *path = in_folder("null");
    if (mknod(path, S_IFCHR | 0666, makedev(1, 3)) != 0 || open(path, O_WRONLY | O_CLOEXEC) < 0) {
        print_message("# skipped: no device can be made here\n");
        empty_folder();
        skip();
    }
    for (size_t i = 0; i < COUNT(WAYS); i++) {
        CHECK(WAYS[i](path, "away", &err));
        CHECK(lstat(path, &st) == 0 && S_ISCHR(st.st_mode));
    }
    check_folder_has(1);
    empty_folder();
}

TEST(what_cannot_be_written_is_named_as_it_was_typed)
{
    struct err err;
    for (size_t i = 0; i < COUNT(WAYS); i++) {
        CHECK(!WAYS[i]("/tmp/there-is-no-such-folder/x.png", "x", &err));
        CHECK_TEXT(err.text, "cannot write /tmp/there-is-no-such-folder/x.png: No such file or directory");
        CHECK(!WAYS[i]("/tmp", "x", &err));
        CHECK_TEXT(err.text, "/tmp is a folder; name a file");
    }
    AUTO(out_file) o = {0};
    CHECK(out_file_begin(&o, in_folder("typed"), &err) && out_file_path(&o, "gpkg", &err));
    err_set(&err, ERR_IO, "%s: it would not", o.made.at);
    CHECK(!out_file_failed(&o, &err));
    CHECK(str_ends(str_of(err.text), S("/typed: it would not")));
}

TEST(what_was_given_up_leaves_what_was_there)
{
    struct err err;
    const char *path = in_folder("kept");
    CHECK(write_text(path, "kept", &err));
    {
        AUTO(out_file) o = {0};
        CHECK(out_file_begin(&o, path, &err));
        int fd = out_file_open(&o, &err);
        CHECK(fd >= 0 && write(fd, "half", 4) == 4);
        close(fd);
    }
    check_text(path, "kept");
    check_folder_has(1);
    empty_folder();
}
