-- privileges of all kinds; their order and spelling do not count
SET client_min_messages = warning;
CREATE SCHEMA sm_cat;
SET search_path = sm_cat, public;
CREATE TEMP TABLE before AS SELECT * FROM schema_objects_live();
\set remember 'TRUNCATE before; INSERT INTO before SELECT * FROM schema_objects_live()'
\set changed 'SELECT section, kind, name FROM (SELECT * FROM schema_objects_live()) n FULL JOIN before o USING (section, kind, name) WHERE n.digest IS DISTINCT FROM o.digest ORDER BY section, kind, name COLLATE "C"'
\set body 'SELECT name, jsonb_pretty(body - ''owner'') AS body FROM schema_objects_live(true) WHERE kind = '
CREATE ROLE regress_sm_one;
CREATE ROLE "regress_sm Two";
CREATE TABLE t (a integer, b integer);
CREATE FUNCTION f() RETURNS integer RETURN 1;
CREATE SEQUENCE s;
CREATE TYPE e AS ENUM ('x');
:remember;
-- what the owner has and PUBLIC has from the start
GRANT ALL ON t TO CURRENT_USER;
GRANT EXECUTE ON FUNCTION f() TO PUBLIC;
GRANT USAGE ON TYPE e TO PUBLIC;
:changed;
GRANT SELECT (a), UPDATE (a, b) ON t TO regress_sm_one;
GRANT INSERT, DELETE ON t TO regress_sm_one WITH GRANT OPTION;
GRANT ALL ON t TO "regress_sm Two";
GRANT SELECT ON t TO PUBLIC;
REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC;
REVOKE ALL ON TYPE e FROM PUBLIC, CURRENT_USER;
GRANT USAGE ON SEQUENCE s TO regress_sm_one;
GRANT USAGE ON SCHEMA sm_cat TO regress_sm_one;
ALTER DEFAULT PRIVILEGES FOR ROLE regress_sm_one IN SCHEMA sm_cat GRANT SELECT ON TABLES TO "regress_sm Two";
ALTER DEFAULT PRIVILEGES FOR ROLE regress_sm_one REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_file(text) TO regress_sm_one;
SELECT kind, replace(name, current_user, 'OWNER') AS name, replace((body -> 'acl')::text, current_user, 'OWNER') AS acl,
	   replace((body -> 'system_acl')::text, current_user, 'OWNER') AS system_acl,
	   replace(jsonb_path_query_array(body, '$.columns.*.acl')::text, current_user, 'OWNER') AS columns
FROM schema_objects_live(true) n WHERE (kind, name, digest) NOT IN (SELECT kind, name, digest FROM before)
  AND kind IN ('table', 'function', 'sequence', 'type', 'schema', 'default privileges', 'database') AND section = 'database'
  AND (name LIKE 'sm\_cat%' OR kind IN ('default privileges', 'database'))
ORDER BY kind, name COLLATE "C";
SELECT section, kind, name FROM schema_object_live('pg_proc', 'pg_catalog.pg_read_file(text)'::regprocedure);

-- the order of grants
:remember;
REVOKE ALL ON t FROM regress_sm_one, "regress_sm Two", PUBLIC;
GRANT SELECT ON t TO PUBLIC;
GRANT ALL ON t TO "regress_sm Two";
GRANT DELETE, INSERT ON t TO regress_sm_one WITH GRANT OPTION;
GRANT UPDATE (b), UPDATE (a), SELECT (a) ON t TO regress_sm_one;
:changed;
-- all of it taken back
REVOKE EXECUTE ON FUNCTION pg_catalog.pg_read_file(text) FROM regress_sm_one;
:changed;
:remember;
ALTER ROLE regress_sm_one RENAME TO regress_sm_three;
:changed;

DROP OWNED BY regress_sm_three;
DROP OWNED BY "regress_sm Two";
DROP SCHEMA sm_cat CASCADE;
DROP ROLE regress_sm_three, "regress_sm Two";
