-- Who works where, who works on which case, who stands in for whom, who is kept away from a case.

-- national, provincial, municipal, district, partner (an organisation for social work).
ALTER TABLE office ADD COLUMN kind TEXT NOT NULL DEFAULT 'district';
UPDATE office SET kind = CASE level WHEN 0 THEN 'provincial' WHEN 1 THEN 'municipal' ELSE 'district' END;

-- A token that the operator made for acts that ask for a factor shown a moment ago.
ALTER TABLE token ADD COLUMN fresh INTEGER NOT NULL DEFAULT 0;

-- The chief who is to approve; and whether the file was handed to another office whose law lets this one read it no more.
ALTER TABLE case_file ADD COLUMN approver_id BLOB;
ALTER TABLE case_file ADD COLUMN handed_over INTEGER NOT NULL DEFAULT 0;

CREATE INDEX case_file_second ON case_file (second_id, sealed, next_due, id) WHERE second_id IS NOT NULL;
CREATE INDEX case_file_approver ON case_file (approver_id, sealed, next_due, id) WHERE approver_id IS NOT NULL;

-- A change of roles that one person proposes and another decides. change: grant, end, reactivate.
-- state: proposed, approved, refused, withdrawn.
CREATE TABLE role_change (
    id BLOB PRIMARY KEY NOT NULL,
    account_id BLOB NOT NULL REFERENCES account(id),
    change TEXT NOT NULL,
    office_id BLOB REFERENCES office(id),
    role TEXT,
    from_at INTEGER,
    until_at INTEGER,
    state TEXT NOT NULL,
    proposed_by BLOB NOT NULL,
    proposed_at INTEGER NOT NULL,
    decided_by BLOB,
    decided_at INTEGER
) STRICT;

CREATE INDEX role_change_open ON role_change (proposed_at, id) WHERE state = 'proposed';

-- Who was assigned to a case in which place (lead, second, social_worker, approver), from when until when, by whom.
-- Nobody is named where the operator did it.
CREATE TABLE assignment (
    id BLOB PRIMARY KEY NOT NULL,
    case_id BLOB NOT NULL REFERENCES case_file(id),
    place TEXT NOT NULL,
    account_id BLOB NOT NULL,
    from_at INTEGER NOT NULL,
    until_at INTEGER,
    by_id BLOB,
    ended_by BLOB
) STRICT;

CREATE INDEX assignment_case ON assignment (case_id, from_at, id);

INSERT INTO assignment (id, case_id, place, account_id, from_at)
SELECT randomblob(16), id, 'lead', lead_id, opened_at FROM case_file WHERE lead_id IS NOT NULL;
INSERT INTO assignment (id, case_id, place, account_id, from_at)
SELECT randomblob(16), id, 'second', second_id, opened_at FROM case_file WHERE second_id IS NOT NULL;
INSERT INTO assignment (id, case_id, place, account_id, from_at)
SELECT randomblob(16), id, 'social_worker', social_worker_id, opened_at FROM case_file WHERE social_worker_id IS NOT NULL;

CREATE TABLE deputy (
    id BLOB PRIMARY KEY NOT NULL,
    for_id BLOB NOT NULL REFERENCES account(id),
    deputy_id BLOB NOT NULL REFERENCES account(id),
    from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    made_by BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    ended_at INTEGER,
    ended_by BLOB
) STRICT;

CREATE INDEX deputy_of ON deputy (deputy_id, until_at) WHERE ended_at IS NULL;
CREATE INDEX deputy_for ON deputy (for_id, from_at);

-- A conflict of interest. The reason is sealed under the case's key.
CREATE TABLE exclusion (
    id BLOB PRIMARY KEY NOT NULL,
    case_id BLOB NOT NULL REFERENCES case_file(id),
    account_id BLOB NOT NULL REFERENCES account(id),
    reason BLOB NOT NULL,
    recorded_by BLOB NOT NULL,
    recorded_at INTEGER NOT NULL,
    lifted_by BLOB,
    lifted_at INTEGER
) STRICT;

CREATE UNIQUE INDEX exclusion_in_force ON exclusion (account_id, case_id) WHERE lifted_at IS NULL;
CREATE INDEX exclusion_case ON exclusion (case_id, recorded_at, id);

-- A case on its way to another office. state: offered, withdrawn, refused, accepted. What is said about it is sealed
-- under the case's key.
CREATE TABLE transfer (
    id BLOB PRIMARY KEY NOT NULL,
    case_id BLOB NOT NULL REFERENCES case_file(id),
    from_office BLOB NOT NULL REFERENCES office(id),
    to_office BLOB NOT NULL REFERENCES office(id),
    state TEXT NOT NULL,
    offer BLOB NOT NULL,
    offered_by BLOB NOT NULL,
    offered_at INTEGER NOT NULL,
    answer BLOB,
    answered_by BLOB,
    answered_at INTEGER,
    new_case_id BLOB
) STRICT;

CREATE UNIQUE INDEX transfer_open ON transfer (case_id) WHERE state = 'offered';
CREATE INDEX transfer_to ON transfer (to_office, state, offered_at, id);
CREATE INDEX transfer_from ON transfer (from_office, state, offered_at, id);
CREATE INDEX transfer_new_case ON transfer (new_case_id) WHERE new_case_id IS NOT NULL;

-- A case that somebody opened in an emergency, for reading only. The reason is sealed under the case's key, the review
-- under the service's own.
CREATE TABLE emergency (
    id BLOB PRIMARY KEY NOT NULL,
    case_id BLOB NOT NULL REFERENCES case_file(id),
    office_id BLOB NOT NULL REFERENCES office(id),
    account_id BLOB NOT NULL REFERENCES account(id),
    reason BLOB NOT NULL,
    opened_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    review_due INTEGER NOT NULL,
    review BLOB,
    justified INTEGER,
    reviewed_by BLOB,
    reviewed_at INTEGER
) STRICT;

CREATE INDEX emergency_of ON emergency (account_id, until_at);
CREATE INDEX emergency_unreviewed ON emergency (office_id, review_due, id) WHERE reviewed_at IS NULL;

-- Something that somebody is told. Says which kind and about which case; never a name or a word of the file.
CREATE TABLE notice (
    id BLOB PRIMARY KEY NOT NULL,
    account_id BLOB NOT NULL REFERENCES account(id),
    kind TEXT NOT NULL,
    case_id BLOB,
    about_id BLOB,
    at INTEGER NOT NULL,
    read_at INTEGER
) STRICT;

CREATE INDEX notice_account ON notice (account_id, at, id);
