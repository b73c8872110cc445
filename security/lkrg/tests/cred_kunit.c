// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Unit tests of sealed credentials
 */

#include <kunit/test.h>
#include <linux/cred.h>

#include "../cred.h"
#include "../setup.h"

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
};

/* Called again it undoes what it did. */
static void flip(struct cred *cred, const struct overwrite *overwrite)
{
	((u8 *)cred)[overwrite->offset] ^= 8;
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
	KUNIT_EXPECT_EQ(test, lkrg_cred_verify(cred, serial, cred),
			LKRG_RECORD_FORGED);
	flip(cred, overwrite);
	lkrg_cred(cred)->shadow = honest;
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

static struct kunit_case cred_cases[] = {
	KUNIT_CASE(a_new_credential_is_not_sealed),
	KUNIT_CASE(sealing_twice_gives_one_serial),
	KUNIT_CASE(serials_are_unique),
	KUNIT_CASE(a_sealed_credential_verifies),
	KUNIT_CASE(another_serial_is_a_reused_credential),
	KUNIT_CASE_PARAM(an_overwritten_field_is_found, overwrites_gen_params),
	KUNIT_CASE_PARAM(an_overwritten_shadow_is_found, overwrites_gen_params),
	KUNIT_CASE(a_record_moved_to_another_credential_is_found),
	KUNIT_CASE(a_tampered_copy_is_found),
	{ }
};

static struct kunit_suite cred_suite = {
	.name = "lkrg_cred",
	.init = cred_init_test,
	.test_cases = cred_cases,
};

kunit_test_suite(cred_suite);
