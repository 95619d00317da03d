# What only the hook sees, as alerts: event triggers are compared like any object,
# so that what is undone closes by itself; roles and settings are not, and wait for
# a human's word, one alert each.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use Test::More;
use SummitMigrate;

my $node = SummitMigrate::start_server('main', "shared_preload_libraries = 'summit_migrate'");
my $project = SummitMigrate->new($node);
my $open = 'SELECT severity, drift_type, object_type, object_name FROM summit_migrate.check_drift() ORDER BY id';

$project->query("CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
	SELECT summit_migrate.enable_drift_capture(); SELECT summit_migrate.accept_schema('here it begins')");

# one alert is closed by itself, or by a word, and is never said to differ when it does not
$project->query('CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION e()');
is($project->query($open), 'high|added|event trigger|e', 'an event trigger');
$project->query('DROP EVENT TRIGGER e');
is($project->query($open), '', 'undone: closed by itself');
$project->query('ALTER EVENT TRIGGER summit_migrate_drop DISABLE');
is($project->query($open), 'critical|changed|event trigger|summit_migrate_drop', 'tampering with capture stays critical');
$project->query('SELECT summit_migrate.enable_drift_capture()');
is($project->query($open), '', 'put right: closed by itself');

# what no comparison sees
$project->query("CREATE ROLE r; ALTER ROLE r BYPASSRLS; COMMENT ON ROLE r IS 'r'; CREATE ROLE s");
for my $look ('one alert a role', 'asked again')
{
	is($project->query($open), "high|changed|role|r\nhigh|added|role|s", $look);
	is( $project->query("SELECT statement FROM summit_migrate.drift_alerts() WHERE object_name = 'r'"),
		"CREATE ROLE r;\nALTER ROLE r BYPASSRLS;\nCOMMENT ON ROLE r IS 'r'", '... with its history');
}
$project->query("SELECT summit_migrate.resolve_drift(id, 'seen') FROM summit_migrate.drift_alerts()");
is($project->query($open), '', 'a word closes them');

done_testing();
