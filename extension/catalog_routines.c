/*
 * catalog_routines.c
 *		The columns of the catalogs of routines, operators, access methods, casts
 *		and languages.  Data only.
 */
#include "postgres.h"

#include "catalog/pg_aggregate_d.h"
#include "catalog/pg_am_d.h"
#include "catalog/pg_amop_d.h"
#include "catalog/pg_amproc_d.h"
#include "catalog/pg_authid_d.h"
#include "catalog/pg_cast_d.h"
#include "catalog/pg_language_d.h"
#include "catalog/pg_opclass_d.h"
#include "catalog/pg_operator_d.h"
#include "catalog/pg_opfamily_d.h"
#include "catalog/pg_proc_d.h"
#include "catalog/pg_transform_d.h"
#include "catalog/pg_type_d.h"
#include "nodes/parsenodes.h"

#include "catalog.h"
#include "schema_render.h"
#include "compat.h"

static const SmWord volatility_words[] = {
    {'v', NULL}, {'s', "stable"}, {'i', "immutable"}, {0, NULL}};
static const SmWord parallel_words[] = {{'u', NULL}, {'r', "restricted"}, {'s', "safe"}, {0, NULL}};
static const SmWord aggregate_words[] = {
    {'n', NULL}, {'o', "ordered-set"}, {'h', "hypothetical-set"}, {0, NULL}};
static const SmWord modify_words[] = {
    {'r', NULL}, {'s', "shareable"}, {'w', "read write"}, {0, NULL}};
static const SmWord am_words[] = {{'i', "index"}, {'t', "table"}, {0, NULL}};
static const SmWord cast_words[] = {
    {'e', "explicit"}, {'a', "assignment"}, {'i', "implicit"}, {0, NULL}};
static const SmWord method_words[] = {{'f', NULL}, {'i', "inout"}, {'b', "binary"}, {0, NULL}};

static const SmCatalogColumn proc_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("proname", "name"),
    SM_COVERED_AS("pronamespace", "name"),
    SM_PROPERTY("proowner", "owner", sm_render_object, .value = AuthIdRelationId),
    SM_PROPERTY("prolang", "language", sm_render_object, .value = LanguageRelationId),
    SM_COVERED_AS("procost", "cost, where it is not the language's usual one"),
    SM_COVERED_AS("prorows", "rows, of a function that returns a set, where not 1000"),
    SM_DERIVED_FROM("provariadic", "proargmodes"),
    SM_PROPERTY("prosupport", "support", sm_render_object, .value = ProcedureRelationId),
    SM_COVERED_AS("prokind", "kind; window"),
    SM_PROPERTY("prosecdef", "security_definer", sm_render_true),
    SM_PROPERTY("proleakproof", "leakproof", sm_render_true),
    SM_PROPERTY("proisstrict", "strict", sm_render_true),
    SM_COVERED_AS("proretset", "returns"),
    SM_PROPERTY("provolatile", "volatility", sm_render_word, .words = volatility_words),
    SM_PROPERTY("proparallel", "parallel", sm_render_word, .words = parallel_words),
    SM_DERIVED_FROM("pronargs", "arguments"),
    SM_COVERED_AS("pronargdefaults", "arguments"),
    SM_COVERED_AS("prorettype", "returns"),
    SM_COVERED_AS("proargtypes", "name, arguments"),
    SM_COVERED_AS("proallargtypes", "arguments"),
    SM_COVERED_AS("proargmodes", "arguments"),
    SM_COVERED_AS("proargnames", "arguments"),
    SM_COVERED_AS("proargdefaults", "arguments"),
    SM_PROPERTY("protrftypes", "transforms", sm_render_objects, .value = TypeRelationId),
    SM_COVERED_AS("prosrc", "body; symbol of a C function"),
    SM_PROPERTY("probin", "library", sm_render_text),
    SM_COVERED_AS("prosqlbody", "body"),
    SM_PROPERTY("proconfig", "settings", sm_render_options),
    SM_COVERED_AS("proacl", "acl"),
};

static const SmCatalogColumn aggregate_columns[] = {
    SM_DERIVED_FROM("aggfnoid", "whose part it is"),
    SM_PROPERTY("aggkind", "variant", sm_render_word, .words = aggregate_words),
    SM_PROPERTY("aggnumdirectargs", "direct_arguments", sm_render_number, .value = 0),
    SM_PROPERTY("aggtransfn", "transition", sm_render_object, .value = ProcedureRelationId),
    SM_PROPERTY("aggfinalfn", "final", sm_render_object, .value = ProcedureRelationId),
    SM_PROPERTY("aggcombinefn", "combine", sm_render_object, .value = ProcedureRelationId),
    SM_PROPERTY("aggserialfn", "serialize", sm_render_object, .value = ProcedureRelationId),
    SM_PROPERTY("aggdeserialfn", "deserialize", sm_render_object, .value = ProcedureRelationId),
    SM_PROPERTY("aggmtransfn", "moving_transition", sm_render_object, .value = ProcedureRelationId),
    SM_PROPERTY("aggminvtransfn", "moving_inverse", sm_render_object, .value = ProcedureRelationId),
    SM_PROPERTY("aggmfinalfn", "moving_final", sm_render_object, .value = ProcedureRelationId),
    SM_PROPERTY("aggfinalextra", "final_extra", sm_render_true),
    SM_PROPERTY("aggmfinalextra", "moving_final_extra", sm_render_true),
    SM_PROPERTY("aggfinalmodify", "final_modify", sm_render_word, .words = modify_words),
    SM_PROPERTY("aggmfinalmodify", "moving_final_modify", sm_render_word, .words = modify_words),
    SM_PROPERTY("aggsortop", "sort_operator", sm_render_object, .value = OperatorRelationId),
    SM_PROPERTY("aggtranstype", "state_type", sm_render_object, .value = TypeRelationId),
    SM_PROPERTY("aggtransspace", "state_space", sm_render_number, .value = 0),
    SM_PROPERTY("aggmtranstype", "moving_state_type", sm_render_object, .value = TypeRelationId),
    SM_PROPERTY("aggmtransspace", "moving_state_space", sm_render_number, .value = 0),
    SM_COVERED_AS("agginitval", "initial; an empty text is one"),
    SM_COVERED_AS("aggminitval", "moving_initial; an empty text is one"),
};

static const SmCatalogColumn operator_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("oprname", "name"),
    SM_COVERED_AS("oprnamespace", "name"),
    SM_PROPERTY("oprowner", "owner", sm_render_object, .value = AuthIdRelationId),
    SM_DERIVED_FROM("oprkind", "name"),
    SM_PROPERTY("oprcanmerge", "merges", sm_render_true),
    SM_PROPERTY("oprcanhash", "hashes", sm_render_true),
    SM_COVERED_AS("oprleft", "name"),
    SM_COVERED_AS("oprright", "name"),
    SM_PROPERTY("oprresult", "result", sm_render_object, .value = TypeRelationId),
    SM_PROPERTY("oprcom", "commutator", sm_render_object, .value = OperatorRelationId),
    SM_PROPERTY("oprnegate", "negator", sm_render_object, .value = OperatorRelationId),
    SM_PROPERTY("oprcode", "function", sm_render_object, .value = ProcedureRelationId),
    SM_PROPERTY("oprrest", "restrict", sm_render_object, .value = ProcedureRelationId),
    SM_PROPERTY("oprjoin", "join", sm_render_object, .value = ProcedureRelationId),
};

static const SmCatalogColumn opclass_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("opcmethod", "name"),
    SM_COVERED_AS("opcname", "name"),
    SM_COVERED_AS("opcnamespace", "name"),
    SM_PROPERTY("opcowner", "owner", sm_render_object, .value = AuthIdRelationId),
    SM_PROPERTY("opcfamily", "family", sm_render_object, .value = OperatorFamilyRelationId),
    SM_PROPERTY("opcintype", "type", sm_render_object, .value = TypeRelationId),
    SM_PROPERTY("opcdefault", "is_default", sm_render_true),
    SM_PROPERTY("opckeytype", "storage", sm_render_object, .value = TypeRelationId),
};

static const SmCatalogColumn opfamily_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("opfmethod", "name"),
    SM_COVERED_AS("opfname", "name"),
    SM_COVERED_AS("opfnamespace", "name"),
    SM_PROPERTY("opfowner", "owner", sm_render_object, .value = AuthIdRelationId),
};

static const SmCatalogColumn amop_columns[] = {
    SM_DERIVED_FROM("oid", "no identity"),        SM_DERIVED_FROM("amopfamily", "whose part it is"),
    SM_COVERED_AS("amoplefttype", "operators"),   SM_COVERED_AS("amoprighttype", "operators"),
    SM_COVERED_AS("amopstrategy", "operators"),   SM_COVERED_AS("amoppurpose", "operators"),
    SM_COVERED_AS("amopopr", "operators"),        SM_DERIVED_FROM("amopmethod", "the family's"),
    SM_COVERED_AS("amopsortfamily", "operators"),
};

static const SmCatalogColumn amproc_columns[] = {
    SM_DERIVED_FROM("oid", "no identity"),
    SM_DERIVED_FROM("amprocfamily", "whose part it is"),
    SM_COVERED_AS("amproclefttype", "functions"),
    SM_COVERED_AS("amprocrighttype", "functions"),
    SM_COVERED_AS("amprocnum", "functions"),
    SM_COVERED_AS("amproc", "functions"),
};

static const SmCatalogColumn am_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("amname", "name"),
    SM_PROPERTY("amhandler", "handler", sm_render_object, .value = ProcedureRelationId),
    SM_PROPERTY("amtype", "variant", sm_render_word, .words = am_words),
};

static const SmCatalogColumn cast_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("castsource", "name"),
    SM_COVERED_AS("casttarget", "name"),
    SM_PROPERTY("castfunc", "function", sm_render_object, .value = ProcedureRelationId),
    SM_PROPERTY("castcontext", "context", sm_render_word, .words = cast_words),
    SM_PROPERTY("castmethod", "method", sm_render_word, .words = method_words),
};

static const SmCatalogColumn language_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("lanname", "name"),
    SM_PROPERTY("lanowner", "owner", sm_render_object, .value = AuthIdRelationId),
    SM_DERIVED_FROM("lanispl", "true for all but what initdb made"),
    SM_PROPERTY("lanpltrusted", "trusted", sm_render_true),
    SM_PROPERTY("lanplcallfoid", "handler", sm_render_object, .value = ProcedureRelationId),
    SM_PROPERTY("laninline", "inline", sm_render_object, .value = ProcedureRelationId),
    SM_PROPERTY("lanvalidator", "validator", sm_render_object, .value = ProcedureRelationId),
    SM_COVERED_AS("lanacl", "acl"),
};

static const SmCatalogColumn transform_columns[] = {
    SM_DERIVED_FROM("oid", "identity, not hashed"),
    SM_COVERED_AS("trftype", "name"),
    SM_COVERED_AS("trflang", "name"),
    SM_PROPERTY("trffromsql", "from_sql", sm_render_object, .value = ProcedureRelationId),
    SM_PROPERTY("trftosql", "to_sql", sm_render_object, .value = ProcedureRelationId),
};

const SmCatalog sm_catalog_routines[] = {
    {.name = "pg_proc",
     .relid = ProcedureRelationId,
     .columns = SM_COLUMNS(proc_columns),
     .oid_index = ProcedureOidIndexId,
     .classid = ProcedureRelationId,
     .object_column = "oid"},
    {.name = "pg_aggregate",
     .relid = AggregateRelationId,
     .columns = SM_COLUMNS(aggregate_columns),
     .classid = ProcedureRelationId,
     .object_column = "aggfnoid"},
    {.name = "pg_operator",
     .relid = OperatorRelationId,
     .columns = SM_COLUMNS(operator_columns),
     .oid_index = OperatorOidIndexId,
     .classid = OperatorRelationId,
     .object_column = "oid"},
    {.name = "pg_opclass",
     .relid = OperatorClassRelationId,
     .columns = SM_COLUMNS(opclass_columns),
     .oid_index = OpclassOidIndexId,
     .classid = OperatorClassRelationId,
     .object_column = "oid"},
    {.name = "pg_opfamily",
     .relid = OperatorFamilyRelationId,
     .columns = SM_COLUMNS(opfamily_columns),
     .oid_index = OpfamilyOidIndexId,
     .classid = OperatorFamilyRelationId,
     .object_column = "oid"},
    {.name = "pg_amop",
     .relid = AccessMethodOperatorRelationId,
     .columns = SM_COLUMNS(amop_columns),
     .oid_index = AccessMethodOperatorOidIndexId,
     .classid = AccessMethodOperatorRelationId,
     .object_column = "oid",
     .parent_classid = OperatorFamilyRelationId,
     .parent_column = "amopfamily"},
    {.name = "pg_amproc",
     .relid = AccessMethodProcedureRelationId,
     .columns = SM_COLUMNS(amproc_columns),
     .oid_index = AccessMethodProcedureOidIndexId,
     .classid = AccessMethodProcedureRelationId,
     .object_column = "oid",
     .parent_classid = OperatorFamilyRelationId,
     .parent_column = "amprocfamily"},
    {.name = "pg_am",
     .relid = AccessMethodRelationId,
     .columns = SM_COLUMNS(am_columns),
     .oid_index = AmOidIndexId,
     .classid = AccessMethodRelationId,
     .object_column = "oid"},
    {.name = "pg_cast",
     .relid = CastRelationId,
     .columns = SM_COLUMNS(cast_columns),
     .oid_index = CastOidIndexId,
     .classid = CastRelationId,
     .object_column = "oid"},
    {.name = "pg_language",
     .relid = LanguageRelationId,
     .columns = SM_COLUMNS(language_columns),
     .oid_index = LanguageOidIndexId,
     .classid = LanguageRelationId,
     .object_column = "oid"},
    {.name = "pg_transform",
     .relid = TransformRelationId,
     .columns = SM_COLUMNS(transform_columns),
     .oid_index = TransformOidIndexId,
     .classid = TransformRelationId,
     .object_column = "oid"},
};
const int sm_catalog_routines_count = lengthof(sm_catalog_routines);
