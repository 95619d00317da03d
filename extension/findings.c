/*
 * findings.c
 *		From two snapshots to the changes with what they mean (see findings.h):
 *		pairs.c says which objects differ, diff.c how, classify.c what it means,
 *		evidence.c what else is known of it.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "compat.h"
#include "findings.h"
#include "routine_arguments.h"

static const char *
copy(const char *text)
{
	return text ? pstrdup(text) : NULL;
}

/* The arguments of a routine, where the change is about all of it. */
static const char *
routine_arguments(const SmChange *change)
{
	const SmNode *routine = change->to ? change->to : change->from;

	if (change->is_part || change->property ||
	    (change->change != SM_CHANGE_ADDED && change->change != SM_CHANGE_REMOVED))
		return NULL;
	return sm_node_text(routine, "arguments");
}

static void
ask_live(SmFinding *finding, const SmPair *pair, const SmChange *change)
{
	/* a composite type has parts too, but the OID of a type */
	if (pair->to && strcmp(pair->kind, "type") != 0)
		finding->live.relation = (Oid) pair->to->object.identity;
	if (change->is_part && change->part == SM_PART_COLUMN && change->to)
		finding->live.attribute = (int) change->to->identity;
	if (finding->rule->facts & SM_FACTS_ROW_USERS)
		finding->live.attribute = SM_EVIDENCE_ROW_TYPE;
}

/* The sink of diff.c: all that outlives the pair is copied. */
static void
add_finding(const SmPair *pair, const SmChange *change, void *arg)
{
	SmFindings *findings = arg;
	MemoryContext old = MemoryContextSwitchTo(findings->context);
	SmFinding *finding = palloc0(sizeof(SmFinding));

	finding->section = copy(pair->section);
	finding->kind = copy(pair->kind);
	finding->object = copy(pair->to ? pair->to->object.name : pair->from->object.name);
	finding->part = change->is_part ? (int) change->part : -1;
	finding->change = change->change;
	finding->object_type = change->is_part ? change->object_type : finding->kind;
	finding->object_name = copy(change->object_name);
	finding->property = copy(change->property);
	finding->expected = copy(change->expected);
	finding->actual = copy(change->actual);
	finding->rule = sm_classify(pair, change);
	finding->hazard = sm_classify_hazard(finding->rule, change);
	finding->evidence = sm_classify_evidence(finding->rule, pair, change);
	finding->arguments = copy(routine_arguments(change));
	ask_live(finding, pair, change);
	if (findings->count == findings->room)
	{
		findings->room *= 2;
		findings->items =
		    repalloc_huge(findings->items, sizeof(SmFinding *) * (Size) findings->room);
	}
	findings->items[findings->count++] = finding;
	MemoryContextSwitchTo(old);
}

static int
compare_texts(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

/* What was renamed is told before what else changed of it. */
static int
change_place(const SmFinding *finding)
{
	static const int places[] = {[SM_CHANGE_RENAMED] = 0,
	                             [SM_CHANGE_REMOVED] = 1,
	                             [SM_CHANGE_ADDED] = 2,
	                             [SM_CHANGE_CHANGED] = 3};

	return places[finding->change];
}

static int
compare_findings(const void *a, const void *b)
{
	const SmFinding *x = *(const SmFinding *const *) a;
	const SmFinding *y = *(const SmFinding *const *) b;
	/* database before cluster */
	int order = -strcmp(x->section, y->section);

	if (order == 0)
		order = strcmp(x->kind, y->kind);
	if (order == 0)
		order = strcmp(x->object, y->object);
	if (order == 0)
		order = x->part - y->part;
	if (order == 0)
		order = strcmp(x->object_name, y->object_name);
	if (order == 0)
		order = change_place(x) - change_place(y);
	if (order == 0)
		order = compare_texts(x->property, y->property);
	if (order == 0)
		order = compare_texts(x->expected, y->expected);
	return order != 0 ? order : compare_texts(x->actual, y->actual);
}

/* How long the name of a routine is without its argument types. */
static int
base_length(const char *name)
{
	bool quoted = false;
	const char *at = name;

	for (; *at && (quoted || *at != '('); at++)
		quoted ^= (*at == '"');
	return at - name;
}

static bool
has_base(const SmFinding *finding, const SmFinding *other, int length)
{
	return strcmp(finding->section, other->section) == 0 &&
	       strcmp(finding->kind, other->kind) == 0 &&
	       strncmp(finding->object, other->object, length) == 0 &&
	       base_length(other->object) == length;
}

static bool
is_extended_by(const SmFinding *finding, const SmFinding *other)
{
	return other->change == SM_CHANGE_ADDED && other->arguments &&
	       sm_routine_only_adds_defaults(finding->arguments, other->arguments);
}

/*
 * A routine that is gone breaks nobody where one of the same name takes all its
 * calls.  Those of one name stand together.
 */
static void
find_extended_routines(SmFindings *findings)
{
	for (int i = 0; i < findings->count; i++)
	{
		SmFinding *finding = findings->items[i];
		int length = base_length(finding->object);
		bool extended = false;

		if (finding->change != SM_CHANGE_REMOVED || finding->arguments == NULL)
			continue;
		for (int j = i - 1; !extended && j >= 0 && has_base(finding, findings->items[j], length);
		     j--)
			extended = is_extended_by(finding, findings->items[j]);
		for (int j = i + 1;
		     !extended && j < findings->count && has_base(finding, findings->items[j], length); j++)
			extended = is_extended_by(finding, findings->items[j]);
		if (extended)
		{
			finding->rule = sm_classify_find_rule("routine-extended");
			finding->hazard = finding->rule->hazard;
			finding->evidence = finding->rule->note;
		}
	}
}

static void
append_evidence(SmFinding *finding, const char *text)
{
	finding->evidence = finding->evidence ? psprintf("%s; %s", finding->evidence, text) : text;
}

/* Looks up who uses what has changed; a rule may become a stricter one. */
static void
add_users(SmQueryScope *scope, SmFindings *findings)
{
	SmEvidence **asked = palloc(sizeof(SmEvidence *) * Max(findings->count, 1));
	int count = 0;

	for (int i = 0; i < findings->count; i++)
	{
		SmFinding *finding = findings->items[i];

		if ((finding->rule->facts & (SM_FACTS_USERS | SM_FACTS_ROW_USERS)) &&
		    OidIsValid(finding->live.relation))
			asked[count++] = &finding->live;
	}
	sm_evidence_users(scope, asked, count);
	for (int i = 0; i < findings->count; i++)
	{
		SmFinding *finding = findings->items[i];

		if (finding->live.users == NULL)
			continue;
		append_evidence(finding, finding->live.users);
		if (finding->rule->exposed)
			finding->rule = sm_classify_find_rule(finding->rule->exposed);
	}
}

/* An empty table is locked for a moment only. */
static void
add_sizes(SmFindings *findings)
{
	Oid last = InvalidOid;
	SmTableSize size = SM_SIZE_UNKNOWN;
	double rows = -1;

	for (int i = 0; i < findings->count; i++)
	{
		SmFinding *finding = findings->items[i];

		/* asked only where it matters: opening thousands of tables is not free */
		if (!(finding->rule->facts & SM_FACTS_SIZE) || !OidIsValid(finding->live.relation) ||
		    (finding->hazard < SM_HAZARD_LONG && finding->rule->bump < SM_BUMP_MAJOR))
			continue;
		if (finding->live.relation != last)
			size = sm_evidence_size(finding->live.relation, &rows);
		last = finding->live.relation;
		if (size == SM_SIZE_EMPTY)
		{
			append_evidence(finding, "the table is empty");
			finding->hazard = Min(finding->hazard, SM_HAZARD_BRIEF);
		}
		else if (size == SM_SIZE_FILLED && rows >= 0)
			append_evidence(finding, psprintf("about %.0f rows", rows));
	}
}

static void
note_unknown_users(SmFindings *findings)
{
	for (int i = 0; i < findings->count; i++)
	{
		if (findings->items[i]->rule->exposed)
			append_evidence(findings->items[i],
			                "users are not known: neither side is the live schema");
	}
}

static void
diff_all(SmFindings *findings, const SmPairs *pairs)
{
	MemoryContext each =
	    AllocSetContextCreate(CurrentMemoryContext, "one object", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(each);

	for (int i = 0; i < pairs->count; i++)
	{
		SmPair pair;

		CHECK_FOR_INTERRUPTS();
		sm_pairs_get(&pairs->rows[i], &pair);
		sm_diff_pair(&pair, pairs->renames, add_finding, findings);
		MemoryContextReset(each);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(each);
}

SmFindings *
sm_findings_read(SmQueryScope *scope, int32 from, const int32 *to)
{
	SmPairs *pairs = sm_pairs_read(scope, from, to);
	MemoryContext old = MemoryContextSwitchTo(scope->caller);
	SmFindings *findings = palloc0(sizeof(SmFindings));

	findings->context = scope->caller;
	findings->room = 64;
	findings->items = palloc(sizeof(SmFinding *) * findings->room);
	diff_all(findings, pairs);
	qsort(findings->items, findings->count, sizeof(SmFinding *), compare_findings);
	find_extended_routines(findings);
	if (to == NULL)
	{
		add_users(scope, findings);
		add_sizes(findings);
	}
	else
		note_unknown_users(findings);
	MemoryContextSwitchTo(old);
	return findings;
}

SmBump
sm_findings_bump(const SmFindings *findings)
{
	SmBump bump = SM_BUMP_NONE;

	for (int i = 0; i < findings->count; i++)
		bump = Max(bump, findings->items[i]->rule->bump);
	return bump;
}
