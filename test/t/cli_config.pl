# summit-migrate.conf: what is found where, what comes first, what is refused.
use strict;
use warnings;
use Test::More;
use PostgreSQL::Test::Utils;
use SummitMigrate;

my $project = SummitMigrate->new(undef);
my $conf = 'summit-migrate.conf';

# Where a connection would go, as the error that there is no server says it.
sub origin_is
{
	my ($expected, $name, @arguments) = @_;
	my ($status, $out, $err) = $project->run('lock', @arguments);
	is($status, 7, "$name: no server answers");
	like($err, $expected, $name);
}

# Refused with file, line, and what may have been meant.
my @bad = (
	[ "[project]\n\tordr = strict\n", 2, qr/unknown key "ordr" in \[project\].*Did you mean order\?/s ],
	[ "# note\n[projct]\nx = 1\n", 3, qr/unknown section \[projct\].*Did you mean \[project\]\?/s ],
	[ "[env \"prod\"]\nurll = x\n", 2, qr/unknown key "urll" in \[env "prod"\].*Did you mean url\?/s ],
	[ "[env]\nurl = x\n", 2, qr/section \[env\] needs a name/ ],
	[ "[project \"x\"]\norder = any\n", 2, qr/takes no name/ ],
	[ "[env prod]\nurl = x\n", 2, qr/malformed section/ ],
	[ "order = any\n", 1, qr/stands in no section/ ],
	[ "[project]\norder = sometimes\n", 2, qr/order: "sometimes" is not understood.*strict or any/s ],
	[ "[project]\nlock_timeout = soon\n", 2, qr/lock_timeout: "soon" is not understood/ ],
	[ "[project]\norder = any\norder = strict\n", 3, qr/key "order" is given twice.*line 2/s ],
	[ "[project]\nthis is no setting\n", 2, qr/the line cannot be read/ ],
	[ "[set]\nbad name = 1\n", 2, qr/no name of a setting/ ],
	[ "[target \"x\"]\ntype = oracle\n", 2, qr/type: "oracle" is not understood.*postgresql/s ],
	[ "[project]\nurl = postgresql://h/d\nhost = h\n", 3, qr/either url, or service/ ],
	[ "[project]\nurl = " . ('x' x 500) . "\n", 2, qr/longer than/ ]);
for my $case (@bad)
{
	my ($content, $line, $message) = @$case;
	$project->file($conf, $content);
	my ($status, $out, $err) = $project->run('lock');
	is($status, 2, "refused: $message");
	like($err, qr/summit-migrate\.conf:$line: error: /, "with file and line $line");
	like($err, $message, 'and the cause');
	is($out, '', 'nothing on stdout');
}

# Found from a folder below; another one by --config or the variable.
$project->file($conf, "[project]\nhost = /nowhere_above\n");
$project->file('deep/er/other.conf', "[project]\nhost = /nowhere_given\n");
chdir "$project->{folder}/deep/er" or die $!;
{
	my $below = bless { folder => "$project->{folder}/deep/er" }, 'SummitMigrate';
	like(($below->run('lock'))[2], qr/nowhere_above/, 'found upwards');
	like(($below->run('lock', '--config', 'other.conf'))[2], qr/nowhere_given/, '--config');
	like(($below->run('lock', { SUMMIT_MIGRATE_CONFIG => 'other.conf' }))[2],
		qr/nowhere_given/, 'SUMMIT_MIGRATE_CONFIG');
}
chdir '/';
$project->run_is(2, [ 'lock', '--config', 'missing.conf' ], qr/^$/, qr/could not read ".*missing\.conf"/);

# Flag before environment before the environment's section before the project's.
$project->file($conf, <<'EOF');
[project]
	host = /nowhere_project
[env "prod"]
	host = /nowhere_prod
[env "dev"]
	service = no_such_service
EOF
origin_is(qr/summit-migrate\.conf:2.*nowhere_project/, 'the project');
origin_is(qr/summit-migrate\.conf:4.*nowhere_prod/, 'an environment by flag', '--env', 'prod');
origin_is(qr/nowhere_prod/, 'an environment by variable', { SUMMIT_MIGRATE_ENV => 'prod' });
origin_is(qr/no_such_service/, 'a flag before the variable', '--env', 'dev', { SUMMIT_MIGRATE_ENV => 'prod' });
origin_is(qr/DATABASE_URL.*nowhere_url/, 'DATABASE_URL before the file',
	{ DATABASE_URL => 'host=/nowhere_url' });
origin_is(qr/--conninfo.*nowhere_flag/, '--conninfo before DATABASE_URL',
	'-d', 'host=/nowhere_flag', { DATABASE_URL => 'host=/nowhere_url' });
$project->run_is(2, [ 'lock', '--env', 'prd' ], qr/^$/, qr/no environment "prd".*Did you mean --env prod\?/s);
unlink "$project->{folder}/$conf";
origin_is(qr/libpq's environment.*/, 'libpq\'s own variables', { PGHOST => '/nowhere_libpq' });

# No secret in argv, none in any output.
for my $conninfo ('host=x password=hunter2', 'postgresql://me:hunter2@x/db')
{
	my ($status, $out, $err) = $project->run('lock', '-d', $conninfo);
	is($status, 2, "$conninfo: refused");
	like($err, qr/no secret is accepted in argv/, "$conninfo: why");
	unlike("$out$err", qr/hunter2/, "$conninfo: not repeated");
}
for my $conninfo ('host=/nowhere password=hunter2', 'postgresql://me:hunter2@%2Fnowhere/db')
{
	my ($status, $out, $err) = $project->run('lock', '--verbose', { DATABASE_URL => $conninfo });
	is($status, 7, 'DATABASE_URL may have a password');
	unlike("$out$err", qr/hunter2/, 'it is not printed');
	like($err, qr/nowhere/, 'the rest is');
}
$project->run_is(2, [ 'lock', '-d', 'host=' . "'open" ], qr/^$/, qr/--conninfo cannot be read/);

done_testing();
