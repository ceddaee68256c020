-- Every index is a page that an act writes. So the rows of a case lie together, and an index that another one stands in
-- for is gone.

CREATE TABLE work_of_case (
    case_id BLOB NOT NULL REFERENCES case_file(id),
    item BLOB NOT NULL,
    -- The office in whose list it stands.
    at_office BLOB NOT NULL,
    -- clock, issue, serve, approve, unassigned, assigned, transfer, review, missed, complaint.
    kind TEXT NOT NULL,
    -- The pack's code of the clock, document or event.
    code TEXT NOT NULL,
    -- The party on whom a document is served, or the place that somebody fills.
    part TEXT NOT NULL,
    -- Run of the clock, or journal entry.
    run INTEGER NOT NULL,
    about_id BLOB,
    -- For this person alone.
    for_id BLOB,
    -- Not for this person: who drafted it, opened it, or is its subject.
    not_id BLOB,
    since_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    -- From when it warns, and the morning of its last day; none where nobody is told.
    warn_at INTEGER,
    day_at INTEGER,
    -- 1 while it is to be done.
    open INTEGER NOT NULL,
    -- When people are told next.
    fire_at INTEGER,
    PRIMARY KEY (case_id, item)
) STRICT, WITHOUT ROWID;

INSERT INTO work_of_case (case_id, item, at_office, kind, code, part, run, about_id, for_id, not_id, since_at, due_at, warn_at, day_at, open, fire_at)
SELECT case_id, item, at_office, kind, code, part, run, about_id, for_id, not_id, since_at, due_at, warn_at, day_at, open, fire_at FROM work;

DROP TABLE work;
ALTER TABLE work_of_case RENAME TO work;

CREATE INDEX work_office_due ON work (at_office, due_at, item) WHERE open = 1;
-- For what there is little of. What there is much of is found in the order in which it falls due.
CREATE INDEX work_office ON work (at_office, kind, due_at, item)
    WHERE open = 1 AND kind <> 'clock' AND kind <> 'issue' AND kind <> 'serve' AND kind <> 'draft';
CREATE INDEX work_for ON work (for_id, due_at, item) WHERE for_id IS NOT NULL AND open = 1;
CREATE INDEX work_fire ON work (fire_at, item) WHERE fire_at IS NOT NULL;

-- What is due next is asked of the work.
DROP INDEX clock_due;

CREATE TABLE outcome_of_office (
    -- Random: it must not tell when the row was made.
    id BLOB NOT NULL,
    case_id BLOB,
    at_office BLOB NOT NULL,
    pack_id TEXT NOT NULL,
    -- opened, outcome (an event that the pack's table of outcomes names), decision, act; of a measure how it ended.
    kind TEXT NOT NULL,
    -- The pack's code of the event, or the kind of the measure.
    code TEXT NOT NULL,
    -- girl, boy.
    sex TEXT NOT NULL,
    -- Full years at the alleged act, downwards to 0, 14, 16 or 18.
    band INTEGER NOT NULL,
    -- Year times ten plus the quarter, of the legal day.
    quarter INTEGER NOT NULL,
    -- Days since the case was opened.
    days INTEGER NOT NULL,
    -- Codes of the safeguards that it asked for: whose evidence was there, and which it went past.
    met TEXT NOT NULL,
    unmet TEXT NOT NULL,
    PRIMARY KEY (at_office, quarter, id)
) STRICT, WITHOUT ROWID;

INSERT INTO outcome_of_office (id, case_id, at_office, pack_id, kind, code, sex, band, quarter, days, met, unmet)
SELECT id, case_id, at_office, pack_id, kind, code, sex, band, quarter, days, met, unmet FROM outcome;

DROP TABLE outcome;
ALTER TABLE outcome_of_office RENAME TO outcome;

CREATE INDEX outcome_case ON outcome (case_id) WHERE case_id IS NOT NULL;
