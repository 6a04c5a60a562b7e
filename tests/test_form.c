#include "tests/test.h"

#include "data/base/buf.h"
#include "data/base/clock.h"
#include "server/form.h"

static struct arena arena;
static struct form form;
static struct err err;

static const char URLENCODED[] = "application/x-www-form-urlencoded";

static enum err_code read_as(const char *type, struct str body)
{
    arena_done(&arena);
    arena_init(&arena, 1024 * 1024);
    err = (struct err){0};
    form = (struct form){0};
    bool ok = form_read(str_of(type), body, &arena, &form, &err);
    CHECK(ok == !err.code && ok == !err.text[0]);
    return err.code;
}

static enum err_code read_url(const char *body)
{
    return read_as(URLENCODED, str_of(body));
}

/* A multipart body with the boundary "cut" and LF written for CRLF. */
static enum err_code read_multi(const char *body)
{
    static struct buf crlf; /* the form points into it */
    buf_clear(&crlf);
    for (; *body; body++)
        buf_add(&crlf, *body == '\n' ? S("\r\n") : str_from(body, 1));
    return read_as("multipart/form-data; boundary=cut", buf_str(&crlf));
}

#define PART(disposition, value) "--cut\nContent-Disposition: form-data; " disposition "\n\n" value "\n"

TEST(a_form_is_read_and_its_fields_are_found_by_name)
{
    CHECK_INT(read_url("title=Cam%C3%A9ra+du+pont&kind=camera&kind=dome&empty=&flag&&a%3Db=c%26d"), ERR_NONE);
    CHECK_INT(form.n, 6);
    CHECK_STR(form_get(&form, "title"), "Caméra du pont");
    CHECK_STR(form_get(&form, "kind"), "camera");
    CHECK_STR(form_get(&form, "a=b"), "c&d");
    CHECK_STR(form_get(&form, "absent"), "");
    CHECK(form_has(&form, "empty") && form_has(&form, "flag") && !form_has(&form, "absent"));
    struct str kinds[1];
    CHECK_INT(form_all(&form, "kind", kinds, COUNT(kinds)), 2);
    CHECK_STR(kinds[0], "camera");
    CHECK(!form_file(&form, "kind"));
    CHECK_INT(read_url(""), ERR_NONE);
    CHECK_INT(form.n, 0);
}

TEST(a_value_is_trimmed_when_asked_for_and_its_line_breaks_are_one_character)
{
    CHECK_INT(read_url("note=+%0D%0Aone%0D%0A%09two%0Athree+%0D%0A"), ERR_NONE);
    CHECK_STR(form_get(&form, "note"), "one\n\ttwo\nthree");
    CHECK_STR(form.fields[0].value, " \none\n\ttwo\nthree \n");
}

TEST(an_equals_sign_belongs_to_the_value_after_the_first)
{
    CHECK_INT(read_url("source=https://a.example/?b=c"), ERR_NONE);
    CHECK_STR(form_get(&form, "source"), "https://a.example/?b=c");
}

TEST(control_characters_bad_escapes_and_other_encodings_are_refused)
{
    static const char *const BAD[] = {"a=%00", "a=%01", "a=%7f", "a=%7F", "a=x%0D", "a=%0Dx", "a=%C2%85", "a=%", "a=%4", "a=%zz", "a=%4%41",
        "a=%ff", "a=%ed%a0%80", "a=%c0%80", "a=\xff", "a%0Ab=c", "a%09=c", "a%00=c", "=c", "=", "%ff=a", "a=\x01"};
    for (size_t i = 0; i < COUNT(BAD); i++)
        CHECK_INT(read_url(BAD[i]), ERR_INVALID);
    CHECK_INT(read_as(URLENCODED, str_from("a=\0", 3)), ERR_INVALID);
    CHECK_INT(read_url("a=%C2%A0%C3%BF"), ERR_NONE);
}

TEST(a_refused_form_leaves_the_callers_as_it_was)
{
    CHECK_INT(read_url("a=b"), ERR_NONE);
    CHECK(!form_read(str_of(URLENCODED), S("c=d&e=%00"), &arena, &form, &err));
    CHECK_STR(form_get(&form, "a"), "b");
    CHECK_TEXT(err.text, "e: the text holds a control character");
}

TEST(the_type_decides_and_any_other_is_refused)
{
    CHECK_INT(read_as("Application/X-WWW-Form-URLencoded ; charset=UTF-8", S("a=b")), ERR_NONE);
    CHECK_INT(read_as("application/x-www-form-urlencoded; charset=\"utf-8\"", S("a=b")), ERR_NONE);
    CHECK_INT(read_as("application/x-www-form-urlencoded; charset=latin1", S("a=b")), ERR_INVALID);
    CHECK_INT(read_as("application/x-www-form-urlencoded; charset", S("a=b")), ERR_INVALID);
    CHECK_INT(read_as("application/x-www-form-urlencodedx", S("a=b")), ERR_INVALID);
    CHECK_INT(read_as("application/json", S("{}")), ERR_INVALID);
    CHECK_INT(read_as("text/plain", S("a=b")), ERR_INVALID);
    CHECK_INT(read_as("", S("a=b")), ERR_INVALID);
}

TEST(each_bound_of_a_form_holds_and_one_past_it_is_too_much)
{
    AUTO(buf) b = {0};
    for (int i = 0; i < FORM_FIELDS_MAX; i++)
        buf_add(&b, S("a=b&"));
    CHECK_INT(read_as(URLENCODED, buf_str(&b)), ERR_NONE);
    CHECK_INT(form.n, FORM_FIELDS_MAX);
    buf_add(&b, S("a=b"));
    CHECK_INT(read_as(URLENCODED, buf_str(&b)), ERR_TOO_BIG);

    buf_clear(&b);
    for (int i = 0; i < FORM_NAME_MAX_BYTES; i++)
        buf_add(&b, S("%41"));
    CHECK_INT(read_as(URLENCODED, buf_str(&b)), ERR_NONE);
    buf_char(&b, 'A');
    CHECK_INT(read_as(URLENCODED, buf_str(&b)), ERR_TOO_BIG);

    buf_clear(&b);
    buf_add(&b, S("a="));
    for (int i = 0; i < FORM_TEXT_MAX_BYTES; i++)
        buf_add(&b, S("%0D%0A"));
    CHECK_INT(read_as(URLENCODED, buf_str(&b)), ERR_NONE);
    CHECK_INT(form.fields[0].value.len, FORM_TEXT_MAX_BYTES);
    buf_add(&b, S("x"));
    CHECK_INT(read_as(URLENCODED, buf_str(&b)), ERR_TOO_BIG);

    buf_clear(&b);
    buf_add(&b, S("a="));
    for (int i = 0; i <= FORM_TEXT_MAX_BYTES; i++)
        buf_char(&b, 'x');
    CHECK_INT(read_as(URLENCODED, buf_str(&b)), ERR_TOO_BIG);
    b.len--;
    CHECK_INT(read_as(URLENCODED, buf_str(&b)), ERR_NONE);
}

TEST(a_form_past_the_memory_of_a_request_is_too_much)
{
    arena_done(&arena);
    arena_init(&arena, 16);
    CHECK(!form_read(str_of(URLENCODED), S("a=+12345678901234567890"), &arena, &form, &err));
    CHECK_INT(err.code, ERR_TOO_BIG);
}

TEST(a_multipart_form_has_texts_and_files)
{
    CHECK_INT(read_multi(PART("name=\"title\"", " Caméra\nrue A ") PART("name=kind", "dome")
        "--cut  \ncontent-disposition:form-data; name=\"photo\"; filename=\"a \\\"b\\\".jpg\"\nContent-Type: image/jpeg\nX-Other: 1\n\n"
        "\xff\xd8\x01--cut\nmore\n--cut--\nignored"), ERR_NONE);
    CHECK_INT(form.n, 3);
    CHECK_STR(form_get(&form, "title"), "Caméra\nrue A");
    CHECK_STR(form_get(&form, "kind"), "dome");
    const struct form_field *photo = form_file(&form, "photo");
    CHECK(photo && photo->is_file);
    CHECK_STR(photo->file_name, "a \"b\".jpg");
    CHECK_STR(photo->content_type, "image/jpeg");
    CHECK_STR(photo->value, "\xff\xd8\x01--cut\r\nmore");
    CHECK_STR(form_get(&form, "photo"), "");
    CHECK(form_has(&form, "photo"));
}

TEST(an_empty_part_and_an_empty_form_are_fine)
{
    CHECK_INT(read_multi(PART("name=a", "") "--cut--\n"), ERR_NONE);
    CHECK_STR(form.fields[0].value, "");
    CHECK_INT(read_multi("--cut--"), ERR_NONE);
    CHECK_INT(form.n, 0);
    CHECK_INT(read_multi("to be ignored\n--cut--"), ERR_NONE);
}

TEST(a_file_field_where_none_was_chosen_has_no_file)
{
    CHECK_INT(read_multi(PART("name=photo; filename=\"\"", "") PART("name=photo; filename=\"b.png\"", "x") "--cut--"), ERR_NONE);
    CHECK_INT(form.n, 2);
    CHECK(form.fields[0].is_file);
    CHECK_STR(form_file(&form, "photo")->file_name, "b.png");
    CHECK(!form_file(&form, "other"));
}

TEST(the_name_of_a_file_has_no_folders)
{
    CHECK_INT(read_multi(PART("name=f; filename=\"../../etc/passwd\"", "x") PART("name=f; filename=\"C:\\Users\\me\\a%22.png\"", "x")
        PART("name=f; filename=\"dir/\"", "x") "--cut--"), ERR_NONE);
    CHECK_STR(form.fields[0].file_name, "passwd");
    CHECK_STR(form.fields[1].file_name, "a\".png");
    CHECK_STR(form.fields[2].file_name, "");
}

TEST(a_malformed_multipart_form_is_refused)
{
    static const char *const BAD[] = {
        "", "--cut", "--cut\n", "-cut--", "x--cut--", "--cut-", "--cut \t",
        PART("name=a", "b"),                                      /* cut off */
        PART("name=a", "b") "--cut",
        PART("name=a", "b") "--cutting\n--cut--",                 /* a longer line, or the boundary inside */
        PART("name=a", "b") "--cutXXContent-Disposition: form-data; name=c\n\nd\n--cut--",
        "--cut\n\nb\n--cut--",                                    /* no header */
        "--cut\nContent-Type: text/plain\n\nb\n--cut--",          /* no name */
        "--cut\nContent-Disposition: form-data; name=a\n--cut--", /* no empty line */
        "--cut\nContent-Disposition: attachment; name=a\n\nb\n--cut--",
        "--cut\nContent-Disposition: form-data; name=a\nContent-Disposition: form-data; name=b\n\nb\n--cut--",
        "--cut\nContent-Disposition: form-data;\n name=a\n\nb\n--cut--", /* folded */
        "--cut\nContent-Disposition form-data; name=a\n\nb\n--cut--",
        "--cut\nContent-Disposition: form-data; name=a\nContent-Transfer-Encoding: base64\n\nb\n--cut--",
        "--cut\nContent-Disposition: form-data; name=a\nContent-Type: a/b\nContent-Type: c/d\n\nb\n--cut--",
        PART("", "b") "--cut--", PART("name=\"\"", "b") "--cut--", PART("name=", "b") "--cut--", PART("name=\"a", "b") "--cut--",
        PART("name=a; name=b", "c") "--cut--", PART("name=a; filename=b; filename=c", "d") "--cut--",
        PART("name=a; filename*=UTF-8''b", "c") "--cut--", PART("name=a b", "c") "--cut--", PART("name=\"a\x01\"", "c") "--cut--",
        PART("name=\"\xff\"", "c") "--cut--", PART("name=a; filename=\"\xff\"", "c") "--cut--",
        PART("name=a", "\xff") "--cut--", PART("name=a", "\x01") "--cut--", PART("name=a", "\r") "--cut--"};
    for (size_t i = 0; i < COUNT(BAD); i++)
        CHECK_INT(read_multi(BAD[i]), ERR_INVALID);
}

TEST(bare_line_feeds_do_not_separate_parts)
{
    static const char body[] = "--cut\nContent-Disposition: form-data; name=a\n\nb\n--cut--";
    CHECK_INT(read_as("multipart/form-data; boundary=cut", str_of(body)), ERR_INVALID);
}

TEST(a_boundary_has_seventy_characters_at_most)
{
    char type[200], body[200], boundary[FORM_BOUNDARY_MAX_BYTES + 2];
    for (size_t n = FORM_BOUNDARY_MAX_BYTES; n <= FORM_BOUNDARY_MAX_BYTES + 1; n++) {
        memset(boundary, 'b', n);
        boundary[n] = '\0';
        snprintf(type, sizeof type, "multipart/form-data; boundary=\"%s\"", boundary);
        snprintf(body, sizeof body, "--%s--", boundary);
        CHECK_INT(read_as(type, str_of(body)), n == FORM_BOUNDARY_MAX_BYTES ? ERR_NONE : ERR_INVALID);
    }
}

TEST(a_boundary_is_given_once_and_of_its_own_characters)
{
    static const char *const BAD[] = {"", "; boundary=", "; boundary=\"\"", "; boundary=\"a ", "; boundary=\"a \"", "; boundary=\"a@b\"",
        "; boundary=a; boundary=a", "; boundary=a/b", "; boundary=\"a\\\"b\"", " boundary=a", "; boundary=\"a\"b"};
    char type[100];
    for (size_t i = 0; i < COUNT(BAD); i++) {
        snprintf(type, sizeof type, "multipart/form-data%s", BAD[i]);
        CHECK_INT(read_as(type, S("--a--")), ERR_INVALID);
    }
    CHECK_INT(read_as("multipart/form-data; charset=utf-8; boundary=\"=_a b:c/d?\";", S("--=_a b:c/d?--")), ERR_NONE);
    CHECK_INT(read_as("multipart/form-data;boundary=----WebKitFormBoundaryAb0;", S("------WebKitFormBoundaryAb0--\r\n")), ERR_NONE);
}

/* A part of a disposition and so many bytes of header or value. */
static enum err_code read_part_of(const char *disposition, const char *between, size_t n, bool in_header)
{
    AUTO(buf) b = {0};
    buf_fmt(&b, "--cut\r\nContent-Disposition: form-data; %s%s", disposition, between);
    size_t from = strlen("--cut\r\n");
    while (in_header ? b.len - from < n : n--)
        buf_char(&b, 'x');
    if (in_header)
        buf_add(&b, S("\r\n\r\n"));
    buf_add(&b, S("\r\n--cut--"));
    return read_as("multipart/form-data; boundary=cut", buf_str(&b));
}

TEST(each_bound_of_a_part_holds_and_one_past_it_is_too_much)
{
    CHECK_INT(read_part_of("name=a", "\r\n\r\n", FORM_TEXT_MAX_BYTES, false), ERR_NONE);
    CHECK_INT(read_part_of("name=a", "\r\n\r\n", FORM_TEXT_MAX_BYTES + 1, false), ERR_TOO_BIG);
    CHECK_INT(read_part_of("name=a", "\r\n\r\n", 2 * FORM_TEXT_MAX_BYTES + 1, false), ERR_TOO_BIG);
    CHECK_INT(read_part_of("name=a; filename=b", "\r\n\r\n", 2 * FORM_TEXT_MAX_BYTES + 1, false), ERR_NONE);
    CHECK_INT(read_part_of("name=a", "\r\nX-Other: ", FORM_PART_HEAD_MAX_BYTES, true), ERR_NONE);
    CHECK_INT(read_part_of("name=a", "\r\nX-Other: ", FORM_PART_HEAD_MAX_BYTES + 1, true), ERR_TOO_BIG);
    char name[400];
    for (int n = FORM_FILE_NAME_MAX_BYTES; n <= FORM_FILE_NAME_MAX_BYTES + 1; n++) {
        snprintf(name, sizeof name, "name=a; filename=\"folder/%0*d\"", n, 1);
        CHECK_INT(read_part_of(name, "\r\n\r\n", 1, false), n == FORM_FILE_NAME_MAX_BYTES ? ERR_NONE : ERR_TOO_BIG);
    }
    for (int n = FORM_NAME_MAX_BYTES; n <= FORM_NAME_MAX_BYTES + 1; n++) {
        snprintf(name, sizeof name, "name=%0*d", n, 1);
        CHECK_INT(read_part_of(name, "\r\n\r\n", 1, false), n == FORM_NAME_MAX_BYTES ? ERR_NONE : ERR_TOO_BIG);
    }
    AUTO(buf) b = {0};
    for (int i = 0; i <= FORM_FIELDS_MAX; i++)
        buf_add(&b, S(PART("name=a", "b")));
    buf_add(&b, S("--cut--"));
    CHECK_INT(read_multi(b.at), ERR_TOO_BIG);
}

/* Starts of the boundary without end: a search that began again at each would take minutes for these. */
TEST(a_file_full_of_near_boundaries_is_read_in_linear_time)
{
    AUTO(buf) b = {0};
    buf_add(&b, S("--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\r\nContent-Disposition: form-data; name=f; filename=g\r\n\r\n"));
    while (b.len < 16 * 1024 * 1024)
        buf_add(&b, S("\r\n--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    buf_add(&b, S("\r\n--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab--"));
    int64_t from_us = clock_cpu_us();
    CHECK_INT(read_as("multipart/form-data; boundary=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", buf_str(&b)), ERR_NONE);
    CHECK(clock_cpu_us() - from_us < 1000 * 1000);
    CHECK(form.fields[0].value.len > 16 * 1024 * 1024 - 200);
}
