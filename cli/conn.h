/*
 * conn.h
 *		A connection to the control database, with all that the program asks
 *		about the server, and the calls of the extension's functions.  What the
 *		functions mean does not belong here.
 */
#ifndef SM_CONN_H
#define SM_CONN_H

#include "libpq-fe.h"

#include "config.h"

/* What sm_conn_open() asks for beyond a plain connection. */
#define SM_CONN_EXTENSION 0x01       /* the extension must be there, in a fitting version */
#define SM_CONN_WRITER 0x02          /* not in recovery; settings of a session that holds a lock */
#define SM_CONN_TRY 0x04             /* NULL instead of an exit where no server answers */
#define SM_CONN_ANY_ENVIRONMENT 0x08 /* no comparison of environment names */
#define SM_CONN_ANY_SERVER 0x10      /* whatever it is: pooled, too old, without extension */

typedef struct SmConn
{
	PGconn *pg;
	const SmConfig *config;
	const char *conninfo; /* what it was opened by; NULL: libpq's environment */
	int flags;            /* as given to sm_conn_open() */

	/* what the server says of itself */
	int server_version; /* 150020 */
	char *server_version_text;
	char *database;
	char *encoding;
	char *session_user_name;
	char *role;  /* SET ROLE at the start, "none" without */
	bool pooled; /* a pooler is in between (SM_CONN_ANY_SERVER) */
	bool superuser;
	bool in_recovery;
	char *system_identifier;
	char *timeline; /* 8 hex digits, as in WAL file names */

	/* the extension; NULL where it is not installed */
	char *extension_version;
	char *schema;      /* its schema, quoted */
	char *environment; /* of get_environment(); NULL where unset */
} SmConn;

/* The settings of a SM_CONN_WRITER session, to be sent again after RESET ALL. */
extern const char *const sm_conn_writer_settings;

/*
 * Connects by config->conninfo, or by *conninfo when that is not NULL.  Exits
 * with SM_EXIT_CONNECTION when it cannot, when a pooler is in between, when
 * the environment or (SM_CONN_WRITER) the server's role is not the wanted one,
 * and where the extension is missing (SM_CONN_EXTENSION).
 */
extern SmConn *sm_conn_open(const SmConfig *config, const char *conninfo, int flags);

/*
 * Connects again after the connection was lost, waiting up to wait_ms, and
 * compares system identifier and timeline with before: true when it is the
 * same server on the same timeline, false when it is another (the fields then
 * hold the new values).  Exits with SM_EXIT_CONNECTION when there is none.
 */
extern bool sm_conn_reopen(SmConn *conn, int wait_ms);

/*
 * One attempt to connect again, without a look at what the server is and
 * without an exit: false when nobody answers.
 */
extern bool sm_conn_retry(SmConn *conn);

extern void sm_conn_close(SmConn *conn);

/*
 * The text of a call of one of the extension's functions by its exact
 * signature, such as "begin_run(text,text)":
 *		SELECT * FROM "s".begin_run($1::pg_catalog.text, $2::pg_catalog.text)
 * Array types are written text[].  The caller frees it.
 */
extern char *sm_conn_call_text(const SmConn *conn, const char *signature);

/* Calls it with text parameters; returns whatever result came. */
extern PGresult *sm_conn_try(SmConn *conn, const char *signature, const char *const *values);

/* Calls it and exits, saying the server's error, when it fails. */
extern PGresult *sm_conn_call(SmConn *conn, const char *signature, const char *const *values);

/* Runs a query with text parameters and exits when it fails. */
extern PGresult *sm_conn_query(SmConn *conn, const char *query, int nparams,
                               const char *const *values);

/* The texts as the literal of a text[]; the caller frees it. */
extern char *sm_conn_array(const char *const *items, int nitems);

/*
 * A connection string without its secrets (those that libpq itself shows as
 * "*" or hides); what cannot be read becomes "(connection string)".
 */
extern char *sm_conn_redact(const char *conninfo);

/*
 * Whether libpq reads the connection string, and so that no part of a password
 * stands where it would be shown.  NULL can be read.
 */
extern bool sm_conn_is_readable(const char *conninfo);

/* Exits with SM_EXIT_USAGE when a connection string, from an option or so, holds a secret. */
extern void sm_conn_refuse_secret(const char *origin, const char *conninfo);

#endif /* SM_CONN_H */
