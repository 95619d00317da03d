/*
 * version.h
 *		The program's version, and the extension's that it is made for.
 */
#ifndef SM_VERSION_H
#define SM_VERSION_H

#define SM_PROGRAM_VERSION "1.0.0"
#define SM_EXTENSION_VERSION "1.0"

#endif /* SM_VERSION_H */
