-- Every index is a page that an act writes. So an index that another one stands in for is gone; on SQLite the rows of a
-- case lie together as well.

ALTER TABLE work DROP CONSTRAINT work_pkey;
ALTER TABLE work ADD PRIMARY KEY (case_id, item);
DROP INDEX work_case;
DROP INDEX work_office;
-- For what there is little of. What there is much of is found in the order in which it falls due.
CREATE INDEX work_office ON work (at_office, kind, due_at, item)
    WHERE open = 1 AND kind <> 'clock' AND kind <> 'issue' AND kind <> 'serve' AND kind <> 'draft';

-- What is due next is asked of the work.
DROP INDEX clock_due;

ALTER TABLE outcome DROP CONSTRAINT outcome_pkey;
ALTER TABLE outcome ADD PRIMARY KEY (at_office, quarter, id);
DROP INDEX outcome_office;
