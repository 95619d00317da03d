/*
 * doctor_project.c
 *		Checks of the project itself: configuration and folder.
 */
#include "postgres_fe.h"

#include <dirent.h>
#include <unistd.h>

#include "doctor.h"

static void
check_folder(SmDoctor *doctor)
{
	const char *folder = doctor->config->migrations;
	DIR *stream = opendir(folder);
	struct dirent *entry;
	int files = 0;

	if (stream == NULL)
	{
		sm_doctor_add(doctor, errno == ENOENT ? SM_VERDICT_WARN : SM_VERDICT_FAIL, "folder",
		              "summit-migrate init makes it; --dir names another.", "\"%s\": %s", folder,
		              strerror(errno));
		return;
	}
	while ((entry = readdir(stream)) != NULL)
		if (strlen(entry->d_name) > 4 &&
		    strcmp(entry->d_name + strlen(entry->d_name) - 4, ".sql") == 0)
			files++;
	closedir(stream);
	sm_doctor_add(doctor, SM_VERDICT_OK, "folder", NULL, "%s: %d migration file%s", folder, files,
	              files == 1 ? "" : "s");
}

void
sm_doctor_check_project(SmDoctor *doctor)
{
	const SmConfig *config = doctor->config;

	if (config->file == NULL)
		sm_doctor_add(doctor, SM_VERDICT_WARN, "configuration", "summit-migrate init writes one.",
		              "no %s from here upwards: the defaults hold", SM_CONFIG_FILE);
	else
		sm_doctor_add(doctor, SM_VERDICT_OK, "configuration", NULL, "%s", config->file);
	check_folder(doctor);
}
