-- the row of a lock need not survive a crash, so a transaction that wrote nothing else does not wait for the disk; one
-- that did write, before, between or after, is on disk when its COMMIT returns, and the session's setting stays
SET client_min_messages = warning;
CREATE TABLE commit_other (a int);

BEGIN;
INSERT INTO commit_other VALUES (1);
SELECT acquire_migration_lock('commit_a', 'deploy');
SELECT pg_current_wal_insert_lsn() AS written \gset
COMMIT;
SELECT pg_current_wal_flush_lsn() >= :'written' AS on_disk;

BEGIN;
SELECT release_migration_lock('commit_a', 'deploy');
INSERT INTO commit_other VALUES (2);
SELECT pg_current_wal_insert_lsn() AS written \gset
COMMIT;
SELECT pg_current_wal_flush_lsn() >= :'written' AS on_disk;

BEGIN;
SELECT acquire_migration_lock('commit_a', 'deploy');
INSERT INTO commit_other VALUES (3);
SELECT acquire_migration_lock('commit_b', 'deploy');
SELECT pg_current_wal_insert_lsn() AS written \gset
COMMIT;
SELECT pg_current_wal_flush_lsn() >= :'written' AS on_disk;

SELECT release_migration_lock('commit_a', 'deploy'), release_migration_lock('commit_b', 'deploy');
SHOW synchronous_commit;
BEGIN;
INSERT INTO commit_other VALUES (4);
SELECT pg_current_wal_insert_lsn() AS written \gset
COMMIT;
SELECT pg_current_wal_flush_lsn() >= :'written' AS on_disk;
DROP TABLE commit_other;
