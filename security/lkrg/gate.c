// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Where a task is verified
 *
 * The hooks at which a privilege is about to be used.  Those that change one
 * begin with prepare_creds() and are verified there, see cred.c.  No hook
 * allocates, sleeps or prints.
 */

#include <linux/binfmts.h>
#include <linux/fs.h>
#include <linux/lsm_hooks.h>

#include "gate.h"
#include "setup.h"
#include "task.h"

static int hook_file_open(struct file *file)
{
	return lkrg_task_check(LKRG_AT_FILE_OPEN);
}

static int hook_bprm_check_security(struct linux_binprm *bprm)
{
	return lkrg_task_check(LKRG_AT_BPRM_CHECK);
}

static int hook_capable(const struct cred *cred, struct user_namespace *ns,
			int cap, unsigned int opts)
{
	return lkrg_task_check(LKRG_AT_CAPABLE);
}

/* Not for each directory on the way to a file. */
static int hook_inode_permission(struct inode *inode, int mask)
{
	return mask & MAY_WRITE ? lkrg_task_check(LKRG_AT_INODE_PERMISSION) : 0;
}

static int hook_inode_setattr(struct mnt_idmap *idmap, struct dentry *dentry,
			      struct iattr *attr)
{
	return lkrg_task_check(LKRG_AT_INODE_SETATTR);
}

static int hook_inode_setxattr(struct mnt_idmap *idmap, struct dentry *dentry,
			       const char *name, const void *value, size_t size,
			       int flags)
{
	return lkrg_task_check(LKRG_AT_INODE_SETXATTR);
}

static int hook_inode_removexattr(struct mnt_idmap *idmap,
				  struct dentry *dentry, const char *name)
{
	return lkrg_task_check(LKRG_AT_INODE_REMOVEXATTR);
}

static int hook_inode_set_acl(struct mnt_idmap *idmap, struct dentry *dentry,
			      const char *acl_name, struct posix_acl *kacl)
{
	return lkrg_task_check(LKRG_AT_INODE_SET_ACL);
}

static int hook_inode_remove_acl(struct mnt_idmap *idmap, struct dentry *dentry,
				 const char *acl_name)
{
	return lkrg_task_check(LKRG_AT_INODE_REMOVE_ACL);
}

static struct security_hook_list lkrg_hooks[] __ro_after_init = {
	LSM_HOOK_INIT(file_open, hook_file_open),
	LSM_HOOK_INIT(bprm_check_security, hook_bprm_check_security),
	LSM_HOOK_INIT(capable, hook_capable),
	LSM_HOOK_INIT(inode_permission, hook_inode_permission),
	LSM_HOOK_INIT(inode_setattr, hook_inode_setattr),
	LSM_HOOK_INIT(inode_setxattr, hook_inode_setxattr),
	LSM_HOOK_INIT(inode_removexattr, hook_inode_removexattr),
	LSM_HOOK_INIT(inode_set_acl, hook_inode_set_acl),
	LSM_HOOK_INIT(inode_remove_acl, hook_inode_remove_acl),
};

/**
 * lkrg_add_gate_hooks - Register the hooks at which tasks are verified
 */
void __init lkrg_add_gate_hooks(void)
{
	security_add_hooks(lkrg_hooks, ARRAY_SIZE(lkrg_hooks), &lkrg_lsmid);
}
