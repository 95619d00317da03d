/*
 * problems.c
 *		All that is wrong with the files, collected and said at once.
 */
#include "postgres_fe.h"

#include "problems.h"

void
sm_problems_init(SmProblems *problems, SmArena *arena)
{
	memset(problems, 0, sizeof(SmProblems));
	problems->arena = arena;
}

void
sm_problems_add(SmProblems *problems, const SmError *error)
{
	SmArena *arena = problems->arena;
	SmError *copy;

	problems->errors = sm_arena_grow(arena, problems->errors, problems->count, sizeof(SmError));
	copy = &problems->errors[problems->count++];
	*copy = *error;
	copy->what = sm_arena_strdup(arena, error->what);
	copy->migration = sm_arena_strdup(arena, error->migration);
	copy->file = sm_arena_strdup(arena, error->file);
	copy->sqlstate = sm_arena_strdup(arena, error->sqlstate);
	copy->why = sm_arena_strdup(arena, error->why);
	copy->context = sm_arena_strdup(arena, error->context);
	copy->next = sm_arena_strdup(arena, error->next);
}

void
sm_problems_file(SmProblems *problems, const char *file, int line, int column, const char *next,
                 const char *fmt, ...)
{
	SmError error = {0};
	char what[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	error.what = what;
	error.file = file;
	error.line = line;
	error.column = column;
	error.next = next;
	error.code = SM_EXIT_USAGE;
	sm_problems_add(problems, &error);
}

static int
compare_places(const void *a, const void *b)
{
	const SmError *left = a;
	const SmError *right = b;
	int order = strcmp(left->file ? left->file : "", right->file ? right->file : "");

	if (order != 0)
		return order;
	if (left->line != right->line)
		return left->line < right->line ? -1 : 1;
	return (left->column > right->column) - (left->column < right->column);
}

SmExitCode
sm_problems_say(SmProblems *problems)
{
	SmExitCode code = SM_EXIT_DONE;

	qsort(problems->errors, problems->count, sizeof(SmError), compare_places);
	for (int i = 0; i < problems->count; i++)
	{
		sm_error_say(&problems->errors[i]);
		if (code == SM_EXIT_DONE || problems->errors[i].code == SM_EXIT_USAGE)
			code = problems->errors[i].code;
	}
	return code;
}
