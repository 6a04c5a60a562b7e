/* The texts of logging in and of moderation. */
#include "server/texts.h"

#include "data/base/base.h"

static const struct words TEXTS[] = {
    {"login.title", "Se connecter", "Log in"},
};

const struct words_table TEXTS_QUEUE = {TEXTS, COUNT(TEXTS)};
