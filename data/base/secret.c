#include "data/base/secret.h"

#include <pthread.h>
#include <sodium.h>

#include "data/base/base32.h"

enum { GROUP = 5 };

void secret_make(struct buf *out)
{
    unsigned char chance[SECRET_CHARACTERS];
    hash_random(chance, sizeof chance);
    for (size_t i = 0; i < SECRET_CHARACTERS; i++) {
        if (i && i % GROUP == 0 && i + 1 < SECRET_CHARACTERS)
            buf_char(out, '-');
        buf_char(out, base32_digit(chance[i]));
    }
    sodium_memzero(chance, sizeof chance);
}

bool secret_hash(struct str typed, struct sha256 *out)
{
    char plain[SECRET_CHARACTERS];
    size_t n = 0;
    for (size_t i = 0; i < typed.len; i++) {
        char c = typed.at[i];
        if (c == '-' || c == ' ')
            continue;
        int value = base32_value((unsigned char)c);
        if (value < 0 || n == sizeof plain)
            return false;
        plain[n++] = base32_digit((unsigned)value);
    }
    if (n != sizeof plain)
        return false;
    *out = hash_sha256(str_from(plain, n));
    return true;
}

/* One at a time: each takes 64 MiB while it runs. */
static pthread_mutex_t one_password = PTHREAD_MUTEX_INITIALIZER;

bool password_keep(struct str password, char out[PASSWORD_KEPT_BYTES], struct err *err)
{
    if (password.len < PASSWORD_MIN_BYTES || password.len > PASSWORD_MAX_BYTES)
        return err_set(err, ERR_INVALID, "a password has %d to %d bytes", PASSWORD_MIN_BYTES, PASSWORD_MAX_BYTES);
    _Static_assert(PASSWORD_KEPT_BYTES >= crypto_pwhash_STRBYTES, "what libsodium writes fits");
    pthread_mutex_lock(&one_password);
    int rc = crypto_pwhash_str(out, password.at, password.len, crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE);
    pthread_mutex_unlock(&one_password);
    return rc == 0 || err_set(err, ERR_BUSY, "there is not enough memory to keep a password; try again");
}

bool password_fits(struct str password, const char *kept)
{
    if (password.len > PASSWORD_MAX_BYTES)
        return false;
    pthread_mutex_lock(&one_password);
    int rc = crypto_pwhash_str_verify(kept, password.at, password.len);
    pthread_mutex_unlock(&one_password);
    return rc == 0;
}
