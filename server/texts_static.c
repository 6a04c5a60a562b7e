/* The texts round pictures of the map and on cards. */
#include "server/texts.h"

#include "data/base/base.h"

static const struct words TEXTS[] = {
    /* ---- titles and sentences ---- */
    {"picture.on_record", "la surveillance relevée", "surveillance on record"},
    {"picture.around", "et alentours", "and around"},
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

    /* ---- cards: the number stands before these, large ---- */
    {"card.map", "La carte de la surveillance", "The map of surveillance"},
    {"card.projects.1", "projet", "project"},
    {"card.projects.n", "projets", "projects"},
    {"card.cameras.1", "caméra au moins", "camera at least"},
    {"card.cameras.n", "caméras au moins", "cameras at least"},
    {"card.cameras_here.1", "caméra au moins, ici", "camera at least, here"},
    {"card.cameras_here.n", "caméras au moins, ici", "cameras at least, here"},
    {"card.devices.1", "autre appareil au moins", "other device at least"},
    {"card.devices.n", "autres appareils au moins", "other devices at least"},
    {"card.stopped.1", "stoppé", "stopped"},
    {"card.stopped.n", "stoppés", "stopped"},
    {"card.devices_of.1", "appareil au moins", "device at least"},
    {"card.devices_of.n", "appareils au moins", "devices at least"},
    {"card.sources.1", "source", "source"},
    {"card.sources.n", "sources", "sources"},
};

const struct words_table TEXTS_STATIC = {TEXTS, COUNT(TEXTS)};
