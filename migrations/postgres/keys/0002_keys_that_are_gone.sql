-- A key on which something hangs is not destroyed, and nothing is hung on one that is.
CREATE FUNCTION keyring_in_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM case_key WHERE kek_id = NEW.kid) THEN
        RAISE EXCEPTION 'case keys hang on this key';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER keyring_in_use BEFORE UPDATE ON keyring FOR EACH ROW
WHEN (NEW.state = 'destroyed') EXECUTE FUNCTION keyring_in_use();

CREATE FUNCTION case_key_on_a_live_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Whoever destroys the key at this moment waits for us, or we for them.
    PERFORM 1 FROM keyring WHERE kid = NEW.kek_id AND state <> 'destroyed' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the wrapping key was destroyed';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER case_key_on_a_live_key BEFORE INSERT ON case_key FOR EACH ROW
EXECUTE FUNCTION case_key_on_a_live_key();
