-- what the end of a transaction, of a subtransaction, DISCARD ALL and the like do to the lock
CREATE FUNCTION held() RETURNS text LANGUAGE sql AS
	$$ SELECT coalesce(string_agg(coalesce(migration_id, 'no row'), ', ' ORDER BY migration_id COLLATE "C"), 'nothing')
	   FROM migration_lock_holders() WHERE NOT stale AND pid = pg_backend_pid() $$;

-- ROLLBACK leaves the lock and takes its row
BEGIN;
SELECT acquire_migration_lock('lock_x', 'deploy');
ROLLBACK;
SELECT held();
SELECT acquire_migration_lock('lock_x', 'deploy');
SELECT release_migration_lock('lock_x', 'deploy');
SELECT held();

-- a release waits for the commit
SELECT acquire_migration_lock('lock_y', 'deploy');
BEGIN;
SELECT release_migration_lock('lock_y', 'deploy');
SELECT release_migration_lock('lock_y', 'deploy') AS again;
SELECT held();
ROLLBACK;
SELECT held();
BEGIN;
SELECT release_migration_lock('lock_y', 'deploy');
COMMIT;
SELECT held();

-- a rolled back subtransaction takes its release with it
SELECT acquire_migration_lock('lock_y', 'deploy');
BEGIN;
SAVEPOINT a;
SELECT release_migration_lock('lock_y', 'deploy');
ROLLBACK TO a;
COMMIT;
SELECT held();
-- and a committed one does not; acquiring again takes the release back
BEGIN;
SAVEPOINT a;
SELECT release_migration_lock('lock_y', 'deploy');
RELEASE a;
SELECT acquire_migration_lock('lock_y', 'deploy');
COMMIT;
SELECT held();
-- unless that is rolled back in its turn
BEGIN;
SELECT release_migration_lock('lock_y', 'deploy');
SAVEPOINT a;
SAVEPOINT b;
SELECT acquire_migration_lock('lock_y', 'deploy');
RELEASE b;
ROLLBACK TO a;
COMMIT;
SELECT held();
SELECT count(*) AS open_rows FROM migration_locks WHERE migration_id LIKE 'lock\__' AND released_at IS NULL;

-- a transaction that has released cannot be prepared, and keeps the lock
SELECT acquire_migration_lock('lock_z', 'deploy');
BEGIN;
SELECT release_migration_lock('lock_z', 'deploy');
PREPARE TRANSACTION 'summit_migrate_lock';
SELECT held();

-- DISCARD ALL and pg_advisory_unlock_all() free it, and are noticed
DISCARD ALL;
SELECT held();
SELECT migration_id, stale, pid FROM migration_lock_holders();
SELECT release_migration_lock('lock_z', 'deploy');
SELECT acquire_migration_lock('lock_z', 'other');
SELECT locked_by, released_at IS NULL AS open, metadata FROM migration_locks WHERE migration_id = 'lock_z' ORDER BY id;
BEGIN;
SELECT release_migration_lock('lock_z', 'other');
SELECT pg_advisory_unlock_all();
SELECT acquire_migration_lock('lock_z', 'third');
COMMIT;
SELECT held();
SELECT release_migration_lock('lock_z', 'third');
SELECT held();

-- a READ ONLY transaction and REPEATABLE READ do not stand in its way
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT acquire_migration_lock('lock_r', 'deploy');
SHOW transaction_read_only;
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT release_migration_lock('lock_r', 'deploy');
COMMIT;
SELECT held();
SELECT count(*) AS open_rows FROM migration_locks WHERE migration_id LIKE 'lock\__' AND released_at IS NULL;

-- after an error in a writer the transaction is as read-only as before
BEGIN READ ONLY;
SAVEPOINT a;
SELECT acquire_migration_lock('', 'deploy');
ROLLBACK TO a;
SHOW transaction_read_only;
CREATE TABLE not_here (a int);
ROLLBACK;
DROP FUNCTION held();
