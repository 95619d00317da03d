# migration_script() … \gexec in psql alone leaves the schema, the rows and the
# ledger that apply leaves; also when it goes on after a failure, and undoes.
use strict;
use warnings;
use Test::More;
use SummitMigrate;

my $node = SummitMigrate::start_server('main');
my $id = '20250101_000000_schema_users';
my $text = <<'EOT';
-- PHASE 1: EXPAND
SET search_path = app, public;
CREATE TABLE users (id int PRIMARY KEY, email text, note text DEFAULT $$it's -- no mark$$);
INSERT INTO users (id, email) SELECT i, 'u' || i FROM generate_series(1, 50) i;
CREATE INDEX CONCURRENTLY users_email ON users (email);
BEGIN ISOLATION LEVEL REPEATABLE READ;
ALTER TABLE users ADD COLUMN lower_email text;
COMMIT;
VACUUM users;
CREATE TYPE mood AS ENUM ('sad');
ALTER TYPE mood ADD VALUE 'happy';
-- PHASE 2: MIGRATE
-- Batch: table=users, key=id, size=20
UPDATE users SET lower_email = lower(email);
-- PHASE 3: CONTRACT
ALTER TABLE users ALTER lower_email SET NOT NULL;
-- VALIDATION
-- Check: all_lower (post migrate, critical, expect = 0)
SELECT count(*) FROM app.users WHERE lower_email IS DISTINCT FROM lower(email);
-- ROLLBACK
/*
DROP INDEX CONCURRENTLY app.users_email;
DROP TABLE app.users;
DROP TYPE app.mood;
*/
EOT
chomp $text;    # psql's backquotes take one line end, and the digest one more

# What must be the same; not ids, times, transactions and places in the log.
my %looks = (
	'the history' => "SELECT migration_id, target, phase, status, checksum, migration_file, error_message, attempt FROM summit_migrate.migration_history ORDER BY migration_id, phase",
	'the units' => "SELECT migration_id, target, phase, direction, unit, state, transactional, attempt, error_sqlstate FROM summit_migrate.migration_units ORDER BY migration_id, direction, phase, unit",
	'the versions' => "SELECT version, database_type, migration_id, checksum, rollback_available, rolled_back_at IS NULL FROM summit_migrate.schema_versions ORDER BY id",
	'the dependencies' => "SELECT migration_id, depends_on_migration_id FROM summit_migrate.migration_dependencies ORDER BY 1, 2",
	'the result of the run' => "SELECT result FROM summit_migrate.run_history(1)",
	'the lock' => "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'");

sub dump_of
{
	my ($project) = @_;
	my ($dump, $err) = ('', '');
	IPC::Run::run([ 'pg_dump', '--no-owner', '--schema=app', '--schema=public', '-d', $project->conninfo ], '>', \$dump, '2>', \$err)
	  or die $err;
	return join "\n", grep { !/^(--|\\)/ && /\S/ } split /\n/, $dump;
}

# Applies a file by psql alone; returns psql's exit status and its errors.
sub psql
{
	my ($project, $path, $phase, $direction) = @_;
	my $script = $project->file('run.sql', "\\set content `cat $path`\n"
		  . "SELECT summit_migrate.migration_script(:'content', "
		  . (defined $phase ? "'$phase'" : 'NULL') . ", '$direction') \\gexec\n");
	my ($status, $out, $err) = $project->psql_file($script);
	return ($status, $err);
}

my $by_program = SummitMigrate->new($node);
my $by_psql = SummitMigrate->new($node);

sub same
{
	my ($when) = @_;
	is($by_psql->query($looks{$_}), $by_program->query($looks{$_}), "$when: $_") for sort keys %looks;
	is(dump_of($by_psql), dump_of($by_program), "$when: schema and rows");
}

my $path;
for my $project ($by_program, $by_psql)
{
	$project->query('CREATE SCHEMA app');
	$path = $project->migration($id, $text, Version => '2.1.0');
}

$by_program->run_is(0, ['apply'], undef, undef, 'apply');
my ($status, $err) = psql($by_psql, $path, undef, 'up');
is($status, 0, 'psql') or diag($err);
same('expand and migrate');

$by_program->run_is(0, [ 'apply', '--phase', 'contract' ], undef, undef, 'apply --phase contract');
($status, $err) = psql($by_psql, $path, 'contract', 'up');
is($status, 0, 'psql contract') or diag($err);
same('contract');

$by_program->run_is(0, [ 'rollback', $id ], undef, undef, 'rollback');
($status, $err) = psql($by_psql, $path, undef, 'down');
is($status, 0, 'psql down') or diag($err);
same('undo');

# the program goes on where psql failed, and knows what psql applied
my $mixed = SummitMigrate->new($node);
$mixed->query('CREATE SCHEMA app');
$path = $mixed->migration('20250102_000000_schema_gate', "BEGIN;\nCREATE TABLE first (a int);\nCOMMIT;\nINSERT INTO gate VALUES (1);");
($status, $err) = psql($mixed, $path, undef, 'up');
isnt($status, 0, 'psql stops at a failure');
like($err, qr/relation "gate" does not exist/, 'with its error');
is($mixed->query("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), 0, 'and leaves no lock');
$mixed->query('CREATE TABLE gate (a int)');
$mixed->run_is(0, ['apply'], undef, undef, 'the program goes on');
is($mixed->query('SELECT count(*) FROM gate'), 1, 'with what is left');
$path = $mixed->migration('20250103_000000_schema_more', 'CREATE TABLE more (a int);');
($status, $err) = psql($mixed, $path, undef, 'up');
is($status, 0, 'psql again') or diag($err);
$mixed->run_is(0, ['apply'], qr/Nothing to do/, undef, 'what psql applied is applied');
$mixed->run_is(0, ['verify'], qr/agree/, undef, 'and its file agrees');

done_testing();
