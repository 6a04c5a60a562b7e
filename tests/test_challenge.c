#include "tests/test.h"

#include <pthread.h>

#include "data/base/hash.h"
#include "data/base/limits.h"
#include "server/challenge.h"

enum { BITS = 8 };
static struct err err;

static struct buf made_at(int64_t now_s)
{
    struct buf b = {0};
    challenge_make(&b, now_s);
    return b;
}

/* What the browser does: the first number that gives so many zero bits, or with `wrong` the first that does not. */
static void answer_of(struct buf *out, struct str challenge, bool wrong)
{
    for (uint64_t number = 0;; number++) {
        AUTO(buf) text = {0};
        buf_add(&text, challenge);
        buf_char(&text, ':');
        buf_u64(&text, number);
        bool solves = hash_sha256(buf_str(&text)).bytes[0] == 0; /* eight bits */
        if (solves == wrong)
            continue;
        buf_clear(out);
        buf_u64(out, number);
        return;
    }
}

static enum err_code check(struct str challenge, struct str answer, int64_t now_s, int bits)
{
    err = (struct err){0};
    bool ok = challenge_check(challenge, answer, now_s, bits, &err);
    CHECK(ok == !err.code);
    return err.code;
}

static enum err_code check_solved(struct str challenge, int64_t now_s)
{
    AUTO(buf) answer = {0};
    answer_of(&answer, challenge, false);
    return check(challenge, buf_str(&answer), now_s, BITS);
}

static enum err_code check_age(struct str challenge, int64_t now_s)
{
    err = (struct err){0};
    bool ok = challenge_check_age(challenge, now_s, &err);
    CHECK(ok == !err.code);
    return err.code;
}

TEST(a_solved_challenge_is_taken_once)
{
    AUTO(buf) c = made_at(1000);
    CHECK_INT(check_solved(buf_str(&c), 1000), ERR_NONE);
    CHECK_INT(check_solved(buf_str(&c), 1000), ERR_CONFLICT);
    CHECK_INT(check_age(buf_str(&c), 1010), ERR_CONFLICT);
    AUTO(buf) other = made_at(1000);
    CHECK(!str_eq(buf_str(&c), buf_str(&other)));
    CHECK_INT(check_solved(buf_str(&other), 1000), ERR_NONE);
}

TEST(a_wrong_answer_is_refused_and_uses_nothing_up)
{
    static const char *const BAD[] = {"", "-1", "x", "1 ", "0x1", "18446744073709551616"};
    AUTO(buf) c = made_at(1000);
    AUTO(buf) answer = {0};
    for (size_t i = 0; i < COUNT(BAD); i++)
        CHECK_INT(check(buf_str(&c), str_of(BAD[i]), 1000, 0), ERR_INVALID);
    answer_of(&answer, buf_str(&c), true);
    CHECK_INT(check(buf_str(&c), buf_str(&answer), 1000, BITS), ERR_INVALID);
    answer_of(&answer, buf_str(&c), false);
    CHECK_INT(check(buf_str(&c), buf_str(&answer), 1000, 64), ERR_INVALID);
    AUTO(buf) padded = {0};
    buf_char(&padded, '0');
    buf_add(&padded, buf_str(&answer));
    CHECK_INT(check(buf_str(&c), buf_str(&padded), 1000, BITS), ERR_INVALID);
    CHECK_INT(check(buf_str(&c), buf_str(&answer), 1000, BITS), ERR_NONE);
}

/* A challenge for each number, because the check with as many bits as it has uses it up. */
TEST(each_bit_asked_for_is_looked_at)
{
    for (int i = 0; i < 300; i++) {
        AUTO(buf) c = made_at(1000);
        AUTO(buf) text = {0};
        buf_fmt(&text, "%.*s:7", STR_ARG(buf_str(&c)));
        struct sha256 h = hash_sha256(buf_str(&text));
        uint32_t head = (uint32_t)h.bytes[0] << 24 | (uint32_t)h.bytes[1] << 16 | (uint32_t)h.bytes[2] << 8 | 1;
        int bits = __builtin_clz(head);
        CHECK_INT(check(buf_str(&c), S("7"), 1000, bits + 1), ERR_INVALID);
        CHECK_INT(check(buf_str(&c), S("7"), 1000, bits), ERR_NONE);
    }
}

TEST(a_challenge_is_fresh_for_half_an_hour)
{
    AUTO(buf) first = made_at(5000);
    AUTO(buf) second = made_at(5000);
    CHECK_INT(check_solved(buf_str(&first), 5000 + CHALLENGE_FRESH_S), ERR_NONE);
    CHECK_INT(check_solved(buf_str(&second), 5000 + CHALLENGE_FRESH_S + 1), ERR_INVALID);
    CHECK_INT(check_solved(buf_str(&second), 4999), ERR_INVALID);
    CHECK_INT(check_age(buf_str(&second), 5000 + CHALLENGE_FRESH_S + 1), ERR_INVALID);
    CHECK_INT(check_age(buf_str(&second), 5000 + CHALLENGE_FRESH_S), ERR_NONE);
}

TEST(without_script_a_form_takes_three_seconds_to_fill_in)
{
    AUTO(buf) c = made_at(5000);
    CHECK_INT(challenge_age_s(buf_str(&c), 5002), 2);
    CHECK_INT(check_age(buf_str(&c), 5000 + CHALLENGE_FILL_S - 1), ERR_INVALID);
    CHECK_INT(check_age(buf_str(&c), 5000 + CHALLENGE_FILL_S), ERR_NONE);
    CHECK_INT(check_age(buf_str(&c), 5000 + CHALLENGE_FILL_S), ERR_CONFLICT);
    CHECK_INT(challenge_age_s(buf_str(&c), 4999), -1);
}

TEST(any_change_makes_a_challenge_not_ours)
{
    AUTO(buf) c = made_at(5000);
    for (size_t i = 0; i < c.len; i++) {
        char was = c.at[i];
        static const char to[] = {'1', 'a', 'A', '.', '-', '\0', (char)0xff};
        for (size_t k = 0; k < COUNT(to); k++) {
            c.at[i] = to[k];
            CHECK_INT(challenge_age_s(buf_str(&c), 5000), to[k] == was ? 0 : -1);
        }
        c.at[i] = was;
        CHECK_INT(challenge_age_s(str_slice(buf_str(&c), 0, i), 5000), -1);
        CHECK_INT(challenge_age_s(str_slice(buf_str(&c), i + 1, c.len), 5000), -1);
    }
    CHECK_INT(challenge_age_s(buf_str(&c), 5000), 0);
    buf_char(&c, '0');
    CHECK_INT(challenge_age_s(buf_str(&c), 5000), -1);
    CHECK_INT(check(S(""), S("0"), 5000, 0), ERR_INVALID);
    CHECK_INT(check(S("5000.0000000000000000.0000000000000000"), S("0"), 5000, 0), ERR_INVALID);
}

static void *spend_many(void *p)
{
    int *taken = p;
    struct err mine;
    static struct buf c;
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    if (!c.len)
        challenge_make(&c, 6000);
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < 100; i++)
        *taken += challenge_check_age(buf_str(&c), 6010, &mine);
    return NULL;
}

TEST(of_many_threads_one_uses_a_challenge)
{
    pthread_t threads[4];
    int taken[4] = {0};
    for (int i = 0; i < 4; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, spend_many, &taken[i]), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    CHECK_INT(taken[0] + taken[1] + taken[2] + taken[3], 1);
}

/* Later than the tests before it, so that what they used has expired. */
TEST(past_the_number_remembered_older_challenges_expire_and_none_is_taken_twice)
{
    int64_t from = 100000;
    AUTO(buf) early = made_at(from - 1);
    AUTO(buf) first = made_at(from);
    CHECK_INT(check_age(buf_str(&first), from + 10), ERR_NONE);
    for (int i = 1; i < CHALLENGES_SPENT_MAX; i++) {
        AUTO(buf) c = made_at(from + 1);
        CHECK_INT(check_age(buf_str(&c), from + 10), ERR_NONE);
    }
    CHECK_INT(check_age(buf_str(&first), from + 10), ERR_CONFLICT);
    AUTO(buf) late = made_at(from + 2);
    CHECK_INT(check_age(buf_str(&late), from + 10), ERR_NONE);     /* one past: the first is forgotten … */
    CHECK_INT(check_age(buf_str(&first), from + 10), ERR_INVALID); /* … and not taken for that */
    CHECK_INT(check_age(buf_str(&early), from + 10), ERR_INVALID);
    CHECK_INT(check_age(buf_str(&late), from + 10), ERR_CONFLICT);
    AUTO(buf) same = made_at(from + 1);
    CHECK_INT(check_age(buf_str(&same), from + 10), ERR_INVALID); /* as old as the oldest: it may have been forgotten */
    AUTO(buf) after = made_at(from + CHALLENGE_FRESH_S + 10);
    CHECK_INT(check_age(buf_str(&after), from + CHALLENGE_FRESH_S + 20), ERR_NONE);
}

/* Later again than the test before it. */
TEST(what_expired_for_one_thread_is_not_fresh_for_another_that_is_late)
{
    int64_t from = 200000, end = from + CHALLENGE_FRESH_S;
    AUTO(buf) c = made_at(from);
    AUTO(buf) other = made_at(end);
    CHECK_INT(check_age(buf_str(&c), end), ERR_NONE);
    CHECK_INT(check_age(buf_str(&other), end + 10), ERR_NONE);
    CHECK_INT(check_age(buf_str(&c), end), ERR_INVALID);
}
