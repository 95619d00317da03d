/*
 * progress.c
 *		One line on stderr that is drawn over, at most ten times a second.
 */
#include "postgres_fe.h"

#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "output.h"
#include "progress.h"

#define BAR_WIDTH 24

static bool active = false;
static bool drawn = false;
static int steps = 0;
static double last_drawn = 0;

static double
now_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

void
sm_progress_start(int total)
{
	const char *terminal = getenv("TERM");

	steps = total;
	last_drawn = 0;
	active = total > 0 && isatty(STDERR_FILENO) && !sm_output_is_json() && !sm_output_is_quiet() &&
	         (terminal == NULL || strcmp(terminal, "dumb") != 0);
}

/* How many columns the terminal has. */
static int
terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return 80;
}

void
sm_progress_step(int done, const char *label)
{
	char bar[BAR_WIDTH + 1];
	int filled;
	int room;

	if (!active || (done < steps && now_seconds() - last_drawn < 0.1))
		return;
	last_drawn = now_seconds();
	filled = (int) ((long) Min(done, steps) * BAR_WIDTH / steps);
	memset(bar, ' ', BAR_WIDTH);
	memset(bar, '#', filled);
	bar[BAR_WIDTH] = '\0';
	room = Max(0, terminal_width() - BAR_WIDTH - 20);
	fprintf(stderr, "\r\033[K[%s] %d/%d %.*s", bar, done, steps, room, label);
	fflush(stderr);
	drawn = true;
}

void
sm_progress_clear(void)
{
	if (!drawn)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	drawn = false;
}

void
sm_progress_end(void)
{
	sm_progress_clear();
	active = false;
}
