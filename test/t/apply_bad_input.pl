# Bad input is refused before the first statement: exit 2, with file, line and
# column, and nothing changed.
use strict;
use warnings;
use Test::More;
use SummitMigrate;

my $node = SummitMigrate::start_server('main');
my $good = '20250101_000000_schema_good';

# One file beside a good one that must not run.
sub refused
{
	my ($name, $file, $content, $message) = @_;
	my $project = SummitMigrate->new($node);

	$project->migration($good, 'CREATE TABLE good (id int);');
	$project->file("db/migrations/$file", $content);
	my ($status, $out, $err) = $project->run('apply');
	is($status, 2, "$name: exit status") or diag($err);
	like($err, $message, "$name: what is wrong");
	my $errors = () = $err =~ /: error: /g;
	my $steps = () = $err =~ /^  next: ./mg;
	is($steps, $errors, "$name: a next step for each error") or diag($err);
	is($project->query("SELECT to_regclass('good') IS NULL, count(*) FROM summit_migrate.migration_history"),
		't|0', "$name: nothing changed");
}

sub header
{
	my ($id, %lines) = @_;
	my ($type) = $id =~ /^\d+_\d+_([a-z]+)/;
	my %all = (ID => $id, Type => $type, Database => 'postgresql', %lines);

	return join('', map { "-- $_: $all{$_}\n" } sort keys %all);
}

my $id = '20250102_000000_schema_bad';

refused('no format', 'users.sql', 'SELECT 1;', qr/users\.sql: error: .*YYYYMMDD_HHMMSS/s);
refused('impossible date', '20250230_000000_schema_x.sql', 'SELECT 1;', qr/does not exist/);
refused('impossible time', '20250228_246000_schema_x.sql', 'SELECT 1;', qr/does not exist/);
refused('unknown type', '20250228_000000_ddl_x.sql', 'SELECT 1;', qr/type in the name/);
refused('upper case', '20250228_000000_schema_AddUsers.sql', 'SELECT 1;', qr/lower_snake_case/);
refused('two files with one id', "$good.cypher", 'RETURN 1', qr/two files have the id $good/);
refused('another id', "$id.sql", header('20250102_000000_schema_other'), qr/$id\.sql:\d+:\d+: error: .*ID/);
refused('another type', "$id.sql", header($id, Type => 'data'), qr/$id\.sql:\d+:\d+: error: .*type/);
refused('unknown database', "$id.sql", header($id, Database => 'oracle'), qr/$id\.sql:1:\d+: error: .*oracle/);
refused('malformed version', "$id.sql", header($id, Version => '1.x'), qr/$id\.sql:\d+:\d+: error/);
refused('SQL that does not parse', "$id.sql", "SELECT 1;\nSELEC 2;\n", qr/$id\.sql:2:1: error: syntax error/);
refused('CONCURRENTLY in a transaction', "$id.sql",
	"BEGIN;\nCREATE INDEX CONCURRENTLY i ON t (a);\nCOMMIT;", qr/$id\.sql:2:1: error/);
refused('BEGIN without COMMIT', "$id.sql", "BEGIN;\nSELECT 1;", qr/$id\.sql:1:1: error/);
refused('COMMIT without BEGIN', "$id.sql", "SELECT 1;\nCOMMIT;", qr/$id\.sql:2:1: error/);
refused('a psql command', "$id.sql", "SELECT 1;\n\\d\n", qr/$id\.sql:2:1: error/);
refused('COPY FROM STDIN', "$id.sql", "COPY t FROM STDIN;\n1\n\\.\n", qr/$id\.sql:1:1: error/);
refused('a NUL', "$id.sql", "SELECT 1;\nSEL\0ECT 2;", qr/$id\.sql:2:4: error: .*NUL/);
refused('no UTF-8', "$id.sql", "SELECT 1;\n-- \xff\n", qr/$id\.sql:2:4: error: .*UTF-8/);
refused('an open string', "$id.sql", "SELECT 'abc;\n", qr/unterminated/);
refused('an open comment', "$id.sql", "SELECT 1; /* abc\n", qr/unterminated/);
refused('a header line twice', "$id.sql", "-- Author: a\n-- Author: b\nSELECT 1;", qr/Author is given twice/);
refused('a header line without a value', "$id.sql", "-- Version:\nSELECT 1;", qr/Version has no value/);
refused('a batch of another table', "$id.sql", "-- PHASE 2: MIGRATE\n-- Batch: table=a, key=id\nUPDATE b SET c = 1;", qr/another table/);
refused('a batch that is none', "$id.sql", "-- PHASE 2: MIGRATE\n-- Batch: table=a, key=id\nVACUUM a;", qr/batch/);
refused('an undo twice', "$id.sql", "SELECT 1;\n-- ROLLBACK\n/*\nSELECT 1;\n*/\n-- ROLLBACK\n/*\nSELECT 2;\n*/", qr/given twice/);
refused('a phase twice', "$id.sql", "-- PHASE 1: EXPAND\nSELECT 1;\n-- PHASE 1: EXPAND\nSELECT 2;\n",
	qr/$id\.sql:3:\d+: error/);
refused('phases backwards', "$id.sql", "-- PHASE 2: MIGRATE\nSELECT 1;\n-- PHASE 1: EXPAND\nSELECT 2;\n",
	qr/$id\.sql:3:\d+: error/);
refused('a missing dependency', "$id.sql", header($id, Dependencies => '20200101_000000_schema_none'),
	qr/$id\.sql:\d+:\d+: error: .*neither in the folder nor in the ledger/);
refused('a circle of one', "$id.sql", header($id, Dependencies => $id), qr/$id\.sql:\d+:\d+: error/);
refused('an unknown option', "$id.sql", "-- Transaction: maybe\nSELECT 1;", qr/$id\.sql:1:\d+: error/);

# all errors of all files at once
my $project = SummitMigrate->new($node);
$project->file('db/migrations/20250102_000000_schema_a.sql', "SELEC 1;\nSELECT 1;\nSELEC 2;\n");
$project->file('db/migrations/20250103_000000_schema_b.sql', "SELEC 3;\n");
$project->file('db/migrations/bad.sql', "SELECT 1;\n");
my (undef, undef, $err) = $project->run('apply');
like($err, qr/a\.sql:1:1:.*a\.sql:3:1:.*b\.sql:1:1:.*bad\.sql:/s, 'all errors of all files are said');

# a circle of two
$project = SummitMigrate->new($node);
$project->migration('20250102_000000_schema_a', 'SELECT 1;', Dependencies => '20250103_000000_schema_b');
$project->migration('20250103_000000_schema_b', 'SELECT 1;', Dependencies => '20250102');
$project->run_is(2, ['apply'], undef, qr/circle/, 'a circle of two');

# folders and links
$project = SummitMigrate->new($node);
$project->run_is(0, ['apply'], qr/Nothing to do/, qr/^$/, 'an empty folder');
$project->file('db/migrations/README.md', 'text');
$project->run_is(0, ['apply'], qr/Nothing to do/, qr/^$/, 'other files are left alone');
symlink 'nowhere.sql', $project->folder . '/db/migrations/20250102_000000_schema_link.sql';
$project->run_is(2, ['apply'], undef, qr/symbolic link/, 'a broken symlink');
$project->run_is(2, [ '--dir', 'nowhere', 'apply' ], undef, qr/cannot be read/, 'no folder');
mkdir $project->folder . '/closed';
chmod 0, $project->folder . '/closed';
$project->run_is(2, [ '--dir', 'closed', 'apply' ], undef, qr/cannot be read/, 'an unreadable folder')
  if $> != 0;

# odd but good files
$project = SummitMigrate->new($node);
$project->file('db/migrations/20250101_000000_schema_empty.sql', '');
$project->file('db/migrations/20250102_000000_schema_comment.sql', '-- nothing');
$project->file('db/migrations/20250103_000000_schema_crlf.sql',
	"\xEF\xBB\xBFCREATE TABLE crlf (\r\n  id int\r\n);\r\nINSERT INTO crlf VALUES (1)");
$project->file('db/migrations/20250104_000000_schema_marks.sql',
	"CREATE TABLE marks (t text DEFAULT \$\$\n-- PHASE 3: CONTRACT\n\$\$);\n"
	  . "INSERT INTO marks VALUES ('\n-- PHASE 2: MIGRATE\n');\n/* /* \n-- ROLLBACK\n */ */");
$project->run_is(0, ['apply'], qr/4 phases/, qr/^$/, 'empty, comment only, CRLF, BOM, no last semicolon');
is($project->query('SELECT count(*) FROM crlf'), 1, 'the last statement has run');
is($project->query("SELECT count(*) FROM marks WHERE t LIKE '%PHASE 2%'"), 1, 'a mark in a string is none');

done_testing();
