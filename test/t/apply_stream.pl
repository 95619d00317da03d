# Plain files are sent in a row, without waiting for the answer to each: still
# nothing overtakes a failure, and each is recorded as its own.
use strict;
use warnings;
use Test::More;
use SummitMigrate;

my $node = SummitMigrate::start_server('main');

sub id { return sprintf '20250101_00%02d%02d_data_row', int($_[0] / 60), $_[0] % 60; }

# 100 files that insert a row; what the one in the middle does is the test's.
sub project_with
{
	my ($middle, $sql) = @_;
	my $project = SummitMigrate->new($node);

	$project->query('CREATE TABLE rows (n int);'
		  . 'CREATE TABLE parent (id int PRIMARY KEY);'
		  . 'CREATE TABLE child (id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)');
	$project->migration(id($_), $_ == $middle ? $sql : "INSERT INTO rows VALUES ($_);") for 0 .. 99;
	return $project;
}

# a statement that fails
for my $middle (0, 1, 41, 55, 99)
{
	my $project = project_with($middle, "\nINSERT INTO rows\n  VALUES (1 / 0);");
	my ($status, $out, $err) = $project->run('apply');

	is($status, 1, "file $middle fails");
	like($err, qr/row\.sql:\d+:\d+: error: division by zero/, 'with its place');
	like($err, qr/@{[id($middle)]}/, 'as the one it is');
	is($project->query('SELECT count(*), max(n) FROM rows'),
		$middle == 0 ? '0|' : "$middle|" . ($middle - 1), 'those before it have run, none behind it');
	is($project->query("SELECT status, count(*) FROM summit_migrate.migration_history GROUP BY 1 ORDER BY 1"),
		join("\n", grep { $_ !~ /\|0$/ } "completed|$middle", 'failed|1', 'pending|' . (99 - $middle)),
		'so says the history');
}

# a COMMIT that fails
for my $middle (6, 7, 8)
{
	my $project = project_with($middle, 'INSERT INTO child VALUES (1);');

	$project->run_is(1, ['apply'], undef, qr/@{[id($middle)]}\.sql:\d+: error: .*foreign key/, "the COMMIT of file $middle fails");
	is($project->query('SELECT count(*) FROM rows'), $middle, 'nothing behind it has run');
	$project->query('INSERT INTO parent VALUES (1)');
	$project->run_is(0, ['apply'], qr/@{[100 - $middle]} phases/, undef, 'the rest runs when the cause is gone');
	is($project->query('SELECT count(*), count(DISTINCT n) FROM rows'), '99|99', 'each once');
}

# a unit that waits for a lock
my $project = project_with(50, 'INSERT INTO parent VALUES (5);');
my $blocker = $node->background_psql($project->database, on_error_die => 1);
$blocker->query_safe('BEGIN; INSERT INTO parent VALUES (5);');
my $call = $project->start('apply', '--lock-timeout', '20s');
$node->poll_query_until($project->database, 'SELECT count(*) > 0 FROM pg_locks WHERE NOT granted');
sleep 2;
$blocker->query_safe('ROLLBACK;');
$blocker->quit;
my ($status, undef, $err) = $project->finish($call);
is($status, 0, 'a unit in the row waits and goes on');
like($err, qr/waiting for a lock held by/, 'and says so');
is($project->query('SELECT migration_id FROM summit_migrate.migration_units WHERE lock_wait_ms > 500'),
	id(50), 'the wait is recorded with the unit that waited');

# plain and other steps by turns, several phases of a file
$project = SummitMigrate->new($node);
$project->query('CREATE TABLE rows (n int)');
for my $n (0 .. 39)
{
	$project->migration(id($n),
		$n % 5 == 0 ? "SET search_path = pg_catalog;\nINSERT INTO public.rows VALUES ($n);"
		: $n % 5 == 1 ? "-- PHASE 1: EXPAND\nINSERT INTO rows VALUES ($n);\n-- PHASE 2: MIGRATE\nINSERT INTO rows VALUES (100 + $n);"
		: $n % 5 == 2 ? "-- PHASE 1: EXPAND\nINSERT INTO rows VALUES ($n);\n-- PHASE 2: MIGRATE\nBEGIN;\nINSERT INTO rows VALUES (100 + $n);\nCOMMIT;"
		: "INSERT INTO rows VALUES ($n);");
}
$project->run_is(0, ['apply'], qr/56 phases of 56 units/, undef, 'plain steps and others by turns');
is($project->query('SELECT count(*), count(DISTINCT n) FROM rows'), '56|56', 'each once');

done_testing();
