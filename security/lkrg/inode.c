// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Mode and owner of files
 *
 * Mode, owner and group of an inode decide who may open a file and as whom a
 * program runs.  They are recorded when the inode gets its first name, which is
 * after the file system has read it in or made it, and before anybody can use it.
 * From then on they change where that is declared: setattr_copy(), which is what
 * all chmod(), chown() and loss of setuid bits end in, and where an ACL is set.
 * Each declares what will be there, of what is on record: nothing becomes right
 * that was not before.
 *
 * Not every file system can be guarded.  With some, attributes change elsewhere
 * (network, FUSE), are written in ways of their own (f2fs), or are copies of
 * others' that are made without a lock of either, whoever changes these (overlayfs, of
 * whose layers the files are guarded).  The writers in those that are:
 *
 * ext4: __ext4_iget(), ext4_new_inode(), ext4_init_acl(), fast-commit replay: no
 *	name yet; ext4_setattr(), ext4_set_acl(): declared; boot loader inode: never
 *	has a name.
 * btrfs: btrfs_read_locked_inode(), btrfs_new_inode_prepare() and what creates: no name
 *	yet; btrfs_setattr() by setattr_copy(), btrfs_set_acl() by
 *	posix_acl_update_mode(), and where it fails: declared.
 * squashfs, erofs, iso9660: read in, no name yet; nobody can change what is read-only.
 * tmpfs, devtmpfs: shmem_get_inode(), simple_acl_create(), shmem_fill_super(): no name
 *	yet; shmem_setattr() by setattr_copy(), simple_set_acl() by
 *	posix_acl_update_mode(), nodes of drivers by notify_change(): declared;
 *	memfd_create(): on a mount that nobody can name, and nothing is setuid there,
 *	so that one is left out.
 * ramfs, rootfs: ramfs_get_inode(): no name yet; simple_setattr(): declared.
 * XFS: xfs_inode_from_disk(), xfs_inode_init(), xfs_reinit_inode(): no name;
 *	xfs_setattr_nonsize() and xfs_setattr_size() by setattr_copy(),
 *	xfs_acl_set_mode(), xfs_fileattr_set(), xfs_fs_map_update_inode(): declared;
 *	xfs_ifree(): nobody has it any more; online repair, which writes what it likes:
 *	with that XFS is left out.
 *
 * What others do to their inodes ends in notify_change() and with that in
 * setattr_copy(): truncation, write to a setuid file, the initramfs, nfsd, ksmbd,
 * the layers of overlayfs, whatever mount it is seen through.
 *
 * Locking: i_rwsem of the inode, which all those who change it hold.  Who verifies
 * does not take it unless something seems to be wrong.  The first record is made
 * under i_lock, for two names may come at once.  Nothing is inside of the lock under
 * which it is decided of a super block.
 */

#include <linux/array_size.h>
#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/lkrg_inode.h>
#include <linux/lsm_hooks.h>
#include <linux/mnt_idmapping.h>
#include <linux/spinlock.h>
#include <linux/sprintf.h>
#include <linux/string.h>

#include "inode.h"
#include "param.h"
#include "report.h"
#include "setup.h"
#include "tag.h"
#include "violation.h"

static const char *const guarded[] = {
	"ext4", "ext3", "btrfs", "tmpfs", "devtmpfs", "ramfs", "rootfs",
	"squashfs", "erofs", "iso9660",
#ifndef CONFIG_XFS_ONLINE_REPAIR
	"xfs",
#endif
};

static bool is_guarded_type(const struct super_block *sb)
{
	size_t i;

	if (sb->s_flags & SB_NOUSER)
		return false;
	for (i = 0; i < ARRAY_SIZE(guarded); i++)
		if (!strcmp(sb->s_type->name, guarded[i]))
			return true;
	return false;
}

/* What the tag of a super block says */
enum verdict {
	UNDECIDED,
	GUARDED,
	UNGUARDED,
};

static struct lkrg_record_tag super_tag(const struct super_block *sb,
					enum verdict verdict)
{
	return lkrg_record_close(lkrg_record_words(3, (uintptr_t)sb, verdict));
}

static bool has_verdict(const struct super_block *sb, enum verdict verdict)
{
	return lkrg_same_tag(*lkrg_super(sb), super_tag(sb, verdict));
}

/* Who wrote to the tag gets what guards most. */
static bool decide(const struct super_block *sb)
{
	static DEFINE_SPINLOCK(lock);
	bool guard;

	spin_lock(&lock);
	if (has_verdict(sb, UNDECIDED))
		*lkrg_super(sb) = super_tag(sb, is_guarded_type(sb) ? GUARDED : UNGUARDED);
	guard = !has_verdict(sb, UNGUARDED);
	spin_unlock(&lock);
	return guard;
}

/* Once that is decided, with the name of its root, type and flags do not matter. */
static bool is_guarded(const struct super_block *sb)
{
	if (has_verdict(sb, GUARDED))
		return true;
	return !has_verdict(sb, UNGUARDED) && decide(sb);
}

/**
 * lkrg_super_start - Nothing is decided of a new super block
 * @sb: the super block, known to nobody else
 */
void lkrg_super_start(const struct super_block *sb)
{
	*lkrg_super(sb) = super_tag(sb, UNDECIDED);
}

/* The tag while nothing is on record: who writes zeroes does not end that. */
static struct lkrg_record_tag blank(const struct inode *inode)
{
	return lkrg_record_close(lkrg_record_words(1, (uintptr_t)inode, 0));
}

static u32 reported_mark(const struct inode *inode)
{
	return lkrg_record_fold(lkrg_record_words(2, (uintptr_t)inode, 0));
}

static bool is_blank(const struct inode *inode)
{
	return lkrg_same_tag(lkrg_inode(inode)->tag, blank(inode));
}

/**
 * lkrg_inode_start - Nothing is on record of a new inode
 * @inode: the inode, known to nobody else
 */
void lkrg_inode_start(struct inode *inode)
{
	*lkrg_inode(inode) = (struct lkrg_inode){ .tag = blank(inode) };
}

static void write_record(const struct inode *inode, u32 uid, u32 gid, umode_t mode)
{
	struct lkrg_inode *record = lkrg_inode(inode);

	record->uid = uid;
	record->gid = gid;
	record->mode = mode;
	record->tag = lkrg_record_close(lkrg_inode_sum(inode, uid, gid, mode));
}

/**
 * lkrg_inode_record - Record mode and owner if nothing is on record
 * @inode: about to get a name
 *
 * Context: i_lock not held.
 */
void lkrg_inode_record(struct inode *inode)
{
	if (lkrg_inode_is_right(inode) || !is_guarded(inode->i_sb))
		return;
	spin_lock(&inode->i_lock);
	if (is_blank(inode))
		write_record(inode, __kuid_val(inode->i_uid),
			     __kgid_val(inode->i_gid), inode->i_mode);
	spin_unlock(&inode->i_lock);
}

/*
 * What is not on record, or differs from it, stays as it is.  So does what no hook is
 * asked about: of what may have a record nothing is private but what was made so.
 */
static void declare(const struct inode *inode, kuid_t uid, kgid_t gid, umode_t mode)
{
	if (!IS_PRIVATE(inode) && lkrg_inode_is_right(inode))
		write_record(inode, __kuid_val(uid), __kgid_val(gid), mode);
}

void __lkrg_inode_owner(struct mnt_idmap *idmap, const struct inode *inode,
			const struct iattr *attr)
{
	kuid_t uid = inode->i_uid;
	kgid_t gid = inode->i_gid;

	if (attr->ia_valid & ATTR_UID)
		uid = from_vfsuid(idmap, i_user_ns(inode), attr->ia_vfsuid);
	if (attr->ia_valid & ATTR_GID)
		gid = from_vfsgid(idmap, i_user_ns(inode), attr->ia_vfsgid);
	declare(inode, uid, gid, inode->i_mode);
}
EXPORT_SYMBOL_GPL(__lkrg_inode_owner);

void __lkrg_inode_mode(const struct inode *inode, umode_t mode)
{
	declare(inode, inode->i_uid, inode->i_gid, mode);
}
EXPORT_SYMBOL_GPL(__lkrg_inode_mode);

static struct lkrg_attributes attributes(const struct inode *inode)
{
	return (struct lkrg_attributes){
		__kuid_val(inode->i_uid), __kgid_val(inode->i_gid), inode->i_mode,
	};
}

/* Returns whether there is something to report. */
static bool describe(struct lkrg_inode_report *r, const struct inode *inode,
		     struct lkrg_attributes found)
{
	const struct lkrg_inode *record = lkrg_inode(inode);

	if (lkrg_inode_is_on_record(inode, found.uid, found.gid, found.mode))
		return false;
	r->expected = (struct lkrg_attributes){
		record->uid, record->gid, record->mode,
	};
	r->found = found;
	r->expected_known = lkrg_inode_is_on_record(inode, record->uid,
						    record->gid, record->mode);
	return true;
}

/* Reported once, refused each time. */
static int react(struct inode *inode, struct lkrg_report *report)
{
	const u32 mark = reported_mark(inode);
	int enforce = lkrg_knob(pint_enforce);
	int err = enforce == 0 ? 0 : -EPERM;

	if (xchg(&lkrg_inode(inode)->reported, mark) == mark && enforce < 2)
		return err;
	report->what = LKRG_INODE_CHANGED;
	report->done = enforce == 0 ? LKRG_DID_LOG :
		       enforce == 1 ? LKRG_DID_REFUSE : LKRG_DID_PANIC;
	lkrg_take_name(&report->inode.by, current);
	report->inode.number = inode->i_ino;
	strscpy(report->inode.file_system, inode->i_sb->s_type->name);
	lkrg_report(report);
	return err;
}

/* @path is where it was found in the buffer, or an error: it is too long. */
static void take_name(struct lkrg_inode_report *r, const char *path,
		      const struct dentry *dentry)
{
	if (IS_ERR(path))
		snprintf(r->name, sizeof(r->name), "%pd", dentry);
	else
		memmove(r->name, path, r->name + sizeof(r->name) - path);
}

static void take_path(struct lkrg_inode_report *r, const struct file *file)
{
	take_name(r, d_path(&file->f_path, r->name, sizeof(r->name)),
		  file->f_path.dentry);
}

/**
 * __lkrg_inode_check - What lkrg_inode_check() does when something seems wrong
 * @file: the file
 *
 * Context: task context, may sleep, i_rwsem of the inode not held.
 * Return: 0, or -EPERM when the operation must not happen.
 */
int __lkrg_inode_check(const struct file *file)
{
	struct inode *inode = file_inode(file);
	struct lkrg_report report = { };
	bool wrong;

	if (is_blank(inode) || !lkrg_knob(pint_validate))
		return 0;
	inode_lock_shared(inode);
	wrong = describe(&report.inode, inode, attributes(inode));
	inode_unlock_shared(inode);
	if (!wrong)
		return 0;
	take_path(&report.inode, file);
	return react(inode, &report);
}

/**
 * __lkrg_inode_check_locked - The same of lkrg_inode_check_locked()
 * @dentry: of the inode
 *
 * Context: task context, i_rwsem of the inode held.
 * Return: 0, or -EPERM when the operation must not happen.
 */
int __lkrg_inode_check_locked(struct dentry *dentry)
{
	struct inode *inode = d_inode(dentry);
	struct lkrg_report report = { };

	if (is_blank(inode) || !lkrg_knob(pint_validate) ||
	    !describe(&report.inode, inode, attributes(inode)))
		return 0;
	take_name(&report.inode,
		  dentry_path_raw(dentry, report.inode.name,
				  sizeof(report.inode.name)), dentry);
	return react(inode, &report);
}

/* Whoever is not mapped gives no ids. */
int __lkrg_exec_inode(const struct file *file, umode_t mode, vfsuid_t uid, vfsgid_t gid)
{
	struct mnt_idmap *const idmap = file_mnt_idmap(file);
	struct inode *inode = file_inode(file);
	const struct lkrg_attributes read = {
		__kuid_val(from_vfsuid(idmap, i_user_ns(inode), uid)),
		__kgid_val(from_vfsgid(idmap, i_user_ns(inode), gid)),
		mode,
	};
	struct lkrg_report report = { };

	if (!vfsuid_valid(uid) || !vfsgid_valid(gid) || is_blank(inode) ||
	    !lkrg_knob(pint_validate) || !describe(&report.inode, inode, read))
		return 0;
	take_path(&report.inode, file);
	return react(inode, &report);
}

/* === Hooks ============================================================== */

static int hook_sb_alloc_security(struct super_block *sb)
{
	lkrg_super_start(sb);
	return 0;
}

static int hook_inode_alloc_security(struct inode *inode)
{
	lkrg_inode_start(inode);
	return 0;
}

static void hook_d_instantiate(struct dentry *dentry, struct inode *inode)
{
	if (inode)
		lkrg_inode_record(inode);
}

/*
 * Where names are about to change: its directory is locked, whoever may write there.
 * cachefiles asks about a directory itself, without its lock and before anything changes.
 */
static int check_directory(const struct inode *dir, struct dentry *dentry)
{
	return d_inode(dentry) == dir ? 0 : lkrg_inode_check_locked(dentry->d_parent);
}

#define DIRECTORY_HOOK(name, dentry, ...)				\
static int hook_##name(__VA_ARGS__)					\
{									\
	return check_directory(dir, dentry);				\
}

DIRECTORY_HOOK(inode_create, dentry, struct inode *dir, struct dentry *dentry,
	       umode_t mode)
DIRECTORY_HOOK(inode_link, new_dentry, struct dentry *old_dentry, struct inode *dir,
	       struct dentry *new_dentry)
DIRECTORY_HOOK(inode_symlink, dentry, struct inode *dir, struct dentry *dentry,
	       const char *old_name)
DIRECTORY_HOOK(inode_mkdir, dentry, struct inode *dir, struct dentry *dentry,
	       umode_t mode)
DIRECTORY_HOOK(inode_mknod, dentry, struct inode *dir, struct dentry *dentry,
	       umode_t mode, dev_t dev)

/* In a sticky directory it counts whose the file is, which is locked as well. */
static int hook_inode_unlink(struct inode *dir, struct dentry *dentry)
{
	return check_directory(dir, dentry) ?: lkrg_inode_check_locked(dentry);
}

static int hook_inode_rmdir(struct inode *dir, struct dentry *dentry)
{
	return check_directory(dir, dentry) ?: lkrg_inode_check_locked(dentry);
}

static int hook_inode_rename(struct inode *old_dir, struct dentry *old_dentry,
			     struct inode *new_dir, struct dentry *new_dentry)
{
	return lkrg_inode_check_locked(old_dentry->d_parent) ?:
	       lkrg_inode_check_locked(new_dentry->d_parent);
}

static struct security_hook_list lkrg_hooks[] __ro_after_init = {
	LSM_HOOK_INIT(sb_alloc_security, hook_sb_alloc_security),
	LSM_HOOK_INIT(inode_alloc_security, hook_inode_alloc_security),
	LSM_HOOK_INIT(d_instantiate, hook_d_instantiate),
	LSM_HOOK_INIT(inode_create, hook_inode_create),
	LSM_HOOK_INIT(inode_link, hook_inode_link),
	LSM_HOOK_INIT(inode_unlink, hook_inode_unlink),
	LSM_HOOK_INIT(inode_symlink, hook_inode_symlink),
	LSM_HOOK_INIT(inode_mkdir, hook_inode_mkdir),
	LSM_HOOK_INIT(inode_rmdir, hook_inode_rmdir),
	LSM_HOOK_INIT(inode_mknod, hook_inode_mknod),
	LSM_HOOK_INIT(inode_rename, hook_inode_rename),
};

/**
 * lkrg_add_inode_hooks - Register the hooks of an inode's life
 */
void __init lkrg_add_inode_hooks(void)
{
	security_add_hooks(lkrg_hooks, ARRAY_SIZE(lkrg_hooks), &lkrg_lsmid);
}
