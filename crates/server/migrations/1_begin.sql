-- Sessions, sign-in attempts and the journal of saves. No mail content: what a
-- save needs later is sealed, the rest are hashes and keys of records.

CREATE TABLE session (
    row_key    BLOB    NOT NULL PRIMARY KEY,
    site       TEXT    NOT NULL,
    user_name  TEXT    NOT NULL,
    issued_ms  BIGINT  NOT NULL,
    expires_ms BIGINT  NOT NULL,
    thumbprint TEXT,
    sealed     BLOB    NOT NULL
);
CREATE INDEX session_of_user ON session (site, user_name);
CREATE INDEX session_expires ON session (expires_ms);

CREATE TABLE sign_in_attempt (
    bucket BLOB   NOT NULL,
    number BIGINT NOT NULL,
    at_ms  BIGINT NOT NULL,
    PRIMARY KEY (bucket, number)
);
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
