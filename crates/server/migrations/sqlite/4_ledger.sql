-- The ledger: which messages were saved, and by whom. A message is found by hashes
-- under the server's key; everything else about a save is sealed. The version of a
-- row is the number of its site's latest change when it was written: numbers are
-- given one after another, so whoever has seen one has seen all before it.
--
-- The same tables as ../postgres/4_ledger.sql.

CREATE TABLE ledger (
    id           BLOB NOT NULL PRIMARY KEY,
    site         TEXT NOT NULL,
    user_name    TEXT NOT NULL,
    save         TEXT NOT NULL,
    key_id       BLOB NOT NULL,
    message      BLOB,
    facts        BLOB,
    conversation BLOB,
    state        TEXT NOT NULL,
    begun_ms     INTEGER NOT NULL,
    touched_ms   INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    sealed       BLOB NOT NULL,
    UNIQUE (site, user_name, save)
);
CREATE INDEX ledger_of_message ON ledger (site, message) WHERE message IS NOT NULL;
CREATE INDEX ledger_of_facts ON ledger (site, facts) WHERE facts IS NOT NULL;
CREATE INDEX ledger_of_conversation ON ledger (site, conversation) WHERE conversation IS NOT NULL;
CREATE INDEX ledger_of_key ON ledger (key_id);

CREATE TABLE ledger_change (
    site   TEXT NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL
);
