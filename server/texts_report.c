/* The texts of reports, of what became of a contribution, and of photos. */
#include "server/texts.h"

#include "data/base/base.h"

static const struct words TEXTS[] = {
    {"track.title", "Suivre une contribution", "Follow a contribution"},
};

const struct words_table TEXTS_REPORT = {TEXTS, COUNT(TEXTS)};
