-- what schema_health() finds, and that each statement it proposes ends its finding
-- (in a database of its own: what other tests leave would be found too)
SELECT current_database() AS main \gset
CREATE DATABASE regress_health;
\c regress_health
SET client_min_messages = warning;
CREATE EXTENSION summit_migrate;
RESET client_min_messages;
CREATE SCHEMA health_s;
SET search_path = health_s, public;
SELECT * FROM schema_health();

-- indexes: equal ones, and one that another begins with; the one that something needs stays
CREATE TABLE dup (id int, a int, b text, c text CONSTRAINT dup_c UNIQUE, parent int);
CREATE INDEX dup_a1 ON dup (a);
CREATE INDEX dup_a2 ON dup (a);
CREATE INDEX dup_c2 ON dup (c);
CREATE INDEX dup_e1 ON dup (lower(b)) WHERE a > 0;
CREATE INDEX dup_e2 ON dup (lower(b)) WHERE a > 0;
CREATE TABLE referenced (id int CONSTRAINT ref_one UNIQUE, CONSTRAINT ref_two UNIQUE (id));
ALTER TABLE referenced ADD CONSTRAINT ref_three UNIQUE (id);
CREATE TABLE referring (id int PRIMARY KEY REFERENCES referenced (id));
CREATE TABLE prefix (a int, b int, c int);
CREATE INDEX prefix_a ON prefix (a);
CREATE INDEX prefix_ab ON prefix (a, b);
CREATE TABLE duplicated (id int, a int) PARTITION BY RANGE (id);
CREATE TABLE duplicated_1 PARTITION OF duplicated FOR VALUES FROM (0) TO (10);
CREATE INDEX duplicated_a1 ON duplicated (a);
CREATE INDEX duplicated_a2 ON duplicated (a);
CREATE INDEX duplicated_own ON duplicated_1 (a);
-- these are not equal
CREATE TABLE differs (a int, b text, c text);
CREATE INDEX differs_1 ON differs (b);
CREATE INDEX differs_2 ON differs (b text_pattern_ops);
CREATE INDEX differs_3 ON differs (b COLLATE "POSIX");
CREATE INDEX differs_4 ON differs (b DESC);
CREATE INDEX differs_5 ON differs (b) WHERE a > 0;
CREATE INDEX differs_6 ON differs (b) INCLUDE (c);
CREATE INDEX differs_7 ON differs USING hash (b);
CREATE UNIQUE INDEX differs_8 ON differs (c);
CREATE UNIQUE INDEX differs_9 ON differs (c) NULLS NOT DISTINCT;
CREATE UNIQUE INDEX differs_10 ON differs (a);
CREATE INDEX differs_11 ON differs (a, b);
-- an index that failed to be built, one that has a valid twin, a partitioned one that waits
CREATE TABLE invalid (a int, "B b" int);
CREATE INDEX invalid_a ON invalid (a);
CREATE INDEX invalid_twin ON invalid ("B b");
CREATE INDEX invalid_twin_ccnew ON invalid ("B b");
UPDATE pg_index SET indisvalid = false WHERE indexrelid IN ('invalid_a'::regclass, 'invalid_twin_ccnew'::regclass);
CREATE TABLE waits (id int, a text) PARTITION BY RANGE (id);
CREATE TABLE waits_1 PARTITION OF waits FOR VALUES FROM (0) TO (10);
CREATE TABLE waits_2 PARTITION OF waits FOR VALUES FROM (10) TO (20);
CREATE INDEX "waits Idx" ON ONLY waits (lower(a) DESC, id) WHERE id > 3;
CREATE INDEX waits_1_idx ON waits_1 (lower(a) DESC, id) WHERE id > 3;
ALTER INDEX "waits Idx" ATTACH PARTITION waits_1_idx;
SELECT problem, severity, object_name, evidence, statement FROM schema_health() WHERE object_type = 'index';
SELECT line FROM schema_health(), regexp_split_to_table(statement, E';\n') WITH ORDINALITY l (line, n)
WHERE object_type = 'index' AND problem <> 'index that is the beginning of another'
ORDER BY object_name COLLATE "C", n \gexec
SELECT object_name, statement FROM schema_health() WHERE object_type = 'index';
DROP INDEX prefix_a;

-- constraints and triggers
ALTER TABLE dup ADD CONSTRAINT positive CHECK (a > 0) NOT VALID;
ALTER TABLE dup ADD CONSTRAINT "To Ref" FOREIGN KEY (parent) REFERENCES referenced (id) NOT VALID;
CREATE TABLE inherits_check () INHERITS (dup);
CREATE DOMAIN positive_int AS int;
CREATE TABLE uses_domain (v positive_int);
ALTER DOMAIN positive_int ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID;
CREATE FUNCTION noop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER "Watch It" BEFORE INSERT ON dup FOR EACH ROW EXECUTE FUNCTION noop();
ALTER TABLE dup DISABLE TRIGGER "Watch It";
CREATE TABLE unchecked (id int PRIMARY KEY, r int CONSTRAINT unchecked_fk REFERENCES referenced (id));
ALTER TABLE unchecked DISABLE TRIGGER ALL;
CREATE FUNCTION event_noop() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER health_event ON ddl_command_end EXECUTE FUNCTION event_noop();
ALTER EVENT TRIGGER health_event DISABLE;
SELECT problem, severity, object_type, object_name, regexp_replace(statement, '\d+', 'N', 'g') AS statement FROM schema_health();
\set ECHO none
SELECT statement FROM schema_health() \gexec
\set ECHO all
SELECT object_name, statement FROM schema_health();
DROP EVENT TRIGGER health_event;

-- keys near their end, with what refers to them; sequences near their own
CREATE TABLE serials (id serial PRIMARY KEY, small smallint GENERATED ALWAYS AS IDENTITY, far bigserial);
CREATE TABLE refers (s int REFERENCES serials);
CREATE INDEX ON refers (s);
CREATE SEQUENCE own_end MAXVALUE 100;
CREATE TABLE by_default (id bigint DEFAULT nextval('own_end'));
CREATE SEQUENCE downwards INCREMENT -1 MINVALUE -100;
CREATE TABLE by_default_down (id bigint DEFAULT nextval('downwards'));
CREATE SEQUENCE round_about MAXVALUE 100 CYCLE;
CREATE TABLE cycles (id int DEFAULT nextval('round_about'));
SELECT setval('serials_id_seq', 2000000000), setval('serials_small_seq', 20000), setval('serials_far_seq', 2000000000),
	   setval('own_end', 80), setval('downwards', -95), setval('round_about', 99);
SELECT problem, severity, object_type, object_name, evidence, statement FROM schema_health();
SELECT line FROM schema_health(), regexp_split_to_table(statement, E';\n') WITH ORDINALITY l (line, n)
ORDER BY object_name COLLATE "C", n \gexec
SELECT object_name, evidence, statement FROM schema_health();

-- sequences of nobody: not those in a default, a function body the catalog knows, a view
CREATE SEQUENCE orphan;
CREATE SEQUENCE "In A View";
CREATE VIEW uses_sequence AS SELECT last_value FROM "In A View";
CREATE SEQUENCE in_function;
CREATE FUNCTION next_one() RETURNS bigint BEGIN ATOMIC SELECT nextval('in_function'); END;
SELECT nextval('orphan');
SELECT problem, severity, object_name, evidence, statement FROM schema_health();
SELECT statement FROM schema_health() \gexec
SELECT object_name, statement FROM schema_health();

-- tables: published without identity, unlogged, without autovacuum; a schema for everybody
SET client_min_messages = error;
CREATE TABLE no_key (a int);
CREATE TABLE fit_key (a int NOT NULL);
CREATE UNIQUE INDEX fit_key_a ON fit_key (a);
CREATE TABLE full_identity (a int);
ALTER TABLE full_identity REPLICA IDENTITY FULL;
CREATE TABLE inserts_only (a int);
CREATE TABLE has_key (a int PRIMARY KEY);
CREATE TABLE parted (a int) PARTITION BY RANGE (a);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
CREATE PUBLICATION health_pub FOR TABLE no_key, fit_key, full_identity, has_key, parted;
CREATE PUBLICATION health_inserts FOR TABLE inserts_only WITH (publish = 'insert');
RESET client_min_messages;
CREATE UNLOGGED TABLE forgets (a int);
CREATE TABLE grows (a int) WITH (autovacuum_enabled = no);
CREATE SCHEMA "Open House";
GRANT CREATE ON SCHEMA "Open House" TO PUBLIC;
SELECT problem, severity, object_type, object_name, evidence, statement FROM schema_health();
SELECT statement FROM schema_health() \gexec
SELECT object_name, statement FROM schema_health();
DROP PUBLICATION health_pub, health_inserts;
DROP SCHEMA "Open House";
-- a wraparound that comes near
BEGIN;
UPDATE pg_class SET relfrozenxid = ((txid_current()::bigint + 4294967296 - 1700000000) % 4294967296)::text::xid
WHERE oid = 'grows'::regclass;
SELECT problem, severity, object_name, statement FROM schema_health();
ROLLBACK;

-- temporary objects and those of extensions are nobody's business
CREATE TEMP TABLE temporary (a int);
CREATE INDEX ON temporary (a);
CREATE INDEX ON temporary (a);
CREATE TEMP SEQUENCE temporary_sequence;
SELECT * FROM schema_health();
DROP TABLE temporary;
DROP SEQUENCE temporary_sequence;

-- a reader sees the sequences too, which are not open to him
CREATE ROLE regress_health_reader;
SELECT grant_migration_role('reader', 'regress_health_reader');
CREATE TABLE hidden (id smallserial);
SELECT setval('hidden_id_seq', 30000);
SET ROLE regress_health_reader;
SELECT problem, severity, object_name FROM public.schema_health();
SELECT * FROM public.health_check_routines();
RESET ROLE;
DROP OWNED BY regress_health_reader;
DROP ROLE regress_health_reader;

\c :main
DROP DATABASE regress_health;
