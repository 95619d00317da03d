# create: names, header, version, patterns; what psql -f makes of a created file.
use strict;
use warnings;
use Test::More;
use PostgreSQL::Test::Utils;
use SummitMigrate;

my $node = SummitMigrate::start_server('create');
my $project = SummitMigrate->new($node);
my $alone = SummitMigrate->new(undef);
my %nowhere = (PGHOST => '/nowhere');

# What the extension's parser has against a file.
sub errors_of
{
	my ($file) = @_;
	my $content = slurp_file($file);

	return $project->query("SELECT line, value FROM summit_migrate.parse_migration(\$content\$$content\$content\$)
		WHERE item = 'error'");
}

# The full template, without a server.
my $made = $alone->run_json(0, 'create', 'add_users', {%nowhere});
like($made->{id}, qr/^\d{8}_\d{6}_schema_add_users$/, 'the id');
is($made->{version}, '0.1.0', 'the first version');
my $text = slurp_file($made->{file});
for my $part ("-- Migration: Add users\n", "-- ID: $made->{id}\n", "-- Version: 0.1.0\n",
	"-- Database: postgresql\n", "-- Type: schema\n", "-- Breaking: false\n", "-- Dependencies: none\n",
	'-- PHASE 1: EXPAND', '-- PHASE 2: MIGRATE', '-- PHASE 3: CONTRACT', '-- VALIDATION', '-- ROLLBACK')
{
	ok(index($text, $part) >= 0, 'the file has ' . $part =~ s/\n//r);
}
unlike($text, qr/\{\{/, 'no word is left open');
is(errors_of($made->{file}), '', 'a migration without errors');

# Each next file has a later id and a higher version, however fast they come.
my @ids = ($made->{id});
for my $name (qw(second third fourth))
{
	push @ids, $alone->run_json(0, 'create', $name, {%nowhere})->{id};
}
is_deeply(\@ids, [ sort @ids ], 'ids in order');
is(scalar keys %{ { map { substr($_, 0, 15) => 1 } @ids } }, 4, 'no two with one timestamp');
like(slurp_file("$alone->{folder}/db/migrations/$ids[3].sql"), qr/Version: 0\.4\.0/, 'versions count up');
is($alone->run_json(0, 'create', 'fix', '--type', 'perf', {%nowhere})->{version}, '0.4.1', 'perf counts the patch up');
is($alone->run_json(0, 'create', 'drop_it', '--breaking', {%nowhere})->{version}, '1.0.0', 'breaking the major');
is($alone->run_json(0, 'create', 'given', '--schema-version', 'v2.3.4-rc.1', {%nowhere})->{version},
	'2.3.4-rc.1', '--schema-version');

# Dependencies: whole ids or unique prefixes of files that are there.
my $depending = $alone->run_json(0, 'create', 'needs', '--depends-on', substr($ids[0], 0, 15),
	'--depends-on', "$ids[1]:contract", {%nowhere});
like(slurp_file($depending->{file}), qr/^-- Dependencies: $ids[0], $ids[1]:contract$/m, '--depends-on');

# Every flag is looked at before anything is written.
my $before = () = glob("$alone->{folder}/db/migrations/*");
my @bad = (
	[ [], qr/create needs a description/ ],
	[ ['Add Users'], qr/lower_snake_case.*Did you mean add_users\?/s ],
	[ ['9lives'], qr/lower_snake_case/ ],
	[ ['trailing_'], qr/Did you mean trailing\?/ ],
	[ [ 'x', '--description', 'y' ], qr/given twice/ ],
	[ [ 'x', '--type', 'index' ], qr/--type must be one of schema\|data\|security\|perf/ ],
	[ [ 'x', '--database', 'oracle' ], qr/unknown database type "oracle"/ ],
	[ [ 'x', '--depends-on', '19990101_000000' ], qr/no migration "19990101_000000"/ ],
	[ [ 'x', '--depends-on', substr($ids[0], 0, 4) ], qr/begins several ids/ ],
	[ [ 'x', '--depends-on', "$ids[0]:expand" ], qr/ID or ID:contract/ ],
	[ [ 'x', '--pattern', 'add-colum' ], qr/Did you mean --pattern add-column\?/ ],
	[ [ 'x', '--pattern', '../blank' ], qr/no pattern/ ],
	[ [ 'x', '--pattern', 'add-column', '--table', 't' ], qr/needs --table and --column/ ],
	[ [ 'x', '--table', 't' ], qr/for a pattern/ ],
	[ [ 'x', '--schema-version', '1.2' ], qr/"1.2" is not a version/ ],
	[ [ 'x', '--author', "a\n-- ID: b" ], qr/--author cannot be used/ ],
	[ [ 'x', '--author', "\xff" ], qr/--author cannot be used/ ],
	[ [ 'x', '--author', '' ], qr/--author cannot be used/ ],
	(map { my $type = $_; [ [ 'x', '--pattern', 'add-column', '--table', 't', '--column', 'c', '--column-type', $type ], qr/--column-type/ ] }
		'int; DROP TABLE users', 'int -- x', "int\n", '', 'int /*', 'numeric(10', 'int)', 'int "', "text DEFAULT '"),
	[ [ 'x', '--pattern', 'add-column', '--table', "t\n;", '--column', 'c' ], qr/--table cannot be used/ ]);
for my $case (@bad)
{
	my ($arguments, $message) = @$case;
	$alone->run_is(2, [ 'create', @$arguments, {%nowhere} ], qr/^$/, $message, "create @$arguments");
}
my $after = () = glob("$alone->{folder}/db/migrations/*");
is($after, $before, 'nothing was written');

# The server's version counts where it is higher than the files'.
$project->query("SELECT summit_migrate.log_schema_version('3.1.0', 'postgresql', 'old', 'x', 1, 'me')");
is($project->run_json(0, 'create', 'after_server')->{version}, '3.2.0', 'the version after the server\'s');

# psql -f of every pattern runs, on names that need quotes too, and checks and undo hold.
for my $names ([ 'users', 'email' ], [ 'Order', 'e-mail' ])
{
	my ($table, $column) = @$names;
	my $quoted = '"' . $table . '"';
	for my $pattern (qw(table add-column add-index not-null backfill rename-column))
	{
		$project->query("DROP TABLE IF EXISTS $quoted CASCADE");
		$project->query("CREATE TABLE $quoted (id bigint PRIMARY KEY"
			  . ($pattern eq 'add-column' ? '' : ", \"$column\" text DEFAULT 'x'") . ');'
			  . "INSERT INTO $quoted SELECT generate_series(1, 20)")
		  unless $pattern eq 'table';
		my $file = $project->run_json(0, 'create', 'try', '--pattern', $pattern, '--table', $table,
			'--column', $column)->{file};
		my ($status, $out, $err) = $project->psql_file($file);
		is(errors_of($file), '', "$pattern on $table: a migration without errors");
		is($status, 0, "psql -f of $pattern on $table: exit status") or diag($err);
		my ($undo) = slurp_file($file) =~ m{^-- ROLLBACK.*?/\*\n(.*?)\*/}ms;
		next if $pattern eq 'rename-column';    # its column is gone: contract has run
		$project->file('undo.sql', $undo);
		is(($project->psql_file("$project->{folder}/undo.sql"))[0], 0, "undo of $pattern on $table");
	}
}

$node->stop;
done_testing();
