// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Tests of the records of inodes
 */

#include <kunit/test.h>
#include <linux/fs.h>
#include <linux/lkrg_inode.h>
#include <linux/mnt_idmapping.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/uidgid.h>

#include "../inode.h"
#include "../setup.h"

static struct file_system_type tmpfs = { .name = "tmpfs" };
static struct file_system_type nfs = { .name = "nfs" };

static struct inode *inode_on(struct kunit *test, struct file_system_type *type)
{
	struct inode *inode = kunit_kzalloc(test, sizeof(*inode), GFP_KERNEL);
	struct super_block *sb = kunit_kzalloc(test, sizeof(*sb), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, inode);
	KUNIT_ASSERT_NOT_NULL(test, sb);
	sb->s_type = type;
	sb->s_user_ns = &init_user_ns;
	sb->s_security = kunit_kzalloc(test, lkrg_blob_sizes.lbs_superblock +
				       sizeof(*lkrg_super(sb)), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sb->s_security);
	lkrg_super_start(sb);
	spin_lock_init(&inode->i_lock);
	inode->i_sb = sb;
	inode->i_mode = S_IFREG | 0755;
	inode->i_uid = KUIDT_INIT(1000);
	inode->i_gid = KGIDT_INIT(1000);
	inode->i_security = kunit_kzalloc(test, lkrg_blob_sizes.lbs_inode +
					  sizeof(struct lkrg_inode), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, inode->i_security);
	lkrg_inode_start(inode);
	return inode;
}

static struct inode *recorded_inode(struct kunit *test)
{
	struct inode *inode = inode_on(test, &tmpfs);

	lkrg_inode_record(inode);
	KUNIT_EXPECT_TRUE(test, lkrg_inode_is_right(inode));
	return inode;
}

static void chown_to(struct inode *inode, unsigned int valid, uid_t id)
{
	const struct iattr attr = {
		.ia_valid = valid,
		.ia_vfsuid = VFSUIDT_INIT(KUIDT_INIT(id)),
		.ia_vfsgid = VFSGIDT_INIT(KGIDT_INIT(id)),
	};

	__lkrg_inode_owner(&nop_mnt_idmap, inode, &attr);
	i_uid_update(&nop_mnt_idmap, &attr, inode);
	i_gid_update(&nop_mnt_idmap, &attr, inode);
}

static void chmod_to(struct inode *inode, umode_t mode)
{
	__lkrg_inode_mode(inode, mode);
	inode->i_mode = mode;
}

static void each_field_is_compared(struct kunit *test)
{
	struct inode *inode = recorded_inode(test);
	unsigned int bit;

	for (bit = 0; bit < 16; bit++) {
		inode->i_mode ^= BIT(bit);
		KUNIT_EXPECT_FALSE(test, lkrg_inode_is_right(inode));
		inode->i_mode ^= BIT(bit);
	}
	for (bit = 0; bit < 32; bit++) {
		const kuid_t uid = inode->i_uid;
		const kgid_t gid = inode->i_gid;

		inode->i_uid = KUIDT_INIT(__kuid_val(uid) ^ BIT(bit));
		KUNIT_EXPECT_FALSE(test, lkrg_inode_is_right(inode));
		inode->i_uid = uid;
		inode->i_gid = KGIDT_INIT(__kgid_val(gid) ^ BIT(bit));
		KUNIT_EXPECT_FALSE(test, lkrg_inode_is_right(inode));
		inode->i_gid = gid;
	}
	KUNIT_EXPECT_TRUE(test, lkrg_inode_is_right(inode));
}

static void what_is_declared_is_right(struct kunit *test)
{
	struct inode *inode = recorded_inode(test);

	chown_to(inode, ATTR_UID, 0);
	KUNIT_EXPECT_TRUE(test, lkrg_inode_is_right(inode));
	KUNIT_EXPECT_EQ(test, __kgid_val(inode->i_gid), 1000);
	chown_to(inode, ATTR_GID, 7);
	KUNIT_EXPECT_TRUE(test, lkrg_inode_is_right(inode));
	chown_to(inode, ATTR_UID | ATTR_GID, 1001);
	KUNIT_EXPECT_TRUE(test, lkrg_inode_is_right(inode));
	chown_to(inode, 0, 5);
	KUNIT_EXPECT_EQ(test, __kuid_val(inode->i_uid), 1001);
	chmod_to(inode, S_IFREG | 04711);
	KUNIT_EXPECT_TRUE(test, lkrg_inode_is_right(inode));
	/* ext4 declares an owner twice. */
	chown_to(inode, ATTR_UID | ATTR_GID, 1001);
	KUNIT_EXPECT_TRUE(test, lkrg_inode_is_right(inode));
}

static void what_was_not_declared_stays_wrong(struct kunit *test)
{
	struct inode *inode = recorded_inode(test);

	/* The mode that chmod() sets is made from the one that is there. */
	inode->i_mode |= S_ISUID;
	chmod_to(inode, inode->i_mode & ~0022);
	KUNIT_EXPECT_FALSE(test, lkrg_inode_is_right(inode));
	chown_to(inode, ATTR_UID | ATTR_GID, 0);
	KUNIT_EXPECT_FALSE(test, lkrg_inode_is_right(inode));
	chmod_to(inode, S_IFREG | 0755);
	KUNIT_EXPECT_FALSE(test, lkrg_inode_is_right(inode));
	chown_to(inode, ATTR_UID | ATTR_GID, 1000);
	KUNIT_EXPECT_TRUE(test, lkrg_inode_is_right(inode));
}

static void another_name_records_nothing(struct kunit *test)
{
	struct inode *inode = recorded_inode(test);

	inode->i_mode |= S_ISUID;
	lkrg_inode_record(inode);
	KUNIT_EXPECT_FALSE(test, lkrg_inode_is_right(inode));
}

static void a_record_without_the_key_is_none(struct kunit *test)
{
	struct inode *inode = recorded_inode(test), *other = recorded_inode(test);
	struct lkrg_inode *record = lkrg_inode(inode);
	const struct lkrg_inode saved = *record;

	/* Neither nothing nor what is on record of another one */
	*record = (struct lkrg_inode){ };
	lkrg_inode_record(inode);
	KUNIT_EXPECT_FALSE(test, lkrg_inode_is_right(inode));
	*record = *lkrg_inode(other);
	KUNIT_EXPECT_FALSE(test, lkrg_inode_is_right(inode));
	lkrg_inode_start(other);
	*record = *lkrg_inode(other);
	lkrg_inode_record(inode);
	KUNIT_EXPECT_FALSE(test, lkrg_inode_is_right(inode));

	*record = saved;
	inode->i_mode |= S_ISUID;
	record->mode = inode->i_mode;
	KUNIT_EXPECT_FALSE(test, lkrg_inode_is_right(inode));
}

static void some_file_systems_are_left_alone(struct kunit *test)
{
	struct inode *inode = inode_on(test, &nfs), *private = inode_on(test, &tmpfs);

	/* Nothing is on record, so nothing can be declared. */
	lkrg_inode_record(inode);
	KUNIT_EXPECT_FALSE(test, lkrg_inode_is_right(inode));
	chmod_to(inode, S_IFREG | 0700);
	KUNIT_EXPECT_FALSE(test, lkrg_inode_is_right(inode));

	private->i_sb->s_flags |= SB_NOUSER;
	lkrg_inode_record(private);
	KUNIT_EXPECT_FALSE(test, lkrg_inode_is_right(private));
}

static struct inode *next_inode(struct kunit *test, struct inode *before)
{
	struct inode *inode = inode_on(test, before->i_sb->s_type);

	inode->i_sb = before->i_sb;
	return inode;
}

static void what_was_decided_stays_so(struct kunit *test)
{
	struct inode *inode = recorded_inode(test), *other = inode_on(test, &nfs);
	struct super_block *sb = inode->i_sb;

	/* Type and flags do not matter any more, nor what was written to the tag. */
	sb->s_type = &nfs;
	sb->s_flags |= SB_NOUSER;
	inode = next_inode(test, inode);
	lkrg_inode_record(inode);
	KUNIT_EXPECT_TRUE(test, lkrg_inode_is_right(inode));
	memset(lkrg_super(sb), 0, sizeof(*lkrg_super(sb)));
	inode = next_inode(test, inode);
	lkrg_inode_record(inode);
	KUNIT_EXPECT_TRUE(test, lkrg_inode_is_right(inode));
	lkrg_inode_record(other);
	*lkrg_super(sb) = *lkrg_super(other->i_sb);
	inode = next_inode(test, inode);
	lkrg_inode_record(inode);
	KUNIT_EXPECT_TRUE(test, lkrg_inode_is_right(inode));

	/* Nor does it become guarded later. */
	other->i_sb->s_type = &tmpfs;
	other = next_inode(test, other);
	lkrg_inode_record(other);
	KUNIT_EXPECT_FALSE(test, lkrg_inode_is_right(other));
}

static struct kunit_case inode_cases[] = {
	KUNIT_CASE(each_field_is_compared),
	KUNIT_CASE(what_is_declared_is_right),
	KUNIT_CASE(what_was_not_declared_stays_wrong),
	KUNIT_CASE(another_name_records_nothing),
	KUNIT_CASE(a_record_without_the_key_is_none),
	KUNIT_CASE(some_file_systems_are_left_alone),
	KUNIT_CASE(what_was_decided_stays_so),
	{ }
};

static struct kunit_suite inode_suite = {
	.name = "lkrg_inode",
	.test_cases = inode_cases,
};

kunit_test_suite(inode_suite);
