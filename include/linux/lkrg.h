/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Call-outs from the core kernel
 *
 * The code that legitimately changes something tells the guard what it
 * changes.  Each call-out is an empty inline without CONFIG_SECURITY_LKRG and
 * one disabled static branch unless lkrg is listed in lsm=.
 */

#ifndef _LINUX_LKRG_H
#define _LINUX_LKRG_H

#include <linux/types.h>

struct cred;
struct nsproxy;
struct task_struct;

#ifdef CONFIG_SECURITY_LKRG

#include <linux/jump_label.h>

/* Enabled once, during LSM initialisation, if lkrg is listed in lsm=. */
DECLARE_STATIC_KEY_FALSE(lkrg_enabled);

int __lkrg_commit_creds(const struct cred *new);
const struct cred *__lkrg_override_creds(const struct cred *new);
void __lkrg_revert_creds(const struct cred *old);
int __lkrg_same_ids(void);
void __lkrg_grant_creds(const struct cred *new);
int __lkrg_switch_namespaces(struct task_struct *task,
			     const struct nsproxy *new);
void __lkrg_syscall_work(void);
void __lkrg_text_poke(const void *addr, const void *src, size_t len, bool fill);
void __lkrg_kernel_is_readonly(void);

/**
 * lkrg_commit_creds - Ask before new credentials are installed on current
 * @new: the argument of commit_creds()
 *
 * Context: task context of the current task, may sleep.
 * Return: 0, or -EPERM when the commit must not happen: the caller leaves both
 * the task and @new alone, the reference on @new is leaked on purpose because
 * @new may be forged.
 */
static inline int lkrg_commit_creds(const struct cred *new)
{
	if (static_branch_unlikely(&lkrg_enabled))
		return __lkrg_commit_creds(new);
	return 0;
}

/**
 * lkrg_grant_creds - Declare that new credentials hold what was decided
 * @new: prepared by the current task, not published; of what the guard looks at
 *	only the ucounts may still change before commit_creds() or fork
 *
 * For those who change credentials without one of the hooks that say so.
 *
 * Context: task context of the current task.
 */
static inline void lkrg_grant_creds(const struct cred *new)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_grant_creds(new);
}

/**
 * lkrg_override_creds - Declare an override of the subjective credentials
 * @new: the argument of override_creds()
 *
 * Context: task context of the current task.
 * Return: the credentials to install: @new, or the present ones when the
 * override is refused, so that the matching revert_creds() stays balanced.
 */
static inline const struct cred *lkrg_override_creds(const struct cred *new)
{
	if (static_branch_unlikely(&lkrg_enabled))
		return __lkrg_override_creds(new);
	return new;
}

/**
 * lkrg_revert_creds - Declare the end of an override
 * @old: the argument of revert_creds()
 *
 * Context: task context of the current task.
 */
static inline void lkrg_revert_creds(const struct cred *old)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_revert_creds(old);
}

/**
 * lkrg_same_ids - Ask whether ids that are already set may be set
 *
 * Whoever sets his ids to what they are changes no credentials, so nothing else
 * asks; but he may be about to make sure of ids that he stole.
 *
 * Context: task context of the current task.
 * Return: 0, or -EPERM.
 */
static inline int lkrg_same_ids(void)
{
	if (static_branch_unlikely(&lkrg_enabled))
		return __lkrg_same_ids();
	return 0;
}

/**
 * lkrg_switch_namespaces - Ask before a task gets other namespaces
 * @task: the task
 * @new: the namespaces, or NULL when the task exits
 *
 * Context: task context of the current task, may sleep.
 * Return: 0, or -EPERM when the caller must leave @task alone; the reference on
 * @new is leaked on purpose.
 */
static inline int lkrg_switch_namespaces(struct task_struct *task,
					 const struct nsproxy *new)
{
	if (static_branch_unlikely(&lkrg_enabled))
		return __lkrg_switch_namespaces(task, new);
	return 0;
}

/**
 * lkrg_syscall_work - Look at a task at system-call entry or exit
 *
 * Called with SYSCALL_WORK_LKRG set for current, in sleepable context without
 * locks.  A verdict, if an override of its credentials outlived the system call
 * that made it.  Does not return when the task is condemned.
 */
static inline void lkrg_syscall_work(void)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_syscall_work();
}

/**
 * lkrg_text_poke - Declare a write to kernel text that is about to happen
 * @addr: first byte that will be written
 * @src: the bytes, or the fill pattern
 * @len: number of bytes
 * @fill: @len times the byte at @src instead of @len bytes from @src
 *
 * Context: interrupts off, text_mutex held or, under kgdb, all other CPUs
 * stopped; perhaps NMI.  Takes no lock, allocates nothing, prints nothing.
 */
static inline void lkrg_text_poke(const void *addr, const void *src, size_t len,
				  bool fill)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_text_poke(addr, src, len, fill);
}

/**
 * lkrg_kernel_is_readonly - Take the baseline and start the passes
 *
 * Called once, from kernel_init(), when the kernel has made itself read-only
 * and before PID 1 is started.
 */
static inline void lkrg_kernel_is_readonly(void)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_kernel_is_readonly();
}

#else /* !CONFIG_SECURITY_LKRG */

static inline int lkrg_commit_creds(const struct cred *new)
{
	return 0;
}

static inline const struct cred *lkrg_override_creds(const struct cred *new)
{
	return new;
}

static inline void lkrg_grant_creds(const struct cred *new) { }
static inline void lkrg_revert_creds(const struct cred *old) { }

static inline int lkrg_same_ids(void)
{
	return 0;
}

static inline int lkrg_switch_namespaces(struct task_struct *task,
					 const struct nsproxy *new)
{
	return 0;
}

static inline void lkrg_syscall_work(void) { }
static inline void lkrg_text_poke(const void *addr, const void *src, size_t len,
				  bool fill) { }
static inline void lkrg_kernel_is_readonly(void) { }

#endif /* !CONFIG_SECURITY_LKRG */

#endif /* _LINUX_LKRG_H */
