# The completion scripts, read by the shells that they are for.
# Needs: shells
use strict;
use warnings;
use IPC::Run;
use Test::More;
use SummitMigrate;
use SummitTest qw(need);

need();

my $project = SummitMigrate->new(undef);

# The scripts are well-formed; bash's completes.
for my $shell (qw(bash zsh fish))
{
	my $script = $project->run_is(0, [ 'completion', $shell ], qr/rollback.*on-failure/s, qr/^$/);
	my $path = $project->file("completion.$shell", $script);
	ok(IPC::Run::run([ $shell, $shell eq 'fish' ? '--no-execute' : '-n', $path ]),
		"$shell reads its script");
}

sub complete
{
	my @words = @_;
	my $last = $#words;
	my $script = "source $project->{folder}/completion.bash; "
	  . 'COMP_WORDS=(' . join(' ', map { "'$_'" } @words) . "); COMP_CWORD=$last; "
	  . '_summit_migrate; printf "%s\n" "${COMPREPLY[@]}"';
	my $out = '';
	IPC::Run::run([ 'bash', '-c', $script ], '>', \$out) or die 'bash failed';
	return join ' ', sort split /\n/, $out;
}
is(complete('summit-migrate', 'ro'), 'rollback', 'bash completes a command');
is(complete('summit-migrate', 'apply', '--on'), '--on-failure', 'bash completes an option');
is(complete('summit-migrate', 'apply', '--phase', ''), 'contract expand migrate', 'bash completes a choice');
is(complete('summit-migrate', '--json', 'completion', ''), complete('summit-migrate', 'completion', ''),
	'bash completes behind a global option');

my $document = SummitMigrate->new->run_json(0, 'completion', 'bash');
is($document->{script}, (SummitTest::run_program(SummitMigrate::program(), 'completion', 'bash'))[1], 'completion --json: the script in a document');

done_testing();
