# baseline records what it was told to, and nothing else; rollback --last does not
# take what was only recorded for something that ran.
use strict;
use warnings;
use Test::More;
use SummitMigrate;

my $node = SummitMigrate::start_server('main');
my $project = SummitMigrate->new($node);
my @ids = map { "2025010${_}_000000_schema_t$_" } 1 .. 4;

sub states
{
	return $project->query(q{SELECT string_agg(substr(migration_id, 24) || ' ' || status, ', ' ORDER BY migration_id) FROM summit_migrate.migration_history WHERE status <> 'pending'});
}

$project->migration($ids[ $_ - 1 ], "CREATE TABLE t$_ (id int);\n-- ROLLBACK\n/*\nDROP TABLE t$_;\n*/") for 1 .. 4;

# without a word it lists, and exits 2
$project->run_is(2, ['baseline'], qr/^would record $ids[0]\n.*$ids[3]$/ms, qr/nothing was chosen.*Name ids, or --to ID.*--all/s, 'baseline alone');
my $document = $project->run_json(2, 'baseline');
is_deeply([ @{$document}{qw(command result would_record)} ], [ 'baseline', 'not_run', \@ids ], 'the same as JSON');
is(states(), '', 'and records nothing');

# ids
$project->run_is(2, [ 'baseline', 'nosuchid' ], undef, qr/there is no migration nosuchid/, 'an id that is not there');
$project->run_is(2, [ 'baseline', '2025' ], undef, qr/may be/, 'a beginning of several ids');
is(states(), '', 'nothing is recorded');
$document = $project->run_json(0, 'baseline', '--dry-run', $ids[1], '20250101');
is_deeply([ @{$document}{qw(result would_record)} ], [ 'dry_run', [ @ids[ 0, 1 ] ] ], 'baseline --dry-run ID ID');
$project->run_is(0, [ 'baseline', '20250101' ], qr/^1 migration recorded/m, undef, 'baseline ID');
is(states(), 't1 completed', 'records that one only');
$project->run_is(0, [ 'baseline', '20250101' ], qr/^0 migrations recorded/m, undef, 'baseline ID again');

# what has run in part
$project->migration($ids[1], "BEGIN;\nCREATE TABLE t2 (id int);\nCOMMIT;\nSELECT 1 / 0;\n-- ROLLBACK\n/*\nDROP TABLE t2;\n*/");
$project->run_is(1, ['apply'], undef, undef, 'one fails half-way');
for my $choice ([ $ids[1] ], [ '--to', $ids[2] ], ['--all'])
{
	$project->run_is(1, [ 'baseline', @{$choice} ], undef, qr/$ids[1] has run in part.*next: .*repair $ids[1] --phase PHASE --mark completed/s, "baseline @{$choice} over it");
}
is(states(), 't1 completed, t2 failed', 'nothing is recorded');
$project->run_is(0, [ 'rollback', '--last' ], undef, undef, 'when it is undone');
$project->run_is(0, [ 'baseline', '--all' ], qr/^3 migrations recorded/m, undef, 'baseline --all');
is(states(), 't1 completed, t2 completed, t3 completed, t4 completed', 'records all');

# the last run is none of these
$project->query('CREATE TABLE t4 (id int)');
$project->run_is(0, [ 'rollback', '--last' ], qr/Nothing stands/, undef, 'rollback --last after a baseline');
is($project->query("SELECT to_regclass('t4') IS NOT NULL"), 't', 'undoes nothing');

# a role that may run, but not say
$project = SummitMigrate->new($node);
$project->migration($ids[0], 'SELECT 1;');
$project->query("CREATE ROLE deployer LOGIN; SELECT summit_migrate.grant_migration_role('runner', 'deployer')");
my $conninfo = $project->conninfo . ' user=deployer';
my ($status, $out, $err) = $project->run('baseline', '--all', { DATABASE_URL => $conninfo });
is($status, 1, 'baseline as a runner');
like($err, qr/permission denied for function resolve_migration.*next: .*grant_migration_role\('operator', role\)/s, 'names the right that is missing');
unlike($err, qr/warning/, 'and warns of nothing that is not so');
is($project->query('SELECT command, result, ended_at IS NOT NULL FROM summit_migrate.run_history(1)'), 'baseline|failed|t', 'the end of the run is recorded');
($status, $out, $err) = $project->run('repair', $ids[0], '--phase', 'expand', '--mark', 'completed', '--reason', 'x', { DATABASE_URL => $conninfo });
like($err, qr/grant_migration_role\('operator', role\)/, 'repair --mark says the same');

done_testing();
