// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Unit tests of knobs
 */

#include <kunit/test.h>
#include <linux/random.h>

#include "../param.h"

static const struct lkrg_knob_row row = {
	.name = "kunit",
	.min = 5,
	.max = 1800,
};

/**
 * struct attempt - One value written to the knob
 * @desc: what is special about it
 * @text: what is written
 * @err: what is returned
 * @value: what was read, if it was
 */
struct attempt {
	const char *desc;
	const char *text;
	int err;
	int value;
};

static const struct attempt attempts[] = {
	{ "smallest", "5", 0, 5 },
	{ "largest", "1800", 0, 1800 },
	{ "newline", "20\n", 0, 20 },
	{ "hexadecimal", "0x10", 0, 16 },
	{ "below", "4", -EINVAL, 0 },
	{ "above", "1801", -EINVAL, 0 },
	{ "negative", "-5", -EINVAL, 0 },
	{ "too large for int", "4294967301", -EINVAL, 0 },
	{ "not a number", "often", -EINVAL, 0 },
	{ "trailing text", "5 s", -EINVAL, 0 },
	{ "two values", "5\n6", -EINVAL, 0 },
	{ "fraction", "5.5", -EINVAL, 0 },
	{ "empty", "", -EINVAL, 0 },
	{ "only a newline", "\n", -EINVAL, 0 },
	{ "no value", NULL, -EINVAL, 0 },
};

KUNIT_ARRAY_PARAM_DESC(attempts, attempts, desc);

static void a_value_is_read_or_refused(struct kunit *test)
{
	const struct attempt *attempt = test->param_value;
	int value;

	KUNIT_EXPECT_EQ(test, lkrg_param_parse(&row, attempt->text, &value),
			attempt->err);
	if (!attempt->err)
		KUNIT_EXPECT_EQ(test, value, attempt->value);
}

static void words_are_of_one_knob(struct kunit *test)
{
	const struct lkrg_knob_row *patch = &lkrg_knobs[LKRG_KNOB_patch];
	int value;

	KUNIT_EXPECT_EQ(test, lkrg_param_parse(patch, "allow", &value), 0);
	KUNIT_EXPECT_EQ(test, value, 0);
	KUNIT_EXPECT_EQ(test, lkrg_param_parse(patch, "log\n", &value), 0);
	KUNIT_EXPECT_EQ(test, value, 1);
	KUNIT_EXPECT_EQ(test, lkrg_param_parse(patch, "deny", &value), 0);
	KUNIT_EXPECT_EQ(test, value, 2);
	KUNIT_EXPECT_EQ(test, lkrg_param_parse(patch, "1", &value), 0);
	KUNIT_EXPECT_EQ(test, value, 1);
	KUNIT_EXPECT_EQ(test, lkrg_param_parse(patch, "den", &value), -EINVAL);
	KUNIT_EXPECT_EQ(test, lkrg_param_parse(patch, "3", &value), -EINVAL);
	KUNIT_EXPECT_EQ(test, lkrg_param_parse(&row, "allow", &value), -EINVAL);
}

static void what_is_weaker_is_known(struct kunit *test)
{
	struct lkrg_knob_row knob = { .stricter = LKRG_HIGHER };

	KUNIT_EXPECT_TRUE(test, lkrg_param_weakens(&knob, 2, 1));
	KUNIT_EXPECT_FALSE(test, lkrg_param_weakens(&knob, 1, 2));
	KUNIT_EXPECT_FALSE(test, lkrg_param_weakens(&knob, 1, 1));
	knob.stricter = LKRG_LOWER;
	KUNIT_EXPECT_TRUE(test, lkrg_param_weakens(&knob, 1, 2));
	KUNIT_EXPECT_FALSE(test, lkrg_param_weakens(&knob, 2, 1));
	knob.stricter = LKRG_EITHER;
	KUNIT_EXPECT_FALSE(test, lkrg_param_weakens(&knob, 1, 2));
	KUNIT_EXPECT_FALSE(test, lkrg_param_weakens(&knob, 2, 1));
}

/* Whoever writes a value, in whatever way, has not written its tag. */
static void a_tag_is_of_one_value_and_one_knob(struct kunit *test)
{
	struct lkrg_settings_key *key = kunit_kmalloc(test, sizeof(*key), GFP_KERNEL);
	u64 setting, other;
	u32 bit;

	KUNIT_ASSERT_NOT_NULL(test, key);
	get_random_bytes(key, sizeof(*key));
	key->multiply |= 1;
	setting = lkrg_setting(key, LKRG_KNOB_kint_enforce, 2);
	KUNIT_EXPECT_EQ(test, (u32)setting, 2);
	KUNIT_EXPECT_TRUE(test, lkrg_setting_is_authentic(key, LKRG_KNOB_kint_enforce,
							  setting));
	for (bit = 0; bit < 32; bit++) {
		other = setting ^ 1ULL << bit;
		KUNIT_EXPECT_FALSE(test, lkrg_setting_is_authentic(key, LKRG_KNOB_kint_enforce,
								   other));
		other ^= 1ULL << (bit + 32);
		KUNIT_EXPECT_FALSE(test, lkrg_setting_is_authentic(key, LKRG_KNOB_kint_enforce,
								   other));
	}
	KUNIT_EXPECT_FALSE(test, lkrg_setting_is_authentic(key, LKRG_KNOB_pint_enforce,
							   setting));
}

/* Hooks take this for "verify current" without a look at the number. */
static void processes_are_verified_initially(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, lkrg_knobs[LKRG_KNOB_pint_validate].initial, 1);
}

static struct kunit_case param_cases[] = {
	KUNIT_CASE_PARAM(a_value_is_read_or_refused, attempts_gen_params),
	KUNIT_CASE(words_are_of_one_knob),
	KUNIT_CASE(what_is_weaker_is_known),
	KUNIT_CASE(a_tag_is_of_one_value_and_one_knob),
	KUNIT_CASE(processes_are_verified_initially),
	{ }
};

static struct kunit_suite param_suite = {
	.name = "lkrg_param",
	.test_cases = param_cases,
};

kunit_test_suite(param_suite);
