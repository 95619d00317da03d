-- is_migration_applied: by id or file name, breaking ones with their contract
BEGIN;
INSERT INTO migration_history (migration_file, migration_id, status, phase, breaking) VALUES
	('20250101_000000_schema_whole.sql', '20250101_000000_schema_whole', 'completed', 'expand', false),
	('20250101_000000_schema_whole.sql', '20250101_000000_schema_whole', 'completed', 'migrate', false),
	('20250101_000000_schema_whole.sql', '20250101_000000_schema_whole', 'pending', 'contract', false),
	('20250102_000000_schema_half.sql', '20250102_000000_schema_half', 'completed', 'expand', false),
	('20250102_000000_schema_half.sql', '20250102_000000_schema_half', 'failed', 'migrate', false),
	('20250103_000000_schema_hard.sql', '20250103_000000_schema_hard', 'completed', 'expand', true),
	('20250103_000000_schema_hard.sql', '20250103_000000_schema_hard', 'pending', 'contract', true),
	('20250104_000000_schema_last.sql', '20250104_000000_schema_last', 'pending', 'contract', false),
	('20250105_000000_schema_graph.cypher', '20250105_000000_schema_graph', 'completed', 'expand', false),
	('old name.sql', 'free id', 'completed', 'expand', false);
INSERT INTO migration_history (migration_file, migration_id, status, phase, superseded) VALUES
	('20250101_000000_schema_whole.sql', '20250101_000000_schema_whole', 'failed', 'expand', true);
SELECT f, is_migration_applied(f)
FROM unnest(ARRAY['20250101_000000_schema_whole', '20250101_000000_schema_whole.sql',
				  'db/migrations/20250101_000000_schema_whole.sql', '20250102_000000_schema_half',
				  '20250103_000000_schema_hard', '20250104_000000_schema_last',
				  '20250105_000000_schema_graph.cypher', 'old name.sql', 'free id', 'unknown', '', '.sql']) AS f;
UPDATE migration_history SET status = 'completed' WHERE phase = 'contract';
SELECT f, is_migration_applied(f)
FROM unnest(ARRAY['20250103_000000_schema_hard', '20250104_000000_schema_last']) AS f;
SELECT is_migration_applied(NULL) IS NULL AS strict;
ROLLBACK;
