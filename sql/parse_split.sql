-- a file is cut exactly where the server would cut it
CREATE TABLE parse_split_t (a int, b text);
SELECT statement, name, value
FROM parse_migration($f$
CREATE FUNCTION add(a int, b int) RETURNS int LANGUAGE sql
BEGIN ATOMIC
	SELECT CASE WHEN a > 0 THEN a ELSE b END;
	SELECT a AS end, (CASE a WHEN 1 THEN 2 END);
	SELECT a + b;
END;
CREATE OR REPLACE PROCEDURE fill() LANGUAGE sql BEGIN ATOMIC INSERT INTO t VALUES (1); INSERT INTO t VALUES (2); END;
CREATE FUNCTION begin() RETURNS int LANGUAGE sql AS 'SELECT 1;';
CREATE FUNCTION "end"() RETURNS int LANGUAGE sql RETURN 1;
CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO u VALUES (1); DELETE FROM v);
DO $$ BEGIN PERFORM 1; END $$;
DO $x$ BEGIN PERFORM $$;$$; END $x$;
SELECT 'a;b', E'c\';d', U&'e;f', "g;h", $$i;j$$ FROM (SELECT 1) AS x("g;h");
SELECT 'con'
	';tinued';
SELECT 1 /* ; */ + /* /* ; */ ; */ 2 -- ; and so on
;
CREATE SCHEMA s CREATE TABLE t (a int) CREATE VIEW v AS SELECT * FROM t;
SELECT a[1:2], b::text, c -- d
FROM e;
SELECT CASE WHEN true THEN 1 END;
WITH x AS (SELECT 1) SELECT * FROM x
$f$) WHERE item IN ('statement', 'error');
DROP TABLE parse_split_t;
