# Checks: before and after a phase or the whole, critical and warning, each form
# of what they expect; a failing critical one fails its phase, which goes on
# when the check holds.
use strict;
use warnings;
use Test::More;
use SummitMigrate;

my $node = SummitMigrate::start_server('main');
my $project = SummitMigrate->new($node);
my $number = 0;

sub migration
{
	my ($text, %header) = @_;
	my $id = sprintf '20250101_%06d_schema_checked', ++$number;
	$project->migration($id, $text, %header);
	return $id;
}

# what a check expects, a query, whether it holds, and what is said of it
my @forms = (
	[ '', 'SELECT true', 1 ],
	[ '', 'SELECT false', 0, 'expects true, the query returned f' ],
	[ '', 'SELECT NULL::boolean', 0, 'returned NULL' ],
	[ '', 'SELECT true WHERE false', 0, 'returned 0 rows' ],
	[ '', 'SELECT true FROM generate_series(1, 2)', 0, 'returned 2 rows' ],
	[ 'expect true', 'SELECT 1 = 1', 1 ],
	[ 'expect false', 'SELECT false', 1 ],
	[ 'expect false', 'SELECT true', 0, 'expects false, the query returned t' ],
	[ 'expect any', 'SELECT 1 WHERE false', 1 ],
	[ 'expect = 0', 'SELECT 0', 1 ],
	[ 'expect = 0', 'SELECT 0.00', 1 ],
	[ 'expect = 0', 'SELECT 1', 0, 'expects = 0, the query returned 1' ],
	[ 'expect <> 0', 'SELECT 0', 0, 'returned 0' ],
	[ 'expect != 0', 'SELECT 3', 1 ],
	[ 'expect > 9', 'SELECT 10', 1 ],
	[ 'expect > 9', 'SELECT 9', 0, 'returned 9' ],
	[ 'expect >= 9', 'SELECT 9', 1 ],
	[ 'expect < 1.5', 'SELECT 1', 1 ],
	[ 'expect <= 1.5', 'SELECT 1.51', 0, 'returned 1.51' ],
	[ "expect = 'blue'", "SELECT 'blue'", 1 ],
	[ "expect = 'blue'", "SELECT 'green'", 0, 'returned green' ],
	[ 'expect = 1', "SELECT 'one'", 0, 'returned one' ]);
my (%warned, $text);
$text = "CREATE TABLE first (a int);\n-- VALIDATION\n";
for my $i (0 .. $#forms)
{
	my ($expect, $query) = @{ $forms[$i] };
	$text .= "-- Check: form_$i (post, warning" . ($expect ? ", $expect" : '') . ")\n$query;\n";
}
migration($text);
my ($status, $out, $err) = $project->run('apply');
is($status, 0, 'warnings are no failure') or diag($err);
$warned{$1} = $2 while $err =~ /the check form_(\d+) does not hold[^\n]*\n\s+why: ([^\n]*)/g;
for my $i (0 .. $#forms)
{
	my ($expect, $query, $holds, $said) = @{ $forms[$i] };
	my $name = ($expect || 'no expectation') . ": $query";

	$holds
	  ? is($warned{$i}, undef, "$name: holds")
	  : like($warned{$i} // '', qr/\Q$said\E$/, "$name: does not hold");
}

# each check runs in its place, as the role of the units, and can change nothing
$project->query('CREATE TABLE trail (at serial, what text); CREATE ROLE checker; GRANT ALL ON SCHEMA public TO checker;'
	  . 'GRANT ALL ON trail TO checker; GRANT USAGE ON SEQUENCE trail_at_seq TO checker');
my $id = migration(<<'EOT', 'Run-As' => 'checker', 'Breaking' => 'true');
-- PHASE 1: EXPAND
INSERT INTO trail (what) VALUES ('expand');
-- PHASE 2: MIGRATE
INSERT INTO trail (what) VALUES ('migrate');
-- PHASE 3: CONTRACT
INSERT INTO trail (what) VALUES ('contract');
-- VALIDATION
-- Check: at_first (pre, critical, expect = 0)
SELECT count(*) FROM trail;
-- Check: after_expand (post expand, critical, expect = 'expand')
SELECT string_agg(what, ' ' ORDER BY at) FROM trail;
-- Check: before_migrate (pre migrate, critical, expect = 'expand')
SELECT string_agg(what, ' ' ORDER BY at) FROM trail;
-- Check: after_migrate (post migrate, critical, expect = 'expand migrate')
SELECT string_agg(what, ' ' ORDER BY at) FROM trail;
-- Check: before_contract (pre contract, critical, expect = 'expand migrate')
SELECT string_agg(what, ' ' ORDER BY at) FROM trail;
-- Check: at_last (post contract, critical, expect = 'expand migrate contract')
SELECT string_agg(what, ' ' ORDER BY at) FROM trail;
-- Check: as_the_role (post, critical, expect = 'checker')
SELECT current_user::text;
-- Check: read_only (post, critical, expect = 'on')
SELECT current_setting('transaction_read_only');
EOT
$project->run_is(0, ['apply'], undef, qr/^$/, 'checks of expand and migrate');
$project->run_is(0, [ 'apply', '--phase', 'contract' ], undef, qr/^$/, 'checks of contract');

# a check that fails with an error
$id = migration("CREATE TABLE second (a int);\n-- VALIDATION\n-- Check: broken (post, critical)\nSELECT a = 1 FROM missing_table;");
($status, $out, $err) = $project->run('apply');
is($status, 1, 'a check that fails with an error: exit status');
like($err, qr/$id\.sql:11:\d+: error: the check broken failed with an error \(SQLSTATE 42P01\)\n\s+why: relation "missing_table" does not exist/, 'it is named with its place');
is($project->query("SELECT status, error_message FROM summit_migrate.migration_history WHERE migration_id = '$id'"),
	'failed|the check broken failed with an error', 'its phase is failed');
is($project->query("SELECT summit_migrate.is_migration_applied('$id')"), 'f', 'and not applied');
$project->query('CREATE TABLE missing_table AS SELECT 1 AS a');
$project->run_is(0, ['apply'], undef, undef, 'and goes on when that is mended');
is($project->query("SELECT status FROM summit_migrate.migration_history WHERE migration_id = '$id'"), 'completed', 'its phase is completed');

# a check that must hold before a phase, in JSON, and --on-failure rollback
$id = migration(<<'EOT');
-- PHASE 1: EXPAND
CREATE TABLE third (a int);
-- PHASE 2: MIGRATE
INSERT INTO third VALUES (1);
-- VALIDATION
-- Check: allowed (pre migrate, critical)
SELECT count(*) = 2 FROM missing_table;
-- ROLLBACK
/*
DROP TABLE third;
*/
EOT
my $document = $project->run_json(1, 'apply');
is_deeply([ map { "$_->{phase} $_->{status}" } @{ $document->{migrations} } ], [ 'expand completed', 'migrate failed' ],
	'the phase before it is completed');
is($document->{error}{sqlstate}, 'P0004', 'the error in JSON');
is($project->query('SELECT count(*) FROM third'), 0, 'nothing of its phase has run');
$project->run_is(1, [ 'apply', '--on-failure', 'rollback' ], undef, qr/the check allowed does not hold/, '--on-failure rollback');
is($project->query("SELECT to_regclass('third') IS NULL"), 't', 'undoes what is completed');
$project->query('INSERT INTO missing_table VALUES (2)');
$project->run_is(0, ['apply'], undef, undef, 'and runs anew when the check holds');
is($project->query('SELECT count(*) FROM third'), 1, 'all of it');

# the time of a check is limited as a statement's
$id = migration("SELECT 1;\n-- VALIDATION\n-- Check: slow (post, critical)\nSELECT pg_sleep(60) IS NULL;", 'Statement-Timeout' => '200ms');
$project->run_is(1, ['apply'], undef, qr/the check slow failed with an error.*statement timeout/s, 'a check that takes too long');

done_testing();
