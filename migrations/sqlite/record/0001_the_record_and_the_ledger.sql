-- Times are microseconds since the epoch. Ciphertexts and hashes are bytes.

CREATE TABLE office (
    id BLOB PRIMARY KEY NOT NULL,
    parent_id BLOB REFERENCES office(id),
    code TEXT NOT NULL UNIQUE,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    level INTEGER NOT NULL
) STRICT;

CREATE TABLE account (
    id BLOB PRIMARY KEY NOT NULL,
    login TEXT NOT NULL UNIQUE,
    sealed_name BLOB NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE account_role (
    account_id BLOB NOT NULL REFERENCES account(id),
    office_id BLOB NOT NULL REFERENCES office(id),
    role TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_until INTEGER,
    PRIMARY KEY (account_id, office_id, role, valid_from)
) STRICT;

CREATE TABLE token (
    hash BLOB PRIMARY KEY NOT NULL,
    account_id BLOB NOT NULL REFERENCES account(id),
    label TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT;

CREATE TABLE case_file (
    id BLOB PRIMARY KEY NOT NULL,
    case_no TEXT NOT NULL,
    office_id BLOB NOT NULL REFERENCES office(id),
    pack_id TEXT NOT NULL,
    pack_version TEXT NOT NULL,
    version INTEGER NOT NULL,
    main TEXT NOT NULL,
    measure TEXT NOT NULL,
    remedy TEXT NOT NULL,
    record TEXT NOT NULL,
    phase TEXT NOT NULL,
    lead_id BLOB,
    second_id BLOB,
    social_worker_id BLOB,
    sealed INTEGER NOT NULL,
    awaiting_approval INTEGER NOT NULL,
    next_due INTEGER NOT NULL,
    next_clock TEXT,
    marks TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    snapshot BLOB NOT NULL,
    events_head BLOB NOT NULL,
    events_count INTEGER NOT NULL,
    people_head BLOB NOT NULL,
    people_count INTEGER NOT NULL,
    clock_digests BLOB NOT NULL,
    cseq INTEGER NOT NULL,
    chain_head BLOB NOT NULL,
    CONSTRAINT case_file_case_no UNIQUE (case_no)
) STRICT;

-- Worklists: soonest due first, at constant cost however many cases there are.
CREATE INDEX case_file_lead ON case_file (lead_id, sealed, next_due, id);
CREATE INDEX case_file_social_worker ON case_file (social_worker_id, sealed, next_due, id);
CREATE INDEX case_file_office ON case_file (office_id, sealed, next_due, id);

CREATE TABLE person (
    id BLOB PRIMARY KEY NOT NULL,
    case_id BLOB NOT NULL REFERENCES case_file(id),
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    class INTEGER NOT NULL,
    body BLOB NOT NULL,
    tags_digest BLOB NOT NULL,
    supersedes BLOB,
    recorded_at INTEGER NOT NULL,
    head BLOB NOT NULL,
    UNIQUE (case_id, seq)
) STRICT;

CREATE TABLE blind_index (
    index_no INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    tag BLOB NOT NULL,
    case_id BLOB NOT NULL REFERENCES case_file(id),
    person_id BLOB NOT NULL REFERENCES person(id),
    PRIMARY KEY (index_no, partition, tag, person_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX blind_index_person ON blind_index (person_id);

CREATE TABLE case_event (
    case_id BLOB NOT NULL REFERENCES case_file(id),
    seq INTEGER NOT NULL,
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    legal_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    actor_id BLOB NOT NULL,
    class INTEGER NOT NULL,
    payload BLOB NOT NULL,
    pack_version TEXT NOT NULL,
    supersedes_seq INTEGER,
    head BLOB NOT NULL,
    PRIMARY KEY (case_id, seq)
) STRICT;

CREATE TABLE clock (
    case_id BLOB NOT NULL REFERENCES case_file(id),
    clock TEXT NOT NULL,
    run INTEGER NOT NULL,
    started INTEGER NOT NULL,
    due_at INTEGER,
    state TEXT NOT NULL,
    held INTEGER NOT NULL,
    calendar_missing INTEGER,
    PRIMARY KEY (case_id, clock, run)
) STRICT, WITHOUT ROWID;

CREATE INDEX clock_due ON clock (due_at, case_id) WHERE state = 'running';

CREATE TABLE idempotency (
    account_id BLOB NOT NULL,
    key TEXT NOT NULL,
    body_hash BLOB NOT NULL,
    case_id BLOB,
    status INTEGER NOT NULL,
    response BLOB NOT NULL,
    at INTEGER NOT NULL,
    CONSTRAINT idempotency_key PRIMARY KEY (account_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger_leaf (
    seq INTEGER PRIMARY KEY NOT NULL,
    leaf BLOB NOT NULL,
    leaf_hash BLOB NOT NULL,
    detail BLOB,
    case_id BLOB,
    actor_id BLOB,
    at INTEGER NOT NULL,
    act TEXT NOT NULL
) STRICT;

CREATE INDEX ledger_leaf_case ON ledger_leaf (case_id, seq) WHERE case_id IS NOT NULL;

CREATE TABLE ledger_tile (
    level INTEGER NOT NULL,
    idx INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (level, idx)
) STRICT;

CREATE TABLE ledger_head (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    size INTEGER NOT NULL,
    frontier BLOB NOT NULL
) STRICT;

CREATE TABLE ledger_checkpoint (
    size INTEGER PRIMARY KEY NOT NULL,
    note TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- Leaves of committed changes that are not in the tree yet. Used where several instances write at once.
CREATE TABLE ledger_outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    leaf BLOB NOT NULL,
    detail BLOB,
    case_id BLOB,
    actor_id BLOB,
    at INTEGER NOT NULL,
    act TEXT NOT NULL
) STRICT;

-- What is written in these tables is never changed or taken away.

CREATE TRIGGER ledger_leaf_no_update BEFORE UPDATE ON ledger_leaf BEGIN SELECT RAISE(ABORT, 'ledger_leaf is append-only'); END;

CREATE TRIGGER ledger_leaf_no_delete BEFORE DELETE ON ledger_leaf BEGIN SELECT RAISE(ABORT, 'ledger_leaf is append-only'); END;

CREATE TRIGGER ledger_tile_no_update BEFORE UPDATE ON ledger_tile BEGIN SELECT RAISE(ABORT, 'ledger_tile is append-only'); END;

CREATE TRIGGER ledger_tile_no_delete BEFORE DELETE ON ledger_tile BEGIN SELECT RAISE(ABORT, 'ledger_tile is append-only'); END;

CREATE TRIGGER ledger_checkpoint_no_update BEFORE UPDATE ON ledger_checkpoint BEGIN SELECT RAISE(ABORT, 'ledger_checkpoint is append-only'); END;

CREATE TRIGGER ledger_checkpoint_no_delete BEFORE DELETE ON ledger_checkpoint BEGIN SELECT RAISE(ABORT, 'ledger_checkpoint is append-only'); END;

CREATE TRIGGER case_event_no_update BEFORE UPDATE ON case_event BEGIN SELECT RAISE(ABORT, 'case_event is append-only'); END;

CREATE TRIGGER case_event_no_delete BEFORE DELETE ON case_event BEGIN SELECT RAISE(ABORT, 'case_event is append-only'); END;

CREATE TRIGGER person_no_update BEFORE UPDATE ON person BEGIN SELECT RAISE(ABORT, 'person is append-only'); END;

CREATE TRIGGER person_no_delete BEFORE DELETE ON person BEGIN SELECT RAISE(ABORT, 'person is append-only'); END;
