-- Wrapped keys only. This store has backups of its own, kept for days, not years.
CREATE TABLE keyring (
    kid BLOB PRIMARY KEY NOT NULL,
    purpose TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    wrapped BLOB NOT NULL,
    commitment BLOB NOT NULL,
    state TEXT NOT NULL,
    UNIQUE (purpose, epoch)
) STRICT;

CREATE TABLE case_key (
    case_id BLOB NOT NULL,
    class INTEGER NOT NULL,
    key_no INTEGER NOT NULL,
    kek_id BLOB NOT NULL REFERENCES keyring(kid),
    wrapped BLOB NOT NULL,
    commitment BLOB NOT NULL,
    PRIMARY KEY (case_id, class, key_no)
) STRICT;
