-- ---------------------------------------------------------------------------
-- history: the only writers of the ledger
-- ---------------------------------------------------------------------------

CREATE FUNCTION register_migrations(files text[], contents text[], target text DEFAULT 'postgresql')
RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_register_migrations';
COMMENT ON FUNCTION register_migrations(text[], text[], text) IS
'Records files (name and content) as pending migrations of a target, their dependencies with them; returns how many were new or changed. Of a phase that has run only comments may change: another meaning, version, rollback, dependencies, Breaking, Database or Repeat is refused (ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE). The first error of a file that does not parse is raised, with its line and column.';

CREATE FUNCTION register_migration(migration_file text, content text, target text DEFAULT 'postgresql')
RETURNS integer
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
	SELECT @extschema@.register_migrations(ARRAY[migration_file], ARRAY[content], target);
END;
COMMENT ON FUNCTION register_migration(text, text, text) IS
'register_migrations() for one file: 1 when it was new or changed, else 0.';

CREATE FUNCTION begin_run(command text, program text DEFAULT 'psql')
RETURNS TABLE (epoch bigint, timeline text, system_identifier text, previous_timeline text, previous_system_identifier text)
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_begin_run';
COMMENT ON FUNCTION begin_run(text, text) IS
'Starts a run in this session: takes the lock ''*'' unless the session holds it (ERRCODE_LOCK_NOT_AVAILABLE names the holder), counts the epoch up and returns it with the server''s timeline and system identifier, and those of the run before. From here on older runs are refused every ledger write. Rolled back, the run was never begun, and the lock is given back unless the session held it before.';

CREATE FUNCTION end_run(result text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_end_run';
COMMENT ON FUNCTION end_run(text) IS
'Ends this session''s run with a word on how it went (completed, failed, interrupted) and gives the lock ''*'' back at commit.';

CREATE FUNCTION begin_unit(migration_id text, phase text, direction text, unit integer, target text,
						   lock_timeout_ms integer, statement_timeout_ms integer, lock_wait_ms double precision,
						   after text DEFAULT '')
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_begin_unit';
COMMENT ON FUNCTION begin_unit(text, text, text, integer, text, integer, integer, double precision, text) IS
'First call in the transaction of a transactional unit: checks lock, fence, order of units and phases, and dependencies, and sets lock_timeout and statement_timeout (ms, 0 = none) for this transaction. lock_wait_ms: what earlier attempts at this unit waited for locks. after: where it is not empty, the unit ("migration_id phase") that this session''s latest transaction must have completed, for callers that send units without waiting for the answer to the one before; refused where a unit since the last one with an empty after has changed settings of the session (SET, set_config(), in functions too). Refused behind a savepoint, for a unit beyond the last registered one, and with standard_conforming_strings off.';

CREATE FUNCTION finish_unit(migration_id text, phase text, direction text, unit integer, target text, final boolean)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_finish_unit';
COMMENT ON FUNCTION finish_unit(text, text, text, integer, text, boolean) IS
'Last call in the transaction that begin_unit() opened (another transaction is refused): records the unit as completed with its times, rows, locks, transaction id and LSN. final: the phase (direction up) or the undo (down) is completed with it; only for the last registered unit.';

CREATE FUNCTION record_batch(migration_id text, phase text, direction text, unit integer, target text, batch_cursor text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_record_batch';
COMMENT ON FUNCTION record_batch(text, text, text, integer, text, text) IS
'Last call in the transaction of one batch, begun by begin_unit(): records the last key done; the unit stays running.';

-- No SET clause: names in the statement are looked up by the caller's search
-- path and role; the function pins its own search path after that.
CREATE FUNCTION begin_statement(migration_id text, phase text, direction text, unit integer, target text,
								statement text, lock_wait_ms double precision)
RETURNS jsonb
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
AS 'MODULE_PATHNAME', 'summit_migrate_begin_statement';
COMMENT ON FUNCTION begin_statement(text, text, text, integer, text, text, double precision) IS
'Records the intent to run a statement that cannot run in a transaction, with what its effect looks like before; commit it, then send the statement alone. Returns that earlier state. Checks as begin_unit(); an intent of an earlier attempt is replaced only where that attempt changed nothing. Names in the statement are looked up by the search path and role in force at this call: where the role differs from the one that will run the statement and the search path has "$user", set search_path to its present schemas first.';

CREATE FUNCTION finish_statement(migration_id text, phase text, direction text, unit integer, target text,
								 succeeded boolean, final boolean)
RETURNS text
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_finish_statement';
COMMENT ON FUNCTION finish_statement(text, text, text, integer, text, boolean, boolean) IS
'Compares the effect of the statement that begin_statement() announced with what was there before and records the unit: returns completed or failed. succeeded is what the caller saw (or what Done-When said), NULL what this session saw; the catalog has the last word where it can tell. Where neither can, the unit stays in doubt (ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE). final as with finish_unit(). After failed, fail_unit() adds the error to the same attempt.';

CREATE FUNCTION fail_unit(migration_id text, phase text, direction text, unit integer, target text,
						  transactional boolean, sqlstate text, message text, error_position integer, lock_wait_ms double precision)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_fail_unit';
COMMENT ON FUNCTION fail_unit(text, text, text, integer, text, boolean, text, text, integer, double precision) IS
'Records, in a transaction of its own after the rollback, that a unit failed and why; error_position in characters of the file from 1, or NULL.';

CREATE FUNCTION record_lock_wait(migration_id text, phase text, direction text, unit integer, target text, lock_wait_ms double precision)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_record_lock_wait';
COMMENT ON FUNCTION record_lock_wait(text, text, text, integer, text, double precision) IS
'Raises lock_wait_ms of a completed unit of this run to what was seen from outside its session.';

CREATE FUNCTION finish_migration(migration_id text, phase text, direction text, target text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_finish_migration';
COMMENT ON FUNCTION finish_migration(text, text, text, text) IS
'Completes a phase whose last unit did not (a phase without units, or one whose checks ran after it); its last registered unit must be completed. With direction down: the undo of phase all, or of one phase, likewise.';

CREATE FUNCTION fail_migration(migration_id text, phase text, direction text, target text, sqlstate text, message text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_fail_migration';
COMMENT ON FUNCTION fail_migration(text, text, text, text, text, text) IS
'Records that a phase failed outside any unit: a critical check did not hold. sqlstate and message may be NULL.';

CREATE FUNCTION resolve_migration(migration_id text, phase text, state text, reason text, target text DEFAULT 'postgresql')
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_resolve_migration';
COMMENT ON FUNCTION resolve_migration(text, text, text, text, text) IS
'Records a human''s word on a phase (state completed or rolled_back) with a reason, who said it and when; needs a run in this session. Its units in doubt end with it.';

