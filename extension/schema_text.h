/*
 * schema_text.h
 *		What the files of a whole schema have in common.
 */
#ifndef SM_SCHEMA_TEXT_H
#define SM_SCHEMA_TEXT_H

/* Counts up when older files can no longer be read. */
#define SM_SCHEMA_TEXT_FORMAT 1

#endif /* SM_SCHEMA_TEXT_H */
