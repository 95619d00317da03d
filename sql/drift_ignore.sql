-- Rules of what is never drift.
SELECT enable_drift_capture();
SELECT add_drift_ignore_rule('ignore_s', 'table', 'part\_%', 'made by pg_partman') AS a, add_drift_ignore_rule('', 'schema', 'ignore\_%', 'tools make them') AS b \gset
SELECT add_drift_ignore_rule('ignore_s', 'table', 'part\_%', 'made by pg_partman, nightly') = :a AS same;
SELECT schema_pattern, kind, name_pattern, why, added_by = session_user AS by_me FROM list_drift_ignore_rules();
DELETE FROM ddl_journal;
DELETE FROM schema_drift_alerts;
CREATE SCHEMA ignore_s;
CREATE TABLE ignore_s.part_1 (a int PRIMARY KEY);
ALTER TABLE ignore_s.part_1 ADD b int;
CREATE TABLE ignore_s.other (a int);
DROP TABLE ignore_s.part_1;
SELECT j.command_tag, j.object_type, coalesce(j.identity_after, j.identity_before) AS identity, CASE j.ignored_by WHEN :a THEN 'a' WHEN :b THEN 'b' END AS ignored_by, a.drift_type
FROM ddl_journal j LEFT JOIN schema_drift_alerts a ON a.journal_id = j.id
WHERE j.identity_before IS NULL OR j.identity_before NOT LIKE '%\_not\_null on %' -- constraints from 18 on
ORDER BY j.id;
SELECT drift_ignore_rule('ignore_s', 'table', 'part_7') = :a AS a, drift_ignore_rule(NULL, 'schema', 'ignore_x') = :b AS b,
	   drift_ignore_rule('ignore_s', 'view', 'part_7') AS none, drift_ignore_rule(NULL, NULL, NULL) AS none;

-- a rule counts from the next statement on, and no longer when it is taken back
BEGIN;
SELECT add_drift_ignore_rule('%', '%', '%', 'everything') > 0 AS added;
CREATE TABLE ignore_s.one (a int);
ROLLBACK;
CREATE TABLE ignore_s.two (a int);
SELECT remove_drift_ignore_rule(:a);
SELECT remove_drift_ignore_rule(:a);
CREATE TABLE ignore_s.part_2 (a int);
SELECT coalesce(j.identity_after, j.identity_before) AS identity, j.ignored_by IS NOT NULL AS ignored FROM ddl_journal j WHERE j.identity_after ~ 'one|two|part_2' ORDER BY j.id;

SELECT add_drift_ignore_rule('a', 'b\', 'c', 'half an escape');
SELECT add_drift_ignore_rule('a', 'b\\', 'c', 'a whole one') > 0 AS added;
SELECT add_drift_ignore_rule(NULL, '%', '%', 'none');

SELECT disable_drift_capture();
SET client_min_messages = warning;
DROP SCHEMA ignore_s CASCADE;
TRUNCATE ddl_journal, schema_drift_alerts;
DELETE FROM drift_ignore_rules;
DELETE FROM migration_settings WHERE name = 'drift_capture';
