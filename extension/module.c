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
#include "lock.h"
#include "run.h"
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
	sm_failure_init();
}
