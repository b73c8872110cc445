// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Where a task is verified
 *
 * The hooks at which a privilege is about to be used.  Those that change one
 * begin with prepare_creds() and are verified there, see cred.c.  No hook
 * allocates, sleeps or prints.
 */

#include <linux/binfmts.h>
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

static int hook_inode_setattr(struct mnt_idmap *idmap, struct dentry *dentry,
			      struct iattr *attr)
{
	return lkrg_task_check(LKRG_AT_INODE_SETATTR);
}

static struct security_hook_list lkrg_hooks[] __ro_after_init = {
	LSM_HOOK_INIT(file_open, hook_file_open),
	LSM_HOOK_INIT(bprm_check_security, hook_bprm_check_security),
	LSM_HOOK_INIT(capable, hook_capable),
	LSM_HOOK_INIT(inode_setattr, hook_inode_setattr),
};

/**
 * lkrg_add_gate_hooks - Register the hooks at which tasks are verified
 */
void __init lkrg_add_gate_hooks(void)
{
	security_add_hooks(lkrg_hooks, ARRAY_SIZE(lkrg_hooks), &lkrg_lsmid);
}
