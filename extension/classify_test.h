/*
 * classify_test.h
 *		The conditions that the rules of classify_rules.c name.
 */
#ifndef SM_CLASSIFY_TEST_H
#define SM_CLASSIFY_TEST_H

#include "classify.h"

/* no change by itself: the rule takes another one's place (findings.c) */
extern bool sm_test_never(const SmPair *pair, const SmChange *change);

/* properties: the value is set, or gone */
extern bool sm_test_becomes_set(const SmPair *pair, const SmChange *change);
extern bool sm_test_becomes_unset(const SmPair *pair, const SmChange *change);

/* columns and types */
extern bool sm_test_type_is_wider(const SmPair *pair, const SmChange *change);
extern bool sm_test_type_is_narrower(const SmPair *pair, const SmChange *change);
extern bool sm_test_value_is_required(const SmPair *pair, const SmChange *change);
extern bool sm_test_still_not_null(const SmPair *pair, const SmChange *change);
extern bool sm_test_becomes_always(const SmPair *pair, const SmChange *change);
extern bool sm_test_label_is_last(const SmPair *pair, const SmChange *change);
extern bool sm_test_label_is_new(const SmPair *pair, const SmChange *change);
extern bool sm_test_label_is_gone(const SmPair *pair, const SmChange *change);
extern bool sm_test_label_is_renamed(const SmPair *pair, const SmChange *change);

/* constraints and indexes */
extern bool sm_test_is_check(const SmPair *pair, const SmChange *change);
extern bool sm_test_is_foreign_key(const SmPair *pair, const SmChange *change);
extern bool sm_test_is_unique(const SmPair *pair, const SmChange *change);
extern bool sm_test_is_exclusion(const SmPair *pair, const SmChange *change);
extern bool sm_test_is_not_null(const SmPair *pair, const SmChange *change);
extern bool sm_test_is_unique_index(const SmPair *pair, const SmChange *change);

/* routines */
extern bool sm_test_only_adds_defaults(const SmPair *pair, const SmChange *change);

/* privileges, policies, options */
extern bool sm_test_only_grants(const SmPair *pair, const SmChange *change);
extern bool sm_test_is_restrictive(const SmPair *pair, const SmChange *change);
extern bool sm_test_policy_reaches_more(const SmPair *pair, const SmChange *change);
extern bool sm_test_option_invoker_on(const SmPair *pair, const SmChange *change);
extern bool sm_test_option_invoker_off(const SmPair *pair, const SmChange *change);
extern bool sm_test_option_check(const SmPair *pair, const SmChange *change);
extern bool sm_test_option_barrier(const SmPair *pair, const SmChange *change);
extern bool sm_test_entry_is_new(const SmPair *pair, const SmChange *change);

#endif /* SM_CLASSIFY_TEST_H */
