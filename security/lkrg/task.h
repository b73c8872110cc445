/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - The record of a task
 */

#ifndef _SECURITY_LKRG_TASK_H
#define _SECURITY_LKRG_TASK_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/init.h>
#include <linux/llist.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "setup.h"
#include "tag.h"
#include "violation.h"

/* Where a task is verified: the hook, function or call-out of that name. */
enum lkrg_place {
	LKRG_AT_FILE_OPEN,
	LKRG_AT_BPRM_CHECK,
	LKRG_AT_CAPABLE,
	LKRG_AT_INODE_PERMISSION,
	LKRG_AT_INODE_SETATTR,
	LKRG_AT_INODE_SETXATTR,
	LKRG_AT_INODE_REMOVEXATTR,
	LKRG_AT_INODE_SET_ACL,
	LKRG_AT_INODE_REMOVE_ACL,
	LKRG_AT_CRED_PREPARE,
	LKRG_AT_CRED_TRANSFER,
	LKRG_AT_TASK_ALLOC,
	LKRG_AT_COMMIT_CREDS,
	LKRG_AT_OVERRIDE_CREDS,
	LKRG_AT_REVERT_CREDS,
	LKRG_AT_SAME_IDS,
	LKRG_AT_SWITCH_TASK_NAMESPACES,
	LKRG_AT_SYSCALL,
	LKRG_NR_PLACES
};

/**
 * struct lkrg_cred_ref - A credential as it was when it was recorded
 * @cred: its address, for comparison; no reference is held
 * @serial: its serial, see struct lkrg_cred
 */
struct lkrg_cred_ref {
	const struct cred *cred;
	u64 serial;
};

static_assert(sizeof(struct lkrg_cred_ref) == LKRG_PAIR);

/**
 * struct lkrg_doomed - A process that is to be killed by the reporter
 * @node: in the reporter's list
 * @task: the task that was condemned, a reference: this is in its blob
 * @process: its process, a reference
 * @mm: its memory, a reference from mmgrab(), or NULL
 */
struct lkrg_doomed {
	struct llist_node node;
	struct task_struct *task;
	struct pid *process;
	struct mm_struct *mm;
};

/*
 * How many nested overrides are on record.  Two stacked overlayfs with a
 * replaced override each under nfsd or io_uring need six.  nfsd adds one for
 * each bad file handle in a row; then the oldest are forgotten.
 */
#define LKRG_OVERRIDES 12

static_assert(1 + LKRG_OVERRIDES < LKRG_RECORD_PAIRS);

/**
 * struct lkrg_task - The record of one task, in its LSM blob
 * @cred: @cred[0] is what real_cred should be, @cred[@top] what cred should
 *	be; in between are the credentials that nested overrides put aside
 * @top: number of overrides in effect
 * @flags: %LKRG_CONDEMNED and %LKRG_LOGGED
 * @version: counts the changes of the record
 * @tag: keyed tag over the address of the task, @version, @flags, @top and
 *	@cred up to @top
 * @kill: ends a condemned task on its way back to user mode
 * @doomed: ends its process, and what shares its memory
 *
 * Written by the task itself only, and by its parent before it is visible.
 */
struct lkrg_task {
	struct lkrg_cred_ref cred[1 + LKRG_OVERRIDES];
	u16 top;
	u16 flags;
	u32 version;
	struct lkrg_record_tag tag;
	struct callback_head kill;
	struct lkrg_doomed doomed;
};

/* Done for: each hook refuses, the next way out of the kernel kills. */
#define LKRG_CONDEMNED	BIT(0)
/* Violated, reported, and left alive. */
#define LKRG_LOGGED	BIT(1)

static inline struct lkrg_task *lkrg_task(const struct task_struct *task)
{
	return task->security + lkrg_blob_sizes.lbs_task;
}

int lkrg_task_check(enum lkrg_place at);
int lkrg_task_check_copy(enum lkrg_place at, const struct cred *new,
			 const struct cred *old);

void __init lkrg_add_task_hooks(void);

#endif /* _SECURITY_LKRG_TASK_H */
