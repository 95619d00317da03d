# A dump that was taken with capture enabled: restoring it fails nowhere and
# writes nothing of its own; capture then goes on, and the journal verifies.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use Test::More;
use SummitMigrate;

my $node = SummitMigrate::start_server('main', "session_preload_libraries = 'summit_migrate'");
my $project = SummitMigrate->new($node);
$project->query(<<'SQL');
SELECT summit_migrate.enable_drift_capture();
CREATE ROLE reader LOGIN;
CREATE TABLE t (id serial PRIMARY KEY, a text NOT NULL DEFAULT 'x');
INSERT INTO t (a) VALUES ('a'), ('b');
CREATE MATERIALIZED VIEW m AS SELECT count(*) FROM t;
CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1;
GRANT SELECT ON t TO reader;
COMMENT ON TABLE t IS 'a table';
SELECT summit_migrate.grant_migration_role('reader', 'reader');
ALTER TABLE t RENAME a TO b;
DROP FUNCTION f();
SELECT summit_migrate.seal_journal();
SELECT summit_migrate.prune_journal('0');
CREATE TABLE later (a int);
SELECT summit_migrate.seal_journal();
CREATE TABLE unsealed (a int);
SELECT summit_migrate.add_drift_ignore_rule('%', 'table', 'part_%', 'partitions');
SQL

my @tables = qw(ddl_journal ddl_journal_head ddl_journal_cuts schema_drift_alerts drift_ignore_rules migration_settings);

sub content
{
	my ($database) = @_;
	return join "\n",
	  map { "$_:\n" . $node->safe_psql($database, "SELECT t FROM summit_migrate.$_ t ORDER BY 1") } @tables;
}

my $before = content($project->database);
my $file = "$PostgreSQL::Test::Utils::tmp_check/dump";
my @server = ('-h', $node->host, '-p', $node->port);

for my $format (qw(custom plain parallel))
{
	my $restored = "restored_$format";
	my @dump = $format eq 'plain' ? ('-F', 'plain') : ('-F', 'custom');
	my @restore =
	  $format eq 'plain'
	  ? ('psql', @server, '-XqAt', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', $restored, '-f', $file)
	  : ('pg_restore', @server, '--exit-on-error', ($format eq 'parallel' ? ('-j', '2') : ()), '-d', $restored, $file);

	$node->safe_psql('postgres', "CREATE DATABASE $restored");
	command_ok([ 'pg_dump', @server, @dump, '-f', $file, $project->database ], "$format: pg_dump");
	my ($out, $err) = run_command(\@restore);
	unlike($err, qr/WARNING|ERROR/, "$format: restore, without a warning") or diag($err);
	is(content($restored), $before, "$format: every row is there, and no other");
	is($node->safe_psql($restored, 'SELECT count(*) FROM summit_migrate.verify_journal()'),
		'0', "$format: the journal verifies");
	is( $node->safe_psql($restored, "SELECT string_agg(state, ' ') FROM summit_migrate.capture_status() WHERE layer <> 'notify'"),
		'on on on on on', "$format: capture is at work");
	$node->safe_psql($restored, 'CREATE TABLE after_restore (a int)');
	is( $node->safe_psql($restored,
			"SELECT j.command_tag, a.drift_type FROM summit_migrate.ddl_journal j
			JOIN summit_migrate.schema_drift_alerts a ON a.journal_id = j.id WHERE j.identity_after = 'public.after_restore'"),
		'CREATE TABLE|added', "$format: it goes on");
	is($node->safe_psql($restored, 'SELECT summit_migrate.seal_journal() - max(seal) FROM summit_migrate.ddl_journal_head'),
		'2', "$format: and so do the seals");
	is($node->safe_psql($restored, 'SELECT count(*) FROM summit_migrate.verify_journal()'),
		'0', "$format: which verify");
}

# over what is there
command_ok([ 'pg_dump', @server, '-F', 'custom', '-f', $file, $project->database ], 'pg_dump once more');
my (undef, $clean) = run_command([ 'pg_restore', @server, '--exit-on-error', '--clean', '-d', 'restored_custom', $file ]);
unlike($clean, qr/ERROR|error/, 'pg_restore --clean over a restored one') or diag($clean);
is(content('restored_custom'), $before, 'gives the same again');

# DROP EXTENSION with capture, and the extension made anew
$node->safe_psql('restored_plain', 'SET client_min_messages = error; DROP EXTENSION summit_migrate CASCADE');
is($node->safe_psql('restored_plain', 'SELECT count(*) FROM pg_event_trigger'), '0', 'DROP EXTENSION CASCADE takes the event triggers with it');
$node->safe_psql('restored_plain', 'CREATE TABLE unseen (a int); CREATE EXTENSION summit_migrate SCHEMA summit_migrate; SELECT summit_migrate.enable_drift_capture(); CREATE TABLE seen (a int)');
is($node->safe_psql('restored_plain', 'SELECT identity_after FROM summit_migrate.ddl_journal'), 'public.seen', 'and it begins anew');

done_testing();
