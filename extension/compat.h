/*
 * compat.h
 *		The one place that knows server majors: nothing else in the module may
 *		look at PG_VERSION_NUM.  No logic of the module belongs here.
 */
#ifndef SM_COMPAT_H
#define SM_COMPAT_H

#if PG_VERSION_NUM < 150000 || PG_VERSION_NUM >= 190000
#error "summit_migrate supports PostgreSQL 15 to 18"
#endif

/* VARDATA() and its like have a header of their own from 16 on. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* LockHeldByMe() has a third argument, orstronger, from 17 on. */
#if PG_VERSION_NUM >= 170000
#define sm_lock_held_by_me(tag, mode) LockHeldByMe((tag), (mode), false)
#else
#define sm_lock_held_by_me(tag, mode) LockHeldByMe((tag), (mode))
#endif

/* ExecutorRun() and its hook lost their last parameter, execute_once, in 18. */
#if PG_VERSION_NUM >= 180000
#define SM_EXECUTOR_RUN_ONCE_PARAM
#define SM_EXECUTOR_RUN_ONCE_ARG
#else
#define SM_EXECUTOR_RUN_ONCE_PARAM , bool execute_once
#define SM_EXECUTOR_RUN_ONCE_ARG , execute_once
#endif

/* index_beginscan() has a fourth argument, instrument, from 18 on. */
#if PG_VERSION_NUM >= 180000
#define sm_index_beginscan(table, index, snapshot, nkeys)                                          \
	index_beginscan((table), (index), (snapshot), NULL, (nkeys), 0)
#else
#define sm_index_beginscan(table, index, snapshot, nkeys)                                          \
	index_beginscan((table), (index), (snapshot), (nkeys), 0)
#endif

/* An index access method that keeps something between inserts has it taken back from 17 on. */
#if PG_VERSION_NUM >= 170000
#define sm_index_insert_cleanup(index, info) index_insert_cleanup((index), (info))
#else
#define sm_index_insert_cleanup(index, info) ((void) 0)
#endif

/*
 * From 16 on both report errors through a node: here a type that is missing
 * leaves the OID alone, and any other error is raised.
 */
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#define sm_parse_type_string(name, oid, typmod)                                                    \
	((void) parseTypeString((name), (oid), (typmod),                                               \
	                        (Node *) &(ErrorSaveContext){.type = T_ErrorSaveContext}))
#define sm_qualified_name_list(name) stringToQualifiedNameList((name), NULL)
#else
#define sm_parse_type_string(name, oid, typmod) parseTypeString((name), (oid), (typmod), true)
#define sm_qualified_name_list(name) stringToQualifiedNameList(name)
#endif

#define SM_SERVER_VERSION PG_VERSION_NUM
#define SM_SERVER_MAJOR (PG_VERSION_NUM / 10000)

#endif /* SM_COMPAT_H */
