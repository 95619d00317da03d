# SIGKILL of the program in the middle of a statement that would take minutes:
# its backend and its lock are gone within 5 s, and the next apply finishes.
use strict;
use warnings;
use Test::More;
use Time::HiRes qw(time);
use SummitMigrate;
use SummitTest qw(wait_for);

my $node = SummitMigrate::start_server('main');
my $others = "FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'summit-migrate%'";

# Kills the program; its backends and every lock must be gone in time.
sub kill_program
{
	my ($project, $call, $name) = @_;
	my $pid = $project->query("SELECT pid $others AND state = 'active' AND backend_type = 'client backend' ORDER BY query_start LIMIT 1");
	my $killed = time;

	ok($pid, "$name: its backend is at work");
	$call->{handle}->signal('KILL');
	is(($project->finish($call))[0], 137, "$name: the program is dead");
	ok(wait_for(sub { $project->query("SELECT count(*) FROM pg_stat_activity WHERE pid = $pid") == 0 }, 10),
		"$name: its backend ends");
	cmp_ok(time - $killed, '<', 5, "$name: within 5 s");
	is($project->query("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' OR mode = 'AccessExclusiveLock'"),
		0, "$name: no lock is left");
}

# a transactional unit
my $project = SummitMigrate->new($node);
my $id = '20250101_000000_schema_long';
$project->query("CREATE TABLE nap (seconds int); INSERT INTO nap VALUES (600)");
$project->migration($id, "CREATE TABLE made (id int);\nALTER TABLE nap ADD COLUMN x int;\nSELECT pg_sleep(seconds) FROM nap;");
my $call = $project->start('apply');
$node->poll_query_until($project->database, "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
kill_program($project, $call, 'a ten-minute statement');
is($project->query("SELECT to_regclass('made') IS NULL"), 't', 'its unit left nothing');
$project->run_is(4, [ 'status', '--check' ], qr/pending/, undef, 'status after the kill');
$project->query('UPDATE nap SET seconds = 0');
$project->run_is(0, ['apply'], undef, undef, 'apply after the kill');
is($project->query("SELECT state FROM summit_migrate.migration_units"), 'completed', 'its unit is completed');
is($project->query("SELECT count(*) FROM summit_migrate.run_history() WHERE command = 'apply'"), 2, 'both runs are in the history');

# CREATE INDEX CONCURRENTLY behind an old transaction
$project = SummitMigrate->new($node);
$id = '20250101_000000_perf_index';
$project->query('CREATE TABLE t (a int); INSERT INTO t SELECT generate_series(1, 10)');
$project->migration($id, 'CREATE INDEX CONCURRENTLY t_a ON t (a);');
my $old = $node->background_psql($project->database, on_error_die => 1);
$old->query_safe('BEGIN; INSERT INTO t VALUES (11);');
$call = $project->start('apply');
ok($node->poll_query_until($project->database,
		"SELECT count(*) = 1 FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting for%'"),
	'CREATE INDEX CONCURRENTLY waits for an old transaction');
kill_program($project, $call, 'CREATE INDEX CONCURRENTLY');
is($project->query("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('t_a')"), 'f', 'it leaves an invalid index');
my $before = $project->query("SELECT to_regclass('t_a')::oid");
$old->query_safe('COMMIT;');
$old->quit;
$project->run_is(3, ['repair'], qr/index public\.t_a is invalid/, undef, 'repair says what is there');
is($project->query("SELECT to_regclass('t_a')::oid"), $before, 'and changes nothing');
$project->run_is(0, ['apply'], undef, qr/t_a.*taken away|taken away.*t_a/s, 'apply says what it found');
is($project->query("SELECT indisvalid, indexrelid <> $before FROM pg_index WHERE indexrelid = 't_a'::regclass"),
	't|t', 'the index is dropped and built anew');
is($project->query("SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass"), 1, 'once');

done_testing();
