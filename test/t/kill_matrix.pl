# Killed at any step, by any hand: for every message of the protocols of apply,
# rollback and repair the program is killed, or its backend, or the server is stopped
# at once.  The same command again, or apply after a rollback, then leaves the schema
# and the ledger of an undisturbed run (but for attempt, times, transaction, LSN and
# epoch), and the lock is free within five seconds.
#
# Most of this is waiting, for servers above all: some workers, each with a server of
# its own, share the steps.

use strict;
use warnings;
use Time::HiRes qw(sleep time);
use JSON::PP;
use POSIX ();
use Test::More;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use KillProxy;
use SummitMigrate;

my $migration = '20260101_000000_schema_accounts';

my $workers = 4;
my ($node, $proxy_folder);    # a worker's own

# One of each: a transaction of several statements, an index built and one dropped
# concurrently, a file's own transaction, batches, a contract, and undos of both kinds.
my $accounts = <<'SQL';
-- PHASE 1: EXPAND
CREATE TABLE accounts (id int PRIMARY KEY, email text, verified boolean);
INSERT INTO accounts SELECT i, 'user' || i || '@example.com' FROM generate_series(1, 30) i;
CREATE INDEX CONCURRENTLY accounts_email ON accounts (email);
BEGIN;
CREATE TABLE log (id int GENERATED ALWAYS AS IDENTITY, what text);
INSERT INTO log (what) VALUES ('expanded');
COMMIT;

-- PHASE 2: MIGRATE
-- Batch: table=accounts, key=id, size=10
UPDATE accounts SET verified = false WHERE verified IS NULL;
DROP INDEX CONCURRENTLY accounts_email;

-- PHASE 3: CONTRACT
ALTER TABLE accounts ALTER COLUMN verified SET NOT NULL;
CREATE UNIQUE INDEX CONCURRENTLY accounts_email_key ON accounts (email);

-- VALIDATION
-- Check: all_verified (post migrate, critical, expect = 0)
SELECT count(*) FROM accounts WHERE verified IS NULL;

-- ROLLBACK
/*
DROP INDEX CONCURRENTLY IF EXISTS accounts_email_key;
DROP TABLE log;
DROP TABLE accounts;
*/
SQL

# As one, in one session: a psql for each would be most of the work.
my $state_queries = <<'SQL';
SELECT migration_id, phase, direction, status, checksum, phase_digest, error_message FROM summit_migrate.migration_history ORDER BY 1, 2;
SELECT migration_id, phase, direction, unit, state, transactional, rows_affected, error_sqlstate, batch_cursor FROM summit_migrate.migration_units ORDER BY 1, 2, 3, 4;
SELECT version, migration_id, rolled_back_at IS NOT NULL FROM summit_migrate.schema_versions ORDER BY 1, 2, 3;
SELECT relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1;
SELECT relname, indisvalid, indisunique FROM pg_index JOIN pg_class ON oid = indexrelid WHERE relnamespace = 'public'::regnamespace ORDER BY 1;
SELECT relname, query_to_xml(format('SELECT * FROM %I ORDER BY 1', relname), true, true, '') FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1;
SQL

# What must be the same after any kill.
sub state
{
	my ($project) = @_;
	return $project->query($state_queries);
}

# The program through the proxy, with an action at the given step.
sub run_proxied
{
	my ($project, $at, $action, @arguments) = @_;
	my $socket = '.s.PGSQL.' . $node->port;

	return KillProxy::run(
		server => $node->host . "/$socket",
		listen => "$proxy_folder/$socket",
		command => [ SummitMigrate::program(), '--no-color', '--no-input', @arguments ],
		folder => $project->folder,
		env => { $project->environment(DATABASE_URL => "host=$proxy_folder port="
				  . $node->port . ' dbname=' . $project->database) },
		at => $at,
		action => $action,
		timeout => 120);
}

sub wait_for_server
{
	my @is_ready = ('pg_isready', '-q', '-h', $node->host, '-p', $node->port);

	for (1 .. 600)
	{
		return if system(@is_ready) == 0;
		sleep 0.05;
	}
	die 'server did not come back';
}

# Seconds until nobody holds a migration lock.
sub lock_freed_after
{
	my ($project) = @_;
	my $start = time();

	for (1 .. 200)
	{
		return time() - $start
		  if $project->query(
			q{SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid IN (21325, 21326)}) eq '0';
		sleep 0.05;
	}
	return 1e9;
}

# The postmaster hears of a killed backend a little later: only its second word of
# readiness says that the recovery is over.  A backend that was about to end anyway
# may do so unharmed.
sub kill_backend
{
	my ($pid) = @_;
	my $seen = -s $node->logfile;

	return unless $pid && kill 'KILL', $pid;
	for (1 .. 100)
	{
		last if slurp_file($node->logfile, $seen) =~ /PID $pid\) was terminated by signal 9/;
		return if $_ == 100;
		sleep 0.02;
	}
	$node->wait_for_log(qr/database system is ready to accept connections/, $seen);
}

my %kill = (
	program => sub { kill 'KILL', $_[0] },
	backend => sub { kill_backend($_[1]) },
	server => sub { $node->stop('immediate'); $node->start });

# Plain files one behind the other, which the program sends without waiting for
# each answer: each row refers, at COMMIT, to the one that the file
# before it inserted.
my %plain = map {
	my $n = $_;
	("2026020${n}_000000_data_row_$n" => $n == 1
		? "CREATE TABLE accounts (id int PRIMARY KEY, follows int REFERENCES accounts DEFERRABLE INITIALLY DEFERRED);"
		: "INSERT INTO accounts VALUES ($n, nullif(" . ($n - 1) . ", 1));")
} 1 .. 8;

# What fails behind a unit of each kind.
my $failing = <<'SQL';
BEGIN;
CREATE TABLE accounts (id int PRIMARY KEY, verified boolean);
INSERT INTO accounts SELECT i FROM generate_series(1, 20) i;
COMMIT;
CREATE INDEX CONCURRENTLY accounts_verified ON accounts (verified);
-- Batch: table=accounts, key=id, size=10
UPDATE accounts SET verified = false WHERE verified IS NULL;
SELECT 1 / 0;

-- ROLLBACK
/*
DROP INDEX CONCURRENTLY accounts_verified;
DROP TABLE accounts;
*/
SQL

# Left by runs that were killed: an index that was built, one that is invalid, an undo
# whose first statement was done.
my %doubtful = (
	'20260101_000000_schema_accounts' => "CREATE TABLE accounts (id int, email text);\nINSERT INTO accounts VALUES (1, 'a'), (1, 'b');",
	'20260102_000000_schema_undone' => "CREATE TABLE log (what text);\nCREATE INDEX CONCURRENTLY log_what ON log (what);\n-- ROLLBACK\n/*\nDROP INDEX CONCURRENTLY log_what;\nDROP TABLE log;\n*/",
	'20260103_000000_perf_invalid' => 'CREATE UNIQUE INDEX CONCURRENTLY accounts_id ON accounts (id);',
	'20260104_000000_perf_built' => 'CREATE INDEX CONCURRENTLY accounts_email ON accounts (email);');

# Runs a statement between the ledger's calls, and ends before the last of them.
sub leave_in_doubt
{
	my ($project, $id, $phase, $direction, $statement) = @_;
	$project->query(<<"SQL");
SET client_min_messages = warning;
SELECT summit_migrate.begin_run('apply');
SELECT summit_migrate.register_migration('$id.sql', \$file\$$doubtful{$id}\$file\$) WHERE '$direction' = 'up';
SELECT summit_migrate.begin_statement('$id', '$phase', '$direction', 1, 'postgresql', '$statement', 0);
$statement;
SQL
}

sub leave_all_in_doubt
{
	my ($project) = @_;

	$project->run('apply', '--to', '20260102');
	$project->run('apply', '--to', '20260103');    # fails
	leave_in_doubt($project, '20260104_000000_perf_built', 'expand', 'up', 'CREATE INDEX CONCURRENTLY accounts_email ON accounts (email)');
	leave_in_doubt($project, '20260102_000000_schema_undone', 'all', 'down', 'DROP INDEX CONCURRENTLY log_what');
}

# What must be there in the end: what an undisturbed run of both commands leaves; or,
# where nothing of the rollback had been done, what was there before it.
sub expected_after_apply
{
	my ($project, $expected, $before) = @_;
	my $undone = $project->query("SELECT count(*) FROM summit_migrate.migration_units WHERE direction = 'down'");
	return $undone ? $expected : $before;
}

# name, files; before: commands (or code) that prepare it; run: the command under test;
# again: the one that is run after the kill, where that is another; status: of both.
# PROTOCOL chooses some by name.
my @protocols = grep { $_->{name} =~ ($ENV{PROTOCOL} || '.') } (
	{ name => 'apply', files => { $migration => $accounts }, run => ['apply'] },
	{ name => 'apply of plain files', files => \%plain, run => ['apply'] },
	{ name => 'apply --phase contract', files => { $migration => $accounts },
		before => [ ['apply'] ], run => [ 'apply', '--phase', 'contract' ] },
	{ name => 'rollback', files => { $migration => $accounts },
		before => [ ['apply'], [ 'apply', '--phase', 'contract' ] ], run => [ 'rollback', $migration ] },
	{ name => 'rollback, then apply', files => { $migration => $accounts },
		before => [ ['apply'], [ 'apply', '--phase', 'contract' ] ], run => [ 'rollback', $migration ], again => ['apply'],
		expected => \&expected_after_apply },
	{ name => 'apply --on-failure rollback', files => { $migration => $failing },
		run => [ 'apply', '--on-failure', 'rollback' ], status => 1 },
	{ name => 'repair --apply', files => \%doubtful, before => [ \&leave_all_in_doubt ], run => [ 'repair', '--apply' ] });

# A project in which the commands before the one under test have run.
sub prepare
{
	my ($protocol) = @_;
	my $project = SummitMigrate->new($node);
	my $files = $protocol->{files};

	$project->migration($_, $files->{$_}, Version => '1.0.0') for keys %{$files};
	for my $arguments (@{ $protocol->{before} // [] })
	{
		$arguments->($project), next if ref $arguments eq 'CODE';
		my ($status, $out, $err) = $project->run(@{$arguments});
		die "@{$arguments}: $out$err" if $status;
	}
	return $project;
}

# The same project over a copy of its database.  Copied by file, which makes a
# checkpoint: a recovery then has little to do.
sub copy_of
{
	my ($project) = @_;
	my $original = $project->database;

	$node->safe_psql('postgres', "DROP DATABASE IF EXISTS step (FORCE);\nCREATE DATABASE step TEMPLATE $original STRATEGY file_copy");
	return bless { %{$project}, database => 'step' }, ref $project;
}

sub step_is_good
{
	my ($original, $protocol, $how, $at, $expected, $before) = @_;

	my $project = copy_of($original);
	my $run = run_proxied($project, $at, $kill{$how}, @{ $protocol->{run} });
	wait_for_server();
	my $freed = lock_freed_after($project);
	my $wanted = $protocol->{expected} ? $protocol->{expected}->($project, $expected, $before) : $expected;
	my ($status, $out, $err) = $project->run(@{ $protocol->{again} // $protocol->{run} });
	my $state = state($project);
	my $good = $status == ($protocol->{status} // 0) && $state eq $wanted && $freed < 5;

	diag("$protocol->{name}, $how at $at: lock free after $freed s\n--- first run:\n$run->{output}\n"
		  . "--- again ($status):\n$out$err\n--- state:\n$state\n--- expected:\n$wanted")
	  unless $good;
	return $good;
}

# The share of a worker: every so many-th step of a protocol, killed in each way.
sub check_protocol
{
	my ($protocol, $worker) = @_;

	my $original = prepare($protocol);
	my $before = state($original);
	my $project = copy_of($original);
	my $undisturbed = run_proxied($project, undef, undef, @{ $protocol->{run} });
	my $status = $undisturbed->{status} >> 8;
	diag($undisturbed->{output}) if $status != ($protocol->{status} // 0);
	$project->run(@{ $protocol->{again} }) if $protocol->{again};
	my $expected = state($project);
	my @steps = grep { $_ % $workers == $worker } 1 .. $undisturbed->{arrivals};
	my %bad = map {
		my $how = $_;
		($how => [ grep { !step_is_good($original, $protocol, $how, $_, $expected, $before) } @steps ])
	} keys %kill;
	return { status => $status, steps => $undisturbed->{arrivals}, bad => \%bad };
}

# The steps must not depend on a vacuum of the server's own accord.
sub work
{
	my ($worker, $result) = @_;

	SummitMigrate::start_server($node, 'autovacuum = off', 'restart_after_crash = on', 'shared_buffers = 16MB');
	my @results = map { check_protocol($_, $worker) } @protocols;
	$node->stop;
	print {$result} encode_json(\@results);
	close $result;
}

# Forks a worker; nodes are the parent's, which knows their ports and cleans up.
sub start_worker
{
	my ($worker) = @_;

	$node = PostgreSQL::Test::Cluster->new("kill_$worker");
	$proxy_folder = PostgreSQL::Test::Utils::tempdir_short();
	pipe(my $read, my $write) or die "pipe: $!";
	my $pid = fork() // die "fork: $!";
	if ($pid == 0)
	{
		close $read;
		$SIG{TERM} = $SIG{INT} = sub { die "ended by a signal\n" };
		eval { work($worker, $write); 1 } or do { diag("worker $worker: $@"); eval { $node->stop('immediate') }; };
		POSIX::_exit(0);
	}
	close $write;
	return { pid => $pid, read => $read };
}

my @started = map { start_worker($_) } 0 .. $workers - 1;
$SIG{TERM} = $SIG{INT} = sub { kill 'TERM', map { $_->{pid} } @started; exit 1; };
my @results = map { local $/; my $text = readline $_->{read}; waitpid $_->{pid}, 0; $text ? decode_json($text) : undef } @started;
is(scalar(grep { defined } @results), $workers, "$workers workers have done their part");
@results = grep { defined } @results;
for my $i (0 .. $#protocols)
{
	my $name = $protocols[$i]{name};
	my @parts = map { $_->[$i] } @results;
	is(scalar(grep { $_->{status} == ($protocols[$i]{status} // 0) } @parts), $workers, "$name: undisturbed");
	my ($steps) = sort { $a <=> $b } map { $_->{steps} } @parts;
	cmp_ok($steps // 0, '>', 10, "$name: has steps");
	for my $how (sort keys %kill)
	{
		is(join(' ', map { @{ $_->{bad}{$how} } } @parts), '', "$name: $how killed at each of $steps steps, and run again");
	}
}

done_testing();
