# What the program can do in the role of one who was given nothing, and of a
# runner, who has functions and no table.
use strict;
use warnings;
use Test::More;
use SummitMigrate;

my $node = SummitMigrate::start_server('main');
my $project = SummitMigrate->new($node);
my $id = '20250101_000000_schema_users';
$project->migration($id, 'CREATE TABLE users (id int);', Version => '1.0.0');
$project->query(<<'EOT');
CREATE ROLE stranger LOGIN;
CREATE ROLE watcher LOGIN;
CREATE ROLE deployer LOGIN;
SELECT summit_migrate.grant_migration_role('reader', 'watcher');
SELECT summit_migrate.grant_migration_role('runner', 'deployer');
GRANT CREATE ON SCHEMA public TO deployer;
EOT

sub as_role
{
	my ($role, @arguments) = @_;
	return (@arguments, { DATABASE_URL => $project->conninfo . " user=$role" });
}

my ($status, $out, $err) = $project->run(as_role('stranger', 'apply'));
isnt($status, 0, 'a stranger cannot apply');
like($err, qr/permission denied/, 'he is told why');
is($project->query("SELECT to_regclass('users') IS NULL"), 't', 'and nothing ran');
is($project->query('SELECT count(*) FROM summit_migrate.migration_history'), '0', 'nor was recorded');

($status, $out, $err) = $project->run(as_role('watcher', 'apply'));
isnt($status, 0, 'nor can a reader');
$project->run_is(0, [ as_role('watcher', 'status') ], qr/\Q$id\E/, undef, 'a reader sees the status');

$project->run_is(0, [ as_role('deployer', 'apply') ], undef, undef, 'a runner applies');
is($project->query("SELECT relowner::regrole FROM pg_class WHERE relname = 'users'"),
	'deployer', 'as himself');
is( $project->query(
		"SELECT DISTINCT run_by FROM summit_migrate.unit_state('postgresql', ARRAY['$id'])"),
	'deployer',
	'and the ledger knows him');

for my $table (qw(migration_settings migration_epoch migration_runs schema_versions
	migration_history migration_units migration_locks migration_dependencies))
{
	for my $statement ("DELETE FROM summit_migrate.$table", "TRUNCATE summit_migrate.$table",
		"SELECT FROM summit_migrate.$table")
	{
		my ($rc, undef, $stderr) = $node->psql($project->database, $statement,
			connstr => $project->conninfo . ' user=deployer');
		like($stderr, qr/permission denied/, "a runner may not: $statement");
	}
}

is( $node->safe_psql(
		$project->database, "SELECT summit_migrate.get_current_schema_version('postgresql')",
		connstr => $project->conninfo . ' user=stranger'),
	'1.0.0',
	'the version is open to everyone');

done_testing();
