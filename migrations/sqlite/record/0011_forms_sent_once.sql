-- A form that was sent and did something, so that it does it once however often it arrives.

-- Written in the transaction of what it did. It holds no word of the form.
CREATE TABLE form_sent (
    account_id BLOB NOT NULL,
    -- The form's own key, which the page that held it was given.
    key TEXT NOT NULL,
    -- SHA-256 of the address and of everything that was sent.
    body_hash BLOB NOT NULL,
    -- The request that did it.
    request BLOB NOT NULL,
    -- Where it led; none until it was answered, or when the answer was a page of its own.
    led_to TEXT,
    at INTEGER NOT NULL,
    CONSTRAINT form_sent_key PRIMARY KEY (account_id, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX form_sent_at ON form_sent (at);
