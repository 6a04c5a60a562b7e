/* Two states of a record in words: what differs is shown, all of it, and nothing else. */
#include "tests/test.h"

#include <math.h>
#include <string.h>

#include "server/compare.h"

static struct request request;

static size_t put(struct buf *out, const struct deployment *before, const struct deployment *after, const char *conflicts)
{
    arena_done(&request.arena);
    arena_init(&request.arena, 1 << 20);
    struct page p = {.out = out, .rq = &request, .french = true};
    return compare_put(&p, &(struct comparison){.before = before, .after = after, .head_before = "compare.now", .head_after = "compare.proposed",
        .conflicts = str_of(conflicts)});
}

static struct device device_of(enum device_type type, enum mount mount)
{
    return (struct device){.at = {5.37, 43.3}, .type = type, .mount = mount, .tilt_deg = NAN};
}

static struct deployment camera(struct device *v)
{
    return (struct deployment){.category = CATEGORY_CCTV, .has_position = true, .at = {5.37, 43.3}, .device_count = -1, .retention_days = -1,
        .n_devices = v ? 1 : 0, .devices = v};
}

static bool has(const struct buf *out, const char *part)
{
    if (strstr(out->at, part))
        return true;
    print_error("no %s in %s\n", part, out->at);
    return false;
}

TEST(two_that_say_the_same_make_no_table)
{
    AUTO(buf) out = {0};
    struct device a = device_of(DEVICE_DOME, MOUNT_POLE), b = a;
    struct deployment before = camera(&a), after = camera(&b);
    before.version = 1;
    after.version = 2; /* a number of ours is no difference */
    CHECK_INT(put(&out, &before, &after, ""), 0);
    CHECK_INT(out.len, 0);
}

TEST(a_value_is_shown_before_and_after_and_nothing_is_said_to_be_nothing)
{
    AUTO(buf) out = {0};
    struct deployment before = camera(NULL), after = camera(NULL);
    after.summary_fr = S("une <b>place</b>");
    after.category = CATEGORY_ALPR;
    CHECK_INT(put(&out, &before, &after, ""), 2);
    CHECK(has(&out, "<td class=\"was\" data-head=\"Maintenant\">vidéosurveillance</td>"));
    CHECK(has(&out, "<td class=\"was\" data-head=\"Maintenant\"><span class=\"none\">rien</span></td>"));
    CHECK(has(&out, "une &lt;b&gt;place&lt;/b&gt;"));
}

TEST(of_a_list_only_what_came_and_went_is_shown)
{
    AUTO(buf) out = {0};
    struct device a[2] = {device_of(DEVICE_DOME, MOUNT_POLE), device_of(DEVICE_FIXED, MOUNT_WALL)}, b[2] = {a[1], device_of(DEVICE_PANNING, MOUNT_POLE)};
    struct deployment before = camera(a), after = camera(b);
    before.n_devices = after.n_devices = 2;
    CHECK_INT(put(&out, &before, &after, ""), 1);
    CHECK(has(&out, "<del>caméra dôme, sur un mât"));
    CHECK(has(&out, "<ins>caméra orientable, sur un mât"));
    CHECK(has(&out, "et 1 sans changement"));
    CHECK(!strstr(out.at, "caméra fixe"));
}

TEST(an_addition_has_one_column)
{
    AUTO(buf) out = {0};
    struct device v = device_of(DEVICE_DOME, MOUNT_POLE);
    struct deployment after = camera(&v);
    CHECK(put(&out, NULL, &after, "") >= 3);
    CHECK(!strstr(out.at, "class=\"was\""));
    CHECK(!strstr(out.at, "<ins>"));
    CHECK(has(&out, "43.3, 5.37"));
}

TEST(a_move_says_how_far)
{
    AUTO(buf) out = {0};
    struct deployment before = camera(NULL), after = camera(NULL);
    after.at.lat += 0.001;
    CHECK_INT(put(&out, &before, &after, ""), 1);
    CHECK(has(&out, "déplacé de 111\u00a0m"));
}

TEST(a_field_that_others_changed_is_marked)
{
    AUTO(buf) out = {0};
    struct deployment before = camera(NULL), after = camera(NULL);
    after.summary_fr = S("une");
    after.ref = S("7");
    put(&out, &before, &after, "orgs, summary_fr");
    CHECK(has(&out, "<tr class=conflict><th scope=\"row\">Résumé <span class=\"badge\">changé entre-temps"));
    CHECK(has(&out, "<tr><th scope=\"row\">Référence</th>"));
}

TEST(what_has_no_words_is_shown_as_it_is_kept)
{
    AUTO(buf) out = {0};
    struct deployment before = camera(NULL), after = camera(NULL);
    after.external_id = S("<x>");
    CHECK_INT(put(&out, &before, &after, ""), 1);
    CHECK(has(&out, "<code>external_id</code>"));
    CHECK(has(&out, "<code>&quot;&lt;x&gt;&quot;</code>"));
}

TEST(past_the_bound_of_a_list_it_is_said_that_there_is_more)
{
    AUTO(buf) out = {0};
    static struct device a[COMPARE_ITEMS_MAX + 1], b[COMPARE_ITEMS_MAX + 1];
    struct deployment before = camera(a), after = camera(b);
    for (size_t i = 0; i <= COMPARE_ITEMS_MAX; i++) {
        a[i] = b[i] = device_of(DEVICE_DOME, MOUNT_POLE);
        a[i].height_m = b[i].height_m = 2 + (double)i / 10;
    }
    b[0].mount = MOUNT_WALL;
    before.n_devices = after.n_devices = COMPARE_ITEMS_MAX + 1;
    CHECK_INT(put(&out, &before, &after, ""), 1);
    CHECK(has(&out, "Seuls les 100 premiers sont comparés ici."));
    buf_clear(&out);
    b[0].mount = MOUNT_POLE;
    b[COMPARE_ITEMS_MAX].mount = MOUNT_WALL; /* beyond the bound it is still a difference */
    CHECK_INT(put(&out, &before, &after, ""), 1);
    CHECK(has(&out, "Appareils"));
}
