-- Forms that are written about a child. What they say is sealed, each sensitivity class under a key of its own.

-- state: requested, declined, withdrawn, drafting, submitted, returned, adopted, released. Its version counts every
-- change. submitted and released are numbers of the newest version that was; 0 is none.
CREATE TABLE assessment (
    id BLOB PRIMARY KEY NOT NULL,
    case_id BLOB NOT NULL REFERENCES case_file(id),
    form TEXT NOT NULL,
    form_version INTEGER NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    requested_by BLOB,
    due_at INTEGER,
    writer_id BLOB,
    submitted INTEGER NOT NULL,
    released INTEGER NOT NULL,
    begun_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX assessment_case ON assessment (case_id, begun_at, id);
-- A form is not asked for again while nobody has answered.
CREATE UNIQUE INDEX assessment_requested ON assessment (case_id, form) WHERE state = 'requested';
-- What is still to be written, soonest due first.
CREATE INDEX assessment_due ON assessment (due_at, id) WHERE state IN ('requested', 'drafting', 'returned');

-- What is written and not submitted.
CREATE TABLE assessment_draft (
    id BLOB PRIMARY KEY NOT NULL,
    assessment_id BLOB NOT NULL REFERENCES assessment(id),
    case_id BLOB NOT NULL REFERENCES case_file(id),
    class INTEGER NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (assessment_id, class)
) STRICT;

CREATE INDEX assessment_draft_case ON assessment_draft (case_id);

-- What was submitted, version by version. Never changed.
CREATE TABLE assessment_version (
    id BLOB PRIMARY KEY NOT NULL,
    assessment_id BLOB NOT NULL REFERENCES assessment(id),
    case_id BLOB NOT NULL REFERENCES case_file(id),
    no INTEGER NOT NULL,
    class INTEGER NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (assessment_id, no, class)
) STRICT;

CREATE INDEX assessment_version_case ON assessment_version (case_id);

-- What was done with it. what: request, accept, decline, withdraw, begin, submit, return, adopt, adopt-partly, adopt-not,
-- release, correct. said is for both sides, note for the prosecution alone.
CREATE TABLE assessment_step (
    id BLOB PRIMARY KEY NOT NULL,
    assessment_id BLOB NOT NULL REFERENCES assessment(id),
    case_id BLOB NOT NULL REFERENCES case_file(id),
    seq INTEGER NOT NULL,
    what TEXT NOT NULL,
    no INTEGER,
    by_id BLOB NOT NULL,
    happened_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    said BLOB,
    note BLOB,
    UNIQUE (assessment_id, seq)
) STRICT;

CREATE INDEX assessment_step_case ON assessment_step (case_id);
