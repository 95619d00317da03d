-- text search, collations, conversions, statistics as objects
SET client_min_messages = warning;
CREATE SCHEMA sm_cat;
SET search_path = sm_cat, public;
CREATE TEMP TABLE before AS SELECT * FROM schema_objects_live();
\set remember 'TRUNCATE before; INSERT INTO before SELECT * FROM schema_objects_live()'
\set changed 'SELECT section, kind, name FROM (SELECT * FROM schema_objects_live()) n FULL JOIN before o USING (section, kind, name) WHERE n.digest IS DISTINCT FROM o.digest ORDER BY section, kind, name COLLATE "C"'
\set body 'SELECT name, jsonb_pretty(body - ''owner'') AS body FROM schema_objects_live(true) WHERE kind = '
CREATE TEXT SEARCH PARSER par (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
CREATE TEXT SEARCH TEMPLATE tem (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY dic (TEMPLATE = tem, STOPWORDS = english);
CREATE TEXT SEARCH CONFIGURATION con (PARSER = par);
ALTER TEXT SEARCH CONFIGURATION con ADD MAPPING FOR asciiword, word WITH dic, simple;
ALTER TEXT SEARCH CONFIGURATION con ADD MAPPING FOR email WITH simple;
COMMENT ON TEXT SEARCH CONFIGURATION con IS 'a configuration';
CREATE COLLATION col (LOCALE = 'C');
CREATE CONVERSION cnv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE TABLE t (a integer, b integer, c text);
CREATE STATISTICS sta (ndistinct, dependencies) ON b, a FROM t;
CREATE STATISTICS exp ON (a + b), lower(c), b FROM t;
ALTER STATISTICS sta SET STATISTICS 200;
SELECT kind, name, jsonb_pretty(body - 'owner') AS body FROM schema_objects_live(true)
WHERE kind LIKE 'text search %' OR kind IN ('collation', 'conversion', 'statistics')
ORDER BY kind, name COLLATE "C";

:remember;
ALTER TEXT SEARCH CONFIGURATION con ALTER MAPPING FOR word WITH simple, dic;
:changed;
:remember;
ALTER TEXT SEARCH DICTIONARY dic RENAME TO dictionary;
ALTER TABLE t RENAME a TO aa;
:changed;
:remember;
INSERT INTO t SELECT i, i, i::text FROM generate_series(1, 100) i;
ANALYZE t;
:changed;

DROP SCHEMA sm_cat CASCADE;
