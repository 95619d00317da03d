# Table locks that are not granted: tried again with the blockers named; a
# failed CREATE INDEX CONCURRENTLY is cleaned up; batches go on after a kill.
use strict;
use warnings;
use Test::More;
use SummitMigrate;

my $node = SummitMigrate::start_server('main');
my $project = SummitMigrate->new($node);

$project->query('CREATE TABLE busy (id serial PRIMARY KEY, a int, b int); INSERT INTO busy (a) SELECT i FROM generate_series(1, 1000) i');
$project->migration('20250101_000000_schema_column', 'ALTER TABLE busy ADD COLUMN c int;', 'Lock-Timeout' => '700ms');

my $blocker = $node->background_psql($project->database, on_error_die => 1);
$blocker->query_safe("SET application_name = 'the_blocker'; BEGIN; SELECT count(*) FROM busy;");
my $call = $project->start('apply');
$node->poll_query_until($project->database, "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted");
sleep 2;
$blocker->query_safe('COMMIT;');
my ($status, $out, $err) = $project->finish($call);
is($status, 0, 'apply gets the lock when it is free');
like($err, qr/the_blocker/, 'the blocker is named');
like($err, qr/trying again in \d+ ms/, 'it was tried again');
cmp_ok($project->query("SELECT lock_wait_ms FROM summit_migrate.migration_units"), '>', 500, 'the wait is recorded');

$project->migration('20250102_000000_schema_column', 'ALTER TABLE busy ADD COLUMN d int;', 'Lock-Timeout' => '300ms');
$blocker->query_safe("BEGIN; SELECT count(*) FROM busy;");
$project->run_is(1, [ 'apply', '--lock-wait', '1s' ], undef, qr/SQLSTATE 55P03/, 'a lock that never comes');
$blocker->query_safe('COMMIT;');
$blocker->quit;
$project->run_is(0, ['apply'], undef, undef, 'and then does');

# an index that cannot be built
my $id = '20250103_000000_perf_unique';
$project->query('UPDATE busy SET a = 1 WHERE id = 2');
$project->migration($id, 'CREATE UNIQUE INDEX CONCURRENTLY busy_a ON busy (a);');
$project->run_is(1, ['apply'], undef, qr/$id\.sql:\d+:1: error: could not create unique index/, 'a unique index over doubles');
$project->query('UPDATE busy SET a = 2 WHERE id = 2');
$project->run_is(3, ['repair'], qr/left something/, undef, 'repair reports what it left');
$project->run_is(0, ['apply'], undef, qr/was in doubt/, 'apply cleans up and builds it');
is($project->query("SELECT indisvalid FROM pg_index WHERE indexrelid = 'busy_a'::regclass"), 't', 'the index is valid');
$project->run_is(0, ['repair'], qr/Nothing is in doubt/, undef, 'nothing is left in doubt');

# batches go on behind the last one
$id = '20250104_000000_data_batches';
$project->query('CREATE TABLE steps (id int); CREATE FUNCTION step() RETURNS trigger LANGUAGE plpgsql AS '
	  . "'BEGIN INSERT INTO steps VALUES (NEW.id); RETURN NEW; END';"
	  . 'CREATE TRIGGER step BEFORE UPDATE ON busy FOR EACH ROW EXECUTE FUNCTION step()');
$project->migration($id, "-- Batch: table=busy, key=id, size=50, pause=50ms\nUPDATE busy SET b = a;");
$call = $project->start('apply');
$node->poll_query_until($project->database, 'SELECT count(*) >= 200 FROM steps');
$call->{handle}->signal('KILL');
$project->finish($call);
$node->poll_query_until($project->database, "SELECT count(*) = 0 FROM pg_locks WHERE locktype = 'advisory'");
cmp_ok($project->query('SELECT count(*) FROM steps'), '<', 1000, 'killed half-way');
$project->run_is(0, ['apply'], undef, qr/goes on behind the last batch/, 'apply goes on');
is($project->query('SELECT count(*), count(DISTINCT id) FROM steps'), '1000|1000', 'no row twice, none left out');
is($project->query('SELECT count(*) FROM busy WHERE b IS NULL'), 0, 'all rows are done');

# what nothing proves
$id = '20250105_000000_schema_unknown';
$project->query('CREATE TABLE done (id int)');
$project->migration($id, "-- Transaction: none\nDO \$\$BEGIN COMMIT; PERFORM pg_sleep(600); END\$\$;");
$call = $project->start('apply');
$node->poll_query_until($project->database, "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
$call->{handle}->signal('KILL');
$project->finish($call);
$node->poll_query_until($project->database, "SELECT count(*) = 0 FROM pg_locks WHERE locktype = 'advisory'");
$project->run_is(8, ['apply'], undef, qr/summit-migrate repair $id --phase expand --mark completed/, 'exit 8, with the command to type');
$project->run_is(8, ['repair'], qr/--mark/, undef, 'repair reports it');
$project->run_is(2, [ 'repair', $id, '--mark', 'completed' ], undef, qr/--reason/, 'a word needs a reason');
$project->run_is(0, [ 'repair', '20250105', '--phase', 'expand', '--mark', 'completed', '--reason', 'looked' ], undef, undef, 'a word');
$project->run_is(0, ['apply'], qr/Nothing to do/, undef, 'and it is applied');

$id = '20250106_000000_schema_done_when';
$project->migration($id, "-- Transaction: none\n-- Done-When: SELECT count(*) > 0 FROM done\n"
	  . "DO \$\$BEGIN INSERT INTO done VALUES (1); COMMIT; PERFORM pg_sleep(600); END\$\$;");
$call = $project->start('apply');
$node->poll_query_until($project->database, "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
$call->{handle}->signal('KILL');
$project->finish($call);
$node->poll_query_until($project->database, "SELECT count(*) = 0 FROM pg_locks WHERE locktype = 'advisory'");
$project->run_is(0, ['apply'], undef, qr/Done-When/, 'Done-When tells');
is($project->query('SELECT count(*) FROM done'), 1, 'it did not run twice');

done_testing();
