/*
 * Secrets that people and programs carry: receipts, tokens, session keys, passwords. Codes are random and written in
 * Crockford's base 32 (no I, L, O, U), in groups, so that they can be read out and typed; what is kept is their SHA-256,
 * which is enough for something that cannot be guessed. Passwords can, so they are kept as Argon2id.
 */
#ifndef DATA_BASE_SECRET_H
#define DATA_BASE_SECRET_H

#include "data/base/buf.h"
#include "data/base/hash.h"

enum { SECRET_CHARACTERS = 26 /* of 5 bits */ };

/* Appends a new code: "7K3QM-…-7K3QM2": four groups of five and one of six. */
void secret_make(struct buf *out);
/* Of a code as somebody typed it: case, spaces and hyphens do not count, O is 0, I and L are 1. False: it is no such code. */
bool secret_hash(struct str typed, struct sha256 *out);

enum { PASSWORD_MIN_BYTES = 10, PASSWORD_MAX_BYTES = 256, PASSWORD_KEPT_BYTES = 128 };
/* Argon2id (RFC 9106) with 64 MiB and two passes; takes tens of milliseconds on purpose. */
bool password_keep(struct str password, char out[PASSWORD_KEPT_BYTES], struct err *err) MUST_USE;
bool password_fits(struct str password, const char *kept);

#endif
