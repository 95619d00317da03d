/*
 * body_text.h
 *		Bodies as JSON text: canonical, as they are digested, or for people and
 *		git, one property a line.
 */
#ifndef SM_BODY_TEXT_H
#define SM_BODY_TEXT_H

#include "lib/stringinfo.h"

#include "body.h"

/* Without white space, keys in byte order. */
extern void sm_body_text_canonical(StringInfo out, const SmBody *body);

/* Each line but the first begins with this prefix. */
extern void sm_body_text_pretty(StringInfo out, const SmBody *body, const char *prefix);

#endif /* SM_BODY_TEXT_H */
