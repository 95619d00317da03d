/*
 * journal_seal.h
 *		The seals of ddl_journal: numbers, hashes, and what they prove.
 */
#ifndef SM_JOURNAL_SEAL_H
#define SM_JOURNAL_SEAL_H

#include "common/sha2.h"

#include "query.h"

/* A place in the chain: a seal and the hash that the next one builds on. */
typedef struct SmSeal
{
	int64 number; /* 0: before the first, whose hash builds on none */
	int hash_length;
	uint8 hash[PG_SHA256_DIGEST_LENGTH];
} SmSeal;

/* The columns of a row j that are hashed, as text[], whatever the session's settings. */
#define SM_SEAL_FIELDS                                                                             \
	"ARRAY[j.id::text, (EXTRACT(epoch FROM j.captured_at) * 1000000)::bigint::text,"               \
	" j.captured_by, j.command_tag, j.object_type, j.object_schema, j.identity_before,"            \
	" j.identity_after, j.classid::text, j.objid::text, j.objsubid::text, j.rewrite,"              \
	" j.statement, j.statement_exact::text, j.statement_redacted::text,"                           \
	" j.nesting_depth::text, j.in_extension::text, j.authenticated_user, j.session_user_name,"     \
	" j.role_name, j.current_user_name, j.client_addr::text, j.application_name, j.pid::text,"     \
	" (EXTRACT(epoch FROM j.backend_start) * 1000000)::bigint::text, j.transaction_id::text,"      \
	" j.migration_id, j.phase, j.direction, j.unit::text, j.target, j.ignored_by::text]"

/* Rows that are read at once. */
#define SM_SEAL_BATCH 1000

/* _PG_init's part: the head goes to the server log at commit. */
extern void sm_journal_seal_init(void);

/* The hash of the row that is sealed after *before: into seal->hash. */
extern void sm_seal_hash(const SmSeal *before, int64 number, Datum fields, SmSeal *seal);

extern bool sm_seal_equal(const SmSeal *a, const SmSeal *b);

/* Reads a seal from columns (number, hash) of a row of the last result. */
extern void sm_seal_from_row(uint64 row, int column, SmSeal *seal);

/* The head as it is recorded; number 0 where there is none. */
extern void sm_seal_head(SmQueryScope *scope, SmSeal *head);

/* From where the rows that are still there go on: the newest cut. */
extern void sm_seal_base(SmQueryScope *scope, SmSeal *base);

/*
 * Makes this transaction the sealer, without waiting; false while another one
 * is.
 */
extern bool sm_seal_begin(void);

/* Seals what is committed; returns the head. */
extern void sm_seal_rows(SmQueryScope *scope, SmSeal *head);

/* Reports one problem; journal_id and seal may be 0. */
typedef void (*SmSealReport)(void *argument, const char *problem, int64 journal_id, int64 seal,
                             const char *detail);

/* Goes through the whole chain; returns whether it is whole. */
extern bool sm_seal_verify(SmQueryScope *scope, SmSealReport report, void *argument);

#endif /* SM_JOURNAL_SEAL_H */
