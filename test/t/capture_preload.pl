# With preloading the hook sees what event triggers do not: roles, databases,
# settings, event triggers themselves, what empties and rewrites tables.  Without
# it nothing of that is there, and capture_status() says so.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use Test::More;
use SummitMigrate;

my $node = SummitMigrate::start_server('main', "shared_preload_libraries = 'summit_migrate'", 'allow_in_place_tablespaces = on');
my $project = SummitMigrate->new($node);
my $other = SummitMigrate->new($node);
my $hook = "SELECT state FROM summit_migrate.capture_status() WHERE layer = 'hook'";

is($project->query($hook), 'off', 'preloaded, but not enabled: the hook is off');
$project->query('CREATE ROLE before_enabling');
$project->query('SELECT summit_migrate.enable_drift_capture()');
is($project->query($hook), 'on', 'enabled: it is on');
is($project->query('SELECT count(*) FROM summit_migrate.ddl_journal'), '0', 'nothing of before, nor the switch itself');
is($other->query($hook), 'off', 'in another database it is not');

# event triggers see it from 17 on, and the hook leaves it to them
my $hook_has_reindex = $project->query('SHOW server_version_num') < 170000;

# statement => what the journal and the alert say of it
my @cases = (
	[ "CREATE ROLE r PASSWORD 'secret-1'", 'CREATE ROLE|role||r|added|high' ],
	[ "ALTER ROLE r PASSWORD 'secret-2'", 'ALTER ROLE|role|r|r|changed|high' ],
	[ 'ALTER ROLE r BYPASSRLS', 'ALTER ROLE|role|r|r|changed|high' ],
	[ 'ALTER ROLE r SET work_mem = 100', 'ALTER ROLE|role|r|r|changed|high' ],
	[ 'ALTER ROLE ALL SET work_mem = 100', 'ALTER ROLE|all roles|"all"|"all"|changed|medium' ],
	[ 'ALTER ROLE r RENAME TO "R r"', 'ALTER ROLE|role|r|"R r"|renamed|high' ],
	[ 'CREATE ROLE s', 'CREATE ROLE|role||s|added|high' ],
	[ 'GRANT "R r" TO s', 'GRANT ROLE|role|s|s|changed|high' ],
	[ 'REVOKE "R r" FROM s', 'REVOKE ROLE|role|s|s|changed|high' ],
	[ q{COMMENT ON ROLE s IS 's'}, 'COMMENT|role|s|s|changed|low' ],
	[ 'REASSIGN OWNED BY s TO CURRENT_USER', 'REASSIGN OWNED|role|s|s|changed|high' ],
	[ 'GRANT CONNECT ON DATABASE postgres TO s', 'GRANT|database|postgres|postgres|changed|high' ],
	[ 'REVOKE CONNECT ON DATABASE postgres FROM s', 'REVOKE|database|postgres|postgres|changed|high' ],
	[ 'GRANT SET ON PARAMETER log_duration TO s', 'GRANT|parameter|log_duration|log_duration|changed|high' ],
	[ 'REVOKE SET ON PARAMETER log_duration FROM s', 'REVOKE|parameter|log_duration|log_duration|changed|high' ],
	[ 'DROP ROLE s, "R r"', 'DROP ROLE|role|s||removed|high' . "\n" . 'DROP ROLE|role|"R r"||removed|high' ],
	[ 'ALTER DATABASE postgres SET work_mem = 100', 'ALTER DATABASE|database|postgres|postgres|changed|medium' ],
	[ q{COMMENT ON DATABASE postgres IS 'd'}, 'COMMENT|database|postgres|postgres|changed|low' ],
	[ 'ALTER DATABASE postgres REFRESH COLLATION VERSION', 'ALTER DATABASE|database|postgres|postgres|changed|medium' ],
	[ 'CREATE DATABASE made', 'CREATE DATABASE|database||made|added|medium' ],
	[ 'ALTER DATABASE made RENAME TO made_2', 'ALTER DATABASE|database|made|made_2|renamed|high' ],
	[ 'DROP DATABASE made_2', 'DROP DATABASE|database|made_2||removed|critical' ],
	[ q{ALTER SYSTEM SET work_mem = '5MB'}, 'ALTER SYSTEM|configuration|work_mem|work_mem|changed|medium' ],
	[ q{ALTER SYSTEM SET primary_conninfo = 'password=secret-3'}, 'ALTER SYSTEM|configuration|primary_conninfo|primary_conninfo|changed|medium' ],
	[ 'ALTER SYSTEM RESET ALL', 'ALTER SYSTEM|configuration|"all"|"all"|changed|medium' ],
	[ q{CREATE TABLESPACE ts LOCATION ''}, 'CREATE TABLESPACE|tablespace||ts|added|medium' ],
	[ 'ALTER TABLESPACE ts SET (seq_page_cost = 1)', 'ALTER TABLESPACE|tablespace|ts|ts|changed|medium' ],
	[ 'DROP TABLESPACE ts', 'DROP TABLESPACE|tablespace|ts||removed|high' ],
	# rows are no schema: journalled, no alert
	[ 'TRUNCATE t, p', "TRUNCATE TABLE|table|public.t|public.t||\nTRUNCATE TABLE|table|public.p|public.p||" ],
	[ 'VACUUM FULL t', 'VACUUM|table|public.t|public.t||' ],
	[ 'REINDEX INDEX t_pkey', $hook_has_reindex ? 'REINDEX|index|public.t_pkey|public.t_pkey||' : '' ],
	[ 'REINDEX TABLE CONCURRENTLY t', $hook_has_reindex ? 'REINDEX|table|public.t|public.t||' : '' ],
	[ 'CLUSTER t USING t_pkey', 'CLUSTER|table|public.t|public.t|changed|high' ],
	[ 'CLUSTER t', 'CLUSTER|table|public.t|public.t||' ],
	[ 'VACUUM t', '' ],
	[ 'ANALYZE t', '' ],
	[ 'CREATE TEMP TABLE temporary (a int); TRUNCATE temporary', '' ],
	# capture itself
	[ 'CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION e()', 'CREATE EVENT TRIGGER|event trigger||e|added|high' ],
	[ 'ALTER EVENT TRIGGER e DISABLE', 'ALTER EVENT TRIGGER|event trigger|e|e|changed|high' ],
	[ 'DROP EVENT TRIGGER e', 'DROP EVENT TRIGGER|event trigger|e||removed|high' ],
	[ 'ALTER EVENT TRIGGER summit_migrate_drop DISABLE', 'ALTER EVENT TRIGGER|event trigger|summit_migrate_drop|summit_migrate_drop|tampered|critical' ],
	[ 'ALTER EVENT TRIGGER summit_migrate_drop ENABLE ALWAYS', '' ],
	[ 'ALTER EVENT TRIGGER summit_migrate_drop RENAME TO x', 'ALTER EVENT TRIGGER|event trigger|summit_migrate_drop|x|tampered|critical' ],
	[ 'ALTER EVENT TRIGGER x RENAME TO summit_migrate_drop', 'ALTER EVENT TRIGGER|event trigger|x|summit_migrate_drop|renamed|high' ],
	[ 'DROP EVENT TRIGGER summit_migrate_command_end', 'DROP EVENT TRIGGER|event trigger|summit_migrate_command_end||tampered|critical' ],
	[ 'SELECT summit_migrate.enable_drift_capture()', '' ]);

$project->query('CREATE TABLE t (a int PRIMARY KEY); CREATE TABLE p (a int); CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN END$$');
for my $case (@cases)
{
	my ($statement, $expected) = @$case;

	$project->query('DELETE FROM summit_migrate.ddl_journal');
	$project->query($statement);
	is( $project->query(
			"SELECT j.command_tag, j.object_type, j.identity_before, j.identity_after, a.drift_type, a.severity
			FROM summit_migrate.ddl_journal j LEFT JOIN summit_migrate.schema_drift_alerts a ON a.journal_id = j.id
			WHERE j.captured_by = 'hook' ORDER BY j.id"),
		$expected, $statement);
	next unless $expected;
	my $text = $statement =~ /secret/ ? ($statement =~ /^(\w+ \w+)/)[0] . ' (text withheld: it can hold a secret)' : $statement;
	is( $project->query("SELECT DISTINCT statement, statement_exact, nesting_depth FROM summit_migrate.ddl_journal WHERE captured_by = 'hook'"),
		"$text|t|0", '... its text');
}

# inside other statements, rolled back, in a migration
$project->query('DELETE FROM summit_migrate.ddl_journal; DELETE FROM summit_migrate.schema_drift_alerts');
$project->query(q{DO $$ BEGIN CREATE ROLE in_do PASSWORD 'secret-4'; CREATE TABLE in_do (a int); END $$});
$project->query('BEGIN; CREATE ROLE never; ROLLBACK');
my ($status) = $node->psql($project->database, 'CREATE ROLE in_do');
isnt($status, 0, 'a statement that fails');
is( $project->query('SELECT captured_by, command_tag, identity_after, nesting_depth, statement_exact FROM summit_migrate.ddl_journal ORDER BY id'),
	"hook|CREATE ROLE|in_do|1|t\nevent trigger|CREATE TABLE|public.in_do|1|t", 'in a DO: both layers, exact texts');
$project->migration('20250101_000000_security_roles', "CREATE ROLE by_migration;\nVACUUM FULL t;\n");
$project->run_is(0, ['apply'], undef, undef, 'a migration of roles');
is( $project->query("SELECT command_tag, unit FROM summit_migrate.ddl_journal WHERE migration_id = '20250101_000000_security_roles' ORDER BY id"),
	"CREATE ROLE|1\nVACUUM|2", 'its DDL is its units\'');
is($project->query("SELECT count(*) FROM summit_migrate.schema_drift_alerts WHERE object_identity = 'by_migration'"), '0', 'and no drift');

# a plain role, whose own rights reach nothing of ours
$project->query('CREATE ROLE creator CREATEROLE');
$project->query('SET ROLE creator; CREATE ROLE by_creator');
is($project->query("SELECT role_name FROM summit_migrate.ddl_journal WHERE identity_after = 'by_creator'"), 'creator', 'a plain role\'s is captured');
is($project->query("SELECT count(*) FROM summit_migrate.ddl_journal j WHERE j::text ~ 'secret-'"), '0', 'no secret is kept');

# a first DDL in a session has its exact text at once
$project->query(q{DO $$ BEGIN CREATE TABLE first_in_session (a int); END $$});
is($project->query("SELECT statement, nesting_depth FROM summit_migrate.ddl_journal WHERE identity_after = 'public.first_in_session'"),
	'CREATE TABLE first_in_session (a int)|1', 'the first DDL of a session');

# a broken table
my (undef, undef, $warning) = $node->psql($project->database,
	'ALTER TABLE summit_migrate.schema_drift_alerts RENAME TO broken; CREATE ROLE passes; CREATE DATABASE passes; DROP DATABASE passes;');
is(() = $warning =~ /WARNING:  summit_migrate could not journal this statement/g, 4, 'a broken table: warnings');
is($project->query("SELECT count(*) FROM pg_roles WHERE rolname = 'passes'"), '1', 'and the statements pass');
$project->query('ALTER TABLE summit_migrate.broken RENAME TO schema_drift_alerts');

# session_preload_libraries, and none
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''\nsession_preload_libraries = 'summit_migrate'");
$node->restart;
is($project->query($hook), 'on', 'session_preload_libraries: on');
$project->query('CREATE ROLE by_session_preload');
is($project->query("SELECT captured_by FROM summit_migrate.ddl_journal WHERE identity_after = 'by_session_preload'"), 'hook', 'it is captured');
$node->append_conf('postgresql.conf', "session_preload_libraries = ''");
$node->restart;
is($project->query($hook), 'off', 'none: off');
$project->query('CREATE TABLE loads (a int); CREATE ROLE unseen; TRUNCATE t');
is($project->query("SELECT identity_after FROM summit_migrate.ddl_journal ORDER BY id DESC LIMIT 1"), 'public.loads',
	'and off it stays, though the module was loaded by the DDL before');

done_testing();
