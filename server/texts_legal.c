/* The texts of /legal and /contact. */
#include "server/texts.h"

#include "data/base/base.h"

static const struct words TEXTS[] = {
    {"legal.1", "La personne qui exploite ce serveur n'a pas encore indiqué ici l'éditeur, l'hébergeur ni le responsable du traitement.",
        "Whoever runs this server has not yet named here the publisher, the host and the controller."},
    {"legal.2", "# Ce que ce site retient de vous", "# What this site keeps about you"},
    {"legal.3", "Rien. Il ne pose pas de cookie, n'écrit rien dans votre navigateur, n'appelle aucun autre serveur et ne tient pas de journal des visites. « Autour de moi » demande votre position à votre navigateur ; elle ne sert qu'à déplacer la carte, dont la vue est alors demandée à ce serveur.",
        "Nothing. It sets no cookie, writes nothing in your browser, calls no other server and keeps no log of visits. “Around me” asks your browser for your position; it serves only to move the map, whose view is then asked of this server."},
    {"legal.4", "# Licences", "# Licences"},
    {"legal.5", "Les faits sont sous ODbL 1.0, les textes et photos sous CC BY-SA 4.0, sauf mention sur la fiche. Le programme est libre (AGPL 3.0 ou ultérieure).",
        "Facts are under ODbL 1.0, texts and photos under CC BY-SA 4.0, unless the record says otherwise. The program is free software (AGPL 3.0 or later)."},
    {"contact.1", "La personne qui exploite ce serveur n'a pas encore indiqué d'adresse.", "Whoever runs this server has not given an address yet."},
    {"contact.2", "Pour signaler une erreur, une atteinte à la vie privée ou exercer un droit de réponse, notez le numéro de la fiche et sa version : ils sont au bas de chaque fiche.",
        "To report an error, a breach of privacy or to exercise a right of reply, note the record's number and version: they stand at the foot of each record."},
};

const struct words_table TEXTS_LEGAL = {TEXTS, COUNT(TEXTS)};
