-- What is to be done, when somebody is told of it, and how that leaves the house. Never a name or a word of a file.

-- Something to be done. What a case's law asks for is derived from its snapshot in the change that makes it so; the
-- rest is put here by the use case that makes it. `due_at` is the largest number where nothing says when.
CREATE TABLE work (
    item BLOB PRIMARY KEY NOT NULL,
    case_id BLOB NOT NULL REFERENCES case_file(id),
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
    fire_at INTEGER
) STRICT;

CREATE INDEX work_case ON work (case_id, due_at, item) WHERE open = 1;
CREATE INDEX work_office ON work (at_office, kind, due_at, item) WHERE open = 1;
CREATE INDEX work_office_due ON work (at_office, due_at, item) WHERE open = 1;
CREATE INDEX work_for ON work (for_id, due_at, item) WHERE for_id IS NOT NULL AND open = 1;
CREATE INDEX work_fire ON work (fire_at, item) WHERE fire_at IS NOT NULL;

-- Cases from before this table, whose work is not derived yet.
CREATE TABLE work_unknown (
    case_id BLOB PRIMARY KEY NOT NULL REFERENCES case_file(id)
) STRICT;

INSERT INTO work_unknown (case_id) SELECT id FROM case_file WHERE sealed = 0;

-- People were told of a stage of something that falls due, once for each end that it has: 1 warning, 2 last day, 3 over.
CREATE TABLE firing (
    item BLOB NOT NULL,
    due_at INTEGER NOT NULL,
    stage INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (item, due_at, stage)
) STRICT, WITHOUT ROWID;

-- A clock that ended unanswered. The answer is sealed under the case's key.
CREATE TABLE miss (
    id BLOB PRIMARY KEY NOT NULL,
    case_id BLOB NOT NULL REFERENCES case_file(id),
    clock TEXT NOT NULL,
    run INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    noticed_at INTEGER NOT NULL,
    answer BLOB,
    answered_by BLOB,
    answered_at INTEGER
) STRICT;

CREATE INDEX miss_case ON miss (case_id, due_at, id);

-- Which instance does a job, until when; every change made under it names its number.
CREATE TABLE lease (
    name TEXT PRIMARY KEY NOT NULL,
    holder BLOB NOT NULL,
    fence INTEGER NOT NULL,
    until_at INTEGER NOT NULL
) STRICT;

-- What is to be sent by e-mail or to a webhook: a kind, identities, times. state: waiting, sent, dead.
CREATE TABLE outbox (
    id BLOB PRIMARY KEY NOT NULL,
    channel TEXT NOT NULL,
    -- The account, or the webhook's name.
    target TEXT NOT NULL,
    body TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    -- When it is tried next; an instance that tries it puts this off first.
    next_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;

CREATE INDEX outbox_waiting ON outbox (channel, next_at, id) WHERE state = 'waiting';

-- Where somebody gets their notices by e-mail; the address is sealed under the service's own key.
CREATE TABLE contact (
    account_id BLOB PRIMARY KEY NOT NULL REFERENCES account(id),
    address BLOB NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

-- The secret address of somebody's calendar, as a hash.
CREATE TABLE feed (
    account_id BLOB PRIMARY KEY NOT NULL REFERENCES account(id),
    hash BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    CONSTRAINT feed_hash UNIQUE (hash)
) STRICT;

-- A complaint in a case. What is said is sealed under the case's key.
CREATE TABLE complaint (
    id BLOB PRIMARY KEY NOT NULL,
    case_id BLOB NOT NULL REFERENCES case_file(id),
    office_id BLOB NOT NULL REFERENCES office(id),
    -- The person complained about, if it is one who works here.
    subject_id BLOB,
    words BLOB NOT NULL,
    recorded_by BLOB NOT NULL,
    recorded_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    answerer_id BLOB,
    answer BLOB,
    answered_by BLOB,
    answered_at INTEGER
) STRICT;

CREATE INDEX complaint_case ON complaint (case_id, recorded_at, id);

-- What the child said about the case, in their own words, sealed under the case's key.
CREATE TABLE voice (
    id BLOB PRIMARY KEY NOT NULL,
    case_id BLOB NOT NULL REFERENCES case_file(id),
    words BLOB NOT NULL,
    recorded_by BLOB NOT NULL,
    recorded_at INTEGER NOT NULL
) STRICT;

CREATE INDEX voice_case ON voice (case_id, recorded_at, id);
