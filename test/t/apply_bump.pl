# apply compares what a unit does to the schema with its file's Version and
# Breaking, and refuses an understated bump: the unit is undone, exit 6.
use strict;
use warnings;
use Test::More;
use SummitMigrate;

my $node = SummitMigrate::start_server('main');

# A project at version 1.0.0 with a table, and a file that does something to it.
sub project_with
{
	my ($sql, %header) = @_;
	my $project = SummitMigrate->new($node);

	$project->migration('20250101_000000_schema_users', 'CREATE TABLE users (id int, email text, note text);',
		Version => '1.0.0');
	$project->run_is(0, ['apply'], qr/1 phase/, qr/^$/, 'the first version');
	$project->migration('20250102_000000_schema_change', $sql, %header);
	$project->migration('20250103_000000_data_behind', 'INSERT INTO users VALUES (1);');
	return $project;
}

# understated
my $project = project_with("CREATE TABLE other (id int);\nALTER TABLE users DROP COLUMN note;", Version => '1.1.0');
my $document = $project->run_json(6, 'apply');
is($document->{result}, 'refused', 'refused, as JSON');
is($document->{error}{migration}, '20250102_000000_schema_change', 'its id');
is($document->{error}{sqlstate}, '23514', 'its SQLSTATE');
my ($status, $out, $err) = $project->run('apply');
is($status, 6, 'an understated bump: exit status');
like($err, qr/20250102_000000_schema_change\.sql:\d+:1: error: the change is major, but version 1\.1\.0 after 1\.0\.0 declares minor/,
	'with the place');
like($err, qr/column public\.users\.note/, 'with the changes that make it major');
like($err, qr/higher version or "Breaking: true".*apply --allow-understated-bump/s, 'and what to do');
is($project->query("SELECT to_regclass('other') IS NULL"), 't', 'the whole unit is undone');
is($project->query("SELECT status, error_sqlstate FROM summit_migrate.migration_state('postgresql', ARRAY['20250102_000000_schema_change'])"),
	'failed|23514', 'and recorded as failed');
is($project->query('SELECT count(*) FROM users'), 0, 'nothing behind it has run');
is($project->query("SELECT summit_migrate.get_current_schema_version('postgresql')"), '1.0.0', 'the version is what it was');
$project->run_is(0, [ 'drift', 'check' ], qr/^No drift/, qr/^$/, 'and so is what is expected');

# told otherwise
($status, $out, $err) = $project->run('apply', '--allow-understated-bump');
is($status, 0, '--allow-understated-bump: exit status') or diag($err);
like($err, qr/warning: the change is major, but version 1\.1\.0 after 1\.0\.0 declares minor/, '--allow-understated-bump: a warning');
is($project->query("SELECT summit_migrate.get_current_schema_version('postgresql')"), '1.1.0', 'the version');

# stated
for my $header ({ Version => '2.0.0' }, { Version => '1.1.0', Breaking => 'true' })
{
	$project = project_with('ALTER TABLE users DROP COLUMN note;', %$header);
	$project->run_is(0, ['apply'], qr/2 phases/, qr/^$/, "stated by @{[ %$header ]}");
}
$project = project_with('ALTER TABLE users ADD COLUMN phone text;', Version => '1.1.0');
$project->run_is(0, ['apply'], qr/2 phases/, qr/^$/, 'a minor change');
$project = project_with('ALTER TABLE users ADD COLUMN phone text;', Version => '1.0.1');
$project->run_is(6, ['apply'], undef, qr/the change is minor, but version 1\.0\.1 after 1\.0\.0 declares patch/, 'minor, not patch');
$project = project_with('ALTER TABLE users DROP COLUMN note;');
$project->run_is(0, ['apply'], qr/2 phases/, qr/^$/, 'a file without a version declares nothing');

# phase by phase: what expand does is none of contract's, and a later unit's none of an earlier one's
$project = project_with("-- PHASE 1: EXPAND\nALTER TABLE users ADD COLUMN phone text;\n"
	  . "-- PHASE 3: CONTRACT\nBEGIN;\nCREATE INDEX users_email ON users (email);\nCOMMIT;\nBEGIN;\nALTER TABLE users DROP COLUMN note;\nCOMMIT;",
	Version => '1.1.0');
$project->run_is(0, ['apply'], qr/2 phases/, qr/^$/, 'expand is minor');
$project->run_is(6, [ 'apply', '--phase', 'contract' ], undef, qr/:\d+:1: error: the change is major/, 'contract is not');
is($project->query("SELECT to_regclass('users_email') IS NULL"), 'f', 'the unit before it stands');
my $changes = $project->run_json(6, 'apply', '--phase', 'contract')->{error}{why};
unlike($changes, qr/users_email|phone/, 'and is not among the changes');

# what was changed in the same run by a file without a version is not this one's
$project = project_with('DROP TABLE users;');
unlink $project->folder . '/db/migrations/20250103_000000_data_behind.sql';
$project->migration('20250104_000000_schema_more', 'CREATE TABLE more (id int);', Version => '1.1.0');
$project->run_is(0, ['apply'], qr/2 phases/, qr/^$/, 'only its own changes count');

# data alone is not assessed: no snapshot for it
$project = project_with('UPDATE users SET note = NULL;', Version => '1.0.1');
my $before = $project->query('SELECT count(*) FROM summit_migrate.snapshot_list()');
$project->run_is(0, ['apply'], qr/2 phases/, qr/^$/, 'data alone');
cmp_ok($project->query('SELECT count(*) FROM summit_migrate.snapshot_list()'), '<=', $before + 1, 'makes no snapshot of its own');

# a statement outside a transaction has run when it is looked at
$project = project_with("-- Transaction: none\n-- Done-When: SELECT true\nDO \$\$BEGIN ALTER TABLE users DROP COLUMN note; COMMIT; END\$\$;",
	Version => '1.1.0');
($status, $out, $err) = $project->run('apply');
is($status, 0, 'outside a transaction: exit status') or diag($err);
like($err, qr/20250102_000000_schema_change\.sql:\d+:1: warning: the change is major, but version 1\.1\.0/, 'outside a transaction: a warning');
is($project->query('SELECT count(*) FROM users'), 1, 'outside a transaction: what is behind it runs');

# what the file itself has made is nobody's yet
$project = project_with("BEGIN;\nCREATE TABLE helper (id int);\nCOMMIT;\nBEGIN;\nDROP TABLE helper;\nCOMMIT;", Version => '1.0.1');
$project->run_is(6, ['apply'], undef, qr/the change is minor, but version 1\.0\.1/, 'while it is there, it counts');
$project = project_with("BEGIN;\nCREATE TABLE helper (id int);\nCOMMIT;\nBEGIN;\nDROP TABLE helper;\nCOMMIT;", Version => '1.1.0');
$project->run_is(0, ['apply'], qr/2 phases/, qr/^$/, 'a later unit drops what an earlier one made: not major');

# undone on failure, with the units before it
$project = project_with("BEGIN;\nCREATE TABLE first (id int);\nCOMMIT;\nBEGIN;\nDROP TABLE users;\nCOMMIT;\n-- ROLLBACK\n/*\nDROP TABLE first;\n*/",
	Version => '1.1.0');
$project->run_is(6, [ 'apply', '--on-failure', 'rollback' ], undef, qr/the change is major/, '--on-failure rollback');
is($project->query("SELECT to_regclass('first') IS NULL"), 't', 'undoes the unit before it');

# what one unit makes and a later one takes away is no change of the migration
my $passing = <<'SQL';
BEGIN; CREATE TABLE passing (id int); COMMIT;
BEGIN; INSERT INTO users VALUES (2); DROP TABLE passing; COMMIT;
SQL
$project = project_with($passing, Version => '1.0.1');
$project->run_is(6, ['apply'], undef, qr/the change is minor/, 'a table, as long as it stands');
$project = project_with($passing, Version => '1.1.0');
$project->run_is(0, ['apply'], qr/2 phases/, qr/^$/, 'to drop what the migration itself has made is not major');

done_testing();
