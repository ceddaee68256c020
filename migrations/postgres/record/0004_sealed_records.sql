-- Sealed cases under keys of their own, queries about them, certificates, and cases that are gone for good.

-- A case whose content is being put under other keys, or taken away. `begun`: the new keys are made and the old ones in
-- force; `kept`: the other way round, and the old ones are to be destroyed. `writing` and `expunging` are seen by nobody
-- outside the transaction that does it.
CREATE TABLE resealing (
    case_id UUID PRIMARY KEY NOT NULL,
    holder UUID NOT NULL,
    from_no BIGINT NOT NULL,
    to_no BIGINT NOT NULL,
    phase TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL
);

-- The sealed details of leaves, under the keys of the day. The leaf keeps its own copy, whose key may be gone.
CREATE TABLE leaf_detail (
    leaf_hash BYTEA PRIMARY KEY NOT NULL,
    case_id UUID NOT NULL,
    detail BYTEA NOT NULL
);

CREATE INDEX leaf_detail_case ON leaf_detail (case_id, leaf_hash);

ALTER TABLE case_file ADD COLUMN details_digest BYTEA NOT NULL DEFAULT ''::bytea;

-- The number of a sealed case, sealed like the rest of it; `case_no` then says nothing and takes no number from others.
ALTER TABLE case_file ADD COLUMN sealed_no BYTEA;

CREATE INDEX idempotency_case ON idempotency (case_id) WHERE case_id IS NOT NULL;

-- Who stands where in the duty to seal; sealed cases are in no such list.
CREATE INDEX case_file_record ON case_file (office_id, record, next_due, id) WHERE sealed = 0;

-- An outside body asks whether there is a sealed record. What it asks, and the answer, are sealed under the sealer's key.
CREATE TABLE record_query (
    id UUID PRIMARY KEY NOT NULL,
    office_id UUID NOT NULL REFERENCES office(id),
    asked_by UUID NOT NULL,
    asked_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    cap_at BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    decided_by UUID,
    decided_at BIGINT,
    until BIGINT,
    body BYTEA NOT NULL,
    decision BYTEA
);

CREATE INDEX record_query_due ON record_query (office_id, asked_at, id);

-- Whom an allowed query lets read which sealed case, and until when.
CREATE TABLE record_grant (
    query_id UUID NOT NULL REFERENCES record_query(id),
    account_id UUID NOT NULL,
    case_id UUID NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (query_id, account_id, case_id)
);

CREATE INDEX record_grant_account ON record_grant (account_id, until);

CREATE TABLE record_certificate (
    id UUID PRIMARY KEY NOT NULL,
    office_id UUID NOT NULL REFERENCES office(id),
    asked_by UUID NOT NULL,
    asked_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    issued_at BIGINT,
    body BYTEA NOT NULL
);

-- What remains of a case that was expunged: that it was, by whose order, and the end of its chain.
CREATE TABLE tombstone (
    case_id UUID PRIMARY KEY NOT NULL,
    order_no TEXT COLLATE "C" NOT NULL,
    ordered_by TEXT COLLATE "C" NOT NULL,
    confirmed_by TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    keys BYTEA NOT NULL,
    cseq BIGINT NOT NULL,
    chain_head BYTEA NOT NULL
);

ALTER TABLE leaf_detail ALTER COLUMN detail SET STORAGE EXTERNAL;
ALTER TABLE record_query ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE record_query ALTER COLUMN decision SET STORAGE EXTERNAL;
ALTER TABLE record_certificate ALTER COLUMN body SET STORAGE EXTERNAL;

-- What is append-only stays so but for what is put under other keys, or taken away, in this very transaction.

CREATE FUNCTION append_only_unless_resealing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sealed CONSTANT text[] := ARRAY['payload', 'body', 'tags_digest', 'head'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF EXISTS (SELECT 1 FROM resealing WHERE case_id = OLD.case_id AND phase = 'expunging') THEN RETURN OLD; END IF;
    ELSIF to_jsonb(NEW) - sealed = to_jsonb(OLD) - sealed
        AND EXISTS (SELECT 1 FROM resealing WHERE case_id = OLD.case_id AND phase = 'writing') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;

DROP TRIGGER case_event_append_only ON case_event;

CREATE TRIGGER case_event_append_only BEFORE UPDATE OR DELETE ON case_event FOR EACH ROW EXECUTE FUNCTION append_only_unless_resealing();

CREATE TRIGGER case_event_no_truncate BEFORE TRUNCATE ON case_event FOR EACH STATEMENT EXECUTE FUNCTION append_only();

DROP TRIGGER person_append_only ON person;

CREATE TRIGGER person_append_only BEFORE UPDATE OR DELETE ON person FOR EACH ROW EXECUTE FUNCTION append_only_unless_resealing();

CREATE TRIGGER person_no_truncate BEFORE TRUNCATE ON person FOR EACH STATEMENT EXECUTE FUNCTION append_only();

CREATE TRIGGER tombstone_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tombstone FOR EACH STATEMENT EXECUTE FUNCTION append_only();

-- Single entries of a journal that are sealed by themselves. `content` is what they said, sealed by the sealer and then under
-- the case's key; nobody reads it until two people have put it back.
CREATE TABLE sealed_item (
    id UUID PRIMARY KEY NOT NULL,
    case_id UUID NOT NULL REFERENCES case_file(id),
    seq BIGINT NOT NULL,
    content BYTEA,
    sealed_by UUID NOT NULL,
    sealed_at BIGINT NOT NULL,
    proposed_by UUID,
    proposed_at BIGINT,
    proposal BYTEA,
    lifted_by UUID,
    lifted_at BIGINT
);

CREATE UNIQUE INDEX sealed_item_in_force ON sealed_item (case_id, seq) WHERE lifted_at IS NULL;
