-- Of what falls due at the same moment, the work of one case lies together: an act that ends one entry and begins two
-- writes one page of each index and not three. Lists show it in that order as well.

DROP INDEX work_office_due;
DROP INDEX work_office;
DROP INDEX work_for;
DROP INDEX work_fire;

CREATE INDEX work_office_due ON work (at_office, due_at, case_id, item) WHERE open = 1;
CREATE INDEX work_office ON work (at_office, kind, due_at, case_id, item)
    WHERE open = 1 AND kind <> 'clock' AND kind <> 'issue' AND kind <> 'serve' AND kind <> 'draft';
CREATE INDEX work_for ON work (for_id, due_at, case_id, item) WHERE for_id IS NOT NULL AND open = 1;
CREATE INDEX work_fire ON work (fire_at, case_id, item) WHERE fire_at IS NOT NULL;
