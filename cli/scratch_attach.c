/*
 * scratch_attach.c
 *		--scratch before a command: a scratch server takes the place of the
 *		configured one.  It has the files that are applied on that, where it
 *		answers and has the extension; else it starts empty.
 */
#include "postgres_fe.h"

#include "fe_utils/string_utils.h"

#include "output.h"
#include "rehearsal.h"
#include "run.h"
#include "scratch.h"

#define ANSWER_SECONDS "2"

/* Whether the configured server answers soon: where there is none, nothing is waited for. */
static bool
answers(const SmConfig *config)
{
	const char *keywords[] = {"dbname", "connect_timeout", NULL};
	const char *values[] = {config->conninfo, ANSWER_SECONDS, NULL};

	if (config->conninfo == NULL && getenv("PGHOST") == NULL && getenv("PGSERVICE") == NULL)
		return false;
	return sm_conn_is_readable(config->conninfo) && PQpingParams(keywords, values, 1) == PQPING_OK;
}

/* Connects to it where the ledger there can be read; NULL elsewhere. */
static SmConn *
connect_live(const SmConfig *config)
{
	int flags = SM_CONN_TRY | SM_CONN_ANY_SERVER | SM_CONN_ANY_ENVIRONMENT;
	SmConn *live = answers(config) ? sm_conn_open(config, NULL, flags) : NULL;

	if (live == NULL)
		return NULL;
	if (!live->pooled && live->server_version >= 150000 && sm_rehearsal_anything_applied(live))
		return live;
	sm_conn_close(live);
	return NULL;
}

static char *
address_of(const SmRehearsal *rehearsal)
{
	PQExpBufferData text;

	initPQExpBuffer(&text);
	appendPQExpBuffer(&text, "%s user=postgres dbname=", rehearsal->address);
	appendConnStrVal(&text, rehearsal->conn->database);
	return text.data;
}

/* Starts it with what is applied there; takes as long as these files take. */
static char *
start_like(const SmConfig *config, SmConn *live)
{
	SmRehearsal rehearsal;
	double started = sm_clock();
	char *address;

	sm_rehearsal_start(&rehearsal, config, live);
	sm_rehearsal_look(&rehearsal, live);
	if (sm_rehearsal_is_sound(&rehearsal))
	{
		sm_rehearsal_applied(&rehearsal, live);
		if (PQntuples(rehearsal.applied) > 0)
			sm_output_note(
			    "the scratch server has what is applied on database %s: %d phases, in %s",
			    live->database, PQntuples(rehearsal.applied),
			    sm_output_duration(sm_clock() - started));
	}
	else
		sm_error_warning("summit-migrate verify says where they differ.",
		                 "the scratch server is empty: the files are not what was applied on "
		                 "database %s",
		                 live->database);
	address = address_of(&rehearsal);
	sm_conn_close(rehearsal.conn);
	return address;
}

void
sm_scratch_attach(SmContext *context)
{
	SmConfig *config = &context->config;
	SmConn *live = connect_live(config);

	config->conninfo =
	    live == NULL ? pg_strdup(sm_scratch_start(config)) : start_like(config, live);
	config->conninfo_origin = "the scratch server";
	sm_conn_close(live);
}
