/* The texts of a group's page. */
#include "server/texts.h"

#include "data/base/base.h"

static const struct words TEXTS[] = {
    {"group.title", "Le groupe local", "The local group"},
};

const struct words_table TEXTS_GROUP = {TEXTS, COUNT(TEXTS)};
