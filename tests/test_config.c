/* The options of `serve` that decide who may contribute, and the file that says who answers for the site. */
#include "tests/test.h"

#include <stdio.h>

#include "server/config.h"
#include "tests/folder.h"

static const char *file_of(struct str text)
{
    const char *path = in_folder("legal.txt");
    FILE *f = fopen(path, "wb");
    CHECK(f);
    CHECK_INT(fwrite(text.at, 1, text.len, f), text.len);
    CHECK_INT(fclose(f), 0);
    return path;
}

/* What the reader says of a file: "" when it is taken. */
static const char *read_text(struct str text, struct config *c, struct buf *kept)
{
    static struct err err;
    err = (struct err){0};
    *c = (struct config){0};
    return config_read_legal(c, file_of(text), kept, &err) ? "" : err.text;
}

TEST(an_address_is_this_machines_by_its_whole_host_and_not_by_how_it_begins)
{
    static const char *const here[] = {"http://localhost", "http://localhost:8080", "http://LOCALHOST/", "http://127.0.0.1:8080", "http://127.1.2.3/x", "http://[::1]:8080/",
        "https://localhost"};
    static const char *const elsewhere[] = {"https://map.example", "https://localhost.example.org", "https://127.example.org", "https://127.0.0.1.example.org",
        "http://10.0.0.1", "http://[::2]", "http://[::1", "http://128.0.0.1", "http://map.example/localhost", "http://", "http://1270.0.0.1"};
    for (size_t i = 0; i < COUNT(here); i++)
        CHECK(config_is_local(here[i]));
    for (size_t i = 0; i < COUNT(elsewhere); i++) {
        if (config_is_local(elsewhere[i]))
            print_error("%s\n", elsewhere[i]);
        CHECK(!config_is_local(elsewhere[i]));
    }
}

TEST(the_legal_file_has_keys_and_then_free_text)
{
    struct config c;
    AUTO(buf) kept = {0};
    CHECK_TEXT(read_text(S("\xef\xbb\xbf# who\r\npublisher: Objectif : Nul\r\nhost:\tHôte, Paris\r\ncontact:a@b.org\r\ncontroller: Lou\r\n\r\nUn\r\n\r\nDeux: trois\n"), &c,
        &kept), "");
    CHECK(c.legal.given);
    CHECK_TEXT(c.legal.publisher, "Objectif : Nul");
    CHECK_TEXT(c.legal.host, "Hôte, Paris");
    CHECK_TEXT(c.legal.contact, "a@b.org");
    CHECK_TEXT(c.legal.controller, "Lou");
    CHECK_TEXT(c.legal.text, "Un\r\n\r\nDeux: trois\n");
}

TEST(a_host_may_stand_for_the_publisher_and_the_last_line_needs_no_end)
{
    struct config c;
    AUTO(buf) kept = {0};
    CHECK_TEXT(read_text(S("host: h\ncontact: c\ncontroller: k"), &c, &kept), "");
    CHECK(c.legal.given);
    CHECK_TEXT(c.legal.publisher, "");
    CHECK_TEXT(c.legal.text, "");
}

TEST(a_legal_file_that_lacks_something_is_told_what)
{
    static const struct { const char *text, *says; } cases[] = {
        {"", "does not say the publisher or host"},
        {"contact: c\ncontroller: k\n", "add a line \"publisher: …\""},
        {"publisher:\ncontact: c\ncontroller: k\n", "does not say the publisher or host"},
        {"publisher: p\ncontroller: k\n", "add a line \"contact: …\""},
        {"publisher: p\ncontact: c\n", "add a line \"controller: …\""},
        {"publisher: p\ncontact: c\n\ncontroller: k\n", "add a line \"controller: …\""}, /* behind the empty line it is text */
        {"publisher p\n", "the line \"publisher p\" is not"},
        {"editor: p\n", "the line \"editor\" is not"},
        {"publisher: \xff\n", "not a text in UTF-8"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct config c;
        AUTO(buf) kept = {0};
        const char *says = read_text(str_of(cases[i].text), &c, &kept);
        if (!strstr(says, cases[i].says))
            print_error("%zu: %s\n", i, says);
        CHECK(strstr(says, cases[i].says));
        CHECK(strncmp(says, "--legal ", 8) == 0);
        CHECK(!c.legal.given);
    }
    struct config c;
    AUTO(buf) kept = {0};
    CHECK(strstr(read_text(S("publisher: p\0q\n"), &c, &kept), "not a text"));
}

TEST(a_legal_file_has_a_largest_size)
{
    struct config c;
    AUTO(buf) text = {0}, kept = {0}, again = {0};
    buf_add(&text, S("publisher: p\ncontact: c\ncontroller: k\n\n"));
    while (text.len < LEGAL_MAX_BYTES)
        buf_char(&text, 'x');
    CHECK_TEXT(read_text(buf_str(&text), &c, &kept), "");
    buf_char(&text, 'x'); /* one past */
    CHECK(strncmp(read_text(buf_str(&text), &c, &again), "--legal", 7) == 0);
    CHECK(!c.legal.given);
    struct err err;
    CHECK(!config_read_legal(&c, in_folder("none.txt"), &again, &err));
    CHECK(config_read_legal(&c, NULL, &again, &err) && !c.legal.given);
    CHECK_TEXT(c.legal.contact, "");
}

static const char *options(struct config *c, const char *contributions, const char *photos, const char *proxy, const char *onion)
{
    static struct err err;
    err = (struct err){0};
    return config_read_contributions(c, contributions, photos, proxy, onion, &err) ? "" : err.text;
}

TEST(contributions_are_open_here_and_closed_elsewhere_until_somebody_answers_for_the_site)
{
    static const struct { const char *base_url; bool legal; const char *asked; enum contributions then; bool refused; } cases[] = {
        {NULL, false, NULL, CONTRIBUTIONS_OPEN, false},
        {"http://127.0.0.1:8080", false, NULL, CONTRIBUTIONS_OPEN, false},
        {"http://localhost", false, "token", CONTRIBUTIONS_TOKEN, false},
        {NULL, false, "closed", CONTRIBUTIONS_CLOSED, false},
        {"https://map.example", false, NULL, CONTRIBUTIONS_CLOSED, false},
        {"https://map.example", false, "closed", CONTRIBUTIONS_CLOSED, false},
        {"https://map.example", false, "token", 0, true},
        {"https://map.example", false, "open", 0, true},
        {"https://localhost.example", false, "open", 0, true},
        {"https://map.example", true, NULL, CONTRIBUTIONS_OPEN, false},
        {"https://map.example", true, "token", CONTRIBUTIONS_TOKEN, false},
        {NULL, false, "Open", 0, true},
        {NULL, false, "", 0, true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct config c = {.base_url = cases[i].base_url, .legal.given = cases[i].legal};
        const char *says = options(&c, cases[i].asked, NULL, NULL, NULL);
        if (cases[i].refused != (*says != 0) || (!cases[i].refused && c.contributions != cases[i].then))
            print_error("%zu: %s\n", i, says);
        CHECK_INT(*says != 0, cases[i].refused);
        CHECK(cases[i].refused || c.contributions == cases[i].then);
        CHECK(!cases[i].refused || strstr(says, "--contributions"));
    }
}

#define NAME_56 "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad"

TEST(the_other_options_take_what_they_say_and_nothing_else)
{
    struct config c = {0};
    CHECK_TEXT(options(&c, NULL, "yes", "10.0.0.2", "http://" NAME_56 ".onion"), "");
    CHECK(c.photos && c.contributions == CONTRIBUTIONS_OPEN);
    CHECK_TEXT(c.onion, "http://" NAME_56 ".onion");
    CHECK_TEXT(options(&c, NULL, "no", "unix", "https://" NAME_56 ".onion"), "");
    CHECK(!c.photos);
    CHECK_TEXT(options(&c, NULL, NULL, "::1", NULL), "");
    CHECK(!c.photos && !c.onion);
    static const char *const photos[] = {"", "Yes", "1", "yes "};
    static const char *const proxies[] = {"", "proxy.example", "10.0.0.256", "10.0.0", "10.0.0.0/8", "unix:/run/x", "::g"};
    static const char *const onions[] = {"", "http://x.onion", "ftp://" NAME_56 ".onion", NAME_56 ".onion", "http://" NAME_56 ".onion/", "http://" NAME_56 "a.onion",
        "http://" NAME_56 ".onion:80", "http://Duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion", "http://1uckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion",
        "http://" NAME_56 ".onion\r\nX: y", "https://example.org/.onion"};
    for (size_t i = 0; i < COUNT(photos); i++)
        CHECK(strstr(options(&c, NULL, photos[i], NULL, NULL), "--photos"));
    for (size_t i = 0; i < COUNT(proxies); i++)
        CHECK(strstr(options(&c, NULL, NULL, proxies[i], NULL), "--trusted-proxy"));
    for (size_t i = 0; i < COUNT(onions); i++)
        CHECK(strstr(options(&c, NULL, NULL, NULL, onions[i]), "--onion"));
}
