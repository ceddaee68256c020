-- Forms that are written about a child. What they say is sealed, each sensitivity class under a key of its own.

-- state: requested, declined, withdrawn, drafting, submitted, returned, adopted, released. Its version counts every
-- change. submitted and released are numbers of the newest version that was; 0 is none.
CREATE TABLE assessment (
    id UUID PRIMARY KEY NOT NULL,
    case_id UUID NOT NULL REFERENCES case_file(id),
    form TEXT COLLATE "C" NOT NULL,
    form_version BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    requested_by UUID,
    due_at BIGINT,
    writer_id UUID,
    submitted BIGINT NOT NULL,
    released BIGINT NOT NULL,
    begun_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE INDEX assessment_case ON assessment (case_id, begun_at, id);
-- A form is not asked for again while nobody has answered.
CREATE UNIQUE INDEX assessment_requested ON assessment (case_id, form) WHERE state = 'requested';
-- What is still to be written, soonest due first.
CREATE INDEX assessment_due ON assessment (due_at, id) WHERE state IN ('requested', 'drafting', 'returned');

-- What is written and not submitted.
CREATE TABLE assessment_draft (
    id UUID PRIMARY KEY NOT NULL,
    assessment_id UUID NOT NULL REFERENCES assessment(id),
    case_id UUID NOT NULL REFERENCES case_file(id),
    class BIGINT NOT NULL,
    body BYTEA NOT NULL,
    UNIQUE (assessment_id, class)
);

CREATE INDEX assessment_draft_case ON assessment_draft (case_id);

-- What was submitted, version by version. Never changed.
CREATE TABLE assessment_version (
    id UUID PRIMARY KEY NOT NULL,
    assessment_id UUID NOT NULL REFERENCES assessment(id),
    case_id UUID NOT NULL REFERENCES case_file(id),
    no BIGINT NOT NULL,
    class BIGINT NOT NULL,
    body BYTEA NOT NULL,
    UNIQUE (assessment_id, no, class)
);

CREATE INDEX assessment_version_case ON assessment_version (case_id);

-- What was done with it. what: request, accept, decline, withdraw, begin, submit, return, adopt, adopt-partly, adopt-not,
-- release, correct. said is for both sides, note for the prosecution alone.
CREATE TABLE assessment_step (
    id UUID PRIMARY KEY NOT NULL,
    assessment_id UUID NOT NULL REFERENCES assessment(id),
    case_id UUID NOT NULL REFERENCES case_file(id),
    seq BIGINT NOT NULL,
    what TEXT COLLATE "C" NOT NULL,
    no BIGINT,
    by_id UUID NOT NULL,
    happened_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    said BYTEA,
    note BYTEA,
    UNIQUE (assessment_id, seq)
);

CREATE INDEX assessment_step_case ON assessment_step (case_id);

-- Ciphertext does not shrink.
ALTER TABLE assessment_draft ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE assessment_version ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE assessment_step ALTER COLUMN said SET STORAGE EXTERNAL;
ALTER TABLE assessment_step ALTER COLUMN note SET STORAGE EXTERNAL;
