-- what differs from the expected schema: one alert an object, with its author; what is undone closes by itself
CREATE ROLE regress_drift_dba SUPERUSER;
CREATE TABLE drift_users (id int PRIMARY KEY, email text);
CREATE VIEW drift_emails AS SELECT email FROM drift_users;
CREATE FUNCTION open_drift() RETURNS TABLE (severity text, drift_type text, object text, bump text, who text, summary text)
LANGUAGE sql AS $$
	SELECT severity, drift_type, object_type || ' ' || object_name, bump, author || ' as ' || coalesce(role_name, 'itself'), summary
	FROM check_drift() ORDER BY object_name COLLATE "C"
$$;
-- nothing is expected yet
SELECT count(*) FROM check_drift();
SELECT accept_schema('');
SELECT accept_schema('the test begins') IS NOT NULL AS accepted;
SELECT * FROM open_drift();

-- without capture nobody knows who it was
ALTER TABLE drift_users ADD COLUMN age int;
SELECT * FROM open_drift();
ALTER TABLE drift_users DROP COLUMN age;
SELECT * FROM open_drift();
SELECT status, resolution_notes FROM drift_alerts(true);

-- with capture; several statements on one object and on its parts are one alert
SELECT enable_drift_capture();
SELECT * FROM open_drift();
SET ROLE regress_drift_dba;
ALTER TABLE drift_users ADD COLUMN vip boolean;
CREATE INDEX drift_users_email ON drift_users (email);
ALTER TABLE drift_users ADD CONSTRAINT drift_email_given CHECK (email <> '');
DROP VIEW drift_emails;
CREATE TABLE drift_extra (a int);
RESET ROLE;
SELECT * FROM open_drift();
SELECT object_name, statement FROM drift_alerts() ORDER BY object_name COLLATE "C";
SELECT status, count(*) FROM schema_drift_alerts GROUP BY 1 ORDER BY 1;
-- asked again: the same alerts
SELECT count(*), count(*) FILTER (WHERE last_seen > detected_at) AS seen_again FROM check_drift();

-- the author of an open alert outlives the journal's older rows
SELECT prune_journal('0') > 0 AS pruned;
SELECT object_name, author, statement FROM check_drift() ORDER BY object_name COLLATE "C";

-- undone: closed by itself; made anew, the same view is as expected
DROP TABLE drift_extra;
CREATE VIEW drift_emails AS SELECT email FROM drift_users;
SELECT object, who FROM open_drift();
SELECT object_name, status, resolution_notes FROM drift_alerts(true) WHERE object_name <> 'public.drift_users' ORDER BY id;

-- a human's word
\set VERBOSITY terse
SELECT resolve_drift(id, 'it is fine') FROM drift_alerts();
\set VERBOSITY default
SELECT accept_drift(id, '') FROM drift_alerts();
SELECT accept_drift(NULL, 'x');
SELECT resolve_drift(0, 'which one?');
SELECT accept_drift(id, 'wanted: ticket 7') FROM drift_alerts();
SELECT * FROM open_drift();
DO $$
DECLARE
	alert int := (SELECT max(id) FROM drift_alerts(true) WHERE object_name = 'public.drift_users' AND status = 'accepted');
BEGIN
	PERFORM accept_drift(alert, 'again');
EXCEPTION WHEN object_not_in_prerequisite_state THEN
	RAISE NOTICE '%: %', SQLSTATE, regexp_replace(SQLERRM, '\d+', 'N');
END $$;

-- renamed, accepted under the new name; then renamed back
ALTER TABLE drift_users RENAME TO drift_people;
SELECT object, drift_type, bump, summary FROM open_drift();
SELECT accept_drift(id, 'the better name') FROM drift_alerts() WHERE object_type = 'table';
SELECT object, drift_type, bump, summary FROM open_drift();

-- capture on, and nobody in the journal: the worst
SET allow_system_table_mods = on;
UPDATE pg_class SET relrowsecurity = true WHERE relname = 'drift_people';
RESET allow_system_table_mods;
SELECT severity, object, who, summary FROM open_drift();
ALTER TABLE drift_people DISABLE ROW LEVEL SECURITY;
SELECT count(*) FROM open_drift();

-- tampering with capture is drift; its own switch is none
ALTER EVENT TRIGGER summit_migrate_drop DISABLE;
SELECT drift_type, object, summary FROM open_drift();
SELECT enable_drift_capture();
SELECT count(*) FROM open_drift();
SELECT disable_drift_capture();
SELECT count(*) FROM open_drift();

-- what a rule says to ignore
SELECT add_drift_ignore_rule('public', 'table', 'drift\_scratch\_%', 'made by a job') IS NOT NULL AS added;
CREATE TABLE drift_scratch_1 (a int);
CREATE TABLE drift_scratches (a int);
SELECT object FROM open_drift();

-- all of it is accepted
SELECT accept_schema('the test ends') IS NOT NULL AS accepted;
SELECT count(*) FROM open_drift();

-- who may what
CREATE ROLE regress_drift_reader;
SET ROLE regress_drift_reader;
SELECT count(*) FROM check_drift();
RESET ROLE;
SELECT grant_migration_role('reader', 'regress_drift_reader');
SET ROLE regress_drift_reader;
SELECT object_name, changes -> 0 ->> 'property' AS property FROM check_drift() ORDER BY object_name;
SELECT accept_schema('mine');
RESET ROLE;

DROP TABLE drift_people, drift_scratch_1, drift_scratches CASCADE;
DROP FUNCTION open_drift();
DROP OWNED BY regress_drift_reader;
DROP ROLE regress_drift_dba, regress_drift_reader;
TRUNCATE schema_drift_alerts, ddl_journal, ddl_journal_head, ddl_journal_cuts, drift_ignore_rules, schema_snapshots, schema_buckets, schema_objects;
