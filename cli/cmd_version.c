/*
 * cmd_version.c
 *		The versions of the program, of libpq, and, when one answers, of server
 *		and extension.
 */
#include "postgres_fe.h"

#include "command.h"
#include "conn.h"
#include "output.h"
#include "version.h"

static char *
libpq_version(void)
{
	int version = PQlibVersion();

	return psprintf("%d.%d", version / 10000, version % 10000);
}

int
sm_cmd_version(SmContext *context)
{
	SmConn *conn = sm_conn_open(&context->config, NULL,
	                            SM_CONN_TRY | SM_CONN_ANY_ENVIRONMENT | SM_CONN_ANY_SERVER);
	cJSON *document = cJSON_CreateObject();
	char *libpq = libpq_version();

	cJSON_AddStringToObject(document, "program", SM_PROGRAM_VERSION);
	cJSON_AddStringToObject(document, "libpq", libpq);
	sm_output_add_text(document, "server", conn == NULL ? NULL : conn->server_version_text);
	sm_output_add_text(document, "extension", conn == NULL ? NULL : conn->extension_version);
	if (sm_output_is_json())
		sm_output_json(document);
	else
		cJSON_Delete(document);
	sm_output_line("summit-migrate %s", SM_PROGRAM_VERSION);
	sm_output_line("libpq          %s", libpq);
	sm_output_line("server         %s",
	               conn == NULL ? "(no connection)" : conn->server_version_text);
	if (conn != NULL)
		sm_output_line("extension      %s", conn->extension_version == NULL
		                                        ? "(not installed)"
		                                        : conn->extension_version);
	sm_conn_close(conn);
	return SM_EXIT_DONE;
}
