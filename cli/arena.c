/*
 * arena.c
 *		Memory that is given back all at once.
 */
#include "postgres_fe.h"

#include "arena.h"

#define BLOCK_SIZE (64 * 1024)

typedef struct Block
{
	struct Block *next;
	size_t used;
	size_t size;
	/* the memory follows */
} Block;

struct SmArena
{
	Block *blocks; /* the newest first: it is the one with room */
};

SmArena *
sm_arena_create(void)
{
	return pg_malloc0(sizeof(SmArena));
}

void
sm_arena_free(SmArena *arena)
{
	Block *block = arena->blocks;

	while (block != NULL)
	{
		Block *next = block->next;

		pg_free(block);
		block = next;
	}
	pg_free(arena);
}

/* A block of its own for what is large, so that the current one keeps its room. */
static void *
alloc_large(SmArena *arena, size_t size)
{
	Block *block = pg_malloc0(MAXALIGN(sizeof(Block)) + size);

	block->size = block->used = size;
	if (arena->blocks == NULL)
		arena->blocks = block;
	else
	{
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	}
	return (char *) block + MAXALIGN(sizeof(Block));
}

void *
sm_arena_alloc(SmArena *arena, size_t size)
{
	Block *block = arena->blocks;
	char *result;

	size = MAXALIGN(size);
	if (size > BLOCK_SIZE / 4)
		return alloc_large(arena, size);
	if (block == NULL || block->size - block->used < size)
	{
		block = pg_malloc0(MAXALIGN(sizeof(Block)) + BLOCK_SIZE);
		block->size = BLOCK_SIZE;
		block->next = arena->blocks;
		arena->blocks = block;
	}
	result = (char *) block + MAXALIGN(sizeof(Block)) + block->used;
	block->used += size;
	return result;
}

char *
sm_arena_copy(SmArena *arena, const char *bytes, size_t length)
{
	char *copy = sm_arena_alloc(arena, length + 1);

	memcpy(copy, bytes, length);
	return copy;
}

char *
sm_arena_strdup(SmArena *arena, const char *text)
{
	return text == NULL ? NULL : sm_arena_copy(arena, text, strlen(text));
}

void *
sm_arena_grow(SmArena *arena, void *array, int count, size_t element_size)
{
	void *larger;

	if (count != 0 && (count < 4 || (count & (count - 1)) != 0))
		return array;
	larger = sm_arena_alloc(arena, Max(4, count * 2) * element_size);
	if (count > 0)
		memcpy(larger, array, count * element_size);
	return larger;
}
