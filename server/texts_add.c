/* The texts of what every form has, and of adding and correcting records. */
#include "server/texts.h"

#include "data/base/base.h"

static const struct words TEXTS[] = {
    {"form.wrong", "Il reste des points à corriger :", "Something is still to be corrected:"},
    {"gate.closed", "Ce site ne prend pas de contributions pour l'instant.", "This site takes no contributions at the moment."},
    {"gate.token", "Ce site ne prend de contributions que de personnes qui ont un compte ou un code d'atelier.",
        "This site takes contributions only from people who have an account or a workshop's code."},
    {"form.trap", "Ne remplissez pas ce champ", "Leave this field empty"},
};

const struct words_table TEXTS_ADD = {TEXTS, COUNT(TEXTS)};
