# Scratch servers: what they are, that two do not meet, and that nothing of one
# is left, however its program ends.
use strict;
use warnings;
use File::Temp;
use IPC::Run;
use List::Util qw(min);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);
use SummitMigrate;
use SummitTest qw(run_program wait_for);

# Only this file's servers are looked at: in a folder of its own.
my $tmp = File::Temp->newdir('s_XXXXXX', DIR => $ENV{TMPDIR}, CLEANUP => 1);
$ENV{TMPDIR} = "$tmp";
$ENV{XDG_CACHE_HOME} = "$tmp/cache";

sub folders { return glob("$tmp/summit-migrate-scratch.*") }

# Whether a server works in the folder.
sub server_runs
{
	my ($folder) = @_;
	return grep { (readlink("$_/cwd") // '') eq "$folder/data" } glob('/proc/[0-9]*');
}

sub pid_of_owner
{
	my ($folder) = @_;
	my ($pid) = split / /, slurp_file("$folder/owner");
	return $pid;
}

# A program under way: its handle, its command's pid and its server's folder.
sub start_run
{
	my ($out, $err) = ('', '');
	my $handle = IPC::Run::start(
		[ 'summit-migrate', 'scratch', 'run', '--', 'sh', '-c', 'echo $$ $PGHOST; exec sleep 600' ],
		'<', \undef, '>', \$out, '2>', \$err);
	$handle->pump until $out =~ /\n/ || !$handle->pumpable;
	my ($pid, $folder) = split ' ', $out;
	return ($handle, $pid, $folder, $handle->{KIDS}[0]{PID});
}

my ($status, $out, $err) = run_program('summit-migrate', 'scratch', 'run', '--', 'true');
is($status, 0, 'the first server starts') or diag $err;
like($err, qr/template/, 'it says that it makes the template');
# A machine that is busy with other tests may need more than one try, and takes its
# time for a bare server, too: that one is timed in turns.
my ($fastest, $bare) = (60, 60);
my $bare_server = PostgreSQL::Test::Cluster->new('bare');
$bare_server->init;
for (1 .. 10)
{
	my $before = time;
	run_program('summit-migrate', 'scratch', 'run', '--', 'true');
	$fastest = min($fastest, time - $before);
	last if $fastest < 1;
	$before = time;
	$bare_server->start;
	$bare_server->stop('immediate');
	$bare = min($bare, time - $before);
}
cmp_ok($fastest, '<', $fastest < 1 ? 1 : 8 * $bare,
	'later ones start and end in under a second, or on a busy machine in some times that of a bare server');
note(sprintf 'fastest start and end: %.3f s, of a bare server: %.3f s', $fastest, $bare);
is_deeply([folders()], [], 'no folder is left');

($status, $out, $err) = run_program('summit-migrate', 'scratch', 'run', '--', 'psql', '-XAtc',
	"SELECT extname || ' in ' || extnamespace::regnamespace FROM pg_extension WHERE extname ~ 'summit';
	 SELECT current_setting('fsync'), current_setting('listen_addresses') = ''");
is($out, "summit_migrate in summit_migrate\noff|t\n", 'the extension is there; no fsync, no TCP');

($status, $out) = run_program('summit-migrate', 'scratch', 'run', 'sh', '-c',
	'stat -c %a "$PGHOST"; exit 7');
is($status, 7, "the command's exit status is passed on");
is($out, "700\n", 'the folder is closed to other users');
($status) = run_program('summit-migrate', 'scratch', 'run', '/no/such/command');
is($status, 127, 'a command that is not there');
($status) = run_program('summit-migrate', 'scratch', 'run');
is($status, 2, 'no command');

{
	local %ENV = %ENV;
	delete @ENV{qw(HOME XDG_CACHE_HOME)};
	($status, $out, $err) = run_program('summit-migrate', 'scratch', 'run', 'true');
	is($status, 0, 'without a home it works too') or diag $err;
}

# two at once
my ($one, $one_pid, $one_folder, $one_program) = start_run();
my ($two, $two_pid, $two_folder, $two_program) = start_run();
isnt($one_folder, $two_folder, 'two at once have folders of their own');
ok(server_runs($one_folder) && server_runs($two_folder), 'and servers');

# signals
kill 'TERM', $one_program;
$one->finish;
is($one->full_result, 143 << 8, 'SIGTERM ends the program with 143');
ok(!-e $one_folder && !server_runs($one_folder), 'and its server, and its folder');
ok(!kill(0, $one_pid), 'and its command');
ok(server_runs($two_folder), 'the other server goes on');
kill 'INT', $two_program;
$two->finish;
is($two->full_result, 130 << 8, 'SIGINT ends the program with 130');
ok(!-e $two_folder && !server_runs($two_folder), 'and its server, and its folder');

# SIGKILL of the program: the guardian sees to it
($one, $one_pid, $one_folder, $one_program) = start_run();
kill 'KILL', $one_program;
ok(wait_for(sub { !-e $one_folder && !server_runs($one_folder) }),
	'after SIGKILL of the program its server and folder go at once');
kill 'KILL', $one_pid;
$one->finish;

# SIGKILL of both: the server ends, the next start sweeps the folder
($one, $one_pid, $one_folder, $one_program) = start_run();
kill 'KILL', $one_program, pid_of_owner($one_folder);
ok(wait_for(sub { !server_runs($one_folder) }), 'after SIGKILL of both the server ends');
kill 'KILL', $one_pid;
$one->finish;
ok(-e $one_folder, 'the folder is left');
mkdir "$tmp/summit-migrate-scratch.young";
mkdir "$tmp/summit-migrate-scratch.old1";
utime 1, 1, "$tmp/summit-migrate-scratch.old1";
($two, $two_pid, $two_folder, $two_program) = start_run();
ok(!-e $one_folder, 'the next start removes it');
ok(!-e "$tmp/summit-migrate-scratch.old1", 'and what was half made long ago');
ok(-e "$tmp/summit-migrate-scratch.young", 'not what may still be made');
rmdir "$tmp/summit-migrate-scratch.young";

# start and stop
($status, $out, $err) = run_program('summit-migrate', '--json', 'scratch', 'start');
is($status, 0, 'scratch start') or diag $err;
my ($kept) = $out =~ /"folder":\s*"([^"]+)"/;
my ($url) = $out =~ /"conninfo":\s*"([^"]+)"/;
($status, $out) = run_program('psql', '-XAt', '-d', $url, '-c', 'SELECT 1');
is($out, "1\n", 'its server outlives the program');
($status, $out) = run_program('summit-migrate', 'scratch', 'stop', "$tmp/elsewhere");
is($status, 2, 'scratch stop of a folder that is no server');
run_program('summit-migrate', 'scratch', 'run', 'true');
ok(server_runs($kept), 'another run does not sweep it');
($status, $out, $err) = run_program('summit-migrate', 'scratch', 'stop');
is($status, 0, 'scratch stop');
like($err, qr/ended one/, 'it says what it ended');
ok(!-e $kept && !server_runs($kept), 'the server and its folder are gone');
ok(server_runs($two_folder), 'a server that belongs to a running program is not');
kill 'TERM', $two_program;
$two->finish;

# a server that cannot start is said with what it wrote
my ($template) = glob("$tmp/cache/summit-migrate/scratch-*");
append_to_file("$template/postgresql.conf", "no_such_setting = 1\n");
($status, $out, $err) = run_program('summit-migrate', 'scratch', 'run', 'true');
is($status, 1, 'a server that does not start');
like($err, qr/no_such_setting/, "the error shows the server's own");
is_deeply([folders()], [], 'no folder is left');
PostgreSQL::Test::Utils::system_log('rm', '-rf', $template);

# what differs from the configured server is said
my $node = PostgreSQL::Test::Cluster->new('configured');
$node->init;
$node->start;
$node->safe_psql('postgres', "UPDATE pg_extension SET extversion = '0.9' WHERE extname = 'plpgsql'");
{
	local $ENV{DATABASE_URL} = $node->connstr('postgres');
	($status, $out, $err) = run_program('summit-migrate', 'scratch', 'run', 'true');
	like($err, qr/configured server has extension plpgsql 0\.9/, 'an extension that is not here is warned of');
	($status, $out, $err) =
	  run_program('summit-migrate', 'scratch', 'run', 'sh', '-c', 'echo "$DATABASE_URL"');
	like($out, qr/summit-migrate-scratch/, 'the command is led to the scratch server');

	($status, $out, $err) = run_program('summit-migrate', 'scratch', 'stop', '--json');
	is($status, 0, 'scratch stop --json') or diag($err);
	like($out, qr/"ended":\s*\d/, 'scratch stop --json: how many');
	($status, $out, $err) = run_program('summit-migrate', '--scratch', '--json', 'version');
	is($status, 0, '--scratch before a command') or diag $err;
	unlike($out, qr/"server":\s*null/, 'gives it a server');
}

# files are tried there, all phases of them, and nowhere else
my $project = SummitMigrate->new($node);
$project->migration('20250101_000000_schema_users', <<'EOT', Version => '1.0.0');
-- PHASE 1: EXPAND
CREATE TABLE users (id int);

-- PHASE 3: CONTRACT
ALTER TABLE users ADD PRIMARY KEY (id);
EOT
$project->run_is(0, [ '--scratch', 'apply' ], qr/expand.*contract/s, undef, 'apply on a scratch server');
is($project->query("SELECT to_regclass('users') IS NULL"), 't', 'the configured database has nothing of it');
is($project->query('SELECT count(*) FROM summit_migrate.migration_history'), '0', 'nor its history');

# with what is applied on the configured server
$project->run_is(0, ['apply'], undef, undef, 'apply on the configured server');
$project->query('INSERT INTO users VALUES (1)');
$project->migration('20250102_000000_schema_posts', "CREATE TABLE posts (id int);");
$project->run_is(0, [ '--scratch', 'status' ], qr/1 applied, 1 pending/, qr/has what is applied on database \w+: 1 phase/,
	'--scratch status: the applied files are there, and what that took');
$project->run_is(0, [ '--scratch', 'apply' ], qr/20250101_000000_schema_users *contract.*20250102_000000_schema_posts/s, undef,
	'--scratch apply: runs what is pending');
is($project->query("SELECT to_regclass('posts') IS NULL"), 't', 'and not there');
unlike(($project->run('--scratch', 'status', { DATABASE_URL => undef }))[2], qr/has what is applied/, 'without a server it is empty');
$project->run_is(0, [ '--scratch', 'status', { DATABASE_URL => 'host=/nowhere' } ], qr/0 applied, 2 pending/, qr/^$/, 'where none answers, too');
$project->migration('20250101_000000_schema_users', "CREATE TABLE users (id bigint);", Version => '1.0.0');
$project->run_is(0, [ '--scratch', 'status' ], qr/0 applied/, qr/warning: the scratch server is empty: the files are not what was applied/,
	'where the files have changed it says that it is empty');
is_deeply([folders()], [], 'no folder is left');

done_testing();
