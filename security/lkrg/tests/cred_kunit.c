// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Unit tests of sealed credentials
 */

#include <kunit/test.h>
#include <linux/cred.h>
#include <linux/lkrg.h>
#include <linux/string.h>

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

static void a_ticket_grants_what_it_says(struct kunit *test)
{
	const struct overwrite *overwrite = test->param_value;
	bool may_change = is_free(overwrite) ||
			  overwrite->offset == offsetof(struct cred, ucounts);
	struct cred *new = prepare_creds(), *changed = prepare_creds();

	KUNIT_ASSERT_NOT_NULL(test, new);
	KUNIT_ASSERT_NOT_NULL(test, changed);
	flip(new, overwrite);
	lkrg_cred_grant(new);
	KUNIT_EXPECT_EQ(test, admit(new, test->priv), LKRG_NO_VIOLATION);
	flip(new, overwrite);
	lkrg_cred_grant(changed);
	flip(changed, overwrite);
	KUNIT_EXPECT_EQ(test, admit(changed, test->priv),
			may_change ? LKRG_NO_VIOLATION : LKRG_CRED_OVERWRITTEN);
	flip(changed, overwrite);
	put_cred(changed);
	put_cred(new);
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
	lkrg_cred(new)->serial = LKRG_GRANTED;
	lkrg_shadow_take(&lkrg_cred(new)->shadow, new);
	KUNIT_EXPECT_EQ(test, admit(new, test->priv), LKRG_CRED_OVERWRITTEN);
	lkrg_cred_grant(test->priv);
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
