// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Unit tests of the record of a task
 */

#include <kunit/test.h>
#include <linux/lkrg.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "../ns.h"
#include "../state.h"
#include "../task.h"

/* A record of the current task that nobody looks at. */
static int task_init_test(struct kunit *test)
{
	struct lkrg_task *record = kunit_kzalloc(test, sizeof(*record), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, record);
	record->top = 1;
	record->cred[1].serial = 7;
	lkrg_task_close(current, record, 0, LKRG_STATE_PAIRS + 2);
	test->priv = record;
	return 0;
}

static bool is_authentic(struct kunit *test)
{
	return lkrg_task_is_authentic(current, test->priv);
}

static void a_record_matches_its_tag(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, is_authentic(test));
}

static void each_byte_on_record_is_covered(struct kunit *test)
{
	struct lkrg_task *record = test->priv;
	u8 *bytes = test->priv;
	size_t end = offsetof(struct lkrg_task, cred[2]), i;

	for (i = 0; i < end; i++) {
		bytes[i] ^= 0x80;
		KUNIT_EXPECT_FALSE_MSG(test, is_authentic(test), "byte %zu", i);
		bytes[i] ^= 0x80;
	}
	record->flags ^= LKRG_CONDEMNED;
	KUNIT_EXPECT_FALSE(test, is_authentic(test));
	record->flags ^= LKRG_CONDEMNED;
	record->version ^= 1;
	KUNIT_EXPECT_FALSE(test, is_authentic(test));
	record->version ^= 1;
	record->top = 0;
	KUNIT_EXPECT_FALSE(test, is_authentic(test));
	record->top = LKRG_OVERRIDES + 1;
	KUNIT_EXPECT_FALSE(test, is_authentic(test));
	record->top = 1;
	KUNIT_EXPECT_TRUE(test, is_authentic(test));
}

static void the_record_of_another_task_does_not_match(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, lkrg_task_is_authentic(&init_task, test->priv));
}

static void declare(struct lkrg_task *record)
{
	lkrg_task_open(current, record, 0, LKRG_STATE_PAIRS);
	record->state.fs++;
	record->flags |= LKRG_LISTED;
	lkrg_task_close(current, record, 0, LKRG_STATE_PAIRS);

	lkrg_task_open(current, record, LKRG_STATE_PAIRS, 1 + record->top);
	record->top--;
	lkrg_task_close(current, record, LKRG_STATE_PAIRS, 1 + record->top);
}

static void a_declared_change_keeps_it_authentic(struct kunit *test)
{
	declare(test->priv);
	KUNIT_EXPECT_TRUE(test, is_authentic(test));
}

/* Nothing that is declared later makes the guard believe it. */
static void a_declared_change_keeps_it_forged(struct kunit *test)
{
	struct lkrg_task *record = test->priv;

	record->state.ptracer_cred++;
	declare(record);
	KUNIT_EXPECT_FALSE(test, is_authentic(test));
	record->state.ptracer_cred--;
	KUNIT_EXPECT_TRUE(test, is_authentic(test));
}

/* Also when it hits what was forged. */
static void a_declared_change_of_it_keeps_it_forged(struct kunit *test)
{
	struct lkrg_task *record = test->priv;

	record->state.fs += 0x1000;
	declare(record);
	KUNIT_EXPECT_FALSE(test, is_authentic(test));
}

static void the_state_of_a_task_is_all_there(struct kunit *test)
{
	struct lkrg_state state;

	memset(&state, 0xa5, sizeof(state));
	lkrg_state_take(&state, current);
	KUNIT_EXPECT_EQ(test, state.nsproxy, (uintptr_t)current->nsproxy);
	KUNIT_EXPECT_EQ(test, state.fs, (uintptr_t)current->fs);
	KUNIT_EXPECT_EQ(test, state.ptracer_cred, 0);
	KUNIT_EXPECT_EQ(test, state.seccomp_filter, 0);
	KUNIT_EXPECT_EQ(test, state.seccomp_mode, SECCOMP_MODE_DISABLED);
	KUNIT_EXPECT_EQ(test, state.seccomp_work, 0);
	KUNIT_EXPECT_EQ(test, state.no_new_privs, 0);
	KUNIT_EXPECT_EQ(test, state.flags, PF_KTHREAD);
}

/* Computed with and without taking it. */
static void the_sum_over_the_state_is_the_same(struct kunit *test)
{
	struct lkrg_state state;

	lkrg_state_take(&state, current);
	KUNIT_EXPECT_TRUE(test, lkrg_state_sum(current) ==
			  lkrg_record_span(&state, 0, LKRG_STATE_PAIRS));
}

static const struct {
	size_t at;
	unsigned long flag;
} members[] = {
	{ offsetof(struct nsproxy, uts_ns), CLONE_NEWUTS },
	{ offsetof(struct nsproxy, ipc_ns), CLONE_NEWIPC },
	{ offsetof(struct nsproxy, mnt_ns), CLONE_NEWNS },
	{ offsetof(struct nsproxy, pid_ns_for_children), CLONE_NEWPID },
	{ offsetof(struct nsproxy, net_ns), CLONE_NEWNET },
	{ offsetof(struct nsproxy, time_ns) },
	{ offsetof(struct nsproxy, time_ns_for_children), CLONE_NEWTIME },
	{ offsetof(struct nsproxy, cgroup_ns), CLONE_NEWCGROUP },
};

/* Each pointer, while the other ones are right. */
static void another_namespace_is_found(struct kunit *test)
{
	struct nsproxy *ns = kunit_kmalloc(test, sizeof(*ns), GFP_KERNEL);
	size_t i;

	KUNIT_ASSERT_NOT_NULL(test, ns);
	*ns = *current->nsproxy;
	KUNIT_EXPECT_FALSE(test, lkrg_ns_verify(ns));
	lkrg_ns_grant(ns, current->nsproxy, 0);
	KUNIT_EXPECT_FALSE(test, lkrg_ns_verify(ns));
	lkrg_ns_seal(ns);
	KUNIT_EXPECT_TRUE(test, lkrg_ns_verify(ns));
	for (i = 0; i < ARRAY_SIZE(members); i++) {
		((u8 *)ns)[members[i].at] ^= 8;
		KUNIT_EXPECT_FALSE(test, lkrg_ns_verify(ns));
		((u8 *)ns)[members[i].at] ^= 8;
	}
	KUNIT_EXPECT_TRUE(test, lkrg_ns_verify(ns));
}

/* Those that were set, and no others; what is on record is no ticket. */
static void namespaces_are_granted_as_set(struct kunit *test)
{
	struct nsproxy *ns = kunit_kmalloc(test, sizeof(*ns), GFP_KERNEL);
	size_t i;

	KUNIT_ASSERT_NOT_NULL(test, ns);
	*ns = *current->nsproxy;
	KUNIT_EXPECT_FALSE(test, lkrg_ns_is_granted(ns));
	for (i = 0; i < ARRAY_SIZE(members); i++) {
		lkrg_ns_grant(ns, current->nsproxy, 0);
		KUNIT_EXPECT_TRUE(test, lkrg_ns_is_granted(ns));
		((u8 *)ns)[members[i].at] ^= 8;
		KUNIT_EXPECT_FALSE(test, lkrg_ns_is_granted(ns));
		lkrg_ns_grant(ns, current->nsproxy, 0);
		KUNIT_EXPECT_FALSE(test, lkrg_ns_is_granted(ns));
		lkrg_ns_grant(ns, current->nsproxy, ~(u32)members[i].flag);
		KUNIT_EXPECT_FALSE(test, lkrg_ns_is_granted(ns));
		lkrg_ns_grant(ns, current->nsproxy, members[i].flag);
		KUNIT_EXPECT_EQ(test, lkrg_ns_is_granted(ns), members[i].flag != 0);
		((u8 *)ns)[members[i].at] ^= 8;
	}
	/* Who begins in the one for children has it twice. */
	ns->time_ns_for_children = (void *)((uintptr_t)ns->time_ns ^ 8);
	ns->time_ns = ns->time_ns_for_children;
	lkrg_ns_grant(ns, current->nsproxy, 0);
	KUNIT_EXPECT_FALSE(test, lkrg_ns_is_granted(ns));
	lkrg_ns_grant(ns, current->nsproxy, CLONE_NEWTIME);
	KUNIT_EXPECT_TRUE(test, lkrg_ns_is_granted(ns));
	lkrg_ns_seal(ns);
	KUNIT_EXPECT_FALSE(test, lkrg_ns_is_granted(ns));
	KUNIT_EXPECT_TRUE(test, lkrg_ns_verify(ns));
}

/* Only who is not visible yet is a child. */
static void a_task_that_runs_is_no_child(struct kunit *test)
{
	const struct lkrg_record_tag before = lkrg_task(current)->tag;
	struct nsproxy *ns = kunit_kmalloc(test, sizeof(*ns), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ns);
	*ns = *current->nsproxy;
	__lkrg_copy_namespaces(current, ns);
	KUNIT_EXPECT_FALSE(test, lkrg_ns_verify(ns));
	KUNIT_EXPECT_TRUE(test, lkrg_same_tag(before, lkrg_task(current)->tag));
}

static struct kunit_case task_cases[] = {
	KUNIT_CASE(a_record_matches_its_tag),
	KUNIT_CASE(each_byte_on_record_is_covered),
	KUNIT_CASE(the_record_of_another_task_does_not_match),
	KUNIT_CASE(a_declared_change_keeps_it_authentic),
	KUNIT_CASE(a_declared_change_keeps_it_forged),
	KUNIT_CASE(a_declared_change_of_it_keeps_it_forged),
	KUNIT_CASE(the_state_of_a_task_is_all_there),
	KUNIT_CASE(the_sum_over_the_state_is_the_same),
	KUNIT_CASE(another_namespace_is_found),
	KUNIT_CASE(namespaces_are_granted_as_set),
	KUNIT_CASE(a_task_that_runs_is_no_child),
	{ }
};

static struct kunit_suite task_suite = {
	.name = "lkrg_task",
	.init = task_init_test,
	.test_cases = task_cases,
};

kunit_test_suite(task_suite);
