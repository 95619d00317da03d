/*
 * raw_parse.c
 *		The limit that parse_migration() is measured against: raw_parser() alone
 *		over the same text.  For the benchmark only; never installed with the
 *		extension.
 */
#include "postgres.h"

#include "fmgr.h"
#include "parser/parser.h"
#include "utils/builtins.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(bench_raw_parse);

/* Returns how many statements the text has. */
Datum
bench_raw_parse(PG_FUNCTION_ARGS)
{
	char *content = text_to_cstring(PG_GETARG_TEXT_PP(0));

	PG_RETURN_INT32(list_length(raw_parser(content, RAW_PARSE_DEFAULT)));
}
