# The README's first ten minutes, typed as they stand there.
use strict;
use warnings;
use File::Temp;
use PostgreSQL::Test::Utils;
use Test::More;
use SummitTest qw(run_program);

my ($section) = slurp_file('README.md') =~ /<!-- session: first -->\n(.*?)<!-- end of session -->/s;
ok($section, 'there is a session') or BAIL_OUT('README.md has lost its session');

# "$ " begins a command, "> " goes on with it, anything else is what it prints.
my @commands;
for my $block ($section =~ /```console\n(.*?)```/sg)
{
	for my $line (split /\n/, $block)
	{
		push @commands, $1 if $line =~ /^\$ (.*)/;
		$commands[-1] .= "\n$1" if $line =~ /^> ?(.*)/;
	}
}
cmp_ok(scalar @commands, '>', 8, 'with commands');

my $folder = File::Temp->newdir('summit_readme_XXXXXX', TMPDIR => 1);
my $script = join '', map { "echo '== " . (s/'/'\\''/gr) . "'\n$_\n" } @commands;
my ($status, $out, $err) =
  run_program('bash', '-ec', "cd '$folder'\ntrap 'summit-migrate --quiet scratch stop' EXIT\n$script");
is($status, 0, 'every command of it works') or diag "$out\n$err";
my ($told) = $out =~ /== psql.*?\n(.*?)\n==/s;
like($told // '', qr/\d+\.\d+\.\d+/, 'the version is told');
unlike($told // '', qr/\b0\.0\.0\b/, 'and it is not the empty one');

done_testing();
