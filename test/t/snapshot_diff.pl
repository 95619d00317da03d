# snapshot and diff: in the database, as files, between databases, against what
# the files make; what each exits with and prints.
use strict;
use warnings;
use File::Copy qw(copy);
use JSON::PP;
use Test::More;
use PostgreSQL::Test::Utils;
use SummitMigrate;

my $node = SummitMigrate::start_server('main');
my $project = SummitMigrate->new($node);
my $folder = $project->folder;

sub slurp { return PostgreSQL::Test::Utils::slurp_file("$folder/$_[0]"); }

$project->query('CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL);'
	  . 'CREATE TABLE "Odd Name" (a int);'
	  . 'CREATE SEQUENCE numbers MAXVALUE 9007199254740993;'
	  . "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS \$\$\nBEGIN\n  RETURN 1;\nEND\$\$");

# ---- in the database ----

$project->run_is(0, [ 'snapshot', 'list' ], qr/^There is no snapshot yet/, qr/^$/);
$project->run_is(0, ['snapshot'], qr/^snapshot 1: 2 tables, 1 indexes, \d+ constraints, fingerprint [0-9a-f]{12}$/, qr/^$/);
my $taken = $project->run_json(0, 'snapshot', 'take');
my $first = $taken->{snapshot}{id};
ok($first > 1, 'snapshot take --json: its row');
is(scalar @{ $project->run_json(0, 'snapshot', 'list')->{snapshots} }, 2, 'snapshot list --json');
$project->run_is(0, [ 'snapshot', 'list' ], qr/^ID .*FINGERPRINT.*\n.*\n/m, qr/^$/);
$project->run_is(0, [ 'snapshot', 'show', $first ], qr/users.*email/s, qr/^$/);
my $shown = $project->run_json(0, 'snapshot', 'show', $first);
my $numbers = $shown->{objects}{sequence}{'public.numbers'};
like(($project->run('snapshot', 'show', $first, '--json'))[1], qr/9007199254740993/, 'large numbers come through as they are');
ok($numbers, 'snapshot show --json: the objects');
$project->run_is(2, [ 'snapshot', 'show', 9999 ], qr/^$/, qr/there is no snapshot 9999/);
$project->run_is(2, [ 'snapshot', 'show', 'scratch' ], qr/^$/, qr/is no snapshot/);
$project->run_is(2, [ 'snapshot', 'shwo' ], qr/^$/, qr/does not know "shwo"/);

# ---- as files ----

$project->run_is(0, [ 'snapshot', '--schema-file', 'schema.sql' ], qr/^wrote schema\.sql$/, qr/^$/);
$project->run_is(0, [ 'snapshot', '--schema-file', 'schema.json' ], qr/^wrote schema\.json$/, qr/^$/);
like(slurp('schema.sql'), qr/^-- summit-migrate schema 1\n.*CREATE TABLE public\.users/s, 'a file of SQL');
my $json = decode_json(slurp('schema.json'));
is($json->{format}, 1, 'a file of JSON');
ok($json->{objects}{table}{'public.users'}{columns}{email}{not_null}, 'a property');
is_deeply([ grep { /summit_migrate/ } map { keys %$_ } values %{ $json->{objects} } ], [], 'without the extension\'s own');
ok(!$json->{objects}{role}, 'without the cluster');

# the same again is the same file, under any settings, in one step, with its mode kept
chmod 0640, "$folder/schema.json";
for my $file ('schema.sql', 'schema.json')
{
	my $before = slurp($file);
	$project->run_is(0, [ 'snapshot', '--schema-file', $file, { PGOPTIONS => '-c search_path=pg_catalog -c quote_all_identifiers=on' } ]);
	is(slurp($file), $before, "$file is written the same again");
}
is((stat "$folder/schema.json")[2] & 0777, 0640, 'a file keeps its mode');
is_deeply([ glob("$folder/schema*") ], [ "$folder/schema.json", "$folder/schema.sql" ], 'nothing else is left');
is(($project->run('snapshot', '--schema-file', '-', '--format', 'json'))[1], slurp('schema.json'), '- is stdout');
$project->run_is(1, [ 'snapshot', '--schema-file', 'no/such/folder.sql' ], qr/^$/, qr/could not write "no\/such\/folder\.sql"/);
$project->run_is(2, [ 'snapshot', '--schema-file', 'x.sql', '--portable' ], qr/^$/, qr/--portable is a form of json/);
$project->run_is(2, [ 'snapshot', 'take', '--schema-file', 'x' ], qr/^$/, qr/--schema-file stands alone/);

# ---- diff of states of one database ----

$project->run_is(0, [ 'diff', $first, 'live' ], qr/^snapshot $first and live are the same\.$/, qr/^$/);
$project->query('ALTER TABLE users ADD COLUMN phone text;'
	  . 'DROP TABLE "Odd Name";'
	  . 'CREATE VIEW emails AS SELECT email FROM users;'
	  . "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE plpgsql AS \$\$\nBEGIN\n  RETURN 2;\nEND\$\$");
my $second = $project->run_json(0, 'snapshot')->{snapshot}{id};
for my $other ('live', $second)
{
	my $out = $project->run_is(0, [ 'diff', $first, $other ], qr/^4 objects differ from snapshot $first to (snapshot )?$other \(major\)\.$/m, qr/^$/);
	like($out, qr/^- table public\."Odd Name"$/m, 'an object less');
	like($out, qr/^\+ view public\.emails$/m, 'an object more');
	like($out, qr/^~ table public\.users\n(?: .*\n)*?    \+ .*phone/m, 'a column more');
	like($out, qr/^        - *RETURN 1;\n        \+ *RETURN 2;$/m, 'a text as its lines');
}
my $document = $project->run_json(0, 'diff', $first, $second);
is($document->{bump}, 'major', 'diff --json: the bump');
is($document->{differ}, 4, 'diff --json: how many objects');
is_deeply($document->{from}, { kind => 'snapshot', name => "snapshot $first", snapshot => $first }, 'diff --json: the side');
ok((grep { $_->{change} eq 'removed' && $_->{object_name} eq 'public."Odd Name"' && $_->{bump} eq 'major' } @{ $document->{changes} }),
	'diff --json: a change');
$project->run_is(3, [ 'diff', $first, 'live', '--exit-code' ], qr/4 objects/, qr/^$/);
$project->run_is(0, [ 'diff', $second, 'live', '--exit-code' ], qr/are the same/, qr/^$/);

# from live to a snapshot, and a state with itself: without a meaning
my $out = $project->run_is(3, [ 'diff', 'live', $first, '--exit-code' ], qr/^4 objects differ from live to snapshot $first\.$/m, qr/^$/);
like($out, qr/^\+ table public\."Odd Name"$/m, 'the other way round');
$project->run_is(0, [ 'diff', 'live', 'live', '--exit-code' ], qr/are the same/, qr/^$/);
$project->run_is(2, [ 'diff', 'live', $first, '--sql' ], qr/^$/, qr/with --sql A is a snapshot/);

# a rename is one where the database proves it
$project->query('ALTER TABLE users RENAME TO people');
$project->run_is(0, [ 'diff', $second, 'live' ], qr/^~ table public\.users → public\.people$/m, qr/^$/);
$project->query('ALTER TABLE people RENAME TO users');

# statements that bring it back
my $sql = $project->run_is(0, [ 'diff', $first, 'live', '--sql' ], qr/\bDROP VIEW public\.emails;/, qr/^$/);
like($sql, qr/ALTER TABLE .*public\.users DROP COLUMN .*phone/, 'the column');
ok(ref $project->run_json(0, 'diff', $first, 'live', '--sql')->{statements} eq 'ARRAY', 'diff --sql --json');
$project->run_is(2, [ 'diff', 'schema.json', 'live', '--sql' ], qr/^$/, qr/with --sql A is a snapshot/);

# ---- diff with files ----

for my $arguments ([ 'schema.json', 'live' ], [ '--schema-file', 'schema.json' ])
{
	my $out = $project->run_is(3, [ 'diff', @$arguments, '--exit-code' ], qr/^4 objects differ from schema\.json to live\.$/m, qr/^$/);
	like($out, qr/^- table public\."Odd Name"$/m, 'an object less');
}
my $text = $project->run_is(3, [ 'diff', '--schema-file', 'schema.sql', '--exit-code' ], qr/^\+.*phone/m, qr/^$/);
like($text, qr/^-.*Odd Name/m, 'a file of SQL: what is gone');
ok($project->run_json(0, 'diff', '--schema-file', 'schema.sql')->{differ} > 0, 'a file of SQL, as JSON');
$project->run_is(0, [ 'snapshot', '--schema-file', 'new.sql' ]);
$project->run_is(0, [ 'diff', '--schema-file', 'new.sql', '--exit-code' ], qr/^new\.sql and live are the same/, qr/^$/);
$project->run_is(2, [ 'diff', 'schema.sql', 'live' ], qr/^$/, qr/is a schema as SQL, which is for people/);
copy("$folder/schema.json", "$folder/again.json");
$project->run_is(0, [ 'diff', 'schema.json', 'again.json', '--exit-code' ], qr/are the same/, qr/^$/);

# in the form for other majors
$project->run_is(0, [ 'snapshot', '--schema-file', 'portable.json', '--portable' ]);
unlike(slurp('portable.json'), qr/server_major/, 'the portable form names no major');
$project->run_is(0, [ 'diff', 'portable.json', 'live', '--exit-code' ], qr/are the same/, qr/^$/);
my $old = slurp('schema.json') =~ s/"server_major": \d+/"server_major": 11/r;
$project->file('old.json', $old);
$project->run_is(2, [ 'diff', 'old.json', 'live' ], qr/^$/, qr/from PostgreSQL 11 and not in the portable form.*--portable/s);

# the extension reads it as a snapshot, too: then with a meaning
my $loaded = $project->query("SELECT summit_migrate.load_schema_json(\$file\$" . slurp('schema.json') . "\$file\$)");
$project->run_is(0, [ 'diff', $loaded, 'live' ], qr/^- table public\."Odd Name"\n        major/m, qr/^$/, 'load_schema_json() reads it');

# files that are none
$project->file('broken.json', '{"format": 1, ');
$project->run_is(2, [ 'diff', 'broken.json', 'live' ], qr/^$/, qr/broken\.json.*not valid JSON/s);
$project->file('other.json', '{"a": 1}');
$project->run_is(2, [ 'diff', 'other.json', 'live' ], qr/^$/, qr/other\.json.*its "format" is not one/s);
$project->file('other.sql', 'SELECT 1;');
$project->run_is(2, [ 'diff', '--schema-file', 'other.sql' ], qr/^$/, qr/other\.sql.*begins neither/s);
$project->run_is(2, [ 'diff', 'nothing.json', 'live' ], qr/^$/, qr/"nothing\.json" is nothing that can be compared/);
$project->run_is(2, [ 'diff', '--schema-file', 'nothing.json' ], qr/^$/, qr/could not read "nothing\.json"/);

# ---- other databases, the files, what is expected ----

my $other = SummitMigrate->new($node);
$other->query('CREATE TABLE users (id int)');
$project->run_is(3, [ 'diff', 'live', $other->conninfo, '--exit-code' ], qr/^~ table public\.users$/m, qr/^$/);
$project->run_is(2, [ 'diff', 'live', 'postgresql://u:geheim@host/db' ], qr/^$/, qr/no secret is accepted in argv/);
unlike(($project->run('diff', 'live', 'postgresql://u:geheim@host/db'))[2], qr/geheim/, 'and the secret is not printed');
$project->run_is(7, [ 'diff', 'live', 'host=/no/such/folder dbname=x' ], qr/^$/, qr/could not connect/);
$project->run_is(2, [ 'diff', 'expected', 'live' ], qr/^$/, qr/no expected schema yet/);
$project->run_is(2, [ 'diff', 9999, 'live' ], qr/^$/, qr/9999/);

$other->migration('20250101_000000_schema_users', 'CREATE TABLE users (id int);');
$other->migration('20250102_000000_schema_orders', "-- PHASE 1: EXPAND\nCREATE TABLE orders (id int, old int);\n"
	  . "-- PHASE 3: CONTRACT\nALTER TABLE orders DROP COLUMN old;");
$other->run_is(3, [ 'diff', 'live', 'scratch', '--exit-code' ], qr/^\+ table public\.orders$/m, qr/^$/);
$other->query('DROP TABLE users');
$other->run_is(0, ['apply']);
$other->run_is(0, [ 'apply', '--phase', 'contract' ]);
$other->run_is(0, [ 'diff', 'live', 'scratch', '--exit-code' ], qr/are the same/, qr/^$/);
$other->run_is(0, [ 'diff', 'expected', 'live', '--exit-code' ], qr/are the same/, qr/^$/);
$other->run_is(2, [ '--scratch', 'diff', 'live', 'scratch' ], qr/^$/, qr/one scratch server already/);

# a side that needs no database but the scratch server
(my $status, $out, my $err) = $other->run('snapshot', '--schema-file', 'live.json');
($status, $out, $err) =
  $other->run('diff', 'live.json', 'scratch', '--exit-code', { DATABASE_URL => undef, PGHOST => '/no/such/folder' });
like($out, qr/owner|are the same/, 'without a configured server the files are applied all the same') or diag($err);

done_testing();
