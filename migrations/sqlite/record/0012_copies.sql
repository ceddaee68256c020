-- Copies of a case that left the house.

-- For whom a copy was made and why (sealed under the case's key), and whether it came back. `digest` is SHA-256 of what was
-- handed out, so that a copy that turns up can be told from a forged one.
CREATE TABLE case_copy (
    id BLOB PRIMARY KEY NOT NULL,
    case_id BLOB NOT NULL REFERENCES case_file(id),
    note BLOB NOT NULL,
    digest BLOB NOT NULL,
    made_by BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    recalled_by BLOB,
    recalled_at INTEGER
) STRICT;

CREATE INDEX case_copy_case ON case_copy (case_id, made_at, id);
