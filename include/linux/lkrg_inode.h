/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Call-outs from file systems
 *
 * As those in <linux/lkrg.h>.
 */

#ifndef _LINUX_LKRG_INODE_H
#define _LINUX_LKRG_INODE_H

#include <linux/lkrg.h>
#include <linux/mnt_idmapping.h>
#include <linux/types.h>

struct file;
struct iattr;
struct inode;
struct mnt_idmap;

#ifdef CONFIG_SECURITY_LKRG

void __lkrg_inode_owner(struct mnt_idmap *idmap, const struct inode *inode,
			const struct iattr *attr);
void __lkrg_inode_mode(const struct inode *inode, umode_t mode);
int __lkrg_exec_inode(const struct file *file, umode_t mode, vfsuid_t uid, vfsgid_t gid);

/**
 * lkrg_inode_owner - Declare who is about to own a file
 * @idmap: idmap of the mount it is seen through
 * @inode: the inode
 * @attr: with ATTR_UID and ATTR_GID, what i_uid_update() and i_gid_update() set
 *
 * Context: before they do; i_rwsem of @inode held for writing.
 */
static inline void lkrg_inode_owner(struct mnt_idmap *idmap,
				    const struct inode *inode,
				    const struct iattr *attr)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_inode_owner(idmap, inode, attr);
}

/**
 * lkrg_inode_mode - Declare which mode a file is about to have
 * @inode: the inode
 * @mode: what ->i_mode becomes
 *
 * Context: before it does; i_rwsem of @inode held for writing.
 */
static inline void lkrg_inode_mode(const struct inode *inode, umode_t mode)
{
	if (static_branch_unlikely(&lkrg_enabled))
		__lkrg_inode_mode(inode, mode);
}

/**
 * lkrg_exec_inode - Ask whether execve() may take ids from a file
 * @file: the file
 * @mode: its mode, as it was read
 * @uid: its owner, as it was read
 * @gid: its group, as it was read
 *
 * What was read is verified, for that is what decides.
 *
 * Context: i_rwsem of the inode held since it was read.
 * Return: 0, or -EPERM when the program must not get these ids.
 */
static inline int lkrg_exec_inode(const struct file *file, umode_t mode,
				  vfsuid_t uid, vfsgid_t gid)
{
	if (static_branch_unlikely(&lkrg_enabled))
		return __lkrg_exec_inode(file, mode, uid, gid);
	return 0;
}

#else /* !CONFIG_SECURITY_LKRG */

static inline void lkrg_inode_owner(struct mnt_idmap *idmap,
				    const struct inode *inode,
				    const struct iattr *attr) { }
static inline void lkrg_inode_mode(const struct inode *inode, umode_t mode) { }

static inline int lkrg_exec_inode(const struct file *file, umode_t mode,
				  vfsuid_t uid, vfsgid_t gid)
{
	return 0;
}

#endif /* !CONFIG_SECURITY_LKRG */

#endif /* _LINUX_LKRG_INODE_H */
