# The head of the journal's chain goes to the server log when it commits, so that
# a chain that was computed anew from some row on does not fit it.
use strict;
use warnings;
use Test::More;
use SummitMigrate;

my $node = SummitMigrate::start_server('main');
my $project = SummitMigrate->new($node);

sub anchors
{
	my ($from) = @_;
	my $log = PostgreSQL::Test::Utils::slurp_file($node->logfile, $from);
	return $log =~ /journal sealed up to (\d+), hash ([0-9a-f]{64})/g;
}

$project->query('SELECT summit_migrate.enable_drift_capture(); CREATE TABLE one (a int); CREATE TABLE two (a int)');
my $from = -s $node->logfile;
$project->query('BEGIN; SELECT summit_migrate.seal_journal(); ROLLBACK');
$project->query('BEGIN; SAVEPOINT s; SELECT summit_migrate.seal_journal(); ROLLBACK TO s; COMMIT');
is_deeply([ anchors($from) ], [], 'nothing of seals that were rolled back');
$project->query('BEGIN; SAVEPOINT s; SELECT summit_migrate.seal_journal(); RELEASE s; COMMIT');
my $head = $project->query("SELECT encode(seal_hash, 'hex') FROM summit_migrate.ddl_journal_head");
is_deeply([ anchors($from) ], [ 2, $head ], 'the head, at commit');
my ($status, $out, $err) = $node->psql($project->database,
	"SET client_min_messages = debug1; CREATE TABLE three (a int); SELECT summit_migrate.seal_journal()");
unlike($err, qr/sealed up to/, 'only to the server log');
my $log = PostgreSQL::Test::Utils::slurp_file($node->logfile, $from);
is(() = $log =~ /journal sealed up to/g, 2, 'once for each time something was sealed');
$project->query('SELECT summit_migrate.seal_journal()');
$log = PostgreSQL::Test::Utils::slurp_file($node->logfile, $from);
is(() = $log =~ /journal sealed up to/g, 2, 'and not where nothing was');

# A superuser who edits a row and seals all anew verifies, but not with the log.
$project->query(<<'SQL');
UPDATE summit_migrate.ddl_journal SET authenticated_user = 'somebody else' WHERE seal = 1;
UPDATE summit_migrate.ddl_journal SET seal = NULL, seal_hash = NULL;
DELETE FROM summit_migrate.ddl_journal_head;
SELECT summit_migrate.seal_journal();
SQL
is($project->query('SELECT count(*) FROM summit_migrate.verify_journal()'), '0', 'a chain that was made anew verifies');
my @all = anchors($from);
is($all[2], 3, 'the log has the head of before');
isnt($all[3], $all[-1], 'and the new one differs');

done_testing();
