/*
 * plan_ledger.c
 *		What the ledger says of the migrations.  One short row for each of them
 *		is read always, the whole rows only of those that need a closer look.
 */
#include "postgres_fe.h"

#include "plan_ledger.h"

/* A row of applied_migrations(). */
typedef struct Registered
{
	const char *id;
	int row;
} Registered;

static void
exit_with(const PGresult *result, SmConn *conn)
{
	SmError error = {0};

	sm_error_from_result(&error, result, conn->pg);
	sm_error_exit(&error);
}

void
sm_plan_ledger_ask(SmConn *conn)
{
	char *query = psprintf("SELECT migration_id, checksum, states "
	                       "FROM %s.applied_migrations($1::pg_catalog.text)",
	                       conn->schema);
	const char *values[1] = {SM_TARGET};

	if (!PQsendQueryParams(conn->pg, query, 1, NULL, values, NULL, NULL, 1))
		exit_with(NULL, conn);
	pg_free(query);
}

/* ---- the short rows ---- */

static int
compare_registered(const void *a, const void *b)
{
	return strcmp(((const Registered *) a)->id, ((const Registered *) b)->id);
}

static Registered *
sorted_rows(const PGresult *rows)
{
	int count = PQntuples(rows);
	Registered *registered = pg_malloc(Max(1, count) * sizeof(Registered));

	for (int i = 0; i < count; i++)
	{
		registered[i].id = PQgetvalue(rows, i, 0);
		registered[i].row = i;
	}
	qsort(registered, count, sizeof(Registered), compare_registered);
	return registered;
}

/* A status by its first letter; running and rolled_back share one: see needs_details(). */
static SmState
state_of_letter(char letter)
{
	switch (letter)
	{
		case 'c':
			return SM_STATE_COMPLETED;
		case 'f':
			return SM_STATE_FAILED;
		case 'r':
			return SM_STATE_RUNNING;
		default:
			return SM_STATE_PENDING;
	}
}

static void
read_short_row(SmMigration *migration, const PGresult *rows, int row)
{
	const char *states = PQgetvalue(rows, row, 2);

	migration->registered = true;
	migration->has_checksum = PQgetlength(rows, row, 1) == SM_DIGEST_LENGTH;
	if (migration->has_checksum)
		memcpy(migration->checksum, PQgetvalue(rows, row, 1), SM_DIGEST_LENGTH);
	for (; states[0] != '\0' && states[1] != '\0'; states += 2)
	{
		SmPhaseName phase = states[0] == 'e'   ? SM_PHASE_EXPAND
		                    : states[0] == 'm' ? SM_PHASE_MIGRATE
		                                       : SM_PHASE_CONTRACT;

		migration->state[phase] = state_of_letter(states[1]);
	}
}

static SmMigration *
add_migration(SmPlan *plan, const char *id, SmFile *file)
{
	SmMigration *migration = sm_arena_alloc(plan->arena, sizeof(SmMigration));

	migration->id = file ? file->id : sm_arena_strdup(plan->arena, id);
	migration->file = file;
	migration->place = migration;
	plan->by_id[plan->nmigrations++] = migration;
	return migration;
}

/* Both sides are in the order of ids. */
static void
merge(SmPlan *plan, const PGresult *rows, const Registered *registered)
{
	SmSource *source = plan->source;
	int count = PQntuples(rows);
	int file = 0;
	int row = 0;

	while (file < source->nfiles || row < count)
	{
		int order = file >= source->nfiles ? 1
		            : row >= count         ? -1
		                                   : strcmp(source->files[file].id, registered[row].id);
		SmMigration *migration;

		migration = add_migration(plan, order > 0 ? registered[row].id : NULL,
		                          order > 0 ? NULL : &source->files[file]);
		if (order >= 0)
			read_short_row(migration, rows, registered[row++].row);
		if (order <= 0)
			file++;
	}
}

void
sm_plan_ledger_join(SmConn *conn, SmPlan *plan)
{
	PGresult *rows = PQgetResult(conn->pg);
	PGresult *end;
	Registered *registered;

	if (PQresultStatus(rows) != PGRES_TUPLES_OK)
		exit_with(rows, conn);
	while ((end = PQgetResult(conn->pg)) != NULL)
		PQclear(end);
	registered = sorted_rows(rows);
	plan->by_id = sm_arena_alloc(plan->arena, (plan->source->nfiles + PQntuples(rows) + 1) *
	                                              sizeof(SmMigration *));
	merge(plan, rows, registered);
	pg_free(registered);
	PQclear(rows);
}

/* ---- whole rows ---- */

/* Asks one of the readers that take a target and ids. */
static PGresult *
ask_about(SmConn *conn, const char *function, const char *columns, SmMigration **migrations,
          int count)
{
	const char **ids = pg_malloc(Max(1, count) * sizeof(char *));
	char *array;
	char *query;
	const char *values[2] = {SM_TARGET};
	PGresult *rows;

	for (int i = 0; i < count; i++)
		ids[i] = migrations[i]->id;
	values[1] = array = sm_conn_array(ids, count);
	query = psprintf("SELECT %s FROM %s.%s($1::pg_catalog.text, $2::pg_catalog.text[])", columns,
	                 conn->schema, function);
	rows = sm_conn_query(conn, query, 2, values);
	pg_free(query);
	pg_free(array);
	pg_free(ids);
	return rows;
}

static char *
text_at(SmPlan *plan, const PGresult *rows, int row, int column)
{
	return PQgetisnull(rows, row, column)
	           ? NULL
	           : sm_arena_strdup(plan->arena, PQgetvalue(rows, row, column));
}

static void
read_whole_row(SmPlan *plan, SmMigration *migration, const PGresult *rows, int row)
{
	SmPhaseName phase = sm_plan_phase_value(PQgetvalue(rows, row, 1));

	migration->state[phase] = sm_plan_state_value(PQgetvalue(rows, row, 2));
	if (strcmp(PQgetvalue(rows, row, 7), "down") == 0 && migration->undo != SM_STATE_RUNNING &&
	    (migration->state[phase] == SM_STATE_RUNNING || migration->state[phase] == SM_STATE_FAILED))
		migration->undo = migration->state[phase];
	migration->ledger_digest[phase] = text_at(plan, rows, row, 3);
	migration->ledger_meaning = text_at(plan, rows, row, 4);
	migration->ledger_repeatable = PQgetvalue(rows, row, 5)[0] == 't';
	if (!migration->parsed)
		migration->version = text_at(plan, rows, row, 6);
}

void
sm_plan_ledger_details(SmConn *conn, SmPlan *plan, SmMigration **migrations, int count)
{
	PGresult *rows;

	if (count == 0)
		return;
	rows =
	    ask_about(conn, "migration_state",
	              "migration_id, phase, status, phase_digest, meaning_digest, repeatable, version, "
	              "direction",
	              migrations, count);
	for (int i = 0; i < count; i++)
		migrations[i]->undo = SM_STATE_NONE;
	for (int i = 0; i < PQntuples(rows); i++)
	{
		SmMigration *migration = sm_plan_find(plan, PQgetvalue(rows, i, 0));

		if (migration != NULL)
			read_whole_row(plan, migration, rows, i);
	}
	PQclear(rows);
}

static void
read_unit_row(SmPlan *plan, SmMigration *migration, const PGresult *rows, int row)
{
	SmPhaseName name = sm_plan_phase_value(PQgetvalue(rows, row, 1));
	bool down = strcmp(PQgetvalue(rows, row, 2), "down") == 0;
	SmPhase *phase;
	int number = atoi(PQgetvalue(rows, row, 3));

	if (!down && name == SM_PHASE_ALL)
		return;
	if (!down && (strcmp(PQgetvalue(rows, row, 4), "completed") == 0 ||
	              strcmp(PQgetvalue(rows, row, 4), "running") == 0 || !PQgetisnull(rows, row, 5)))
		migration->begun[name] = true;
	phase = down ? &migration->down[name] : &migration->up[name];
	if (number < 1 || number > phase->nunits)
		return;
	phase->units[number - 1].completed = strcmp(PQgetvalue(rows, row, 4), "completed") == 0;
	phase->units[number - 1].batch_cursor = text_at(plan, rows, row, 5);
}

void
sm_plan_ledger_units(SmConn *conn, SmPlan *plan, SmMigration **migrations, int count)
{
	PGresult *rows;

	if (count == 0)
		return;
	rows =
	    ask_about(conn, "unit_state", "migration_id, phase, direction, unit, state, batch_cursor",
	              migrations, count);
	for (int i = 0; i < PQntuples(rows); i++)
	{
		SmMigration *migration = sm_plan_find(plan, PQgetvalue(rows, i, 0));

		if (migration != NULL)
			read_unit_row(plan, migration, rows, i);
	}
	PQclear(rows);
}

void
sm_plan_ledger_repeatables(SmConn *conn, SmPlan *plan)
{
	char *query = psprintf("SELECT migration_id FROM %s.migration_state($1::pg_catalog.text, "
	                       "NULL::pg_catalog.text[]) "
	                       "WHERE repeatable",
	                       conn->schema);
	const char *values[1] = {SM_TARGET};
	PGresult *rows = sm_conn_query(conn, query, 1, values);

	for (int i = 0; i < PQntuples(rows); i++)
	{
		SmMigration *migration = sm_plan_find(plan, PQgetvalue(rows, i, 0));

		if (migration != NULL)
			migration->ledger_repeatable = true;
	}
	PQclear(rows);
	pg_free(query);
}
