/*
 * The closed lists of the record, in both languages: code, label, one sentence that explains it.
 */
#include "data/record/deployment.h"

#include "data/base/buf.h"

const struct term CATEGORY_TERMS[CATEGORY_COUNT] = {
    [CATEGORY_CCTV] = {"cctv", "vidéosurveillance", "video surveillance",
        "Une caméra qui filme un lieu et dont les images sont vues ou gardées.",
        "A camera that films a place and whose images are watched or kept."},
    [CATEGORY_VSA] = {"vsa", "vidéosurveillance algorithmique", "algorithmic video surveillance",
        "Un logiciel analyse les images pour y reconnaître des comportements, des objets ou des personnes.",
        "Software analyses the images to recognise behaviour, objects or people."},
    [CATEGORY_FACIAL_RECOGNITION] = {"facial_recognition", "reconnaissance faciale", "facial recognition",
        "Un logiciel compare des visages à ceux d'un fichier.", "Software compares faces with those of a file."},
    [CATEGORY_ALPR] = {"alpr", "lecture de plaques (LAPI)", "number-plate reading (ALPR)",
        "Une caméra lit les plaques d'immatriculation et les compare ou les garde.",
        "A camera reads number plates and compares or keeps them."},
    [CATEGORY_THERMAL_CAMERA] = {"thermal_camera", "caméra thermique", "thermal camera",
        "Une caméra qui voit la chaleur des corps, de nuit aussi.", "A camera that sees the heat of bodies, at night too."},
    [CATEGORY_TALKING_CAMERA] = {"talking_camera", "caméra parlante", "talking camera",
        "Une caméra avec un haut-parleur, par lequel on interpelle les passants.",
        "A camera with a loudspeaker through which passers-by are addressed."},
    [CATEGORY_AUDIO_SENSOR] = {"audio_sensor", "capteur sonore", "audio sensor",
        "Un microphone dont un logiciel écoute les bruits.", "A microphone whose sounds software listens to."},
    [CATEGORY_DRONE] = {"drone", "drone", "drone", "Un appareil volant qui filme.", "A flying device that films."},
    [CATEGORY_BODY_CAM] = {"body_cam", "caméra-piéton", "body-worn camera",
        "Une caméra portée par un agent.", "A camera worn by an officer."},
    [CATEGORY_VEHICLE_CAM] = {"vehicle_cam", "caméra embarquée", "in-vehicle camera",
        "Une caméra fixée à un véhicule.", "A camera fixed to a vehicle."},
    [CATEGORY_BIOMETRIC_GATE] = {"biometric_gate", "portique biométrique", "biometric gate",
        "Un passage qui s'ouvre à un visage, une main ou un doigt reconnu.",
        "A gate that opens to a face, hand or finger it recognises."},
    [CATEGORY_PREDICTIVE_POLICING] = {"predictive_policing", "police prédictive", "predictive policing",
        "Un logiciel qui dit où ou par qui des infractions seraient à attendre.",
        "Software that says where, or by whom, offences are to be expected."},
    [CATEGORY_HYPERVISION] = {"hypervision", "hypervision (centre de supervision urbain)", "hypervision (control centre)",
        "Un centre ou un logiciel qui rassemble les images et les données d'une ville.",
        "A centre or software that brings together the images and data of a city."},
    [CATEGORY_SMART_CITY_PLATFORM] = {"smart_city_platform", "plateforme « ville intelligente »", "“smart city” platform",
        "Une plateforme qui croise les données d'une ville, ici pour la sécurité.",
        "A platform that combines a city's data, here for policing."},
    [CATEGORY_DENUNCIATION_APP] = {"denunciation_app", "application de signalement", "reporting app",
        "Une application par laquelle des habitants signalent des faits ou des personnes.",
        "An app through which residents report events or people."},
    [CATEGORY_SENSOR_OTHER] = {"sensor_other", "autre capteur (mobilité, comptage)", "other sensor (mobility, counting)",
        "Un capteur qui compte ou suit des personnes ou des véhicules.",
        "A sensor that counts or follows people or vehicles."},
    [CATEGORY_POLICE_FILE] = {"police_file", "fichier de police", "police file",
        "Un fichier national : il est dans la liste, jamais un point sur la carte.",
        "A national file: it is in the list, never a point on the map."},
    [CATEGORY_SPEED_ENFORCEMENT] = {"speed_enforcement", "radar routier", "speed camera",
        "Un radar qui photographie les véhicules en infraction.", "A device that photographs vehicles that break a rule."},
    [CATEGORY_OTHER] = {"other", "autre", "other", "Autre chose, dit dans le texte.", "Something else, said in the text."},
};

const struct term FAMILY_TERMS[FAMILY_COUNT] = {
    [FAMILY_IMAGE] = {"image", "caméras", "cameras", "Ce qui filme.", "What films."},
    [FAMILY_RECOGNITION] = {"recognition", "reconnaissance automatique", "automatic recognition",
        "Ce qui reconnaît des visages, des plaques ou des comportements.",
        "What recognises faces, plates or behaviour."},
    [FAMILY_SOUND] = {"sound", "capteurs sonores", "audio sensors", "Ce qui écoute.", "What listens."},
    [FAMILY_AIR] = {"air", "drones", "drones", "Ce qui vole.", "What flies."},
    [FAMILY_SYSTEMS] = {"systems", "plateformes et fichiers", "platforms and files",
        "Ce qui rassemble, croise ou prédit.", "What gathers, combines or predicts."},
    [FAMILY_OTHER] = {"other", "autres capteurs", "other sensors", "Le reste.", "The rest."},
};

const struct term STATUS_TERMS[STATUS_COUNT] = {
    [STATUS_UNKNOWN] = {"unknown", "état inconnu", "unknown", "On ne sait pas s'il sert.", "It is not known whether it runs."},
    [STATUS_ANNOUNCED] = {"announced", "annoncé", "announced",
        "Dit, voté, mis en concurrence ou signé ; ne sert pas encore.", "Said, voted, tendered or contracted; not running yet."},
    [STATUS_TRIAL] = {"trial", "essai", "trial", "Sert à titre d'essai.", "Running as an experiment."},
    [STATUS_ACTIVE] = {"active", "en service", "in service", "Sert.", "Running."},
    [STATUS_SUSPENDED] = {"suspended", "suspendu", "suspended", "À l'arrêt pour le moment.", "Stopped for now."},
    [STATUS_ABANDONED] = {"abandoned", "abandonné", "abandoned",
        "Celui qui le voulait y a renoncé.", "Given up by its promoter."},
    [STATUS_PROHIBITED] = {"prohibited", "interdit", "prohibited",
        "Une autorité l'a stoppé par une décision qui s'impose.", "Stopped by an authority's binding decision."},
    [STATUS_ENDED] = {"ended", "terminé", "ended", "A pris fin ; personne ne l'a stoppé.", "Ran out; nobody stopped it."},
    [STATUS_REMOVED] = {"removed", "retiré", "removed", "N'est plus sur place.", "Taken down on site."},
};

const struct term PRECISION_TERMS[PRECISION_COUNT] = {
    [PRECISION_EXACT] = {"exact", "position exacte", "exact position", "À cinq mètres près.", "Within five metres."},
    [PRECISION_ADDRESS] = {"address", "à l'adresse", "at the address", "À trente mètres près.", "Within thirty metres."},
    [PRECISION_STREET] = {"street", "dans la rue", "in the street", "À 150 mètres près.", "Within 150 metres."},
    [PRECISION_DISTRICT] = {"district", "dans le quartier", "in the district", "À un kilomètre près.", "Within a kilometre."},
    [PRECISION_CITY] = {"city", "à l'échelle de la ville", "known to the city",
        "On sait dans quelle ville, pas où.", "The city is known, the place is not."},
    [PRECISION_DEPARTMENT] = {"department", "à l'échelle du département", "known to the département",
        "On sait dans quel département, pas où.", "The département is known, the place is not."},
    [PRECISION_REGION] = {"region", "à l'échelle de la région", "known to the region",
        "On sait dans quelle région, pas où.", "The region is known, the place is not."},
    [PRECISION_COUNTRY] = {"country", "à l'échelle du pays", "known to the country",
        "Tout le pays est concerné.", "The whole country is concerned."},
};

const struct term SPACE_TERMS[SPACE_COUNT] = {
    [SPACE_UNKNOWN] = {"unknown", "lieu surveillé inconnu", "watched space unknown", "On ne sait pas ce qui est filmé.", "What is watched is not known."},
    [SPACE_PUBLIC] = {"public", "espace public", "public space", "La rue, la place, le parc.", "Street, square, park."},
    [SPACE_PRIVATE_OUTDOOR] = {"private_outdoor", "extérieur privé", "private outdoor space",
        "Un terrain ou une façade privés.", "Private ground or a private front."},
    [SPACE_INDOOR] = {"indoor", "intérieur", "indoors", "Dans un bâtiment.", "Inside a building."},
    [SPACE_TRANSPORT] = {"transport", "transports", "transport", "Gares, arrêts, véhicules.", "Stations, stops, vehicles."},
    [SPACE_SCHOOL] = {"school", "établissement scolaire", "school", "École, collège, lycée.", "A school."},
    [SPACE_MIXED] = {"mixed", "lieux divers", "mixed spaces", "Plusieurs de ces lieux.", "Several of these."},
};

const struct term TARGET_TERMS[TARGET_COUNT] = {
    [TARGET_NONE] = {"none", "non précisé", "not stated", "On ne sait pas ce qui est visé.", "What is aimed at is not stated."},
    [TARGET_STREET] = {"street", "la rue", "the street", "Les passants.", "Passers-by."},
    [TARGET_TRAFFIC] = {"traffic", "la circulation", "traffic", "Les véhicules.", "Vehicles."},
    [TARGET_PARKING] = {"parking", "un parking", "a car park", "Un parking.", "A car park."},
    [TARGET_ENTRANCE] = {"entrance", "une entrée", "an entrance", "Une porte, un portail.", "A door or gate."},
    [TARGET_SHOP] = {"shop", "un commerce", "a shop", "Un commerce.", "A shop."},
    [TARGET_BANK] = {"bank", "une banque ou un distributeur", "a bank or cash machine", "Une banque.", "A bank."},
    [TARGET_BUILDING] = {"building", "un bâtiment", "a building", "Un bâtiment.", "A building."},
    [TARGET_PUBLIC_TRANSPORT] = {"public_transport", "les transports en commun", "public transport", "Un quai, un arrêt.", "A platform or stop."},
    [TARGET_SCHOOL] = {"school", "une école", "a school", "Une école.", "A school."},
    [TARGET_EVENT] = {"event", "un événement", "an event", "Un rassemblement.", "A gathering."},
    [TARGET_BORDER] = {"border", "une frontière", "a border", "Une frontière.", "A border."},
    [TARGET_OTHER] = {"other", "autre chose", "something else", "Autre chose.", "Something else."},
};

const struct term LEVEL_TERMS[LEVEL_COUNT] = {
    [LEVEL_DEVICE] = {"device", "un appareil", "a device", "", ""},
    [LEVEL_COMMUNE] = {"commune", "une commune", "a municipality", "", ""},
    [LEVEL_EPCI] = {"epci", "une intercommunalité", "an association of municipalities", "", ""},
    [LEVEL_DEPARTMENT] = {"department", "un département", "a département", "", ""},
    [LEVEL_REGION] = {"region", "une région", "a region", "", ""},
    [LEVEL_COUNTRY] = {"country", "un pays", "a country", "", ""},
};

const struct term CAPABILITY_TERMS[CAPABILITY_COUNT] = {
    [CAPABILITY_RECORDING] = {"recording", "enregistre", "records", "", ""},
    [CAPABILITY_LIVE_VIEW] = {"live_view", "vue en direct", "is watched live", "", ""},
    [CAPABILITY_BEHAVIOUR_DETECTION] = {"behaviour_detection", "détecte des comportements", "detects behaviour", "", ""},
    [CAPABILITY_PEOPLE_COUNTING] = {"people_counting", "compte les personnes", "counts people", "", ""},
    [CAPABILITY_FACE_RECOGNITION] = {"face_recognition", "reconnaît des visages", "recognises faces", "", ""},
    [CAPABILITY_PLATE_READING] = {"plate_reading", "lit les plaques", "reads number plates", "", ""},
    [CAPABILITY_AUDIO] = {"audio", "écoute", "listens", "", ""},
    [CAPABILITY_THERMAL] = {"thermal", "voit la chaleur", "sees heat", "", ""},
    [CAPABILITY_SPEECH_OUTPUT] = {"speech_output", "parle", "speaks", "", ""},
    [CAPABILITY_ZOOM_PTZ] = {"zoom_ptz", "tourne et zoome", "turns and zooms", "", ""},
    [CAPABILITY_AIRBORNE] = {"airborne", "vole", "flies", "", ""},
    [CAPABILITY_MOBILE] = {"mobile", "se déplace", "moves", "", ""},
    [CAPABILITY_DATA_FUSION] = {"data_fusion", "croise des données", "combines data", "", ""},
    [CAPABILITY_PREDICTION] = {"prediction", "prédit", "predicts", "", ""},
    [CAPABILITY_BIOMETRIC_ACCESS] = {"biometric_access", "contrôle l'accès par le corps", "controls access by biometrics", "", ""},
    [CAPABILITY_FINING] = {"fining", "verbalise", "fines", "", ""},
};

const struct term DEVICE_TYPE_TERMS[DEVICE_TYPE_COUNT] = {
    [DEVICE_UNKNOWN] = {"unknown", "caméra", "camera", "", ""},
    [DEVICE_FIXED] = {"fixed", "caméra fixe", "fixed camera", "", ""},
    [DEVICE_DOME] = {"dome", "caméra dôme", "dome camera", "", ""},
    [DEVICE_PANNING] = {"panning", "caméra orientable", "panning camera", "", ""},
    [DEVICE_PANORAMA] = {"panorama", "caméra panoramique", "panoramic camera", "", ""},
    [DEVICE_DOORBELL] = {"doorbell", "sonnette vidéo", "video doorbell", "", ""},
};

const struct term MOUNT_TERMS[MOUNT_COUNT] = {
    [MOUNT_UNKNOWN] = {"unknown", "support inconnu", "mount unknown", "", ""},
    [MOUNT_WALL] = {"wall", "sur un mur", "on a wall", "", ""},
    [MOUNT_POLE] = {"pole", "sur un mât", "on a pole", "", ""},
    [MOUNT_CEILING] = {"ceiling", "au plafond", "on a ceiling", "", ""},
    [MOUNT_STREET_LAMP] = {"street_lamp", "sur un lampadaire", "on a street lamp", "", ""},
    [MOUNT_TREE] = {"tree", "sur un arbre", "on a tree", "", ""},
    [MOUNT_BUILDING] = {"building", "sur un bâtiment", "on a building", "", ""},
    [MOUNT_TRAFFIC_SIGNAL] = {"traffic_signal", "sur un feu de circulation", "on a traffic signal", "", ""},
    [MOUNT_DOORBELL] = {"doorbell", "dans une sonnette", "in a doorbell", "", ""},
    [MOUNT_OTHER] = {"other", "sur autre chose", "on something else", "", ""},
};

const struct term ZONE_KIND_TERMS[ZONE_KIND_COUNT] = {
    [ZONE_PILOT] = {"pilot", "zone d'essai", "pilot zone", "Là où l'on essaie.", "Where it is tried."},
    [ZONE_COVERAGE] = {"coverage", "zone couverte", "covered zone", "Là où cela porte.", "Where it reaches."},
    [ZONE_LEGAL_PERIMETER] = {"legal_perimeter", "périmètre légal", "legal perimeter",
        "Là où un acte l'autorise.", "Where an act permits it."},
    [ZONE_NO_COVERAGE_SURVEYED] = {"no_coverage_surveyed", "relevé, rien trouvé", "surveyed, nothing found",
        "On y a cherché et rien trouvé.", "It was searched and nothing was found."},
};

const struct term EVENT_KIND_TERMS[EVENT_KIND_COUNT] = {
    [EVENT_BEGAN] = {"began", "a commencé", "began", "", ""},
    [EVENT_OBSERVED] = {"observed", "a été constaté", "was observed", "", ""},
    [EVENT_ENDED] = {"ended", "a pris fin", "ended", "", ""},
};

const struct term AUTHORITY_TERMS[AUTHORITY_COUNT] = {
    [AUTHORITY_NONE] = {"none", "", "", "", ""},
    [AUTHORITY_CNIL] = {"cnil", "la CNIL (autorité de protection des données)", "the CNIL (data protection authority)", "", ""},
    [AUTHORITY_ADMINISTRATIVE_COURT] = {"administrative_court", "le tribunal administratif", "the administrative court", "", ""},
    [AUTHORITY_COUNCIL_OF_STATE] = {"council_of_state", "le Conseil d'État", "the Council of State", "", ""},
    [AUTHORITY_JUDICIAL_COURT] = {"judicial_court", "le tribunal judiciaire", "the judicial court", "", ""},
    [AUTHORITY_PREFECT] = {"prefect", "le préfet", "the prefect", "", ""},
    [AUTHORITY_COUNCIL_VOTE] = {"council_vote", "un vote du conseil", "a council vote", "", ""},
    [AUTHORITY_OTHER] = {"other", "une autre autorité", "another authority", "", ""},
};

const struct term ACT_TERMS[ACT_COUNT] = {
    [ACT_NONE] = {"none", "", "", "", ""},
    [ACT_OPINION] = {"opinion", "avis", "opinion", "", ""},
    [ACT_WARNING] = {"warning", "avertissement", "warning", "", ""},
    [ACT_FORMAL_NOTICE] = {"formal_notice", "mise en demeure", "formal notice", "", ""},
    [ACT_REFUSAL] = {"refusal", "refus", "refusal", "", ""},
    [ACT_SANCTION] = {"sanction", "sanction", "sanction", "", ""},
    [ACT_ANNULMENT] = {"annulment", "annulation", "annulment", "", ""},
    [ACT_SUSPENSION_ORDER] = {"suspension_order", "suspension ordonnée", "suspension order", "", ""},
    [ACT_VOTE] = {"vote", "vote", "vote", "", ""},
};

const struct term CLAIM_FIELD_TERMS[CLAIM_FIELD_COUNT] = {
    [CLAIM_EXISTS] = {"exists", "existence", "existence", "", ""},
    [CLAIM_CATEGORY] = {"category", "nature", "kind", "", ""},
    [CLAIM_CAPABILITY] = {"capability", "capacité", "capability", "", ""},
    [CLAIM_VENDOR] = {"vendor", "fournisseur", "vendor", "", ""},
    [CLAIM_OPERATOR] = {"operator", "exploitant", "operator", "", ""},
    [CLAIM_POSITION] = {"position", "position", "position", "", ""},
    [CLAIM_STATUS] = {"status", "état", "status", "", ""},
    [CLAIM_DIRECTION] = {"direction", "direction", "direction", "", ""},
    [CLAIM_DEVICE_COUNT] = {"device_count", "nombre d'appareils", "number of devices", "", ""},
    [CLAIM_COST] = {"cost", "coût", "cost", "", ""},
    [CLAIM_LEGAL_BASIS] = {"legal_basis", "base légale", "legal basis", "", ""},
    [CLAIM_RETENTION] = {"retention", "durée de conservation", "retention", "", ""},
};

const struct term CONFIDENCE_TERMS[CONFIDENCE_COUNT] = {
    [CONFIDENCE_CONFIRMED] = {"confirmed", "établi", "confirmed", "Vu sur place ou prouvé par un document.", "Seen on site or proved by a document."},
    [CONFIDENCE_PROBABLE] = {"probable", "probable", "probable", "Dit par une source, sans preuve directe.", "Said by a source, without direct proof."},
    [CONFIDENCE_ALLEGED] = {"alleged", "allégué", "alleged", "Affirmé par quelqu'un ; rien d'autre ne l'appuie.", "Asserted by someone; nothing else supports it."},
    [CONFIDENCE_DISPUTED] = {"disputed", "contesté", "disputed", "Des sources se contredisent.", "Sources contradict one another."},
};

const struct term BASIS_TERMS[BASIS_COUNT] = {
    [BASIS_SURVEY] = {"survey", "relevé sur place", "survey", "", ""},
    [BASIS_PHOTO] = {"photo", "photo", "photo", "", ""},
    [BASIS_OFFICIAL_DOCUMENT] = {"official_document", "document officiel", "official document", "", ""},
    [BASIS_PRESS] = {"press", "presse", "press", "", ""},
    [BASIS_VENDOR] = {"vendor", "fournisseur", "vendor", "", ""},
    [BASIS_STATEMENT] = {"statement", "déclaration", "statement", "", ""},
    [BASIS_OPEN_DATA] = {"open_data", "données ouvertes", "open data", "", ""},
    [BASIS_OSM] = {"osm", "OpenStreetMap", "OpenStreetMap", "", ""},
    [BASIS_NGO] = {"ngo", "association", "association", "", ""},
    [BASIS_LEAK] = {"leak", "fuite", "leak", "", ""},
};

const struct term SOURCE_KIND_TERMS[SOURCE_KIND_COUNT] = {
    [SOURCE_OFFICIAL] = {"official", "document officiel", "official document", "", ""},
    [SOURCE_TENDER] = {"tender", "appel d'offres", "tender", "", ""},
    [SOURCE_CONTRACT] = {"contract", "contrat", "contract", "", ""},
    [SOURCE_CADA_REPLY] = {"cada_reply", "réponse à une demande CADA", "reply to a request for documents", "", ""},
    [SOURCE_CNIL] = {"cnil", "CNIL", "CNIL", "", ""},
    [SOURCE_COURT] = {"court", "décision de justice", "court decision", "", ""},
    [SOURCE_PRESS] = {"press", "presse", "press", "", ""},
    [SOURCE_VENDOR] = {"vendor", "fournisseur", "vendor", "", ""},
    [SOURCE_NGO] = {"ngo", "association", "association", "", ""},
    [SOURCE_ACADEMIC] = {"academic", "travail universitaire", "academic work", "", ""},
    [SOURCE_SOCIAL] = {"social", "réseau social", "social network", "", ""},
    [SOURCE_PHOTO] = {"photo", "photo", "photo", "", ""},
    [SOURCE_FILE] = {"file", "fichier de données", "data file", "", ""},
};

const struct term LINK_KIND_TERMS[LINK_KIND_COUNT] = {
    [LINK_PART_OF] = {"part_of", "fait partie de", "is part of", "", ""},
    [LINK_SAME_PROJECT] = {"same_project", "peut-être le même projet que", "perhaps the same project as", "", ""},
    [LINK_SUCCESSOR] = {"successor", "suit", "follows", "", ""},
    [LINK_CONTRADICTS] = {"contradicts", "contredit", "contradicts", "", ""},
};

const struct term MODERATION_TERMS[MODERATION_COUNT] = {
    [MODERATION_PENDING] = {"pending", "en attente", "pending", "", ""},
    [MODERATION_PUBLISHED] = {"published", "publié", "published", "", ""},
    [MODERATION_REJECTED] = {"rejected", "refusé", "rejected", "", ""},
    [MODERATION_HIDDEN] = {"hidden", "caché", "hidden", "", ""},
    [MODERATION_MERGED] = {"merged", "fusionné", "merged", "", ""},
    [MODERATION_DELETED] = {"deleted", "supprimé", "deleted", "", ""},
};

const struct term ORG_KIND_TERMS[ORG_KIND_COUNT] = {
    [ORG_UNKNOWN] = {"unknown", "organisme", "organisation", "", ""},
    [ORG_COMMUNE] = {"commune", "commune", "municipality", "", ""},
    [ORG_INTERCOMMUNALITY] = {"intercommunality", "intercommunalité", "association of municipalities", "", ""},
    [ORG_DEPARTMENT] = {"department", "département", "département", "", ""},
    [ORG_REGION] = {"region", "région", "region", "", ""},
    [ORG_STATE] = {"state", "État", "state", "", ""},
    [ORG_POLICE_PREFECTURE] = {"police_prefecture", "préfecture de police", "police prefecture", "", ""},
    [ORG_TRANSPORT] = {"transport", "transporteur", "transport operator", "", ""},
    [ORG_SCHOOL] = {"school", "établissement scolaire", "school", "", ""},
    [ORG_HOUSING] = {"housing", "bailleur", "housing body", "", ""},
    [ORG_PRIVATE] = {"private", "entreprise", "company", "", ""},
};

const struct term ROLE_TERMS[ROLE_COUNT] = {
    [ROLE_OPERATOR] = {"operator", "exploitant", "operator", "À qui sont les images.", "Who owns the images."},
    [ROLE_VENDOR] = {"vendor", "fournisseur", "vendor", "Qui vend.", "Who sells."},
    [ROLE_INTEGRATOR] = {"integrator", "installateur", "integrator", "Qui installe.", "Who installs."},
    [ROLE_FUNDER] = {"funder", "financeur", "funder", "Qui paie.", "Who pays."},
    [ROLE_RELATED] = {"related", "société liée", "related company", "Qui est derrière.", "Who stands behind it."},
};

int term_find(const struct term *terms, size_t n, struct str code)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(str_of(terms[i].code), code))
            return (int)i;
    return -1;
}

void term_list(struct buf *out, const struct term *terms, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_fmt(out, "%s%s", i ? ", " : "", terms[i].code);
}

enum family category_family(enum category c)
{
    static const enum family families[CATEGORY_COUNT] = {
        [CATEGORY_CCTV] = FAMILY_IMAGE, [CATEGORY_THERMAL_CAMERA] = FAMILY_IMAGE, [CATEGORY_TALKING_CAMERA] = FAMILY_IMAGE,
        [CATEGORY_VEHICLE_CAM] = FAMILY_IMAGE, [CATEGORY_BODY_CAM] = FAMILY_IMAGE, [CATEGORY_VSA] = FAMILY_RECOGNITION,
        [CATEGORY_FACIAL_RECOGNITION] = FAMILY_RECOGNITION, [CATEGORY_ALPR] = FAMILY_RECOGNITION,
        [CATEGORY_BIOMETRIC_GATE] = FAMILY_RECOGNITION, [CATEGORY_AUDIO_SENSOR] = FAMILY_SOUND,
        [CATEGORY_DRONE] = FAMILY_AIR, [CATEGORY_HYPERVISION] = FAMILY_SYSTEMS,
        [CATEGORY_SMART_CITY_PLATFORM] = FAMILY_SYSTEMS, [CATEGORY_PREDICTIVE_POLICING] = FAMILY_SYSTEMS,
        [CATEGORY_DENUNCIATION_APP] = FAMILY_SYSTEMS, [CATEGORY_POLICE_FILE] = FAMILY_SYSTEMS,
        [CATEGORY_SPEED_ENFORCEMENT] = FAMILY_OTHER, [CATEGORY_SENSOR_OTHER] = FAMILY_OTHER, [CATEGORY_OTHER] = FAMILY_OTHER};
    return families[c];
}

bool status_is_stopped(enum status s)
{
    return s == STATUS_ABANDONED || s == STATUS_PROHIBITED || s == STATUS_ENDED || s == STATUS_REMOVED;
}

bool precision_is_point(enum precision p)
{
    return p <= PRECISION_DISTRICT;
}
