/*
 * Proof of work: a form asks the browser for a second of computing, which one visitor does not notice and ten thousand
 * posts do. Nobody else is asked, nothing is stored about the visitor, and what is kept of a form that was handed out is
 * nothing at all: the challenge carries its own time and our mark. A challenge is TIME.NONCE.MAC; its answer is a number
 * such that SHA-256("CHALLENGE:NUMBER") starts with so many zero bits. A restart makes open challenges worthless, and
 * whoever sends one is to be given a new one. Any thread may ask.
 *
 * Without script there is no answer; there the rule is that a form takes some seconds to fill in (CHALLENGE_FILL_S), along
 * with a field that people do not see, which is the page's. Ask server/rate.h first: whoever uses up thousands of fresh
 * challenges makes those of others expire early.
 *
 * now_s is any clock that does not step back, the same for all calls (clock_mono_ms() / 1000).
 */
#ifndef SERVER_CHALLENGE_H
#define SERVER_CHALLENGE_H

#include "data/base/buf.h"
#include "data/base/err.h"
#include "data/base/str.h"

/* Writes a new challenge: digits, hexadecimal digits and full stops. */
void challenge_make(struct buf *out, int64_t now_s);

/*
 * Whether the challenge is ours, fresh (CHALLENGE_FRESH_S), solved by the answer (canonical decimal digits, under 2^64) and
 * not used before; it is used from then on. ERR_INVALID, or ERR_CONFLICT for one that was used. What fails uses nothing up.
 */
bool challenge_check(struct str challenge, struct str answer, int64_t now_s, int bits, struct err *err) MUST_USE;

/* The same without an answer: ours, fresh, CHALLENGE_FILL_S old at least, and not used before. */
bool challenge_check_age(struct str challenge, int64_t now_s, struct err *err) MUST_USE;

/* How long ago it was made; -1 if it is not ours. It says nothing of whether it was used. */
int64_t challenge_age_s(struct str challenge, int64_t now_s);

#endif
