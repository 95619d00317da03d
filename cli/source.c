/*
 * source.c
 *		Reads the folder of migration files.  Few system calls a file (open, two
 *		reads, close), and texts beyond a budget are not kept: most calls find
 *		nothing to do and need the digests only.
 */
#include "postgres_fe.h"

#include <dirent.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source.h"
#include "source_name.h"
#include "source_text.h"

#define KEPT_LIMIT (12 * 1024 * 1024)
#define NAME_FORM "YYYYMMDD_HHMMSS_<schema|data|security|perf>_<lower_snake_case>.<sql|cypher>"

/* What reading needs from file to file. */
typedef struct Reader
{
	SmSource *source;
	SmProblems *problems;
	int folder; /* file descriptor */
	char *buffer;
	size_t size;
	EVP_MD *sha256;
	EVP_MD_CTX *digest;
} Reader;

char *
sm_source_path(const SmSource *source, const SmFile *file)
{
	size_t length = strlen(source->folder);

	if (length > 0 && source->folder[length - 1] == '/')
		return psprintf("%s%s", source->folder, file->name);
	return psprintf("%s/%s", source->folder, file->name);
}

/* Adds a problem of a file without a place in it. */
static void
refuse_file(Reader *reader, SmFile *file, const char *next, const char *what)
{
	char *path = sm_source_path(reader->source, file);

	sm_problems_file(reader->problems, path, 0, 0, next, "%s", what);
	file->usable = false;
	pg_free(path);
}

/* ---- the folder ---- */

static void
add_file(Reader *reader, const char *name, unsigned char kind)
{
	SmSource *source = reader->source;
	SmNameParts parts = {0};
	const char *fault;
	SmFile *file;

	source->files = sm_arena_grow(source->arena, source->files, source->nfiles, sizeof(SmFile));
	file = &source->files[source->nfiles++];
	memset(file, 0, sizeof(SmFile));
	file->name = sm_arena_strdup(source->arena, name);
	file->usable = true;
	fault = sm_source_name_read(name, &parts);
	if (fault != NULL)
		refuse_file(reader, file, "Name it " NAME_FORM ".", fault);
	file->id = sm_arena_copy(source->arena, name, fault ? strlen(name) : parts.id_length);
	file->type = unconstify(char *, parts.type);
	file->kind = parts.cypher ? SM_FILE_CYPHER : SM_FILE_SQL;
	if (fault == NULL && kind != DT_REG && kind != DT_LNK && kind != DT_UNKNOWN)
		refuse_file(reader, file, "Only regular files, and links to them, are migrations.",
		            "not a regular file");
}

static int
compare_ids(const void *a, const void *b)
{
	return strcmp(((const SmFile *) a)->id, ((const SmFile *) b)->id);
}

static void
refuse_doubles(Reader *reader)
{
	SmFile *files = reader->source->files;

	for (int i = 1; i < reader->source->nfiles; i++)
		if (files[i].usable && strcmp(files[i - 1].id, files[i].id) == 0)
		{
			char *what = psprintf("two files have the id %s: %s and %s", files[i].id,
			                      files[i - 1].name, files[i].name);

			refuse_file(reader, &files[i], "Give one of them another name.", what);
			pg_free(what);
		}
}

/* Adds the problem that the folder cannot be read. */
static void
refuse_folder(Reader *reader)
{
	SmError error = {0};
	int cause = errno;

	error.what = "the folder of migrations cannot be read";
	error.file = reader->source->folder;
	error.why = strerror(cause);
	error.next = cause == ENOENT
	                 ? "Make it, name another one with --dir, or run `summit-migrate init`."
	                 : "Give this user the right to read it, or name another one with --dir.";
	error.code = SM_EXIT_USAGE;
	sm_problems_add(reader->problems, &error);
}

static void
list_folder(Reader *reader)
{
	DIR *folder = opendir(reader->source->folder);
	struct dirent *entry;

	reader->folder = -1;
	if (folder == NULL)
	{
		refuse_folder(reader);
		return;
	}
	while (errno = 0, (entry = readdir(folder)) != NULL)
		if (sm_source_name_is_migration(entry->d_name))
			add_file(reader, entry->d_name, entry->d_type);
	if (errno != 0)
		refuse_folder(reader);
	reader->folder = dup(dirfd(folder));
	closedir(folder);
	qsort(reader->source->files, reader->source->nfiles, sizeof(SmFile), compare_ids);
	refuse_doubles(reader);
}

/* ---- one file ---- */

/* All bytes of an open file into the reader's buffer; -1 with errno on an error. */
static ssize_t
read_bytes(Reader *reader, int fd)
{
	size_t length = 0;

	for (;;)
	{
		ssize_t got = read(fd, reader->buffer + length, reader->size - length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -1 : (ssize_t) length;
		length += got;
		if (length > INT_MAX / 4)
		{
			errno = EFBIG;
			return -1;
		}
		if (length == reader->size)
		{
			reader->size *= 2;
			reader->buffer = pg_realloc(reader->buffer, reader->size);
		}
	}
}

/* Opens, reads and closes; -1 with errno on an error. */
static ssize_t
read_file(Reader *reader, const char *name)
{
	/* O_NONBLOCK: opening a FIFO must not wait for a writer */
	int fd = openat(reader->folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t length;
	int cause;

	if (fd < 0)
		return -1;
	length = read_bytes(reader, fd);
	cause = errno;
	close(fd);
	errno = cause;
	return length;
}

static const char *
read_failure(const Reader *reader, const char *name)
{
	int cause = errno;
	struct stat info;

	if (cause == ENOENT && fstatat(reader->folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISLNK(info.st_mode))
		return "a symbolic link to a file that is not there";
	return strerror(cause);
}

/* Of the normalised text; one last newline, there or not, makes no other file. */
static bool
digest_text(Reader *reader, size_t length, unsigned char *digest)
{
	if (length > 0 && reader->buffer[length - 1] == '\n')
		length--;
	return EVP_DigestInit_ex(reader->digest, reader->sha256, NULL) == 1 &&
	       EVP_DigestUpdate(reader->digest, reader->buffer, length) == 1 &&
	       EVP_DigestFinal_ex(reader->digest, digest, NULL) == 1;
}

/* Reads one file into the buffer: checked, normalised, its digest taken. */
static bool
load_file(Reader *reader, SmFile *file)
{
	ssize_t length = read_file(reader, file->name);
	SmTextFault fault;
	char *path;

	if (length < 0)
	{
		refuse_file(reader, file, "Make the file readable, or take it away.",
		            read_failure(reader, file->name));
		return false;
	}
	file->length = sm_source_text_normalise(reader->buffer, length);
	fault = sm_source_text_check(reader->buffer, file->length);
	if (fault.what != NULL)
	{
		path = sm_source_path(reader->source, file);
		sm_problems_file(reader->problems, path, fault.line, fault.column,
		                 "Save the file as UTF-8 text.", "%s", fault.what);
		pg_free(path);
		file->usable = false;
		return false;
	}
	if (!digest_text(reader, file->length, file->digest))
		sm_error_fail(SM_EXIT_FAILED, NULL, "SHA-256 cannot be computed");
	return true;
}

static void
keep_text(Reader *reader, SmFile *file)
{
	file->text = pg_malloc(file->length + 1);
	memcpy(file->text, reader->buffer, file->length);
	file->text[file->length] = '\0';
	reader->source->kept += file->length + 1;
}

static void
open_reader(Reader *reader, SmSource *source, SmProblems *problems)
{
	memset(reader, 0, sizeof(Reader));
	reader->source = source;
	reader->problems = problems;
	reader->size = 64 * 1024;
	reader->buffer = pg_malloc(reader->size);
	reader->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	reader->digest = EVP_MD_CTX_new();
	if (reader->sha256 == NULL || reader->digest == NULL)
		sm_error_fail(SM_EXIT_FAILED, NULL, "SHA-256 is not available");
}

static void
close_reader(Reader *reader)
{
	if (reader->folder >= 0)
		close(reader->folder);
	pg_free(reader->buffer);
	EVP_MD_CTX_free(reader->digest);
	EVP_MD_free(reader->sha256);
}

SmSource *
sm_source_read(const char *folder, SmProblems *problems)
{
	SmSource *source = pg_malloc0(sizeof(SmSource));
	Reader reader;

	source->arena = sm_arena_create();
	source->folder = sm_arena_strdup(source->arena, folder);
	open_reader(&reader, source, problems);
	list_folder(&reader);
	for (int i = 0; i < source->nfiles; i++)
	{
		SmFile *file = &source->files[i];

		if (file->usable && load_file(&reader, file) && source->kept < KEPT_LIMIT)
			keep_text(&reader, file);
	}
	close_reader(&reader);
	return source;
}

void
sm_source_free(SmSource *source)
{
	for (int i = 0; i < source->nfiles; i++)
		pg_free(source->files[i].text);
	sm_arena_free(source->arena);
	pg_free(source);
}

/* ---- texts on demand ---- */

const char *
sm_source_text(SmSource *source, SmFile *file)
{
	SmProblems problems;
	Reader reader;
	SmFile again = *file;

	if (file->text != NULL)
		return file->text;
	sm_problems_init(&problems, source->arena);
	open_reader(&reader, source, &problems);
	reader.folder = open(source->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (reader.folder < 0 || !load_file(&reader, &again) ||
	    memcmp(again.digest, file->digest, SM_DIGEST_LENGTH) != 0)
		sm_error_fail(SM_EXIT_USAGE, "Run it again when nobody changes the files.",
		              "%s/%s has changed while it was being read", source->folder, file->name);
	keep_text(&reader, file);
	close_reader(&reader);
	return file->text;
}
