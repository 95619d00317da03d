-- Mutations of tables, their columns and partitions (see SchemaOracle.pm for the form).
== table added
CREATE TABLE app.new_table (id integer PRIMARY KEY, v text DEFAULT 'x');
-- undo
DROP TABLE app.new_table;
== table dropped
DROP TABLE app.scratch;
-- undo
CREATE TABLE app.scratch (id integer, v text);
== table renamed
ALTER TABLE app.users RENAME TO people;
-- undo
ALTER TABLE app.people RENAME TO users;
== partitioned table renamed
ALTER TABLE app.logs RENAME TO journal;
-- undo
ALTER TABLE app.journal RENAME TO logs;
== table moved
ALTER TABLE app.pairs SET SCHEMA "Odd Schema";
-- undo
ALTER TABLE "Odd Schema".pairs SET SCHEMA app;
== table owner
ALTER TABLE app.users OWNER TO oracle_heir;
-- undo
ALTER TABLE app.users OWNER TO oracle_owner;
== table comment
COMMENT ON TABLE app.users IS 'persons';
-- undo
COMMENT ON TABLE app.users IS 'people';
== table comment gone
COMMENT ON TABLE app.users IS NULL;
-- undo
COMMENT ON TABLE app.users IS 'people';
== table unlogged
ALTER TABLE app.spare SET UNLOGGED;
-- undo
ALTER TABLE app.spare SET LOGGED;
== table access method
ALTER TABLE app.own_method SET ACCESS METHOD heap;
-- undo
ALTER TABLE app.own_method SET ACCESS METHOD app_heap;
== table tablespace
ALTER TABLE app.unlogged SET TABLESPACE oracle_second;
-- undo
ALTER TABLE app.unlogged SET TABLESPACE oracle_space;
== table tablespace default
ALTER TABLE app.unlogged SET TABLESPACE pg_default;
-- undo
ALTER TABLE app.unlogged SET TABLESPACE oracle_space;
== partitioned table tablespace
ALTER TABLE app.by_list SET TABLESPACE oracle_space;
-- undo
ALTER TABLE app.by_list SET TABLESPACE pg_default;
== table option changed
ALTER TABLE app.users SET (fillfactor = 85);
-- undo
ALTER TABLE app.users SET (fillfactor = 80);
== table option added
ALTER TABLE app.users SET (autovacuum_vacuum_threshold = 99);
-- undo
ALTER TABLE app.users RESET (autovacuum_vacuum_threshold);
== table option gone
ALTER TABLE app.users RESET (fillfactor);
-- undo
ALTER TABLE app.users SET (fillfactor = 80);
== toast option changed
ALTER TABLE app.users SET (toast.autovacuum_enabled = true);
-- undo
ALTER TABLE app.users SET (toast.autovacuum_enabled = false);
== toast option added
ALTER TABLE app.pairs SET (toast.autovacuum_vacuum_threshold = 5);
-- undo
ALTER TABLE app.pairs RESET (toast.autovacuum_vacuum_threshold);
== replica identity nothing
ALTER TABLE app.orders REPLICA IDENTITY NOTHING;
-- undo
ALTER TABLE app.orders REPLICA IDENTITY FULL;
== replica identity default
ALTER TABLE app.orders REPLICA IDENTITY DEFAULT;
-- undo
ALTER TABLE app.orders REPLICA IDENTITY FULL;
== replica identity index
ALTER TABLE app.spare REPLICA IDENTITY USING INDEX spare_unique;
-- undo
ALTER TABLE app.spare REPLICA IDENTITY DEFAULT;
== row security off
ALTER TABLE app.orders DISABLE ROW LEVEL SECURITY;
-- undo
ALTER TABLE app.orders ENABLE ROW LEVEL SECURITY;
== row security forced
ALTER TABLE app.orders FORCE ROW LEVEL SECURITY;
-- undo
ALTER TABLE app.orders NO FORCE ROW LEVEL SECURITY;
== table grant
GRANT DELETE ON app.users TO oracle_reader;
-- undo
REVOKE DELETE ON app.users FROM oracle_reader;
== table grant to public
GRANT SELECT ON app.users TO PUBLIC;
-- undo
REVOKE SELECT ON app.users FROM PUBLIC;
== table revoke
REVOKE INSERT ON app.users FROM oracle_app;
-- undo
GRANT INSERT ON app.users TO oracle_app WITH GRANT OPTION;
== table grant option gone
REVOKE GRANT OPTION FOR SELECT ON app.users FROM oracle_app;
-- undo
GRANT SELECT ON app.users TO oracle_app WITH GRANT OPTION;
== table grant by another
SET LOCAL ROLE oracle_app;
GRANT SELECT ON app.users TO oracle_group;
RESET ROLE;
-- undo
SET LOCAL ROLE oracle_app;
REVOKE SELECT ON app.users FROM oracle_group;
RESET ROLE;
== owner's own privilege gone
REVOKE TRUNCATE ON app.users FROM oracle_owner;
-- undo
GRANT TRUNCATE ON app.users TO oracle_owner;
== privileges of the owner alone : same
GRANT ALL ON app.spare TO postgres;
-- undo
REVOKE ALL ON app.pairs FROM oracle_other;
== typed table made plain
ALTER TABLE app.typed NOT OF;
-- undo
ALTER TABLE app.typed OF app.address;
== inheritance added
ALTER TABLE app.lonely ALTER id SET NOT NULL, ADD CONSTRAINT orders_note CHECK (note IS NOT NULL);
ALTER TABLE app.lonely INHERIT app.orders;
-- undo
ALTER TABLE app.lonely NO INHERIT app.orders;
ALTER TABLE app.lonely DROP CONSTRAINT orders_note;
ALTER TABLE app.lonely ALTER id DROP NOT NULL;
== second parent
CREATE TABLE app.second_parent (extra integer);
ALTER TABLE app.child INHERIT app.second_parent;
-- undo
ALTER TABLE app.child NO INHERIT app.second_parent;
DROP TABLE app.second_parent;
== order of parents
CREATE TABLE app.p1 (a integer);
CREATE TABLE app.p2 (a integer);
CREATE TABLE app.p12 () INHERITS (app.p2, app.p1);
-- undo
DROP TABLE app.p12, app.p2, app.p1;
== order of parents, the other way
CREATE TABLE app.p1 (a integer);
CREATE TABLE app.p2 (a integer);
CREATE TABLE app.p12 () INHERITS (app.p1, app.p2);
-- undo
DROP TABLE app.p12, app.p2, app.p1;
== rows : same
INSERT INTO app.scratch VALUES (1, 'x');
-- undo
TRUNCATE app.scratch;
== analyze : same
ANALYZE app.spare;
-- undo
ANALYZE app.spare;
== vacuum full : same alone
VACUUM FULL app.spare
-- undo
VACUUM app.spare
== truncate : same
TRUNCATE app.spare;
-- undo
TRUNCATE app.spare;
== cluster : same
CLUSTER app.users;
-- undo
CLUSTER app.users;
== temporary table : same
CREATE TEMP TABLE passing (a integer PRIMARY KEY, b text);
CREATE INDEX ON passing (b);
CREATE VIEW pg_temp.passing_view AS SELECT * FROM passing;
-- undo
DROP TABLE passing CASCADE;
== dropped column : same
ALTER TABLE app.spare ADD COLUMN hole integer;
ALTER TABLE app.spare DROP COLUMN hole;
-- undo
SELECT 1;
== rewrite with a hole : same
ALTER TABLE app.spare ADD COLUMN hole integer DEFAULT 5;
ALTER TABLE app.spare DROP COLUMN hole;
-- undo
SELECT 1;
== column added
ALTER TABLE app.users ADD COLUMN age integer;
-- undo
ALTER TABLE app.users DROP COLUMN age;
== column added to parents : lost
ALTER TABLE app.orders ADD COLUMN more text DEFAULT 'm';
-- undo
ALTER TABLE app.orders DROP COLUMN more;
== columns added in one order
ALTER TABLE app.spare ADD COLUMN p integer, ADD COLUMN q text;
-- undo
ALTER TABLE app.spare DROP COLUMN p, DROP COLUMN q;
== columns added in the other order
ALTER TABLE app.spare ADD COLUMN q text, ADD COLUMN p integer;
-- undo
ALTER TABLE app.spare DROP COLUMN p, DROP COLUMN q;
== last column dropped
ALTER TABLE app.spare DROP COLUMN w;
-- undo
ALTER TABLE app.spare ADD COLUMN w integer;
== column renamed
ALTER TABLE app.users RENAME COLUMN name TO label;
-- undo
ALTER TABLE app.users RENAME COLUMN label TO name;
== column renamed in all partitions
ALTER TABLE app.logs RENAME COLUMN n TO amount;
-- undo
ALTER TABLE app.logs RENAME COLUMN amount TO n;
== odd column renamed
ALTER TABLE "Odd Schema"."Odd Table" RENAME COLUMN "a,b" TO "a, b";
-- undo
ALTER TABLE "Odd Schema"."Odd Table" RENAME COLUMN "a, b" TO "a,b";
== column type
ALTER TABLE app.spare ALTER v TYPE varchar(30);
-- undo
ALTER TABLE app.spare ALTER v TYPE text;
== column modifier
ALTER TABLE app.scratch ALTER v TYPE varchar(30);
-- undo
ALTER TABLE app.scratch ALTER v TYPE text;
== column array type
ALTER TABLE app.spare ALTER v TYPE text[] USING NULL;
-- undo
ALTER TABLE app.spare ALTER v TYPE text USING NULL;
== column type of another schema
ALTER TABLE app.spare ALTER v TYPE public.citext;
-- undo
ALTER TABLE app.spare ALTER v TYPE text;
== column collation
ALTER TABLE app.spare ALTER v TYPE text COLLATE app.german;
-- undo
ALTER TABLE app.spare ALTER v TYPE text COLLATE "default";
== column not null
ALTER TABLE app.spare ALTER w SET NOT NULL;
-- undo
ALTER TABLE app.spare ALTER w DROP NOT NULL;
== column null
ALTER TABLE app.users ALTER name DROP NOT NULL;
-- undo
ALTER TABLE app.users ALTER name SET NOT NULL;
== default changed
ALTER TABLE app.users ALTER name SET DEFAULT 'none';
-- undo
ALTER TABLE app.users ALTER name SET DEFAULT 'n/a';
== default gone
ALTER TABLE app.users ALTER born DROP DEFAULT;
-- undo
ALTER TABLE app.users ALTER born SET DEFAULT '2001-02-03';
== default of styles
ALTER TABLE app.users ALTER wait SET DEFAULT '2 days 02:03:04.5';
-- undo
ALTER TABLE app.users ALTER wait SET DEFAULT '1 day 02:03:04';
== default of bytes
ALTER TABLE app.users ALTER raw SET DEFAULT '\x5c42';
-- undo
ALTER TABLE app.users ALTER raw SET DEFAULT '\x5c41';
== default of a time
ALTER TABLE app.orders ALTER at SET DEFAULT '2024-05-06 07:08:10+00';
-- undo
ALTER TABLE app.orders ALTER at SET DEFAULT '2024-05-06 07:08:09+00';
== default null : same
ALTER TABLE app.spare ALTER v SET DEFAULT NULL;
-- undo
ALTER TABLE app.spare ALTER v DROP DEFAULT;
== default of a child
ALTER TABLE app.child ALTER user_id SET DEFAULT 4;
-- undo
ALTER TABLE app.child ALTER user_id SET DEFAULT 3;
== default of a partition
ALTER TABLE app.logs_2024 ALTER n SET DEFAULT 25;
-- undo
ALTER TABLE app.logs_2024 ALTER n SET DEFAULT 24;
== generated column made plain
ALTER TABLE app.users ALTER double_weight DROP EXPRESSION;
-- undo
ALTER TABLE app.users DROP COLUMN double_weight;
ALTER TABLE app.users ADD COLUMN double_weight numeric GENERATED ALWAYS AS (weight * 2) STORED;
ALTER TABLE app.users DROP COLUMN serial_no;
ALTER TABLE app.users ADD COLUMN serial_no serial;
CREATE UNIQUE INDEX users_serial ON app.users (serial_no) NULLS NOT DISTINCT;
ALTER TABLE app.users DROP COLUMN codes;
ALTER TABLE app.users ADD COLUMN codes integer[];
CREATE INDEX users_codes ON app.users USING gin (codes) WITH (fastupdate = off);
ALTER INDEX app.users_codes DEPENDS ON EXTENSION lo;
== identity always
ALTER TABLE app.users ALTER id SET GENERATED ALWAYS;
-- undo
ALTER TABLE app.users ALTER id SET GENERATED BY DEFAULT;
== identity parameters
ALTER TABLE app.users ALTER id SET INCREMENT 3 SET CACHE 4 SET CYCLE;
-- undo
ALTER TABLE app.users ALTER id SET INCREMENT 2 SET CACHE 1 SET NO CYCLE;
== identity gone
ALTER TABLE app.users ALTER id DROP IDENTITY;
-- undo
ALTER TABLE app.users ALTER id ADD GENERATED BY DEFAULT AS IDENTITY (START 10 INCREMENT 2);
== identity added
ALTER TABLE app.spare ALTER id ADD GENERATED ALWAYS AS IDENTITY;
-- undo
ALTER TABLE app.spare ALTER id DROP IDENTITY;
== column storage
ALTER TABLE app.users ALTER raw SET STORAGE MAIN;
-- undo
ALTER TABLE app.users ALTER raw SET STORAGE EXTERNAL;
== column compression
ALTER TABLE app.users ALTER raw SET COMPRESSION pglz;
-- undo
ALTER TABLE app.users ALTER raw SET COMPRESSION default;
== column statistics
ALTER TABLE app.users ALTER name SET STATISTICS 300;
-- undo
ALTER TABLE app.users ALTER name SET STATISTICS 200;
== column statistics zero
ALTER TABLE app.users ALTER weight SET STATISTICS 0;
-- undo
ALTER TABLE app.users ALTER weight SET STATISTICS -1;
== column options
ALTER TABLE app.users ALTER name SET (n_distinct = -0.6);
-- undo
ALTER TABLE app.users ALTER name SET (n_distinct = -0.5);
== column option added
ALTER TABLE app.users ALTER born SET (n_distinct_inherited = 5);
-- undo
ALTER TABLE app.users ALTER born RESET (n_distinct_inherited);
== column comment
COMMENT ON COLUMN app.users.mail IS 'one only';
-- undo
COMMENT ON COLUMN app.users.mail IS 'unique';
== column grant
GRANT SELECT (born) ON app.users TO oracle_reader;
-- undo
REVOKE SELECT (born) ON app.users FROM oracle_reader;
== column revoke
REVOKE UPDATE (mood) ON app.users FROM oracle_app;
-- undo
GRANT UPDATE (mood) ON app.users TO oracle_app;
== columns of a child made local
ALTER TABLE app.daughter NO INHERIT app.mother, NO INHERIT app.father;
ALTER TABLE app.daughter INHERIT app.mother;
ALTER TABLE app.daughter INHERIT app.father;
-- undo
DROP TABLE app.daughter;
CREATE TABLE app.daughter () INHERITS (app.mother, app.father);
== partition attached
ALTER TABLE app.logs ATTACH PARTITION app.logs_loose FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');
-- undo
ALTER TABLE app.logs DETACH PARTITION app.logs_loose;
DROP TABLE app.logs_loose;
CREATE TABLE app.logs_loose (at date NOT NULL, kind text, n integer DEFAULT 0);
== partition detached
ALTER TABLE app.logs DETACH PARTITION app.logs_2024;
-- undo
ALTER TABLE app.logs ATTACH PARTITION app.logs_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
-- the index of the partition was attached with it
DROP INDEX app.logs_only;
CREATE INDEX logs_only ON ONLY app.logs (n);
CREATE INDEX logs_2024_n ON app.logs_2024 (n);
== partition detached and attached elsewhere
ALTER TABLE app.logs DETACH PARTITION app.logs_2024;
ALTER TABLE app.logs ATTACH PARTITION app.logs_2024 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
-- undo
ALTER TABLE app.logs DETACH PARTITION app.logs_2024;
ALTER TABLE app.logs ATTACH PARTITION app.logs_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
-- the index of the partition was attached with it
DROP INDEX app.logs_only;
CREATE INDEX logs_only ON ONLY app.logs (n);
CREATE INDEX logs_2024_n ON app.logs_2024 (n);
== partition created
CREATE TABLE app.logs_2022 PARTITION OF app.logs FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');
-- undo
DROP TABLE app.logs_2022;
== partition of a list created
CREATE TABLE app.by_list_c PARTITION OF app.by_list FOR VALUES IN ('c', NULL);
-- undo
DROP TABLE app.by_list_c;
== partition by hash created
CREATE TABLE app.by_list_a1 PARTITION OF app.by_list_a FOR VALUES WITH (MODULUS 2, REMAINDER 1);
-- undo
DROP TABLE app.by_list_a1;
== default partition dropped
DROP TABLE app.logs_rest;
-- undo
CREATE TABLE app.logs_rest PARTITION OF app.logs DEFAULT;
DROP INDEX app.logs_only;
CREATE INDEX logs_only ON ONLY app.logs (n);
DROP INDEX app.logs_2024_n;
CREATE INDEX logs_2024_n ON app.logs_2024 (n);
== partition key
DROP TABLE app.by_list;
CREATE TABLE app.by_list (k text, v integer) PARTITION BY RANGE (k text_pattern_ops, v);
-- undo
DROP TABLE app.by_list;
CREATE TABLE app.by_list (k text, v integer) PARTITION BY LIST (lower(k) COLLATE "C");
CREATE TABLE app.by_list_a PARTITION OF app.by_list FOR VALUES IN ('a', 'b') PARTITION BY HASH (v);
CREATE TABLE app.by_list_a0 PARTITION OF app.by_list_a FOR VALUES WITH (MODULUS 2, REMAINDER 0);
== partition key's collation
DROP TABLE app.by_list;
CREATE TABLE app.by_list (k text, v integer) PARTITION BY LIST (lower(k) COLLATE "POSIX");
-- undo
DROP TABLE app.by_list;
CREATE TABLE app.by_list (k text, v integer) PARTITION BY LIST (lower(k) COLLATE "C");
CREATE TABLE app.by_list_a PARTITION OF app.by_list FOR VALUES IN ('a', 'b') PARTITION BY HASH (v);
CREATE TABLE app.by_list_a0 PARTITION OF app.by_list_a FOR VALUES WITH (MODULUS 2, REMAINDER 0);
