-- what the catalog says of the whole extension; each query lists what is wrong
CREATE VIEW members AS
	SELECT d.classid, d.objid, e.oid AS extension, e.extconfig, e.extnamespace
	FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'summit_migrate'
	WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e';
CREATE VIEW member_functions AS
	SELECT p.* FROM members m JOIN pg_proc p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid;
CREATE VIEW member_relations AS
	SELECT c.*, m.extconfig FROM members m JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid;

-- all that PUBLIC may call
SELECT proname FROM member_functions WHERE has_function_privilege('public', oid, 'EXECUTE') ORDER BY 1;
-- tables and sequences that PUBLIC can do anything with
SELECT relname FROM member_relations
WHERE relkind IN ('r', 'p', 'v', 'm')
	  AND has_table_privilege('public', oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
   OR relkind = 'S' AND has_sequence_privilege('public', oid, 'USAGE, SELECT, UPDATE');
-- functions and tables without a COMMENT
SELECT proname FROM member_functions WHERE obj_description(oid, 'pg_proc') IS NULL;
SELECT relname FROM member_relations WHERE relkind IN ('r', 'p', 'v', 'm') AND obj_description(oid, 'pg_class') IS NULL;
-- SECURITY DEFINER functions that pin no search_path, or another one: begin_statement() alone, which looks names up as
-- its caller would, and pins the path itself before it reads or writes a table
SELECT proname FROM member_functions
WHERE prosecdef AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (proconfig), false);
-- writers that are not SECURITY DEFINER reach no table; none is, but those for the owner and those in SQL that call one
SELECT proname FROM member_functions WHERE NOT prosecdef ORDER BY 1;
-- tables and sequences whose rows pg_dump would leave out
SELECT relname FROM member_relations WHERE relkind IN ('r', 'p', 'S') AND NOT oid = ANY (extconfig) ORDER BY 1;
-- all stands in one schema
SELECT count(*) FROM members m JOIN pg_proc p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid
WHERE p.pronamespace <> m.extnamespace;
-- readers are no writers: what is STABLE or IMMUTABLE is PARALLEL SAFE or RESTRICTED, all else UNSAFE
SELECT proname, provolatile, proparallel FROM member_functions WHERE (provolatile = 'v') <> (proparallel = 'u');
-- the rights of tables stand by name: a table of the application in the same schema keeps its own
CREATE TABLE privileges_of_others (a int);
GRANT SELECT ON privileges_of_others TO PUBLIC;
SELECT has_table_privilege('public', 'privileges_of_others', 'SELECT');
DROP TABLE privileges_of_others;
DROP VIEW member_relations, member_functions, members;
