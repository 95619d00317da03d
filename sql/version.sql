-- versions: SemVer order, what is malformed, and what is recorded of them

-- precedence, as SemVer 2.0.0 section 11 has it
SELECT a, b, compare_versions(a, b), compare_versions(b, a) AS reversed
FROM (VALUES ('1.0.0', '2.0.0'), ('2.0.0', '2.1.0'), ('2.1.0', '2.1.1'), ('1.9.0', '1.10.0'),
			 ('1.0.0-alpha', '1.0.0-alpha.1'), ('1.0.0-alpha.1', '1.0.0-alpha.beta'),
			 ('1.0.0-alpha.beta', '1.0.0-beta'), ('1.0.0-beta', '1.0.0-beta.2'), ('1.0.0-beta.2', '1.0.0-beta.11'),
			 ('1.0.0-beta.11', '1.0.0-rc.1'), ('1.0.0-rc.1', '1.0.0'), ('1.0.0-a', '1.0.0-aa'),
			 ('1.0.0-A', '1.0.0-a'), ('1.0.0-1', '1.0.0--'),
			 ('1.0.0-99999999999999999999', '1.0.0-100000000000000000000'),
			 ('99999999999999999999.0.0', '100000000000000000000.0.0'),
			 ('18446744073709551615.0.0', '18446744073709551616.0.0')) AS v (a, b);
-- equal ones
SELECT compare_versions('v1.2.3', '1.2.3'), compare_versions('V1.2.3', '1.2.3'),
	   compare_versions('1.2.3+linux', '1.2.3+darwin'), compare_versions('1.2.3-rc.1+5', '1.2.3-rc.1');

-- malformed: the error names what is wrong
SELECT compare_versions('1.0.0', '');
SELECT compare_versions('1.0.0', '1');
SELECT compare_versions('1.0.0', '1.2');
SELECT compare_versions('1.0.0', '1..3');
SELECT compare_versions('1.0.0', '1.2.');
SELECT compare_versions('1.0.0', '1.2.3.4');
SELECT compare_versions('1.0.0', '01.2.3');
SELECT compare_versions('1.0.0', '1.2.x');
SELECT compare_versions('1.0.0', '1.2.3-');
SELECT compare_versions('1.0.0', '1.2.3-a..b');
SELECT compare_versions('1.0.0', '1.2.3-01');
SELECT compare_versions('1.0.0', '1.2.3+');
SELECT compare_versions('1.0.0', '1.2.3+a_b');
SELECT compare_versions('1.0.0', '1.2.3 ');
SELECT compare_versions('1.0.0', 'vv1.2.3');
SELECT compare_versions('1.0.0', '-1.2.3');
SELECT compare_versions('1.0.0', '1.2.3-é');
SELECT compare_versions(NULL, '1.2.3') IS NULL AS strict;

-- the current one is the highest by that order, neither the latest nor the last by text
BEGIN;
DELETE FROM schema_versions;
SELECT get_current_schema_version('postgresql'), schema_version_at_least('postgresql', '0.0.0');
SELECT log_schema_version('v1.9.0', 'postgres', 'm_b', 'sum', 12, 'deploy') > 0 AS logged;
SELECT log_schema_version('1.10.0-rc.1', 'PostgreSQL', 'm_c', NULL, NULL, NULL) > 0 AS logged;
SELECT get_current_schema_version('postgres');
SELECT log_schema_version('1.10.0', 'postgresql', 'm_d', 'sum', 0, '', '{"by": "hand"}') > 0 AS logged;
SELECT log_schema_version('1.2.0', 'postgresql', 'm_a', 'sum', 7, 'deploy') > 0 AS logged;
SELECT log_schema_version('9.0.0', 'timescaledb', 'm_t', 'sum', 7, 'deploy') > 0 AS logged;
SELECT get_current_schema_version('postgresql'), get_current_schema_version('timescale'), get_current_schema_version('neo4j');
SELECT schema_version_at_least('postgresql', '1.10.0'), schema_version_at_least('postgresql', 'v1.9.9'),
	   schema_version_at_least('postgresql', '1.10.1-alpha');
SELECT version, database_type, migration_id, checksum, execution_time_ms, applied_by = session_user AS by_me, metadata
FROM schema_versions ORDER BY id;
-- the id returned is the row's
SELECT log_schema_version('1.2.1', 'postgresql', NULL, NULL, NULL, NULL) AS new_id \gset
SELECT version FROM schema_versions WHERE id = :new_id;
-- a version that was left again does not count
UPDATE schema_versions SET rolled_back_at = now() WHERE version = '1.10.0';
SELECT get_current_schema_version('postgresql');
-- nor does what is no version: a row of older scripts
INSERT INTO schema_versions (version, database_type, applied_by) VALUES ('latest', 'postgresql', 'older');
SELECT get_current_schema_version('postgresql');
ROLLBACK;

-- refused
SELECT get_current_schema_version('oracle');
SELECT schema_version_at_least('mysql', '1.0.0');
SELECT schema_version_at_least('neo4j', 'one');
SELECT log_schema_version('1.2', 'postgresql', 'm', 'sum', 1, 'me');
SELECT log_schema_version('1.2.0', 'redis', 'm', 'sum', 1, 'me');
SELECT log_schema_version(NULL, 'postgresql', 'm', 'sum', 1, 'me');
SELECT log_schema_version('1.2.0', NULL, 'm', 'sum', 1, 'me');
SELECT log_schema_version('1.2.0', 'postgresql', 'm', 'sum', -1, 'me');
BEGIN READ ONLY;
SELECT log_schema_version('1.2.0', 'postgresql', 'm', 'sum', 1, 'me');
ROLLBACK;

-- a schema that gets another name takes its plans along
SELECT get_current_schema_version('neo4j');
ALTER SCHEMA public RENAME TO moved;
SELECT moved.get_current_schema_version('neo4j');
ALTER SCHEMA moved RENAME TO public;
SELECT get_current_schema_version('neo4j');
