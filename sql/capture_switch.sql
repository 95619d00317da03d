-- On, on again, off, off again; and what was changed by hand in between.
SELECT * FROM capture_status() WHERE layer ~ 'trigger|hook' ORDER BY layer;
SELECT verify_journal();
SELECT disable_drift_capture();
SELECT enable_drift_capture();
SELECT enable_drift_capture();
SELECT evtname, evtevent, evtenabled, evtfoid::regproc, cardinality(evttags) AS tags FROM pg_event_trigger ORDER BY 1;
SELECT * FROM capture_status() WHERE layer ~ 'trigger' ORDER BY layer;
SELECT verify_journal();

-- disabled, not always, dropped, calling something else: found, and put right
ALTER EVENT TRIGGER summit_migrate_drop DISABLE;
ALTER EVENT TRIGGER summit_migrate_rewrite ENABLE;
DROP EVENT TRIGGER summit_migrate_command_start;
SELECT * FROM verify_journal() ORDER BY detail;
SELECT * FROM capture_status() WHERE layer ~ 'trigger' ORDER BY layer;
SELECT enable_drift_capture();
SELECT verify_journal();
CREATE FUNCTION switch_nothing() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
DROP EVENT TRIGGER summit_migrate_drop;
CREATE EVENT TRIGGER summit_migrate_drop ON sql_drop EXECUTE FUNCTION switch_nothing();
SELECT * FROM verify_journal();
SELECT enable_drift_capture();
DROP EVENT TRIGGER summit_migrate_drop;
CREATE EVENT TRIGGER summit_migrate_drop ON sql_drop WHEN TAG IN ('DROP VIEW') EXECUTE FUNCTION capture_drop();
ALTER EVENT TRIGGER summit_migrate_drop ENABLE ALWAYS;
SELECT * FROM verify_journal();
DROP EVENT TRIGGER summit_migrate_drop;
SELECT enable_drift_capture();
DROP FUNCTION switch_nothing;
-- the handler itself replaced
BEGIN;
CREATE OR REPLACE FUNCTION capture_command_end() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
SELECT * FROM verify_journal();
ROLLBACK;
-- all of them gone, though nobody said disable
BEGIN;
DROP EVENT TRIGGER summit_migrate_command_start;
DROP EVENT TRIGGER summit_migrate_command_end;
DROP EVENT TRIGGER summit_migrate_drop;
DROP EVENT TRIGGER summit_migrate_rewrite;
SELECT problem, detail FROM verify_journal();
ROLLBACK;
-- in a transaction, like all DDL
BEGIN;
SELECT disable_drift_capture();
ROLLBACK;
SELECT count(*) FROM pg_event_trigger;

-- what it is called for
SELECT capture_command_end();
-- the extension goes only without it
DROP EXTENSION summit_migrate;
SELECT disable_drift_capture();
SELECT disable_drift_capture();
SELECT count(*) FROM pg_event_trigger;
SELECT verify_journal();
SHOW summit_migrate.drift_notify;
SET summit_migrate.drift_notify = 'sometimes';
SET summit_migrate.drift_notify = off;
SELECT * FROM capture_status() WHERE layer = 'notify';
SET summit_migrate.drift_notify = on;
SELECT * FROM capture_status() WHERE layer = 'notify';
RESET summit_migrate.drift_notify;
TRUNCATE ddl_journal, schema_drift_alerts;
DELETE FROM migration_settings WHERE name = 'drift_capture';
