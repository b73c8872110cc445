// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Root and working directory
 *
 * Tasks share a fs_struct, so its tags are in it: one over root and pwd, which are
 * two pairs of one record, and one over pwd, so that the difference is that of root.
 * Who changes a path takes its share off the tags before, and adds the new one after
 * that: a change that nobody declared stays.
 *
 * Locking: written with fs->lock held, or before anybody else knows of it.
 * Verified without, and once more with it if something seems to be wrong.
 */

#include <linux/build_bug.h>
#include <linux/fs_struct.h>
#include <linux/lkrg.h>
#include <linux/path.h>
#include <linux/spinlock.h>

#include "fs.h"
#include "tag.h"

static_assert(sizeof(struct path) == LKRG_PAIR);

static u128 root_share(const struct fs_struct *fs)
{
	return lkrg_record_head(fs, 0) + lkrg_record_pair(&fs->root, 0);
}

static u128 pwd_share(const struct fs_struct *fs)
{
	return lkrg_record_pair(&fs->pwd, 1);
}

static void put(u64 tag[2], u128 sum)
{
	tag[0] = sum;
	tag[1] = sum >> 64;
}

static void move(struct fs_struct *fs, u128 root, u128 pwd)
{
	put(fs->lkrg_tag, lkrg_fs_sum(fs->lkrg_tag) + root + pwd);
	put(fs->lkrg_pwd_tag, lkrg_fs_sum(fs->lkrg_pwd_tag) + pwd);
}

void __lkrg_fs_change_begin(struct fs_struct *fs)
{
	move(fs, -root_share(fs), -pwd_share(fs));
}

void __lkrg_fs_change_end(struct fs_struct *fs)
{
	move(fs, root_share(fs), pwd_share(fs));
}

/* What was wrong with the old one is with the new one. */
void __lkrg_fs_copied(struct fs_struct *new, const struct fs_struct *old)
{
	put(new->lkrg_tag, lkrg_fs_sum(old->lkrg_tag));
	put(new->lkrg_pwd_tag, lkrg_fs_sum(old->lkrg_pwd_tag));
	move(new, root_share(new) - root_share(old), pwd_share(new) - pwd_share(old));
}

/**
 * __lkrg_fs_verify - What lkrg_fs_verify() does when something seems wrong
 * @fs: of the current task, or of another one with its task_lock() held
 *
 * Context: task context, fs->lock not held.
 * Return: LKRG_ROOT_CHANGED, LKRG_PWD_CHANGED, both or 0.
 */
unsigned int __lkrg_fs_verify(struct fs_struct *fs)
{
	unsigned int changed = 0;

	spin_lock(&fs->lock);
	if (lkrg_fs_sum(fs->lkrg_tag) - lkrg_fs_sum(fs->lkrg_pwd_tag) != root_share(fs))
		changed |= LKRG_ROOT_CHANGED;
	if (lkrg_fs_sum(fs->lkrg_pwd_tag) != pwd_share(fs))
		changed |= LKRG_PWD_CHANGED;
	spin_unlock(&fs->lock);
	return changed;
}

/**
 * lkrg_fs_start - Record the first one
 * @fs: of the first task
 */
void __init lkrg_fs_start(struct fs_struct *fs)
{
	put(fs->lkrg_tag, root_share(fs) + pwd_share(fs));
	put(fs->lkrg_pwd_tag, pwd_share(fs));
}
