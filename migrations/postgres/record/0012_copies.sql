-- Copies of a case that left the house.

-- For whom a copy was made and why (sealed under the case's key), and whether it came back. `digest` is SHA-256 of what was
-- handed out, so that a copy that turns up can be told from a forged one.
CREATE TABLE case_copy (
    id UUID PRIMARY KEY NOT NULL,
    case_id UUID NOT NULL REFERENCES case_file(id),
    note BYTEA NOT NULL,
    digest BYTEA NOT NULL,
    made_by UUID NOT NULL,
    made_at BIGINT NOT NULL,
    recalled_by UUID,
    recalled_at BIGINT
);

CREATE INDEX case_copy_case ON case_copy (case_id, made_at, id);
