# DDL outside migrations is told by NOTIFY in the moment that it commits; where
# transactions can be prepared it is not, so that they still can.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use Test::More;
use SummitMigrate;
use SummitTest qw(wait_for);

my $node = SummitMigrate::start_server('main');
my $project = SummitMigrate->new($node);
$project->query('SELECT summit_migrate.enable_drift_capture()');

my $listener = $node->background_psql($project->database);
$listener->query_safe('LISTEN summit_migrate_drift');

# What has arrived since: psql prints it after a statement.
sub notifications
{
	return join "\n", $listener->query('SELECT 1') =~ /notification "summit_migrate_drift" with payload "([^"]*)"/g;
}

sub newest
{
	return $project->query('SELECT max(id) FROM summit_migrate.ddl_journal');
}

$project->query('CREATE TABLE by_hand (a int)');
is(notifications(), newest(), 'DDL by hand: the id of its row in the journal, and nothing else');
is($project->query('SELECT object_identity FROM summit_migrate.schema_drift_alerts WHERE journal_id = ' . newest()),
	'public.by_hand', 'which has an alert');

$project->query('BEGIN; CREATE TABLE never (a int); ROLLBACK');
is(notifications(), '', 'nothing of what is rolled back');
$project->query('CREATE TEMP TABLE temporary (a int)');
is(notifications(), '', 'nor of temporary tables');

$project->migration('20250101_000000_schema_users', <<'SQL');
CREATE TABLE users (id int);
CREATE INDEX CONCURRENTLY users_id ON users (id);
SQL
$project->run_is(0, ['apply'], undef, undef, 'a migration');
is(notifications(), '', 'which tells nothing');
is( $project->query(q{SELECT string_agg(command_tag || ' ' || unit, ', ' ORDER BY id) FROM summit_migrate.ddl_journal
	WHERE migration_id = '20250101_000000_schema_users' AND phase = 'expand' AND direction = 'up'}),
	'CREATE TABLE 1, CREATE INDEX 2', 'and whose DDL is its units\'');
is($project->query('SELECT count(*) FROM summit_migrate.schema_drift_alerts'), '1', 'it made no alert');
$project->query("SELECT summit_migrate.add_drift_ignore_rule('%', 'table', 'part_%', 'partitions')");
$project->query('CREATE TABLE part_1 (a int)');
is(notifications(), '', 'what is ignored is not told either');

my $off = 'SET summit_migrate.drift_notify = off;';
$project->query("$off CREATE TABLE silent (a int)");
is(notifications(), '', 'off: nothing');
is($project->query("SELECT count(*) FROM summit_migrate.schema_drift_alerts WHERE object_identity = 'public.silent'"),
	'1', 'but the alert is there');
my ($status, undef, $error) = $node->psql($project->database,
	"CREATE ROLE plain; GRANT CREATE ON SCHEMA public TO plain; SET ROLE plain; $off");
isnt($status, 0, 'a plain role cannot turn it off');
notifications();
$node->psql($project->database, 'SET ROLE plain; CREATE TABLE by_plain (a int)');
is(notifications(), newest(), 'and its DDL is told');

# with prepared transactions
$listener->quit;
$node->append_conf('postgresql.conf', 'max_prepared_transactions = 5');
$node->restart;
$project->query("BEGIN; CREATE TABLE prepared (a int); PREPARE TRANSACTION 'p'");
is($project->query('SELECT count(*) FROM pg_prepared_xacts'), '1', 'auto: DDL can be prepared');
is($project->query('SELECT summit_migrate.seal_journal() > 0'), 't', 'its row is not there yet for the sealer');
$project->query("COMMIT PREPARED 'p'");
is($project->query("SELECT count(*) FROM summit_migrate.schema_drift_alerts WHERE object_identity = 'public.prepared'"),
	'1', 'and the alert comes with COMMIT PREPARED');
$project->query('SELECT summit_migrate.seal_journal()');
is( $project->query("SELECT count(*) FROM summit_migrate.ddl_journal WHERE identity_after = 'public.prepared' AND seal > 0"),
	'1', 'and is sealed then');
($status, undef, $error) = $node->psql($project->database,
	"SET summit_migrate.drift_notify = on; BEGIN; CREATE TABLE prepared_2 (a int); PREPARE TRANSACTION 'q'");
isnt($status, 0, 'on: it cannot');
like($error, qr/LISTEN, UNLISTEN, or NOTIFY/, 'because of NOTIFY');
like($project->query("SELECT state, detail FROM summit_migrate.capture_status() WHERE layer = 'notify'"),
	qr/^off\|max_prepared_transactions/, 'capture_status() says why');

done_testing();
