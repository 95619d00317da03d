-- routines, aggregates, operators, casts and their families as objects
SET client_min_messages = warning;
CREATE SCHEMA sm_cat;
SET search_path = sm_cat, public;
CREATE TEMP TABLE before AS SELECT * FROM schema_objects_live();
\set remember 'TRUNCATE before; INSERT INTO before SELECT * FROM schema_objects_live()'
\set changed 'SELECT section, kind, name FROM (SELECT * FROM schema_objects_live()) n FULL JOIN before o USING (section, kind, name) WHERE n.digest IS DISTINCT FROM o.digest ORDER BY section, kind, name COLLATE "C"'
\set body 'SELECT name, jsonb_pretty(body - ''owner'') AS body FROM schema_objects_live(true) WHERE kind = '
CREATE FUNCTION sum_of(a integer, b integer DEFAULT 1 + 1, OUT c bigint, VARIADIC d integer[] DEFAULT '{}') RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF COST 5 SECURITY DEFINER SET work_mem = '1MB' SET search_path = '' AS 'SELECT 1::bigint';
CREATE FUNCTION rows_of(n integer) RETURNS TABLE (x integer, y text) LANGUAGE plpgsql STABLE ROWS 7 AS 'BEGIN RETURN; END';
CREATE FUNCTION atomic(n integer) RETURNS integer BEGIN ATOMIC SELECT n + 1; END;
CREATE FUNCTION inlined() RETURNS integer RETURN 1;
CREATE PROCEDURE doing(INOUT n integer) LANGUAGE plpgsql AS 'BEGIN END';
CREATE FUNCTION native(text) RETURNS text LANGUAGE internal STRICT IMMUTABLE AS 'upper';
CREATE AGGREGATE adding(integer) (SFUNC = int4pl, STYPE = integer, COMBINEFUNC = int4pl, PARALLEL = SAFE);
CREATE AGGREGATE joining(text) (SFUNC = textcat, STYPE = text, INITCOND = '', SSPACE = 100);
CREATE AGGREGATE middle(float8 ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
COMMENT ON FUNCTION inlined() IS 'a function';
CREATE FUNCTION same(integer, integer) RETURNS boolean LANGUAGE sql AS 'SELECT $1 = $2';
CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = integer, FUNCTION = same, COMMUTATOR = ===, RESTRICT = eqsel, HASHES);
CREATE OPERATOR !!! (RIGHTARG = integer, FUNCTION = int4um);
CREATE OPERATOR FAMILY fam USING btree;
CREATE OPERATOR CLASS cls FOR TYPE integer USING btree FAMILY fam AS OPERATOR 3 ===, FUNCTION 1 btint4cmp(integer, integer);
ALTER OPERATOR FAMILY fam USING btree ADD OPERATOR 3 = (integer, bigint), FUNCTION 1 (integer, bigint) btint48cmp(integer, bigint);
CREATE TYPE colour AS ENUM ('red');
CREATE FUNCTION to_number(colour) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE CAST (colour AS integer) WITH FUNCTION to_number(colour) AS ASSIGNMENT;
CREATE CAST (colour AS bigint) WITH INOUT;
CREATE ACCESS METHOD regress_sm_am TYPE TABLE HANDLER heap_tableam_handler;
SELECT kind, name, jsonb_pretty(body - 'owner') AS body FROM schema_objects_live(true)
WHERE kind IN ('function', 'procedure', 'aggregate', 'operator', 'operator class', 'operator family', 'cast', 'access method')
ORDER BY kind, name COLLATE "C";

:remember;
CREATE OR REPLACE FUNCTION inlined() RETURNS integer RETURN 2;
:changed;
:remember;
ALTER FUNCTION native(text) COST 7;
ALTER FUNCTION sum_of SET work_mem = '2MB';
ALTER OPERATOR FAMILY fam USING btree DROP OPERATOR 3 (integer, bigint);
:changed;
-- the order of settings is not one
:remember;
ALTER FUNCTION sum_of RESET ALL;
ALTER FUNCTION sum_of SET search_path = '';
ALTER FUNCTION sum_of SET work_mem = '2MB';
:changed;

DROP ACCESS METHOD regress_sm_am;
DROP SCHEMA sm_cat CASCADE;
