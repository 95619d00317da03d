# pg_dump and pg_restore keep every row and sequence of the extension, and the
# next run goes on from there.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use Test::More;
use SummitMigrate;

my @tables = qw(migration_settings migration_runs schema_versions migration_history
  migration_units migration_locks migration_dependencies);

my $node = SummitMigrate::start_server('main');
my $project = SummitMigrate->new($node);
my $first = '20250101_000000_schema_users';
$project->migration($first, <<'EOT', Version => '1.0.0');
-- PHASE 1: EXPAND
CREATE TABLE users (id int PRIMARY KEY);

-- ROLLBACK
/*
DROP TABLE users;
*/
EOT
$project->migration('20250102_000000_data_first_users', 'INSERT INTO users VALUES (1), (2);',
	Version => '1.1.0', Dependencies => $first);
$project->run_is(0, ['apply'], undef, undef, 'apply');
$project->query(<<'EOT');
SELECT summit_migrate.set_environment('staging');
CREATE ROLE watcher LOGIN;
SELECT summit_migrate.grant_migration_role('reader', 'watcher');
EOT

sub content
{
	my ($database) = @_;
	return join "\n",
	  map { "$_:\n" . $node->safe_psql($database, "SELECT t FROM summit_migrate.$_ t ORDER BY 1") }
	  @tables;
}

my $before = content($project->database);
unlike($before, qr/$_:\n\n/, "there are rows in $_") for @tables;

my $file = "$PostgreSQL::Test::Utils::tmp_check/dump";
my @server = ('-h', $node->host, '-p', $node->port);

for my $format (qw(custom plain))
{
	my $restored = "restored_$format";
	$node->safe_psql('postgres', "CREATE DATABASE $restored");
	command_ok([ 'pg_dump', @server, '-F', $format, '-f', $file, $project->database ],
		"$format: pg_dump");
	command_ok(
		$format eq 'custom'
		? [ 'pg_restore', @server, '--exit-on-error', '-d', $restored, $file ]
		: [ 'psql', @server, '-XqAt', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', $restored, '-f', $file ],
		"$format: restore");
	is(content($restored), $before, "$format: every row is there");
	is($node->safe_psql($restored, "SELECT summit_migrate.get_current_schema_version('postgresql')"),
		'1.1.0', "$format: the version is there");
	is( $node->safe_psql(
			$restored, "SET ROLE watcher; SELECT count(*) > 0 FROM summit_migrate.migration_state()"),
		't', "$format: the reader's grants are there");

	my $copy = SummitMigrate->new($node, bare => 1);
	$node->safe_psql('postgres', 'DROP DATABASE ' . $copy->database);
	$copy->{database} = $restored;
	system('cp', '-R', $project->folder . '/db', $copy->folder) == 0 or die 'cp';
	my %environment = (SUMMIT_MIGRATE_ENV => 'staging');
	$copy->run_is(0, [ 'verify', \%environment ], undef, undef, "$format: verify");
	$copy->migration('20250103_000000_data_third_user', 'INSERT INTO users VALUES (3);',
		Version => '1.2.0');
	$copy->run_is(0, [ 'apply', \%environment ], undef, undef, "$format: apply of one more");
	is($copy->query('SELECT count(*) FROM users'), '3', "$format: it ran, and nothing ran twice");
	is( $copy->query(
			'SELECT count(DISTINCT id) = count(*) AND max(id) > 2 FROM summit_migrate.migration_history'),
		't',
		"$format: the ids go on");
	is( $copy->query('SELECT count(DISTINCT epoch) = count(*) FROM summit_migrate.migration_runs'),
		't', "$format: and the epochs");
}

$node->safe_psql('postgres', 'CREATE DATABASE restored_schema');
command_ok([ 'pg_dump', @server, '--schema-only', '-F', 'custom', '-f', $file, $project->database ],
	'schema only: pg_dump');
command_ok([ 'pg_restore', @server, '--exit-on-error', '-d', 'restored_schema', $file ],
	'schema only: restore');
is( $node->safe_psql('restored_schema', 'SELECT count(*) FROM summit_migrate.migration_history'),
	'0', 'schema only: the history stays behind');

done_testing();
