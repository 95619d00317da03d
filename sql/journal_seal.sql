-- Seals: numbers without gaps, a chain of hashes, and what they show of later changes.
SELECT enable_drift_capture();
DELETE FROM ddl_journal;
SELECT seal_journal();
CREATE TABLE seal_1 (a int);
CREATE TABLE seal_2 (a int, b text DEFAULT E'x\ty');
CREATE TABLE seal_3 (a int);
CREATE TABLE seal_4 (a int);
SELECT verify_journal();
SELECT * FROM journal_entries();
SELECT seal_journal();
SELECT seal_journal();
CREATE TABLE seal_5 (a int);
SELECT seal, identity_after FROM journal_entries();
SELECT seal_journal();
SELECT seal, identity_after FROM journal_entries(2);
SELECT seal, identity_after FROM journal_entries(1, 2);
SELECT seal, identity_after FROM journal_entries(5);
SELECT h.seal, h.seal_hash = j.seal_hash AS newest, length(h.seal_hash) FROM ddl_journal_head h JOIN ddl_journal j USING (seal);
SELECT verify_journal();
-- whatever the session's settings are
SET timezone = 'Asia/Kolkata'; SET datestyle = 'German, DMY'; SET intervalstyle = 'sql_standard'; SET bytea_output = escape; SET extra_float_digits = -15;
SELECT verify_journal();
RESET timezone; RESET datestyle; RESET intervalstyle; RESET bytea_output; RESET extra_float_digits;

-- an edit of any column, one after the other
CREATE FUNCTION seal_edits(OUT column_name text, OUT problem text, OUT seal bigint) RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN
	FOR column_name IN SELECT attname FROM pg_attribute WHERE attrelid = 'ddl_journal'::regclass AND attnum > 0 AND attname NOT IN ('seal', 'seal_hash') ORDER BY attnum LOOP
		BEGIN
			EXECUTE format('UPDATE ddl_journal SET %I = %s WHERE seal = 2', column_name,
				(SELECT CASE a.atttypid::regtype::text
					WHEN 'text' THEN format('coalesce(%I, '''') || ''x''', column_name) WHEN 'boolean' THEN format('NOT %I', column_name)
					WHEN 'timestamp with time zone' THEN format('%I + ''1 us''', column_name)
					WHEN 'inet' THEN '''10.0.0.1''' WHEN 'xid8' THEN '''77''' WHEN 'oid' THEN '77' ELSE format('coalesce(%I, 0) + 1000', column_name) END
				 FROM pg_attribute a WHERE a.attrelid = 'ddl_journal'::regclass AND a.attname = column_name));
			SELECT string_agg(v.problem, ', '), min(v.seal) INTO problem, seal FROM verify_journal() v;
			RAISE EXCEPTION 'undo';
		EXCEPTION WHEN raise_exception THEN
			RETURN NEXT;
		END;
	END LOOP;
END $$;
SELECT * FROM seal_edits() WHERE problem IS DISTINCT FROM 'edited' OR seal <> 2;
SELECT count(*) FROM seal_edits();
-- an edit with a hash that fits it shows in the next row
BEGIN;
UPDATE ddl_journal SET seal_hash = sha256('mine') WHERE seal = 2;
SELECT problem, seal FROM verify_journal();
ROLLBACK;
BEGIN;
UPDATE ddl_journal SET seal_hash = NULL WHERE seal = 2;
SELECT problem, seal FROM verify_journal();
ROLLBACK;
-- rows gone: in the middle, at the end, all; and a row with a number that is not its own
BEGIN;
DELETE FROM ddl_journal WHERE seal IN (2, 3);
SELECT problem, seal, detail FROM verify_journal();
ROLLBACK;
BEGIN;
DELETE FROM ddl_journal WHERE seal >= 4;
SELECT problem, seal, detail FROM verify_journal();
-- what is sealed later does not cover it
CREATE TABLE seal_6 (a int);
SELECT seal_journal();
SELECT problem, seal, detail FROM verify_journal();
ROLLBACK;
BEGIN;
DELETE FROM ddl_journal;
SELECT problem, seal, detail FROM verify_journal();
ROLLBACK;
BEGIN;
UPDATE ddl_journal SET seal = NULL, seal_hash = NULL WHERE seal = 5;
SELECT problem, seal FROM verify_journal();
ROLLBACK;
-- the head set back, forward, to another hash, taken away
BEGIN;
UPDATE ddl_journal_head SET seal = 4;
SELECT problem, seal FROM verify_journal();
CREATE TABLE seal_6 (a int);
SELECT seal_journal();
SELECT problem, seal FROM verify_journal();
ROLLBACK;
BEGIN;
UPDATE ddl_journal_head SET seal_hash = sha256('mine');
SELECT problem, seal FROM verify_journal();
DELETE FROM ddl_journal_head;
SELECT problem, seal FROM verify_journal();
ROLLBACK;

-- cut: the oldest go, and the chain goes on
SELECT prune_journal('1 day');
SELECT prune_journal('-1 day');
SELECT prune_journal(NULL);
BEGIN;
-- open alerts keep their rows
SELECT prune_journal('0');
UPDATE schema_drift_alerts SET resolved_at = now(), status = 'resolved' WHERE resolved_at IS NULL;
SELECT prune_journal('0');
SELECT verify_journal();
SELECT first_seal, last_seal, row_count, length(last_hash) FROM ddl_journal_cuts;
CREATE TABLE seal_6 (a int);
SELECT seal_journal();
SELECT verify_journal();
UPDATE schema_drift_alerts SET resolved_at = now(), status = 'resolved' WHERE resolved_at IS NULL;
SELECT prune_journal('0');
SELECT first_seal, last_seal, row_count FROM ddl_journal_cuts ORDER BY 1;
SELECT verify_journal();
-- a cut that is gone or changed
SAVEPOINT s;
DELETE FROM ddl_journal_cuts WHERE first_seal = 1;
SELECT problem, seal FROM verify_journal();
ROLLBACK TO s;
UPDATE ddl_journal_cuts SET last_hash = sha256('mine') WHERE first_seal > 1;
SELECT problem, seal FROM verify_journal();
ROLLBACK;
-- what does not verify is not cut
BEGIN;
UPDATE ddl_journal SET statement = 'nothing' WHERE seal = 3;
UPDATE schema_drift_alerts SET resolved_at = now(), status = 'resolved' WHERE resolved_at IS NULL;
SELECT prune_journal('0');
ROLLBACK;
-- only what is older: up to the first row that is younger
BEGIN;
SELECT pg_sleep(0.01), clock_timestamp() AS cut \gset
CREATE TABLE seal_6 (a int);
UPDATE schema_drift_alerts SET resolved_at = now(), status = 'resolved' WHERE resolved_at IS NULL;
SELECT prune_journal(clock_timestamp() - :'cut'::timestamptz + '0 s');
SELECT count(*) AS left, min(statement) FROM ddl_journal WHERE statement ~ 'seal_';
SELECT verify_journal();
ROLLBACK;

SELECT disable_drift_capture();
DROP FUNCTION seal_edits;
DROP TABLE seal_1, seal_2, seal_3, seal_4, seal_5;
TRUNCATE ddl_journal, schema_drift_alerts, ddl_journal_head, ddl_journal_cuts;
DELETE FROM migration_settings WHERE name = 'drift_capture';
