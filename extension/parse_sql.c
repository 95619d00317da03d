/*
 * parse_sql.c
 *		parse_migration(): the result of sm_parse_content() as rows.  Nothing is
 *		read or decided here.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "compat.h"
#include "parse.h"

PG_FUNCTION_INFO_V1(summit_migrate_parse_migration);

/* Columns of parse_migration(), in their order. */
typedef struct Row
{
	const char *item;
	const char *phase;
	const char *direction;
	int unit; /* 0: NULL, as below */
	int statement;
	const char *name;
	const char *value;
	const char *transactional; /* "t", "f" or NULL */
	const SmPlace *place;
	const char *hint;
} Row;

#define ROW_COLUMNS 13

static const char *
boolean_text(bool value)
{
	return value ? "t" : "f";
}

static void
set_text(Datum *values, bool *nulls, int column, const char *text)
{
	nulls[column] = text == NULL;
	if (text)
		values[column] = CStringGetTextDatum(text);
}

static void
set_number(Datum *values, bool *nulls, int column, int number, bool null)
{
	nulls[column] = null;
	values[column] = Int32GetDatum(number);
}

static void
put_row(ReturnSetInfo *result, const Row *row)
{
	Datum values[ROW_COLUMNS] = {0};
	bool nulls[ROW_COLUMNS] = {0};
	SmPlace place = {0};

	if (row->place)
		place = *row->place;
	set_text(values, nulls, 0, row->item);
	set_text(values, nulls, 1, row->phase);
	set_text(values, nulls, 2, row->direction);
	set_number(values, nulls, 3, row->unit, row->unit == 0);
	set_number(values, nulls, 4, row->statement, row->statement == 0);
	set_text(values, nulls, 5, row->name);
	set_text(values, nulls, 6, row->value);
	nulls[7] = row->transactional == NULL;
	values[7] = BoolGetDatum(row->transactional && *row->transactional == 't');
	set_number(values, nulls, 8, place.line, row->place == NULL);
	set_number(values, nulls, 9, place.column, row->place == NULL);
	set_number(values, nulls, 10, place.position, row->place == NULL);
	set_number(values, nulls, 11, place.length, row->place == NULL);
	set_text(values, nulls, 12, row->hint);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

static void
put_header(ReturnSetInfo *result, const SmMigration *migration)
{
	ListCell *cell;

	foreach (cell, migration->header)
	{
		SmHeaderEntry *entry = lfirst(cell);
		Row row = {.item = "header"};

		row.name = entry->name;
		row.value = entry->value;
		row.place = &entry->place;
		put_row(result, &row);
	}
}

static void
put_dependencies(ReturnSetInfo *result, const SmMigration *migration)
{
	ListCell *cell;

	foreach (cell, migration->dependencies)
	{
		SmDependency *dependency = lfirst(cell);
		Row row = {.item = "dependency"};

		row.name = dependency->name;
		row.value = dependency->phase;
		row.place = &dependency->place;
		put_row(result, &row);
	}
}

/* row: that of the unit or statement that has the options. */
static void
put_options(ReturnSetInfo *result, Row row, const List *options)
{
	ListCell *cell;

	row.item = "option";
	row.transactional = NULL;
	foreach (cell, options)
	{
		SmOption *option = lfirst(cell);

		row.name = option->name;
		row.value = option->value;
		row.place = &option->place;
		put_row(result, &row);
	}
}

static void
put_statements(ReturnSetInfo *result, Row row, const SmUnit *unit)
{
	ListCell *cell;

	row.item = "statement";
	foreach (cell, unit->statements)
	{
		SmStatement *statement = lfirst(cell);

		row.statement = statement->number;
		row.name = statement->tag;
		row.value = statement->text;
		row.transactional = boolean_text(statement->transactional);
		row.place = &statement->place;
		put_row(result, &row);
		put_options(result, row, statement->options);
	}
}

static void
put_unit(ReturnSetInfo *result, Row row, const SmUnit *unit)
{
	row.item = "unit";
	row.unit = unit->number;
	row.name = sm_parse_unit_kind_name(unit->kind);
	row.value = unit->begin_text;
	row.transactional = boolean_text(unit->transactional);
	row.place = &unit->place;
	put_row(result, &row);
	put_options(result, row, unit->options);
	put_statements(result, row, unit);
}

static void
put_phase(ReturnSetInfo *result, const SmPhase *phase)
{
	ListCell *cell;
	Row row = {.item = "phase", .phase = phase->name};

	row.direction = phase->up ? "up" : "down";
	row.value = phase->digest;
	row.place = &phase->place;
	put_row(result, &row);
	foreach (cell, phase->units)
		put_unit(result, row, lfirst(cell));
	if (phase->rollback_text == NULL)
		return;
	row.item = "rollback";
	row.value = phase->rollback_text;
	put_row(result, &row);
}

static void
put_check_option(ReturnSetInfo *result, Row row, const char *name, const char *value)
{
	row.item = "check-option";
	row.name = name;
	row.value = value;
	put_row(result, &row);
}

static void
put_check(ReturnSetInfo *result, const SmCheck *check)
{
	Row row = {.item = "check", .phase = check->phase, .direction = "up"};

	row.unit = check->number;
	row.name = check->name;
	row.value = check->query;
	row.place = &check->place;
	put_row(result, &row);
	put_check_option(result, row, "when", check->pre ? "pre" : "post");
	put_check_option(result, row, "severity", check->critical ? "critical" : "warning");
	put_check_option(result, row, "expect", check->expect);
}

static void
put_digest(ReturnSetInfo *result, const char *name, const char *value)
{
	Row row = {.item = "digest"};

	row.name = name;
	row.value = value;
	put_row(result, &row);
}

static void
put_errors(ReturnSetInfo *result, const SmMigration *migration)
{
	ListCell *cell;

	foreach (cell, migration->errors)
	{
		SmParseError *error = lfirst(cell);
		Row row = {.item = "error"};

		row.name = unpack_sql_state(error->sqlstate);
		row.value = error->message;
		row.hint = error->hint;
		row.place = &error->place;
		put_row(result, &row);
	}
}

static void
put_contents(ReturnSetInfo *result, const SmMigration *migration)
{
	ListCell *cell;

	put_dependencies(result, migration);
	foreach (cell, migration->phases)
		put_phase(result, lfirst(cell));
	foreach (cell, migration->undos)
		put_phase(result, lfirst(cell));
	foreach (cell, migration->checks)
		put_check(result, lfirst(cell));
}

Datum
summit_migrate_parse_migration(PG_FUNCTION_ARGS)
{
	text *content = PG_GETARG_TEXT_PP(0);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	SmMigration *migration;

	InitMaterializedSRF(fcinfo, 0);
	migration = sm_parse_content(VARDATA_ANY(content), VARSIZE_ANY_EXHDR(content));
	put_header(result, migration);
	/* what a bad file holds beside its errors is not to be relied on */
	if (migration->errors == NIL)
		put_contents(result, migration);
	put_digest(result, "bytes", migration->bytes_digest);
	put_digest(result, "meaning", migration->meaning_digest);
	put_errors(result, migration);
	return (Datum) 0;
}
