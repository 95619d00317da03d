/*
 * side.c
 *		What a word like "live", "12", "schema.json" or a connection string means
 *		to diff, and how its objects are read.
 */
#include "postgres_fe.h"

#include <unistd.h>

#include "error.h"
#include "output.h"
#include "rehearsal.h"
#include "side.h"

static const char *const kind_names[] = {"live", "snapshot", "expected",
                                         "file", "scratch",  "database"};

/* ---- what a word means ---- */

static bool
is_number(const char *word)
{
	return word[0] != '\0' && word[strspn(word, "0123456789")] == '\0' && strlen(word) < 10;
}

static bool
is_connection(const char *word)
{
	return strstr(word, "://") != NULL || (strchr(word, '=') != NULL && access(word, F_OK) != 0);
}

void
sm_side_read(SmSide *side, const char *word)
{
	memset(side, 0, sizeof(SmSide));
	side->word = word;
	side->label = pg_strdup(word);
	if (strcmp(word, "live") == 0)
		side->kind = SM_SIDE_LIVE;
	else if (strcmp(word, "expected") == 0)
		side->kind = SM_SIDE_EXPECTED;
	else if (strcmp(word, "scratch") == 0)
		side->kind = SM_SIDE_SCRATCH;
	else if (is_number(word))
	{
		side->kind = SM_SIDE_SNAPSHOT;
		side->snapshot = pg_strdup(word);
		side->label = psprintf("snapshot %s", word);
	}
	else if (is_connection(word))
	{
		sm_conn_refuse_secret("an argument", word);
		side->kind = SM_SIDE_OTHER;
		side->label = sm_conn_redact(word);
	}
	else if (access(word, F_OK) == 0)
		side->kind = SM_SIDE_FILE;
	else
		sm_error_fail(SM_EXIT_USAGE,
		              "It can be a snapshot's id, live, expected, scratch, a file of snapshot "
		              "--schema-file, or a connection string such as \"host=… dbname=…\".",
		              "\"%s\" is nothing that can be compared", word);
}

/* ---- finding it ---- */

SmConn *
sm_side_control(SmContext *context)
{
	static SmConn *control = NULL;

	if (control == NULL)
		control = sm_conn_open(&context->config, NULL, SM_CONN_EXTENSION);
	return control;
}

/* The snapshot of that id, or (NULL) the newest that is expected, and its server's major. */
static void
find_snapshot(SmSide *side)
{
	char *query = psprintf("SELECT s.id, s.server_major FROM %s.snapshot_list() s "
	                       "WHERE CASE WHEN $1::pg_catalog.int4 IS NULL THEN s.expected "
	                       "ELSE s.id = $1::pg_catalog.int4 END ORDER BY s.id DESC LIMIT 1",
	                       side->conn->schema);
	PGresult *rows = sm_conn_query(side->conn, query, 1, (const char *const[]){side->snapshot});

	pg_free(query);
	if (PQntuples(rows) == 0 && side->snapshot != NULL)
		sm_error_fail(SM_EXIT_USAGE, "summit-migrate snapshot list shows which there are.",
		              "there is no snapshot %s", side->snapshot);
	if (PQntuples(rows) == 0)
		sm_error_fail(
		    SM_EXIT_USAGE,
		    "init makes the schema as it is the expected one, and so does the first apply.",
		    "the database has no expected schema yet");
	side->snapshot = pg_strdup(PQgetvalue(rows, 0, 0));
	side->major = atoi(PQgetvalue(rows, 0, 1));
	PQclear(rows);
}

/* A connection by what was typed, which may be another environment's. */
static SmConn *
open_other(SmContext *context, const char *conninfo)
{
	SmConfig *config = pg_malloc(sizeof(SmConfig));

	*config = context->config;
	config->conninfo = pg_strdup(conninfo);
	config->conninfo_origin = "the argument";
	return sm_conn_open(config, NULL, SM_CONN_EXTENSION | SM_CONN_ANY_ENVIRONMENT);
}

/* All files applied to a server that is gone when the program is. */
static SmConn *
open_scratch(SmContext *context)
{
	SmRehearsal *rehearsal = pg_malloc(sizeof(SmRehearsal));

	if (context->options.scratch)
		sm_error_fail(SM_EXIT_USAGE, "Leave --scratch away; the side is enough.",
		              "with --scratch there is one scratch server already, the live one");
	sm_rehearsal_all(rehearsal, &context->config);
	return rehearsal->conn;
}

void
sm_side_open(SmContext *context, SmSide *side)
{
	switch (side->kind)
	{
		case SM_SIDE_FILE:
			side->file = sm_schemafile_read(side->word);
			break;
		case SM_SIDE_SCRATCH:
			side->conn = open_scratch(context);
			break;
		case SM_SIDE_OTHER:
			side->conn = open_other(context, side->word);
			break;
		default:
			side->conn = sm_side_control(context);
			break;
	}
	if (side->file != NULL)
		side->major = side->file->major;
	else if (side->kind == SM_SIDE_SNAPSHOT || side->kind == SM_SIDE_EXPECTED)
		find_snapshot(side);
	else
		side->major = side->conn->server_version / 10000;
}

bool
sm_side_is_ours(const SmSide *side)
{
	return side->kind == SM_SIDE_LIVE || side->kind == SM_SIDE_SNAPSHOT ||
	       side->kind == SM_SIDE_EXPECTED;
}

/* ---- its objects ---- */

/* Objects o of a snapshot, as schema_objects_live() has them. */
#define SNAPSHOT_OBJECTS                                                                           \
	"(SELECT 'database' AS section, k.key AS kind, n.key AS name, n.value AS body "                \
	"FROM pg_catalog.jsonb_each(%s.snapshot_definition($1::pg_catalog.int4) -> 'database') k, "    \
	"pg_catalog.jsonb_each(k.value) n)"

/* The catalogs or a snapshot. */
static char *
read_objects(const SmSide *side, bool portable)
{
	char *condition = sm_schemafile_condition(side->conn);
	char *from = psprintf(side->snapshot != NULL ? SNAPSHOT_OBJECTS
	                                             : "%s.schema_objects_live($1::pg_catalog.bool)",
	                      side->conn->schema);
	char *query =
	    psprintf("SELECT coalesce(pg_catalog.jsonb_object_agg(k.kind, k.objects), '{}') FROM "
	             "(SELECT o.kind, pg_catalog.jsonb_object_agg(o.name, o.body) AS objects FROM %s o "
	             "WHERE %s GROUP BY o.kind) k",
	             from, condition);
	const char *value = side->snapshot != NULL ? side->snapshot : (portable ? "true" : "false");
	PGresult *result = sm_conn_query(side->conn, query, 1, &value);
	char *objects = pg_strdup(PQgetvalue(result, 0, 0));

	PQclear(result);
	pg_free(query);
	pg_free(from);
	free(condition);
	return objects;
}

char *
sm_side_objects(const SmSide *side, bool portable)
{
	if (side->snapshot != NULL && portable)
		sm_error_fail(SM_EXIT_USAGE, "Compare live, or write a file with --portable.",
		              "%s is of PostgreSQL %d, and not in the form for other majors", side->label,
		              side->major);
	if (side->file == NULL)
		return read_objects(side, portable);
	if (!side->file->is_json)
		sm_error_fail(SM_EXIT_USAGE,
		              "diff --schema-file FILE compares it with the live schema as text; write it "
		              "with --format json for all else.",
		              "\"%s\" is a schema as SQL, which is for people", side->file->path);
	if (portable && !side->file->portable)
		sm_error_fail(SM_EXIT_USAGE, "Write it with --portable.",
		              "\"%s\" is from PostgreSQL %d and not in the portable form", side->file->path,
		              side->file->major);
	return pg_strdup(side->file->text);
}

cJSON *
sm_side_json(const SmSide *side)
{
	cJSON *object = cJSON_CreateObject();

	sm_output_add_text(object, "kind", kind_names[side->kind]);
	sm_output_add_text(object, "name", side->label);
	sm_output_add_number(object, "snapshot", side->snapshot);
	return object;
}
