-- ---------------------------------------------------------------------------
-- readers
-- ---------------------------------------------------------------------------

CREATE FUNCTION migration_status(target text DEFAULT 'postgresql')
RETURNS TABLE (migration_id text, phase text, status text, version text, executed_at timestamptz)
LANGUAGE sql STABLE PARALLEL RESTRICTED STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT h.migration_id, h.phase, h.status, h.version, h.executed_at
	FROM @extschema@.migration_history h
	WHERE h.target = migration_status.target AND NOT h.superseded
	ORDER BY h.migration_id COLLATE "C", pg_catalog.array_position(ARRAY['expand', 'migrate', 'contract'], h.phase);
END;
COMMENT ON FUNCTION migration_status(text) IS
'The state of every registered phase of a target, in the order of ids and phases. Open to every role.';

CREATE FUNCTION applied_migrations(target text DEFAULT 'postgresql')
RETURNS TABLE (migration_id text, checksum bytea, states text)
LANGUAGE sql STABLE PARALLEL RESTRICTED STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT h.migration_id, pg_catalog.decode(pg_catalog.min(h.checksum), 'hex'),
		   pg_catalog.string_agg(pg_catalog.left(h.phase, 1) OPERATOR(pg_catalog.||)
								 pg_catalog.left(h.status, 1), '' ORDER BY h.phase)
	FROM @extschema@.migration_history h
	WHERE h.target = applied_migrations.target AND NOT h.superseded
	GROUP BY h.migration_id;
END;
COMMENT ON FUNCTION applied_migrations(text) IS
'One short row a registered migration, for comparing with thousands of files: the SHA-256 of the file and, for each phase, the first letters of phase and status (ecmp: expand completed, migrate pending).';

CREATE FUNCTION migration_state(target text DEFAULT 'postgresql', migration_ids text[] DEFAULT NULL)
RETURNS SETOF migration_history
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT h
	FROM @extschema@.migration_history h
	WHERE h.target = migration_state.target AND NOT h.superseded
	  AND (migration_ids IS NULL OR h.migration_id = ANY (migration_ids))
	ORDER BY h.migration_id COLLATE "C", pg_catalog.array_position(ARRAY['expand', 'migrate', 'contract'], h.phase);
END;
COMMENT ON FUNCTION migration_state(text, text[]) IS
'The rows of migration_history that stand, whole, of a target or of some of its migrations.';

CREATE FUNCTION unit_state(target text, migration_ids text[])
RETURNS SETOF migration_units
LANGUAGE sql STABLE PARALLEL RESTRICTED STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT u
	FROM @extschema@.migration_units u
	WHERE u.target = unit_state.target AND u.migration_id = ANY (migration_ids)
	ORDER BY u.migration_id COLLATE "C", u.direction DESC,
			 pg_catalog.array_position(ARRAY['expand', 'migrate', 'contract', 'all'], u.phase), u.unit;
END;
COMMENT ON FUNCTION unit_state(text, text[]) IS
'The ledger rows of some migrations of a target.';

CREATE FUNCTION migration_dependents(migration_ids text[])
RETURNS TABLE (migration_id text, depends_on_migration_id text, depends_on_phase text)
LANGUAGE sql STABLE PARALLEL RESTRICTED STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT d.migration_id, d.depends_on_migration_id, d.depends_on_phase
	FROM @extschema@.migration_dependencies d
	WHERE d.depends_on_migration_id = ANY (migration_ids)
	ORDER BY 1, 2;
END;
COMMENT ON FUNCTION migration_dependents(text[]) IS
'Which migrations depend on these, applied or not.';

CREATE FUNCTION run_history(how_many integer DEFAULT 20)
RETURNS SETOF migration_runs
LANGUAGE sql STABLE PARALLEL RESTRICTED STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT r FROM @extschema@.migration_runs r ORDER BY r.epoch DESC LIMIT how_many;
END;
COMMENT ON FUNCTION run_history(integer) IS
'The latest runs, newest first.';

CREATE FUNCTION last_run_migrations(target text DEFAULT 'postgresql')
RETURNS TABLE (migration_id text, epoch bigint)
LANGUAGE sql STABLE PARALLEL RESTRICTED STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH done AS (
		SELECT h.migration_id, u.epoch
		FROM @extschema@.migration_history h
		JOIN @extschema@.migration_units u
		  ON u.migration_id = h.migration_id AND u.target = h.target AND u.phase = h.phase AND u.direction = 'up'
		WHERE h.target = last_run_migrations.target AND NOT h.superseded AND h.status IN ('completed', 'failed', 'running')
		  AND (u.state IN ('completed', 'running') OR u.batch_cursor IS NOT NULL)
		UNION
		SELECT h.migration_id, h.epoch
		FROM @extschema@.migration_history h
		JOIN @extschema@.migration_runs r ON r.epoch = h.epoch AND r.command NOT IN ('init', 'baseline', 'repair')
		WHERE h.target = last_run_migrations.target AND NOT h.superseded
		  AND h.status = 'completed' AND h.direction = 'up' AND h.units = 0
	)
	SELECT d.migration_id, d.epoch
	FROM done d
	WHERE d.epoch = (SELECT pg_catalog.max(x.epoch) FROM done x)
	ORDER BY d.migration_id COLLATE "C"
$$;
COMMENT ON FUNCTION last_run_migrations(text) IS
'The migrations of which the newest run has done something that still stands, whole or in part, half undone ones too; what was only recorded (baseline, a human''s word) does not count. No row: nothing stands.';

CREATE FUNCTION units_in_doubt(target text DEFAULT 'postgresql')
RETURNS TABLE (migration_id text, phase text, direction text, unit integer, statement text, started_at timestamptz,
			   pid integer, backend_alive boolean, outcome text, detail text, cleanup text)
LANGUAGE c STABLE PARALLEL RESTRICTED STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_units_in_doubt';
COMMENT ON FUNCTION units_in_doubt(text) IS
'Every unit that was begun outside a transaction and not finished, or failed and left something to clean up, with what the catalog proves. outcome: completed (the effect is there and is ours), not_started (nothing changed: run it again), cleanup (run the statement in column cleanup, then ask again), batch (go on behind the cursor), running (its backend is still at work), unknown (only Done-When or a human can tell). finish_statement() records the end of a completed one. A migration whose undo has not ended has a row too, with the undo''s next unit: undo (a crash cut it off: go on with it), undo_failed (an error or a signal ended it: somebody decides whether it goes on).';

