-- indexes as parts of their tables
SET client_min_messages = warning;
CREATE SCHEMA sm_cat;
SET search_path = sm_cat, public;
CREATE TEMP TABLE before AS SELECT * FROM schema_objects_live();
\set remember 'TRUNCATE before; INSERT INTO before SELECT * FROM schema_objects_live()'
\set changed 'SELECT section, kind, name FROM (SELECT * FROM schema_objects_live()) n FULL JOIN before o USING (section, kind, name) WHERE n.digest IS DISTINCT FROM o.digest ORDER BY section, kind, name COLLATE "C"'
\set body 'SELECT name, jsonb_pretty(body - ''owner'') AS body FROM schema_objects_live(true) WHERE kind = '
CREATE TABLE t (a integer, b text, c text COLLATE "C", d int[], e tsvector, f integer);
CREATE INDEX plain ON t (a);
CREATE INDEX detailed ON t (lower(b) COLLATE "C" text_pattern_ops DESC, a DESC NULLS LAST, f NULLS FIRST, (a + f)) INCLUDE (c, d) WITH (fillfactor = 50) WHERE a > 5 AND c = 'x';
CREATE UNIQUE INDEX single ON t (b, c) NULLS NOT DISTINCT;
CREATE INDEX lists ON t USING gin (d, e);
CREATE INDEX signed ON t USING gist (e tsvector_ops (siglen = 100));
CREATE INDEX block ON t USING brin (a int4_minmax_multi_ops (values_per_range = 16));
ALTER INDEX detailed ALTER COLUMN 1 SET STATISTICS 300;
COMMENT ON INDEX plain IS 'an index';
ALTER TABLE t ALTER a SET NOT NULL, ALTER f SET NOT NULL;
CREATE UNIQUE INDEX identity ON t (a, f);
ALTER TABLE t REPLICA IDENTITY USING INDEX identity;
ALTER TABLE t CLUSTER ON plain;
CREATE TABLE p (a integer, b integer) PARTITION BY HASH (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES WITH (MODULUS 1, REMAINDER 0);
CREATE INDEX on_all ON p (b);
CREATE INDEX on_one ON ONLY p (a);
SELECT name, i.key AS index, i.value AS body, body ->> 'replica_identity' AS replica_identity
FROM schema_objects_live(true) o, jsonb_each(body -> 'indexes') i
WHERE name LIKE 'sm\_cat.%' ORDER BY name COLLATE "C", i.key COLLATE "C";

:remember;
ALTER INDEX plain RENAME TO renamed;
:changed;
:remember;
REINDEX TABLE t;
ANALYZE t;
:changed;
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'lists'::regclass;
SELECT body -> 'indexes' -> 'lists' AS invalid FROM schema_objects_live() WHERE name = 'sm_cat.t';
:changed;

DROP SCHEMA sm_cat CASCADE;
