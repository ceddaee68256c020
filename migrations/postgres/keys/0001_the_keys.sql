-- Wrapped keys only. This store has backups of its own, kept for days, not years.
CREATE TABLE keyring (
    kid UUID PRIMARY KEY NOT NULL,
    purpose TEXT COLLATE "C" NOT NULL,
    epoch BIGINT NOT NULL,
    wrapped BYTEA NOT NULL,
    commitment BYTEA NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    UNIQUE (purpose, epoch)
);

CREATE TABLE case_key (
    case_id UUID NOT NULL,
    class SMALLINT NOT NULL,
    key_no BIGINT NOT NULL,
    kek_id UUID NOT NULL REFERENCES keyring(kid),
    wrapped BYTEA NOT NULL,
    commitment BYTEA NOT NULL,
    PRIMARY KEY (case_id, class, key_no)
);
