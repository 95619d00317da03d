/*
 * fingerprint_state.c
 *		A fingerprint as it stands in the cache (see fingerprint_state.h).
 */
#include "postgres.h"

#include "access/xlog.h"
#include "miscadmin.h"

#include "compat.h"
#include "fingerprint_state.h"
#include "manifest_pack.h"

/* Counts up when the rows look otherwise. */
#define FORMAT 1

/* For what the rows are true; and which rows they are. */
typedef struct StateHeader
{
	uint64 system_identifier;
	uint64 generation; /* counts up with each write */
	TimeLineID timeline;
	Oid database;
	int32 format;
	int32 encoding;
	int32 server_version; /* with the minor one: it may print something otherwise */
	int32 catalogs;
} StateHeader;

static void
make_header(StateHeader *header, uint64 generation)
{
	int count;

	(void) sm_catalog_list(&count);
	memset(header, 0, sizeof(*header));
	header->system_identifier = GetSystemIdentifier();
	header->generation = generation;
	header->timeline = GetWALInsertionTimeLine();
	header->database = MyDatabaseId;
	header->format = FORMAT;
	header->encoding = SM_MERKLE_ENCODING;
	header->server_version = SM_SERVER_VERSION;
	header->catalogs = count;
}

/* Opens the state row behind its header; returns its generation, 0 for none that holds. */
static uint64
read_header(SmCache *cache, StringInfo state)
{
	StateHeader expected;
	StateHeader header;
	Size length;

	state->data = sm_cache_get(cache, SM_CACHE_STATE, 0, &length);
	if (state->data == NULL || length < sizeof(header))
		return 0;
	state->len = state->maxlen = length;
	state->cursor = 0;
	sm_manifest_read(state, &header, sizeof(header));
	make_header(&expected, header.generation);
	return memcmp(&header, &expected, sizeof(header)) == 0 ? header.generation : 0;
}

static void
write_stamp(StringInfo state, const SmStamp *stamp)
{
	for (int i = 0; i < stamp->count; i++)
	{
		const SmStampCatalog *catalog = &stamp->catalogs[i];

		sm_manifest_write(state, &catalog->relid, sizeof(catalog->relid));
		sm_manifest_write(state, &catalog->nchunks, sizeof(catalog->nchunks));
		sm_manifest_write(state, catalog->sums, catalog->nchunks * sizeof(uint64));
	}
}

static SmStamp *
read_stamp(StringInfo state)
{
	SmStamp *stamp = palloc(sizeof(SmStamp));

	(void) sm_catalog_list(&stamp->count);
	stamp->catalogs = palloc0(stamp->count * sizeof(SmStampCatalog));
	for (int i = 0; i < stamp->count; i++)
	{
		SmStampCatalog *catalog = &stamp->catalogs[i];

		sm_manifest_read(state, &catalog->relid, sizeof(catalog->relid));
		sm_manifest_read(state, &catalog->nchunks, sizeof(catalog->nchunks));
		catalog->sums = palloc(Max(catalog->nchunks, 1) * sizeof(uint64));
		sm_manifest_read(state, catalog->sums, catalog->nchunks * sizeof(uint64));
	}
	return stamp;
}

bool
sm_fingerprint_load(SmFingerprint *current)
{
	StringInfoData state;

	current->generation = read_header(&current->cache, &state);
	if (current->generation == 0)
		return false;
	current->stamp = read_stamp(&state);
	sm_manifest_unpack(current->manifest, &state);
	return true;
}

static int
atoms_number(int catalog, int chunk)
{
	return (catalog << 16) | chunk;
}

void
sm_fingerprint_load_atoms(SmFingerprint *current, int catalog, int chunk, SmAtomList *list)
{
	Size length = 0;

	if (current->atoms[catalog] != NULL && current->atoms[catalog][chunk].atoms != NULL)
	{
		*list = current->atoms[catalog][chunk];
		return;
	}
	list->atoms = (SmAtomStamp *) sm_cache_get(&current->cache, SM_CACHE_ATOMS,
	                                           atoms_number(catalog, chunk), &length);
	list->count = list->atoms ? length / sizeof(SmAtomStamp) : 0;
}

static void
store_atoms(SmFingerprint *current)
{
	for (int i = 0; i < current->stamp->count; i++)
	{
		for (int j = 0; current->atoms[i] != NULL && j < current->stamp->catalogs[i].nchunks; j++)
		{
			const SmAtomList *list = &current->atoms[i][j];

			if (list->atoms != NULL)
				sm_cache_put(&current->cache, SM_CACHE_ATOMS, atoms_number(i, j), list->atoms,
				             list->count * sizeof(SmAtomStamp));
		}
	}
}

void
sm_fingerprint_store(SmFingerprint *current)
{
	StateHeader header;
	StringInfoData state;
	StringInfoData other;

	if (!current->changed || !sm_cache_begin_write(&current->cache))
		return;
	/* another transaction has written meanwhile: its rows belong together, and not to ours */
	if (read_header(&current->cache, &other) != current->generation)
		return;
	make_header(&header, current->generation + 1);
	initStringInfo(&state);
	sm_manifest_write(&state, &header, sizeof(header));
	write_stamp(&state, current->stamp);
	sm_manifest_pack(current->manifest, &state);
	store_atoms(current);
	sm_manifest_store(current->manifest);
	sm_cache_put(&current->cache, SM_CACHE_STATE, 0, state.data, state.len);
	current->generation++;
	current->changed = false;
}
