# drift check --from-files: what the applied files make on a scratch server
# against the live schema.  Pending is no drift; a change by hand is.
use strict;
use warnings;
use Test::More;
use SummitMigrate;

my $node = SummitMigrate::start_server('main');

$node->safe_psql('postgres', 'CREATE ROLE deploy SUPERUSER LOGIN; CREATE ROLE app_owner; CREATE ROLE readers');

# The program as the role that deploys, in a database of a name that files use.
my $project = SummitMigrate->new($node, database => 'shop');
my %as_deploy = (DATABASE_URL => $project->conninfo . ' user=deploy');
my @check = ('drift', 'check', '--from-files');

# Whichever test starts the first scratch server says that it makes the template.
$project->run('scratch', 'run', '--', 'true');

sub check_is
{
	my ($expected, $out_like, $err_like, $name) = @_;
	my ($status, $out, $err) = $project->run(@check, \%as_deploy);

	is($status, $expected, "$name: exit status") or diag("stdout: $out\nstderr: $err");
	like($out, $out_like, "$name: stdout");
	like($err, $err_like, "$name: stderr");
	return $out;
}

sub apply
{
	my ($status, $out, $err) = $project->run('apply', @_, \%as_deploy);
	is($status, 0, "apply @_") or diag("stdout: $out\nstderr: $err");
}

# Files that take much for granted: roles, an owner, the database's name, the
# search path of the role, an order of phases that is not that of the ids.
$node->safe_psql('shop', 'CREATE SCHEMA app AUTHORIZATION deploy; ALTER ROLE deploy SET search_path = app, public');
$project->migration('20250101_000000_schema_roles',
	"CREATE ROLE reporting;\nGRANT CONNECT ON DATABASE shop TO reporting;\n"
	  . "CREATE SCHEMA IF NOT EXISTS app;");
$project->migration('20250102_000000_schema_users',
	"-- PHASE 1: EXPAND\nCREATE TABLE users (id int PRIMARY KEY, old_name text, name text);\n"
	  . "ALTER TABLE users OWNER TO app_owner;\nGRANT SELECT ON users TO readers, reporting;\n"
	  . "-- PHASE 2: MIGRATE\nUPDATE users SET name = old_name;\n"
	  . "-- PHASE 3: CONTRACT\nALTER TABLE users DROP COLUMN old_name;\n"
	  . "-- VALIDATION\n-- Check: some_users (pre contract, critical)\nSELECT count(*) > 0 FROM users;");
$project->migration('20250103_000000_schema_copy', 'CREATE VIEW old_names AS SELECT id, old_name AS was FROM users;');
$project->migration('20250104_000000_schema_view_gone', 'DROP VIEW old_names;');
$project->migration('20250105_000000_schema_totals',
	"CREATE OR REPLACE FUNCTION totals() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM users';",
	Repeat => 'on-change');
apply();

check_is(0, qr/^No drift: .*6 phases/, qr/^$/, 'nothing was changed');

# the contract, after later files: on the scratch server in the same order
$project->query('INSERT INTO app.users (id) VALUES (1)');
apply('--phase', 'contract');
check_is(0, qr/^No drift: .*7 phases/, qr/^$/, 'a contract after later files');

# Pending is no drift: a new file, a phase, a repeatable file that has changed.
$project->migration('20250201_000000_schema_orders',
	"-- PHASE 1: EXPAND\nCREATE TABLE orders (id int);\n-- PHASE 3: CONTRACT\nDROP TABLE orders;");
check_is(0, qr/^No drift/, qr/^$/, 'a pending file');
apply();
check_is(0, qr/^No drift/, qr/^$/, 'a pending contract');
$project->migration('20250105_000000_schema_totals',
	"CREATE OR REPLACE FUNCTION totals() RETURNS bigint LANGUAGE sql AS 'SELECT 2 * count(*) FROM users';",
	Repeat => 'on-change');
check_is(0, qr/^No drift/, qr/20250105_000000_schema_totals has changed and is to run again/, 'a repeatable file that has changed');
apply();
check_is(0, qr/^No drift/, qr/^$/, 'and has run again');

# Changes by hand: added, removed, changed.
$project->query('CREATE TABLE app.by_hand (id int)');
$project->query('ALTER TABLE app.users ADD COLUMN note text');
$project->query('REVOKE SELECT ON app.users FROM readers');
$project->query('DROP FUNCTION app.totals()');
my $out = check_is(3, qr/^3 objects differ from what the applied files make/m, qr/^$/, 'changes by hand');
like($out, qr/^\+ table app\.by_hand$/m, 'a table more');
like($out, qr/^- function app\.totals\(\)$/m, 'a function less');
like($out, qr/^~ table app\.users\n(?:    .*\n)*?    \+ .*note/m, 'a column more');
like($out, qr/readers/, 'a privilege less');
unlike($out, qr/summit_migrate/, 'nothing of the extension');

my $document = $project->run_json(3, @check, \%as_deploy);
is($document->{differ}, 3, 'as JSON: how many objects');
is_deeply(
	[ sort map { "$_->{change} $_->{object_name}" } grep { $_->{object_type} eq $_->{kind} && !defined $_->{property} } @{ $document->{changes} } ],
	[ 'added app.by_hand', 'removed app.totals()' ],
	'as JSON: whole objects');

# with capture on, whose event triggers are no drift
$project->query('SELECT summit_migrate.enable_drift_capture()');
unlike((check_is(3, qr/3 objects/, qr/^$/, 'with capture on')), qr/event trigger/, 'its event triggers are no drift');

# Files that are not what has run: no answer is better than a wrong one.
my $file = $project->folder . '/db/migrations/20250104_000000_schema_view_gone.sql';
rename $file, "$file.away" or die $!;
check_is(3, qr/^$/, qr/20250104_000000_schema_view_gone has run, but its file is not in the folder/, 'a missing file');
rename "$file.away", $file or die $!;
$project->migration('20250104_000000_schema_view_gone', 'DROP VIEW IF EXISTS old_names;');
check_is(3, qr/^$/, qr/20250104_000000_schema_view_gone.*changed/s, 'a file that was changed after it has run');

# Beside a run.
$project = SummitMigrate->new($node);
%as_deploy = ();
$project->migration('20250101_000000_data_slow', "CREATE TABLE slow (id int);\nSELECT pg_sleep(600);");
my $run = $project->start('apply');
$node->poll_query_until($project->database, "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
my ($status, $said, $err) = $project->run(@check, '--lock-wait', '0');
is($status, 5, 'beside a run: exit status');
like($err, qr/a run is under way: summit-migrate apply/, 'and who runs');
my $waiting = $project->start(@check);
$project->query("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
$project->finish($run);
($status, $said, $err) = $project->finish($waiting);
is($status, 0, 'waits for the run') or diag($err);

# An empty project, and --scratch, which makes no sense here.
$project = SummitMigrate->new($node);
$project->run_is(0, [@check], qr/^No drift: .*0 phases/, qr/^$/, 'a database with nothing in it');
$project->run_is(2, [ '--scratch', @check ], qr/^$/, qr/one scratch server already/);

done_testing();
