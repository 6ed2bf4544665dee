-- Sessions, sign-ins under way, attempts, revocations, the journal of saves and
-- the audit log. No mail content and no readable secret: what is needed later is
-- sealed, the rest are hashes, names and keys of records.
--
-- The same tables as ../postgres/1_begin.sql, but for upstream tokens, which
-- never reach a file.

CREATE TABLE session (
    row_key          BLOB   NOT NULL PRIMARY KEY,
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
    subject          BLOB,
    provider_session BLOB,
    sealed           BLOB   NOT NULL,
    former           BLOB,
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
    number      INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at_ms       BIGINT  NOT NULL,
    kind        TEXT    NOT NULL,
    site        TEXT,
    user_name   TEXT,
    named       BLOB,
    but_session BLOB
);
CREATE INDEX revocation_at ON revocation (at_ms);

CREATE TABLE flow (
    id         BLOB   NOT NULL PRIMARY KEY,
    cookie     BLOB,
    site       TEXT   NOT NULL,
    bucket     BLOB   NOT NULL,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    sealed     BLOB   NOT NULL
);
CREATE INDEX flow_of_bucket ON flow (bucket);
CREATE INDEX flow_expires ON flow (expires_ms);

CREATE TABLE seen_once (
    name     BLOB   NOT NULL PRIMARY KEY,
    until_ms BIGINT NOT NULL
);
CREATE INDEX seen_once_until ON seen_once (until_ms);

CREATE TABLE lease (
    name     BLOB   NOT NULL PRIMARY KEY,
    holder   BLOB   NOT NULL,
    until_ms BIGINT NOT NULL
);
CREATE INDEX lease_until ON lease (until_ms);

CREATE TABLE audit (
    number BIGINT NOT NULL PRIMARY KEY,
    at_ms  BIGINT NOT NULL,
    text   TEXT   NOT NULL,
    hash   BLOB   NOT NULL
);

CREATE TABLE sign_in_attempt (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    bucket BLOB    NOT NULL,
    at_ms  BIGINT  NOT NULL
);
CREATE INDEX sign_in_attempt_of_bucket ON sign_in_attempt (bucket, at_ms);
CREATE INDEX sign_in_attempt_at ON sign_in_attempt (at_ms);

CREATE TABLE save (
    site        TEXT   NOT NULL,
    user_name   TEXT   NOT NULL,
    save        TEXT   NOT NULL,
    fingerprint BLOB   NOT NULL,
    sealed      BLOB   NOT NULL,
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
