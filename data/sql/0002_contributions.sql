-- People, tokens, what they propose, and what became of it. Nothing here says where somebody was, with what machine, or
-- at what hour once it is decided; ids of contributions are random, so that they tell no order.

CREATE TABLE account (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    password TEXT NOT NULL,                -- Argon2id, as libsodium writes it
    role TEXT NOT NULL CHECK (role IN ('contributor', 'moderator', 'admin')),
    territory TEXT NOT NULL DEFAULT '',    -- codes of places with commas between; 'all': everywhere
    disabled INTEGER NOT NULL DEFAULT 0,
    epoch INTEGER NOT NULL DEFAULT 0       -- grows at each "log out everywhere" and change of password
);

CREATE TABLE token (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash BLOB NOT NULL UNIQUE,             -- SHA-256 of what was shown once
    label TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('contributor', 'moderator', 'admin')),
    territory TEXT NOT NULL DEFAULT '',
    account_id INTEGER REFERENCES account (id),
    expires_s INTEGER NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0,
    workshop INTEGER NOT NULL DEFAULT 0    -- one evening's code: its contributions are one batch
);

CREATE TABLE territory (                   -- what a place asks of its moderators
    code TEXT PRIMARY KEY,
    two_person INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE contribution (
    id INTEGER PRIMARY KEY,                -- random
    version INTEGER NOT NULL DEFAULT 1,
    kind TEXT NOT NULL CHECK (kind IN ('add', 'edit', 'remove', 'confirm', 'gone', 'problem', 'privacy', 'reply', 'unlawful')),
    state TEXT NOT NULL DEFAULT 'pending'
        CHECK (state IN ('pending', 'asked', 'held', 'accepted', 'refused', 'merged', 'lapsed', 'erased')),
    target_id INTEGER REFERENCES deployment (id),
    base_version INTEGER,                  -- of the target, when it was proposed
    patch TEXT NOT NULL DEFAULT '{}',      -- RFC 7396, on the record's JSON; of an addition the whole record
    note TEXT NOT NULL DEFAULT '',
    survey INTEGER NOT NULL DEFAULT 0,     -- seen on foot: published in batches, later
    place_code TEXT NOT NULL DEFAULT '',   -- its commune, where boundaries tell; whose moderators decide
    lon REAL, lat REAL,
    receipt BLOB UNIQUE,                   -- SHA-256 of the code that was shown once
    account_id INTEGER REFERENCES account (id),
    token_id INTEGER REFERENCES token (id),
    batch_id INTEGER REFERENCES import_batch (id),
    created_s INTEGER NOT NULL,            -- to the month once it is decided
    due_s INTEGER,                         -- replies, notices and privacy reports have a clock
    publish_s INTEGER,                     -- of a held one
    decided_s INTEGER,
    decided_by INTEGER REFERENCES account (id),
    reason TEXT NOT NULL DEFAULT '',
    result_id INTEGER REFERENCES deployment (id),
    effect_version INTEGER                 -- the version that a privacy report made at once
);
CREATE INDEX contribution_by_state ON contribution (state, created_s);
CREATE INDEX contribution_by_target ON contribution (target_id);
CREATE INDEX contribution_by_account ON contribution (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX contribution_by_token ON contribution (token_id) WHERE token_id IS NOT NULL;
CREATE INDEX contribution_by_batch ON contribution (batch_id) WHERE batch_id IS NOT NULL;

CREATE TABLE contribution_message (        -- asked back and answered, until it is decided
    contribution_id INTEGER NOT NULL REFERENCES contribution (id),
    seq INTEGER NOT NULL,
    of_moderator INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (contribution_id, seq)
) WITHOUT ROWID;

CREATE TABLE contribution_vote (           -- where two people have to agree
    contribution_id INTEGER NOT NULL REFERENCES contribution (id),
    account_id INTEGER NOT NULL REFERENCES account (id),
    PRIMARY KEY (contribution_id, account_id)
) WITHOUT ROWID;

CREATE TABLE photo (
    id INTEGER PRIMARY KEY,                -- random
    deployment_id INTEGER REFERENCES deployment (id),
    contribution_id INTEGER REFERENCES contribution (id),
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'published', 'refused')),
    taken_on TEXT,                         -- the month
    licence TEXT, author_label TEXT,
    blurred INTEGER NOT NULL DEFAULT 0,
    width_px INTEGER NOT NULL, height_px INTEGER NOT NULL,
    jpeg BLOB NOT NULL
);
CREATE INDEX photo_by_contribution ON photo (contribution_id);
CREATE INDEX photo_by_deployment ON photo (deployment_id);

ALTER TABLE revision ADD COLUMN account_id INTEGER REFERENCES account (id);   -- NULL: nobody's name, or cut after 90 days
ALTER TABLE revision ADD COLUMN token_id INTEGER REFERENCES token (id);
ALTER TABLE revision ADD COLUMN by_hand INTEGER NOT NULL DEFAULT 0;
CREATE INDEX revision_by_account ON revision (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX revision_by_token ON revision (token_id) WHERE token_id IS NOT NULL;

CREATE TABLE erasure (                     -- what was lawfully removed: the number, the day and the ground stay
    deployment_id INTEGER PRIMARY KEY,
    day INTEGER NOT NULL,
    ground TEXT NOT NULL
);
