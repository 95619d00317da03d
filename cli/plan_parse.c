/*
 * plan_parse.c
 *		Files as the server's parse_migration() reads them: sends them in chunks
 *		and turns the rows that come back into phases, units and statements.
 */
#include "postgres_fe.h"

#include "plan_parse.h"
#include "source_text.h"
#include "wire.h"

#define CHUNK_FILES 512
#define CHUNK_BYTES (4 * 1024 * 1024)

/* The columns of parse_query(). */
enum
{
	COL_FILE,
	COL_ITEM,
	COL_PHASE,
	COL_DIRECTION,
	COL_UNIT,
	COL_STATEMENT,
	COL_NAME,
	COL_VALUE,
	COL_LINE,
	COL_COLUMN,
	COL_POSITION,
	COL_LENGTH,
	COL_HINT
};

/* One chunk's rows, and the file whose rows are being read. */
typedef struct Reading
{
	SmPlan *plan;
	PGresult *rows;
	int row;
	SmMigration *migration;
	const char *text; /* of the migration's file */
	size_t length;
	bool ascii;
	/* the place reached in the text: statements come in their order */
	size_t at_character;
	size_t at_byte;
	bool failed;
} Reading;

/* ---- values of the current row ---- */

static const char *
value_of(const Reading *reading, int column)
{
	return PQgetvalue(reading->rows, reading->row, column);
}

static bool
is_null(const Reading *reading, int column)
{
	return PQgetisnull(reading->rows, reading->row, column);
}

static int
int_of(const Reading *reading, int column)
{
	return sm_wire_int(reading->rows, reading->row, column);
}

/* A copy in the plan's memory; NULL of a null. */
static char *
copy_of(const Reading *reading, int column)
{
	if (is_null(reading, column))
		return NULL;
	return sm_arena_copy(reading->plan->arena, value_of(reading, column),
	                     PQgetlength(reading->rows, reading->row, column));
}

static bool
name_is(const Reading *reading, const char *name)
{
	return strcmp(value_of(reading, COL_NAME), name) == 0;
}

static SmPhase *
phase_of(const Reading *reading)
{
	SmPhaseName name = sm_plan_phase_value(value_of(reading, COL_PHASE));
	SmMigration *migration = reading->migration;

	if (strcmp(value_of(reading, COL_DIRECTION), "down") == 0)
		return &migration->down[name];
	if (name == SM_PHASE_ALL)
		return NULL;
	return &migration->up[name];
}

/* ---- one row each ---- */

static void
read_error(Reading *reading)
{
	SmError error = {0};
	SmFile *file = reading->migration->file;

	error.what = value_of(reading, COL_VALUE);
	error.file = file ? sm_source_path(reading->plan->source, file) : NULL;
	error.migration = reading->migration->id;
	error.line = int_of(reading, COL_LINE);
	error.column = int_of(reading, COL_COLUMN);
	error.sqlstate = value_of(reading, COL_NAME);
	/* the server's own errors often come without */
	error.next = is_null(reading, COL_HINT) ? "Mend the file there; `summit-migrate plan` reads it "
	                                          "again and runs nothing."
	                                        : value_of(reading, COL_HINT);
	error.code = SM_EXIT_USAGE;
	sm_problems_add(&reading->plan->problems, &error);
	reading->failed = true;
}

/* Header and file name must say the same. */
static void
compare_with_name(Reading *reading, const char *what, const char *said, const char *wanted)
{
	SmFile *file = reading->migration->file;
	char *path;

	if (file == NULL || strcmp(said, wanted) == 0)
		return;
	path = sm_source_path(reading->plan->source, file);
	sm_problems_file(&reading->plan->problems, path, int_of(reading, COL_LINE),
	                 int_of(reading, COL_COLUMN),
	                 "Make the header and the file's name say the same.",
	                 "the header says %s %s, the file's name %s", what, said, wanted);
	reading->failed = true;
	pg_free(path);
}

static void
read_header(Reading *reading)
{
	SmMigration *migration = reading->migration;
	const char *value = value_of(reading, COL_VALUE);

	if (name_is(reading, "id"))
		compare_with_name(reading, "ID", value, migration->id);
	else if (name_is(reading, "type") && migration->file != NULL)
		compare_with_name(reading, "type", value, migration->file->type);
	else if (name_is(reading, "version"))
		migration->version = copy_of(reading, COL_VALUE);
	else if (name_is(reading, "database"))
		migration->database = copy_of(reading, COL_VALUE);
	else if (name_is(reading, "breaking"))
		migration->breaking = strcmp(value, "true") == 0;
	else if (name_is(reading, "run-as"))
	{
		migration->run_as = copy_of(reading, COL_VALUE);
		migration->run_as_line = int_of(reading, COL_LINE);
		migration->run_as_column = int_of(reading, COL_COLUMN);
	}
	else if (name_is(reading, "repeat"))
		migration->repeatable = strcmp(value, "on-change") == 0;
	else if (name_is(reading, "lock-timeout"))
		migration->lock_timeout = atoi(value);
	else if (name_is(reading, "statement-timeout"))
		migration->statement_timeout = atoi(value);
}

static void
read_dependency(Reading *reading)
{
	SmMigration *migration = reading->migration;
	SmDependency *dependency;

	migration->dependencies = sm_arena_grow(reading->plan->arena, migration->dependencies,
	                                        migration->ndependencies, sizeof(SmDependency));
	dependency = &migration->dependencies[migration->ndependencies++];
	memset(dependency, 0, sizeof(SmDependency));
	dependency->name = copy_of(reading, COL_NAME);
	dependency->contract = strcmp(value_of(reading, COL_VALUE), "contract") == 0;
	dependency->line = int_of(reading, COL_LINE);
	dependency->column = int_of(reading, COL_COLUMN);
}

static void
read_phase(Reading *reading)
{
	SmPhase *phase = phase_of(reading);

	if (phase == NULL)
		return;
	phase->present = true;
	phase->down = strcmp(value_of(reading, COL_DIRECTION), "down") == 0;
	phase->digest = copy_of(reading, COL_VALUE);
	phase->line = int_of(reading, COL_LINE);
}

static SmUnit *
unit_of(const Reading *reading)
{
	SmPhase *phase = phase_of(reading);
	int number = int_of(reading, COL_UNIT);

	if (phase == NULL || number < 1 || number > phase->nunits)
		return NULL;
	return &phase->units[number - 1];
}

static void
read_unit(Reading *reading)
{
	SmPhase *phase = phase_of(reading);
	SmUnit *unit;

	if (phase == NULL)
		return;
	phase->units = sm_arena_grow(reading->plan->arena, phase->units, phase->nunits, sizeof(SmUnit));
	unit = &phase->units[phase->nunits++];
	memset(unit, 0, sizeof(SmUnit));
	unit->number = phase->nunits;
	unit->line = int_of(reading, COL_LINE);
	unit->begin = copy_of(reading, COL_VALUE);
	if (name_is(reading, "statement"))
		unit->kind = SM_UNIT_STATEMENT;
	else if (name_is(reading, "batch"))
		unit->kind = SM_UNIT_BATCH;
}

/* The byte offset of a character position (from 1) in the file's text. */
static size_t
byte_offset(Reading *reading, size_t position)
{
	size_t wanted = position - 1;

	if (reading->ascii)
		return Min(wanted, reading->length);
	if (wanted < reading->at_character)
		reading->at_character = reading->at_byte = 0;
	reading->at_byte +=
	    sm_source_text_offset(reading->text + reading->at_byte, reading->length - reading->at_byte,
	                          wanted - reading->at_character);
	reading->at_character = wanted;
	return reading->at_byte;
}

/* Command tags are few: one copy of each is enough. */
static const char *
tag_of(const Reading *reading)
{
	static const char *const common[] = {"INSERT", "CREATE TABLE", "ALTER TABLE", "CREATE INDEX",
	                                     "UPDATE", "SELECT",       NULL};

	for (int i = 0; common[i] != NULL; i++)
		if (name_is(reading, common[i]))
			return common[i];
	return copy_of(reading, COL_NAME);
}

static void
read_statement(Reading *reading)
{
	SmUnit *unit = unit_of(reading);
	SmStatement *statement;

	if (unit == NULL)
		return;
	unit->statements = sm_arena_grow(reading->plan->arena, unit->statements, unit->nstatements,
	                                 sizeof(SmStatement));
	statement = &unit->statements[unit->nstatements++];
	memset(statement, 0, sizeof(SmStatement));
	statement->position = int_of(reading, COL_POSITION);
	statement->line = int_of(reading, COL_LINE);
	statement->column = int_of(reading, COL_COLUMN);
	statement->tag = tag_of(reading);
	if (is_null(reading, COL_VALUE))
	{
		size_t start = byte_offset(reading, statement->position);

		statement->text = reading->text + start;
		statement->length =
		    byte_offset(reading, statement->position + int_of(reading, COL_LENGTH)) - start;
	}
	else
	{
		statement->text = copy_of(reading, COL_VALUE);
		statement->length = PQgetlength(reading->rows, reading->row, COL_VALUE);
	}
}

static void
read_batch_option(Reading *reading, SmUnit *unit)
{
	SmBatch *batch = unit->batch;
	const char *name = value_of(reading, COL_NAME) + strlen("batch.");
	char *value = copy_of(reading, COL_VALUE);

	if (batch == NULL)
		batch = unit->batch = sm_arena_alloc(reading->plan->arena, sizeof(SmBatch));
	if (strcmp(name, "table") == 0)
		batch->table = value;
	else if (strcmp(name, "key") == 0)
		batch->key = value;
	else if (strcmp(name, "size") == 0)
		batch->size = value;
	else if (strcmp(name, "pause_ms") == 0)
		batch->pause_ms = atoi(value);
	else if (strcmp(name, "first") == 0)
		batch->first = value;
	else if (strcmp(name, "next") == 0)
		batch->next = value;
	else if (strcmp(name, "run_first") == 0)
		batch->run_first = value;
	else if (strcmp(name, "run") == 0)
		batch->run = value;
}

static void
read_option(Reading *reading)
{
	SmUnit *unit = unit_of(reading);
	int number = int_of(reading, COL_STATEMENT);

	if (unit == NULL)
		return;
	if (strncmp(value_of(reading, COL_NAME), "batch.", strlen("batch.")) == 0)
		read_batch_option(reading, unit);
	else if (name_is(reading, "done-when"))
		unit->done_when = copy_of(reading, COL_VALUE);
	else if (number >= 1 && number <= unit->nstatements)
	{
		SmStatement *statement = &unit->statements[number - 1];
		bool said = strcmp(value_of(reading, COL_VALUE), "true") == 0;

		if (name_is(reading, "replay"))
			statement->replay = said;
		else if (name_is(reading, "leading"))
			statement->leading = said;
		else if (name_is(reading, "secret"))
			statement->secret = said;
	}
}

static void
read_check(Reading *reading)
{
	SmMigration *migration = reading->migration;
	SmCheck *check;

	migration->checks =
	    sm_arena_grow(reading->plan->arena, migration->checks, migration->nchecks, sizeof(SmCheck));
	check = &migration->checks[migration->nchecks++];
	memset(check, 0, sizeof(SmCheck));
	check->name = copy_of(reading, COL_NAME);
	check->query = copy_of(reading, COL_VALUE);
	check->phase = sm_plan_phase_value(value_of(reading, COL_PHASE));
	check->critical = true;
	check->line = int_of(reading, COL_LINE);
	check->column = int_of(reading, COL_COLUMN);
}

static void
read_check_option(Reading *reading)
{
	int number = int_of(reading, COL_UNIT);
	SmCheck *check;

	if (number < 1 || number > reading->migration->nchecks)
		return;
	check = &reading->migration->checks[number - 1];
	if (name_is(reading, "when"))
		check->pre = strcmp(value_of(reading, COL_VALUE), "pre") == 0;
	else if (name_is(reading, "severity"))
		check->critical = strcmp(value_of(reading, COL_VALUE), "critical") == 0;
	else if (name_is(reading, "expect"))
		check->expect = copy_of(reading, COL_VALUE);
}

static void
read_rollback(Reading *reading)
{
	SmPhaseName name = sm_plan_phase_value(value_of(reading, COL_PHASE));

	reading->migration->down[name].undo = copy_of(reading, COL_VALUE);
}

static void
read_digest(Reading *reading)
{
	if (name_is(reading, "meaning"))
		reading->migration->meaning = copy_of(reading, COL_VALUE);
}

static void
read_row(Reading *reading)
{
	static const struct
	{
		const char *item;
		void (*read)(Reading *reading);
	} readers[] = {{"statement", read_statement},
	               {"unit", read_unit},
	               {"phase", read_phase},
	               {"header", read_header},
	               {"digest", read_digest},
	               {"option", read_option},
	               {"dependency", read_dependency},
	               {"check", read_check},
	               {"check-option", read_check_option},
	               {"rollback", read_rollback},
	               {"error", read_error}};
	const char *item = value_of(reading, COL_ITEM);

	for (int i = 0; i < (int) lengthof(readers); i++)
		if (strcmp(item, readers[i].item) == 0)
		{
			readers[i].read(reading);
			return;
		}
}

/* ---- chunks ---- */

static char *
parse_query(const SmConn *conn)
{
	/* on the way up the client has the text itself */
	return psprintf(
	    "SELECT f.n::pg_catalog.int4, p.item, p.phase, p.direction, p.unit, p.statement, "
	    "p.name, CASE WHEN p.item = 'statement' AND p.direction = 'up' THEN NULL "
	    "ELSE p.value END, p.line, p.\"column\", p.\"position\", p.length, p.hint "
	    "FROM pg_catalog.unnest($1::pg_catalog.text[]) WITH ORDINALITY f (content, n), "
	    "LATERAL %s.parse_migration(f.content) p "
	    "WHERE p.item <> 'header' OR p.name NOT IN ('migration', 'author', 'created')",
	    conn->schema);
}

/* Fails in one of the texts alone: a character that the database's encoding has not. */
static bool
is_untranslatable(const PGresult *rows)
{
	const char *sqlstate = PQresultErrorField(rows, PG_DIAG_SQLSTATE);

	return sqlstate != NULL && strcmp(sqlstate, "22P05") == 0;
}

/*
 * A query that a character may make fail: the plan's transaction goes on behind
 * it.  In a database of our own encoding none does, and nothing is spent.
 */
static PGresult *
ask_guarded(SmConn *conn, const char *query, const char *const *values, const int *lengths,
            const int *formats, int format)
{
	bool guard =
	    strcmp(conn->encoding, "UTF8") != 0 && PQtransactionStatus(conn->pg) == PQTRANS_INTRANS;
	PGresult *rows;

	if (guard)
		PQclear(PQexec(conn->pg, "SAVEPOINT summit_migrate"));
	rows = PQexecParams(conn->pg, query, 1, NULL, values, lengths, formats, format);
	if (guard)
		PQclear(PQexec(conn->pg, is_untranslatable(rows) ? "ROLLBACK TO SAVEPOINT summit_migrate"
		                                                 : "RELEASE SAVEPOINT summit_migrate"));
	return rows;
}

/* NULL where a character cannot be had in the database's encoding. */
static PGresult *
parse_texts(SmConn *conn, const SmWireArray *texts)
{
	char *query = parse_query(conn);
	const char *values[1] = {texts->bytes};
	int lengths[1] = {texts->length};
	int formats[1] = {1};
	PGresult *rows = ask_guarded(conn, query, values, lengths, formats, 1);

	pg_free(query);
	if (is_untranslatable(rows))
	{
		PQclear(rows);
		return NULL;
	}
	if (PQresultStatus(rows) != PGRES_TUPLES_OK)
	{
		SmError error = {0};

		sm_error_from_result(&error, rows, conn->pg);
		sm_error_exit(&error);
	}
	return rows;
}

static bool
takes_text(SmConn *conn, const char *text, size_t length)
{
	char *copy = pnstrdup(text, length);
	PGresult *result =
	    ask_guarded(conn, "SELECT $1::pg_catalog.text", (const char *const[]){copy}, NULL, NULL, 0);
	bool taken = !is_untranslatable(result);

	PQclear(result);
	pg_free(copy);
	return taken;
}

/* The first character that the database's encoding has not: the server is asked for longer and longer starts. */
static void
refuse_character(SmConn *conn, SmPlan *plan, SmMigration *migration)
{
	const char *text = sm_source_text(plan->source, migration->file);
	size_t taken = 0;
	size_t refused = migration->file->length;
	char *path = sm_source_path(plan->source, migration->file);
	int line;
	int column;

	while (taken + 1 < refused)
	{
		size_t middle = taken + (refused - taken) / 2;
		size_t start = middle;

		/* not in the middle of a character */
		while (start > taken && ((unsigned char) text[start] & 0xC0) == 0x80)
			start--;
		if (start == taken)
			for (start = middle; ((unsigned char) text[start] & 0xC0) == 0x80;)
				start++;
		if (start >= refused || start == taken)
			break;
		if (takes_text(conn, text, start))
			taken = start;
		else
			refused = start;
	}
	sm_source_text_place(text, taken, &line, &column);
	sm_problems_file(&plan->problems, path, line, column,
	                 "Write it otherwise, or create the database with ENCODING 'UTF8'.",
	                 "the database's encoding, %s, does not have this character", conn->encoding);
	migration->file->usable = false;
	pg_free(path);
}

static void
start_file(Reading *reading, SmMigration *migration)
{
	reading->migration = migration;
	reading->failed = false;
	reading->text = sm_source_text(reading->plan->source, migration->file);
	reading->length = migration->file->length;
	reading->ascii = true;
	for (size_t i = 0; i < reading->length && reading->ascii; i++)
		reading->ascii = !IS_HIGHBIT_SET(reading->text[i]);
	reading->at_character = reading->at_byte = 0;
	migration->parsed = true;
	migration->database = "postgresql";
	migration->lock_timeout = migration->statement_timeout = -1;
}

static void
parse_chunk(SmConn *conn, SmPlan *plan, SmMigration **migrations, int count)
{
	SmWireArray texts;
	Reading reading = {0};
	int current = 0;

	sm_wire_array_init(&texts);
	for (int i = 0; i < count; i++)
		sm_wire_array_add(&texts, sm_source_text(plan->source, migrations[i]->file),
		                  migrations[i]->file->length);
	reading.plan = plan;
	reading.rows = parse_texts(conn, &texts);
	if (reading.rows == NULL)
	{
		pg_free(texts.bytes);
		if (count == 1)
			refuse_character(conn, plan, migrations[0]);
		for (int i = 0; count > 1 && i < count; i++)
			parse_chunk(conn, plan, migrations + i, 1);
		return;
	}
	for (reading.row = 0; reading.row < PQntuples(reading.rows); reading.row++)
	{
		int number = int_of(&reading, COL_FILE);

		if (number != current)
			start_file(&reading, migrations[(current = number) - 1]);
		read_row(&reading);
		if (reading.failed)
			reading.migration->file->usable = false;
	}
	PQclear(reading.rows);
	pg_free(texts.bytes);
}

void
sm_plan_parse(SmConn *conn, SmPlan *plan, SmMigration **migrations, int count)
{
	int start = 0;

	while (start < count)
	{
		size_t bytes = 0;
		int end = start;

		while (end < count && end - start < CHUNK_FILES &&
		       (end == start || bytes + migrations[end]->file->length < CHUNK_BYTES))
			bytes += migrations[end++]->file->length;
		parse_chunk(conn, plan, migrations + start, end - start);
		start = end;
	}
}

void
sm_plan_parse_undo(SmConn *conn, SmPlan *plan, SmMigration *migration, SmPhaseName phase,
                   const char *text)
{
	SmWireArray texts;
	SmMigration read = {0};
	Reading reading = {0};

	sm_wire_array_init(&texts);
	sm_wire_array_add(&texts, text, strlen(text));
	reading.plan = plan;
	reading.migration = &read;
	reading.text = sm_arena_strdup(plan->arena, text);
	reading.length = strlen(text);
	read.id = migration->id;
	reading.rows = parse_texts(conn, &texts);
	for (reading.row = 0; reading.row < PQntuples(reading.rows); reading.row++)
		read_row(&reading);
	PQclear(reading.rows);
	pg_free(texts.bytes);
	migration->down[phase] = read.up[SM_PHASE_EXPAND];
	migration->down[phase].down = true;
	migration->down[phase].present = true;
	migration->down[phase].undo = sm_arena_strdup(plan->arena, text);
}
