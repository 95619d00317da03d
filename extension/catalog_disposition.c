/*
 * catalog_disposition.c
 *		catalog_disposition(): the tables of catalog.h as rows.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "catalog.h"
#include "compat.h"

static const char *const disposition_words[] = {"covered", "derived", "ignored"};

static bool
is_of_this_major(const SmCatalogColumn *column)
{
	return (column->since == 0 || column->since <= SM_SERVER_MAJOR) &&
	       (column->until == 0 || column->until >= SM_SERVER_MAJOR);
}

PG_FUNCTION_INFO_V1(summit_migrate_catalog_disposition);
Datum
summit_migrate_catalog_disposition(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int count;
	const SmCatalog *catalogs = sm_catalog_all(&count);

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < count; i++)
	{
		for (int j = 0; j < catalogs[i].ncolumns; j++)
		{
			const SmCatalogColumn *column = &catalogs[i].columns[j];
			Datum values[4];
			bool nulls[4] = {false};

			if (!is_of_this_major(column))
				continue;
			values[0] = CStringGetTextDatum(catalogs[i].name);
			values[1] = CStringGetTextDatum(column->name);
			values[2] = CStringGetTextDatum(disposition_words[column->disposition]);
			values[3] = CStringGetTextDatum(column->what);
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		}
	}
	return (Datum) 0;
}
