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
#include <linux/uidgid_types.h>

struct cpu_vfs_cap_data;
struct cred;
struct fs_struct;
struct mm_struct;
struct module;
struct nsproxy;
struct seccomp_filter;
struct task_struct;

/**
 * enum lkrg_patcher - Who patches kernel text
 * @LKRG_PATCH_INSN: text_poke_bp() or text_poke_queue(), at a site that is in a
 *	table: a jump label, static call, traced function or optimized kprobe
 * @LKRG_PATCH_PROBE: kprobes, a breakpoint, what was there, and what runs instead
 * @LKRG_PATCH_LOCK: SMP alternatives, a lock prefix or what stands for it
 * @LKRG_PATCH_PADDING: call depth tracking, what is before a function
 * @LKRG_PATCH_LIVEPATCH: relocations of a livepatch module
 * @LKRG_PATCH_DEBUGGER: kgdb, a breakpoint and what was there
 */
enum lkrg_patcher {
	LKRG_PATCH_INSN,
	LKRG_PATCH_PROBE,
	LKRG_PATCH_LOCK,
	LKRG_PATCH_PADDING,
	LKRG_PATCH_LIVEPATCH,
	LKRG_PATCH_DEBUGGER,
};

/**
 * enum lkrg_stage - Where a module can be found
 * @LKRG_MODULE_GONE: nowhere
 * @LKRG_MODULE_GOING: in the list of modules
 * @LKRG_MODULE_COMING: also by an address in it
 * @LKRG_MODULE_STOPPED: also in sysfs
 * @LKRG_MODULE_LIVE: in all of them, and its code is used
 */
enum lkrg_stage {
	LKRG_MODULE_GONE,
	LKRG_MODULE_GOING,
	LKRG_MODULE_COMING,
	LKRG_MODULE_STOPPED,
	LKRG_MODULE_LIVE,
};

/**
 * enum lkrg_grant - Which fields of a credential a ticket is about
 * @LKRG_GRANT_UIDS: user ids, the user, and which capabilities go with them
 * @LKRG_GRANT_GIDS: group ids
 * @LKRG_GRANT_GROUPS: supplementary groups
 * @LKRG_GRANT_CAPS: capabilities, but for the bounding set
 * @LKRG_GRANT_AMBIENT: ambient capabilities
 * @LKRG_GRANT_SECUREBITS: securebits
 * @LKRG_GRANT_EXEC: saved ids and those for file systems, which become the effective ones
 * @LKRG_GRANT_FILE_IDS: then, effective ids, see lkrg_exec_ids()
 * @LKRG_GRANT_FILE_CAPS: then, capabilities of a file, see lkrg_exec_caps()
 * @LKRG_GRANT_PROGRAM: and then, what becomes of them
 * @LKRG_GRANT_USER_NS: the user namespace, capabilities in it, and securebits
 */
enum lkrg_grant {
	LKRG_GRANT_UIDS,
	LKRG_GRANT_GIDS,
	LKRG_GRANT_GROUPS,
	LKRG_GRANT_CAPS,
	LKRG_GRANT_AMBIENT,
	LKRG_GRANT_SECUREBITS,
	LKRG_GRANT_EXEC,
	LKRG_GRANT_FILE_IDS,
	LKRG_GRANT_FILE_CAPS,
	LKRG_GRANT_PROGRAM,
	LKRG_GRANT_USER_NS,
};

#ifdef CONFIG_SECURITY_LKRG

#include <linux/init.h>
#include <linux/jump_label.h>
#include <linux/sched.h>

/* Enabled once, during LSM initialisation, if lkrg is listed in lsm=. */
DECLARE_STATIC_KEY_FALSE(lkrg_enabled);

int __lkrg_commit_creds(const struct cred *new);
const struct cred *__lkrg_override_creds(const struct cred *new);
void __lkrg_revert_creds(const struct cred *old);
int __lkrg_same_ids(void);
int __lkrg_prctl(void);
void __lkrg_grant_creds(const struct cred *new, enum lkrg_grant what);
int __lkrg_exec_creds(const struct cred *new);
void __lkrg_exec_ids(const struct cred *new, umode_t mode, kuid_t uid, kgid_t gid);
int __lkrg_exec_caps(const struct cred *new, const struct cpu_vfs_cap_data *caps);
void __lkrg_grant_namespaces(struct nsproxy *new, unsigned long flags);
int __lkrg_switch_namespaces(struct task_struct *task, struct nsproxy *new);
void __lkrg_copy_namespaces(struct task_struct *child, struct nsproxy *new);
void __lkrg_set_fs(struct task_struct *task, const struct fs_struct *fs);
void __lkrg_fs_change_begin(struct fs_struct *fs);
void __lkrg_fs_change_end(struct fs_struct *fs);
void __lkrg_fs_copied(struct fs_struct *new, const struct fs_struct *old);
void __lkrg_mm_init(struct mm_struct *mm, const struct mm_struct *old);
void __lkrg_dumpable_begin(struct mm_struct *mm);
void __lkrg_dumpable_end(struct mm_struct *mm);
void __lkrg_set_seccomp_filter(const struct seccomp_filter *filter);
void __lkrg_set_seccomp_mode(int mode);
void __lkrg_set_no_new_privs(void);
void __lkrg_change_begin(struct task_struct *task);
void __lkrg_seccomp_synced(struct task_struct *task,
			   const struct seccomp_filter *filter,
			   bool no_new_privs);
void __lkrg_traced(struct task_struct *task, const struct cred *tracer);
void __lkrg_fork(struct task_struct *child);
void __lkrg_unhash(struct task_struct *task);
void __lkrg_syscall_work(void);
void __lkrg_patch_text(enum lkrg_patcher who, const void *addr, const void *new,
		       size_t len);
void __lkrg_cpu_present(unsigned int cpu, bool present);
void __lkrg_breakpoint(int slot, unsigned long addr);
void __lkrg_msr_lent(u32 msr, const u64 *host);
void __lkrg_msrs_returned(void);
void __lkrg_usb_event(void);
void __lkrg_kernel_is_readonly(void);
int __lkrg_module_formed(struct module *module);
void __lkrg_module_initialised(struct module *module, bool readonly);
void __lkrg_module_stage(struct module *module, enum lkrg_stage stage);
void __lkrg_module_freed(struct module *module);
void __init __lkrg_start_tasks(void);

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
 * @what: was decided; all else is as in the credentials of the current task
 *
 * For those who change credentials without one of the hooks that say so.
 *
 * Context: task context of the current task.
 */
static inline void lkrg_grant_creds(const struct cred *new, enum lkrg_grant what)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_grant_creds(new, what);
}

/**
 * lkrg_exec_creds - Ask before execve() decides on the ids of a program
 * @new: from prepare_exec_creds(), which was long ago
 *
 * Context: task context of the current task.
 * Return: 0, or -EPERM when the caller must fail.
 */
static inline int lkrg_exec_creds(const struct cred *new)
{
	if (static_branch_unlikely(&lkrg_enabled))
		return __lkrg_exec_creds(new);
	return 0;
}

/**
 * lkrg_exec_ids - Declare the ids that execve() has taken from a file
 * @new: as in lkrg_exec_creds(); nothing but these ids was changed
 * @mode: of the file, which says which ids
 * @uid: its owner
 * @gid: its group
 *
 * Context: task context of the current task.
 */
static inline void lkrg_exec_ids(const struct cred *new, umode_t mode, kuid_t uid,
				 kgid_t gid)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_exec_ids(new, mode, uid, gid);
}

/**
 * lkrg_exec_caps - Ask before execve() gives capabilities of a file
 * @new: as in lkrg_exec_creds(); nothing but permitted capabilities was changed, and
 *	there are none
 * @caps: the capabilities, NULL if it has none
 *
 * Context: task context of the current task.
 * Return: 0, or -EPERM when the caller must fail.
 */
static inline int lkrg_exec_caps(const struct cred *new,
				 const struct cpu_vfs_cap_data *caps)
{
	if (static_branch_unlikely(&lkrg_enabled))
		return __lkrg_exec_caps(new, caps);
	return 0;
}

/**
 * lkrg_in_execve - Are other credentials about to be installed?
 *
 * Those were made to follow the present ones, which no work may exchange meanwhile.
 *
 * Context: task context of the current task.
 * Return: whether the current task is in execve(), false without the guard.
 */
static inline bool lkrg_in_execve(void)
{
	return static_branch_unlikely(&lkrg_enabled) && current->in_execve;
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
 * lkrg_prctl - Ask before prctl() does anything
 *
 * The hook for it comes behind the capability module, which may have changed
 * credentials by then.
 *
 * Context: task context of the current task.
 * Return: 0, or -EPERM.
 */
static inline int lkrg_prctl(void)
{
	if (static_branch_unlikely(&lkrg_enabled))
		return __lkrg_prctl();
	return 0;
}

/**
 * lkrg_grant_namespaces - Declare that namespaces are those that were decided on
 * @new: made by the current task, and known to nobody else
 * @flags: CLONE_NEW*, those that are not the current task's own
 *
 * Context: task context.
 */
static inline void lkrg_grant_namespaces(struct nsproxy *new, unsigned long flags)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_grant_namespaces(new, flags);
}

/**
 * lkrg_switch_namespaces - Ask before a task gets other namespaces
 * @task: the task
 * @new: the namespaces, as in lkrg_grant_namespaces(), or NULL when the task exits
 *
 * Context: task context of the current task, may sleep.
 * Return: 0, or -EPERM when the caller must leave @task alone; the reference on
 * @new is leaked on purpose.
 */
static inline int lkrg_switch_namespaces(struct task_struct *task,
					 struct nsproxy *new)
{
	if (static_branch_unlikely(&lkrg_enabled))
		return __lkrg_switch_namespaces(task, new);
	return 0;
}

/**
 * lkrg_copy_namespaces - Declare that a child gets namespaces of its own
 * @child: not visible yet
 * @new: its namespaces, complete and known to nobody else
 *
 * Context: task context of the parent.
 */
static inline void lkrg_copy_namespaces(struct task_struct *child,
					struct nsproxy *new)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_copy_namespaces(child, new);
}

/**
 * lkrg_set_fs - Declare that a task has another root and working directory
 * @task: the current task, or a child that is not visible yet
 * @fs: what ->fs becomes, NULL when the task exits
 *
 * Context: task context, perhaps with task_lock() and fs->lock held.
 */
static inline void lkrg_set_fs(struct task_struct *task,
			       const struct fs_struct *fs)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_set_fs(task, fs);
}

/**
 * lkrg_fs_change_begin - Declare that root or working directory are to change
 * @fs: where
 *
 * Context: fs->lock held and its sequence count odd, or @fs is not shared.
 */
static inline void lkrg_fs_change_begin(struct fs_struct *fs)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_fs_change_begin(fs);
}

/**
 * lkrg_fs_change_end - Declare that root or working directory have changed
 * @fs: the argument of lkrg_fs_change_begin()
 */
static inline void lkrg_fs_change_end(struct fs_struct *fs)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_fs_change_end(fs);
}

/**
 * lkrg_fs_copied - Declare that root and working directory were copied
 * @new: to, known to nobody else
 * @old: from
 *
 * Context: lock of @old held.
 */
static inline void lkrg_fs_copied(struct fs_struct *new,
				  const struct fs_struct *old)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_fs_copied(new, old);
}

/**
 * lkrg_mm_init - Declare that a process may be dumped if another one may
 * @mm: of the new process, its flags are set
 * @old: of the other one, or NULL
 *
 * Context: task context.
 */
static inline void lkrg_mm_init(struct mm_struct *mm,
				const struct mm_struct *old)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_mm_init(mm, old);
}

/**
 * lkrg_dumpable_begin - Declare that it changes whether a process may be dumped
 * @mm: of the process
 *
 * Takes a lock until lkrg_dumpable_end().
 *
 * Context: task context.
 */
static inline void lkrg_dumpable_begin(struct mm_struct *mm)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_dumpable_begin(mm);
}

/**
 * lkrg_dumpable_end - Declare that it has changed
 * @mm: the argument of lkrg_dumpable_begin()
 */
static inline void lkrg_dumpable_end(struct mm_struct *mm)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_dumpable_end(mm);
}

/**
 * lkrg_set_seccomp_filter - Declare a new innermost filter of the current task
 * @filter: the filter, NULL when the task exits
 *
 * Context: task context, siglock held.
 */
static inline void lkrg_set_seccomp_filter(const struct seccomp_filter *filter)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_set_seccomp_filter(filter);
}

/**
 * lkrg_set_seccomp_mode - Declare a new mode of the current task
 * @mode: SECCOMP_MODE_STRICT, _FILTER or _DEAD
 *
 * Context: task context, perhaps with siglock held.
 */
static inline void lkrg_set_seccomp_mode(int mode)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_set_seccomp_mode(mode);
}

/**
 * lkrg_set_no_new_privs - Declare that the current task gains no privileges
 *
 * Context: task context.
 */
static inline void lkrg_set_no_new_privs(void)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_set_no_new_privs();
}

/**
 * lkrg_change_begin - Declare that a task that may be running is to be changed
 * @task: whose seccomp state or tracer changes
 *
 * Disables preemption until lkrg_seccomp_synced() or lkrg_traced(), and keeps
 * @task from accusing itself until then.
 *
 * Context: task context with siglock or tasklist_lock held, interrupts off.
 */
static inline void lkrg_change_begin(struct task_struct *task)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_change_begin(task);
}

/**
 * lkrg_seccomp_synced - Declare what another thread of the process has got
 * @task: the argument of lkrg_change_begin()
 * @filter: its filter; its mode is SECCOMP_MODE_FILTER
 * @no_new_privs: it has no_new_privs now, if it had not before
 */
static inline void lkrg_seccomp_synced(struct task_struct *task,
				       const struct seccomp_filter *filter,
				       bool no_new_privs)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_seccomp_synced(task, filter, no_new_privs);
}

/**
 * lkrg_traced - Declare who traces a task
 * @task: the argument of lkrg_change_begin()
 * @tracer: its ->ptracer_cred, NULL if nobody does
 */
static inline void lkrg_traced(struct task_struct *task,
			       const struct cred *tracer)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_traced(task, tracer);
}

/**
 * lkrg_fork - Complete the record of a child that becomes visible
 * @child: the child, in the lists already
 *
 * Context: tasklist_lock write-held, siglock of the parent held.
 */
static inline void lkrg_fork(struct task_struct *child)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_fork(child);
}

/**
 * lkrg_unhash - Declare that a task leaves the lists
 * @task: the task
 *
 * Context: tasklist_lock write-held.
 */
static inline void lkrg_unhash(struct task_struct *task)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_unhash(task);
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
 * lkrg_patch_text - Declare an instruction that is about to be patched
 * @who: who patches
 * @addr: its first byte
 * @new: what it will be; of %LKRG_PATCH_INSN with six bytes, those behind the
 *	first, which is 0x0f
 * @len: number of bytes
 *
 * What is not legal is not accounted for: when it is written, it is a change like
 * any other.
 *
 * Context: before any of it is written; text_mutex held from here until all is or,
 * under kgdb, all other CPUs stopped, perhaps in an NMI.
 */
static inline void lkrg_patch_text(enum lkrg_patcher who, const void *addr,
				   const void *new, size_t len)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_patch_text(who, addr, new, len);
}

/**
 * lkrg_module_formed - Declare a module whose text and read-only data are so
 * @module: the module, none of its code has run
 *
 * Context: may sleep, module_mutex held, text_mutex not held.
 * Return: 0 or -ENOMEM when loading must fail.
 */
static inline int lkrg_module_formed(struct module *module)
{
	if (static_branch_unlikely(&lkrg_enabled))
		return __lkrg_module_formed(module);
	return 0;
}

/**
 * lkrg_module_initialised - Declare that what is read-only after init is so
 * @module: the module, in all lists and trees of modules and in sysfs
 * @readonly: whether the loader could protect it
 *
 * Context: may sleep, module_mutex held, text_mutex not held.
 */
static inline void lkrg_module_initialised(struct module *module, bool readonly)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_module_initialised(module, readonly);
}

/**
 * lkrg_module_stage - Declare where a module can be found from now on
 * @module: the module, of which lkrg_module_formed() need not know
 * @stage: said after a module has appeared somewhere, and before it disappears
 *
 * Context: may sleep, text_mutex not held.
 */
static inline void lkrg_module_stage(struct module *module,
				     enum lkrg_stage stage)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_module_stage(module, stage);
}

/**
 * lkrg_module_freed - Declare that the memory of a module is about to be freed
 * @module: the module, of which lkrg_module_formed() need not know
 *
 * Context: may sleep, text_mutex not held.
 */
static inline void lkrg_module_freed(struct module *module)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_module_freed(module);
}

extern unsigned long lkrg_cr4_pinned;

/**
 * lkrg_cr4_is_pinned - Declare the bits of CR4 that stay set
 * @bits: those of native_write_cr4()
 *
 * Called once, before it is known whether lkrg is listed in lsm=.
 */
static inline void lkrg_cr4_is_pinned(unsigned long bits)
{
	lkrg_cr4_pinned = bits;
}

/**
 * lkrg_cpu_present - Declare that a CPU was put in or taken out
 * @cpu: offline
 * @present: whether it is there now
 *
 * Context: those who do that exclude each other.
 */
static inline void lkrg_cpu_present(unsigned int cpu, bool present)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_cpu_present(cpu, present);
}

/**
 * lkrg_breakpoint - Declare what a debug register of this CPU watches
 * @slot: which register
 * @addr: the address, or 0 when it watches nothing
 *
 * Context: interrupts off.
 */
static inline void lkrg_breakpoint(int slot, unsigned long addr)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_breakpoint(slot, addr);
}

/**
 * lkrg_msr_lent - Declare that a virtual machine has a register of this CPU
 * @msr: which one
 * @host: where the value is that will be put back
 *
 * Context: preemption off.
 */
static inline void lkrg_msr_lent(u32 msr, const u64 *host)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_msr_lent(msr, host);
}

/**
 * lkrg_msrs_returned - Declare that this CPU has all its registers again
 *
 * Context: preemption off.
 */
static inline void lkrg_msrs_returned(void)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_msrs_returned();
}

/**
 * lkrg_usb_event - A USB device or bus has come or is about to go
 *
 * Context: task context.
 */
static inline void lkrg_usb_event(void)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_usb_event();
}

/**
 * lkrg_start_tasks - Record the first task
 *
 * Called once, when all LSMs have labelled its credential and it has its mount
 * namespace, before there is a second one.
 */
static __always_inline void __init lkrg_start_tasks(void)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_start_tasks();
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

static inline void lkrg_grant_creds(const struct cred *new, enum lkrg_grant what) { }

static inline int lkrg_exec_creds(const struct cred *new)
{
	return 0;
}

static inline void lkrg_exec_ids(const struct cred *new, umode_t mode, kuid_t uid,
				 kgid_t gid)
{
}

static inline int lkrg_exec_caps(const struct cred *new,
				 const struct cpu_vfs_cap_data *caps)
{
	return 0;
}

static inline bool lkrg_in_execve(void)
{
	return false;
}

static inline void lkrg_revert_creds(const struct cred *old) { }

static inline int lkrg_same_ids(void)
{
	return 0;
}

static inline int lkrg_prctl(void)
{
	return 0;
}

static inline void lkrg_grant_namespaces(struct nsproxy *new, unsigned long flags) { }

static inline int lkrg_switch_namespaces(struct task_struct *task,
					 struct nsproxy *new)
{
	return 0;
}

static inline void lkrg_copy_namespaces(struct task_struct *child,
					struct nsproxy *new) { }
static inline void lkrg_set_fs(struct task_struct *task,
			       const struct fs_struct *fs) { }
static inline void lkrg_fs_change_begin(struct fs_struct *fs) { }
static inline void lkrg_fs_change_end(struct fs_struct *fs) { }
static inline void lkrg_fs_copied(struct fs_struct *new,
				  const struct fs_struct *old) { }
static inline void lkrg_mm_init(struct mm_struct *mm,
				const struct mm_struct *old) { }
static inline void lkrg_dumpable_begin(struct mm_struct *mm) { }
static inline void lkrg_dumpable_end(struct mm_struct *mm) { }
static inline void lkrg_set_seccomp_filter(const struct seccomp_filter *filter)
{ }
static inline void lkrg_set_seccomp_mode(int mode) { }
static inline void lkrg_set_no_new_privs(void) { }
static inline void lkrg_change_begin(struct task_struct *task) { }
static inline void lkrg_seccomp_synced(struct task_struct *task,
				       const struct seccomp_filter *filter,
				       bool no_new_privs) { }
static inline void lkrg_traced(struct task_struct *task,
			       const struct cred *tracer) { }
static inline void lkrg_fork(struct task_struct *child) { }
static inline void lkrg_unhash(struct task_struct *task) { }
static inline void lkrg_syscall_work(void) { }
static inline void lkrg_patch_text(enum lkrg_patcher who, const void *addr,
				   const void *new, size_t len) { }
static inline int lkrg_module_formed(struct module *module)
{
	return 0;
}

static inline void lkrg_module_initialised(struct module *module,
					   bool readonly) { }
static inline void lkrg_module_stage(struct module *module,
				     enum lkrg_stage stage) { }
static inline void lkrg_module_freed(struct module *module) { }
static inline void lkrg_cr4_is_pinned(unsigned long bits) { }
static inline void lkrg_cpu_present(unsigned int cpu, bool present) { }
static inline void lkrg_breakpoint(int slot, unsigned long addr) { }
static inline void lkrg_msr_lent(u32 msr, const u64 *host) { }
static inline void lkrg_msrs_returned(void) { }
static inline void lkrg_usb_event(void) { }
static inline void lkrg_start_tasks(void) { }
static inline void lkrg_kernel_is_readonly(void) { }

#endif /* !CONFIG_SECURITY_LKRG */

/**
 * lkrg_fingerprint - Add to the fingerprint of a credential
 * @fingerprint: the argument of the cred_fingerprint hook
 * @value: a label, as a number
 *
 * Anything that depends on all bits and on the order will do: the guard keeps
 * the result under a keyed tag.
 */
static inline void lkrg_fingerprint(u64 *fingerprint, u64 value)
{
	/* The golden ratio, as in GOLDEN_RATIO_64. */
	*fingerprint = (*fingerprint ^ value) * 0x61C8864680B583EBull;
}

#endif /* _LINUX_LKRG_H */
