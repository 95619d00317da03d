/*
 * module.c
 *		The module's magic block and its _PG_init, which only calls the parts'
 *		own.  Nothing else belongs here.
 */
#include "postgres.h"

#include "fmgr.h"

#include "compat.h"
#include "failure.h"
#include "history.h"
#include "hook_capture.h"
#include "journal.h"
#include "journal_seal.h"
#include "lock.h"
#include "notes.h"
#include "run.h"
#include "script.h"
#include "session_change.h"
#include "statement_text.h"
#include "unit_stats.h"

PG_MODULE_MAGIC;

void _PG_init(void);

void
_PG_init(void)
{
	sm_lock_init();
	sm_run_init();
	sm_history_init();
	sm_unit_stats_init();
	sm_statement_text_init();
	sm_notes_init();
	sm_journal_init();
	sm_journal_seal_init();
	sm_hook_capture_init();
	sm_failure_init();
	sm_session_change_init();
	sm_script_init();
	MarkGUCPrefixReserved("summit_migrate");
}
