# A failing statement: named with its place, recorded, undone as a unit; what is
# completed is not run twice; --on-failure rollback; checks.
use strict;
use warnings;
use Test::More;
use SummitMigrate;

my $node = SummitMigrate::start_server('main');
my $project = SummitMigrate->new($node);
my $id = '20250102_000000_schema_two_units';

$project->migration('20250101_000000_schema_first', 'CREATE TABLE first (id int);');
$project->migration($id, <<'EOT');
BEGIN;
CREATE TABLE one (id int);
COMMIT;
CREATE TABLE two (id int);
INSERT INTO two VALUES (1), (2);
SELECT 'ä', 1 / (id - 2) FROM two;

-- ROLLBACK
/*
DROP TABLE IF EXISTS two;
DROP TABLE one;
*/
EOT
$project->migration('20250103_000000_schema_third', 'CREATE TABLE third (id int);');

my ($status, $out, $err) = $project->run('apply');
is($status, 1, 'apply fails');
like($err, qr/$id\.sql:14:1: error: division by zero \(SQLSTATE 22012\)/, 'the statement is named');
is($project->query("SELECT to_regclass('one') IS NOT NULL, to_regclass('two') IS NULL, to_regclass('third') IS NULL"),
	't|t|t', 'the first unit stands, the second is undone, the next file has not run');
is($project->query("SELECT unit, state, error_sqlstate, error_position > 0 FROM summit_migrate.migration_units WHERE migration_id = '$id' ORDER BY unit"),
	"1|completed||\n2|failed|22012|t", 'the ledger has both');
is($project->query("SELECT status, error_message FROM summit_migrate.migration_history WHERE migration_id = '$id'"),
	'failed|division by zero', 'and the failure');
is($project->query('SELECT result FROM summit_migrate.run_history(1)'), 'failed', 'the run has ended as failed');

my $document = $project->run_json(1, 'apply');
is_deeply([ @{ $document->{error} }{qw(line column sqlstate)} ], [ 14, 1, '22012' ], 'the error in JSON');

# an error inside a statement is placed there
$project->migration('20250102_000000_schema_two_units', <<'EOT');
BEGIN;
CREATE TABLE one (id int);
COMMIT;
SELECT 'ä',
  missing FROM one;

-- ROLLBACK
/*
DROP TABLE one;
*/
EOT
$project->run_is(3, ['apply'], undef, qr/has run and was changed/, 'what has run in part must not change');

# --on-failure rollback
$project = SummitMigrate->new($node);
$project->migration($id, <<'EOT');
BEGIN;
CREATE TABLE one (id int);
COMMIT;
SELECT 'ä',
  missing FROM one;

-- ROLLBACK
/*
DROP TABLE one;
*/
EOT
($status, $out, $err) = $project->run('apply', '--on-failure', 'rollback');
is($status, 1, 'apply --on-failure rollback fails');
like($err, qr/$id\.sql:13:3: error: column "missing"/, 'the place is the column that is missing');
is($project->query("SELECT to_regclass('one') IS NULL"), 't', 'and the completed unit is undone');
is($project->query('SELECT status FROM summit_migrate.migration_history'), 'rolled_back', 'as the history says');

# batches that are done are undone, too; the summary tells work from its undo
$project = SummitMigrate->new($node);
$project->query("CREATE TABLE t (id int PRIMARY KEY, v text, n int); INSERT INTO t SELECT i, CASE i WHEN 25 THEN 'x' ELSE '1' END FROM generate_series(1, 30) i");
$project->migration('20250101_000000_data_batched', <<'EOT');
-- Batch: table=t, key=id, size=10
UPDATE t SET n = v::int;

-- ROLLBACK
/*
UPDATE t SET n = NULL;
*/
EOT
($status, $out, $err) = $project->run('apply', '--on-failure', 'rollback');
is($status, 1, '--on-failure rollback after two of three batches');
is($project->query('SELECT count(n) FROM t'), 0, 'undoes both');
is($project->query('SELECT status FROM summit_migrate.migration_history'), 'rolled_back', 'as the history says');
like($out, qr/0 phases of 0 units, 1 undone in/, 'the undo is no work of the summary');

# a statement that fails alone: there is nothing to undo, and what it has left is taken away
$project = SummitMigrate->new($node);
$project->query('CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)');
$project->migration('20250101_000000_perf_alone', <<'EOT');
CREATE UNIQUE INDEX CONCURRENTLY t_a ON t (a);

-- ROLLBACK
/*
DROP INDEX CONCURRENTLY t_a;
*/
EOT
($status, $out, $err) = $project->run('apply', '--on-failure', 'rollback');
is($status, 1, '--on-failure rollback after a lone statement');
like($err, qr/nothing of 20250101_000000_perf_alone is completed: there is nothing to undo/, 'says that there is nothing to undo');
unlike($err, qr/undoing/, 'and not that it undoes something');
is($project->query("SELECT to_regclass('t_a') IS NULL"), 't', 'the invalid index is taken away');
$project->query('DELETE FROM t');
$project->run_is(0, ['apply'], undef, undef, 'and apply runs it again');

# a deferred constraint fails at COMMIT: the unit's error
$project = SummitMigrate->new($node);
$project->query('CREATE TABLE parent (id int PRIMARY KEY);'
	  . 'CREATE TABLE child (id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)');
$project->migration('20250101_000000_data_orphan', 'INSERT INTO child VALUES (1);');
$project->run_is(1, ['apply'], undef, qr/orphan\.sql:\d+: error: .*foreign key/, 'a deferred constraint');
is($project->query('SELECT count(*) FROM child'), 0, 'its unit is undone');
$project->query('INSERT INTO parent VALUES (1)');
$project->run_is(0, ['apply'], undef, undef, 'and runs when the cause is gone');

# checks
$project = SummitMigrate->new($node);
$project->query('CREATE TABLE gate (open boolean); INSERT INTO gate VALUES (false)');
$project->migration('20250101_000000_schema_checked', <<'EOT');
-- PHASE 1: EXPAND
CREATE TABLE checked (id int);

-- VALIDATION
-- Check: gate_open (pre expand, critical)
SELECT open FROM gate;
-- Check: no_rows (post expand, critical, expect = 0)
SELECT count(*) FROM gate WHERE NOT open;
-- Check: opinion (post expand, warning, expect > 5)
SELECT 3;
EOT
$project->run_is(1, ['apply'], undef, qr/checked\.sql:\d+:\d+: error: the check gate_open does not hold/, 'a pre check');
is($project->query("SELECT to_regclass('checked') IS NULL"), 't', 'nothing of the phase has run');
$project->query('UPDATE gate SET open = true; INSERT INTO gate SELECT true WHERE false');
$project->run_is(0, ['apply'], undef, qr/warning: the check opinion does not hold/, 'a warning is no failure');
$project->migration('20250102_000000_schema_post', <<'EOT');
CREATE TABLE post (id int);
-- VALIDATION
-- Check: impossible (post, critical, expect = 1)
SELECT count(*) FROM post;
EOT
$project->run_is(1, ['apply'], undef, qr/the check impossible does not hold/, 'a post check');
is($project->query("SELECT status FROM summit_migrate.migration_history WHERE migration_id LIKE '%post'"),
	'failed', 'fails the phase');
$project->query('INSERT INTO post VALUES (1)');
$project->run_is(0, ['apply'], undef, undef, 'and holds later');
is($project->query("SELECT attempt FROM summit_migrate.migration_units WHERE migration_id LIKE '%post'"),
	1, 'without the unit being run twice');

# a contract that was asked for by its phase and waits is refused, with what it waits for
$project = SummitMigrate->new($node);
$project->migration('20250101_000000_schema_first', "-- PHASE 1: EXPAND\nCREATE TABLE a ();\n-- PHASE 3: CONTRACT\nCREATE TABLE b ();");
my ($code, $said, $why) = $project->run('apply', '--phase', 'contract');
is($code, 6, 'contract before expand: exit status');
like($why, qr/first\.sql:\d+: error: contract of 20250101_000000_schema_first waits for expand of.*why: .*pending.*next: summit-migrate apply --to/s,
	'contract before expand: what it waits for');
like($said, qr/: refused/, 'and no word of success');
my $refused = $project->run_json(6, 'apply', '--phase', 'contract');
is($refused->{result}, 'refused', 'the result in JSON');
like($refused->{error}{message}, qr/waits for expand/, 'and its error');
$project->migration('20250102_000000_schema_second', "-- PHASE 1: EXPAND\nCREATE TABLE c ();\n-- PHASE 3: CONTRACT\nCREATE TABLE d ();",
	Dependencies => '20250101_000000_schema_first:contract');
$project->run_is(0, ['apply'], undef, undef, 'expand');
($code, $said, $why) = $project->run('apply', '--phase', 'contract', '--to', '20250102_000000_schema_second');
is($code, 6, 'a contract ran, another waits') or diag($said . $why);
like($why, qr/contract of 20250102_000000_schema_second waits for expand of 20250102_000000_schema_second/, 'the other is named');

done_testing();
