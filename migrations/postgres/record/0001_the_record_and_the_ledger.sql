-- Times are microseconds since the epoch. Ciphertexts and hashes are bytes.

CREATE TABLE office (
    id UUID PRIMARY KEY NOT NULL,
    parent_id UUID REFERENCES office(id),
    code TEXT COLLATE "C" NOT NULL UNIQUE,
    name_zh TEXT COLLATE "C" NOT NULL,
    name_en TEXT COLLATE "C" NOT NULL,
    level BIGINT NOT NULL
);

CREATE TABLE account (
    id UUID PRIMARY KEY NOT NULL,
    login TEXT COLLATE "C" NOT NULL UNIQUE,
    sealed_name BYTEA NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE account_role (
    account_id UUID NOT NULL REFERENCES account(id),
    office_id UUID NOT NULL REFERENCES office(id),
    role TEXT COLLATE "C" NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT,
    PRIMARY KEY (account_id, office_id, role, valid_from)
);

CREATE TABLE token (
    hash BYTEA PRIMARY KEY NOT NULL,
    account_id UUID NOT NULL REFERENCES account(id),
    label TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
);

CREATE TABLE case_file (
    id UUID PRIMARY KEY NOT NULL,
    case_no TEXT COLLATE "C" NOT NULL,
    office_id UUID NOT NULL REFERENCES office(id),
    pack_id TEXT COLLATE "C" NOT NULL,
    pack_version TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    main TEXT COLLATE "C" NOT NULL,
    measure TEXT COLLATE "C" NOT NULL,
    remedy TEXT COLLATE "C" NOT NULL,
    record TEXT COLLATE "C" NOT NULL,
    phase TEXT COLLATE "C" NOT NULL,
    lead_id UUID,
    second_id UUID,
    social_worker_id UUID,
    sealed BIGINT NOT NULL,
    awaiting_approval BIGINT NOT NULL,
    next_due BIGINT NOT NULL,
    next_clock TEXT COLLATE "C",
    marks TEXT COLLATE "C" NOT NULL,
    opened_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    snapshot BYTEA NOT NULL,
    events_head BYTEA NOT NULL,
    events_count BIGINT NOT NULL,
    people_head BYTEA NOT NULL,
    people_count BIGINT NOT NULL,
    clock_digests BYTEA NOT NULL,
    cseq BIGINT NOT NULL,
    chain_head BYTEA NOT NULL,
    CONSTRAINT case_file_case_no UNIQUE (case_no)
);

-- Worklists: soonest due first, at constant cost however many cases there are.
CREATE INDEX case_file_lead ON case_file (lead_id, sealed, next_due, id);
CREATE INDEX case_file_social_worker ON case_file (social_worker_id, sealed, next_due, id);
CREATE INDEX case_file_office ON case_file (office_id, sealed, next_due, id);

CREATE TABLE person (
    id UUID PRIMARY KEY NOT NULL,
    case_id UUID NOT NULL REFERENCES case_file(id),
    seq BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    class BIGINT NOT NULL,
    body BYTEA NOT NULL,
    tags_digest BYTEA NOT NULL,
    supersedes UUID,
    recorded_at BIGINT NOT NULL,
    head BYTEA NOT NULL,
    UNIQUE (case_id, seq)
);

CREATE TABLE blind_index (
    index_no BIGINT NOT NULL,
    partition BIGINT NOT NULL,
    tag BYTEA NOT NULL,
    case_id UUID NOT NULL REFERENCES case_file(id),
    person_id UUID NOT NULL REFERENCES person(id),
    PRIMARY KEY (index_no, partition, tag, person_id)
);

CREATE INDEX blind_index_person ON blind_index (person_id);

CREATE TABLE case_event (
    case_id UUID NOT NULL REFERENCES case_file(id),
    seq BIGINT NOT NULL,
    id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    legal_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    actor_id UUID NOT NULL,
    class BIGINT NOT NULL,
    payload BYTEA NOT NULL,
    pack_version TEXT COLLATE "C" NOT NULL,
    supersedes_seq BIGINT,
    head BYTEA NOT NULL,
    PRIMARY KEY (case_id, seq)
);

CREATE TABLE clock (
    case_id UUID NOT NULL REFERENCES case_file(id),
    clock TEXT COLLATE "C" NOT NULL,
    run BIGINT NOT NULL,
    started BIGINT NOT NULL,
    due_at BIGINT,
    state TEXT COLLATE "C" NOT NULL,
    held BIGINT NOT NULL,
    calendar_missing BIGINT,
    PRIMARY KEY (case_id, clock, run)
);

CREATE INDEX clock_due ON clock (due_at, case_id) WHERE state = 'running';

CREATE TABLE idempotency (
    account_id UUID NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    body_hash BYTEA NOT NULL,
    case_id UUID,
    status BIGINT NOT NULL,
    response BYTEA NOT NULL,
    at BIGINT NOT NULL,
    CONSTRAINT idempotency_key PRIMARY KEY (account_id, key)
);

CREATE TABLE ledger_leaf (
    seq BIGINT PRIMARY KEY NOT NULL,
    leaf BYTEA NOT NULL,
    leaf_hash BYTEA NOT NULL,
    detail BYTEA,
    case_id UUID,
    actor_id UUID,
    at BIGINT NOT NULL,
    act TEXT COLLATE "C" NOT NULL
);

CREATE INDEX ledger_leaf_case ON ledger_leaf (case_id, seq) WHERE case_id IS NOT NULL;

CREATE TABLE ledger_tile (
    level BIGINT NOT NULL,
    idx BIGINT NOT NULL,
    hashes BYTEA NOT NULL,
    PRIMARY KEY (level, idx)
);

CREATE TABLE ledger_head (
    id BIGINT PRIMARY KEY NOT NULL CHECK (id = 1),
    size BIGINT NOT NULL,
    frontier BYTEA NOT NULL
);

CREATE TABLE ledger_checkpoint (
    size BIGINT PRIMARY KEY NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL
);

-- Leaves of committed changes that are not in the tree yet. Used where several instances write at once.
CREATE TABLE ledger_outbox (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    leaf BYTEA NOT NULL,
    detail BYTEA,
    case_id UUID,
    actor_id UUID,
    at BIGINT NOT NULL,
    act TEXT COLLATE "C" NOT NULL
);

-- What is written in these tables is never changed or taken away.

CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;

CREATE TRIGGER ledger_leaf_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_leaf FOR EACH STATEMENT EXECUTE FUNCTION append_only();

CREATE TRIGGER ledger_tile_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_tile FOR EACH STATEMENT EXECUTE FUNCTION append_only();

CREATE TRIGGER ledger_checkpoint_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION append_only();

CREATE TRIGGER case_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON case_event FOR EACH STATEMENT EXECUTE FUNCTION append_only();

CREATE TRIGGER person_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON person FOR EACH STATEMENT EXECUTE FUNCTION append_only();
