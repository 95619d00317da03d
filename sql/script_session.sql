-- psql alone: what a file, a role or a database sets does not disarm the script.
CREATE VIEW session_phases AS
	SELECT right(h.migration_id, 8) AS migration, h.phase, h.status FROM migration_state() h WHERE h.migration_id LIKE '20250803%';

-- RESET ALL among the units: a statement that was refused does not run
\set content '-- ID: 20250803_000001_schema_reset\nBEGIN;\nRESET ALL;\nSET default_transaction_read_only = off;\nCREATE TABLE session_t (i int);\nCOMMIT;\nBEGIN;\nINSERT INTO nosuch VALUES (1);\nCOMMIT;\nCREATE INDEX CONCURRENTLY session_i ON session_t (i);\n'
\set ECHO none
SELECT migration_script(:'content') \gexec
\set ECHO all
SELECT to_regclass('session_t') IS NOT NULL AS t, to_regclass('session_i') AS i;
SELECT * FROM session_phases;

-- standard_conforming_strings off: a file means what it was read as
SET standard_conforming_strings = off;
SET escape_string_warning = off;
\set content '-- ID: 20250803_000002_schema_strings\nCREATE TABLE session_s (v text);\nINSERT INTO session_s VALUES (''a\\nb'');\nRESET escape_string_warning;\nBEGIN;\nRESET ALL;\nCOMMIT;\nINSERT INTO session_s VALUES (''c\\nd'');\n'
\set ECHO none
SELECT migration_script(:'content') \gexec
\set ECHO all
SET standard_conforming_strings = on;
SELECT v, length(v) FROM session_s;
RESET escape_string_warning;
-- the ledger's own calls insist on it, at the unit's beginning and at its end
SELECT register_migration('20250803_000003_schema_off.sql', 'SELECT 1; VACUUM session_s;');
SELECT epoch > 0 AS begun FROM begin_run('apply');
SET standard_conforming_strings = off;
SELECT begin_unit('20250803_000003_schema_off', 'expand', 'up', 1, 'postgresql', 0, 0, 0);
SET standard_conforming_strings = on;
BEGIN;
SELECT begin_unit('20250803_000003_schema_off', 'expand', 'up', 1, 'postgresql', 0, 0, 0);
SELECT set_config('standard_' || 'conforming_strings', 'off', true);
SELECT finish_unit('20250803_000003_schema_off', 'expand', 'up', 1, 'postgresql', false);
ROLLBACK;
SELECT end_run('failed');

-- a role without rights in the schema: checks and Done-When under it, ledger calls not
CREATE ROLE session_low;
CREATE SCHEMA session_low AUTHORIZATION session_low;
REVOKE USAGE ON SCHEMA public FROM PUBLIC;
\set content '-- ID: 20250803_000004_schema_role\n-- Run-As: session_low\nSET search_path = session_low;\nCREATE TABLE kept (i int);\n-- Transaction: none\n-- Done-When: SELECT count(*) = 1 FROM kept\nINSERT INTO kept VALUES (1);\n-- VALIDATION\n-- Check: none_yet (pre expand, critical, expect = session_low)\nSELECT current_user::text;\n-- Check: one (post expand, critical, expect = 1)\nSELECT count(*) FROM kept;\n'
\set ECHO none
SELECT migration_script(:'content') \gexec
\set ECHO all
SELECT * FROM session_phases WHERE migration = 'ema_role';
SELECT count(*) FROM session_low.kept;
-- a function of a ledger call's name in the schema is not called; no new script is written there
\set content '-- ID: 20250803_000005_schema_captured\nCREATE TABLE public.session_c (i int);\nVACUUM public.session_c;\n'
CREATE TEMP TABLE session_script AS SELECT row_number() OVER () AS n, s FROM migration_script(:'content') AS s;
GRANT USAGE, CREATE ON SCHEMA public TO session_low;
SET ROLE session_low;
CREATE FUNCTION public.begin_unit(text, text, text, int, text, int, int, int) RETURNS void LANGUAGE plpgsql AS $$BEGIN RAISE 'captured by %', current_user; END$$;
CREATE FUNCTION public.begin_script(text, text, text, text) RETURNS void LANGUAGE plpgsql AS $$BEGIN RAISE 'captured'; END$$;
CREATE FUNCTION public.begin_statement(text, text, text, int, text, text, int) RETURNS jsonb LANGUAGE plpgsql AS $$BEGIN RAISE 'captured'; END$$;
RESET ROLE;
\set ECHO none
SELECT s FROM session_script ORDER BY n \gexec
\set ECHO all
SELECT * FROM session_phases WHERE migration = 'captured';
SELECT migration_script(:'content');
DROP FUNCTION public.begin_unit(text, text, text, int, text, int, int, int), public.begin_script(text, text, text, text),
	public.begin_statement(text, text, text, int, text, text, int);

-- expect: what is no number as a whole is a literal
\set content '-- ID: 20250803_000006_schema_expect\nSELECT 1;\n-- VALIDATION\n-- Check: day (post expand, critical, expect = 2025-11-20)\nSELECT date ''2025-11-20'';\n-- Check: number (post expand, critical, expect >= -1.5e1)\nSELECT -15;\n-- Check: word (post expand, critical, expect <> 1-2)\nSELECT ''-1''::text;\n'
\set ECHO none
SELECT migration_script(:'content') \gexec
\set ECHO all
SELECT * FROM session_phases WHERE migration = 'a_expect';

-- a batch half done by a run: the rest, once
CREATE TABLE session_b (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);
INSERT INTO session_b SELECT generate_series(1, 6);
\set content '-- ID: 20250803_000007_data_batch\n-- Batch: table=session_b, key=id, size=2\nUPDATE session_b SET n = n + 1 WHERE true;\n'
SELECT register_migration('20250803_000007_data_batch.sql', :'content');
SELECT epoch > 0 AS begun FROM begin_run('apply');
BEGIN;
SELECT begin_unit('20250803_000007_data_batch', 'expand', 'up', 1, 'postgresql', 0, 0, 0);
UPDATE session_b SET n = n + 1 WHERE id <= 4;
SELECT record_batch('20250803_000007_data_batch', 'expand', 'up', 1, 'postgresql', '4');
COMMIT;
SELECT end_run('interrupted');
\set ECHO none
SELECT migration_script(:'content') \gexec
\set ECHO all
SELECT n, count(*) FROM session_b GROUP BY 1;
SELECT state, rows_affected FROM migration_units WHERE migration_id = '20250803_000007_data_batch';

-- a repeated file that was changed runs again
\set content '-- ID: 20250803_000008_data_again\n-- Repeat: on-change\nUPDATE session_b SET n = 10;\n'
\set changed '-- ID: 20250803_000008_data_again\n-- Repeat: on-change\nUPDATE session_b SET n = 20;\n'
\set ECHO none
SELECT migration_script(:'content') \gexec
SELECT migration_script(:'changed') \gexec
\set ECHO all
SELECT DISTINCT n FROM session_b;
SELECT * FROM session_phases WHERE migration = 'ta_again';

DROP SCHEMA session_low CASCADE;
REVOKE ALL ON SCHEMA public FROM session_low;
GRANT USAGE ON SCHEMA public TO PUBLIC;
DROP ROLE session_low;
DROP VIEW session_phases;
DROP TABLE session_t, session_s, session_b, session_c, session_script;
DELETE FROM migration_history WHERE migration_id LIKE '20250803%';
DELETE FROM migration_units WHERE migration_id LIKE '20250803%';
