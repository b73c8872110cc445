// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - A module that does nothing
 *
 * It comes and goes while a test changes something else.
 */

#include <linux/init.h>
#include <linux/module.h>

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
