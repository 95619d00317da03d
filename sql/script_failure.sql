-- psql alone: what fails is refused or recorded, whatever psql's settings are.
CREATE VIEW failed_units AS
	SELECT u.phase, u.direction, u.unit, u.state, u.attempt, u.error_sqlstate, u.error_message
	FROM migration_units u WHERE u.migration_id LIKE '20250802%' ORDER BY u.migration_id, u.phase, u.unit;
CREATE VIEW failed_phases AS
	SELECT right(h.migration_id, 8) AS migration, h.phase, h.status, h.attempt, h.error_sqlstate, h.error_message
	FROM migration_state() h WHERE h.migration_id LIKE '20250802%';

-- a changed file of a phase that has run: refused as a whole
\set v1 '-- ID: 20250802_000001_schema_changed\n-- PHASE 1: EXPAND\nCREATE TABLE fail_a (i int);\n-- PHASE 2: MIGRATE\nSELECT 1;\n'
\set v2 '-- ID: 20250802_000001_schema_changed\n-- PHASE 1: EXPAND\nCREATE TABLE fail_a (i bigint);\n-- PHASE 2: MIGRATE\nCREATE TABLE fail_changed (i int);\n'
\set v3 '-- ID: 20250802_000001_schema_changed\n-- Dependencies: 20990101_000001\n-- PHASE 1: EXPAND\nCREATE TABLE fail_a (i int);\n-- PHASE 2: MIGRATE\nCREATE TABLE fail_changed (i int);\n'
\set ECHO none
SELECT migration_script(:'v1', 'expand') \gexec
SELECT migration_script(:'v2') \gexec
SELECT migration_script(:'v3') \gexec
\set ON_ERROR_ROLLBACK on
SELECT migration_script(:'v2') \gexec
\set ON_ERROR_ROLLBACK off
\set ECHO all
SELECT to_regclass('fail_changed');
SELECT * FROM failed_phases;
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory';

-- a script that was written before the migration went on
CREATE TEMP TABLE old_script AS SELECT row_number() OVER () AS n, s FROM migration_script(:'v1', 'migrate') AS s;
\set ECHO none
SELECT migration_script(:'v1', 'migrate') \gexec
SELECT s FROM old_script ORDER BY n LIMIT 1 \gexec
\set ECHO all
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory';

-- a savepoint before each statement: nothing runs, nothing is recorded
\set content '-- ID: 20250802_000002_schema_savepoint\nCREATE TABLE fail_one (i int);\nINSERT INTO fail_one VALUES (1 / 0);\nCREATE TABLE fail_two (i int);\nBEGIN READ WRITE;\nCREATE TABLE fail_three (i int);\nCOMMIT;\nCREATE INDEX CONCURRENTLY fail_i ON fail_a (i);\n'
\set ON_ERROR_ROLLBACK on
\set ECHO none
SELECT migration_script(:'content') \gexec
\set ECHO all
\set ON_ERROR_ROLLBACK off
SELECT to_regclass('fail_one') AS one, to_regclass('fail_two') AS two, to_regclass('fail_three') AS three, to_regclass('fail_i') AS i;
SELECT * FROM failed_units WHERE state <> 'completed';
SELECT status FROM failed_phases WHERE migration = 'avepoint';
SHOW default_transaction_read_only;

-- in one transaction: refused
\set AUTOCOMMIT off
\set ECHO none
SELECT migration_script(:'content') \gexec
\set ECHO all
ROLLBACK;
\set AUTOCOMMIT on
SELECT to_regclass('fail_one') AS one, to_regclass('fail_two') AS two, to_regclass('fail_three') AS three, to_regclass('fail_i') AS i;
SELECT * FROM failed_units WHERE state <> 'completed';

-- a unit that fails is recorded with its error, and so is the phase
\set ECHO none
SELECT migration_script(:'content') \gexec
\set ECHO all
SELECT * FROM failed_units WHERE state <> 'completed';
SELECT * FROM failed_phases WHERE migration = 'avepoint';
-- so is an error at COMMIT, the error of a statement that stands alone, and that of a check
\set content '-- ID: 20250802_000003_schema_deferred\nBEGIN;\nCREATE TABLE fail_d (i int UNIQUE DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO fail_d VALUES (1), (1);\nCOMMIT;\n'
\set ECHO none
SELECT migration_script(:'content') \gexec
\set ECHO all
\set content '-- ID: 20250802_000004_schema_alone\nCREATE UNIQUE INDEX CONCURRENTLY fail_u ON fail_a (i);\n'
INSERT INTO fail_a VALUES (1), (1);
\set ECHO none
SELECT migration_script(:'content') \gexec
\set ECHO all
\set content '-- ID: 20250802_000005_schema_checked\nDELETE FROM fail_a;\n-- VALIDATION\n-- Check: some_left (post expand, critical, expect > 0)\nSELECT count(*) FROM fail_a;\n'
\set ECHO none
SELECT migration_script(:'content') \gexec
\set ECHO all
-- what the ledger refuses is no failure of the file
\set content '-- ID: 20250802_000006_schema_blocked\n-- Dependencies: 20250802_000005\nSELECT 1;\n'
\set ECHO none
SELECT migration_script(:'content') \gexec
\set ECHO all
SELECT * FROM failed_units WHERE state <> 'completed' OFFSET 1;
SELECT * FROM failed_phases OFFSET 3;
SELECT result FROM run_history(1);

DROP INDEX fail_u;
DROP VIEW failed_units, failed_phases;
DROP TABLE fail_a, old_script;
DELETE FROM migration_history WHERE migration_id LIKE '20250802%';
DELETE FROM migration_units WHERE migration_id LIKE '20250802%';
DELETE FROM migration_dependencies WHERE migration_id LIKE '20250802%';
