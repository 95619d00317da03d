/*
 * cmd_lock.c
 *		"lock": who holds the migration lock.  Taking and giving it back is the
 *		engine's.
 */
#include "postgres_fe.h"

#include "command.h"
#include "conn.h"
#include "output.h"

static const char *
text_of(const cJSON *object, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsString(item) ? item->valuestring : NULL;
}

/* The server's rows as JSON, with the age of each in seconds. */
static cJSON *
read_holders(SmConn *conn)
{
	char *query = psprintf(
	    "SELECT coalesce(pg_catalog.json_agg(pg_catalog.to_jsonb(h) || "
	    "pg_catalog.jsonb_build_object('held_for_seconds', pg_catalog.floor(extract(epoch FROM "
	    "pg_catalog.clock_timestamp() - h.locked_at))) ORDER BY h.locked_at), '[]') "
	    "FROM %s.migration_lock_holders() h",
	    conn->schema);
	PGresult *result = sm_conn_query(conn, query, 0, NULL);
	cJSON *rows = cJSON_Parse(PQgetvalue(result, 0, 0));

	PQclear(result);
	pg_free(query);
	return rows;
}

static void
print_table(const cJSON *rows)
{
	static const char *const headings[] = {"MIGRATION", "HELD BY",     "#FOR", "#PID",
	                                       "USER",      "APPLICATION", "FROM", "STATE"};
	SmTable *table = sm_output_table(headings, lengthof(headings));
	const cJSON *row;

	cJSON_ArrayForEach(row, rows)
	{
		const cJSON *pid = cJSON_GetObjectItemCaseSensitive(row, "pid");
		const cJSON *age = cJSON_GetObjectItemCaseSensitive(row, "held_for_seconds");
		bool stale = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(row, "stale"));
		const char *from = text_of(row, "client_addr");
		const char *cells[lengthof(headings)];

		cells[0] = text_of(row, "migration_id");
		cells[1] = text_of(row, "locked_by");
		cells[2] = cJSON_IsNumber(age) ? sm_output_duration(age->valuedouble * 1000) : NULL;
		cells[3] = cJSON_IsNumber(pid) ? psprintf("%d", pid->valueint) : NULL;
		cells[4] = text_of(row, "session_user_name");
		cells[5] = text_of(row, "application_name");
		cells[6] = stale ? NULL : (from == NULL ? "(socket)" : from);
		cells[7] = stale ? "stale: its session is gone" : text_of(row, "state");
		sm_output_row(table, cells, 7, stale ? SM_COLOR_FAINT : SM_COLOR_WARN);
	}
	sm_output_print(table);
}

int
sm_cmd_lock(SmContext *context)
{
	SmConn *conn = sm_conn_open(&context->config, NULL, SM_CONN_EXTENSION);
	cJSON *rows = read_holders(conn);
	cJSON *document;

	if (sm_output_is_json())
	{
		document = cJSON_CreateObject();
		cJSON_AddItemToObject(document, "locks", rows);
		sm_output_json(document);
	}
	else
	{
		if (cJSON_GetArraySize(rows) == 0)
			sm_output_line("Nobody holds a migration lock.");
		print_table(rows);
		cJSON_Delete(rows);
	}
	sm_conn_close(conn);
	return SM_EXIT_DONE;
}
