# The session is lost in the middle of a run: the program reads from the ledger
# how far it came and goes on; an administrator's command ends it.
use strict;
use warnings;
use Test::More;
use SummitMigrate;

my $node = SummitMigrate::start_server('main', 'restart_after_crash = on');
my $sleeping = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'";

sub project_asleep
{
	my ($middle) = @_;
	my $project = SummitMigrate->new($node);

	$project->query('CREATE TABLE rows (n int)');
	$project->migration('20250101_000000_data_one', 'INSERT INTO rows VALUES (1);');
	$project->migration('20250102_000000_data_two', $middle);
	$project->migration('20250103_000000_data_three', 'INSERT INTO rows VALUES (3);');
	my $call = $project->start('apply');
	$node->poll_query_until($project->database, "SELECT EXISTS ($sleeping)");
	return ($project, $call);
}

# the server crashes in a transactional unit
my ($project, $call) = project_asleep("INSERT INTO rows VALUES (2);\nSELECT pg_sleep(2);");
kill 'KILL', $project->query($sleeping);
my ($status, $out, $err) = $project->finish($call);
is($status, 0, 'a crash of the server in a unit: the run goes on') or diag($err);
like($err, qr/connection was lost/, 'and says so');
is($project->query('SELECT count(*), count(DISTINCT n) FROM rows'), '3|3', 'every row once');
is($project->query("SELECT string_agg(DISTINCT status, ' ') FROM summit_migrate.migration_history"), 'completed', 'all is completed');

# in a statement outside of transactions that Done-When can tell about
($project, $call) = project_asleep("-- Transaction: none\n-- Done-When: SELECT count(*) > 0 FROM rows WHERE n = 2\n"
	  . "DO \$\$BEGIN INSERT INTO rows VALUES (2); COMMIT; PERFORM pg_sleep(2); END\$\$;");
kill 'KILL', $project->query($sleeping);
($status, $out, $err) = $project->finish($call);
is($status, 0, 'in a statement outside of transactions') or diag($err);
is($project->query('SELECT count(*), count(DISTINCT n) FROM rows'), '3|3', 'every row once');

# where nothing tells
($project, $call) = project_asleep("-- Transaction: none\nDO \$\$BEGIN INSERT INTO rows VALUES (2); COMMIT; PERFORM pg_sleep(2); END\$\$;");
kill 'KILL', $project->query($sleeping);
($status, $out, $err) = $project->finish($call);
is($status, 8, 'exit 8 where nothing tells');
like($err, qr/summit-migrate repair 20250102_000000_data_two --phase expand/, 'with the command to type');

# an administrator's command
($project, $call) = project_asleep("INSERT INTO rows VALUES (2);\nSELECT pg_sleep(600);");
$project->query("SELECT pg_terminate_backend(pid) FROM ($sleeping) s");
($status, $out, $err) = $project->finish($call);
is($status, 1, 'pg_terminate_backend ends the run');
like($err, qr/ended by an administrator/, 'and it says so');
is($project->query('SELECT count(*) FROM rows'), 1, 'nothing behind has run');
is($project->query("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), 0, 'the lock is free');

# COPY has no place in a file
$project = SummitMigrate->new($node);
$project->migration('20250101_000000_data_copy', "COPY (SELECT 1) TO STDOUT;");
($status, $out, $err) = $project->run('apply');
isnt($status, 0, 'COPY TO STDOUT is refused');
unlike($err, qr/connection was lost/, 'in a clean way') or diag($err);

done_testing();
