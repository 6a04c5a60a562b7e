/*
 * The record. A deployment is the unit people argue about ("Safe City, Nice"); it may own devices (each with its views),
 * zones, dated status events, claims with their evidence, and sources. Everything here is a value in somebody's arena.
 */
#ifndef DATA_RECORD_DEPLOYMENT_H
#define DATA_RECORD_DEPLOYMENT_H

#include "data/base/err.h"
#include "data/base/json.h"
#include "data/geo/quad.h"
#include "data/geo/shape.h"
#include "data/record/partial_date.h"

/* A word of a closed list: its code in data and addresses, what people read, and one sentence that explains it. */
struct term {
    const char *code;
    const char *fr, *en;
    const char *fr_says, *en_says;
};

enum category {
    CATEGORY_CCTV, CATEGORY_VSA, CATEGORY_FACIAL_RECOGNITION, CATEGORY_ALPR, CATEGORY_THERMAL_CAMERA,
    CATEGORY_TALKING_CAMERA, CATEGORY_AUDIO_SENSOR, CATEGORY_DRONE, CATEGORY_BODY_CAM, CATEGORY_VEHICLE_CAM,
    CATEGORY_BIOMETRIC_GATE, CATEGORY_PREDICTIVE_POLICING, CATEGORY_HYPERVISION, CATEGORY_SMART_CITY_PLATFORM,
    CATEGORY_DENUNCIATION_APP, CATEGORY_SENSOR_OTHER, CATEGORY_POLICE_FILE, CATEGORY_SPEED_ENFORCEMENT, CATEGORY_OTHER,
    CATEGORY_COUNT
};
enum family { FAMILY_IMAGE, FAMILY_RECOGNITION, FAMILY_SOUND, FAMILY_AIR, FAMILY_SYSTEMS, FAMILY_OTHER, FAMILY_COUNT };
enum status {
    STATUS_UNKNOWN, STATUS_ANNOUNCED, STATUS_TRIAL, STATUS_ACTIVE, STATUS_SUSPENDED, STATUS_ABANDONED,
    STATUS_PROHIBITED, STATUS_ENDED, STATUS_REMOVED, STATUS_COUNT
};
enum precision {
    PRECISION_EXACT, PRECISION_ADDRESS, PRECISION_STREET, PRECISION_DISTRICT, PRECISION_CITY, PRECISION_DEPARTMENT,
    PRECISION_REGION, PRECISION_COUNTRY, PRECISION_COUNT
};
enum space {
    SPACE_UNKNOWN, SPACE_PUBLIC, SPACE_PRIVATE_OUTDOOR, SPACE_INDOOR, SPACE_TRANSPORT, SPACE_SCHOOL, SPACE_MIXED,
    SPACE_COUNT
};
enum target {
    TARGET_NONE, TARGET_STREET, TARGET_TRAFFIC, TARGET_PARKING, TARGET_ENTRANCE, TARGET_SHOP, TARGET_BANK,
    TARGET_BUILDING, TARGET_PUBLIC_TRANSPORT, TARGET_SCHOOL, TARGET_EVENT, TARGET_BORDER, TARGET_OTHER, TARGET_COUNT
};
enum admin_level { LEVEL_DEVICE, LEVEL_COMMUNE, LEVEL_EPCI, LEVEL_DEPARTMENT, LEVEL_REGION, LEVEL_COUNTRY, LEVEL_COUNT };
enum capability {
    CAPABILITY_RECORDING, CAPABILITY_LIVE_VIEW, CAPABILITY_BEHAVIOUR_DETECTION, CAPABILITY_PEOPLE_COUNTING,
    CAPABILITY_FACE_RECOGNITION, CAPABILITY_PLATE_READING, CAPABILITY_AUDIO, CAPABILITY_THERMAL, CAPABILITY_SPEECH_OUTPUT,
    CAPABILITY_ZOOM_PTZ, CAPABILITY_AIRBORNE, CAPABILITY_MOBILE, CAPABILITY_DATA_FUSION, CAPABILITY_PREDICTION,
    CAPABILITY_BIOMETRIC_ACCESS, CAPABILITY_FINING, CAPABILITY_COUNT
};
enum device_type { DEVICE_UNKNOWN, DEVICE_FIXED, DEVICE_DOME, DEVICE_PANNING, DEVICE_PANORAMA, DEVICE_DOORBELL, DEVICE_TYPE_COUNT };
enum mount {
    MOUNT_UNKNOWN, MOUNT_WALL, MOUNT_POLE, MOUNT_CEILING, MOUNT_STREET_LAMP, MOUNT_TREE, MOUNT_BUILDING,
    MOUNT_TRAFFIC_SIGNAL, MOUNT_DOORBELL, MOUNT_OTHER, MOUNT_COUNT
};
enum zone_kind { ZONE_PILOT, ZONE_COVERAGE, ZONE_LEGAL_PERIMETER, ZONE_NO_COVERAGE_SURVEYED, ZONE_KIND_COUNT };
enum event_kind { EVENT_BEGAN, EVENT_OBSERVED, EVENT_ENDED, EVENT_KIND_COUNT };
enum authority {
    AUTHORITY_NONE, AUTHORITY_CNIL, AUTHORITY_ADMINISTRATIVE_COURT, AUTHORITY_COUNCIL_OF_STATE,
    AUTHORITY_JUDICIAL_COURT, AUTHORITY_PREFECT, AUTHORITY_COUNCIL_VOTE, AUTHORITY_OTHER, AUTHORITY_COUNT
};
enum act {
    ACT_NONE, ACT_OPINION, ACT_WARNING, ACT_FORMAL_NOTICE, ACT_REFUSAL, ACT_SANCTION, ACT_ANNULMENT,
    ACT_SUSPENSION_ORDER, ACT_VOTE, ACT_COUNT
};
enum claim_field {
    CLAIM_EXISTS, CLAIM_CATEGORY, CLAIM_CAPABILITY, CLAIM_VENDOR, CLAIM_OPERATOR, CLAIM_POSITION, CLAIM_STATUS,
    CLAIM_DIRECTION, CLAIM_DEVICE_COUNT, CLAIM_COST, CLAIM_LEGAL_BASIS, CLAIM_RETENTION, CLAIM_FIELD_COUNT
};
enum confidence { CONFIDENCE_CONFIRMED, CONFIDENCE_PROBABLE, CONFIDENCE_ALLEGED, CONFIDENCE_DISPUTED, CONFIDENCE_COUNT };
enum basis {
    BASIS_SURVEY, BASIS_PHOTO, BASIS_OFFICIAL_DOCUMENT, BASIS_PRESS, BASIS_VENDOR, BASIS_STATEMENT, BASIS_OPEN_DATA,
    BASIS_OSM, BASIS_NGO, BASIS_LEAK, BASIS_COUNT
};
enum source_kind {
    SOURCE_OFFICIAL, SOURCE_TENDER, SOURCE_CONTRACT, SOURCE_CADA_REPLY, SOURCE_CNIL, SOURCE_COURT, SOURCE_PRESS,
    SOURCE_VENDOR, SOURCE_NGO, SOURCE_ACADEMIC, SOURCE_SOCIAL, SOURCE_PHOTO,
    SOURCE_FILE /* what an import read: made when a record is published, never stored */, SOURCE_KIND_COUNT
};
enum link_kind { LINK_PART_OF, LINK_SAME_PROJECT, LINK_SUCCESSOR, LINK_CONTRADICTS, LINK_KIND_COUNT };
enum moderation { MODERATION_PENDING, MODERATION_PUBLISHED, MODERATION_REJECTED, MODERATION_HIDDEN, MODERATION_MERGED, MODERATION_DELETED, MODERATION_COUNT };
enum org_kind {
    ORG_UNKNOWN, ORG_COMMUNE, ORG_INTERCOMMUNALITY, ORG_DEPARTMENT, ORG_REGION, ORG_STATE, ORG_POLICE_PREFECTURE,
    ORG_TRANSPORT, ORG_SCHOOL, ORG_HOUSING, ORG_PRIVATE, ORG_KIND_COUNT
};

extern const struct term CATEGORY_TERMS[CATEGORY_COUNT], FAMILY_TERMS[FAMILY_COUNT], STATUS_TERMS[STATUS_COUNT],
    PRECISION_TERMS[PRECISION_COUNT], SPACE_TERMS[SPACE_COUNT], TARGET_TERMS[TARGET_COUNT], LEVEL_TERMS[LEVEL_COUNT],
    CAPABILITY_TERMS[CAPABILITY_COUNT], DEVICE_TYPE_TERMS[DEVICE_TYPE_COUNT], MOUNT_TERMS[MOUNT_COUNT],
    ZONE_KIND_TERMS[ZONE_KIND_COUNT], EVENT_KIND_TERMS[EVENT_KIND_COUNT], AUTHORITY_TERMS[AUTHORITY_COUNT],
    ACT_TERMS[ACT_COUNT], CLAIM_FIELD_TERMS[CLAIM_FIELD_COUNT], CONFIDENCE_TERMS[CONFIDENCE_COUNT],
    BASIS_TERMS[BASIS_COUNT], SOURCE_KIND_TERMS[SOURCE_KIND_COUNT], LINK_KIND_TERMS[LINK_KIND_COUNT],
    MODERATION_TERMS[MODERATION_COUNT], ORG_KIND_TERMS[ORG_KIND_COUNT];

/* The index of a code in a table of terms; -1 if it is none. term_of(CATEGORY_TERMS, code). */
int term_find(const struct term *terms, size_t n, struct str code);
#define term_of(terms, code) term_find((terms), COUNT(terms), (code))
/* "cctv, vsa, …": for error messages. */
void term_list(struct buf *out, const struct term *terms, size_t n);

enum family category_family(enum category c);
bool status_is_stopped(enum status s); /* abandoned, prohibited, ended, removed */
bool precision_is_point(enum precision p); /* exact to district: drawn at its place */
struct deployment;
/* Nothing but areas that were walked where nothing was found: no device, no camera, and never counted as one. Its category
 * is what was looked for. */
bool deployment_is_survey(const struct deployment *d);
/* Of such a one: when it was walked, the newest month that is said; without a year where none is. */
struct partial_date deployment_surveyed_on(const struct deployment *d);

struct device_view {
    double bearing_deg, width_deg; /* width 0: unknown; see direction.h */
    bool has_bearing, approximate;
};
struct device {
    uint64_t id;
    struct lonlat at;
    enum device_type type;
    enum mount mount;
    double height_m; /* 0: unknown; 1.5 to 30 */
    double tilt_deg; /* down is positive; NAN: unknown */
    struct str model;
    char osm_type;   /* 'n', 'w', 'r' or 0 */
    int64_t osm_id;
    int32_t osm_version;
    struct partial_date check_date;
    struct str source_tags;   /* JSON object of the tags of the mapping only; empty: none */
    struct str direction_raw; /* as written */
    bool direction_unparsed;
    size_t n_views;
    const struct device_view *views;
};
struct zone {
    uint64_t id;
    enum zone_kind kind;
    struct shape shape; /* polygons, coordinates lon,lat in degrees */
    struct partial_date valid_from, valid_to;
    struct str time_window;
};
struct source {
    uint64_t id;
    struct str url, title, publisher, author;
    struct partial_date published_on, accessed_on;
    enum source_kind kind;
    struct str lang, archive_url, archive_sha256, page, licence, quote;
    struct partial_date archived_on;
};
struct status_event {
    uint64_t id;
    enum status status;
    enum event_kind kind;
    struct partial_date date;
    enum authority authority;
    enum act act;
    uint32_t source; /* 1 + index in the deployment's sources; 0: none */
    struct str note_fr, note_en;
};
struct claim {
    uint64_t id;
    uint32_t device, event; /* 1 + index; 0: the deployment as a whole */
    enum claim_field field;
    struct str value;       /* a code, a name or a number as text */
    struct str says_fr, says_en; /* the sentence people read; may be empty */
    enum confidence confidence;
    enum basis basis;
    uint32_t source;        /* 1 + index; 0: none (survey only) */
    struct partial_date said_on;
};
enum org_role { ROLE_OPERATOR, ROLE_VENDOR, ROLE_INTEGRATOR, ROLE_FUNDER, ROLE_RELATED, ROLE_COUNT };
extern const struct term ROLE_TERMS[ROLE_COUNT];
struct org_ref {
    enum org_role role;
    uint64_t id;       /* 0 when only the name is known yet; the store finds or makes it by name and alias */
    struct str name, slug;
    enum org_kind kind;
};
struct deployment_link {
    enum link_kind kind;
    uint64_t to;       /* a deployment */
    struct str to_key; /* its external_id when the id is not known yet (starter list, one import) */
};
struct cost {
    int64_t eur;
    enum { COST_PURCHASE, COST_ANNUAL, COST_SUBSIDY, COST_STUDY } kind;
    enum { VAT_UNKNOWN, VAT_HT, VAT_TTC } vat;
};

struct deployment {
    uint64_t id;               /* 0: not stored yet */
    uint32_t version;          /* 1 for the first */
    struct str slug;
    struct str title_fr, title_en; /* given; empty for a lone device, whose title is computed: deployment_title */
    enum category category;
    uint32_t categories2;      /* bits 1 << CATEGORY_… */
    uint32_t capabilities;     /* bits 1 << CAPABILITY_… */
    enum space space;
    enum target target;
    enum admin_level level;
    struct str place_code, place_name; /* INSEE or "CC:name"; empty: not known */
    bool has_position;
    struct lonlat at;          /* label anchor */
    enum precision precision, public_precision; /* public is never finer */
    double accuracy_m;         /* 0: unknown */
    enum status status;        /* derived from the latest event: deployment_derive */
    struct partial_date status_since;
    bool programme;            /* a project, whose old facts go stale; not an imported device */
    size_t n_orgs;
    const struct org_ref *orgs;
    int64_t device_count;      /* -1: unknown; what an official total says */
    struct partial_date device_count_as_of;
    size_t n_costs;
    const struct cost *costs;
    struct str legal_basis, legal_basis_text, authorisation_ref;
    struct partial_date authorised_on, authorised_until;
    int32_t retention_days;    /* -1: unknown */
    struct str summary_fr, summary_en, body_fr, body_en;
    struct str ref, source_name; /* ref=*, name=* as quoted source text */
    bool needs_check;          /* fixme=* */
    char osm_type;
    int64_t osm_id;
    struct str external_id, external_source; /* id within that source (a batch slug) */
    uint64_t batch_id;
    struct str licence, attribution;
    struct partial_date first_seen, last_confirmed, review_after;
    enum moderation moderation;
    int64_t created_s, updated_s; /* unix */

    size_t n_devices, n_zones, n_events, n_claims, n_sources, n_links;
    struct device *devices;
    struct zone *zones;
    struct status_event *events; /* in order of date */
    struct claim *claims;
    struct source *sources;
    struct deployment_link *links;
};

/* Fills what follows from the rest: events in order, status and since, at from the first device, public precision not
 * finer than precision. Call before storing. */
void deployment_derive(struct deployment *d);
/* What is wrong with it, in a sentence: closed lists, ranges, sources where they are needed, lengths. */
bool deployment_check(const struct deployment *d, struct err *err);

/* The intervals of constant status, oldest first, by the rules of the lifecycle; stale ones (old news of a programme) are
 * intervals of their own. Days since 1970-01-01; last INT32_MAX: open. Returns how many were written. */
enum { INTERVALS_MAX = 32 };
struct interval {
    int32_t first_day, last_day;
    enum status status;
    bool stale;
};
size_t deployment_intervals(const struct deployment *d, struct interval out[INTERVALS_MAX]);

/* « Caméra dôme, rue X, Nice, n° 4F2 » for a lone device, the given title for a programme. */
void deployment_title(struct buf *out, const struct deployment *d, bool french);

/* The whole record as JSON (revisions, API detail, equality of content) and back. */
void deployment_write_json(struct buf *out, const struct deployment *d);
bool deployment_read_json(const struct json *v, struct arena *a, struct deployment *out, struct err *err);
/* Changes when anything a source can say changes; not with ids, version or times. */
uint64_t deployment_hash(const struct deployment *d);

#endif
