// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - A livepatch
 *
 * It replaces a function that nobody calls as long as the machine runs.
 */

#include <linux/init.h>
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/printk.h>

static void patched_halt(void)
{
	pr_warn("lkrg_livepatch: halting was live-patched\n");
}

static struct klp_func functions[] = {
	{
		.old_name = "kernel_halt",
		.new_func = patched_halt,
	},
	{ }
};

static struct klp_object objects[] = {
	{
		.funcs = functions,
	},
	{ }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objects,
};

static int __init livepatch_init(void)
{
	return klp_enable_patch(&patch);
}

static void __exit livepatch_exit(void)
{
}

module_init(livepatch_init);
module_exit(livepatch_exit);

MODULE_DESCRIPTION("A livepatch, for tests of lkrg");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
/* Taints the kernel with TAINT_TEST. */
MODULE_INFO(test, "Y");
