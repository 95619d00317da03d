-- each object is stored once over all snapshots; missing ones and bad input are named
CREATE SCHEMA snap;
CREATE TABLE snap.a (id int PRIMARY KEY, b text UNIQUE CHECK (b <> ''));
CREATE TABLE snap.b (id int REFERENCES snap.a);
CREATE VIEW snap.v AS SELECT b FROM snap.a;
CREATE VIEW stored AS SELECT (SELECT count(*) FROM schema_objects) AS objects, (SELECT count(*) FROM schema_buckets) AS buckets;
SELECT take_schema_snapshot() AS first \gset
CREATE TABLE stored_before AS SELECT * FROM stored;
SELECT take_schema_snapshot('postgres', '{"why": "again"}') AS second \gset
-- the table that was made in between is all that is new
SELECT s.objects - b.objects AS objects, s.buckets - b.buckets BETWEEN 1 AND 2 AS buckets FROM stored s, stored_before b;
DROP TABLE stored_before;
SELECT take_schema_snapshot() AS third \gset
SELECT take_schema_snapshot() AS fourth \gset
SELECT a.schema_hash = b.schema_hash AS same_hash, a.buckets = b.buckets AS same_buckets
FROM schema_snapshots a, schema_snapshots b WHERE a.id = :third AND b.id = :fourth;

SELECT s.schema_hash = schema_fingerprint() AS hash, s.cluster_hash = cluster_fingerprint() AS cluster,
	   s.portable_hash = portable_schema_fingerprint() AS portable,
	   s.schema_definition ->> 'database' = s.schema_hash AS root, s.database_type, s.expected, s.metadata,
	   s.system_identifier = (SELECT system_identifier::text FROM pg_control_system()) AS here,
	   s.database_oid = (SELECT oid FROM pg_database WHERE datname = current_database()) AS database
FROM schema_snapshots s WHERE s.id IN (:second, :fourth) ORDER BY id;

-- counts, and the root of a schema alone
SELECT table_count AS tables, index_count AS indexes, constraint_count AS constraints FROM schema_snapshots WHERE id = :fourth \gset
SELECT schema_definition -> 'schemas' ->> 'snap' AS root, schema_definition -> 'schemas' ->> 'public' AS other FROM schema_snapshots WHERE id = :fourth \gset
ALTER TABLE snap.b ADD COLUMN c int UNIQUE;
SELECT take_schema_snapshot() AS fifth \gset
SELECT table_count - :tables AS tables, index_count - :indexes AS indexes, constraint_count - :constraints AS constraints,
	   schema_definition -> 'schemas' ->> 'snap' <> :'root' AS schema_changed,
	   schema_definition -> 'schemas' ->> 'public' = :'other' AS other_changed_not
FROM schema_snapshots WHERE id = :fifth;

-- expanded
SELECT jsonb_object_keys(snapshot_definition(:fifth)) ORDER BY 1;
SELECT jsonb_object_keys(snapshot_definition(:fifth) -> 'database' -> 'table' -> 'snap.a') ORDER BY 1;
SELECT jsonb_object_keys(snapshot_definition(:fifth) -> 'database' -> 'table' -> 'snap.b' -> 'columns') ORDER BY 1;
SELECT snapshot_definition(:fourth) -> 'database' -> 'table' -> 'snap.b' -> 'columns' -> 'c' IS NULL AS not_then;
SELECT count(*) = (SELECT table_count FROM schema_snapshots WHERE id = :fifth)
FROM jsonb_object_keys(snapshot_definition(:fifth) -> 'database' -> 'table');
SELECT id - :fifth AS id, table_count IS NOT NULL AS counted FROM snapshot_list() LIMIT 1;

SELECT snapshot_definition(-1);
SELECT take_schema_snapshot('oracle');
SELECT schedule_snapshots('0 3 * * *');
DROP VIEW stored;
DROP SCHEMA snap CASCADE;
DELETE FROM schema_snapshots;
SELECT what, removed > 0 AS removed FROM prune('0');
SELECT (SELECT count(*) FROM schema_objects) AS objects, (SELECT count(*) FROM schema_buckets) AS buckets;
-- another kind of database has no schema here
SELECT take_schema_snapshot('neo4j');
