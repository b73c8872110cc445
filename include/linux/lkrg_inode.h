/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Call-outs from file systems
 *
 * As those in <linux/lkrg.h>.
 */

#ifndef _LINUX_LKRG_INODE_H
#define _LINUX_LKRG_INODE_H

#include <linux/lkrg.h>
#include <linux/types.h>

struct iattr;
struct inode;
struct mnt_idmap;

#ifdef CONFIG_SECURITY_LKRG

void __lkrg_inode_owner(struct mnt_idmap *idmap, const struct inode *inode,
			const struct iattr *attr);
void __lkrg_inode_mode(const struct inode *inode, umode_t mode);

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

#else /* !CONFIG_SECURITY_LKRG */

static inline void lkrg_inode_owner(struct mnt_idmap *idmap,
				    const struct inode *inode,
				    const struct iattr *attr) { }
static inline void lkrg_inode_mode(const struct inode *inode, umode_t mode) { }

#endif /* !CONFIG_SECURITY_LKRG */

#endif /* _LINUX_LKRG_INODE_H */
