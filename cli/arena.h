/*
 * arena.h
 *		Memory that is given back all at once: a plan is thousands of small
 *		pieces with one end.  Anything with an end of its own uses pg_malloc().
 */
#ifndef SM_ARENA_H
#define SM_ARENA_H

#include <stddef.h>

typedef struct SmArena SmArena;

extern SmArena *sm_arena_create(void);
extern void sm_arena_free(SmArena *arena);

/* Zeroed memory, aligned for anything; exits when there is none. */
extern void *sm_arena_alloc(SmArena *arena, size_t size);

/* A copy of so many bytes with a zero byte behind them. */
extern char *sm_arena_copy(SmArena *arena, const char *bytes, size_t length);

/* A copy of a string; NULL of NULL. */
extern char *sm_arena_strdup(SmArena *arena, const char *text);

/*
 * Room for one more element of an array that has count: the array itself, or
 * one of twice the size with the elements copied (at powers of two from 4 on).
 */
extern void *sm_arena_grow(SmArena *arena, void *array, int count, size_t element_size);

#endif /* SM_ARENA_H */
