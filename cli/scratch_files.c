/*
 * scratch_files.c
 *		Scratch folders on disk.  A folder belongs to the process that holds a
 *		lock on its file "owner"; the lock, not the process id in it, says
 *		whether that one lives.  Starting servers belongs to scratch_server.c.
 */
#include "postgres_fe.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "scratch_files.h"

#define FOLDER_PREFIX "summit-migrate-scratch."
#define CACHE_FOLDER "summit-migrate"

/* A socket's path may have 107 bytes; this leaves room for the folder and ".s.PGSQL.5432". */
#define BASE_LENGTH 50

/* A folder without an owner file is being made, unless it is as old as this. */
#define HALF_MADE_SECONDS 60

const char *
sm_scratch_files_base(void)
{
	const char *base = getenv("TMPDIR");

	/* root's own TMPDIR may be closed to the user that runs the server */
	if (geteuid() == 0 || base == NULL || base[0] != '/' || strlen(base) > BASE_LENGTH)
		return "/tmp";
	for (const char *c = base; *c != '\0'; c++)
		if (!isalnum((unsigned char) *c) && strchr("/._+-", *c) == NULL)
			return "/tmp";
	return base;
}

char *
sm_scratch_files_make(void)
{
	char *folder = psprintf("%s/" FOLDER_PREFIX "XXXXXX", sm_scratch_files_base());

	if (mkdtemp(folder) == NULL)
	{
		pfree(folder);
		return NULL;
	}
	return folder;
}

char *
sm_scratch_files_template(const char *key)
{
	const char *cache = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");
	char *parent;
	char *folder;

	if (cache != NULL && cache[0] == '/')
		parent = pg_strdup(cache);
	else if (home != NULL && home[0] == '/')
		parent = psprintf("%s/.cache", home);
	else
		return NULL;

	(void) mkdir(parent, 0700);
	folder = psprintf("%s/" CACHE_FOLDER, parent);
	pfree(parent);
	if (mkdir(folder, 0700) != 0 && (errno != EEXIST || access(folder, W_OK) != 0))
	{
		pfree(folder);
		return NULL;
	}
	parent = psprintf("%s/scratch-%s", folder, key);
	pfree(folder);
	return parent;
}

/* What nftw()'s callback has to know. */
static struct
{
	size_t from_length;
	const char *to;
	uid_t uid;
	gid_t gid;
} copying;

static bool
copy_bytes(int in, int out, off_t size)
{
	char buffer[65536];
	ssize_t n;

	while (size > 0 && (n = copy_file_range(in, NULL, out, NULL, size, 0)) > 0)
		size -= n;
	/* what the file systems do not copy among themselves */
	while ((n = read(in, buffer, sizeof(buffer))) > 0)
		if (write(out, buffer, n) != n)
			return false;
	return n == 0;
}

static bool
copy_file(const char *from, const char *to, const struct stat *st)
{
	int in = open(from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int out;
	bool done;

	if (in < 0)
		return false;
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, st->st_mode & 0700);
	done =
	    out >= 0 && copy_bytes(in, out, st->st_size) && fchown(out, copying.uid, copying.gid) == 0;
	close(in);
	if (out >= 0 && close(out) != 0)
		done = false;
	return done;
}

static int
copy_entry(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	char target[MAXPGPATH];
	bool done;

	snprintf(target, sizeof(target), "%s%s", copying.to, path + copying.from_length);
	if (type == FTW_D)
		done = mkdir(target, 0700) == 0 && lchown(target, copying.uid, copying.gid) == 0;
	else if (type == FTW_F && S_ISREG(st->st_mode))
		done = copy_file(path, target, st);
	else
	{
		errno = EINVAL;
		done = false;
	}
	return done ? 0 : -1;
}

bool
sm_scratch_files_copy(const char *from, const char *to, uid_t uid, gid_t gid)
{
	copying.from_length = strlen(from);
	copying.to = to;
	copying.uid = uid;
	copying.gid = gid;
	return nftw(from, copy_entry, 16, FTW_PHYS) == 0;
}

void
sm_scratch_files_save(const char *data, const char *template_path)
{
	char *mine = psprintf("%s.%d", template_path, (int) getpid());

	if (!sm_scratch_files_copy(data, mine, geteuid(), getegid()) ||
	    rename(mine, template_path) != 0)
		sm_scratch_files_remove(mine);
	pfree(mine);
}

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void) remove(path);
	return 0;
}

void
sm_scratch_files_remove(const char *folder)
{
	nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static int
lock_file(const char *path, int flags)
{
	int lock = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);

	if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) != 0)
	{
		close(lock);
		errno = EWOULDBLOCK;
		return -1;
	}
	return lock;
}

int
sm_scratch_files_lock(const char *folder, bool create)
{
	char *path = psprintf("%s/owner", folder);
	char *new_path = psprintf("%s/owner.new", folder);
	int lock;

	if (!create)
		lock = lock_file(path, 0);
	else
	{
		/* it gets its name when it is locked: a sweep never meets it without an owner */
		lock = lock_file(new_path, O_CREAT | O_EXCL);
		if (lock >= 0 && rename(new_path, path) != 0)
		{
			close(lock);
			lock = -1;
		}
	}
	pfree(new_path);
	pfree(path);
	return lock;
}

/* The start time of a process, field 22 of its stat file; 0 when it is not there. */
static unsigned long long
process_start(pid_t pid)
{
	char path[64];
	char line[1024];
	char *field;
	FILE *file;
	unsigned long long started = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int) pid);
	file = fopen(path, "re");
	if (file == NULL)
		return 0;
	/* the name, field 2, may hold anything: count from its closing parenthesis */
	if (fgets(line, sizeof(line), file) != NULL && (field = strrchr(line, ')')) != NULL)
	{
		for (int i = 2; i < 22 && field != NULL; i++)
			field = strchr(field + 1, ' ');
		if (field != NULL)
			started = strtoull(field, NULL, 10);
	}
	fclose(file);
	return started;
}

void
sm_scratch_files_own(int lock, bool kept)
{
	char text[128];
	int length = snprintf(text, sizeof(text), "%d %llu %s\n", (int) getpid(),
	                      process_start(getpid()), kept ? "kept" : "attached");

	if (pwrite(lock, text, length, 0) == length)
		(void) ftruncate(lock, length);
}

bool
sm_scratch_files_owner(const char *folder, SmScratchOwner *owner)
{
	char *path = psprintf("%s/owner", folder);
	FILE *file = fopen(path, "re");
	char kind[16] = "";
	int pid;
	bool known = false;

	pfree(path);
	if (file == NULL)
		return false;
	if (flock(fileno(file), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK &&
	    fscanf(file, "%d %llu %15s", &pid, &owner->started, kind) == 3)
	{
		owner->pid = pid;
		owner->kept = strcmp(kind, "kept") == 0;
		known = process_start(pid) == owner->started;
	}
	fclose(file);
	return known;
}

char **
sm_scratch_files_list(void)
{
	const char *base = sm_scratch_files_base();
	DIR *dir = opendir(base);
	struct dirent *entry;
	struct stat st;
	int count = 0;
	char **folders = pg_malloc0(sizeof(char *));

	while (dir != NULL && (entry = readdir(dir)) != NULL)
	{
		char *path;

		if (strncmp(entry->d_name, FOLDER_PREFIX, strlen(FOLDER_PREFIX)) != 0)
			continue;
		path = psprintf("%s/%s", base, entry->d_name);
		if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode) || st.st_uid != geteuid())
		{
			pfree(path);
			continue;
		}
		folders = pg_realloc(folders, (count + 2) * sizeof(char *));
		folders[count++] = path;
		folders[count] = NULL;
	}
	if (dir != NULL)
		closedir(dir);
	return folders;
}

/* Ends a server that works in the folder, told by its working directory. */
static void
end_server(const char *folder)
{
	char *data = psprintf("%s/data", folder);
	char *path = psprintf("%s/postmaster.pid", data);
	FILE *file = fopen(path, "re");
	char link[64];
	char cwd[MAXPGPATH];
	ssize_t length;
	int pid = 0;

	if (file != NULL)
	{
		if (fscanf(file, "%d", &pid) != 1)
			pid = 0;
		fclose(file);
	}
	snprintf(link, sizeof(link), "/proc/%d/cwd", pid);
	for (int i = 0; pid > 0 && i < 500; i++)
	{
		length = readlink(link, cwd, sizeof(cwd) - 1);
		if (length < 0)
			break;
		cwd[length] = '\0';
		if (strcmp(cwd, data) != 0)
			break;
		/* immediate shutdown; after five seconds, by force */
		if (i == 0 || i == 499)
			kill(pid, i == 0 ? SIGQUIT : SIGKILL);
		pg_usleep(10000);
	}
	pfree(path);
	pfree(data);
}

void
sm_scratch_files_sweep(void)
{
	char **folders = sm_scratch_files_list();
	struct stat st;

	for (int i = 0; folders[i] != NULL; i++)
	{
		int lock = sm_scratch_files_lock(folders[i], false);

		if (lock >= 0 || (errno == ENOENT && stat(folders[i], &st) == 0 &&
		                  st.st_mtime < time(NULL) - HALF_MADE_SECONDS))
		{
			end_server(folders[i]);
			sm_scratch_files_remove(folders[i]);
		}
		if (lock >= 0)
			close(lock);
		pfree(folders[i]);
	}
	pfree(folders);
}
