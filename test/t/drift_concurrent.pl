# Comparing beside DDL: an alert whose DDL commits while the schemas are compared is
# not closed as undone, and what it made is nobody's at no time.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use Test::More;
use IPC::Run;
use SummitMigrate;

my $node = SummitMigrate::start_server('main');
my $project = SummitMigrate->new($node);
my $script = $project->folder . '/grow.sql';
my $count = "SELECT count(*) > 50, count(*) = count(author), count(*) FILTER (WHERE severity = 'critical')";

$project->query("SELECT summit_migrate.enable_drift_capture(); CREATE SEQUENCE numbers; SELECT summit_migrate.accept_schema('here it begins')");
append_to_file($script, "SELECT nextval('numbers') AS n \\gset\nCREATE TABLE grown_:n (a int);\n\\sleep 8 ms\n");
my $grow = IPC::Run::start([ 'pgbench', '-n', '-c', 2, '-T', 4, '-f', $script, $project->conninfo ], '<', \undef, '>', \my $out, '2>', \my $err);
my @seen;
do
{
	# where the schema never holds still, it says so, and is asked again
	my ($status, $found, $why) = $node->psql($project->database, 'SELECT count(*) - count(author) FROM summit_migrate.check_drift()');
	push @seen, $found if $status == 0;
	like($why, qr/the schema kept changing/, 'the only error') if $status != 0;
	$grow->pump_nb;
} while ($grow->pumpable);
ok($grow->finish, 'tables are made') or diag($err);
cmp_ok(scalar @seen, '>', 2, 'and compared meanwhile');
is(scalar(grep { $_ ne '0' } @seen), 0, 'each has its author whenever one looks');
is($project->query("$count FROM summit_migrate.check_drift()"), 't|t|0', 'and in the end');
is($project->query("SELECT count(*) FROM summit_migrate.schema_drift_alerts WHERE status = 'undone'"), '0', 'none was closed');

done_testing();
