-- Who works where, who works on which case, who stands in for whom, who is kept away from a case.

-- national, provincial, municipal, district, partner (an organisation for social work).
ALTER TABLE office ADD COLUMN kind TEXT COLLATE "C" NOT NULL DEFAULT 'district';
UPDATE office SET kind = CASE level WHEN 0 THEN 'provincial' WHEN 1 THEN 'municipal' ELSE 'district' END;

-- A token that the operator made for acts that ask for a factor shown a moment ago.
ALTER TABLE token ADD COLUMN fresh BIGINT NOT NULL DEFAULT 0;

-- The chief who is to approve; and whether the file was handed to another office whose law lets this one read it no more.
ALTER TABLE case_file ADD COLUMN approver_id UUID;
ALTER TABLE case_file ADD COLUMN handed_over BIGINT NOT NULL DEFAULT 0;

CREATE INDEX case_file_second ON case_file (second_id, sealed, next_due, id) WHERE second_id IS NOT NULL;
CREATE INDEX case_file_approver ON case_file (approver_id, sealed, next_due, id) WHERE approver_id IS NOT NULL;

-- A change of roles that one person proposes and another decides. change: grant, end, reactivate.
-- state: proposed, approved, refused, withdrawn.
CREATE TABLE role_change (
    id UUID PRIMARY KEY NOT NULL,
    account_id UUID NOT NULL REFERENCES account(id),
    change TEXT COLLATE "C" NOT NULL,
    office_id UUID REFERENCES office(id),
    role TEXT COLLATE "C",
    from_at BIGINT,
    until_at BIGINT,
    state TEXT COLLATE "C" NOT NULL,
    proposed_by UUID NOT NULL,
    proposed_at BIGINT NOT NULL,
    decided_by UUID,
    decided_at BIGINT
);

CREATE INDEX role_change_open ON role_change (proposed_at, id) WHERE state = 'proposed';

-- Who was assigned to a case in which place (lead, second, social_worker, approver), from when until when, by whom.
-- Nobody is named where the operator did it.
CREATE TABLE assignment (
    id UUID PRIMARY KEY NOT NULL,
    case_id UUID NOT NULL REFERENCES case_file(id),
    place TEXT COLLATE "C" NOT NULL,
    account_id UUID NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT,
    by_id UUID,
    ended_by UUID
);

CREATE INDEX assignment_case ON assignment (case_id, from_at, id);

INSERT INTO assignment (id, case_id, place, account_id, from_at)
SELECT gen_random_uuid(), id, 'lead', lead_id, opened_at FROM case_file WHERE lead_id IS NOT NULL;
INSERT INTO assignment (id, case_id, place, account_id, from_at)
SELECT gen_random_uuid(), id, 'second', second_id, opened_at FROM case_file WHERE second_id IS NOT NULL;
INSERT INTO assignment (id, case_id, place, account_id, from_at)
SELECT gen_random_uuid(), id, 'social_worker', social_worker_id, opened_at FROM case_file WHERE social_worker_id IS NOT NULL;

CREATE TABLE deputy (
    id UUID PRIMARY KEY NOT NULL,
    for_id UUID NOT NULL REFERENCES account(id),
    deputy_id UUID NOT NULL REFERENCES account(id),
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    made_by UUID NOT NULL,
    made_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_by UUID
);

CREATE INDEX deputy_of ON deputy (deputy_id, until_at) WHERE ended_at IS NULL;
CREATE INDEX deputy_for ON deputy (for_id, from_at);

-- A conflict of interest. The reason is sealed under the case's key.
CREATE TABLE exclusion (
    id UUID PRIMARY KEY NOT NULL,
    case_id UUID NOT NULL REFERENCES case_file(id),
    account_id UUID NOT NULL REFERENCES account(id),
    reason BYTEA NOT NULL,
    recorded_by UUID NOT NULL,
    recorded_at BIGINT NOT NULL,
    lifted_by UUID,
    lifted_at BIGINT
);

CREATE UNIQUE INDEX exclusion_in_force ON exclusion (account_id, case_id) WHERE lifted_at IS NULL;
CREATE INDEX exclusion_case ON exclusion (case_id, recorded_at, id);

-- A case on its way to another office. state: offered, withdrawn, refused, accepted. What is said about it is sealed
-- under the case's key.
CREATE TABLE transfer (
    id UUID PRIMARY KEY NOT NULL,
    case_id UUID NOT NULL REFERENCES case_file(id),
    from_office UUID NOT NULL REFERENCES office(id),
    to_office UUID NOT NULL REFERENCES office(id),
    state TEXT COLLATE "C" NOT NULL,
    offer BYTEA NOT NULL,
    offered_by UUID NOT NULL,
    offered_at BIGINT NOT NULL,
    answer BYTEA,
    answered_by UUID,
    answered_at BIGINT,
    new_case_id UUID
);

CREATE UNIQUE INDEX transfer_open ON transfer (case_id) WHERE state = 'offered';
CREATE INDEX transfer_to ON transfer (to_office, state, offered_at, id);
CREATE INDEX transfer_from ON transfer (from_office, state, offered_at, id);
CREATE INDEX transfer_new_case ON transfer (new_case_id) WHERE new_case_id IS NOT NULL;

-- A case that somebody opened in an emergency, for reading only. The reason is sealed under the case's key, the review
-- under the service's own.
CREATE TABLE emergency (
    id UUID PRIMARY KEY NOT NULL,
    case_id UUID NOT NULL REFERENCES case_file(id),
    office_id UUID NOT NULL REFERENCES office(id),
    account_id UUID NOT NULL REFERENCES account(id),
    reason BYTEA NOT NULL,
    opened_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    review_due BIGINT NOT NULL,
    review BYTEA,
    justified BIGINT,
    reviewed_by UUID,
    reviewed_at BIGINT
);

CREATE INDEX emergency_of ON emergency (account_id, until_at);
CREATE INDEX emergency_unreviewed ON emergency (office_id, review_due, id) WHERE reviewed_at IS NULL;

-- Something that somebody is told. Says which kind and about which case; never a name or a word of the file.
CREATE TABLE notice (
    id UUID PRIMARY KEY NOT NULL,
    account_id UUID NOT NULL REFERENCES account(id),
    kind TEXT COLLATE "C" NOT NULL,
    case_id UUID,
    about_id UUID,
    at BIGINT NOT NULL,
    read_at BIGINT
);

CREATE INDEX notice_account ON notice (account_id, at, id);

-- Ciphertext does not shrink.
ALTER TABLE exclusion ALTER COLUMN reason SET STORAGE EXTERNAL;
ALTER TABLE transfer ALTER COLUMN offer SET STORAGE EXTERNAL;
ALTER TABLE transfer ALTER COLUMN answer SET STORAGE EXTERNAL;
ALTER TABLE emergency ALTER COLUMN reason SET STORAGE EXTERNAL;
ALTER TABLE emergency ALTER COLUMN review SET STORAGE EXTERNAL;
