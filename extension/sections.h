/*
 * sections.h
 *		Walks through a file: which section a comment or a statement belongs to.
 */
#ifndef SM_SECTIONS_H
#define SM_SECTIONS_H

#include "undo.h"

/* Reads the whole source of the reader into its migration. */
extern void sm_sections_read(SmReader *reader);

#endif /* SM_SECTIONS_H */
