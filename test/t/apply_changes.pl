# Changed, missing and late files: what apply allows, and what verify says.
use strict;
use warnings;
use Test::More;
use SummitMigrate;

my $node = SummitMigrate::start_server('main');
my $project = SummitMigrate->new($node);
my $two = '20250102_000000_schema_two';

sub two
{
	my ($expand, $contract) = @_;
	$project->migration($two, "-- PHASE 1: EXPAND\n$expand\n-- PHASE 3: CONTRACT\n$contract");
}

sub finding
{
	my ($status) = @_;
	my $document = $project->run_json($status, 'verify');
	return join ' ', map { $_->{finding} } @{ $document->{findings} };
}

$project->migration('20250101_000000_schema_one', 'CREATE TABLE one (id int);');
two('CREATE TABLE two (id int);', 'DROP TABLE one;');
$project->run_is(0, ['apply'], undef, undef, 'apply');
is(finding(0), '', 'verify finds nothing');

two("-- a comment\nCREATE  TABLE two (id int);", 'DROP TABLE one;');
is(finding(0), 'comments_changed', 'only comments changed');
two('CREATE TABLE two (id int);', 'DROP TABLE IF EXISTS one;');
is(finding(0), 'changed_not_run', 'changed where it has not run');
$project->run_is(0, ['apply'], undef, undef, 'apply allows that');
two('CREATE TABLE two (id bigint);', 'DROP TABLE one;');
is(finding(3), 'changed', 'changed where it has run');
$project->run_is(3, ['apply'], undef, qr/two\.sql:\d+: error: .*phase expand/, 'apply refuses that');
$project->run_is(0, ['status'], qr/changed after it has run/, undef, 'status says it');
two('CREATE TABLE two (id int);', 'DROP TABLE one;');

unlink $project->folder . "/db/migrations/$two.sql";
is(finding(3), 'missing', 'a missing file');
two('CREATE TABLE two (id int);', 'DROP TABLE one;');

$project->migration('20250101_120000_schema_late', 'CREATE TABLE late (id int);');
is(finding(3), 'out_of_order', 'out of order');
$project->run_is(3, ['apply'], undef, qr/late\.sql: error: .*--order any/s, 'strict order refuses it');
is($project->query("SELECT to_regclass('late') IS NULL"), 't', 'it has not run');
$project->run_is(0, [ 'apply', '--order', 'any' ], undef, undef, 'any order runs it');
is(finding(0), '', 'and then it is none any more');

# repeatable files run when they change, after all others
$project = SummitMigrate->new($node);
my $views = '20200101_000000_schema_views';
$project->migration('20250101_000000_schema_base', 'CREATE TABLE base (a int);');
$project->migration($views, 'CREATE OR REPLACE VIEW v AS SELECT a FROM base;', Repeat => 'on-change');
$project->run_is(0, ['apply'], qr/base.*views/s, undef, 'a repeatable file runs last');
$project->run_is(0, ['apply'], qr/Nothing to do/, undef, 'and once');
$project->migration($views, "-- why\nCREATE OR REPLACE VIEW v AS SELECT a FROM base;", Repeat => 'on-change');
$project->run_is(0, ['apply'], qr/Nothing to do/, undef, 'not for a comment');
$project->migration($views, 'CREATE OR REPLACE VIEW v AS SELECT a, a + 1 AS b FROM base;', Repeat => 'on-change');
$project->run_is(0, ['apply'], qr/views/, undef, 'again when it changes');
is($project->query("SELECT count(*) FROM information_schema.columns WHERE table_name = 'v'"), 2, 'the view is new');
$project->migration('20250102_000000_schema_more', 'CREATE TABLE more (a int);');
$project->run_is(0, ['apply'], qr/more/, undef, 'and it makes nothing late');

# dependencies put a file behind a later one
$project = SummitMigrate->new($node);
$project->migration('20250101_000000_schema_a', 'CREATE TABLE a AS SELECT * FROM b;',
	Dependencies => '20250102');
$project->migration('20250102_000000_schema_b', 'CREATE TABLE b (id int);');
$project->run_is(0, ['apply'], qr/schema_b.*schema_a/s, undef, 'dependencies come first');
$project->run_is(1, [ 'rollback', '20250102' ], undef, qr/depends on|no rollback text/, 'what is needed stays');

# --to, --dry-run, baseline
$project = SummitMigrate->new($node);
$project->migration("2025010${_}_000000_schema_t$_", "CREATE TABLE t$_ (id int);\n-- ROLLBACK\n/*\nDROP TABLE t$_;\n*/")
  for 1 .. 4;
$project->run_is(0, [ 'baseline', '--to', '20250101', '--reason', 'it was there' ], qr/1 migration/, undef, 'baseline');
is($project->query("SELECT to_regclass('t1') IS NULL"), 't', 'runs nothing');
$project->run_is(0, [ 'apply', '--dry-run' ], qr/would run .*t2/, undef, 'dry run');
$project->run_is(0, [ 'apply', '--to', '20250103' ], qr/2 phases/, undef, '--to');
is($project->query("SELECT to_regclass('t3') IS NOT NULL, to_regclass('t4') IS NULL"), 't|t', 'runs so far');
$project->run_is(0, ['apply'], undef, undef, 'the rest');
unlink $project->folder . '/db/migrations/20250104_000000_schema_t4.sql';
$project->run_is(0, [ 'rollback', '--to', '20250102' ], qr/t4.*t3/s, undef, 'rollback --to, one file gone');
is($project->query("SELECT to_regclass('t2') IS NOT NULL, to_regclass('t3') IS NULL, to_regclass('t4') IS NULL"),
	't|t|t', 'newest first');

# a contract with nothing in it is never due; filled in later it is
$project = SummitMigrate->new($node);
my $template = "-- PHASE 1: EXPAND\nCREATE TABLE t (a int, b int);\n-- PHASE 2: MIGRATE\n-- PHASE 3: CONTRACT\n%s\n-- ROLLBACK\n/*\nDROP TABLE t;\n*/";
$project->migration('20250101_000000_schema_template', sprintf($template, '-- nothing yet'), Breaking => 'true', Version => '1.0.0');
$project->run_is(0, ['apply'], qr/^(?!.*due)/s, undef, 'an empty contract');
$project->run_is(0, ['status'], qr/1 applied, 0 pending, 0 due/, undef, 'is not due');
is($project->query("SELECT summit_migrate.is_migration_applied('20250101_000000_schema_template')"), 't', 'a breaking one is applied without it');
$project->migration('20250101_000000_schema_template', sprintf($template, 'ALTER TABLE t DROP COLUMN b;'), Breaking => 'true', Version => '1.0.0');
$project->run_is(0, ['apply'], qr/1 contract phase is due/, undef, 'one that is filled in is due');
$project->run_is(0, [ 'apply', '--phase', 'contract' ], undef, undef, 'and runs');
is($project->query("SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'b'"), 0, 'its statement');

done_testing();
