-- No DDL fails because of capture: a WARNING, and it passes.
SELECT enable_drift_capture();
CREATE TABLE fault_1 (a int);
-- a column of another type, a column gone, a table gone, a sequence gone
BEGIN;
ALTER TABLE schema_drift_alerts ALTER severity TYPE varchar;
CREATE TABLE fault_2 (a int);
SELECT to_regclass('fault_2') IS NOT NULL AS made;
ROLLBACK;
BEGIN;
ALTER TABLE ddl_journal DROP COLUMN statement;
CREATE TABLE fault_2 (a int);
DROP TABLE fault_2;
ROLLBACK;
BEGIN;
ALTER EXTENSION summit_migrate DROP TABLE schema_drift_alerts;

DROP TABLE schema_drift_alerts;
CREATE TABLE fault_2 (a int);
SELECT to_regclass('fault_2') IS NOT NULL AS made;
ROLLBACK;
-- nothing is half written
BEGIN;
ALTER TABLE schema_drift_alerts RENAME severity TO gravity;
DELETE FROM ddl_journal;
CREATE TABLE fault_2 (a int);
SELECT count(*) FROM ddl_journal;
ROLLBACK;
-- an id that is there already
BEGIN;
DELETE FROM ddl_journal;
CREATE TABLE fault_2 (a int);
SELECT setval('ddl_journal_id_seq', (SELECT max(id) FROM ddl_journal), false) IS NULL AS set;
CREATE TABLE fault_3 (a int);
CREATE TABLE fault_4 (a int);
SELECT identity_after FROM ddl_journal ORDER BY id;
ROLLBACK;
-- columns and indexes that somebody added do not matter
BEGIN;
ALTER TABLE ddl_journal ADD COLUMN ours text;
ALTER TABLE schema_drift_alerts DROP COLUMN resolution_notes;
CREATE INDEX fault_lower ON schema_drift_alerts (lower(drift_type)) WHERE severity = 'medium';
DELETE FROM schema_drift_alerts;
CREATE TABLE fault_2 (a int);
SET LOCAL enable_seqscan = off;
SELECT object_identity, severity FROM schema_drift_alerts WHERE lower(drift_type) = 'added' AND severity = 'medium';
ROLLBACK;

-- a cancel passes: here an index of somebody's takes its time in the middle of our work
CREATE FUNCTION fault_slow(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); RETURN $1; END $$;
TRUNCATE schema_drift_alerts;
SET client_min_messages = error;
CREATE INDEX fault_index ON schema_drift_alerts (fault_slow(drift_type)) WHERE object_identity = 'public.fault_cancelled';
RESET client_min_messages;
CREATE TABLE fault_not_slow (a int);
SET statement_timeout = '200ms';
CREATE TABLE fault_cancelled (a int);
RESET statement_timeout;
SELECT to_regclass('fault_cancelled');
DROP TABLE fault_not_slow;
DROP FUNCTION fault_slow CASCADE;

-- what others skip
DELETE FROM ddl_journal;
SET session_replication_role = replica;
CREATE TABLE fault_replica (a int);
DROP TABLE fault_replica;
RESET session_replication_role;
SELECT command_tag, coalesce(identity_after, identity_before) FROM ddl_journal ORDER BY id;
-- event triggers of others: theirs is captured, an error of theirs is the statement's
DELETE FROM ddl_journal;
CREATE FUNCTION fault_trigger() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
	IF tg_tag = 'CREATE TABLE' AND to_regclass('fault_nested') IS NULL THEN
		CREATE TABLE fault_nested (a int);
	ELSIF tg_tag = 'CREATE SEQUENCE' THEN
		RAISE 'no sequences here';
	END IF;
END $$;
CREATE EVENT TRIGGER zz_fault_trigger ON ddl_command_end EXECUTE FUNCTION fault_trigger();
CREATE TABLE fault_outer (a int);
CREATE SEQUENCE fault_sequence;
DROP EVENT TRIGGER zz_fault_trigger;
SELECT command_tag, coalesce(identity_after, identity_before) AS identity, statement, nesting_depth FROM ddl_journal WHERE command_tag <> 'CREATE FUNCTION' ORDER BY id;
-- a rename in a handler that comes between the name before and the one after
DELETE FROM ddl_journal;
CREATE OR REPLACE FUNCTION fault_trigger() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
	IF set_config('fault.depth', coalesce(current_setting('fault.depth', true), '') || 'x', true) = 'x' THEN
		ALTER TABLE fault_nested RENAME TO fault_nested_2;
	END IF;
END $$;
CREATE EVENT TRIGGER zz_fault_trigger ON ddl_command_start EXECUTE FUNCTION fault_trigger();
ALTER TABLE fault_outer RENAME TO fault_outer_1;
DROP EVENT TRIGGER zz_fault_trigger;
SELECT identity_before, identity_after FROM ddl_journal WHERE command_tag = 'ALTER TABLE' ORDER BY id;
-- a name that is no good is the statement's own error, told once
ALTER FUNCTION fault_no_such(int) RENAME TO x;
ALTER TABLE fault_no_such RENAME TO x;
CREATE FUNCTION fault_f(int) RETURNS int LANGUAGE sql RETURN 1;
CREATE FUNCTION fault_f(text) RETURNS int LANGUAGE sql RETURN 1;
ALTER FUNCTION fault_f RENAME TO x;

SELECT disable_drift_capture();
DROP FUNCTION fault_trigger, fault_f(int), fault_f(text);
DROP TABLE fault_1, fault_nested_2, fault_outer_1;
TRUNCATE ddl_journal, schema_drift_alerts;
DELETE FROM migration_settings WHERE name = 'drift_capture';
