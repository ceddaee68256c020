-- Signing in. Nothing here lets a reader of this file sign in: tokens, codes and passwords are hashes, seeds are sealed.

-- Raised whenever everything that this account holds must end: sessions and tokens of an older epoch are void.
ALTER TABLE account ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;

-- `read` or `write`.
ALTER TABLE token ADD COLUMN scope TEXT NOT NULL DEFAULT 'write';
ALTER TABLE token ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
CREATE INDEX token_account ON token (account_id);

CREATE TABLE session (
    id BLOB PRIMARY KEY NOT NULL,
    -- SHA-256 of the token in the cookie.
    hash BLOB NOT NULL,
    account_id BLOB NOT NULL REFERENCES account(id),
    epoch INTEGER NOT NULL,
    -- What was shown: `password-totp`, `password-recovery`, `passkey`, `oidc`.
    factors TEXT NOT NULL,
    -- The browser as it calls itself, sealed.
    agent BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    -- Written at most once a minute.
    seen_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    -- Until when a factor shown lately counts as fresh.
    fresh_until INTEGER NOT NULL,
    CONSTRAINT session_hash UNIQUE (hash)
) STRICT;

CREATE INDEX session_account ON session (account_id, created_at);

CREATE TABLE password (
    account_id BLOB PRIMARY KEY NOT NULL REFERENCES account(id),
    -- PHC string of Argon2id; the pepper is not in this database.
    hash TEXT NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE totp (
    account_id BLOB PRIMARY KEY NOT NULL REFERENCES account(id),
    sealed_seed BLOB NOT NULL,
    -- The last 30-second step whose code was accepted; no code of it or an earlier one is accepted again.
    last_step INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Codes that are not used yet, as keyed hashes.
CREATE TABLE recovery_code (
    account_id BLOB NOT NULL REFERENCES account(id),
    hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE passkey (
    id BLOB PRIMARY KEY NOT NULL,
    account_id BLOB NOT NULL REFERENCES account(id),
    -- SHA-256 of the credential's id.
    credential_hash BLOB NOT NULL,
    -- Public key and counter, sealed.
    credential BLOB NOT NULL,
    -- What its owner calls it, sealed.
    label BLOB NOT NULL,
    sign_count INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER,
    CONSTRAINT passkey_credential UNIQUE (credential_hash)
) STRICT;

CREATE INDEX passkey_account ON passkey (account_id);

-- An account at an identity provider, found again by a keyed hash of issuer and subject.
CREATE TABLE identity (
    hash BLOB PRIMARY KEY NOT NULL,
    account_id BLOB NOT NULL REFERENCES account(id),
    linked_at INTEGER NOT NULL
) STRICT;

CREATE INDEX identity_account ON identity (account_id);

CREATE TABLE invitation (
    hash BLOB PRIMARY KEY NOT NULL,
    account_id BLOB NOT NULL REFERENCES account(id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

-- A sign-in or an enrolment under way: minutes at most.
CREATE TABLE ceremony (
    hash BLOB PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    state BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

-- Wrong guesses by sign-in name (a keyed hash, whether there is such an account or not), until midnight.
CREATE TABLE guess (
    key BLOB PRIMARY KEY NOT NULL,
    failures INTEGER NOT NULL,
    until INTEGER NOT NULL,
    resets_at INTEGER NOT NULL
) STRICT;
