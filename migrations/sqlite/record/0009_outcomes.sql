-- What acts came to, as numbers: for statistics, and for nothing else.

-- One row for each act that opens a case, decides something or asks for a safeguard. Coarse on purpose: a quarter and not a
-- day, a band of age and not a birth. `case_id` is there while the record is open, so that a correction reaches it; when
-- the record is sealed the row forgets whose it is and stays as a number.
CREATE TABLE outcome (
    -- Random: it must not tell when the row was made.
    id BLOB PRIMARY KEY NOT NULL,
    case_id BLOB,
    at_office BLOB NOT NULL,
    pack_id TEXT NOT NULL,
    -- opened, outcome (an event that the pack's table of outcomes names), decision, act.
    kind TEXT NOT NULL,
    -- The pack's code of the event.
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
    unmet TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX outcome_office ON outcome (at_office, quarter);
CREATE INDEX outcome_case ON outcome (case_id) WHERE case_id IS NOT NULL;

-- Cases from before this table, whose rows are not made yet.
CREATE TABLE outcome_unknown (
    case_id BLOB PRIMARY KEY NOT NULL REFERENCES case_file(id)
) STRICT;

INSERT INTO outcome_unknown (case_id) SELECT id FROM case_file WHERE sealed = 0;

CREATE INDEX complaint_office ON complaint (office_id, recorded_at);
