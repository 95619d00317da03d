-- A human's word, with a reason, where no evidence can decide.
SELECT register_migration('20250501_000001_schema_resolve.sql', $$
-- Version: 1.6.0
-- PHASE 1: EXPAND
CALL something();
-- PHASE 2: MIGRATE
SELECT 1;
$$);
CREATE VIEW resolve_phases AS
	SELECT phase, status, attempt, executed_by = session_user AS mine, error_message,
		   metadata #- '{resolutions,0,at}' #- '{resolutions,1,at}' #- '{resolutions,0,by}' #- '{resolutions,1,by}' AS metadata
	FROM migration_state('postgresql', ARRAY['20250501_000001_schema_resolve']);
SELECT resolve_migration('20250501_000001_schema_resolve', 'expand', 'completed', 'I looked');
SELECT epoch > 0 AS begun FROM begin_run('repair');
SELECT begin_statement('20250501_000001_schema_resolve', 'expand', 'up', 1, 'postgresql', 'CALL something()', 0) ->> 'kind' AS kind;
SELECT outcome, detail FROM units_in_doubt() WHERE migration_id LIKE '20250501%';
SELECT resolve_migration('20250501_000001_schema_resolve', 'expand', 'done', 'I looked');
SELECT resolve_migration('20250501_000001_schema_resolve', 'expanded', 'completed', 'I looked');
SELECT resolve_migration('20250501_000001_schema_resolve', 'expand', 'completed', ' ');
SELECT resolve_migration('20250501_000001_schema_resolve', 'contract', 'completed', 'I looked');
SELECT resolve_migration('20250501_000001_schema_nowhere', 'all', 'completed', 'I looked');
SELECT resolve_migration('20250501_000001_schema_resolve', 'expand', 'completed', 'I looked');
SELECT unit, state FROM unit_state('postgresql', ARRAY['20250501_000001_schema_resolve']);
SELECT * FROM resolve_phases;
SELECT count(*) FROM schema_versions WHERE migration_id LIKE '20250501%';
SELECT resolve_migration('20250501_000001_schema_resolve', 'migrate', 'completed', 'that too');
SELECT version FROM schema_versions WHERE migration_id LIKE '20250501%' AND rolled_back_at IS NULL;
SELECT resolve_migration('20250501_000001_schema_resolve', 'all', 'rolled_back', 'taken away by hand');
SELECT * FROM resolve_phases;
SELECT unit, state FROM unit_state('postgresql', ARRAY['20250501_000001_schema_resolve']);
SELECT version FROM schema_versions WHERE migration_id LIKE '20250501%' AND rolled_back_at IS NULL;
SELECT end_run('completed');
DROP VIEW resolve_phases;
DELETE FROM migration_history WHERE migration_id LIKE '20250501%';
DELETE FROM migration_units WHERE migration_id LIKE '20250501%';
DELETE FROM schema_versions WHERE migration_id LIKE '20250501%';
