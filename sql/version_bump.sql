-- what a header declares, and which version comes next
SELECT previous, version, declared_bump(previous, version, false), declared_bump(previous, version, true) AS breaking
FROM (VALUES ('1.2.3', '1.2.4'), ('1.2.3', '1.3.0'), ('1.2.3', '2.0.0'), ('1.2.3', '1.2.3'), ('1.2.3', '1.2.2'), ('1.9.0', '1.10.0'),
			 ('0.1.0', '0.1.1'), ('0.1.0', '0.2.0'), ('0.9.0', '1.0.0'), ('0.0.0', '0.1.0'), ('0.0.0', '1.0.0'),
			 ('2.0.0-rc.1', '2.0.0'), ('1.3.0-rc.1', '1.3.0'), ('1.2.4-rc.1', '1.2.4'), ('1.2.3', '1.2.3+build'), ('1.2.3', '2.0.0-rc.1'),
			 ('99999999999999999999.0.0', '99999999999999999999.1.0')) v (previous, version);
SELECT version, bump_version(version, 'none') AS none, bump_version(version, 'patch') AS patch, bump_version(version, 'minor') AS minor,
	   bump_version(version, 'major') AS major
FROM (VALUES ('1.2.3'), ('v1.2.9'), ('0.1.9'), ('0.0.0'), ('2.0.0-rc.1'), ('1.3.0-rc.1'), ('1.2.4-rc.1'), ('1.2.3+build'),
			 ('99999999999999999999.9.99')) v (version);
SELECT declared_bump('1.0', '1.1.0', false);
SELECT bump_version('1.0.0', 'huge');
SELECT declared_bump(NULL, '1.0.0', false) IS NULL AS strict;

-- the next version by what the live schema does to the current version's snapshot
SELECT next_schema_version(), next_schema_version('timescale');
BEGIN;
SELECT log_schema_version('1.4.0', 'postgresql', 'm', NULL, NULL, NULL) AS id \gset
SELECT next_schema_version() IS NULL AS nothing_is_known;
SELECT take_schema_snapshot() AS snapshot \gset
UPDATE schema_versions SET snapshot_id = :snapshot WHERE id = :id;
SELECT next_schema_version() AS unchanged;
CREATE INDEX next_version ON migration_settings (changed_at);
SELECT next_schema_version() AS of_the_extension;
CREATE TABLE next_version_a (a integer);
SELECT next_schema_version() AS minor;
SELECT take_schema_snapshot() AS snapshot \gset
UPDATE schema_versions SET snapshot_id = :snapshot WHERE id = :id;
CREATE INDEX ON next_version_a (a);
SELECT next_schema_version('postgres') AS patch;
COMMENT ON TABLE next_version_a IS 'x';
ALTER TABLE next_version_a RENAME a TO b;
SELECT next_schema_version() AS major, schema_bump(:snapshot);
-- below 1.0.0
UPDATE schema_versions SET version = '0.4.2' WHERE id = :id;
SELECT next_schema_version();
-- the highest version counts, and the newest snapshot of it
SELECT log_schema_version('0.4.1', 'postgresql', 'm', NULL, NULL, NULL) > 0 AS logged;
SELECT log_schema_version('0.4.2', 'postgresql', 'm', NULL, NULL, NULL) AS id \gset
SELECT next_schema_version();
SELECT take_schema_snapshot() AS snapshot \gset
UPDATE schema_versions SET snapshot_id = :snapshot WHERE id = :id;
SELECT next_schema_version();
ROLLBACK;
SELECT next_schema_version('oracle');
