# Help, usage errors, suggestions and the manual page: all from the command table,
# none needs a server.
use strict;
use warnings;
use IPC::Run;
use JSON::PP;
use Test::More;
use SummitMigrate;

my $project = SummitMigrate->new(undef);
my @commands = qw(init create status plan apply rollback verify snapshot diff drift baseline repair lock doctor scratch
  help completion version);

# Every way to ask for help ends with 0 and shows it on stdout alone.
for my $arguments ([], ['help'], ['--help'], ['-h'], [ '--json', '--no-color', 'help' ])
{
	my ($status, $out, $err) = $project->run(@$arguments);
	is($status, 0, "help by (@$arguments): exit status");
	like($out, qr/rollback/, "help by (@$arguments): lists the commands");
	is($err, '', "help by (@$arguments): nothing on stderr");
}
my $all = $project->run_is(0, ['help']);
for my $command (@commands)
{
	like($all, qr/^  \Q$command\E\s/m, "help lists $command");
	my $help = $project->run_is(0, [ 'help', $command ], qr/^Examples:.*Usage:.*\Q$command\E/s);
	is(($project->run($command, '-h'))[1], $help, "$command -h is help $command");
	is(($project->run('-h', $command))[1], $help, "-h $command is help $command");
}
$project->run_is(0, [ 'help', 'file' ], qr/PHASE 1: EXPAND.*ROLLBACK/s, qr/^$/);
$project->run_is(0, ['--version'], qr/^summit-migrate \d+\.\d+\.\d+$/);
$project->run_is(0, [ '--json', 'help', 'apply' ], qr/"phase"/);
my $described = decode_json(($project->run('--json', 'help'))[1]);
is_deeply([ sort map { $_->{name} } @{ $described->{commands} } ], [ sort @commands ], 'help --json has the whole table');

# Usage errors: 2, nothing on stdout, what was meant.
my @wrong = (
	[ ['new'], qr/Did you mean summit-migrate create\?/ ],
	[ ['up'], qr/Did you mean summit-migrate apply\?/ ],
	[ ['down'], qr/Did you mean summit-migrate rollback\?/ ],
	[ ['info'], qr/Did you mean summit-migrate status\?/ ],
	[ ['migrate'], qr/Did you mean summit-migrate apply\?/ ],
	[ ['aplpy'], qr/Did you mean summit-migrate apply\?/ ],
	[ ['rolback'], qr/Did you mean summit-migrate rollback\?/ ],
	[ ['xyzzy'], qr/unknown command "xyzzy".*help lists the commands/s ],
	[ [ 'help', 'stauts' ], qr/Did you mean summit-migrate help status\?/ ],
	[ [ 'apply', '--phaze', 'expand' ], qr/unknown option "--phaze" for apply.*Did you mean --phase\?/s ],
	[ [ 'apply', '--phase', 'extend' ], qr/--phase must be one of expand\|migrate\|contract, not "extend"/ ],
	[ [ 'apply', '--phase' ], qr/--phase needs a value/ ],
	[ [ 'apply', '--dry-run=yes' ], qr/--dry-run takes no value/ ],
	[ [ 'apply', '--lock-wait', 'soon' ], qr/"soon" is not a time.*500ms/s ],
	[ [ 'apply', '-x' ], qr/unknown option "-x"/ ],
	[ [ 'apply', 'extra' ], qr/apply does not take "extra"/ ],
	[ ['completion'], qr/completion needs an argument: bash\|zsh\|fish/ ],
	[ [ 'completion', 'tcsh' ], qr/no completion for "tcsh"/ ],
	[ ['--no-such'], qr/unknown option "--no-such"/ ]);
for my $case (@wrong)
{
	my ($arguments, $message) = @$case;
	$project->run_is(2, $arguments, qr/^$/, $message);
}

my $file = $project->run_json(0, 'help', 'file');
like($file->{text}, qr/Lock-Timeout/, 'help file --json: its text in a document');
# With --json an error is one JSON object a line, wherever --json stands.
for my $arguments ([ '--json', 'new' ], [ 'new', '--json' ], [ 'apply', '--phaze', '--json' ])
{
	my ($status, $out, $err) = $project->run(@$arguments);
	my $error = eval { decode_json($err) } // {};
	is($status, 2, "@$arguments: exit status");
	is($error->{level}, 'error', "@$arguments: an error object");
	is($error->{exit_code}, 2, "@$arguments: its exit code");
	like($error->{next}, qr/Did you mean/, "@$arguments: what to do next");
}

# The manual page names every command and option of help, and man reads it.
my $man = $project->run_is(0, [ 'help', '--man' ], qr/^\.TH SUMMIT/);
for my $command (@{ $described->{commands} })
{
	like($man, qr/^\.SS "\Q$command->{name}\E/m, "the manual page has $command->{name}");
	for my $option (@{ $command->{options} })
	{
		(my $name = $option->{name}) =~ s/-/\\-/g;
		like($man, qr/\Q\-\-$name\E/, "the manual page has --$option->{name}");
	}
}

# Colour is for terminals: none here.
unlike(($project->run('new'))[2], qr/\033/, 'no colour on a pipe');

done_testing();
