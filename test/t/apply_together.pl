# Many runners at once: every file once, all end with 0; without waiting, all
# but one end with 5.
use strict;
use warnings;
use Test::More;
use Time::HiRes qw(sleep);
use SummitMigrate;

my $node = SummitMigrate::start_server('main', 'max_connections = 200');
my $project = SummitMigrate->new($node);
my $runners = 64;

$project->query('CREATE TABLE rows (n int)');
$project->migration(sprintf('20250101_%06d_data_row', $_ % 60 + int($_ / 60) * 100), "INSERT INTO rows VALUES ($_);")
  for 0 .. 199;

my @calls = map { $project->start('apply') } 1 .. $runners;
my %ended;
for my $call (@calls)
{
	my ($status, undef, $err) = $project->finish($call);
	$ended{$status}++;
	diag($err) if $status;
}
is_deeply(\%ended, { 0 => $runners }, "$runners runners end with 0");
is($project->query('SELECT count(*), count(DISTINCT n) FROM rows'), '200|200', 'every row is there once');

# one holds the lock, nobody waits
$project->migration('20250102_000000_data_slow', 'SELECT pg_sleep(600);');
my $holder = $project->start('apply');
$node->poll_query_until($project->database, "SELECT count(*) = 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND state = 'active' AND pid <> pg_backend_pid()");
@calls = map { $project->start('apply', '--lock-wait', '0') } 2 .. $runners;
%ended = ();
my $said;
for my $call (@calls)
{
	my ($status, undef, $err) = $project->finish($call);
	$ended{$status}++;
	$said = $err;
}
is_deeply(\%ended, { 5 => $runners - 1 }, 'all but the holder end with 5');
like($said, qr/held by summit-migrate apply.*pid \d+/, 'and say who it is');

# SIGTERM in a unit: cancelled, undone, recorded, 143
$holder->{handle}->signal('TERM');
my ($status, $out, $err) = $project->finish($holder);
is($status, 143, 'SIGTERM ends with 143');
is($project->query("SELECT state FROM summit_migrate.migration_units WHERE migration_id LIKE '%slow'"),
	'failed', 'the unit is recorded');
is($project->query('SELECT result FROM summit_migrate.run_history(1)'), 'interrupted', 'the run is interrupted');
is($project->query("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), 0, 'the lock is free');

# a killed runner leaves the lock within 5 s
$holder = $project->start('apply');
$node->poll_query_until($project->database, "SELECT count(*) = 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND state = 'active' AND pid <> pg_backend_pid()");
$holder->{handle}->signal('KILL');
$project->finish($holder);
my $waited = 0;
while ($project->query("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") && $waited < 10)
{
	sleep 0.25;
	$waited += 0.25;
}
cmp_ok($waited, '<', 5, 'after SIGKILL the lock is free within 5 s');
is($project->query("SELECT status FROM summit_migrate.migration_history WHERE migration_id LIKE '%slow'"),
	'failed', 'and the unit left no trace');

done_testing();
