#include "tests/test.h"

#include "data/base/limits.h"
#include "server/request_check.h"

static struct request_head head_of(const char *method, const char *target)
{
    struct request_head h = {.method = str_of(method), .version = S("HTTP/1.1"), .target = str_of(target)};
    h.headers[h.n_headers++] = (struct http_param){S("Host"), S("map.example")};
    return h;
}

static int status_of(struct request_head *h)
{
    struct request_facts facts;
    const char *why;
    return request_check(h, &facts, &why);
}

static int with_header(const char *name, const char *value)
{
    struct request_head h = head_of("POST", "/add");
    h.headers[h.n_headers++] = (struct http_param){str_of(name), str_of(value)};
    return status_of(&h);
}

TEST(a_plain_request_passes)
{
    struct request_head h = head_of("GET", "/tiles/light/3/4/2.png?date=2019");
    struct request_facts facts;
    const char *why;
    CHECK_INT(request_check(&h, &facts, &why), 0);
    CHECK_INT(facts.method, HTTP_GET);
    CHECK(!facts.chunked && !facts.has_length);
}

TEST(a_second_host_is_refused_and_so_is_none)
{
    CHECK_INT(with_header("host", "other.example"), 400);
    struct request_head h = head_of("GET", "/");
    h.n_headers = 0;
    CHECK_INT(status_of(&h), 400);
    h.version = S("HTTP/1.0");
    CHECK_INT(status_of(&h), 0);
}

TEST(a_body_has_one_length)
{
    CHECK_INT(with_header("Content-Length", "12"), 0);
    CHECK_INT(with_header("Content-Length", "+12"), 400);
    CHECK_INT(with_header("Content-Length", "12, 12"), 400);
    CHECK_INT(with_header("Content-Length", ""), 400);
    CHECK_INT(with_header("Transfer-Encoding", "chunked"), 0);
    CHECK_INT(with_header("Transfer-Encoding", "gzip, chunked"), 501);
    struct request_head h = head_of("POST", "/add");
    h.headers[h.n_headers++] = (struct http_param){S("Content-Length"), S("5")};
    h.headers[h.n_headers++] = (struct http_param){S("Transfer-Encoding"), S("chunked")};
    CHECK_INT(status_of(&h), 400);
    h.headers[2] = (struct http_param){S("content-length"), S("5")};
    CHECK_INT(status_of(&h), 400);
    h = head_of("POST", "/add");
    h.headers[h.n_headers++] = (struct http_param){S("Transfer-Encoding"), S("chunked")};
    h.version = S("HTTP/1.0");
    CHECK_INT(status_of(&h), 400);
}

TEST(a_length_past_any_number_is_a_large_length)
{
    struct request_head h = head_of("POST", "/add");
    h.headers[h.n_headers++] = (struct http_param){S("Content-Length"), S("99999999999999999999999999")};
    struct request_facts facts;
    const char *why;
    CHECK_INT(request_check(&h, &facts, &why), 0);
    CHECK(facts.length > (uint64_t)1 << 60);
}

TEST(control_characters_and_bad_names_are_refused)
{
    CHECK_INT(with_header("X-A", "a\x01"), 400);
    CHECK_INT(with_header("X A", "a"), 400);
    CHECK_INT(with_header("", "a"), 400);
    CHECK_INT(with_header("Expect", "a-pony"), 417);
}

TEST(methods_versions_and_long_targets_have_their_own_answers)
{
    struct request_head h = head_of("BREW", "/");
    CHECK_INT(status_of(&h), 501);
    h = head_of("GET", "/");
    h.version = S("HTTP/2.0");
    CHECK_INT(status_of(&h), 505);
    char longer[TARGET_MAX_BYTES + 2];
    memset(longer, 'a', sizeof longer);
    longer[0] = '/';
    longer[TARGET_MAX_BYTES + 1] = '\0';
    h = head_of("GET", longer);
    CHECK_INT(status_of(&h), 414);
    longer[TARGET_MAX_BYTES] = '\0';
    h = head_of("GET", longer);
    CHECK_INT(status_of(&h), 0);
    h = head_of("GET", "/a b");
    CHECK_INT(status_of(&h), 400);
    h = head_of("GET", "/\xc3\xa9");
    CHECK_INT(status_of(&h), 400);
    h = head_of("GET", "/");
    h.n_headers = REQUEST_HEADERS_MAX + 1;
    CHECK_INT(status_of(&h), 431);
}

static int target_status(struct request *rq, const char *target)
{
    const char *why;
    arena_done(&rq->arena);
    *rq = (struct request){0};
    arena_init(&rq->arena, 65536);
    return request_read_target(rq, str_of(target), &why);
}

TEST(a_target_is_split_before_it_is_decoded)
{
    struct request rq = {0};
    CHECK_INT(target_status(&rq, "/c/a%2Fb/x?q=a%26b+c&lang=fr&&flag"), 0);
    CHECK_INT(rq.n_segments, 3);
    CHECK_STR(rq.segments[1], "a/b");
    CHECK_INT(rq.n_query, 3);
    CHECK_STR(rq.query[0].value, "a&b c");
    CHECK_STR(rq.query[2].name, "flag");
    CHECK_INT(target_status(&rq, "/"), 0);
    CHECK_INT(rq.n_segments, 0);
    CHECK_INT(target_status(&rq, "http://map.example/list?q=1"), 0);
    CHECK_STR(rq.path, "/list");
    arena_done(&rq.arena);
}

TEST(traversal_nul_and_bad_escapes_are_refused)
{
    static const char *const bad[] = {"/..", "/%2e%2e/etc", "/a/../b", "/a/.", "/a%00", "/a%0", "/a%", "/a%zz", "/%ff",
        "/%c0%ae%c0%ae/", "/%0a", "/?a=%00", "/?a=%f", "*", "a/b", "/?a=%ed%a0%80"};
    struct request rq = {0};
    for (size_t i = 0; i < COUNT(bad); i++)
        CHECK_INT(target_status(&rq, bad[i]), 400);
    arena_done(&rq.arena);
}

TEST(weights_decide_what_is_accepted)
{
    CHECK(header_accepts(S("gzip, deflate, br"), S("gzip")));
    CHECK(!header_accepts(S("gzip;q=0, *"), S("gzip")));
    CHECK(header_accepts(S("br, *;q=0.1"), S("gzip")));
    CHECK(!header_accepts(S("identity"), S("gzip")));
    CHECK(!header_accepts(S(""), S("gzip")));
}

TEST(entity_tags_are_found_in_lists)
{
    CHECK(header_has_etag(S("\"a\", W/\"b\" , \"c\""), S("\"b\"")));
    CHECK(header_has_etag(S("*"), S("\"b\"")));
    CHECK(!header_has_etag(S("\"bb\""), S("\"b\"")));
}

TEST(language_follows_the_weights)
{
    CHECK(header_prefers_french(S("fr-FR,fr;q=0.9,en;q=0.8"), false));
    CHECK(!header_prefers_french(S("en-GB,en;q=0.9,fr;q=0.1"), true));
    CHECK(header_prefers_french(S("de"), true));
    CHECK(!header_prefers_french(S(""), false));
}

TEST(a_length_is_digits_that_fit)
{
    static const struct {
        const char *value;
        int status;
    } CASES[] = {{"0", 0}, {"5", 0}, {"005", 0}, {"18446744073709551615", 0}, {"18446744073709551616", 413}, {"99999999999999999999999", 413},
        {"", 400}, {"-1", 400}, {"+5", 400}, {"5, 5", 400}, {"5 ", 400}, {"0x5", 400}, {"five", 400}};
    for (size_t i = 0; i < COUNT(CASES); i++) {
        int status = 0;
        CHECK_INT(length_is_number(str_of(CASES[i].value), &status), CASES[i].status == 0);
        CHECK_INT(status, CASES[i].status);
    }
}
