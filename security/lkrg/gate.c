// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Where a task is verified
 *
 * The hooks at which a privilege is about to be used.  Those that change one
 * begin with prepare_creds() and are verified there, see cred.c.  No hook
 * allocates or prints, and only those about programs and files for the kernel sleep.
 */

#include <linux/binfmts.h>
#include <linux/cache.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/key.h>
#include <linux/lsm_hooks.h>
#include <linux/mman.h>
#include <linux/net.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/socket.h>
#include <linux/sockios.h>
#include <linux/stat.h>

#include "gate.h"
#include "inode.h"
#include "param.h"
#include "setup.h"
#include "task.h"
#include "umh.h"
#include "variable.h"

/* A hook that does nothing but verify the current task */
#define FULL_GATE(name, ...)						\
static int hook_##name(__VA_ARGS__)					\
{									\
	return lkrg_task_check_full(LKRG_AT_##name);			\
}

/* One that is called more often, and where less matters */
#define LIGHT_GATE(name, ...)						\
static int hook_##name(__VA_ARGS__)					\
{									\
	return lkrg_task_check(LKRG_AT_##name);				\
}

/* One for which mode and owner of the file are about to matter */
#define INODE_GATE(name, ...)						\
static int hook_##name(__VA_ARGS__)					\
{									\
	return lkrg_task_check_full(LKRG_AT_##name) ?:			\
	       lkrg_inode_check_locked(dentry);				\
}

/* Files */
INODE_GATE(inode_setattr, struct mnt_idmap *idmap, struct dentry *dentry,
	   struct iattr *attr)
INODE_GATE(inode_setxattr, struct mnt_idmap *idmap, struct dentry *dentry,
	   const char *name, const void *value, size_t size, int flags)
LIGHT_GATE(inode_getxattr, struct dentry *dentry, const char *name)
INODE_GATE(inode_removexattr, struct mnt_idmap *idmap, struct dentry *dentry,
	   const char *name)
INODE_GATE(inode_set_acl, struct mnt_idmap *idmap, struct dentry *dentry,
	   const char *acl_name, struct posix_acl *kacl)
INODE_GATE(inode_remove_acl, struct mnt_idmap *idmap, struct dentry *dentry,
	   const char *acl_name)
FULL_GATE(file_receive, struct file *file)

static int hook_file_open(struct file *file)
{
	int err = lkrg_task_check_full(LKRG_AT_file_open) ?: lkrg_inode_check(file);

	if (!err && unlikely(file->f_flags & __FMODE_EXEC))
		err = lkrg_umh_check_file(file);
	return err;
}

/*
 * What file systems do for owners.  Devices were asked when they were opened.  Sockets
 * may be told whom to send signals, on behalf of who says so.
 */
static int hook_file_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	const umode_t mode = file_inode(file)->i_mode;

	if (S_ISREG(mode) || S_ISDIR(mode))
		return lkrg_task_check_full(LKRG_AT_file_ioctl) ?: lkrg_inode_check(file);
	return S_ISSOCK(mode) && (cmd == FIOSETOWN || cmd == SIOCSPGRP) ?
		lkrg_task_check_full(LKRG_AT_file_ioctl) : 0;
}

static int hook_file_fcntl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return cmd == F_SETOWN || cmd == F_SETOWN_EX ?
		lkrg_task_check_full(LKRG_AT_file_fcntl) : 0;
}

/* Exec.  The credentials that it makes are judged in cred.c. */
static int hook_bprm_creds_for_exec(struct linux_binprm *bprm)
{
	return lkrg_task_check_full(LKRG_AT_bprm_creds_for_exec) ?:
	       lkrg_umh_check_exec(bprm);
}

FULL_GATE(bprm_check_security, struct linux_binprm *bprm)

/* Other tasks */
/* With tasklist_lock for writing, which an interrupt may want while it holds up fs->lock. */
LIGHT_GATE(ptrace_traceme, struct task_struct *parent)
FULL_GATE(task_setnice, struct task_struct *p, int nice)
FULL_GATE(task_setioprio, struct task_struct *p, int ioprio)
FULL_GATE(task_setscheduler, struct task_struct *p)
FULL_GATE(task_prlimit, const struct cred *cred, const struct cred *tcred,
	  unsigned int flags)
FULL_GATE(task_setrlimit, struct task_struct *p, unsigned int resource,
	  struct rlimit *new_rlim)

/* Namespaces and mounts */
FULL_GATE(userns_create, const struct cred *cred)
FULL_GATE(sb_mount, const char *dev_name, const struct path *path, const char *type,
	  unsigned long flags, void *data)
FULL_GATE(sb_umount, struct vfsmount *mnt, int flags)
FULL_GATE(sb_pivotroot, const struct path *old_path, const struct path *new_path)
FULL_GATE(move_mount, const struct path *from_path, const struct path *to_path)

/* The machine */
LIGHT_GATE(capable, const struct cred *cred, struct user_namespace *ns, int cap,
	   unsigned int opts)
FULL_GATE(syslog, int type)
FULL_GATE(settime, const struct timespec64 *ts, const struct timezone *tz)
FULL_GATE(quotactl, int cmds, int type, int id, const struct super_block *sb)
#ifdef CONFIG_BPF_SYSCALL
FULL_GATE(bpf, int cmd, union bpf_attr *attr, unsigned int size)
#endif
#ifdef CONFIG_PERF_EVENTS
FULL_GATE(perf_event_open, int type)
#endif

/* Communication */
FULL_GATE(ipc_permission, struct kern_ipc_perm *ipcp, short flag)
/* The effective uid was compared with that of its owner before. */
FULL_GATE(msg_queue_msgctl, struct kern_ipc_perm *perm, int cmd)
FULL_GATE(shm_shmctl, struct kern_ipc_perm *perm, int cmd)
FULL_GATE(sem_semctl, struct kern_ipc_perm *perm, int cmd)
#ifdef CONFIG_KEYS
LIGHT_GATE(key_permission, key_ref_t key_ref, const struct cred *cred,
	   enum key_need_perm need_perm)
#endif
#ifdef CONFIG_SECURITY_NETWORK
FULL_GATE(socket_create, int family, int type, int protocol, int kern)
FULL_GATE(socket_bind, struct socket *sock, struct sockaddr *address, int addrlen)
FULL_GATE(socket_connect, struct socket *sock, struct sockaddr *address, int addrlen)
FULL_GATE(socket_listen, struct socket *sock, int backlog)
#endif
#ifdef CONFIG_IO_URING
FULL_GATE(uring_override_creds, const struct cred *new)
FULL_GATE(uring_sqpoll, void)
#endif

/* What may be loaded depends on switches, see variable.c. */
static int check_switches(void)
{
	return lkrg_switches_are_intact() || !lkrg_knob(kint_enforce) ? 0 : -EPERM;
}

/* With block_modules=1 a module is refused before any of it is read. */
static int hook_kernel_module_request(char *kmod_name)
{
	return lkrg_task_check_full(LKRG_AT_kernel_module_request) ?:
	       lkrg_task_loads_module(kmod_name);
}

static int hook_kernel_load_data(enum kernel_load_data_id id, bool contents)
{
	return lkrg_task_check_full(LKRG_AT_kernel_load_data) ?: check_switches() ?:
	       id == LOADING_MODULE ? lkrg_task_loads_module("") : 0;
}

static int hook_kernel_read_file(struct file *file, enum kernel_read_file_id id,
				 bool contents)
{
	int err = lkrg_task_check_full(LKRG_AT_kernel_read_file) ?: check_switches();

	if (err || id != READING_MODULE)
		return err;
	/* Who renames it frees the old name after a grace period. */
	rcu_read_lock();
	err = lkrg_task_loads_module(file->f_path.dentry->d_name.name);
	rcu_read_unlock();
	return err;
}

/* Not for each directory on the way to a file */
static int hook_inode_permission(struct inode *inode, int mask)
{
	return mask & MAY_WRITE ?
		lkrg_task_check_full(LKRG_AT_inode_permission) : 0;
}

/* Files and sockets that were opened before: a sample of what is read and written */
#define SAMPLE 16

static DEFINE_PER_CPU(unsigned int, sampled);

static bool is_sampled(void)
{
	return !(this_cpu_inc_return(sampled) % SAMPLE);
}

static int hook_file_permission(struct file *file, int mask)
{
	return is_sampled() ? lkrg_task_check_full(LKRG_AT_file_permission) : 0;
}

#ifdef CONFIG_SECURITY_NETWORK
/*
 * Ids and descriptors are of who sends them.  Ids are also added where they are asked for,
 * but then of each message: of those a sample will do.
 */
static int hook_socket_sendmsg(struct socket *sock, struct msghdr *msg, int size)
{
	const int family = READ_ONCE(sock->ops)->family;
	const bool is_local = family == AF_UNIX || family == AF_NETLINK;

	return (is_local && msg->msg_controllen) || is_sampled() ?
		lkrg_task_check_full(LKRG_AT_socket_sendmsg) : 0;
}
#endif

static int hook_mmap_file(struct file *file, unsigned long reqprot,
			  unsigned long prot, unsigned long flags)
{
	return prot & PROT_EXEC ? lkrg_task_check_full(LKRG_AT_mmap_file) : 0;
}

static int hook_file_mprotect(struct vm_area_struct *vma, unsigned long reqprot,
			      unsigned long prot)
{
	return prot & PROT_EXEC ? lkrg_task_check_full(LKRG_AT_file_mprotect) : 0;
}

/* What a task sends when it exits, without memory, the kernel sends for it. */
static int hook_task_kill(struct task_struct *p, struct kernel_siginfo *info,
			  int sig, const struct cred *cred)
{
	return current->mm || current->flags & PF_KTHREAD ?
		lkrg_task_check_full(LKRG_AT_task_kill) : 0;
}

/* Who may be traced depends on the one who is to be, too. */
static int hook_ptrace_access_check(struct task_struct *child, unsigned int mode)
{
	return lkrg_task_check_full(LKRG_AT_ptrace_access_check) ?:
	       lkrg_task_check_traced(child);
}

static struct security_hook_list lkrg_hooks[] __ro_after_init = {
	LSM_HOOK_INIT(file_open, hook_file_open),
	LSM_HOOK_INIT(inode_setattr, hook_inode_setattr),
	LSM_HOOK_INIT(inode_setxattr, hook_inode_setxattr),
	LSM_HOOK_INIT(inode_getxattr, hook_inode_getxattr),
	LSM_HOOK_INIT(inode_removexattr, hook_inode_removexattr),
	LSM_HOOK_INIT(inode_set_acl, hook_inode_set_acl),
	LSM_HOOK_INIT(inode_remove_acl, hook_inode_remove_acl),
	LSM_HOOK_INIT(file_receive, hook_file_receive),
	LSM_HOOK_INIT(file_ioctl, hook_file_ioctl),
	LSM_HOOK_INIT(file_ioctl_compat, hook_file_ioctl),
	LSM_HOOK_INIT(file_fcntl, hook_file_fcntl),
	LSM_HOOK_INIT(bprm_creds_for_exec, hook_bprm_creds_for_exec),
	LSM_HOOK_INIT(bprm_check_security, hook_bprm_check_security),
	LSM_HOOK_INIT(ptrace_access_check, hook_ptrace_access_check),
	LSM_HOOK_INIT(ptrace_traceme, hook_ptrace_traceme),
	LSM_HOOK_INIT(task_kill, hook_task_kill),
	LSM_HOOK_INIT(task_setnice, hook_task_setnice),
	LSM_HOOK_INIT(task_setioprio, hook_task_setioprio),
	LSM_HOOK_INIT(task_setscheduler, hook_task_setscheduler),
	LSM_HOOK_INIT(task_prlimit, hook_task_prlimit),
	LSM_HOOK_INIT(task_setrlimit, hook_task_setrlimit),
	LSM_HOOK_INIT(userns_create, hook_userns_create),
	LSM_HOOK_INIT(sb_mount, hook_sb_mount),
	LSM_HOOK_INIT(sb_umount, hook_sb_umount),
	LSM_HOOK_INIT(sb_pivotroot, hook_sb_pivotroot),
	LSM_HOOK_INIT(move_mount, hook_move_mount),
	LSM_HOOK_INIT(capable, hook_capable),
	LSM_HOOK_INIT(kernel_module_request, hook_kernel_module_request),
	LSM_HOOK_INIT(kernel_load_data, hook_kernel_load_data),
	LSM_HOOK_INIT(kernel_read_file, hook_kernel_read_file),
	LSM_HOOK_INIT(syslog, hook_syslog),
	LSM_HOOK_INIT(settime, hook_settime),
	LSM_HOOK_INIT(quotactl, hook_quotactl),
#ifdef CONFIG_BPF_SYSCALL
	LSM_HOOK_INIT(bpf, hook_bpf),
#endif
#ifdef CONFIG_PERF_EVENTS
	LSM_HOOK_INIT(perf_event_open, hook_perf_event_open),
#endif
	LSM_HOOK_INIT(ipc_permission, hook_ipc_permission),
	LSM_HOOK_INIT(msg_queue_msgctl, hook_msg_queue_msgctl),
	LSM_HOOK_INIT(shm_shmctl, hook_shm_shmctl),
	LSM_HOOK_INIT(sem_semctl, hook_sem_semctl),
#ifdef CONFIG_KEYS
	LSM_HOOK_INIT(key_permission, hook_key_permission),
#endif
#ifdef CONFIG_SECURITY_NETWORK
	LSM_HOOK_INIT(socket_create, hook_socket_create),
	LSM_HOOK_INIT(socket_bind, hook_socket_bind),
	LSM_HOOK_INIT(socket_connect, hook_socket_connect),
	LSM_HOOK_INIT(socket_listen, hook_socket_listen),
	LSM_HOOK_INIT(socket_sendmsg, hook_socket_sendmsg),
#endif
#ifdef CONFIG_IO_URING
	LSM_HOOK_INIT(uring_override_creds, hook_uring_override_creds),
	LSM_HOOK_INIT(uring_sqpoll, hook_uring_sqpoll),
#endif
	LSM_HOOK_INIT(inode_permission, hook_inode_permission),
	LSM_HOOK_INIT(file_permission, hook_file_permission),
	LSM_HOOK_INIT(mmap_file, hook_mmap_file),
	LSM_HOOK_INIT(file_mprotect, hook_file_mprotect),
};

/**
 * lkrg_add_gate_hooks - Register the hooks at which tasks are verified
 */
void __init lkrg_add_gate_hooks(void)
{
	security_add_hooks(lkrg_hooks, ARRAY_SIZE(lkrg_hooks), &lkrg_lsmid);
}
