-- What groups keep for themselves: the words over their place's page, and how they read their spreadsheets.

CREATE TABLE group_page (
    code TEXT PRIMARY KEY,                 -- of the place
    body TEXT NOT NULL DEFAULT '',         -- plain text, shown as text
    colour TEXT NOT NULL DEFAULT '',       -- '#rrggbb', empty: the usual one
    contact TEXT NOT NULL DEFAULT ''       -- an address of mail or of a page
) WITHOUT ROWID;

CREATE TABLE upload_mapping (              -- which column is which field, by the columns of the file
    territory TEXT NOT NULL,               -- whose it is: of accounts with the same territory
    columns BLOB NOT NULL,                 -- SHA-256 of the names of the columns
    mapping TEXT NOT NULL,                 -- JSON, as import --mapping reads it
    PRIMARY KEY (territory, columns)
) WITHOUT ROWID;

CREATE TABLE upload_row (                  -- what a proposed row is to its file: the same file again brings it no second time
    contribution_id INTEGER PRIMARY KEY REFERENCES contribution (id),
    key TEXT NOT NULL,                     -- as identity.key
    content_hash INTEGER NOT NULL
);
CREATE INDEX upload_row_by_key ON upload_row (key);
CREATE INDEX revision_by_hand ON revision (at_s) WHERE by_hand; -- what people changed, for /history
