/*
 * help_file.c
 *		"summit-migrate help file": the format of a migration file.
 */
#include "postgres_fe.h"

#include "help.h"

static const char *const file_format =
    "A migration is one file, db/migrations/YYYYMMDD_HHMMSS_TYPE_DESCRIPTION.sql, with TYPE one "
    "of\n"
    "schema, data, security, perf. Its id is the file name without its ending. All marks are "
    "comments,\n"
    "so that psql -f runs the same file.\n"
    "\n"
    "  -- Migration: Add email verification\n"
    "  -- ID: 20251120_143000_schema_add_email_verification\n"
    "  -- Version: 1.1.0\n"
    "  -- Database: postgresql\n"
    "  -- Type: schema\n"
    "  -- Author: dev@example.com\n"
    "  -- Created: 2025-11-20\n"
    "  -- Breaking: false\n"
    "  -- Dependencies: 20251101_090000_schema_create_users\n"
    "\n"
    "  -- PHASE 1: EXPAND\n"
    "  ALTER TABLE users ADD COLUMN email_verified boolean;\n"
    "  CREATE INDEX CONCURRENTLY users_email_verified ON users (email_verified);\n"
    "\n"
    "  -- PHASE 2: MIGRATE\n"
    "  -- Batch: table=users, key=id, size=5000, pause=50ms\n"
    "  UPDATE users SET email_verified = (email_confirmed_at IS NOT NULL)\n"
    "  WHERE email_verified IS NULL;\n"
    "\n"
    "  -- PHASE 3: CONTRACT\n"
    "  ALTER TABLE users ALTER COLUMN email_verified SET NOT NULL;\n"
    "\n"
    "  -- VALIDATION\n"
    "  -- Check: every_row_backfilled (post migrate, critical, expect = 0)\n"
    "  SELECT count(*) FROM users WHERE email_verified IS NULL;\n"
    "\n"
    "  -- ROLLBACK\n"
    "  /*\n"
    "  ALTER TABLE users DROP COLUMN email_verified;\n"
    "  */\n"
    "\n"
    "Header:\n"
    "  Lock-Timeout: 2s          how long one attempt may queue for a table's lock\n"
    "  Statement-Timeout: 10m    how long one statement may take\n"
    "  Run-As: app_owner         the role that the statements run as\n"
    "  Repeat: on-change         a file without phases that runs again whenever it changes\n"
    "  Dependencies: ID, ID:contract\n"
    "\n"
    "Above a statement:\n"
    "  -- Batch: table=T, key=K, size=N, pause=TIME    one transaction for each N keys\n"
    "  -- Transaction: none      for a DO or CALL that commits\n"
    "  -- Done-When: QUERY       how to see, after a crash, that it is done\n"
    "\n"
    "Units: BEGIN; ... COMMIT; is one. Without it, neighbouring statements that may run in a\n"
    "transaction are one, and each that may not (CONCURRENTLY, VACUUM) is one of its own.\n"
    "Undo of one phase: -- Rollback contract: and a block comment.\n"
    "A contract with no statement, check or undo of its own is none, and never due.\n"
    "\n"
    "Next: summit-migrate create DESCRIPTION\n";

void
sm_help_print_file(void)
{
	fputs(file_format, stdout);
}
