-- What is shown and kept of statements that can hold a secret.
SELECT redacted_statement(s) FROM (VALUES
	(1, 'SELECT 1'),
	(2, 'ALTER ROLE app PASSWORD ''hunter2'''),
	(3, 'alter user app with encrypted password ''hunter2'' nosuperuser'),
	(4, 'ALTER ROLE app CONNECTION LIMIT 3'),
	(5, 'CREATE USER MAPPING FOR app SERVER s OPTIONS (password ''hunter2'')'),
	(6, 'CREATE SUBSCRIPTION s CONNECTION ''password=hunter2'' PUBLICATION p'),
	(7, 'BEGIN; CREATE ROLE app PASSWORD ''hunter2''; COMMIT'),
	(8, 'ALTER ROLE app PASSWORD ''hunt'),
	(9, '')) t (n, s) ORDER BY n;
-- the parser marks them
SELECT unit, statement, name, value FROM parse_migration($f$
CREATE TABLE t ();
CREATE ROLE app PASSWORD 'hunter2';
SELECT 'password';
$f$) WHERE item = 'option';
-- the ledger does not keep them
SELECT register_migration('20251101_000001_schema_secret.sql', $$CREATE SUBSCRIPTION s CONNECTION 'host=/nowhere password=hunter2' PUBLICATION p;$$);
SELECT epoch > 0 AS begun FROM begin_run('apply');
SELECT begin_statement('20251101_000001_schema_secret', 'expand', 'up', 1, 'postgresql',
	$$CREATE SUBSCRIPTION s CONNECTION 'host=/nowhere password=hunter2' PUBLICATION p$$, 0) IS NOT NULL AS announced;
SELECT statement, intent::text LIKE '%hunter2%' AS in_intent FROM migration_units WHERE migration_id LIKE '20251101%';
SELECT end_run('failed');
DELETE FROM migration_history WHERE migration_id LIKE '20251101%';
DELETE FROM migration_units WHERE migration_id LIKE '20251101%';
-- which relations a statement names
CREATE TABLE public.named_t ();
CREATE TABLE public.named_u ();
SELECT n, ARRAY(SELECT pg_catalog.unnest(statement_relations(s))::regclass::text ORDER BY 1) AS relations FROM (VALUES
	(1, 'LOCK TABLE named_t, public.named_u NOWAIT'),
	(2, 'SELECT * FROM named_t t WHERE EXISTS (SELECT FROM named_u) FOR UPDATE NOWAIT'),
	(3, 'WITH d AS (DELETE FROM named_t RETURNING 1) INSERT INTO named_u SELECT FROM d'),
	(4, 'SELECT * FROM named_nowhere'),
	(5, 'DROP TABLE named_t'),
	(6, 'SELEC 1'),
	(7, 'ALTER TABLE public.named_t ADD COLUMN a int'),
	(8, 'TRUNCATE named_t, named_u'),
	(9, 'CREATE INDEX ON named_t ((1))'),
	(10, 'ALTER TABLE named_t RENAME TO named_v'),
	(11, 'DROP FUNCTION named_t')) t (n, s) ORDER BY n;
DROP TABLE public.named_t, public.named_u;
