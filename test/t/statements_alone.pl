# Statements that cannot run in a transaction: each is a unit of its own, and
# what a crash in it leaves is decided by the catalog, by Done-When or by a human.
use strict;
use warnings;
use Test::More;
use SummitMigrate;
use SummitTest qw(wait_for);

my $node = SummitMigrate::start_server('main');
my $project = SummitMigrate->new($node);
my $number = 0;

sub migration
{
	my ($text) = @_;
	my $id = sprintf '20250101_%06d_schema_alone', ++$number;
	$project->migration($id, $text);
	return $id;
}

# Starts apply, kills it where the query says so, and waits for its backend.
sub killed_when
{
	my ($query) = @_;
	my $call = $project->start('apply');
	ok($node->poll_query_until($project->database, $query), 'the statement is under way');
	$call->{handle}->signal('KILL');
	$project->finish($call);
	ok(wait_for(sub { $project->query("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0 }), 'the lock is free');
}

$project->query('CREATE TABLE t (a int, b int); INSERT INTO t SELECT i, i FROM generate_series(1, 100) i;'
	  . "CREATE INDEX t_old ON t (a); CREATE INDEX t_b ON t (b); CREATE TYPE mood AS ENUM ('sad')");

# all kinds, with statements of transactions between them
my $before = $project->query("SELECT 't_b'::regclass::oid");
my $id = migration(<<'EOT');
CREATE TABLE first (id int);
VACUUM (ANALYZE) t;
REINDEX INDEX CONCURRENTLY t_b;
DROP INDEX CONCURRENTLY t_old;
REINDEX TABLE CONCURRENTLY t;
CREATE INDEX CONCURRENTLY ON t (a, b);
CLUSTER t USING t_b;
ALTER TYPE mood ADD VALUE 'happy';
BEGIN;
CREATE TABLE felt AS SELECT 'happy'::mood AS how;
COMMIT;
CREATE DATABASE second_base;
DROP DATABASE second_base;
ALTER SYSTEM SET log_min_messages = 'warning';
EOT
my $document = $project->run_json(0, 'apply');
is($document->{migrations}[0]{status}, 'completed', 'all kinds of statements');
is($project->query("SELECT string_agg(DISTINCT state, ' ') FROM summit_migrate.migration_units WHERE migration_id = '$id'"),
	'completed', 'each is completed in the ledger');
is($project->query("SELECT 't_b'::regclass::oid <> $before, to_regclass('t_old') IS NULL, to_regclass('t_a_b_idx') IS NOT NULL"),
	't|t|t', 'their effects are there');
is($project->query('SELECT how FROM felt'), 'happy', 'a new enum value can be used in the next unit');
is($project->query("SELECT count(*) FROM pg_database WHERE datname = 'second_base'"), 0, 'a database came and went');

# an older index of the name
$project->query('CREATE INDEX t_name ON t (b)');
$id = migration('CREATE INDEX CONCURRENTLY IF NOT EXISTS t_name ON t (a);');
$project->run_is(0, ['apply'], undef, undef, 'IF NOT EXISTS over an older index');
is($project->query("SELECT pg_get_indexdef('t_name'::regclass) LIKE '%(b)'"), 't', 'the older index stands');
$id = migration('CREATE INDEX CONCURRENTLY t_name ON t (a);');
$project->run_is(1, ['apply'], undef, qr/$id\.sql:\d+:1: error: relation "t_name" already exists/, 'without it the older index is an error');
is($project->query("SELECT state FROM summit_migrate.migration_units WHERE migration_id = '$id'"), 'failed', 'and not taken for its own');
$project->query('DROP INDEX t_name');
$project->run_is(0, ['apply'], undef, undef, 'and runs when the older one is gone');
$project->query('CREATE TABLE twice (a int); INSERT INTO twice VALUES (1), (1)');
$node->psql($project->database, 'CREATE UNIQUE INDEX CONCURRENTLY t_invalid ON twice (a)');
$project->query('DELETE FROM twice');
migration('CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_invalid ON twice (a);');
$project->run_is(1, ['apply'], undef, qr/its effect is not there.*why: public\.t_invalid was there before and is invalid.*next: .*DROP INDEX CONCURRENTLY/s,
	'IF NOT EXISTS over an invalid index of somebody else');
is($project->query("SELECT indisvalid FROM pg_index WHERE indexrelid = 't_invalid'::regclass"), 'f', 'which is left alone');
$project->query('DROP INDEX t_invalid');
$project->run_is(0, ['apply'], undef, undef, 'it runs when that is gone');
is($project->query("SELECT pg_get_indexdef('t_name'::regclass) LIKE '%(a)'"), 't', 'the index is its own');

# killed in REINDEX CONCURRENTLY and in DROP INDEX CONCURRENTLY
my $old = $node->background_psql($project->database, on_error_die => 1);
migration('REINDEX INDEX CONCURRENTLY t_b;');
$old->query_safe('BEGIN; INSERT INTO t VALUES (0, 0);');
killed_when("SELECT count(*) = 1 FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting for%'");
$old->query_safe('COMMIT;');
like($project->query("SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid WHERE NOT indisvalid"),
	qr/^t_b_ccnew$/, 'REINDEX CONCURRENTLY leaves an invalid copy');
$project->run_is(0, ['apply'], undef, qr/taken away.*t_b_ccnew is invalid/, 'apply takes the copy away');
is($project->query("SELECT count(*), bool_and(indisvalid) FROM pg_index WHERE indrelid = 't'::regclass"), '3|t', 'no copy is left, all are valid');

migration('DROP INDEX CONCURRENTLY t_b;');
$old->query_safe('BEGIN; INSERT INTO t VALUES (0, 0);');
killed_when("SELECT count(*) = 1 FROM pg_locks WHERE NOT granted AND locktype = 'virtualxid'");
$old->query_safe('COMMIT;');
is($project->query("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('t_b')"), 'f', 'DROP INDEX CONCURRENTLY leaves a half dropped index');
$project->run_is(0, ['apply'], undef, qr/was in doubt/, 'apply drops the rest');
is($project->query("SELECT to_regclass('t_b') IS NULL"), 't', 'the index is gone');

# a statement that was done, and nobody could say so
$project->query('CREATE TABLE parent (a int) PARTITION BY LIST (a); CREATE TABLE part PARTITION OF parent FOR VALUES IN (1)');
$id = migration('ALTER TABLE parent DETACH PARTITION part CONCURRENTLY;');
$old->query_safe('BEGIN; TABLE parent;');
killed_when("SELECT count(*) = 1 FROM pg_inherits WHERE inhdetachpending");
$project->run_is(3, ['repair'], qr/half detached/, undef, 'repair: a half detached partition');
$old->query_safe('COMMIT;');
$old->quit;
$project->run_is(0, [ 'repair', '--apply' ], qr/Done/, qr/half detached/, 'repair --apply ends the detaching');
is($project->query("SELECT count(*) FROM pg_inherits WHERE inhrelid = 'part'::regclass"), 0, 'it is no partition any more');
$project->run_is(0, ['apply'], undef, undef, 'apply has nothing to repeat');
is($project->query("SELECT state FROM summit_migrate.migration_units WHERE migration_id = '$id'"), 'completed', 'the unit is completed');

# Transaction: none; Done-When says "not yet", then "done"
$project->query('CREATE TABLE gate (seconds int); INSERT INTO gate VALUES (600); CREATE TABLE done (n int)');
my $do = 'DO $$BEGIN PERFORM pg_sleep(seconds) FROM gate; INSERT INTO done VALUES (1); COMMIT; END$$;';
my $asleep = "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
$id = migration("-- Transaction: none\n-- Done-When: SELECT count(*) > 0 FROM done\n$do");
killed_when($asleep);
$project->run_is(8, ['repair'], qr/Done-When/, undef, 'repair only reports');
$project->query('UPDATE gate SET seconds = 0');
$project->run_is(0, ['apply'], undef, qr/not done, says its Done-When/, 'Done-When says no: it runs again');
is($project->query('SELECT count(*) FROM done'), 1, 'once');

# a Done-When that fails itself
$project->query('UPDATE gate SET seconds = 600');
$id = migration("-- Transaction: none\n-- Done-When: SELECT count(*) > 1 FROM done WHERE n / (SELECT count(*) FROM ready) > 0\n$do");
killed_when($asleep);
$project->query('UPDATE gate SET seconds = 0');
$project->run_is(1, ['apply'], undef, qr/relation "ready" does not exist/, 'a Done-When that fails');
$project->query('CREATE TABLE ready AS SELECT 1');
$project->run_is(0, ['apply'], undef, qr/not done, says its Done-When/, 'and answers later');

# without Done-When only a human can tell; both words
for my $word (qw(completed rolled_back))
{
	$project->query('UPDATE gate SET seconds = 600; TRUNCATE done');
	$id = migration("-- Transaction: none\n$do");
	killed_when($asleep);
	my ($status, $out, $err) = $project->run('apply');
	is($status, 8, 'nothing proves it: exit 8') or diag($err);
	like($err, qr/$id\.sql:\d+: error: nothing proves.*repair $id --phase expand --mark completed --reason/s, 'with the command to type');
	my ($plain) = $project->run('repair', '--apply');
	is($plain, 8, 'repair --apply does not guess');
	$project->query('UPDATE gate SET seconds = 0');
	$project->run_is(0, [ 'repair', $id, '--phase', 'expand', '--mark', $word, '--reason', 'seen by a human' ],
		qr/recorded as $word/, undef, "repair --mark $word");
	is($project->query("SELECT status, metadata::text LIKE '%seen by a human%' FROM summit_migrate.migration_history WHERE migration_id = '$id'"),
		"$word|t", 'the word and its reason are in the history');
	$project->run_is(0, ['apply'], undef, undef, "apply after --mark $word");
	is($project->query('SELECT count(*) FROM done'), $word eq 'completed' ? 0 : 1, "what is marked $word " . ($word eq 'completed' ? 'does not run' : 'runs again'));
}

# half a word
$project->run_is(2, [ 'repair', '20250101' ], undef, qr/needs its id, --phase, --mark and --reason/, 'repair with an id alone');

done_testing();
