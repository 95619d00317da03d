/*
 * routine_arguments.h
 *		The arguments of a routine as the server's parser reads them, for what
 *		must be known of two lists of them.
 */
#ifndef SM_ROUTINE_ARGUMENTS_H
#define SM_ROUTINE_ARGUMENTS_H

/*
 * Whether each call that the older arguments allow is allowed by the newer ones
 * with the same meaning: same names, modes and types, no default gone; further
 * arguments at the end have defaults.  False where either cannot be read.
 */
extern bool sm_routine_only_adds_defaults(const char *from, const char *to);

#endif /* SM_ROUTINE_ARGUMENTS_H */
