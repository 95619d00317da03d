/*
 * module.c
 *		The module's magic block and its _PG_init, which only calls the parts'
 *		own.  Nothing else belongs here.
 */
#include "postgres.h"

#include "fmgr.h"

#include "compat.h"
#include "lock.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

void
_PG_init(void)
{
	sm_lock_init();
}
