# SIGINT and SIGTERM end the program cleanly wherever it is: 130 and 143, the
# unit undone and recorded, the lock free, and the next apply completes.
use strict;
use warnings;
use Test::More;
use SummitMigrate;

my $node = SummitMigrate::start_server('main');
my %status = (INT => 130, TERM => 143);
my $asleep = "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'";

sub no_lock_is
{
	my ($project, $name) = @_;
	is($project->query("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), 0, "$name: the lock is free");
}

# in a transactional unit
for my $signal (sort keys %status)
{
	my $project = SummitMigrate->new($node);
	$project->query('CREATE TABLE nap (seconds int); INSERT INTO nap VALUES (600)');
	$project->migration('20250101_000000_schema_nap', "CREATE TABLE made (id int);\nSELECT pg_sleep(seconds) FROM nap;");
	$project->migration('20250102_000000_schema_next', 'CREATE TABLE next (id int);');
	my $call = $project->start('apply');
	$node->poll_query_until($project->database, $asleep);
	$call->{handle}->signal($signal);
	my ($status, $out, $err) = $project->finish($call);
	is($status, $status{$signal}, "SIG$signal in a unit: exit status") or diag($err);
	is($project->query("SELECT to_regclass('made') IS NULL, to_regclass('next') IS NULL"), 't|t',
		"SIG$signal in a unit: it is undone, the next file has not run");
	is($project->query('SELECT state, error_sqlstate FROM summit_migrate.migration_units'), 'failed|57014',
		"SIG$signal in a unit: it is recorded");
	is($project->query('SELECT result FROM summit_migrate.run_history(1)'), 'interrupted', "SIG$signal in a unit: so is the run");
	no_lock_is($project, "SIG$signal in a unit");
	$project->query('UPDATE nap SET seconds = 0');
	$project->run_is(0, ['apply'], qr/2 phases/, undef, "apply after SIG$signal");
}

# while it waits for another runner
my $project = SummitMigrate->new($node);
$project->migration('20250101_000000_schema_t', 'CREATE TABLE t (a int);');
my $holder = $node->background_psql($project->database, on_error_die => 1);
$holder->query_safe("SET client_min_messages = warning; SELECT summit_migrate.acquire_migration_lock('20250101_000000_schema_t', 'deploy by hand');");
for my $signal (sort keys %status)
{
	my $call = $project->start('apply');
	$node->poll_query_until($project->database,
		"SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%migration_lock_holders%' AND state = 'idle' AND pid <> pg_backend_pid()");
	$call->{handle}->signal($signal);
	my ($status, $out, $err) = $project->finish($call);
	is($status, $status{$signal}, "SIG$signal while waiting for the lock: exit status") or diag($err);
	like($err, qr/held by deploy by hand \(pid \d+/, "SIG$signal while waiting for the lock: the holder was named");
}
is($project->query('SELECT count(*) FROM summit_migrate.run_history()'), 0, 'no run was begun without the lock');
$holder->quit;

# while it waits for a table's lock
$project->run_is(0, ['apply'], undef, undef, 'apply when the lock is free');
$project->migration('20250102_000000_schema_t', 'ALTER TABLE t ADD COLUMN b int;', 'Lock-Timeout' => '300ms');
my $reader = $node->background_psql($project->database, on_error_die => 1);
$reader->query_safe('BEGIN; TABLE t;');
my $call = $project->start('apply');
$node->poll_query_until($project->database, "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted");
sleep 1;
$call->{handle}->signal('TERM');
my ($status, $out, $err) = $project->finish($call);
is($status, 143, 'SIGTERM while a table is locked: exit status') or diag($err);
no_lock_is($project, 'SIGTERM while a table is locked');
$reader->query_safe('COMMIT;');

# in CREATE INDEX CONCURRENTLY
$project->migration('20250102_000000_schema_t', 'CREATE INDEX CONCURRENTLY t_a ON t (a);');
$reader->query_safe('BEGIN; INSERT INTO t VALUES (1);');
$call = $project->start('apply');
$node->poll_query_until($project->database,
	"SELECT count(*) = 1 FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting for%'");
$call->{handle}->signal('TERM');
($status, $out, $err) = $project->finish($call);
is($status, 143, 'SIGTERM in CREATE INDEX CONCURRENTLY: exit status') or diag($err);
no_lock_is($project, 'SIGTERM in CREATE INDEX CONCURRENTLY');
$reader->query_safe('COMMIT;');
$reader->quit;
$project->run_is(0, ['apply'], undef, qr/taken away.*t_a is invalid/, 'apply after it');
is($project->query("SELECT indisvalid FROM pg_index WHERE indexrelid = 't_a'::regclass"), 't', 'the index is valid');

# between two batches
$project = SummitMigrate->new($node);
$project->query('CREATE TABLE t (id int PRIMARY KEY, done int DEFAULT 0); INSERT INTO t SELECT generate_series(1, 10)');
$project->migration('20250101_000000_data_batch', "-- Batch: table=t, key=id, size=6, pause=2s\nUPDATE t SET done = done + 1;");
$call = $project->start('apply');
$node->poll_query_until($project->database, 'SELECT count(*) = 6 FROM t WHERE done = 1');
$call->{handle}->signal('TERM');
($status, $out, $err) = $project->finish($call);
is($status, 143, 'SIGTERM in the pause between batches: exit status') or diag($err);
like($err, qr/goes on behind the last batch/, 'SIGTERM in the pause between batches: what comes next');
no_lock_is($project, 'SIGTERM in the pause between batches');
$project->run_is(0, ['apply'], undef, qr/goes on behind the last batch/, 'apply after it');
is($project->query('SELECT DISTINCT done FROM t'), 1, 'every row is done once');

# a probe that waits
$call = $project->start('status', '--at-least', '9.0.0', '--wait', '10m');
$node->poll_query_until($project->database, "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%schema_version_at_least%' AND pid <> pg_backend_pid()");
$call->{handle}->signal('INT');
is(($project->finish($call))[0], 130, 'SIGINT in status --wait');

done_testing();
