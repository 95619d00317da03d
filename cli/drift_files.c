/*
 * drift_files.c
 *		drift check --from-files: what the applied files make on a scratch server,
 *		compared with the live schema.
 */
#include "postgres_fe.h"

#include "difference.h"
#include "drift.h"
#include "output.h"
#include "rehearsal.h"
#include "run.h"

/* The schemas at hand, as texts of sm_side_objects(). */
typedef struct Schemas
{
	char *live;
	char *files;
	char *settled; /* without the repeatable files that are to run again; NULL: as files */
} Schemas;

static char *
objects_of(SmConn *conn, bool portable)
{
	SmSide side = {.kind = SM_SIDE_LIVE, .conn = conn};

	return sm_side_objects(&side, portable);
}

/* Reads ledger and schema of one moment: again, where a run came in between. */
static void
read_live(SmRehearsal *rehearsal, SmConn *conn, bool portable, Schemas *schemas)
{
	for (;;)
	{
		long long epoch;
		char *holder;

		sm_drift_wait(conn);
		epoch = sm_drift_epoch(conn);
		sm_rehearsal_look(rehearsal, conn);
		schemas->live = objects_of(conn, portable);
		holder = sm_run_holder(conn);
		if (holder == NULL && sm_drift_epoch(conn) == epoch)
			return;
		pg_free(holder);
		pg_free(schemas->live);
	}
}

static void
read_schemas(SmRehearsal *rehearsal, SmContext *context, SmConn *conn, Schemas *schemas)
{
	bool portable;

	sm_rehearsal_start(rehearsal, &context->config, conn);
	portable = conn->server_version / 10000 != rehearsal->conn->server_version / 10000;
	read_live(rehearsal, conn, portable, schemas);
	sm_rehearsal_applied(rehearsal, conn);
	schemas->files = objects_of(rehearsal->conn, portable);
	if (rehearsal->nchanged == 0)
		return;
	schemas->settled = schemas->files;
	sm_rehearsal_changed(rehearsal);
	schemas->files = objects_of(rehearsal->conn, portable);
}

static void
print_json(const SmDifference *difference, const SmRehearsal *rehearsal)
{
	cJSON *document = cJSON_CreateObject();

	sm_output_add_text(document, "command", "drift");
	sm_output_add_text(document, "verb", "check");
	cJSON_AddBoolToObject(document, "from_files", true);
	cJSON_AddNumberToObject(document, "phases", PQntuples(rehearsal->applied));
	cJSON_AddNumberToObject(document, "differ", difference->objects);
	cJSON_AddItemToObject(document, "changes", sm_difference_json(difference));
	sm_output_json(document);
}

SmExitCode
sm_drift_from_files(SmContext *context, SmConn *conn)
{
	SmRehearsal rehearsal;
	Schemas schemas = {0};
	SmDifference difference;
	bool differ;

	if (context->options.scratch)
		sm_error_fail(SM_EXIT_USAGE, "Leave --scratch away; --from-files starts its own.",
		              "with --scratch there is one scratch server already");
	read_schemas(&rehearsal, context, conn, &schemas);
	for (int i = 0; i < rehearsal.nchanged; i++)
		sm_output_note("%s has changed and is to run again: what it makes is not compared",
		               rehearsal.changed[i]->id);
	sm_difference_objects(&difference, conn, schemas.files, schemas.live, schemas.settled,
	                      schemas.settled == NULL ? NULL : schemas.files);
	differ = difference.objects > 0;
	if (sm_output_is_json())
		print_json(&difference, &rehearsal);
	else
	{
		sm_difference_print(&difference);
		if (differ)
			sm_output_line("%d %s from what the applied files make (- in the files, + live).",
			               difference.objects,
			               difference.objects == 1 ? "object differs" : "objects differ");
		else
			sm_output_line("No drift: the live schema is what the applied files make (%d phases).",
			               PQntuples(rehearsal.applied));
	}
	sm_difference_free(&difference);
	return differ ? SM_EXIT_FINDINGS : SM_EXIT_DONE;
}
