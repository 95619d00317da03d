# init: files, extension, environment; the baseline of an existing database; what
# a role that is no superuser is told.
use strict;
use warnings;
use Test::More;
use PostgreSQL::Test::Utils;
use SummitMigrate;

my $node = SummitMigrate::start_server('init');

# A new project on an empty database; again, it changes nothing.
my $project = SummitMigrate->new($node, bare => 1);
rmdir "$project->{folder}/db/migrations";
my $out = $project->run_is(0, ['init'], qr/wrote .*summit-migrate\.conf.*created extension summit_migrate/s,
	qr/create add_something/);
ok(-d "$project->{folder}/db/migrations", 'the folder is there');
ok(-f "$project->{folder}/summit-migrate.conf", 'the configuration is there');
is($project->query("SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
	WHERE extname = 'summit_migrate'"), 'summit_migrate', 'the extension has a schema of its own');
is($project->query("SELECT has_schema_privilege('public', 'summit_migrate', 'USAGE')"), 't', 'PUBLIC may look into it');
is($project->query('SELECT count(*) FROM summit_migrate.migration_history'), '0', 'an empty database has no baseline');
my $conf = slurp_file("$project->{folder}/summit-migrate.conf");
$project->run_is(0, ['init'], qr/using .*summit-migrate\.conf.*is in schema summit_migrate/s);
is(slurp_file("$project->{folder}/summit-migrate.conf"), $conf, 'the configuration is left alone');

# The environment's name is given once; another one is another database.
$project->run_is(0, [ 'init', '--env', 'staging' ], qr/this database is now "staging"/);
$project->run_is(0, [ 'init', '--env', 'staging' ]);
$project->run_is(7, [ 'init', '--env', 'prod' ], undef, qr/says that it is "staging", not "prod"/);
$project->run_is(7, [ 'lock', '--env', 'prod' ], qr/^$/, qr/says that it is "staging", not "prod"/);
$project->run_is(0, [ 'lock', '--env', 'staging' ]);
$project->run_is(0, ['lock']);

# Another schema.
my $elsewhere = SummitMigrate->new($node, bare => 1);
$elsewhere->run_is(0, [ 'init', '--schema', 'Ops Team' ], qr/in schema "Ops Team"/);
like(slurp_file("$elsewhere->{folder}/summit-migrate.conf"), qr/^\tschema = Ops Team$/m, 'the configuration names it');
$elsewhere->run_is(0, ['lock'], qr/Nobody/);

# An existing database: its schema is the first migration, recorded as completed.
my $old = SummitMigrate->new($node, bare => 1);
my $schema = <<'EOF';
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('good', 'bad');
CREATE TABLE app.users (id int PRIMARY KEY, mood app.mood, note text DEFAULT 'it''s \ fine');
CREATE FUNCTION app.f() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$;
CREATE VIEW public.v AS SELECT id FROM app.users;
EOF
$old->query($schema);
my $made = $old->run_json(0, 'init');
like($made->{baseline}, qr/^\d{8}_\d{6}_schema_baseline$/, 'a baseline');
is($old->query("SELECT string_agg(phase || ' ' || status, ',') FROM summit_migrate.migration_history
	WHERE migration_id = '$made->{baseline}'"), 'expand completed', 'it is recorded as completed');
is($old->query("SELECT summit_migrate.is_migration_applied('$made->{baseline}')"), 't', 'it counts as applied');
my $file = "$old->{folder}/db/migrations/$made->{baseline}.sql";
unlike(slurp_file($file), qr/summit_migrate/, 'the extension is no part of it');

sub dump_of
{
	my ($database) = @_;
	my ($stdout) = run_command(
		[ 'pg_dump', '-s', '-N', 'summit_migrate', '-e', 'plpgsql', '-h', $node->host, '-p', $node->port, $database ]);
	$stdout =~ s/^\\(un)?restrict.*\n?//mg;
	return $stdout;
}
my $copy = SummitMigrate->new($node, bare => 1);
is(($copy->psql_file($file))[0], 0, 'psql -f runs it on an empty database');
is(dump_of($copy->database), dump_of($old->database), 'and makes the same schema');
$old->run_is(0, ['init'], undef, undef, 'init again');
is(scalar(() = glob("$old->{folder}/db/migrations/*")), 1, 'no second baseline');

# Not wanted, or files are there already.
my $without = SummitMigrate->new($node, bare => 1);
$without->query('CREATE TABLE t ()');
$without->migration('20250101_000000_schema_t', "-- PHASE 1: EXPAND\nCREATE TABLE t ();");
$without->run_is(0, [ 'init', '--no-baseline' ], undef, qr/^\nNext/);
$without->run_is(0, ['init'], undef, qr/has objects and the folder has migrations.*baseline --to/s);

# Who is no superuser is told what to ask for, and that works.
$node->safe_psql('postgres', 'CREATE ROLE deploy LOGIN');
my $dba = SummitMigrate->new($node, bare => 1);
my %deploy = (DATABASE_URL => $dba->conninfo . ' user=deploy');
my ($status, $stdout, $stderr) = $dba->run('init', {%deploy});
is($status, 1, 'no superuser: exit status');
my ($lines) = $stderr =~ /^\s*(CREATE SCHEMA .*;)$/m;
ok($lines, 'the lines for the DBA') or diag($stderr);
$dba->query($lines);
$dba->run_is(0, [ 'init', '--env', 'dev', {%deploy} ], qr/is in schema summit_migrate.*now "dev"/s);

# Without a server nothing is written: the next init starts afresh.
my $alone = SummitMigrate->new(undef);
$alone->run_is(7, [ 'init', { PGHOST => '/nowhere' } ], qr/^$/, qr/could not connect/);
ok(!-e "$alone->{folder}/summit-migrate.conf", 'no file is written');

$node->stop;
done_testing();
