#include "tests/test.h"

#include <pthread.h>

#include "server/tile_cache.h"

static struct answer *answer_of(size_t bytes)
{
    struct response rs = {.content_type = "image/png", .headers = HEADERS_TILE};
    buf_room(&rs.body, bytes);
    memset(rs.body.at, 'x', bytes);
    rs.body.len = bytes;
    return answer_new(&rs, false);
}

static struct tile_key key_of(uint32_t x, uint32_t y, uint8_t z)
{
    return (struct tile_key){.x = x, .y = y, .z = z, .scale = 1};
}

static struct spot_box sight_of(const struct tile_key *k)
{
    return tile_spots((struct tile){k->x, k->y, k->z});
}

static bool put(struct tile_cache *c, struct tile_key k, uint64_t seq)
{
    struct answer *a = answer_of(100);
    bool kept = tile_cache_put(c, &k, sight_of(&k), seq, a);
    answer_drop(a);
    return kept;
}

static bool has(struct tile_cache *c, struct tile_key k)
{
    struct answer *a = tile_cache_get(c, &k);
    answer_drop(a);
    return a != NULL;
}

TEST(what_was_put_is_got_and_other_keys_are_not)
{
    struct tile_cache *c = tile_cache_new(1 << 20);
    CHECK(put(c, key_of(1, 2, 3), 1));
    CHECK(has(c, key_of(1, 2, 3)));
    CHECK(!has(c, key_of(2, 1, 3)));
    struct tile_key filtered = key_of(1, 2, 3);
    filtered.filter = 7;
    CHECK(!has(c, filtered));
    tile_cache_free(c);
}

TEST(bytes_stay_within_the_bound_and_what_is_used_stays_longest)
{
    struct tile_cache *c = tile_cache_new(100 * 1000);
    put(c, key_of(0, 0, 10), 1);
    for (uint32_t i = 1; i < 500; i++) {
        put(c, key_of(i, 0, 10), 1);
        CHECK(has(c, key_of(0, 0, 10)));
        CHECK(tile_cache_counts(c).bytes <= 100 * 1000);
    }
    CHECK(tile_cache_counts(c).evicted > 300);
    tile_cache_free(c);
}

TEST(a_change_forgets_the_tiles_that_see_it_at_every_zoom_and_no_others)
{
    struct tile_cache *c = tile_cache_new(1 << 24);
    struct spot at = {0x80000001u, 0x40000001u};
    for (uint8_t z = 0; z <= 22; z++) {
        struct tile t = tile_at(at, z);
        put(c, key_of(t.x, t.y, z), 1);
        if (z > 1)
            put(c, key_of(t.x + 1, t.y, z), 1);
    }
    tile_cache_forget(c, &(struct spot_box){at.x, at.y, at.x, at.y}, 1, 2);
    for (uint8_t z = 0; z <= 22; z++) {
        struct tile t = tile_at(at, z);
        CHECK(!has(c, key_of(t.x, t.y, z)));
        if (z > 1)
            CHECK(has(c, key_of(t.x + 1, t.y, z)));
    }
    tile_cache_free(c);
}

TEST(a_tile_drawn_before_a_change_in_its_box_is_refused)
{
    struct tile_cache *c = tile_cache_new(1 << 20);
    struct tile_key here = key_of(5, 5, 8), there = key_of(100, 100, 8);
    struct spot_box changed = sight_of(&here);
    tile_cache_forget(c, &changed, 1, 10);
    CHECK(!put(c, here, 9));
    CHECK(!has(c, here));
    CHECK(put(c, there, 9));
    CHECK(put(c, here, 10));
    CHECK_INT(tile_cache_counts(c).refused, 1);
    tile_cache_free(c);
}

TEST(a_tile_older_than_all_that_is_remembered_is_refused)
{
    struct tile_cache *c = tile_cache_new(1 << 20);
    struct tile_key far = key_of(0, 0, 8), here = key_of(5, 5, 8);
    for (uint64_t seq = 1; seq <= 5000; seq++)
        tile_cache_forget(c, &(struct spot_box){0xf0000000u, 0xf0000000u, 0xf0000001u, 0xf0000001u}, 1, seq);
    CHECK(!put(c, here, 3));
    CHECK(put(c, far, 4000));
    tile_cache_free(c);
}

TEST(a_large_change_forgets_all_it_touches)
{
    enum { N = 5000 };
    struct tile_cache *c = tile_cache_new(1 << 26);
    struct spot_box *boxes = base_alloc(N, sizeof *boxes);
    for (uint32_t i = 0; i < N; i++) {
        struct spot at = {i * 800000u, (i * 7919u % N) * 800000u};
        boxes[i] = (struct spot_box){at.x, at.y, at.x, at.y};
        struct tile t = tile_at(at, 14);
        put(c, key_of(t.x, t.y, 14), 1);
    }
    tile_cache_forget(c, boxes, N, 2);
    CHECK_INT(tile_cache_counts(c).tiles, 0);
    free(boxes);
    tile_cache_free(c);
}

static void *hammer(void *arg)
{
    struct tile_cache *c = arg;
    for (uint32_t i = 0; i < 3000; i++) {
        struct tile_key k = key_of(i % 97, i % 13, 9);
        struct answer *a = tile_cache_get(c, &k);
        if (a)
            answer_drop(a);
        else
            put(c, k, i);
        if (i % 100 == 0) {
            struct spot_box box = sight_of(&k);
            tile_cache_forget(c, &box, 1, i);
        }
    }
    return NULL;
}

TEST(threads_put_get_and_forget_at_once)
{
    struct tile_cache *c = tile_cache_new(200 * 1000);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, hammer, c);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    CHECK(tile_cache_counts(c).bytes <= 200 * 1000);
    tile_cache_free(c);
}
