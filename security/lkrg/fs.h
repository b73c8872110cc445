/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Root and working directory
 */

#ifndef _SECURITY_LKRG_FS_H
#define _SECURITY_LKRG_FS_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/fs_struct.h>
#include <linux/init.h>
#include <linux/types.h>

#include "tag.h"

#define LKRG_ROOT_CHANGED	BIT(0)
#define LKRG_PWD_CHANGED	BIT(1)

unsigned int __lkrg_fs_verify(struct fs_struct *fs);

static __always_inline u128 lkrg_fs_sum(const u64 tag[2])
{
	return (u128)tag[1] << 64 | tag[0];
}

/**
 * lkrg_fs_verify - Verify root and working directory
 * @fs: of the current task, or of another one with its task_lock() held
 *
 * Both at once, whoever may be writing: if they are right they are.
 *
 * Context: task context, fs->lock not held.
 * Return: LKRG_ROOT_CHANGED, LKRG_PWD_CHANGED, both or 0.
 */
static inline unsigned int lkrg_fs_verify(struct fs_struct *fs)
{
	/* A difference is looked at again, when nobody is writing. */
	bool same = data_race(lkrg_fs_sum(fs->lkrg_tag) ==
			      lkrg_record_head(fs, 0) +
			      lkrg_record_pair(&fs->root, 0) +
			      lkrg_record_pair(&fs->pwd, 1));

	return likely(same) ? 0 : __lkrg_fs_verify(fs);
}

void __init lkrg_fs_start(struct fs_struct *fs);

#endif /* _SECURITY_LKRG_FS_H */
