// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Unit tests of sealed credentials
 */

#include <kunit/test.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/lkrg.h>
#include <linux/securebits.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/user_namespace.h>

#include "../cred.h"

static void put(void *cred)
{
	put_cred(cred);
}

static int cred_init_test(struct kunit *test)
{
	struct cred *cred;

	if (!static_key_enabled(&lkrg_enabled))
		kunit_skip(test, "no record: lkrg is not listed in lsm=");
	cred = prepare_creds();
	KUNIT_ASSERT_NOT_NULL(test, cred);
	test->priv = cred;
	return kunit_add_action_or_reset(test, put, cred);
}

static void a_new_credential_is_not_sealed(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, lkrg_cred(test->priv)->serial, 0);
}

static void sealing_twice_gives_one_serial(struct kunit *test)
{
	u64 serial = lkrg_cred_seal(test->priv);

	KUNIT_EXPECT_NE(test, serial, 0);
	KUNIT_EXPECT_NE(test, serial, LKRG_SEALING);
	KUNIT_EXPECT_EQ(test, serial, lkrg_cred_seal(test->priv));
}

static void serials_are_unique(struct kunit *test)
{
	struct cred *other = prepare_creds();

	KUNIT_ASSERT_NOT_NULL(test, other);
	KUNIT_EXPECT_NE(test, lkrg_cred_seal(test->priv), lkrg_cred_seal(other));
	put_cred(other);
}

static void a_sealed_credential_verifies(struct kunit *test)
{
	u64 serial = lkrg_cred_seal(test->priv);

	KUNIT_EXPECT_EQ(test, lkrg_cred_verify(test->priv, serial, test->priv),
			LKRG_NO_VIOLATION);
}

static void another_serial_is_a_reused_credential(struct kunit *test)
{
	u64 serial = lkrg_cred_seal(test->priv);

	KUNIT_EXPECT_EQ(test, lkrg_cred_verify(test->priv, serial + 1, test->priv),
			LKRG_CRED_REUSED);
}

/**
 * struct overwrite - One way to change a credential in place
 * @desc: field
 * @offset: of its first byte in struct cred
 */
struct overwrite {
	const char *desc;
	size_t offset;
};

static const struct overwrite overwrites[] = {
	{ "uid", offsetof(struct cred, uid) },
	{ "gid", offsetof(struct cred, gid) },
	{ "suid", offsetof(struct cred, suid) },
	{ "sgid", offsetof(struct cred, sgid) },
	{ "euid", offsetof(struct cred, euid) },
	{ "egid", offsetof(struct cred, egid) },
	{ "fsuid", offsetof(struct cred, fsuid) },
	{ "fsgid", offsetof(struct cred, fsgid) },
	{ "securebits", offsetof(struct cred, securebits) },
	{ "cap_inheritable", offsetof(struct cred, cap_inheritable) },
	{ "cap_permitted", offsetof(struct cred, cap_permitted) },
	{ "cap_effective", offsetof(struct cred, cap_effective) },
	{ "cap_bset", offsetof(struct cred, cap_bset) },
	{ "cap_ambient", offsetof(struct cred, cap_ambient) },
	{ "user", offsetof(struct cred, user) },
	{ "user_ns", offsetof(struct cred, user_ns) },
	{ "ucounts", offsetof(struct cred, ucounts) },
	{ "group_info", offsetof(struct cred, group_info) },
#ifdef CONFIG_KEYS
	{ "session_keyring", offsetof(struct cred, session_keyring) },
	{ "process_keyring", offsetof(struct cred, process_keyring) },
	{ "thread_keyring", offsetof(struct cred, thread_keyring) },
	{ "request_key_auth", offsetof(struct cred, request_key_auth) },
	{ "jit_keyring", offsetof(struct cred, jit_keyring) },
#endif
};

/* All credentials here are copies, so they have the groups of current. */
static struct group_info other_groups = { .usage = REFCOUNT_INIT(1) };

/* Called again it undoes what it did. */
static void flip(struct cred *cred, const struct overwrite *overwrite)
{
	if (overwrite->offset == offsetof(struct cred, group_info))
		cred->group_info = cred->group_info == &other_groups ?
			current_cred()->group_info : &other_groups;
	else
		((u8 *)cred)[overwrite->offset] ^= 8;
}

/* What its owner decides on, and no ticket. */
static bool is_free(const struct overwrite *overwrite)
{
	return strstr(overwrite->desc, "keyring") ||
	       strstr(overwrite->desc, "key_auth");
}

KUNIT_ARRAY_PARAM_DESC(overwrites, overwrites, desc);

static void an_overwritten_field_is_found(struct kunit *test)
{
	const struct overwrite *overwrite = test->param_value;
	u64 serial = lkrg_cred_seal(test->priv);

	flip(test->priv, overwrite);
	KUNIT_EXPECT_EQ(test, lkrg_cred_verify(test->priv, serial, test->priv),
			LKRG_CRED_OVERWRITTEN);
	flip(test->priv, overwrite);
	KUNIT_EXPECT_EQ(test, lkrg_cred_verify(test->priv, serial, test->priv),
			LKRG_NO_VIOLATION);
}

/* Whoever writes the shadow as well does not know the key. */
static void an_overwritten_shadow_is_found(struct kunit *test)
{
	const struct overwrite *overwrite = test->param_value;
	struct cred *cred = test->priv;
	u64 serial = lkrg_cred_seal(cred);
	struct lkrg_shadow honest = lkrg_cred(cred)->shadow;

	flip(cred, overwrite);
	lkrg_shadow_take(&lkrg_cred(cred)->shadow, cred);
	lkrg_shadow_take_own(&lkrg_cred(cred)->shadow, cred);
	KUNIT_EXPECT_EQ(test, lkrg_cred_verify(cred, serial, cred),
			LKRG_RECORD_FORGED);
	flip(cred, overwrite);
	lkrg_cred(cred)->shadow = honest;
}

/* As put_cred_rcu() leaves it. */
static void a_freed_credential_is_found(struct kunit *test)
{
	struct cred *cred = test->priv;
	u64 serial = lkrg_cred_seal(cred);
	void *blobs = cred->security;

	cred->security = NULL;
	KUNIT_EXPECT_FALSE(test, lkrg_cred_is_intact(cred, serial, cred));
	KUNIT_EXPECT_EQ(test, lkrg_cred_verify(cred, serial, cred),
			LKRG_CRED_REUSED);
	cred->security = blobs;
	KUNIT_EXPECT_TRUE(test, lkrg_cred_is_intact(cred, serial, cred));
}

/* Not the pointer, but what it leads to. */
static void another_group_is_found(struct kunit *test)
{
	struct group_info *groups = groups_alloc(3);
	struct cred *cred = test->priv;
	u64 serial;

	KUNIT_ASSERT_NOT_NULL(test, groups);
	memset(groups->gid, 0, 3 * sizeof(groups->gid[0]));
	set_groups(cred, groups);
	serial = lkrg_cred_seal(cred);
	KUNIT_EXPECT_EQ(test, lkrg_cred_verify_groups(cred, serial),
			LKRG_NO_VIOLATION);
	groups->gid[2] = KGIDT_INIT(1);
	KUNIT_EXPECT_EQ(test, lkrg_cred_verify_groups(cred, serial),
			LKRG_CRED_OVERWRITTEN);
	groups->gid[2] = KGIDT_INIT(0);
	groups->ngroups = 2;
	KUNIT_EXPECT_EQ(test, lkrg_cred_verify_groups(cred, serial),
			LKRG_CRED_OVERWRITTEN);
	put_group_info(groups);
}

static void a_record_moved_to_another_credential_is_found(struct kunit *test)
{
	struct cred *other = prepare_creds();
	u64 serial = lkrg_cred_seal(test->priv);

	KUNIT_ASSERT_NOT_NULL(test, other);
	lkrg_cred_seal(other);
	*lkrg_cred(other) = *lkrg_cred(test->priv);
	KUNIT_EXPECT_EQ(test, lkrg_cred_verify(other, serial, other),
			LKRG_RECORD_FORGED);
	put_cred(other);
}

/* Changed before the copy and put back after it. */
static void a_tampered_copy_is_found(struct kunit *test)
{
	u64 serial = lkrg_cred_seal(test->priv);
	struct cred *copy = prepare_creds();

	KUNIT_ASSERT_NOT_NULL(test, copy);
	KUNIT_EXPECT_EQ(test, lkrg_cred_verify(test->priv, serial, copy),
			LKRG_NO_VIOLATION);
	flip(copy, &overwrites[0]);
	KUNIT_EXPECT_EQ(test, lkrg_cred_verify(test->priv, serial, copy),
			LKRG_CRED_OVERWRITTEN);
	put_cred(copy);
}

static enum lkrg_violation admit(const struct cred *new, const struct cred *old)
{
	u64 serial;

	return lkrg_cred_admit(new, old, lkrg_cred_seal(old), &serial);
}

static void a_copy_may_follow(struct kunit *test)
{
	struct cred *new = prepare_creds();
	u64 serial;

	KUNIT_ASSERT_NOT_NULL(test, new);
	KUNIT_EXPECT_EQ(test, lkrg_cred_admit(new, test->priv,
					      lkrg_cred_seal(test->priv), &serial),
			LKRG_NO_VIOLATION);
	KUNIT_EXPECT_EQ(test, lkrg_cred_serial(new), serial);
	KUNIT_EXPECT_EQ(test, lkrg_cred_verify(new, serial, new),
			LKRG_NO_VIOLATION);
	put_cred(new);
}

/* In whichever direction a field differs, it is a gain; of a set, in one. */
static void a_gain_is_not_granted(struct kunit *test)
{
	const struct overwrite *overwrite = test->param_value;
	bool is_set = strstarts(overwrite->desc, "cap_");
	struct cred *plain[2] = { prepare_creds(), prepare_creds() };
	struct cred *flipped[2] = { test->priv, prepare_creds() };
	enum lkrg_violation there, back;

	KUNIT_ASSERT_NOT_NULL(test, plain[0]);
	KUNIT_ASSERT_NOT_NULL(test, plain[1]);
	KUNIT_ASSERT_NOT_NULL(test, flipped[1]);
	flip(flipped[0], overwrite);
	flip(flipped[1], overwrite);
	there = admit(flipped[0], plain[0]);
	back = admit(plain[1], flipped[1]);
	KUNIT_EXPECT_NE(test, is_free(overwrite),
			there == LKRG_CRED_NOT_GRANTED ||
			back == LKRG_CRED_NOT_GRANTED);
	KUNIT_EXPECT_EQ(test, is_set || is_free(overwrite), there == LKRG_NO_VIOLATION ||
			back == LKRG_NO_VIOLATION);

	flip(flipped[0], overwrite);
	flip(flipped[1], overwrite);
	put_cred(flipped[1]);
	put_cred(plain[1]);
	put_cred(plain[0]);
}

/*
 * Fields that each decision is about, one at a time.  Capabilities are those of init here,
 * so that the flip drops one of those that can be had, without which others are too many;
 * and with another euid go the effective ones.
 */
static const struct {
	enum lkrg_grant what;
	const char *fields;
} grants[] = {
	{ LKRG_GRANT_UIDS, " uid suid fsuid cap_effective " },
	{ LKRG_GRANT_GIDS, " gid sgid egid fsgid " },
	{ LKRG_GRANT_GROUPS, " group_info " },
	{ LKRG_GRANT_CAPS, " cap_inheritable cap_effective " },
	{ LKRG_GRANT_AMBIENT, "" },
	{ LKRG_GRANT_SECUREBITS, " securebits " },
	{ LKRG_GRANT_EXEC, "" },
};

static bool is_in(const char *fields, const struct overwrite *overwrite)
{
	char word[32];

	snprintf(word, sizeof(word), " %s ", overwrite->desc);
	return strstr(fields, word);
}

static struct cred *prepare(struct kunit *test)
{
	struct cred *new = prepare_creds();

	KUNIT_ASSERT_NOT_NULL(test, new);
	return new;
}

static void a_ticket_grants_what_it_says(struct kunit *test)
{
	const struct overwrite *overwrite = test->param_value;
	bool comes_later = is_free(overwrite) ||
			   overwrite->offset == offsetof(struct cred, ucounts);
	struct cred *before, *after;
	bool may_change;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(grants); i++) {
		before = prepare(test);
		after = prepare(test);
		may_change = comes_later || is_in(grants[i].fields, overwrite);
		flip(before, overwrite);
		__lkrg_grant_creds(before, grants[i].what);
		KUNIT_EXPECT_EQ_MSG(test, admit(before, current_cred()),
				    may_change ? LKRG_NO_VIOLATION : LKRG_CRED_OVERWRITTEN,
				    "before grant %d", grants[i].what);
		flip(before, overwrite);
		__lkrg_grant_creds(after, grants[i].what);
		flip(after, overwrite);
		KUNIT_EXPECT_EQ_MSG(test, admit(after, current_cred()),
				    comes_later ? LKRG_NO_VIOLATION : LKRG_CRED_OVERWRITTEN,
				    "after grant %d", grants[i].what);
		flip(after, overwrite);
		put_cred(after);
		put_cred(before);
	}
}

/* What the holder of a ticket has by then is another credential. */
static void a_ticket_is_for_one_credential(struct kunit *test)
{
	struct cred *new = prepare(test);

	new->uid = KUIDT_INIT(8);
	__lkrg_grant_creds(new, LKRG_GRANT_UIDS);
	KUNIT_EXPECT_EQ(test, admit(new, test->priv), LKRG_CRED_OVERWRITTEN);
	KUNIT_EXPECT_EQ(test, admit(new, current_cred()), LKRG_NO_VIOLATION);
	put_cred(new);
}

#define CAP(cap) { BIT_ULL(cap) }

/*
 * Somebody whose ids all differ, with one capability that is permitted, another one that
 * may be inherited, and a third one that is out of bounds
 */
static const struct cred somebody = {
	.uid = KUIDT_INIT(1), .euid = KUIDT_INIT(2), .suid = KUIDT_INIT(3), .fsuid = KUIDT_INIT(4),
	.gid = KGIDT_INIT(5), .egid = KGIDT_INIT(6), .sgid = KGIDT_INIT(7), .fsgid = KGIDT_INIT(8),
	.cap_permitted = CAP(CAP_SYSLOG),
	.cap_inheritable = CAP(CAP_CHOWN),
	.cap_bset = { CAP_VALID_MASK & ~BIT_ULL(CAP_WAKE_ALARM) },
	.securebits = issecure_mask(SECURE_KEEP_CAPS),
};

static void take_fields(struct cred *to, const struct cred *from)
{
	to->uid = from->uid;
	to->euid = from->euid;
	to->suid = from->suid;
	to->fsuid = from->fsuid;
	to->gid = from->gid;
	to->egid = from->egid;
	to->sgid = from->sgid;
	to->fsgid = from->fsgid;
	to->cap_permitted = from->cap_permitted;
	to->cap_inheritable = from->cap_inheritable;
	to->cap_effective = from->cap_effective;
	to->cap_ambient = from->cap_ambient;
	to->cap_bset = from->cap_bset;
	to->securebits = from->securebits;
}

/* Who test->priv is then.  An action to go back would be run by another thread. */
static const struct cred *become_somebody(struct kunit *test)
{
	take_fields(test->priv, &somebody);
	return override_creds(test->priv);
}

/**
 * struct change - What is done to a fresh copy, before it gets a ticket
 * @desc: in words
 * @what: the ticket
 * @offset: of the field, which has 64 bits if it is a set
 * @value: what it gets
 * @able: capability of who asks, or NONE
 * @refused: must it be?
 */
struct change {
	const char *desc;
	enum lkrg_grant what;
	size_t offset;
	u64 value;
	int able;
	bool refused;
};

#define CHANGE(what, field, value, able, refused) {			\
	#what ": " #field " " #value ", " #able, LKRG_GRANT_##what,	\
	offsetof(struct cred, field), value, able, refused		\
}

#define NONE (CAP_LAST_CAP + 1)

static const struct change changes[] = {
	/* Ids are exchanged, or taken with the capability. */
	CHANGE(UIDS, fsuid, 1, NONE, false),
	CHANGE(UIDS, euid, 9, NONE, true),
	CHANGE(UIDS, euid, 9, CAP_SETUID, false),
	CHANGE(UIDS, euid, (u32)-1, CAP_SETUID, true),
	CHANGE(UIDS, gid, 6, CAP_SETUID, true),
	CHANGE(GIDS, fsgid, 5, NONE, false),
	CHANGE(GIDS, egid, 9, NONE, true),
	CHANGE(GIDS, egid, 9, CAP_SETGID, false),
	CHANGE(GIDS, egid, (u32)-1, CAP_SETGID, true),
	CHANGE(GIDS, uid, 2, CAP_SETGID, true),
	/* No set outgrows what it is a part of. */
	CHANGE(UIDS, cap_permitted, 0, NONE, false),
	CHANGE(UIDS, cap_permitted, CAP_VALID_MASK, NONE, true),
	CHANGE(UIDS, cap_effective, BIT_ULL(CAP_SYSLOG), NONE, false),
	CHANGE(UIDS, cap_effective, BIT_ULL(CAP_CHOWN), NONE, true),
	CHANGE(UIDS, cap_ambient, BIT_ULL(CAP_SYSLOG), NONE, true),
	CHANGE(CAPS, cap_permitted, 0, NONE, false),
	CHANGE(CAPS, cap_permitted, CAP_VALID_MASK, NONE, true),
	CHANGE(CAPS, cap_effective, BIT_ULL(CAP_SYSLOG), NONE, false),
	CHANGE(CAPS, cap_effective, BIT_ULL(CAP_CHOWN), NONE, true),
	CHANGE(CAPS, cap_inheritable, BIT_ULL(CAP_SYSLOG), NONE, false),
	CHANGE(CAPS, cap_inheritable, BIT_ULL(CAP_KILL), NONE, true),
	CHANGE(CAPS, cap_inheritable, BIT_ULL(CAP_KILL), CAP_SETPCAP, false),
	CHANGE(CAPS, cap_inheritable, BIT_ULL(CAP_WAKE_ALARM), CAP_SETPCAP, true),
	CHANGE(CAPS, cap_bset, CAP_VALID_MASK, CAP_SETPCAP, true),
	CHANGE(AMBIENT, cap_ambient, BIT_ULL(CAP_SYSLOG), NONE, true),
	CHANGE(AMBIENT, cap_ambient, BIT_ULL(CAP_CHOWN), NONE, true),
	CHANGE(AMBIENT, cap_ambient, BIT_ULL(CAP_CHOWN), CAP_CHOWN, false),
	CHANGE(SECUREBITS, securebits, 0, NONE, false),
	CHANGE(SECUREBITS, securebits, SECUREBITS_DEFAULT | SECURE_ALL_LOCKS, NONE, true),
	CHANGE(SECUREBITS, securebits, SECUREBITS_DEFAULT | SECURE_ALL_LOCKS, CAP_SETPCAP, false),
};

KUNIT_ARRAY_PARAM_DESC(changes, changes, desc);

static void a_decision_is_repeated(struct kunit *test)
{
	const struct change *change = test->param_value;
	const struct cred *root = become_somebody(test), *before;
	struct cred *old = prepare(test), *new;

	if (change->able != NONE) {
		cap_raise(old->cap_permitted, change->able);
		cap_raise(old->cap_effective, change->able);
	}
	before = override_creds(old);
	new = prepare(test);
	memcpy((void *)new + change->offset, &change->value,
	       strstr(change->desc, " cap_") ? sizeof(u64) : sizeof(u32));
	__lkrg_grant_creds(new, change->what);
	KUNIT_EXPECT_EQ(test, admit(new, old) != LKRG_NO_VIOLATION, change->refused);
	put_cred(new);
	revert_creds(before);
	put_cred(old);
	revert_creds(root);
}

/* Who ceases to be root may not keep what root has, unless he said so before. */
static void who_ceases_to_be_root_has_less(struct kunit *test)
{
	static const struct {
		unsigned int securebits;
		bool keeps, acts;
	} cases[] = {
		{ SECUREBITS_DEFAULT, false, false },
		{ issecure_mask(SECURE_KEEP_CAPS), true, false },
		{ issecure_mask(SECURE_NO_SETUID_FIXUP), true, true },
	};
	size_t i, tries;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (tries = 0; tries < 4; tries++) {
			bool keeps = tries & 1, acts = tries & 2;
			struct cred *old = prepare(test), *new;
			const struct cred *before;

			old->securebits = cases[i].securebits;
			before = override_creds(old);
			new = prepare(test);
			new->uid = KUIDT_INIT(1);
			new->euid = new->uid;
			new->suid = new->uid;
			new->fsuid = new->uid;
			if (!keeps)
				new->cap_permitted = CAP_EMPTY_SET;
			if (!acts)
				new->cap_effective = CAP_EMPTY_SET;
			__lkrg_grant_creds(new, LKRG_GRANT_UIDS);
			KUNIT_EXPECT_EQ_MSG(test, admit(new, old) == LKRG_NO_VIOLATION,
					    keeps <= cases[i].keeps && acts <= cases[i].acts &&
					    acts <= keeps, "%zu, %zu", i, tries);
			put_cred(new);
			revert_creds(before);
			put_cred(old);
		}
	}
}

/* Nothing of what execve() decides comes first, and nothing else in the middle of it. */
static void decisions_have_their_order(struct kunit *test)
{
	const struct cpu_vfs_cap_data caps = { .permitted = { CAP_VALID_MASK } };
	struct cred *new = prepare(test);
	u64 *ticket = &lkrg_cred(new)->serial;

	lkrg_cred_grant_file_ids(new, S_ISUID, KUIDT_INIT(0), KGIDT_INIT(0));
	KUNIT_EXPECT_EQ(test, *ticket, 0);
	lkrg_cred_grant_file_caps(new, &caps);
	KUNIT_EXPECT_EQ(test, *ticket, 0);
	__lkrg_grant_creds(new, LKRG_GRANT_PROGRAM);
	KUNIT_EXPECT_EQ(test, *ticket, 0);
	KUNIT_EXPECT_FALSE(test, lkrg_cred_is_decided(new));

	__lkrg_grant_creds(new, LKRG_GRANT_EXEC);
	KUNIT_EXPECT_EQ(test, *ticket, LKRG_TICKET + LKRG_GRANT_EXEC);
	KUNIT_EXPECT_FALSE(test, lkrg_cred_is_decided(new));
	__lkrg_grant_creds(new, LKRG_GRANT_UIDS);
	KUNIT_EXPECT_EQ(test, *ticket, LKRG_TICKET + LKRG_GRANT_EXEC);
	lkrg_cred_grant_file_caps(new, &caps);
	KUNIT_EXPECT_EQ(test, *ticket, LKRG_TICKET + LKRG_GRANT_FILE_CAPS);
	KUNIT_EXPECT_TRUE(test, lkrg_cred_is_decided(new));
	lkrg_cred_grant_file_ids(new, S_ISUID, KUIDT_INIT(0), KGIDT_INIT(0));
	KUNIT_EXPECT_EQ(test, *ticket, LKRG_TICKET + LKRG_GRANT_FILE_CAPS);
	__lkrg_grant_creds(new, LKRG_GRANT_PROGRAM);
	KUNIT_EXPECT_EQ(test, *ticket, LKRG_TICKET + LKRG_GRANT_PROGRAM);
	KUNIT_EXPECT_TRUE(test, lkrg_cred_is_decided(new));
	put_cred(new);
}

/* What execve() makes of it, up to the decision on the capabilities of a program */
static struct cred *prepare_program(struct kunit *test, u32 owner, const struct cred **root)
{
	const struct cpu_vfs_cap_data caps = {
		.permitted = { BIT_ULL(CAP_SYSLOG) | BIT_ULL(CAP_WAKE_ALARM) },
		.inheritable = { BIT_ULL(CAP_CHOWN) | BIT_ULL(CAP_KILL) },
	};
	const kernel_cap_t before = somebody.cap_permitted;
	struct cred *new;

	*root = become_somebody(test);
	new = prepare(test);
	KUNIT_EXPECT_EQ(test, lkrg_cred_verify_granted(new, false), LKRG_CRED_NOT_GRANTED);
	__lkrg_grant_creds(new, LKRG_GRANT_EXEC);
	KUNIT_EXPECT_EQ(test, lkrg_cred_verify_granted(new, false), LKRG_CRED_OVERWRITTEN);
	new->suid = new->euid;
	new->fsuid = new->euid;
	new->sgid = new->egid;
	new->fsgid = new->egid;
	KUNIT_EXPECT_EQ(test, lkrg_cred_verify_granted(new, false), LKRG_NO_VIOLATION);

	lkrg_cred_grant_file_ids(new, S_ISUID | S_ISGID | 0010, KUIDT_INIT(owner),
				 KGIDT_INIT(owner));
	new->euid = KUIDT_INIT(owner);
	KUNIT_EXPECT_EQ(test, lkrg_cred_verify_granted(new, false), LKRG_CRED_OVERWRITTEN);
	new->egid = KGIDT_INIT(owner);
	KUNIT_EXPECT_EQ(test, lkrg_cred_verify_granted(new, false), LKRG_NO_VIOLATION);

	KUNIT_EXPECT_EQ(test, lkrg_cred_verify_granted(new, true), LKRG_CRED_OVERWRITTEN);
	new->cap_permitted = CAP_EMPTY_SET;
	KUNIT_EXPECT_EQ(test, lkrg_cred_verify_granted(new, true), LKRG_NO_VIOLATION);
	new->cap_permitted = before;
	lkrg_cred_grant_file_caps(new, &caps);
	new->suid = new->euid;
	new->fsuid = new->euid;
	new->sgid = new->egid;
	new->fsgid = new->egid;
	new->securebits &= ~issecure_mask(SECURE_KEEP_CAPS);
	return new;
}

/* @downgraded: as of one that is traced: with the ids goes what the file gives */
static enum lkrg_violation admit_program(struct kunit *test, u32 owner, bool downgraded,
					 u64 caps)
{
	const struct cred *root;
	struct cred *new = prepare_program(test, owner, &root);
	enum lkrg_violation what;

	if (downgraded) {
		new->euid = new->uid;
		new->suid = new->uid;
		new->fsuid = new->uid;
		new->egid = new->gid;
		new->sgid = new->gid;
		new->fsgid = new->gid;
	}
	new->cap_permitted.val = caps;
	new->cap_effective.val = caps;
	__lkrg_grant_creds(new, LKRG_GRANT_PROGRAM);
	what = admit(new, test->priv);
	put_cred(new);
	revert_creds(root);
	return what;
}

#define OF_FILE (BIT_ULL(CAP_SYSLOG) | BIT_ULL(CAP_CHOWN))

static void a_program_gets_what_its_file_gives(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, admit_program(test, 9, false, OF_FILE), LKRG_NO_VIOLATION);
}

static void a_program_gets_no_more(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, admit_program(test, 9, false, OF_FILE | BIT_ULL(CAP_WAKE_ALARM)),
			LKRG_CRED_OVERWRITTEN);
}

static void a_program_of_root_gets_all_in_bounds(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, admit_program(test, 0, false, somebody.cap_bset.val),
			LKRG_NO_VIOLATION);
}

static void a_program_of_root_gets_nothing_out_of_bounds(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, admit_program(test, 0, false, CAP_VALID_MASK),
			LKRG_CRED_OVERWRITTEN);
}

static void a_program_may_do_without(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, admit_program(test, 0, true, BIT_ULL(CAP_SYSLOG)),
			LKRG_NO_VIOLATION);
}

static void a_program_does_without_both(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, admit_program(test, 0, true, OF_FILE), LKRG_CRED_OVERWRITTEN);
}

/* It is not issued on the ground of a record that somebody wrote. */
static void a_forged_basis_grants_nothing(struct kunit *test)
{
	const struct cred *before = override_creds(test->priv);
	struct cred *old = test->priv, *new = prepare(test);

	lkrg_cred(old)->shadow.uid ^= 8;
	__lkrg_grant_creds(new, LKRG_GRANT_UIDS);
	lkrg_cred(old)->shadow.uid ^= 8;
	KUNIT_EXPECT_EQ(test, lkrg_cred(new)->serial, 0);
	put_cred(new);
	revert_creds(before);
}

static void a_forged_ticket_is_no_basis(struct kunit *test)
{
	const struct cred *root;
	struct cred *new = prepare_program(test, 9, &root);
	u64 ticket = lkrg_cred(new)->serial;

	lkrg_cred(new)->shadow.uid = 8;
	new->uid = KUIDT_INIT(8);
	__lkrg_grant_creds(new, LKRG_GRANT_PROGRAM);
	KUNIT_EXPECT_EQ(test, lkrg_cred(new)->serial, ticket);
	KUNIT_EXPECT_EQ(test, admit(new, test->priv), LKRG_CRED_OVERWRITTEN);
	put_cred(new);
	revert_creds(root);
}

/* Neither the namespace that a task has nor one that is not below it */
static void a_user_namespace_is_below(struct kunit *test)
{
	struct user_namespace *own = current_user_ns(), *other;
	struct cred *new = prepare(test);

	other = kunit_kzalloc(test, sizeof(*other), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, other);
	__lkrg_grant_creds(new, LKRG_GRANT_USER_NS);
	KUNIT_EXPECT_EQ(test, lkrg_cred(new)->serial, 0);
	new->user_ns = other;
	__lkrg_grant_creds(new, LKRG_GRANT_USER_NS);
	KUNIT_EXPECT_EQ(test, lkrg_cred(new)->serial, 0);
	other->level = own->level + 1;
	other->parent = own;
	__lkrg_grant_creds(new, LKRG_GRANT_USER_NS);
	KUNIT_EXPECT_EQ(test, admit(new, current_cred()), LKRG_NO_VIOLATION);
	new->user_ns = own;
	put_cred(new);
}

/* Of its own, or of somebody else */
static void a_user_namespace_is_of_its_owner(struct kunit *test)
{
	struct user_namespace *own = current_user_ns(), *other;
	const struct cred *root;
	struct cred *new;

	other = kunit_kzalloc(test, sizeof(*other), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, other);
	other->level = own->level + 1;
	other->parent = own;
	other->owner = KUIDT_INIT(9);
	root = become_somebody(test);
	new = prepare(test);
	new->user_ns = other;
	__lkrg_grant_creds(new, LKRG_GRANT_USER_NS);
	KUNIT_EXPECT_EQ(test, lkrg_cred(new)->serial, 0);
	other->owner = somebody.euid;
	__lkrg_grant_creds(new, LKRG_GRANT_USER_NS);
	KUNIT_EXPECT_EQ(test, admit(new, test->priv), LKRG_NO_VIOLATION);
	new->user_ns = own;
	put_cred(new);
	revert_creds(root);
}

/* A credential is measured by what was sealed, and only if that is authentic. */
static void a_tampered_measure_is_none(struct kunit *test)
{
	struct cred *old = test->priv, *new = prepare_creds();
	u64 serial = lkrg_cred_seal(old);

	KUNIT_ASSERT_NOT_NULL(test, new);
	lkrg_cred(old)->shadow.uid ^= 8;
	flip(new, &overwrites[0]);
	KUNIT_EXPECT_EQ(test, admit(new, old), LKRG_RECORD_FORGED);
	lkrg_cred(old)->shadow.uid ^= 8;
	KUNIT_EXPECT_EQ(test, lkrg_cred_admit(new, old, serial + 1, &serial),
			LKRG_CRED_REUSED);
	flip(new, &overwrites[0]);
	put_cred(new);
}

static void what_was_made_up_does_not_follow(struct kunit *test)
{
	struct cred *new = prepare_creds();
	void *blobs;

	KUNIT_ASSERT_NOT_NULL(test, new);
	blobs = new->security;
	new->security = NULL;
	KUNIT_EXPECT_EQ(test, admit(new, test->priv), LKRG_CRED_NOT_GRANTED);
	new->security = blobs;
	put_cred(new);
}

/* Written by somebody without the key, or issued for what is in use. */
static void a_forged_ticket_grants_nothing(struct kunit *test)
{
	u64 serial = lkrg_cred_seal(test->priv);
	struct cred *new = prepare_creds();

	KUNIT_ASSERT_NOT_NULL(test, new);
	flip(new, &overwrites[0]);
	lkrg_cred(new)->serial = LKRG_TICKET + LKRG_GRANT_UIDS;
	lkrg_shadow_take(&lkrg_cred(new)->shadow, new);
	KUNIT_EXPECT_EQ(test, admit(new, test->priv), LKRG_CRED_OVERWRITTEN);
	__lkrg_grant_creds(test->priv, LKRG_GRANT_UIDS);
	KUNIT_EXPECT_EQ(test, lkrg_cred_serial(test->priv), serial);
	flip(new, &overwrites[0]);
	put_cred(new);
}

static struct kunit_case cred_cases[] = {
	KUNIT_CASE(a_new_credential_is_not_sealed),
	KUNIT_CASE(sealing_twice_gives_one_serial),
	KUNIT_CASE(serials_are_unique),
	KUNIT_CASE(a_sealed_credential_verifies),
	KUNIT_CASE(another_serial_is_a_reused_credential),
	KUNIT_CASE_PARAM(an_overwritten_field_is_found, overwrites_gen_params),
	KUNIT_CASE_PARAM(an_overwritten_shadow_is_found, overwrites_gen_params),
	KUNIT_CASE(a_freed_credential_is_found),
	KUNIT_CASE(another_group_is_found),
	KUNIT_CASE(a_record_moved_to_another_credential_is_found),
	KUNIT_CASE(a_tampered_copy_is_found),
	KUNIT_CASE(a_copy_may_follow),
	KUNIT_CASE(what_was_made_up_does_not_follow),
	KUNIT_CASE_PARAM(a_gain_is_not_granted, overwrites_gen_params),
	KUNIT_CASE_PARAM(a_ticket_grants_what_it_says, overwrites_gen_params),
	KUNIT_CASE(a_ticket_is_for_one_credential),
	KUNIT_CASE_PARAM(a_decision_is_repeated, changes_gen_params),
	KUNIT_CASE(who_ceases_to_be_root_has_less),
	KUNIT_CASE(decisions_have_their_order),
	KUNIT_CASE(a_program_gets_what_its_file_gives),
	KUNIT_CASE(a_program_gets_no_more),
	KUNIT_CASE(a_program_of_root_gets_all_in_bounds),
	KUNIT_CASE(a_program_of_root_gets_nothing_out_of_bounds),
	KUNIT_CASE(a_program_may_do_without),
	KUNIT_CASE(a_program_does_without_both),
	KUNIT_CASE(a_forged_basis_grants_nothing),
	KUNIT_CASE(a_forged_ticket_is_no_basis),
	KUNIT_CASE(a_user_namespace_is_below),
	KUNIT_CASE(a_user_namespace_is_of_its_owner),
	KUNIT_CASE(a_tampered_measure_is_none),
	KUNIT_CASE(a_forged_ticket_grants_nothing),
	{ }
};

static struct kunit_suite cred_suite = {
	.name = "lkrg_cred",
	.init = cred_init_test,
	.test_cases = cred_cases,
};

kunit_test_suite(cred_suite);
