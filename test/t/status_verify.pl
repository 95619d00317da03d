# What status, verify, plan, lock, baseline and repair say of a project: as text,
# as JSON and by their exit codes.
use strict;
use warnings;
use Test::More;
use SummitMigrate;

my $node = SummitMigrate::start_server('main');
my $project = SummitMigrate->new($node);
my @ids = map { "2025010${_}_000000_schema_t$_" } 1 .. 6;

sub write_file
{
	my ($i, $text, %header) = @_;
	$project->migration($ids[ $i - 1 ], $text // "CREATE TABLE t$i (id int);", Version => "1.$i.0", %header);
}

sub note_of
{
	my ($document, $id) = @_;
	my ($found) = grep { $_->{migration} eq $id } @{ $document->{migrations} };
	return $found->{note};
}

# pending
write_file($_) for 1 .. 3;
my $document = $project->run_json(0, 'status');
is_deeply([ @{$document}{qw(version applied pending due)} ], [ '0.0.0', 0, 3, 0 ], 'status before');
$project->run_is(4, [ 'status', '--check' ], qr/3 pending.*Next: summit-migrate plan/s, undef, 'status --check');
$project->run_is(4, [ 'plan', '--check' ], qr/t1.*t2.*t3/s, undef, 'plan --check');
$document = $project->run_json(0, 'plan', '--to', '20250102');
is(scalar(grep { $_->{migration} eq $ids[2] } @{ $document->{steps} // $document->{plan} // $document->{migrations} // [] }), 0, 'plan --to leaves the later one out');

# baseline
$document = $project->run_json(0, 'baseline', '--dry-run', '--to', '20250102');
is_deeply($document->{would_record}, [ @ids[ 0, 1 ] ], 'baseline --dry-run says which');
is($project->query('SELECT count(*) FROM summit_migrate.migration_history'), 0, 'and records nothing');
$project->run_is(0, [ 'baseline', '--dry-run', '--to', '20250101' ], qr/^would record $ids[0]$/m, undef, 'the same as text');
$document = $project->run_json(0, 'baseline', '--to', '20250102', '--reason', 'came with the dump');
is($document->{result}, 'completed', 'baseline');
is($project->query("SELECT count(*), bool_and(metadata::text LIKE '%came with the dump%') FROM summit_migrate.migration_history WHERE status = 'completed'"),
	'2|t', 'both are recorded, with the reason');
is($project->query("SELECT to_regclass('t1') IS NULL, to_regclass('t2') IS NULL"), 't|t', 'and did not run');
is($project->query("SELECT summit_migrate.get_current_schema_version('postgresql')"), '1.2.0', 'the version is theirs');
$project->run_is(0, [ 'baseline', '--to', '20250102' ], qr/^0 migrations recorded/, undef, 'a second time there is nothing to record');
$project->run_is(2, [ 'baseline', '--to', '20301231' ], undef, qr/20301231/, 'baseline up to one that is not there');

# --at-least --wait ends when the version comes
my $call = $project->start('status', '--at-least', '1.3.0', '--wait', '1m', '--json');
$node->poll_query_until($project->database,
	"SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%schema_version_at_least%' AND pid <> pg_backend_pid()");
$project->run_is(0, ['apply'], undef, undef, 'apply beside a probe');
my ($status, $out, $err) = $project->finish($call);
is($status, 0, 'status --at-least --wait ends with 0');
like($out, qr/"reached":\s*true/, 'and says that it is reached');
my $began = time;
$project->run_is(4, [ 'status', '--at-least', '2.0.0', '--wait', '1s' ], qr/below 2\.0\.0/, undef, 'status --at-least --wait gives up');
cmp_ok(time - $began, '>=', 1, 'after that time');
$project->run_is(0, [ 'status', '--at-least', 'v1.3.0' ], qr/Version 1\.3\.0, at least/, undef, 'a leading v');
isnt(($project->run('status', '--at-least', 'latest'))[0], 0, 'what is no version');

# --check --wait ends when nothing is pending
write_file(4, "SELECT pg_sleep(1);\nCREATE TABLE t4 (id int);");
$call = $project->start('status', '--check', '--wait', '1m');
$project->run_is(0, ['apply'], undef, undef, 'apply beside a waiting check');
is(($project->finish($call))[0], 0, 'status --check --wait ends with 0');

# changed, missing, unknown, out of order: all at once
write_file(1, "-- said more\nCREATE TABLE t1 (id int);");
write_file(3, 'CREATE TABLE t3 (id bigint);');
unlink $project->folder . "/db/migrations/$ids[3].sql";
$project->migration('20250102_120000_schema_late', 'CREATE TABLE late (id int);');
$project->query("SET client_min_messages = warning; SELECT summit_migrate.acquire_migration_lock('*', 'test'); SELECT summit_migrate.begin_run('test');"
	  . "SELECT summit_migrate.register_migration('20250109_000000_schema_planned.sql', 'SELECT 1;'); SELECT summit_migrate.end_run('completed')");
$document = $project->run_json(3, 'verify');
is_deeply({ map { $_->{migration} => $_->{finding} } @{ $document->{findings} } },
	{ $ids[0] => 'comments_changed', $ids[2] => 'changed', $ids[3] => 'missing',
		'20250102_120000_schema_late' => 'out_of_order', '20250109_000000_schema_planned' => 'unknown' },
	'verify finds each');
is($document->{differ}, 3, 'three of them are faults');
my $any = $project->run_json(3, 'verify', { SUMMIT_MIGRATE_ORDER => 'any' });
is_deeply([ map { $_->{fault} } grep { $_->{finding} eq 'out_of_order' } @{ $any->{findings} } ], [ JSON::PP::false ], 'under order = any the late one is no fault');
is($any->{differ}, 2, 'which leaves two');
$project->run_is(3, ['verify'], qr/changed after it has run.*3 of \d+ migrations differ/s, undef, 'verify as text');
$document = $project->run_json(0, 'status');
is_deeply([ @{$document}{qw(changed missing out_of_order)} ], [ 1, 1, 1 ], 'status counts them');
like(note_of($document, $ids[2]), qr/changed/, 'and notes it beside the migration');
$project->run_is(0, ['status'], qr/1 changed, 1 missing, 1 out of order: see summit-migrate verify/, undef, 'status as text');
$project->run_is(3, ['apply'], undef, qr/phase expand of $ids[2] has run and was changed/, 'apply refuses');
is($project->query("SELECT to_regclass('late') IS NULL"), 't', 'before anything runs');
$project->run_is(2, [ 'status', '--target', 'nowhere' ], undef, qr/there is no target "nowhere"/, 'a target that is not there');

# who holds the lock
is_deeply($project->run_json(0, 'lock')->{locks}, [], 'lock: nobody');
my $holder = $node->background_psql($project->database, on_error_die => 1);
$holder->query_safe("SET client_min_messages = warning; SET application_name = 'deployer'; SELECT summit_migrate.acquire_migration_lock('*', 'Anna');");
$project->run_is(0, ['lock'], qr/Anna/, undef, 'lock names the holder');
$document = $project->run_json(0, 'lock');
is($document->{locks}[0]{locked_by}, 'Anna', 'in JSON too');
write_file(1);
write_file(3);
write_file(4, "SELECT pg_sleep(1);\nCREATE TABLE t4 (id int);");
for my $command ([ 'baseline', '--all', '--lock-wait', '0' ], [ 'repair', '--apply', '--lock-wait', '0' ],
	[ 'apply', '--order', 'any', '--lock-wait', '0' ])
{
	($status, $out, $err) = $project->run(@$command);
	is($status, 5, "@$command: exit status while the lock is held") or diag($err);
	like($err, qr/held by Anna \(pid \d+, user \w+\) since \d{4}-/, "@$command: who, and since when");
}
$project->run_is(0, ['repair'], qr/Nothing is in doubt/, undef, 'repair as a report needs no lock');
$holder->quit;
$project->run_is(0, [ 'repair', '--apply' ], qr/Done/, undef, 'repair --apply with nothing in doubt');
is_deeply($project->run_json(0, 'repair')->{in_doubt}, [], 'repair --json');

# repair on what is not there
$project->run_is(2, [ 'repair', '20301231', '--phase', 'expand', '--mark', 'completed', '--reason', 'x' ], undef, qr/20301231/, 'a word on what is not there');
$project->run_is(1, [ 'repair', $ids[1], '--phase', 'migrate', '--mark', 'rolled_back', '--reason', 'x' ], undef, qr/error/, 'a word on a phase that the migration has not');

done_testing();
