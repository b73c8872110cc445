// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - What a task has beside its credentials
 *
 * Who changes it declares it here, with the value; fork and the release of a task
 * do, too.  That does not make a record authentic that was forged.
 *
 * Locking: no other lock is taken under that of a record, which is taken below
 * siglock, task_lock(), fs->lock and tasklist_lock, with interrupts off.
 */

#include <linux/lkrg.h>
#include <linux/nsproxy.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/seccomp.h>

#include "inventory.h"
#include "ns.h"
#include "state.h"
#include "task.h"
#include "trigger.h"

static struct lkrg_state *begin(struct task_struct *task) __acquires(bitlock)
{
	struct lkrg_task *record = lkrg_task(task);

	lkrg_task_lock(record);
	/*
	 * A declared value replaces the one on record, so it must not hide that
	 * something else was there: then the record counts as forged.  Only the
	 * task itself is not in the middle of another change.
	 */
	if (task == current && !lkrg_state_is(task, &record->state))
		record->tag.low++;
	lkrg_task_open(task, record, 0, LKRG_STATE_PAIRS);
	return &record->state;
}

static void end(struct task_struct *task) __releases(bitlock)
{
	struct lkrg_task *record = lkrg_task(task);

	lkrg_task_close(task, record, 0, LKRG_STATE_PAIRS);
	lkrg_task_unlock(record);
}

static void set_namespaces(struct task_struct *task, struct nsproxy *new)
{
	const struct nsproxy *old = task->nsproxy;

	/* A copy of what is not right is not either, also when that is let pass. */
	if (new && (!old || lkrg_ns_verify(old)))
		lkrg_ns_seal(new);
	begin(task)->nsproxy = (uintptr_t)new;
	end(task);
}

/* Who is visible is no child any more, and it would not be told what he has got. */
void __lkrg_copy_namespaces(struct task_struct *child, struct nsproxy *new)
{
	if (!(lkrg_task(child)->flags & LKRG_LISTED))
		set_namespaces(child, new);
}

/* Any that are on record somewhere have a tag that is right. */
static bool has_own_namespaces(const struct nsproxy *own)
{
	struct lkrg_task *record = lkrg_task(current);
	bool has;

	lkrg_task_lock(record);
	has = lkrg_task_is_authentic(current, record) &&
	      record->state.nsproxy == (uintptr_t)own;
	lkrg_task_unlock(record);
	return has;
}

void __lkrg_grant_namespaces(struct nsproxy *new, unsigned long flags)
{
	const struct nsproxy *own = READ_ONCE(current->nsproxy);

	if (has_own_namespaces(own))
		lkrg_ns_grant(new, own, flags);
	else
		lkrg_ns_withdraw(new);
}

/*
 * The kernel gives namespaces to current, made by unshare(), setns() or execve()
 * and not known to anybody else yet, and takes those of who exits.
 */
int __lkrg_switch_namespaces(struct task_struct *task, struct nsproxy *new)
{
	int err;

	if (!new) {
		set_namespaces(task, NULL);
		return 0;
	}
	if (task != current || refcount_read(&new->count) != 1)
		return lkrg_task_switches_namespaces(task);
	err = lkrg_task_check_full(LKRG_AT_switch_task_namespaces);
	if (err)
		return err;
	if (!lkrg_ns_is_granted(new))
		return lkrg_task_switches_namespaces(task);
	set_namespaces(task, new);
	return 0;
}

void __lkrg_set_fs(struct task_struct *task, const struct fs_struct *fs)
{
	begin(task)->fs = (uintptr_t)fs;
	end(task);
}

void __lkrg_set_seccomp_filter(const struct seccomp_filter *filter)
{
	begin(current)->seccomp_filter = (uintptr_t)filter;
	end(current);
}

void __lkrg_set_seccomp_mode(int mode)
{
	struct lkrg_state *state = begin(current);

	state->seccomp_mode = mode;
	state->seccomp_work = true;
	end(current);
}

void __lkrg_set_no_new_privs(void)
{
	begin(current)->no_new_privs = true;
	end(current);
}

/* The lock is held until the change is declared. */
void __lkrg_change_begin(struct task_struct *task) __acquires(bitlock)
{
	begin(task);
}

void __lkrg_seccomp_synced(struct task_struct *task,
			   const struct seccomp_filter *filter, bool no_new_privs)
	__releases(bitlock)
{
	struct lkrg_state *state = &lkrg_task(task)->state;

	state->seccomp_filter = (uintptr_t)filter;
	if (state->seccomp_mode == SECCOMP_MODE_DISABLED)
		state->seccomp_mode = SECCOMP_MODE_FILTER;
	state->seccomp_work = true;
	state->no_new_privs |= no_new_privs;
	end(task);
}

void __lkrg_traced(struct task_struct *task, const struct cred *tracer)
	__releases(bitlock)
{
	lkrg_task(task)->state.ptracer_cred = (uintptr_t)tracer;
	end(task);
}

/*
 * The siglock of the parent keeps its other threads from synchronizing it, and
 * copy_seccomp() was called under the same lock.
 */
void __lkrg_fork(struct task_struct *child)
{
	const struct lkrg_task *parent = lkrg_task(current);
	struct lkrg_task *record = lkrg_task(child);
	struct lkrg_state *state = begin(child);

	state->seccomp_filter = parent->state.seccomp_filter;
	state->seccomp_mode = parent->state.seccomp_mode;
	state->seccomp_work = parent->state.seccomp_work;
	state->no_new_privs = parent->state.no_new_privs;
	/* Idle tasks are in no list. */
	if (child->pid) {
		record->flags |= LKRG_LISTED;
		lkrg_inventory_add(record);
	}
	/* What comes from a forged record is not to be believed. */
	if (unlikely(!lkrg_task_is_authentic(current, parent)))
		record->tag.low++;
	end(child);
}

void __lkrg_unhash(struct task_struct *task)
{
	begin(task);
	lkrg_task(task)->flags &= ~LKRG_LISTED;
	lkrg_inventory_remove(lkrg_task(task));
	end(task);
	lkrg_trigger(LKRG_TRIGGER_EXIT);
}
