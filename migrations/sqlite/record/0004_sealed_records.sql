-- Sealed cases under keys of their own, queries about them, certificates, and cases that are gone for good.

-- A case whose content is being put under other keys, or taken away. `begun`: the new keys are made and the old ones in
-- force; `kept`: the other way round, and the old ones are to be destroyed. `writing` and `expunging` are seen by nobody
-- outside the transaction that does it.
CREATE TABLE resealing (
    case_id BLOB PRIMARY KEY NOT NULL,
    holder BLOB NOT NULL,
    from_no INTEGER NOT NULL,
    to_no INTEGER NOT NULL,
    phase TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- The sealed details of leaves, under the keys of the day. The leaf keeps its own copy, whose key may be gone.
CREATE TABLE leaf_detail (
    leaf_hash BLOB PRIMARY KEY NOT NULL,
    case_id BLOB NOT NULL,
    detail BLOB NOT NULL
) STRICT;

CREATE INDEX leaf_detail_case ON leaf_detail (case_id, leaf_hash);

ALTER TABLE case_file ADD COLUMN details_digest BLOB NOT NULL DEFAULT x'';

-- The number of a sealed case, sealed like the rest of it; `case_no` then says nothing and takes no number from others.
ALTER TABLE case_file ADD COLUMN sealed_no BLOB;

CREATE INDEX idempotency_case ON idempotency (case_id) WHERE case_id IS NOT NULL;

-- Who stands where in the duty to seal; sealed cases are in no such list.
CREATE INDEX case_file_record ON case_file (office_id, record, next_due, id) WHERE sealed = 0;

-- An outside body asks whether there is a sealed record. What it asks, and the answer, are sealed under the sealer's key.
CREATE TABLE record_query (
    id BLOB PRIMARY KEY NOT NULL,
    office_id BLOB NOT NULL REFERENCES office(id),
    asked_by BLOB NOT NULL,
    asked_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    cap_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    decided_by BLOB,
    decided_at INTEGER,
    until INTEGER,
    body BLOB NOT NULL,
    decision BLOB
) STRICT;

CREATE INDEX record_query_due ON record_query (office_id, asked_at, id);

-- Whom an allowed query lets read which sealed case, and until when.
CREATE TABLE record_grant (
    query_id BLOB NOT NULL REFERENCES record_query(id),
    account_id BLOB NOT NULL,
    case_id BLOB NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (query_id, account_id, case_id)
) STRICT;

CREATE INDEX record_grant_account ON record_grant (account_id, until);

CREATE TABLE record_certificate (
    id BLOB PRIMARY KEY NOT NULL,
    office_id BLOB NOT NULL REFERENCES office(id),
    asked_by BLOB NOT NULL,
    asked_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    issued_at INTEGER,
    body BLOB NOT NULL
) STRICT;

-- What remains of a case that was expunged: that it was, by whose order, and the end of its chain.
CREATE TABLE tombstone (
    case_id BLOB PRIMARY KEY NOT NULL,
    order_no TEXT NOT NULL,
    ordered_by TEXT NOT NULL,
    confirmed_by TEXT NOT NULL,
    at INTEGER NOT NULL,
    keys BLOB NOT NULL,
    cseq INTEGER NOT NULL,
    chain_head BLOB NOT NULL
) STRICT;

-- What is append-only stays so but for what is put under other keys, or taken away, in this very transaction.

DROP TRIGGER case_event_no_update;

CREATE TRIGGER case_event_no_update BEFORE UPDATE ON case_event
WHEN NEW.case_id IS NOT OLD.case_id OR NEW.seq IS NOT OLD.seq OR NEW.id IS NOT OLD.id OR NEW.kind IS NOT OLD.kind OR NEW.code IS NOT OLD.code OR NEW.legal_at IS NOT OLD.legal_at OR NEW.recorded_at IS NOT OLD.recorded_at OR NEW.actor_id IS NOT OLD.actor_id OR NEW.class IS NOT OLD.class OR NEW.pack_version IS NOT OLD.pack_version OR NEW.supersedes_seq IS NOT OLD.supersedes_seq
    OR NOT EXISTS (SELECT 1 FROM resealing WHERE case_id = OLD.case_id AND phase = 'writing')
BEGIN SELECT RAISE(ABORT, 'case_event is append-only'); END;

DROP TRIGGER case_event_no_delete;

CREATE TRIGGER case_event_no_delete BEFORE DELETE ON case_event
WHEN NOT EXISTS (SELECT 1 FROM resealing WHERE case_id = OLD.case_id AND phase = 'expunging')
BEGIN SELECT RAISE(ABORT, 'case_event is append-only'); END;

DROP TRIGGER person_no_update;

CREATE TRIGGER person_no_update BEFORE UPDATE ON person
WHEN NEW.id IS NOT OLD.id OR NEW.case_id IS NOT OLD.case_id OR NEW.seq IS NOT OLD.seq OR NEW.kind IS NOT OLD.kind OR NEW.class IS NOT OLD.class OR NEW.supersedes IS NOT OLD.supersedes OR NEW.recorded_at IS NOT OLD.recorded_at
    OR NOT EXISTS (SELECT 1 FROM resealing WHERE case_id = OLD.case_id AND phase = 'writing')
BEGIN SELECT RAISE(ABORT, 'person is append-only'); END;

DROP TRIGGER person_no_delete;

CREATE TRIGGER person_no_delete BEFORE DELETE ON person
WHEN NOT EXISTS (SELECT 1 FROM resealing WHERE case_id = OLD.case_id AND phase = 'expunging')
BEGIN SELECT RAISE(ABORT, 'person is append-only'); END;

CREATE TRIGGER tombstone_no_update BEFORE UPDATE ON tombstone BEGIN SELECT RAISE(ABORT, 'tombstone is append-only'); END;

CREATE TRIGGER tombstone_no_delete BEFORE DELETE ON tombstone BEGIN SELECT RAISE(ABORT, 'tombstone is append-only'); END;

-- Single entries of a journal that are sealed by themselves. `content` is what they said, sealed by the sealer and then under
-- the case's key; nobody reads it until two people have put it back.
CREATE TABLE sealed_item (
    id BLOB PRIMARY KEY NOT NULL,
    case_id BLOB NOT NULL REFERENCES case_file(id),
    seq INTEGER NOT NULL,
    content BLOB,
    sealed_by BLOB NOT NULL,
    sealed_at INTEGER NOT NULL,
    proposed_by BLOB,
    proposed_at INTEGER,
    proposal BLOB,
    lifted_by BLOB,
    lifted_at INTEGER
) STRICT;

CREATE UNIQUE INDEX sealed_item_in_force ON sealed_item (case_id, seq) WHERE lifted_at IS NULL;
