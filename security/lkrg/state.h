/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Namespaces, root, seccomp and flags of a task
 */

#ifndef _SECURITY_LKRG_STATE_H
#define _SECURITY_LKRG_STATE_H

#include <linux/compiler.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/thread_info.h>
#include <linux/types.h>

#include "task.h"

/*
 * What of task->flags is decided when the task is made, and the bits that the
 * kernel never sets.
 */
#define LKRG_CONSTANT_FLAGS						\
	(PF_KTHREAD | PF_USER_WORKER | PF_IO_WORKER |			\
	 PF__HOLE__01000000 | PF__HOLE__02000000 | PF__HOLE__40000000)

static __always_inline void
lkrg_state_take_namespaces(struct lkrg_state *s, const struct nsproxy *ns)
{
	s->nsproxy = (uintptr_t)ns;
	s->uts_ns = ns ? (uintptr_t)READ_ONCE(ns->uts_ns) : 0;
	s->ipc_ns = ns ? (uintptr_t)READ_ONCE(ns->ipc_ns) : 0;
	s->mnt_ns = ns ? (uintptr_t)READ_ONCE(ns->mnt_ns) : 0;
	s->pid_ns_for_children =
		ns ? (uintptr_t)READ_ONCE(ns->pid_ns_for_children) : 0;
	s->net_ns = ns ? (uintptr_t)READ_ONCE(ns->net_ns) : 0;
	s->time_ns = ns ? (uintptr_t)READ_ONCE(ns->time_ns) : 0;
	s->time_ns_for_children =
		ns ? (uintptr_t)READ_ONCE(ns->time_ns_for_children) : 0;
	s->cgroup_ns = ns ? (uintptr_t)READ_ONCE(ns->cgroup_ns) : 0;
}

/*
 * Of a task that is not current the owner may be writing: then the record does
 * not match, and he is asked himself.
 */
static __always_inline void lkrg_state_take(struct lkrg_state *s,
					    const struct task_struct *task,
					    const struct nsproxy *ns)
{
	lkrg_state_take_namespaces(s, ns);
	s->fs = (uintptr_t)READ_ONCE(task->fs);
	s->ptracer_cred = (uintptr_t)data_race(rcu_access_pointer(task->ptracer_cred));
#ifdef CONFIG_SECCOMP
	s->seccomp_filter = (uintptr_t)READ_ONCE(task->seccomp.filter);
	s->seccomp_mode = READ_ONCE(task->seccomp.mode);
#else
	s->seccomp_filter = 0;
	s->seccomp_mode = SECCOMP_MODE_DISABLED;
#endif
	s->seccomp_work = test_task_syscall_work(task, SECCOMP);
	s->no_new_privs = task_no_new_privs((struct task_struct *)task);
	s->flags = data_race(task->flags) & LKRG_CONSTANT_FLAGS;
}

#endif /* _SECURITY_LKRG_STATE_H */
