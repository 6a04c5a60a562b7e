/* The texts round pictures of the map and on cards. */
#include "server/texts.h"

#include "data/base/base.h"

static const struct words TEXTS[] = {
    /* ---- titles and sentences ---- */
    {"picture.on_record", "la surveillance relevée", "surveillance on record"},
    {"picture.kinds", "%N sortes de dispositifs", "%N kinds of devices"},
    {"picture.only", "Seulement :", "Only:"},
    {"picture.states", "Dans cet état seulement :", "In this state only:"},
    {"picture.operators", "Exploitant :", "Operator:"},
    {"picture.vendors", "Fournisseur :", "Vendor:"},
    {"picture.spaces", "Lieux :", "Places:"},
    {"picture.all_shown", "Privé, intérieur et radars compris.", "Private, indoor and speed cameras included."},
    {"picture.private_shown", "Privé et intérieur compris.", "Private and indoor included."},
    {"picture.hidden", "Sans les caméras privées et intérieures ni les radars.", "Without private, indoor and speed cameras."},
    {"picture.here", "Dans cette image :", "In this picture:"},
    {"picture.incomplete", "Relevé\u00a0incomplet.", "The survey is incomplete."},
    {"picture.nothing_like_it", "Rien de tel n'est relevé ici. Relevé\u00a0incomplet.", "Nothing of that kind is on record here. The survey is incomplete."},
    {"picture.data", "Données au %D", "Data as of %D"},
    {"picture.by_data", "d'après les données au %D", "by the data of %D"},
    {"picture.no_data", "aucune donnée", "no data"},
    {"picture.state_of", "Situation", "Situation"},
    {"picture.north", "N", "N"},
    {"picture.at_latitude", "à %d° de latitude", "at %d° of latitude"},
    {"picture.map_by", "Carte : %s", "Map: %s"},

    /* ---- the legend ---- */
    {"picture.state", "État", "State"},
    {"picture.stale", "Nouvelle ancienne (pâle)", "Old news (pale)"},
    {"picture.direction", "Regarde par là", "Looks that way"},
    {"picture.cone", "Champ de vision, largeur connue", "Field of view, width known"},
    {"picture.cone_estimated", "Champ estimé, pas une preuve", "Estimated field of view, no proof"},
    {"picture.ring", "Nombre de dispositifs, parts par famille", "Number of devices, shares by family"},
    {"picture.badge", "Connus à l'échelle de la ville, sans lieu précis", "Known to the city, not to a place"},
    {"picture.city_level", "À l'échelle de la ville, sans lieu précis", "Known to the city, not to a place"},
    {"picture.more", "et %N autres", "and %N others"},
};

const struct words_table TEXTS_STATIC = {TEXTS, COUNT(TEXTS)};
