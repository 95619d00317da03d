\set id random(1, 1000000000)
SELECT acquire_migration_lock('bench_' || :id, 'bench');
SELECT release_migration_lock('bench_' || :id, 'bench');
