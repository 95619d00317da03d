# drift check, list, resolve and accept: a change by hand is found with its
# author, a migration's is none, nor what is pending; a run is never held up.
use strict;
use warnings;
use Test::More;
use SummitMigrate;
use SummitTest qw(wait_for);

my $node = SummitMigrate::start_server('main');
my $project = SummitMigrate->new($node);

$node->safe_psql('postgres', 'CREATE ROLE mallory SUPERUSER LOGIN');
$project->query('SELECT summit_migrate.enable_drift_capture()');
$project->migration('20250101_000000_schema_users', 'CREATE TABLE users (id int, email text);');
$project->run_is(0, ['apply'], qr/1 phase/, qr/^$/);

# ---- no drift ----

SummitMigrate->new($node)->run_is(2, [ 'drift', 'check' ], qr/^$/, qr/no expected schema yet/, 'where nothing is expected there is no answer');

$project->run_is(0, [ 'drift', 'check' ], qr/^No drift: the live schema is the expected one\.$/, qr/^$/);
is_deeply($project->run_json(0, 'drift', 'check'), { command => 'drift', verb => 'check', alerts => [] }, 'as JSON');
$project->run_is(0, [ 'drift', 'list' ], qr/^There is no open alert\.$/, qr/^$/);
$project->migration('20250102_000000_schema_orders',
	"-- PHASE 1: EXPAND\nCREATE TABLE orders (id int, old int);\n-- PHASE 3: CONTRACT\nALTER TABLE orders DROP COLUMN old;\n"
	  . "-- ROLLBACK\n/*\nDROP TABLE orders;\n*/");
$project->run_is(0, [ 'drift', 'check' ], qr/^No drift/, qr/^$/, 'a pending file is no drift');
$project->run_is(0, ['apply']);
$project->run_is(0, [ 'drift', 'check' ], qr/^No drift/, qr/^$/, 'nor is what a migration did, and a pending contract');
$project->run_is(0, [ 'apply', '--phase', 'contract' ]);
$project->run_is(0, [ 'drift', 'check' ], qr/^No drift/, qr/^$/, 'nor a contract');
$project->run_is(0, [ 'rollback', '20250102_000000_schema_orders' ]);
$project->run_is(0, [ 'drift', 'check' ], qr/^No drift/, qr/^$/, 'nor its undo');

# ---- by hand ----

$node->safe_psql($project->database, 'ALTER TABLE users ADD COLUMN note text',
	extra_params => [ '-U', 'mallory' ]);
my $out = $project->run_is(3, [ 'drift', 'check' ], qr/table public\.users changed/, qr/^1 object has drifted/);
like($out, qr/by mallory, from a local socket, drift_check\.pl, at \d+-/, 'with its author');
like($out, qr/ALTER TABLE users ADD COLUMN note text/, 'and statement');
like($out, qr/version bump: minor/, 'and what it means');
my $alerts = $project->run_json(3, 'drift', 'check')->{alerts};
is(scalar @$alerts, 1, 'one alert');
is($alerts->[0]{author}, 'mallory', 'as JSON: the author');
is($alerts->[0]{object_name}, 'public.users', 'as JSON: the object');
ok(ref $alerts->[0]{changes} eq 'ARRAY', 'as JSON: the changes');
my $id = $alerts->[0]{id};
is($project->run_json(0, 'drift', 'list')->{alerts}[0]{id}, $id, 'list has it, and exits with 0');

# a deploy does not make it expected, but what the deploy does is
$project->migration('20250103_000000_schema_items', 'CREATE TABLE items (id int);');
$project->run_is(0, ['apply']);
$alerts = $project->run_json(3, 'drift', 'check')->{alerts};
is_deeply([ map { $_->{object_name} } @$alerts ], ['public.users'], 'after a deploy it is still the only drift');

# ---- decisions ----

$project->run_is(2, [ 'drift', 'resolve', $id ], qr/^$/, qr/needs --notes/);
$project->run_is(2, [ 'drift', 'resolve', 'x', '--notes', 'n' ], qr/^$/, qr/needs the id of an alert/);
$project->run_is(2, [ 'drift', 'accept', '--notes', 'n' ], qr/^$/, qr/or --all/);
$project->run_is(1, [ 'drift', 'resolve', 99999, '--notes', 'n' ], qr/^$/, qr/99999/);
$project->run_is(1, [ 'drift', 'resolve', $id, '--notes', 'n' ], qr/^$/, qr/accept_drift|differs/, 'what is not undone cannot be resolved');
$project->run_is(0, [ 'drift', 'accept', $id, '--notes', 'hotfix, kept' ], qr/^$id is accepted/, qr/^$/);
$project->run_is(0, [ 'drift', 'check' ], qr/^No drift/, qr/^$/, 'what was accepted is expected');
$project->run_is(0, [ 'diff', 'expected', 'live', '--exit-code' ], qr/are the same/, qr/^$/);
$out = $project->run_is(0, [ 'drift', 'list', '--all' ], qr/accepted by .*: hotfix, kept/, qr/^$/);

# undone by hand: closes by itself, and can be resolved before
$project->query('ALTER TABLE users ADD COLUMN other text');
$id = $project->run_json(3, 'drift', 'check')->{alerts}[0]{id};
$project->query('ALTER TABLE users DROP COLUMN other');
$project->run_is(0, [ 'drift', 'check' ], qr/^No drift/, qr/^$/, 'what was undone is none');
$project->run_is(1, [ 'drift', 'resolve', $id, '--notes', 'n' ], qr/^$/, qr/\Q$id\E/, 'a second decision is an error');

# all of it
$project->query('CREATE TABLE by_hand (id int); CREATE VIEW v AS SELECT 1 AS one');
is(scalar @{ $project->run_json(3, 'drift', 'check')->{alerts} }, 2, 'two objects');
is_deeply($project->run_json(0, 'drift', 'accept', '--all', '--notes', 'reviewed'),
	{ command => 'drift', verb => 'accept', id => undef }, 'accept --all, as JSON');
$project->run_is(0, [ 'drift', 'check' ], qr/^No drift/, qr/^$/);

# ---- beside a run ----

$project->migration('20250201_000000_data_slow', "CREATE TABLE half_done (id int);\n-- Transaction: none\n-- Done-When: SELECT false\n"
	  . "DO \$\$BEGIN PERFORM pg_sleep(600); END\$\$;");
my $run = $project->start('apply');
$node->poll_query_until($project->database, "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
my ($status, $said, $err) = $project->run('drift', 'check', '--lock-wait', '0');
is($status, 5, 'beside a run: exit status');
like($err, qr/a run is under way: summit-migrate apply, process \d+/, 'beside a run: who it is');
my $check = $project->start('drift', 'check');
ok(wait_for(sub { ($project->said($check))[1] =~ /waiting for the run of summit-migrate apply/ }), 'it waits, and says so');
is($project->query("SELECT count(*) FROM pg_locks WHERE NOT granted"), 0, 'and makes nobody wait');
$project->query("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
($status) = $project->finish($run);
is($status, 1, 'the run fails');
($status, $said, $err) = $project->finish($check);
is($status, 0, 'what it did before it failed is no drift') or diag("$said$err");
$check = $project->start('drift', 'check', '--lock-wait', '5m');
$project->finish($check);

# a run that was killed: what it did is the run's
unlink $project->folder . '/db/migrations/20250201_000000_data_slow.sql';
$project->migration('20250202_000000_schema_killed', "-- PHASE 1: EXPAND\nCREATE TABLE of_killed (id int);\n"
	  . "-- PHASE 2: MIGRATE\nSELECT pg_sleep(600);");
$run = $project->start('apply', '--to', '20250202_000000_schema_killed');
$node->poll_query_until($project->database, "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
$run->{handle}->signal('KILL');
$project->finish($run);
$project->query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
$project->run_is(0, [ 'drift', 'check' ], qr/^No drift/, undef, 'what a killed run did is no drift');

# ---- an existing database ----

$project = SummitMigrate->new($node, bare => 1);
$project->query('CREATE TABLE was_there (id int)');
$project->run_is(0, ['init']);
$project->run_is(0, [ 'drift', 'check' ], qr/^No drift/, qr/^$/, 'after init what was there is expected');
$project->query('DROP TABLE was_there');
$project->run_is(3, [ 'drift', 'check' ], qr/table public\.was_there removed/, undef, 'and its loss is drift');
$project->run_is(0, ['init']);
$project->run_is(3, [ 'drift', 'check' ], undef, undef, 'a second init accepts nothing');

done_testing();
