-- Measures at liberty: what is asked of a child instead of custody, how it goes, and who else is concerned.

-- state: proposed, decided, started, suspended, declined, fulfilled, revoked, expired. Its version counts every step.
-- body is the measure as its last step left it, sealed.
CREATE TABLE measure (
    id UUID PRIMARY KEY NOT NULL,
    case_id UUID NOT NULL REFERENCES case_file(id),
    kind TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    body BYTEA NOT NULL,
    proposed_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE INDEX measure_case ON measure (case_id, proposed_at, id);

-- Every step with what was said, sealed. Never changed.
CREATE TABLE measure_step (
    id UUID PRIMARY KEY NOT NULL,
    measure_id UUID NOT NULL REFERENCES measure(id),
    case_id UUID NOT NULL REFERENCES case_file(id),
    seq BIGINT NOT NULL,
    what TEXT COLLATE "C" NOT NULL,
    by_id UUID NOT NULL,
    recorded_at BIGINT NOT NULL,
    body BYTEA NOT NULL,
    UNIQUE (measure_id, seq)
);

CREATE INDEX measure_step_case ON measure_step (case_id);

CREATE TRIGGER measure_step_append_only BEFORE UPDATE OR DELETE ON measure_step FOR EACH ROW EXECUTE FUNCTION append_only_unless_resealing();

CREATE TRIGGER measure_step_no_truncate BEFORE TRUNCATE ON measure_step FOR EACH STATEMENT EXECUTE FUNCTION append_only();

-- When somebody meets a child, so that nobody is at two places at once. state: planned, kept, off (missed or cancelled).
CREATE TABLE visit (
    id UUID PRIMARY KEY NOT NULL,
    measure_id UUID NOT NULL REFERENCES measure(id),
    case_id UUID NOT NULL REFERENCES case_file(id),
    with_id UUID NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL
);

CREATE INDEX visit_case ON visit (case_id, from_at) WHERE state <> 'off';
CREATE INDEX visit_with ON visit (with_id, from_at) WHERE state <> 'off';

-- That another file concerns a brother, a sister or a co-suspect. Each side keeps its own row; which file it is, is sealed
-- under its own case's key.
CREATE TABLE case_link (
    id UUID PRIMARY KEY NOT NULL,
    case_id UUID NOT NULL REFERENCES case_file(id),
    body BYTEA NOT NULL,
    made_by UUID NOT NULL,
    made_at BIGINT NOT NULL,
    ended_at BIGINT
);

CREATE INDEX case_link_case ON case_link (case_id, made_at, id);

-- Ciphertext does not shrink.
ALTER TABLE measure ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE measure_step ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE case_link ALTER COLUMN body SET STORAGE EXTERNAL;
