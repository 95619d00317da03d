/*
 * baseline_dump.h
 *		The baseline of an existing database: its schema as a first migration.
 */
#ifndef SM_BASELINE_DUMP_H
#define SM_BASELINE_DUMP_H

#include "command.h"
#include "conn.h"

/*
 * Writes the database's schema as a migration file and records it as
 * completed; returns its id.  Exits where pg_dump fails.
 */
extern const char *sm_baseline_create(SmContext *context, SmConn *conn);

#endif
