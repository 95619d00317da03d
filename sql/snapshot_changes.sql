-- only what differs between two snapshots, or a snapshot and the live schema
CREATE SCHEMA snap;
CREATE TABLE snap.kept (id int);
CREATE TABLE snap.changed (id int);
CREATE TABLE snap.dropped (id int);
CREATE FUNCTION snap.f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE ROLE regress_snap;
SELECT take_schema_snapshot() AS before \gset
SELECT * FROM snapshot_changes(:before, NULL);
SELECT * FROM snapshot_changes(NULL, NULL);
ALTER TABLE snap.changed ADD COLUMN b text;
DROP TABLE snap.dropped;
CREATE TABLE snap.added (id int);
ALTER TABLE snap.kept RENAME TO renamed;
ALTER ROLE regress_snap CREATEDB;
SELECT section, kind, name, from_body IS NOT NULL AS was, to_body IS NOT NULL AS is,
	   from_identity ->> 'oid' = to_identity ->> 'oid' AS same_oid
FROM snapshot_changes(:before, NULL);
-- a rename is told by the identity
SELECT a.name, b.name FROM snapshot_changes(:before, NULL) a JOIN snapshot_changes(:before, NULL) b
	ON a.from_identity ->> 'oid' = b.to_identity ->> 'oid' AND a.kind = b.kind AND a.name <> b.name;
SELECT take_schema_snapshot() AS after \gset
SELECT section, kind, name, to_body -> 'columns' -> 'b' ->> 'type' AS b FROM snapshot_changes(:before, :after) WHERE name = 'snap.changed';
SELECT count(*) FROM (SELECT section, kind, name, from_body, to_body, from_identity, to_identity FROM snapshot_changes(:before, :after)
	EXCEPT SELECT section, kind, name, from_body, to_body, from_identity, to_identity FROM snapshot_changes(:before, NULL)) d;
-- the other way round
SELECT kind, name, from_body IS NOT NULL AS was, to_body IS NOT NULL AS is FROM snapshot_changes(NULL, :before) WHERE section = 'database';
-- the same object made again is no change, though it has another OID
DROP TABLE snap.added;
CREATE TABLE snap.added (id int);
SELECT * FROM snapshot_changes(:after, NULL);
-- nor are identities told where the snapshots are of two databases
UPDATE schema_snapshots SET database_oid = 1 WHERE id = :before;
SELECT count(*) > 0 AS some, count(from_identity) + count(to_identity) AS identities FROM snapshot_changes(:before, :after);
SELECT * FROM snapshot_changes(:before, -1);
DROP ROLE regress_snap;
DROP SCHEMA snap CASCADE;
DELETE FROM schema_snapshots;
SELECT count(*) FROM prune('0');
