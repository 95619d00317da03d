# An undo that did not end: cut off by a crash, stopped by a signal, failed.  All
# commands know of it, apply ends the first kind and refuses the others, and
# rollback --last never goes past it to an older run.
use strict;
use warnings;
use Test::More;
use SummitMigrate;
use SummitTest qw(wait_for);

my $node = SummitMigrate::start_server('main');
my ($a, $b) = ('20250101_000000_schema_a', '20250102_000000_schema_b');
my $project;

# Two runs, one migration each; the undo drops an index, then waits at the gate.
sub start_over
{
	$project = SummitMigrate->new($node);
	$project->query('CREATE TABLE gate (s int); INSERT INTO gate VALUES (0); CREATE TABLE ready ()');
	for ($a, $b)
	{
		my ($table) = /_(\w)$/;
		$project->migration($_, <<"EOT");
CREATE TABLE $table (id int);
CREATE INDEX CONCURRENTLY ${table}_i ON $table (id);
-- ROLLBACK
/*
DROP INDEX CONCURRENTLY ${table}_i;
BEGIN;
SELECT pg_sleep(s), 'ready'::regclass FROM gate;
DROP TABLE $table;
COMMIT;
*/
EOT
		$project->run_is(0, ['apply'], undef, undef, "apply of $table");
	}
}

# Starts a command, sends the signal when it sleeps in the undo, opens the gate again.
sub signalled
{
	my ($signal, @arguments) = @_;
	$project->query('UPDATE gate SET s = 600');
	my $call = $project->start(@arguments);
	ok($node->poll_query_until($project->database,
		"SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"), 'the undo is under way');
	$call->{handle}->signal($signal);
	my @end = $project->finish($call);
	wait_for(sub { $project->query("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0 });
	$project->query('UPDATE gate SET s = 0');
	return @end;
}

sub there { return $project->query(q{SELECT concat_ws(' ', to_regclass('a'), to_regclass('a_i'), to_regclass('b'), to_regclass('b_i'))}); }

# Every command that looks says so, apply refuses, rollback --last goes on with it.
sub stopped
{
	my ($how, $error) = @_;
	is(there(), 'a a_i b', "$how: b is half undone");
	$project->run_is(0, ['status'], qr/$b .*half undone.*1 in doubt: see summit-migrate repair/s, undef, "$how: status");
	$project->run_is(3, ['verify'], qr/$b .*its undo was begun and has not ended/, undef, "$how: verify");
	my $repair = $project->run_json(3, 'repair');
	is_deeply([ map { "$_->{migration} $_->{unit} $_->{outcome}" } @{ $repair->{in_doubt} } ], ["$b 2 undo_failed"], "$how: repair --json");
	like($repair->{in_doubt}[0]{detail}, qr/^1 unit of its undo is done, then: $error/, 'with what ended it');
	$project->run_is(3, ['repair'], qr/Next: summit-migrate rollback $b/, undef, "$how: repair");
	$project->run_is(1, ['doctor'], qr/half undone +$b .*rollback ID goes on/s, undef, "$how: doctor");
	for my $command (['apply'], [ 'apply', '--on-failure', 'rollback' ], ['plan'], [ 'repair', '--apply' ])
	{
		$project->run_is(1, $command, undef, qr/the undo of $b was begun and has not ended.*next: `summit-migrate rollback $b`/s, "$how: @$command");
	}
	is(there(), 'a a_i b', "$how: nothing has changed");
	$project->run_is(2, ['rollback'], qr/:\n  $b\n\z/, undef, "$how: rollback alone lists b");
}

start_over();
my ($status, $out, $err) = signalled('TERM', 'rollback', '--last');
is($status, 143, 'rollback --last, SIGTERM');
like($err, qr/next: It was interrupted; `summit-migrate rollback $b` goes on from here/, 'rollback goes on');
unlike($err, qr/summit-migrate apply/, 'and not apply');
stopped('SIGTERM', 'interrupted');
$project->run_is(0, [ 'rollback', '--last' ], qr/$b  rollback.*1 part undone/s, undef, 'rollback --last goes on');
is(there(), 'a a_i', 'b is undone, a stands');

start_over();
$project->query('DROP TABLE ready');
$project->run_is(1, [ 'rollback', '--last' ], undef, qr/"ready" does not exist.*next: Mend the undo, then `summit-migrate rollback $b`/s, 'an undo that fails');
stopped('an error', 'relation "ready"');
$project->query('CREATE TABLE ready ()');
$project->run_is(0, [ 'rollback', '--to', $a ], undef, undef, 'rollback --to goes on');
is(there(), 'a a_i', 'b is undone, a stands');
$project->run_is(0, ['apply'], undef, undef, 'apply after it');
is(there(), 'a a_i b b_i', 'b is there again');

# a word ends it, too
$project->query('DROP TABLE ready');
$project->run_is(1, [ 'rollback', $b ], undef, undef, 'an undo that fails');
$project->query('CREATE INDEX b_i ON b (id)');
$project->run_is(0, [ 'repair', $b, '--phase', 'expand', '--mark', 'completed', '--reason', 'put back' ], undef, undef, 'a human puts it back');
$project->run_is(0, ['apply'], qr/Nothing to do/, undef, 'apply is content');
$project->run_is(0, ['verify'], undef, undef, 'verify too');

# killed: the next run ends it first
for my $command ([ 'rollback', '--last' ], [ 'rollback', $b ], [ 'repair', '--apply' ])
{
	start_over();
	signalled('KILL', 'rollback', '--last');
	is(there(), 'a a_i b', 'killed: b is half undone');
	$project->run_is(0, ['status'], qr/$b .*half undone.*1 in doubt/s, undef, 'status');
	$project->run_is(3, ['repair'], qr/$b .*1 unit of its undo is done.*--apply, apply or rollback ends it/, undef, 'repair');
	$project->run_is(0, ['doctor'], qr/units in doubt +$b .*undo/, undef, 'doctor');
	$project->run_is(0, ['plan'], qr/$b  its undo was cut off: apply ends it first.*CREATE TABLE b/s, undef, 'plan');
	$project->run_is(0, $command, undef, qr/its undo was cut off and is ended first/, "@$command ends it");
	is(there(), 'a a_i', 'b is undone, a stands');
}
start_over();
signalled('KILL', 'rollback', '--last');
$project->run_is(0, ['apply'], qr/$b  rollback.*$b  expand.*1 phase of 2 units, 1 undone/s, qr/its undo was cut off/, 'apply ends it, then applies');
is(there(), 'a a_i b b_i', 'b is there again');
is($project->query("SELECT string_agg(status, ' ') FROM summit_migrate.migration_history"), 'completed completed', 'says the ledger');

# an administrator's word stops it
$project->query('UPDATE gate SET s = 600');
my $call = $project->start('rollback', '--last');
$node->poll_query_until($project->database, "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
$project->query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
($status, $out, $err) = $project->finish($call);
is($status, 1, 'rollback, pg_terminate_backend');
like($err, qr/ended by an administrator's command.*next: `summit-migrate rollback $b` goes on/s, 'says what goes on');
$project->query('UPDATE gate SET s = 0');
stopped('pg_terminate_backend', 'ended by an administrator');

# --on-failure rollback, killed in the undo
start_over();
$project->migration($a =~ s/_a$/_c/r =~ s/0101/0103/r, <<'EOT');
CREATE TABLE c (id int);
CREATE INDEX CONCURRENTLY c_i ON c (id);
SELECT 1 / (SELECT count(*) FROM ready);
-- ROLLBACK
/*
DROP INDEX CONCURRENTLY c_i;
SELECT pg_sleep(s) FROM gate;
DROP TABLE c;
*/
EOT
signalled('KILL', 'apply', '--on-failure', 'rollback');
$project->query('INSERT INTO ready DEFAULT VALUES');
$project->run_is(0, ['apply'], qr/schema_c  expand  3 units.*1 phase of 3 units, 1 undone/s, qr/its undo was cut off/, 'apply after a killed --on-failure rollback');
is($project->query("SELECT to_regclass('c_i') IS NOT NULL"), 't', 'and c is there');

# the last run is the one that has left something, successful or not
$project = SummitMigrate->new($node);
my $undo = "-- ROLLBACK\n/*\nDROP TABLE IF EXISTS %s;\n*/\n";
$project->migration($a, 'CREATE TABLE a (id int);' . "\n" . sprintf $undo, 'a');
$project->run_is(0, ['apply']);
$project->migration($b, "BEGIN;\nCREATE TABLE b (id int);\nCOMMIT;\nSELECT 1 / 0;\n" . sprintf $undo, 'b');
$project->run_is(1, ['apply'], undef, undef, 'a second run fails half-way');
$project->run_is(2, ['rollback'], qr/:\n  $b\n\z/, undef, 'rollback lists what it has left');
$project->run_is(0, [ 'rollback', '--last' ], qr/$b  rollback/, undef, 'rollback --last undoes that');
is($project->query("SELECT to_regclass('a') IS NOT NULL, to_regclass('b') IS NULL"), 't|t', 'and not the run before it');
$project->migration($b, "SELECT 1 / 0;\n" . sprintf $undo, 'a');
$project->run_is(1, ['apply'], undef, undef, 'a run that fails and leaves nothing');
$project->run_is(2, ['rollback'], qr/:\n  $a\n\z/, undef, 'is not the last run');
$project->run_is(0, [ 'rollback', '--to', $a ], qr/Nothing stands/, undef, 'and nothing to undo');
is($project->query("SELECT to_regclass('a') IS NOT NULL"), 't', 'its undo has not run');

done_testing();
