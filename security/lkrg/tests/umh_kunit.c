// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Unit tests of lists of programs
 */

#include <kunit/test.h>

#include "../umh.h"

static void what_is_listed_is_found(struct kunit *test)
{
	static const struct {
		const char *list;
		enum lkrg_umh what;
		const char *path;
		bool listed;
	} cases[] = {
		{ "", LKRG_UMH_OTHER, "/bin/a", false },
		{ "", LKRG_UMH_OTHER, "", false },
		{ "/bin/a", LKRG_UMH_OTHER, "/bin/a", true },
		{ "/bin/a", LKRG_UMH_KEY, "/bin/a", true },
		{ "/bin/a", LKRG_UMH_KEY, "/bin/ab", false },
		{ "/bin/ab", LKRG_UMH_KEY, "/bin/a", false },
		{ "/bin/a", LKRG_UMH_KEY, "", false },
		{ "/bin/a,/bin/b", LKRG_UMH_CORE, "/bin/b", true },
		{ "/bin/a,/bin/b", LKRG_UMH_CORE, "/bin/a,/bin/b", false },
		{ "key:/bin/a", LKRG_UMH_KEY, "/bin/a", true },
		{ "key:/bin/a", LKRG_UMH_CORE, "/bin/a", false },
		{ "key:/bin/a", LKRG_UMH_KEY, "key:/bin/a", false },
		{ "key:/bin/a,core:/bin/a", LKRG_UMH_CORE, "/bin/a", true },
		{ "other:/bin/a", LKRG_UMH_OTHER, "/bin/a", true },
		{ "module:/a,hotplug:/b", LKRG_UMH_HOTPLUG, "/b", true },
		{ "module:/a,hotplug:/b", LKRG_UMH_MODULE, "/b", false },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_EQ_MSG(test, cases[i].listed,
				    lkrg_umh_lists(cases[i].list, cases[i].what,
						   cases[i].path),
				    "%s in %s", cases[i].path, cases[i].list);
}

static void what_is_no_list_is_known(struct kunit *test)
{
	static const char *const good[] = {
		"", "/a", "/a,/b", "key:/a", "key:/a,core:/b,/c", "/a:b", "/a,",
	};
	static const char *const bad[] = {
		"a", "/", "/a,b", ",", ",/a", "/a,,/b", "key:", "key:a", "none:/a",
		"key:core:/a", "/a b", "/a\n", "/a\t/b", " /a", "/a, /b", "/\x7f",
		"/\x80", "/\xde",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++)
		KUNIT_EXPECT_TRUE_MSG(test, lkrg_umh_is_list(good[i]), "%s", good[i]);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_FALSE_MSG(test, lkrg_umh_is_list(bad[i]), "%s", bad[i]);
}

static struct kunit_case umh_cases[] = {
	KUNIT_CASE(what_is_listed_is_found),
	KUNIT_CASE(what_is_no_list_is_known),
	{ }
};

static struct kunit_suite umh_suite = {
	.name = "lkrg_umh",
	.test_cases = umh_cases,
};

kunit_test_suite(umh_suite);
