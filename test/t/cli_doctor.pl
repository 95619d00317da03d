# doctor and lock: each line from evidence; what is wrong is found.
use strict;
use warnings;
use Test::More;
use PostgreSQL::Test::Utils;
use SummitMigrate;

my $node = SummitMigrate::start_server('doctor', 'max_prepared_transactions = 2');
my $project = SummitMigrate->new($node);

# The result of each check, by name; the worst where it has several lines.
sub results
{
	my ($expected, @arguments) = @_;
	my $report = $project->run_json($expected, 'doctor', @arguments);
	my %rank = (ok => 0, warn => 1, fail => 2);
	my %results;

	for my $row (@{ $report->{checks} })
	{
		my $before = $results{ $row->{check} };
		$results{ $row->{check} } = $row
		  if !$before || $rank{ $row->{result} } > $rank{ $before->{result} };
		ok(defined $row->{next}, "$row->{check}: what to do next") if $row->{result} ne 'ok';
	}
	return \%results;
}

# A sound database: nothing fails.
$project->query("SELECT summit_migrate.set_environment('dev')");
$project->file('summit-migrate.conf', "[project]\n\tenv = dev\n");
my $sound = results(0);
my @checks = ('configuration', 'folder', 'server version', 'direct connection', 'recovery', 'transactions', 'encoding',
	'extension', 'environment', 'privileges', 'clock', 'migration lock', 'stale lock rows', 'prepared',
	'long transactions', 'units in doubt', 'unknown outcome', 'half undone', 'invalid indexes');
is_deeply([ sort keys %$sound ], [ sort @checks ], 'every check has a line');
is($sound->{$_}{result}, 'ok', "$_: ok ($sound->{$_}{evidence})") for @checks;
$project->run_is(0, ['doctor'], qr/^ok    server version\s+PostgreSQL \d+/m, qr/^$/);

# What stands in the way is named.
my $other = $node->background_psql($project->database);
$other->query("SELECT summit_migrate.acquire_migration_lock('*', 'release engineer')");
$other->query("SET application_name = 'by hand'");
$project->query("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1);");
$node->psql($project->database, 'CREATE UNIQUE INDEX CONCURRENTLY t_a ON t (a)');
$project->query("BEGIN; CREATE TABLE prepared (); PREPARE TRANSACTION 'left over'");
my $troubled = results(0);
is($troubled->{'migration lock'}{result}, 'warn', 'a held lock');
like($troubled->{'migration lock'}{evidence}, qr/^release engineer holds \* since/, 'its holder');
is($troubled->{'invalid indexes'}{result}, 'warn', 'an invalid index');
like($troubled->{'invalid indexes'}{evidence}, qr/t_a on t$/, 'its name');
is($troubled->{prepared}{result}, 'warn', 'a prepared transaction');
like($troubled->{prepared}{evidence}, qr/^"left over" of /, 'its name');

# lock: who, from where.
my $locks = $project->run_json(0, 'lock')->{locks};
is(scalar @$locks, 1, 'lock: one holder');
is($locks->[0]{locked_by}, 'release engineer', 'lock: who');
is($locks->[0]{application_name}, 'by hand', 'lock: which application');
is($locks->[0]{stale}, JSON::PP::false, 'lock: it is held');
like($project->run_is(0, ['lock']), qr/MIGRATION.*HELD BY.*\n.*release engineer/, 'lock: a table');
$other->quit;
$project->run_is(0, ['lock'], qr/stale: its session is gone|Nobody/);
is(results(0)->{'stale lock rows'}{result}, 'warn', 'a stale row is found');

# What stops an apply fails: a wrong environment, a role without rights, no extension, a standby.
is(results(1, '--env', 'prod')->{environment}{result}, 'fail', 'a wrong environment');
$node->safe_psql('postgres', 'CREATE ROLE guest LOGIN');
my $guest = results(1, { DATABASE_URL => $project->conninfo . ' user=guest' });
is($guest->{privileges}{result}, 'fail', 'a role without rights');
like($guest->{privileges}{next}, qr/grant_migration_role\('runner', 'guest'\)/, 'and what gives them');
my $bare = SummitMigrate->new($node, bare => 1);
my $report = $bare->run_json(1, 'doctor');
ok((grep { $_->{check} eq 'extension' && $_->{result} eq 'fail' } @{ $report->{checks} }), 'no extension');
$bare->run_is(7, ['lock'], qr/^$/, qr/is not in the database.*summit-migrate init/s);
$project->query("ROLLBACK PREPARED 'left over'");

$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 0);
$standby->set_standby_mode;
$standby->start;
my $there = results(1,
	{ DATABASE_URL => 'host=' . $standby->host . ' port=' . $standby->port . ' dbname=' . $project->database });
is($there->{recovery}{result}, 'fail', 'a standby');
$standby->stop;

# version asks server and extension, and goes on without.
my $version = $project->run_json(0, 'version');
like($version->{server}, qr/^1[5-8]/, 'version: the server');
is($version->{extension}, '1.0', 'version: the extension');
$project->query('ALTER DATABASE ' . $project->database . ' SET default_transaction_read_only = on');
my $frozen = $project->run_json(1, 'doctor');
my ($transactions) = grep { $_->{check} eq 'transactions' } @{ $frozen->{checks} };
is($transactions->{result}, 'fail', 'transactions that are read only') or diag(explain($frozen));
like($transactions->{evidence}, qr/default_transaction_read_only = on, set by database/, 'and what makes them so');

$node->stop;
$project->run_is(0, ['version'], qr/^server\s+\(no connection\)$/m);
$project->run_is(7, ['doctor'], undef, qr/could not connect/);

done_testing();
