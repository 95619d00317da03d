-- Units in a transaction, in their order, with their times, rows and locks.
SELECT register_migrations(ARRAY['20250201_000001_schema_unit_a.sql', '20250201_000002_schema_unit_b.sql'], ARRAY[$$
-- Version: 1.5.0
-- PHASE 1: EXPAND
BEGIN; CREATE TABLE unit_a (i int); COMMIT;
BEGIN; INSERT INTO unit_a VALUES (1); COMMIT;
-- PHASE 2: MIGRATE
UPDATE unit_a SET i = 2;
-- PHASE 3: CONTRACT
ALTER TABLE unit_a ALTER i SET NOT NULL;
-- ROLLBACK
/*
DROP TABLE unit_a;
*/
$$, $$
-- Dependencies: 20250201_000001_schema_unit_a
CREATE TABLE unit_b (i int);
-- ROLLBACK
/*
DROP TABLE unit_b;
*/
$$]);
CREATE VIEW unit_rows AS
	SELECT substr(migration_id, 24) AS m, phase, direction, unit, state, attempt, rows_affected, lock_wait_ms, lock_hold_ms > 0 AS held,
		   execution_time_ms > 0 AS timed, error_sqlstate, error_message, error_position,
		   transaction_id IS NOT NULL AS xid, lsn IS NOT NULL AS lsn
	FROM migration_units WHERE migration_id LIKE '20250201%' ORDER BY direction DESC, migration_id, phase, unit;
CREATE VIEW unit_phases AS
	SELECT substr(migration_id, 24) AS m, phase, status, direction, attempt, error_sqlstate, error_message
	FROM migration_state('postgresql') WHERE migration_id LIKE '20250201%';
SELECT epoch > 0 AS begun FROM begin_run('apply');

-- not yet: an earlier unit, phase, dependency
SELECT begin_unit('20250201_000001_schema_unit_a', 'expand', 'up', 2, 'postgresql', 0, 0, 0);
SELECT begin_unit('20250201_000001_schema_unit_a', 'migrate', 'up', 1, 'postgresql', 0, 0, 0);
SELECT begin_unit('20250201_000002_schema_unit_b', 'expand', 'up', 1, 'postgresql', 0, 0, 0);
SELECT begin_unit('20250201_000001_schema_unit_a', 'all', 'down', 1, 'postgresql', 0, 0, 0);
-- not at all
SELECT begin_unit('20250201_000009_schema_unit_x', 'expand', 'up', 1, 'postgresql', 0, 0, 0);
SELECT begin_unit('20250201_000001_schema_unit_a', 'all', 'up', 1, 'postgresql', 0, 0, 0);
SELECT begin_unit('20250201_000001_schema_unit_a', 'expand', 'sideways', 1, 'postgresql', 0, 0, 0);
SELECT begin_unit('20250201_000001_schema_unit_a', 'expand', 'up', 0, 'postgresql', 0, 0, 0);
SELECT begin_unit('20250201_000001_schema_unit_a', 'expand', 'up', 1, 'elsewhere', 0, 0, 0);
SELECT begin_unit('20250201_000001_schema_unit_a', 'expand', 'up', 1, 'postgresql', -1, 0, 0);
SELECT finish_unit('20250201_000001_schema_unit_a', 'expand', 'up', 1, 'postgresql', false);

-- timeouts are this transaction's; a unit that fails leaves nothing but its row
BEGIN;
SELECT begin_unit('20250201_000001_schema_unit_a', 'expand', 'up', 1, 'postgresql', 1234, 60000, 0);
SHOW lock_timeout;
SHOW statement_timeout;
CREATE TABLE unit_a (i int);
SELECT begin_unit('20250201_000001_schema_unit_a', 'expand', 'up', 1, 'postgresql', 0, 0, 0);
ROLLBACK;
SHOW lock_timeout;
SELECT fail_unit('20250201_000001_schema_unit_a', 'expand', 'up', 1, 'postgresql', true, '42P07', 'relation exists', 17, 5);
SELECT * FROM unit_rows;
SELECT * FROM unit_phases;
SELECT fail_unit(NULL, 'expand', 'up', 1, 'postgresql', true, '42P07', 'relation exists', 17, 5);

BEGIN;
SELECT begin_unit('20250201_000001_schema_unit_a', 'expand', 'up', 1, 'postgresql', 1234, 60000, 7);
CREATE TABLE unit_a (i int);
SELECT finish_unit('20250201_000001_schema_unit_a', 'expand', 'up', 2, 'postgresql', false);
ROLLBACK;
BEGIN;
SELECT begin_unit('20250201_000001_schema_unit_a', 'expand', 'up', 1, 'postgresql', 1234, 60000, 7);
CREATE TABLE unit_a (i int);
SELECT finish_unit('20250201_000001_schema_unit_a', 'expand', 'up', 1, 'postgresql', false);
COMMIT;
SELECT begin_unit('20250201_000001_schema_unit_a', 'expand', 'up', 1, 'postgresql', 0, 0, 0);
-- rows count once, whatever functions and triggers do beside; a new table's locks hold nobody up, an old one's do
BEGIN;
SELECT begin_unit('20250201_000001_schema_unit_a', 'expand', 'up', 2, 'postgresql', 0, 0, 0);
INSERT INTO unit_a SELECT generate_series(1, 10);
DELETE FROM unit_a WHERE i > 8;
SELECT count(*) FROM unit_a;
ALTER TABLE unit_a ADD j int;
SELECT finish_unit('20250201_000001_schema_unit_a', 'expand', 'up', 2, 'postgresql', true);
COMMIT;
SELECT * FROM unit_rows;
SELECT * FROM unit_phases;
SELECT record_lock_wait('20250201_000001_schema_unit_a', 'expand', 'up', 2, 'postgresql', 12.5);
SELECT unit, lock_wait_ms FROM unit_rows;
SELECT is_migration_applied('20250201_000001_schema_unit_a');

-- a phase whose last unit was not its end, and one that a check failed
SELECT begin_unit('20250201_000001_schema_unit_a', 'expand', 'up', 3, 'postgresql', 0, 0, 0);
BEGIN;
SELECT begin_unit('20250201_000001_schema_unit_a', 'migrate', 'up', 1, 'postgresql', 0, 0, 0);
UPDATE unit_a SET i = 2;
SELECT finish_unit('20250201_000001_schema_unit_a', 'migrate', 'up', 1, 'postgresql', false);
COMMIT;
SELECT status FROM unit_phases WHERE phase = 'migrate';
SELECT fail_migration('20250201_000001_schema_unit_a', 'migrate', 'up', 'postgresql', '23514', 'check x does not hold');
SELECT status, error_sqlstate, error_message FROM unit_phases WHERE phase = 'migrate';
SELECT finish_migration('20250201_000001_schema_unit_a', 'contract', 'up', 'postgresql');
SELECT finish_migration('20250201_000001_schema_unit_a', 'migrate', 'up', 'postgresql');
SELECT finish_migration('20250201_000001_schema_unit_a', 'migrate', 'up', 'postgresql');
SELECT status, error_sqlstate, attempt FROM unit_phases WHERE phase = 'migrate';
SELECT is_migration_applied('20250201_000001_schema_unit_a');
SELECT version, migration_id, rollback_available, rolled_back_at FROM schema_versions WHERE migration_id LIKE '20250201%';

-- down: not under an applied dependent; then all of it, and up again
BEGIN;
SELECT begin_unit('20250201_000002_schema_unit_b', 'expand', 'up', 1, 'postgresql', 0, 0, 0);
SELECT finish_unit('20250201_000002_schema_unit_b', 'expand', 'up', 1, 'postgresql', true);
COMMIT;
SELECT begin_unit('20250201_000001_schema_unit_a', 'all', 'down', 1, 'postgresql', 0, 0, 0);
SELECT begin_unit('20250201_000001_schema_unit_a', 'expand', 'down', 1, 'postgresql', 0, 0, 0);
BEGIN;
SELECT begin_unit('20250201_000002_schema_unit_b', 'all', 'down', 1, 'postgresql', 0, 0, 0);
SELECT finish_unit('20250201_000002_schema_unit_b', 'all', 'down', 1, 'postgresql', true);
COMMIT;
BEGIN;
SELECT begin_unit('20250201_000001_schema_unit_a', 'all', 'down', 1, 'postgresql', 0, 0, 0);
DROP TABLE unit_a;
SELECT finish_unit('20250201_000001_schema_unit_a', 'all', 'down', 1, 'postgresql', false);
COMMIT;
SELECT phase, status, direction FROM unit_phases WHERE m = 'schema_unit_a' OR m LIKE '%a';
SELECT begin_unit('20250201_000001_schema_unit_a', 'expand', 'up', 1, 'postgresql', 0, 0, 0);
SELECT finish_migration('20250201_000001_schema_unit_a', 'all', 'down', 'postgresql');
SELECT * FROM unit_phases;
SELECT m, phase, direction, unit, state FROM unit_rows;
SELECT version, rolled_back_at IS NOT NULL AS rolled_back FROM schema_versions WHERE migration_id LIKE '20250201%';
BEGIN;
SELECT begin_unit('20250201_000001_schema_unit_a', 'expand', 'up', 1, 'postgresql', 0, 0, 0);
CREATE TABLE unit_a (i int);
SELECT finish_unit('20250201_000001_schema_unit_a', 'expand', 'up', 1, 'postgresql', false);
COMMIT;
SELECT m, phase, direction, unit, state, attempt FROM unit_rows;
SELECT end_run('completed');

DROP VIEW unit_rows, unit_phases;
DROP TABLE unit_a;
DELETE FROM migration_history WHERE migration_id LIKE '20250201%';
DELETE FROM migration_units WHERE migration_id LIKE '20250201%';
DELETE FROM migration_dependencies WHERE migration_id LIKE '20250201%';
DELETE FROM schema_versions WHERE migration_id LIKE '20250201%';
