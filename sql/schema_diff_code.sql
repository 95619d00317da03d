-- schema_diff(): what changes of routines, types, triggers, privileges and policies mean
CREATE TYPE schema_diff_rows AS (change text, object_name text, property text, rule text, bump text, direction text, hazard text, evidence text);
-- runs DDL, says what the comparison with the snapshot makes of it, and undoes it
CREATE FUNCTION changes(ddl text)
RETURNS TABLE (change text, object_name text, property text, rule text, bump text, direction text, hazard text, evidence text)
LANGUAGE plpgsql AS $$
DECLARE
	found schema_diff_rows[];
BEGIN
	BEGIN
		EXECUTE ddl;
		found := ARRAY(SELECT (d.change, d.object_type || ' ' || d.object_name, d.property, d.rule, d.bump, d.direction,
							   d.hazard, d.evidence)::schema_diff_rows FROM schema_diff((SELECT max(id) FROM schema_snapshots)) d);
		RAISE EXCEPTION USING ERRCODE = 'R0001';
	EXCEPTION WHEN SQLSTATE 'R0001' THEN
		RETURN QUERY SELECT f.* FROM unnest(found) f;
	END;
END $$;
SET client_min_messages = warning;
CREATE ROLE regress_diff_web;
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN app.posint AS integer CHECK (VALUE > 0);
CREATE TYPE app.pair AS (a integer, b text);
CREATE FUNCTION app.f(a integer, b text DEFAULT 'x') RETURNS text LANGUAGE sql AS 'SELECT b';
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE app.t (a integer PRIMARY KEY, b text);
CREATE TRIGGER tr BEFORE INSERT ON app.t FOR EACH ROW EXECUTE FUNCTION app.touch();
CREATE VIEW app.v AS SELECT a, b FROM app.t;
CREATE POLICY p ON app.t FOR SELECT USING (a > 0);
CREATE POLICY r ON app.t AS RESTRICTIVE TO regress_diff_web USING (b <> 'x');
CREATE SEQUENCE app.s;
SET client_min_messages = error; -- that wal_level does not do, in another wording from 17 on
CREATE PUBLICATION regress_diff_pub FOR TABLE app.t;
SET client_min_messages = warning;
GRANT SELECT ON app.t TO regress_diff_web;
SELECT take_schema_snapshot() > 0 AS taken;

-- routines
SELECT * FROM changes('CREATE OR REPLACE FUNCTION app.f(a integer, b text DEFAULT ''x'') RETURNS text LANGUAGE sql AS ''SELECT upper(b)''');
SELECT * FROM changes('CREATE OR REPLACE FUNCTION app.f(a integer DEFAULT 1, b text DEFAULT ''x'') RETURNS text LANGUAGE sql AS ''SELECT b''');
SELECT * FROM changes('DROP FUNCTION app.f(integer, text); CREATE FUNCTION app.f(a integer, b text) RETURNS text LANGUAGE sql AS ''SELECT b''');
SELECT * FROM changes('DROP FUNCTION app.f(integer, text); CREATE FUNCTION app.f(x integer, b text DEFAULT ''x'') RETURNS text LANGUAGE sql AS ''SELECT b''');
SELECT * FROM changes('DROP FUNCTION app.f(integer, text); CREATE FUNCTION app.f(a integer, b text DEFAULT ''x'') RETURNS integer LANGUAGE sql AS ''SELECT 1''');
-- further arguments with defaults take the older calls; without they do not
SELECT * FROM changes('DROP FUNCTION app.f(integer, text); CREATE FUNCTION app.f(a integer, b text DEFAULT ''x'', c integer DEFAULT 0) RETURNS text LANGUAGE sql AS ''SELECT b''');
SELECT * FROM changes('DROP FUNCTION app.f(integer, text); CREATE FUNCTION app.f(a integer, c integer, b text DEFAULT ''x'') RETURNS text LANGUAGE sql AS ''SELECT b''');
SELECT * FROM changes('ALTER FUNCTION app.f(integer, text) RENAME TO g');
SELECT * FROM changes('ALTER FUNCTION app.f(integer, text) SECURITY DEFINER COST 5 SET work_mem = ''1MB''');
SELECT * FROM changes('REVOKE EXECUTE ON FUNCTION app.f(integer, text) FROM PUBLIC');
-- types
SELECT * FROM changes('CREATE TYPE app.fresh AS ENUM (''a'')');
SELECT * FROM changes('ALTER TYPE app.mood ADD VALUE ''ecstatic''');
SELECT * FROM changes('ALTER TYPE app.mood ADD VALUE ''meh'' BEFORE ''ok''');
SELECT * FROM changes('ALTER TYPE app.mood RENAME VALUE ''ok'' TO ''fine''');
SELECT * FROM changes('DROP TYPE app.mood; CREATE TYPE app.mood AS ENUM (''ok'', ''sad'', ''happy'')');
SELECT * FROM changes('ALTER TYPE app.mood RENAME TO feeling');
SELECT * FROM changes('ALTER DOMAIN app.posint SET NOT NULL; ALTER DOMAIN app.posint DROP CONSTRAINT posint_check');
SELECT * FROM changes('DROP DOMAIN app.posint; CREATE DOMAIN app.posint AS bigint CHECK (VALUE > 0)');
SELECT * FROM changes('ALTER TYPE app.pair ADD ATTRIBUTE c integer; ALTER TYPE app.pair ALTER ATTRIBUTE a TYPE bigint; ALTER TYPE app.pair DROP ATTRIBUTE b');
SELECT * FROM changes('DROP TYPE app.pair');
-- triggers, rules
SELECT * FROM changes('ALTER TABLE app.t DISABLE TRIGGER tr');
SELECT * FROM changes('DROP TRIGGER tr ON app.t');
SELECT * FROM changes('CREATE RULE ru AS ON DELETE TO app.t DO INSTEAD NOTHING');
-- views
SELECT * FROM changes('CREATE OR REPLACE VIEW app.v AS SELECT a, b FROM app.t WHERE a > 5');
SELECT * FROM changes('CREATE OR REPLACE VIEW app.v AS SELECT a, b, 1 AS c FROM app.t');
SELECT * FROM changes('ALTER VIEW app.v SET (security_invoker = true)');
-- privileges: security either way
SELECT * FROM changes('GRANT INSERT ON app.t TO regress_diff_web');
SELECT * FROM changes('REVOKE SELECT ON app.t FROM regress_diff_web');
SELECT * FROM changes('GRANT UPDATE (b) ON app.t TO PUBLIC');
SELECT * FROM changes('GRANT USAGE ON SCHEMA app TO regress_diff_web');
SELECT * FROM changes('ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO regress_diff_web');
-- policies
SELECT * FROM changes('ALTER TABLE app.t ENABLE ROW LEVEL SECURITY');
SELECT * FROM changes('DROP POLICY p ON app.t');
SELECT * FROM changes('DROP POLICY r ON app.t');
SELECT * FROM changes('CREATE POLICY q ON app.t; CREATE POLICY q2 ON app.t AS RESTRICTIVE');
SELECT * FROM changes('ALTER POLICY p ON app.t TO regress_diff_web');
SELECT * FROM changes('ALTER POLICY r ON app.t TO regress_diff_web, pg_monitor');
SELECT * FROM changes('ALTER POLICY p ON app.t USING (a > 1)');
-- sequences, publications
SELECT * FROM changes('ALTER SEQUENCE app.s INCREMENT 2 CACHE 5');
SELECT * FROM changes('ALTER SEQUENCE app.s AS integer');
SELECT * FROM changes('ALTER PUBLICATION regress_diff_pub SET (publish = ''insert'')');
SELECT * FROM changes('ALTER PUBLICATION regress_diff_pub DROP TABLE app.t');
-- the cluster
SELECT * FROM changes('CREATE ROLE regress_diff_other; GRANT regress_diff_other TO regress_diff_web; ALTER ROLE regress_diff_web CREATEDB');
SELECT * FROM changes('ALTER ROLE regress_diff_web RENAME TO regress_diff_http');

DROP PUBLICATION regress_diff_pub;
DROP SCHEMA app CASCADE;
DROP FUNCTION changes(text);
DROP TYPE schema_diff_rows;
DROP ROLE regress_diff_web;
