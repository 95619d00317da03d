-- the migration lock within one session; two sessions are the isolation specs' part
CREATE VIEW lock_tags AS
	SELECT CASE objsubid WHEN 21325 THEN 'whole' WHEN 21326 THEN 'id' ELSE 'other' END AS level, mode
	FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() ORDER BY 1, 2;

-- acquired once, however often its holder asks; another name is another holder
SELECT acquire_migration_lock('lock_a', 'deploy', '{"job": 7}');
SELECT acquire_migration_lock('lock_a', 'deploy');
SELECT * FROM lock_tags;
SELECT acquire_migration_lock('lock_a', 'someone');
SELECT acquire_migration_lock('*', 'someone');
SELECT acquire_migration_lock('lock_b', 'someone');
SELECT acquire_migration_lock('*', 'deploy');
SELECT migration_id, locked_by, pid = pg_backend_pid() AS mine, session_user_name = session_user AS my_name,
	   application_name = current_setting('application_name') AS my_application, state, stale, metadata,
	   locked_at <= clock_timestamp() AS since, lock_key = 0 AS key_zero
FROM migration_lock_holders() ORDER BY migration_id COLLATE "C";

-- only the name that took it gives it back, once
SELECT release_migration_lock('lock_a', 'someone'), release_migration_lock('lock_unknown', 'deploy');
SELECT release_migration_lock('lock_a', 'deploy');
SELECT release_migration_lock('lock_a', 'deploy');
SELECT release_migration_lock('lock_b', 'someone');
SELECT * FROM lock_tags;
SELECT release_migration_lock('*', 'deploy');
SELECT * FROM lock_tags;
SELECT migration_id, locked_by, released_at >= locked_at AS released FROM migration_locks
WHERE migration_id LIKE 'lock\__' ORDER BY id;

-- arguments
SELECT acquire_migration_lock(NULL, 'deploy');
SELECT acquire_migration_lock('lock_a', NULL);
SELECT acquire_migration_lock('', 'deploy');
SELECT acquire_migration_lock('lock_a', E' \t');
SELECT release_migration_lock(NULL, 'deploy');
SELECT release_migration_lock('lock_a', '');
SELECT acquire_migration_lock('lock_a', 'deploy', NULL);
SELECT metadata FROM migration_lock_holders();
SELECT release_migration_lock('lock_a', 'deploy');

-- an error while its row is written leaves nothing held
ALTER TABLE migration_locks ADD CONSTRAINT refuse CHECK (migration_id <> 'lock_c');
\set VERBOSITY terse
SELECT acquire_migration_lock('lock_c', 'deploy');
\set VERBOSITY default
SELECT * FROM lock_tags;
ALTER TABLE migration_locks DROP CONSTRAINT refuse;
SELECT acquire_migration_lock('lock_c', 'deploy');
SELECT release_migration_lock('lock_c', 'deploy');

-- the application's own advisory locks are other ones, the same numbers included
SELECT acquire_migration_lock('*', 'deploy'), acquire_migration_lock('lock_a', 'deploy');
SELECT pg_try_advisory_lock(0), pg_try_advisory_lock(0, 0), pg_try_advisory_lock(lock_key)
FROM migration_lock_holders() WHERE migration_id = 'lock_a';
SELECT * FROM lock_tags;
SELECT pg_advisory_unlock(0), pg_advisory_unlock(0, 0), pg_advisory_unlock(lock_key)
FROM migration_lock_holders() WHERE migration_id = 'lock_a';
SELECT release_migration_lock('*', 'deploy'), release_migration_lock('lock_a', 'deploy');
SELECT * FROM lock_tags;
DROP VIEW lock_tags;
