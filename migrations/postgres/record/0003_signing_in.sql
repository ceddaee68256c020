-- Signing in. Nothing here lets a reader of this file sign in: tokens, codes and passwords are hashes, seeds are sealed.

-- Raised whenever everything that this account holds must end: sessions and tokens of an older epoch are void.
ALTER TABLE account ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;

-- `read` or `write`.
ALTER TABLE token ADD COLUMN scope TEXT COLLATE "C" NOT NULL DEFAULT 'write';
ALTER TABLE token ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;
CREATE INDEX token_account ON token (account_id);

CREATE TABLE session (
    id UUID PRIMARY KEY NOT NULL,
    -- SHA-256 of the token in the cookie.
    hash BYTEA NOT NULL,
    account_id UUID NOT NULL REFERENCES account(id),
    epoch BIGINT NOT NULL,
    -- What was shown: `password-totp`, `password-recovery`, `passkey`, `oidc`.
    factors TEXT COLLATE "C" NOT NULL,
    -- The browser as it calls itself, sealed.
    agent BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    -- Written at most once a minute.
    seen_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    -- Until when a factor shown lately counts as fresh.
    fresh_until BIGINT NOT NULL,
    CONSTRAINT session_hash UNIQUE (hash)
);

CREATE INDEX session_account ON session (account_id, created_at);

CREATE TABLE password (
    account_id UUID PRIMARY KEY NOT NULL REFERENCES account(id),
    -- PHC string of Argon2id; the pepper is not in this database.
    hash TEXT COLLATE "C" NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE TABLE totp (
    account_id UUID PRIMARY KEY NOT NULL REFERENCES account(id),
    sealed_seed BYTEA NOT NULL,
    -- The last 30-second step whose code was accepted; no code of it or an earlier one is accepted again.
    last_step BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Codes that are not used yet, as keyed hashes.
CREATE TABLE recovery_code (
    account_id UUID NOT NULL REFERENCES account(id),
    hash BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, hash)
);

CREATE TABLE passkey (
    id UUID PRIMARY KEY NOT NULL,
    account_id UUID NOT NULL REFERENCES account(id),
    -- SHA-256 of the credential's id.
    credential_hash BYTEA NOT NULL,
    -- Public key and counter, sealed.
    credential BYTEA NOT NULL,
    -- What its owner calls it, sealed.
    label BYTEA NOT NULL,
    sign_count BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    CONSTRAINT passkey_credential UNIQUE (credential_hash)
);

CREATE INDEX passkey_account ON passkey (account_id);

-- An account at an identity provider, found again by a keyed hash of issuer and subject.
CREATE TABLE identity (
    hash BYTEA PRIMARY KEY NOT NULL,
    account_id UUID NOT NULL REFERENCES account(id),
    linked_at BIGINT NOT NULL
);

CREATE INDEX identity_account ON identity (account_id);

CREATE TABLE invitation (
    hash BYTEA PRIMARY KEY NOT NULL,
    account_id UUID NOT NULL REFERENCES account(id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- A sign-in or an enrolment under way: minutes at most.
CREATE TABLE ceremony (
    hash BYTEA PRIMARY KEY NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    state BYTEA NOT NULL,
    expires_at BIGINT NOT NULL
);

-- Wrong guesses by sign-in name (a keyed hash, whether there is such an account or not), until midnight.
CREATE TABLE guess (
    key BYTEA PRIMARY KEY NOT NULL,
    failures BIGINT NOT NULL,
    until BIGINT NOT NULL,
    resets_at BIGINT NOT NULL
);
