/*
 * type_change.c
 *		Whether one type takes all values of another (see type_change.h).
 *
 * The server is asked twice.  The planner simplifies a coercion to a mere
 * relabelling when no value can change or be refused, as ALTER TABLE does to
 * spare a rewrite (ATColumnChangeRequiresRewrite()); the support functions of
 * varchar, numeric and the rest know their modifiers.  Else an implicit cast
 * that is immutable counts as lossless, which is what such casts are for; the
 * ones into floating point are not all so.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "catalog/pg_proc.h"
#include "nodes/makefuncs.h"
#include "nodes/primnodes.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "parser/parse_type.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "compat.h"
#include "type_change.h"

typedef struct TypeRef
{
	Oid oid;
	int32 typmod;
} TypeRef;

/* format_type() writes these where there is no type (any more). */
static bool
lookup(const char *name, TypeRef *type)
{
	if (strcmp(name, "???") == 0 || strcmp(name, "-") == 0)
		return false;
	type->oid = InvalidOid;
	sm_parse_type_string(name, &type->oid, &type->typmod);
	return OidIsValid(type->oid);
}

/* Whether a planned coercion of a Var keeps each value as it is. */
static bool
only_relabels(Node *node)
{
	for (;;)
	{
		if (IsA(node, Var))
			return true;
		if (IsA(node, RelabelType))
			node = (Node *) ((RelabelType *) node)->arg;
		else if (IsA(node, CoerceToDomain) &&
		         !DomainHasConstraints(((CoerceToDomain *) node)->resulttype))
			node = (Node *) ((CoerceToDomain *) node)->arg;
		else
			return false;
	}
}

/* How the server would turn a value of one into the other; NULL: not at all. */
static Node *
plan_coercion(const TypeRef *from, const TypeRef *to)
{
	Var *value = makeVar(1, 1, from->oid, from->typmod, get_typcollation(from->oid), 0);
	Node *expression = coerce_to_target_type(NULL, (Node *) value, from->oid, to->oid, to->typmod,
	                                         COERCION_ASSIGNMENT, COERCE_IMPLICIT_CAST, -1);

	return expression ? (Node *) expression_planner((Expr *) expression) : NULL;
}

/* Implicit casts into floating point exist from all numbers, exact or not. */
static bool
is_exact(Oid from, Oid to)
{
	if (to == FLOAT8OID)
		return from == INT2OID || from == INT4OID || from == FLOAT4OID;
	return to != FLOAT4OID || from == INT2OID;
}

static bool
has_lossless_cast(const TypeRef *from, const TypeRef *to)
{
	Oid function;

	return to->typmod < 0 &&
	       find_coercion_pathway(to->oid, from->oid, COERCION_IMPLICIT, &function) ==
	           COERCION_PATH_FUNC &&
	       func_volatile(function) == PROVOLATILE_IMMUTABLE && is_exact(from->oid, to->oid);
}

/* Digits before and behind the point, as make_numeric_typmod() packs them. */
static int
numeric_scale(int32 typmod)
{
	return (((typmod - VARHDRSZ) & 0x7ff) ^ 1024) - 1024;
}

static int
numeric_whole_digits(int32 typmod)
{
	return (((typmod - VARHDRSZ) >> 16) & 0xffff) - numeric_scale(typmod);
}

/* One type, two modifiers, neither of which the planner could drop. */
static bool
has_wider_modifier(const TypeRef *from, const TypeRef *to)
{
	if (from->typmod < 0 || to->typmod < 0 || from->oid != to->oid)
		return false;
	if (from->oid == NUMERICOID)
		return numeric_scale(to->typmod) >= numeric_scale(from->typmod) &&
		       numeric_whole_digits(to->typmod) >= numeric_whole_digits(from->typmod);
	return from->oid == BPCHAROID && to->typmod >= from->typmod;
}

static bool
takes_all(TypeRef from, TypeRef to)
{
	Oid from_element = get_element_type(from.oid);
	Oid to_element = get_element_type(to.oid);
	Node *coercion;

	if (OidIsValid(from_element) && OidIsValid(to_element))
	{
		from.oid = from_element;
		to.oid = to_element;
	}
	coercion = plan_coercion(&from, &to);
	return coercion && (only_relabels(coercion) || has_wider_modifier(&from, &to) ||
	                    has_lossless_cast(&from, &to));
}

SmTypeChange
sm_type_change(const char *from, const char *to, bool *rewrites)
{
	TypeRef older;
	TypeRef newer;
	Node *coercion;

	*rewrites = true;
	if (!lookup(from, &older) || !lookup(to, &newer))
		return SM_TYPE_INCOMPATIBLE;
	coercion = plan_coercion(&older, &newer);
	*rewrites = coercion == NULL || !only_relabels(coercion);
	if (takes_all(older, newer))
		return SM_TYPE_WIDER;
	return takes_all(newer, older) ? SM_TYPE_NARROWER : SM_TYPE_INCOMPATIBLE;
}

bool
sm_type_exists(const char *name)
{
	TypeRef type;

	return lookup(name, &type);
}

const char *
sm_type_storage(const char *name)
{
	TypeRef type;

	if (!lookup(name, &type))
		return NULL;
	switch (get_typstorage(type.oid))
	{
		case TYPSTORAGE_PLAIN:
			return "plain";
		case TYPSTORAGE_EXTERNAL:
			return "external";
		case TYPSTORAGE_EXTENDED:
			return "extended";
		default:
			return "main";
	}
}
