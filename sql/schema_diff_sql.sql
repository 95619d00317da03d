-- schema_diff_sql(): the statements run, and nothing differs afterwards
SET client_min_messages = warning;
CREATE ROLE regress_diff_web;
CREATE ROLE regress_diff_app;
-- runs DDL, lists the statements that lead back, runs them, and says what is left; undoes all of it.  Queries of views
-- and NOT NULL constraints are not shown: they are another text on other majors.
CREATE FUNCTION way_back(ddl text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	base integer := (SELECT max(id) FROM schema_snapshots);
	lines text[] := '{}';
	step record;
BEGIN
	BEGIN
		EXECUTE ddl;
		FOR step IN SELECT * FROM schema_diff_sql(base) LOOP
			lines := lines || coalesce(regexp_replace(regexp_replace(step.statement, E' AS\n +SELECT .*', ' AS ...'),
				E',\n    CONSTRAINT [^\n,]+ NOT NULL [^\n,]+', '', 'g'), format('-- %s %s: %s', step.object_type, step.object_name, step.reason));
			IF step.statement IS NOT NULL THEN
				EXECUTE step.statement;
			END IF;
		END LOOP;
		lines := lines || ARRAY(SELECT format('LEFT: %s %s %s %s', d.change, d.object_type, d.object_name, d.property) FROM schema_diff(base) d);
		RAISE EXCEPTION USING ERRCODE = 'R0001';
	EXCEPTION WHEN SQLSTATE 'R0001' THEN
		RETURN QUERY SELECT unnest(lines);
	END;
END $$;
CREATE SCHEMA app;
CREATE SCHEMA "Odd Schema";
CREATE TYPE app.mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN app.posint AS integer DEFAULT 1 NOT NULL CHECK (VALUE > 0);
CREATE TYPE app.pair AS (a integer, b text COLLATE "C");
CREATE TYPE app.span AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi);
CREATE SEQUENCE app.s AS integer START 5 INCREMENT 2 CACHE 3 CYCLE;
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE app.users (
	id bigint GENERATED ALWAYS AS IDENTITY (START 10) PRIMARY KEY,
	email varchar(50) NOT NULL,
	name text DEFAULT 'x',
	mood app.mood,
	total numeric(10,2) CONSTRAINT total_ok CHECK (total >= 0),
	shout text GENERATED ALWAYS AS (upper(email)) STORED);
CREATE TABLE app.orders (
	id serial PRIMARY KEY,
	user_id bigint REFERENCES app.users ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
	note text COLLATE "C",
	during int4range,
	CONSTRAINT odd UNIQUE (note) INCLUDE (user_id),
	EXCLUDE USING gist (during WITH &&)) WITH (fillfactor = 80);
CREATE INDEX orders_i ON app.orders (user_id DESC NULLS LAST, lower(note)) WHERE note IS NOT NULL;
CREATE FUNCTION app.f(a integer, b text DEFAULT 'q''') RETURNS text LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER COST 5
	SET search_path TO pg_catalog, "$user" AS 'BEGIN RETURN b || a; END';
CREATE VIEW app.v AS SELECT id, email FROM app.users WHERE mood = 'ok';
CREATE VIEW app.a_over_v WITH (security_barrier = true) AS SELECT * FROM app.v;
CREATE MATERIALIZED VIEW app.m AS SELECT count(*) AS c FROM app.users;
CREATE UNIQUE INDEX m_c ON app.m (c);
CREATE TRIGGER tr BEFORE UPDATE OF email ON app.users FOR EACH ROW WHEN (OLD.email IS DISTINCT FROM NEW.email) EXECUTE FUNCTION app.touch();
ALTER TABLE app.users ENABLE ALWAYS TRIGGER tr;
CREATE RULE ru AS ON INSERT TO app.v DO INSTEAD NOTHING;
ALTER TABLE app.users ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON app.users AS RESTRICTIVE FOR SELECT TO regress_diff_web USING (mood = 'ok');
CREATE TABLE app.parts (id integer NOT NULL, d date NOT NULL, x text, PRIMARY KEY (id, d), CHECK (x <> '')) PARTITION BY RANGE (d);
CREATE TABLE app.parts_1 PARTITION OF app.parts FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX parts_x ON app.parts (x);
CREATE TABLE app.base (a integer, b text CHECK (b <> ''));
CREATE TABLE app.child (c integer) INHERITS (app.base);
CREATE FUNCTION app.of_base(u app.base) RETURNS integer LANGUAGE sql RETURN u.a;
CREATE STATISTICS app.st (ndistinct, mcv) ON id, d FROM app.parts;
COMMENT ON TABLE app.users IS 'it''s';
COMMENT ON COLUMN app.users.email IS 'mail';
COMMENT ON CONSTRAINT odd ON app.orders IS 'c';
COMMENT ON INDEX app.orders_i IS 'i';
COMMENT ON TRIGGER tr ON app.users IS 't';
COMMENT ON DOMAIN app.posint IS 'd';
ALTER TABLE app.users OWNER TO regress_diff_app;
ALTER FUNCTION app.f(integer, text) OWNER TO regress_diff_app;
GRANT SELECT, INSERT ON app.users TO regress_diff_web;
GRANT UPDATE (email) ON app.users TO regress_diff_web;
GRANT USAGE ON SCHEMA app TO regress_diff_web WITH GRANT OPTION;
REVOKE EXECUTE ON FUNCTION app.f(integer, text) FROM PUBLIC;
CREATE TABLE "Odd Schema"."T %s" ("a""b" integer PRIMARY KEY, "select" text);
SELECT take_schema_snapshot() > 0 AS taken;

-- everything gone, in one go, and back
SELECT * FROM way_back('DROP SCHEMA app, "Odd Schema" CASCADE');
-- everything new, and away again: what is dropped goes in the order of what needs it
SELECT * FROM way_back('CREATE TABLE public.way_a (a integer PRIMARY KEY, b integer); CREATE TABLE public.way_b (a integer PRIMARY KEY REFERENCES public.way_a);
	ALTER TABLE public.way_a ADD FOREIGN KEY (b) REFERENCES public.way_b; CREATE VIEW public.way_v AS SELECT a FROM public.way_a;
	CREATE VIEW public.way_a_view AS SELECT * FROM public.way_v; CREATE FUNCTION public.way_f(public.way_v) RETURNS integer LANGUAGE sql AS ''SELECT 1'';
	CREATE TYPE public.way_t AS (a public.way_a)');
-- tables and columns
SELECT * FROM way_back('ALTER TABLE app.users ADD z integer NOT NULL DEFAULT 5, ALTER email DROP NOT NULL, ALTER name SET DEFAULT ''y''');
SELECT * FROM way_back('ALTER TABLE app.users ALTER name TYPE varchar(30), ALTER total TYPE numeric(12,4)');
SELECT * FROM way_back('ALTER TABLE app.users DROP name');
SELECT * FROM way_back('ALTER TABLE app.users ALTER id DROP IDENTITY');
SELECT * FROM way_back('ALTER TABLE app.users ALTER id SET GENERATED BY DEFAULT; ALTER SEQUENCE app.users_id_seq INCREMENT 7');
SELECT * FROM way_back('ALTER TABLE app.orders ALTER id DROP DEFAULT, ALTER note SET STORAGE external, ALTER note SET STATISTICS 9, ALTER user_id SET (n_distinct = 5)');
SELECT * FROM way_back('ALTER TABLE app.orders SET (fillfactor = 50, toast.autovacuum_enabled = off), REPLICA IDENTITY FULL');
SELECT * FROM way_back('ALTER TABLE app.parts DETACH PARTITION app.parts_1');
SELECT * FROM way_back('DROP TABLE app.parts_1');
SELECT * FROM way_back('DROP FUNCTION app.of_base(app.base); ALTER TABLE app.base ADD q integer; DROP TABLE app.child');
-- renames
SELECT * FROM way_back('ALTER TABLE app.users RENAME TO people; ALTER TABLE app.people RENAME email TO mail');
SELECT * FROM way_back('ALTER SCHEMA app RENAME TO shop');
SELECT * FROM way_back('ALTER TABLE app.orders SET SCHEMA "Odd Schema"; ALTER TABLE "Odd Schema"."T %s" RENAME TO "x""y"');
SELECT * FROM way_back('ALTER TABLE app.orders RENAME CONSTRAINT odd TO even; ALTER INDEX app.orders_i RENAME TO j; ALTER FUNCTION app.f(integer, text) RENAME TO g;
	ALTER TYPE app.mood RENAME TO feeling; ALTER TYPE app.feeling RENAME VALUE ''ok'' TO ''fine''');
-- constraints and indexes
SELECT * FROM way_back('ALTER TABLE app.users DROP CONSTRAINT total_ok; ALTER TABLE app.orders DROP CONSTRAINT odd, DROP CONSTRAINT orders_during_excl, DROP CONSTRAINT orders_user_id_fkey');
SELECT * FROM way_back('ALTER TABLE app.orders ALTER CONSTRAINT orders_user_id_fkey NOT DEFERRABLE');
SELECT * FROM way_back('ALTER TABLE app.orders DROP CONSTRAINT orders_user_id_fkey, ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES app.users NOT VALID');
SELECT * FROM way_back('DROP INDEX app.orders_i; CREATE INDEX orders_i ON app.orders USING hash (note); CREATE INDEX ON app.parts (d)');
-- views
SELECT * FROM way_back('DROP VIEW app.v CASCADE; DROP MATERIALIZED VIEW app.m');
SELECT * FROM way_back('CREATE OR REPLACE VIEW app.a_over_v AS SELECT *, 5 AS five FROM app.v; ALTER VIEW app.v ALTER email SET DEFAULT ''x''');
SELECT * FROM way_back('REFRESH MATERIALIZED VIEW app.m WITH NO DATA; ALTER VIEW app.a_over_v SET (security_barrier = false)');
-- routines
SELECT * FROM way_back('CREATE OR REPLACE FUNCTION app.f(a integer, b text DEFAULT ''zz'') RETURNS text LANGUAGE sql AS ''SELECT $2''');
SELECT * FROM way_back('DROP FUNCTION app.f(integer, text); CREATE FUNCTION app.f(x integer, b text) RETURNS integer LANGUAGE sql AS ''SELECT 1''');
-- types and sequences
SELECT * FROM way_back('DROP TYPE app.pair, app.span; DROP DOMAIN app.posint; DROP SEQUENCE app.s');
SELECT * FROM way_back('ALTER DOMAIN app.posint DROP NOT NULL; ALTER DOMAIN app.posint DROP DEFAULT; ALTER DOMAIN app.posint DROP CONSTRAINT posint_check');
SELECT * FROM way_back('ALTER TYPE app.pair ADD ATTRIBUTE c integer, ALTER ATTRIBUTE a TYPE bigint');
SELECT * FROM way_back('ALTER SEQUENCE app.s NO CYCLE MAXVALUE 77 OWNED BY app.base.a');
-- triggers, rules, policies
SELECT * FROM way_back('DROP TRIGGER tr ON app.users; DROP RULE ru ON app.v; DROP POLICY p ON app.users');
SELECT * FROM way_back('ALTER TABLE app.users DISABLE TRIGGER tr, DISABLE ROW LEVEL SECURITY; ALTER POLICY p ON app.users TO PUBLIC USING (true)');
-- owner, privileges, comments
SELECT * FROM way_back('ALTER TABLE app.users OWNER TO CURRENT_USER');
SELECT * FROM way_back('REVOKE ALL ON app.users FROM regress_diff_web; REVOKE UPDATE (email) ON app.users FROM regress_diff_web; GRANT DELETE ON app.users TO PUBLIC;
	REVOKE GRANT OPTION FOR USAGE ON SCHEMA app FROM regress_diff_web; GRANT EXECUTE ON FUNCTION app.f(integer, text) TO PUBLIC');
SELECT * FROM way_back('COMMENT ON TABLE app.users IS NULL; COMMENT ON COLUMN app.users.email IS ''other''; COMMENT ON CONSTRAINT odd ON app.orders IS NULL;
	COMMENT ON DOMAIN app.posint IS NULL; COMMENT ON TRIGGER tr ON app.users IS ''zz''; COMMENT ON INDEX app.orders_i IS NULL');
-- what is not written says why
SELECT * FROM way_back('ALTER TYPE app.mood ADD VALUE ''meh''; CREATE AGGREGATE app.agg(integer) (SFUNC = int4pl, STYPE = integer); CREATE ROLE regress_diff_other;
	ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO regress_diff_web');
CREATE AGGREGATE app.agg(integer) (SFUNC = int4pl, STYPE = integer);
SELECT take_schema_snapshot() > 0 AS taken;
SELECT * FROM way_back('DROP AGGREGATE app.agg(integer); ALTER TABLE app.users DROP total; ALTER TABLE app.users ADD total numeric(10,2) CONSTRAINT total_ok CHECK (total >= 0)');
SELECT * FROM schema_diff_sql(NULL);

DROP SCHEMA app, "Odd Schema" CASCADE;
DROP FUNCTION way_back(text);
DROP ROLE regress_diff_web, regress_diff_app;
