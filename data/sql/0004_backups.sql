-- Where copies of the whole were put, so that whoever erases a record is told which of them hold it still.
CREATE TABLE backup (
    path TEXT PRIMARY KEY,                 -- on this machine, whole
    day INTEGER NOT NULL                   -- since 1970-01-01
) WITHOUT ROWID;
