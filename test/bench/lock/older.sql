-- The lock as older plpgsql scripts keep it: a row says that it is held.
CREATE SCHEMA bench_older_lock;
SET search_path = bench_older_lock;

CREATE TABLE migration_locks (
	id				serial PRIMARY KEY,
	migration_id	varchar(255) NOT NULL,
	locked_by		varchar(100) NOT NULL,
	locked_at		timestamp DEFAULT current_timestamp,
	released_at		timestamp,
	metadata		jsonb
);
CREATE INDEX ON migration_locks (migration_id);

CREATE FUNCTION acquire_migration_lock(p_migration_id varchar, p_locked_by varchar, p_metadata jsonb DEFAULT '{}')
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	held integer;
BEGIN
	SELECT count(*) INTO held
	FROM bench_older_lock.migration_locks
	WHERE migration_id = p_migration_id AND released_at IS NULL;
	IF held > 0 THEN
		RETURN false;
	END IF;
	INSERT INTO bench_older_lock.migration_locks (migration_id, locked_by, metadata)
	VALUES (p_migration_id, p_locked_by, p_metadata);
	RETURN true;
END
$$;

CREATE FUNCTION release_migration_lock(p_migration_id varchar, p_locked_by varchar)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	UPDATE bench_older_lock.migration_locks
	SET released_at = current_timestamp
	WHERE migration_id = p_migration_id AND locked_by = p_locked_by AND released_at IS NULL;
	RETURN FOUND;
END
$$;
