/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - What a task has beside its credentials
 */

#ifndef _SECURITY_LKRG_STATE_H
#define _SECURITY_LKRG_STATE_H

#include <linux/compiler.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/string.h>
#include <linux/thread_info.h>
#include <linux/types.h>

#include "tag.h"
#include "task.h"

/*
 * What of task->flags is decided when the task is made, and the bits that the
 * kernel never sets.
 */
#define LKRG_CONSTANT_FLAGS						\
	(PF_KTHREAD | PF_USER_WORKER | PF_IO_WORKER |			\
	 PF__HOLE__01000000 | PF__HOLE__02000000 | PF__HOLE__40000000)

static __always_inline u64 lkrg_seccomp_filter(const struct task_struct *task)
{
#ifdef CONFIG_SECCOMP
	return (uintptr_t)READ_ONCE(task->seccomp.filter);
#else
	return 0;
#endif
}

static __always_inline u32 lkrg_seccomp_mode(const struct task_struct *task)
{
#ifdef CONFIG_SECCOMP
	return READ_ONCE(task->seccomp.mode);
#else
	return SECCOMP_MODE_DISABLED;
#endif
}

/*
 * Of a task that is not current the owner may be writing: then the record does
 * not match, and he is asked himself.
 */
static __always_inline void lkrg_state_take(struct lkrg_state *s,
					    const struct task_struct *task)
{
	s->nsproxy = (uintptr_t)READ_ONCE(task->nsproxy);
	s->fs = (uintptr_t)READ_ONCE(task->fs);
	/* Like the rest: see above. */
	s->ptracer_cred = (uintptr_t)data_race(rcu_access_pointer(task->ptracer_cred));
	s->seccomp_filter = lkrg_seccomp_filter(task);
	s->seccomp_mode = lkrg_seccomp_mode(task);
	s->seccomp_work = test_task_syscall_work(task, SECCOMP);
	s->no_new_privs = task_no_new_privs((struct task_struct *)task);
	/* Others of the flags may change. */
	s->flags = data_race(task->flags) & LKRG_CONSTANT_FLAGS;
}

static inline bool lkrg_state_is(const struct task_struct *task,
				 const struct lkrg_state *recorded)
{
	struct lkrg_state live;

	lkrg_state_take(&live, task);
	return !memcmp(&live, recorded, sizeof(live));
}

/* The sum over what lkrg_state_take() would take. */
static __always_inline u128 lkrg_state_sum(const struct task_struct *task)
{
	struct lkrg_state s;

	lkrg_state_take(&s, task);
	return lkrg_record_words(0, s.nsproxy, s.fs) +
	       lkrg_record_words(1, s.ptracer_cred, s.seccomp_filter) +
	       lkrg_record_words(2, LKRG_HALVES(s.seccomp_mode, s.seccomp_work),
				 LKRG_HALVES(s.no_new_privs, s.flags));
}

#endif /* _SECURITY_LKRG_STATE_H */
