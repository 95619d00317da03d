-- Whatever a unit's own statements set, the ledger knows who runs and where it writes.
SELECT register_migration('20250601_000001_schema_hostile.sql', $$
BEGIN; SELECT 1; COMMIT; BEGIN; SELECT 2; COMMIT; BEGIN; SELECT 3; COMMIT; BEGIN; SELECT 4; COMMIT; BEGIN; SELECT 5; COMMIT;
BEGIN; SELECT 6; COMMIT;
$$);
CREATE ROLE hostile_low;
CREATE VIEW hostile_rows AS
	SELECT unit, state, run_by = session_user AS mine, pid = pg_backend_pid() AS pid, epoch = (SELECT e.epoch FROM migration_epoch e) AS epoch, rows_affected
	FROM migration_units WHERE migration_id LIKE '20250601%' ORDER BY unit;
SELECT epoch > 0 AS begun FROM begin_run('apply');
-- another role
BEGIN;
SELECT begin_unit('20250601_000001_schema_hostile', 'expand', 'up', 1, 'postgresql', 0, 0, 0);
SET ROLE hostile_low;
SET LOCAL SESSION AUTHORIZATION DEFAULT;
SET LOCAL ROLE NONE;
SELECT finish_unit('20250601_000001_schema_hostile', 'expand', 'up', 1, 'postgresql', false);
COMMIT;
SELECT current_user;
RESET ROLE;
BEGIN;
SELECT begin_unit('20250601_000001_schema_hostile', 'expand', 'up', 2, 'postgresql', 0, 0, 0);
SET SESSION AUTHORIZATION hostile_low;
-- without the right to it the call fails, and nothing is recorded
SELECT finish_unit('20250601_000001_schema_hostile', 'expand', 'up', 2, 'postgresql', false);
ROLLBACK;
BEGIN;
SELECT begin_unit('20250601_000001_schema_hostile', 'expand', 'up', 2, 'postgresql', 0, 0, 0);
SET SESSION AUTHORIZATION hostile_low;
SET LOCAL SESSION AUTHORIZATION DEFAULT;
SET LOCAL ROLE NONE;
SELECT finish_unit('20250601_000001_schema_hostile', 'expand', 'up', 2, 'postgresql', false);
COMMIT;
RESET SESSION AUTHORIZATION;
-- another schema with tables and operators of the same names
BEGIN;
SELECT begin_unit('20250601_000001_schema_hostile', 'expand', 'up', 3, 'postgresql', 0, 0, 0);
CREATE TEMP TABLE migration_units (LIKE public.migration_units);
CREATE SCHEMA hostile;
CREATE TABLE hostile.migration_history (LIKE public.migration_history);
CREATE FUNCTION hostile.eq(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT false';
CREATE OPERATOR hostile.= (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.eq);
SET search_path = hostile, pg_temp, pg_catalog, public;
SELECT public.finish_unit('20250601_000001_schema_hostile', 'expand', 'up', 3, 'postgresql', false);
COMMIT;
SELECT count(*) FROM pg_temp.migration_units;
SELECT count(*) FROM hostile.migration_history;
RESET search_path;
DROP TABLE pg_temp.migration_units;
-- read only, no triggers, deferred everything, no durable commits, no time
BEGIN;
SELECT begin_unit('20250601_000001_schema_hostile', 'expand', 'up', 4, 'postgresql', 0, 0, 0);
SET TRANSACTION READ ONLY;
SET CONSTRAINTS ALL DEFERRED;
SET session_replication_role = replica;
SET synchronous_commit = off;
SET lock_timeout = 1;
SELECT finish_unit('20250601_000001_schema_hostile', 'expand', 'up', 4, 'postgresql', false);
SHOW transaction_read_only;
SHOW synchronous_commit;
COMMIT;
RESET session_replication_role; RESET synchronous_commit; RESET lock_timeout;
SELECT * FROM hostile_rows;
-- a COMMIT in the middle: the half that is left is no unit
BEGIN;
SELECT begin_unit('20250601_000001_schema_hostile', 'expand', 'up', 5, 'postgresql', 0, 0, 0);
COMMIT;
SELECT finish_unit('20250601_000001_schema_hostile', 'expand', 'up', 5, 'postgresql', false);
BEGIN;
SELECT begin_unit('20250601_000001_schema_hostile', 'expand', 'up', 5, 'postgresql', 0, 0, 0);
COMMIT AND CHAIN;
SELECT finish_unit('20250601_000001_schema_hostile', 'expand', 'up', 5, 'postgresql', false);
ROLLBACK;
-- a savepoint that is rolled back takes the unit with it when it began in it
BEGIN;
SAVEPOINT s;
SELECT begin_unit('20250601_000001_schema_hostile', 'expand', 'up', 5, 'postgresql', 0, 0, 0);
ROLLBACK TO s;
SELECT finish_unit('20250601_000001_schema_hostile', 'expand', 'up', 5, 'postgresql', false);
ROLLBACK;
BEGIN;
SELECT begin_unit('20250601_000001_schema_hostile', 'expand', 'up', 5, 'postgresql', 0, 0, 0);
SAVEPOINT s;
SELECT 1 / 0;
ROLLBACK TO s;
SELECT finish_unit('20250601_000001_schema_hostile', 'expand', 'up', 5, 'postgresql', false);
COMMIT;
-- the lock given away in the middle
BEGIN;
SELECT begin_unit('20250601_000001_schema_hostile', 'expand', 'up', 6, 'postgresql', 0, 0, 0);
SELECT pg_advisory_unlock_all();
SELECT finish_unit('20250601_000001_schema_hostile', 'expand', 'up', 6, 'postgresql', true);
ROLLBACK;
SELECT * FROM hostile_rows;
SELECT epoch > 0 AS begun FROM begin_run('apply');
SELECT end_run('failed');
DROP SCHEMA hostile CASCADE;
DROP VIEW hostile_rows;
DROP ROLE hostile_low;
DELETE FROM migration_history WHERE migration_id LIKE '20250601%';
DELETE FROM migration_units WHERE migration_id LIKE '20250601%';
