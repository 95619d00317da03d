# Killed at any step, by any hand: for every message of the protocols of apply and
# rollback the program is killed, or its backend, or the server is stopped at once.
# The same command again then leaves the schema and the ledger of an undisturbed
# run (but for attempt, times, transaction, LSN and epoch), and the lock is free
# within five seconds.

use strict;
use warnings;
use Time::HiRes qw(sleep time);
use Test::More;
use PostgreSQL::Test::Utils;
use KillProxy;
use SummitMigrate;

my $migration = '20260101_000000_schema_accounts';

# The steps must not depend on a vacuum of the server's own accord.
my $node = SummitMigrate::start_server('kill', 'autovacuum = off', 'restart_after_crash = on');
my $proxy_folder = PostgreSQL::Test::Utils::tempdir_short();

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

my @state_queries = (
	q{SELECT migration_id, phase, direction, status, checksum, phase_digest, error_message FROM summit_migrate.migration_history ORDER BY 1, 2},
	q{SELECT migration_id, phase, direction, unit, state, transactional, rows_affected, error_sqlstate, batch_cursor FROM summit_migrate.migration_units ORDER BY 1, 2, 3, 4},
	q{SELECT version, migration_id, rolled_back_at IS NOT NULL FROM summit_migrate.schema_versions ORDER BY 1, 2, 3},
	q{SELECT to_regclass('accounts'), to_regclass('log')},
	q{SELECT relname, indisvalid, indisunique FROM pg_index JOIN pg_class ON oid = indexrelid WHERE relnamespace = 'public'::regnamespace ORDER BY 1});
my @data_queries = (q{SELECT * FROM accounts ORDER BY id}, q{SELECT query_to_xml('SELECT what FROM log', true, true, '') WHERE to_regclass('log') IS NOT NULL});

# What must be the same after any kill.
sub state
{
	my ($project) = @_;
	my $state = join "\n--\n", map { $project->query($_) } @state_queries;

	$state .= join "\n--\n", map { $project->query($_) } @data_queries
	  if $state =~ /^accounts\|/m;
	return $state;
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

# name, files, what runs before, the command under test
my @protocols = (
	[ 'apply', { $migration => $accounts }, [], ['apply'] ],
	[ 'apply of plain files', \%plain, [], ['apply'] ],
	[ 'apply --phase contract', { $migration => $accounts },
		[ ['apply'] ], [ 'apply', '--phase', 'contract' ] ],
	[ 'rollback', { $migration => $accounts },
		[ ['apply'], [ 'apply', '--phase', 'contract' ] ], [ 'rollback', $migration ] ]);

# A project in which the commands before the one under test have run.
sub prepare
{
	my ($files, $before) = @_;
	my $project = SummitMigrate->new($node);

	$project->migration($_, $files->{$_}, Version => '1.0.0') for keys %{$files};
	for my $arguments (@{$before})
	{
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

	$node->safe_psql('postgres', 'DROP DATABASE IF EXISTS step (FORCE)');
	$node->safe_psql('postgres', "CREATE DATABASE step TEMPLATE $original STRATEGY file_copy");
	return bless { %{$project}, database => 'step' }, ref $project;
}

sub step_is_good
{
	my ($original, $protocol, $how, $at, $expected) = @_;
	my ($name, undef, undef, $arguments) = @{$protocol};

	my $project = copy_of($original);
	my $run = run_proxied($project, $at, $kill{$how}, @{$arguments});
	wait_for_server();
	my $freed = lock_freed_after($project);
	my ($status, $out, $err) = $project->run(@{$arguments});
	my $state = state($project);
	my $good = $status == 0 && $state eq $expected && $freed < 5;

	diag("$name, $how at $at: lock free after $freed s\n--- first run:\n$run->{output}\n"
		  . "--- again ($status):\n$out$err\n--- state:\n$state\n--- expected:\n$expected")
	  unless $good;
	return $good;
}

for my $protocol (@protocols)
{
	my ($name, $files, $before, $arguments) = @{$protocol};

	my $original = prepare($files, $before);
	my $project = copy_of($original);
	my $undisturbed = run_proxied($project, undef, undef, @{$arguments});
	is($undisturbed->{status}, 0, "$name: undisturbed") or diag($undisturbed->{output});
	my $expected = state($project);
	my $steps = $undisturbed->{arrivals};
	cmp_ok($steps, '>', 10, "$name: has $steps steps");

	for my $how (sort keys %kill)
	{
		my @bad = grep { !step_is_good($original, $protocol, $how, $_, $expected) } 1 .. $steps;
		is("@bad", '', "$name: $how killed at each of $steps steps, and run again");
	}
}

$node->stop;
done_testing();
