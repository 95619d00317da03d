/*
 * linediff.c
 *		The differences of two texts, by Myers' algorithm ("An O(ND) Difference
 *		Algorithm"): what both begin and end with is put aside, the rest is
 *		compared line by line.
 */
#include "postgres_fe.h"

#include "linediff.h"

/* Rests that differ in more lines than this are shown as wholly replaced. */
#define MOST_EDITS 2000

typedef struct Line
{
	const char *text;
	int length;
} Line;

typedef struct Lines
{
	int count;
	Line *lines;
} Lines;

/* A line of the result. */
typedef struct Edit
{
	char sign;
	Line line;
} Edit;

typedef struct Diff
{
	Lines first;
	Lines second;
	int nedits;
	Edit *edits;
	int differing;
} Diff;

static Lines
split(const char *text)
{
	Lines lines = {0, NULL};
	int size = 0;

	while (*text != '\0')
	{
		int length = strcspn(text, "\n");

		if (lines.count == size)
		{
			size = Max(64, size * 2);
			lines.lines = lines.lines == NULL ? pg_malloc(size * sizeof(Line))
			                                  : pg_realloc(lines.lines, size * sizeof(Line));
		}
		lines.lines[lines.count++] = (Line){text, length};
		text += length + (text[length] == '\n');
	}
	return lines;
}

static bool
same(const Line *a, const Line *b)
{
	return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

static void
add(Diff *diff, char sign, Line line)
{
	diff->edits[diff->nedits++] = (Edit){sign, line};
	diff->differing += sign != ' ';
}

/* ---- the shortest way from one to the other ---- */

/*
 * Fills rows with the furthest reach of each number of edits: rows[d][k + d] is
 * how far the first text is used up on diagonal k.  Returns the number of
 * edits, or -1 when it is more than MOST_EDITS.
 */
static int
search(const Line *a, int na, const Line *b, int nb, int **rows)
{
	for (int d = 0; d <= Min(na + nb, MOST_EDITS); d++)
	{
		rows[d] = pg_malloc((2 * d + 1) * sizeof(int));
		for (int k = -d; k <= d; k += 2)
		{
			const int *before = d > 0 ? rows[d - 1] + d - 1 : NULL;
			int x = 0;

			if (d > 0)
				x = k == -d || (k != d && before[k - 1] < before[k + 1]) ? before[k + 1]
				                                                         : before[k - 1] + 1;
			while (x < na && x - k < nb && same(&a[x], &b[x - k]))
				x++;
			rows[d][k + d] = x;
			if (x >= na && x - k >= nb)
				return d;
		}
	}
	return -1;
}

/* Walks the way back from its end; the edits come out in reverse. */
static void
walk_back(Diff *diff, const Line *a, int na, const Line *b, int nb, int **rows, int edits)
{
	int x = na;
	int y = nb;
	int from = diff->nedits;

	for (int d = edits; d > 0; d--)
	{
		const int *before = rows[d - 1] + d - 1;
		int k = x - y;
		bool down = k == -d || (k != d && before[k - 1] < before[k + 1]);
		int start = down ? before[k + 1] : before[k - 1];
		int start_y = start - (down ? k + 1 : k - 1);

		for (; x > start + !down && y > start_y + down; x--, y--)
			add(diff, ' ', a[x - 1]);
		if (down)
			add(diff, '+', b[--y]);
		else
			add(diff, '-', a[--x]);
	}
	for (; x > 0; x--)
		add(diff, ' ', a[x - 1]);
	for (int i = from, j = diff->nedits - 1; i < j; i++, j--)
	{
		Edit edit = diff->edits[i];

		diff->edits[i] = diff->edits[j];
		diff->edits[j] = edit;
	}
}

static void
compare_rest(Diff *diff, const Line *a, int na, const Line *b, int nb)
{
	int **rows = pg_malloc0((MOST_EDITS + 2) * sizeof(int *));
	int edits = search(a, na, b, nb, rows);

	if (edits >= 0)
		walk_back(diff, a, na, b, nb, rows, edits);
	for (int i = 0; i < na && edits < 0; i++)
		add(diff, '-', a[i]);
	for (int i = 0; i < nb && edits < 0; i++)
		add(diff, '+', b[i]);
	for (int d = 0; d < MOST_EDITS + 2; d++)
		pg_free(rows[d]);
	pg_free(rows);
}

static void
compare(Diff *diff)
{
	int na = diff->first.count;
	int nb = diff->second.count;
	const Line *a = diff->first.lines;
	const Line *b = diff->second.lines;
	int head = 0;
	int tail = 0;

	diff->edits = pg_malloc((na + nb + 1) * sizeof(Edit));
	while (head < na && head < nb && same(&a[head], &b[head]))
		add(diff, ' ', a[head++]);
	while (tail < na - head && tail < nb - head && same(&a[na - tail - 1], &b[nb - tail - 1]))
		tail++;
	compare_rest(diff, a + head, na - head - tail, b + head, nb - head - tail);
	for (int i = na - tail; i < na; i++)
		add(diff, ' ', a[i]);
}

/* ---- what is shown ---- */

/* Whether a line that differs is near enough. */
static bool
is_near(const Diff *diff, int index, int context)
{
	for (int i = Max(0, index - context); i <= Min(diff->nedits - 1, index + context); i++)
		if (diff->edits[i].sign != ' ')
			return true;
	return false;
}

int
sm_linediff(const char *first, const char *second, int context, SmLineVisitor visit, void *arg)
{
	Diff diff = {.first = split(first), .second = split(second)};
	bool gap = false;

	compare(&diff);
	for (int i = 0; i < diff.nedits && diff.differing > 0; i++)
	{
		const Edit *edit = &diff.edits[i];

		if (!is_near(&diff, i, context))
		{
			gap = true;
			continue;
		}
		if (gap)
			visit(arg, '@', "", 0);
		gap = false;
		visit(arg, edit->sign, edit->line.text, edit->line.length);
	}
	pg_free(diff.first.lines);
	pg_free(diff.second.lines);
	pg_free(diff.edits);
	return diff.differing;
}
