/*
 * marks.h
 *		Comments between tokens, and what a line comment says as a mark.
 */
#ifndef SM_MARKS_H
#define SM_MARKS_H

/* Indexes into sm_marks_phase_names. */
#define SM_PHASE_COUNT 3

extern const char *const sm_marks_phase_names[SM_PHASE_COUNT];

/* A part of a text: byte offsets, end exclusive. */
typedef struct SmSpan
{
	int start;
	int end;
} SmSpan;

typedef struct SmComment
{
	bool block;    /* block comment, not -- */
	bool own_line; /* only blanks before it on its line */
	SmSpan whole;
	SmSpan text; /* without the comment's own signs, trimmed */
} SmComment;

typedef enum SmMarkKind
{
	SM_MARK_NONE, /* prose, or a banner */
	SM_MARK_PHASE,
	SM_MARK_VALIDATION,
	SM_MARK_ROLLBACK,
	SM_MARK_CHECK,
	SM_MARK_TRANSACTION,
	SM_MARK_DONE_WHEN,
	SM_MARK_BATCH,
	SM_MARK_ENTRY /* any other "Word: text" */
} SmMarkKind;

typedef struct SmMark
{
	SmMarkKind kind;
	int number;   /* of a phase mark: as written */
	SmSpan name;  /* of a phase mark or an entry: as written */
	SmSpan value; /* what follows the colon, trimmed */
	int phase;    /* of a rollback mark: index, or -1: all */
} SmMark;

/*
 * Finds the first comment in text from *position to end (a gap between tokens)
 * and moves *position behind it.  False when there is none.
 */
extern bool sm_marks_next_comment(const char *text, int *position, int end, SmComment *comment);

/* What a comment says.  Only a line comment on a line of its own is a mark. */
extern SmMark sm_marks_read(const char *text, const SmComment *comment);

/* Whether a gap holds a mark that begins a phase or section; where it stands. */
extern bool sm_marks_find_section(const char *text, int start, int end, SmSpan *found);

/* Whether the span is this word, in any case. */
extern bool sm_marks_is_word(const char *text, SmSpan span, const char *word);

/* The span without blanks at its ends. */
extern SmSpan sm_marks_trim(const char *text, SmSpan span);

/* The span without the signs of a banner at its ends: "==== PHASE 1: EXPAND ====". */
extern SmSpan sm_marks_trim_banner(const char *text, SmSpan span);

/* Whether a line comment is only signs, as the lines of a banner are. */
extern bool sm_marks_is_banner(const char *text, const SmComment *comment);

#endif /* SM_MARKS_H */
