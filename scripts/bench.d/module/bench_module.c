// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module that does nothing: what is measured is its way in and out. It has
 * the text, the read-only data and the patch sites of a small driver.
 */
#include <linux/init.h>
#include <linux/jump_label.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

static const u32 table[4096] = { [1 ... 4095] = 1 };

static DEFINE_STATIC_KEY_FALSE(key);

static unsigned int index;
module_param(index, uint, 0);

#define FUNCTION(n)					\
static noinline u32 function_##n(u32 x)			\
{							\
	if (static_branch_unlikely(&key))		\
		x += table[x % ARRAY_SIZE(table)];	\
	return x * (n + 1);				\
}

#define FUNCTIONS(f)					\
	f(0) f(1) f(2) f(3) f(4) f(5) f(6) f(7)		\
	f(8) f(9) f(10) f(11) f(12) f(13) f(14) f(15)

FUNCTIONS(FUNCTION)

static int __init bench_init(void)
{
#define CALL(n)	index = function_##n(index);
	FUNCTIONS(CALL)
	return 0;
}
module_init(bench_init);

static void __exit bench_exit(void)
{
}
module_exit(bench_exit);

MODULE_DESCRIPTION("Does nothing, for scripts/bench");
MODULE_LICENSE("GPL");
