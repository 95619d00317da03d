-- older tables that their owners changed: columns missing, added, of other types
CREATE SCHEMA older;
CREATE TABLE older.migration_history (file_name text, migration_file text NOT NULL, status text, executed_at timestamptz,
									  execution_time_ms numeric, metadata text, "odd ""name" date, gone int);
ALTER TABLE older.migration_history DROP COLUMN gone;
INSERT INTO older.migration_history VALUES
	('a', '001_init.sql', 'done', '2023-01-01 00:00:00+00', 12.6, 'not json', '2023-02-03'),
	('b', '002_more.sql', 'error', '2023-01-02 00:00:00+00', NULL, NULL, NULL);
CREATE TABLE older.schema_versions (version text, database_type text, metadata json);
SET timezone = 'UTC';
SET client_min_messages = warning;
BEGIN;
DELETE FROM migration_history;
DELETE FROM schema_versions;
SELECT * FROM adopt_legacy('older');
SELECT id, migration_id, phase, status, execution_time_ms, executed_at, metadata FROM migration_history ORDER BY id;
SELECT is_migration_applied('001_init.sql'), is_migration_applied('002_more');
SELECT count(*) FROM schema_versions;
ROLLBACK;
DROP SCHEMA older CASCADE;

-- quoting: a schema that needs it
CREATE SCHEMA "Old'er ""one""";
CREATE TABLE "Old'er ""one""".migration_locks (id int, migration_id text, locked_by text);
INSERT INTO "Old'er ""one""".migration_locks VALUES (4, 'a', 'b');
BEGIN;
DELETE FROM migration_locks;
SELECT * FROM adopt_legacy('Old''er "one"');
SELECT id, migration_id, locked_by, released_at IS NOT NULL AS released, metadata FROM migration_locks;
SELECT adopt_legacy('Old''er "one"');
ROLLBACK;
DROP SCHEMA "Old'er ""one""" CASCADE;
