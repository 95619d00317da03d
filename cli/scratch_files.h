/*
 * scratch_files.h
 *		The folders of scratch servers: making, copying, removing them, and who
 *		owns one.  Processes belong to scratch_server.h.
 */
#ifndef SM_SCRATCH_FILES_H
#define SM_SCRATCH_FILES_H

#include <sys/types.h>

/* What the file "owner" in a scratch folder says. */
typedef struct SmScratchOwner
{
	pid_t pid;                  /* its guardian */
	unsigned long long started; /* start time of that process, in ticks since boot */
	bool kept;                  /* made by "scratch start": outlives the program */
} SmScratchOwner;

/* Where scratch folders are made: short enough for a socket, open to every user. */
extern const char *sm_scratch_files_base(void);

/* A new folder, mode 0700; NULL with errno set when that cannot be. */
extern char *sm_scratch_files_make(void);

/*
 * The template for a server: a path in the user's cache folder, which is made;
 * NULL where there is no home or it cannot be written.  key tells templates apart.
 */
extern char *sm_scratch_files_template(const char *key);

/* Copies a folder's content and gives it to a user; false with errno set. */
extern bool sm_scratch_files_copy(const char *from, const char *to, uid_t uid, gid_t gid);

/* Copies a data folder to where the template is kept; whoever comes first wins. */
extern void sm_scratch_files_save(const char *data, const char *template_path);

/* Removes a folder with all that is in it, as far as it can. */
extern void sm_scratch_files_remove(const char *folder);

/*
 * Makes the owner file, or opens it, and locks it: the lock lives as long as
 * the descriptor and its copies.  -1 where it is locked by another or cannot
 * be made.
 */
extern int sm_scratch_files_lock(const char *folder, bool create);

/* Writes this process into the locked owner file. */
extern void sm_scratch_files_own(int lock, bool kept);

/* Reads an owner file whose guardian lives; false where it does not. */
extern bool sm_scratch_files_owner(const char *folder, SmScratchOwner *owner);

/* The folders of this user, in a NULL-terminated list. */
extern char **sm_scratch_files_list(void);

/* Removes the folders of this user whose owner is gone, ending servers left in them. */
extern void sm_scratch_files_sweep(void);

#endif /* SM_SCRATCH_FILES_H */
