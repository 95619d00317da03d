-- Runs: begin_run() takes the lock and counts the epoch up, end_run() gives it back.
SELECT epoch AS before FROM migration_epoch \gset
SELECT begin_unit('20250101_000000_schema_run', 'expand', 'up', 1, 'postgresql', 0, 0, 0);
SELECT end_run('completed');
SELECT epoch - :before AS epoch, timeline, system_identifier = (SELECT system_identifier::text FROM pg_control_system()) AS this_server
FROM begin_run('apply');
SELECT count(*) FROM migration_lock_holders() WHERE migration_id = '*' AND pid = pg_backend_pid();
-- a second run in the same session needs no second lock
SELECT epoch - :before AS epoch, previous_timeline, previous_system_identifier = system_identifier AS same
FROM begin_run('repair', 'a program');
SELECT end_run('fine');
SELECT end_run('interrupted');
SELECT count(*) FROM migration_lock_holders() WHERE migration_id = '*';
SELECT epoch - :before AS epoch, command, program, result, ended_at >= started_at AS ended, run_by = session_user AS mine, pid = pg_backend_pid() AS pid
FROM run_history(2);
SELECT end_run('completed');

-- a run that is rolled back was never begun; the lock is the session's all the same
BEGIN;
SELECT epoch - :before AS epoch FROM begin_run('apply');
ROLLBACK;
SELECT end_run('completed');
SELECT epoch - :before AS epoch FROM migration_epoch;
BEGIN;
SAVEPOINT s;
SELECT epoch - :before AS epoch FROM begin_run('apply');
ROLLBACK TO s;
SELECT end_run('completed');
COMMIT;
-- an end that is rolled back has not ended it
SELECT epoch - :before AS epoch FROM begin_run('apply');
BEGIN;
SELECT end_run('completed');
SELECT end_run('completed');
ROLLBACK;
SELECT end_run('failed');

-- an end and a new beginning in one transaction
SELECT epoch - :before AS epoch FROM begin_run('apply');
BEGIN;
SELECT end_run('completed');
SELECT epoch - :before AS epoch FROM begin_run('apply');
COMMIT;
SELECT end_run('completed');

-- what takes the lock from a living session ends its run
SELECT epoch - :before AS epoch FROM begin_run('apply');
DISCARD ALL;
SELECT end_run('completed');
SELECT epoch - :before AS epoch FROM begin_run('apply');
SELECT pg_advisory_unlock_all();
SELECT end_run('completed');

-- a dump carries the runs over, but not the epoch row
UPDATE migration_epoch SET epoch = 0;
SELECT epoch - :before AS epoch FROM begin_run('apply');
SELECT end_run('completed');
DELETE FROM migration_runs WHERE epoch > :before;
