# psql -f of a file that create writes leaves the schema that apply of all its
# phases leaves.
use strict;
use warnings;
use Test::More;
use SummitMigrate;

my $node = SummitMigrate::start_server('main');
my @patterns = map { s{.*/}{}r =~ s/\.sql$//r } glob('cli/share/patterns/*.sql');
ok(@patterns > 0, 'there are patterns');

sub schema_of
{
	my ($project) = @_;
	my ($dump, $err) = ('', '');

	IPC::Run::run([ 'pg_dump', '--schema-only', '--no-owner', '--schema=public', '-d', $project->conninfo ],
		'>', \$dump, '2>', \$err)
	  or die $err;
	return join "\n", grep { !/^(--|\\|SET |SELECT pg_catalog.set_config)/ && /\S/ } split /\n/, $dump;
}

for my $pattern (@patterns)
{
	my $applied = SummitMigrate->new($node);
	my $plain = SummitMigrate->new($node);
	my @create = ('create', '--pattern', $pattern, '--table', 'users', '--column', 'note',
		'--type', 'schema', '--description', 'try_' . $pattern =~ tr/-/_/r);

	$_->query('CREATE TABLE users (id bigserial PRIMARY KEY, name text, note text DEFAULT \'none\', email text);'
		  . "INSERT INTO users (name, note) SELECT 'user' || i, NULL FROM generate_series(1, 10) i")
	  for $applied, $plain;
	my ($status, $out, $err) = $applied->run(@create);
	if ($status)
	{
		diag("$pattern: $err");
		fail("create --pattern $pattern");
		next;
	}
	my ($file) = glob($applied->folder . '/db/migrations/*.sql');
	my ($first, undef, $first_err) = $applied->run('apply');
	my ($second, undef, $second_err) = $applied->run('apply', '--phase', 'contract');
	my ($psql, undef, $said) = $plain->psql_file($file);

	is(($first || $second) ? 1 : 0, $psql ? 1 : 0, "$pattern: both run, or neither") or diag($first_err, $second_err, $said);
	is(schema_of($plain), schema_of($applied), "$pattern: both leave the same schema");
}

done_testing();
