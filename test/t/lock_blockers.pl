# A table's lock that is not granted: never queued for long, asked for again with
# backoff, who is in the way named by pid, user, query and age; in the end a clear error.
use strict;
use warnings;
use Test::More;
use SummitMigrate;

my $node = SummitMigrate::start_server('main');
my $project = SummitMigrate->new($node);
my $id = '20250101_000000_schema_column';

$project->query('CREATE TABLE busy (a int); CREATE ROLE reporter LOGIN; GRANT SELECT ON busy TO reporter');
$project->migration($id, "ALTER TABLE busy ADD COLUMN b int;", 'Lock-Timeout' => '200ms');

my $blocker = $node->background_psql($project->database, on_error_die => 1);
$blocker->query_safe("SET SESSION AUTHORIZATION reporter; SET application_name = 'report'; BEGIN; SELECT count(*) AS slow_report FROM busy");
my $pid = $blocker->query_safe('SELECT pg_backend_pid() AS slow_report');
my $user = $project->query("SELECT usename FROM pg_stat_activity WHERE pid = $pid");

# others get through between the attempts
my $call = $project->start('apply', '--lock-wait', '1min');
$node->poll_query_until($project->database, "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND locktype = 'relation'");
is($project->query("SELECT count(*) FROM summit_migrate.migration_units"), 0, 'it waits');
my ($tries, $longest) = (0, 0);
for (1 .. 8)
{
	my $took = $project->query("SELECT extract(epoch FROM clock_timestamp() - now()) FROM (SELECT count(*) FROM busy) s");
	$longest = $took if $took > $longest;
	select undef, undef, undef, 0.1;
}
cmp_ok($longest, '<', 1, 'a reader is never behind it for longer than one attempt');
$blocker->query_safe('COMMIT;');
my ($status, $out, $err) = $project->finish($call);
is($status, 0, 'it succeeds when the lock is given back') or diag($err);
like($err, qr/held by pid $pid \($user, report, idle in transaction for \d+ s\): SELECT pg_backend_pid\(\) AS slow_report/,
	'pid, user, application, age and query of who is in the way');
my @delays = $err =~ /trying again in (\d+) ms/g;
cmp_ok(scalar @delays, '>=', 2, 'it was asked for again');
cmp_ok($delays[-1], '>', 0, 'after a while');
is($project->query("SELECT lock_wait_ms > 0, lock_wait_ms < 60000, attempt FROM summit_migrate.migration_units"),
	't|t|1', 'the wait is in the ledger');

# it gives up
$id = '20250102_000000_schema_column';
$project->migration($id, "ALTER TABLE busy ADD COLUMN c int;", 'Lock-Timeout' => '100ms');
$blocker->query_safe('BEGIN; SELECT count(*) AS slow_report FROM busy;');
($status, $out, $err) = $project->run('apply', '--lock-wait', '1s');
is($status, 1, 'a lock that never comes: exit status');
like($err, qr/$id\.sql:\d+:1: error: .*lock timeout.*\(SQLSTATE 55P03\)/, 'the statement is named');
like($err, qr/pid $pid/, 'and who is in the way');
is($project->query("SELECT state, error_sqlstate FROM summit_migrate.migration_units WHERE migration_id = '$id'"),
	'failed|55P03', 'the failure is in the ledger');
is($project->query("SELECT count(*) FROM pg_locks WHERE NOT granted OR locktype = 'advisory'"), 0, 'nothing waits any more');

# in JSON
my $document = $project->run_json(1, 'apply', '--lock-wait', '0');
is($document->{error}{sqlstate}, '55P03', 'the error in JSON');

# the same for the undo
$blocker->query_safe('COMMIT;');
$project->migration('20250102_000000_schema_column', "ALTER TABLE busy ADD COLUMN c int;\n-- ROLLBACK\n/*\nALTER TABLE busy DROP COLUMN c;\n*/", 'Lock-Timeout' => '100ms');
$project->run_is(0, ['apply'], undef, undef, 'apply when it is free');
$blocker->query_safe('BEGIN; SELECT count(*) AS slow_report FROM busy;');
$call = $project->start('rollback', '--last', '--lock-wait', '1min');
$node->poll_query_until($project->database, "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND locktype = 'relation'");
sleep 1;
$blocker->query_safe('COMMIT;');
($status, $out, $err) = $project->finish($call);
is($status, 0, 'an undo waits in the same way') or diag($err);
like($err, qr/pid $pid/, 'and names who is in the way');

$project->run_is(0, ['apply'], undef, undef, 'all is applied');
# even where the wait is shorter than the usual look, and where there is none
$project->migration('20250102_000001_schema_short', 'ALTER TABLE busy ADD COLUMN d int;', 'Lock-Timeout' => '250ms');
$blocker->query_safe("SET application_name = 'report'; BEGIN; SELECT count(*) AS slow_report FROM busy;");
($status, $out, $err) = $project->run('apply', '--lock-wait', '0');
is($status, 1, 'a short wait: exit status');
like($err, qr/error: .*55P03\).*why: .*pid $pid/s, 'a short wait: its only refusal names who is in the way');
$project->migration('20250102_000001_schema_short', "BEGIN;\nLOCK TABLE busy NOWAIT;\nALTER TABLE busy ADD COLUMN d int;\nCOMMIT;");
($status, $out, $err) = $project->run('apply', '--lock-wait', '0');
is($status, 1, 'NOWAIT: exit status');
like($err, qr/error: could not obtain lock.*why: .*pid $pid/s, 'NOWAIT: who is in the way is named');
# nobody's password is shown
$blocker->query_safe("ROLLBACK; RESET SESSION AUTHORIZATION;");
$blocker->query_safe("BEGIN; LOCK TABLE busy;");
$blocker->query_safe("ALTER ROLE reporter PASSWORD 'hunter2'");
($status, $out, $err) = $project->run('apply', '--lock-wait', '0');
like($err, qr/pid $pid .*: ALTER ROLE \(text withheld/, 'of a statement with a secret only its kind is said');
unlike($err, qr/hunter2/, 'and not its text');
$blocker->query_safe('ROLLBACK;');
$project->run_is(0, ['apply'], undef, undef, 'apply when it is free again');

# a deadlock is no end: the server says "again"
$project->query('CREATE TABLE one (a int); CREATE TABLE two (a int)');
$project->migration('20250103_000000_schema_both', "ALTER TABLE one ADD COLUMN b int;\nSELECT pg_sleep(1);\nALTER TABLE two ADD COLUMN b int;",
	'Lock-Timeout' => '10s');
$blocker->query_safe("RESET SESSION AUTHORIZATION; SET deadlock_timeout = '10s'; BEGIN; LOCK TABLE two;");
$call = $project->start('apply');
$node->poll_query_until($project->database, "SELECT count(*) > 0 FROM pg_locks WHERE relation = 'one'::regclass AND mode = 'AccessExclusiveLock' AND granted");
$blocker->query_safe('LOCK TABLE one; COMMIT;');
($status, $out, $err) = $project->finish($call);
is($status, 0, 'a deadlock: the unit runs again') or diag($err);
is($project->query("SELECT count(*) FROM pg_attribute WHERE attrelid IN ('one'::regclass, 'two'::regclass) AND attname = 'b'"), 2, 'both columns are there');
$blocker->quit;

done_testing();
