// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Root and working directory
 *
 * Tasks share a fs_struct, so its tags are in it: one over root, one over pwd,
 * which are two pairs of one record, so that their sum is a tag as well.  Who
 * changes a path takes its share off the tag before, and adds the new one after
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

static struct lkrg_record_tag add(const u64 tag[2], u128 sum)
{
	const struct lkrg_record_tag old = { tag[0], tag[1] };

	return lkrg_record_close(lkrg_record_sum(old) + sum);
}

static void put(u64 tag[2], struct lkrg_record_tag new)
{
	tag[0] = new.low;
	tag[1] = new.high;
}

void __lkrg_fs_change_begin(struct fs_struct *fs)
{
	put(fs->lkrg_root_tag, add(fs->lkrg_root_tag, -root_share(fs)));
	put(fs->lkrg_pwd_tag, add(fs->lkrg_pwd_tag, -pwd_share(fs)));
}

void __lkrg_fs_change_end(struct fs_struct *fs)
{
	put(fs->lkrg_root_tag, add(fs->lkrg_root_tag, root_share(fs)));
	put(fs->lkrg_pwd_tag, add(fs->lkrg_pwd_tag, pwd_share(fs)));
}

/* What was wrong with the old one is with the new one. */
void __lkrg_fs_copied(struct fs_struct *new, const struct fs_struct *old)
{
	put(new->lkrg_root_tag,
	    add(old->lkrg_root_tag, root_share(new) - root_share(old)));
	put(new->lkrg_pwd_tag,
	    add(old->lkrg_pwd_tag, pwd_share(new) - pwd_share(old)));
}

static bool is_right(const u64 tag[2], u128 sum)
{
	const struct lkrg_record_tag expected = { tag[0], tag[1] };

	return lkrg_same_tag(expected, lkrg_record_close(sum));
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
	if (!is_right(fs->lkrg_root_tag, root_share(fs)))
		changed |= LKRG_ROOT_CHANGED;
	if (!is_right(fs->lkrg_pwd_tag, pwd_share(fs)))
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
	put(fs->lkrg_root_tag, lkrg_record_close(root_share(fs)));
	put(fs->lkrg_pwd_tag, lkrg_record_close(pwd_share(fs)));
}
