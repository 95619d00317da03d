# A transaction pooler in between is refused: it gives each transaction another
# session, so that locks and settings would be lost.
# Needs: pgbouncer
use strict;
use warnings;
use IPC::Run;
use Test::More;
use Time::HiRes qw(sleep);
use PostgreSQL::Test::Utils;
use SummitMigrate;
use SummitTest qw(need);

need();

my $node = SummitMigrate::start_server('pooler');
my $project = SummitMigrate->new($node);
my $user = $node->safe_psql('postgres', 'SELECT current_user');
my ($bouncer) = grep { -x $_ } map { "$_/pgbouncer" } split(/:/, $ENV{PATH}), '/usr/sbin';
my $port = PostgreSQL::Test::Cluster::get_free_port();
my $users = $project->file('users.txt', "\"$user\" \"\"\n");
my $log = "$project->{folder}/pgbouncer.log";
my $ini = $project->file('pgbouncer.ini', <<"EOF");
[databases]
* = host=@{[$node->host]} port=@{[$node->port]}
[pgbouncer]
listen_addr =
listen_port = $port
unix_socket_dir = $project->{folder}
auth_type = trust
auth_file = $users
pool_mode = transaction
default_pool_size = 1
ignore_startup_parameters = extra_float_digits, options
logfile = $log
EOF
my ($out, $err) = ('', '');
my $pooler = IPC::Run::start([ $bouncer, $ini ], '<', \undef, '>', \$out, '2>', \$err);
for (1 .. 100)
{
	last if -S "$project->{folder}/.s.PGSQL.$port";
	sleep 0.1;
}
my %through = (
	DATABASE_URL => "host=$project->{folder} port=$port user=$user dbname=" . $project->database);

# What the pool's only session has by now.
sub session_settings
{
	my ($status, $stdout, $stderr) = SummitTest::run_program('psql', '-XAt', '-d', $through{DATABASE_URL}, '-c',
		"SELECT current_setting('idle_in_transaction_session_timeout'), current_setting('client_connection_check_interval')");
	return $stdout . $stderr;
}

SummitTest::run_program('psql', '-Xq', '-d', $through{DATABASE_URL}, '-c', "SET idle_in_transaction_session_timeout = '30s'");
$project->migration('20250101_000000_schema_t', "-- PHASE 1: EXPAND\nCREATE TABLE t ();");
for my $command ('lock', 'status', 'apply')
{
	my ($status, $stdout, $stderr) = $project->run($command, {%through});
	is($status, 7, "$command: refused") or diag($stderr);
	is($stdout, '', "$command: nothing on stdout");
	like($stderr, qr/there is a connection pooler.*Give a direct connection/s, "$command: why, and what to do");
}
is($project->query("SELECT to_regclass('t') IS NULL"), 't', 'nothing ran');
is(session_settings(), "30s|0\n", 'the session of the pool is left as it was');
$project->run_is(0, [ 'version', {%through} ], qr/server +15/, qr/^$/, 'version goes on');
my $report = $project->run_json(1, 'doctor', {%through});
ok((grep { $_->{check} eq 'direct connection' && $_->{result} eq 'fail' } @{ $report->{checks} }), 'doctor finds it');
$project->run_is(0, ['lock'], qr/Nobody/, qr/^$/, 'directly it works');

$pooler->signal('INT');
$pooler->finish;
$node->stop;
done_testing();
