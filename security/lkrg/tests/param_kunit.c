// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Unit tests of knobs
 */

#include <kunit/test.h>

#include "../param.h"

static int value;
static int changes;
static int told;

static void changed(int new)
{
	changes++;
	told = new;
}

static const struct lkrg_knob_row row = {
	.name = "kunit",
	.min = 5,
	.max = 1800,
	.value = &value,
	.changed = changed,
};

/**
 * struct attempt - One value written to the knob
 * @desc: what is special about it
 * @text: what is written
 * @err: what is returned
 * @value: what the knob is afterwards; it was 15 before
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
	{ "below", "4", -EINVAL, 15 },
	{ "above", "1801", -EINVAL, 15 },
	{ "negative", "-5", -EINVAL, 15 },
	{ "too large for int", "4294967301", -EINVAL, 15 },
	{ "not a number", "often", -EINVAL, 15 },
	{ "trailing text", "5 s", -EINVAL, 15 },
	{ "two values", "5\n6", -EINVAL, 15 },
	{ "fraction", "5.5", -EINVAL, 15 },
	{ "empty", "", -EINVAL, 15 },
	{ "only a newline", "\n", -EINVAL, 15 },
	{ "no value", NULL, -EINVAL, 15 },
};

KUNIT_ARRAY_PARAM_DESC(attempts, attempts, desc);

static void a_value_is_taken_or_changes_nothing(struct kunit *test)
{
	const struct attempt *attempt = test->param_value;

	value = 15;
	changes = 0;
	KUNIT_EXPECT_EQ(test, lkrg_param_set(&row, attempt->text), attempt->err);
	KUNIT_EXPECT_EQ(test, value, attempt->value);
	KUNIT_EXPECT_EQ(test, changes, attempt->err ? 0 : 1);
	if (changes)
		KUNIT_EXPECT_EQ(test, told, attempt->value);
}

static struct kunit_case param_cases[] = {
	KUNIT_CASE_PARAM(a_value_is_taken_or_changes_nothing, attempts_gen_params),
	{ }
};

static struct kunit_suite param_suite = {
	.name = "lkrg_param",
	.test_cases = param_cases,
};

kunit_test_suite(param_suite);
