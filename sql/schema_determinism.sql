-- the same schema has the same digests, whoever reads it under whatever settings
SET client_min_messages = warning;
CREATE ROLE regress_sm_reader;
CREATE SCHEMA "sm cat";
SET search_path = "sm cat", public;
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE FUNCTION twice(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE TABLE t (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at timestamptz DEFAULT '2020-01-01 00:00:00+02',
	"on" date DEFAULT '2020-02-03',
	every interval DEFAULT '1 day 02:00',
	bytes bytea DEFAULT '\x00ff',
	ratio float8 DEFAULT 0.1::float8 + 1e-10,
	price money DEFAULT 12.5::money,
	words text DEFAULT E'back\\slash''quote',
	state mood DEFAULT 'ok',
	number integer DEFAULT twice(2) CHECK (twice(number) > 3)
);
CREATE INDEX ON t (twice(number)) WHERE at > '2020-01-01 00:00:00+02' AND state = 'ok';
CREATE TABLE p (d timestamptz) PARTITION BY RANGE (d);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2020-01-01 00:00:00+00') TO ('2021-01-01 00:00:00+00');
CREATE VIEW v AS SELECT t.*, now() - interval '1 day' AS yesterday FROM t WHERE at > '2020-01-01 00:00:00+02';
CREATE FUNCTION f(a date DEFAULT '2020-02-03', b interval DEFAULT '2 hours') RETURNS date BEGIN ATOMIC SELECT max("on") FROM t WHERE at > '2020-01-01 00:00:00+02'; END;
CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW WHEN (new.at > '2020-01-01 00:00:00+02') EXECUTE FUNCTION suppress_redundant_updates_trigger();
CREATE POLICY po ON t USING (at > '2020-01-01 00:00:00+02');
CREATE STATISTICS st ON (twice(number)), (at + interval '1 day') FROM t;
SELECT grant_migration_role('reader', 'regress_sm_reader');
CREATE TEMP TABLE before AS SELECT true AS portable, * FROM schema_objects_live(true) UNION ALL SELECT false, * FROM schema_objects_live(false);
GRANT SELECT ON before TO regress_sm_reader;
\set differs 'SELECT count(*) FROM (SELECT true AS portable, * FROM public.schema_objects_live(true) UNION ALL SELECT false, * FROM public.schema_objects_live(false)) n FULL JOIN pg_temp.before o USING (portable, section, kind, name) WHERE n.digest IS DISTINCT FROM o.digest OR n.body IS DISTINCT FROM o.body'
SELECT count(*) > 30 AS enough, count(*) = count(DISTINCT (portable, section, kind, name)) AS distinct FROM before;
:differs;
SET search_path = '';
:differs;
SET search_path = pg_temp, "sm cat", public, pg_catalog;
:differs;
SET TimeZone = 'Asia/Kathmandu';
SET DateStyle = 'German, DMY';
SET IntervalStyle = 'sql_standard';
SET bytea_output = 'escape';
SET standard_conforming_strings = off;
SET escape_string_warning = off;
SET quote_all_identifiers = on;
SET extra_float_digits = -15;
SET lc_monetary = 'C.UTF-8';
SET default_transaction_isolation = 'serializable';
SET row_security = off;
SET enable_indexscan = off;
:differs;
SET ROLE regress_sm_reader;
:differs;
RESET ROLE;
-- what the session had set it still has
SHOW TimeZone;
SHOW quote_all_identifiers;
SHOW search_path;
RESET ALL;
SET client_min_messages = warning;
SET search_path = "sm cat", public;

-- an older snapshot of the transaction does not hide what is there now
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) FROM before WHERE false;
CREATE TABLE fresh (a integer CHECK (a > 0));
CREATE RULE r AS ON INSERT TO fresh DO INSTEAD NOTHING;
SELECT name, body -> 'rules' -> 'r' ->> 'definition' AS rule FROM schema_objects_live() WHERE name LIKE '%fresh';
ROLLBACK;

-- single objects are what a full read says: each object asked for by its own
-- OID, and by all that is part of it
CREATE TEMP TABLE atoms AS
	SELECT 'pg_class'::regclass AS catalog, oid FROM pg_class WHERE relpersistence <> 't'
	UNION SELECT 'pg_type', oid FROM pg_type WHERE oid >= 16384
	UNION SELECT 'pg_proc', oid FROM pg_proc WHERE oid >= 16384
	UNION SELECT 'pg_constraint', oid FROM pg_constraint
	UNION SELECT 'pg_trigger', oid FROM pg_trigger
	UNION SELECT 'pg_policy', oid FROM pg_policy
	UNION SELECT 'pg_rewrite', oid FROM pg_rewrite WHERE oid >= 16384
	UNION SELECT 'pg_attrdef', oid FROM pg_attrdef
	UNION SELECT 'pg_statistic_ext', oid FROM pg_statistic_ext
	UNION SELECT 'pg_namespace', oid FROM pg_namespace
	UNION SELECT 'pg_extension', oid FROM pg_extension
	UNION SELECT 'pg_authid', oid FROM pg_authid
	UNION SELECT 'pg_database', oid FROM pg_database
	UNION SELECT 'pg_tablespace', oid FROM pg_tablespace
	UNION SELECT 'pg_parameter_acl', oid FROM pg_parameter_acl;
CREATE TEMP TABLE single AS SELECT DISTINCT s.* FROM atoms, schema_object_live(catalog, oid) s;
SELECT count(*) FROM (TABLE single EXCEPT SELECT * FROM schema_objects_live()) s;
SELECT section, kind, name FROM (SELECT * FROM schema_objects_live() EXCEPT TABLE single) s ORDER BY 1, 2, 3;
SELECT DISTINCT kind, name FROM atoms, schema_object_live(catalog, oid)
WHERE catalog IN ('pg_constraint'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass, 'pg_attrdef'::regclass, 'pg_rewrite'::regclass)
  AND kind <> 'database' AND kind <> 'extension' ORDER BY 1, 2;
SELECT count(*) FROM schema_object_live('pg_class', 'before'::regclass);
SELECT count(*) FROM schema_object_live('pg_class', 1);
SELECT count(*) FROM schema_object_live(NULL, 1);

DROP SCHEMA "sm cat" CASCADE;
DROP OWNED BY regress_sm_reader;
DROP ROLE regress_sm_reader;
