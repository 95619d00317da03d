# drift watch: each change once and none missed, whatever order transactions
# commit in, over lost connections and a restart of the server; how it ends.
use strict;
use warnings;
use JSON::PP;
use Test::More;
use Time::HiRes qw(time);
use SummitMigrate;
use SummitTest qw(wait_for);

my $node = SummitMigrate::start_server('main');
my $project = SummitMigrate->new($node);

$project->query('SELECT summit_migrate.enable_drift_capture()');

# Starts a watch and waits until it watches.
sub watch
{
	my $call = $project->start('drift', 'watch', @_);

	ok(wait_for(sub { ($project->said($call))[1] =~ /watching/ }), "watch @_ is ready") or diag(($project->said($call))[1]);
	return $call;
}

# The names of the tables that it has told about, in its order.
sub told
{
	my ($call) = @_;
	my ($out) = $project->said($call);
	return [ map { decode_json($_)->{identity_after} =~ s/^public\.//r }
		grep { /\n\z/ } $out =~ /^(.*\n)/mg ];
}

sub told_is
{
	my ($call, $expected, $name) = @_;

	wait_for(sub { scalar @{ told($call) } >= @$expected });
	is_deeply(told($call), $expected, $name);
}

sub stop
{
	my ($call, $signal, $status, $name) = @_;

	$call->{handle}->signal($signal);
	is(($project->finish($call))[0], $status, $name);
}

# ---- as it happens ----

$project->query('CREATE TABLE before (id int)');
my $text = watch('--interval', '1h');
my $json = watch('--json', '--interval', '1h');
my $started = time;
$project->query("CREATE TABLE one (id int,\n\tname text)");
told_is($json, ['one'], 'a change is told, those before the start are not');
cmp_ok(time - $started, '<', 5, 'at once');
ok(wait_for(sub { ($project->said($text))[0] =~ /\n/ }), 'as text, too');
like(($project->said($text))[0],
	qr/^\d{4}-\S+ \S+  seal \d+  CREATE TABLE  table public\.one  by \S+ from a local socket \(\S+\): CREATE TABLE one \(id int, name text\)$/,
	'one line: when, what, who, from where, the statement');
$project->migration('20250101_000000_schema_m', 'CREATE TABLE m (id int);');
$project->run_is(0, ['apply']);
$project->query('CREATE TEMP TABLE t (id int)');
$project->query('BEGIN; CREATE TABLE undone (id int); ROLLBACK; CREATE TABLE two (id int)');
told_is($json, [ 'one', 'two' ], 'no migration, no temporary table, nothing that was rolled back');
my $all = watch('--json', '--all', '--after', '0', '--timeout', '0');
my ($status) = $project->finish($all);
is_deeply(told($all), [ 'before', 'one', 'm', 'two' ], '--all: the migrations, too; --after: from there on');
is($status, 3, 'and exit 3');
stop($text, 'TERM', 143, 'SIGTERM ends it with 143');

# ---- out of order ----

# the first to be journalled commits last
my $first = $node->background_psql($project->database);
my $second = $node->background_psql($project->database);
$first->query_safe('BEGIN');
$first->query_safe('CREATE TABLE first (id int)');
$second->query_safe('CREATE TABLE second (id int)');
told_is($json, [ 'one', 'two', 'second' ], 'a later one that has committed');
$first->query_safe('COMMIT');
told_is($json, [ 'one', 'two', 'second', 'first' ], 'an earlier one that commits later');
$first->quit;
$second->quit;

# many at once: each once
my @clients = map { $node->background_psql($project->database) } 1 .. 4;
for my $round (1 .. 5)
{
	$_->query_safe('BEGIN') for @clients;
	$clients[$_]->query_safe("CREATE TABLE many_${round}_$_ (id int)") for 0 .. 3;
	$clients[$_]->query_safe('COMMIT') for reverse 0 .. 3;
}
$_->quit for @clients;
wait_for(sub { @{ told($json) } >= 24 });
my %seen;
$seen{$_}++ for @{ told($json) };
is_deeply({ map { $_ => $seen{$_} } grep { /^many/ } keys %seen },
	{ map { my $round = $_; map { ("many_${round}_$_" => 1) } 0 .. 3 } 1 .. 5 }, 'of many at once each is told once');

# ---- lost connections ----

my @so_far = @{ told($json) };
$project->query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'summit-migrate'");
$project->query('CREATE TABLE after_terminate (id int)');
told_is($json, [ @so_far, 'after_terminate' ], 'after pg_terminate_backend it goes on');
$node->restart;
$project->query('CREATE TABLE after_restart (id int)');
told_is($json, [ @so_far, 'after_terminate', 'after_restart' ], 'after a restart of the server');
$node->stop('immediate');
ok(wait_for(sub { (() = ($project->said($json))[1] =~ /connection was lost/g) == 3 }), 'a crash is noticed');
$node->start;
$project->query('CREATE TABLE after_crash (id int)');
told_is($json, [ @so_far, 'after_terminate', 'after_restart', 'after_crash' ], 'after a crash');
stop($json, 'INT', 130, 'SIGINT ends it with 130');
my @seals = map { decode_json($_)->{seal} } ($project->said($json))[0] =~ /^(.*)$/mg;
is_deeply(\@seals, [ sort { $a <=> $b } @seals ], 'in the order of the seals');
is(scalar(keys %{ { map { $_ => 1 } @seals } }), scalar @seals, 'no seal twice');

# while nobody answers, a signal ends it all the same
my $waiting = watch('--json');
$node->stop('immediate');
ok(wait_for(sub { ($project->said($waiting))[1] =~ /connection was lost/ }), 'without a server');
stop($waiting, 'TERM', 143, 'SIGTERM while it connects');
$node->start;

# ---- for scripts ----

my $once = watch('--json', '--once');
$project->query('CREATE TABLE for_once (id int)');
($status) = $project->finish($once);
is($status, 3, '--once: exit 3 at the first event');
is_deeply(told($once), ['for_once'], 'which it prints');
$project->run_is(0, [ 'drift', 'watch', '--timeout', '1' ], qr/^$/, qr/watching/, '--timeout: exit 0 when there was none');
$project->run_is(3, [ 'drift', 'watch', '--timeout', '0', '--after', $seals[-1] ], qr/for_once/, undef, '--after the last seal of before');
$project->run_is(2, [ 'drift', 'watch', '--after', 'x' ], qr/^$/, qr/--after needs a seal number/);

# without NOTIFY it looks by itself
$project->query("ALTER DATABASE " . $project->database . " SET summit_migrate.notify = off");
my $quiet = watch('--json', '--interval', '200ms');
$project->query('CREATE TABLE unannounced (id int)');
told_is($quiet, ['unannounced'], 'without NOTIFY it looks by itself');
stop($quiet, 'TERM', 143, 'SIGTERM');

# a role that may read only
$node->safe_psql('postgres', 'CREATE ROLE looker LOGIN');
$project->query("SELECT summit_migrate.grant_migration_role('reader', 'looker')");
my ($code, $out, $err) = $project->run('drift', 'watch', '--json', '--after', '0', '--timeout', '0', { DATABASE_URL => $project->conninfo . ' user=looker' });
is($code, 3, 'a reader may watch') or diag($err);

done_testing();
