-- Whose time visits take: a person who meets children, or the case of a child. Whoever plans a visit changes the row first
-- and looks for another visit then, so that of two changes that are kept at once the second sees the first.
CREATE TABLE occupied (
    who_id BLOB PRIMARY KEY NOT NULL,
    -- How often it was changed; it says nothing else.
    times INTEGER NOT NULL
) STRICT;
