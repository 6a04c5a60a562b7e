-- The whole record, facts first. Codes are those of the record's closed lists; dates are texts such as 2019, 2019-10,
-- 2019-10-28 with "?" where uncertain, with the first and last day they may mean beside them (days since 1970-01-01).
-- The last part holds what can be remade from the facts: `contrechamp check --rebuild` does.

-- ---- reference ----
CREATE TABLE place (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,             -- INSEE code, "dep:06", "reg:93", "CC:name" abroad
    name TEXT NOT NULL,
    base_slug TEXT NOT NULL,               -- slug before homonyms are told apart
    slug TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('commune', 'department', 'region', 'country', 'foreign')),
    parent_code TEXT,
    population INTEGER,
    postcodes TEXT NOT NULL DEFAULT '',    -- separated by spaces
    lon REAL NOT NULL,
    lat REAL NOT NULL
);
SELECT AddGeometryColumn('place', 'boundary', 4326, 'MULTIPOLYGON', 'XY');
CREATE INDEX place_base_slug ON place (base_slug);
CREATE INDEX place_slug ON place (slug);

CREATE TABLE org (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL DEFAULT 'unknown',
    siren TEXT,
    wikidata TEXT,
    parent_id INTEGER REFERENCES org (id),
    renamed_from TEXT
);
CREATE TABLE org_alias (
    folded TEXT PRIMARY KEY,               -- lower case, without accents and punctuation
    org_id INTEGER NOT NULL REFERENCES org (id)
) WITHOUT ROWID;

CREATE TABLE source (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    content_key INTEGER NOT NULL UNIQUE,   -- hash of all that follows: the same source is one row
    url TEXT, title TEXT, publisher TEXT, author TEXT,
    published_on TEXT, accessed_on TEXT,
    kind TEXT NOT NULL,
    lang TEXT, archive_url TEXT, archive_sha256 TEXT, archived_on TEXT,
    page TEXT, licence TEXT, quote TEXT CHECK (length(quote) <= 300)
);

CREATE TABLE import_batch (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    slug TEXT NOT NULL UNIQUE,
    file_name TEXT, licence TEXT, attribution TEXT, url TEXT, sha256 TEXT,
    as_of TEXT,
    fetched_s INTEGER NOT NULL,
    n_read INTEGER NOT NULL DEFAULT 0, n_new INTEGER NOT NULL DEFAULT 0, n_updated INTEGER NOT NULL DEFAULT 0,
    n_same INTEGER NOT NULL DEFAULT 0, n_duplicate INTEGER NOT NULL DEFAULT 0, n_refused INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'applied' CHECK (state IN ('applied', 'undone'))
);

-- ---- the record ----
CREATE TABLE deployment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again
    version INTEGER NOT NULL,
    slug TEXT UNIQUE,
    title_fr TEXT, title_en TEXT,
    category TEXT NOT NULL,
    categories2 INTEGER NOT NULL DEFAULT 0,  -- bits by the order of the closed list
    capabilities INTEGER NOT NULL DEFAULT 0,
    surveilled_space TEXT NOT NULL DEFAULT 'unknown',
    watch_target TEXT NOT NULL DEFAULT 'none',
    admin_level TEXT NOT NULL DEFAULT 'device',
    place_id TEXT, place_name TEXT,        -- code and name of the place
    location_precision TEXT NOT NULL,
    public_precision TEXT NOT NULL,
    accuracy_m REAL,
    status TEXT NOT NULL DEFAULT 'unknown',
    status_since TEXT,
    programme INTEGER NOT NULL DEFAULT 0,
    device_count INTEGER, device_count_as_of TEXT,
    legal_basis TEXT, legal_basis_text TEXT, authorisation_ref TEXT, authorised_on TEXT, authorised_until TEXT,
    retention_days INTEGER,
    summary_fr TEXT, summary_en TEXT, body_fr TEXT, body_en TEXT,
    ref TEXT, source_name TEXT,
    needs_check INTEGER NOT NULL DEFAULT 0,
    osm_type TEXT, osm_id INTEGER,
    external_id TEXT, external_source TEXT,
    import_batch_id INTEGER REFERENCES import_batch (id),
    licence TEXT, attribution TEXT,
    first_seen TEXT, last_confirmed TEXT, review_after TEXT,
    moderation TEXT NOT NULL DEFAULT 'published',
    created_s INTEGER NOT NULL,
    updated_s INTEGER NOT NULL
);
SELECT AddGeometryColumn('deployment', 'geom', 4326, 'POINT', 'XY');
CREATE INDEX deployment_by_place ON deployment (place_id);
CREATE INDEX deployment_by_batch ON deployment (import_batch_id);
CREATE INDEX deployment_by_external ON deployment (external_id) WHERE external_id IS NOT NULL;

CREATE TABLE deployment_org (
    deployment_id INTEGER NOT NULL REFERENCES deployment (id),
    seq INTEGER NOT NULL,
    role TEXT NOT NULL,
    org_id INTEGER NOT NULL REFERENCES org (id),
    PRIMARY KEY (deployment_id, seq)
) WITHOUT ROWID;
CREATE INDEX deployment_org_by_org ON deployment_org (org_id);

CREATE TABLE deployment_cost (
    deployment_id INTEGER NOT NULL REFERENCES deployment (id),
    seq INTEGER NOT NULL,
    cost_eur INTEGER NOT NULL,
    cost_kind TEXT NOT NULL CHECK (cost_kind IN ('purchase', 'annual', 'subsidy', 'study')),
    cost_vat TEXT NOT NULL CHECK (cost_vat IN ('ht', 'ttc', 'unknown')),
    PRIMARY KEY (deployment_id, seq)
) WITHOUT ROWID;

CREATE TABLE device (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    deployment_id INTEGER NOT NULL REFERENCES deployment (id),
    device_type TEXT NOT NULL,
    mount TEXT NOT NULL,
    height_m REAL, tilt_deg REAL, model TEXT,
    osm_type TEXT, osm_id INTEGER, osm_version INTEGER,
    check_date TEXT,
    direction_raw TEXT,
    parse_state TEXT NOT NULL DEFAULT 'parsed' CHECK (parse_state IN ('parsed', 'unparsed')),
    source_tags TEXT
);
SELECT AddGeometryColumn('device', 'geom', 4326, 'POINT', 'XY');
CREATE INDEX device_by_deployment ON device (deployment_id);

CREATE TABLE device_view (
    device_id INTEGER NOT NULL REFERENCES device (id),
    seq INTEGER NOT NULL,
    bearing_deg REAL CHECK (bearing_deg >= 0 AND bearing_deg < 360),
    width_deg REAL CHECK (width_deg > 0 AND width_deg <= 360),   -- NULL: unknown
    approximate INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (device_id, seq)
) WITHOUT ROWID;

CREATE TABLE zone (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    deployment_id INTEGER NOT NULL REFERENCES deployment (id),
    zone_kind TEXT NOT NULL,
    valid_from TEXT, valid_to TEXT, time_window TEXT
);
SELECT AddGeometryColumn('zone', 'geom', 4326, 'MULTIPOLYGON', 'XY');
CREATE INDEX zone_by_deployment ON zone (deployment_id);

CREATE TABLE deployment_source (
    deployment_id INTEGER NOT NULL REFERENCES deployment (id),
    seq INTEGER NOT NULL,                  -- from 1: what events and claims point at
    source_id INTEGER NOT NULL REFERENCES source (id),
    PRIMARY KEY (deployment_id, seq)
) WITHOUT ROWID;
CREATE INDEX deployment_source_by_source ON deployment_source (source_id);

CREATE TABLE status_event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    deployment_id INTEGER NOT NULL REFERENCES deployment (id),
    status TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('began', 'observed', 'ended')),
    date TEXT, date_lo INTEGER, date_hi INTEGER,
    authority TEXT NOT NULL DEFAULT 'none',
    act TEXT NOT NULL DEFAULT 'none',
    source_id INTEGER REFERENCES source (id),
    note_fr TEXT, note_en TEXT
);
CREATE INDEX status_event_by_deployment ON status_event (deployment_id);

CREATE TABLE claim (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    deployment_id INTEGER NOT NULL REFERENCES deployment (id),
    device_id INTEGER REFERENCES device (id),
    event_id INTEGER REFERENCES status_event (id),
    field TEXT NOT NULL,
    value TEXT,
    says_fr TEXT, says_en TEXT,
    confidence TEXT NOT NULL CHECK (confidence IN ('confirmed', 'probable', 'alleged', 'disputed')),
    basis TEXT NOT NULL,
    source_id INTEGER REFERENCES source (id),
    said_on TEXT,
    CHECK (source_id IS NOT NULL OR basis = 'survey')
);
CREATE INDEX claim_by_deployment ON claim (deployment_id);

CREATE TABLE deployment_link (
    from_id INTEGER NOT NULL REFERENCES deployment (id),
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    to_id INTEGER REFERENCES deployment (id),
    to_key TEXT,                           -- external id of the other, while it is not here yet
    PRIMARY KEY (from_id, seq)
) WITHOUT ROWID;
CREATE INDEX deployment_link_by_to ON deployment_link (to_id);

CREATE TABLE reply (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    deployment_id INTEGER NOT NULL REFERENCES deployment (id),
    label TEXT NOT NULL, text TEXT NOT NULL, received_on TEXT, published_on TEXT
);

-- ---- history ----
CREATE TABLE revision (
    deployment_id INTEGER NOT NULL REFERENCES deployment (id),
    version INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('change_in_world', 'correction', 'new_source', 'revert')),
    reason TEXT,
    at_s INTEGER NOT NULL,
    batch_id INTEGER REFERENCES import_batch (id),
    content_hash INTEGER,                  -- of what the batch's file said, to know the same again
    moderation TEXT NOT NULL,
    snapshot TEXT NOT NULL,                -- the whole record as JSON
    PRIMARY KEY (deployment_id, version)
) WITHOUT ROWID;
CREATE INDEX revision_by_batch ON revision (batch_id);

CREATE TABLE identity (
    key TEXT PRIMARY KEY,                  -- osm:n123, ext:SOURCE:ID, at:SOURCE:category:lat,lon:k
    deployment_id INTEGER NOT NULL REFERENCES deployment (id),
    content_hash INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX identity_by_deployment ON identity (deployment_id);
CREATE TABLE tombstone (key TEXT PRIMARY KEY) WITHOUT ROWID;

CREATE TABLE change_log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    deployment_id INTEGER NOT NULL,
    at_s INTEGER NOT NULL
);

-- ---- what can be remade ----
CREATE VIRTUAL TABLE deployment_box USING rtree (id, west, east, south, north);   -- of what is public
CREATE VIRTUAL TABLE deployment_words USING fts5 (words, tokenize = "unicode61 remove_diacritics 2");
CREATE VIRTUAL TABLE place_words USING fts5 (words, tokenize = "unicode61 remove_diacritics 2");
CREATE VIRTUAL TABLE place_box USING rtree (id, west, east, south, north);        -- of boundaries

-- SpatiaLite's triggers that write the time of each insert, update and delete into geometry_columns_time: nobody reads it,
-- and it is nearly half the cost of an insert. Those that guard the kind of geometry stay.
DROP TRIGGER tmi_place_boundary; DROP TRIGGER tmu_place_boundary; DROP TRIGGER tmd_place_boundary;
DROP TRIGGER tmi_deployment_geom; DROP TRIGGER tmu_deployment_geom; DROP TRIGGER tmd_deployment_geom;
DROP TRIGGER tmi_device_geom; DROP TRIGGER tmu_device_geom; DROP TRIGGER tmd_device_geom;
DROP TRIGGER tmi_zone_geom; DROP TRIGGER tmu_zone_geom; DROP TRIGGER tmd_zone_geom;
