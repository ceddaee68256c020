-- A key on which something hangs is not destroyed, and nothing is hung on one that is.
CREATE TRIGGER keyring_in_use BEFORE UPDATE ON keyring
WHEN NEW.state = 'destroyed' AND EXISTS (SELECT 1 FROM case_key WHERE kek_id = NEW.kid)
BEGIN SELECT RAISE(ABORT, 'case keys hang on this key'); END;

CREATE TRIGGER case_key_on_a_live_key BEFORE INSERT ON case_key
WHEN EXISTS (SELECT 1 FROM keyring WHERE kid = NEW.kek_id AND state = 'destroyed')
BEGIN SELECT RAISE(ABORT, 'the wrapping key was destroyed'); END;
