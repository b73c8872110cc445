// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - A module that does nothing
 *
 * It comes and goes while a test changes something else.  Who reads its parameter is
 * told 1, or 2 by a livepatch that goes on in a function nobody else calls.
 */

#include <linux/compiler.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/sysfs.h>

static int numbers[] = { 1, 2 };

static noinline __used int lkrg_idle_first(void)
{
	return READ_ONCE(numbers[0]);
}

static noinline __used int lkrg_idle_second(void)
{
	return READ_ONCE(numbers[1]);
}

static int get_number(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%d\n", lkrg_idle_first());
}

static const struct kernel_param_ops number_ops = { .get = get_number };
module_param_cb(number, &number_ops, NULL, 0444);
MODULE_PARM_DESC(number, "Which function was called");

static int __init idle_init(void)
{
	return 0;
}

static void __exit idle_exit(void)
{
}

module_init(idle_init);
module_exit(idle_exit);

MODULE_DESCRIPTION("A module that does nothing, for tests of lkrg");
MODULE_LICENSE("GPL");
/* Taints the kernel with TAINT_TEST. */
MODULE_INFO(test, "Y");
