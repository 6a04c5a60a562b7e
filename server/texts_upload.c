/* The texts of uploaded files. */
#include "server/texts.h"

#include "data/base/base.h"

static const struct words TEXTS[] = {
    {"upload.title", "Verser un fichier", "Upload a file"},
};

const struct words_table TEXTS_UPLOAD = {TEXTS, COUNT(TEXTS)};
