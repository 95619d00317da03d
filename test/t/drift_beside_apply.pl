# DDL by hand while migrations run, or after their program was killed: it is drift
# of who did it, not a part of what the run leaves, and does not count in its bump.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use Test::More;
use SummitMigrate;
use SummitTest qw(wait_for);

my $node = SummitMigrate::start_server('main');
my $open = 'SELECT drift_type, object_name, author IS NOT NULL FROM summit_migrate.check_drift() ORDER BY object_name COLLATE "C"';

sub project_with
{
	my ($sql) = @_;
	my $project = SummitMigrate->new($node);

	$project->migration('20250101_000000_schema_first', 'CREATE TABLE kept (a int); CREATE TABLE gone (a int);', Version => '1.0.0');
	$project->run_is(0, ['apply'], undef, undef, 'the first version');
	$project->query('SELECT summit_migrate.enable_drift_capture()');
	$project->migration('20250102_000000_schema_second', $sql, Version => '1.1.0');
	return $project;
}

sub wait_for_sleep
{
	my ($project) = @_;
	ok(wait_for(sub { $project->query("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND state = 'active' AND pid <> pg_backend_pid()") > 0 }),
		'the migration is in the middle');
}

my $by_hand = 'CREATE TABLE by_hand (a int); DROP TABLE gone; ALTER TABLE kept ADD COLUMN by_hand int';
my $drift = "removed|public.gone|t\nadded|public.by_hand|t\nchanged|public.kept|t";
$drift = join("\n", sort { (split /\|/, $a)[1] cmp (split /\|/, $b)[1] } split /\n/, $drift);

# beside it; another transaction has begun before the run and commits during it
my $project = project_with("CREATE TABLE made (a int);\nSELECT pg_sleep(4);");
my $early = $node->background_psql($project->database);
$early->query_safe('BEGIN; CREATE TABLE early (a int)');
my $apply = $project->start('apply');
wait_for_sleep($project);
$project->query($by_hand);
$early->query_safe('COMMIT');
$early->quit;
is(($project->finish($apply))[0], 0, 'DDL by others does not count in the version bump');
is($project->query($open), "added|public.by_hand|t\nadded|public.early|t\nremoved|public.gone|t\nchanged|public.kept|t", 'and is drift, with its author');
is($project->query("SELECT count(*) FROM summit_migrate.schema_drift_alerts WHERE status = 'undone'"), '0', 'no alert was closed as undone');

# after a kill, before anybody has looked
$project = project_with("BEGIN;\nCREATE TABLE made (a int);\nCOMMIT;\nBEGIN;\nSELECT pg_sleep(4);\nCREATE TABLE more (a int);\nCOMMIT;");
$apply = $project->start('apply');
wait_for_sleep($project);
$apply->{handle}->signal("KILL");
$project->finish($apply);
ok(wait_for(sub { $project->query('SELECT count(*) FROM summit_migrate.migration_lock_holders() WHERE NOT stale') == 0 }), 'killed');
is($project->query("SELECT to_regclass('made') IS NOT NULL, to_regclass('more') IS NULL"), 't|t', 'between two units');
$project->query($by_hand);
is($project->query($open), $drift, 'what the run has made is none, what came after it is');
$project->run_is(0, ['apply'], undef, undef, 'the next run finishes');
is($project->query($open), $drift, 'and leaves it so');

done_testing();
