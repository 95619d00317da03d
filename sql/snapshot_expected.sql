-- what a migration changed becomes expected, and what was drift before it stays drift
CREATE SCHEMA snap;
CREATE TABLE snap.migrated (id int);
CREATE TABLE snap.drifted (id int);
CREATE TABLE snap.dropped (id int);
CREATE TABLE snap.dropped_too (id int UNIQUE);
CREATE TABLE snap.both (id int);
CREATE FUNCTION drift(OUT name text, OUT was boolean, OUT is boolean) RETURNS SETOF record LANGUAGE sql AS
$$ SELECT name, from_body IS NOT NULL, to_body IS NOT NULL
   FROM public.snapshot_changes((SELECT max(id) FROM public.schema_snapshots WHERE expected), NULL) $$;
SELECT accept_object('database', 'table', 'snap.drifted', 'too early');
SELECT take_schema_snapshot() AS base \gset
UPDATE schema_snapshots SET expected = true WHERE id = :base;
SELECT * FROM drift();
-- by hand
ALTER TABLE snap.drifted ADD COLUMN by_hand int;
ALTER TABLE snap.both ADD COLUMN by_hand int;
DROP TABLE snap.dropped, snap.dropped_too;
CREATE TABLE snap.added_by_hand (id int);
SELECT take_schema_snapshot() AS before \gset
-- by a migration, which looks at one of them again
ALTER TABLE snap.migrated ADD COLUMN n int;
ALTER TABLE snap.both ADD COLUMN n int;
CREATE TABLE snap.added (id int);
SELECT take_schema_snapshot() AS after \gset
SELECT merge_expected(:base, :before, :after, 'a migration') AS merged \gset
SELECT * FROM drift();
SELECT expected, metadata - ARRAY['base', 'before', 'after'] AS metadata, (metadata ->> 'base')::int = :base AS base,
	   schema_hash <> (SELECT schema_hash FROM schema_snapshots WHERE id = :after) AS other_than_after, portable_hash
FROM schema_snapshots WHERE id = :merged;
-- counts are those of the objects in it: two that were dropped, but not the one that was added
SELECT m.table_count - a.table_count AS tables, m.index_count - a.index_count AS indexes FROM schema_snapshots m, schema_snapshots a WHERE m.id = :merged AND a.id = :after;
-- nothing was drift: after itself
SELECT merge_expected(:base, :base, :after, 'all of it') AS all \gset
SELECT a.schema_hash = m.schema_hash AS same, m.portable_hash = a.portable_hash AS portable, a.buckets = m.buckets AS buckets
FROM schema_snapshots a, schema_snapshots m WHERE a.id = :after AND m.id = :all;
UPDATE schema_snapshots SET expected = false WHERE id = :all;

-- one by one
SELECT accept_object('database', 'table', 'snap.drifted', 'we want it') > :merged AS accepted;
SELECT * FROM drift();
SELECT accept_object('database', 'table', 'snap.dropped_too', 'it is gone') > :merged AS accepted;
SELECT accept_object('database', 'table', 'snap.dropped', 'it is gone') > :merged AS accepted;
SELECT accept_object('database', 'table', 'snap.added_by_hand', 'and this is here') > :merged AS accepted;
SELECT * FROM drift();
SELECT schema_hash = schema_fingerprint() AS as_live, metadata - 'base' AS metadata FROM schema_snapshots WHERE expected ORDER BY id DESC LIMIT 1;
-- one that no snapshot has seen yet
CREATE TABLE snap.late (id int);
SELECT accept_object('database', 'table', 'snap.late', 'new') > :merged AS accepted;
SELECT * FROM drift();
-- and what a person gets wrong
SELECT accept_object('database', 'table', 'snap.nowhere', 'x');
SELECT accept_object('databases', 'table', 'snap.late', 'x');
SELECT accept_object('database', 'table', 'snap.late', ' ');
SELECT merge_expected(:base, :before, -1, 'x');
SELECT merge_expected(:base, :before, :after, '');
DROP FUNCTION drift();
DROP SCHEMA snap CASCADE;
DELETE FROM schema_snapshots;
SELECT count(*) FROM prune('0');
