/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Call-outs from functions that attackers call
 *
 * Who has taken over the flow of the kernel makes it return into one of these.
 * Each asks the guard whether it was called.
 */

#ifndef _LINUX_LKRG_FLOW_H
#define _LINUX_LKRG_FLOW_H

struct cred;

/**
 * enum lkrg_sensitive - Functions that attackers call
 * @LKRG_PREPARE_KERNEL_CRED: prepare_kernel_cred()
 * @LKRG_SWITCH_NAMESPACES: switch_task_namespaces(), but for who exits
 * @LKRG_SET_FS_ROOT: set_fs_root()
 * @LKRG_SET_FS_PWD: set_fs_pwd()
 * @LKRG_RUN_HELPER: call_usermodehelper_exec()
 * @LKRG_SET_MEMORY_RW: set_memory_rw()
 * @LKRG_SET_MEMORY_X: set_memory_x()
 * @LKRG_TEXT_POKE: text_poke(), text_poke_bp(), text_poke_queue() and text_poke_finish()
 */
enum lkrg_sensitive {
	LKRG_PREPARE_KERNEL_CRED,
	LKRG_SWITCH_NAMESPACES,
	LKRG_SET_FS_ROOT,
	LKRG_SET_FS_PWD,
	LKRG_RUN_HELPER,
	LKRG_SET_MEMORY_RW,
	LKRG_SET_MEMORY_X,
	LKRG_TEXT_POKE,
};

#ifdef CONFIG_SECURITY_LKRG

#include <linux/instruction_pointer.h>
#include <linux/lkrg.h>

int __lkrg_sensitive_call(enum lkrg_sensitive what, unsigned long caller);
int __lkrg_sensitive_rox(unsigned long addr, int pages, unsigned long caller);
int __lkrg_called_commit_creds(const struct cred *new, unsigned long caller);
const struct cred *__lkrg_called_override_creds(const struct cred *new,
						unsigned long caller);

/**
 * lkrg_sensitive_call - Ask before a function does what attackers want of it
 * @what: the function
 *
 * In the function itself: the guard verifies where it will return to.
 *
 * Context: any.
 * Return: 0, or -EPERM when the function must do nothing, and leave alone what it
 * was given.
 */
static __always_inline int lkrg_sensitive_call(enum lkrg_sensitive what)
{
	if (static_branch_unlikely(&lkrg_enabled))
		return __lkrg_sensitive_call(what, _RET_IP_);
	return 0;
}

/**
 * lkrg_sensitive_rox - The same, of set_memory_rox()
 * @addr: its first argument
 * @pages: its second one
 *
 * Context: task context, may sleep.
 * Return: 0, or -EPERM.
 */
static __always_inline int lkrg_sensitive_rox(unsigned long addr, int pages)
{
	if (static_branch_unlikely(&lkrg_enabled))
		return __lkrg_sensitive_rox(addr, pages, _RET_IP_);
	return 0;
}

/**
 * lkrg_called_commit_creds - The same, of commit_creds()
 * @new: its argument
 *
 * Context: task context of the current task.
 * Return: 0, or -EPERM, see lkrg_commit_creds().
 */
static __always_inline int lkrg_called_commit_creds(const struct cred *new)
{
	if (static_branch_unlikely(&lkrg_enabled))
		return __lkrg_called_commit_creds(new, _RET_IP_);
	return 0;
}

/**
 * lkrg_called_override_creds - The same, of override_creds()
 * @new: its argument
 *
 * Context: task context of the current task.
 * Return: @new, or the present credentials, see lkrg_override_creds().
 */
static __always_inline const struct cred *
lkrg_called_override_creds(const struct cred *new)
{
	if (static_branch_unlikely(&lkrg_enabled))
		return __lkrg_called_override_creds(new, _RET_IP_);
	return new;
}

#else /* !CONFIG_SECURITY_LKRG */

static inline int lkrg_sensitive_call(enum lkrg_sensitive what)
{
	return 0;
}

static inline int lkrg_sensitive_rox(unsigned long addr, int pages)
{
	return 0;
}

static inline int lkrg_called_commit_creds(const struct cred *new)
{
	return 0;
}

static inline const struct cred *
lkrg_called_override_creds(const struct cred *new)
{
	return new;
}

#endif /* !CONFIG_SECURITY_LKRG */

#endif /* _LINUX_LKRG_FLOW_H */
