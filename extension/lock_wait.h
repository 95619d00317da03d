/*
 * lock_wait.h
 *		How long this session waited for locks of the lock manager while it was
 *		watched, to within some 10 ms.
 */
#ifndef SM_LOCK_WAIT_H
#define SM_LOCK_WAIT_H

#include "datatype/timestamp.h"

/* Watches from here on; where it watches already it goes on. */
extern void sm_lock_wait_watch(void);

/* Ends it; what was seen stays.  Safe when nothing is watched. */
extern void sm_lock_wait_end(void);

/* Ends it and forgets what was seen. */
extern void sm_lock_wait_reset(void);

/* Milliseconds waited since the reset, and when the last wait ended (0: none). */
extern double sm_lock_wait_ms(void);
extern TimestampTz sm_lock_wait_last_end(void);

#endif /* SM_LOCK_WAIT_H */
