/*
 * suggest.c
 *		The nearest word by Damerau-Levenshtein distance (a transposition of
 *		neighbours counts once), for "did you mean".
 */
#include "postgres_fe.h"

#include "suggest.h"

#define MAX_WORD 40

static int
min3(int a, int b, int c)
{
	return Min(a, Min(b, c));
}

/* Edits that lead from a to b; MAX_WORD where one is too long to be a word of ours. */
static int
distance(const char *a, const char *b)
{
	int d[MAX_WORD + 1][MAX_WORD + 1];
	int la = strlen(a);
	int lb = strlen(b);

	if (la > MAX_WORD || lb > MAX_WORD)
		return MAX_WORD;
	for (int i = 0; i <= la; i++)
		d[i][0] = i;
	for (int j = 0; j <= lb; j++)
		d[0][j] = j;
	for (int i = 1; i <= la; i++)
		for (int j = 1; j <= lb; j++)
		{
			int cost = pg_tolower(a[i - 1]) == pg_tolower(b[j - 1]) ? 0 : 1;

			d[i][j] = min3(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d[i][j] = Min(d[i][j], d[i - 2][j - 2] + 1);
		}
	return d[la][lb];
}

const char *
sm_suggest_nearest(const char *word, const char *const *candidates)
{
	const char *nearest = NULL;
	int limit = strlen(word) <= 3 ? 1 : (strlen(word) <= 6 ? 2 : 3);
	int best = limit + 1;

	for (; *candidates != NULL; candidates++)
	{
		int edits = distance(word, *candidates);

		if (edits < best)
		{
			best = edits;
			nearest = *candidates;
		}
	}
	return nearest;
}
