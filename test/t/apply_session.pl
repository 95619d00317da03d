# What a file's statements do to the session: settings and roles hold to its end,
# not longer, and the ledger does not notice.
use strict;
use warnings;
use Test::More;
use SummitMigrate;

my $node = SummitMigrate::start_server('main');
my $project = SummitMigrate->new($node);

$project->query('CREATE ROLE owner_role; CREATE ROLE low; CREATE SCHEMA other;'
	  . 'GRANT CREATE, USAGE ON SCHEMA public, other TO owner_role, low');
$project->migration('20250101_000000_schema_settings', <<'EOT');
SET search_path = other, public;
SET lock_timeout = '7s';
BEGIN;
CREATE TABLE in_other (id int);
COMMIT;
SET ROLE low;
CREATE TABLE of_low AS SELECT current_setting('lock_timeout') AS lock_timeout;
CREATE INDEX CONCURRENTLY of_low_index ON of_low (lock_timeout);
BEGIN;
CREATE TABLE later AS SELECT current_user AS who, current_setting('lock_timeout') AS lock_timeout;
COMMIT;
DEALLOCATE ALL;
EOT
$project->migration('20250102_000000_schema_after', 'CREATE TABLE in_public AS SELECT current_user AS who;');
$project->migration('20250103_000000_schema_owned', 'CREATE TABLE owned (id int);', 'Run-As' => 'owner_role');
$project->migration('20250104_000000_schema_serial', <<'EOT');
SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;
CREATE TABLE serial_level AS SELECT current_setting('transaction_isolation') AS level;
SET CONSTRAINTS ALL DEFERRED;
EOT
$project->migration('20250105_000000_schema_read_only', <<'EOT');
CREATE TABLE before_read_only (id int);
SET TRANSACTION READ ONLY;
EOT
$project->run_is(0, ['apply'], undef, undef, 'apply');
is($project->query('SELECT to_regclass(\'other.in_other\') IS NOT NULL, to_regclass(\'public.in_public\') IS NOT NULL'),
	't|t', 'search_path holds for the file and not for the next');
is($project->query("SELECT tableowner FROM pg_tables WHERE tablename = 'of_low'"), 'low', 'SET ROLE holds');
is($project->query('SELECT * FROM other.later'), 'low|7s', 'also in a later unit, as lock_timeout does');
is($project->query('SELECT who FROM in_public'), $project->query('SELECT current_user'), 'and not in the next file');
is($project->query("SELECT tableowner FROM pg_tables WHERE tablename = 'owned'"), 'owner_role', 'Run-As');
is($project->query('SELECT level FROM serial_level'), 'serializable', 'SET TRANSACTION comes first');
is($project->query("SELECT to_regclass('before_read_only') IS NOT NULL"), 't', 'READ ONLY does not stop the ledger');
is($project->query('SELECT DISTINCT run_by FROM summit_migrate.migration_units'),
	$project->query('SELECT current_user'), 'the ledger knows who runs');

# settings of completed units are made again when a file goes on
$project = SummitMigrate->new($node);
$project->query('CREATE SCHEMA other');
$project->migration('20250101_000000_schema_resume', <<'EOT');
SET search_path = other;
BEGIN;
CREATE TABLE first (id int);
COMMIT;
BEGIN;
INSERT INTO second VALUES (1);
COMMIT;
EOT
$project->run_is(1, ['apply'], undef, qr/second/, 'a later unit fails');
$project->query('CREATE TABLE other.second (id int)');
$project->run_is(0, ['apply'], undef, undef, 'and runs again');
is($project->query('SELECT count(*) FROM other.second'), 1, 'under the settings of the first');

# [set] and owner_role of the configuration
$project->file('summit-migrate.conf', "[project]\nowner_role = owner_role\n[set]\napplication.tenant = blue\n");
$project->query('GRANT CREATE ON SCHEMA public TO owner_role');
$project->migration('20250102_000000_schema_set', "CREATE TABLE tenant AS SELECT current_setting('application.tenant') AS t;");
$project->run_is(0, ['apply'], undef, undef, 'with a configuration');
is($project->query("SELECT t, (SELECT tableowner FROM pg_tables WHERE tablename = 'tenant') FROM tenant"),
	'blue|owner_role', 'its values and its role hold');

# What a function, a trigger or set_config() has set does not hold for the next file either,
# whether they are sent in a row or one by one.
for my $name ("in a row", "one by one", "alone")
{
	$project = SummitMigrate->new($node);
	$project->query('CREATE SCHEMA other; CREATE TABLE log (t text); GRANT ALL ON log TO low; GRANT ALL ON SCHEMA public TO low;');
	$project->query(<<'EOT');
CREATE TABLE triggered (a int);
CREATE FUNCTION to_other() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN SET search_path = other; RETURN NEW; END $$;
CREATE TRIGGER to_other BEFORE INSERT ON triggered FOR EACH ROW EXECUTE FUNCTION to_other();
EOT
	my @bodies = (
		"INSERT INTO log SELECT set_config('search_path', 'other', false);", 'CREATE TABLE x ();',
		"INSERT INTO log SELECT set_config('role', 'low', false);", 'CREATE TABLE y ();',
		'INSERT INTO triggered VALUES (1);', 'CREATE TABLE z ();');
	for my $i (0 .. $#bodies)
	{
		$project->migration("2025011${i}_000000_schema_file", $bodies[$i], $name eq "one by one" ? (Version => "1.$i.0") : ());
		$project->run_is(0, ['apply'], undef, undef, "$name: file $i") if $name eq 'alone';
	}
	$project->run_is(0, ['apply'], undef, qr/^$/, "$name: apply");
	is($project->query(q{SELECT string_agg(relname || ' ' || relnamespace::regnamespace || ' ' || (relowner = current_user::regrole), ', ' ORDER BY relname)
		FROM pg_class WHERE relname IN ('x', 'y', 'z')}), 'x public true, y public true, z public true', "$name: each file starts afresh");
	is($project->query('SELECT bool_and(attempt = 1) FROM summit_migrate.migration_units'), 't', "$name: at the first attempt");
}

# a [set] value that the server does not take is the configuration's fault, known before anything runs
$project->file('summit-migrate.conf', "[project]\n[set]\napplication.tenant = blue\nserch_path = app\n");
$project->migration('20250202_000000_schema_never', 'CREATE TABLE never ();');
$project->run_is(2, ['apply'], qr/^$/, qr/summit-migrate\.conf:4: error: \[set\] serch_path: unrecognized.*next: /s, 'an unknown name under [set]');
is($project->query("SELECT count(*) FROM summit_migrate.migration_history WHERE migration_id LIKE '%never'"), 0, 'nothing was begun');
$project->file('summit-migrate.conf', "[project]\nowner_role = nobody_here\n");
$project->run_is(1, ['apply'], undef, qr/summit-migrate\.conf: error: role "nobody_here" does not exist.*next: Create the role/s, 'an owner_role that is not there');
unlink $project->folder . '/summit-migrate.conf';
$project->migration('20250202_000000_schema_never', 'CREATE TABLE never ();', 'Run-As' => 'nobody_here');
$project->run_is(1, ['apply'], undef, qr/never\.sql:8:\d+: error: role "nobody_here" does not exist.*next: Create the role.*Run-As/s, 'Run-As of a role that is not there');

# a backslash is a backslash: what runs is what was parsed, whatever the database says
$project = SummitMigrate->new($node);
$project->query('ALTER DATABASE ' . $project->database . ' SET standard_conforming_strings = off');
$project->migration('20250101_000000_schema_strings', <<'EOT');
BEGIN;
CREATE TABLE paths AS SELECT 'C:\\new\table' AS path;
COMMIT;
RESET ALL;
INSERT INTO paths VALUES ('D:\\');
CREATE INDEX CONCURRENTLY paths_index ON paths (path) WHERE path <> '\\';
EOT
$project->migration('20250102_000000_data_strings', "INSERT INTO paths VALUES ('E:\\\\');");
$project->run_is(0, ['apply'], undef, undef, 'standard_conforming_strings = off in the database');
is($project->query("SELECT string_agg(path, ' ' ORDER BY path) FROM paths"), 'C:\\\\new\\table D:\\\\ E:\\\\',
	'standard_conforming_strings is on for the run too');

done_testing();
