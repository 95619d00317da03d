/*
 * help.h
 *		The longer texts of help: the file format and the manual page.
 */
#ifndef SM_HELP_H
#define SM_HELP_H

/* Prints the format of a migration file. */
extern void sm_help_print_file(void);

/* Prints the manual page, as man(7) source, from the command table. */
extern void sm_help_print_man(void);

#endif /* SM_HELP_H */
