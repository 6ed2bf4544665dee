-- Until when what a step has sent may still come about in iMIS, in milliseconds since 1970 (UTC); 0 where iMIS is done
-- with it. What was sent before anybody noted that was sent by now, and is given ten minutes.
--
-- The same as ../postgres/5_settling.sql.

ALTER TABLE step ADD COLUMN until_ms INTEGER NOT NULL DEFAULT 0;
UPDATE step SET until_ms = CAST(strftime('%s', 'now') AS INTEGER) * 1000 + 600000 WHERE state LIKE 'sent%';
-- Steps that have no record are few; those of one name are asked for when one of them takes a record for its own.
CREATE INDEX step_without_record ON step (site, step) WHERE record IS NULL;
