CREATE FUNCTION pg_temp.errors(content text)
RETURNS TABLE (name text, value text, line integer, "column" integer, hint text) LANGUAGE sql AS $$
	SELECT name, value, line, "column", hint FROM parse_migration(content) WHERE item = 'error'
$$;

-- all errors of a file at once
SELECT * FROM pg_temp.errors($f$
-- Version: 1.2
-- Databse: postgresql
-- Created: 2025-02-30
SELECT 1;
SELEC 2;
CREATE TABLE t (a int,);
SELECT 3;
INSERT INTO t VALUES (1;
SELECT 4;
SELECT 'unclosed;
SELECT 5;
$f$);

-- the header
SELECT * FROM pg_temp.errors($f$
-- ID: 2025_add_users
-- Version: x
-- Database: oracle
-- Type: ddl
-- Created: yesterday
-- Breaking: perhaps
-- Lock-Timeout: 2 fortnights
-- Statement-Timeout: -1
-- Repeat: daily
-- Dependencies: users, 20251101:expand
$f$);
SELECT * FROM pg_temp.errors(E'-- ID: 20251340_143000_schema_x\n');
SELECT * FROM pg_temp.errors(E'-- ID: 20250229_143000_schema_x\n');
SELECT * FROM pg_temp.errors(E'-- ID: 20250228_253000_schema_x\n');
SELECT * FROM pg_temp.errors(E'-- ID: 20250228_143000_schemata_x\n');
SELECT * FROM pg_temp.errors(E'-- ID: 20250228_143000_schema_AddUsers\n');
SELECT * FROM pg_temp.errors(E'-- ID:\n-- Version: 1.0.0\n-- Version: 1.0.0\n');
SELECT * FROM pg_temp.errors(E'-- Lock-Timeot: 2s\n-- Lock Timeout: 2s\n-- Dependancies: 2025\n-- Authr: me\n');
SELECT * FROM pg_temp.errors(E'SELECT 1;\n-- Lock-Timeout: 2s\nSELECT 2;');

-- psql's own commands
SELECT * FROM pg_temp.errors($f$
\restrict abc'def
SELECT 1;
\echo it's here
SELECT 2 \gexec
SELECT 3;
\! ls
\'
\
SELEC 4;
\unrestrict abc'def
$f$);
-- data for COPY
SELECT * FROM pg_temp.errors($f$
COPY t FROM STDIN;
1	it's
\N	;
\.
SELEC 1;
COPY t TO STDOUT;
COPY t FROM '/tmp/x';
COPY t (a) FROM stdin;
2
$f$);

-- what would undo the record or give the lock away
SELECT * FROM pg_temp.errors($f$
PREPARE TRANSACTION 'x';
DISCARD ALL;
SELECT pg_advisory_unlock_all();
SELECT pg_catalog . "pg_advisory_unlock_all" ();
SET standard_conforming_strings = off;
SET LOCAL standard_conforming_strings TO 'false';
SELECT set_config('standard_conforming_strings', 'off', false);
SET standard_conforming_strings = on;
$f$);

-- what the scanner stumbles over
SELECT * FROM pg_temp.errors($f$
SELECT 123a;
SELECT "";
SELECT E'\uZZZZ';
SELECT E'\xff';
SELECT U&'\zzzz';
SELECT 1 /* never closed
SELECT 2;
$f$);
SELECT * FROM pg_temp.errors(E'SELECT 1;\nSELECT $tag$ never closed; SELECT 2;');

-- no more than a hundred, and a long message is cut
SELECT count(*) FROM pg_temp.errors(repeat(E'SELEC 1;\n', 1000));
SELECT count(*) FROM pg_temp.errors(repeat(E'\\x\n', 1000));
SELECT length(value) < 500 FROM pg_temp.errors('SELECT ''' || repeat('x', 100000));
