-- which types are wider: the server's casts and modifiers decide, and whether rows are written anew
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
CREATE SCHEMA app;
CREATE DOMAIN app.small AS integer CHECK (VALUE < 10);
CREATE DOMAIN app.plain AS integer;
CREATE TYPE app.mood AS ENUM ('sad');
CREATE TABLE app.t (v varchar(10), x text, n numeric(10,2), i integer, s smallint, b bigint, f float8, r real, t timestamp, p timestamp(3), d date,
	c char(3), a integer[], l varchar(10)[], k bit(3), dom app.small, e app.mood, j json, o date);
INSERT INTO app.t DEFAULT VALUES;
ANALYZE app.t;
SELECT take_schema_snapshot() > 0 AS taken;
SELECT c.changed, d.rule, d.bump, d.hazard
FROM (VALUES ('v varchar(20)'), ('v varchar'), ('v text'), ('v varchar(5)'), ('v integer'), ('v char(20)'), ('x varchar(10)'), ('x varchar'),
	('n numeric(12,2)'), ('n numeric(14,4)'), ('n numeric(11,3)'), ('n numeric(12,4)'), ('n numeric(12,8)'), ('n numeric'), ('n float8'), ('n integer'),
	('i bigint'), ('i numeric'), ('i numeric(4,0)'), ('i smallint'), ('i float8'), ('i real'), ('i text'), ('i app.plain'), ('i app.small'),
	('s integer'), ('b float8'), ('b integer'), ('f real'), ('f numeric'), ('r float8'),
	('t timestamptz'), ('t date'), ('t timestamp(0)'), ('p timestamp'), ('p timestamp(6)'), ('d timestamp'), ('d timestamptz'),
	('c char(5)'), ('c char(2)'), ('c text'), ('a bigint[]'), ('a smallint[]'), ('a text'), ('l varchar(20)[]'), ('l text[]'), ('l varchar(5)[]'),
	('k bit(5)'), ('k varbit'), ('dom integer'), ('e text'), ('j jsonb'), ('o date[]')) c (changed),
	LATERAL changes(format('ALTER TABLE app.t ALTER %I TYPE %s USING NULL', split_part(c.changed, ' ', 1),
						   substr(c.changed, strpos(c.changed, ' ') + 1))) d
WHERE d.property = 'type';
-- a type that is not here is not compared
SELECT load_schema_json(replace(schema_json(), '"character varying(10)"', '"gone.type(3)"')) AS file \gset
SELECT object_name, expected, actual, rule, evidence FROM schema_diff(:file) WHERE object_name = 'app.t.v' AND property = 'type';
SET client_min_messages = warning;
DROP SCHEMA app CASCADE;
DROP FUNCTION changes(text);
DROP TYPE schema_diff_rows;
