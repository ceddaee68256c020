-- What is to be done, when somebody is told of it, and how that leaves the house. Never a name or a word of a file.

-- Something to be done. What a case's law asks for is derived from its snapshot in the change that makes it so; the
-- rest is put here by the use case that makes it. `due_at` is the largest number where nothing says when.
CREATE TABLE work (
    item UUID PRIMARY KEY NOT NULL,
    case_id UUID NOT NULL REFERENCES case_file(id),
    -- The office in whose list it stands.
    at_office UUID NOT NULL,
    -- clock, issue, serve, approve, unassigned, assigned, transfer, review, missed, complaint.
    kind TEXT COLLATE "C" NOT NULL,
    -- The pack's code of the clock, document or event.
    code TEXT COLLATE "C" NOT NULL,
    -- The party on whom a document is served, or the place that somebody fills.
    part TEXT COLLATE "C" NOT NULL,
    -- Run of the clock, or journal entry.
    run BIGINT NOT NULL,
    about_id UUID,
    -- For this person alone.
    for_id UUID,
    -- Not for this person: who drafted it, opened it, or is its subject.
    not_id UUID,
    since_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    -- From when it warns, and the morning of its last day; none where nobody is told.
    warn_at BIGINT,
    day_at BIGINT,
    -- 1 while it is to be done.
    open BIGINT NOT NULL,
    -- When people are told next.
    fire_at BIGINT
);

CREATE INDEX work_case ON work (case_id, due_at, item) WHERE open = 1;
CREATE INDEX work_office ON work (at_office, kind, due_at, item) WHERE open = 1;
CREATE INDEX work_office_due ON work (at_office, due_at, item) WHERE open = 1;
CREATE INDEX work_for ON work (for_id, due_at, item) WHERE for_id IS NOT NULL AND open = 1;
CREATE INDEX work_fire ON work (fire_at, item) WHERE fire_at IS NOT NULL;

-- Cases from before this table, whose work is not derived yet.
CREATE TABLE work_unknown (
    case_id UUID PRIMARY KEY NOT NULL REFERENCES case_file(id)
);

INSERT INTO work_unknown (case_id) SELECT id FROM case_file WHERE sealed = 0;

-- People were told of a stage of something that falls due, once for each end that it has: 1 warning, 2 last day, 3 over.
CREATE TABLE firing (
    item UUID NOT NULL,
    due_at BIGINT NOT NULL,
    stage BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (item, due_at, stage)
);

-- A clock that ended unanswered. The answer is sealed under the case's key.
CREATE TABLE miss (
    id UUID PRIMARY KEY NOT NULL,
    case_id UUID NOT NULL REFERENCES case_file(id),
    clock TEXT COLLATE "C" NOT NULL,
    run BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    noticed_at BIGINT NOT NULL,
    answer BYTEA,
    answered_by UUID,
    answered_at BIGINT
);

CREATE INDEX miss_case ON miss (case_id, due_at, id);

-- Which instance does a job, until when; every change made under it names its number.
CREATE TABLE lease (
    name TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    holder UUID NOT NULL,
    fence BIGINT NOT NULL,
    until_at BIGINT NOT NULL
);

-- What is to be sent by e-mail or to a webhook: a kind, identities, times. state: waiting, sent, dead.
CREATE TABLE outbox (
    id UUID PRIMARY KEY NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    -- The account, or the webhook's name.
    target TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    made_at BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL,
    -- When it is tried next; an instance that tries it puts this off first.
    next_at BIGINT NOT NULL,
    ended_at BIGINT
);

CREATE INDEX outbox_waiting ON outbox (channel, next_at, id) WHERE state = 'waiting';

-- Where somebody gets their notices by e-mail; the address is sealed under the service's own key.
CREATE TABLE contact (
    account_id UUID PRIMARY KEY NOT NULL REFERENCES account(id),
    address BYTEA NOT NULL,
    changed_at BIGINT NOT NULL
);

-- The secret address of somebody's calendar, as a hash.
CREATE TABLE feed (
    account_id UUID PRIMARY KEY NOT NULL REFERENCES account(id),
    hash BYTEA NOT NULL,
    made_at BIGINT NOT NULL,
    CONSTRAINT feed_hash UNIQUE (hash)
);

-- A complaint in a case. What is said is sealed under the case's key.
CREATE TABLE complaint (
    id UUID PRIMARY KEY NOT NULL,
    case_id UUID NOT NULL REFERENCES case_file(id),
    office_id UUID NOT NULL REFERENCES office(id),
    -- The person complained about, if it is one who works here.
    subject_id UUID,
    words BYTEA NOT NULL,
    recorded_by UUID NOT NULL,
    recorded_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    answerer_id UUID,
    answer BYTEA,
    answered_by UUID,
    answered_at BIGINT
);

CREATE INDEX complaint_case ON complaint (case_id, recorded_at, id);

-- What the child said about the case, in their own words, sealed under the case's key.
CREATE TABLE voice (
    id UUID PRIMARY KEY NOT NULL,
    case_id UUID NOT NULL REFERENCES case_file(id),
    words BYTEA NOT NULL,
    recorded_by UUID NOT NULL,
    recorded_at BIGINT NOT NULL
);

CREATE INDEX voice_case ON voice (case_id, recorded_at, id);
