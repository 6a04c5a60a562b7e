/*
 * Used challenges are a small table, read from end to end: it is asked only once the work was found done. When it is full,
 * the one made longest ago makes room, and for one newer than itself only. What was forgotten is not newer than what is
 * left, which stays until it expires, when the forgotten one has expired too: so no challenge is ever taken twice. Under a
 * flood they only expire sooner.
 */
#include "server/challenge.h"

#include <pthread.h>
#include <string.h>

#include "data/base/hash.h"
#include "data/base/limits.h"

enum { NONCE_BYTES = 8, HEX_DIGITS = 16, BITS_MAX = 64 };

struct spent {
    bool used;
    int64_t made_s;
    uint64_t mac; /* of time and nonce, so it stands for both */
};
static struct {
    pthread_mutex_t lock; /* guards all below */
    int64_t latest_s;     /* of any thread's now: what expired for one must not be fresh for another */
    struct spent spent[CHALLENGES_SPENT_MAX];
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER, .latest_s = INT64_MIN};

static uint8_t process_key[16];
static pthread_once_t key_once = PTHREAD_ONCE_INIT;

static void make_key(void)
{
    hash_random(process_key, sizeof process_key);
}

static uint64_t mac_of(struct str time_and_nonce)
{
    pthread_once(&key_once, make_key);
    return hash_keyed(process_key, time_and_nonce.at, time_and_nonce.len);
}

void challenge_make(struct buf *out, int64_t now_s)
{
    uint8_t nonce[NONCE_BYTES];
    size_t from = out->len;
    hash_random(nonce, sizeof nonce);
    buf_i64(out, now_s);
    buf_char(out, '.');
    buf_hex(out, nonce, sizeof nonce);
    uint64_t mac = mac_of(str_slice(buf_str(out), from, out->len));
    buf_char(out, '.');
    buf_hex(out, &mac, sizeof mac);
}

/* Two MACs are compared as numbers, which takes as long wherever they differ. */
static bool read_hex(struct str s, uint64_t *out)
{
    uint8_t bytes[8] = {0};
    for (size_t i = 0; i < HEX_DIGITS; i++) {
        char c = s.at[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0)
            return false;
        bytes[i / 2] = (uint8_t)(bytes[i / 2] << 4 | digit);
    }
    memcpy(out, bytes, sizeof bytes);
    return true;
}

/* Ours, and what it says. There is one spelling: the MAC is over the text, and its own digits are lower case. */
static bool read_challenge(struct str challenge, int64_t *made_s, uint64_t *mac)
{
    enum { TAIL = 1 + HEX_DIGITS }; /* a full stop and digits, twice */
    if (challenge.len <= 2 * TAIL || challenge.len > 20 + 2 * TAIL)
        return false;
    struct str signed_part = str_slice(challenge, 0, challenge.len - TAIL);
    struct str time = str_slice(challenge, 0, challenge.len - 2 * TAIL);
    return challenge.at[signed_part.len] == '.' && read_hex(str_slice(challenge, signed_part.len + 1, challenge.len), mac) &&
        *mac == mac_of(signed_part) && str_i64(time, made_s);
}

int64_t challenge_age_s(struct str challenge, int64_t now_s)
{
    int64_t made_s;
    uint64_t mac;
    return read_challenge(challenge, &made_s, &mac) && made_s <= now_s ? now_s - made_s : -1;
}

static bool is_fresh(int64_t made_s, int64_t now_s)
{
    return made_s <= now_s && now_s - made_s <= CHALLENGE_FRESH_S;
}

static int zero_bits(const struct sha256 *h)
{
    int bits = 0;
    size_t i = 0;
    for (; i < sizeof h->bytes && !h->bytes[i]; i++)
        bits += 8;
    for (int b = 7; i < sizeof h->bytes && b >= 0 && !(h->bytes[i] >> b & 1); b--)
        bits++;
    return bits;
}

static bool is_solved(struct str challenge, struct str answer, int bits)
{
    uint64_t number;
    if (!str_u64(answer, &number))
        return false;
    AUTO(buf) text = {0};
    buf_add(&text, challenge);
    buf_char(&text, ':');
    buf_add(&text, answer);
    struct sha256 h = hash_sha256(buf_str(&text));
    return zero_bits(&h) >= bits;
}

static bool too_old(struct err *err)
{
    return err_set(err, ERR_INVALID, "the form is too old, please send it again");
}

/* The lock is held. An expired entry is as good as a free one. */
static bool spend_locked(int64_t made_s, uint64_t mac, int64_t now_s, struct err *err)
{
    struct spent *room = NULL;
    kept.latest_s = MAX(kept.latest_s, now_s);
    if (!is_fresh(made_s, kept.latest_s))
        return too_old(err);
    for (size_t i = 0; i < CHALLENGES_SPENT_MAX; i++) {
        struct spent *s = &kept.spent[i];
        if (s->used && !is_fresh(s->made_s, kept.latest_s))
            s->used = false;
        if (s->used && s->mac == mac && s->made_s == made_s)
            return err_set(err, ERR_CONFLICT, "the form was sent already");
        if (!room || (room->used && (!s->used || s->made_s < room->made_s)))
            room = s;
    }
    if (room->used && room->made_s >= made_s)
        return too_old(err); /* it may be one that was forgotten */
    *room = (struct spent){.used = true, .made_s = made_s, .mac = mac};
    return true;
}

static bool spend(int64_t made_s, uint64_t mac, int64_t now_s, struct err *err)
{
    pthread_mutex_lock(&kept.lock);
    bool ok = spend_locked(made_s, mac, now_s, err);
    pthread_mutex_unlock(&kept.lock);
    return ok;
}

static bool read_fresh(struct str challenge, int64_t now_s, int64_t *made_s, uint64_t *mac, struct err *err)
{
    if (!read_challenge(challenge, made_s, mac))
        return err_set(err, ERR_INVALID, "the form is not one of this server's, please load it again");
    return is_fresh(*made_s, now_s) || too_old(err);
}

bool challenge_check(struct str challenge, struct str answer, int64_t now_s, int bits, struct err *err)
{
    int64_t made_s;
    uint64_t mac;
    must(bits >= 0 && bits <= BITS_MAX);
    if (!read_fresh(challenge, now_s, &made_s, &mac, err))
        return false;
    if (!is_solved(challenge, answer, bits))
        return err_set(err, ERR_INVALID, "the form was sent without the work it asks of the browser");
    return spend(made_s, mac, now_s, err);
}

bool challenge_check_age(struct str challenge, int64_t now_s, struct err *err)
{
    int64_t made_s;
    uint64_t mac;
    if (!read_fresh(challenge, now_s, &made_s, &mac, err))
        return false;
    if (now_s - made_s < CHALLENGE_FILL_S)
        return err_set(err, ERR_INVALID, "the form was sent within %d seconds, please send it again", CHALLENGE_FILL_S);
    return spend(made_s, mac, now_s, err);
}
