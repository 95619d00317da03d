-- ---------------------------------------------------------------------------
-- lock
-- ---------------------------------------------------------------------------

CREATE FUNCTION acquire_migration_lock(migration_id text, locked_by text, metadata jsonb DEFAULT '{}')
RETURNS boolean
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_acquire_migration_lock';
COMMENT ON FUNCTION acquire_migration_lock(text, text, jsonb) IS
'Takes the lock of one migration, or of all (''*'', which conflicts with every id), for this session and this name, without waiting (where migration_locks itself is locked, without a row there): true for one holder only, true again for it (nothing changes), false for all others, a second name in the same session included. It survives ROLLBACK and PREPARE TRANSACTION, and ends with release_migration_lock(), the session, DISCARD ALL or pg_advisory_unlock_all(). An empty id or name is an error.';

CREATE FUNCTION release_migration_lock(migration_id text, locked_by text)
RETURNS boolean
LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'summit_migrate_release_migration_lock';
COMMENT ON FUNCTION release_migration_lock(text, text) IS
'Gives the lock back when the transaction commits (so that no work is uncovered before it is committed); false, and nothing changes, where this session does not hold it under this name.';

CREATE FUNCTION migration_lock_holders()
RETURNS TABLE (migration_id text, locked_by text, locked_at timestamptz, pid integer, session_user_name text,
			   application_name text, client_addr inet, backend_start timestamptz, state text,
			   transaction_started_at timestamptz, stale boolean, metadata jsonb, wait_event_type text,
			   wait_event text, lock_key bigint)
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	WITH held AS (
		SELECT l.objsubid = 21325 AS whole, (l.classid::bigint << 32) | l.objid::bigint AS lock_key, l.pid
		FROM pg_locks l
		WHERE l.locktype = 'advisory' AND l.objsubid IN (21325, 21326) AND l.mode = 'ExclusiveLock' AND l.granted
		  AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
	), open_rows AS (
		-- only the newest row of a session and key can be that of its lock
		SELECT r.*, CASE WHEN row_number() OVER (PARTITION BY r.pid, r.backend_start, r.migration_id
												 ORDER BY r.id DESC) = 1 THEN r.pid END AS holder
		FROM @extschema@.migration_locks r
		WHERE r.released_at IS NULL
	)
	SELECT coalesce(r.migration_id, CASE WHEN h.whole THEN '*' END), r.locked_by, r.locked_at, h.pid,
		   coalesce(r.session_user_name, h.usename::text), h.application_name, h.client_addr,
		   coalesce(h.backend_start, r.backend_start), h.state, h.xact_start, h.pid IS NULL, r.metadata,
		   h.wait_event_type, h.wait_event, coalesce(h.lock_key, r.lock_key)
	FROM (SELECT held.whole, held.lock_key, a.pid, a.usename, a.application_name, a.client_addr, a.backend_start,
				 a.state, a.xact_start, a.wait_event_type, a.wait_event
		  FROM held JOIN pg_stat_activity a ON a.pid = held.pid) h
	FULL JOIN open_rows r
		ON r.holder = h.pid AND r.backend_start = h.backend_start AND r.lock_key = h.lock_key
		   AND (r.migration_id = '*') = h.whole
	ORDER BY 3, 4;
END;
COMMENT ON FUNCTION migration_lock_holders() IS
'Who holds which migration lock, from pg_locks: since when, from where, and whether the session is active, idle or waiting (state, wait_event_type and wait_event as in pg_stat_activity; never the text of its query). migration_id is NULL while the row of an acquisition is not committed, or was rolled back. stale: a row of migration_locks whose lock is gone, pid NULL; the next acquire_migration_lock() of that id closes it.';

