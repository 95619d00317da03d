-- What can hold a secret leaves no text; what only looks like it does.
SELECT enable_drift_capture();
SET client_min_messages = error;
CREATE FOREIGN DATA WRAPPER redact_fdw;
CREATE SERVER redact_server FOREIGN DATA WRAPPER redact_fdw OPTIONS (host 'h');
ALTER SERVER redact_server OPTIONS (ADD passfile 'secret-1');
CREATE USER MAPPING FOR PUBLIC SERVER redact_server OPTIONS (user 'u', password 'secret-2');
ALTER USER MAPPING FOR PUBLIC SERVER redact_server OPTIONS (SET password 'secret-3');
ALTER SERVER redact_server OPTIONS (ADD connstr 'postgres://u:secret-9@h/db');
CREATE FOREIGN TABLE redact_f (a int) SERVER redact_server OPTIONS (credentials 'secret-10');
CREATE FOREIGN TABLE redact_g (a int) SERVER redact_server OPTIONS (url 'https://h:80/a@b');
DO $$ BEGIN EXECUTE 'ALTER USER MAPPING FOR PUBLIC SERVER redact_server OPTIONS (SET password ''secret-4'')'; END $$;
CREATE SUBSCRIPTION redact_subscription CONNECTION 'host=h password=secret-5' PUBLICATION p WITH (connect = false);
ALTER SUBSCRIPTION redact_subscription CONNECTION 'host=h password=secret-6';
ALTER SUBSCRIPTION redact_subscription SET (slot_name = NONE);
DROP SUBSCRIPTION redact_subscription;
CREATE TABLE redact_t (password text);
COMMENT ON TABLE redact_t IS 'the password table';
-- in one string with others, exact texts part them
CREATE TABLE redact_u (a int)\; ALTER USER MAPPING FOR PUBLIC SERVER redact_server OPTIONS (SET password 'secret-7')\; DROP TABLE redact_u;
-- without them the whole string is withheld
\c
CREATE TABLE redact_u (a int)\; CREATE TABLE redact_v (a int)\; ALTER USER MAPPING FOR PUBLIC SERVER redact_server OPTIONS (SET password 'secret-8');
SELECT command_tag, statement, statement_redacted AS redacted FROM ddl_journal ORDER BY id;
SELECT count(*) FROM ddl_journal j WHERE j::text ~ 'secret-';
SELECT count(*) FROM schema_drift_alerts j WHERE j::text ~ 'secret-';

SELECT disable_drift_capture();
SET client_min_messages = error;
DROP FOREIGN DATA WRAPPER redact_fdw CASCADE;
DROP TABLE redact_t, redact_u, redact_v;
TRUNCATE ddl_journal, schema_drift_alerts;
DELETE FROM migration_settings WHERE name = 'drift_capture';
