-- Sessions, sign-ins under way, attempts, revocations, the journal of saves and
-- the audit log. No mail content and no readable secret: what is needed later is
-- sealed, the rest are hashes, names and keys of records.
--
-- The same tables as ../sqlite/1_begin.sql, and one more for upstream tokens:
-- unlogged, so that neither replicas nor copies of the files hold them.

CREATE TABLE session (
    row_key          BYTEA  NOT NULL PRIMARY KEY,
    site             TEXT   NOT NULL,
    user_name        TEXT   NOT NULL,
    method           TEXT   NOT NULL,
    client           TEXT   NOT NULL,
    begun_ms         BIGINT NOT NULL,
    seen_ms          BIGINT NOT NULL,
    expires_ms       BIGINT NOT NULL,
    ends_ms          BIGINT NOT NULL,
    version          BIGINT NOT NULL,
    thumbprint       TEXT,
    subject          BYTEA,
    provider_session BYTEA,
    sealed           BYTEA  NOT NULL,
    former           BYTEA,
    former_until_ms  BIGINT NOT NULL,
    current_used     BIGINT NOT NULL
);
CREATE INDEX session_of_user ON session (site, user_name);
CREATE INDEX session_of_subject ON session (site, subject) WHERE subject IS NOT NULL;
CREATE INDEX session_of_provider_session ON session (site, provider_session) WHERE provider_session IS NOT NULL;
CREATE INDEX session_expires ON session (expires_ms);
CREATE INDEX session_ends ON session (ends_ms);

-- Numbers are never given twice, not even to what came after the last was forgotten.
CREATE TABLE revocation (
    number      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at_ms       BIGINT  NOT NULL,
    kind        TEXT    NOT NULL,
    site        TEXT,
    user_name   TEXT,
    named       BYTEA,
    but_session BYTEA
);
CREATE INDEX revocation_at ON revocation (at_ms);

CREATE TABLE flow (
    id         BYTEA  NOT NULL PRIMARY KEY,
    cookie     BYTEA,
    site       TEXT   NOT NULL,
    bucket     BYTEA  NOT NULL,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    sealed     BYTEA  NOT NULL
);
CREATE INDEX flow_of_bucket ON flow (bucket);
CREATE INDEX flow_expires ON flow (expires_ms);

CREATE UNLOGGED TABLE upstream (
    site      TEXT   NOT NULL,
    user_name TEXT   NOT NULL,
    sealed    BYTEA  NOT NULL,
    ends_ms   BIGINT NOT NULL,
    PRIMARY KEY (site, user_name)
);
CREATE INDEX upstream_ends ON upstream (ends_ms);

CREATE TABLE seen_once (
    name     BYTEA  NOT NULL PRIMARY KEY,
    until_ms BIGINT NOT NULL
);
CREATE INDEX seen_once_until ON seen_once (until_ms);

CREATE TABLE lease (
    name     BYTEA  NOT NULL PRIMARY KEY,
    holder   BYTEA  NOT NULL,
    until_ms BIGINT NOT NULL
);
CREATE INDEX lease_until ON lease (until_ms);

CREATE TABLE audit (
    number BIGINT NOT NULL PRIMARY KEY,
    at_ms  BIGINT NOT NULL,
    text   TEXT   NOT NULL,
    hash   BYTEA  NOT NULL
);

CREATE TABLE sign_in_attempt (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bucket BYTEA   NOT NULL,
    at_ms  BIGINT  NOT NULL
);
CREATE INDEX sign_in_attempt_of_bucket ON sign_in_attempt (bucket, at_ms);
CREATE INDEX sign_in_attempt_at ON sign_in_attempt (at_ms);

CREATE TABLE save (
    site        TEXT   NOT NULL,
    user_name   TEXT   NOT NULL,
    save        TEXT   NOT NULL,
    fingerprint BYTEA  NOT NULL,
    sealed      BYTEA  NOT NULL,
    begun_ms    BIGINT NOT NULL,
    PRIMARY KEY (site, user_name, save)
);
CREATE INDEX save_begun ON save (begun_ms);

CREATE TABLE step (
    site      TEXT   NOT NULL,
    user_name TEXT   NOT NULL,
    save      TEXT   NOT NULL,
    step      TEXT   NOT NULL,
    state     TEXT   NOT NULL,
    record    TEXT,
    PRIMARY KEY (site, user_name, save, step)
);
CREATE INDEX step_record ON step (site, record);
