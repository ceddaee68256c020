-- Measures at liberty: what is asked of a child instead of custody, how it goes, and who else is concerned.

-- state: proposed, decided, started, suspended, declined, fulfilled, revoked, expired. Its version counts every step.
-- body is the measure as its last step left it, sealed.
CREATE TABLE measure (
    id BLOB PRIMARY KEY NOT NULL,
    case_id BLOB NOT NULL REFERENCES case_file(id),
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    body BLOB NOT NULL,
    proposed_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX measure_case ON measure (case_id, proposed_at, id);

-- Every step with what was said, sealed. Never changed.
CREATE TABLE measure_step (
    id BLOB PRIMARY KEY NOT NULL,
    measure_id BLOB NOT NULL REFERENCES measure(id),
    case_id BLOB NOT NULL REFERENCES case_file(id),
    seq INTEGER NOT NULL,
    what TEXT NOT NULL,
    by_id BLOB NOT NULL,
    recorded_at INTEGER NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (measure_id, seq)
) STRICT;

CREATE INDEX measure_step_case ON measure_step (case_id);

CREATE TRIGGER measure_step_no_update BEFORE UPDATE ON measure_step
WHEN NEW.id IS NOT OLD.id OR NEW.measure_id IS NOT OLD.measure_id OR NEW.case_id IS NOT OLD.case_id OR NEW.seq IS NOT OLD.seq OR NEW.what IS NOT OLD.what OR NEW.by_id IS NOT OLD.by_id OR NEW.recorded_at IS NOT OLD.recorded_at
    OR NOT EXISTS (SELECT 1 FROM resealing WHERE case_id = OLD.case_id AND phase = 'writing')
BEGIN SELECT RAISE(ABORT, 'measure_step is append-only'); END;

CREATE TRIGGER measure_step_no_delete BEFORE DELETE ON measure_step
WHEN NOT EXISTS (SELECT 1 FROM resealing WHERE case_id = OLD.case_id AND phase = 'expunging')
BEGIN SELECT RAISE(ABORT, 'measure_step is append-only'); END;

-- When somebody meets a child, so that nobody is at two places at once. state: planned, kept, off (missed or cancelled).
CREATE TABLE visit (
    id BLOB PRIMARY KEY NOT NULL,
    measure_id BLOB NOT NULL REFERENCES measure(id),
    case_id BLOB NOT NULL REFERENCES case_file(id),
    with_id BLOB NOT NULL,
    from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    state TEXT NOT NULL
) STRICT;

CREATE INDEX visit_case ON visit (case_id, from_at) WHERE state <> 'off';
CREATE INDEX visit_with ON visit (with_id, from_at) WHERE state <> 'off';

-- That another file concerns a brother, a sister or a co-suspect. Each side keeps its own row; which file it is, is sealed
-- under its own case's key.
CREATE TABLE case_link (
    id BLOB PRIMARY KEY NOT NULL,
    case_id BLOB NOT NULL REFERENCES case_file(id),
    body BLOB NOT NULL,
    made_by BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;

CREATE INDEX case_link_case ON case_link (case_id, made_at, id);
