-- Who: every user there is, and a role without any right on the journal.
SELECT enable_drift_capture();
DELETE FROM ddl_journal;
DELETE FROM schema_drift_alerts;
CREATE ROLE regress_capture_plain;
CREATE ROLE regress_capture_owner;
GRANT CREATE ON SCHEMA public TO regress_capture_plain, regress_capture_owner;
CREATE VIEW capture_users AS
	SELECT identity_after, CASE WHEN session_user_name = authenticated_user THEN 'authenticated' ELSE session_user_name END AS session_user_name,
		   role_name, CASE WHEN current_user_name = authenticated_user THEN 'authenticated' ELSE current_user_name END AS current_user_name
	FROM ddl_journal WHERE identity_after ~ 'who_' ORDER BY id;

CREATE TABLE who_1 (a int);
SET ROLE regress_capture_plain;
CREATE TABLE who_2 (a int);
-- captured, and out of reach
SELECT * FROM ddl_journal;
DELETE FROM ddl_journal;
INSERT INTO schema_drift_alerts (drift_type, severity) VALUES ('added', 'low');
SELECT seal_journal();
SELECT journal_entries();
SELECT verify_journal();
SELECT prune_journal('1 day');
SELECT add_drift_ignore_rule('%', '%', '%', 'mine');
SELECT * FROM capture_status();
SELECT enable_drift_capture();
SELECT disable_drift_capture();
SELECT capture_command_end();
ALTER EVENT TRIGGER summit_migrate_command_end DISABLE;
SET summit_migrate.drift_notify = off;
RESET ROLE;
-- a SECURITY DEFINER function
SET ROLE regress_capture_owner;
CREATE FUNCTION who_definer() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN CREATE TABLE who_3 (a int); END $$;
RESET ROLE;
SET ROLE regress_capture_plain;
SELECT who_definer();
RESET ROLE;
SET SESSION AUTHORIZATION regress_capture_plain;
CREATE TABLE who_4 (a int);
RESET SESSION AUTHORIZATION;
SELECT identity_after, session_user_name, role_name, current_user_name FROM capture_users;
SELECT count(*) FILTER (WHERE pid = pg_backend_pid()) = count(*) AS pid,
	   count(*) FILTER (WHERE backend_start = (SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid())) = count(*) AS backend_start,
	   count(*) FILTER (WHERE client_addr IS NULL) = count(*) AS by_socket,
	   count(*) FILTER (WHERE application_name = current_setting('application_name')) = count(*) AS application,
	   count(DISTINCT transaction_id) AS transactions, count(*) AS rows
FROM ddl_journal WHERE identity_after ~ 'who_[0-9]';
BEGIN;
CREATE TABLE who_5 (a int);
SELECT transaction_id = pg_current_xact_id() AS mine, captured_at > now() AS clock FROM ddl_journal WHERE identity_after = 'public.who_5';
COMMIT;

SELECT disable_drift_capture();
DROP VIEW capture_users;
DROP TABLE who_1, who_2, who_3, who_4, who_5;
DROP FUNCTION who_definer;
DROP OWNED BY regress_capture_plain, regress_capture_owner;
DROP ROLE regress_capture_plain, regress_capture_owner;
TRUNCATE ddl_journal, schema_drift_alerts;
DELETE FROM migration_settings WHERE name = 'drift_capture';
