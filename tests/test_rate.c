#include "tests/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/un.h>

#include "data/base/buf.h"
#include "data/base/limits.h"
#include "server/rate.h"

enum { READING, ADDING, SECOND = 1000, HOUR = 3600 * SECOND };

static struct sockaddr_storage address_of(const char *text)
{
    struct sockaddr_storage a = {0};
    CHECK(rate_forwarded(str_of(text), &a));
    return a;
}

static uint64_t key_of(struct rate *r, const char *text)
{
    struct sockaddr_storage a = address_of(text);
    return rate_key_address(r, ADDING, (struct sockaddr *)&a, 0);
}

TEST(a_caller_has_a_burst_and_then_waits_as_long_as_told)
{
    struct rate *r = rate_new();
    uint64_t key = rate_key_id(r, ADDING, 7, 0);
    int wait_s = -1;
    for (int i = 0; i < 5; i++)
        CHECK(rate_take(r, key, 60, 5, 0, &wait_s));
    CHECK_INT(wait_s, -1);
    CHECK(!rate_take(r, key, 60, 5, 0, &wait_s));
    CHECK_INT(wait_s, 60);
    CHECK(!rate_take(r, key, 60, 5, 59 * SECOND, &wait_s));
    CHECK_INT(wait_s, 1);
    CHECK(rate_take(r, key, 60, 5, 60 * SECOND, &wait_s));
    CHECK(!rate_take(r, key, 60, 5, 60 * SECOND, &wait_s));
    rate_free(r);
}

TEST(a_bucket_holds_no_more_than_its_burst_however_long_nobody_came)
{
    struct rate *r = rate_new();
    uint64_t key = rate_key_id(r, ADDING, 7, 0);
    int wait_s, taken = 0;
    CHECK(rate_take(r, key, 60, 3, 0, &wait_s));
    for (int i = 0; i < 10; i++)
        taken += rate_take(r, key, 60, 3, 20 * HOUR, &wait_s);
    CHECK_INT(taken, 3);
    rate_free(r);
}

TEST(whoever_comes_when_told_to_is_let_in)
{
    static const double per_hour[] = {0.3, 1, 7, 11, 3599, 3600, 7200, 1e6};
    struct rate *r = rate_new();
    for (size_t i = 0; i < COUNT(per_hour); i++) {
        uint64_t key = rate_key_id(r, ADDING, 100 + i, 0);
        int64_t now_ms = 12345;
        int wait_s = 0;
        CHECK(rate_take(r, key, per_hour[i], 1, now_ms, &wait_s));
        for (int k = 0; k < 50; k++) {
            CHECK(!rate_take(r, key, per_hour[i], 1, now_ms, &wait_s));
            CHECK(wait_s >= 1);
            now_ms += (int64_t)wait_s * SECOND;
            CHECK(rate_take(r, key, per_hour[i], 1, now_ms, &wait_s));
        }
    }
    rate_free(r);
}

TEST(a_burst_under_one_is_one_and_a_clock_that_steps_back_gives_nothing)
{
    struct rate *r = rate_new();
    uint64_t key = rate_key_id(r, ADDING, 1, HOUR);
    int wait_s;
    CHECK(rate_take(r, key, 1, 0, HOUR, &wait_s));
    CHECK(!rate_take(r, key, 1, 0, 0, &wait_s));
    CHECK(!rate_take(r, key, 1, 0, HOUR, &wait_s));
    CHECK(rate_take(r, key, 1, 0, 2 * HOUR, &wait_s));
    rate_free(r);
}

TEST(nothing_an_hour_means_no_limit)
{
    struct rate *r = rate_new();
    uint64_t key = rate_key_id(r, ADDING, 1, 0);
    int wait_s;
    for (int i = 0; i < 1000; i++) {
        CHECK(rate_take(r, key, 0, 1, 0, &wait_s));
        CHECK(rate_take_all(r, ADDING, 0, 1, 0, &wait_s));
    }
    CHECK_NEAR(rate_all_left(r, ADDING, 0, 1, 0), 1, 1e-9);
    rate_free(r);
}

TEST(ten_thousand_posts_of_one_network_do_not_touch_another)
{
    struct rate *r = rate_new();
    int taken = 0, wait_s;
    char text[32];
    for (int i = 0; i < 10000; i++) {
        snprintf(text, sizeof text, "192.0.2.%d", i % 256);
        taken += rate_take(r, key_of(r, text), 10, 20, 0, &wait_s);
    }
    CHECK_INT(taken, 20);
    CHECK(rate_take(r, key_of(r, "192.0.3.1"), 10, 20, 0, &wait_s));
    rate_free(r);
}

TEST(a_network_is_a_24_of_ipv4_and_a_48_of_ipv6)
{
    struct rate *r = rate_new();
    CHECK(key_of(r, "192.0.2.1") == key_of(r, "192.0.2.255"));
    CHECK(key_of(r, "192.0.2.1") != key_of(r, "192.0.3.1"));
    CHECK(key_of(r, "192.0.2.1:80") == key_of(r, "192.0.2.1:81"));
    CHECK(key_of(r, "::ffff:192.0.2.1") == key_of(r, "192.0.2.7"));
    CHECK(key_of(r, "2001:db8:1:2::3") == key_of(r, "2001:db8:1:ffff::"));
    CHECK(key_of(r, "2001:db8:1::") != key_of(r, "2001:db8:2::"));
    CHECK(key_of(r, "2001:db8:1::") != key_of(r, "192.0.2.1"));
    rate_free(r);
}

TEST(kinds_ids_and_addresses_are_counted_apart)
{
    struct rate *r = rate_new();
    struct sockaddr_storage a = address_of("0.0.0.0");
    CHECK(rate_key_id(r, READING, 1, 0) != rate_key_id(r, ADDING, 1, 0));
    CHECK(rate_key_id(r, READING, 1, 0) != rate_key_id(r, READING, 2, 0));
    CHECK(rate_key_id(r, READING, 0, 0) != rate_key_address(r, READING, (struct sockaddr *)&a, 0));
    CHECK(rate_key_address(r, RATE_KINDS_MAX - 1, (struct sockaddr *)&a, 0) != rate_key_address(r, 0, (struct sockaddr *)&a, 0));
    rate_free(r);
}

TEST(a_key_lives_one_day_and_no_other_table_has_it)
{
    struct rate *r = rate_new(), *other = rate_new();
    int64_t from = 5 * (int64_t)HOUR, day = 24 * (int64_t)HOUR;
    uint64_t key = rate_key_id(r, ADDING, 1, from);
    CHECK(rate_key_id(r, ADDING, 1, from + day - 1) == key);
    CHECK(rate_key_id(other, ADDING, 1, from) != key);
    int wait_s;
    CHECK(rate_take(r, key, 1, 1, from + day - 1, &wait_s));
    CHECK(!rate_take(r, key, 1, 1, from + day - 1, &wait_s));
    uint64_t tomorrow = rate_key_id(r, ADDING, 1, from + day);
    CHECK(tomorrow != key);
    CHECK(rate_take(r, tomorrow, 1, 1, from + day, &wait_s));
    rate_free(r);
    rate_free(other);
    rate_free(NULL);
}

TEST(a_crowded_table_forgets_who_was_seen_longest_ago)
{
    struct rate *r = rate_new();
    int wait_s;
    uint64_t base = (uint64_t)77 << 32;
    for (uint64_t i = 0; i < 17; i++) /* one more than share a place */
        CHECK(rate_take(r, base + (i << 16), 1, 1, (int64_t)i, &wait_s));
    for (uint64_t i = 1; i < 17; i++)
        CHECK(!rate_take(r, base + (i << 16), 1, 1, 20, &wait_s));
    CHECK(rate_take(r, base, 1, 1, 20, &wait_s));
    rate_free(r);
}

TEST(all_callers_share_one_bucket_of_each_kind)
{
    struct rate *r = rate_new();
    int wait_s;
    CHECK_NEAR(rate_all_left(r, ADDING, 3600, 4, 0), 1, 1e-9);
    for (int i = 0; i < 4; i++)
        CHECK(rate_take_all(r, ADDING, 3600, 4, 0, &wait_s));
    CHECK_NEAR(rate_all_left(r, ADDING, 3600, 4, 0), 0, 1e-9);
    CHECK(!rate_take_all(r, ADDING, 3600, 4, 0, &wait_s));
    CHECK_INT(wait_s, 1);
    CHECK(rate_take_all(r, READING, 3600, 4, 0, &wait_s));
    CHECK_NEAR(rate_all_left(r, ADDING, 3600, 4, 2 * SECOND), 0.5, 1e-9);
    rate_free(r);
}

TEST(loopback_addresses_and_unix_sockets_are_never_callers)
{
    static const struct {
        const char *address;
        bool loopback;
    } CASES[] = {{"127.0.0.1", true}, {"127.255.255.254", true}, {"128.0.0.1", false}, {"126.255.255.255", false}, {"::1", true}, {"::2", false},
        {"::", false}, {"::ffff:127.9.9.9", true}, {"::ffff:10.0.0.1", false}, {"10.0.0.1", false}, {"2001:db8::1", false}};
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct sockaddr_storage a = address_of(CASES[i].address);
        CHECK_INT(rate_is_loopback((struct sockaddr *)&a), CASES[i].loopback);
    }
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    CHECK(rate_is_loopback((struct sockaddr *)&local));
}

TEST(the_last_forwarded_address_counts)
{
    static const struct {
        const char *header, *address;
    } CASES[] = {{"192.0.2.1", "192.0.2.1"}, {"10.0.0.1, 192.0.2.1", "192.0.2.1"}, {"nonsense,,\x01, 192.0.2.1 ", "192.0.2.1"},
        {"192.0.2.1:4711", "192.0.2.1"}, {"a,2001:db8::1", "2001:db8::1"}, {"[2001:db8::1]", "2001:db8::1"},
        {"1.1.1.1,\t[2001:db8::1]:65535", "2001:db8::1"}, {"::ffff:192.0.2.1", "::ffff:192.0.2.1"}};
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct sockaddr_storage a = address_of(CASES[i].header);
        char text[INET6_ADDRSTRLEN];
        const void *bytes = a.ss_family == AF_INET ? (void *)&((struct sockaddr_in *)&a)->sin_addr : (void *)&((struct sockaddr_in6 *)&a)->sin6_addr;
        CHECK(inet_ntop(a.ss_family, bytes, text, sizeof text));
        CHECK_TEXT(text, CASES[i].address);
    }
    struct sockaddr_storage a = address_of("[::1]:443");
    CHECK_INT(ntohs(((struct sockaddr_in6 *)&a)->sin6_port), 443);
}

TEST(what_is_not_an_address_is_not_forwarded)
{
    static const char *const BAD[] = {"", ",", "192.0.2.1,", "unknown", "192.0.2", "192.0.2.256", "192.0.2.01", "192.0.2.1:", "192.0.2.1:0",
        "192.0.2.1:65536", "192.0.2.1:080", "192.0.2.1:8x", "192.0.2.1 2", "[192.0.2.1]", "[2001:db8::1", "2001:db8::1]", "[]", "[::1]443",
        "[::1]:", "[::1]:0", "fe80::1%eth0", "\"192.0.2.1\"", "for=192.0.2.1", "1::2::3", "\u00a0192.0.2.1", "192.0.2.1\n",
        "2001:db8:1111:2222:3333:4444:5555:6666:7777:8888:9999"};
    struct sockaddr_storage a = {.ss_family = AF_UNIX};
    for (size_t i = 0; i < COUNT(BAD); i++)
        CHECK(!rate_forwarded(str_of(BAD[i]), &a));
    CHECK(!rate_forwarded(str_from("192.0.2.1\0", 10), &a));
    CHECK_INT(a.ss_family, AF_UNIX);
}

TEST(a_forwarded_list_past_its_bound_is_refused)
{
    AUTO(buf) b = {0};
    while (b.len < FORWARDED_MAX_BYTES - 9)
        buf_char(&b, ',');
    buf_add(&b, S("192.0.2.1"));
    struct sockaddr_storage a;
    CHECK(rate_forwarded(buf_str(&b), &a));
    buf_char(&b, ' ');
    CHECK(!rate_forwarded(buf_str(&b), &a));
}

struct crowd {
    struct rate *r;
    uint64_t key;
    int taken;
};

static void *take_many(void *p)
{
    struct crowd *c = p;
    int wait_s;
    for (int i = 0; i < 2000; i++)
        c->taken += rate_take(c->r, c->key, 1, 1000, 0, &wait_s);
    return NULL;
}

TEST(threads_together_get_no_more_than_one_would)
{
    struct rate *r = rate_new();
    pthread_t threads[4];
    struct crowd crowd[4];
    int taken = 0;
    for (int i = 0; i < 4; i++) {
        crowd[i] = (struct crowd){r, rate_key_id(r, ADDING, 1, 0), 0};
        CHECK_INT(pthread_create(&threads[i], NULL, take_many, &crowd[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        taken += crowd[i].taken;
    }
    CHECK_INT(taken, 1000);
    rate_free(r);
}
