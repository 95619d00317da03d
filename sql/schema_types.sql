-- types as objects
SET client_min_messages = warning;
CREATE SCHEMA sm_cat;
SET search_path = sm_cat, public;
CREATE TEMP TABLE before AS SELECT * FROM schema_objects_live();
\set remember 'TRUNCATE before; INSERT INTO before SELECT * FROM schema_objects_live()'
\set changed 'SELECT section, kind, name FROM (SELECT * FROM schema_objects_live()) n FULL JOIN before o USING (section, kind, name) WHERE n.digest IS DISTINCT FROM o.digest ORDER BY section, kind, name COLLATE "C"'
\set body 'SELECT name, jsonb_pretty(body - ''owner'') AS body FROM schema_objects_live(true) WHERE kind = '
CREATE TYPE mood AS ENUM ('sad', 'happy');
ALTER TYPE mood ADD VALUE 'well' BEFORE 'happy';
CREATE DOMAIN positive AS integer DEFAULT 1 NOT NULL CONSTRAINT above CHECK (VALUE > 0);
ALTER DOMAIN positive ADD CONSTRAINT below CHECK (VALUE < 1000) NOT VALID;
CREATE DOMAIN word AS varchar(10) COLLATE "C";
CREATE TYPE pair AS (a integer, b text COLLATE "C", c mood[]);
COMMENT ON COLUMN pair.a IS 'the first';
CREATE TYPE span AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi, MULTIRANGE_TYPE_NAME = spans);
CREATE TYPE shell;
CREATE TYPE base;
CREATE FUNCTION base_in(cstring) RETURNS base LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION base_out(base) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE base (INPUT = base_in, OUTPUT = base_out, LIKE = integer, CATEGORY = 'x', DEFAULT = '7');
COMMENT ON TYPE mood IS 'a type';
:body 'type' ORDER BY name COLLATE "C";
-- what goes with a range is no object
SELECT kind, name FROM schema_objects_live() WHERE kind IN ('function', 'cast') ORDER BY kind, name COLLATE "C";
SELECT kind, name FROM schema_object_live('pg_proc', 'span(float8, float8)'::regprocedure);

:remember;
ALTER TYPE mood RENAME VALUE 'well' TO 'fine';
:changed;
:remember;
ALTER TYPE pair ADD ATTRIBUTE d integer;
ALTER TYPE pair DROP ATTRIBUTE d;
:changed;
ALTER DOMAIN positive VALIDATE CONSTRAINT below;
ALTER TYPE mood RENAME TO humour;
:changed;

DROP SCHEMA sm_cat CASCADE;
