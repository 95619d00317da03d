-- prune: what is old and not needed; the newest expected snapshot and those of versions stay, with all of their objects
CREATE SCHEMA snap;
CREATE TABLE snap.a (id int);
CREATE FUNCTION age(snapshot int) RETURNS void LANGUAGE sql AS
$$ UPDATE public.schema_snapshots SET snapshot_date = snapshot_date - interval '10 days' WHERE id = snapshot $$;
SELECT take_schema_snapshot() AS version \gset
ALTER TABLE snap.a ADD COLUMN b int;
SELECT take_schema_snapshot() AS nobodys \gset
ALTER TABLE snap.a ADD COLUMN c int;
SELECT take_schema_snapshot() AS expected_once \gset
ALTER TABLE snap.a ADD COLUMN d int;
SELECT take_schema_snapshot() AS expected \gset
ALTER TABLE snap.a ADD COLUMN e int;
SELECT take_schema_snapshot() AS begun \gset
ALTER TABLE snap.a ADD COLUMN f int;
SELECT take_schema_snapshot() AS young \gset
UPDATE schema_snapshots SET expected = true WHERE id IN (:expected_once, :expected);
INSERT INTO schema_versions (version, database_type, applied_by, snapshot_id) VALUES ('0.0.1', 'postgresql', 'test', :version);
INSERT INTO migration_runs (epoch, timeline, system_identifier, command, program, started_at, run_by, pid, backend_start, before_snapshot)
VALUES (-1, '', '', 'apply', 'test', now(), 'test', 0, now(), :begun);
SELECT count(age(id)) FROM schema_snapshots WHERE id <> :young;
SELECT snapshot_definition(:version) AS version_before, snapshot_definition(:expected) AS expected_before \gset
SELECT * FROM prune('100 days');
SELECT * FROM prune('5 days');
SELECT * FROM prune('5 days');
SELECT CASE id WHEN :version THEN 'version' WHEN :expected THEN 'expected' WHEN :begun THEN 'begun' WHEN :young THEN 'young' ELSE 'another' END
FROM schema_snapshots ORDER BY id;
SELECT snapshot_definition(:version) = :'version_before' AS version_whole, snapshot_definition(:expected) = :'expected_before' AS expected_whole;
SELECT name, to_body -> 'column_order' AS columns FROM snapshot_changes(:version, :young) WHERE name = 'snap.a';
SELECT * FROM prune('-1 day');
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT * FROM prune('5 days');
ROLLBACK;
DELETE FROM schema_versions WHERE version = '0.0.1';
DELETE FROM migration_runs WHERE epoch = -1;
DELETE FROM schema_snapshots;
DROP FUNCTION age(int);
DROP SCHEMA snap CASCADE;
SELECT what FROM prune('0') WHERE what <> 'snapshots' AND removed > 0;
SELECT (SELECT count(*) FROM schema_objects) AS objects, (SELECT count(*) FROM schema_buckets) AS buckets;
