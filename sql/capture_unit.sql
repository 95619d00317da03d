-- DDL of a unit is its migration's and no drift; any other is drift, also in the same session.
SELECT enable_drift_capture();
DELETE FROM ddl_journal;
DELETE FROM schema_drift_alerts;
SELECT register_migration('20250501_000001_schema_capture.sql', $$
-- PHASE 1: EXPAND
BEGIN; CREATE TABLE unit_t (a int); COMMIT;
BEGIN; ALTER TABLE unit_t ADD b int; COMMIT;
CREATE INDEX CONCURRENTLY unit_i ON unit_t (a);
-- ROLLBACK
/*
DROP TABLE unit_t;
*/
$$);
CREATE VIEW capture_units AS
	SELECT j.command_tag, coalesce(j.identity_after, j.identity_before) AS identity, substr(j.migration_id, 17) AS migration, j.phase, j.direction, j.unit, j.target,
		   (SELECT a.severity FROM schema_drift_alerts a WHERE a.journal_id = j.id) AS alert
	FROM ddl_journal j WHERE coalesce(j.identity_after, j.identity_before) !~ 'capture_units' ORDER BY j.id;
CREATE TABLE unit_before (a int);
SELECT epoch > 0 AS begun FROM begin_run('apply');
CREATE TABLE unit_between (a int);
BEGIN;
SELECT begin_unit('20250501_000001_schema_capture', 'expand', 'up', 1, 'postgresql', 0, 0, 0);
CREATE TABLE unit_t (a int);
DO $$ BEGIN CREATE VIEW unit_v AS SELECT * FROM unit_t; END $$;
SET ROLE NONE;
GRANT SELECT ON unit_t TO PUBLIC;
SELECT finish_unit('20250501_000001_schema_capture', 'expand', 'up', 1, 'postgresql', false);
CREATE TABLE unit_after_finish (a int);
COMMIT;
CREATE TABLE unit_between_2 (a int);
SELECT * FROM capture_units;
DELETE FROM ddl_journal;

-- rolled back to before the unit began
BEGIN;
SAVEPOINT s;
SELECT begin_unit('20250501_000001_schema_capture', 'expand', 'up', 2, 'postgresql', 0, 0, 0);
ROLLBACK TO s;
ALTER TABLE unit_t ADD c int;
COMMIT;
-- the lock lost on the way
BEGIN;
SELECT begin_unit('20250501_000001_schema_capture', 'expand', 'up', 2, 'postgresql', 0, 0, 0);
ALTER TABLE unit_t ADD b int;
SELECT pg_advisory_unlock_all();
ALTER TABLE unit_t ADD d int;
ROLLBACK;
BEGIN;
SELECT epoch > 0 AS begun FROM begin_run('apply');
SELECT begin_unit('20250501_000001_schema_capture', 'expand', 'up', 2, 'postgresql', 0, 0, 0);
ALTER TABLE unit_t ADD b int;
SELECT pg_advisory_unlock_all();
ALTER TABLE unit_t ADD d int;
COMMIT;
SELECT * FROM capture_units;
DELETE FROM ddl_journal;
ALTER TABLE unit_t DROP b;
SELECT epoch > 0 AS begun FROM begin_run('apply');
BEGIN;
SELECT begin_unit('20250501_000001_schema_capture', 'expand', 'up', 2, 'postgresql', 0, 0, 0);
ALTER TABLE unit_t ADD b int;
SELECT finish_unit('20250501_000001_schema_capture', 'expand', 'up', 2, 'postgresql', false);
COMMIT;
DELETE FROM ddl_journal;

-- a statement outside transactions: from the commit of its intent until its end is recorded
BEGIN;
SELECT begin_statement('20250501_000001_schema_capture', 'expand', 'up', 3, 'postgresql', 'CREATE INDEX CONCURRENTLY unit_i ON unit_t (a)', 0) ->> 'kind' AS kind;
CREATE TABLE unit_not_yet (a int);
ROLLBACK;
CREATE TABLE unit_not_announced (a int);
SELECT begin_statement('20250501_000001_schema_capture', 'expand', 'up', 3, 'postgresql', 'CREATE INDEX CONCURRENTLY unit_i ON unit_t (a)', 0) ->> 'kind' AS kind;
CREATE INDEX CONCURRENTLY unit_i ON unit_t (a);
SELECT finish_statement('20250501_000001_schema_capture', 'expand', 'up', 3, 'postgresql', NULL, true);
CREATE INDEX CONCURRENTLY unit_j ON unit_t (a);
-- down
BEGIN;
SELECT begin_unit('20250501_000001_schema_capture', 'all', 'down', 1, 'postgresql', 0, 0, 0);
DROP TABLE unit_t CASCADE;
SELECT finish_unit('20250501_000001_schema_capture', 'all', 'down', 1, 'postgresql', true);
COMMIT;
SELECT end_run('completed');
SELECT * FROM capture_units WHERE command_tag <> 'DROP TABLE';
SELECT migration, phase, direction, unit, alert, count(*) > 3 AS many FROM capture_units WHERE command_tag = 'DROP TABLE' GROUP BY 1, 2, 3, 4, 5;

SELECT disable_drift_capture();
DROP VIEW capture_units;
DROP TABLE unit_before, unit_between, unit_between_2, unit_after_finish, unit_not_announced;
TRUNCATE ddl_journal, schema_drift_alerts;
DELETE FROM migration_settings WHERE name = 'drift_capture';
DELETE FROM migration_history WHERE migration_id LIKE '20250501%';
DELETE FROM migration_units WHERE migration_id LIKE '20250501%';
