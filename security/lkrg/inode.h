/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Mode and owner of files
 */

#ifndef _SECURITY_LKRG_INODE_H
#define _SECURITY_LKRG_INODE_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/types.h>
#include <linux/uidgid.h>

#include "setup.h"
#include "tag.h"

/**
 * struct lkrg_inode - The record of one inode, in its LSM blob
 * @tag: keyed tag over the address of the inode and what follows, or over the
 *	address alone while nothing is on record
 * @uid: owner, in the initial namespace
 * @gid: group, the same
 * @mode: mode
 * @reported: keyed, once it was reported
 *
 * Who verifies needs @tag only, @uid, @gid and @mode are for the report.
 */
struct lkrg_inode {
	struct lkrg_record_tag tag;
	u32 uid;
	u32 gid;
	umode_t mode;
	u32 reported;
};

static_assert(sizeof(struct lkrg_inode) == 32);

static inline struct lkrg_inode *lkrg_inode(const struct inode *inode)
{
	return inode->i_security + lkrg_blob_sizes.lbs_inode;
}

/* Whether the inodes of a super block are guarded is a tag in its LSM blob. */
static inline struct lkrg_record_tag *lkrg_super(const struct super_block *sb)
{
	return sb->s_security + lkrg_blob_sizes.lbs_superblock;
}

/* One pair: the upper bits of an address tell the kernel from others only. */
static __always_inline u128 lkrg_inode_sum(const struct inode *inode, u32 uid,
					   u32 gid, umode_t mode)
{
	return lkrg_record_words(0, LKRG_HALVES(uid, gid),
				 (u64)(uintptr_t)inode << 16 | mode);
}

static __always_inline bool lkrg_inode_is_on_record(const struct inode *inode,
						    u32 uid, u32 gid,
						    umode_t mode)
{
	const u128 sum = lkrg_inode_sum(inode, uid, gid, mode);

	return lkrg_same_tag(lkrg_inode(inode)->tag, lkrg_record_close(sum));
}

/**
 * lkrg_inode_is_right - Compare mode and owner with the record
 * @inode: the inode
 *
 * Context: any.  Without its i_rwsem it may be in the middle of a change.
 * Return: whether they are what is on record; false if nothing is.
 */
static __always_inline bool lkrg_inode_is_right(const struct inode *inode)
{
	/* Who finds a difference looks again, with the lock. */
	return data_race(lkrg_inode_is_on_record(inode, __kuid_val(inode->i_uid),
						 __kgid_val(inode->i_gid),
						 inode->i_mode));
}

int __lkrg_inode_check(const struct file *file);
int __lkrg_inode_check_locked(struct dentry *dentry);

/**
 * lkrg_inode_check - Verify mode and owner of a file that is about to be used
 * @file: the file
 *
 * Context: task context, may sleep, i_rwsem of the inode not held.
 * Return: 0, or -EPERM when the operation must not happen.
 */
static __always_inline int lkrg_inode_check(const struct file *file)
{
	return likely(lkrg_inode_is_right(file_inode(file))) ?
		0 : __lkrg_inode_check(file);
}

/**
 * lkrg_inode_check_locked - Verify mode and owner before they change
 * @dentry: of the inode
 *
 * Context: task context, i_rwsem of the inode held.
 * Return: 0, or -EPERM when the operation must not happen.
 */
static __always_inline int lkrg_inode_check_locked(struct dentry *dentry)
{
	return likely(lkrg_inode_is_right(d_inode(dentry))) ?
		0 : __lkrg_inode_check_locked(dentry);
}

void lkrg_super_start(const struct super_block *sb);
void lkrg_inode_start(struct inode *inode);
void lkrg_inode_record(struct inode *inode);

void __init lkrg_add_inode_hooks(void);

#endif /* _SECURITY_LKRG_INODE_H */
